"""Earnings: what of a booking's money is its host's, and what of that the books still owe.

Refunds and disputes take of it, payouts bring it to the host. All of them are found by the payment,
which knows the id of each refund that has its money and of each dispute that took some.
"""

from collections.abc import Iterator, Sequence
from itertools import count, takewhile

from ledger.aggregates.alteration import ALTERATION
from ledger.aggregates.booking import Booking
from ledger.aggregates.dispute import DISPUTE, Dispute
from ledger.aggregates.payment import PAYMENT, Payment
from ledger.aggregates.payout import PAYOUT, Payout
from ledger.aggregates.refund import REFUND, Refund
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.events.refund import Funding
from ledger.processes.names import alteration_of, payout_of, refund_of, staff_refund_of
from ledger.values.clearance import Hold
from ledger.values.ids import BookingId, PayoutId, RefundId
from ledger.values.journal import Account
from ledger.values.money import Money, zero
from ledger.values.shares import Shares


def payments_of(draft: Draft, booking: Booking) -> Iterator[Payment]:
    """All payments of a booking: the one that it is confirmed by, and those of its alterations."""
    for payment_id in booking.payments:
        payment = draft.state(PAYMENT, payment_id)
        if payment is not None:
            yield payment


def payouts_of(draft: Draft, booking_id: BookingId) -> Iterator[tuple[PayoutId, Payout]]:
    """The payouts of a booking, the first one first."""
    for number in count(1):
        payout_id = payout_of(booking_id, number)
        payout = draft.state(PAYOUT, payout_id)
        if payout is None:
            return
        yield payout_id, payout


def disputes_of(draft: Draft, payment: Payment) -> Iterator[Dispute]:
    """The disputes that have some of a payment's money, for now or for good."""
    for dispute_id in payment.disputed:
        dispute = draft.state(DISPUTE, dispute_id)
        if dispute is not None:
            yield dispute


def is_disputed(draft: Draft, payment: Payment) -> bool:
    """Whether a dispute that is not decided has some of a payment's money."""
    return any(dispute.is_open for dispute in disputes_of(draft, payment))


def holds_for_dispute(draft: Draft, payout: Payout) -> bool:
    """Whether a payout waits for a dispute that is open, be it an inquiry that took no money."""
    causes = payout.causes.get(Hold.DISPUTE, frozenset())
    found = (draft.state(DISPUTE, cause) for cause in causes)
    return any(dispute is not None and dispute.is_open for dispute in found)


def blocks_refunds(draft: Draft, payment: Payment) -> bool:
    """Whether a dispute has the money that a refund needs: for now, or too much of it for good."""
    taken = [*payment.refunds.values(), *payment.reserved.values(), *payment.disputed.values()]
    is_short = sum(amount.minor for amount in taken) > payment.captured.minor
    return is_disputed(draft, payment) or (bool(payment.disputed) and is_short)


def lost_of(draft: Draft, payment: Payment, currency: str) -> Shares:
    """What lost disputes took of everybody's part of a payment."""
    losses = (dispute.loss for dispute in disputes_of(draft, payment) if dispute.loss)
    return sum((loss.shares for loss in losses), Shares(currency))


def _lost(draft: Draft, booking: Booking) -> Shares:
    """What lost disputes took of everybody's part of all payments of a booking."""
    currency = booking.price.currency
    lost = (lost_of(draft, payment, currency) for payment in payments_of(draft, booking))
    return sum(lost, Shares(currency))


def lost_before_earned(draft: Draft, booking: Booking) -> Shares:
    """What of it was lost before the stay was earned, so that it never will be."""
    found = (each for of in payments_of(draft, booking) for each in disputes_of(draft, of))
    losses = (dispute.loss for dispute in found if dispute.loss and not dispute.loss.earned)
    return sum((loss.shares for loss in losses), Shares(booking.price.currency))


def taken_from_host(draft: Draft, booking: Booking) -> Money:
    """What lost disputes took of what the host had not been paid yet: it never will be."""
    taken = zero(booking.price.currency)
    for payment in payments_of(draft, booking):
        for dispute in disputes_of(draft, payment):
            if dispute.loss:
                taken += dispute.loss.from_held + dispute.loss.from_payable
    return taken


def deferred_of(draft: Draft, booking_id: BookingId, booking: Booking) -> Shares:
    """What of a booking's money is not earned yet, and neither given back nor lost.

    After a stay's end that is what its end gives back and nobody has approved: the rest is earned.
    """
    left = (booking.deferred - lost_before_earned(draft, booking)).above_nothing
    if booking.settlement is None:
        return left
    for refund_id in refunds_of_end(draft, booking_id, booking):
        refund = draft.state(REFUND, refund_id)
        if refund is not None and refund.approval and refund.status not in TAKEN_BACK:
            left -= refund.back.above_nothing.at_most(left)
    return left


def forgone(draft: Draft, booking_id: BookingId, booking: Booking) -> Shares:
    """What a stay's end would have given back, and somebody of finance took back or said no to."""
    back = Shares(booking.price.currency)
    if booking.settlement is None:
        return back
    for refund_id in refunds_of_end(draft, booking_id, booking):
        refund = draft.state(REFUND, refund_id)
        if refund is not None and refund.status in TAKEN_BACK:
            back += refund.back
    return back


def keeps(draft: Draft, booking_id: BookingId, booking: Booking) -> Shares:
    """What host, platform and authorities will have of a booking, whatever disputes take of it."""
    return booking.keeps + forgone(draft, booking_id, booking)


