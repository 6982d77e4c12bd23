"""Everything that goes wrong is a problem of one shape, from one table, and gives nothing away."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest
from structlog.testing import capture_logs

from api import faults, problems
from api.problems import STATUS, status_of
from bench.estate import Estate
from ledger.errors import LedgerError, Refused
from ledger.settings import Settings
from ledger.values.ids import fresh_id
from tests.api.conftest import Door, knocking
from tests.conftest import Database

SHAPE = {"type", "title", "status", "detail", "instance", "code", "transient", "data"}


def kinds(root: type[LedgerError]) -> Iterator[type[LedgerError]]:
    """An error and all that are more special, as far as the ledger and the door define them."""
    yield root
    for child in root.__subclasses__():
        if child.__module__.split(".")[0] in ("ledger", "api"):
            yield from kinds(child)


def test_every_error_has_a_row_of_its_own() -> None:
    without = [kind.__name__ for kind in kinds(LedgerError) if kind not in STATUS]
    assert not without, f"add to STATUS in api/problems.py: {without}"
    assert set(Refused.all()) <= set(STATUS)


def test_a_refusal_is_never_our_fault_and_its_code_is_its_own() -> None:
    assert all(400 <= STATUS[kind] < 500 for kind in Refused.all())
    codes = [kind.code for kind in kinds(LedgerError)]
    assert len(codes) == len(set(codes))


def test_an_error_without_a_row_is_answered_like_its_parent() -> None:
    class StillNew(faults.StaleRead):
        """Nobody gave this a row."""

    assert status_of(StillNew()) == 503


def test_what_passes_by_itself_says_when_to_come_back() -> None:
    answer = problems.answer(faults.StaleRead(), fresh_id())

    assert answer.headers["Retry-After"] == "1"
    assert "Retry-After" not in problems.answer(faults.WrongHost(), fresh_id()).headers


def test_a_problem_has_the_shape_of_rfc_9457(door: Door) -> None:
    answer = door.get("/nowhere")

    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == SHAPE
    assert answer.json()["status"] == answer.status_code == 404
    assert answer.json()["type"] == "urn:stayledger:problem:no-such-route"
    assert answer.json()["instance"] == f"urn:uuid:{answer.headers['Request-Id']}"


def test_each_way_to_go_wrong_before_a_route_is_a_problem(door: Door) -> None:
    client, headers = door.client, {"Idempotency-Key": "k1", "Content-Type": "application/json"}
    large = b"[" + b" " * 70_000 + b"]"
    answers = {
        "METHOD_NOT_ALLOWED": client.delete("/bookings"),
        "WRONG_HOST": client.get("/health", headers={"Host": "evil.example:8000"}),
        "BODY_TOO_LARGE": client.post("/bookings", content=large, headers=headers),
        "INVALID_REQUEST": client.post("/bookings", content=b"{", headers=headers),
        "NO_SUCH_ROUTE": client.get("/health/"),
    }

    assert {code: answer.json()["code"] for code, answer in answers.items()} == {
        code: code for code in answers
    }
    assert answers["METHOD_NOT_ALLOWED"].headers["Allow"] == "POST"
    assert answers["WRONG_HOST"].status_code == 421


def test_a_body_that_does_not_say_how_large_it_is_is_measured(door: Door) -> None:
    chunks = (b" " * 10_000 for _ in range(10))

    refused = door.client.post(
        "/bookings",
        content=chunks,
        headers={"Idempotency-Key": "k1", "Content-Type": "application/json"},
    )

    assert (refused.status_code, refused.json()["code"]) == (413, "BODY_TOO_LARGE")


def test_a_body_that_does_not_say_that_it_is_json_is_not_read(door: Door, estate: Estate) -> None:
    # A page in a browser may send such bodies to loopback without asking first.
    refused = door.client.post(
        "/bookings",
        content=httpx.Request("POST", "http://x", json=estate.wish()).content,
        headers={"Idempotency-Key": "k1", "Content-Type": "text/plain"},
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "INVALID_REQUEST")


def test_what_was_sent_is_neither_answered_nor_logged(door: Door, estate: Estate) -> None:
    with capture_logs() as logs:
        refused = door.post("/bookings", estate.wish(policy="x" * 61, guest_id="Inês"), key="k1")
        door.get("/guests/canary/trips", after="canary")

    assert refused.status_code == 422
    assert "Inês" not in refused.text
    assert "canary" not in str(logs)
    assert [(log["route"], log["status"]) for log in logs] == [
        ("/bookings", 422),
        ("/guests/{guest_id}/trips", 422),
    ]


def test_an_error_that_nobody_foresaw_gives_nothing_away(
    door: Door, estate: Estate, database: Database
) -> None:
    # A column that is missing from a table is a defect of ours, and no caller's business.
    with psycopg.connect(database.url) as connection:
        connection.execute("CREATE SCHEMA trips_v2")
        connection.execute("CREATE SCHEMA read_models")
        connection.execute("CREATE TABLE trips_v2.trips (secret text)")
        connection.execute(
            "CREATE TABLE read_models.positions "
            "(schema text, slice text, position bigint, halted_at bigint, halted_because text)"
        )
    with capture_logs() as logs:
        answer = door.get(f"/trips/{fresh_id()}")

    assert (answer.status_code, answer.json()["code"]) == (500, "UNEXPECTED")
    assert "trips_v2" not in answer.text
    assert logs[0]["event"] == "unexpected"


@pytest.mark.parametrize("path", ["/nowhere", "/docs", "/openapi.json", "/health"])
def test_every_answer_carries_the_headers_that_protect_its_reader(door: Door, path: str) -> None:
    answer = door.get(path)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert re.fullmatch(r"app;dur=\d+\.\d", answer.headers["Server-Timing"])
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_request_id_is_made_here_and_never_taken_over(door: Door) -> None:
    answer = door.client.get("/health", headers={"Request-Id": "from elsewhere"})

    assert answer.headers["Request-Id"] != "from elsewhere"


def test_without_postgres_every_route_says_so(estate: Estate) -> None:
    nowhere = Settings(database_url="postgresql://nobody@127.0.0.1:9/none")

    # Each waits for a Postgres that may come back: they wait together.
    with knocking(nowhere) as door, ThreadPoolExecutor() as callers:
        waiting = [
            callers.submit(door.get, "/properties"),
            callers.submit(door.get, f"/trips/{fresh_id()}"),
            callers.submit(door.get, f"/bookings/{fresh_id()}/cancellation"),
            callers.submit(door.get, f"/payments/{fresh_id()}"),
            callers.submit(door.post, "/bookings", estate.wish(), key="k1"),
            callers.submit(door.post, f"/bookings/{fresh_id()}/payment", {}, key="k2"),
            callers.submit(door.post, f"/bookings/{fresh_id()}/acceptance", None, key="k3"),
        ]
        answers = [one.result() for one in waiting]
        health = door.get("/health")

    assert {(one.status_code, one.json()["code"]) for one in answers} == {
        (503, "STORE_UNAVAILABLE")
    }
    assert not any("127.0.0.1" in one.text or "nobody" in one.text for one in answers)
    assert (health.status_code, health.json()["status"]) == (503, "unavailable")
    assert health.json()["postgres"] is False
