"""Decisions about the transfer that pays the host."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.payout.commands import RecordTransfer, ReleasePayout, RetryPayout
from ledger.aggregates.payout.state import Payout
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    PayoutExceedsEntitlement,
    PayoutIsHeld,
    SecondPersonRequired,
    TooEarly,
)
from ledger.events.payout import (
    PayoutEvent,
    PayoutNetted,
    PayoutReleased,
    PayoutRetried,
    PayoutTransferred,
)
from ledger.values.clearance import Clearance
from ledger.values.clock import Instant
from ledger.values.money import Money
from ledger.values.stay import local_date


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
    netted = amount.at_most(clearance.debt)
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
