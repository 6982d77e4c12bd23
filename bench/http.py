"""The whole way over HTTP: how soon a command shows in read models, how many bookings a second.

Starts the API and the followers as processes of their own, and drives them from this one over bare
sockets. What is booked stays in the database: give it one that may be thrown away.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import httpx

from bench.contest import Contest, Figures, Goal, Place
from bench.estate import Estate, settle_in
from ledger.application import Ledger
from ledger.store import EventStore
from ledger.values.ids import fresh_id
from sandbox.ports import free_port

HOST = "127.0.0.1"
READY_SECONDS = 90.0
WARM_UP_COUNT = 200
SECONDS = 8.0
COMMANDS_PER_SECOND = 200
CALLERS = 10

LAG = "lag over HTTP, all read models"
BOOK = "book over HTTP"


def contests(place: Place, port: int) -> list[Contest]:
    """What is measured, against the system that answers on a port."""
    stays = Stays(_estate(place.url))
    return [
        Contest(
            name=LAG,
            unit="ms",
            goals={"p50": Goal(at_most=15), "p99": Goal(at_most=60)},
            ours=lambda: asyncio.run(lag(port, stays)),
            rounds=place.rounds,
        ),
        Contest(
            name=BOOK,
            unit="1/s, ms",
            goals={"per second": Goal(at_least=300), "p99": Goal(at_most=60)},
            ours=lambda: asyncio.run(books(port, stays)),
            rounds=place.rounds,
        ),
    ]


# -- What is measured -----------------------------------------------------------------------


async def lag(port: int, stays: "Stays") -> Figures:
    """Milliseconds from a command's answer to an answer that has it in every read model.

    Commands come at a fixed rate, whether or not the earlier ones are done.
    """
    seen: list[float] = []

    async def command_and_look(wire: Wire) -> None:
        position = await _book(wire, stays)
        answered = time.perf_counter()
        status, _ = await wire.call("GET", f"/positions?after={position}")
        assert status == 200, f"the read models never came to {position}"
        seen.append((time.perf_counter() - answered) * 1000)

    async with Wires(port) as wires:
        await _warm_up(wires, stays)
        tasks = [
            asyncio.create_task(wires.lend(command_and_look))
            async for _ in _ticks(COMMANDS_PER_SECOND, SECONDS)
        ]
        await asyncio.gather(*tasks)
    return {"p50": percentile(seen, 50), "p99": percentile(seen, 99)}


async def books(port: int, stays: "Stays") -> Figures:
    """Bookings per second, and milliseconds to the answer, of callers who never pause."""
    took: list[float] = []
    until = time.perf_counter() + SECONDS

    async def keep_booking(wire: Wire) -> None:
        while time.perf_counter() < until:
            asked = time.perf_counter()
            await _book(wire, stays)
            took.append((time.perf_counter() - asked) * 1000)

    async with Wires(port) as wires:
        await _warm_up(wires, stays)
        until = time.perf_counter() + SECONDS
        await asyncio.gather(*(wires.lend(keep_booking) for _ in range(CALLERS)))
    return {
        "per second": len(took) / SECONDS,
        "p50": percentile(took, 50),
        "p99": percentile(took, 99),
    }


async def _warm_up(wires: "Wires", stays: "Stays") -> None:
    async def book(wire: Wire) -> None:
        await _book(wire, stays)

    for _ in range(0, WARM_UP_COUNT, 10):
        await asyncio.gather(*(wires.lend(book) for _ in range(10)))


async def _book(wire: "Wire", stays: "Stays") -> int:
    status, body = await wire.call("POST", "/bookings", stays.wish(), key=fresh_id())
    assert status == 201, body
    position: int = json.loads(body)["position"]
    return position


async def _ticks(per_second: int, seconds: float) -> AsyncIterator[int]:
    began = time.perf_counter()
    for number in range(round(per_second * seconds)):
        early = began + number / per_second - time.perf_counter()
        if early > 0:
            await asyncio.sleep(early)
        yield number


def percentile(figures: list[float], percent: int) -> float:
    """The figure that so many percent of all do not exceed."""
    ranked = sorted(figures)
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)]


# -- What is booked -------------------------------------------------------------------------


@dataclass
class Stays:
    """One night after the other, room by room: no two callers ever want the same."""

    estate: Estate
    _numbers: Iterator[int] = field(default_factory=count)

    def wish(self) -> bytes:
        """The body of the next booking."""
        units = self.estate.units
        ahead, place = divmod(next(self._numbers), len(units))
        check_in = self.estate.earliest + timedelta(days=ahead)
        check_out = check_in + timedelta(days=1)
        wish = self.estate.wish(
            unit_id=units[place], check_in=check_in.isoformat(), check_out=check_out.isoformat()
        )
        return json.dumps(wish).encode()


def _estate(database_url: str) -> Estate:
    store = EventStore(database_url)
    try:
        return settle_in(Ledger(store), earliest=date(2100, 1, 1))
    finally:
        store.close()


# -- The client -----------------------------------------------------------------------------


class Wire:
    """One connection that speaks just enough HTTP: a client must not be what is measured."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    @property
    def hung_up(self) -> bool:
        """Whether the server has closed its side."""
        return self._reader.at_eof()

    async def call(
        self, method: str, path: str, body: bytes = b"", key: str = ""
    ) -> tuple[int, bytes]:
        """Send a request; the status and body of its answer."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
        if body:
            lines += [f"Idempotency-Key: {key}", "Content-Type: application/json"]
            lines += [f"Content-Length: {len(body)}"]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        return int(head[9:12]), await self._reader.readexactly(length)


class Wires:
    """Connections that are lent out, as many as are needed at once."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: deque[Wire] = deque()

    async def __aenter__(self) -> "Wires":
        """Begin; connections are made when they are first needed."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Hang up."""
        while self._free:
            wire = self._free.pop()
            wire.writer.close()
            await wire.writer.wait_closed()

    async def lend(self, use: Callable[[Wire], Awaitable[None]]) -> None:
        """Use a connection that nobody else uses meanwhile."""
        wire = self._idle() or await self._connect()
        await use(wire)
        self._free.append(wire)

    def _idle(self) -> Wire | None:
        """A connection that lies idle and that the server has not hung up meanwhile."""
        while self._free:
            wire = self._free.pop()
            if not wire.hung_up:
                return wire
        return None

    async def _connect(self) -> Wire:
        reader, writer = await asyncio.open_connection(HOST, self._port)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Wire(reader, writer)


