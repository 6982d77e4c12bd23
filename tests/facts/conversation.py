"""What Inês and Rui write to each other before she comes."""

from ledger.events.conversation import ConversationLocked, ConversationOpened, MessageWritten
from ledger.values.speakers import Parties, Speaker
from tests.facts.review import a_text
from tests.facts.story import BOOKING, INES, RUI

BOTH = Parties(INES, RUI)


def conversation_opened() -> ConversationOpened:
    """They may write to each other."""
    return ConversationOpened(booking_id=BOOKING, parties=BOTH)


def message_written(
    words: str = "Is there a cot?",
    *,
    speaker: Speaker = Speaker.GUEST,
    by: str = INES,
    number: int = 1,
) -> MessageWritten:
    """She asks him something."""
    return MessageWritten(
        booking_id=BOOKING, number=number, speaker=speaker, by=by, text=a_text(words)
    )


def conversation_locked() -> ConversationLocked:
    """It got out of hand."""
    return ConversationLocked(reason="abusive", locked_by="support")
