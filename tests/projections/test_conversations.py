"""Conversations: whose they are, what was written last, and that no words are in them."""

from api.answers.conversations import paged
from api.shapes import Page
from ledger.events import Event
from ledger.values.ids import BookingId, GuestId, HostId
from ledger.values.speakers import Speaker
from projections import conversations
from projections.conversations import CONVERSATIONS
from tests.facts import (
    BOOKING,
    INES,
    NOW,
    RUI,
    a_text,
    an_id,
    conversation_locked,
    conversation_opened,
    message_written,
)
from tests.projections.story import Story

ANSWER = message_written("There are two.", speaker=Speaker.HOST, by=RUI, number=2)
TALK: tuple[Event, ...] = (conversation_opened(), message_written(), ANSWER)


def test_both_find_their_conversation_with_its_last_message(story: Story) -> None:
    last = story.tells(*TALK)

    with story.projected(CONVERSATIONS) as db:
        hers = conversations.conversations_of_guest(db, GuestId(INES), 10)
        his = conversations.conversations_of_host(db, HostId(RUI), 10)
        nobodys = conversations.conversations_of_guest(db, GuestId(an_id("nobody")), 10)
    assert list(nobodys.threads) == []
    (thread,) = hers.threads
    assert hers == his
    assert (thread.booking_id, thread.messages_count, thread.last_speaker) == (BOOKING, 2, "host")
    assert (thread.last_position, thread.last_at, thread.status) == (last, NOW, "open")


def test_the_one_that_was_written_in_last_comes_first_page_by_page(story: Story) -> None:
    story.tells(*TALK)
    story.tells(*TALK[:2], stream=an_id("another conversation"))
    story.tells(message_written("Thank you.", number=3))

    with story.projected(CONVERSATIONS) as db:
        found = conversations.conversations_of_guest(db, GuestId(INES), 10).threads
        page = paged(conversations.conversations_of_guest)
        newest = page(db, GuestId(INES), Page(limit=1))
        oldest = page(db, GuestId(INES), Page(limit=1, cursor=newest.cursor))
    assert [thread.messages_count for thread in found] == [3, 1]
    assert [*newest.threads, *oldest.threads] == found
    assert (newest.cursor is None, oldest.cursor) == (False, None)


def test_a_conversation_is_read_in_its_order_by_the_ids_of_its_words(story: Story) -> None:
    story.tells(*TALK, conversation_locked())

    with story.projected(CONVERSATIONS) as db:
        found = conversations.conversation_about(db, BookingId(BOOKING))
        nothing = conversations.conversation_about(db, BookingId(an_id("another booking")))
    assert found.thread is not None
    assert found.thread.status == "locked"
    assert [(one.number, one.speaker, one.text_id) for one in found.messages] == [
        (1, "guest", a_text("Is there a cot?").text_id),
        (2, "host", a_text("There are two.").text_id),
    ]
    assert nothing.thread is None
