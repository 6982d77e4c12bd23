"""How fast read models are rebuilt: ours, pure SQL over a jsonb copy, and the package's runner.

All over the same history of `bench.history`. A rate counts events of the whole history, also those
that the read model does not listen to; the package's runner is given only such that it listens to,
and credited with as many others as there are in the history.
"""

import time
from collections.abc import Mapping, Sequence

import psycopg

from bench import stock_projection
from bench.apart import apart
from bench.contest import Contest, Goal, Place
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


def prepare(place: Place) -> None:
    """Write the history and its jsonb copy into an empty database; takes a minute or two."""
    install_schema(place.owner_url)
    write_history(place.owner_url, place.events)
    prepare_copy(place)


def prepare_copy(place: Place) -> None:
    """Make the jsonb copy of the history that pure SQL reads."""
    with psycopg.connect(place.owner_url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS public.events_json")
        owner.execute(
            "CREATE TABLE public.events_json AS SELECT position, stream_id, case_id, topic, "
            "occurred_at, convert_from(state, 'UTF8')::jsonb AS state FROM ledger.events "
            "ORDER BY position"
        )
        owner.execute("VACUUM ANALYZE public.events_json")
        owner.execute("VACUUM ANALYZE ledger.events")


def contests(place: Place) -> list[Contest]:
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
            ours=lambda: {ONE: rate(place, ["trips"], 1), TWO: rate(place, ["trips"], 2)},
            peers={
                of_sql: lambda: dict.fromkeys((ONE, TWO), rate_of_sql(place)),
                of_runner: lambda: dict.fromkeys((ONE, TWO), rate_of_runner(place)),
            },
            rounds=place.rounds,
        ),
        Contest(
            name="rebuild all read models in two processes,",
            unit=RATE,
            goals={RATE: Goal(at_least=60_000), MEMORY: Goal(at_most=400)},
            ours=lambda: rate_and_memory(place),
            rounds=place.rounds,
        ),
        Contest(
            name="cost growth, rebuild of",
            unit="×",
            goals={GROWTH: Goal(at_most=11)},
            ours=lambda: growth(place),
            rounds=place.rounds,
        ),
    ]


# -- Ours -----------------------------------------------------------------------------------


def rate(place: Place, names: Sequence[str], processes: int) -> float:
    """Events of the history per second."""
    seconds, _ = measured(place, names, processes)
    return place.events / seconds


def rate_and_memory(place: Place) -> Mapping[str, float]:
    """All read models in two processes."""
    seconds, megabytes = measured(place, list(BY_NAME), 2)
    return {RATE: place.events / seconds, MEMORY: megabytes}


def growth(place: Place) -> Mapping[str, float]:
    """How many times longer the whole history takes than its first tenth."""
    tenth, _ = measured(place, list(BY_NAME), 2, until=place.events // 10)
    whole, _ = measured(place, list(BY_NAME), 2)
    return {GROWTH: whole / tenth}


def measured(
    place: Place, names: Sequence[str], processes: int, until: int | None = None
) -> tuple[float, float]:
    """Rebuild from nothing to complete tables, driven by a fresh process, beside the live ones.

    Seconds, and the most memory of any of its processes, in MB.
    """
    return apart(_rebuilt, place.url, names, processes, until or place.events)


def _rebuilt(url: str, names: Sequence[str], processes: int, until: int) -> float:
    with psycopg.connect(url, autocommit=True) as control:
        schemas.prepare(control)
        sites = [_site(control, BY_NAME[name], until) for name in names]
        began = time.perf_counter()
        build(url, sites, processes, lambda *_: None, lambda: False)
        seconds = time.perf_counter() - began
        if names == ["trips"] and schemas.exists(control, SQL_SCHEMA):
            assert digest_of(control, TRIPS, sites[0].schema) == digest_of(
                control, TRIPS, SQL_SCHEMA
            ), "both must come to the same table"
        for site in sites:
            schemas.drop(control, site.schema)
    return seconds


def _site(
    control: psycopg.Connection[tuple[object, ...]], projection: Projection, until: int
) -> Site:
    schema = f"{projection.schema}__bench"
    schemas.drop(control, schema)
    schemas.make_bare(control, projection, schema)
    return Site(projection, schema, until)


# -- Peers ----------------------------------------------------------------------------------


def rate_of_sql(place: Place) -> float:
    """One INSERT … SELECT that makes the same table, with its key and index, in parallel."""
    with psycopg.connect(place.owner_url) as owner:
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
    return place.events / seconds


def rate_of_runner(place: Place) -> float:
    """The package's runner, over a short history; credited with the events that it need not see."""
    with psycopg.connect(place.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM ledger.events WHERE topic = ANY(%s)", (list(TRIPS.topics),)
        ).fetchone()
    assert found is not None, "an aggregate without groups gives one row"
    heard = found[0] / place.events
    return stock_projection.events_per_second(place.owner_url, RUNNER_EVENTS) / float(heard)


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
