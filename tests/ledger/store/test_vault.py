"""The vault: kept before it is named, erased without a trace in history (spec: faults, X5, X6)."""

import unicodedata
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from ledger.errors import RepeatedWithDifferences, TransitionNotAllowed, UnfitText
from ledger.store import Commit, EventStore, vault
from ledger.values.clock import instant
from ledger.values.ids import CommandId
from ledger.values.texts import LONGEST, digest_of
from tests.conftest import Database
from tests.facts import INES, RUI, an_id

ASKS = CommandId(an_id("a guest asks"))
REFUSED = CommandId(an_id("a guest asks in vain"))
NEVER_CAME = CommandId(an_id("a guest never asks"))
AT_ONCE = timedelta(0)

Connection = psycopg.Connection[Any]


def a_commit(command_id: CommandId, refusal: TransitionNotAllowed | None = None) -> Commit:
    return Commit(
        command_id=command_id,
        case_id=an_id("a case"),
        content=bytes(32),
        occurred_at=instant("2026-06-01T11:00:00Z"),
        events=(),
        expected=(),
        refusal=refusal,
    )


def words_of(connection: Connection, text_id: str) -> str | None:
    return vault.read(connection, [text_id])[text_id].words


def test_a_text_is_kept_as_composed_characters_and_counted(connection: Connection) -> None:
    written = vault.keep(connection, ASKS, INES, " Chegamos às 18 h,\r\nestá bem? \u0303 ")

    kept = vault.read(connection, [written.text_id])[written.text_id]
    assert kept.words is not None
    assert (kept.words, kept.owner_id) == (unicodedata.normalize("NFC", kept.words), INES)
    assert "\r" not in kept.words
    assert written.length == len(kept.words)


def test_markup_is_kept_as_the_words_that_it_is(connection: Connection) -> None:
    written = vault.keep(connection, ASKS, INES, "<script>alert(1)</script>")

    assert words_of(connection, written.text_id) == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "text",
    ["", " \n ", "x" * (LONGEST + 1), "a\x00b", "a\x1b[31m", "a\u202egpj.exe", "a\ud800"],
    ids=["empty", "blank", "too long", "nul", "escape", "turned around", "half a character"],
)
def test_what_nobody_could_read_is_refused(connection: Connection, text: str) -> None:
    with pytest.raises(UnfitText):
        vault.keep(connection, ASKS, INES, text)


def test_a_command_that_is_repeated_finds_its_text(connection: Connection) -> None:
    written = vault.keep(connection, ASKS, INES, "Is there a cot?")

    assert vault.keep(connection, ASKS, INES, "Is there a cot?") == written
    with pytest.raises(RepeatedWithDifferences):
        vault.keep(connection, ASKS, INES, "Is there a pool?")
    with pytest.raises(RepeatedWithDifferences):
        vault.keep(connection, ASKS, RUI, "Is there a cot?")


def test_two_texts_with_the_same_words_cannot_be_told_to_be_so(connection: Connection) -> None:
    one = vault.keep(connection, ASKS, INES, "Yes")
    other = vault.keep(connection, NEVER_CAME, INES, "Yes")

    assert one.digest != other.digest
    assert one.digest != digest_of("Yes", b"")


def test_who_is_erased_leaves_the_texts_of_others(connection: Connection) -> None:
    hers = vault.keep(connection, ASKS, INES, "Is there a cot?")
    his = vault.keep(connection, NEVER_CAME, RUI, "There are two.")

    assert vault.erase(connection, INES) == 1

    erased = vault.read(connection, [hers.text_id])[hers.text_id]
    assert (erased.words, erased.erased_at is not None) == (None, True)
    assert words_of(connection, his.text_id) == "There are two."
    left = connection.execute("SELECT salt, words FROM ledger.texts WHERE owner_id = %s", [INES])
    assert left.fetchall() == [(None, None)]
    assert vault.erase(connection, INES) == 0


def test_a_command_is_repeated_after_its_text_was_erased(connection: Connection) -> None:
    written = vault.keep(connection, ASKS, INES, "Is there a cot?")
    vault.erase(connection, INES)

    assert vault.keep(connection, ASKS, INES, "Is there a cot?") == written
    assert words_of(connection, written.text_id) is None


def test_only_texts_that_no_recorded_command_has_are_swept(
    store: EventStore, connection: Connection
) -> None:
    kept = [store.keep_text(one, INES, "Is there a cot?") for one in (ASKS, REFUSED, NEVER_CAME)]
    store.append(a_commit(ASKS))
    store.append(a_commit(REFUSED, TransitionNotAllowed(aggregate="conversation")))

    assert store.sweep_texts() == 0, "they may still be waiting for their command"
    assert vault.sweep(connection, AT_ONCE) == 2
    assert set(vault.read(connection, [one.text_id for one in kept])) == {kept[0].text_id}


def test_a_command_that_is_repeated_a_day_later_keeps_its_words(
    store: EventStore, connection: Connection
) -> None:
    written = store.keep_text(ASKS, INES, "Is there a cot?")
    two_days_ago = "UPDATE ledger.texts SET kept_at = now() - interval '2 days'"
    connection.execute(two_days_ago)

    assert store.keep_text(ASKS, INES, "Is there a cot?") == written
    assert store.sweep_texts() == 0
    store.append(a_commit(ASKS))

    connection.execute(two_days_ago)
    assert store.sweep_texts() == 0
    assert words_of(connection, written.text_id) == "Is there a cot?"


def test_the_sweeper_waits_for_a_command_that_is_just_being_repeated(
    database: Database, connection: Connection
) -> None:
    written = vault.keep(connection, ASKS, INES, "Is there a cot?")
    connection.execute("UPDATE ledger.texts SET kept_at = now() - interval '2 days'")

    with psycopg.connect(database.url, autocommit=True) as sweeper:
        sweeper.execute("SET lock_timeout = '20ms'")
        with connection.transaction():
            vault.keep(connection, ASKS, INES, "Is there a cot?")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                vault.sweep(sweeper)
        assert vault.sweep(sweeper) == 0

    assert words_of(connection, written.text_id) == "Is there a cot?"


def test_the_application_cannot_put_words_under_another_owner(connection: Connection) -> None:
    vault.keep(connection, ASKS, INES, "Is there a cot?")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE ledger.texts SET owner_id = %s", [RUI])
