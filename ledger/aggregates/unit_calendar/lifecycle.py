"""The steps in the life of a range of nights (spec: domain, section 3)."""

from ledger.aggregates.decider import SAME, Lifecycle, Step, actors, states
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
)
from ledger.aggregates.unit_calendar.state import Status
from ledger.events.unit_calendar import (
    CalendarOpened,
    CalendarReopened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
    HoldExpired,
    HoldExtended,
    HoldPlaced,
    HoldReleased,
    HoursChanged,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitDeactivated,
)

FREE, HELD, RESERVED = states(Status.FREE), states(Status.HOLD), states(Status.RESERVATION)
HOST_BLOCKED, EXTERNAL = states(Status.HOST_BLOCK), states(Status.EXTERNAL_BLOCK)
ANY = FREE | HELD | RESERVED | HOST_BLOCKED | EXTERNAL

LIFECYCLE = Lifecycle(
    "unit_calendar",
    Step("UC0", OpenCalendar, states(None), actors("HOX"), CalendarOpened, Status.FREE),
    Step("UC1", PlaceHold, FREE, actors("X"), HoldPlaced, Status.HOLD,
         "at least one night; before check-in; the stay rules; no claim that is alive on a night; "
         "no feed says that it is sold"),
    Step("UC2", ExtendHold, HELD, actors("X"), HoldExtended, Status.HOLD,
         "a payment is in flight; no longer than 45 minutes in all; not yet for the host's answer"),
    Step("UC3", ToRequestHold, HELD, actors("X"), HoldExtended, Status.HOLD,
         "once; until 24 hours from now, 12 before the authorization ends, or check-in"),
    Step("UC4", ConvertHold, HELD, actors("X"), ReservationMade, Status.RESERVATION,
         "the hold has not run out"),
    Step("UC5", ExpireHold, HELD, actors("T"), HoldExpired, Status.FREE, "the hold has run out"),
    Step("UC6", ReleaseHold, HELD, actors("GX"), HoldReleased, Status.FREE),
    Step("UC7", Reacquire, FREE, actors("X"), ReservationMade, Status.RESERVATION,
         "as UC1; where its nights were never let go, feeds come too late"),
    Step("UC8", ReleaseReservation, RESERVED, actors("X"), ReservationReleased, Status.FREE),
    Step("UC8h", ReleaseReservation, RESERVED, actors("X"), NightsBlocked, Status.HOST_BLOCK,
         "the host cancelled; along with UC8"),
    Step("UC9", MoveReservation, RESERVED, actors("X"), ReservationMoved, SAME,
         "the new nights are free or its own; no feed says that they are sold"),
    Step("UC10", BlockNights, FREE, actors("H"), NightsBlocked, Status.HOST_BLOCK,
         "no claim that is alive on a night"),
    Step("UC11", UnblockNights, HOST_BLOCKED, actors("HO"), NightsUnblocked, Status.FREE,
         "the host did not cancel these nights"),
    Step("UC11o", ReopenNights, HOST_BLOCKED, actors("O"), NightsUnblocked, Status.FREE,
         "a reason"),
    Step("UC12", ImportFeedItem, ANY, actors("X"), ExternalBlockAdded, Status.EXTERNAL_BLOCK,
         "nobody who is still to leave has it; not seen in this form, or in conflict since; not "
         "told by us"),
    Step("UC12c", ImportFeedItem, ANY, actors("X"), FeedConflictDetected, SAME,
         "held, or reserved by who is still to leave; not told before of this form; not told by "
         "us"),
    Step("UC13", FeedItemGone, EXTERNAL, actors("X"), ExternalBlockRemoved, Status.FREE,
         "missing in 2 good fetches in a row, or the feed was removed"),
    Step("UC13c", FeedItemGone, FREE, actors("X"), FeedConflictEnded, SAME,
         "in conflict until now; otherwise as UC13"),
    Step("UC14", Deactivate, FREE, actors("HO"), UnitDeactivated, Status.INACTIVE,
         "no hold, and no reservation whose guest has not left"),
    Step("UC14x", Deactivate, FREE, actors("X"), UnitDeactivated, Status.INACTIVE,
         "a revision was approved that is without it; otherwise as UC14"),
    Step("UC15", ReopenCalendar, states(Status.INACTIVE), actors("HOX"), CalendarReopened,
         Status.FREE, "its property was approved with it"),
    Step("UC16", ChangeHours, FREE, actors("X"), HoursChanged, SAME,
         "its property was approved with them; other than now"),
)  # fmt: skip
