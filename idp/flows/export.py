"""A copy of everything that we hold of a person, for them: HTML to read, JSON for programs, in one archive (UU PDP art. 32, 13).

Made while they wait, which takes a moment, and sealed; downloaded by its owner alone, for a day. Pictures join it on its way
out, one at a time: they are not kept twice, and one that was deleted meanwhile stays deleted.
"""

import io
import zipfile
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from idp.accounts import account, birthdate, declared, document, nik, requests
from idp.accounts.document import Document
from idp.flows import documents, export_page, owner, parcel, privacy, retention
from idp.grants.standing import Standing
from idp.provider import Provider
from idp.sessions.visitor import Visitor
from idp.store import dossier
from idp.theme.language import Language, Message

PER_HOUR = 5
"""Copies that one account may have made in an hour."""
_EVERYTHING = 10_000
_DATA = "data.json"


async def make(provider: Provider, visitor: Visitor, stands: Standing, language: Language) -> Message | None:
    """Make a copy; what is in its way, if something is. The caller has made sure that nothing is `missing_to_change`.

    PageFault as `owner.hold`.
    """
    now, account_id = provider.clock.now(), stands.account_id
    if await provider.ephemeral.hit(f"export:{account_id}", 3600) > PER_HOUR:
        return Message("kirim.batas", jam=now + 3600)
    data = await collect(provider, account_id)
    archive = packed(provider, data, language)
    async with provider.database.transaction() as tx:
        await owner.hold(provider, tx, stands)
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


async def fetch(provider: Provider, visitor: Visitor, stands: Standing, export_id: UUID) -> AsyncIterator[bytes] | None:
    """The archive in pieces, if it is this person's and in time (T38). Raises Unavailable while the object store is away."""
    async with provider.database.reading() as tx:
        archive = await requests.open_export(tx, provider.sealer, stands.account_id, export_id, provider.clock.now())
        mine = {str(one.id): one for one in await document.of(tx, stands.account_id)}
    if archive is None:
        return None
    kept = _unpacked(archive)
    listed = orjson.loads(kept[_DATA])["holds"].get("documents", ())
    pictures = _pictures(provider, [(row["file"], mine[row["id"]]) for row in listed if row["id"] in mine])
    # A download that has begun can only break off, so the store is asked before.
    first = await anext(pictures, None)
    async with provider.database.transaction() as tx:
        await provider.audit.append(tx, owner.did("privacy.downloaded", visitor, stands))
    return parcel.packed(_in_turn([*kept.items(), *([first] if first else ())], pictures))


async def collect(provider: Provider, account_id: UUID) -> dict[str, Any]:
    """Everything, as JSON can say it: what the tables hold, what is sealed and the person's own, and who read it.

    PageFault 409 when the account is erased meanwhile.
    """
    async with provider.database.reading() as tx:
        person = await account.read(tx, account_id)
        held = await dossier.read(tx, account_id)
        asked = await requests.of(tx, provider.sealer, account_id, _EVERYTHING)
        papers = await document.of(tx, account_id)
    if person is None or not held["accounts"]:
        raise owner.erased()
    (own,) = held["accounts"]
    own["birthdate"] = birthdate.unseal(provider.sealer, account_id, person.birthdate_sealed) or None
    own["nik"] = nik.unseal(provider.sealer, account_id, person.nik_sealed) or None
    own["passport"] = declared.unseal_passport(provider.sealer, account_id, person.passport_sealed) or None
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
    held["documents"] = [_listed(number, one) for number, one in enumerate(papers, 1)]
    return {
        "account": account_id,
        "made_at": provider.clock.now(),
        "issuer": provider.settings.issuer,
        "holds": held,
    }


def packed(provider: Provider, data: dict[str, Any], language: Language) -> bytes:
    """What is kept of the copy until it is downloaded: `data.json`, and the same to read as `data.html`."""

    def service(client_id: str) -> str:
        client = provider.clients.known(client_id)
        return client.localised_name(language.code) if client is not None else client_id

    plain = _plain(data)
    page = provider.theme.render(
        "salinan_berkas",
        language,
        made=language.moment(data["made_at"]),
        sections=export_page.sections(language, data["holds"], service),
        account=plain["account"],
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, body in ((_DATA, orjson.dumps(plain, option=orjson.OPT_INDENT_2)), ("data.html", page)):
            archive.writestr(parcel.entry(name), body, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _unpacked(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as kept:
        return {name: kept.read(name) for name in kept.namelist()}


def _listed(number: int, paper: Document) -> dict[str, Any]:
    return {
        "id": paper.id, "file": f"dokumen/{number}-{paper.kind}.jpg", "kind": paper.kind, "state": paper.state, "size": paper.size,
        "sha256": paper.sha256.hex(), "created_at": paper.created_at, "decided_at": paper.decided_at, "delete_after": paper.delete_after,
    }  # fmt: skip


async def _pictures(provider: Provider, named: Iterable[tuple[str, Document]]) -> AsyncIterator[tuple[str, bytes]]:
    for name, paper in named:
        picture = await documents.picture(provider, paper)
        if picture is not None:
            yield name, picture


async def _in_turn(
    first: Iterable[tuple[str, bytes]], then: AsyncIterator[tuple[str, bytes]]
) -> AsyncIterator[tuple[str, bytes]]:
    for one in first:
        yield one
    async for one in then:
        yield one


def _plain(value: Any, name: str = "") -> Any:
    """Ids as text, and moments as people and programs both read them (RFC 3339)."""
    if isinstance(value, dict):
        return {key: _plain(one, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool) and export_page.is_moment(name) and value:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value) if isinstance(value, UUID) else value
