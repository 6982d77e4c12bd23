"""How fast read models are rebuilt: ours, pure SQL over a jsonb copy, and the package's runner.

All over the same history of `bench.history`. `python -m sandbox run -- python -m bench.rebuild`
prints the table; the driver calls `prepare` once and `contests`. A rate counts events of the whole
history, also those that the read model does not listen to; the package's runner is given only such
that it listens to, and credited with as many others as there are in the history.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

import psycopg

from bench import stock_projection
from bench.contest import Contest, Goal, hold
from bench.history import write_history
from ledger.store import install_schema
from projections import PROJECTIONS, Projection
from projections.trips import TRIPS
from replay import schemas
from replay.digest import digest_of
from replay.fold import Site
from replay.workers import build

ONE, TWO = "in one process", "in two processes"
RATE, MEMORY = "events/s", "memory, MB per process"
GROWTH = "1,000,000 events as a multiple of 100,000"
SQL_SCHEMA = "trips_by_sql"
RUNNER_EVENTS = 3_000
BY_NAME = {projection.name: projection for projection in PROJECTIONS}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where, and how much. The database must be empty; `owner_url` owns its schema."""

    url: str
    owner_url: str
    events: int = 1_000_000
    rounds: int = 3


def prepare(settings: Settings) -> None:
    """Write the history and its jsonb copy into an empty database; takes a minute or two."""
    install_schema(settings.owner_url)
    write_history(settings.owner_url, settings.events)
    prepare_copy(settings)


