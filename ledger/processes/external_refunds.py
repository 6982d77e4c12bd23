"""External refunds: seen at the processor, never asked for here, until finance says whose."""

from collections.abc import Iterator

from msgspec.structs import replace

from ledger.aggregates.booking import BOOKING
from ledger.aggregates.payment import PAYMENT, Payment, RecordRefund, ReverseRefund
from ledger.aggregates.refund import (
    REFUND,
    ClassifyRefund,
    ReverseExternalRefund,
    SeeExternalRefund,
    external_refund_of,
)
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import NotFound, RefundExceedsCapture
from ledger.events import Actor
from ledger.events.refund import Funding
from ledger.gateways.stripe.refunds import RefundFact, RefundStatus
from ledger.processes.allowances import (
    AskedRefund,
    ShownRefund,
    grant,
    refuse_other_than_shown,
    shown_refund,
)
from ledger.processes.damage_money import all_refunds_of, paid_damage, paid_damage_by
from ledger.processes.found import booking_in, payment_in, refund_in
from ledger.processes.holds import hold_for_refund, reconsider_all
from ledger.processes.names import PROCESS, PROCESSOR, late_payment_of, payment_of
from ledger.processes.outcome import Outcome
from ledger.processes.promises import promise
from ledger.processes.recovery import raise_debt_of_refund
from ledger.processes.refunds import standing_in, take_in_change, take_in_refund
from ledger.processes.taxes import count_tax_of_refund
from ledger.values.allowance import Allowance
from ledger.values.ids import BookingId, PaymentId, RefundId
from ledger.values.money import total


def take_in_any_refund(draft: Draft, booking_id: BookingId, fact: RefundFact) -> Outcome:
    """Take in a refund of a booking's money: one of ours, or one that somebody made elsewhere."""
    if fact.refund_id is not None and draft.state(REFUND, fact.refund_id) is not None:
        return take_in_refund(draft, fact)
    for payment_id in _payments_of(draft, booking_id, fact.charge):
        payment = draft.state(PAYMENT, payment_id)
        if payment is not None and payment.charge == fact.charge:
            return see_external_refund(draft, payment_id, payment, fact)
    return Outcome.NOT_OURS


def _payments_of(draft: Draft, booking_id: BookingId, charge: str | None) -> Iterator[PaymentId]:
    booking = draft.state(BOOKING, booking_id)
    if charge is None or booking is None:
        return
    yield from booking.payments
    yield payment_of(booking_id)
    yield late_payment_of(booking_id, charge)
    if damage := paid_damage(draft, booking_id):
        yield damage.payment_id


def see_external_refund(
    draft: Draft, payment_id: PaymentId, payment: Payment, fact: RefundFact
) -> Outcome:
    """Take in a refund that the processor tells of and we never asked for; it is gone, whatever we
    think. The host waits until finance has said whose money it was, or it came back."""
    refund_id = external_refund_of(fact.refund)
    refund = draft.state(REFUND, refund_id)
    if refund is not None:
        return _take_in_change(draft, refund_id, fact)
    if fact.taken is None:
        # One that waits for money is told of again when it has some.
        return Outcome.LATER if fact.status is RefundStatus.SUCCEEDED else Outcome.NOTHING_NEW
    taken = -fact.taken.amount
    draft.do(
        PROCESSOR,
        SeeExternalRefund(
            refund_id=refund_id,
            payment_id=payment_id,
            booking_id=payment.booking_id,
            amount=fact.amount,
            processor_refund=fact.refund,
            balance_transaction=fact.taken.movement_id,
            settled=None if taken.currency == fact.amount.currency else taken,
            time_zone=payment.time_zone,
        ),
    )
    draft.do(
        PROCESS,
        RecordRefund(payment_id=payment_id, refund_id=refund_id, amount=fact.amount, outside=True),
    )
    hold_for_refund(draft, refund_id)
    if fact.status in CAME_BACK:
        _take_in_change(draft, refund_id, fact)
    return Outcome.TAKEN_IN


CAME_BACK = (RefundStatus.FAILED, RefundStatus.CANCELLED)
"""Whatever had left our balance is here again."""


