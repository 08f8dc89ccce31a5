"""How long things last, by the names under which sentences tell it: `{draft:term}` in the catalogues.

A number in a sentence would go on promising what a setting has changed.
"""

from idp.accounts import contact_change, one_time_code, removal
from idp.base.settings import Settings
from idp.flows import beginning, contact, disown, retention
from idp.sessions import device


def terms(settings: Settings) -> dict[str, int]:
    """Every term that a theme may name, in seconds."""
    lifetimes = settings.lifetimes
    return {
        "activation": lifetimes.activation,
        "code": one_time_code.LIFETIME,
        "contact_change": contact_change.REVERTIBLE,
        "contact_code": contact.CODE_LIFETIME,
        "copy": retention.EXPORT_KEPT,
        "deletion": retention.DELETION_WAIT,
        "device": device.REMEMBERED,
        "documents": lifetimes.proofing_documents,
        "draft": lifetimes.draft,
        "not_me": disown.LINK_LIFETIME,
        "public_device": min(lifetimes.session_absolute, beginning.PUBLIC_DEVICE_LIFETIME),
        "removal": removal.WAIT,
        "resend": settings.limits.resend_pause,
    }
