"""What a stay costs, and who gets what of it: billing version 1.

The calculation is stored, not only its result: nights, plan and version stand in the event, so the
figures can be worked out again at any time (spec: money, sections 1, 3 and 4).
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from ledger.values.money import Money

BILLING = 1
"""The version of the order of calculation and its rounding. Changing a rule makes a new version."""


class FeePlan(msgspec.Struct, frozen=True, gc=False):
    """Which part of a stay's subtotal guest and host pay to the platform, in basis points."""

    name: str
    version: int
    guest_fee_bp: int
    host_fee_bp: int


class NightPrice(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One night and its price in minor units of the price's currency."""

    night: date
    minor: int


class Price(msgspec.Struct, frozen=True, gc=False):
    """The full snapshot of a price: every night, the plan, and the figures that follow from them."""

    billing: int
    nights: tuple[NightPrice, ...]
    fee_plan: FeePlan
    subtotal: Money
    guest_fee: Money
    host_fee: Money

    @property
    def total(self) -> Money:
        """What the guest pays."""
        return self.subtotal + self.guest_fee

    @property
    def host_net(self) -> Money:
        """What the host earns."""
        return self.subtotal - self.host_fee

    @property
    def fees(self) -> Money:
        """What the platform earns."""
        return self.guest_fee + self.host_fee


def price_of(nights: Sequence[NightPrice], fee_plan: FeePlan, currency: str) -> Price:
    """Work out the price of nights under a fee plan; each fee is rounded half-even, once."""
    subtotal = Money(sum(night.minor for night in nights), currency)
    return Price(
        billing=BILLING,
        nights=tuple(nights),
        fee_plan=fee_plan,
        subtotal=subtotal,
        guest_fee=subtotal.percentage(fee_plan.guest_fee_bp),
        host_fee=subtotal.percentage(fee_plan.host_fee_bp),
    )
