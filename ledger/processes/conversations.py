"""Conversations: what is written about a booking, from its first message on."""

from ledger.aggregates.conversation import (
    CONVERSATION,
    Conversation,
    LockConversation,
    OpenConversation,
    WriteMessage,
    conversation_of,
)
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Actor
from ledger.processes.found import booking_in
from ledger.processes.names import PROCESS, speaker_of
from ledger.values.ids import BookingId
from ledger.values.speakers import Parties
from ledger.values.texts import Written


def write_message(draft: Draft, writer: Actor, booking_id: BookingId, text: Written) -> None:
    """Write to the others of a booking. Raises NotFound, NotAParty, TransitionNotAllowed."""
    booking = booking_in(draft, booking_id)
    if draft.state(CONVERSATION, conversation_of(booking_id)) is None:
        parties = Parties(booking.guest_id, booking.host_id)
        draft.do(PROCESS, OpenConversation(booking_id=booking_id, parties=parties))
    message = WriteMessage(
        booking_id=booking_id, speaker=speaker_of(writer), by=writer.id, text=text
    )
    draft.do(writer, message)


def lock_conversation(draft: Draft, staff: Actor, booking_id: BookingId, reason: str) -> None:
    """Let guest and host write no more. Raises ReasonIsMissing, NotFound, TransitionNotAllowed."""
    lock = LockConversation(booking_id=booking_id, reason=reason, locked_by=staff.id)
    draft.do(staff, lock)


def conversation_in(draft: Draft, booking_id: BookingId) -> Conversation:
    """What is written about a booking, as the draft leaves it so far. Raises NotFound."""
    conversation = draft.state(CONVERSATION, conversation_of(booking_id))
    if conversation is None:
        raise NotFound(booking_id=booking_id, conversation="nobody has written")
    return conversation
