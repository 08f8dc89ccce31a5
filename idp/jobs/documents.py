"""Documents whose time has come."""

from idp.flows.documents import delete_due
from idp.provider import Provider


async def delete_documents(provider: Provider) -> int:
    """Delete them; how many."""
    return await delete_due(provider)
