"""The lifecycle tables, walked whole: every state, every command, every role, legal or not."""

import pkgutil
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from typing import Any, get_args

import msgspec
import pytest

from ledger import aggregates
from ledger.aggregates.decider import SAME, Command, Decider, Planned, Step
from ledger.draft import DECIDERS, decider_of
from ledger.errors import Refused, TransitionNotAllowed
from ledger.events import Actor, Event, Role
from tests.facts import ONE_OF_EACH
from tests.given import given
from tests.ledger.domain_page import DIFFERENCES, OURS, PAGE, PLANNED, PageRow
from tests.ledger.every_command import EVERY_COMMAND, Happened
from tests.lists import complete

AnyDecider = Decider[Any, Any, Any]

ROWS = [
    (decider.lifecycle.aggregate, row) for decider in DECIDERS for row in decider.lifecycle.rows
]
BUILT = [(decider, step) for decider in DECIDERS for step in decider.lifecycle.steps]
NOT_BUILT = [(decider, row) for decider in DECIDERS for row in decider.lifecycle.planned]


def named(pair: Any) -> str:
    return str(pair[1].id)


def page_of(aggregate: str) -> dict[str, PageRow]:
    return PAGE.get(aggregate, {}) | OURS.get(aggregate, {})


def as_written(row: Step | Planned) -> PageRow:
    after = row.after if isinstance(row.after, tuple) else (row.after,)
    return PageRow(
        row.id,
        frozenset("-" if state is None else state.value for state in row.before),
        frozenset(role.value for role in row.actors),
        frozenset("same" if state is SAME else str(state.value) for state in after),
    )


def statuses_of(decider: AnyDecider) -> list[StrEnum | None]:
    """Every state that the table names, and the state before the first event."""
    seen: set[StrEnum | None] = {None}
    for row in decider.lifecycle.rows:
        seen |= row.before
        after = row.after if isinstance(row.after, tuple) else (row.after,)
        seen |= {state for state in after if isinstance(state, StrEnum)}
    return sorted(seen, key=str)


# -- The table against the page ---------------------------------------------------------


@pytest.mark.parametrize("decider", DECIDERS, ids=lambda decider: decider.lifecycle.aggregate)
def test_no_row_of_the_page_is_forgotten_and_none_is_invented(decider: AnyDecider) -> None:
    aggregate = decider.lifecycle.aggregate
    ids = [row.id for row in decider.lifecycle.rows]

    assert len(ids) == len(set(ids))
    complete(page_of(aggregate), ids, f"OURS[{aggregate!r}] in tests/ledger/domain_page.py")


@pytest.mark.parametrize("pair", ROWS, ids=named)
def test_a_row_says_what_the_page_says(pair: tuple[str, Step | Planned]) -> None:
    aggregate, row = pair

    assert as_written(row) == page_of(aggregate).get(row.id), "see tests/ledger/domain_page.py"


def test_every_difference_from_the_page_names_a_row() -> None:
    assert {row.id for _, row in ROWS} >= set(DIFFERENCES)


@pytest.mark.parametrize("decider", DECIDERS, ids=lambda decider: decider.lifecycle.aggregate)
def test_the_rows_that_are_not_built_are_counted(decider: AnyDecider) -> None:
    planned = len(decider.lifecycle.planned)
    assert planned == PLANNED.get(decider.lifecycle.aggregate, 0), (
        f"PLANNED in tests/ledger/domain_page.py: {planned} rows of this table are not built"
    )


# -- The table against the files ----------------------------------------------------------

SHARED = {"decider", "postings"}


def test_every_aggregate_is_a_decider() -> None:
    files = {module.name for module in pkgutil.iter_modules(aggregates.__path__)} - SHARED

    complete(
        [decider.lifecycle.aggregate for decider in DECIDERS],
        files,
        "DECIDERS in ledger/draft.py",
    )


@pytest.mark.parametrize("decider", DECIDERS, ids=lambda decider: decider.lifecycle.aggregate)
def test_the_commands_of_a_file_are_those_of_its_table(decider: AnyDecider) -> None:
    aggregate = decider.lifecycle.aggregate
    module = import_module(f"ledger.aggregates.{aggregate}")
    name = f"{aggregate.title().replace('_', '')}Command"
    union = getattr(module, name)

    built = {step.command for step in decider.lifecycle.steps}
    complete(get_args(union) or [union], built, f"{name} in ledger/aggregates/{aggregate}.py")


# -- Every state, every command, every role ---------------------------------------------


def walk(decider: AnyDecider) -> Iterator[tuple[StrEnum | None, Role]]:
    for status in statuses_of(decider):
        for role in Role:
            yield status, role


