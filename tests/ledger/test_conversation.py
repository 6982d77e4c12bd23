"""A conversation by its rules alone: who may write, and until when."""

import pytest

from ledger.aggregates.conversation import LockConversation, WriteMessage
from ledger.errors import NotAParty, ReasonIsMissing, TransitionNotAllowed
from ledger.events import Actor
from ledger.values.speakers import Speaker
from tests.facts import (
    BOOKING,
    GUEST,
    HOST,
    INES,
    OPERATOR,
    RUI,
    SUPPORT,
    a_text,
    an_id,
    conversation_locked,
    conversation_opened,
    message_written,
)
from tests.given import given

OPENED = (conversation_opened(),)
LOCKED = (*OPENED, message_written(), conversation_locked())


def to_write(speaker: Speaker, by: str, words: str = "Is there a cot?") -> WriteMessage:
    return WriteMessage(booking_id=BOOKING, speaker=speaker, by=by, text=a_text(words))


def to_lock(reason: str = "abusive") -> LockConversation:
    return LockConversation(booking_id=BOOKING, reason=reason, locked_by="support")


def test_messages_are_counted_in_the_order_in_which_they_were_written() -> None:
    given(*OPENED).when(GUEST, to_write(Speaker.GUEST, INES)).then(message_written())
    answer = message_written("There are two.", speaker=Speaker.HOST, by=RUI, number=2)
    given(*OPENED, message_written()).when(
        HOST, to_write(Speaker.HOST, RUI, "There are two.")
    ).then(answer)


@pytest.mark.parametrize(
    ("actor", "speaker"), [(GUEST, Speaker.GUEST), (HOST, Speaker.HOST)], ids=["guest", "host"]
)
def test_nobody_writes_in_the_conversation_of_others(actor: Actor, speaker: Speaker) -> None:
    stranger = an_id("somebody else")
    given(*OPENED).when(actor, to_write(speaker, stranger)).refused(NotAParty, by=stranger)


def test_a_guest_does_not_write_as_the_host() -> None:
    given(*OPENED).when(GUEST, to_write(Speaker.HOST, INES)).refused(NotAParty)


def test_when_it_is_locked_only_support_writes() -> None:
    for actor, speaker, by in ((GUEST, Speaker.GUEST, INES), (HOST, Speaker.HOST, RUI)):
        given(*LOCKED).when(actor, to_write(speaker, by)).refused(TransitionNotAllowed)
    support = message_written("Over.", speaker=Speaker.SUPPORT, by="support", number=2)
    given(*LOCKED).when(SUPPORT, to_write(Speaker.SUPPORT, "support", "Over.")).then(support)


def test_it_is_locked_by_the_platform_once_and_for_a_reason() -> None:
    given(*OPENED).when(OPERATOR, to_lock()).then(conversation_locked())
    given(*OPENED).when(SUPPORT, to_lock(" ")).refused(ReasonIsMissing)
    given(*OPENED).when(HOST, to_lock()).refused(TransitionNotAllowed)
    given(*LOCKED).when(SUPPORT, to_lock()).refused(TransitionNotAllowed)
