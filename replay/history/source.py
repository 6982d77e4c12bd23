"""A file of history: its content whole, and the digest that ids are made of.

Everything that can be wrong with a file is found here, before anything is written.
"""

import gzip
import hashlib
import zlib
from pathlib import Path

from msgspec import Struct

LARGEST_BYTES = 256 * 1024 * 1024
"""A file is read whole, so that nothing is written before all of it is known to be sound."""

GZIP_MAGIC = b"\x1f\x8b"


class Unreadable(Exception):
    """A file cannot be imported: one line that says why, and what to do."""


class Source(Struct, frozen=True):
    """A sound file: its name, its text, and the SHA-256 (hexadecimal) of its decompressed bytes."""

    name: str
    text: str
    digest: str


def read_source(path: Path) -> Source:
    """Read a text file, gzipped or plain. Raises Unreadable."""
    content = _decompressed(path)
    if not content.strip():
        raise Unreadable(f"{path} is empty")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"{path} is not UTF-8 (line {line}); convert it first") from None
    return Source(name=path.name, text=text, digest=hashlib.sha256(content).hexdigest())


def _decompressed(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            zipped = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            file.seek(0)
            content = (gzip.GzipFile(fileobj=file) if zipped else file).read(LARGEST_BYTES + 1)
    except IsADirectoryError:
        raise Unreadable(f"{path} is a directory; name a CSV file in it") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Unreadable(f"{path} is a damaged or incomplete gzip file; fetch it again") from None
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST_BYTES:
        mebibytes = LARGEST_BYTES // 1024**2
        raise Unreadable(f"{path} holds more than {mebibytes} MiB; import it in parts")
    return content
