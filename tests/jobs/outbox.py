"""What tests of deliveries put into the outbox, and how they look at what became of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from idp.provider import Provider
from idp.store.tables import outbox


async def put_mail(provider: Provider, to: str = "siti@contoh.example", text: str = "Kode Anda: 123456") -> UUID:
    payload = {"to": to, "subject": "Kode masuk", "text": text, "html": f"<p>{text}</p>"}
    async with provider.database.transaction() as tx:
        return await provider.outbox.put(tx, "mail", to.rpartition("@")[2], payload)


async def put_sms(provider: Provider, text: str = "Kode Anda: 123456", to: str = "+6281234567890") -> UUID:
    async with provider.database.transaction() as tx:
        return await provider.outbox.put(tx, "sms", "+62", {"to": to, "text": text})


async def put_logout(provider: Provider, client_id: str, sid: UUID | None) -> UUID:
    payload = {"sub": "subject-of-the-sector", "sid": None if sid is None else str(sid)}
    async with provider.database.transaction() as tx:
        return await provider.outbox.put(tx, "backchannel", client_id, payload, subject_id=sid)


async def row(provider: Provider, item: UUID) -> Any:
    async with provider.database.reading() as tx:
        return (await tx.execute(select(outbox).where(outbox.c.id == item))).one()


async def state(provider: Provider, item: UUID) -> str:
    return str((await row(provider, item)).state)
