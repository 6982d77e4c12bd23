"""Tranches: a long stay is earned, and its host paid, for up to 30 nights at a time.

Whole lines go by night; what is asked once stands in the first tranche (spec: money, section 6).
Fees, the tax on them and the coupon are of the whole price, so each tranche has the part of them
that it has of the subtotal. Every part is worked out up to the last night of a tranche, and a
tranche is the difference: so the tranches sum to the price, to the cent.
"""

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from ledger.values.clock import Instant
from ledger.values.levies import TaxBase, TaxLine
from ledger.values.money import Money, round_half_even
from ledger.values.price import CLEANING, EXTRA_GUEST, Price
from ledger.values.shares import Shares
from ledger.values.stay import EARNED_AFTER, ONE_DAY, House, Stay

TRANCHE_NIGHTS = 30
"""The most nights that are earned and paid out together."""


class Tranche(Struct, frozen=True, gc=False):
    """Some nights in a row of a stay, what they bring, and when that is earned and paid out."""

    number: int
    nights: Stay
    shares: Shares
    earned_at: Instant


def tranches(price: Price, stay: Stay, house: House) -> tuple[Tranche, ...]:
    """A stay in tranches; one of 30 nights or less is one tranche, and all of its price.

    The first is earned so many hours after the check-in instant, each further one 30 local days
    after the one before, by the clock of the house.
    """
    cut, before = [], Shares(price.currency)
    for number, first in enumerate(range(0, stay.nights_count(), TRANCHE_NIGHTS), start=1):
        last = min(first + TRANCHE_NIGHTS, stay.nights_count())
        until = up_to(price, last)
        cut.append(
            Tranche(
                number=number,
                nights=Stay(stay.check_in + first * ONE_DAY, stay.check_in + last * ONE_DAY),
                shares=until - before,
                earned_at=house.days_before_check_in(stay, -first) + EARNED_AFTER,
            )
        )
        before = until
    return tuple(cut)


def rest_after(cut: Sequence[Tranche], kept: Shares, settled: int) -> Shares:
    """What is left for the next tranche when a stay is cut short and only `kept` stays.

    The first `settled` tranches are earned already; after the next one there is nothing. A part
    that comes out negative was earned and is not due any more: it must come back.
    """
    rest = kept
    for tranche in cut[:settled]:
        rest -= tranche.shares
    return rest


def up_to(price: Price, nights_count: int) -> Shares:
    """The shares of the first so many nights, with all that is asked once."""
    if nights_count == len(price.nights):
        return price.shares
    part = Fraction(nights_count, len(price.nights))
    rent_minor = sum(night.minor for night in price.nights[:nights_count])
    once_minor = 0
    for extra in price.extras:
        if extra.code == EXTRA_GUEST:
            rent_minor += _of(extra.minor, part)
        else:
            once_minor += extra.minor
    subtotal = Money(rent_minor + once_minor, price.currency)
    of_all = Fraction(subtotal.minor, price.subtotal.minor) if price.subtotal.minor else part
    coupon = price.coupon
    return replace(
        price,
        subtotal=subtotal,
        guest_fee=Money(_of(price.guest_fee.minor, of_all), price.currency),
        host_fee=Money(_of(price.host_fee.minor, of_all), price.currency),
        guest_vat_minor=_of(price.guest_vat_minor, of_all),
        host_vat_minor=_of(price.host_vat_minor, of_all),
        taxes=tuple(_tax_up_to(line, price, nights_count, subtotal.minor) for line in price.taxes),
        coupon=coupon and replace(coupon, minor=_of(coupon.minor, of_all)),
    ).shares


def _tax_up_to(line: TaxLine, price: Price, nights_count: int, subtotal_minor: int) -> TaxLine:
    """A tax that is counted by the night goes by nights, one on the rent goes by the rent."""
    rule, cleaning_minor = line.rule, 0
    if rule.base is TaxBase.NIGHTS:
        cleaning_minor = sum(extra.minor for extra in price.extras if extra.code == CLEANING)
    base_minor = price.subtotal.minor - cleaning_minor
    if rule.base.is_counted or rule.cap_nights is not None or not base_minor:
        part = Fraction(rule.taxed_nights(nights_count), rule.taxed_nights(len(price.nights)))
    else:
        part = Fraction(subtotal_minor - cleaning_minor, base_minor)
    return replace(line, minor=_of(line.minor, part))


def _of(minor: int, part: Fraction) -> int:
    exact = minor * part
    return round_half_even(exact.numerator, exact.denominator)
