"""Decisions about the money that the processor takes, and gives back."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.dispute.commands import ChargeFee, ReinstateFunds, WithdrawFunds
from ledger.aggregates.dispute.lifecycle import LIFECYCLE
from ledger.aggregates.dispute.state import Dispute
from ledger.errors import AmountsDiffer
from ledger.events.dispute import (
    DisputeEvent,
    DisputeFeeCharged,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
)
from ledger.values.clock import Instant
from ledger.values.money import Money
from ledger.values.stay import local_date


def withdraw(dispute: Dispute, command: WithdrawFunds, now: Instant) -> Sequence[DisputeEvent]:
    """The processor took the money: hold what of the host's part is still to be paid.

    Raises AmountsDiffer, CurrenciesDiffer, TransitionNotAllowed where it is taken already.
    """
    taken = dispute.withdrawn is not None and dispute.withdrawn.minor > 0
    if taken or dispute.balance_transactions.intersection(command.balance_transactions):
        LIFECYCLE.refuse(WithdrawFunds, dispute.status)
    refuse_unless_disputed(dispute, command.amount)
    payable, host_part = command.payable, command.host_part
    held = payable if (host_part - payable).minor > 0 else host_part
    entry = postings.dispute_funds_withdrawn(
        command.dispute_id, dispute.host, command.amount, command.fee, held
    )
    return [
        DisputeFundsWithdrawn(
            booking_id=dispute.booking_id,
            host_id=dispute.host_id,
            amount=command.amount,
            fee=command.fee,
            held=held,
            balance_transactions=command.balance_transactions,
            effective_on=local_date(now, dispute.time_zone),
            entries=(entry,),
        )
    ]


def charge_fee(dispute: Dispute, command: ChargeFee, now: Instant) -> Sequence[DisputeEvent]:
    """The processor took a fee. Raises AmountsDiffer, TransitionNotAllowed for a known one."""
    if dispute.balance_transactions.intersection(command.balance_transactions):
        LIFECYCLE.refuse(ChargeFee, dispute.status)
    if command.fee.minor <= 0:
        raise AmountsDiffer(fee=str(command.fee))
    return [
        DisputeFeeCharged(
            booking_id=dispute.booking_id,
            fee=command.fee,
            balance_transactions=command.balance_transactions,
            effective_on=local_date(now, dispute.time_zone),
            entries=(postings.dispute_fee_charged(command.fee),),
        )
    ]


def reinstate(dispute: Dispute, command: ReinstateFunds, now: Instant) -> Sequence[DisputeEvent]:
    """The processor gave the money back, and no more of its fee than it took.

    Raises AmountsDiffer, CurrenciesDiffer, TransitionNotAllowed where nothing is withdrawn.
    """
    withdrawn, fees = dispute.withdrawn, dispute.fees
    if withdrawn is None or fees is None or not withdrawn.minor:
        LIFECYCLE.refuse(ReinstateFunds, dispute.status)
    refuse_unless_disputed(dispute, command.amount)
    if (fees - command.fee).minor < 0:
        raise AmountsDiffer(fees=str(fees), returned=str(command.fee))
    entry = postings.dispute_funds_reinstated(
        command.dispute_id, withdrawn, command.amount, command.fee
    )
    return [
        DisputeFundsReinstated(
            booking_id=dispute.booking_id,
            amount=command.amount,
            fee=command.fee,
            balance_transactions=command.balance_transactions,
            effective_on=local_date(now, dispute.time_zone),
            entries=(entry,),
        )
    ]


def refuse_unless_disputed(dispute: Dispute, settled: Money) -> None:
    """Where the account is kept in the guest's currency, exactly the disputed amount moves.

    In another one it moves at the rate of the day. Raises AmountsDiffer.
    """
    if settled.currency == dispute.amount.currency and settled != dispute.amount:
        raise AmountsDiffer(disputed=str(dispute.amount), settled=str(settled))
