"""Prices and settlements, worked out again as finance would: on a sheet, in exact fractions.

A second opinion is worth something only where it stands alone: nothing here calls what the ledger
works prices out with. It reads the fields of an event, builds tables of rows, and rounds where the
page says so (spec: money, sections 3, 4, 6 and 9; billing version 1). What differs from the event
is told in words.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import accumulate
from math import floor
from operator import mul
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ledger.events.booking import BookingRequested
from ledger.values.levies import TaxLine, TaxRule
from ledger.values.money import Money
from ledger.values.policy import Policy, Settlement
from ledger.values.price import CouponUse, Extra, Price
from ledger.values.rates import NightPrice, Occasion, RatePlan
from ledger.values.shares import Shares
from ledger.values.stay import House, Stay

KNOWN_BILLING = {1}
"""The billing versions that this file knows the rules of."""

HALF, ONE, NONE = Fraction(1, 2), Fraction(1), Fraction(0)
DAY = timedelta(days=1)


def parts(basis_points: int) -> Fraction:
    """Basis points as the fraction that they are."""
    return Fraction(basis_points, 10_000)


def half_up(exact: Fraction) -> int:
    """Rounded as taxes are; `round` goes half-even, as everything else does."""
    return floor(exact + HALF)


def nights_of(stay: Stay) -> list[date]:
    """Each date of a stay but the last."""
    return [
        date.fromordinal(n) for n in range(stay.check_in.toordinal(), stay.check_out.toordinal())
    ]


Figures = dict[str, int]
"""Amounts in minor units by their names; what is nothing is left out."""


# -- Prices ---------------------------------------------------------------------------------


def about_price(price: Price, stay: Stay) -> Iterator[str]:
    """What of a price does not follow from its own inputs."""
    yield from _about_any(price, stay, {})


def about_altered(price: Price, stay: Stay, before: Price) -> Iterator[str]:
    """What of a price does not follow from its own inputs and from the price that it had before.

    Fees, taxes and the exchange rate are asked as before; so is a night that stays, unless the stay
    gets too short for a discount that it had on its length.
    """
    yield from _about_any(price, stay, _kept(before, stay))
    if price.fee_plan != before.fee_plan:
        yield f"the fee plan is {price.fee_plan.name}, it was {before.fee_plan.name}"
    if not {tax.rule for tax in price.taxes} <= {tax.rule for tax in before.taxes}:
        yield "there are taxes that were not there before"
    if price.exchange != before.exchange:
        yield "the exchange rate is another one"


Known = dict[date, list[Fraction]]
"""Nights that are known already, each with every amount on the way to its price."""


def _kept(before: Price, stay: Stay) -> Known:
    rates, who = before.rates, before.occasion
    if rates is None or who is None:
        return {night.night: [Fraction(night.minor)] for night in before.nights}
    had, has = _for_length(rates, len(before.nights)), _for_length(rates, len(nights_of(stay)))
    ways = [[Fraction(step.minor) for step in steps] for steps in before.explained]
    if has < had:
        first = before.nights[0].night
        as_long = Stay(first, first + len(nights_of(stay)) * DAY)
        off = _discounts(rates, who, as_long)
        ways = [_night(rates, night.night, off) for night in before.nights]
    return {night.night: way for night, way in zip(before.nights, ways, strict=True)}


def _for_length(rates: RatePlan, count: int) -> int:
    """What is off for so many nights, in basis points."""
    tiers = {tier.threshold: tier.off_bp for tier in rates.lengths if tier.threshold <= count}
    return tiers[max(tiers)] if tiers else 0


def _about_any(price: Price, stay: Stay, kept: Known) -> Iterator[str]:
    if price.billing not in KNOWN_BILLING:
        yield f"billing version {price.billing} is not known"
        return
    if [night.night for night in price.nights] != nights_of(stay):
        yield "the nights of the price are not those of the stay"
        return
    if price.rates is not None and price.occasion is not None:
        yield from _about_rates(price, price.rates, price.occasion, stay, kept)
    elif price.rates or price.occasion or price.extras or price.explained or price.taxes:
        yield "the price does not say what it was made of"
        return
    else:
        yield from _about_stated(price, kept)
    yield from _about_fees(price)
    yield from _about_taxes(price, stay)
    if price.coupon and not 0 <= price.coupon.minor <= price.guest_fee.minor + price.host_fee.minor:
        yield f"the coupon pays {price.coupon.minor}, more than the platform's fees"


def up_to(price: Price, nights_count: int) -> Figures:
    """Who has what of the first so many nights, with all that is asked once: by letters.

    Fees, the tax on them and the coupon go by the rent; a tax goes by what it looks at. `x:` and an
    authority's name is what that authority gets.
    """
    part = Fraction(nights_count, len(price.nights))
    nights = sum(night.minor for night in price.nights[:nights_count])
    extras = [
        (one.code, round(one.count * one.each_minor * (part if one.code == "extra_guest" else ONE)))
        for one in price.extras
    ]
    rent, cleaning = nights + sum(minor for _, minor in extras), _cleaning(price)
    if not nights_count:
        rent, cleaning = 0, 0
    of_all = Fraction(rent, price.subtotal.minor) if price.subtotal.minor else part
    host_fee, vat = round(price.host_fee.minor * of_all), round(price.host_vat_minor * of_all)
    coupon = round(price.coupon.minor * of_all) if price.coupon else 0
    figures: Figures = {
        "h": rent - host_fee - vat,
        "g": round(price.guest_fee.minor * of_all),
        "o": host_fee,
        "v": round(price.guest_vat_minor * of_all) + vat,
        "c": coupon,
    }
    for tax in price.taxes:
        minor = round(tax.minor * _taxed_part(tax.rule, price, nights_count, (rent, cleaning)))
        name = f"x:{tax.rule.jurisdiction}"
        if not tax.rule.host_remits:
            figures[name] = figures.get(name, 0) + minor
        if tax.rule.inclusive != tax.rule.host_remits:
            figures["h"] += minor if tax.rule.host_remits else -minor
    return figures


def _taxed_part(
    rule: TaxRule, price: Price, nights_count: int, rent_and_cleaning: tuple[int, int]
) -> Fraction:
    """Which part of a tax the first so many nights are taxed with."""
    rent, cleaning = rent_and_cleaning
    whole = price.subtotal.minor
    if rule.base == "nights":
        rent, whole = rent - cleaning, whole - _cleaning(price)
    if rule.base in ("person_night", "unit_night") or rule.cap_nights is not None or not whole:
        cap = rule.cap_nights or len(price.nights)
        return Fraction(min(cap, nights_count), min(cap, len(price.nights)))
    return Fraction(rent, whole)


def _cleaning(price: Price) -> int:
    return sum(one.count * one.each_minor for one in price.extras if one.code == "cleaning")


def total_of(price: Price) -> int:
    """What the guest pays: the subtotal, the fee and its tax, the taxes on top, less the coupon."""
    on_top = sum(tax.minor for tax in price.taxes if not tax.rule.inclusive)
    coupon = price.coupon.minor if price.coupon else 0
    return price.subtotal.minor + price.guest_fee.minor + price.guest_vat_minor + on_top - coupon


def _about_stated(price: Price, kept: Known) -> Iterator[str]:
    """Nights that somebody stated are as they say, but one that was there stays as it was."""
    for night in price.nights:
        if night.night in kept and [Fraction(night.minor)] != kept[night.night]:
            yield f"{night.night} costs {night.minor}, it was {_told(kept[night.night])}"


def _about_rates(
    price: Price, rates: RatePlan, who: Occasion, stay: Stay, kept: Known
) -> Iterator[str]:
    if len(price.explained) != len(price.nights):
        yield f"{len(price.explained)} nights of {len(price.nights)} are explained"
        return
    off = _discounts(rates, who, stay)
    for night, steps in zip(price.nights, price.explained, strict=True):
        expected = kept.get(night.night) or _night(rates, night.night, off)
        found = [Fraction(step.minor) for step in steps]
        if found != expected:
            yield f"{night.night} goes {_told(found)}, the rates make {_told(expected)}"
        if night.minor != round(expected[-1]):
            yield f"{night.night} costs {night.minor}, the rates make {_told(expected[-1:])}"
    heads = who.party.adults
    heads += who.party.children * rates.children_count + who.party.infants * rates.infants_count
    extra = max(0, heads - rates.included_guests) * len(price.nights)
    wanted = [
        ("extra_guest", extra, rates.extra_guest_minor),
        ("pet", who.pets, rates.pet_minor),
        ("cleaning", 1, rates.cleaning_minor),
    ]
    asked = [(code, count, each) for code, count, each in wanted if count * each]
    if [(one.code, one.count, one.each_minor) for one in price.extras] != asked:
        yield f"the extras are {price.extras}, the rates make {asked}"


def _discounts(rates: RatePlan, who: Occasion, stay: Stay) -> list[Fraction]:
    """What remains after each discount that this stay has, in their order."""
    count = stay.check_out.toordinal() - stay.check_in.toordinal()
    ahead = stay.check_in.toordinal() - who.booked_on.toordinal()
    off = [_for_length(rates, count)]
    early, late = rates.early_bird, rates.last_minute
    if early and early.threshold <= ahead:
        off.append(early.off_bp)
    elif late and ahead <= late.threshold:
        off.append(late.off_bp)
    if who.non_refundable:
        off.append(rates.non_refundable_bp)
    return [ONE - parts(each) for each in off if each]


def _night(rates: RatePlan, night: date, off: Sequence[Fraction]) -> list[Fraction]:
    """One night, from the base to the end: every amount on the way."""
    way = [_base(rates, night)]
    written = any(day.night == night for day in rates.overrides)
    is_weekend = night.isoweekday() - 1 in rates.weekend
    if is_weekend and not written and rates.weekend_minor is None and rates.weekend_bp:
        way.append(way[0] * (ONE + parts(rates.weekend_bp)))
    before = way[-1]
    way.extend(list(accumulate(off, mul, initial=before))[1:])
    for least in (before * (ONE - parts(rates.no_more_off_than_bp)), Fraction(rates.lowest_minor)):
        if way[-1] < least:
            way.append(least)
    return way


def _base(rates: RatePlan, night: date) -> Fraction:
    """The calendar's price, else the weekend's, else the season's, else the plan's."""
    table = {night: rates.base_minor}
    for season in sorted(rates.seasons, key=lambda one: (one.priority, one.first)):
        if season.first <= night <= season.last:
            table[night] = season.night_minor
    if rates.weekend_minor is not None and night.isoweekday() - 1 in rates.weekend:
        table[night] = rates.weekend_minor
    table.update((day.night, day.minor) for day in rates.overrides)
    return Fraction(table[night])


def _about_fees(price: Price) -> Iterator[str]:
    plan = price.fee_plan
    subtotal = sum(night.minor for night in price.nights)
    subtotal += sum(extra.count * extra.each_minor for extra in price.extras)
    guest_fee = max(plan.guest_fee_at_least_minor, round(subtotal * parts(plan.guest_fee_bp)))
    if plan.guest_fee_at_most_minor is not None:
        guest_fee = min(plan.guest_fee_at_most_minor, guest_fee)
    guest_fee = guest_fee if subtotal else 0
    host_fee = round(subtotal * parts(plan.host_fee_bp))
    expected = {
        "subtotal": subtotal,
        "guest fee": guest_fee,
        "host fee": host_fee,
        "VAT on the guest's": half_up(guest_fee * parts(plan.guest_vat_bp)),
        "VAT on the host's": half_up(host_fee * parts(plan.host_vat_bp)),
    }
    found = {
        "subtotal": price.subtotal.minor,
        "guest fee": price.guest_fee.minor,
        "host fee": price.host_fee.minor,
        "VAT on the guest's": price.guest_vat_minor,
        "VAT on the host's": price.host_vat_minor,
    }
    for name, minor in expected.items():
        if found[name] != minor:
            yield f"{name} is {found[name]}, the rule makes {minor}"


def _about_taxes(price: Price, stay: Stay) -> Iterator[str]:
    on_top = 0
    for tax in price.taxes:
        rule = tax.rule
        from_, until = rule.valid_from or stay.check_in, rule.valid_until or stay.check_in
        if not from_ <= stay.check_in <= until:
            yield f"tax {rule.name} does not hold on {stay.check_in}"
        expected = half_up(_tax(rule, price, on_top))
        if tax.minor != expected:
            yield f"tax {rule.name} is {tax.minor}, the rule makes {expected}"
        on_top += 0 if rule.inclusive else tax.minor


def _tax(rule: TaxRule, price: Price, before: int) -> Fraction:
    nights = len(price.nights)
    taxed = nights if rule.cap_nights is None else min(rule.cap_nights, nights)
    if rule.base == "unit_night":
        return Fraction(rule.minor * taxed)
    if rule.base == "person_night":
        assert price.occasion is not None, "a price with taxes says who comes"
        party = price.occasion.party
        heads = party.adults + party.children * rule.children_pay + party.infants * rule.infants_pay
        return Fraction(rule.minor * taxed * heads)
    cleaning = sum(one.count * one.each_minor for one in price.extras if one.code == "cleaning")
    rent = price.subtotal.minor - (0 if rule.base == "nights_and_cleaning" else cleaning)
    base = (rent + (before if rule.compound else 0)) * Fraction(taxed, nights)
    rate = parts(rule.part_bp)
    return base * rate / (ONE + rate) if rule.inclusive else base * rate


def _told(amounts: Iterable[Fraction]) -> str:
    return " → ".join(map(str, amounts))


# -- Settlements ----------------------------------------------------------------------------


class Row(NamedTuple):
    """A line of the price: what it is, what was paid, the part that goes back or stays taxed."""

    code: str
    of: str
    paid: int
    part: Fraction
    used: Fraction = NONE


class Terms(NamedTuple):
    """What a stay falls away under: of each night the part that goes back, of the rest likewise.

    `begun` nights were slept in. A fee of None follows the part of the subtotal that goes back.
    """

    nights: tuple[Fraction, ...]
    begun: int
    once: Fraction
    fee: Fraction | None


class Gone(NamedTuple):
    """What goes back of a price, in minor units: of each row of rent, of fees, taxes, coupon."""

    rows: list[Row]
    rent: list[int]
    fee: int
    vat: int
    taxes: list[int]
    coupon: int


def _gone(price: Price, terms: Terms) -> Gone:
    rows = _rows(price, terms)
    asked = len(price.nights) + len(price.extras)
    rent = _shared_out([row.paid * row.part for row in rows[:asked]])
    subtotal, gone = price.subtotal.minor, sum(rent)
    part = terms.fee if terms.fee is not None else Fraction(gone, subtotal) if subtotal else ONE
    fee, vat = round(price.guest_fee.minor * part), round(price.guest_vat_minor * part)
    taxes = _taxes_back(price, terms, rows[:asked], rent)
    whole = subtotal + price.guest_fee.minor + price.guest_vat_minor
    coupon = price.coupon.minor if price.coupon else 0
    if whole:
        coupon = round(coupon * Fraction(gone + fee + vat, whole))
    return Gone(rows, rent, fee, vat, list(taxes), coupon)


def about_settlement(
    booked: BookingRequested, ending: str, at: datetime, settlement: Settlement
) -> Iterator[str]:
    """What of a settlement is not what the policy makes of the price."""
    price, terms = booked.price, terms_of(booked, ending, at)
    yield from _about_refund(price, terms, settlement)
    gone = _gone(price, terms)
    before = _shares(price, price.subtotal.minor, (0, 0), [0] * len(price.taxes), 0)
    left = price.subtotal.minor - sum(gone.rent)
    kept = _shares(price, left, (gone.fee, gone.vat), gone.taxes, gone.coupon)
    taken = {name: before.get(name, 0) - kept.get(name, 0) for name in before | kept}
    for what, stored, worked in (
        ("kept", settlement.kept, kept),
        ("back", settlement.back, {name: minor for name, minor in taken.items() if minor}),
    ):
        if figures_of(stored) != worked:
            yield f"{what} is {figures_of(stored)}, the policy makes {worked}"


STEPS = {"KWD": 10}
"""In how many minor units the processor charges and gives back at a time, where not in one."""


def _about_refund(listed: Price, terms: Terms, settlement: Settlement) -> Iterator[str]:
    step = STEPS.get(listed.exchange.guest, 1) if listed.exchange and listed.guest_minors else 1
    price = as_paid(listed, step)
    gone = _gone(price, terms)
    lines = [(row.code, row.of, minor) for row, minor in zip(gone.rows, gone.rent, strict=False)]
    lines += [("guest_fee", "", gone.fee), ("guest_fee_vat", "", gone.vat)]
    on_top = zip(price.taxes, gone.taxes, strict=True)
    lines += [(_code(t.rule), t.rule.name, m) for t, m in on_top if not t.rule.inclusive]
    lines += [("coupon", price.coupon.coupon_id if price.coupon else "", -gone.coupon)]
    expected = [(code, of, minor * step) for code, of, minor in lines if minor]
    found = [(line.code, line.of, line.minor) for line in settlement.lines]
    if found != expected:
        yield f"goes back as {found}, the policy makes {expected}"
    worth = sum(minor for _, _, minor in expected)
    if (settlement.refund.minor, settlement.refund.currency) != (worth, price.currency):
        yield f"refund is {settlement.refund}, the policy makes {worth} {price.currency}"


def as_paid(price: Price, step: int = 1) -> Price:
    """The price in the guest's currency, or in steps of it: the lines' own amounts there."""
    if price.exchange is None or not price.guest_minors:
        return price
    paid = iter(minor // step for minor in price.guest_minors)
    guest = price.exchange.guest
    nights = tuple(NightPrice(night.night, next(paid)) for night in price.nights)
    extras = tuple(Extra(extra.code, 1, next(paid)) for extra in price.extras)
    subtotal = sum(night.minor for night in nights) + sum(extra.each_minor for extra in extras)
    fee = next(paid) if price.guest_fee.minor else 0
    vat = next(paid) if price.guest_vat_minor else 0
    taxes = tuple(
        tax if tax.rule.inclusive else TaxLine(tax.rule, next(paid)) for tax in price.taxes
    )
    coupon = price.coupon and CouponUse(price.coupon.coupon_id, -next(paid))
    return replace(
        price,
        nights=nights,
        extras=extras,
        subtotal=Money(subtotal, guest),
        guest_fee=Money(fee, guest),
        guest_vat_minor=vat,
        taxes=taxes,
        coupon=coupon,
        exchange=None,
        guest_minors=(),
    )


def figures_of(shares: Shares) -> Figures:
    """The parts of stored shares by their names."""
    named = {
        name: getattr(shares, f"{name}_minor")
        for name in ("host", "guest_fee", "host_fee", "vat", "coupon")
    }
    named |= {f"tax {share.jurisdiction}": share.minor for share in shares.taxes}
    return {name: minor for name, minor in named.items() if minor}


def terms_of(booked: BookingRequested, ending: str, at: datetime) -> Terms:
    """The row of the page that a stay falls away under (spec: money, section 9)."""
    house, stay, policy = booked.house, booked.stay, booked.policy
    count = len(nights_of(stay))
    slept = sum(local(night, house) <= at for night in nights_of(stay))
    if ending in ("by_host", "by_platform"):
        nights = (NONE,) * slept + (ONE,) * (count - slept)
        return Terms(nights, slept, ONE if not slept else NONE, ONE if not slept else None)
    if ending == "no_show":
        # As a guest who cancels in the instant of check-in; a policy of one part, as history from
        # outside has it, asks for that part of every night.
        one_part = not policy.tiers and not policy.next_night_kept and policy.retained_bp < 10_000
        slept = 0 if one_part else 1
    nights = _nights_back(booked, policy, ending, at, slept)
    free = set(nights) == {ONE}
    in_time = ending == "by_guest" and at < local(stay.check_in, house)
    return Terms(nights, slept, ONE if in_time or free else NONE, ONE if free else NONE)


def local(day: date, house: House) -> datetime:
    """The instant of the house's check-in time on a date of its wall calendar."""
    return datetime.combine(day, house.check_in_time, ZoneInfo(house.time_zone)).astimezone(UTC)


