"""The ladder, as the relying-party guide tells it."""

import re

from idp.sessions import levels
from tests.support.guides import GUIDE

_ROW = re.compile(r"^\| ([^|]+) \| `([a-z ]+)` \| (loa\w+) \| (loa\w+) \|$", re.MULTILINE)
_SHOWN = {
    "password": {levels.PASSWORD},
    "authenticator app": {levels.TOTP},
    "recovery code": {levels.RECOVERY},
    "code by SMS": {levels.SMS},
    "passkey": {levels.PASSKEY, "swk"},
    "passkey that its owner's account carries to other devices": {levels.PASSKEY, "swk"},
    "passkey that cannot leave its device": {levels.PASSKEY, "hwk"},
}


def test_what_is_shown_makes_what_the_guide_says() -> None:
    rows = _ROW.findall(GUIDE.read_text("utf-8"))
    assert len(rows) == 7
    for shown, amr, plain, checked in rows:
        factors = set().union(*(_SHOWN[factor] for factor in shown.split(", ")))
        assert levels.amr(factors) == amr.split(), shown
        assert (levels.level(factors, 1), levels.level(factors, 2)) == (plain, checked), shown
