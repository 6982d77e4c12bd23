"""Decisions about a refund that we never asked for."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.refund.approval import standing_of
from ledger.aggregates.refund.at_the_processor import settled_as
from ledger.aggregates.refund.commands import ClassifyRefund, SeeExternalRefund
from ledger.aggregates.refund.limits import explain
from ledger.aggregates.refund.state import Refund
from ledger.errors import AmountsDiffer
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    Funding,
    RefundEvent,
)
from ledger.values.clock import Instant
from ledger.values.consent import told
from ledger.values.journal import Entry
from ledger.values.money import zero
from ledger.values.stay import local_date


def see_external(command: SeeExternalRefund, now: Instant) -> Sequence[RefundEvent]:
    """Take in that money went out, whosever it was. Raises AmountsDiffer."""
    settled = settled_as(command.amount, command.settled)
    if command.amount.minor <= 0:
        raise AmountsDiffer(amount=str(command.amount))
    return [
        ExternalRefundDetected(
            payment_id=command.payment_id,
            booking_id=command.booking_id,
            amount=command.amount,
            processor_refund=command.processor_refund,
            balance_transaction=command.balance_transaction,
            settled=settled,
            time_zone=command.time_zone,
            effective_on=local_date(now, command.time_zone),
            entries=(postings.external_refund_seen(settled or command.amount),),
        )
    ]


def classify(refund: Refund, command: ClassifyRefund, now: Instant) -> Sequence[RefundEvent]:
    """Say whose money it was; it has gone, so what could be given back is not asked.

    Raises AmountsDiffer, RefundLineExceeded, ReasonIsMissing, CurrenciesDiffer.
    """
    explain(refund.amount, command)
    taken = refund.settled or refund.amount
    if command.funded_by is Funding.PLATFORM:
        debt, has_left = zero(taken.currency), False
        entries: tuple[Entry, ...] = (postings.goodwill_explained(taken),)
    else:
        standing = standing_of(command.host_id, command)
        debt, has_left = standing.debt(command.back), standing.has_left(command.back)
        entries = postings.parts_explained(
            refund.booking_id, command.back, refund.amount, taken, standing
        )
    return [
        ExternalRefundClassified(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            host_id=command.host_id,
            amount=refund.amount,
            back=command.back,
            lines=command.lines,
            funded_by=command.funded_by,
            reason=told(command.reason),
            debt=debt,
            remitted=has_left,
            effective_on=local_date(now, refund.time_zone),
            entries=entries,
        )
    ]