def _nights_back(
    booked: BookingRequested, policy: Policy, ending: str, at: datetime, slept: int
) -> tuple[Fraction, ...]:
    check_in, house = booked.stay.check_in, booked.house
    count = len(nights_of(booked.stay))
    if ending == "by_guest":
        week_ahead = at <= local(check_in - 7 * DAY, house)
        if policy.grace and week_ahead and at - booked.booked_at <= DAY:
            return (ONE,) * count
        open_ = [tier for tier in policy.tiers if at <= local(check_in - tier.days * DAY, house)]
        if open_:
            return (ONE - parts(open_[0].retained_bp),) * count
    whole = min(count, slept + (1 if policy.next_night_kept else 0))
    return (NONE,) * whole + (ONE - parts(policy.retained_bp),) * (count - whole)


def _rows(price: Price, terms: Terms) -> list[Row]:
    """The rows that the host asked for: nights, then extras; `used` is the part that was slept."""
    count = len(price.nights)
    rows = [
        Row("night", night.night.isoformat(), night.minor, part, ONE if n < terms.begun else NONE)
        for n, (night, part) in enumerate(zip(price.nights, terms.nights, strict=True))
    ]
    each_night = sum(terms.nights, NONE) / count
    for extra in price.extras:
        by_night = extra.code == "extra_guest"
        used = Fraction(terms.begun, count) if by_night else ONE if terms.begun else NONE
        part = each_night if by_night else terms.once
        rows.append(Row(extra.code, "", extra.count * extra.each_minor, part, used))
    return rows


