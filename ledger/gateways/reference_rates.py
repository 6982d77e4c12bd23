"""Reference rates: the European Central Bank's own files, read with suspicion.

The bank publishes around 16:00 CET on working days: `eurofxref-daily.xml` has the last day,
`eurofxref-hist.csv`, `.zip` and `.xml` every day since 1999. Any of them is read here, from a path
or from the web. A file that is empty, cut off or absurd is refused whole, and the last good rates
stay (spec: faults, M2).
"""

import csv
import io
import re
import socket
import time
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Timer
from urllib.parse import urlsplit, urlunsplit
from xml.parsers import expat

from ledger.errors import RatesNotCurrent, RatesUnavailable, RatesUnreadable
from ledger.values.clock import Instant
from ledger.values.currency import CURRENCIES
from ledger.values.exchange import ReferenceRates, plausible, reference_rates

DEADLINE_SECONDS = 10.0
LARGEST_BYTES = 16 * 1024 * 1024
"""Of a file, packed or unpacked: the whole history since 1999 has less than two million."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")
NOT_PUBLISHED = ("", "N/A")
_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")

Figures = Mapping[date, Mapping[str, Decimal]]


class RateBook:
    """The reference rates of many days from one source: good ones only, and never fewer."""

    def __init__(self, place: str, *, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._place = place
        self._deadline_seconds = deadline_seconds
        self._days: list[ReferenceRates] = []

    def refresh(self, now: Instant) -> ReferenceRates:
        """Read the source anew, and give the newest rates.

        A day that is known already keeps its rates: history does not change behind quotes. Raises
        RatesUnavailable, RatesUnreadable, RatesOutOfOrder, RateImplausible; then nothing changes.
        """
        content = fetched(self._place, deadline_seconds=self._deadline_seconds)
        self._days = merged(self._days, read_rates(content, source_of(self._place), now))
        return self._days[-1]

    def by(self, day: date) -> ReferenceRates:
        """The newest rates published on a day or before it: a weekend has those of its Friday.

        Raises RatesNotCurrent where there are none.
        """
        place = bisect_right(self._days, day, key=lambda rates: rates.published_on)
        if not place:
            raise RatesNotCurrent(published_on=None, on=day)
        return self._days[place - 1]


def merged(good: list[ReferenceRates], read: list[ReferenceRates]) -> list[ReferenceRates]:
    """Good days, and those read that come after them, each plausible beside the day before it.

    Where none is known yet, the newest day is held against its neighbour in the file, and the older
    ones are taken as they are. Raises RatesOutOfOrder, RateImplausible.
    """
    if good:
        plausible(read[-1], good[-1])
        newer = [rates for rates in read if rates.published_on > good[-1].published_on]
        known = good
    else:
        known, newer = read[:-1], read[-1:]
    for before, rates in zip([*known[-1:], *newer], newer, strict=False):
        plausible(rates, before)
    return [*known, *newer]


# -- Fetching ---------------------------------------------------------------------------


def fetched(place: str, *, deadline_seconds: float = DEADLINE_SECONDS) -> bytes:
    """The content of a path, or of an https URL (http on this machine only); no redirects.

    Raises RatesUnavailable, also past the deadline; RatesUnreadable for more than LARGEST_BYTES.
    """
    try:
        content = _downloaded(place, deadline_seconds) if _on_the_web(place) else _opened(place)
    except (OSError, HTTPException, ValueError) as error:
        raise RatesUnavailable(source=source_of(place), because=str(error)) from error
    if len(content) > LARGEST_BYTES:
        raise RatesUnreadable(because=f"it has more than {LARGEST_BYTES} bytes")
    return content


def _on_the_web(place: str) -> bool:
    parts = urlsplit(place)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _opened(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(LARGEST_BYTES + 1)


def _downloaded(url: str, deadline_seconds: float) -> bytes:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    ends_at = time.monotonic() + deadline_seconds
    with closing(kind(parts.hostname or "", parts.port, timeout=deadline_seconds)) as connection:
        connection.connect()
        # A timeout is per read, so one who drips could hold us for ever: whatever is still being
        # read when the time is up ends there.
        hanging_up = Timer(ends_at - time.monotonic(), _hang_up, [connection.sock])
        hanging_up.start()
        try:
            connection.request("GET", urlunsplit(("", "", parts.path or "/", parts.query, "")))
            with connection.getresponse() as response:
                content = _body(response)
        finally:
            hanging_up.cancel()
            in_time = time.monotonic() < ends_at
    if not in_time:
        raise TimeoutError(f"not done within {deadline_seconds:g} s")
    return content


def _body(response: HTTPResponse) -> bytes:
    if response.status != HTTPStatus.OK:
        raise HTTPException(f"it answers {response.status} {response.reason}")
    content = response.read(LARGEST_BYTES + 1)
    if response.length and len(content) <= LARGEST_BYTES:
        raise HTTPException(f"it ended {response.length} bytes too early")
    return content


def _hang_up(connected: socket.socket) -> None:
    # Below TLS, and from beside the thread that reads: closing would pull the file from under it.
    with suppress(OSError):
        socket.socket.shutdown(connected, socket.SHUT_RDWR)


def source_of(place: str) -> str:
    """How snapshots name a place for ever: host and path of a URL, the bare name of a file here."""
    try:
        parts = urlsplit(place)
    except ValueError:
        return "an address that is none"
    return f"{parts.hostname}{parts.path}" if parts.hostname else Path(place).name


# -- Reading ----------------------------------------------------------------------------


def read_rates(content: bytes, source: str, fetched_at: Instant) -> list[ReferenceRates]:
    """Every day of a file (XML, CSV, or CSV in a zip), the oldest first, in our currencies.

    Raises RatesUnreadable.
    """
    if content.startswith(b"PK"):
        content = _unpacked(content)
    figures = _from_xml(content) if content.lstrip()[:1] == b"<" else _from_csv(content)
    if not figures:
        raise RatesUnreadable(because="it has no rates")
    newest = max(figures)
    # The bank's day ends before ours at most by a time zone, so tomorrow's rates are not real.
    if newest > fetched_at.date() + timedelta(days=1):
        raise RatesUnreadable(because=f"it has rates of {newest}, which is yet to come")
    return [reference_rates(day, source, fetched_at, figures[day]) for day in sorted(figures)]


def _unpacked(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            [name] = archive.namelist()
            with archive.open(name) as file:
                unpacked = file.read(LARGEST_BYTES + 1)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise RatesUnreadable(because=f"it is no archive of one file: {error}") from error
    if len(unpacked) > LARGEST_BYTES:
        raise RatesUnreadable(because=f"it unpacks to more than {LARGEST_BYTES} bytes")
    return unpacked


def _from_csv(content: bytes) -> Figures:
    try:
        header, *rows = csv.reader(content.decode("ascii").splitlines())
    except (ValueError, csv.Error) as error:
        raise RatesUnreadable(because=f"it is no table: {error}") from error
    codes = [cell.strip() for cell in header]
    if codes[0] != "Date" or len(set(codes)) != len(codes):
        raise RatesUnreadable(because="its first line is not Date and currencies")
    figures: dict[date, Mapping[str, Decimal]] = {}
    for row in rows:
        if len(row) != len(codes):
            raise RatesUnreadable(because=f"a row has {len(row)} cells and not {len(codes)}")
        cells = [cell.strip() for cell in row]
        _note(figures, cells[0], zip(codes[1:], cells[1:], strict=True))
    return figures


def _from_xml(content: bytes) -> Figures:
    days: list[tuple[str, list[tuple[str, str]]]] = []

    def started(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] != "Cube":
            return
        if "time" in attributes:
            days.append((attributes["time"], []))
        elif "currency" in attributes and days:
            days[-1][1].append((attributes["currency"], attributes.get("rate", "")))

    def declared(*_: object) -> None:
        # The bank's files declare no document type, and without one there are no entities.
        raise RatesUnreadable(because="it declares a document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = started
    parser.StartDoctypeDeclHandler = declared
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the library's way to say: this is all
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise RatesUnreadable(because=f"it is no XML: {error}") from error
    figures: dict[date, Mapping[str, Decimal]] = {}
    for day, pairs in days:
        _note(figures, day, pairs)
    return figures


def _note(
    figures: dict[date, Mapping[str, Decimal]], day: str, pairs: Iterable[tuple[str, str]]
) -> None:
    try:
        published_on = date.fromisoformat(day)
    except ValueError as error:
        raise RatesUnreadable(because=f"{day!r} is no date") from error
    if published_on in figures:
        raise RatesUnreadable(because=f"it has {day} twice")
    rates: dict[str, Decimal] = {}
    for currency, text in pairs:
        if currency not in CURRENCIES or text in NOT_PUBLISHED:
            continue
        if currency in rates:
            raise RatesUnreadable(because=f"it has {currency} twice on {day}")
        rates[currency] = _rate(text, currency, day)
    if not rates:
        raise RatesUnreadable(because=f"it has no rates for {day}")
    figures[published_on] = rates


def _rate(text: str, currency: str, day: str) -> Decimal:
    if not _RATE.fullmatch(text) or not (rate := Decimal(text)):
        raise RatesUnreadable(because=f"{text[:40]!r} is no rate for {currency} on {day}")
    return rate
