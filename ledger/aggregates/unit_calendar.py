"""A unit's calendar: which nights of one physical unit are held, reserved or blocked, and for whom.

Two guards keep a night from being sold twice: this stream's version, and one night claim per night
in the same transaction, which Postgres refuses to have twice (spec: domain, section 3). The claim
belongs to the case of the commit: for nights of a booking that is the booking, for a block the
block. So a block is lifted in its own case, and one left by a cancelled booking in the booking's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import (
    SAME,
    Command,
    Decider,
    Lifecycle,
    Nights,
    Step,
    actors,
    states,
)
from ledger.errors import (
    FeedItemMayReturn,
    HoldHasExpired,
    HostCancelledTheseNights,
    NightsAreTaken,
    NoPaymentInFlight,
    NotFound,
    NoTimeToAnswer,
    ObligationsAreOpen,
    ReasonIsMissing,
    TooEarly,
    TooLate,
)
from ledger.events.unit_calendar import (
    BlockedNightsEvent,
    BlockKind,
    BookedNightsEvent,
    CalendarOpened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    HoldExpired,
    HoldExtended,
    HoldKind,
    HoldPlaced,
    HoldReleased,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitCalendarEvent,
    UnitDeactivated,
)
from ledger.values.clock import Instant
from ledger.values.ids import (
    BlockId,
    BookingId,
    FeedId,
    HostId,
    PropertyId,
    UnitId,
    derived_id,
)
from ledger.values.nights import Taken
from ledger.values.stay import House, Stay, local_date
from ledger.values.stay import stay as at_least_one_night
from ledger.values.stay_rules import StayRules, refuse_unless_let

HOLD = timedelta(minutes=15)
"""How long nights are kept for somebody who pays (spec: domain, section 12)."""

LONGEST_HOLD = timedelta(minutes=45)
"""How long they are kept at most, from placing on, while a payment is under way (UC2)."""

TO_ANSWER = timedelta(hours=24)
"""How long nights are kept for a host's answer, at most (UC3)."""

TO_CAPTURE = timedelta(hours=12)
"""What must be left of an authorization when the host's time to answer ends."""

GOOD_FETCHES = 2
"""In how many good fetches in a row an item of a feed must be missing to be gone (UC13)."""

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """What a range of nights is, for the one who asks: free, or under a claim of a kind."""

    FREE = "free"
    HOLD = "hold"
    RESERVATION = "reservation"
    HOST_BLOCK = "host_block"
    EXTERNAL_BLOCK = "external_block"
    INACTIVE = "inactive"


ClaimId = BookingId | BlockId


class Claim(Struct, frozen=True):
    """Nights that are not free, why, and until when if that ends by itself.

    `extendable_until` is None for what cannot be extended, such as a hold for the host's answer.
    `parts` is what an external block has of its stay, where other blocks have the rest. `revision`
    is that of the feed's item.
    """

    status: Status
    stay: Stay
    expires_at: Instant | None = None
    extendable_until: Instant | None = None
    host_cancelled: bool = False
    parts: tuple[Stay, ...] | None = None
    revision: str = ""

    @property
    def nights(self) -> tuple[Stay, ...]:
        """The nights that nobody else can have."""
        return (self.stay,) if self.parts is None else self.parts


class Conflict(Struct, frozen=True):
    """A feed's item that was told to be in conflict, so that it is told once."""

    stay: Stay
    revision: str


class UnitCalendar(Struct, frozen=True):
    """The claims that are alive, by booking or block; and the stays under them, in order of time.

    Whose unit it is never changes; a booking is checked against it.
    """

    property_id: PropertyId
    room_type: str
    house: House
    claims: dict[ClaimId, Claim]
    taken: Taken = Taken()
    conflicts: dict[BlockId, Conflict] = {}
    active: bool = True


def best_fit(calendars: Mapping[UnitId, UnitCalendar], stay: Stay) -> UnitId | None:
    """The unit whose smallest free stretch takes the stay, the first of equals; None where none does.

    Best fit keeps long stretches whole (spec: domain, section 3).
    """
    fits = [
        (gap, place, unit_id)
        for place, (unit_id, calendar) in enumerate(calendars.items())
        if calendar.active and (gap := calendar.taken.gap_around(stay)) is not None
    ]
    return min(fits)[2] if fits else None


