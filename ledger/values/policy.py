"""Cancellation policies as data, and what a price comes apart into when a stay does not happen.

Formulas and their order: spec: money, section 9. `retained` is the part of a night's price that the
host keeps; a night that was slept in is kept whole.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import islice

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ledger.values.clock import Instant
from ledger.values.currency import currency_of
from ledger.values.levies import TaxBase, TaxLine, TaxRule
from ledger.values.money import Money, apportioned, round_half_even
from ledger.values.price import (
    CLEANING,
    COUPON,
    EXTRA_GUEST,
    FEES,
    GUEST_FEE,
    GUEST_FEE_VAT,
    TAXES,
    CouponUse,
    Price,
    PriceLine,
)
from ledger.values.shares import Shares
from ledger.values.stay import House, Stay

ALL_BP = 10_000
GRACE, GRACE_DAYS = timedelta(hours=24), 7
"""For how long, and how many days before check-in at least, a booking may be taken back whole."""

AN_INSTANT = timedelta(microseconds=1)
"""The smallest step of the clock: from a boundary to what comes after it."""


class Tier(Struct, frozen=True, array_like=True, gc=False):
    """Up to so many days before check-in, inclusive, the host keeps this part of the nights."""

    days: int
    retained_bp: int


class Policy(Struct, frozen=True, omit_defaults=True, gc=False):
    """Which part of the nights the host keeps, in basis points, when the stay falls away.

    The tiers stand from the earliest to the latest; after the last one it is `retained_bp`, and,
    where `next_night_kept`, all of the night that comes next. `grace` gives everything back to who
    thinks better of it within 24 hours of booking, a week before check-in.
    """

    name: str
    version: int
    retained_bp: int
    tiers: tuple[Tier, ...] = ()
    next_night_kept: bool = False
    grace: bool = False

    @property
    def label(self) -> str:
        """Name and version, as events name the policy that they were decided under."""
        return f"{self.name}/{self.version}"


FREE = Policy("free", 1, 0)
RETAINED = Policy("retained", 1, ALL_BP)

FLEXIBLE = Policy("flexible", 1, 0, (Tier(1, 0),), next_night_kept=True, grace=True)
MODERATE = Policy("moderate", 1, 5_000, (Tier(5, 0),), next_night_kept=True, grace=True)
LIMITED = Policy("limited", 1, ALL_BP, (Tier(14, 0), Tier(7, 5_000)), grace=True)
FIRM = Policy("firm", 1, ALL_BP, (Tier(30, 0), Tier(7, 5_000)), grace=True)
STRICT = Policy("strict", 1, ALL_BP, (Tier(7, 5_000),), grace=True)
NON_REFUNDABLE = Policy("non_refundable", 1, ALL_BP)

POLICIES = {
    policy.name: policy
    for policy in (FLEXIBLE, MODERATE, LIMITED, FIRM, STRICT, NON_REFUNDABLE, FREE, RETAINED)
}
"""The policies that a host may choose from, and those of history from outside."""


class Ending(StrEnum):
    """How a stay falls away: each kind has its own answer to who gets what."""

    BY_GUEST = "by_guest"
    NO_SHOW = "no_show"
    BY_HOST = "by_host"
    BY_PLATFORM = "by_platform"


class Occupancy(Struct, frozen=True, gc=False):
    """When and where a stay falls away: what the policy looks at beside the price."""

    stay: Stay
    house: House
    booked_at: Instant
    at: Instant

    @property
    def check_in_at(self) -> Instant:
        """When the guest may come."""
        return self.house.check_in_at(self.stay)

    @property
    def nights_begun(self) -> int:
        """How many nights have begun: their local check-in time has come."""
        if self.at < self.check_in_at:
            return 0
        return sum(begins_at <= self.at for begins_at in self.nights_begin_at())

    def nights_begin_at(self) -> Iterator[Instant]:
        """The local check-in time of each night."""
        for ahead in range(self.stay.nights_count()):
            yield self.house.days_before_check_in(self.stay, -ahead)

    def is_days_ahead(self, days: int) -> bool:
        """Whether check-in is this many local days away, to the instant: the guest's favour."""
        return self.at <= self.house.days_before_check_in(self.stay, days)

    @property
    def in_grace(self) -> bool:
        """Whether the guest may still think better of it."""
        return self.at <= self.booked_at + GRACE and self.is_days_ahead(GRACE_DAYS)


