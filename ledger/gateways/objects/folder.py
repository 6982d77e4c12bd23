"""Object storage in a folder of ours, with the same promises: for a machine that has no bucket.

Links lead to two addresses of the API, and are signed with a key that lies in the folder: whoever
may read it may read the files as well.
"""

import hmac
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlencode

from ledger.errors import LinkNotValid, NothingIsOverwritten, UploadDiffers
from ledger.gateways.objects.store import ONLY_ONCE, Promised, SignedUpload, lasts_seconds
from ledger.values.clock import Clock, Instant
from ledger.values.files import LINK_LASTS, MediaType

ADDRESS = "/objects"
"""Where the API serves what lies in the folder."""

_KEY = re.compile(r"[0-9a-z-]+/[0-9a-z-]+(\.jpg)?")
_SIGNING_KEY = "signing-key"


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a link says besides its address; empty where it bounds nothing."""

    until: str
    media_type: str = ""
    length: str = ""
    signature: str = ""


class FolderObjects:
    """One bucket, as a folder named `bucket`."""

    def __init__(self, root: Path, bucket: str, clock: Clock) -> None:
        self._folder = root / bucket
        self._address = f"{ADDRESS}/{bucket}"
        self._clock = clock
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._secret = _signing_key(root)

    # -- As every store -------------------------------------------------------------------------

    def sign_upload(self, key: str, promised: Promised, until: Instant) -> SignedUpload:
        """See ObjectStore."""
        media_type, length = promised.media_type.value, str(promised.length_bytes)
        link = Link(until=self._last_second(until), media_type=media_type, length=length)
        headers = {"Content-Type": media_type, "If-None-Match": ONLY_ONCE}
        return SignedUpload(self._signed("PUT", key, link), headers)

    def sign_view(self, key: str, until: Instant) -> str:
        """See ObjectStore."""
        return self._signed("GET", key, Link(until=self._last_second(until)))

    def put(self, key: str, body: bytes, media_type: MediaType) -> None:
        """See ObjectStore. What type it is, the key's end tells."""
        del media_type
        with suppress(FileExistsError):
            _create(self._path(key), body)

    def read(self, key: str) -> bytes | None:
        """See ObjectStore."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """See ObjectStore."""
        self._path(key).unlink(missing_ok=True)

    # -- What links lead to -----------------------------------------------------------------------

    def receive(self, key: str, link: Link, headers: Mapping[str, str], body: bytes) -> None:
        """Take an upload in. Raises LinkNotValid, UploadDiffers, NothingIsOverwritten."""
        self._refuse_unless_signed("PUT", key, link)
        if headers.get("if-none-match") != ONLY_ONCE:
            raise LinkNotValid(why="if-none-match")
        if headers.get("content-type") != link.media_type or str(len(body)) != link.length:
            raise UploadDiffers(media_type=link.media_type, length_bytes=link.length)
        try:
            _create(self._path(key), body)
        except FileExistsError:
            raise NothingIsOverwritten from None

    def show(self, key: str, link: Link) -> bytes | None:
        """What a link leads to, or None. Raises LinkNotValid."""
        self._refuse_unless_signed("GET", key, link)
        return self.read(key)

    def _last_second(self, until: Instant) -> str:
        lasts_seconds(self._clock(), until)
        return str(int(until.timestamp()))

    def _signed(self, method: str, key: str, link: Link) -> str:
        bounds = {"media_type": link.media_type, "length": link.length} if link.length else {}
        told = {"until": link.until, **bounds, "signature": self._signature(method, key, link)}
        return f"{self._address}/{key}?{urlencode(told)}"

    def _signature(self, method: str, key: str, link: Link) -> str:
        said = "\n".join((method, self._address, key, link.until, link.media_type, link.length))
        return hmac.new(self._secret, said.encode(), "sha256").hexdigest()

    def _refuse_unless_signed(self, method: str, key: str, link: Link) -> None:
        signature = self._signature(method, key, link)
        if not hmac.compare_digest(signature.encode(), link.signature.encode()):
            raise LinkNotValid(why="signature")
        until = datetime.fromtimestamp(int(link.until), UTC)
        if not timedelta(0) < until - self._clock() <= LINK_LASTS:
            raise LinkNotValid(why="time", until=until)

    def _path(self, key: str) -> Path:
        assert _KEY.fullmatch(key), f"{key} leads out of the folder"
        return self._folder / key


def _signing_key(root: Path) -> bytes:
    """The key that all processes sign with: made by whoever comes first."""
    path = root / _SIGNING_KEY
    with suppress(FileExistsError):
        _create(path, secrets.token_bytes(32))
    return path.read_bytes()


def _create(path: Path, body: bytes) -> None:
    """Make a file, whole or not at all, and durable. Raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent) as part:  # its mode is 0600
        part.write(body)
        part.flush()
        os.fsync(part.fileno())
        os.link(part.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
