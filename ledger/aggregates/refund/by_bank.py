"""Decisions about a refund that reaches the guest by bank: by ours, or by theirs."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.refund.at_the_processor import settled_as
from ledger.aggregates.refund.commands import (
    SettleAlternatively,
    SettleByDispute,
    UseAlternative,
)
from ledger.aggregates.refund.limits import within
from ledger.aggregates.refund.state import Refund
from ledger.errors import AmountsDiffer, CurrenciesDiffer, NothingVouchedFor
from ledger.events.refund import (
    Funding,
    RefundAlternativeChosen,
    RefundEvent,
    RefundSettledAlternatively,
    RefundSettledByDispute,
)
from ledger.values.clock import Instant
from ledger.values.consent import second_person, told
from ledger.values.money import Money, same_currency
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

    Raises SecondPersonRequired, SelfApproval, NothingVouchedFor, CurrenciesDiffer, AmountsDiffer.
    """
    second_person(refund.chosen_by, command.settled_by)
    if not command.proof:
        raise NothingVouchedFor(guard="proof")
    settled = _settled(refund, command.settled)
    if settled is None:
        paid = postings.refund_paid_by_bank(command.refund_id, refund.amount)
    else:
        paid = postings.refund_paid_by_bank_exchanged(
            command.refund_id, refund.booking_id, refund.amount, settled, refund.position
        )
    return [
        RefundSettledAlternatively(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            amount=refund.amount,
            reference=command.reference,
            proof=command.proof,
            settled=settled,
            effective_on=local_date(now, refund.time_zone),
            entries=(paid,),
        )
    ]


def _settled(refund: Refund, settled: Money | None) -> Money | None:
    """What the transfer took, in the currency that the refund left a position in.

    Raises NothingVouchedFor where nobody says it, CurrenciesDiffer, AmountsDiffer.
    """
    if refund.position is None:
        cost = settled_as(refund.amount, settled)
        if cost is not None:
            raise CurrenciesDiffer(left=refund.amount.currency, right=cost.currency)
        return None
    if settled is None:
        raise NothingVouchedFor(guard="settled")
    if same_currency(refund.position, settled).minor <= 0:
        raise AmountsDiffer(amount=str(refund.amount), settled=str(settled))
    return settled


def settle_by_dispute(
    refund: Refund, command: SettleByDispute, now: Instant
) -> Sequence[RefundEvent]:
    """The guest's bank has paid, out of what the dispute took beside everybody's part."""
    entry = postings.refund_paid_by_dispute(
        command.refund_id, refund.booking_id, refund.amount, refund.position, refund.worth
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
