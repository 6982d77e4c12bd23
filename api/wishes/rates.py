"""What host and operator may set: the bodies of rates and levies, checked for their shape only."""

from typing import Annotated

from pydantic import Field

from api.shapes import LARGEST_AMOUNT_MINOR, Body, Currency, LocalDate, Name
from api.wishes.stay_rules import Days, SeasonalRulesWish, StayRulesWish
from ledger.values.rates import FRIDAY_AND_SATURDAY, DayPrice, RatePlan, Season, Tiered
from ledger.values.stay_rules import SeasonalRules
from ledger.values.tariff import BookingMode, Rates, RoomRates

UNNUMBERED = 0
"""Stands for a version: the ledger counts them."""

Minor = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT_MINOR)]
Part = Annotated[int, Field(ge=0, le=10_000, description="basis points")]
Heads = Annotated[int, Field(ge=0, le=1_000)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class SeasonWish(Body):
    """A price per night from the first to the last night of a season, both in it."""

    name: Name
    first: LocalDate
    last: LocalDate
    night_minor: Minor
    priority: Annotated[int, Field(ge=-1_000, le=1_000)] = 0


class DayPriceWish(Body):
    """A price for one night."""

    night: LocalDate
    minor: Minor


class TieredWish(Body):
    """So much off from a number of nights or days on."""

    threshold: Days
    off_bp: Part


class RatePlanWish(Body):
    """What a night costs. Days of the weekend count from Monday, 0, to Sunday, 6."""

    name: Name
    base_minor: Minor
    seasons: list[SeasonWish] = Field(default_factory=list, max_length=60)
    overrides: list[DayPriceWish] = Field(default_factory=list, max_length=400)
    weekend: list[Weekday] = Field(default_factory=lambda: [*FRIDAY_AND_SATURDAY], max_length=7)
    weekend_bp: Annotated[int, Field(ge=-10_000, le=100_000)] = 0
    weekend_minor: Minor | None = None
    lengths: list[TieredWish] = Field(default_factory=list, max_length=10)
    early_bird: TieredWish | None = None
    last_minute: TieredWish | None = None
    non_refundable_bp: Part = 0
    lowest_minor: Minor = 0
    no_more_off_than_bp: Part = 6_000
    included_guests: Heads = 1_000
    extra_guest_minor: Minor = 0
    children_count: bool = True
    infants_count: bool = False
    pet_minor: Minor = 0
    cleaning_minor: Minor = 0

    def plan(self, currency: str) -> RatePlan:
        """The plan in a currency, not numbered yet."""
        parts = {"seasons", "overrides", "weekend", "lengths", "early_bird", "last_minute"}
        return RatePlan(
            **self.model_dump(exclude=parts),
            version=UNNUMBERED,
            currency=currency,
            seasons=tuple(Season(**season.model_dump()) for season in self.seasons),
            overrides=tuple(DayPrice(day.night, day.minor) for day in self.overrides),
            weekend=tuple(self.weekend),
            lengths=tuple(Tiered(tier.threshold, tier.off_bp) for tier in self.lengths),
            early_bird=_tier(self.early_bird),
            last_minute=_tier(self.last_minute),
        )


class RoomRatesWish(Body):
    """What the rooms of one type cost, and which stays are let in them.

    Each day of arrival goes by the seasonal rules of that day, and where there are none, by the
    others.
    """

    room_type: Name
    plan: RatePlanWish
    rules: StayRulesWish = StayRulesWish()
    seasonal: list[SeasonalRulesWish] = Field(default_factory=list, max_length=60)

    def rates(self, currency: str) -> RoomRates:
        """The rates of the rooms in a currency, not numbered yet."""
        return RoomRates(
            self.room_type,
            self.plan.plan(currency),
            self.rules.rules(),
            tuple(SeasonalRules(one.first, one.last, one.rules.rules()) for one in self.seasonal),
        )


class RatesWish(Body):
    """The host's part of a tariff."""

    currency: Currency
    rooms: Annotated[list[RoomRatesWish], Field(min_length=1, max_length=50)]
    policy: Name
    mode: Annotated[BookingMode, Field(strict=False)] = BookingMode.INSTANT
    non_refundable: bool = False

    def rates(self) -> Rates:
        """The rates, not numbered yet."""
        return Rates(
            currency=self.currency,
            rooms=tuple(room.rates(self.currency) for room in self.rooms),
            policy=self.policy,
            mode=self.mode,
            non_refundable=self.non_refundable,
        )


def _tier(wish: TieredWish | None) -> Tiered | None:
    return None if wish is None else Tiered(wish.threshold, wish.off_bp)