class LineBack(Struct, frozen=True, array_like=True, gc=False):
    """What goes back of one line of the price, in minor units of the guest's currency."""

    code: str
    of: str
    minor: int


class Settlement(Struct, frozen=True, gc=False):
    """Where the guest's total goes when the stay falls away.

    `refund` is what the guest gets, and the sum of its lines; `back` is whose part it comes from
    and `kept` what stays with each, in the listing's currency: together they are the price.
    """

    refund: Money
    back: Shares
    kept: Shares
    lines: tuple[LineBack, ...]

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical bytes: what a guest accepts is exactly what was shown."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


class Division(Struct, frozen=True):
    """Which part of each thing goes back: of each night, of what is asked once, of the guest's fee.

    A fee of None goes back in proportion to the part of the subtotal that does. `begun` nights have
    begun, so the tax that is counted by the night stays due for them.
    """

    nights: tuple[Fraction, ...]
    begun: int
    once: Fraction
    fee: Fraction | None


def settle(price: Price, policy: Policy, ending: Ending, occupancy: Occupancy) -> Settlement:
    """Work out who gets what when a paid stay falls away.

    Nights back are rounded half-even, once; the host's fee is worked out anew on what is kept; tax
    that is counted by the night comes back for each night that does not begin. A coupon paid for
    all lines but the taxes alike, so as much of it is taken out of the refund as goes back of
    those: what the guest never paid is not given back.
    """
    division = _division(len(price.nights), policy, ending, occupancy)
    lines = tuple(price.lines())
    back = _back(price, division, [line.minor for line in lines])
    paid_back = _paid_back(price, division) if price.guest_minors else back
    kept = _kept(price, division, back)
    return Settlement(
        refund=Money(sum(paid_back), price.total.currency),
        back=price.shares - kept,
        kept=kept,
        lines=tuple(
            LineBack(line.code, line.of, minor)
            for line, minor in zip(lines, paid_back, strict=True)
            if minor
        ),
    )


def next_boundary(policy: Policy, occupancy: Occupancy) -> Instant | None:
    """The next instant that ends the policy's present answer to a guest; None where none does.

    It still has that answer where it ends a tier or the grace, in the guest's favour; where a night
    begins, it has the next one already.
    """
    count = occupancy.stay.nights_count()

    def answer(at: Instant) -> Division:
        return _division(count, policy, Ending.BY_GUEST, replace(occupancy, at=at))

    house, stay = occupancy.house, occupancy.stay
    ends = [house.days_before_check_in(stay, tier.days) for tier in policy.tiers]
    ends.append(house.days_before_check_in(stay, GRACE_DAYS))
    ends.append(occupancy.booked_at + GRACE)
    ends.extend(occupancy.nights_begin_at())
    present = answer(occupancy.at)
    to_come = (end for end in sorted(ends) if end >= occupancy.at)
    return next((end for end in to_come if answer(end + AN_INSTANT) != present), None)


def parted(settlement: Settlement, minor: int) -> tuple[Settlement, Settlement]:
    """A settlement in two: so many minor units of its refund, and the rest of it, line by line."""
    part = Fraction(minor, settlement.refund.minor)
    taken = apportioned([line.minor * part for line in settlement.lines])
    one = replace(
        settlement,
        refund=Money(minor, settlement.refund.currency),
        back=settlement.back.part(part),
        lines=_lines_of(settlement, taken),
    )
    left = [line.minor - gone for line, gone in zip(settlement.lines, taken, strict=True)]
    other = replace(
        settlement,
        refund=settlement.refund - one.refund,
        back=settlement.back - one.back,
        lines=_lines_of(settlement, left),
    )
    return one, other


