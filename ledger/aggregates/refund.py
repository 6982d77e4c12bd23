"""A refund: money of one payment on its way back to the guest."""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import (
    AmountsDiffer,
    NotFound,
    NothingVouchedFor,
    ReasonIsMissing,
    RefundBlockedByDispute,
    RefundChanged,
    RefundExceedsCapture,
    RefundLineExceeded,
    RepeatedWithDifferences,
    SecondPersonRequired,
)
from ledger.events.refund import (
    Doubt,
    ExternalRefundClassified,
    ExternalRefundDetected,
    Funding,
    RefundAlternativeChosen,
    RefundApprovalAsked,
    RefundApproved,
    RefundCancelled,
    RefundEvent,
    RefundFailed,
    RefundPending,
    RefundRejected,
    RefundRequested,
    RefundResubmitted,
    RefundSettledAlternatively,
    RefundSubmitted,
    RefundSucceeded,
)
from ledger.values.clock import Instant
from ledger.values.consent import second_person, told
from ledger.values.ids import BookingId, HostId, PaymentId, RefundId, derived_id
from ledger.values.journal import Entry
from ledger.values.money import Money, zero
from ledger.values.policy import LineBack
from ledger.values.shares import Shares
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a refund stands."""

    REQUESTED = "requested"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    SUBMITTING = "submitting"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NEEDS_ALTERNATIVE = "needs_alternative"
    SETTLED_ALTERNATIVELY = "settled_alternatively"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXTERNAL_DETECTED = "external_detected"


class Refund(Struct, frozen=True):
    """What the rules need to remember.

    `approval` is what the approval booked; `settled` is what success took of the processor's
    balance; `position` is what the refund left open in the currency that it will be settled in.
    """

    status: Status
    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId | None
    amount: Money
    back: Shares
    lines: tuple[LineBack, ...]
    funded_by: Funding
    preview: str | None
    requested_by: str | None
    time_zone: str
    approval: tuple[Entry, ...] = ()
    debt: Money | None = None
    keys: frozenset[str] = frozenset()
    processor_refund: str | None = None
    pending_reason: str | None = None
    settled: Money | None = None
    position: Money | None = None
    chosen_by: str | None = None


def external_refund_of(processor_refund: str) -> RefundId:
    """The id of a refund that the processor tells of and we never asked for: told twice, it is one."""
    return RefundId(derived_id("refund", processor_refund))


# -- Commands ---------------------------------------------------------------------------


class RequestRefund(Command, frozen=True, kw_only=True):
    """Ask that money goes back to the guest, line by line.

    `amount` and `lines` are in the guest's currency, `back` in the listing's. `refundable` is what
    the payment can still give back, `left_on_lines` what is left on each line of the price.
    """

    refund_id: RefundId
    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId
    reason: str
    amount: Money
    back: Shares
    lines: tuple[LineBack, ...]
    funded_by: Funding
    preview: str | None
    requested_by: str
    refundable: Money
    left_on_lines: tuple[LineBack, ...]
    time_zone: str


class AskForApproval(Command, frozen=True, kw_only=True):
    """Put the refund before a person, and say why."""

    refund_id: RefundId
    reasons: tuple[Doubt, ...]


class AutoApprove(Command, frozen=True, kw_only=True):
    """Approve a refund that the policy worked out: `preview` is the digest of what it says now.

    `earned`, `payable` and `remitted` say where the stay's money stands (`postings.Standing`).
    """

    refund_id: RefundId
    preview: str
    refundable: Money
    earned: bool
    payable: Money
    remitted: bool


class ApproveRefund(Command, frozen=True, kw_only=True):
    """Approve a refund as the second person, with what can be given back looked up once more."""

    refund_id: RefundId
    approved_by: str | None
    refundable: Money
    left_on_lines: tuple[LineBack, ...]
    earned: bool
    payable: Money
    remitted: bool


class RejectRefund(Command, frozen=True, kw_only=True):
    """Say no to a refund, and why."""

    refund_id: RefundId
    reason: str


class SubmitRefund(Command, frozen=True, kw_only=True):
    """Hand the refund to the processor; the key is stored before the call.

    `disputed` says whether a dispute has withdrawn this money.
    """

    refund_id: RefundId
    idempotency_key: str
    disputed: bool


class AcceptRefund(Command, frozen=True, kw_only=True):
    """Record that the processor carries the refund out, or that it has not answered."""

    refund_id: RefundId
    processor_refund: str | None
    pending_reason: str | None = None


class SucceedRefund(Command, frozen=True, kw_only=True):
    """Record that the guest has the money back; `settled` is what it took of our balance."""

    refund_id: RefundId
    amount: Money
    processor_refund: str | None = None
    balance_transaction: str | None = None
    settled: Money | None = None


class FailRefund(Command, frozen=True, kw_only=True):
    """Record that the money did not reach the guest, or came back as `settled`."""

    refund_id: RefundId
    reason: str
    processor_refund: str | None = None
    balance_transaction: str | None = None
    settled: Money | None = None


class ResubmitRefund(Command, frozen=True, kw_only=True):
    """Hand a refund that failed to the processor once more, under a new key."""

    refund_id: RefundId
    idempotency_key: str
    refundable: Money
    disputed: bool


class UseAlternative(Command, frozen=True, kw_only=True):
    """Give up the way that the guest paid by, and pay by bank transfer."""

    refund_id: RefundId
    reason: str
    chosen_by: str
    refundable: Money


class SettleAlternatively(Command, frozen=True, kw_only=True):
    """Record that our bank paid the guest; `proof` is the SHA-256 of the bank's document."""

    refund_id: RefundId
    settled_by: str | None
    reference: str
    proof: str


