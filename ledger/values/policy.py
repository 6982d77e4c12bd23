"""Cancellation policies as data, and what a price comes apart into when a stay does not happen.

Formulas and their order: spec: money, section 9. Here stand the policies of a fixed retained part;
the ones with boundaries in time are more data for the same `settle`.
"""

import msgspec

from ledger.values.money import Money, zero
from ledger.values.price import Price

ALL_BP = 10_000


class Policy(msgspec.Struct, frozen=True, gc=False):
    """Which part of the nights the host keeps, in basis points, whenever the stay falls away."""

    name: str
    version: int
    retained_bp: int

    @property
    def label(self) -> str:
        """Name and version, as events name the policy that they were decided under."""
        return f"{self.name}/{self.version}"


FREE = Policy("free", 1, 0)
RETAINED = Policy("retained", 1, ALL_BP)


class Earnings(msgspec.Struct, frozen=True, gc=False):
    """What a stay brings: to the host, and to the platform from guest and host."""

    host_net: Money
    guest_fee: Money
    host_fee: Money

    @property
    def total(self) -> Money:
        """All of it: what the guest paid for, where nothing goes back."""
        return self.host_net + self.guest_fee + self.host_fee


class Settlement(msgspec.Struct, frozen=True, gc=False):
    """Where the guest's total goes when the stay falls away.

    `refund = host_back + fees_back`, and the refund and what is kept sum to the guest's total.
    """

    refund: Money
    host_back: Money
    fees_back: Money
    kept: Earnings


def earnings(price: Price) -> Earnings:
    """What a stay brings that takes place as booked."""
    return Earnings(price.host_net, price.guest_fee, price.host_fee)


def settle(price: Price, policy: Policy) -> Settlement:
    """Work out who gets what when a paid stay falls away under its policy.

    Nights back are rounded half-even, once; the host's fee is worked out anew on what is kept; the
    guest's fee comes back only with the whole subtotal.
    """
    nights_back = price.subtotal.percentage(ALL_BP - policy.retained_bp)
    nights_kept = price.subtotal - nights_back
    guest_fee_kept = price.guest_fee if nights_kept.minor else zero(price.subtotal.currency)
    host_fee_kept = nights_kept.percentage(price.fee_plan.host_fee_bp)
    kept = Earnings(nights_kept - host_fee_kept, guest_fee_kept, host_fee_kept)
    return Settlement(
        refund=price.total - nights_kept - guest_fee_kept,
        host_back=price.host_net - kept.host_net,
        fees_back=price.fees - guest_fee_kept - host_fee_kept,
        kept=kept,
    )
