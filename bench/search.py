"""How fast a search is answered over 100,000 listings: the read model alone, and over HTTP.

The rows are what the read models make of the events of `bench.supply`. The peer is the statement
that one writes first: joins and a `NOT IN` over the taken nights, without rules of arrival and
without a price. Questions are asked one at a time, each once, by the same seed for both.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http import HTTPStatus
from itertools import islice
from random import Random
from typing import Any
from urllib.parse import urlencode

import psycopg
from msgspec.structs import replace
from sqlalchemy import Connection, text

from bench.contest import Contest, Figures, Goal, Place
from bench.history import write_events
from bench.http import Wire, Wires, percentile
from bench.supply import BEGINS_ON, CITIES, LISTED_AT, City, somewhere, supply
from ledger.store import install_schema
from ledger.values.clock import system_clock
from ledger.values.currency import CURRENCIES
from ledger.values.exchange import reference_rates
from ledger.values.guests import Party
from ledger.values.offer import Asked, exchange_on_offer
from ledger.values.stay import Stay
from projections.availability import AVAILABILITY
from projections.finding.found import degrees, stays_to_book
from projections.finding.sought import Box, Order, Sought
from projections.reading import reader
from projections.search import SEARCH
from replay.rebuild import rebuild

LISTINGS = 100_000
QUESTIONS, WARM_UPS = 300, 25
PERCENTILES = {"p50": 50, "p95": 95, "p99": 99}
PAGE = 20
PLAIN_QUESTIONS = WARM_UPS + 20
PARTIES = (Party(2), Party(2), Party(2, 1), Party(2, 2), Party(2, 1, 1), Party(4))
ASKED_AT = LISTED_AT + timedelta(days=1)
SIZES_E6 = (20_000, 40_000, 80_000)
"""Half the height of a map that somebody looks at: a quarter, a town, a city and its beaches."""

PER_EURO = {"GBP": Decimal("0.8500"), "DKK": Decimal("7.4600")}
RATES = reference_rates(ASKED_AT.date(), "the bench", ASKED_AT, PER_EURO)


def prepare(place: Place, listings: int = LISTINGS) -> None:
    """Write the supply and let the read models take it in; takes some minutes."""
    install_schema(place.owner_url)
    write_events(place.owner_url, supply(listings), origin="live")
    rebuild(place.url, [SEARCH, AVAILABILITY], processes=2)
    with psycopg.connect(place.url, autocommit=True) as connection:
        for schema in (SEARCH.schema, AVAILABILITY.schema):
            for (table,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)
            ).fetchall():
                connection.execute(f'VACUUM ANALYZE {schema}."{table}"'.encode())


def contests(place: Place, port: int) -> list[Contest]:
    """The search's lines of the table: of the read model, and of the API that answers on a port.

    Call `prepare` first.
    """
    return [
        Contest(
            name="search, 100,000 listings",
            unit="ms",
            goals=dict.fromkeys(PERCENTILES, Goal(at_most=25)),
            ours=lambda: ours(place.url),
            peers={"plain SQL, without a price": lambda: plain(place.url)},
            rounds=place.rounds,
        ),
        Contest(
            name="search over HTTP, 100,000 listings",
            unit="ms",
            goals=dict.fromkeys(PERCENTILES, Goal(at_most=50)),
            ours=lambda: asyncio.run(over_http(port)),
            rounds=place.rounds,
        ),
    ]


# -- What is measured -------------------------------------------------------------------


def ours(url: str) -> Figures:
    """Milliseconds to a page of what can be booked, in its order, each with its total."""
    with _asking(url) as db:
        return _timed(questions(), lambda asked: stays_to_book(db, asked, None, PAGE))


async def over_http(port: int) -> Figures:
    """The same to the last byte of the answer; the stays as far ahead of today as they were."""
    took = Took()

    async def ask_all(wire: Wire) -> None:
        for question in questions():
            with took.one():
                status, body = await wire.call("GET", f"/search?{urlencode(_parameters(question))}")
            assert status == HTTPStatus.OK, body

    async with Wires(port) as wires:
        await wires.lend(ask_all)
    return took.figures()


def _parameters(asked: Sought) -> Mapping[str, object]:
    box, party = asked.box, asked.asked.party
    assert box is not None, "each of the questions has one"
    later = system_clock().date() - ASKED_AT.date()
    corners = (box.west_e6, box.south_e6, box.east_e6, box.north_e6)
    told = {
        "box": ",".join(map(degrees, corners)),
        "check_in": asked.asked.stay.check_in + later,
        "check_out": asked.asked.stay.check_out + later,
        "adults": party.adults,
        "children": party.children,
        "infants": party.infants,
        "cot": "cot" in asked.amenities,
        "instant": asked.instant,
        "order": asked.order.value,
        "limit": PAGE,
    }
    return told if asked.to_minor is None else {**told, "to_minor": asked.to_minor}


def plain(url: str) -> Figures:
    """Milliseconds to the free rooms of a box, in no order and at no price."""
    with _asking(url) as db:
        few = islice(questions(), PLAIN_QUESTIONS)
        return _timed(few, lambda asked: db.execute(text(PLAIN), _plainly(asked)).all())


PLAIN = f"""
    SELECT p.property_id FROM {SEARCH.schema}.properties p
    JOIN {SEARCH.schema}.hosts h USING (host_id)
    JOIN {SEARCH.schema}.rooms r USING (property_id, revision)
    JOIN {AVAILABILITY.schema}.units u USING (property_id, room_type)
    WHERE p.status = 'published' AND h.status = 'verified' AND h.standing = 'enabled'
        AND p.latitude_e6 BETWEEN :south AND :north AND p.longitude_e6 BETWEEN :west AND :east
        AND r.capacity >= :heads AND u.unit_id NOT IN (
            SELECT unit_id FROM {AVAILABILITY.schema}.nights
            WHERE night >= :check_in AND night < :check_out)
