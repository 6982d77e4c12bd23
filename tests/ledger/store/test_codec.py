"""Events as bytes: old shapes are lifted, shapes from the future are named and refused."""

import pytest

from ledger.errors import CorruptHistory, UnknownTopic
from ledger.events import Event
from ledger.events.upcasts import Shape, upcast
from ledger.store import Codec, EventStore, default_codec, pull, scan
from tests.conftest import Database
from tests.ledger.store.commits import a_commit, a_hold


class LampLit(Event, topic="test.lamp_lit", schema=3, frozen=True, kw_only=True):
    """A lamp was lit; first only its room was known, then its colour, then how bright."""

    room: str
    colour: str
    lumen: int


@upcast("test.lamp_lit", since=1)
def with_colour(old: Shape) -> Shape:
    """All lamps were white."""
    return {**old, "colour": "white"}


@upcast("test.lamp_lit", since=2)
def with_lumen(old: Shape) -> Shape:
    """Brightness was written in hundreds."""
    return {"room": old["room"], "colour": old["colour"], "lumen": old.get("hundreds", 4) * 100}


LAMPS = Codec([LampLit])


@pytest.mark.parametrize(
    ("schema", "state", "lamp"),
    [
        (1, b'{"room":"hall"}', LampLit(room="hall", colour="white", lumen=400)),
        (
            2,
            b'{"room":"hall","colour":"red","hundreds":2}',
            LampLit(room="hall", colour="red", lumen=200),
        ),
        (
            3,
            b'{"room":"hall","colour":"red","lumen":5}',
            LampLit(room="hall", colour="red", lumen=5),
        ),
    ],
)
def test_case_e3_every_shape_ever_written_is_still_read(
    schema: int, state: bytes, lamp: LampLit
) -> None:
    assert LAMPS.decode("test.lamp_lit", schema, state) == lamp


def test_what_is_written_is_the_struct_without_its_topic() -> None:
    lamp = LampLit(room="hall", colour="red", lumen=5)

    assert LAMPS.encode(lamp) == b'{"room":"hall","colour":"red","lumen":5}'


def test_an_event_that_is_not_registered_cannot_be_written() -> None:
    with pytest.raises(UnknownTopic):
        LAMPS.encode(a_hold())


@pytest.mark.parametrize(("topic", "schema"), [("test.lamp_sold", 1), ("test.lamp_lit", 4)])
def test_case_e3_an_event_from_the_future_is_named(topic: str, schema: int) -> None:
    with pytest.raises(UnknownTopic) as unknown:
        LAMPS.decode(topic, schema, b"{}")

    assert unknown.value.data == {"topic": topic, "schema": schema}


def test_a_missing_step_between_schemas_is_corruption() -> None:
    class DoorShut(Event, topic="test.door_shut", schema=2, frozen=True, kw_only=True):
        pass

    with pytest.raises(CorruptHistory):
        Codec([DoorShut]).decode("test.door_shut", 1, b"{}")


def test_case_e3_a_reader_says_where_the_unknown_event_stands(
    store: EventStore, database: Database
) -> None:
    store.append_in_order([a_commit(), a_commit()])

    with pytest.raises(UnknownTopic) as unknown:
        list(scan(database.url, codec=LAMPS))

    assert unknown.value.position == 1


def test_readers_of_other_topics_are_not_stopped_by_an_unknown_one(
    store: EventStore, database: Database, connection: object
) -> None:
    store.append(a_commit())

    assert list(scan(database.url, topics=["test.lamp_lit"], codec=LAMPS)) == []
    assert pull(connection, after=0, topics=["test.lamp_lit"], codec=LAMPS) == []  # type: ignore[arg-type]


def test_the_ledger_knows_each_topic_once() -> None:
    assert "unit_calendar.hold_placed" in default_codec().topics
    with pytest.raises(AssertionError, match="two events"):
        Codec([LampLit, LampLit])
