"""A change of a stay and its cost: nights that stay keep their price, added ones cost today's.

The fee plan, the taxes, the coupon and the exchange rate are those that the guest booked under;
they are worked out anew on the new subtotal, and what is asked beside the nights is asked as it was
then (spec: money, section 10). Where the stay gets too short for a discount on its length, every
night loses that discount.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ledger.values.guests import Party
from ledger.values.ids import UnitId
from ledger.values.policy import LineBack, Settlement
from ledger.values.price import Price, Terms, paid_by, price_of, price_of_explained
from ledger.values.rates import (
    NightPrice,
    Occasion,
    PriceStep,
    RatePlan,
    length_off_bp,
    night_price,
    steps_of,
)
from ledger.values.stay import ONE_DAY, Stay

PAID_WITHIN = timedelta(hours=24)
"""How long a guest has to pay what an alteration makes dearer, once both sides agree on it."""

Explained = tuple[NightPrice, tuple[PriceStep, ...]]
"""A night, and the steps to its price."""


class Change(Struct, frozen=True, kw_only=True):
    """What a confirmed booking would become, as it is shown to who proposes it and who agrees."""

    unit_id: UnitId
    stay: Stay
    party: Party
    price: Price

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical bytes: what somebody accepts is exactly what was shown."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


class Wished(Struct, frozen=True, kw_only=True):
    """The stay that is wished for instead, who comes, and the property's date of today.

    `rates` are what the host asks now, which only matters to nights that are added; None where no
    night is.
    """

    stay: Stay
    party: Party
    today: date
    rates: RatePlan | None = None


def adds_nights(before: Price, stay: Stay) -> bool:
    """Whether a stay has nights that the price does not have."""
    known = {night.night for night in before.nights}
    return any(night not in known for night in stay.nights())


def loses_length_discount(before: Price, nights_count: int) -> bool:
    """Whether a stay of so many nights has less off for its length than the one that was priced."""
    if before.rates is None:
        return False
    had = length_off_bp(before.rates, len(before.nights))
    return length_off_bp(before.rates, nights_count) < had


def altered_price(before: Price, wished: Wished) -> Price:
    """What a booking costs, once its stay is the one that is wished for.

    Nights whose price was stated stay stated, and so do those that come to them.
    """
    if before.rates is None or before.occasion is None:
        nights = list(_stated(before, wished))
        priced = price_of(nights, before.fee_plan, before.currency)
    else:
        priced = _worked_out(before, before.rates, before.occasion, wished)
    return paid_by(priced, before.exchange) if before.exchange else priced


def given_back(before: Price, after: Price) -> Settlement:
    """What a cheaper stay gives back: the old lines less the new ones, one by one.

    A line that is dearer now goes the other way, so the lines sum to the difference of the totals.
    """
    minors: defaultdict[tuple[str, str], int] = defaultdict(int)
    for sign, price in ((1, before), (-1, after)):
        for line, minor in zip(price.lines(), price.paid_minors, strict=True):
            minors[line.code, line.of] += sign * minor
    return Settlement(
        refund=before.total - after.total,
        back=before.shares - after.shares,
        kept=after.shares,
        lines=tuple(LineBack(code, of, minor) for (code, of), minor in minors.items() if minor),
    )


def _stated(before: Price, wished: Wished) -> Iterator[NightPrice]:
    stated = {night.night: night for night in before.nights}
    for night in wished.stay.nights():
        yield stated.get(night) or _added(night, wished, Occasion(wished.party, wished.today))[0]


def _worked_out(before: Price, rates: RatePlan, booked: Occasion, wished: Wished) -> Price:
    occasion = replace(booked, party=wished.party)
    if adds_nights(before, wished.stay):
        assert wished.rates is not None, "a night that is added has a price"
        occasion = replace(occasion, booked_on=wished.today)
        wished = replace(wished, rates=_asking_as_before(wished.rates, rates))
    kept = dict(_kept(before, rates, booked, wished.stay.nights_count()))
    nights = [kept.get(night) or _added(night, wished, occasion) for night in wished.stay.nights()]
    taxes = tuple(tax.rule for tax in before.taxes)
    return price_of_explained(
        Terms(wished.rates or rates, before.fee_plan, taxes),
        tuple(night for night, _ in nights),
        tuple(steps for _, steps in nights),
        occasion,
        before.coupon,
    )


def _kept(
    before: Price, rates: RatePlan, booked: Occasion, nights_count: int
) -> Iterator[tuple[date, Explained]]:
    """The nights there are; without the discount on their length, where the stay loses it."""
    loses = loses_length_discount(before, nights_count)
    first = before.nights[0].night
    as_long = Stay(first, first + nights_count * ONE_DAY)
    for night, steps in zip(before.nights, before.explained, strict=True):
        if loses:
            steps = steps_of(rates, night.night, as_long, booked)
        yield night.night, (night_price(night.night, steps) if loses else night, steps)


def _added(night: date, wished: Wished, occasion: Occasion) -> Explained:
    assert wished.rates is not None, "a night that is added has a price"
    steps = steps_of(wished.rates, night, wished.stay, occasion)
    return night_price(night, steps), steps


def _asking_as_before(rates: RatePlan, before: RatePlan) -> RatePlan:
    """Today's rates, which ask for further guests, pets and cleaning what was asked before."""
    return replace(
        rates,
        included_guests=before.included_guests,
        extra_guest_minor=before.extra_guest_minor,
        children_count=before.children_count,
        infants_count=before.infants_count,
        pet_minor=before.pet_minor,
        cleaning_minor=before.cleaning_minor,
    )