# -- The system -----------------------------------------------------------------------------


@contextmanager
def system(place: Place) -> Iterator[int]:
    """The API and the followers as processes of their own; the port that the API answers on."""
    with _running(place, FOLLOW, well=_has_followed) as port:
        yield port


@contextmanager
def api_alone(place: Place) -> Iterator[int]:
    """The API over read models that nobody feeds any more; the port that it answers on."""
    with _running(place, well=bool) as port:
        yield port


FOLLOW = ("replay", "follow")
Health = Mapping[str, Any]


@contextmanager
def _running(place: Place, *beside: Sequence[str], well: Callable[[Health], bool]) -> Iterator[int]:
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": place.url, "LOG_LEVEL": "WARNING"}
    commands = (*beside, ("api", "serve", "--port", str(port)))
    processes = [
        subprocess.Popen([sys.executable, "-m", *command], env=environment) for command in commands
    ]
    try:
        _wait_until_well(port, processes, well)
        yield port
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(READY_SECONDS)


def _has_followed(health: Health) -> bool:
    models = health.get("read_models", [])
    return bool(models) and all(model["lag"] == 0 for model in models)


def _wait_until_well(
    port: int, processes: list[subprocess.Popen[bytes]], well: Callable[[Health], bool]
) -> None:
    give_up_at = time.monotonic() + READY_SECONDS
    while True:
        assert all(process.poll() is None for process in processes), "a part ended at once"
        assert time.monotonic() < give_up_at, "the system never became well"
        with suppress(httpx.TransportError):
            if well(httpx.get(f"http://{HOST}:{port}/health", timeout=5).json()):
                return
        time.sleep(0.1)
