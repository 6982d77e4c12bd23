"""Rates: what a host asks for a night, and each step from the base to the price of that night.

The order of the steps and the one rounding at their end are billing version 1 (spec: money, section
3). A factor is a number of basis points, so each step is an exact decimal, and is kept as one.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal, Inexact

from msgspec import Struct

from ledger.errors import RatesContradict
from ledger.values.guests import Party
from ledger.values.money import round_half_even
from ledger.values.stay import Stay

ALL_BP = 10_000
EXACT = Context(prec=60, traps=[Inexact])
"""Decimal arithmetic that never rounds: it would rather fail."""

FRIDAY_AND_SATURDAY = (4, 5)
"""The nights of a weekend, as `date.weekday` counts, where a host says nothing else."""

NO_MORE_OFF_THAN_BP = 6_000
"""The most that all discounts together take off, where a host says nothing else."""


class Season(Struct, frozen=True, gc=False):
    """A price per night from the first to the last night of a season, both in it.

    Where seasons overlap, the higher priority has the night, then the one that begins later.
    """

    name: str
    first: date
    last: date
    night_minor: int
    priority: int = 0

    def has(self, night: date) -> bool:
        """Whether a night is in the season."""
        return self.first <= night <= self.last


class DayPrice(Struct, frozen=True, array_like=True, gc=False):
    """A price that the host wrote into the calendar for one night."""

    night: date
    minor: int


class Tiered(Struct, frozen=True, array_like=True, gc=False):
    """So much off, in basis points, from a number of nights or days on."""

    threshold: int
    off_bp: int


class RatePlan(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a host asks: minor units of the listing's currency, discounts in basis points.

    `weekend_bp` is added on the nights of the weekend; `weekend_minor` takes the base's place there
    instead. `early_bird` counts days from booking to check-in, at least; `last_minute`, at most.
    `included_guests` come for the night's price, each further one pays `extra_guest_minor` a night.
    """

    name: str
    version: int
    currency: str
    base_minor: int
    seasons: tuple[Season, ...] = ()
    overrides: tuple[DayPrice, ...] = ()
    weekend: tuple[int, ...] = FRIDAY_AND_SATURDAY
    weekend_bp: int = 0
    weekend_minor: int | None = None
    lengths: tuple[Tiered, ...] = ()
    early_bird: Tiered | None = None
    last_minute: Tiered | None = None
    non_refundable_bp: int = 0
    lowest_minor: int = 0
    no_more_off_than_bp: int = NO_MORE_OFF_THAN_BP
    included_guests: int = 1_000
    extra_guest_minor: int = 0
    children_count: bool = True
    infants_count: bool = False
    pet_minor: int = 0
    cleaning_minor: int = 0


class Occasion(Struct, frozen=True, omit_defaults=True, gc=False):
    """What a price depends on beside the plans: who comes, and when it is booked.

    `booked_on` is the property's own date.
    """

    party: Party
    booked_on: date
    pets: int = 0
    non_refundable: bool = False


class PriceStep(Struct, frozen=True, array_like=True, gc=False):
    """One step to a night's price: what was done, and the exact amount after it, in minor units."""

    done: str
    minor: Decimal


class NightPrice(Struct, frozen=True, array_like=True, gc=False):
    """One night and its price in minor units."""

    night: date
    minor: int


def consistent(plan: RatePlan) -> RatePlan:
    """The plan, where it says one thing about each night. Raises RatesContradict, for the host.

    Two seasons of one priority that begin on one day, an early bird that is not earlier than the
    last minute, a discount of more than everything, and amounts below nothing contradict.
    """
    for place, season in enumerate(plan.seasons):
        if season.last < season.first:
            raise RatesContradict(season=season.name, first=season.first, last=season.last)
        for other in plan.seasons[:place]:
            if (season.priority, season.first) == (other.priority, other.first):
                raise RatesContradict(season=season.name, ties_with=other.name)
    if len({day.night for day in plan.overrides}) < len(plan.overrides):
        raise RatesContradict(overrides="one night has two prices")
    if len({tier.threshold for tier in plan.lengths}) < len(plan.lengths):
        raise RatesContradict(lengths="one length of stay has two discounts")
    if (
        plan.early_bird
        and plan.last_minute
        and plan.early_bird.threshold <= plan.last_minute.threshold
    ):
        raise RatesContradict(
            early_bird_days=plan.early_bird.threshold, last_minute_days=plan.last_minute.threshold
        )
    _refuse_odd_figures(plan)
    return plan


