"""What host and operator may set: the bodies of rates and levies, checked for their shape only."""

from typing import Annotated

from pydantic import Field

from api.shapes import LARGEST_AMOUNT_MINOR, Body, Currency, LocalDate, Name
from ledger.values.rates import FRIDAY_AND_SATURDAY, DayPrice, RatePlan, Season, Tiered
from ledger.values.stay_rules import EVERY_DAY, StayRules
from ledger.values.tariff import BookingMode, Rates, RoomRates

MOST_NIGHTS = 365
UNNUMBERED = 0
"""Stands for a version: the ledger counts them."""

Minor = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT_MINOR)]
Part = Annotated[int, Field(ge=0, le=10_000, description="basis points")]
Days = Annotated[int, Field(ge=0, le=3_650)]
Nights = Annotated[int, Field(ge=1, le=MOST_NIGHTS)]
Heads = Annotated[int, Field(ge=0, le=1_000)]
Weekday = Annotated[int, Field(ge=0, le=6)]
IsoDays = Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]


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


class StayRulesWish(Body):
    """Which stays are let. Days of the week count from Monday, 1, to Sunday, 7."""

    min_nights: Nights = 1
    max_nights: Nights | None = None
    arrival_days: IsoDays = Field(default_factory=lambda: [*EVERY_DAY])
    departure_days: IsoDays = Field(default_factory=lambda: [*EVERY_DAY])
    notice_days: Days = 0
    window_days: Days | None = None
    capacity: Annotated[int, Field(ge=1, le=1_000)] | None = None

    def rules(self) -> StayRules:
        """The rules."""
        told = self.model_dump(exclude={"arrival_days", "departure_days"})
        return StayRules(
            **told,
            arrival_days=tuple(self.arrival_days),
            departure_days=tuple(self.departure_days),
        )


class RoomRatesWish(Body):
    """What the rooms of one type cost, and which stays are let in them."""

    room_type: Name
    plan: RatePlanWish
    rules: StayRulesWish = StayRulesWish()


class RatesWish(Body):
    """The host's part of a tariff."""

    currency: Currency
    rooms: Annotated[list[RoomRatesWish], Field(min_length=1, max_length=50)]
    policy: Name
    mode: Annotated[BookingMode, Field(strict=False)] = BookingMode.INSTANT
    non_refundable: bool = False

    def rates(self) -> Rates:
        """The rates, not numbered yet."""
        rooms = (
            RoomRates(room.room_type, room.plan.plan(self.currency), room.rules.rules())
            for room in self.rooms
        )
        return Rates(
            currency=self.currency,
            rooms=tuple(rooms),
            policy=self.policy,
            mode=self.mode,
            non_refundable=self.non_refundable,
        )


def _tier(wish: TieredWish | None) -> Tiered | None:
    return None if wish is None else Tiered(wish.threshold, wish.off_bp)
