"""Decisions by which more is owed, or less."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.host_debt.commands import CollectDebt, DropDebt, NetDebt, RaiseDebt
from ledger.aggregates.host_debt.lifecycle import LIFECYCLE
from ledger.aggregates.host_debt.state import HostDebt, Status
from ledger.errors import AmountsDiffer, DebtExceeded
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    HostDebtEvent,
)
from ledger.values.clock import Instant
from ledger.values.money import Money, zero
from ledger.values.stay import local_date


def raise_debt(debt: HostDebt | None, command: RaiseDebt) -> Sequence[HostDebtEvent]:
    """Owe more, once for each cause. Raises AmountsDiffer."""
    if debt is not None and counted(debt, f"{command.cause}/{command.caused_by}", command.amount):
        return []
    return [
        DebtRaised(
            host_id=command.host_id,
            amount=command.amount,
            cause=command.cause.value,
            booking_id=command.booking_id,
            caused_by=command.caused_by,
        )
    ]


def net(debt: HostDebt, command: NetDebt, now: Instant) -> Sequence[HostDebtEvent]:
    """Pay debt with earnings, once for each order of a payout. Raises DebtExceeded, AmountsDiffer.

    A payout whose transfer failed is ordered again, and nets what its host has come to owe since.
    """
    before = debt.settled.get(command.payout_id, zero(command.amount.currency))
    if before == command.in_all:
        return []
    if before + command.amount != command.in_all:
        raise AmountsDiffer(counted=str(before), told=str(command.in_all - command.amount))
    entry = postings.debt_netted(command.host_id, command.booking_id, command.amount)
    return [
        DebtNetted(
            host_id=command.host_id,
            booking_id=command.booking_id,
            payout_id=command.payout_id,
            amount=command.amount,
            to=less(debt, command.amount).value,
            effective_on=local_date(now, command.time_zone),
            entries=(entry,),
        )
    ]


def collect(debt: HostDebt, command: CollectDebt) -> Sequence[HostDebtEvent]:
    """Count money that came back, once for each reversal. Raises DebtExceeded, AmountsDiffer."""
    if counted(debt, command.reversal, command.amount):
        return []
    return [
        DebtCollected(
            host_id=command.host_id,
            amount=command.amount,
            reversal=command.reversal,
            to=less(debt, command.amount).value,
        )
    ]


def drop(debt: HostDebt, command: DropDebt) -> Sequence[HostDebtEvent]:
    """Owe no more what something raised, once; what is paid of it already cannot be dropped.

    Raises DebtExceeded, AmountsDiffer, TransitionNotAllowed where it raised nothing.
    """
    name = f"{command.cause}/{command.caused_by}"
    if not counted(debt, name, command.amount):
        LIFECYCLE.refuse(DropDebt, debt.status)
    if counted(debt, f"dropped/{name}", command.amount):
        return []
    return [
        DebtDropped(
            host_id=command.host_id,
            amount=command.amount,
            cause=command.cause.value,
            booking_id=command.booking_id,
            caused_by=command.caused_by,
            to=less(debt, command.amount).value,
        )
    ]


def counted(debt: HostDebt, name: str, amount: Money) -> bool:
    """Whether something was counted already. Raises AmountsDiffer where it was another amount."""
    before = debt.settled.get(name)
    if before not in (None, amount):
        raise AmountsDiffer(counted=str(before), told=str(amount))
    return before is not None


def less(debt: HostDebt, amount: Money) -> Status:
    """Where a debt stands after so much less of it. Raises DebtExceeded."""
    owed = debt.owed(amount.currency)
    if owed.minor < amount.minor:
        raise DebtExceeded(owed=str(owed), amount=str(amount))
    others = any(minor for key, minor in debt.owed_minor.items() if key != amount.currency)
    return Status.OWING if others or owed != amount else Status.CLEAR
