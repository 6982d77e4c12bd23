"""Conversations: who has written to whom about which booking. The words are in the vault."""

from collections.abc import Sequence
from typing import assert_never, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    select,
)

from ledger.events import Recorded
from ledger.events.conversation import ConversationLocked, ConversationOpened, MessageWritten
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, GuestId, HostId
from ledger.values.speakers import Speaker
from projections.projection import NOT_IN_DIGEST, Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="conversations_v1")

threads = Table(
    "threads",
    tables,
    Column("conversation_id", Uuid(as_uuid=False), primary_key=True),
    Column("booking_id", Uuid(as_uuid=False), nullable=False),
    Column("guest_id", Uuid(as_uuid=False), nullable=False),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("status", Text, nullable=False),
    Column("messages_count", Integer, nullable=False),
    Column("position", BigInteger, nullable=False, info=NOT_IN_DIGEST),
    Column("last_at", DateTime(timezone=True), nullable=False),
    Column("last_speaker", Text),
    Index("threads_by_booking", "booking_id"),
    Index("threads_by_guest", "guest_id", "position"),
    Index("threads_by_host", "host_id", "position"),
)
"""One row per conversation; `position` is its last message's. Who has read what nobody is told."""

messages = Table(
    "messages",
    tables,
    Column("conversation_id", Uuid(as_uuid=False), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("speaker", Text, nullable=False),
    Column("text_id", Uuid(as_uuid=False), nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False),
)
"""One row per message."""

# -- Events -----------------------------------------------------------------------------

ThreadEvent = ConversationOpened | MessageWritten | ConversationLocked


def project(rows: Rows, recorded: Recorded[ThreadEvent]) -> None:
    """Begin a conversation, go on with it, or end it."""
    conversation_id = recorded.stream_id
    match recorded.event:
        case ConversationOpened() as event:
            rows.insert(
                threads,
                conversation_id=conversation_id,
                booking_id=event.booking_id,
                guest_id=event.parties.guest_id,
                host_id=event.parties.host_id,
                status="open",
                messages_count=0,
                position=recorded.position,
                last_at=recorded.occurred_at,
                last_speaker=None,
            )
        case MessageWritten() as event:
            add(rows, recorded, event)
        case ConversationLocked():
            rows.change(threads, conversation_id, status="locked")
        case _:
            assert_never(recorded.event)


def add(rows: Rows, recorded: Recorded[ThreadEvent], event: MessageWritten) -> None:
    """One more message, which is the last one now."""
    rows.insert(
        messages,
        conversation_id=recorded.stream_id,
        number=event.number,
        speaker=event.speaker.value,
        text_id=event.text.text_id,
        written_at=recorded.occurred_at,
    )
    rows.change(
        threads,
        recorded.stream_id,
        messages_count=event.number,
        position=recorded.position,
        last_at=recorded.occurred_at,
        last_speaker=event.speaker.value,
    )


CONVERSATIONS = Projection("conversations", 1, tables, get_args(ThreadEvent), project)

# -- Questions --------------------------------------------------------------------------


class Thread(BaseModel):
    """A conversation as its parties find it: the last message stands at `last_position`.

    Whoever remembers the position up to which they have read knows what is new.
    """

    model_config = ConfigDict(frozen=True)

    booking_id: str
    guest_id: str
    host_id: str
    status: str
    messages_count: int
    last_position: int
    last_at: Instant
    last_speaker: Speaker | None


class Threads(Answer):
    """Somebody's conversations, the one that was written in last first."""

    threads: Sequence[Thread]


class Message(BaseModel):
    """One message, and the id of its words."""

    model_config = ConfigDict(frozen=True)

    number: int
    speaker: Speaker
    text_id: str
    written_at: Instant


class OneThread(Answer):
    """A conversation with all its messages; None where nobody has written about the booking."""

    thread: Thread | None
    messages: Sequence[Message]


THREAD = (
    *(threads.c[name] for name in Thread.model_fields if name != "last_position"),
    threads.c.position.label("last_position"),
)
MESSAGE = tuple(messages.c[name] for name in Message.model_fields)


def conversations_of_guest(
    db: Connection, guest: GuestId, at_most: int, before: int | None = None
) -> Threads:
    """A guest's conversations: those with no message at or after a position, if it is named."""
    return _of(db, threads.c.guest_id == guest, at_most, before)


def conversations_of_host(
    db: Connection, host: HostId, at_most: int, before: int | None = None
) -> Threads:
    """A host's conversations: those with no message at or after a position, if it is named."""
    return _of(db, threads.c.host_id == host, at_most, before)


def conversation_about(db: Connection, booking: BookingId) -> OneThread:
    """What was written about a booking, in order."""
    position = position_of(db, CONVERSATIONS)
    of_booking = threads.c.booking_id == booking
    found = db.execute(select(*THREAD).where(of_booking)).first()
    query = select(*MESSAGE).join(threads, threads.c.conversation_id == messages.c.conversation_id)
    told = db.execute(query.where(of_booking).order_by(messages.c.number))
    return OneThread(
        position=position,
        thread=Thread(**found._mapping) if found else None,
        messages=[Message(**row._mapping) for row in told],
    )


def _of(db: Connection, where: ColumnElement[bool], at_most: int, before: int | None) -> Threads:
    position = position_of(db, CONVERSATIONS)
    if before is not None:
        where &= threads.c.position < before
    query = select(*THREAD).where(where).order_by(threads.c.position.desc()).limit(at_most)
    found = [Thread(**row._mapping) for row in db.execute(query)]
    return Threads(position=position, threads=found)
