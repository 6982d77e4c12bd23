"""What became of the money that a guest paid for damage: whose it is, and what the host has of it.

It is kept apart from the stay's: its payment gives back nothing for the stay, its payout brings
nothing of it, and a dispute about it takes nothing of it.
"""

from collections.abc import Iterator
from itertools import count

from msgspec import Struct

from ledger.aggregates.damage_claim import DAMAGE_CLAIM
from ledger.aggregates.payment import Payment
from ledger.aggregates.payout import PAYOUT, Payout, SchedulePayout
from ledger.aggregates.refund import Refund
from ledger.draft import Draft
from ledger.processes.earnings import (
    brought,
    disputes_of,
    kept_by,
    lost_of,
    payments_of,
    payouts_of,
    refunds_of,
)
from ledger.processes.found import booking_in, claim_in, payment_in, refund_in
from ledger.processes.names import PROCESS, damage_claim_of, damage_payout_of
from ledger.values.ids import BookingId, PaymentId, PayoutId, RefundId
from ledger.values.money import Money
from ledger.values.shares import Shares


class PaidDamage(Struct, frozen=True, kw_only=True):
    """What a guest paid for damage: by which payment, and who got what of it at first."""

    booking_id: BookingId
    payment_id: PaymentId
    payment: Payment
    shares: Shares


def paid_damage(draft: Draft, booking_id: BookingId) -> PaidDamage | None:
    """What the guest of a booking paid for damage, if anything."""
    claim = draft.state(DAMAGE_CLAIM, damage_claim_of(booking_id))
    if claim is None or claim.shares is None or claim.payment_id is None:
        return None
    payment = payment_in(draft, claim.payment_id)
    return PaidDamage(
        booking_id=booking_id,
        payment_id=claim.payment_id,
        payment=payment,
        shares=claim.shares,
    )


def paid_damage_by(draft: Draft, booking_id: BookingId, payment_id: PaymentId) -> PaidDamage | None:
    """The same, where this was the payment."""
    paid = paid_damage(draft, booking_id)
    return paid if paid is not None and paid.payment_id == payment_id else None


def left_of_damage(draft: Draft, paid: PaidDamage) -> Shares:
    """Who has what of it, less what lost disputes took."""
    return paid.shares - lost_of(draft, paid.payment, paid.shares.currency)


def owed_for_damage(draft: Draft, paid: PaidDamage) -> Money:
    """What the books owe the host of it, beside what is held for disputes."""
    gone = sum(map(kept_by, disputes_of(draft, paid.payment)))
    for _, payout in payouts_of_damage(draft, paid.booking_id):
        gone += brought(payout).minor
    return Money(max(paid.shares.host_minor - gone, 0), paid.shares.currency)


def all_payments_of(draft: Draft, booking_id: BookingId) -> Iterator[Payment]:
    """The payments of a stay, and that of damage done in it."""
    yield from payments_of(draft, booking_in(draft, booking_id))
    if damage := paid_damage(draft, booking_id):
        yield damage.payment


def all_refunds_of(draft: Draft, booking_id: BookingId) -> Iterator[tuple[RefundId, Refund]]:
    """The refunds of a stay, and of what was paid for damage those that were made elsewhere."""
    yield from refunds_of(draft, booking_id, booking_in(draft, booking_id))
    if damage := paid_damage(draft, booking_id):
        paid = damage.payment
        for refund_id in dict.fromkeys((*paid.refunds, *paid.reserved, *sorted(paid.came_back))):
            yield refund_id, refund_in(draft, refund_id)


def payouts_out_of(
    draft: Draft, booking_id: BookingId, payment_id: PaymentId
) -> Iterator[tuple[PayoutId, Payout]]:
    """The payouts that a payment of a booking goes into."""
    if paid_damage_by(draft, booking_id, payment_id):
        yield from payouts_of_damage(draft, booking_id)
    else:
        yield from payouts_of(draft, booking_id)


def all_payouts_of(draft: Draft, booking_id: BookingId) -> Iterator[tuple[PayoutId, Payout]]:
    """The payouts of a stay, and that of damage done in it."""
    yield from payouts_of(draft, booking_id)
    yield from payouts_of_damage(draft, booking_id)


def payouts_of_damage(draft: Draft, booking_id: BookingId) -> Iterator[tuple[PayoutId, Payout]]:
    """The payouts of what was paid for damage: one, and others where something of it came back."""
    for number in count(1):
        payout_id = damage_payout_of(booking_id, number)
        payout = draft.state(PAYOUT, payout_id)
        if payout is None:
            return
        yield payout_id, payout


OF_DAMAGE = 0
"""The number of a payout of what damage brought; those of a stay's tranches begin at 1."""


def promise_of_damage(draft: Draft, booking_id: BookingId, amount: Money) -> None:
    """Promise the host a part of what was paid for damage: all of it, or what came back of it."""
    claim = claim_in(draft, booking_id)
    number = sum(1 for _ in payouts_of_damage(draft, booking_id)) + 1
    draft.do(
        PROCESS,
        SchedulePayout(
            payout_id=damage_payout_of(booking_id, number),
            booking_id=booking_id,
            host_id=claim.host_id,
            amount=amount,
            release_at=draft.now,
            time_zone=claim.time_zone,
            tranche=OF_DAMAGE,
        ),
    )
