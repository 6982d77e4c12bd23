"""Ranges of local dates as callers name them, and how long they may be."""

from datetime import date

from pydantic import Field

from api.faults import InvalidRequest
from api.shapes import LocalDate, Query
from ledger.values.stay import Stay, stay

LONGEST_STAY_NIGHTS = 365
LONGEST_WINDOW_DAYS = 800


class Window(Query):
    """From a day to before another, at most 800 days."""

    begins: LocalDate = Field(alias="from")
    ends: LocalDate = Field(alias="to")

    def refuse_too_long(self) -> None:
        """Let a window pass that may be asked for. Raises InvalidRequest."""
        days = (self.ends - self.begins).days
        if days > LONGEST_WINDOW_DAYS:
            raise InvalidRequest(days=days, at_most=LONGEST_WINDOW_DAYS)


def bounded_stay(check_in: date, check_out: date) -> Stay:
    """A stay that may be asked for. Raises NoNights; InvalidRequest above 365 nights."""
    asked = stay(check_in, check_out)
    if asked.nights_count() > LONGEST_STAY_NIGHTS:
        raise InvalidRequest(nights_count=asked.nights_count(), at_most=LONGEST_STAY_NIGHTS)
    return asked
