"""A unit's calendar: which nights of one physical unit are held, reserved or blocked, and for whom.

Two guards keep a night from being sold twice: this stream's version, and one night claim per night
in the same transaction, which Postgres refuses to have twice (spec: domain, section 3). The claim
belongs to the case of the commit: for nights of a booking that is the booking, for a block the
block. So a block is lifted in its own case, and one left by a cancelled booking in the booking's.

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `units`, `holds`,
`reservations`, `blocks` and `feeds`, with what they refuse alike in `refusals`; `shared`, which
other platforms are told; `evolution`, and `night_claims` for Postgres; and `decider`, which holds
them together.
"""

from ledger.aggregates.unit_calendar.commands import (
    BlockNights,
    ChangeHours,
    ConvertHold,
    Deactivate,
    ExpireHold,
    ExtendHold,
    FeedItemGone,
    ImportFeedItem,
    MoveReservation,
    OpenCalendar,
    PlaceHold,
    Reacquire,
    ReleaseHold,
    ReleaseReservation,
    ReopenCalendar,
    ReopenNights,
    ToRequestHold,
    UnblockNights,
    UnitCalendarCommand,
    block_of,
)
from ledger.aggregates.unit_calendar.decider import UNIT_CALENDAR
from ledger.aggregates.unit_calendar.evolution import evolve
from ledger.aggregates.unit_calendar.lifecycle import LIFECYCLE
from ledger.aggregates.unit_calendar.night_claims import claims
from ledger.aggregates.unit_calendar.shared import is_echo, shared_items
from ledger.aggregates.unit_calendar.state import HOLD, Claim, Status, UnitCalendar, best_fit

__all__ = [
    "HOLD",
    "LIFECYCLE",
    "UNIT_CALENDAR",
    "BlockNights",
    "ChangeHours",
    "Claim",
    "ConvertHold",
    "Deactivate",
    "ExpireHold",
    "ExtendHold",
    "FeedItemGone",
    "ImportFeedItem",
    "MoveReservation",
    "OpenCalendar",
    "PlaceHold",
    "Reacquire",
    "ReleaseHold",
    "ReleaseReservation",
    "ReopenCalendar",
    "ReopenNights",
    "Status",
    "ToRequestHold",
    "UnblockNights",
    "UnitCalendar",
    "UnitCalendarCommand",
    "best_fit",
    "block_of",
    "claims",
    "evolve",
    "is_echo",
    "shared_items",
]