def _shared_out(exact: Sequence[Fraction]) -> list[int]:
    """The whole half-even, once; each row its floor, and what is left to the largest fractions."""
    down = [floor(one) for one in exact]
    left = round(sum(exact, NONE)) - sum(down)
    order = sorted(range(len(exact)), key=lambda n: exact[n] - down[n], reverse=True)
    for n in order[:left]:
        down[n] += 1
    return down


def _taxes_back(price: Price, terms: Terms, rows: Sequence[Row], back: Sequence[int]) -> list[int]:
    """What goes back of each tax, those in the rent too."""
    count, before, before_due = len(price.nights), 0, NONE
    found = []
    for tax in price.taxes:
        rule = tax.rule
        if rule.base in ("person_night", "unit_night"):
            cap = count if rule.cap_nights is None else min(rule.cap_nights, count)
            due = Fraction(min(terms.begun, cap), cap)
        else:
            with_cleaning = rule.base == "nights_and_cleaning"
            base = [
                (row.paid, row.paid - gone if rule.taxes_retained_rent else row.paid * row.used)
                for row, gone in zip(rows, back, strict=True)
                if row.code != "cleaning" or with_cleaning
            ]
            was, still = sum(paid for paid, _ in base), sum((stays for _, stays in base), NONE)
            if rule.compound:
                was, still = was + before, still + before_due
            due = Fraction(still) / was
        found.append(round(tax.minor * (ONE - due)))
        if not rule.inclusive:
            before, before_due = before + tax.minor, before_due + tax.minor * due
    return found


