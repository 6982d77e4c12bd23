"""The audit finds nothing in a sound history, and each planted bug in a spoiled one."""

import multiprocessing
import pkgutil
from collections import Counter
from importlib import import_module
from typing import get_args

import psycopg
import pytest

from ledger.events import AnyEvent
from ledger.events.booking import StayCompleted
from ledger.values.ids import BookingId
from replay import rules, shadow
from replay.audit import audit
from replay.rules import RULES
from replay.rules.rule import TOLD, Rule
from replay.shadow import SUFFIX
from tests.conftest import Database
from tests.facts import PROCESS, TIMER, an_id, to_find_difference
from tests.lists import complete
from tests.replay.breaches import BREACHES, Planted, unguarded
from tests.replay.breaches.outside import read_the_statement
from tests.replay.conftest import Past
from tests.replay.small_history import AHEAD, STAYED, History, going_on
from tests.replay.supply_history import ANA, ROAD

LATER = BookingId(an_id("later"))
ALL = {invariant for rule in RULES for invariant in rule.invariants}


def test_a_sound_history_has_no_finding(lived: Database, history: History) -> None:
    report = audit(lived.url)
    assert report.violations == ()
    assert report.clean
    assert (report.position, report.checks) == (history.store.head(), len(ALL))
    assert report.events == history.store.head()


def test_a_sound_history_has_every_line_of_its_statement(lived: Database) -> None:
    read_the_statement(lived)
    assert audit(lived.url).violations == ()


def test_a_movement_that_somebody_knows_of_is_told_no_more(
    lived: Database, history: History
) -> None:
    read_the_statement(lived, without=f"txn_{STAYED}")
    known = to_find_difference(object_id=f"txn_{STAYED}", source="stripe balance")
    history.take(known.difference_id, (PROCESS, known))
    assert audit(lived.url).violations == ()


def test_who_was_erased_is_no_finding_and_an_address_that_was_lost_is(
    lived: Database, history: History
) -> None:
    history.store.erase_texts(ANA)
    assert audit(lived.url).violations == ()
    with unguarded(lived) as connection:
        connection.execute("DELETE FROM ledger.texts WHERE words LIKE %s", (f"{ROAD}%",))
    told = audit(lived.url).violations
    assert {finding.id for finding in told} == {"INV-E9"}


def test_everything_that_can_happen_happens_in_the_small_history(lived: Database) -> None:
    with psycopg.connect(lived.url) as connection:
        found = connection.execute("SELECT DISTINCT topic FROM ledger.events").fetchall()
    topics = {event.topic for event in get_args(AnyEvent)}
    complete({row[0] for row in found}, topics, "live_through in tests/replay/small_history.py")


def test_read_models_that_agree_are_no_finding_and_no_shadow_of_them_stays(
    drawn: Database, past: Past
) -> None:
    with going_on(drawn.url, past.ended_at) as history:
        history.sell(history.to_book(LATER, "2025-08-01"))
    report = audit(drawn.url)
    assert report.clean, report.violations
    assert shadows_in(drawn) == 0


def test_a_shadow_that_cannot_be_made_is_a_finding(drawn: Database) -> None:
    with unguarded(drawn) as connection:
        connection.execute(
            "DELETE FROM ledger.events WHERE case_id = %s AND topic = 'booking.requested'",
            (AHEAD,),
        )
    report = audit(drawn.url)
    told = [finding.found for finding in report.violations if finding.id == "INV-R1"]
    assert any("cannot be made again" in found for found in told), told
    assert shadows_in(drawn) == 0


