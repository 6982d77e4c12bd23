"""`stripe-core`: payment flows per second that the Stripe stand-in carries out in one process.

A flow is what a guest's payment costs: create, confirm, read. `measure` drives the core itself, on
one core of the machine, without sockets and without the SDK; `measure_http` drives the same flow
over the HTTP shell with four connections, to show what the network costs on top.
"""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from bench.contest import Contest, Goal
from sandbox.stripe.core import books
from sandbox.stripe.core.api import handle, new_world

FLOWS_PER_ROUND = 2_000
HTTP_FLOWS_PER_ROUND = 300
CONNECTIONS = 4
NOW = 1_800_000_000.0

HEADERS = {
    "authorization": "Bearer sk_test_bench",
    "content-type": "application/x-www-form-urlencoded",
}
CREATE = "amount=12500&currency=eur&metadata[booking]=b-{number}&transfer_group=b-{number}"
CONFIRM = "payment_method=pm_card_visa&return_url=https%3A%2F%2Fstays.example%2Fback"


def measure(rounds: int) -> list[float]:
    """Flows per second of each round, in process; each round begins with an empty world.

    Raises AssertionError when a flow fails or the books do not balance: a fast wrong answer is
    none.
    """
    return [_round() for _ in range(rounds)]


def contest(rounds: int) -> Contest:
    """The stand-in's line of the table: in process, beside the same flow over HTTP."""
    return Contest(
        name="stripe-core, payment flows",
        unit="flows/s",
        goals={"": Goal(at_least=1_500)},
        ours=lambda: {"": measure(1)[0]},
        peers={"the same over HTTP": lambda: {"": measure_http(1)[0]}},
        rounds=rounds,
    )


def _round() -> float:
    world = new_world(now=NOW)
    began = time.perf_counter()
    for number in range(FLOWS_PER_ROUND):
        # Two hundred flows a second pass on the sandbox's clock: captures are booked on the way.
        now = NOW + number / 200
        key = {**HEADERS, "idempotency-key": f"flow-{number}"}
        form = CREATE.format(number=number)
        made = handle(world, "POST", "/v1/payment_intents", form, key, now)
        path = f"/v1/payment_intents/{json.loads(made.body)['id']}"
        confirmed = handle(world, "POST", f"{path}/confirm", CONFIRM, HEADERS, now)
        read = handle(world, "GET", path, "", HEADERS, now)
        assert made.status == confirmed.status == read.status == 200
    rate = FLOWS_PER_ROUND / (time.perf_counter() - began)
    assert books.audit(world) == []
    return rate


def measure_http(rounds: int) -> list[float]:
    """Flows per second of each round over HTTP, with a few connections kept open."""
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "sandbox.stripe", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as server:
        try:
            assert server.stdout is not None
            address = urlsplit(server.stdout.readline().split()[3])
            return [_http_round(str(address.netloc), turn) for turn in range(rounds)]
        finally:
            server.terminate()


def _http_round(place: str, turn: int) -> float:
    share = HTTP_FLOWS_PER_ROUND // CONNECTIONS
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        starts = [(turn * CONNECTIONS + lane) * share for lane in range(CONNECTIONS)]
        list(threads.map(lambda start: _lane(place, range(start, start + share)), starts))
    return share * CONNECTIONS / (time.perf_counter() - began)


def _lane(place: str, numbers: range) -> None:
    connection = HTTPConnection(place, timeout=30)
    try:
        for number in numbers:
            made = _call(connection, "POST", "/v1/payment_intents", CREATE.format(number=number))
            path = f"/v1/payment_intents/{made['id']}"
            _call(connection, "POST", f"{path}/confirm", CONFIRM)
            _call(connection, "GET", path)
    finally:
        connection.close()


def _call(
    connection: HTTPConnection, method: str, path: str, form: str | None = None
) -> dict[str, str]:
    connection.request(method, path, form, HEADERS)
    answer = connection.getresponse()
    body: dict[str, str] = json.loads(answer.read())
    assert answer.status == 200, body
    return body
