"""Health tells the truth: about Postgres, about Redis, and about every read model."""

from datetime import timedelta

import psycopg

from bench.estate import Estate
from ledger.store.inbox import Letter, keep
from ledger.values.clock import system_clock
from projections import PROJECTIONS
from tests.api.conftest import Door
from tests.conftest import Database


def test_all_is_well_when_everything_answers_and_keeps_up(
    door: Door, estate: Estate, followed: None
) -> None:
    answer = door.get("/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["position"] == int(answer.headers["Ledger-Position"]) > 0
    assert answer.json()["redis"] is True
    models = answer.json()["read_models"]
    assert [model["name"] for model in models] == [model.name for model in PROJECTIONS]
    assert all(model["lag"] == 0 for model in models)


def test_a_read_model_that_falls_behind_is_shown_with_its_lag(
    door: Door, estate: Estate, built: None
) -> None:
    position = door.post("/bookings", estate.wish(), key="k1").json()["position"]

    models = door.get("/health").json()["read_models"]

    assert {model["lag"] for model in models} == {position - models[0]["position"]}
    assert models[0]["lag"] > 0


def test_a_read_model_that_halted_is_named_with_the_reason(
    door: Door, estate: Estate, built: None, database: Database
) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "UPDATE read_models.positions SET halted_at = 3, halted_because = 'a topic unknown' "
            "WHERE schema = 'trips_v2'"
        )

    answer = door.get("/health")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    halted = [model for model in answer.json()["read_models"] if model["halted_at"]]
    assert [(model["name"], model["halted_because"]) for model in halted] == [
        ("trips", "a topic unknown")
    ]


def test_without_redis_everything_answers_a_little_later(
    without_redis: Door, estate: Estate, followed: None
) -> None:
    answer = without_redis.get("/health")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["redis"] is False


def test_without_read_models_commands_can_still_be_given(door: Door, estate: Estate) -> None:
    answer = door.get("/health")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["read_models"] == []
    assert door.post("/bookings", estate.wish(), key="k1").status_code == 201


def test_a_notice_that_nobody_takes_in_is_seen_after_five_minutes(
    door: Door, estate: Estate, followed: None, database: Database
) -> None:
    def after(waited: timedelta) -> tuple[int, str, int]:
        with psycopg.connect(database.url) as connection:
            letter = Letter(
                source="stripe",
                notice_id=str(waited),
                type="charge.succeeded",
                object_id="ch_1",
                account=None,
                raw=b"{}",
            )
            keep(connection, letter, system_clock() - waited)
        answer = door.get("/health")
        return answer.status_code, answer.json()["status"], answer.json()["late_notices"]

    assert after(timedelta(minutes=4)) == (200, "ok", 0)
    assert after(timedelta(minutes=6)) == (200, "degraded", 1)
