"""Closing: a host leaves for good, once nobody is to come, nothing is to be paid, and no one waits.

Which streams are a host's the caller says; whether anything of them is open, each says itself.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ledger.aggregates.booking import BOOKING, Booking
from ledger.aggregates.booking import Status as Booked
from ledger.aggregates.damage_claim import DAMAGE_CLAIM
from ledger.aggregates.damage_claim import Status as Claimed
from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.host_debt import HOST_DEBT, debt_of
from ledger.aggregates.payout import Status as Paid
from ledger.aggregates.provider import CloseProvider
from ledger.aggregates.refund import Status as Refunding
from ledger.aggregates.support_case import Status as Asked
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.aggregates.unit_calendar import Status as Nights
from ledger.aggregates.verification import VERIFICATION
from ledger.draft import Draft
from ledger.events import Actor
from ledger.processes.damage_money import all_payments_of, all_payouts_of, all_refunds_of
from ledger.processes.earnings import owed_to_host
from ledger.processes.found import host_in
from ledger.processes.names import damage_claim_of
from ledger.processes.open_cases import cases_of
from ledger.values.ids import BookingId, HostId, UnitId, VerificationId

UNDER_WAY = (
    Booked.PENDING_PAYMENT,
    Booked.AWAITING_HOST,
    Booked.ACCEPTING,
    Booked.CONFIRMED,
    Booked.IN_STAY,
)
"""A guest is to come, is there, or may still."""

UNPAID = (Paid.SCHEDULED, Paid.ON_HOLD, Paid.DUE, Paid.RELEASING, Paid.FAILED)
"""Where a payout has not reached its host."""

GIVEN_BACK = (
    Refunding.SUCCEEDED,
    Refunding.SETTLED_ALTERNATIVELY,
    Refunding.REJECTED,
    Refunding.CANCELLED,
)
"""Where nothing more comes of a refund."""

CLEARED_UP = (Claimed.CHARGED, Claimed.DISMISSED, Claimed.WITHDRAWN)
"""Where nothing more comes of a claim for damage."""


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
        booking = draft.state(BOOKING, booking_id)
        if booking is not None:
            yield from _open_of_stay(draft, booking_id, booking)
            yield from _open_money(draft, booking_id, booking)
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


def _open_of_stay(draft: Draft, booking_id: BookingId, booking: Booking) -> Iterator[str]:
    """What guest and host have not settled between them."""
    if booking.status in UNDER_WAY:
        yield f"booking:{booking_id}"
    claim = draft.state(DAMAGE_CLAIM, damage_claim_of(booking_id))
    if claim is not None and claim.status not in CLEARED_UP:
        yield f"damage_claim:{damage_claim_of(booking_id)}"
    for case_id, case in cases_of(draft, booking_id):
        if case.status is not Asked.RESOLVED:
            yield f"case:{case_id}"


def _open_money(draft: Draft, booking_id: BookingId, booking: Booking) -> Iterator[str]:
    """What of a booking's money is on its way, or contested."""
    unpaid = [one for one, payout in all_payouts_of(draft, booking_id) if payout.status in UNPAID]
    yield from (f"payout:{payout_id}" for payout_id in unpaid)
    if not unpaid and owed_to_host(draft, booking_id, booking).minor:
        yield f"earnings:{booking_id}"
    for refund_id, refund in all_refunds_of(draft, booking_id):
        if refund.status not in GIVEN_BACK:
            yield f"refund:{refund_id}"
    for payment in all_payments_of(draft, booking_id):
        for dispute_id in payment.disputed:
            dispute = draft.state(DISPUTE, dispute_id)
            if dispute is not None and dispute.is_open:
                yield f"dispute:{dispute_id}"
