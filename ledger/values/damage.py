"""What a host may claim for damage, and who gets what of it (spec: money, section 12, J26).

The guest pays the amount in their own currency. The host has it at the booking's own rate, less the
part that the platform takes of whatever a booking brings its host, and the tax on that part.
"""

from datetime import timedelta

from msgspec import Struct

from ledger.values.exchange import at_the_rate_of
from ledger.values.levies import FeePlan
from ledger.values.money import Money
from ledger.values.price import Price
from ledger.values.shares import Shares

OPENED_WITHIN = timedelta(days=14)
"""How long after check-out a claim may be opened (spec: domain, section 12)."""

ANSWERED_WITHIN = timedelta(days=7)
"""How long a guest has to answer before the platform decides without them."""

PAID_WITHIN = timedelta(days=14)
"""How long a guest has to pay what is agreed or decided."""


class DamageCap(Struct, frozen=True, kw_only=True, gc=False):
    """The most that a host may claim: so many basis points of what the stay costs its guest."""

    name: str
    version: int
    part_bp: int

    @property
    def label(self) -> str:
        """Name and version, as events name the rule that they were decided under."""
        return f"{self.name}/{self.version}"

    def at_most(self, total: Money) -> Money:
        """The most that may be claimed of a guest who paid this total; rounded half-even."""
        return total.percentage(self.part_bp)


CAP = DamageCap(name="three_stays", version=1, part_bp=30_000)
"""The platform's own cap: no tariff has one. It goes by the stay, so each currency needs none."""


class DamageTerms(Struct, frozen=True, kw_only=True, gc=False):
    """What a claim is worked out under, as the stay was booked.

    `paid` is what the stay costs the guest, `listed` the same in the listing's currency; the host's
    part of the fee plan is taken of what the host gets.
    """

    fee_plan: FeePlan
    paid: Money
    listed: Money

    def shares(self, amount: Money) -> Shares:
        """Who gets what of an amount that the guest pays. Raises CurrenciesDiffer."""
        worth = at_the_rate_of(self.paid, self.listed, amount)
        fee = self.fee_plan.host_fee(worth)
        vat = self.fee_plan.host_vat(fee)
        return Shares(
            currency=worth.currency,
            host_minor=(worth - fee - vat).minor,
            host_fee_minor=fee.minor,
            vat_minor=vat.minor,
        )


def terms_of(price: Price) -> DamageTerms:
    """The terms of a stay at this price."""
    return DamageTerms(fee_plan=price.fee_plan, paid=price.total, listed=price.listing_total)
