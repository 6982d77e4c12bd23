"""Two hundred guests want the same nights: one gets them, others hear why not, nothing breaks."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import httpx
import psycopg

from bench.estate import Estate
from ledger.application import Ledger
from ledger.values.ids import fresh_id
from tests.api.conftest import Door, following
from tests.api.houses import settle_in
from tests.api.processes import api_process
from tests.conftest import Database

RACERS = 200

Wishes = Sequence[tuple[str, dict[str, Any]]]
"""At which server, and what is wished."""


def race(wishes: Wishes) -> list[httpx.Response]:
    """All at once, each over its own connection; the answers in the order of the wishes."""

    async def run() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=60, limits=limits) as client:
            posts = (
                client.post(f"{url}/bookings", json=wish, headers={"Idempotency-Key": fresh_id()})
                for url, wish in wishes
            )
            return await asyncio.gather(*posts)

    return asyncio.run(run())


def outcomes(answers: Sequence[httpx.Response]) -> Counter[tuple[int, str | None]]:
    """How often each status came, with which code."""
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


def counts(database: Database) -> dict[str, int]:
    """How many events of each topic there are."""
    with psycopg.connect(database.url) as connection:
        query = "SELECT topic, count(*) FROM ledger.events GROUP BY topic"
        return dict(connection.execute(query).fetchall())


def test_n1_two_hundred_guests_race_for_one_unit_and_one_gets_it(
    door: Door, estate: Estate, database: Database
) -> None:
    answers = race([(str(door.client.base_url), estate.wish()) for _ in range(RACERS)])

    assert outcomes(answers) == {(201, None): 1, (409, "DATES_UNAVAILABLE"): RACERS - 1}
    told = counts(database)
    assert told["unit_calendar.hold_placed"] == told["booking.requested"] == 1
    assert "payment.opened" not in told


def test_n1_a_race_for_a_room_type_fills_each_of_its_rooms_once(
    door: Door, ledger: Ledger, database: Database, redis_url: str
) -> None:
    estate = settle_in(ledger, units_count=5)
    with following(database.url, redis_url):
        url = str(door.client.base_url)
        answers = race([(url, estate.wish_for_a_room()) for _ in range(40)])

    assert outcomes(answers) == {(201, None): 5, (409, "DATES_UNAVAILABLE"): 35}
    taken = [answer.json()["unit_id"] for answer in answers if answer.status_code == 201]
    assert sorted(taken) == sorted(estate.units)


def test_one_guest_who_asks_for_every_room_at_once_is_given_three(
    door: Door, ledger: Ledger, database: Database
) -> None:
    estate = settle_in(ledger, units_count=8)
    url, guest_id = str(door.client.base_url), fresh_id()

    answers = race([(url, estate.wish(unit_id=one, guest_id=guest_id)) for one in estate.units])

    assert outcomes(answers) == {(201, None): 3, (409, "TOO_MANY_HOLDS"): 5}
    assert counts(database)["unit_calendar.hold_placed"] == 3


def test_n3_two_processes_race_with_redis_down_and_the_read_model_frozen(
    estate: Estate, database: Database
) -> None:
    # given: read models that stopped when every room was free, and a Redis that nobody runs
    with following(database.url):
        pass
    with ExitStack() as life:
        urls = [
            life.enter_context(api_process(database.url, redis_url="redis://127.0.0.1:9/0"))
            for _ in range(2)
        ]

        # when: half of the guests want one unit, half of them any room of its type
        wishes = [
            (urls[number % 2], estate.wish() if number % 4 < 2 else estate.wish_for_a_room())
            for number in range(RACERS)
        ]
        answers = race(wishes)

    # then: each room is sold once, and the database agrees
    rooms = len(estate.units)
    assert outcomes(answers) == {(201, None): rooms, (409, "DATES_UNAVAILABLE"): RACERS - rooms}
    assert counts(database)["unit_calendar.hold_placed"] == rooms


def test_n4_commands_that_meet_on_one_booking_end_in_a_clean_answer(
    door: Door, estate: Estate
) -> None:
    booked = door.post("/bookings", estate.wish(), key="k1").json()
    path = f"/bookings/{booked['booking_id']}/cancellation"
    nothing = {"preview": "nothing-was-paid"}

    async def all_at_once() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=door.client.base_url, timeout=60) as client:
            return await asyncio.gather(
                *(
                    client.post(path, json=nothing, headers={"Idempotency-Key": fresh_id()})
                    for _ in range(30)
                )
            )

    answers = asyncio.run(all_at_once())

    assert outcomes(answers) == {(201, None): 1, (409, "TRANSITION_NOT_ALLOWED"): 29}