"""  # noqa: S608 - the names of our own schemas


def _plainly(asked: Sought) -> dict[str, Any]:
    assert asked.box is not None, "each of the questions has one"
    return {
        "south": asked.box.south_e6,
        "north": asked.box.north_e6,
        "west": asked.box.west_e6,
        "east": asked.box.east_e6,
        "heads": asked.asked.party.heads(),
        "check_in": asked.asked.stay.check_in,
        "check_out": asked.asked.stay.check_out,
    }


def _timed(asked: Iterable[Sought], answer: Callable[[Sought], object]) -> Figures:
    took = Took()
    for question in asked:
        with took.one():
            answer(question)
    return took.figures()


@dataclass
class Took:
    """How long each answer took, in milliseconds."""

    each: list[float] = field(default_factory=list)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take the time of one."""
        began = time.perf_counter()
        yield
        self.each.append((time.perf_counter() - began) * 1_000)

    def figures(self) -> Figures:
        """What so many percent of them did not exceed, but for the first ones."""
        return {
            name: percentile(self.each[WARM_UPS:], percent) for name, percent in PERCENTILES.items()
        }


@contextmanager
def _asking(url: str) -> Iterator[Connection]:
    engine = reader(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as db:
            yield db
    finally:
        engine.dispose()


# -- What is asked ----------------------------------------------------------------------


def questions(count: int = WARM_UPS + QUESTIONS, seed: int = 7) -> Iterator[Sought]:
    """What people look for: somewhere in or near a city, some days of the year, for two to five."""
    random = Random(seed)
    weights = [city.weight for city in CITIES]
    exchanges = {each: exchange_on_offer(RATES, each, "EUR", ASKED_AT) for each in CURRENCIES}
    for _ in range(count):
        (city,) = random.choices(CITIES, weights)
        asked = Asked(stay=_stay(random), party=random.choice(PARTIES), at=ASKED_AT)
        plain = Sought(asked=asked, currency="EUR", exchanges=exchanges, box=_box(random, city))
        yield _wished(random, plain)


def _stay(random: Random) -> Stay:
    check_in = BEGINS_ON + timedelta(days=random.randint(10, 300))
    return Stay(check_in, check_in + timedelta(days=random.choice((2, 3, 4, 5, 7, 7, 10, 14))))


def _box(random: Random, city: City) -> Box:
    half_e6, middle = random.choice(SIZES_E6), somewhere(random, city)
    return Box(
        middle.latitude_e6 - half_e6,
        middle.longitude_e6 - 3 * half_e6 // 2,
        middle.latitude_e6 + half_e6,
        middle.longitude_e6 + 3 * half_e6 // 2,
    )


def _wished(random: Random, plain: Sought) -> Sought:
    assert plain.box is not None, "each of the questions has one"
    order = random.choice((Order.PRICE, Order.PRICE, Order.PRICE, Order.DISTANCE, Order.NEWEST))
    asked = replace(plain, order=order, near=plain.box.middle)
    match random.randint(1, 5):
        case 1:
            return replace(asked, amenities=("cot",))
        case 2:
            return replace(asked, instant=True)
        case 3:
            return replace(asked, to_minor=15_000 * asked.asked.stay.nights_count())
        case _:
            return asked
