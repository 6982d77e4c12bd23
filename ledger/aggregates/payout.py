"""A payout: what one host is paid for one tranche of a booking, and when."""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    NotFound,
    PayoutExceedsEntitlement,
    PayoutIsHeld,
    ReversalExceedsTransfer,
    SecondPersonRequired,
    TooEarly,
)
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutEvent,
    PayoutHeld,
    PayoutHoldLifted,
    PayoutNetted,
    PayoutRecalculated,
    PayoutReleased,
    PayoutRetried,
    PayoutReversed,
    PayoutScheduled,
    PayoutTransferFailed,
    PayoutTransferred,
    ReversalFailed,
    ReversalOrdered,
    TransferOutcomeUnknown,
)
from ledger.values.clearance import LIFTED_BY_PEOPLE, Clearance, Hold
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId, PayoutId
from ledger.values.money import Money, zero
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a payout stands."""

    SCHEDULED = "scheduled"
    ON_HOLD = "on_hold"
    DUE = "due"
    RELEASING = "releasing"
    TRANSFERRED = "transferred"
    PARTLY_REVERSED = "partly_reversed"
    REVERSED = "reversed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Payout(Struct, frozen=True):
    """What the rules need to remember.

    `amount` is the tranche's; of it `netted` stays with the platform for what the host owes, and
    `sent` is on its way or with the host; `reversed` of that came back, and `coming_back` is
    ordered back, by the keys of the orders. `orders` and `reversals` count the keys given out.
    """

    status: Status
    booking_id: BookingId
    host_id: HostId
    amount: Money
    release_at: Instant
    time_zone: str
    tranche: int
    netted: Money
    sent: Money
    reversed: Money
    holds: frozenset[Hold] = frozenset()
    unknown: bool = False
    orders: int = 0
    reversals: int = 0
    coming_back: dict[str, Money] = {}

    @property
    def outstanding(self) -> Money:
        """What of the amount is neither netted nor with the host."""
        return self.amount - self.netted

    @property
    def reversible(self) -> Money:
        """What could still be ordered back."""
        ordered = sum(amount.minor for amount in self.coming_back.values())
        return self.sent - self.reversed - Money(ordered, self.sent.currency)


# -- Commands ---------------------------------------------------------------------------


class SchedulePayout(Command, frozen=True, kw_only=True):
    """Promise a host what a tranche of a confirmed booking will bring."""

    payout_id: PayoutId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    release_at: Instant
    time_zone: str
    tranche: int = 1


class RecalculatePayout(Command, frozen=True, kw_only=True):
    """Work the payout out again from the ledger, because the booking changed."""

    payout_id: PayoutId
    amount: Money
    release_at: Instant


class HoldPayout(Command, frozen=True, kw_only=True):
    """Keep the payout back for a reason; `detail` names what gives it, such as a dispute."""

    payout_id: PayoutId
    reason: Hold
    detail: str = ""


class LiftPayoutHold(Command, frozen=True, kw_only=True):
    """Let a reason go: `still_stands` is what its own streams say of it.

    `reviewer` is who of finance looked at it, for the reasons that people must look at.
    """

    payout_id: PayoutId
    reason: Hold
    still_stands: bool
    reviewer: str = ""


class MaturePayout(Command, frozen=True, kw_only=True):
    """Let the payout fall due: its time has come."""

    payout_id: PayoutId


class ReleasePayout(Command, frozen=True, kw_only=True):
    """Order the transfer; above the limit, `approver` is who of finance approves it."""

    payout_id: PayoutId
    clearance: Clearance
    limit: Money | None = None
    approver: str = ""


class RecordTransfer(Command, frozen=True, kw_only=True):
    """Record that the host's account has the money."""

    payout_id: PayoutId
    amount: Money
    transfer: str
    balance_transaction: str | None = None


class FailTransfer(Command, frozen=True, kw_only=True):
    """Record that the processor did not make the transfer."""

    payout_id: PayoutId
    reason: str


