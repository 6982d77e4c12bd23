"""Decisions about a refund that reaches the guest by bank: by ours, or by theirs."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.refund.commands import (
    SettleAlternatively,
    SettleByDispute,
    UseAlternative,
)
from ledger.aggregates.refund.limits import within
from ledger.aggregates.refund.state import Refund
from ledger.errors import NothingVouchedFor
from ledger.events.refund import (
    Funding,
    RefundAlternativeChosen,
    RefundEvent,
    RefundSettledAlternatively,
    RefundSettledByDispute,
)
from ledger.values.clock import Instant
from ledger.values.consent import second_person, told
from ledger.values.stay import local_date


def use_alternative(refund: Refund, command: UseAlternative) -> Sequence[RefundEvent]:
    """Pay by bank; what the platform gives is none of what the guest paid, and needs no room there.

    Raises ReasonIsMissing, RefundExceedsCapture, CurrenciesDiffer.
    """
    if refund.funded_by is Funding.BOOKING:
        within(refund.amount, command.refundable)
    return [RefundAlternativeChosen(reason=told(command.reason), chosen_by=command.chosen_by)]


def settle_alternatively(
    refund: Refund, command: SettleAlternatively, now: Instant
) -> Sequence[RefundEvent]:
    """Our bank has paid, and a second person has seen the proof.

    Raises SecondPersonRequired, SelfApproval, NothingVouchedFor.
    """
    second_person(refund.chosen_by, command.settled_by)
    if not command.proof:
        raise NothingVouchedFor(guard="proof")
    return [
        RefundSettledAlternatively(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            amount=refund.amount,
            reference=command.reference,
            proof=command.proof,
            effective_on=local_date(now, refund.time_zone),
            entries=(postings.refund_paid_by_bank(command.refund_id, refund.amount),),
        )
    ]


def settle_by_dispute(
    refund: Refund, command: SettleByDispute, now: Instant
) -> Sequence[RefundEvent]:
    """The guest's bank has paid, out of what the dispute took beside everybody's part."""
    entry = postings.refund_paid_by_dispute(
        command.refund_id, refund.booking_id, refund.amount, refund.position, refund.back.total
    )
    return [
        RefundSettledByDispute(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            dispute_id=command.dispute_id,
            amount=refund.amount,
            effective_on=local_date(now, refund.time_zone),
            entries=(entry,),
        )
    ]
