"""What a host pays to the platform who calls a stay off (spec: money, section 9; posting J21)."""

from datetime import timedelta

from msgspec import Struct

from ledger.values.money import Money
from ledger.values.policy import Occupancy
from ledger.values.price import Price


class PenaltyRule(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which part of the subtotal a host pays, in basis points, the later the more.

    More than `early_days` before check-in it is `early_bp`, counted by local dates as policies
    count them; less than `late_hours` before it, or during the stay, `late_bp`. On both boundaries
    and between them it is `between_bp`. It is never less than `at_least_minor`, in minor units of
    the listing's currency.
    """

    name: str
    version: int
    early_days: int
    early_bp: int
    between_bp: int
    late_hours: int
    late_bp: int
    at_least_minor: int = 0

    @property
    def label(self) -> str:
        """Name and version, as events name the rule that they were decided under."""
        return f"{self.name}/{self.version}"


BY_HOST = PenaltyRule(
    name="by_host",
    version=1,
    early_days=30,
    early_bp=1_000,
    between_bp=2_500,
    late_hours=48,
    late_bp=5_000,
)
"""The platform's rule; each currency has its least amount."""


def penalty(price: Price, rule: PenaltyRule, occupancy: Occupancy) -> Money:
    """What the host pays for calling the stay off then: rounded half-even, once.

    Whether it is waived, and why, is for who decides about it (spec: domain, ‡).
    """
    part = price.subtotal.percentage(_part_bp(rule, occupancy))
    return Money(max(part.minor, rule.at_least_minor), price.currency)


def _part_bp(rule: PenaltyRule, occupancy: Occupancy) -> int:
    at, early_ends = occupancy.at, occupancy.house.days_before_check_in
    if at < early_ends(occupancy.stay, rule.early_days):
        return rule.early_bp
    if at <= occupancy.check_in_at - timedelta(hours=rule.late_hours):
        return rule.between_bp
    return rule.late_bp
