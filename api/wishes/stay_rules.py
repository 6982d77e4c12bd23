"""Which stays a host may let: the bodies of their rules, checked for their shape only."""

from typing import Annotated

from pydantic import Field

from api.shapes import Body, LocalDate
from ledger.values.stay_rules import EVERY_DAY, StayRules

MOST_NIGHTS = 365

Days = Annotated[int, Field(ge=0, le=3_650)]
Nights = Annotated[int, Field(ge=1, le=MOST_NIGHTS)]
IsoDays = Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]


class StayRulesWish(Body):
    """Which stays are let. Days of the week count from Monday, 1, to Sunday, 7.

    `buffer_nights` after each stay are kept free, to get the unit ready.
    """

    min_nights: Nights = 1
    max_nights: Nights | None = None
    arrival_days: IsoDays = Field(default_factory=lambda: [*EVERY_DAY])
    departure_days: IsoDays = Field(default_factory=lambda: [*EVERY_DAY])
    notice_days: Days = 0
    window_days: Days | None = None
    capacity: Annotated[int, Field(ge=1, le=1_000)] | None = None
    buffer_nights: Annotated[int, Field(ge=0, le=30)] = 0

    def rules(self) -> StayRules:
        """The rules."""
        told = self.model_dump(exclude={"arrival_days", "departure_days"})
        return StayRules(
            **told,
            arrival_days=tuple(self.arrival_days),
            departure_days=tuple(self.departure_days),
        )


class SeasonalRulesWish(Body):
    """Which stays are let that begin from the first to the last day of a season, both in it."""

    first: LocalDate
    last: LocalDate
    rules: StayRulesWish
