"""Payouts: when each host is paid, what keeps a payout back, and the account that it goes to.

What is asked of it stands in `projections.needs`.
"""

from functools import partial
from typing import assert_never, get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)

from ledger.events import Recorded
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
)
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    ProviderRegistered,
)
from ledger.values.clearance import Hold
from projections.projection import ONLY_ADDED_TO, Projection, Rows

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="payouts_v2")

payouts = Table(
    "payouts",
    tables,
    Column("payout_id", Uuid(as_uuid=False), primary_key=True),
    Column("booking_id", Uuid(as_uuid=False), nullable=False),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("tranche", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("release_at", DateTime(timezone=True), nullable=False),
    Column("failed_because", Text),
    Index("payouts_by_host", "host_id", "release_at"),
)

netted = Table(
    "netted",
    tables,
    Column("payout_id", Uuid(as_uuid=False), primary_key=True),
    Column("netted_minor", BigInteger, nullable=False),
    info=ONLY_ADDED_TO,
)
"""What of a payout was kept for what its host owes, by however many orders of its transfer."""

holds = Table(
    "holds",
    tables,
    Column("payout_id", Uuid(as_uuid=False), primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("detail", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
)
"""One row per reason for which a payout is kept back now."""

accounts = Table(
    "accounts",
    tables,
    Column("host_id", Uuid(as_uuid=False), primary_key=True),
    Column("status", Text, nullable=False),
    Column("requirements", Text, nullable=False),
    Column("disabled_reason", Text),
    Column("bank_account_works", Boolean, nullable=False),
)
"""One row per provider: the account that they are paid to. `requirements` is what the processor
still asks for, joined by commas; `bank_account_works` is false where the bank gave a payout back.
"""

# -- Events -----------------------------------------------------------------------------

PayoutEvent = (
    PayoutScheduled
    | PayoutRecalculated
    | PayoutCancelled
    | PayoutHeld
    | PayoutHoldLifted
    | PayoutDue
    | PayoutReleased
    | PayoutNetted
    | PayoutTransferred
    | PayoutTransferFailed
    | PayoutRetried
    | PayoutReversed
)

AccountEvent = (
    ProviderRegistered
    | PayoutAccountOpened
    | PayoutAccountChanged
    | BankAccountChanged
    | BankAccountFailed
)

PayoutsEvent = PayoutEvent | AccountEvent


def project(rows: Rows, recorded: Recorded[PayoutsEvent]) -> None:
    """Change the payout or the account that the event is about."""
    if isinstance(recorded.event, AccountEvent):
        project_account(rows, recorded.stream_id, recorded.event)
    else:
        project_payout(rows, recorded, recorded.event)


def project_payout(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[PayoutsEvent], event: PayoutEvent
) -> None:
    """Where a payout stands, and what keeps it back."""
    stands = partial(rows.change, payouts, recorded.stream_id)

    match event:
        case PayoutScheduled():
            schedule(rows, recorded, event)
        case PayoutRecalculated():
            amount = event.amount.minor
            at = event.release_at
            stands(amount_minor=amount, release_at=at)
        case PayoutCancelled():
            stands(status="cancelled", amount_minor=0)
            for reason in Hold:
                rows.remove(holds, (recorded.stream_id, reason.value))
        case PayoutHeld():
            stands(status="on_hold")
            hold(rows, recorded, event)
        case PayoutHoldLifted():
            stands(status=event.to)
            rows.remove(holds, (recorded.stream_id, event.reason.value))
        case PayoutDue():
            stands(status="due")
        case PayoutReleased() | PayoutRetried():
            stands(status="releasing", failed_because=None)
            rows.add(netted, recorded.stream_id, netted_minor=event.netted.minor)
        case PayoutNetted():
            stands(status="cancelled")
            rows.add(netted, recorded.stream_id, netted_minor=event.netted.minor)
        case PayoutTransferred():
            stands(status="transferred")
        case PayoutTransferFailed():
            stands(status="failed", failed_because=event.reason)
        case PayoutReversed():
            stands(status=event.to)
        case _:
            assert_never(event)


def schedule(rows: Rows, recorded: Recorded[PayoutsEvent], event: PayoutScheduled) -> None:
    """A host will be paid."""
    rows.insert(
        payouts,
        payout_id=recorded.stream_id,
        booking_id=event.booking_id,
        host_id=event.host_id,
        tranche=event.tranche,
        status="scheduled",
        currency=event.amount.currency,
        amount_minor=event.amount.minor,
        release_at=event.release_at,
        failed_because=None,
    )


def hold(rows: Rows, recorded: Recorded[PayoutsEvent], event: PayoutHeld) -> None:
    """There is a reason to keep a payout back; the same one may be told anew."""
    reason = event.reason.value
    rows.remove(holds, (recorded.stream_id, reason))
    rows.insert(
        holds,
        payout_id=recorded.stream_id,
        reason=reason,
        detail=event.detail,
        since=recorded.occurred_at,
    )


def project_account(rows: Rows, host_id: str, event: AccountEvent) -> None:
    """Whether a provider can be paid, and what the processor still asks for."""
    match event:
        case ProviderRegistered():
            rows.insert(
                accounts,
                host_id=host_id,
                status="none",
                requirements="",
                disabled_reason=None,
                bank_account_works=True,
            )
        case PayoutAccountOpened():
            rows.change(accounts, host_id, status="onboarding")
        case PayoutAccountChanged():
            rows.change(
                accounts,
                host_id,
                status=event.to,
                requirements=",".join(event.requirements),
                disabled_reason=event.disabled_reason,
            )
        case BankAccountChanged():
            rows.change(accounts, host_id, bank_account_works=True)
        case BankAccountFailed():
            rows.change(accounts, host_id, bank_account_works=False)
        case _:
            assert_never(event)


PAYOUTS = Projection("payouts", 2, tables, get_args(PayoutsEvent), project, sliced_by="stream")
