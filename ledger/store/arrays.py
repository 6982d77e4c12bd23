"""Postgres arrays in their binary form, packed by hand.

A batch carries some twenty columns, and the driver's own dumpers take about a microsecond for each
element. Here every value becomes a cell (its length, then its bytes) in the thread of whoever
asks for a commit; the writer only joins the cells of a column and puts a header before them.
Layout: dimensions, whether there are nulls, element type, count, lower bound; then the cells
(PostgreSQL, `array_recv`).
"""

from binascii import unhexlify
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from struct import Struct

BYTEA, BIGINT, SMALLINT, INTEGER, TEXT = 17, 20, 21, 23, 25
DATE, TIMESTAMPTZ, UUID = 1082, 1184, 2950
"""Object ids of the element types; the same in every Postgres."""

_HEADER = Struct(">iiIii")
_EMPTY_HEADER = Struct(">iiI")
_LENGTH = Struct(">i")
_SMALLINT = Struct(">ih")
_INTEGER = Struct(">ii")
_BIGINT = Struct(">iq")
_NULL = b"\xff\xff\xff\xff"
_UUID_LENGTH = b"\x00\x00\x00\x10"

_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_POSTGRES_DAY_ZERO = date(2000, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)


def array(element: int, cells: Sequence[bytes], count: int | None = None) -> bytes:
    """An array of an element type. `count` is needed where a cell stands for several elements."""
    count = len(cells) if count is None else count
    if not count:
        return _EMPTY_HEADER.pack(0, 0, element)
    return _HEADER.pack(1, 1, element, count, 1) + b"".join(cells)


def uuid(text: str) -> bytes:
    """The cell of a canonical UUID text."""
    return _UUID_LENGTH + unhexlify(text.replace("-", ""))


def smallint(value: int) -> bytes:
    """The cell of a `smallint`."""
    return _SMALLINT.pack(2, value)


def integer(value: int) -> bytes:
    """The cell of an `integer`."""
    return _INTEGER.pack(4, value)


def bigint(value: int) -> bytes:
    """The cell of a `bigint`."""
    return _BIGINT.pack(8, value)


def instant(value: datetime) -> bytes:
    """The cell of a `timestamptz`, from an aware datetime, to the microsecond."""
    return _BIGINT.pack(8, (value - _POSTGRES_EPOCH) // _MICROSECOND)


def day(value: date) -> bytes:
    """The cell of a `date`."""
    return _INTEGER.pack(4, value.toordinal() - _POSTGRES_DAY_ZERO)


def bytea(value: bytes) -> bytes:
    """The cell of a `bytea`."""
    return _LENGTH.pack(len(value)) + value


@lru_cache(maxsize=1024)
def word(value: str | None) -> bytes:
    """The cell of a `text` that recurs, such as a topic; None is null."""
    if value is None:
        return _NULL
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded
