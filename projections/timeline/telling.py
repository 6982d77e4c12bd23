"""How an event is told: the words that the files of `matters` share."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from ledger.events import AnyEvent, Event
from ledger.values.money import Money
from ledger.values.stay import Stay


class Facts(NamedTuple):
    """What a sentence needs to know beside who, when and what; the columns after `actor`."""

    amount_minor: int | None = None
    currency: str | None = None
    check_in: date | None = None
    check_out: date | None = None
    due_at: datetime | None = None
    detail: str | None = None


NOTHING_ELSE = Facts()


def nothing_else(_event: AnyEvent) -> Facts:
    """The sentence says it all."""
    return NOTHING_ELSE


class Told(NamedTuple):
    """How an event is told: its sentence, and what the sentence needs to know of the event."""

    sentence: str
    facts: Callable[[Any], Facts] = nothing_else


Telling = Mapping[type[Event], Told]
"""How each event of a matter is told; together they are the whole union, and a test says so."""


def until(day: date | None) -> str:
    """Until when something is good, in words."""
    return "for good" if day is None else f"until {day}"


def of_amount(amount: Money, due_at: datetime | None = None, detail: str | None = None) -> Facts:
    """What is about money."""
    return Facts(amount.minor, amount.currency, None, None, due_at, detail)


def of_nights(stay: Stay, due_at: datetime | None = None, detail: str | None = None) -> Facts:
    """What is about nights."""
    return Facts(None, None, stay.check_in, stay.check_out, due_at, detail)


def its_amount(event: Any) -> Facts:
    """What is about an amount and nothing else."""
    return of_amount(event.amount)


def its_reason(event: Any) -> Facts:
    """What is told with its reason."""
    return Facts(detail=event.reason)


def its_amount_and_reason(event: Any) -> Facts:
    """What is about an amount, with its reason."""
    return of_amount(event.amount, detail=event.reason)


def its_nights(event: Any) -> Facts:
    """What is about nights and nothing else."""
    return of_nights(event.stay)
