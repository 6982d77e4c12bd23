"""Where files lie, as the door meets it: links are signed here, and what lies in a folder served.

Threads of its own: a storage that is slow makes neither questions nor commands wait.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from api.faults import NoSuchRoute
from ledger.errors import LinkHasExpired, StorageNotSetUp
from ledger.gateways.objects import Objects, chosen_by
from ledger.gateways.objects.folder import FolderObjects
from ledger.settings import Settings
from ledger.values.clock import Clock

FILES_AT_ONCE = 8

LINKING = (LinkHasExpired, StorageNotSetUp)
"""How a link to a file may go wrong."""

T = TypeVar("T")


class Storage:
    """What the settings name, or do not: everything else works without it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._chosen = chosen_by(settings, clock)
        self._limiter = CapacityLimiter(FILES_AT_ONCE)

    @property
    def objects(self) -> Objects:
        """The two buckets. Raises StorageNotSetUp."""
        if self._chosen is None:
            raise StorageNotSetUp
        return self._chosen

    def folder(self, bucket: str) -> FolderObjects:
        """A bucket that is a folder of ours. Raises NoSuchRoute where there is none."""
        buckets = {"documents": self.objects.documents, "photos": self.objects.photos}
        store = buckets.get(bucket)
        if not isinstance(store, FolderObjects):
            raise NoSuchRoute
        return store

    async def run(self, call: Callable[[], T]) -> T:
        """Reach the storage in a thread. Raises GatewayUnavailable, GatewayDeclined."""
        return await to_thread.run_sync(call, limiter=self._limiter)


async def storage_of(request: Request) -> Storage:
    """Where files lie, as far as it is set up."""
    storage: Storage = request.app.state.storage
    return storage


OnStorage = Annotated[Storage, Depends(storage_of)]
