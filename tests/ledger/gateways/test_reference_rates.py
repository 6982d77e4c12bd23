"""The bank's files: read to the last digit, or refused by name while the last good rates stay."""

import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ledger.errors import (
    GatewayFailure,
    RateImplausible,
    RatesNotCurrent,
    RatesOutOfOrder,
    RatesUnavailable,
    RatesUnreadable,
)
from ledger.gateways import reference_rates
from ledger.gateways.reference_rates import RateBook, fetched, read_rates, source_of
from ledger.settings import Settings
from ledger.values.clock import instant
from ledger.values.exchange import ReferenceRates, quote_exchange

SAMPLES = Path(__file__).resolve().parents[3] / "sandbox" / "samples"
HISTORY = SAMPLES / "eurofxref-sample.csv"
DAILY = SAMPLES / "eurofxref-sample-daily.xml"
LATER = instant("2026-08-01T12:00:00Z")
MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)

HEADER = "Date,USD,JPY,CYP,GBP,\n"


def read(content: bytes | str) -> list[ReferenceRates]:
    return read_rates(content.encode() if isinstance(content, str) else content, "a file", LATER)


def a_day(day: date = MONDAY, **rates: str) -> bytes:
    """The bank's file of one day."""
    rows = "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">'
        f"<Cube><Cube time='{day}'>{rows}</Cube></Cube></gesmes:Envelope>"
    ).encode()


def zipped(**files: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return archive.getvalue()


# -- Reading ----------------------------------------------------------------------------


def test_the_file_of_a_day_is_read_to_the_last_digit() -> None:
    [monday] = read(DAILY.read_bytes())

    assert monday.published_on == MONDAY
    assert monday.fetched_at == LATER
    assert monday.of("USD") == Decimal("1.0837")
    assert monday.of("GBP") == Decimal("0.85836")
    assert monday.of("EUR") == 1
    assert monday.of("KWD") is None


def test_the_file_of_history_has_the_same_rates_and_the_oldest_day_first() -> None:
    history = read(HISTORY.read_bytes())

    days = [rates.published_on for rates in history]
    assert days == sorted(days)
    assert (days[0], days[-1], len(days)) == (date(2015, 6, 29), date(2026, 7, 31), 637)
    [monday] = read(DAILY.read_bytes())
    assert monday in history


def test_history_may_come_packed_as_the_bank_packs_it() -> None:
    content = HISTORY.read_bytes()

    assert read(zipped(**{"eurofxref-hist.csv": content})) == read(content)


def test_a_rate_that_is_not_published_is_missing_and_not_zero() -> None:
    tuesday, monday = f"{TUESDAY},1.08,N/A,N/A,,\n", f"{MONDAY},1.09,160,N/A,0.85,\n"

    older, newer = read(HEADER + tuesday + monday)

    assert older.per_euro == {"USD": Decimal("1.09"), "JPY": 160, "GBP": Decimal("0.85")}
    assert newer.per_euro == {"USD": Decimal("1.08")}


def test_a_file_of_several_days_in_xml_is_read_alike() -> None:
    two = a_day(TUESDAY, USD="1.08").replace(
        b"</Cube></Cube>", b"</Cube><Cube time='2026-06-01'><Cube currency='USD' rate='1.09'/>"
        b"</Cube></Cube>",
    )  # fmt: skip

    assert [rates.published_on for rates in read(two)] == [MONDAY, TUESDAY]


def test_the_worked_price_is_quoted_from_the_sample() -> None:
    book = RateBook(str(HISTORY))
    book.refresh(LATER)

    exchange = quote_exchange(book.by(MONDAY), "EUR", "USD", margin_bp=100, on=MONDAY)

    assert exchange.rate == "1094537/1000000"
    assert exchange.source == "eurofxref-sample.csv"


# -- Files that are refused -------------------------------------------------------------

BOMB = a_day(USD="1.08").replace(
    b"<gesmes:Envelope", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><gesmes:Envelope', 1
)
OUTSIDE = BOMB.replace(b'"aaaa"', b'SYSTEM "file:///etc/passwd"')


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (b"", "no table"),
        (b"   \n", "not Date and currencies"),
        (HEADER, "no rates"),
        (HEADER + f"{MONDAY},N/A,N/A,N/A,N/A,\n", "no rates for 2026-06-01"),
        (HEADER + f"{MONDAY},1.08,16", "has 3 cells and not 6"),
        (HEADER + f"{MONDAY},1.08,160,N/A,0.85", "has 5 cells and not 6"),
        (HEADER + "yesterday,1.08,160,N/A,0.85,\n", "'yesterday' is no date"),
        (HEADER + f"{MONDAY},1.08,,,,\n{MONDAY},1.08,,,,\n", "2026-06-01 twice"),
        (HEADER + "2026-08-03,1.08,160,N/A,0.85,\n", "yet to come"),
        ("Date,USD,USD,\n", "not Date and currencies"),
        ("<html><body>Sorry</body></html>", "no rates"),
        (a_day(), "no rates"),
        (a_day(USD="1.08", GBP="0.85")[:-30], "no XML"),
        (a_day(USD="1.08") * 2, "no XML"),
        (a_day(USD="1.08").replace(
            b"</Cube></Cube>", b"<Cube currency='USD' rate='1'/></Cube></Cube>"
         ), "USD twice"),
        (a_day(USD="1.08").replace(b"UTF-8", b"UTF-9"), "no XML"),
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
        ("Date,ÜSD,\n", "no table"),
        (b"PK\x03\x04 and then nothing", "no archive"),
        (zipped(one=b"1", two=b"2"), "no archive of one file"),
        (zipped(), "no archive of one file"),
        (zipped(one=HISTORY.read_bytes())[:-100], "no archive"),
    ],
)  # fmt: skip
def test_a_file_that_is_empty_cut_off_or_absurd_is_refused(
    content: bytes | str, because: str
) -> None:
    with pytest.raises(RatesUnreadable) as failure:
        read(content)
    assert because in failure.value.because


