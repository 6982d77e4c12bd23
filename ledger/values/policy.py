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


class Settlement(msgspec.Struct, frozen=True, gc=False):
    """Where the guest's total goes: back to the guest, to the host, to the platform.

    `refund = host_back + fees_back`, and `refund + host_kept + fees_kept` is the guest's total.
    """

    refund: Money
    host_back: Money
    fees_back: Money
    host_kept: Money
    fees_kept: Money


def settle(price: Price, policy: Policy) -> Settlement:
    """Work out who gets what when a paid stay falls away under its policy.

    Nights back are rounded half-even, once; the host's fee is worked out anew on what is kept; the
    guest's fee comes back only with the whole subtotal.
    """
    nights_back = price.subtotal.percentage(ALL_BP - policy.retained_bp)
    kept = price.subtotal - nights_back
    whole = kept.minor == 0
    guest_fee_back = price.guest_fee if whole else zero(price.subtotal.currency)
    host_fee_kept = kept.percentage(price.fee_plan.host_fee_bp)
    host_kept = kept - host_fee_kept
    refund = nights_back + guest_fee_back
    host_back = price.host_net - host_kept
    return Settlement(
        refund=refund,
        host_back=host_back,
        fees_back=refund - host_back,
        host_kept=host_kept,
        fees_kept=price.total - refund - host_kept,
    )
