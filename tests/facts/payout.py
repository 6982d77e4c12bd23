"""What Rui is paid for the stay, and what is ordered back of it."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.payout import SchedulePayout
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
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
from ledger.values.clearance import Clearance, Hold, vouched_for
from ledger.values.clock import Instant
from tests.facts.story import BOOKING, EARNED, NOW, PAYOUT, REFUND, RUI
from tests.facts.values import a_price, money


def to_schedule_payout(**changed: Any) -> SchedulePayout:
    """Promise Rui what the stay brings, a day after check-in."""
    told: dict[str, Any] = {
        "payout_id": PAYOUT,
        "booking_id": BOOKING,
        "host_id": RUI,
        "amount": a_price().shares.host,
        "release_at": EARNED,
        "time_zone": "Europe/Lisbon",
        "tranche": 1,
    }
    return SchedulePayout(**told | changed)


def cleared(payable: str = "349.20 EUR", **changed: Any) -> Clearance:
    """Nothing stands in the way of paying Rui what the stay brought, and no more."""
    return replace(vouched_for(money(payable), funds_available=True), **changed)


def a_payout() -> PayoutScheduled:
    """Rui will be paid."""
    told = to_schedule_payout()
    fields = {name: getattr(told, name) for name in PayoutScheduled.__struct_fields__}
    return PayoutScheduled(**fields)


def recalculated(amount: str = "174.60 EUR", release_at: Instant = NOW) -> PayoutRecalculated:
    """The booking changed and so did what is owed."""
    return PayoutRecalculated(amount=money(amount), release_at=release_at)


def cancelled_payout() -> PayoutCancelled:
    """Nothing is owed any more."""
    return PayoutCancelled()


def due() -> PayoutDue:
    """The time of the payout has come."""
    return PayoutDue()


def released() -> PayoutReleased:
    """The transfer was ordered."""
    return PayoutReleased(
        amount=a_price().shares.host, netted=money("0.00 EUR"), idempotency_key=f"{PAYOUT}/1"
    )


def held(reason: Hold = Hold.MANUAL, detail: str = "") -> PayoutHeld:
    """There is a reason to keep the payout back."""
    return PayoutHeld(reason=reason, detail=detail)


def lifted(reason: Hold = Hold.MANUAL, to: str = "scheduled") -> PayoutHoldLifted:
    """The reason is gone."""
    return PayoutHoldLifted(reason=reason, to=to)


def netted_out(amount: str = "349.20 EUR") -> PayoutNetted:
    """Rui owed all of it."""
    return PayoutNetted(netted=money(amount))


def failed_transfer() -> PayoutTransferFailed:
    """The processor did not make the transfer."""
    return PayoutTransferFailed(reason="account_closed")


def unknown_transfer() -> TransferOutcomeUnknown:
    """Nobody answered whether the transfer was made."""
    return TransferOutcomeUnknown()


def payout_retried(
    amount: str = "349.20 EUR", netted: str = "0.00 EUR", attempt: int = 2
) -> PayoutRetried:
    """The transfer was ordered anew."""
    return PayoutRetried(
        amount=money(amount), netted=money(netted), idempotency_key=f"{PAYOUT}/{attempt}"
    )


def a_reversal(amount: str = "174.60 EUR", number: int = 1) -> ReversalOrdered:
    """Half of the transfer is to come back, for a refund."""
    key = f"{PAYOUT}/reversal/{number}"
    return ReversalOrdered(amount=money(amount), cause=REFUND, idempotency_key=key)


def turned_back(
    amount: str = "174.60 EUR",
    to_debt: str = "0.00 EUR",
    number: int = 1,
    to: str = "partly_reversed",
) -> PayoutReversed:
    """It came back."""
    came, pays = money(amount), money(to_debt)
    return PayoutReversed(
        booking_id=BOOKING,
        host_id=RUI,
        amount=came,
        to_debt=pays,
        reversal=f"trr_{number}",
        idempotency_key=f"{PAYOUT}/reversal/{number}",
        to=to,
        effective_on=date(2026, 7, 3),
        entries=(postings.payout_reversed(RUI, BOOKING, came, pays),),
    )


def a_failed_reversal(amount: str = "174.60 EUR", number: int = 1) -> ReversalFailed:
    """It does not come: Rui's account has not as much."""
    key = f"{PAYOUT}/reversal/{number}"
    return ReversalFailed(amount=money(amount), reason="balance_insufficient", idempotency_key=key)


def transferred() -> PayoutTransferred:
    """Rui has the money."""
    amount = a_price().shares.host
    return PayoutTransferred(
        booking_id=BOOKING,
        host_id=RUI,
        amount=amount,
        transfer="tr_1",
        balance_transaction="txn_tr_1",
        effective_on=date(2026, 7, 3),
        entries=(postings.payout_transferred(RUI, BOOKING, amount),),
    )
