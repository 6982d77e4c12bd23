"""Who passes on the position of a command sees what it did, or hears that it is not there yet."""

import json
import threading
from contextlib import ExitStack

import psycopg
import redis

from bench.estate import Estate
from ledger.settings import Settings
from projections import PROJECTIONS
from tests.api.conftest import Door, following, until
from tests.api.houses import day
from tests.conftest import Database


def test_e7_a_guest_who_lands_on_their_trips_before_the_projector_waits_for_it(
    door: Door, estate: Estate, built: None, database: Database, redis_url: str
) -> None:
    # given: a booking, and nobody who projects it
    booked = door.post("/bookings", estate.wish(), key="k1").json()
    path = f"/trips/{booked['booking_id']}"
    assert door.get(path).status_code == 404, "without a position, what is there is the answer"

    # when: the guest asks, and the projector comes back while they wait
    with ExitStack() as life:
        timer = threading.Timer(0.3, lambda: life.enter_context(following(database.url, redis_url)))
        timer.start()
        landed = door.get(path, after=booked["position"])
        timer.join()

    # then: no "not found", the trip
    assert landed.status_code == 200, landed.text
    assert landed.json()["trip"]["booking_id"] == booked["booking_id"]
    assert int(landed.headers["Ledger-Position"]) >= booked["position"]


def test_e7_losing_redis_costs_a_few_milliseconds_and_no_answer(
    without_redis: Door, estate: Estate, followed: None
) -> None:
    for number in range(5):
        wish = estate.wish(check_in=day(number), check_out=day(number + 1))
        booked = without_redis.post("/bookings", wish, key=f"k{number}").json()

        landed = without_redis.get(f"/trips/{booked['booking_id']}", after=booked["position"])

        assert landed.status_code == 200, landed.text


def test_a_position_that_does_not_come_is_said_to_be_missing(
    impatient: Door, estate: Estate, built: None
) -> None:
    booked = impatient.post("/bookings", estate.wish(), key="k1").json()
    stale = impatient.get(f"/trips/{booked['booking_id']}", after=booked["position"])

    assert (stale.status_code, stale.json()["code"]) == (503, "STALE_READ")
    assert stale.json()["data"]["wanted"] == booked["position"]
    assert stale.json()["data"]["position"] < booked["position"]
    assert stale.json()["transient"] is True
    assert stale.headers["Retry-After"] == "1"


def test_a_position_that_no_command_answered_is_not_waited_for(
    door: Door, estate: Estate, followed: None
) -> None:
    for path in ("/properties", "/positions"):
        refused = door.get(path, after=1_000_000)

        assert (refused.status_code, refused.json()["code"]) == (422, "NO_SUCH_POSITION")


def test_the_header_means_the_same_as_the_parameter(
    door: Door, estate: Estate, followed: None
) -> None:
    booked = door.post("/bookings", estate.wish(), key="k1").json()

    landed = door.client.get(
        f"/trips/{booked['booking_id']}", headers={"Min-Position": str(booked["position"])}
    )

    assert landed.status_code == 200, landed.text


def test_a_redis_that_lies_does_not_make_an_answer_older_than_was_asked_for(
    impatient: Door, estate: Estate, built: None, settings: Settings, redis_url: str
) -> None:
    booked = impatient.post("/bookings", estate.wish(), key="k1").json()
    channel = settings.positions_channel
    lie = json.dumps({projection.name: 999_999 for projection in PROJECTIONS})
    with redis.Redis.from_url(redis_url) as connection:
        until(lambda: connection.publish(channel, lie) > 0)
        connection.publish(channel, b"no JSON at all")

    stale = impatient.get(f"/trips/{booked['booking_id']}", after=booked["position"])

    assert (stale.status_code, stale.json()["code"]) == (503, "STALE_READ")


def test_a_read_model_that_was_set_back_is_not_taken_for_what_it_was(
    impatient: Door, estate: Estate, database: Database, redis_url: str
) -> None:
    # given: a read model that is known to be fresh
    with following(database.url, redis_url):
        booked = impatient.post("/bookings", estate.wish(), key="k1").json()
        until(lambda: impatient.get("/positions", after=booked["position"]).status_code == 200)

    # when somebody empties it,
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "UPDATE read_models.positions SET position = 0 WHERE schema = 'trips_v2'"
        )
        connection.execute("DELETE FROM trips_v2.trips")

    # then its answer is not given out as fresh, and comes once it is filled again
    path = f"/trips/{booked['booking_id']}"
    assert impatient.get(path, after=booked["position"]).json()["code"] == "STALE_READ"
    with following(database.url, redis_url):
        until(lambda: impatient.get(path, after=booked["position"]).status_code == 200)


def test_all_read_models_can_be_waited_for_at_once(
    door: Door, estate: Estate, followed: None
) -> None:
    booked = door.post("/bookings", estate.wish(), key="k1").json()

    reached = door.get("/positions", after=booked["position"])

    assert reached.status_code == 200, reached.text
    assert reached.json()["position"] >= booked["position"]
    assert set(reached.json()["read_models"]) >= {"trips", "timeline", "availability", "journal"}


def test_a_read_model_that_was_never_built_is_said_to_be_missing(
    door: Door, estate: Estate
) -> None:
    missing = door.get("/properties")

    assert (missing.status_code, missing.json()["code"]) == (503, "READ_MODEL_MISSING")


def test_who_asks_for_no_position_before_anything_was_announced_is_answered(
    door: Door, built: None
) -> None:
    answer = door.get("/positions", after=0)

    assert answer.status_code == 200
    assert answer.json()["read_models"].keys() == {each.name for each in PROJECTIONS}


def test_each_database_has_a_channel_of_its_own() -> None:
    one, other = (Settings(database_url=f"postgresql://it/{name}") for name in ("one", "other"))
    assert one.positions_channel != other.positions_channel
