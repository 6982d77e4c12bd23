"""What refuses nights, whoever wants them."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from ledger.aggregates.unit_calendar.commands import PlaceHold, Reacquire
from ledger.aggregates.unit_calendar.state import Claim, ClaimId, UnitCalendar
from ledger.errors import NightsAreTaken, TooLate
from ledger.values.clock import Instant
from ledger.values.ids import UnitId
from ledger.values.nights import Taken
from ledger.values.stay import Stay, local_date
from ledger.values.stay import stay as at_least_one_night
from ledger.values.stay_rules import refuse_unless_let


def refuse_unless_bookable(
    calendar: UnitCalendar, command: PlaceHold | Reacquire, now: Instant
) -> None:
    """Let nights pass that are free, still to come and let like this (UC1).

    Raises NoNights, TooLate, NightsAreTaken, and what the stay rules raise.
    """
    wanted, house = command.stay, calendar.house
    at_least_one_night(wanted.check_in, wanted.check_out)
    if now >= house.check_in_at(wanted):
        raise TooLate(check_in=wanted.check_in, today=local_date(now, house.time_zone))
    if command.rules is not None:
        refuse_unless_let(command.rules, wanted, command.heads, now, house.time_zone)
    refuse_if_taken(calendar.taken, command.unit_id, wanted, command.buffer_nights)
    if not (isinstance(command, Reacquire) and command.never_let_go):
        refuse_if_sold_elsewhere(calendar, command.unit_id, wanted)


def refuse_if_taken(
    taken: Taken, unit_id: UnitId, wanted: Stay, buffer_nights: int = 0, **told: Any
) -> None:
    """Let nights pass that nobody has, nor those after them, under any claim.

    Raises NightsAreTaken.
    """
    if taken.gap_around(wanted.kept(buffer_nights)) is None:
        raise NightsAreTaken(
            unit_id=unit_id,
            check_in=wanted.check_in,
            check_out=wanted.check_out,
            buffer_nights=buffer_nights,
            **told,
        )


def refuse_if_sold_elsewhere(calendar: UnitCalendar, unit_id: UnitId, wanted: Stay) -> None:
    """Let nights pass that no feed says are sold, whoever has let them go. Raises NightsAreTaken.

    Nights of the pause after a stay are no stay: they may be somebody's elsewhere.
    """
    if calendar.is_sold_elsewhere(wanted):
        raise NightsAreTaken(unit_id=unit_id, check_in=wanted.check_in, check_out=wanted.check_out)


def listed(
    calendar: UnitCalendar, which: Callable[[ClaimId, Claim], bool]
) -> Iterator[dict[str, str | date | int]]:
    """Claims as a refusal lists them, in order of time."""
    for claim_id, claim in sorted(calendar.claims.items(), key=lambda each: each[1].stay.check_in):
        if which(claim_id, claim):
            yield {
                "id": claim_id,
                "kind": claim.status.value,
                "check_in": claim.stay.check_in,
                "check_out": claim.stay.check_out,
                "buffer_nights": claim.buffer_nights,
            }
