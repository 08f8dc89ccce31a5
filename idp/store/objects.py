"""Large sealed things, outside the database: a folder, or any object store that obstore can open by URL."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idp.base.errors import Unavailable
from idp.base.settings import Documents
from idp.store.encrypted import Place, Sealer

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

# obstore is imported when the first document comes: eight megabytes, which a process without documents does not need.

_NO_BUCKET = "NoSuchBucket"


class Objects:
    """Puts, reads and deletes by name. What is put is sealed under the row that knows of it. Raises Unavailable."""

    def __init__(self, settings: Documents, folder: Path, sealer: Sealer, ca_file: Path | None = None) -> None:
        self._settings = settings
        self._folder = folder
        self._sealer = sealer
        self._ca_file = ca_file
        self._store: ObjectStore | None = None

    async def put(self, name: str, place: Place, content: bytes) -> None:
        """Keep `content` under a name. Unavailable while the store is away."""
        try:
            with _faults():
                await self._open().put_async(name, self._sealer.seal(place, content))
        except _Absent as fault:
            raise Unavailable("object store: nothing like that there") from fault.__cause__

    async def get(self, name: str, place: Place) -> bytes | None:
        """What is kept under a name; None when there is nothing."""
        try:
            with _faults():
                found = await self._open().get_async(name)
                sealed = bytes(await found.bytes_async())
        except _Absent:
            return None
        return self._sealer.open(place, sealed)

    async def delete(self, name: str) -> None:
        """Forget what is kept under a name, if there is anything."""
        with suppress(_Absent), _faults():
            await self._open().delete_async(name)

    def _open(self) -> "ObjectStore":
        if self._store is None:
            from obstore.store import LocalStore, from_url

            if self._settings.url:
                self._store = from_url(
                    self._settings.url, client_options=self._client(), retry_config=self._patience(), **self._access()
                )
            else:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._store = LocalStore(self._folder)
        return self._store

    def _access(self) -> dict[str, Any]:
        """What the settings say about an S3 bucket; what they leave out, obstore takes from the environment."""
        if not (self._settings.url or "").startswith("s3"):
            return {}
        secret = self._settings.secret_key
        said: dict[str, Any] = {
            "endpoint": self._settings.endpoint,
            "region": self._settings.region,
            "access_key_id": self._settings.access_key,
            "secret_access_key": secret.get_secret_value() if secret else None,
            # One at a time: the call that deletes many is missing in several servers that speak S3.
            "disable_bulk_delete": True,
        }
        return {name: value for name, value in said.items() if value is not None}

    def _client(self) -> "ClientConfig":
        whole = timedelta(seconds=self._settings.timeout)
        options: ClientConfig = {"timeout": whole, "connect_timeout": min(whole, timedelta(seconds=5))}
        if (self._settings.endpoint or "").startswith("http://"):
            options["allow_http"] = True
        if self._ca_file is not None:
            options["root_certificate"] = self._ca_file.read_bytes()
        return options

    def _patience(self) -> "RetryConfig":
        # By itself obstore would try for three minutes, with somebody waiting in front of the page.
        return {"max_retries": 2, "retry_timeout": timedelta(seconds=self._settings.timeout)}


class _Absent(Exception):
    """There is nothing under that name."""


@contextmanager
def _faults() -> Iterator[None]:
    """Whatever goes wrong in a store becomes Unavailable; only that one object is not there has a fault of its own.

    A bucket that is not there counts as away: taken for an empty one, it would earn receipts for deletions that never were.
    """
    from obstore.exceptions import BaseError, NotFoundError

    try:
        yield
    except (FileNotFoundError, NotFoundError) as fault:
        if _NO_BUCKET in str(fault):
            raise Unavailable("object store: no such bucket") from fault
        raise _Absent from fault
    except (BaseError, OSError, ValueError) as fault:
        raise Unavailable(f"object store: {type(fault).__name__}") from fault
