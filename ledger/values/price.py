"""What a stay costs, and who gets what of it: billing version 1.

The calculation is stored, not only its result: the plans, the occasion, every step of every night
and the version stand in the event, so the figures can be worked out again at any time (spec: money,
sections 1 to 4 and 7). A price whose nights were stated by somebody else has no rates: then the
nights themselves are where the calculation begins.
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from ledger.errors import CurrenciesDiffer
from ledger.values.exchange import EURO, Exchange, at_the_rate_of
from ledger.values.levies import FeePlan, Taxed, TaxLine, TaxRule, taxes_of
from ledger.values.money import Money, zero
from ledger.values.rates import (
    NightPrice,
    Occasion,
    PriceStep,
    RatePlan,
    extra_guests,
    night_price,
    steps_of_stay,
)
from ledger.values.shares import Shares, TaxShare
from ledger.values.stay import Stay

BILLING = 1
"""The version of the order of calculation and its rounding. Changing a rule makes a new version."""

EXTRA_GUEST, PET, CLEANING = "extra_guest", "pet", "cleaning"
GUEST_FEE, GUEST_FEE_VAT, COUPON = "guest_fee", "guest_fee_vat", "coupon"
FEES = frozenset({GUEST_FEE, GUEST_FEE_VAT})
TAXES = frozenset({"stay_tax", "sale_tax"})


class Extra(Struct, frozen=True, array_like=True, gc=False):
    """What the host asks beside the nights: so many, at so many minor units each."""

    code: str
    count: int
    each_minor: int

    @property
    def minor(self) -> int:
        """All of it."""
        return self.count * self.each_minor


class CouponUse(Struct, frozen=True, gc=False):
    """What the platform pays towards a stay, in minor units of the listing's currency."""

    coupon_id: str
    minor: int


class PriceLine(Struct, frozen=True, array_like=True, gc=False):
    """A line of what the guest pays. `of` is the night, or the tax rule, or empty."""

    code: str
    of: str
    minor: int


