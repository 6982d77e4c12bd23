"""The reference rates of the door: read when needed, kept while good, and never in the way."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.quoting import Reference, quoting_by
from ledger.settings import Misconfigured, Settings
from ledger.values.clock import instant

NOW = instant("2026-06-02T09:00:00Z")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rates.csv"
    path.write_text("Date,USD\n2026-06-01,1.0837\n")
    return path


def rate(reference: Reference, after: timedelta) -> str | None:
    newest = reference.newest(NOW + after)
    return None if newest is None else str(newest.of("USD"))


def test_without_a_source_there_are_no_rates() -> None:
    assert Reference(None).newest(NOW) is None


def test_what_was_read_is_kept_for_an_hour(file: Path) -> None:
    reference = Reference(str(file))
    assert rate(reference, timedelta()) == "1.0837"
    file.write_text("Date,USD\n2026-06-02,1.09\n")

    assert rate(reference, HOUR - MINUTE) == "1.0837"
    assert rate(reference, HOUR) == "1.09"


@pytest.mark.parametrize("spoiled", ["", "Date,USD\n2026-06-02,108.37\n", "<html>sorry</html>"])
def test_m2_a_source_that_fails_leaves_the_last_good_rates_and_is_asked_again(
    file: Path, spoiled: str
) -> None:
    """M2: empty, wrong by a hundred, or something else altogether."""
    reference = Reference(str(file))
    rate(reference, timedelta())
    file.write_text(spoiled)
    assert rate(reference, HOUR) == "1.0837"
    file.write_text("Date,USD\n2026-06-02,1.09\n")

    assert rate(reference, HOUR + MINUTE / 2) == "1.0837"
    assert rate(reference, HOUR + MINUTE) == "1.09"


def test_a_key_that_is_none_is_told_when_the_process_starts() -> None:
    with pytest.raises(Misconfigured, match="32 letters or more"):
        quoting_by(Settings(database_url="postgresql:///", quote_keys=("a:short",)))
