"""What may be asked of a unit's calendar."""

from ledger.aggregates.decider import Command
from ledger.values.clock import Instant
from ledger.values.ids import BlockId, BookingId, FeedId, HostId, PropertyId, UnitId, derived_id
from ledger.values.stay import House, Stay
from ledger.values.stay_rules import StayRules


class OpenCalendar(Command, frozen=True, kw_only=True):
    """Add a unit to a property and open its nights."""

    unit_id: UnitId
    property_id: PropertyId
    host_id: HostId
    room_type: str
    number: int
    house: House


class PlaceHold(Command, frozen=True, kw_only=True):
    """Keep nights for a booking while it is paid, and those of the pause after it.

    `rules` are those that stand for the arrival date, where the host has any; `heads` the party's.
    """

    unit_id: UnitId
    booking_id: BookingId
    stay: Stay
    buffer_nights: int = 0
    rules: StayRules | None = None
    heads: int = 0


class ExtendHold(Command, frozen=True, kw_only=True):
    """Keep held nights longer, because a payment for them is in flight (so says its own stream)."""

    unit_id: UnitId
    booking_id: BookingId
    in_flight: bool


class ToRequestHold(Command, frozen=True, kw_only=True):
    """Keep held nights until the host has answered; the authorization must be captured in time.

    `check_in_at` is when the guest may come, by the hours that the booking was made under.
    """

    unit_id: UnitId
    booking_id: BookingId
    capture_before: Instant
    check_in_at: Instant


class ConvertHold(Command, frozen=True, kw_only=True):
    """Make held nights the booking's own."""

    unit_id: UnitId
    booking_id: BookingId


class ExpireHold(Command, frozen=True, kw_only=True):
    """Free the nights of a hold that ran out."""

    unit_id: UnitId
    booking_id: BookingId


class ReleaseHold(Command, frozen=True, kw_only=True):
    """Let a hold go before it runs out."""

    unit_id: UnitId
    booking_id: BookingId


class Reacquire(Command, frozen=True, kw_only=True):
    """Make free nights a booking's own at once: its money came late, and they are still free.

    Those that its hold kept until now were `never_let_go`: what feeds say of them comes too late.
    """

    unit_id: UnitId
    booking_id: BookingId
    stay: Stay
    buffer_nights: int = 0
    rules: StayRules | None = None
    heads: int = 0
    never_let_go: bool = False


class ReleaseReservation(Command, frozen=True, kw_only=True):
    """Give the nights of a booking back; where its host cancelled it, they stay blocked."""

    unit_id: UnitId
    booking_id: BookingId
    cancelled_by_host: bool = False


class MoveReservation(Command, frozen=True, kw_only=True):
    """Change the nights of a booking for others, which may overlap its own; its pause moves too."""

    unit_id: UnitId
    booking_id: BookingId
    stay: Stay


class BlockNights(Command, frozen=True, kw_only=True):
    """Take nights out of sale."""

    unit_id: UnitId
    block_id: BlockId
    stay: Stay


class UnblockNights(Command, frozen=True, kw_only=True):
    """Put nights that the host blocked back on sale."""

    unit_id: UnitId
    block_id: BlockId


class ReopenNights(Command, frozen=True, kw_only=True):
    """Put nights back on sale that are blocked because their host cancelled, by a reason's code."""

    unit_id: UnitId
    block_id: BlockId
    reason: str


class ImportFeedItem(Command, frozen=True, kw_only=True):
    """Take in what a feed says is sold elsewhere; `revision` is its SEQUENCE or LAST-MODIFIED."""

    unit_id: UnitId
    feed_id: FeedId
    uid: str
    stay: Stay
    revision: str


class FeedItemGone(Command, frozen=True, kw_only=True):
    """Take in that a feed has an item no longer, which made this block or was in conflict.

    So many good fetches in a row were without it, or its host removed the feed (`feed_removed`).
    """

    unit_id: UnitId
    feed_id: FeedId
    block_id: BlockId
    good_fetches: int
    feed_removed: bool = False


class ChangeHours(Command, frozen=True, kw_only=True):
    """Let a unit go by the hours and the time zone that its property was approved with."""

    unit_id: UnitId
    house: House


class Deactivate(Command, frozen=True, kw_only=True):
    """Take a unit out of the house.

    `staying` are those whose guests have not left by the hours that they booked, which may be
    other hours than those of the unit by now.
    """

    unit_id: UnitId
    staying: tuple[BookingId, ...] = ()


class ReopenCalendar(Command, frozen=True, kw_only=True):
    """Let a unit again that was taken out of the house."""

    unit_id: UnitId


HoldCommand = PlaceHold | ExtendHold | ToRequestHold | ConvertHold | ExpireHold | ReleaseHold
ReservationCommand = Reacquire | ReleaseReservation | MoveReservation
BlockCommand = BlockNights | UnblockNights | ReopenNights
FeedCommand = ImportFeedItem | FeedItemGone
UnitCommand = OpenCalendar | ChangeHours | Deactivate | ReopenCalendar
UnitCalendarCommand = HoldCommand | ReservationCommand | BlockCommand | FeedCommand | UnitCommand


def block_of(feed_id: FeedId, uid: str) -> BlockId:
    """The block that an item of a feed makes: the same UID is the same item, whatever it says."""
    return BlockId(derived_id(feed_id, uid))
