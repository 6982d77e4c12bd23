"""How long an audit of a million events takes: all rules, read models compared, and its memory.

The history is that of `bench.history`, with the commands and claims that belong to it, and read
models that follow it. `python -m sandbox run -- python -m bench.audit` prints the figures; the
driver calls `contest`.
"""

import argparse
import multiprocessing
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

import psycopg

from bench.contest import Contest, Goal
from bench.history import write_history
from ledger.store import install_schema
from replay.audit import audit
from replay.rebuild import rebuild
from replay.rules import RULES, Rule
from replay.rules.read_models_agree import ReadModelsAgree

WHOLE = "of 1,000,000 events and their read models, s"
HISTORY = "of 1,000,000 events alone, s"
MEMORY = "at most, of the larger process, MB"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where, and how much. The database must be empty; `owner_url` owns its schema."""

    url: str
    owner_url: str
    events: int = 1_000_000
    rounds: int = 3


def prepare(settings: Settings) -> None:
    """Write a sound history with its read models into an empty database; takes a minute or two."""
    install_schema(settings.owner_url)
    write_history(settings.owner_url, settings.events)
    complete(settings.owner_url)
    rebuild(settings.url, processes=2)


def complete(owner_url: str) -> None:
    """Add what an append writes beside events: the records of commands, and the claims on nights."""
    with psycopg.connect(owner_url) as connection:
        connection.execute(COMMANDS)
        connection.execute(CLAIMS)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE ledger.events, ledger.commands, ledger.night_claims")


COMMANDS = """
    INSERT INTO ledger.commands
        (command_id, case_id, position, recorded_at, content, refusal, answer)
    SELECT command_id, min(case_id::text)::uuid, max(position), max(recorded_at),
        sha256(uuid_send(command_id)), NULL, ''
    FROM ledger.events GROUP BY command_id
"""

CLAIMS = """
    WITH held AS (
        SELECT stream_id AS unit_id, convert_from(state, 'UTF8')::jsonb AS hold
        FROM ledger.events WHERE topic = 'unit_calendar.hold_placed'
    ), freed AS (
        SELECT convert_from(state, 'UTF8')::jsonb ->> 'booking_id' AS booking_id
        FROM ledger.events WHERE topic = 'unit_calendar.reservation_released'
    )
    INSERT INTO ledger.night_claims (unit_id, night, case_id)
    SELECT unit_id, night::date, (hold ->> 'booking_id')::uuid
    FROM held, generate_series((hold -> 'stay' ->> 0)::date, (hold -> 'stay' ->> 1)::date - 1,
                               interval '1 day') AS night
    WHERE hold ->> 'booking_id' NOT IN (SELECT booking_id FROM freed)
"""


def contest(settings: Settings) -> Contest:
    """The audit's line of the table. Call `prepare` first."""
    goals = {
        WHOLE: Goal(at_most=30),
        HISTORY: Goal(at_most=30),
        MEMORY: Goal(at_most=512),
    }
    return Contest(
        name="audit",
        unit="s / MB",
        goals=goals,
        ours=lambda: measured(settings.url),
        rounds=settings.rounds,
    )


def measured(url: str) -> Mapping[str, float]:
    """Audit twice, each time in a fresh process, and hear what it took.

    Raises AssertionError where something is found.
    """
    seconds, megabytes = _in_a_process(url, RULES)
    alone, _ = _in_a_process(url, [rule for rule in RULES if rule is not ReadModelsAgree])
    return {WHOLE: seconds, HISTORY: alone, MEMORY: megabytes}


def _in_a_process(url: str, rules: Sequence[type[Rule]]) -> tuple[float, float]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_audited, args=(url, rules, there))
    process.start()
    there.close()
    seconds, megabytes, found = here.recv()
    process.join()
    assert not found, f"the history is not sound: {found}"
    return seconds, megabytes


def _audited(url: str, rules: Sequence[type[Rule]], told: "Pipe") -> None:
    report = audit(url, rules=rules)
    of_all = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    kilobytes = max(resource.getrusage(each).ru_maxrss for each in of_all)
    found = [f"{finding.id}: {finding.found}" for finding in report.violations[:5]]
    told.send((report.seconds, kilobytes / 1024, found))


def main() -> None:
    """Print the figures of some rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    url = os.environ["DATABASE_URL"]
    owner_url = os.environ.get("DATABASE_OWNER_URL", url)
    settings = Settings(url=url, owner_url=owner_url, events=chosen.events, rounds=chosen.rounds)
    prepare(settings)
    for _ in range(settings.rounds):
        for measure, figure in measured(url).items():
            sys.stdout.write(f"{measure:50} {figure:8.1f}\n")


if __name__ == "__main__":
    main()
