"""Conversations as they are answered to those who have a word in them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from api.answers.texts import Text, texts
from api.cursors import AMONG_CONVERSATIONS, page_of, place_of
from api.shapes import Page
from ledger.errors import NotAParty, NotFound
from ledger.values.ids import BookingId
from projections.conversations import Message, Thread, Threads, conversation_about
from projections.projection import Answer

K = TypeVar("K", bound=str)


class MessageToRead(Message):
    """One message with its words."""

    text: Text


class Conversations(Threads):
    """Somebody's conversations, the one that was written in last first. `cursor` asks for the next
    page; without it there is none.
    """

    cursor: str | None


class ConversationToRead(Answer):
    """A conversation, and every message of it in order."""

    thread: Thread
    messages: Sequence[MessageToRead]


class Conversing(Answer):
    """Where a conversation stands after somebody wrote, or locked it."""

    booking_id: str
    status: str
    messages_count: int


def paged(
    question: Callable[[Connection, K, int, int | None], Threads],
) -> Callable[[Connection, K, Page], Conversations]:
    """A question for conversations that is answered page by page. Raises InvalidRequest."""

    def answered(db: Connection, of: K, query: Page) -> Conversations:
        ended = place_of(query, query.cursor, AMONG_CONVERSATIONS, of)
        found = question(db, of, query.limit + 1, ended[0] if ended else None)
        shown, cursor = page_of(query, found.threads, lambda one: (one.last_position,), of)
        return Conversations(position=found.position, threads=shown, cursor=cursor)

    return answered


def read_by_party(db: Connection, booking_id: BookingId, reader: str) -> ConversationToRead:
    """A conversation as one of its parties reads it. Raises NotFound, NotAParty."""
    found = read_by_support(db, booking_id)
    if reader not in (found.thread.guest_id, found.thread.host_id):
        raise NotAParty(reader=reader)
    return found


def read_by_support(db: Connection, booking_id: BookingId) -> ConversationToRead:
    """A conversation as support reads it. Raises NotFound where nobody has written."""
    found = conversation_about(db, booking_id)
    if found.thread is None:
        raise NotFound(booking_id=booking_id, position=found.position)
    words = texts(db, [one.text_id for one in found.messages])
    return ConversationToRead(
        position=found.position,
        thread=found.thread,
        messages=[
            MessageToRead(**one.model_dump(), text=words[one.text_id]) for one in found.messages
        ],
    )
