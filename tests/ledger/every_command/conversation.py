"""Every command of a conversation."""

from ledger.aggregates.conversation import LockConversation, OpenConversation, WriteMessage
from ledger.values.speakers import Speaker
from tests.facts import (
    BOOKING,
    BOTH,
    GUEST,
    INES,
    PROCESS,
    SUPPORT,
    a_text,
    conversation_locked,
    conversation_opened,
)
from tests.ledger.every_command.happened import Happened

OPENED = (conversation_opened(),)
HERS = WriteMessage(
    booking_id=BOOKING, speaker=Speaker.GUEST, by=INES, text=a_text("Is there a cot?")
)
SUPPORTS = WriteMessage(
    booking_id=BOOKING, speaker=Speaker.SUPPORT, by="support", text=a_text("This is over.")
)

COMMANDS = (
    Happened(OpenConversation(booking_id=BOOKING, parties=BOTH), PROCESS),
    Happened(HERS, GUEST, OPENED),
    Happened(SUPPORTS, SUPPORT, (*OPENED, conversation_locked())),
    Happened(
        LockConversation(booking_id=BOOKING, reason="abusive", locked_by="support"),
        SUPPORT,
        OPENED,
    ),
)
