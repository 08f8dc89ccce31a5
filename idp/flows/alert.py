"""The message to an owner whose account somebody signed in to in an unusual way, themselves most of the time.

Written by the worker from the sessions that ask for it, some minutes later: whoever signs in on a new telephone, at a new
place and on a second try gets one message, not three.
"""

from collections.abc import Sequence
from uuid import UUID

from idp.accounts import account
from idp.flows import disown, messages
from idp.provider import Provider
from idp.sessions import device, place, session
from idp.sessions.session import Alert
from idp.store.audit import Event
from idp.store.database import Tx
from idp.theme.language import Language, Message

AT_ONCE = 50
LISTED = 5
"""How many sign-ins one message names; a flood of them is no reason for a long letter."""


async def tell_owners(provider: Provider) -> int:
    """Tell everybody whose time has come; how many messages were written."""
    told = 0
    async with provider.database.reading() as tx:
        due = await session.accounts_to_alert(tx, provider.clock.now(), AT_ONCE)
    for account_id in due:
        async with provider.database.transaction() as tx:
            told += await _tell(provider, tx, account_id)
    return told


async def _tell(provider: Provider, tx: Tx, account_id: UUID) -> int:
    # Taking them is what settles them: of two workers one finds something here.
    alerts = await session.take_alerts(tx, account_id)
    person = await account.read(tx, account_id)
    if not alerts or person is None or person.status not in account.MAY_SIGN_IN:
        return 0
    newest = alerts[-LISTED:]
    link = disown.address(provider, person, [one.id for one in newest])
    language = provider.theme.language(person.locale).within(str(person.claims.get("zoneinfo", "")))
    await messages.tell_everywhere(
        provider, tx, person, "perangkat_baru",
        daftar=_listed(language, newest), alasan=_reasons(language, newest), tautan=link,
    )  # fmt: skip
    rules = sorted({rule for one in newest for rule in one.risk})
    event = Event("session.alerted", account_id=account_id, session_id=newest[-1].id, detail={"risk": rules})
    await provider.audit.append(tx, event)
    return 1


def _listed(language: Language, alerts: Sequence[Alert]) -> str:
    return "; ".join(language.say(Message("perangkat_baru.baris", **_words(language, one))) for one in alerts)


def _words(language: Language, alert: Alert) -> dict[str, object]:
    named = device.name(alert.user_agent)
    seen = (
        Message("akun.perangkat", peramban=named[0], sistem=named[1]) if named else Message("akun.perangkat_tanpa_nama")
    )
    country = place.country(alert.network)
    where = language.country(country) if country else language.t("akun.tempat_tidak_diketahui")
    return {"waktu": alert.at, "perangkat": seen, "tempat": where}


def _reasons(language: Language, alerts: Sequence[Alert]) -> str:
    rules = dict.fromkeys(rule for one in alerts for rule in one.risk)
    return ", ".join(language.label("risiko", rule) for rule in rules)
