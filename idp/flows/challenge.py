"""A challenge that is about to be sent: its link and its code, drawn and written down as one record.

Who sends it says for whom, where to and how long it works; the words around it are theirs too.
"""

from uuid import UUID

from idp.accounts import links
from idp.base.opaque import Handle
from idp.provider import Provider
from idp.store.database import Tx


async def issue(
    provider: Provider,
    tx: Tx,
    purpose: str,
    subject_id: UUID,
    channel: str,
    destination: str,
    lifetime: int,
    *,
    tries: int | None = None,
    reference: str | None = None,
) -> tuple[Handle, str]:
    """The link's handle and the code. One that nobody types a code for gets no `tries`; others get what everybody gets."""
    handle, code, now = provider.new_handle(), links.new_code(provider.entropy), provider.clock.now()
    made = links.Challenge(
        handle.id,
        purpose,
        subject_id,
        channel,
        destination,
        provider.settings.limits.code_tries if tries is None else tries,
        now,
        now + lifetime,
        reference=reference,
    )
    await links.issue(tx, provider.material, handle, code, made)
    return handle, code
