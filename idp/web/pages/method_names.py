"""The methods by which people show who they are, by the names that addresses, buttons and the catalogue give them."""

from idp.flows import second_factor
from idp.sessions import levels

FACTORS = {"passkey": levels.PASSKEY, "totp": levels.TOTP, "sms": levels.SMS, "recovery": levels.RECOVERY}
"""What an account can have beside its password."""

ASKED = {**FACTORS, "email": second_factor.MAIL}
"""What can be asked. A mailed code is no method of an account; it stands in for one while that does not arrive."""

SENT = (levels.SMS, second_factor.MAIL)
"""Methods whose code is sent when it is asked for."""

NAME_OF = {method: name for name, method in ASKED.items()}