def _shares(
    price: Price, rent: int, fee_back: tuple[int, int], taxes_back: Sequence[int], coupon_back: int
) -> Figures:
    """Who has what, when the host keeps so much and so much of fee, taxes and coupon is gone."""
    host_fee = round(rent * parts(price.fee_plan.host_fee_bp))
    host_vat = half_up(host_fee * parts(price.fee_plan.host_vat_bp))
    taxes = [
        (tax.rule, tax.minor - gone) for tax, gone in zip(price.taxes, taxes_back, strict=True)
    ]
    in_rent = sum(minor for rule, minor in taxes if rule.inclusive and not rule.host_remits)
    passed_on = sum(minor for rule, minor in taxes if rule.host_remits and not rule.inclusive)
    figures = {
        "host": rent - host_fee - host_vat - in_rent + passed_on,
        "guest_fee": price.guest_fee.minor - fee_back[0],
        "host_fee": host_fee,
        "vat": price.guest_vat_minor - fee_back[1] + host_vat,
        "coupon": (price.coupon.minor if price.coupon else 0) - coupon_back,
    }
    for rule, minor in taxes:
        if not rule.host_remits:
            name = f"tax {rule.jurisdiction}"
            figures[name] = figures.get(name, 0) + minor
    return {name: minor for name, minor in figures.items() if minor}


def _code(rule: TaxRule) -> str:
    return "stay_tax" if rule.base in ("person_night", "unit_night") else "sale_tax"
