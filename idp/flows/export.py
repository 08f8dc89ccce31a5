"""A copy of everything that we hold of a person, for them: HTML to read, JSON for programs, in one archive (UU PDP art. 32, 13).

Made while they wait, which takes a moment, and sealed; downloaded by its owner alone, for a day.
"""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from idp.accounts import account, birthdate, requests
from idp.flows import owner, privacy, retention
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store import dossier
from idp.store.encrypted import Place
from idp.theme.language import Language, Message

PER_HOUR = 5
"""Copies that one account may have made in an hour."""
_EVERYTHING = 10_000
_MOMENTS = ("_at", "_until", "at", "not_before", "officer_since", "auth_time")


async def make(provider: Provider, visitor: Visitor, stands: Standing, language: Language) -> Message | None:
    """Make a copy; what is in its way, if something is. The caller has made sure that nothing is `missing_to_change`."""
    now, account_id = provider.clock.now(), stands.account_id
    if await provider.ephemeral.hit(f"export:{account_id}", 3600) > PER_HOUR:
        return Message("kirim.batas", jam=now + 3600)
    data = await collect(provider, account_id)
    archive = packed(provider, data, language)
    async with provider.database.transaction() as tx:
        await requests.keep_export(
            tx, provider.sealer, provider.new_id(), account_id, archive, now, now + retention.EXPORT_KEPT
        )
        await privacy.done(provider, tx, account_id, requests.ACCESS)
        await provider.audit.append(tx, owner.did("privacy.exported", visitor, stands))
    return None


async def waiting(provider: Provider, stands: Standing) -> list[Any]:
    """The copies that the person may still download."""
    async with provider.database.reading() as tx:
        return await requests.exports(tx, stands.account_id, provider.clock.now())


async def fetch(provider: Provider, visitor: Visitor, stands: Standing, export_id: UUID) -> bytes | None:
    """The archive, if it is this person's and in time (T38)."""
    async with provider.database.transaction() as tx:
        archive = await requests.open_export(tx, provider.sealer, stands.account_id, export_id, provider.clock.now())
        if archive is not None:
            await provider.audit.append(tx, owner.did("privacy.downloaded", visitor, stands))
    return archive


async def collect(provider: Provider, account_id: UUID) -> dict[str, Any]:
    """Everything, as JSON can say it: what the tables hold, what is sealed and the person's own, and who read it."""
    async with provider.database.reading() as tx:
        person = await account.read(tx, account_id)
        assert person is not None
        held = await dossier.read(tx, account_id)
        asked = await requests.of(tx, provider.sealer, account_id, _EVERYTHING)
    (own,) = held["accounts"]
    own["birthdate"] = birthdate.unseal(provider.sealer, account_id, person.birthdate_sealed) or None
    own["nik"] = _nik(provider, account_id, person.nik_sealed)
    read = await privacy.readings(provider, account_id, _EVERYTHING)
    held["access_log"] = [
        {
            "who": one.who, "kind": "service" if one.service else "officer", "last": one.last,
            "data": list(one.data), "purpose": one.purpose,
        }
        for one in read
    ]  # fmt: skip
    written = {one.id: one for one in asked}
    for row in held.get("privacy_requests", ()):
        row["detail"] = dict(written[row["id"]].detail) if row["id"] in written else {}
    return {
        "account": account_id,
        "made_at": provider.clock.now(),
        "issuer": provider.settings.issuer,
        "holds": held,
    }


def packed(provider: Provider, data: dict[str, Any], language: Language) -> bytes:
    """The archive: `data.json`, and the same to read as `data.html`."""
    plain = _plain(data)
    sections = [(name, [list(row.items()) for row in rows]) for name, rows in plain["holds"].items() if rows]
    page = provider.theme.render(
        "salinan_berkas", language, made=language.moment(data["made_at"]), sections=sections, account=plain["account"]
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        # A fixed date: what is inside says when it was made.
        for name, body in (("data.json", orjson.dumps(plain, option=orjson.OPT_INDENT_2)), ("data.html", page)):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _nik(provider: Provider, account_id: UUID, sealed: bytes | None) -> str | None:
    return None if sealed is None else provider.sealer.open(Place("accounts", "nik", account_id), sealed).decode()


def _plain(value: Any, name: str = "") -> Any:
    """Ids as text, and moments as people and programs both read them (RFC 3339)."""
    if isinstance(value, dict):
        return {key: _plain(one, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool) and (name.endswith(_MOMENTS) or name == "last") and value:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value) if isinstance(value, UUID) else value