def lets_pass(decider: AnyDecider, command: Command, status: StrEnum | None, role: Role) -> bool:
    try:
        decider.lifecycle.refuse_unless_open(command, status, Actor(role.value, "somebody"))
    except TransitionNotAllowed:
        return False
    return True


@pytest.mark.parametrize("happened", EVERY_COMMAND, ids=str)
def test_a_command_passes_exactly_where_the_page_lets_it(happened: Happened) -> None:
    command = happened.command
    decider = decider_of(type(command))
    rows = [
        page_of(decider.lifecycle.aggregate)[step.id]
        for step in decider.lifecycle.steps
        if step.command is type(command)
    ]
    for status, role in walk(decider):
        before = "-" if status is None else status.value
        on_page = any(before in row.before and role.value in row.actors for row in rows)
        assert lets_pass(decider, command, status, role) == on_page, (status, role)
        assert (type(command) in decider.lifecycle.offered(status, role)) == on_page


@pytest.mark.parametrize("pair", NOT_BUILT, ids=named)
def test_a_command_that_is_not_built_is_refused_everywhere(
    pair: tuple[AnyDecider, Planned],
) -> None:
    decider, row = pair
    named_so: Any = msgspec.defstruct(row.command, [], bases=(Command,), frozen=True, kw_only=True)

    assert row.command not in {step.command.__name__ for step in decider.lifecycle.steps}
    for status, role in walk(decider):
        assert not lets_pass(decider, named_so(), status, role)


HISTORIES = {happened.history: happened for happened in EVERY_COMMAND}.values()


@pytest.mark.parametrize("after", HISTORIES, ids=str)
def test_what_the_table_refuses_leaves_no_event(after: Happened) -> None:
    """From every state that history reaches, every command of the same aggregate by every role."""
    decider = decider_of(type(after.command))
    state = decider.fold(after.history)
    others = [one for one in EVERY_COMMAND if decider_of(type(one.command)) is decider]
    for other in others:
        status = decider.status_of(state, other.command)
        for role in Role:
            if lets_pass(decider, other.command, status, role):
                continue
            outcome = given(*after.history).when(Actor(role.value, "x"), other.command, other.at)
            outcome.refused(TransitionNotAllowed, aggregate=decider.lifecycle.aggregate)


# -- Every command: once, and not again -------------------------------------------------


def test_every_command_that_is_built_has_its_example() -> None:
    commands = {step.command for _, step in BUILT}

    shown = {type(happened.command) for happened in EVERY_COMMAND}
    complete(shown, commands, "EVERY_COMMAND in tests/ledger/every_command/")


def test_every_step_that_is_built_is_taken_by_an_example() -> None:
    taken = {
        (type(happened.command), type(event))
        for happened in EVERY_COMMAND
        for event in happened.outcome().events
    }

    built = {(step.command, step.event) for _, step in BUILT}
    complete(taken, built, "EVERY_COMMAND in tests/ledger/every_command/")


@pytest.mark.parametrize("happened", EVERY_COMMAND, ids=str)
def test_a_command_leads_where_its_row_says(happened: Happened) -> None:
    decider = decider_of(type(happened.command))
    before = decider.status_of(decider.fold(happened.history), happened.command)

    outcome = happened.outcome()

    *_, event = outcome.events
    led_to = decider.status_of(outcome.state, happened.command)
    rows = [
        step
        for step in decider.lifecycle.steps
        if step.command is type(happened.command) and step.event is type(event)
    ]
    allowed = {
        before if state is SAME else state
        for row in rows
        for state in (row.after if isinstance(row.after, tuple) else (row.after,))
    }
    assert led_to in allowed


@pytest.mark.parametrize("happened", EVERY_COMMAND, ids=str)
def test_the_same_command_twice_gives_no_second_event(happened: Happened) -> None:
    decider = decider_of(type(happened.command))
    after = happened.outcome().state
    try:
        again, _ = decider.run(after, happened.command, happened.at, happened.actor)
    except Refused:
        again = []

    assert again == []


# -- History is never refused -----------------------------------------------------------


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.topic)
def test_the_table_answers_for_every_event_from_every_state(event: Event) -> None:
    (lifecycle,) = (
        decider.lifecycle
        for decider in DECIDERS
        if any(step.event is type(event) for step in decider.lifecycle.steps)
    )
    known = {state for decider in DECIDERS for state in statuses_of(decider)}

    for decider in DECIDERS:
        if decider.lifecycle is lifecycle:
            for status in statuses_of(decider):
                assert lifecycle.after(event, status) in known
