"""Closing: a host leaves for good, once nobody is to come, nothing is to be paid, and no one waits.

Which streams are a host's the caller says; whether anything of them is open, each says itself.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ledger.aggregates.host_debt import HOST_DEBT, debt_of
from ledger.aggregates.provider import CloseProvider
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.aggregates.unit_calendar import Status as Nights
from ledger.aggregates.verification import VERIFICATION
from ledger.draft import Draft
from ledger.events import Actor
from ledger.processes.found import host_in
from ledger.processes.obligations import open_of
from ledger.values.ids import BookingId, HostId, UnitId, VerificationId


class Ties(Struct, frozen=True, kw_only=True):
    """What is a host's: every booking that they ever had, each unit, and what is under review."""

    bookings: Sequence[BookingId]
    units: Sequence[UnitId]
    reviews: Sequence[VerificationId]


def close_host(draft: Draft, by: Actor, host_id: HostId, ties: Ties) -> None:
    """Let a host leave for good (PR14).

    Raises ObligationsAreOpen, with each of them; TransitionNotAllowed, NotFound.
    """
    host_in(draft, host_id)
    obligations = tuple(dict.fromkeys(_obligations(draft, host_id, ties)))
    draft.do(by, CloseProvider(host_id=host_id, obligations=obligations))


def _obligations(draft: Draft, host_id: HostId, ties: Ties) -> Iterator[str]:
    for unit_id in ties.units:
        yield from _still_to_come(draft, unit_id)
    for booking_id in ties.bookings:
        yield from open_of(draft, booking_id)
    debt = draft.state(HOST_DEBT, debt_of(host_id))
    for currency, minor in sorted(debt.owed_minor.items()) if debt else ():
        if minor:
            yield f"debt:{currency}"
    for verification_id in ties.reviews:
        review = draft.state(VERIFICATION, verification_id)
        if review is not None and review.is_open:
            yield f"review:{verification_id}"


def _still_to_come(draft: Draft, unit_id: UnitId) -> Iterator[str]:
    """Who has nights of a unit, so that no booking comes about unseen while its host leaves."""
    calendar = draft.state(UNIT_CALENDAR, unit_id)
    for claim_id, claim in calendar.claims.items() if calendar else ():
        taken = claim.status in (Nights.HOLD, Nights.RESERVATION)
        if calendar and taken and calendar.house.check_out_at(claim.stay) > draft.now:
            yield f"booking:{claim_id}"