def _refuse_odd_figures(plan: RatePlan) -> None:
    tiers = [*plan.lengths, *filter(None, (plan.early_bird, plan.last_minute))]
    parts = [plan.non_refundable_bp, plan.no_more_off_than_bp, *(tier.off_bp for tier in tiers)]
    if not all(0 <= part <= ALL_BP for part in parts):
        raise RatesContradict(discounts_bp=parts)
    if plan.weekend_bp < -ALL_BP:
        raise RatesContradict(weekend_bp=plan.weekend_bp)
    amounts = [
        plan.base_minor,
        plan.weekend_minor or 0,
        plan.lowest_minor,
        plan.extra_guest_minor,
        plan.pet_minor,
        plan.cleaning_minor,
        plan.included_guests,
        *(season.night_minor for season in plan.seasons),
        *(day.minor for day in plan.overrides),
    ]
    if min(amounts) < 0:
        raise RatesContradict(below_nothing=[amount for amount in amounts if amount < 0])


def steps_of(plan: RatePlan, night: date, stay: Stay, occasion: Occasion) -> tuple[PriceStep, ...]:
    """How the price of one night of a stay comes about, exactly, from its base to its end."""
    return _discounted(plan, _undiscounted(plan, night), _discounts(plan, stay, occasion))


def steps_of_stay(
    plan: RatePlan, stay: Stay, occasion: Occasion
) -> tuple[tuple[PriceStep, ...], ...]:
    """The steps of each night, in their order; nights that begin alike are worked out once."""
    discounts = _discounts(plan, stay, occasion)
    known: dict[tuple[PriceStep, ...], tuple[PriceStep, ...]] = {}
    explained = []
    for night in stay.nights():
        begun = tuple(_undiscounted(plan, night))
        if begun not in known:
            known[begun] = _discounted(plan, begun, discounts)
        explained.append(known[begun])
    return tuple(explained)


def _discounted(
    plan: RatePlan, begun: Sequence[PriceStep], discounts: Sequence[tuple[str, int]]
) -> tuple[PriceStep, ...]:
    """Steps 3 to 5 after those that the calendar asks for, and the bounds of all discounts."""
    steps = list(begun)
    full = steps[-1].minor
    for done, off_bp in discounts:
        steps.append(PriceStep(done, _times(steps[-1].minor, ALL_BP - off_bp)))
    capped = _times(full, ALL_BP - plan.no_more_off_than_bp)
    if steps[-1].minor < capped:
        steps.append(PriceStep(f"no more than {_percent(plan.no_more_off_than_bp)} off", capped))
    if steps[-1].minor < plan.lowest_minor:
        steps.append(PriceStep("the host's lowest price", Decimal(plan.lowest_minor)))
    return tuple(steps)


def night_price(night: date, steps: Sequence[PriceStep]) -> NightPrice:
    """The price that the steps come to: rounded half-even, once, to minor units."""
    return NightPrice(night, round_half_even(*steps[-1].minor.as_integer_ratio()))


def extra_guests(plan: RatePlan, party: Party) -> int:
    """How many come beyond those that the night's price includes."""
    heads = party.adults
    heads += party.children if plan.children_count else 0
    heads += party.infants if plan.infants_count else 0
    return max(heads - plan.included_guests, 0)


def children_are_free(plan: RatePlan) -> bool:
    """Whether nights cost the same with children, however many come."""
    return not plan.children_count or not plan.extra_guest_minor


def _undiscounted(plan: RatePlan, night: date) -> list[PriceStep]:
    """Steps 1 and 2: what the night costs by the calendar."""
    for day in plan.overrides:
        if day.night == night:
            return [PriceStep("the calendar's price", Decimal(day.minor))]
    is_weekend = night.weekday() in plan.weekend
    if is_weekend and plan.weekend_minor is not None:
        return [PriceStep("weekend price", Decimal(plan.weekend_minor))]
    season = _season_of(plan.seasons, night)
    if season is None:
        steps = [PriceStep("base", Decimal(plan.base_minor))]
    else:
        steps = [PriceStep(f"season {season.name}", Decimal(season.night_minor))]
    if is_weekend and plan.weekend_bp:
        raised = _times(steps[0].minor, ALL_BP + plan.weekend_bp)
        steps.append(PriceStep(f"weekend {_percent(plan.weekend_bp, sign=True)}", raised))
    return steps