# -- Commands ---------------------------------------------------------------------------


class OpenCalendar(Command, frozen=True, kw_only=True):
    """Add a unit to a property and open its nights."""

    unit_id: UnitId
    property_id: PropertyId
    host_id: HostId
    room_type: str
    number: int
    house: House


class PlaceHold(Command, frozen=True, kw_only=True):
    """Keep nights for a booking while it is paid.

    `rules` are those that stand for the arrival date, where the host has any; `heads` the party's.
    """

    unit_id: UnitId
    booking_id: BookingId
    stay: Stay
    rules: StayRules | None = None
    heads: int = 0


class ExtendHold(Command, frozen=True, kw_only=True):
    """Keep held nights longer, because a payment for them is in flight (so says its own stream)."""

    unit_id: UnitId
    booking_id: BookingId
    in_flight: bool


class ToRequestHold(Command, frozen=True, kw_only=True):
    """Keep held nights until the host has answered; the authorization must be captured in time."""

    unit_id: UnitId
    booking_id: BookingId
    capture_before: Instant


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
    """Make free nights a booking's own at once: its money came late, and they are still free."""

    unit_id: UnitId
    booking_id: BookingId
    stay: Stay
    rules: StayRules | None = None
    heads: int = 0


class ReleaseReservation(Command, frozen=True, kw_only=True):
    """Give the nights of a booking back; where its host cancelled it, they stay blocked."""

    unit_id: UnitId
    booking_id: BookingId
    cancelled_by_host: bool = False


class MoveReservation(Command, frozen=True, kw_only=True):
    """Change the nights of a booking for others, which may overlap its own."""

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
    """Take in that a feed has an item no longer: so many good fetches in a row were without it."""

    unit_id: UnitId
    feed_id: FeedId
    uid: str
    good_fetches: int


class Deactivate(Command, frozen=True, kw_only=True):
    """Take a unit out of the house."""

    unit_id: UnitId


HoldCommand = PlaceHold | ExtendHold | ToRequestHold | ConvertHold | ExpireHold | ReleaseHold
ReservationCommand = Reacquire | ReleaseReservation | MoveReservation
BlockCommand = BlockNights | UnblockNights | ReopenNights
FeedCommand = ImportFeedItem | FeedItemGone
UnitCalendarCommand = (
    OpenCalendar | HoldCommand | ReservationCommand | BlockCommand | FeedCommand | Deactivate
)


def block_of(feed_id: FeedId, uid: str) -> BlockId:
    """The block that an item of a feed makes: the same UID is the same item, whatever it says."""
    return BlockId(derived_id(feed_id, uid))


# -- Lifecycle --------------------------------------------------------------------------

FREE, HELD, RESERVED = states(Status.FREE), states(Status.HOLD), states(Status.RESERVATION)
HOST_BLOCKED, EXTERNAL = states(Status.HOST_BLOCK), states(Status.EXTERNAL_BLOCK)
ANY = FREE | HELD | RESERVED | HOST_BLOCKED | EXTERNAL