def _take_in_change(draft: Draft, refund_id: RefundId, fact: RefundFact) -> Outcome:
    """What came back before anybody explained it is owed to nobody.

    Where some of it has paid a refund of ours already, finance explains the rest first.
    """
    refund = refund_in(draft, refund_id)
    if refund.status is not Refunding.EXTERNAL_DETECTED or fact.status not in CAME_BACK:
        return take_in_change(draft, refund_id, fact)
    if fact.returned is None or refund.pays:
        return Outcome.LATER
    back = fact.returned.amount
    draft.do(
        PROCESSOR,
        ReverseExternalRefund(
            refund_id=refund_id,
            reason=fact.failure or fact.status.value,
            balance_transaction=fact.returned.movement_id,
            settled=None if back.currency == fact.amount.currency else back,
        ),
    )
    draft.do(PROCESSOR, ReverseRefund(payment_id=refund.payment_id, refund_id=refund_id))
    reconsider_all(draft, refund.booking_id)
    return Outcome.TAKEN_IN


def shown_external(draft: Draft, refund_id: RefundId, asked: AskedRefund) -> ShownRefund:
    """What it would mean to explain an external refund so.

    What a guest paid for damage paid no line of the stay: of that, only the platform's own can have
    gone back. Raises NotFound, PaymentNotCompleted.
    """
    refund = refund_in(draft, refund_id)
    if refund.booking_id != asked.booking_id:
        raise NotFound(refund_id=refund_id, booking_id=asked.booking_id)
    shown = shown_refund(draft, asked)
    if damage := paid_damage_by(draft, asked.booking_id, refund.payment_id):
        return replace(shown, refundable=damage.payment.refundable, left_on_lines=())
    return shown


def classify_refund(
    draft: Draft, staff: Actor, refund_id: RefundId, asked: AskedRefund, accepted: str
) -> None:
    """Say whose money an external refund was, or the rest of one, as it was shown.

    Raises RefundChanged, AmountsDiffer, RefundLineExceeded, TransitionNotAllowed a second time;
    RefundExceedsCapture where it took the room of a refund that is owed still, so that it was the
    money of that one.
    """
    leave_room_for_what_is_owed(draft, refund_id)
    shown = shown_external(draft, refund_id, asked)
    if refund_in(draft, refund_id).status is Refunding.EXTERNAL_DETECTED:
        refuse_other_than_shown(shown, accepted)
    booking_id, booking = asked.booking_id, booking_in(draft, asked.booking_id)
    standing = standing_in(draft, booking, booking_id)
    draft.do(
        staff,
        ClassifyRefund(
            refund_id=refund_id,
            host_id=booking.host_id,
            back=shown.back,
            lines=shown.lines,
            funded_by=asked.funded_by,
            reason=asked.reason,
            left_on_lines=shown.left_on_lines,
            earned=standing.earned,
            payable=standing.payable,
            remitted=standing.remitted,
            deferred=standing.deferred,
        ),
    )
    count_tax_of_refund(draft, refund_id)
    raise_debt_of_refund(draft, refund_id)
    if asked.funded_by is Funding.BOOKING:
        grant(draft, booking_id, refund_id, Allowance(shown.lines, shown.back))
        promise(draft, booking_id)
    reconsider_all(draft, booking_id)


def leave_room_for_what_is_owed(draft: Draft, refund_id: RefundId) -> None:
    """Refuse another reason for money that a refund of ours is short of: then it was that one's.

    What a payment has reserved for a refund is on its way, or will have failed; what the platform
    gives and could not send, our bank pays whatever the guest paid. Raises RefundExceedsCapture.
    """
    refund = refund_in(draft, refund_id)
    payment = payment_in(draft, refund.payment_id)
    owed = [
        other.amount
        for other_id, other in all_refunds_of(draft, refund.booking_id)
        if other.payment_id == refund.payment_id
        and other.funded_by is Funding.BOOKING
        and other.status is Refunding.FAILED
        and other_id not in payment.reserved
    ]
    # What a dispute took beside a refund that had gone out is lost, and nobody's room.
    disputed = payment.disputed.values() if owed else ()
    taken = (payment.refunded, *payment.reserved.values(), *owed, *disputed)
    back = total(taken, payment.captured.currency)
    if back.minor > payment.captured.minor and refund.status is Refunding.EXTERNAL_DETECTED:
        left = payment.captured - (back - refund.unexplained.amount)
        raise RefundExceedsCapture(amount=str(refund.unexplained.amount), refundable=str(left))
