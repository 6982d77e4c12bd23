"""Exchange: the rates of a day, the snapshot that a booking keeps of them, and conversion by it.

The European Central Bank's reference rates are published for information, not for transactions. We
quote with them plus a margin that we disclose, and never call that the rate of settlement. What is
kept is the calculation: both legs, the margin, and the exact fraction that follows from them; what
a guest gets back comes from converted lines, never from a new rate (spec: money, section 5).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec

from ledger.errors import CurrencyNotQuoted, RateImplausible, RatesNotCurrent, RatesOutOfOrder
from ledger.values.clock import Instant
from ledger.values.currency import currency_of
from ledger.values.money import Money, largest_remainder, round_half_even, same_currency

EURO = "EUR"
CONVERSION = 1
"""The version of how rates are derived and lines converted. Changing a rule makes a new version."""

CURRENT_DAYS = 5
"""How many days after its publication a rate is still quoted: a long weekend with its holidays."""

ALL_BP = 10_000
PLAUSIBLE_BP = 1_000
"""How far a rate may be from the last good one, in basis points of that one."""


# -- The rates of a day -----------------------------------------------------------------


class ReferenceRates(msgspec.Struct, frozen=True, gc=False):
    """What the source published on a day: units of each currency per 1 EUR, exact decimals.

    In JSON the decimals are strings. A currency that the source suspended is not among them.
    """

    published_on: date
    source: str
    fetched_at: Instant
    per_euro: dict[str, Decimal]

    def of(self, currency: str) -> Decimal | None:
        """Units of a currency per 1 EUR, where the source states them."""
        return Decimal(1) if currency == EURO else self.per_euro.get(currency)


def reference_rates(
    published_on: date, source: str, fetched_at: Instant, per_euro: Mapping[str, Decimal]
) -> ReferenceRates:
    """The rates of a day in the one form that they are kept in: by code, without idle zeros."""
    rows = {code: _plain(per_euro[code]) for code in sorted(per_euro)}
    return ReferenceRates(published_on, source, fetched_at, rows)


def plausible(new: ReferenceRates, last: ReferenceRates) -> ReferenceRates:
    """The new rates, where they can be believed next to the last good ones.

    A rate 10 % away is believed, one beyond is not: a person must look (a point moved by two places
    is more likely than such a day). Raises RatesOutOfOrder, RateImplausible.
    """
    if new.published_on < last.published_on:
        raise RatesOutOfOrder(published_on=new.published_on, last_published_on=last.published_on)
    for currency, rate in new.per_euro.items():
        before = last.of(currency)
        if before is not None and abs(rate - before) * ALL_BP > before * PLAUSIBLE_BP:
            raise RateImplausible(
                currency=currency,
                rate=str(rate),
                last_rate=str(before),
                published_on=new.published_on,
                last_published_on=last.published_on,
            )
    return new


# -- The snapshot -----------------------------------------------------------------------


class Exchange(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """By which rate a booking or a payment was quoted, and all that the rate follows from.

    The legs are units per 1 EUR, as published: the other way round they would not be exact
    decimals. `rate` is guest units per listing unit with the margin in it, an exact fraction such
    as `1094537/1000000`. A leg is missing where the source has none and none is needed: both sides
    in one currency; then there are no figures in EUR.
    """

    listing: str
    guest: str
    rate: str
    margin_bp: int
    listing_per_euro: Decimal | None
    guest_per_euro: Decimal | None
    published_on: date | None
    source: str | None
    fetched_at: Instant | None
    version: int = CONVERSION

    @property
    def exact_rate(self) -> Fraction:
        """Guest units per listing unit, margin included."""
        return Fraction(self.rate)

    @property
    def minor_rate(self) -> Fraction:
        """Minor units that the guest pays for each minor unit of the listing's currency."""
        return _minor_rate(self.exact_rate, self.listing, self.guest)

    def in_guest(self, lines_minor: Sequence[int]) -> list[int]:
        """Lines of the listing's currency, as the guest pays them: see `converted`.

        Each is a multiple of what the processor charges in that currency (10 for KWD), so the total
        can be charged and each line can be given back.
        """
        if self.listing == self.guest:
            return list(lines_minor)
        step_minor = currency_of(self.guest).charge_step
        return converted(lines_minor, self.minor_rate, step_minor=step_minor)

    def in_euro(self, lines_minor: Sequence[int]) -> list[int] | None:
        """Lines of the listing's currency in cents of EUR for reports: plain rate, no margin."""
        if self.listing_per_euro is None:
            return None
        rate = 1 / Fraction(self.listing_per_euro)
        return converted(lines_minor, _minor_rate(rate, self.listing, EURO))

    def canonical(self) -> bytes:
        """The form over which a hash is made: the same snapshot has always the same bytes."""
        return msgspec.json.encode(self)


