"""What Rui owes."""

from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.host_debt import Cause, DropDebt, NetDebt, RaiseDebt
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
    WriteOffProposed,
    WriteOffRejected,
)
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import BOOKING, MARTA, PAUL, PAYOUT, REFUND, RUI
from tests.facts.values import money


def to_raise_debt(amount: str = "50.00 EUR", **changed: Any) -> RaiseDebt:
    """Rui owes what a refund gave back of what he was paid."""
    told: dict[str, Any] = {
        "host_id": RUI,
        "amount": money(amount),
        "cause": Cause.REFUND_AFTER_PAYOUT,
        "booking_id": BOOKING,
        "caused_by": REFUND,
    }
    return RaiseDebt(**told | changed)


def to_drop_debt(amount: str = "50.00 EUR", **changed: Any) -> DropDebt:
    """The refund that Rui owed for was cancelled."""
    raised = to_raise_debt(amount, **changed)
    return DropDebt(
        host_id=raised.host_id,
        amount=raised.amount,
        cause=raised.cause,
        booking_id=raised.booking_id,
        caused_by=raised.caused_by,
    )


def to_net(amount: str = "50.00 EUR", **changed: Any) -> NetDebt:
    """Rui's next payout pays what he owes."""
    told: dict[str, Any] = {
        "host_id": RUI,
        "booking_id": BOOKING,
        "payout_id": PAYOUT,
        "amount": money(amount),
        "in_all": money(amount),
        "time_zone": "Europe/Lisbon",
    }
    return NetDebt(**told | changed)


def owed(amount: str = "50.00 EUR", caused_by: str = REFUND) -> DebtRaised:
    """Rui owes what a refund gave back of what he was paid."""
    return DebtRaised(
        host_id=RUI,
        amount=money(amount),
        cause="refund_after_payout",
        booking_id=BOOKING,
        caused_by=caused_by,
    )


def netted(amount: str = "50.00 EUR", to: str = "clear") -> DebtNetted:
    """Rui's payout paid what he owed."""
    return DebtNetted(
        host_id=RUI,
        booking_id=BOOKING,
        payout_id=PAYOUT,
        amount=money(amount),
        to=to,
        effective_on=JUNE_FIRST,
        entries=(postings.debt_netted(RUI, BOOKING, money(amount)),),
    )


def dropped(amount: str = "50.00 EUR", to: str = "clear") -> DebtDropped:
    """The refund that Rui owed for was cancelled."""
    return DebtDropped(
        host_id=RUI,
        amount=money(amount),
        cause=Cause.REFUND_AFTER_PAYOUT.value,
        booking_id=BOOKING,
        caused_by=REFUND,
        to=to,
    )


def collected(amount: str = "50.00 EUR", to: str = "clear") -> DebtCollected:
    """A transfer was taken back for what Rui owed."""
    return DebtCollected(host_id=RUI, amount=money(amount), reversal="trr_1", to=to)


def a_write_off(amount: str = "50.00 EUR") -> WriteOffProposed:
    """Marta proposes to give up what Rui owes."""
    return WriteOffProposed(
        host_id=RUI, amount=money(amount), reason="host is insolvent", proposer=MARTA
    )


def rejected_write_off(amount: str = "50.00 EUR") -> WriteOffRejected:
    """Paul does not give it up."""
    return WriteOffRejected(host_id=RUI, amount=money(amount), reviewer=PAUL)


def written_off(amount: str = "50.00 EUR", to: str = "clear") -> DebtWrittenOff:
    """Paul gives it up too."""
    return DebtWrittenOff(
        host_id=RUI,
        amount=money(amount),
        proposer=MARTA,
        approver=PAUL,
        to=to,
        effective_on=JUNE_FIRST,
        entries=(postings.debt_written_off(RUI, money(amount)),),
    )
