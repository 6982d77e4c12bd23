"""What a host owes who calls off a stay that was promised (spec: money, section 9)."""

from datetime import timedelta

from msgspec import Struct

from ledger.values.money import Money
from ledger.values.policy import Occupancy
from ledger.values.price import Price


class PenaltyRule(Struct, frozen=True, gc=False):
    """Parts of the subtotal, in basis points, by how long before check-in the host calls off.

    `at_least_minor` is the least that is owed, in minor units of the listing's currency.
    """

    version: int = 1
    early_bp: int = 1_000
    late_bp: int = 2_500
    last_bp: int = 5_000
    at_least_minor: int = 0


HOST_PENALTY = PenaltyRule()
EARLY_DAYS, LAST = 30, timedelta(hours=48)
"""More than 30 days before check-in it is early; in the last 48 hours, and after, it is the most."""


def penalty(price: Price, rule: PenaltyRule, occupancy: Occupancy) -> Money:
    """What the host owes: a part of the subtotal, half-even, and at least the least."""
    if occupancy.at >= occupancy.check_in_at - LAST:
        part_bp = rule.last_bp
    elif occupancy.is_days_ahead(EARLY_DAYS):
        part_bp = rule.early_bp
    else:
        part_bp = rule.late_bp
    owed = price.subtotal.percentage(part_bp)
    return Money(max(owed.minor, rule.at_least_minor), price.currency)
