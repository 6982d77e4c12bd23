"""Obligations: what is open of one booking, for whoever wants to let, or host, no more."""

from collections.abc import Iterator

from ledger.aggregates.booking import BOOKING, Booking
from ledger.aggregates.booking import Status as Booked
from ledger.aggregates.damage_claim import DAMAGE_CLAIM
from ledger.aggregates.damage_claim import Status as Claimed
from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.payout import Status as Paid
from ledger.aggregates.refund import Status as Refunding
from ledger.aggregates.support_case import Status as Asked
from ledger.draft import Draft
from ledger.processes.damage_money import all_payments_of, all_payouts_of, all_refunds_of
from ledger.processes.earnings import owed_to_host
from ledger.processes.names import damage_claim_of
from ledger.processes.open_cases import cases_of
from ledger.values.ids import BookingId

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


def open_of(draft: Draft, booking_id: BookingId) -> Iterator[str]:
    """All that is open of a booking, by kind and id; nothing where there is no such booking."""
    booking = draft.state(BOOKING, booking_id)
    if booking is not None:
        yield from _open_of_stay(draft, booking_id, booking)
        yield from _open_money(draft, booking_id, booking)


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