def prepare_copy(settings: Settings) -> None:
    """Make the jsonb copy of the history that pure SQL reads."""
    with psycopg.connect(settings.owner_url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS public.events_json")
        owner.execute(
            "CREATE TABLE public.events_json AS SELECT position, stream_id, case_id, topic, "
            "occurred_at, convert_from(state, 'UTF8')::jsonb AS state FROM ledger.events "
            "ORDER BY position"
        )
        owner.execute("VACUUM ANALYZE public.events_json")
        owner.execute("VACUUM ANALYZE ledger.events")


def contests(settings: Settings) -> list[Contest]:
    """The rebuild's lines of the table. Call `prepare` first."""
    of_sql, of_runner = "pure SQL", "the eventsourcing runner"
    one_model = {
        ONE: Goal(at_least=130_000, times={of_sql: 0.8, of_runner: 150}),
        TWO: Goal(at_least=240_000, times={of_sql: 0.8, of_runner: 150}),
    }
    return [
        Contest(
            name="rebuild trips",
            unit=RATE,
            goals=one_model,
            ours=lambda: {ONE: rate(settings, ["trips"], 1), TWO: rate(settings, ["trips"], 2)},
            peers={
                of_sql: lambda: dict.fromkeys((ONE, TWO), rate_of_sql(settings)),
                of_runner: lambda: dict.fromkeys((ONE, TWO), rate_of_runner(settings)),
            },
            rounds=settings.rounds,
        ),
        Contest(
            name="rebuild all read models in two processes,",
            unit=RATE,
            goals={RATE: Goal(at_least=60_000), MEMORY: Goal(at_most=400)},
            ours=lambda: rate_and_memory(settings),
            rounds=settings.rounds,
        ),
        Contest(
            name="cost growth, rebuild of",
            unit="×",
            goals={GROWTH: Goal(at_most=11)},
            ours=lambda: growth(settings),
            rounds=settings.rounds,
        ),
    ]


# -- Ours -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """What a rebuild took: seconds, and the most memory of any of its processes, in MB."""

    seconds: float
    megabytes: float


def rate(settings: Settings, names: Sequence[str], processes: int) -> float:
    """Events of the history per second."""
    return settings.events / measured(settings, names, processes).seconds


def rate_and_memory(settings: Settings) -> Mapping[str, float]:
    """All read models in two processes."""
    cost = measured(settings, list(BY_NAME), 2)
    return {RATE: settings.events / cost.seconds, MEMORY: cost.megabytes}


def growth(settings: Settings) -> Mapping[str, float]:
    """How many times longer the whole history takes than its first tenth."""
    tenth = measured(settings, list(BY_NAME), 2, until=settings.events // 10)
    whole = measured(settings, list(BY_NAME), 2)
    return {GROWTH: whole.seconds / tenth.seconds}


def measured(
    settings: Settings, names: Sequence[str], processes: int, until: int | None = None
) -> Cost:
    """Rebuild from nothing to complete tables, driven by a fresh process, beside the live ones."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(
        target=_rebuilt, args=(settings.url, names, processes, until or settings.events, there)
    )
    process.start()
    there.close()
    cost: Cost = here.recv()
    process.join()
    return cost


def _rebuilt(
    url: str, names: Sequence[str], processes: int, until: int, told: "Pipe[Cost, Cost]"
) -> None:
    with psycopg.connect(url, autocommit=True) as control:
        schemas.prepare(control)
        sites = [_site(control, BY_NAME[name], until) for name in names]
        began = time.perf_counter()
        build(url, sites, processes, lambda *_: None)
        seconds = time.perf_counter() - began
        if names == ["trips"] and schemas.exists(control, SQL_SCHEMA):
            assert digest_of(control, TRIPS, sites[0].schema) == digest_of(
                control, TRIPS, SQL_SCHEMA
            ), "both must come to the same table"
        for site in sites:
            schemas.drop(control, site.schema)
    used = max(
        resource.getrusage(of).ru_maxrss for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    told.send(Cost(seconds, used / 1024))


def _site(
    control: psycopg.Connection[tuple[object, ...]], projection: Projection, until: int
) -> Site:
    schema = f"{projection.schema}__bench"
    schemas.drop(control, schema)
    schemas.make_bare(control, projection, schema)
    return Site(projection, schema, until)


# -- Peers ----------------------------------------------------------------------------------


def rate_of_sql(settings: Settings) -> float:
    """One INSERT … SELECT that makes the same table, with its key and index, in parallel."""
    with psycopg.connect(settings.owner_url) as owner:
        owner.execute("SET work_mem = '512MB'")
        owner.execute("SET max_parallel_workers_per_gather = 2")
        owner.execute(f"DROP SCHEMA IF EXISTS {SQL_SCHEMA} CASCADE")
        schemas.make_bare(owner, TRIPS, SQL_SCHEMA)
        owner.execute(f"ALTER TABLE {SQL_SCHEMA}.trips DROP CONSTRAINT trips_pkey")
        began = time.perf_counter()
        owner.execute(TRIPS_BY_SQL)
        owner.execute(f"ALTER TABLE {SQL_SCHEMA}.trips ADD PRIMARY KEY (booking_id)")
        schemas.finish(owner, TRIPS, SQL_SCHEMA)
        owner.commit()
        seconds = time.perf_counter() - began
        owner.execute(
            "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'stayledger_app') THEN "
            f"GRANT USAGE ON SCHEMA {SQL_SCHEMA} TO stayledger_app; "
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {SQL_SCHEMA} TO stayledger_app; END IF; END $$"
        )
    return settings.events / seconds


def rate_of_runner(settings: Settings) -> float:
    """The package's runner, over a short history; credited with the events that it need not see."""
    with psycopg.connect(settings.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM ledger.events WHERE topic = ANY(%s)", (list(TRIPS.topics),)
        ).fetchone()
    assert found is not None, "an aggregate without groups gives one row"
    heard = found[0] / settings.events
    return stock_projection.events_per_second(settings.owner_url, RUNNER_EVENTS) / float(heard)


TRIPS_BY_SQL = f"""
INSERT INTO {SQL_SCHEMA}.trips (booking_id, guest_id, property_id, unit_id, status, check_in,
    check_out, currency, due_minor, paid_minor, refund_due_minor, refunded_minor, requested_at)
SELECT case_id,
    min(state ->> 'guest_id') FILTER (WHERE topic = 'booking.requested')::uuid,
    min(state ->> 'property_id') FILTER (WHERE topic = 'booking.requested')::uuid,
    min(state ->> 'unit_id') FILTER (WHERE topic = 'booking.requested')::uuid,
    (ARRAY['pending_payment', 'confirmed', 'expired', 'abandoned', 'in_stay', 'completed',
        'no_show', 'cancelled_by_guest', 'cancelled_by_host', 'cancelled_by_platform'])[max(
        CASE topic WHEN 'booking.requested' THEN 1 WHEN 'booking.confirmed' THEN 2
            WHEN 'booking.expired' THEN 3 WHEN 'booking.abandoned' THEN 4
            WHEN 'booking.stay_started' THEN 5 WHEN 'booking.stay_completed' THEN 6
            WHEN 'booking.no_show_reported' THEN 7
            WHEN 'booking.cancelled' THEN CASE state ->> 'to' WHEN 'cancelled_by_guest' THEN 8
                WHEN 'cancelled_by_host' THEN 9 ELSE 10 END END)],
    min(state -> 'stay' ->> 0) FILTER (WHERE topic = 'booking.requested')::date,
    min(state -> 'stay' ->> 1) FILTER (WHERE topic = 'booking.requested')::date,
    min(state -> 'price' -> 'subtotal' ->> 1) FILTER (WHERE topic = 'booking.requested'),
    max((state -> 'price' -> 'subtotal' ->> 0)::bigint
        + (state -> 'price' -> 'guest_fee' ->> 0)::bigint)
        FILTER (WHERE topic = 'booking.requested'),
    coalesce(max((state -> 'amount' ->> 0)::bigint) FILTER (WHERE topic = 'payment.completed'), 0),
    coalesce(max((state -> 'settlement' -> 'refund' ->> 0)::bigint)
        FILTER (WHERE topic IN ('booking.cancelled', 'booking.no_show_reported')), 0),
    coalesce(max((state -> 'refunded' ->> 0)::bigint)
        FILTER (WHERE topic = 'payment.refund_recorded'), 0),
    min(occurred_at) FILTER (WHERE topic = 'booking.requested')
FROM public.events_json
WHERE topic IN ('booking.requested', 'booking.confirmed', 'booking.expired', 'booking.abandoned',
    'booking.stay_started', 'booking.stay_completed', 'booking.no_show_reported',
    'booking.cancelled', 'payment.completed', 'payment.refund_recorded')
GROUP BY case_id
"""  # noqa: S608 - the one name in it is ours


def _untold(told: str) -> None:
    del told


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    url = os.environ["DATABASE_URL"]
    owner_url = os.environ.get("DATABASE_OWNER_URL", url)
    settings = Settings(url=url, owner_url=owner_url, events=chosen.events, rounds=chosen.rounds)
    prepare(settings)
    for contest in contests(settings):
        for row in hold(contest, _untold):
            sys.stdout.write(f"{row.name}: {row.ours:,.1f} {row.unit} ({row.goal}) {row.ratio}\n")


if __name__ == "__main__":
    main()
