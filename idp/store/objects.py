"""Large sealed things, outside the database: a folder, or any object store that obstore can open by URL."""

from pathlib import Path
from typing import TYPE_CHECKING

from idp.base.errors import Unavailable
from idp.store.encrypted import Place, Sealer

if TYPE_CHECKING:
    from obstore.store import ObjectStore

# obstore is imported when the first document comes: eight megabytes, which a process without documents does not need.


class Objects:
    """Puts, reads and deletes by name. What is put is sealed under the row that knows of it. Raises Unavailable."""

    def __init__(self, url: str | None, folder: Path, sealer: Sealer) -> None:
        self._url = url
        self._folder = folder
        self._sealer = sealer
        self._store: ObjectStore | None = None

    async def put(self, name: str, place: Place, content: bytes) -> None:
        """Keep `content` under a name."""
        from obstore.exceptions import BaseError

        try:
            await self._open().put_async(name, self._sealer.seal(place, content))
        except (BaseError, OSError) as fault:
            raise Unavailable(f"object store: {type(fault).__name__}") from fault

    async def get(self, name: str, place: Place) -> bytes | None:
        """What is kept under a name; None when there is nothing."""
        from obstore.exceptions import BaseError, NotFoundError

        try:
            found = await self._open().get_async(name)
            sealed = bytes(await found.bytes_async())
        except (FileNotFoundError, NotFoundError):
            return None
        except (BaseError, OSError) as fault:
            raise Unavailable(f"object store: {type(fault).__name__}") from fault
        return self._sealer.open(place, sealed)

    async def delete(self, name: str) -> None:
        """Forget what is kept under a name, if there is anything."""
        from obstore.exceptions import BaseError, NotFoundError

        try:
            await self._open().delete_async(name)
        except (FileNotFoundError, NotFoundError):
            return
        except (BaseError, OSError) as fault:
            raise Unavailable(f"object store: {type(fault).__name__}") from fault

    def _open(self) -> "ObjectStore":
        if self._store is None:
            from obstore.store import LocalStore, from_url

            if self._url:
                self._store = from_url(self._url)
            else:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._store = LocalStore(self._folder)
        return self._store
