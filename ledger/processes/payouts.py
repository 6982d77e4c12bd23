"""Payouts: what a booking brought goes to its host, once everything that must be known is known."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ledger.aggregates.alteration import ALTERATION
from ledger.aggregates.alteration import Status as Altering
from ledger.aggregates.host_debt import NetDebt
from ledger.aggregates.payment import Payment
from ledger.aggregates.payout import (
    FailTransfer,
    Payout,
    RecordTransfer,
    ReleasePayout,
    RetryPayout,
)
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.provider import PROVIDER, Provider, Standing
from ledger.aggregates.provider import Status as Hosting
from ledger.aggregates.refund import REFUND
from ledger.draft import Draft
from ledger.events import Actor
from ledger.events.refund import Funding
from ledger.gateways.stripe.transfers import TransferFact
from ledger.processes.damage_money import (
    OF_DAMAGE,
    all_payments_of,
    left_of_damage,
    owed_for_damage,
    paid_damage,
    payouts_of_damage,
)
from ledger.processes.earnings import (
    brought,
    disputes_of,
    is_disputed,
    kept,
    owed_to_host,
    payments_of,
    payouts_of,
)
from ledger.processes.found import booking_in, payout_in
from ledger.processes.names import (
    PROCESS,
    PROCESSOR,
    alteration_of,
    payout_of,
)
from ledger.processes.open_cases import case_is_open
from ledger.processes.outcome import Outcome
from ledger.processes.recovery import owed_by
from ledger.processes.refunds import refunds_are_open
from ledger.processes.settlement import earn_what_is_left
from ledger.values.clearance import Clearance
from ledger.values.ids import BookingId, PayoutId
from ledger.values.money import Money, total
from ledger.values.shares import Shares


def release(
    draft: Draft,
    booking_id: BookingId,
    payout_id: PayoutId | None = None,
    by: Actor = PROCESS,
) -> None:
    """Order the transfer of a due payout, or again where it failed, less what its host owes.

    Without a name it is the booking's first one. Whoever asks, the clock or a person, the same
    guards stand; once ordered, it is not ordered again. Raises PayoutIsHeld with every guard that
    stands in the way, PayoutExceedsEntitlement.
    """
    payout_id = payout_id or payout_of(booking_id)
    payout = payout_in(draft, payout_id)
    _earn_first(draft, booking_id, payout)
    before = payout.netted
    order = RetryPayout if payout.status is Payable.FAILED else ReleasePayout
    draft.do(by, order(payout_id=payout_id, clearance=clearance_of(draft, payout_id)))
    in_all = payout_in(draft, payout_id).netted
    netted = in_all - before
    if netted.minor:
        draft.do(
            PROCESS,
            NetDebt(
                host_id=payout.host_id,
                booking_id=booking_id,
                payout_id=payout_id,
                amount=netted,
                in_all=in_all,
                time_zone=payout.time_zone,
            ),
        )


def _earn_first(draft: Draft, booking_id: BookingId, payout: Payout) -> None:
    """Count as earned what a later payout of a stay pays out.

    Its clock does so when it falls due; but that is late where a hold was lifted before it came.
    """
    if payout.tranche != OF_DAMAGE and booking_in(draft, booking_id).earned is not None:
        earn_what_is_left(draft, booking_id)


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


# -- What is known of the money -----------------------------------------------------------


class Behind(Struct, frozen=True, kw_only=True):
    """The money behind a payout: by which payments it came, who has what of it, what is owed of it,
    and by which payouts the host has it."""

    payments: Sequence[Payment]
    keeps: Shares
    payable: Money
    payouts: Sequence[Payout]


def clearance_of(draft: Draft, payout_id: PayoutId) -> Clearance:
    """What the other streams say of a payout that shall be released."""
    payout = payout_in(draft, payout_id)
    booking_id, booking = payout.booking_id, booking_in(draft, payout.booking_id)
    behind = _behind(draft, payout_id, booking_id)
    provider = draft.state(PROVIDER, payout.host_id)
    altering = draft.state(ALTERATION, alteration_of(booking_id))
    sent = [brought(each) for each in behind.payouts]
    currency = payout.amount.currency
    return Clearance(
        payable=behind.payable,
        entitlement=_entitlement(draft, behind.keeps, behind.payments),
        transferred_so_far=total(sent, currency),
        debt=owed_by(draft, payout.host_id, currency),
        listing_currency=booking.price.currency,
        provider_verified=provider is not None and provider.status in VERIFIED,
        account_enabled=_is_enabled(provider),
        account_changed_at=provider.account_changed_at if provider else None,
        dispute_open=any(is_disputed(draft, one) for one in all_payments_of(draft, booking_id)),
        refunds_open=refunds_are_open(draft, booking_id),
        alteration_settling=altering is not None and altering.status is Altering.SETTLING,
        case_open=case_is_open(draft, booking_id),
        funds_available=all(payment.available for payment in behind.payments),
        reconciled=all(payment.received is not None for payment in behind.payments),
    )


def _behind(draft: Draft, payout_id: PayoutId, booking_id: BookingId) -> Behind:
    damage = paid_damage(draft, booking_id)
    if damage is not None and payout_in(draft, payout_id).tranche == OF_DAMAGE:
        return Behind(
            payments=(damage.payment,),
            keeps=left_of_damage(draft, damage),
            payable=owed_for_damage(draft, damage),
            payouts=tuple(payout for _, payout in payouts_of_damage(draft, booking_id)),
        )
    booking = booking_in(draft, booking_id)
    return Behind(
        payments=tuple(payments_of(draft, booking)),
        keeps=kept(draft, booking_id, booking),
        payable=owed_to_host(draft, booking_id, booking),
        payouts=tuple(payout for _, payout in payouts_of(draft, booking_id)),
    )


VERIFIED = (Hosting.VERIFIED, Hosting.REVERIFICATION_DUE)


def _entitlement(draft: Draft, keeps: Shares, payments: Sequence[Payment]) -> Money:
    """What was captured, less what goes back or is disputed, and what platform and taxes keep.

    What the platform gives out of its own pocket takes nothing of the host's; nor does what became
    their debt, which they pay by itself.
    """
    if not payments or payments[0].captured.currency != keeps.currency:
        return keeps.host
    kept = keeps.fees + keeps.vat + keeps.tax - keeps.coupon
    left = [payment.refundable for payment in payments]
    own = [*_gifts(draft, payments), *_debts(draft, payments)]
    return total([*left, *own], keeps.currency) - kept


def _gifts(draft: Draft, payments: Sequence[Payment]) -> Iterator[Money]:
    for payment in payments:
        for refund_id, amount in (payment.refunds | payment.reserved).items():
            refund = draft.state(REFUND, refund_id)
            if refund is not None and refund.funded_by is Funding.PLATFORM:
                yield amount


def _debts(draft: Draft, payments: Sequence[Payment]) -> Iterator[Money]:
    for payment in payments:
        yield from (one.loss.debt for one in disputes_of(draft, payment) if one.loss)
        for refund_id in (*payment.refunds, *payment.reserved):
            refund = draft.state(REFUND, refund_id)
            if refund is not None and refund.debt is not None:
                yield refund.debt


def _is_enabled(provider: Provider | None) -> bool:
    if provider is None or provider.standing is not Standing.ENABLED:
        return False
    return provider.bank_account_in_use
