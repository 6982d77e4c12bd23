"""Refunds: asked for line by line, approved with their place in the books, and on their way."""

from collections.abc import Iterator

from ledger.aggregates.booking import Booking
from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.payment import (
    RecordRefund,
    ReleaseRefund,
    ReserveRefund,
    ReverseRefund,
)
from ledger.aggregates.postings import Standing
from ledger.aggregates.refund import (
    REFUND,
    AcceptRefund,
    AskForApproval,
    AutoApprove,
    FailRefund,
    Refund,
    RequestRefund,
    SettleByDispute,
    SubmitRefund,
    SucceedRefund,
)
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.events.refund import Doubt, Funding
from ledger.gateways.stripe.refunds import RefundFact, RefundStatus
from ledger.processes.damage_money import all_refunds_of
from ledger.processes.earnings import (
    TAKEN_BACK,
    blocks_refunds,
    deferred_of,
    owed_to_host,
    refunds_of_end,
)
from ledger.processes.found import booking_in, payment_in, refund_in
from ledger.processes.names import (
    PROCESS,
    PROCESSOR,
    refund_of,
)
from ledger.processes.outcome import Outcome
from ledger.processes.taxes import count_tax_of_refund, remitted_to
from ledger.values.allowance import paid_lines, without
from ledger.values.ids import BookingId, PaymentId, RefundId
from ledger.values.policy import LineBack, Settlement, parted
from ledger.values.price import Price
from ledger.values.shares import Shares


def refund_settlement(
    draft: Draft,
    booking: Booking,
    booking_id: BookingId,
    settlement: Settlement,
    reason: str,
    alteration: int = 0,
) -> tuple[RefundId, ...]:
    """Ask for what a settlement gives back, and approve it, unless the host has the money already.

    Then a person looks at it first (RF3), because it becomes the host's debt. What is approved is
    set aside in its payment, so that no other refund can have it. Where one payment cannot give all
    of it back, several do, each by a refund of its own; those of an alteration are approved
    together or not at all.
    """
    left = left_to_give_back(booking, settlement)
    deferred = deferred_of(draft, booking_id, booking)
    standing = standing_in(draft, booking, booking_id, deferred)
    asks = alteration > 0 and standing.debt(settlement.back).minor > 0
    refunds = []
    for place, (payment_id, part) in enumerate(_spread(draft, booking, settlement), start=1):
        refund_id = refund_of(booking_id, alteration, place, booking.ending)
        request = RequestRefund(
            refund_id=refund_id,
            payment_id=payment_id,
            booking_id=booking_id,
            host_id=booking.host_id,
            reason=reason,
            amount=part.refund,
            back=part.back,
            lines=part.lines,
            funded_by=Funding.BOOKING,
            preview=settlement.digest,
            requested_by=PROCESS.id,
            refundable=payment_in(draft, payment_id).refundable,
            left_on_lines=left,
            time_zone=booking.house.time_zone,
        )
        draft.do(PROCESS, request)
        left = without(left, part.lines)
        _approve(draft, booking, request, deferred, asks=asks)
        deferred -= part.back.above_nothing.at_most(deferred)
        refunds.append(refund_id)
    return tuple(refunds)


def standing_in(
    draft: Draft, booking: Booking, booking_id: BookingId, deferred: Shares | None = None
) -> Standing:
    """Where the money of a stay stands before some of it goes back.

    `deferred` is what of it is not earned, where the caller has counted it already.
    """
    earned = booking.earned is not None
    if earned and deferred is None:
        deferred = deferred_of(draft, booking_id, booking)
    return Standing(
        host_id=booking.host_id,
        earned=earned,
        payable=owed_to_host(draft, booking_id, booking),
        remitted=remitted_to(draft, booking),
        deferred=deferred if earned else None,
    )


def _approve(
    draft: Draft, booking: Booking, request: RequestRefund, deferred: Shares, *, asks: bool
) -> None:
    refund_id = request.refund_id
    standing = standing_in(draft, booking, request.booking_id, deferred)
    if asks or standing.debt(request.back).minor:
        doubts = (Doubt.PAYOUT_TRANSFERRED,)
        draft.do(PROCESS, AskForApproval(refund_id=refund_id, reasons=doubts))
        return
    assert request.preview is not None, "a settlement has a digest"
    draft.do(
        PROCESS,
        AutoApprove(
            refund_id=refund_id,
            preview=request.preview,
            refundable=request.refundable,
            earned=standing.earned,
            payable=standing.payable,
            remitted=standing.remitted,
            deferred=standing.deferred,
        ),
    )
    count_tax_of_refund(draft, refund_id)
    reserve(draft, refund_id)