def test_a_process_of_its_own_makes_the_same_shadows_of_a_long_history(
    drawn: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They differ from what was served by the one row that is gone, and by nothing else."""
    monkeypatch.setattr(shadow, "WORTH_A_PROCESS", 1)
    with psycopg.connect(drawn.url) as connection:
        connection.execute("DELETE FROM trips_v2.trips WHERE booking_id = %s", (AHEAD,))
    told = audit(drawn.url).violations
    assert [finding.id for finding in told] == ["INV-R1"]
    assert shadows_in(drawn) == 0


def test_an_audit_that_is_interrupted_takes_its_shadows_away(
    drawn: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(position: int, until: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as with_a_process:
        with_a_process.setattr(shadow, "WORTH_A_PROCESS", 1)
        with pytest.raises(KeyboardInterrupt):
            audit(drawn.url, progress=interrupt)
    assert shadows_in(drawn) == 0
    assert multiprocessing.active_children() == []
    assert audit(drawn.url).clean


def shadows_in(database: Database) -> int:
    with psycopg.connect(database.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_namespace WHERE nspname LIKE %s", (f"%{SUFFIX}",)
        ).fetchone()
    assert found is not None
    return int(found[0])


def test_an_empty_history_has_no_finding(database: Database) -> None:
    report = audit(database.url)
    assert (report.events, report.position, report.clean) == (0, 0, True)


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach.plant.__name__)
def test_a_planted_breach_is_found_by_the_rules_that_it_breaks_and_by_no_other(
    lived: Database, history: History, breach: Planted
) -> None:
    breach.plant(history, lived)
    found = audit(lived.url).violations
    assert {finding.id for finding in found} == breach.breaks, found


def test_every_invariant_has_a_breach_planted_for_it() -> None:
    planted = {invariant for breach in BREACHES for invariant in breach.breaks}
    assert ALL - planted == set()
    assert planted - ALL == set()


def test_every_rule_is_on_the_list() -> None:
    written = {
        one
        for module in pkgutil.walk_packages(rules.__path__, prefix="replay.rules.")
        for one in vars(import_module(module.name)).values()
        if isinstance(one, type) and issubclass(one, Rule) and one is not Rule
    }
    complete(RULES, written, "RULES in replay/rules/__init__.py")


def test_every_rule_says_what_must_hold_and_what_a_breach_means() -> None:
    for rule in RULES:
        page = __import__(rule.__module__, fromlist=["__doc__"]).__doc__ or ""
        assert "A breach means" in page, rule.__module__


def test_a_corrupt_event_is_told_with_its_position_and_the_audit_goes_on(
    lived: Database,
    history: History,
) -> None:
    head = history.store.head()
    with unguarded(lived) as connection:
        found = connection.execute(
            "UPDATE ledger.events SET state = 'not JSON' "
            "WHERE topic = 'booking.stay_completed' AND case_id = %s RETURNING position",
            (STAYED,),
        ).fetchone()
    report = audit(lived.url)
    assert found is not None
    assert [(finding.id, finding.position) for finding in report.violations] == [
        ("INV-E7", found[0])
    ]
    assert report.events == head


def test_an_audit_may_end_before_the_end_of_the_history(lived: Database, history: History) -> None:
    history.do(AHEAD)
    for until in (0, *ends_of_commits(lived)[::5]):
        report = audit(lived.url, until=until)
        assert report.clean, report.violations
        assert (report.position, report.events) == (until, until)
        assert "INV-B2" in report.skipped


def ends_of_commits(database: Database) -> list[int]:
    """Where an audit may end: what belongs together is only right when all of it is there."""
    with psycopg.connect(database.url) as connection:
        found = connection.execute(
            "SELECT max(position) FROM ledger.events GROUP BY command_id ORDER BY 1"
        ).fetchall()
    return [int(row[0]) for row in found][:-1]


def test_an_audit_says_how_far_it_has_come(lived: Database) -> None:
    told: list[tuple[int, int]] = []
    report = audit(lived.url, progress=lambda position, until: told.append((position, until)))
    assert told[0] == (0, report.position)
    assert told[-1] == (report.position, report.position)


def test_an_interrupted_audit_leaves_nothing_behind(lived: Database) -> None:
    def interrupt(position: int, until: int) -> None:
        if position:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(lived.url, progress=interrupt)
    with psycopg.connect(lived.admin_url) as connection:
        left = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stayledger audit'"
        ).fetchone()
    assert left == (0,)
    assert audit(lived.url).clean


def test_many_breaches_of_one_kind_are_counted_rather_than_told(
    lived: Database, history: History
) -> None:
    for _ in range(TOLD + 5):
        history.plant(STAYED, (STAYED, StayCompleted()), by=TIMER)
    report = audit(lived.url)
    told = Counter(finding.id for finding in report.violations)
    assert told["INV-B3"] == TOLD + 1
    assert any("5 more like these" in finding.found for finding in report.violations)
