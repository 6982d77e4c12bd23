"""Every command of a unit's calendar."""

from datetime import timedelta

from ledger.aggregates.unit_calendar import (
    BlockNights,
    ChangeHours,
    ConvertHold,
    Deactivate,
    ExpireHold,
    ExtendHold,
    FeedItemGone,
    ImportFeedItem,
    MoveReservation,
    PlaceHold,
    Reacquire,
    ReleaseHold,
    ReleaseReservation,
    ReopenCalendar,
    ReopenNights,
    ToRequestHold,
    UnblockNights,
)
from ledger.values.ids import BlockId
from tests.facts import (
    BLOCK,
    BOOKING,
    CHECK_IN,
    FEED,
    GUEST,
    HOLD_ENDS,
    HOST,
    ITEM,
    LATE_IN_LISBON,
    NOW,
    OPERATOR,
    PROCESS,
    TIMER,
    UID,
    UNIT,
    a_block,
    a_block_after_cancelling,
    a_calendar,
    a_deactivation,
    a_feed_conflict,
    a_hold,
    a_released_reservation,
    a_reservation,
    a_stay,
    an_external_block,
    to_open_calendar,
)
from tests.ledger.every_command.happened import Happened

HELD = (a_calendar(), a_hold())
RESERVED = (*HELD, a_reservation())
TO_IMPORT = ImportFeedItem(unit_id=UNIT, feed_id=FEED, uid=UID, stay=a_stay(), revision="0")

COMMANDS = (
    Happened(to_open_calendar(), HOST),
    Happened(PlaceHold(unit_id=UNIT, booking_id=BOOKING, stay=a_stay()), PROCESS, (a_calendar(),)),
    Happened(ConvertHold(unit_id=UNIT, booking_id=BOOKING), PROCESS, HELD),
    Happened(ExpireHold(unit_id=UNIT, booking_id=BOOKING), TIMER, HELD, HOLD_ENDS),
    Happened(ReleaseHold(unit_id=UNIT, booking_id=BOOKING), GUEST, HELD),
    Happened(
        ExtendHold(unit_id=UNIT, booking_id=BOOKING, in_flight=True),
        PROCESS,
        HELD,
        NOW + timedelta(minutes=10),
    ),
    Happened(
        ToRequestHold(
            unit_id=UNIT,
            booking_id=BOOKING,
            capture_before=NOW + timedelta(days=7),
            check_in_at=CHECK_IN,
        ),
        PROCESS,
        HELD,
    ),
    Happened(Reacquire(unit_id=UNIT, booking_id=BOOKING, stay=a_stay()), PROCESS, (a_calendar(),)),
    Happened(ReleaseReservation(unit_id=UNIT, booking_id=BOOKING), PROCESS, RESERVED),
    Happened(
        ReleaseReservation(unit_id=UNIT, booking_id=BOOKING, cancelled_by_host=True),
        PROCESS,
        RESERVED,
    ),
    Happened(
        MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=a_stay("2026-07-03")),
        PROCESS,
        RESERVED,
    ),
    Happened(BlockNights(unit_id=UNIT, block_id=BLOCK, stay=a_stay()), HOST, (a_calendar(),)),
    Happened(UnblockNights(unit_id=UNIT, block_id=BLOCK), HOST, (a_calendar(), a_block())),
    Happened(
        ReopenNights(unit_id=UNIT, block_id=BlockId(BOOKING), reason="relet_by_the_platform"),
        OPERATOR,
        (*RESERVED, a_released_reservation(), a_block_after_cancelling()),
    ),
    Happened(TO_IMPORT, PROCESS, (a_calendar(),)),
    Happened(TO_IMPORT, PROCESS, RESERVED),
    Happened(
        FeedItemGone(unit_id=UNIT, feed_id=FEED, block_id=ITEM, good_fetches=2),
        PROCESS,
        (a_calendar(), an_external_block()),
    ),
    Happened(
        FeedItemGone(unit_id=UNIT, feed_id=FEED, block_id=ITEM, good_fetches=2),
        PROCESS,
        (*RESERVED, a_feed_conflict()),
    ),
    Happened(ChangeHours(unit_id=UNIT, house=LATE_IN_LISBON), PROCESS, (a_calendar(),)),
    Happened(Deactivate(unit_id=UNIT), HOST, (a_calendar(),)),
    Happened(ReopenCalendar(unit_id=UNIT), HOST, (a_calendar(), a_deactivation())),
)
