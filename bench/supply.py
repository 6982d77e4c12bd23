"""Makes believable supply fast: hosts, houses, tariffs and calendars in the cities of Europe.

For measuring only. Real event classes, but no decider is asked. The same seed gives the same
supply; where a house is, what it costs and which of its nights are taken is drawn around what is
usual there: a half of all houses is in the cities, the other half in the towns around them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import cos, sin
from random import Random

from bench.history import Ids, Made
from ledger.aggregates.tariff import tariff_of
from ledger.events import Event
from ledger.events.property import (
    PropertyApproved,
    PropertyDescribed,
    PropertyDrafted,
    PropertyPublished,
)
from ledger.events.provider import (
    PayoutAccountChanged,
    PayoutAccountOpened,
    ProviderRegistered,
    ProviderVerified,
)
from ledger.events.tariff import LeviesSet, RatesSet
from ledger.events.unit_calendar import CalendarOpened, HoldPlaced
from ledger.values.ids import BookingId, HostId, PropertyId, VerificationId
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.listing import (
    Description,
    Facts,
    HouseRules,
    Place,
    PropertyKind,
    RoomType,
    unit_of,
)
from ledger.values.rates import RatePlan, Season, Tiered
from ledger.values.stay import House, Stay
from ledger.values.stay_rules import SeasonalRules, StayRules
from ledger.values.tariff import BookingMode, Levies, Rates, RoomRates

BEGINS_ON = date(2026, 1, 1)
LISTED_AT = datetime.combine(BEGINS_ON, time(6), UTC)
CALENDAR_DAYS = 365
HOUSES_OF_A_HOST = 3
CITY_E6, TOWN_E6 = 45_000, 15_000
"""How far from the middle of a city or a town most houses are: five kilometres, or two."""

TOWNS, NEAREST_E6, APART_E6 = 12, 150_000, 60_000
"""How many towns are around a city, how far away the nearest is, and each further one more."""

AMENITIES = ("cot", "crib_linen", "high_chair", "kitchen", "parking", "pool", "step_free", "wifi")
ROOM = "whole place"


@dataclass(frozen=True)
class City:
    """Where people travel to: how many of all houses are there, and what a night costs."""

    name: str
    region: str
    country: str
    time_zone: str
    currency: str
    latitude_e6: int
    longitude_e6: int
    weight: int
    night_minor: int


CITIES = (
    City("Lisboa", "Lisboa", "PT", "Europe/Lisbon", "EUR", 38_722_000, -9_139_000, 9, 11_000),
    City("Porto", "Norte", "PT", "Europe/Lisbon", "EUR", 41_150_000, -8_610_000, 6, 9_000),
    City("Barcelona", "Catalunya", "ES", "Europe/Madrid", "EUR", 41_387_000, 2_170_000, 9, 14_000),
    City("Madrid", "Madrid", "ES", "Europe/Madrid", "EUR", 40_417_000, -3_703_000, 8, 12_000),
    City("Sevilla", "Andalucía", "ES", "Europe/Madrid", "EUR", 37_389_000, -5_984_000, 4, 9_500),
    City("Paris", "Île-de-France", "FR", "Europe/Paris", "EUR", 48_857_000, 2_352_000, 12, 17_000),
    City("Nice", "Provence", "FR", "Europe/Paris", "EUR", 43_703_000, 7_266_000, 4, 14_000),
    City("Roma", "Lazio", "IT", "Europe/Rome", "EUR", 41_893_000, 12_483_000, 9, 13_000),
    City("Firenze", "Toscana", "IT", "Europe/Rome", "EUR", 43_770_000, 11_256_000, 5, 13_500),
    City("Athina", "Attiki", "GR", "Europe/Athens", "EUR", 37_984_000, 23_728_000, 5, 7_500),
    City("Berlin", "Berlin", "DE", "Europe/Berlin", "EUR", 52_520_000, 13_405_000, 6, 11_000),
    City("Wien", "Wien", "AT", "Europe/Vienna", "EUR", 48_208_000, 16_372_000, 5, 11_500),
    City(
        "Antwerpen", "Vlaanderen", "BE", "Europe/Brussels", "EUR", 51_221_000, 4_400_000, 3, 10_500
    ),
    City(
        "Amsterdam",
        "Noord-Holland",
        "NL",
        "Europe/Amsterdam",
        "EUR",
        52_370_000,
        4_895_000,
        4,
        19_000,
    ),
    City("London", "England", "GB", "Europe/London", "GBP", 51_507_000, -128_000, 8, 15_000),
    City(
        "København",
        "Hovedstaden",
        "DK",
        "Europe/Copenhagen",
        "DKK",
        55_676_000,
        12_568_000,
        3,
        120_000,
    ),
)


@dataclass(frozen=True)
class Middle:
    """The middle of a city or of a town, and how far its houses are from it."""

    latitude_e6: int
    longitude_e6: int
    spread_e6: int


def somewhere(random: Random, city: City) -> Middle:
    """The city itself, or one of its towns."""
    if random.random() < 0.5:
        return Middle(city.latitude_e6, city.longitude_e6, CITY_E6)
    number = random.randrange(TOWNS)
    away_e6, angle = NEAREST_E6 + number * APART_E6, number * 2.4
    return Middle(
        city.latitude_e6 + round(away_e6 * sin(angle)),
        city.longitude_e6 + round(away_e6 * cos(angle)),
        TOWN_E6,
    )


@dataclass
class Supply:
    """So many houses, one after the other."""

    random: Random
    ids: Ids = field(init=False)
    host_id: HostId = field(init=False)

    def __post_init__(self) -> None:
        self.ids = Ids(self.random)

    def events(self, houses: int) -> Iterator[Made]:
        """Everything that happened to them, house by house."""
        weights = [city.weight for city in CITIES]
        for number in range(houses):
            if number % HOUSES_OF_A_HOST == 0:
                yield from self._host()
            (city,) = self.random.choices(CITIES, weights)
            yield from self._house(PropertyId(self.ids.fresh()), city, number)

    def _host(self) -> Iterator[Made]:
        self.host_id = HostId(self.ids.fresh())
        account = f"acct_{self.host_id}"
        for event in (
            ProviderRegistered(country="PT"),
            ProviderVerified(verification_id=self._review(), valid_until=None, account=None),
            PayoutAccountOpened(account=account, country="PT", currency="EUR", seen_at=LISTED_AT),
            PayoutAccountChanged(
                to="enabled", requirements=(), disabled_reason=None, seen_at=LISTED_AT
            ),
        ):
            yield self._made(self.host_id, event)

    def _house(self, property_id: PropertyId, city: City, number: int) -> Iterator[Made]:
        capacity = self.random.choice((2, 2, 3, 4, 4, 4, 5, 6, 6, 8))
        facts = self._facts(city, capacity)
        let_from = LISTED_AT + timedelta(minutes=number)
        rates = RatesSet(property_id=property_id, version=1, rates=self._rates(city, capacity))
        yield self._made(property_id, PropertyDrafted(host_id=self.host_id, currency=city.currency))
        yield self._made(
            property_id,
            PropertyApproved(verification_id=self._review(), facts=facts, valid_until=None),
        )
        yield self._made(property_id, PropertyDescribed(description=self._description()))
        yield self._made(tariff_of(property_id), rates, property_id)
        yield self._made(
            tariff_of(property_id),
            LeviesSet(property_id=property_id, version=1, levies=_levies(city)),
            property_id,
        )
        yield self._made(property_id, PropertyPublished(), at=let_from)
        yield from self._calendar(property_id, facts.house)

    def _facts(self, city: City, capacity: int) -> Facts:
        middle = somewhere(self.random, city)
        place = Place(
            city.country,
            city.region,
            city.name,
            middle.latitude_e6 + round(self.random.gauss(0, middle.spread_e6)),
            middle.longitude_e6 + round(self.random.gauss(0, middle.spread_e6)),
        )
        kind = self.random.choice(
            (PropertyKind.APARTMENT, PropertyKind.APARTMENT, PropertyKind.HOUSE)
        )
        return Facts(
            kind=kind,
            place=place,
            house=House(city.time_zone, time(15), time(11)),
            rooms=(RoomType(ROOM, 1, capacity, bedrooms=capacity // 2, beds=capacity // 2 + 1),),
            registration="12345",
        )

    def _description(self) -> Description:
        amenities = sorted(self.random.sample(AMENITIES, self.random.randint(2, len(AMENITIES))))
        return Description(None, tuple(amenities), (), HouseRules(pets=self.random.random() < 0.3))

    def _rates(self, city: City, capacity: int) -> Rates:
        base = round(city.night_minor * self.random.lognormvariate(0, 0.4) * (0.6 + capacity / 8))
        summer = Season("summer", date(2026, 6, 15), date(2026, 9, 10), base * 135 // 100)
        plan = RatePlan(
            name="rates",
            version=1,
            currency=city.currency,
            base_minor=base,
            seasons=(summer,) if self.random.random() < 0.7 else (),
            weekend_bp=self.random.choice((0, 0, 1_000, 1_500, 2_000)),
            lengths=(Tiered(7, 800), Tiered(28, 2_500)) if self.random.random() < 0.6 else (),
            early_bird=Tiered(60, 500) if self.random.random() < 0.3 else None,
            last_minute=Tiered(3, 1_000) if self.random.random() < 0.3 else None,
            included_guests=2,
            extra_guest_minor=base // 10,
            children_count=self.random.random() < 0.7,
            cleaning_minor=base // 3,
        )
        rules = StayRules(
            min_nights=self.random.choice((1, 2, 2, 2, 3)),
            notice_days=self.random.choice((0, 1, 2)),
            buffer_nights=self.random.choice((0, 0, 0, 1)),
        )
        long_stays = SeasonalRules(date(2026, 7, 1), date(2026, 8, 31), StayRules(min_nights=4))
        seasonal = (long_stays,) if self.random.random() < 0.3 else ()
        mode = BookingMode.INSTANT if self.random.random() < 0.7 else BookingMode.REQUEST
        room = RoomRates(ROOM, plan, rules, seasonal)
        return Rates(currency=city.currency, rooms=(room,), policy="flexible", mode=mode)

    def _calendar(self, property_id: PropertyId, house: House) -> Iterator[Made]:
        unit = unit_of(property_id, ROOM, 1)
        opened = CalendarOpened(
            property_id=property_id, host_id=self.host_id, room_type=ROOM, number=1, house=house
        )
        yield self._made(unit, opened)
        day = self.random.randint(0, 60)
        while day < CALENDAR_DAYS:
            nights = self.random.choice((2, 3, 4, 5, 7, 14))
            check_in = BEGINS_ON + timedelta(days=day)
            stay = Stay(check_in, check_in + timedelta(days=nights))
            booking = BookingId(self.ids.fresh())
            held = HoldPlaced(booking_id=booking, stay=stay, expires_at=LISTED_AT)
            yield self._made(unit, held, booking)
            day += nights + self.random.randint(3, 110)

    def _review(self) -> VerificationId:
        return VerificationId(self.ids.fresh())

    def _made(
        self, stream: str, event: Event, case: str | None = None, at: datetime = LISTED_AT
    ) -> Made:
        return Made(at, stream, case or stream, self.ids.fresh(), event)


def _levies(city: City) -> Levies:
    night = TaxRule(
        name="city",
        version=1,
        jurisdiction=f"{city.country}-{city.region[:3].upper()}",
        base=TaxBase.PERSON_NIGHT,
        minor=city.night_minor // 60,
    )
    return Levies(fee_plan=FeePlan("split", 1, 1_400, 300, guest_vat_bp=2_000), taxes=(night,))


def supply(houses: int, seed: int = 1) -> Iterator[Made]:
    """What happened to so many houses, their hosts and their calendars."""
    return Supply(Random(seed)).events(houses)