class CancelRefund(Command, frozen=True, kw_only=True):
    """Take a refund back that was not handed over yet."""

    refund_id: RefundId
    reason: str


class SeeExternalRefund(Command, frozen=True, kw_only=True):
    """Record a refund that the processor tells of and we never asked for."""

    refund_id: RefundId
    payment_id: PaymentId
    booking_id: BookingId
    amount: Money
    processor_refund: str
    balance_transaction: str | None
    settled: Money | None
    time_zone: str


class ClassifyRefund(Command, frozen=True, kw_only=True):
    """Say whose money an external refund was, line by line, and why it went out."""

    refund_id: RefundId
    host_id: HostId
    back: Shares
    lines: tuple[LineBack, ...]
    funded_by: Funding
    reason: str
    left_on_lines: tuple[LineBack, ...]
    earned: bool
    payable: Money
    remitted: bool


RefundCommand = (
    RequestRefund
    | AskForApproval
    | AutoApprove
    | ApproveRefund
    | RejectRefund
    | SubmitRefund
    | AcceptRefund
    | SucceedRefund
    | FailRefund
    | ResubmitRefund
    | UseAlternative
    | SettleAlternatively
    | CancelRefund
    | SeeExternalRefund
    | ClassifyRefund
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "refund",
    Step("RF1", RequestRefund, states(None), actors("XSHF"), RefundRequested, S.REQUESTED,
         "lines sum to the amount, above zero, no more than is left on each;"
         " no more than can be given back"),
    Step("RF2", AutoApprove, states(S.REQUESTED), actors("X"), RefundApproved, S.APPROVED,
         "the policy worked it out, as it was shown; the booking pays for it"),
    Step("RF3", AskForApproval, states(S.REQUESTED), actors("X"), RefundApprovalAsked,
         S.AWAITING_APPROVAL, "there is a reason"),
    Step("RF4", ApproveRefund, states(S.AWAITING_APPROVAL), actors("FO"), RefundApproved,
         S.APPROVED, "not who asked for it; what can be given back is looked up once more"),
    Step("RF5", RejectRefund, states(S.AWAITING_APPROVAL), actors("FO"), RefundRejected,
         S.REJECTED, "a reason"),
    Step("RF6", SubmitRefund, states(S.APPROVED), actors("X"), RefundSubmitted, S.SUBMITTING,
         "no dispute has the money"),
    Step("RF7", AcceptRefund, states(S.SUBMITTING), actors("PT"), RefundPending, S.PENDING),
    Step("RF8", SucceedRefund, states(S.PENDING), actors("P"), RefundSucceeded, S.SUCCEEDED,
         "the amount is the one that was approved"),
    Step("RF9", FailRefund, states(S.PENDING, S.SUCCEEDED), actors("P"), RefundFailed, S.FAILED),
    Step("RF10", ResubmitRefund, states(S.FAILED), actors("F"), RefundResubmitted, S.SUBMITTING,
         "a new key; no dispute has the money; no more than can be given back"),
    Step("RF11", UseAlternative, states(S.FAILED), actors("F"), RefundAlternativeChosen,
         S.NEEDS_ALTERNATIVE, "a reason; no more than can be given back"),
    Step("RF11s", SettleAlternatively, states(S.NEEDS_ALTERNATIVE), actors("F"),
         RefundSettledAlternatively, S.SETTLED_ALTERNATIVELY, "a proof; not who chose it"),
    Step("RF12", CancelRefund, states(S.REQUESTED, S.AWAITING_APPROVAL, S.APPROVED), actors("XF"),
         RefundCancelled, S.CANCELLED, "a reason"),
    Step("RF13", SeeExternalRefund, states(None), actors("P"), ExternalRefundDetected,
         S.EXTERNAL_DETECTED, "above zero"),
    Step("RF13c", ClassifyRefund, states(S.EXTERNAL_DETECTED), actors("F"),
         ExternalRefundClassified, S.SUCCEEDED,
         "lines sum to the amount, no more than is left on each; a reason"),
    Step("RF14", AcceptRefund, states(S.PENDING), actors("P"), RefundPending, S.PENDING,
         "the processor tells more than before, of the same refund"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(refund: Refund | None, command: RefundCommand, now: Instant) -> Sequence[RefundEvent]:
    """What a command does to a refund. Raises Refused."""
    if isinstance(command, RequestRefund):
        return request(command)
    if isinstance(command, SeeExternalRefund):
        return see_external(command, now)
    if refund is None:
        raise NotFound(refund_id=command.refund_id)
    match command:
        case AskForApproval():
            return ask_for_approval(refund, command)
        case AutoApprove():
            return approve_by_policy(refund, command, now)
        case ApproveRefund():
            return approve_as_second(refund, command, now)
        case RejectRefund():
            return [RefundRejected(reason=told(command.reason))]
        case SubmitRefund():
            return submit(refund, command)
        case AcceptRefund():
            return accept(refund, command)
        case SucceedRefund():
            return succeed(refund, command, now)
        case FailRefund():
            return fail(refund, command, now)
        case ResubmitRefund():
            return resubmit(refund, command)
        case UseAlternative():
            return use_alternative(refund, command)
        case SettleAlternatively():
            return settle_alternatively(refund, command, now)
        case CancelRefund():
            return cancel(refund, command, now)
        case ClassifyRefund():
            return classify(refund, command, now)
        case _:
            assert_never(command)


def request(command: RequestRefund) -> Sequence[RefundEvent]:
    """Ask for a refund that its lines explain.

    Raises AmountsDiffer, RefundLineExceeded, RefundExceedsCapture, CurrenciesDiffer.
    """
    explain(command.amount, command)
    within(command.amount, command.refundable)
    return [
        RefundRequested(
            payment_id=command.payment_id,
            booking_id=command.booking_id,
            host_id=command.host_id,
            reason=command.reason,
            amount=command.amount,
            back=command.back,
            lines=command.lines,
            funded_by=command.funded_by,
            preview=command.preview,
            requested_by=command.requested_by,
            time_zone=command.time_zone,
        )
    ]


def explain(amount: Money, command: RequestRefund | ClassifyRefund) -> None:
    """Hold an amount against its lines, and against the shares that it comes from.

    Raises AmountsDiffer, RefundLineExceeded.
    """
    explained = sum(line.minor for line in command.lines)
    if explained != amount.minor or amount.minor <= 0:
        raise AmountsDiffer(amount=str(amount), lines_minor=explained)
    if command.funded_by is Funding.PLATFORM:
        if not command.back.is_nothing:
            raise AmountsDiffer(funded_by=command.funded_by.value, shares=str(command.back.total))
        return
    shares = command.back.total
    if shares.minor <= 0 or (shares.currency == amount.currency and shares != amount):
        raise AmountsDiffer(amount=str(amount), shares=str(shares))
    within_lines(command.lines, command.left_on_lines)


def within_lines(lines: Sequence[LineBack], left_on_lines: Sequence[LineBack]) -> None:
    """Let no line give back more than is left on it; a coupon's is below zero, and so is its rest.

    Raises RefundLineExceeded.
    """
    back: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        back[line.code, line.of] += line.minor
    left = {(line.code, line.of): line.minor for line in left_on_lines}
    for (code, of), minor in back.items():
        rest = left.get((code, of), 0)
        if not min(rest, 0) <= minor <= max(rest, 0):
            raise RefundLineExceeded(code=code, of=of, minor=minor, left_minor=rest)


def within(amount: Money, refundable: Money) -> None:
    """Let no more go back than can. Raises RefundExceedsCapture, CurrenciesDiffer."""
    if (refundable - amount).minor < 0:
        raise RefundExceedsCapture(amount=str(amount), refundable=str(refundable))


# -- Approval -----------------------------------------------------------------------------


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
    if refund.funded_by is Funding.BOOKING:
        within_lines(refund.lines, command.left_on_lines)
    return approve(refund, command, now)


def approve(
    refund: Refund, command: AutoApprove | ApproveRefund, now: Instant
) -> Sequence[RefundEvent]:
    """Owe the amount to the guest from now on. Raises CurrenciesDiffer."""
    standing = _standing(refund.host_id, command)
    if refund.funded_by is Funding.PLATFORM:
        debt = zero(refund.amount.currency)
        entry = postings.goodwill_owed(command.refund_id, refund.amount)
    else:
        debt = standing.debt(refund.back)
        entry = postings.part_owed(
            command.refund_id, refund.booking_id, refund.back, refund.amount, standing
        )
    return [
        RefundApproved(
            booking_id=refund.booking_id,
            host_id=refund.host_id,
            amount=refund.amount,
            debt=debt,
            remitted=command.remitted,
            effective_on=local_date(now, refund.time_zone),
            entries=(entry,),
        )
    ]


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


# -- At the processor ---------------------------------------------------------------------


def submit(refund: Refund, command: SubmitRefund) -> Sequence[RefundEvent]:
    """Hand the refund over. Raises RefundBlockedByDispute."""
    if command.disputed:
        raise RefundBlockedByDispute(amount=str(refund.amount))
    return [RefundSubmitted(idempotency_key=command.idempotency_key)]


def resubmit(refund: Refund, command: ResubmitRefund) -> Sequence[RefundEvent]:
    """Hand the refund over once more: while it had failed, others could use the room it left.

    Raises RefundBlockedByDispute, RepeatedWithDifferences, RefundExceedsCapture.
    """
    if command.disputed:
        raise RefundBlockedByDispute(amount=str(refund.amount))
    if command.idempotency_key in refund.keys:
        raise RepeatedWithDifferences(idempotency_key=command.idempotency_key)
    within(refund.amount, command.refundable)
    return [RefundResubmitted(idempotency_key=command.idempotency_key)]


def accept(refund: Refund, command: AcceptRefund) -> Sequence[RefundEvent]:
    """Remember what the processor says of the refund, if it says anything new.

    Raises TransitionNotAllowed where it is another refund that it speaks of.
    """
    _same_refund(refund, command)
    named = command.processor_refund or refund.processor_refund
    news = RefundPending(processor_refund=named, pending_reason=command.pending_reason)
    known = refund.processor_refund, refund.pending_reason
    if refund.status is S.PENDING and known == (named, news.pending_reason):
        return []
    return [news]


def succeed(refund: Refund, command: SucceedRefund, now: Instant) -> Sequence[RefundEvent]:
    """The guest has the money.

    Raises AmountsDiffer, and TransitionNotAllowed where it is another refund that succeeded.
    """
    _same_refund(refund, command)
    if command.amount != refund.amount:
        raise AmountsDiffer(approved=str(refund.amount), returned=str(command.amount))
    settled = _settled(refund.amount, command.settled)
    if settled is None:
        entry = postings.refund_succeeded(command.refund_id, refund.amount)
    else:
        entry = postings.refund_exchanged(
            command.refund_id, refund.booking_id, refund.amount, settled, refund.position
        )
    return [
        RefundSucceeded(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            amount=refund.amount,
            processor_refund=command.processor_refund or refund.processor_refund,
            balance_transaction=command.balance_transaction,
            settled=settled,
            effective_on=local_date(now, refund.time_zone),
            entries=(entry,),
        )
    ]


def fail(refund: Refund, command: FailRefund, now: Instant) -> Sequence[RefundEvent]:
    """Owe the amount still, or, where it had succeeded, again.

    Raises AmountsDiffer, and TransitionNotAllowed where it is another refund that failed.
    """
    _same_refund(refund, command)
    came_back: Money | None = None
    entries: tuple[Entry, ...] = ()
    if refund.status is S.SUCCEEDED:
        # Where nobody tells what came back, it is what had gone out.
        came_back = _settled(refund.amount, command.settled) or refund.settled
        entries = (_came_back(refund, command.refund_id, came_back),)
    return [
        RefundFailed(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            amount=refund.amount,
            reason=command.reason,
            balance_transaction=command.balance_transaction,
            settled=came_back,
            effective_on=local_date(now, refund.time_zone),
            entries=entries,
        )
    ]


def _came_back(refund: Refund, refund_id: RefundId, settled: Money | None) -> Entry:
    if settled is None:
        return postings.refund_came_back(refund_id, refund.amount)
    return postings.refund_came_back_exchanged(refund_id, refund.booking_id, refund.amount, settled)


# -- By another way -----------------------------------------------------------------------


def use_alternative(refund: Refund, command: UseAlternative) -> Sequence[RefundEvent]:
    """Pay by bank. Raises ReasonIsMissing, RefundExceedsCapture, CurrenciesDiffer."""
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


# -- What we never asked for --------------------------------------------------------------


def see_external(command: SeeExternalRefund, now: Instant) -> Sequence[RefundEvent]:
    """Take in that money went out, whosever it was. Raises AmountsDiffer."""
    settled = _settled(command.amount, command.settled)
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
        debt = zero(taken.currency)
        entry = postings.goodwill_explained(taken)
    else:
        standing = _standing(command.host_id, command)
        debt = standing.debt(command.back)
        entry = postings.part_explained(
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
            remitted=command.remitted,
            effective_on=local_date(now, refund.time_zone),
            entries=(entry,),
        )
    ]


# -- What several of them ask -------------------------------------------------------------


def _standing(
    host_id: HostId | None, command: AutoApprove | ApproveRefund | ClassifyRefund
) -> postings.Standing:
    return postings.Standing(host_id, command.earned, command.payable, command.remitted)


def _same_refund(refund: Refund, command: AcceptRefund | SucceedRefund | FailRefund) -> None:
    """Refuse what the processor tells of another refund than the one that it took on."""
    known, named = refund.processor_refund, command.processor_refund
    if known is not None and named is not None and known != named:
        LIFECYCLE.refuse(type(command), refund.status, known=known, named=named)


def _settled(amount: Money, settled: Money | None) -> Money | None:
    """What an amount was settled as, if that is another currency. Raises AmountsDiffer."""
    if settled is None or settled == amount:
        return None
    if settled.currency == amount.currency:
        raise AmountsDiffer(amount=str(amount), settled=str(settled))
    return settled


# -- Evolution --------------------------------------------------------------------------


def evolve(refund: Refund | None, event: RefundEvent) -> Refund:
    """The refund after an event."""
    status = LIFECYCLE.after(event, refund and refund.status)
    if isinstance(event, RefundRequested):
        return _requested(status, event)
    if isinstance(event, ExternalRefundDetected):
        return _detected(status, event)
    assert refund is not None
    refund = replace(refund, status=status)
    match event:
        case RefundApproved():
            return _approved(refund, event)
        case RefundSubmitted() | RefundResubmitted():
            return _handed_over(refund, event.idempotency_key)
        case RefundPending():
            return replace(
                refund,
                processor_refund=event.processor_refund,
                pending_reason=event.pending_reason,
            )
        case RefundSucceeded():
            return _succeeded(refund, event)
        case RefundFailed():
            return replace(refund, settled=None, position=refund.position or event.settled)
        case RefundAlternativeChosen():
            return replace(refund, chosen_by=event.chosen_by)
        case ExternalRefundClassified():
            return replace(refund, host_id=event.host_id, back=event.back, lines=event.lines)
        case (
            RefundApprovalAsked()
            | RefundRejected()
            | RefundSettledAlternatively()
            | RefundCancelled()
        ):
            return refund
        case _:
            assert_never(event)


def _requested(status: Status, event: RefundRequested) -> Refund:
    return Refund(
        status=status,
        payment_id=event.payment_id,
        booking_id=event.booking_id,
        host_id=event.host_id,
        amount=event.amount,
        back=event.back,
        lines=event.lines,
        funded_by=event.funded_by,
        preview=event.preview,
        requested_by=event.requested_by,
        time_zone=event.time_zone,
    )


def _detected(status: Status, event: ExternalRefundDetected) -> Refund:
    return Refund(
        status=status,
        payment_id=event.payment_id,
        booking_id=event.booking_id,
        host_id=None,
        amount=event.amount,
        back=Shares(event.amount.currency),
        lines=(),
        funded_by=Funding.BOOKING,
        preview=None,
        requested_by=None,
        time_zone=event.time_zone,
        processor_refund=event.processor_refund,
        settled=event.settled,
    )


def _approved(refund: Refund, event: RefundApproved) -> Refund:
    own, owed = refund.back.total, event.amount
    opens = refund.funded_by is Funding.BOOKING and own.currency != owed.currency
    return replace(refund, approval=event.entries, debt=event.debt, position=own if opens else None)


def _handed_over(refund: Refund, key: str) -> Refund:
    """Each attempt is another refund to the processor, under another key."""
    return replace(refund, keys=refund.keys | {key}, processor_refund=None, pending_reason=None)


def _succeeded(refund: Refund, event: RefundSucceeded) -> Refund:
    position, settled = refund.position, event.settled
    closed = position and settled and position.currency == settled.currency
    return replace(
        refund,
        processor_refund=event.processor_refund,
        settled=settled,
        position=None if closed else position,
    )


REFUND = Decider(
    lifecycle=LIFECYCLE,
    state=Refund,
    stream_of=lambda command: command.refund_id,
    decide=decide,
    evolve=evolve,
    evolution=2,
)