def kept(draft: Draft, booking_id: BookingId, booking: Booking) -> Shares:
    """What host, platform and authorities have of a booking's money, less what disputes took."""
    return keeps(draft, booking_id, booking) - _lost(draft, booking)


def left_of(draft: Draft, booking_id: BookingId, booking: Booking) -> Shares:
    """What a booking was paid for, less what went back of it by refunds.

    What its alterations gave back its price does not have any more.
    """
    left, altered = booking.price.shares, refunds_of_alterations(draft, booking_id)
    for refund_id, refund in _approved(draft, booking_id, booking):
        if refund.funded_by is Funding.BOOKING and refund_id not in altered:
            left -= refund.back
    return left


def undisputed_of(draft: Draft, booking_id: BookingId, booking: Booking) -> Shares:
    """What is left of everybody's part of a booking: not given back, and not lost by disputes."""
    return left_of(draft, booking_id, booking) - _lost(draft, booking)


def owed_to_host(draft: Draft, booking_id: BookingId, booking: Booking) -> Money:
    """What the books owe the host for a booking, beside what is held for disputes.

    What is on its way to the host is owed no more: nobody could stop it.
    """
    currency = booking.price.currency
    if booking.earned is None:
        return zero(currency)
    gone = sum(brought(payout).minor for _, payout in payouts_of(draft, booking_id))
    gone += sum(_taken_by(refund) for _, refund in _approved(draft, booking_id, booking))
    for payment in payments_of(draft, booking):
        gone += sum(map(kept_by, disputes_of(draft, payment)))
    return Money(max(booking.earned.host_minor - gone, 0), currency)


def brought(payout: Payout) -> Money:
    """What a payout brought its host, by a transfer or for a debt, and is not owed once more."""
    return payout.netted + payout.sent - payout.owed_again


def owed_back(draft: Draft, booking_id: BookingId, booking: Booking) -> Money:
    """What refunds took of what the host had already: it became a debt, which is paid elsewhere."""
    owed = 0
    for _, refund in _approved(draft, booking_id, booking):
        if refund.debt is not None and refund.funded_by is Funding.BOOKING:
            owed += refund.debt.minor
    return Money(owed, booking.price.currency)


def _approved(
    draft: Draft, booking_id: BookingId, booking: Booking
) -> Iterator[tuple[RefundId, Refund]]:
    """The refunds that took of everybody's part, whether the guest has the money by now or not."""
    for refund_id, refund in refunds_of(draft, booking_id, booking):
        if refund.approval and refund.status not in TAKEN_BACK:
            yield refund_id, refund


def refunds_of(
    draft: Draft, booking_id: BookingId, booking: Booking
) -> Iterator[tuple[RefundId, Refund]]:
    """Every refund of a booking: of its end, of an alteration, asked for by staff, or external.

    A payment knows the last ones since they were seen, whether or not they came back, and of the
    others those that have its money.
    """
    named = dict.fromkeys(refunds_of_end(draft, booking_id, booking))
    named |= dict.fromkeys(refunds_of_alterations(draft, booking_id))
    named |= dict.fromkeys(staff_refunds(draft, booking_id))
    for payment in payments_of(draft, booking):
        named |= dict.fromkeys((*payment.refunds, *payment.reserved, *sorted(payment.came_back)))
    for refund_id in named:
        refund = draft.state(REFUND, refund_id)
        if refund is not None:
            yield refund_id, refund


def refunds_of_end(draft: Draft, booking_id: BookingId, booking: Booking) -> Sequence[RefundId]:
    """The refunds that a booking's end asked for, by their places; none of an end taken back."""
    ending = booking.ending
    return _asked(draft, (refund_of(booking_id, 0, place, ending) for place in count(1)))


def refunds_of_alterations(draft: Draft, booking_id: BookingId) -> Sequence[RefundId]:
    """The refunds of what a booking's alterations made cheaper."""
    alteration = draft.state(ALTERATION, alteration_of(booking_id))
    numbers = range(1, alteration.number + 1) if alteration else ()
    return tuple(
        of for number in numbers for of in refunds_of_alteration(draft, booking_id, number)
    )


def refunds_of_alteration(draft: Draft, booking_id: BookingId, number: int) -> Sequence[RefundId]:
    """The refunds of one alteration: one for each payment that gives back."""
    return _asked(draft, (refund_of(booking_id, number, place) for place in count(1)))


def staff_refunds(draft: Draft, booking_id: BookingId) -> Sequence[RefundId]:
    """The refunds of a booking that staff asked for, in that order."""
    return _asked(draft, (staff_refund_of(booking_id, number) for number in count(1)))


def _asked(draft: Draft, numbered: Iterator[RefundId]) -> tuple[RefundId, ...]:
    return tuple(takewhile(lambda one: draft.state(REFUND, one) is not None, numbered))


TAKEN_BACK = (Refunding.CANCELLED, Refunding.REJECTED)


def _taken_by(refund: Refund) -> int:
    """What an approved refund took of what the books owed the host, in minor units."""
    lines = (line for entry in refund.approval for line in entry.lines)
    return sum(line.minor for line in lines if line.account == Account.HOST_PAYABLE)


def kept_by(dispute: Dispute) -> int:
    """What a dispute holds of what the books owed the host, or took of it, in minor units."""
    loss = dispute.loss
    if loss is None:
        return dispute.held.minor if dispute.held else 0
    return (loss.from_held + loss.from_payable).minor if loss.earned else 0