def _lines_of(settlement: Settlement, minors: Sequence[int]) -> tuple[LineBack, ...]:
    pairs = zip(settlement.lines, minors, strict=True)
    return tuple(replace(line, minor=minor) for line, minor in pairs if minor)


# -- Which part goes back -----------------------------------------------------------------

WHOLE, NOTHING = Fraction(1), Fraction()


def _division(count: int, policy: Policy, ending: Ending, occupancy: Occupancy) -> Division:
    if ending in (Ending.BY_HOST, Ending.BY_PLATFORM):
        begun = occupancy.nights_begun
        nights = (NOTHING,) * begun + (WHOLE,) * (count - begun)
        return Division(nights, begun, NOTHING if begun else WHOLE, None if begun else WHOLE)
    begun = _begun(policy, ending, occupancy)
    nights = _nights_back(count, begun, policy, ending, occupancy)
    all_back = all(part == WHOLE for part in nights)
    in_time = ending is Ending.BY_GUEST and occupancy.at < occupancy.check_in_at
    once = WHOLE if in_time or all_back else NOTHING
    return Division(nights, begun, once, WHOLE if all_back else NOTHING)


def _begun(policy: Policy, ending: Ending, occupancy: Occupancy) -> int:
    if ending is Ending.NO_SHOW:
        # Treated as a guest who cancels at check-in, the instant in which the first night begins.
        # A policy of one fixed part below everything is of history: there, nights do not count.
        counts = policy.tiers or policy.next_night_kept or policy.retained_bp == ALL_BP
        return 1 if counts else 0
    return occupancy.nights_begun


def _nights_back(
    count: int, begun: int, policy: Policy, ending: Ending, occupancy: Occupancy
) -> tuple[Fraction, ...]:
    """Of each night the part that goes back when the guest calls the stay off, or does not come."""
    if ending is Ending.BY_GUEST:
        if policy.grace and occupancy.in_grace:
            return (WHOLE,) * count
        for tier in policy.tiers:
            if occupancy.is_days_ahead(tier.days):
                return (Fraction(ALL_BP - tier.retained_bp, ALL_BP),) * count
    kept_whole = min(begun + policy.next_night_kept, count)
    rest = Fraction(ALL_BP - policy.retained_bp, ALL_BP)
    return (NOTHING,) * kept_whole + (rest,) * (count - kept_whole)


# -- What that is, line by line -----------------------------------------------------------


def _back(price: Price, division: Division, minors: Sequence[int]) -> list[int]:
    """What goes back of each line of a price, for the lines' amounts in any one currency."""
    parts = [*division.nights, *(_extra_back(extra.code, division) for extra in price.extras)]
    asked = len(parts)
    back = apportioned([minor * part for minor, part in zip(minors, parts, strict=False)])
    fee = _part(sum(back), sum(minors[:asked])) if division.fee is None else division.fee
    taxes_kept = zip(price.taxes, _taxes_kept(price, division, minors, back), strict=True)
    on_top = iter([1 - kept for tax, kept in taxes_kept if not tax.rule.inclusive])
    couponed, couponed_back = sum(minors[:asked]), sum(back)
    for line, minor in zip(islice(price.lines(), asked, None), minors[asked:], strict=True):
        if line.code in TAXES:
            back.append(_half_even(minor * next(on_top)))
        elif line.code in FEES:
            back.append(_half_even(minor * fee))
            couponed, couponed_back = couponed + minor, couponed_back + back[-1]
        else:
            back.append(_half_even(minor * _part(couponed_back, couponed)))
    return back


