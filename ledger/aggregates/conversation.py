"""A conversation: what guest, host and the platform write to each other about one booking.

One stream for each booking, begun by its first message. Events name texts; the words are in the
vault. When the platform locks it, nobody but support writes any more (spec: domain, section 10).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import NotFound
from ledger.events.conversation import (
    ConversationEvent,
    ConversationLocked,
    ConversationOpened,
    MessageWritten,
)
from ledger.values.clock import Instant
from ledger.values.consent import told
from ledger.values.ids import BookingId, ConversationId, derived_id
from ledger.values.speakers import Parties, Speaker
from ledger.values.texts import Written

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Whether guest and host may write."""

    OPEN = "open"
    LOCKED = "locked"


class Conversation(Struct, frozen=True):
    """What the rules need to remember; `last` is the text that was written last."""

    status: Status
    parties: Parties
    messages_count: int = 0
    last: Written | None = None


def conversation_of(booking_id: BookingId) -> ConversationId:
    """The id of what is written about a booking."""
    return ConversationId(derived_id(booking_id, "conversation"))


# -- Commands ---------------------------------------------------------------------------


class OpenConversation(Command, frozen=True, kw_only=True):
    """Give guest and host of a booking a place to write to each other."""

    booking_id: BookingId
    parties: Parties


class WriteMessage(Command, frozen=True, kw_only=True):
    """Write to the others; `by` is who speaks."""

    booking_id: BookingId
    speaker: Speaker
    by: str
    text: Written


class LockConversation(Command, frozen=True, kw_only=True):
    """Let guest and host write no more."""

    booking_id: BookingId
    reason: str
    locked_by: str


ConversationCommand = OpenConversation | WriteMessage | LockConversation

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "conversation",
    Step("CV1", OpenConversation, states(None), actors("X"), ConversationOpened, S.OPEN),
    Step("CV2", WriteMessage, states(S.OPEN), actors("GHS"), MessageWritten, SAME,
         "a party of the booking, or support"),
    Step("CV3", WriteMessage, states(S.LOCKED), actors("S"), MessageWritten, SAME),
    Step("CV4", LockConversation, states(S.OPEN), actors("SO"), ConversationLocked, S.LOCKED,
         "a reason"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    conversation: Conversation | None, command: ConversationCommand, now: Instant
) -> Sequence[ConversationEvent]:
    """What a command does to a conversation. Raises Refused."""
    del now
    if isinstance(command, OpenConversation):
        return [ConversationOpened(booking_id=command.booking_id, parties=command.parties)]
    if conversation is None:
        raise NotFound(booking_id=command.booking_id, conversation="nobody has written")
    match command:
        case WriteMessage():
            return write(conversation, command)
        case LockConversation():
            reason = told(command.reason)
            return [ConversationLocked(reason=reason, locked_by=command.locked_by)]
        case _:
            assert_never(command)


def write(conversation: Conversation, command: WriteMessage) -> Sequence[ConversationEvent]:
    """Add a message, once. Raises NotAParty."""
    conversation.parties.admit(command.speaker, command.by)
    if command.text == conversation.last:
        return []
    return [
        MessageWritten(
            booking_id=command.booking_id,
            number=conversation.messages_count + 1,
            speaker=command.speaker,
            by=command.by,
            text=command.text,
        )
    ]


# -- Evolution --------------------------------------------------------------------------


def evolve(conversation: Conversation | None, event: ConversationEvent) -> Conversation:
    """The conversation after an event."""
    status = LIFECYCLE.after(event, conversation and conversation.status)
    if isinstance(event, ConversationOpened):
        return Conversation(status=status, parties=event.parties)
    assert conversation is not None
    match event:
        case MessageWritten():
            return replace(conversation, messages_count=event.number, last=event.text)
        case ConversationLocked():
            return replace(conversation, status=status)
        case _:
            assert_never(event)


CONVERSATION = Decider(
    lifecycle=LIFECYCLE,
    state=Conversation,
    stream_of=lambda command: conversation_of(command.booking_id),
    decide=decide,
    evolve=evolve,
)