def _season_of(seasons: Sequence[Season], night: date) -> Season | None:
    having = [season for season in seasons if season.has(night)]
    return max(having, key=lambda season: (season.priority, season.first), default=None)


def _discounts(plan: RatePlan, stay: Stay, occasion: Occasion) -> list[tuple[str, int]]:
    """Steps 3 to 5: what is taken off, in basis points, one after the other."""
    discounts = []
    longest = _length_tier(plan, stay.nights_count())
    if longest:
        discounts.append((f"from {longest.threshold} nights", longest.off_bp))
    ahead_days = (stay.check_in - occasion.booked_on).days
    if plan.early_bird and ahead_days >= plan.early_bird.threshold:
        discounts.append((f"{plan.early_bird.threshold} days ahead", plan.early_bird.off_bp))
    elif plan.last_minute and ahead_days <= plan.last_minute.threshold:
        discounts.append(("last minute", plan.last_minute.off_bp))
    if occasion.non_refundable:
        discounts.append(("non-refundable", plan.non_refundable_bp))
    return [(f"{why} −{_percent(off_bp)}", off_bp) for why, off_bp in discounts if off_bp]


def lowest_nights(plan: RatePlan) -> tuple[int, ...]:
    """What no night of a month costs less than by the calendar, January to December of any year.

    In minor units, before anything is taken off (`kept_by_length`, and who books early or late).
    Who looks for the cheapest of many stays need not work out those that cannot be it.
    """
    return tuple(_lowest_of_month(plan, month) for month in range(1, 13))


def _lowest_of_month(plan: RatePlan, month: int) -> int:
    by_calendar = [season.night_minor for season in plan.seasons if _touches(season, month)]
    least = Decimal(min([plan.base_minor, *by_calendar]))
    starts = [least, _times(least, ALL_BP + min(plan.weekend_bp, 0))]
    starts += [Decimal(day.minor) for day in plan.overrides if day.night.month == month]
    starts += [] if plan.weekend_minor is None else [Decimal(plan.weekend_minor)]
    return int(min(starts))


def highest_night(plan: RatePlan) -> int:
    """What no night costs more than, whenever it is and whoever comes, in minor units."""
    by_calendar = [plan.base_minor, *(season.night_minor for season in plan.seasons)]
    raised = _times(Decimal(max(by_calendar)), ALL_BP + max(plan.weekend_bp, 0))
    by_day = [*(day.minor for day in plan.overrides), plan.weekend_minor or 0, plan.lowest_minor]
    return max(int(raised) + 1, *by_day)


def kept_by_length(plan: RatePlan, fewer_than: int | None = None) -> int:
    """What is left of a night at least, in basis points, for the length of a stay of so few nights,
    or of however many."""
    off = [each.off_bp for each in plan.lengths if not fewer_than or each.threshold < fewer_than]
    return ALL_BP - max(off, default=0)


def _touches(season: Season, month: int) -> bool:
    """Whether a season has days of a month, in any year."""
    months = (season.last.year - season.first.year) * 12 + season.last.month - season.first.month
    return (month - season.first.month) % 12 <= months


def length_off_bp(plan: RatePlan, nights_count: int) -> int:
    """What a stay of so many nights has taken off for its length, in basis points."""
    tier = _length_tier(plan, nights_count)
    return tier.off_bp if tier else 0


def _length_tier(plan: RatePlan, nights_count: int) -> Tiered | None:
    lengths = [tier for tier in plan.lengths if tier.threshold <= nights_count]
    return max(lengths, key=lambda tier: tier.threshold, default=None)


def _times(amount: Decimal, part_bp: int) -> Decimal:
    return EXACT.divide(EXACT.multiply(amount, part_bp), ALL_BP)


def _percent(part_bp: int, *, sign: bool = False) -> str:
    return f"{Decimal(part_bp) / 100:{'+' if sign else ''}f} %"
