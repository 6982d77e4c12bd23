"""Payouts: what a booking brought goes to its host, once everything that must be known is known."""

from ledger.aggregates.alteration import ALTERATION
from ledger.aggregates.alteration import Status as Altering
from ledger.aggregates.host_debt import HOST_DEBT, NetDebt, debt_of
from ledger.aggregates.payment import Payment
from ledger.aggregates.payout import (
    PAYOUT,
    FailTransfer,
    Payout,
    RecordTransfer,
    ReleasePayout,
)
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.provider import PROVIDER, Provider, Standing
from ledger.aggregates.provider import Status as Hosting
from ledger.aggregates.refund import REFUND
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.gateways.stripe.transfers import TransferFact
from ledger.processes.earnings import is_disputed, kept, payment_behind
from ledger.processes.names import (
    PROCESS,
    PROCESSOR,
    Outcome,
    alteration_of,
    booking_in,
    payout_of,
    refund_of,
)
from ledger.values.clearance import Clearance
from ledger.values.ids import BookingId, HostId, PayoutId
from ledger.values.money import Money, zero
from ledger.values.shares import Shares

REFUND_IS_OPEN = (
    Refunding.REQUESTED,
    Refunding.AWAITING_APPROVAL,
    Refunding.APPROVED,
    Refunding.SUBMITTING,
    Refunding.PENDING,
)
"""While money is on its way back to a guest, nothing of its booking goes to a host (PO5)."""


def release(draft: Draft, booking_id: BookingId) -> None:
    """Order the transfer of a payout that is due, less what its host owes.

    Raises PayoutIsHeld with every guard that stands in the way, PayoutExceedsEntitlement.
    """
    payout_id = payout_of(booking_id)
    payout = payout_in(draft, payout_id)
    before = payout.netted
    draft.do(
        PROCESS,
        ReleasePayout(payout_id=payout_id, clearance=_clearance(draft, booking_id, payout)),
    )
    netted = payout_in(draft, payout_id).netted - before
    if netted.minor:
        draft.do(
            PROCESS,
            NetDebt(
                host_id=payout.host_id,
                booking_id=booking_id,
                payout_id=payout_id,
                amount=netted,
                time_zone=payout.time_zone,
            ),
        )


def take_in_transfer(draft: Draft, payout_id: PayoutId, fact: TransferFact) -> Outcome:
    """Take in that the host's account has the money."""
    payout = payout_in(draft, payout_id)
    if payout.status is not Payable.RELEASING:
        return Outcome.NOTHING_NEW
    draft.do(
        PROCESSOR,
        RecordTransfer(
            payout_id=payout_id,
            amount=fact.amount,
            transfer=fact.transfer,
            balance_transaction=fact.movement.movement_id if fact.movement else None,
        ),
    )
    return Outcome.TAKEN_IN


def transfer_declined(draft: Draft, payout_id: PayoutId, reason: str) -> None:
    """The processor does not make the transfer."""
    draft.do(PROCESSOR, FailTransfer(payout_id=payout_id, reason=reason))


def payout_in(draft: Draft, payout_id: PayoutId) -> Payout:
    """A payout as the draft leaves it so far. Raises NotFound."""
    payout = draft.state(PAYOUT, payout_id)
    if payout is None:
        raise NotFound(payout_id=payout_id)
    return payout


# -- What is known of the money -----------------------------------------------------------


def _clearance(draft: Draft, booking_id: BookingId, payout: Payout) -> Clearance:
    booking = booking_in(draft, booking_id)
    payment = payment_behind(draft, booking)
    provider = draft.state(PROVIDER, payout.host_id)
    refund = draft.state(REFUND, refund_of(booking_id))
    altering = draft.state(ALTERATION, alteration_of(booking_id))
    currency, keeps = payout.amount.currency, kept(draft, booking)
    return Clearance(
        payable=keeps.host if booking.earned else zero(currency),
        entitlement=_entitlement(keeps, payment),
        transferred_so_far=payout.sent - payout.reversed + payout.netted,
        debt=_debt(draft, payout.host_id, currency),
        listing_currency=booking.price.currency,
        provider_verified=provider is not None and provider.status in VERIFIED,
        account_enabled=_is_enabled(provider),
        account_changed_at=provider.account_changed_at if provider else None,
        dispute_open=payment is not None and is_disputed(draft, payment),
        refunds_open=refund is not None and refund.status in REFUND_IS_OPEN,
        alteration_settling=altering is not None and altering.status is Altering.SETTLING,
        case_open=False,
        funds_available=payment is not None and payment.available,
        reconciled=payment is not None and payment.received is not None,
    )


VERIFIED = (Hosting.VERIFIED, Hosting.REVERIFICATION_DUE)


def _entitlement(keeps: Shares, payment: Payment | None) -> Money:
    """What was captured, less what goes back or is disputed, and what platform and taxes keep."""
    if payment is None or payment.captured.currency != keeps.currency:
        return keeps.host
    kept = keeps.fees + keeps.vat + keeps.tax - keeps.coupon
    return payment.refundable - kept


def _debt(draft: Draft, host_id: HostId, currency: str) -> Money:
    debt = draft.state(HOST_DEBT, debt_of(host_id))
    return debt.owed(currency) if debt else zero(currency)


def _is_enabled(provider: Provider | None) -> bool:
    if provider is None or provider.standing is not Standing.ENABLED:
        return False
    return provider.bank_account_in_use