# -- Which payment gives what back ----------------------------------------------------------


def _spread(
    draft: Draft, booking: Booking, settlement: Settlement
) -> Iterator[tuple[PaymentId, Settlement]]:
    """The first payment that can give all of it back; else each in turn what it can."""
    rooms = [(of, payment_in(draft, of).refundable.minor) for of in booking.payments]
    assert rooms, "what was not paid is not refunded"
    wanted = settlement.refund.minor
    for payment_id, room in rooms:
        if room >= wanted:
            yield payment_id, settlement
            return
    rest = settlement
    for payment_id, room in rooms[:-1]:
        if room >= rest.refund.minor:
            yield payment_id, rest
            return
        if room > 0:
            part, rest = parted(rest, room)
            yield payment_id, part
    yield rooms[-1][0], rest


def left_to_give_back(booking: Booking, settlement: Settlement) -> tuple[LineBack, ...]:
    """What a settlement may give back of each line: what was paid and allowances have left of it,
    and what it adds on lines that get dearer."""
    return without(_paid_or_dearer(booking.price, settlement), booking.lines_given_back)


def _paid_or_dearer(price: Price, settlement: Settlement) -> tuple[LineBack, ...]:
    """What the guest paid, line by line; and what a settlement adds on lines that get dearer."""
    left = {(line.code, line.of): line.minor for line in paid_lines(price)}
    for line in settlement.lines:
        paid_for = left.get((line.code, line.of), 0)
        if paid_for * line.minor < 0 or (not paid_for and line.minor < 0):
            left[line.code, line.of] = line.minor
    return tuple(LineBack(code, of, minor) for (code, of), minor in left.items())


# -- All refunds of a booking ---------------------------------------------------------------


def refunds_of_its_end(draft: Draft, booking_id: BookingId) -> Iterator[tuple[RefundId, Refund]]:
    """The refunds that a booking's end has asked for, and nobody has said no to."""
    for refund_id in refunds_of_end(draft, booking_id, booking_in(draft, booking_id)):
        refund = refund_in(draft, refund_id)
        if refund.status not in TAKEN_BACK:
            yield refund_id, refund


def refunds_are_open(draft: Draft, booking_id: BookingId) -> bool:
    """Whether money of the booking is on its way back, or went back for nobody knows what."""
    refunds = all_refunds_of(draft, booking_id)
    return any(refund.status in REFUND_IS_OPEN for _, refund in refunds)


REFUND_IS_OPEN = (
    Refunding.REQUESTED,
    Refunding.AWAITING_APPROVAL,
    Refunding.APPROVED,
    Refunding.SUBMITTING,
    Refunding.PENDING,
    Refunding.EXTERNAL_DETECTED,
)
"""While money is on its way back to a guest, nothing of its booking goes to a host (PO5)."""

# -- On its way -----------------------------------------------------------------------------


def reserve(draft: Draft, refund_id: RefundId) -> None:
    """Set an approved refund's amount aside in its payment. Raises RefundExceedsCapture."""
    refund = refund_in(draft, refund_id)
    draft.do(
        PROCESS,
        ReserveRefund(payment_id=refund.payment_id, refund_id=refund_id, amount=refund.amount),
    )


def submit_refund(draft: Draft, refund_id: RefundId) -> None:
    """Hand an approved refund to the processor. Raises RefundBlockedByDispute."""
    refund = refund_in(draft, refund_id)
    key = f"{refund_id}/{len(refund.keys) + 1}"
    disputed = blocks_refunds(draft, payment_in(draft, refund.payment_id))
    draft.do(PROCESS, SubmitRefund(refund_id=refund_id, idempotency_key=key, disputed=disputed))


def refund_declined(draft: Draft, refund_id: RefundId, reason: str) -> None:
    """The processor will not carry a refund out: it has failed before it was on its way."""
    refund = refund_in(draft, refund_id)
    draft.do(PROCESSOR, AcceptRefund(refund_id=refund_id, processor_refund=None))
    draft.do(PROCESSOR, FailRefund(refund_id=refund_id, reason=reason))
    draft.do(PROCESS, ReleaseRefund(payment_id=refund.payment_id, refund_id=refund_id))
    settle_by_disputes(draft, refund.booking_id, refund.payment_id)