class ReportUnknownTransfer(Command, frozen=True, kw_only=True):
    """Record that nobody answered whether the transfer was made."""

    payout_id: PayoutId


class RetryPayout(Command, frozen=True, kw_only=True):
    """Order a transfer that failed anew; what is known is known anew as well."""

    payout_id: PayoutId
    clearance: Clearance
    limit: Money | None = None
    approver: str = ""


class OrderReversal(Command, frozen=True, kw_only=True):
    """Order a part of the transfer back; `cause` is the refund or dispute that it is due for."""

    payout_id: PayoutId
    amount: Money
    cause: str


class RecordReversal(Command, frozen=True, kw_only=True):
    """Record that a part came back, as ordered; `debt` is what the host owes at that instant."""

    payout_id: PayoutId
    amount: Money
    reversal: str
    idempotency_key: str
    debt: Money


class FailReversal(Command, frozen=True, kw_only=True):
    """Record that a part that was ordered back does not come."""

    payout_id: PayoutId
    reason: str
    idempotency_key: str


PayoutCommand = (
    SchedulePayout
    | RecalculatePayout
    | HoldPayout
    | LiftPayoutHold
    | MaturePayout
    | ReleasePayout
    | RecordTransfer
    | FailTransfer
    | ReportUnknownTransfer
    | RetryPayout
    | OrderReversal
    | RecordReversal
    | FailReversal
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status
OPEN = states(S.SCHEDULED, S.ON_HOLD, S.DUE)
ARRIVED = states(S.TRANSFERRED, S.PARTLY_REVERSED)

LIFECYCLE = Lifecycle(
    "payout",
    Step("PO1", SchedulePayout, states(None), actors("X"), PayoutScheduled, S.SCHEDULED,
         "something is owed"),
    Step("PO2", HoldPayout, states(S.SCHEDULED, S.DUE), actors("XF"), PayoutHeld, S.ON_HOLD),
    Step("PO3", LiftPayoutHold, states(S.ON_HOLD), actors("XF"), PayoutHoldLifted,
         (S.SCHEDULED, S.DUE),
         "no other reason is left; finance looked at what people must look at"),
    Step("PO4", MaturePayout, states(S.SCHEDULED), actors("T"), PayoutDue, S.DUE,
         "the time of release has come"),
    Step("PO5", ReleasePayout, states(S.DUE), actors("XF"), PayoutReleased, S.RELEASING,
         "everything is cleared; the host has earned it and not received it"),
    Step("PO6", RecordTransfer, states(S.RELEASING), actors("P"), PayoutTransferred, S.TRANSFERRED,
         "the amount is the one that was released"),
    Step("PO7", FailTransfer, states(S.RELEASING), actors("P"), PayoutTransferFailed, S.FAILED),
    Step("PO7u", ReportUnknownTransfer, states(S.RELEASING), actors("T"), TransferOutcomeUnknown,
         SAME),
    Step("PO8", RetryPayout, states(S.FAILED), actors("XF"), PayoutRetried, S.RELEASING,
         "everything is cleared again"),
    Step("PO9", OrderReversal, ARRIVED, actors("XF"), ReversalOrdered, SAME,
         "no more than was sent and did not come back"),
    Step("PO9r", RecordReversal, ARRIVED, actors("P"), PayoutReversed,
         (S.PARTLY_REVERSED, S.REVERSED), "the amount is the one that was ordered back"),
    Step("PO10", RecalculatePayout, OPEN, actors("X"), PayoutRecalculated, SAME,
         "something is still owed"),
    Step("PO10z", RecalculatePayout, OPEN, actors("X"), PayoutCancelled, S.CANCELLED,
         "nothing is owed any more"),
    Step("PO11", HoldPayout, states(S.ON_HOLD), actors("XF"), PayoutHeld, S.ON_HOLD),
    Step("PO12", LiftPayoutHold, states(S.ON_HOLD), actors("XF"), PayoutHoldLifted, (S.ON_HOLD,),
         "another reason is left"),
    Step("PO13", ReleasePayout, states(S.DUE), actors("XF"), PayoutNetted, S.CANCELLED,
         "everything is cleared, and the host owes all of it"),
    Step("PO14", RetryPayout, states(S.FAILED), actors("XF"), PayoutNetted, S.CANCELLED,
         "everything is cleared, and the host owes all of it by now"),
    Step("PO15", RecalculatePayout, states(S.FAILED), actors("X"), PayoutRecalculated, SAME,
         "something is still owed"),
    Step("PO16", RecalculatePayout, states(S.FAILED), actors("X"), PayoutCancelled, S.CANCELLED,
         "nothing is owed any more"),
    Step("PO17", FailReversal, ARRIVED, actors("P"), ReversalFailed, SAME),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(payout: Payout | None, command: PayoutCommand, now: Instant) -> Sequence[PayoutEvent]:
    """What a command does to a payout. Raises Refused."""
    if isinstance(command, SchedulePayout):
        return schedule(command)
    if payout is None:
        raise NotFound(payout_id=command.payout_id)
    match command:
        case RecalculatePayout():
            return recalculate(payout, command)
        case HoldPayout():
            return hold(payout, command)
        case LiftPayoutHold():
            return lift(payout, command, now)
        case MaturePayout():
            return mature(payout, now)
        case ReleasePayout() | RetryPayout():
            return release(payout, command, now)
        case RecordTransfer():
            return record_transfer(payout, command, now)
        case FailTransfer():
            return [PayoutTransferFailed(reason=command.reason)]
        case ReportUnknownTransfer():
            return [] if payout.unknown else [TransferOutcomeUnknown()]
        case OrderReversal():
            return order_reversal(payout, command)
        case RecordReversal():
            return record_reversal(payout, command, now)
        case FailReversal():
            return fail_reversal(payout, command)
        case _:
            assert_never(command)


def schedule(command: SchedulePayout) -> Sequence[PayoutEvent]:
    """Promise an amount above zero. Raises AmountsDiffer."""
    if command.amount.minor <= 0:
        raise AmountsDiffer(amount=str(command.amount))
    return [
        PayoutScheduled(
            booking_id=command.booking_id,
            host_id=command.host_id,
            amount=command.amount,
            release_at=command.release_at,
            time_zone=command.time_zone,
            tranche=command.tranche,
        )
    ]


def recalculate(payout: Payout, command: RecalculatePayout) -> Sequence[PayoutEvent]:
    """Take over the new figure and time, if any; or end the payout where nothing is owed."""
    if (command.amount - payout.netted).minor <= 0:
        return [PayoutCancelled()]
    if (command.amount, command.release_at) == (payout.amount, payout.release_at):
        return []
    return [PayoutRecalculated(amount=command.amount, release_at=command.release_at)]


def hold(payout: Payout, command: HoldPayout) -> Sequence[PayoutEvent]:
    """Keep the payout back; a reason that is there already is not there twice."""
    if command.reason in payout.holds:
        return []
    return [PayoutHeld(reason=command.reason, detail=command.detail)]


def lift(payout: Payout, command: LiftPayoutHold, now: Instant) -> Sequence[PayoutEvent]:
    """Let a reason go; after the last one the clock says where the payout stands.

    Raises PayoutIsHeld where the reason stands, or nobody of finance looked at it who must.
    """
    reason = command.reason
    if reason not in payout.holds:
        return []
    if command.still_stands or (reason in LIFTED_BY_PEOPLE and not command.reviewer):
        raise PayoutIsHeld(reasons=[reason.value])
    if len(payout.holds) > 1:
        return [PayoutHoldLifted(reason=reason, to=S.ON_HOLD)]
    to = S.DUE if now >= payout.release_at else S.SCHEDULED
    return [PayoutHoldLifted(reason=reason, to=to)]


def mature(payout: Payout, now: Instant) -> Sequence[PayoutEvent]:
    """Fall due, not before its time. Raises TooEarly."""
    if now < payout.release_at:
        raise TooEarly(not_before=payout.release_at)
    return [PayoutDue()]


def release(
    payout: Payout, command: ReleasePayout | RetryPayout, now: Instant
) -> Sequence[PayoutEvent]:
    """Order the transfer of what is left when the host's debt is paid; of nothing there is none.

    Raises TooEarly, CurrenciesDiffer, PayoutIsHeld, PayoutExceedsEntitlement, SecondPersonRequired.
    """
    if now < payout.release_at:
        raise TooEarly(not_before=payout.release_at)
    clearance, amount = command.clearance, payout.outstanding
    if clearance.listing_currency != amount.currency:
        raise CurrenciesDiffer(left=clearance.listing_currency, right=amount.currency)
    if reasons := list(clearance.broken(now)):
        raise PayoutIsHeld(reasons=reasons)
    refuse_above_entitlement(amount, clearance)
    if command.limit and (amount - command.limit).minor > 0 and not command.approver:
        raise SecondPersonRequired(amount=str(amount), limit=str(command.limit))
    netted = covered(clearance.debt, amount)
    sent = amount - netted
    if not sent.minor:
        return [PayoutNetted(netted=netted)]
    key = f"{command.payout_id}/{payout.orders + 1}"
    if isinstance(command, ReleasePayout):
        return [PayoutReleased(amount=sent, netted=netted, idempotency_key=key)]
    return [PayoutRetried(amount=sent, netted=netted, idempotency_key=key)]


def refuse_above_entitlement(amount: Money, clearance: Clearance) -> None:
    """Let no more go than the books owe the host, nor than there is of the booking's money.

    Raises PayoutExceedsEntitlement, CurrenciesDiffer.
    """
    if (clearance.payable - amount).minor < 0:
        raise PayoutExceedsEntitlement(amount=str(amount), payable=str(clearance.payable))
    left = clearance.entitlement - clearance.transferred_so_far
    if (left - amount).minor < 0:
        raise PayoutExceedsEntitlement(
            amount=str(amount),
            entitlement=str(clearance.entitlement),
            transferred_so_far=str(clearance.transferred_so_far),
        )


def covered(debt: Money, amount: Money) -> Money:
    """What of a debt an amount pays. Raises CurrenciesDiffer."""
    return amount if (amount - debt).minor <= 0 else debt


def record_transfer(payout: Payout, command: RecordTransfer, now: Instant) -> Sequence[PayoutEvent]:
    """The host has the money. Raises AmountsDiffer."""
    if command.amount != payout.sent:
        raise AmountsDiffer(released=str(payout.sent), transferred=str(command.amount))
    entry = postings.payout_transferred(payout.host_id, payout.booking_id, payout.sent)
    return [
        PayoutTransferred(
            booking_id=payout.booking_id,
            host_id=payout.host_id,
            amount=payout.sent,
            transfer=command.transfer,
            balance_transaction=command.balance_transaction,
            effective_on=local_date(now, payout.time_zone),
            entries=(entry,),
        )
    ]


def order_reversal(payout: Payout, command: OrderReversal) -> Sequence[PayoutEvent]:
    """Order a part back, whoever the host is by now. Raises AmountsDiffer, ReversalExceedsTransfer."""
    if command.amount.minor <= 0:
        raise AmountsDiffer(amount=str(command.amount))
    if (payout.reversible - command.amount).minor < 0:
        raise ReversalExceedsTransfer(amount=str(command.amount), reversible=str(payout.reversible))
    key = f"{command.payout_id}/reversal/{payout.reversals + 1}"
    return [ReversalOrdered(amount=command.amount, cause=command.cause, idempotency_key=key)]


def record_reversal(payout: Payout, command: RecordReversal, now: Instant) -> Sequence[PayoutEvent]:
    """A part came back: it pays what the host owes first. Raises AmountsDiffer, CurrenciesDiffer."""
    amount = ordered(payout, command)
    if command.amount != amount:
        raise AmountsDiffer(ordered=str(amount), reversed=str(command.amount))
    to_debt = covered(command.debt, amount)
    whole = payout.reversed + amount == payout.sent
    host_id, booking_id = payout.host_id, payout.booking_id
    return [
        PayoutReversed(
            booking_id=booking_id,
            host_id=host_id,
            amount=amount,
            to_debt=to_debt,
            reversal=command.reversal,
            idempotency_key=command.idempotency_key,
            to=S.REVERSED if whole else S.PARTLY_REVERSED,
            effective_on=local_date(now, payout.time_zone),
            entries=(postings.payout_reversed(host_id, booking_id, amount, to_debt),),
        )
    ]


def fail_reversal(payout: Payout, command: FailReversal) -> Sequence[PayoutEvent]:
    """A part does not come back; what the host owes of it stays owed."""
    key = command.idempotency_key
    return [
        ReversalFailed(amount=ordered(payout, command), reason=command.reason, idempotency_key=key)
    ]


def ordered(payout: Payout, command: RecordReversal | FailReversal) -> Money:
    """What was ordered back under a key, and has not come or failed yet.

    Raises TransitionNotAllowed.
    """
    amount = payout.coming_back.get(command.idempotency_key)
    if amount is None:
        LIFECYCLE.refuse(type(command), payout.status)
    return amount


# -- Evolution --------------------------------------------------------------------------


def evolve(payout: Payout | None, event: PayoutEvent) -> Payout:
    """The payout after an event."""
    status = LIFECYCLE.after(event, payout and payout.status)
    if isinstance(event, PayoutScheduled):
        nothing = zero(event.amount.currency)
        return Payout(
            status=status,
            booking_id=event.booking_id,
            host_id=event.host_id,
            amount=event.amount,
            release_at=event.release_at,
            time_zone=event.time_zone,
            tranche=event.tranche,
            netted=nothing,
            sent=nothing,
            reversed=nothing,
        )
    assert payout is not None
    match event:
        case PayoutRecalculated():
            return replace(payout, amount=event.amount, release_at=event.release_at)
        case PayoutHeld():
            return replace(payout, status=status, holds=payout.holds | {event.reason})
        case PayoutHoldLifted():
            return replace(payout, status=status, holds=payout.holds - {event.reason})
        case TransferOutcomeUnknown():
            return replace(payout, unknown=True)
        case PayoutReleased() | PayoutRetried() | PayoutNetted():
            return ordered_out(replace(payout, status=status), event)
        case ReversalOrdered() | PayoutReversed() | ReversalFailed():
            return turned_back(replace(payout, status=status), event)
        case PayoutTransferFailed():
            nothing = zero(payout.amount.currency)
            return replace(payout, status=status, unknown=False, sent=nothing)
        case PayoutCancelled() | PayoutDue() | PayoutTransferred():
            return replace(payout, status=status, unknown=False)
        case _:
            assert_never(event)


def ordered_out(payout: Payout, event: PayoutReleased | PayoutRetried | PayoutNetted) -> Payout:
    """The payout when its transfer was ordered, or is not needed."""
    netted = payout.netted + event.netted
    if isinstance(event, PayoutNetted):
        return replace(payout, netted=netted)
    return replace(payout, netted=netted, sent=event.amount, orders=payout.orders + 1)


def turned_back(payout: Payout, event: ReversalOrdered | PayoutReversed | ReversalFailed) -> Payout:
    """The payout when a part of it is on its way back, came, or does not come."""
    key = event.idempotency_key
    if isinstance(event, ReversalOrdered):
        coming_back = {**payout.coming_back, key: event.amount}
        return replace(payout, coming_back=coming_back, reversals=payout.reversals + 1)
    coming_back = {of: amount for of, amount in payout.coming_back.items() if of != key}
    came = event.amount if isinstance(event, PayoutReversed) else zero(event.amount.currency)
    return replace(payout, coming_back=coming_back, reversed=payout.reversed + came)


PAYOUT = Decider(
    lifecycle=LIFECYCLE,
    state=Payout,
    stream_of=lambda command: command.payout_id,
    decide=decide,
    evolve=evolve,
    evolution=2,
)
