"""The bench's house with a few rooms, and days in it that are still to come."""

from datetime import timedelta

from bench import estate
from bench.estate import Estate
from ledger.application import Ledger
from ledger.values.clock import system_clock

EARLIEST = system_clock().date() + timedelta(days=30)
"""A day that is still to come, whenever the tests run."""


def day(ahead: int) -> str:
    """A local date that is still to come, as the door wants it."""
    return (EARLIEST + timedelta(days=ahead)).isoformat()


def settle_in(ledger: Ledger, units_count: int = 3, host_id: str | None = None) -> Estate:
    """Vouch for a new property and open the calendars of its rooms."""
    return estate.settle_in(ledger, EARLIEST, units_count, host_id)
