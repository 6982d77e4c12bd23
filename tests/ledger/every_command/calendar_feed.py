"""Every command of a feed."""

from ledger.aggregates.calendar_feed import NoteFailure, NoteReading, RemoveFeed
from tests.facts import (
    FEED,
    HOST,
    ITEM,
    PROCESS,
    a_failed_feed,
    a_feed,
    to_register_feed,
)
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_register_feed(), HOST),
    Happened(NoteReading(feed_id=FEED, missing=(ITEM,)), PROCESS, (a_feed(),)),
    Happened(NoteReading(feed_id=FEED, missing=()), PROCESS, (a_feed(), a_failed_feed())),
    Happened(
        NoteFailure(feed_id=FEED, reason="FEED_UNAVAILABLE", failures=3), PROCESS, (a_feed(),)
    ),
    Happened(RemoveFeed(feed_id=FEED), HOST, (a_feed(),)),
)