class Price(Struct, frozen=True, omit_defaults=True, gc=False):
    """The full snapshot of a price: what it was made of, and the figures that follow.

    `explained` has the steps of each night, in the order of the nights. All amounts are of the
    listing's currency; `guest_minors` are the same lines in the guest's, where that is another, and
    `euro_minors` in cents of EUR, where the listing's is another and there was a reference rate.
    """

    billing: int
    nights: tuple[NightPrice, ...]
    fee_plan: FeePlan
    subtotal: Money
    guest_fee: Money
    host_fee: Money
    guest_vat_minor: int = 0
    host_vat_minor: int = 0
    extras: tuple[Extra, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    coupon: CouponUse | None = None
    rates: RatePlan | None = None
    occasion: Occasion | None = None
    explained: tuple[tuple[PriceStep, ...], ...] = ()
    exchange: Exchange | None = None
    guest_minors: tuple[int, ...] = ()
    euro_minors: tuple[int, ...] = ()

    @property
    def currency(self) -> str:
        """The listing's currency: what the host asks for and is owed."""
        return self.subtotal.currency

    @property
    def total(self) -> Money:
        """What the guest pays, in the guest's currency."""
        if self.exchange is None or not self.guest_minors:
            return self.listing_total
        return Money(sum(self.guest_minors), self.exchange.guest)

    @property
    def listing_total(self) -> Money:
        """The same in the listing's currency."""
        beside = sum(tax.minor for tax in self.taxes if not tax.rule.inclusive)
        paid_minor = self.coupon.minor if self.coupon else 0
        added_minor = self.guest_fee.minor + self.guest_vat_minor + beside - paid_minor
        return self.subtotal + Money(added_minor, self.currency)

    def in_listing(self, amount: Money) -> Money:
        """What a guest's amount is in the listing's currency. Raises CurrenciesDiffer."""
        return at_the_rate_of(self.total, self.listing_total, amount)

    @property
    def shares(self) -> Shares:
        """Who gets what of it."""
        host_minor = self.subtotal.minor - self.host_fee.minor - self.host_vat_minor
        taxes: dict[str, int] = {}
        for line in self.taxes:
            host_minor += _to_host(line)
            if not line.rule.host_remits:
                authority = line.rule.jurisdiction
                taxes[authority] = taxes.get(authority, 0) + line.minor
        return Shares(
            currency=self.currency,
            host_minor=host_minor,
            guest_fee_minor=self.guest_fee.minor,
            host_fee_minor=self.host_fee.minor,
            vat_minor=self.guest_vat_minor + self.host_vat_minor,
            taxes=tuple(TaxShare(authority, minor) for authority, minor in sorted(taxes.items())),
            coupon_minor=self.coupon.minor if self.coupon else 0,
        )

    def lines(self) -> Iterator[PriceLine]:
        """What the guest pays, line by line; inclusive taxes are in the nights already."""
        for night in self.nights:
            yield PriceLine("night", night.night.isoformat(), night.minor)
        for extra in self.extras:
            yield PriceLine(extra.code, "", extra.minor)
        if self.guest_fee.minor:
            yield PriceLine(GUEST_FEE, "", self.guest_fee.minor)
        if self.guest_vat_minor:
            yield PriceLine(GUEST_FEE_VAT, "", self.guest_vat_minor)
        for tax in self.taxes:
            if not tax.rule.inclusive:
                yield PriceLine(tax.rule.code, tax.rule.name, tax.minor)
        if self.coupon:
            yield PriceLine(COUPON, self.coupon.coupon_id, -self.coupon.minor)

    @property
    def paid_minors(self) -> tuple[int, ...]:
        """The lines' amounts as the guest pays them, in minor units of the guest's currency."""
        return self.guest_minors or tuple(line.minor for line in self.lines())

    @property
    def digest(self) -> str:
        """The SHA-256 of the snapshot's canonical bytes, in hexadecimal."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


def price_of(nights: Sequence[NightPrice], fee_plan: FeePlan, currency: str) -> Price:
    """Work out the price of nights that somebody stated, under a fee plan."""
    subtotal = Money(sum(night.minor for night in nights), currency)
    return _with_fees(subtotal, tuple(nights), fee_plan)


def paid_by(price: Price, exchange: Exchange) -> Price:
    """The price, for a guest who pays by an exchange; itself where both sides are EUR.

    The total is converted once and the lines share it, so what goes back later comes from these
    lines and never from another rate (spec: money, section 5). Raises CurrenciesDiffer.
    """
    if exchange.listing != price.currency:
        raise CurrenciesDiffer(left=price.currency, right=exchange.listing)
    if exchange.guest == exchange.listing == EURO:
        return price
    minors = [line.minor for line in price.lines()]
    same = exchange.guest == exchange.listing
    return msgspec.structs.replace(
        price,
        exchange=exchange,
        guest_minors=() if same else tuple(exchange.in_guest(minors)),
        euro_minors=() if price.currency == EURO else tuple(exchange.in_euro(minors) or ()),
    )


class Terms(Struct, frozen=True, omit_defaults=True, gc=False):
    """Everything that a price is worked out under, but for the occasion."""

    rates: RatePlan
    fee_plan: FeePlan
    taxes: tuple[TaxRule, ...] = ()


def price_under(
    terms: Terms, stay: Stay, occasion: Occasion, coupon: CouponUse | None = None
) -> Price:
    """Work out the price of a stay, with every step of every night.

    A coupon pays no more than what the platform earns, so what the host is owed never exceeds what
    was paid (spec: money, section 3).
    """
    explained = steps_of_stay(terms.rates, stay, occasion)
    nights = tuple(map(night_price, stay.nights(), explained))
    return price_of_explained(terms, nights, explained, occasion, coupon)


def price_of_explained(
    terms: Terms,
    nights: tuple[NightPrice, ...],
    explained: tuple[tuple[PriceStep, ...], ...],
    occasion: Occasion,
    coupon: CouponUse | None = None,
) -> Price:
    """Work out the price of a stay whose nights are worked out already, each with its steps."""
    rates, count = terms.rates, len(nights)
    extras = tuple(_extras(rates, count, occasion))
    rent_minor = sum(night.minor for night in nights)
    subtotal = Money(rent_minor + sum(extra.minor for extra in extras), rates.currency)
    priced = _with_fees(subtotal, nights, terms.fee_plan)
    cleaning_minor = sum(extra.minor for extra in extras if extra.code == CLEANING)
    taxed = Taxed(subtotal.minor - cleaning_minor, cleaning_minor, count, occasion.party)
    return msgspec.structs.replace(
        priced,
        extras=extras,
        taxes=taxes_of(terms.taxes, nights[0].night, taxed),
        coupon=_within_fees(coupon, priced),
        rates=rates,
        occasion=occasion,
        explained=explained,
    )


def _with_fees(subtotal: Money, nights: tuple[NightPrice, ...], fee_plan: FeePlan) -> Price:
    guest_fee = fee_plan.guest_fee(subtotal) if subtotal.minor else zero(subtotal.currency)
    host_fee = fee_plan.host_fee(subtotal)
    return Price(
        billing=BILLING,
        nights=nights,
        fee_plan=fee_plan,
        subtotal=subtotal,
        guest_fee=guest_fee,
        host_fee=host_fee,
        guest_vat_minor=fee_plan.guest_vat(guest_fee).minor,
        host_vat_minor=fee_plan.host_vat(host_fee).minor,
    )


def _extras(rates: RatePlan, nights_count: int, occasion: Occasion) -> Iterator[Extra]:
    """Extra guests by the night, pets and cleaning by the stay; nothing that costs nothing."""
    guests = extra_guests(rates, occasion.party) * nights_count
    asked = (
        Extra(EXTRA_GUEST, guests, rates.extra_guest_minor),
        Extra(PET, occasion.pets, rates.pet_minor),
        Extra(CLEANING, 1, rates.cleaning_minor),
    )
    return (extra for extra in asked if extra.minor)


def _within_fees(coupon: CouponUse | None, priced: Price) -> CouponUse | None:
    most = priced.guest_fee.minor + priced.host_fee.minor
    if coupon is None or not most:
        return None
    return CouponUse(coupon.coupon_id, min(coupon.minor, most))


def _to_host(line: TaxLine) -> int:
    """What a tax does to the host's part: one in the rent lessens it, one passed on is added."""
    if line.rule.inclusive == line.rule.host_remits:
        return 0
    return line.minor if line.rule.host_remits else -line.minor
