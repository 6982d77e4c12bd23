"""Refunds that failed: sent once more, paid by our bank, or paid elsewhere already.

A second person has seen the proof of what our bank paid; what was paid at the processor's own desk
the processor vouches for.
"""

from ledger.aggregates.payment import RecordRefund, ReleaseRefund
from ledger.aggregates.refund import (
    MatchExternalRefund,
    ResubmitRefund,
    SettleAlternatively,
    SettleElsewhere,
    UseAlternative,
)
from ledger.draft import Draft
from ledger.errors import NotFound, RefundExceedsCapture
from ledger.events import Actor
from ledger.events.refund import Funding
from ledger.processes.external_refunds import leave_room_for_what_is_owed
from ledger.processes.found import payment_in, refund_in
from ledger.processes.holds import reconsider_all
from ledger.processes.names import PROCESS
from ledger.processes.refunds import reserve
from ledger.values.ids import RefundId


def send_again(draft: Draft, staff: Actor, refund_id: RefundId) -> None:
    """Hand a refund that failed to the processor once more.

    Raises RefundExceedsCapture where others took its room meanwhile, RefundBlockedByDispute.
    """
    refund = refund_in(draft, refund_id)
    payment = payment_in(draft, refund.payment_id)
    draft.do(
        staff,
        ResubmitRefund(
            refund_id=refund_id,
            idempotency_key=f"{refund_id}/{len(refund.keys) + 1}",
            refundable=payment.refundable,
            disputed=bool(payment.disputed),
        ),
    )
    reserve(draft, refund_id)


def use_alternative(draft: Draft, staff: Actor, refund_id: RefundId, reason: str) -> None:
    """Give up the guest's card, and let our bank pay. Raises RefundExceedsCapture."""
    refund = refund_in(draft, refund_id)
    payment = payment_in(draft, refund.payment_id)
    draft.do(
        staff,
        UseAlternative(
            refund_id=refund_id,
            reason=reason,
            chosen_by=staff.id,
            refundable=payment.refundable,
        ),
    )
    if refund.funded_by is Funding.BOOKING:
        reserve(draft, refund_id)


def settle_alternatively(draft: Draft, staff: Actor, paid: SettleAlternatively) -> None:
    """Take in that our bank has paid, as another person than who chose that way.

    Raises SelfApproval, NothingVouchedFor, CurrenciesDiffer, AmountsDiffer.
    """
    draft.do(staff, paid)
    refund = refund_in(draft, paid.refund_id)
    if refund.funded_by is Funding.BOOKING:
        record = RecordRefund(
            payment_id=refund.payment_id, refund_id=paid.refund_id, amount=refund.amount
        )
        draft.do(PROCESS, record)


def settle_elsewhere(
    draft: Draft, staff: Actor, refund_id: RefundId, external_refund: RefundId
) -> None:
    """Owe no more what somebody gave back at the processor's own desk: by that the guest has it.

    Where that was less, the rest is owed still; where it was more, the rest of it is to be
    explained. Raises NotFound, CurrenciesDiffer, AmountsDiffer; RefundExceedsCapture where more has
    gone than there was, so that some of it is back and nobody has heard of it yet, or where the
    stay's own refunds are short of what a gift would have: that our bank can pay, and not those.
    """
    refund, external = refund_in(draft, refund_id), refund_in(draft, external_refund)
    if refund.funded_by is Funding.PLATFORM:
        leave_room_for_what_is_owed(draft, external_refund)
    if external.booking_id != refund.booking_id:
        raise NotFound(refund_id=external_refund, booking_id=refund.booking_id)
    amount = refund.amount.at_most(external.unexplained.amount)
    paid = payment_in(draft, external.payment_id)
    if paid.refunded.minor > paid.captured.minor:
        raise RefundExceedsCapture(amount=str(amount), refundable=str(paid.refundable))
    draft.do(staff, MatchExternalRefund(refund_id=external_refund, pays=refund_id, amount=amount))
    taken = refund_in(draft, external_refund).pays[refund_id].taken
    draft.do(
        staff,
        SettleElsewhere(
            refund_id=refund_id, external_refund=external_refund, amount=amount, taken=taken
        ),
    )
    if refund_id in payment_in(draft, refund.payment_id).reserved:
        draft.do(PROCESS, ReleaseRefund(payment_id=refund.payment_id, refund_id=refund_id))
    reconsider_all(draft, refund.booking_id)
