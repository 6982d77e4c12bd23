"""Shares: who gets what of the money that a guest pays for a stay.

The letters are those of the posting rules (spec: money, section 12): the guest pays
`T = h + f + v + x − c`, where h is the host's, f the platform's, v the tax on what the platform
earns, x all other taxes, and c what the platform gives to it.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from operator import add, sub

from msgspec import Struct

from ledger.errors import CurrenciesDiffer
from ledger.values.money import Money, apportioned


class TaxShare(Struct, frozen=True, array_like=True, gc=False):
    """What one tax authority gets, in minor units."""

    jurisdiction: str
    minor: int


class Shares(Struct, frozen=True, omit_defaults=True, gc=False):
    """The parts of an amount, in minor units of the listing's currency.

    `coupon_minor` is the platform's own money in it, so it lessens what the guest pays; every other
    part adds up to it. Authorities stand in the order of their names, so that equal shares are
    equal however they came about.
    """

    currency: str
    host_minor: int = 0
    guest_fee_minor: int = 0
    host_fee_minor: int = 0
    vat_minor: int = 0
    taxes: tuple[TaxShare, ...] = ()
    coupon_minor: int = 0

    @property
    def host(self) -> Money:
        """The host's part."""
        return Money(self.host_minor, self.currency)

    @property
    def guest_fee(self) -> Money:
        """The platform's fee that the guest pays."""
        return Money(self.guest_fee_minor, self.currency)

    @property
    def host_fee(self) -> Money:
        """The platform's fee that the host pays."""
        return Money(self.host_fee_minor, self.currency)

    @property
    def fees(self) -> Money:
        """The platform's part."""
        return Money(self.guest_fee_minor + self.host_fee_minor, self.currency)

    @property
    def vat(self) -> Money:
        """The tax on the platform's part."""
        return Money(self.vat_minor, self.currency)

    @property
    def tax(self) -> Money:
        """All other taxes."""
        return Money(sum(share.minor for share in self.taxes), self.currency)

    def by_authority(self) -> Iterator[tuple[str, Money]]:
        """All other taxes, by who gets them."""
        for share in self.taxes:
            yield share.jurisdiction, Money(share.minor, self.currency)

    @property
    def coupon(self) -> Money:
        """What the platform gives to it."""
        return Money(self.coupon_minor, self.currency)

    @property
    def total(self) -> Money:
        """What the guest pays: all parts, less the coupon."""
        return self.host + self.fees + self.vat + self.tax - self.coupon

    @property
    def gross_minor(self) -> int:
        """What all get, the coupon's part in it: in minor units."""
        return self.total.minor + self.coupon_minor

    @property
    def is_nothing(self) -> bool:
        """Whether no part has anything in it."""
        return self == Shares(self.currency)

    @property
    def above_nothing(self) -> "Shares":
        """The parts that are above nothing; of the others nothing."""
        return self - self.at_most(Shares(self.currency))

    def __add__(self, other: "Shares") -> "Shares":
        """Both, part by part. Raises CurrenciesDiffer."""
        return self._combined(other, add)

    def __sub__(self, other: "Shares") -> "Shares":
        """The difference, part by part. Raises CurrenciesDiffer."""
        return self._combined(other, sub)

    def part(self, of_all: Fraction) -> "Shares":
        """A part of all, such that its total is that part of the total, rounded half-even."""
        gross = (self.host_minor, self.guest_fee_minor, self.host_fee_minor, self.vat_minor)
        taxes = [share.minor for share in self.taxes]
        minors = apportioned([minor * of_all for minor in (*gross, -self.coupon_minor, *taxes)])
        host, guest_fee, host_fee, vat, coupon = minors[:5]
        shared = zip(self.taxes, minors[5:], strict=True)
        return Shares(
            currency=self.currency,
            host_minor=host,
            guest_fee_minor=guest_fee,
            host_fee_minor=host_fee,
            vat_minor=vat,
            taxes=tuple(TaxShare(share.jurisdiction, minor) for share, minor in shared if minor),
            coupon_minor=-coupon,
        )

    def at_most(self, other: "Shares") -> "Shares":
        """Of each part the smaller one. Raises CurrenciesDiffer."""
        return self._combined(other, min)

    def _combined(self, other: "Shares", combine: Callable[[int, int], int]) -> "Shares":
        if self.currency != other.currency:
            raise CurrenciesDiffer(left=self.currency, right=other.currency)
        mine = {share.jurisdiction: share.minor for share in self.taxes}
        theirs = {share.jurisdiction: share.minor for share in other.taxes}
        taxes = (
            TaxShare(jurisdiction, minor)
            for jurisdiction in sorted({*mine, *theirs})
            if (minor := combine(mine.get(jurisdiction, 0), theirs.get(jurisdiction, 0)))
        )
        return Shares(
            currency=self.currency,
            host_minor=combine(self.host_minor, other.host_minor),
            guest_fee_minor=combine(self.guest_fee_minor, other.guest_fee_minor),
            host_fee_minor=combine(self.host_fee_minor, other.host_fee_minor),
            vat_minor=combine(self.vat_minor, other.vat_minor),
            taxes=tuple(taxes),
            coupon_minor=combine(self.coupon_minor, other.coupon_minor),
        )