def settle_by_disputes(draft: Draft, booking_id: BookingId, payment_id: PaymentId) -> None:
    """Owe no refund any more that a guest has from their bank, by a dispute that was lost.

    It is what the dispute took beside everybody's part: their parts had gone to the refund.
    """
    payment = payment_in(draft, payment_id)
    lost = {of: draft.state(DISPUTE, of) for of in payment.disputed}
    refunds = list(all_refunds_of(draft, booking_id))
    for dispute_id, dispute in lost.items():
        if dispute is None or dispute.loss is None:
            continue
        left = dispute.loss.borne.minor
        left -= sum(one.worth.minor for _, one in refunds if one.settled_by == dispute_id)
        for refund_id, refund in refunds:
            still = refund_in(draft, refund_id).status in NOT_WITH_THE_GUEST
            if still and refund.payment_id == payment_id and 0 < refund.worth.minor <= left:
                left -= refund.worth.minor
                draft.do(PROCESS, SettleByDispute(refund_id=refund_id, dispute_id=dispute_id))
                if refund_id in payment.reserved:
                    release = ReleaseRefund(payment_id=payment_id, refund_id=refund_id)
                    draft.do(PROCESS, release)


NOT_WITH_THE_GUEST = (Refunding.APPROVED, Refunding.FAILED, Refunding.NEEDS_ALTERNATIVE)
"""Where a refund is owed, and nothing of it is on its way."""


def take_in_refund(draft: Draft, fact: RefundFact) -> Outcome:
    """Bring a refund, and its payment, to where the processor's object stands."""
    refund = draft.state(REFUND, fact.refund_id) if fact.refund_id else None
    if fact.refund_id is None or refund is None:
        return Outcome.NOT_OURS
    if fact.attempt != max(len(refund.keys), 1):
        # It failed, and was sent again since.
        return Outcome.NOTHING_NEW
    outcome = Outcome.NOTHING_NEW
    if refund.status is Refunding.SUBMITTING:
        draft.do(
            PROCESSOR,
            AcceptRefund(
                refund_id=fact.refund_id,
                processor_refund=fact.refund,
                pending_reason=fact.waits_for,
            ),
        )
        outcome = Outcome.TAKEN_IN
    changed = take_in_change(draft, fact.refund_id, fact)
    return outcome if changed is Outcome.NOTHING_NEW else changed


def take_in_change(draft: Draft, refund_id: RefundId, fact: RefundFact) -> Outcome:
    """Bring a refund that the processor took on to where its object stands."""
    match fact.status:
        case RefundStatus.SUCCEEDED:
            return _succeeded(draft, refund_id, fact) or Outcome.NOTHING_NEW
        case RefundStatus.FAILED | RefundStatus.CANCELLED:
            return _failed(draft, refund_id, fact) or Outcome.NOTHING_NEW
        case RefundStatus.PENDING | RefundStatus.REQUIRES_ACTION:
            return Outcome.NOTHING_NEW


def _succeeded(draft: Draft, refund_id: RefundId, fact: RefundFact) -> Outcome | None:
    refund = refund_in(draft, refund_id)
    if refund.status is not Refunding.PENDING:
        return None
    if fact.taken is None:
        return Outcome.LATER
    paid = -fact.taken.amount
    draft.do(
        PROCESSOR,
        SucceedRefund(
            refund_id=refund_id,
            amount=fact.amount,
            processor_refund=fact.refund,
            balance_transaction=fact.taken.movement_id,
            settled=None if paid.currency == fact.amount.currency else paid,
        ),
    )
    draft.do(
        PROCESS,
        RecordRefund(payment_id=refund.payment_id, refund_id=refund_id, amount=refund.amount),
    )
    return Outcome.TAKEN_IN


def _failed(draft: Draft, refund_id: RefundId, fact: RefundFact) -> Outcome | None:
    refund = refund_in(draft, refund_id)
    if refund.status not in (Refunding.PENDING, Refunding.SUCCEEDED):
        return None
    if refund.status is Refunding.PENDING and fact.returned is not None:
        # It had left our balance before it failed, and both ways stand in the books.
        _succeeded(draft, refund_id, fact)
        refund = refund_in(draft, refund_id)
    if refund.status is Refunding.SUCCEEDED and fact.returned is None:
        return Outcome.LATER
    returned = fact.returned if refund.status is Refunding.SUCCEEDED else None
    back = returned.amount if returned else None
    draft.do(
        PROCESSOR,
        FailRefund(
            refund_id=refund_id,
            reason=fact.failure or fact.status.value,
            processor_refund=fact.refund,
            balance_transaction=returned.movement_id if returned else None,
            settled=None if back is None or back.currency == fact.amount.currency else back,
        ),
    )
    if refund.status is Refunding.SUCCEEDED:
        draft.do(PROCESSOR, ReverseRefund(payment_id=refund.payment_id, refund_id=refund_id))
    else:
        draft.do(PROCESS, ReleaseRefund(payment_id=refund.payment_id, refund_id=refund_id))
    settle_by_disputes(draft, refund.booking_id, refund.payment_id)
    return Outcome.TAKEN_IN