@pytest.mark.parametrize(
    "rate", ["0", "0.000", "-1.08", "NaN", "Infinity", "1e9", "1,08", " ", "１.08", "1" * 40]
)
def test_a_rate_that_is_no_plain_number_above_nothing_is_refused(rate: str) -> None:
    with pytest.raises(RatesUnreadable) as failure:
        read(a_day(USD=rate))
    assert "no rate for USD on 2026-06-01" in failure.value.because
    assert len(str(failure.value)) < 200


def test_a_small_archive_that_unpacks_to_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_rates, "LARGEST_BYTES", 10_000)

    with pytest.raises(RatesUnreadable) as failure:
        read(zipped(one=b"\0" * 1_000_000))
    assert "unpacks to more than" in failure.value.because


# -- The book ---------------------------------------------------------------------------


def a_book(tmp_path: Path, content: bytes) -> tuple[RateBook, Path]:
    file = tmp_path / "eurofxref-daily.xml"
    file.write_bytes(content)
    return RateBook(str(file)), file


def test_weekends_and_holidays_have_the_rates_of_the_day_before() -> None:
    book = RateBook(str(HISTORY))
    book.refresh(LATER)

    assert book.by(date(2026, 5, 31)).published_on == date(2026, 5, 29)
    assert book.by(date(2016, 3, 28)).published_on == date(2016, 3, 24)
    assert book.by(MONDAY).published_on == MONDAY
    assert book.by(date(2026, 12, 24)).published_on == date(2026, 7, 31)


def test_before_the_first_day_there_are_no_rates() -> None:
    book = RateBook(str(HISTORY))
    with pytest.raises(RatesNotCurrent):
        book.by(MONDAY)
    book.refresh(LATER)

    with pytest.raises(RatesNotCurrent):
        book.by(date(2015, 6, 28))


def test_a_book_grows_day_by_day_with_the_file(tmp_path: Path) -> None:
    book, file = a_book(tmp_path, a_day(MONDAY, USD="1.08"))
    book.refresh(LATER)
    file.write_bytes(a_day(TUESDAY, USD="1.09"))

    assert book.refresh(LATER).published_on == TUESDAY

    assert book.by(MONDAY).of("USD") == Decimal("1.08")
    assert book.by(TUESDAY).of("USD") == Decimal("1.09")


def test_a_day_that_is_known_keeps_its_rates(tmp_path: Path) -> None:
    book, file = a_book(tmp_path, a_day(MONDAY, USD="1.08"))
    book.refresh(LATER)
    file.write_bytes(a_day(MONDAY, USD="1.09"))

    assert book.refresh(LATER).of("USD") == Decimal("1.08")


BAD_NEWS: list[tuple[bytes, type[Exception]]] = [
    (a_day(TUESDAY, USD="108"), RateImplausible),
    (a_day(TUESDAY, USD="0.0108"), RateImplausible),
    (a_day(date(2026, 5, 29), USD="1.08"), RatesOutOfOrder),
    (b"", RatesUnreadable),
    (a_day(TUESDAY), RatesUnreadable),
    (a_day(TUESDAY, USD="1.08")[:-5], RatesUnreadable),
]


@pytest.mark.parametrize(("content", "failure"), BAD_NEWS)
def test_m2_after_a_bad_file_the_last_good_rates_stay(
    tmp_path: Path, content: bytes, failure: type[Exception]
) -> None:
    book, file = a_book(tmp_path, a_day(MONDAY, USD="1.08"))
    good = book.refresh(LATER)
    file.write_bytes(content)

    with pytest.raises(failure):
        book.refresh(LATER)

    assert book.by(TUESDAY) == good
    file.write_bytes(a_day(TUESDAY, USD="1.09"))
    assert book.refresh(LATER).published_on == TUESDAY


