"""What guest, host and the platform write to each other about one booking."""

from ledger.events.event import Event
from ledger.values.ids import BookingId
from ledger.values.speakers import Parties, Speaker
from ledger.values.texts import Written


class ConversationOpened(Event, topic="conversation.opened", frozen=True, kw_only=True):
    """Guest and host of a booking have a place to write to each other."""

    booking_id: BookingId
    parties: Parties


class MessageWritten(Event, topic="conversation.message_written", frozen=True, kw_only=True):
    """Somebody wrote; `number` counts the messages of the conversation from 1."""

    booking_id: BookingId
    number: int
    speaker: Speaker
    by: str
    text: Written


class ConversationLocked(Event, topic="conversation.locked", frozen=True, kw_only=True):
    """Somebody of the platform ended it: guest and host write no more, and read what there is."""

    reason: str
    locked_by: str


ConversationEvent = ConversationOpened | MessageWritten | ConversationLocked
