"""Decisions about a refund that we never asked for, and about one of ours that it pays."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates import postings
from ledger.aggregates.refund.approval import standing_of
from ledger.aggregates.refund.at_the_processor import settled_as
from ledger.aggregates.refund.commands import (
    ClassifyRefund,
    MatchExternalRefund,
    ReverseExternalRefund,
    SeeExternalRefund,
    SettleElsewhere,
)
from ledger.aggregates.refund.lifecycle import LIFECYCLE
from ledger.aggregates.refund.limits import explain
from ledger.aggregates.refund.state import Refund, Status
from ledger.errors import AmountsDiffer
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    ExternalRefundMatched,
    ExternalRefundReversed,
    Funding,
    RefundEvent,
    RefundLessened,
    RefundSettledElsewhere,
)
from ledger.values.clock import Instant
from ledger.values.consent import told
from ledger.values.journal import Entry
from ledger.values.money import Money, round_half_even, same_currency, zero
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


def explain_external(
    refund: Refund,
    command: ClassifyRefund | MatchExternalRefund | ReverseExternalRefund | SettleElsewhere,
    now: Instant,
) -> Sequence[RefundEvent]:
    """Say what a refund was that we never asked for, or what of ours it paid. Raises Refused."""
    match command:
        case ClassifyRefund():
            return _classify(refund, command, now)
        case MatchExternalRefund():
            return _match(refund, command)
        case ReverseExternalRefund():
            return _reverse(refund, command, now)
        case SettleElsewhere():
            return _settle_elsewhere(refund, command, now)
        case _:
            assert_never(command)


def _classify(refund: Refund, command: ClassifyRefund, now: Instant) -> Sequence[RefundEvent]:
    """Say whose money it was; it has gone, so what could be given back is not asked.

    Raises AmountsDiffer, RefundLineExceeded, ReasonIsMissing, CurrenciesDiffer.
    """
    amount, taken = refund.unexplained.amount, refund.unexplained.taken
    explain(amount, command)
    if command.funded_by is Funding.PLATFORM:
        debt, has_left = zero(taken.currency), False
        entries: tuple[Entry, ...] = (postings.goodwill_explained(taken),)
    else:
        standing = standing_of(command.host_id, command)
        debt, has_left = standing.debt(command.back), standing.has_left(command.back)
        entries = postings.parts_explained(refund.booking_id, command.back, amount, taken, standing)
    return [
        ExternalRefundClassified(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            host_id=command.host_id,
            amount=amount,
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


def _reverse(refund: Refund, command: ReverseExternalRefund, now: Instant) -> Sequence[RefundEvent]:
    """Take in that it came back; where some of it paid a refund of ours, that is not all.

    Raises TransitionNotAllowed, AmountsDiffer.
    """
    if refund.pays:
        LIFECYCLE.refuse(ReverseExternalRefund, refund.status)
    settled = settled_as(refund.amount, command.settled)
    went, came = refund.settled or refund.amount, settled or refund.settled or refund.amount
    return [
        ExternalRefundReversed(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            amount=refund.amount,
            reason=command.reason,
            balance_transaction=command.balance_transaction,
            settled=settled,
            effective_on=local_date(now, refund.time_zone),
            entries=(postings.external_refund_came_back(went, came),),
        )
    ]


def _match(refund: Refund, command: MatchExternalRefund) -> Sequence[RefundEvent]:
    """Say that so much of it was the money of a refund of ours, which a guest was owed still.

    Raises AmountsDiffer, CurrenciesDiffer.
    """
    unexplained, taken = refund.unexplained.amount, refund.unexplained.taken
    left = unexplained - command.amount
    if command.amount.minor <= 0 or left.minor < 0:
        raise AmountsDiffer(amount=str(command.amount), unexplained=str(unexplained))
    part = round_half_even(taken.minor * command.amount.minor, unexplained.minor)
    return [
        ExternalRefundMatched(
            booking_id=refund.booking_id,
            pays=command.pays,
            amount=command.amount,
            left=left,
            settled=Money(part, taken.currency) if refund.settled else None,
            to=(Status.EXTERNAL_DETECTED if left.minor else Status.SUCCEEDED).value,
        )
    ]


def _settle_elsewhere(
    refund: Refund, command: SettleElsewhere, now: Instant
) -> Sequence[RefundEvent]:
    """The guest has all of it, or a part, by a refund that we never asked for; once by each.

    Raises TransitionNotAllowed, AmountsDiffer, CurrenciesDiffer.
    """
    if command.external_refund in refund.had:
        LIFECYCLE.refuse(SettleElsewhere, refund.status)
    amount = same_currency(refund.amount, command.amount)
    left = refund.amount - amount
    if amount.minor <= 0 or left.minor < 0:
        raise AmountsDiffer(owed=str(refund.amount), paid=str(amount))
    settled = settled_as(amount, command.taken)
    opened = refund.share(refund.position, amount) if refund.position else None
    entry = postings.refund_paid_elsewhere(
        command.refund_id, refund.booking_id, amount, command.taken, opened
    )
    effective_on = local_date(now, refund.time_zone)
    if not left.minor:
        return [
            RefundSettledElsewhere(
                payment_id=refund.payment_id,
                booking_id=refund.booking_id,
                external_refund=command.external_refund,
                amount=amount,
                settled=settled,
                effective_on=effective_on,
                entries=(entry,),
            )
        ]
    return [
        RefundLessened(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            external_refund=command.external_refund,
            amount=amount,
            left=left,
            settled=settled,
            position=opened,
            effective_on=effective_on,
            entries=(entry,),
        )
    ]