def test_a_day_between_two_readings_is_held_against_its_neighbours_too(tmp_path: Path) -> None:
    book, file = a_book(tmp_path, HEADER.encode() + b"2026-05-29,1.07,,,,\n")
    good = book.refresh(LATER)
    file.write_bytes(
        HEADER.encode()
        + b"2026-06-02,1.08,,,,\n"
        + b"2026-06-01,10.8,,,,\n"
        + b"2026-05-29,1.07,,,,\n"
    )

    with pytest.raises(RateImplausible) as refusal:
        book.refresh(LATER)

    assert refusal.value.published_on == MONDAY
    assert book.by(TUESDAY) == good


def test_a_first_reading_holds_its_newest_day_against_the_day_before(tmp_path: Path) -> None:
    book, _ = a_book(tmp_path, HEADER.encode() + b"2026-06-02,108,,,,\n2026-06-01,1.08,,,,\n")

    with pytest.raises(RateImplausible):
        book.refresh(LATER)
    with pytest.raises(RatesNotCurrent):
        book.by(TUESDAY)


# -- Fetching ---------------------------------------------------------------------------

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def a_bank(answer: Answer) -> Iterator[str]:
    """A server on this machine that answers every GET so; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/stats/eurofxref-daily.xml"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def with_file(content: bytes, announced: int | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(announced or len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def with_status(status: int, location: str = "/elsewhere") -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Location", location)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_the_file_is_fetched_from_the_web() -> None:
    with a_bank(with_file(DAILY.read_bytes())) as url:
        rates = RateBook(url).refresh(LATER)

    assert rates.of("USD") == Decimal("1.0837")
    assert rates.source == "127.0.0.1/stats/eurofxref-daily.xml"


@pytest.mark.parametrize(
    "answer",
    [with_status(404), with_status(503), with_status(302), with_file(b"<a/>", announced=100)],
    ids=["not found", "unavailable", "redirected", "cut off"],
)
def test_m2_a_source_that_fails_is_a_failure_that_may_pass(answer: Answer) -> None:
    with a_bank(answer) as url, pytest.raises(RatesUnavailable) as failure:
        fetched(url)
    assert failure.value.transient
    assert isinstance(failure.value, GatewayFailure)


@pytest.mark.parametrize("drop", [b"X-Drop: 1\r\n", b" "], ids=["of headers", "of the body"])
def test_a_source_that_drips_is_given_up_at_the_deadline(drop: bytes) -> None:
    done = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        head = b"HTTP/1.0 200 OK\r\n"
        handler.wfile.write(head if drop.strip() else head + b"\r\n")
        while not done.wait(0.05):
            try:
                handler.wfile.write(drop)
            except OSError:
                return

    with a_bank(drip) as url:
        began = time.monotonic()
        with pytest.raises(RatesUnavailable):
            fetched(url, deadline_seconds=0.3)
        assert time.monotonic() - began < 3
        done.set()


def test_a_source_that_says_nothing_is_given_up_at_the_deadline() -> None:
    done = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        done.wait(30)

    with a_bank(wait) as url:
        with pytest.raises(RatesUnavailable):
            fetched(url, deadline_seconds=0.2)
        done.set()


def test_a_source_that_never_ends_is_given_up_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_rates, "LARGEST_BYTES", 100_000)

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" " * 65_536)
        except OSError:
            return

    with a_bank(flood) as url, pytest.raises(RatesUnreadable) as failure:
        fetched(url)
    assert "more than 100000 bytes" in failure.value.because


def test_nobody_at_home_is_a_failure_that_may_pass(tmp_path: Path) -> None:
    with a_bank(with_status(200)) as url:
        pass
    for place in (url, str(tmp_path / "not there.xml"), str(tmp_path)):
        with pytest.raises(RatesUnavailable):
            fetched(place)


@pytest.mark.parametrize(
    "place",
    [
        "http://rates.example/daily.xml",
        "ftp://127.0.0.1/daily.xml",
        "file:///etc/hostname",
        "http://[",
        "\0",
    ],
)
def test_rates_come_by_https_or_from_a_path_and_not_otherwise(place: str) -> None:
    with pytest.raises(RatesUnavailable):
        fetched(place)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
         "www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"),
        ("https://me:secret@rates.example/a.csv?key=secret", "rates.example/a.csv"),
        ("/srv/private/rates.csv", "rates.csv"),
    ],
)  # fmt: skip
def test_a_snapshot_names_its_source_without_secrets_or_folders(place: str, name: str) -> None:
    assert source_of(place) == name


def test_the_settings_name_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/x")
    monkeypatch.delenv("REFERENCE_RATES", raising=False)
    assert Settings().reference_rates is None
    monkeypatch.setenv("REFERENCE_RATES", str(HISTORY))
    assert Settings().reference_rates == str(HISTORY)