LIFECYCLE = Lifecycle(
    "unit_calendar",
    Step("UC0", OpenCalendar, states(None), actors("HOX"), CalendarOpened, Status.FREE),
    Step("UC1", PlaceHold, FREE, actors("X"), HoldPlaced, Status.HOLD,
         "at least one night; before check-in; the stay rules; no claim that is alive on a night"),
    Step("UC2", ExtendHold, HELD, actors("X"), HoldExtended, Status.HOLD,
         "a payment is in flight; no longer than 45 minutes in all; not yet for the host's answer"),
    Step("UC3", ToRequestHold, HELD, actors("X"), HoldExtended, Status.HOLD,
         "once; until 24 hours from now, 12 before the authorization ends, or check-in"),
    Step("UC4", ConvertHold, HELD, actors("X"), ReservationMade, Status.RESERVATION,
         "the hold has not run out"),
    Step("UC5", ExpireHold, HELD, actors("T"), HoldExpired, Status.FREE, "the hold has run out"),
    Step("UC6", ReleaseHold, HELD, actors("GX"), HoldReleased, Status.FREE),
    Step("UC7", Reacquire, FREE, actors("X"), ReservationMade, Status.RESERVATION, "as UC1"),
    Step("UC8", ReleaseReservation, RESERVED, actors("X"), ReservationReleased, Status.FREE),
    Step("UC8h", ReleaseReservation, RESERVED, actors("X"), NightsBlocked, Status.HOST_BLOCK,
         "the host cancelled; along with UC8"),
    Step("UC9", MoveReservation, RESERVED, actors("X"), ReservationMoved, SAME,
         "the new nights are free or its own"),
    Step("UC10", BlockNights, FREE, actors("H"), NightsBlocked, Status.HOST_BLOCK,
         "no claim that is alive on a night"),
    Step("UC11", UnblockNights, HOST_BLOCKED, actors("HO"), NightsUnblocked, Status.FREE,
         "the host did not cancel these nights"),
    Step("UC11o", ReopenNights, HOST_BLOCKED, actors("O"), NightsUnblocked, Status.FREE,
         "a reason"),
    Step("UC12", ImportFeedItem, ANY, actors("X"), ExternalBlockAdded, Status.EXTERNAL_BLOCK,
         "neither held nor reserved; not seen before in this form"),
    Step("UC12c", ImportFeedItem, ANY, actors("X"), FeedConflictDetected, SAME,
         "held or reserved; not told before of this form"),
    Step("UC13", FeedItemGone, EXTERNAL, actors("X"), ExternalBlockRemoved, Status.FREE,
         "missing in 2 good fetches in a row"),
    Step("UC14", Deactivate, FREE, actors("HO"), UnitDeactivated, Status.INACTIVE,
         "no hold, and no reservation whose guest has not left"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def status_of(calendar: UnitCalendar | None, command: UnitCalendarCommand) -> Status | None:
    """The state of the nights that a command is about: those of its booking or block, or free."""
    if calendar is None:
        return None
    if not calendar.active:
        return Status.INACTIVE
    subject = _subject(command)
    claim = None if subject is None else calendar.claims.get(subject)
    return Status.FREE if claim is None else claim.status


def _subject(command: UnitCalendarCommand) -> ClaimId | None:
    match command:
        case OpenCalendar() | Deactivate():
            return None
        case ImportFeedItem() | FeedItemGone():
            return block_of(command.feed_id, command.uid)
        case BlockNights() | UnblockNights() | ReopenNights():
            return command.block_id
        case _:
            return command.booking_id


def decide(
    calendar: UnitCalendar | None, command: UnitCalendarCommand, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """What a command does to the nights. Raises Refused."""
    if isinstance(command, OpenCalendar):
        return open_calendar(command)
    if calendar is None:
        raise NotFound(unit_id=command.unit_id)
    match command:
        case Reacquire() | ReleaseReservation() | MoveReservation():
            return of_reservation(calendar, command, now)
        case BlockNights() | UnblockNights() | ReopenNights():
            return of_block(calendar, command)
        case ImportFeedItem():
            return import_item(calendar, command)
        case FeedItemGone():
            return remove_item(calendar, command)
        case Deactivate():
            return deactivate(calendar, command, now)
        case _:
            return of_hold(calendar, command, now)


def of_hold(
    calendar: UnitCalendar, command: HoldCommand, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """What a command does to a hold. Raises Refused."""
    match command:
        case PlaceHold():
            return hold(calendar, command, now)
        case ExtendHold():
            return extend(calendar, command, now)
        case ToRequestHold():
            return keep_for_the_host(calendar, command, now)
        case ConvertHold():
            return convert(calendar, command, now)
        case ExpireHold():
            return expire(calendar, command, now)
        case ReleaseHold():
            stay = calendar.claims[command.booking_id].stay
            return [HoldReleased(booking_id=command.booking_id, stay=stay)]
        case _:
            assert_never(command)


def of_reservation(
    calendar: UnitCalendar, command: ReservationCommand, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """What a command does to a reservation. Raises Refused."""
    booking_id = command.booking_id
    match command:
        case Reacquire():
            refuse_unless_bookable(calendar, command, now)
            return [ReservationMade(booking_id=booking_id, stay=command.stay, reacquired=True)]
        case ReleaseReservation():
            return release(calendar, command)
        case MoveReservation():
            return move(calendar, command)
        case _:
            assert_never(command)


def of_block(calendar: UnitCalendar, command: BlockCommand) -> Sequence[UnitCalendarEvent]:
    """What a command does to a host's block. Raises Refused."""
    match command:
        case BlockNights():
            return block(calendar, command)
        case UnblockNights():
            if calendar.claims[command.block_id].host_cancelled:
                raise HostCancelledTheseNights(block_id=command.block_id)
            return unblock(calendar, command.block_id, reason="")
        case ReopenNights():
            if not command.reason.strip():
                raise ReasonIsMissing(block_id=command.block_id)
            return unblock(calendar, command.block_id, command.reason)
        case _:
            assert_never(command)


def open_calendar(command: OpenCalendar) -> Sequence[UnitCalendarEvent]:
    """Open the nights of a unit that is new."""
    return [
        CalendarOpened(
            property_id=command.property_id,
            host_id=command.host_id,
            room_type=command.room_type,
            number=command.number,
            house=command.house,
        )
    ]


def hold(calendar: UnitCalendar, command: PlaceHold, now: Instant) -> Sequence[UnitCalendarEvent]:
    """Keep nights that can be booked, for `HOLD`. Raises Refused, as `refuse_unless_bookable`."""
    refuse_unless_bookable(calendar, command, now)
    return [HoldPlaced(booking_id=command.booking_id, stay=command.stay, expires_at=now + HOLD)]


def refuse_unless_bookable(
    calendar: UnitCalendar, command: PlaceHold | Reacquire, now: Instant
) -> None:
    """Let nights pass that are free, still to come and let like this (UC1).

    Raises NoNights, TooLate, NightsAreTaken, and what the stay rules raise.
    """
    wanted, house = command.stay, calendar.house
    at_least_one_night(wanted.check_in, wanted.check_out)
    if now >= house.check_in_at(wanted):
        raise TooLate(check_in=wanted.check_in, today=local_date(now, house.time_zone))
    if command.rules is not None:
        refuse_unless_let(command.rules, wanted, command.heads, now, house.time_zone)
    _refuse_if_taken(calendar.taken, command.unit_id, wanted)


def _refuse_if_taken(taken: Taken, unit_id: UnitId, wanted: Stay, **told: Any) -> None:
    if taken.gap_around(wanted) is None:
        raise NightsAreTaken(
            unit_id=unit_id, check_in=wanted.check_in, check_out=wanted.check_out, **told
        )


def extend(
    calendar: UnitCalendar, command: ExtendHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Keep nights longer while they are being paid; nothing where they are kept as long already.

    A hold is alive until somebody says that it ran out: the clock may say so, or the payment that
    is under way comes first. Only who converts it is held to the time itself (UC4).
    Raises NoPaymentInFlight, HoldHasExpired, TransitionNotAllowed.
    """
    held = calendar.claims[command.booking_id]
    assert held.expires_at is not None
    if held.extendable_until is None:
        LIFECYCLE.refuse(ExtendHold, held.status)
    if not command.in_flight:
        raise NoPaymentInFlight(booking_id=command.booking_id)
    if now >= held.extendable_until:
        raise HoldHasExpired(booking_id=command.booking_id, expired_at=held.extendable_until)
    until = min(now + HOLD, held.extendable_until)
    return _extended(command, held, HoldKind.PAYMENT, until) if until > held.expires_at else []


def keep_for_the_host(
    calendar: UnitCalendar, command: ToRequestHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Keep nights until the host has answered, once. Raises NoTimeToAnswer, TransitionNotAllowed."""
    held = calendar.claims[command.booking_id]
    if held.extendable_until is None:
        LIFECYCLE.refuse(ToRequestHold, held.status)
    check_in_at = calendar.house.check_in_at(held.stay)
    until = min(now + TO_ANSWER, command.capture_before - TO_CAPTURE, check_in_at)
    if until <= now:
        raise NoTimeToAnswer(
            booking_id=command.booking_id,
            capture_before=command.capture_before,
            check_in_at=check_in_at,
        )
    return _extended(command, held, HoldKind.REQUEST, until)


def _extended(
    command: ExtendHold | ToRequestHold, held: Claim, kind: HoldKind, until: Instant
) -> Sequence[UnitCalendarEvent]:
    return [
        HoldExtended(booking_id=command.booking_id, stay=held.stay, kind=kind, expires_at=until)
    ]


def convert(
    calendar: UnitCalendar, command: ConvertHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Make a live hold a reservation. Raises HoldHasExpired."""
    held = calendar.claims[command.booking_id]
    assert held.expires_at is not None
    if now >= held.expires_at:
        raise HoldHasExpired(booking_id=command.booking_id, expired_at=held.expires_at)
    return [ReservationMade(booking_id=command.booking_id, stay=held.stay)]


def expire(
    calendar: UnitCalendar, command: ExpireHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Free the nights of a hold whose time has passed. Raises TooEarly."""
    held = calendar.claims[command.booking_id]
    assert held.expires_at is not None
    if now < held.expires_at:
        raise TooEarly(booking_id=command.booking_id, not_before=held.expires_at)
    return [HoldExpired(booking_id=command.booking_id, stay=held.stay)]


def release(calendar: UnitCalendar, command: ReleaseReservation) -> Sequence[UnitCalendarEvent]:
    """Give a booking's nights back; a host who cancelled does not get to sell them again."""
    booking_id, stay = command.booking_id, calendar.claims[command.booking_id].stay
    released = ReservationReleased(booking_id=booking_id, stay=stay)
    if not command.cancelled_by_host:
        return [released]
    kept = BlockId(booking_id)
    return [released, NightsBlocked(block_id=kept, stay=stay, kind=BlockKind.HOST_CANCELLED)]


def move(calendar: UnitCalendar, command: MoveReservation) -> Sequence[UnitCalendarEvent]:
    """Change a booking's nights for others; nothing where they are the same.

    Raises NoNights, NightsAreTaken.
    """
    wanted, own = command.stay, calendar.claims[command.booking_id].stay
    at_least_one_night(wanted.check_in, wanted.check_out)
    _refuse_if_taken(calendar.taken.without(own), command.unit_id, wanted)
    if wanted == own:
        return []
    return [ReservationMoved(booking_id=command.booking_id, moved_from=own, stay=wanted)]


def block(calendar: UnitCalendar, command: BlockNights) -> Sequence[UnitCalendarEvent]:
    """Take free nights out of sale.

    Raises NoNights, NightsAreTaken; the host is told by what.
    """
    wanted = command.stay
    at_least_one_night(wanted.check_in, wanted.check_out)
    conflicts = list(_told(calendar, lambda claim: _overlaps(claim, wanted)))
    _refuse_if_taken(calendar.taken, command.unit_id, wanted, conflicts=conflicts)
    return [NightsBlocked(block_id=command.block_id, stay=wanted, kind=BlockKind.HOST)]


def unblock(calendar: UnitCalendar, block_id: BlockId, reason: str) -> Sequence[UnitCalendarEvent]:
    """Put blocked nights back on sale."""
    claim = calendar.claims[block_id]
    kind = BlockKind.HOST_CANCELLED if claim.host_cancelled else BlockKind.HOST
    return [NightsUnblocked(block_id=block_id, stay=claim.stay, kind=kind, reason=reason)]


def import_item(calendar: UnitCalendar, command: ImportFeedItem) -> Sequence[UnitCalendarEvent]:
    """Block what is sold elsewhere, or tell the conflict and change nothing; once for each form.

    Nights that another block has already stay with it; once it is lifted, the next import of the
    item takes them. So does the next import after the end of a conflict. Raises NoNights.
    """
    wanted, revision = command.stay, command.revision
    at_least_one_night(wanted.check_in, wanted.check_out)
    block_id = block_of(command.feed_id, command.uid)
    if in_the_way := _bookings_in(calendar, wanted):
        if calendar.conflicts.get(block_id) == Conflict(wanted, revision):
            return []
        return [
            FeedConflictDetected(
                block_id=block_id,
                feed_id=command.feed_id,
                stay=wanted,
                revision=revision,
                bookings=in_the_way,
            )
        ]
    known = calendar.claims.get(block_id)
    replaced = () if known is None else known.nights
    parts = _without(calendar.taken, replaced).free_parts(wanted)
    if known is not None and (known.stay, known.revision, known.parts) == (wanted, revision, parts):
        return []
    return [
        ExternalBlockAdded(
            block_id=block_id,
            feed_id=command.feed_id,
            stay=wanted,
            revision=revision,
            parts=parts,
            replaced=replaced,
        )
    ]


def remove_item(calendar: UnitCalendar, command: FeedItemGone) -> Sequence[UnitCalendarEvent]:
    """Free what is no longer sold elsewhere. Raises FeedItemMayReturn."""
    block_id = block_of(command.feed_id, command.uid)
    if command.good_fetches < GOOD_FETCHES:
        raise FeedItemMayReturn(
            block_id=block_id, good_fetches=command.good_fetches, needed=GOOD_FETCHES
        )
    claim = calendar.claims[block_id]
    return [
        ExternalBlockRemoved(
            block_id=block_id, feed_id=command.feed_id, stay=claim.stay, parts=claim.nights
        )
    ]


def deactivate(
    calendar: UnitCalendar, command: Deactivate, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """End a unit's calendar. Raises ObligationsAreOpen, with what still stands in it."""

    def stands(claim: Claim) -> bool:
        if claim.status is Status.HOLD:
            return True  # somebody may be paying for it
        reserved = claim.status is Status.RESERVATION
        return reserved and now < calendar.house.check_out_at(claim.stay)

    if obligations := list(_told(calendar, stands)):
        raise ObligationsAreOpen(unit_id=command.unit_id, obligations=obligations)
    return [UnitDeactivated()]


def _told(
    calendar: UnitCalendar, which: Callable[[Claim], bool]
) -> Iterator[dict[str, str | date]]:
    """Claims as a refusal lists them, in order of time."""
    for claim_id, claim in sorted(calendar.claims.items(), key=lambda each: each[1].stay.check_in):
        if which(claim):
            yield {
                "id": claim_id,
                "kind": claim.status.value,
                "check_in": claim.stay.check_in,
                "check_out": claim.stay.check_out,
            }


def _overlaps(claim: Claim, wanted: Stay) -> bool:
    return any(part.overlaps(wanted) for part in claim.nights)


def _bookings_in(calendar: UnitCalendar, wanted: Stay) -> tuple[BookingId, ...]:
    sold = (Status.HOLD, Status.RESERVATION)
    return tuple(
        sorted(
            BookingId(claim_id)
            for claim_id, claim in calendar.claims.items()
            if claim.status in sold and claim.stay.overlaps(wanted)
        )
    )


# -- Evolution --------------------------------------------------------------------------


def evolve(calendar: UnitCalendar | None, event: UnitCalendarEvent) -> UnitCalendar:
    """The calendar after an event."""
    if isinstance(event, CalendarOpened):
        return UnitCalendar(
            property_id=event.property_id,
            room_type=event.room_type,
            house=event.house,
            claims={},
        )
    assert calendar is not None
    match event:
        case (
            NightsBlocked()
            | NightsUnblocked()
            | ExternalBlockAdded()
            | FeedConflictDetected()
            | ExternalBlockRemoved()
        ):
            return _after_block(calendar, event)
        case UnitDeactivated():
            return replace(calendar, active=False)
        case _:
            return _after_booking(calendar, event)


def _after_booking(calendar: UnitCalendar, event: BookedNightsEvent) -> UnitCalendar:
    match event:
        case HoldPlaced():
            longest = event.expires_at + (LONGEST_HOLD - HOLD)
            held = Claim(Status.HOLD, event.stay, event.expires_at, longest)
            return _claimed(calendar, event.booking_id, held)
        case HoldExtended():
            held = replace(calendar.claims[event.booking_id], expires_at=event.expires_at)
            if event.kind is HoldKind.REQUEST:
                held = replace(held, extendable_until=None)
            return _kept(calendar, event.booking_id, held)
        case ReservationMade(reacquired=True) | ReservationMoved():
            reserved = Claim(Status.RESERVATION, event.stay)
            return _claimed(calendar, event.booking_id, reserved)
        case ReservationMade():
            return _kept(calendar, event.booking_id, Claim(Status.RESERVATION, event.stay))
        case HoldExpired() | HoldReleased() | ReservationReleased():
            return _freed(calendar, event.booking_id, event.stay)
        case _:
            assert_never(event)


def _after_block(calendar: UnitCalendar, event: BlockedNightsEvent) -> UnitCalendar:
    match event:
        case NightsBlocked():
            cancelled = event.kind is BlockKind.HOST_CANCELLED
            blocked = Claim(Status.HOST_BLOCK, event.stay, host_cancelled=cancelled)
            return _claimed(calendar, event.block_id, blocked)
        case NightsUnblocked():
            return _freed(calendar, event.block_id, event.stay)
        case ExternalBlockAdded():
            blocked = Claim(
                Status.EXTERNAL_BLOCK, event.stay, parts=event.parts, revision=event.revision
            )
            return _claimed(_settled(calendar, event.block_id), event.block_id, blocked)
        case FeedConflictDetected():
            told = {**calendar.conflicts, event.block_id: Conflict(event.stay, event.revision)}
            return replace(calendar, conflicts=told)
        case ExternalBlockRemoved():
            return _freed(_settled(calendar, event.block_id), event.block_id, *event.parts)
        case _:
            assert_never(event)


def _claimed(calendar: UnitCalendar, claim_id: ClaimId, claim: Claim) -> UnitCalendar:
    """A claim on nights, in the place of any that it had."""
    before = calendar.claims.get(claim_id)
    taken = calendar.taken if before is None else _without(calendar.taken, before.nights)
    for part in claim.nights:
        taken = taken.with_(part)
    return replace(calendar, claims={**calendar.claims, claim_id: claim}, taken=taken)


def _kept(calendar: UnitCalendar, claim_id: ClaimId, claim: Claim) -> UnitCalendar:
    """Another claim on the same nights."""
    return replace(calendar, claims={**calendar.claims, claim_id: claim})


def _freed(calendar: UnitCalendar, claim_id: ClaimId, *nights: Stay) -> UnitCalendar:
    claims = {key: claim for key, claim in calendar.claims.items() if key != claim_id}
    return replace(calendar, claims=claims, taken=_without(calendar.taken, nights))


def _settled(calendar: UnitCalendar, block_id: BlockId) -> UnitCalendar:
    """No conflict is told of this item any more."""
    if block_id not in calendar.conflicts:
        return calendar
    told = {key: conflict for key, conflict in calendar.conflicts.items() if key != block_id}
    return replace(calendar, conflicts=told)


def _without(taken: Taken, nights: Sequence[Stay]) -> Taken:
    for part in nights:
        taken = taken.without(part)
    return taken


def claims(stream_id: str, event: UnitCalendarEvent) -> Nights | None:
    """The night claims that Postgres writes with an event, in the same commit."""
    unit_id = UnitId(stream_id)
    match event:
        case HoldPlaced() | NightsBlocked() | ReservationMade(reacquired=True):
            return Nights(unit_id, taken=tuple(event.stay.nights()))
        case HoldExpired() | HoldReleased() | ReservationReleased() | NightsUnblocked():
            return Nights(unit_id, freed=tuple(event.stay.nights()))
        case ReservationMoved():
            return _exchanged(unit_id, (event.moved_from,), (event.stay,))
        case ExternalBlockAdded():
            return _exchanged(unit_id, event.replaced, event.parts)
        case ExternalBlockRemoved():
            return _exchanged(unit_id, event.parts, ())
        case CalendarOpened() | HoldExtended() | ReservationMade():
            return None
        case FeedConflictDetected() | UnitDeactivated():
            return None
        case _:
            assert_never(event)


def _exchanged(unit_id: UnitId, old: Sequence[Stay], new: Sequence[Stay]) -> Nights:
    """What differs: a night of both stays claimed throughout."""
    before = {night: None for part in old for night in part.nights()}
    after = {night: None for part in new for night in part.nights()}
    return Nights(
        unit_id,
        taken=tuple(night for night in after if night not in before),
        freed=tuple(night for night in before if night not in after),
    )


UNIT_CALENDAR = Decider(
    lifecycle=LIFECYCLE,
    state=UnitCalendar,
    stream_of=lambda command: command.unit_id,
    status_of=status_of,
    decide=decide,
    evolve=evolve,
    claims=claims,
    evolution=2,
    streams_grow_long=True,
)
