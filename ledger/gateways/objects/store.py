"""What we ask of object storage, and no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ledger.errors import LinkHasExpired
from ledger.values.clock import Instant
from ledger.values.files import LINK_LASTS, MediaType, Purpose

ONLY_ONCE = "*"
"""`If-None-Match: *` stores an object only where there is none."""


@dataclass(frozen=True)
class Promised:
    """What an upload must be, to the byte: its link is good for nothing else."""

    media_type: MediaType
    length_bytes: int


@dataclass(frozen=True)
class SignedUpload:
    """Where to PUT a file, and the headers to send with it, besides its length.

    An address without a host is one of the API's own.
    """

    url: str
    headers: Mapping[str, str]


class ObjectStore(Protocol):
    """One bucket. Each of these raises GatewayUnavailable or GatewayDeclined where it fails."""

    def sign_upload(self, key: str, promised: Promised, until: Instant) -> SignedUpload:
        """Let somebody put one object before `until`, unless one is there. Raises LinkHasExpired.

        The storage refuses a second upload with 412, one that is late, tampered with or without
        `If-None-Match` with 403, and one that is not what was promised with 400 or 403.
        """

    def sign_view(self, key: str, until: Instant) -> str:
        """An address to see one object at, before `until`. Raises LinkHasExpired."""

    def put(self, key: str, body: bytes, media_type: MediaType) -> None:
        """Store what we made ourselves; what is there stays, since its content names the key."""

    def read(self, key: str) -> bytes | None:
        """An object, or None where there is none."""

    def delete(self, key: str) -> None:
        """Delete an object for good; nothing where there is none."""


@dataclass(frozen=True)
class Objects:
    """The two buckets: nobody gets to documents by way of photos, which everybody sees.

    Uploads of either kind come into the bucket of documents: nobody has looked at them yet.
    """

    documents: ObjectStore
    photos: ObjectStore

    @property
    def uploads(self) -> ObjectStore:
        """Where files come in."""
        return self.documents

    def of(self, purpose: Purpose) -> ObjectStore:
        """Where what is kept of a file lies."""
        return self.photos if purpose is Purpose.PHOTO else self.documents


def lasts_seconds(now: Instant, until: Instant) -> int:
    """How many whole seconds a link may be used. Raises LinkHasExpired."""
    lasts = int((until - now).total_seconds())
    if lasts <= 0:
        raise LinkHasExpired(until=until)
    assert until - now <= LINK_LASTS, "a link lasts five minutes at most"
    return lasts
