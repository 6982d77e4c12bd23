"""The published language: every event documented, and every state ever stored still readable."""

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from ledger import events
from ledger.draft import DECIDERS
from ledger.errors import CorruptHistory, UnknownTopic
from ledger.events import AnyEvent, Event, MoneyEvent, Role, upcasts
from ledger.events.upcasts import upcast
from ledger.store import Codec, default_codec
from tests.facts import ONE_OF_EACH
from tests.ledger.record import RECORDED, golden_file
from tests.lists import complete

ROOT = Path(__file__).parents[2]
EVENTS: tuple[type[Event], ...] = get_args(AnyEvent)


def topic_of(event: type[Event]) -> str:
    return event.topic


# -- Every event ------------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS, ids=topic_of)
def test_an_event_has_a_sentence_of_its_own(event: type[Event]) -> None:
    first_line = (event.__doc__ or "").split("\n", 1)[0]

    assert event.__doc__ != Event.__doc__
    assert first_line.endswith((".", ":")), first_line
    assert first_line[0].isupper()


@pytest.mark.parametrize("event", EVENTS, ids=topic_of)
def test_a_topic_names_the_aggregate_and_what_happened(event: type[Event]) -> None:
    aggregate, happened = event.topic.split(".")

    assert event.__module__ == f"ledger.events.{aggregate}"
    assert aggregate in {decider.lifecycle.aggregate for decider in DECIDERS}
    assert happened.replace("_", "").isalpha()
    assert happened.islower()
    assert event.schema >= 1


def test_every_event_class_is_in_the_union_of_its_file_and_in_anyevent() -> None:
    classes = {
        kind
        for module in pkgutil.iter_modules(events.__path__)
        for kind in vars(import_module(f"{events.__name__}.{module.name}")).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind.topic
    }

    complete(EVENTS, classes, "the union at the end of its file, and AnyEvent in ledger/events")


def test_no_topic_is_used_twice() -> None:
    assert len({event.topic for event in EVENTS}) == len(EVENTS)


@pytest.mark.parametrize("event", EVENTS, ids=topic_of)
def test_an_event_says_whether_it_moves_money(event: type[Event]) -> None:
    carries_entries = "entries" in event.__struct_fields__

    assert event.moves_money == carries_entries == issubclass(event, MoneyEvent)


@pytest.mark.parametrize("event", EVENTS, ids=topic_of)
def test_an_event_is_frozen_and_named_field_by_field(event: type[Event]) -> None:
    config = event.__struct_config__

    assert config.frozen
    assert all(field.name not in {"email", "phone"} for field in msgspec.structs.fields(event))
    assert not config.array_like, "a state is read by people, and grows by name"


def test_every_event_is_the_outcome_of_a_step() -> None:
    decided = {step.event for decider in DECIDERS for step in decider.lifecycle.steps}

    complete(
        decided & set(EVENTS), EVENTS, "a LIFECYCLE in ledger/aggregates/, as the outcome of a Step"
    )


def test_every_event_has_a_believable_example() -> None:
    complete(
        map(type, ONE_OF_EACH),
        EVENTS,
        "ONE_OF_EACH in tests/facts/one_of_each.py, a builder of each",
    )


# -- What was ever stored ---------------------------------------------------------------

GOLDEN = sorted(RECORDED.glob("*.json"))


def parts_of(path: Path) -> tuple[str, int, bytes]:
    topic, schema = path.stem.rsplit(".", 1)
    return topic, int(schema), path.read_bytes().removesuffix(b"\n")


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.topic)
def test_an_event_has_a_golden_file_of_its_schema(event: Event) -> None:
    assert golden_file(event).exists(), "run `python3 run.py generate`"


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=lambda event: event.topic)
def test_an_event_is_stored_as_the_bytes_of_its_golden_file(event: Event) -> None:
    """An event's stored form changed? Then the old rows need a new schema number and an upcast."""
    _, _, state = parts_of(golden_file(event))

    assert default_codec().encode(event) == state


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_state_ever_stored_still_loads(path: Path) -> None:
    topic, schema, state = parts_of(path)
    codec = default_codec()

    event = codec.decode(topic, schema, state)

    assert event.topic == topic
    if schema == event.schema:
        assert codec.encode(event) == state


def test_every_schema_number_that_ever_was_has_its_golden_file() -> None:
    expected = {
        f"{event.topic}.{schema}" for event in EVENTS for schema in range(1, event.schema + 1)
    }

    there = {path.stem for path in GOLDEN}
    complete(there, expected, "tests/ledger/recorded (`python3 run.py generate` does)")


# -- Old shapes -------------------------------------------------------------------------


class TermsMade(Event, topic="made_up.terms", schema=3, frozen=True, kw_only=True):
    """Somebody named terms, which were first a text, then a list, and have a currency now."""

    terms: tuple[str, ...]
    currency: str


@pytest.fixture
def lifted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upcasts, "_steps", {})

    @upcast("made_up.terms", since=1)
    def as_a_list(old: dict[str, Any]) -> dict[str, Any]:
        return {"terms": [old["text"]]}

    @upcast("made_up.terms", since=2)
    def with_a_currency(old: dict[str, Any]) -> dict[str, Any]:
        return {**old, "currency": "EUR"}


@pytest.mark.usefixtures("lifted")
@pytest.mark.parametrize(
    ("schema", "state"),
    [
        (1, b'{"text":"half"}'),
        (2, b'{"terms":["half"]}'),
        (3, b'{"terms":["half"],"currency":"EUR"}'),
    ],
)
def test_an_old_shape_is_lifted_step_by_step_to_the_present_one(schema: int, state: bytes) -> None:
    event = Codec([TermsMade]).decode("made_up.terms", schema, state)

    assert event == TermsMade(terms=("half",), currency="EUR")


@pytest.mark.usefixtures("lifted")
def test_a_shape_from_the_future_is_not_guessed_at() -> None:
    with pytest.raises(UnknownTopic):
        Codec([TermsMade]).decode("made_up.terms", 4, b"{}")
    with pytest.raises(UnknownTopic):
        Codec([TermsMade]).decode("made_up.other", 1, b"{}")


def test_a_shape_that_no_step_lifts_is_corrupt_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upcasts, "_steps", {})

    with pytest.raises(CorruptHistory):
        Codec([TermsMade]).decode("made_up.terms", 1, b'{"text":"half"}')


@pytest.mark.usefixtures("lifted")
def test_two_steps_never_lift_the_same_shape() -> None:
    with pytest.raises(AssertionError, match="two steps lift"):
        upcast("made_up.terms", since=1)(lambda old: old)


# -- What is generated ------------------------------------------------------------------


def test_catalogue_and_diagrams_say_what_the_code_says() -> None:
    command = [sys.executable, "docs/generate.py", "--check"]

    check = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert check.returncode == 0, f"run `python3 run.py generate`\n{check.stdout}{check.stderr}"


def test_every_role_of_the_page_is_named() -> None:
    assert "".join(role.value for role in Role) == "GHVSFOTPX"


def test_every_role_has_its_own_word() -> None:
    assert len({role.word for role in Role}) == len(Role)
