"""Decisions from the request until the refund is owed, or is not."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.refund.commands import (
    ApproveRefund,
    AskForApproval,
    AutoApprove,
    CancelRefund,
    ClassifyRefund,
)
from ledger.aggregates.refund.limits import within, within_lines
from ledger.aggregates.refund.state import Refund
from ledger.errors import ReasonIsMissing, RefundChanged, SecondPersonRequired
from ledger.events.refund import (
    Doubt,
    Funding,
    RefundApprovalAsked,
    RefundApproved,
    RefundCancelled,
    RefundEvent,
)
from ledger.values.clock import Instant
from ledger.values.consent import second_person, told
from ledger.values.ids import HostId
from ledger.values.money import zero
from ledger.values.stay import local_date


def ask_for_approval(refund: Refund, command: AskForApproval) -> Sequence[RefundEvent]:
    """Let a person look, for the reasons told and those that the request itself gives.

    Raises ReasonIsMissing.
    """
    found = list(command.reasons)
    if refund.funded_by is Funding.PLATFORM:
        found.append(Doubt.PLATFORM_FUNDED)
    elif refund.preview is None:
        found.append(Doubt.OFF_POLICY)
    if not found:
        raise ReasonIsMissing()
    return [RefundApprovalAsked(reasons=tuple(dict.fromkeys(found)))]


def approve_by_policy(refund: Refund, command: AutoApprove, now: Instant) -> Sequence[RefundEvent]:
    """Owe what the policy worked out and the guest was shown.

    Raises SecondPersonRequired, RefundChanged, RefundExceedsCapture, CurrenciesDiffer.
    """
    if refund.preview is None or refund.funded_by is Funding.PLATFORM:
        raise SecondPersonRequired(funded_by=refund.funded_by.value)
    if refund.preview != command.preview:
        raise RefundChanged(refund=str(refund.amount), preview=command.preview)
    within(refund.amount, command.refundable)
    return approve(refund, command, now)


def approve_as_second(
    refund: Refund, command: ApproveRefund, now: Instant
) -> Sequence[RefundEvent]:
    """Owe what somebody else asked for, and can still be given back.

    Raises SecondPersonRequired, SelfApproval, RefundExceedsCapture, RefundLineExceeded,
    CurrenciesDiffer.
    """
    second_person(refund.requested_by, command.approved_by)
    within(refund.amount, command.refundable)
    if refund.funded_by is Funding.PLATFORM:
        return _give(refund, command, now)
    within_lines(refund.lines, command.left_on_lines)
    return approve(refund, command, now)


def _give(refund: Refund, command: ApproveRefund, now: Instant) -> Sequence[RefundEvent]:
    """Owe what the platform gives of its own."""
    worth = command.worth or refund.amount
    given = postings.goodwill_owed(command.refund_id, refund.booking_id, refund.amount, worth)
    return [
        RefundApproved(
            booking_id=refund.booking_id,
            host_id=refund.host_id,
            amount=refund.amount,
            debt=zero(refund.amount.currency),
            remitted=False,
            worth=command.worth,
            effective_on=local_date(now, refund.time_zone),
            entries=(given,),
        )
    ]


def approve(
    refund: Refund, command: AutoApprove | ApproveRefund, now: Instant
) -> Sequence[RefundEvent]:
    """Owe the amount to the guest from now on. Raises CurrenciesDiffer."""
    standing = standing_of(refund.host_id, command)
    entries = postings.parts_owed(
        command.refund_id, refund.booking_id, refund.back, refund.amount, standing
    )
    return [
        RefundApproved(
            booking_id=refund.booking_id,
            host_id=refund.host_id,
            amount=refund.amount,
            debt=standing.debt(refund.back),
            remitted=standing.has_left(refund.back),
            worth=None,
            effective_on=local_date(now, refund.time_zone),
            entries=entries,
        )
    ]


def standing_of(
    host_id: HostId | None, command: AutoApprove | ApproveRefund | ClassifyRefund
) -> postings.Standing:
    """Where the stay's money stands, as far as the command says it."""
    return postings.Standing(
        host_id, command.earned, command.payable, command.remitted, command.deferred
    )


def cancel(refund: Refund, command: CancelRefund, now: Instant) -> Sequence[RefundEvent]:
    """Owe nothing any more, if it was owed at all. Raises ReasonIsMissing."""
    return [
        RefundCancelled(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            host_id=refund.host_id,
            amount=refund.amount,
            debt=refund.debt or zero(refund.back.currency),
            reason=told(command.reason),
            effective_on=local_date(now, refund.time_zone),
            entries=tuple(map(postings.taken_back, refund.approval)),
        )
    ]
