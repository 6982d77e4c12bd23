"""How long an audit of a million events takes: all rules, read models compared, and its memory.

The history is that of `bench.history`, with the commands and claims that belong to it, and read
models that follow it.
"""

from collections.abc import Mapping, Sequence

import psycopg

from bench.apart import apart
from bench.contest import Contest, Goal, Place
from bench.history import write_history
from ledger.store import install_schema
from replay.audit import audit
from replay.rebuild import rebuild
from replay.rules import RULES, Rule
from replay.rules.read_models_agree import ReadModelsAgree

WHOLE = "of 1,000,000 events and their read models, s"
HISTORY = "of 1,000,000 events alone, s"
MEMORY = "at most, of the larger process, MB"


def prepare(place: Place) -> None:
    """Write a sound history with its read models into an empty database; takes a minute or two."""
    install_schema(place.owner_url)
    write_history(place.owner_url, place.events)
    complete(place.owner_url)
    rebuild(place.url, processes=2)


def complete(owner_url: str) -> None:
    """Add what an append writes beside events: records of commands, and claims on nights."""
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


def contest(place: Place) -> Contest:
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
        ours=lambda: measured(place.url),
        rounds=place.rounds,
    )


def measured(url: str) -> Mapping[str, float]:
    """Audit twice, each time in a fresh process, and hear what it took.

    Raises AssertionError where something is found.
    """
    (seconds, found), megabytes = apart(_audited, url, RULES)
    assert not found, f"the history is not sound: {found}"
    history = [rule for rule in RULES if rule is not ReadModelsAgree]
    (alone, _), _ = apart(_audited, url, history)
    return {WHOLE: seconds, HISTORY: alone, MEMORY: megabytes}


def _audited(url: str, rules: Sequence[type[Rule]]) -> tuple[float, Sequence[str]]:
    report = audit(url, rules=rules)
    return report.seconds, [f"{finding.id}: {finding.found}" for finding in report.violations[:5]]