def quote_exchange(
    rates: ReferenceRates | None, listing: str, guest: str, *, margin_bp: int, on: date
) -> Exchange:
    """By which rate a guest can pay in their currency, on the date of a quote.

    In the listing's own currency that is always possible, without a margin and with the last rates
    there are, which then only serve reports. Else the rates must be current and state both
    currencies. Raises UnknownCurrency, RatesNotCurrent, CurrencyNotQuoted.
    """
    assert 0 <= margin_bp < ALL_BP, "a margin is a part of the price"
    listing, guest = currency_of(listing).code, currency_of(guest).code
    if listing == guest:
        return _at_par(rates, listing)
    current = _current(rates, on)
    listing_per_euro, guest_per_euro = _leg(current, listing), _leg(current, guest)
    rate = derived_rate(listing_per_euro, guest_per_euro, margin_bp)
    return Exchange(
        listing=listing,
        guest=guest,
        rate=str(rate),
        margin_bp=margin_bp,
        listing_per_euro=listing_per_euro,
        guest_per_euro=guest_per_euro,
        published_on=current.published_on,
        source=current.source,
        fetched_at=current.fetched_at,
    )


def derived_rate(listing_per_euro: Decimal, guest_per_euro: Decimal, margin_bp: int) -> Fraction:
    """Guest units per listing unit by both legs, with our margin on top: an exact fraction."""
    plain = Fraction(guest_per_euro) / Fraction(listing_per_euro)
    return plain * Fraction(ALL_BP + margin_bp, ALL_BP)


def _at_par(rates: ReferenceRates | None, currency: str) -> Exchange:
    # EUR needs no rates at all, so which were the last ones is no part of its snapshot.
    stated = rates if currency != EURO and rates and rates.of(currency) is not None else None
    leg = stated.of(currency) if stated else Decimal(1) if currency == EURO else None
    return Exchange(
        listing=currency,
        guest=currency,
        rate="1",
        margin_bp=0,
        listing_per_euro=leg,
        guest_per_euro=leg,
        published_on=stated.published_on if stated else None,
        source=stated.source if stated else None,
        fetched_at=stated.fetched_at if stated else None,
    )


def _current(rates: ReferenceRates | None, on: date) -> ReferenceRates:
    if rates is None:
        raise RatesNotCurrent(published_on=None, on=on)
    # Rates of a later day are not current either: nobody can have known them.
    if not 0 <= (on - rates.published_on).days <= CURRENT_DAYS:
        raise RatesNotCurrent(published_on=rates.published_on, on=on)
    return rates


def _leg(rates: ReferenceRates, currency: str) -> Decimal:
    leg = rates.of(currency)
    if leg is None:
        raise CurrencyNotQuoted(currency=currency, published_on=rates.published_on)
    return leg


# -- Conversion -------------------------------------------------------------------------


def at_the_rate_of(total: Money, listed: Money, amount: Money) -> Money:
    """What an amount that a guest pays is in the listing's currency, at the booking's own rate.

    That rate is what the booking's `total` is `listed` as; rounded half-even. What is in the
    listing's currency already stays as it is. Raises CurrenciesDiffer.
    """
    if amount.currency == listed.currency:
        return amount
    minor = same_currency(total, amount).minor * listed.minor
    return Money(round_half_even(minor, total.minor), listed.currency)


def converted(lines_minor: Sequence[int], rate: Fraction, *, step_minor: int = 1) -> list[int]:
    """Lines in another currency, by minor units of the new one per minor unit of the old one.

    The total is converted once, half-even, to whole steps; then each line gets the floor of its
    exact amount, and the steps still missing go to the largest fractions, of equal ones to the
    first. So the total is off its exact value by half a step at most, each line is the floor or the
    ceiling of its own, and a line that is exact already, such as zero, stays as it is.
    """
    numerators = [line * rate.numerator for line in lines_minor]
    denominator = rate.denominator * step_minor
    whole = round_half_even(sum(numerators), denominator)
    return [part * step_minor for part in largest_remainder(numerators, denominator, whole)]


def _minor_rate(rate: Fraction, source: str, target: str) -> Fraction:
    digits = currency_of(target).exponent - currency_of(source).exponent
    return rate * Fraction(10) ** digits


def _plain(rate: Decimal) -> Decimal:
    """The same number without idle zeros and without a power of ten: one number, one text."""
    digits = format(rate, "f")
    return Decimal(digits.rstrip("0").rstrip(".") if "." in digits else digits)