def _paid_back(price: Price, division: Division) -> list[int]:
    """What a guest gets of what they paid in another currency: no rate is asked a second time.

    The processor charges and gives back in steps, so it is counted in steps (10 for KWD).
    """
    step = currency_of(price.total.currency).charge_step
    return [one * step for one in _back(price, division, [m // step for m in price.paid_minors])]


def _extra_back(code: str, division: Division) -> Fraction:
    """Further guests are part of each night alike; what is asked once goes back whole or not."""
    if code == EXTRA_GUEST:
        return sum(division.nights, NOTHING) / len(division.nights)
    return division.once


def _taxes_kept(
    price: Price, division: Division, minors: Sequence[int], back: Sequence[int]
) -> list[Fraction]:
    """Which part of each tax stays due, of those in the rent as of those on top of it.

    One that is counted stays due for the nights that have begun, one on the rent for the rent that
    is kept, and a compound one for the taxes before it as far as they stay due.
    """
    on_top = iter([minor for line, minor in _with(price, minors) if line.code in TAXES])
    before, before_kept = 0, NOTHING
    parts = []
    for rule in (tax.rule for tax in price.taxes):
        if rule.base.is_counted:
            begun, nights = (rule.taxed_nights(of) for of in (division.begun, len(price.nights)))
            part = _part(begun, nights)
        else:
            kept, rent = _taxed(rule, price, division, minors, back)
            both = (before_kept, before) if rule.compound else (NOTHING, 0)
            part = _part(kept + both[0], rent + both[1])
        parts.append(part)
        if not rule.inclusive:
            minor = next(on_top)
            before, before_kept = before + minor, before_kept + minor * part
    return parts


def _taxed(
    rule: TaxRule, price: Price, division: Division, minors: Sequence[int], back: Sequence[int]
) -> tuple[Fraction, int]:
    """What a tax on the rent still looks at, and what it looked at: nights, and extras with them.

    What is kept for nights that nobody slept in may be a compensation, and not taxed.
    """
    count = len(price.nights)
    codes = [""] * count + [extra.code for extra in price.extras]
    slept = [Fraction(place < division.begun) for place in range(count)]
    slept += [
        Fraction(division.begun, count) if code == EXTRA_GUEST else Fraction(division.begun > 0)
        for code in codes[count:]
    ]
    kept, rent = NOTHING, 0
    for code, minor, gone, part in zip(codes, minors, back, slept, strict=False):
        if code != CLEANING or rule.base is TaxBase.NIGHTS_AND_CLEANING:
            kept += minor - gone if rule.taxes_retained_rent else minor * part
            rent += minor
    return kept, rent


def _kept(price: Price, division: Division, back: Sequence[int]) -> Shares:
    """The parts of what stays: those of a smaller price, whose host's fee is worked out anew."""
    asked = len(price.nights) + len(price.extras)
    subtotal = price.subtotal - Money(sum(back[:asked]), price.currency)
    host_fee = price.fee_plan.host_fee(subtotal)
    minors = [line.minor for line in price.lines()]
    parts = _taxes_kept(price, division, minors, back[:asked])
    taxes = (
        TaxLine(tax.rule, tax.minor - _half_even(tax.minor * (1 - part)))
        for tax, part in zip(price.taxes, parts, strict=True)
    )
    gone = {line.code: minor for line, minor in _with(price, back)}
    coupon = price.coupon
    return replace(
        price,
        subtotal=subtotal,
        guest_fee=price.guest_fee - Money(gone.get(GUEST_FEE, 0), price.currency),
        guest_vat_minor=price.guest_vat_minor - gone.get(GUEST_FEE_VAT, 0),
        host_fee=host_fee,
        host_vat_minor=price.fee_plan.host_vat(host_fee).minor,
        taxes=tuple(tax for tax in taxes if tax.minor),
        coupon=coupon and CouponUse(coupon.coupon_id, coupon.minor + gone.get(COUPON, 0)),
    ).shares


def _with(price: Price, minors: Sequence[int]) -> Iterator[tuple[PriceLine, int]]:
    """The lines of a price, and the amount that belongs to each."""
    return zip(price.lines(), minors, strict=True)


def _part(of: int | Fraction, whole: int) -> Fraction:
    """A part of a whole; all of nothing is all of it."""
    return Fraction(of) / whole if whole else WHOLE


def _half_even(exact: Fraction) -> int:
    return round_half_even(exact.numerator, exact.denominator)
