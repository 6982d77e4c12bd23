"""A file's rows, one by one: what every format has in common, and how a bad row is told.

The data is real, so it is dirty; a row that cannot be what it should be is never dropped, and never
guessed.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from replay.history.source import Source, Unreadable

T = TypeVar("T")


class BadRow(Exception):
    """A row breaks a rule: the rule, in words."""


class Line(Struct, frozen=True):
    """A row as it stands: its first line in the file, its text, and its values in their order."""

    number: int
    text: str
    header: Sequence[str]
    values: Sequence[str]

    def by_column(self) -> Mapping[str, str]:
        """The values by their columns, without the space around them. Raises BadRow."""
        if len(self.values) != len(self.header):
            raise BadRow(f"unreadable: {len(self.values)} values for {len(self.header)} columns")
        pairs = zip(self.header, self.values, strict=True)
        return {column: value.strip() for column, value in pairs}


def lines_of(source: Source, columns: Sequence[str], kind: str) -> Iterator[Line]:
    """The rows of a file that has these columns, maybe beside others. Raises Unreadable.

    Lines are those of the decompressed file; the header is line 1. `kind` says what rows are, such
    as `hotel bookings`.
    """
    lines = io.StringIO(source.text, newline="").readlines()
    records = _records(source.name, lines)
    _, _, header = next(records)
    missing = [column for column in columns if column not in header]
    if missing:
        raise Unreadable(
            f"{source.name} is not a file of {kind}: "
            f"its first line lacks the columns {', '.join(missing)}"
        )
    first = None
    for first, last, values in records:
        yield Line(first, "".join(lines[first - 1 : last]).rstrip("\r\n"), header, values)
    if first is None:
        raise Unreadable(f"{source.name} has a header and no rows")


def _records(name: str, lines: Sequence[str]) -> Iterator[tuple[int, int, list[str]]]:
    """Each record with its first and its last line."""
    reader = csv.reader(lines, strict=True)
    first = 1
    try:
        for values in reader:
            yield first, reader.line_num, values
            first = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"{name} is not a CSV file: line {first}: {error}") from None


def read(row: Mapping[str, str], column: str, parse: Callable[[str], T], like: str = "") -> T:
    """A value of a row; `like` says how it is written. Raises BadRow."""
    try:
        return parse(row[column])
    except (ValueError, OverflowError):
        wanted = f": write {like}" if like else ""
        raise BadRow(f"unreadable: {column} is {row[column]!r}{wanted}") from None


def whole_number(text: str) -> int:
    """A whole number ≥ 0, written in plain digits. Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(text)
    return int(text)
