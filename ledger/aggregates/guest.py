"""A guest: for how many stays nights are kept before anybody has paid.

Each booking of a guest writes here, so two that are made at once cannot both be the last that may.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import TooManyHolds
from ledger.events.guest import GuestEvent, StayHeld
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, GuestId, StreamId, derived_id

LIVE_HOLDS = 3
"""For how many stays of a guest nights are kept unpaid at once (UC1)."""

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Whether they ever asked for a stay."""

    KNOWN = "known"


class Guest(Struct, frozen=True):
    """The bookings whose nights were kept unpaid when the last one was made, that one included."""

    status: Status
    held: tuple[BookingId, ...]


def guest_of(guest_id: GuestId) -> StreamId:
    """The stream of a guest; under their own id stands what they are as a host."""
    return StreamId(derived_id(guest_id, "guest"))


# -- Commands ---------------------------------------------------------------------------


class HoldStay(Command, frozen=True, kw_only=True):
    """Keep nights for one more stay; `beside` are those of `held` whose nights are kept still."""

    guest_id: GuestId
    booking_id: BookingId
    beside: tuple[BookingId, ...]


GuestCommand = HoldStay

# -- Lifecycle --------------------------------------------------------------------------

LIFECYCLE = Lifecycle(
    "guest",
    Step("GU1", HoldStay, states(None, Status.KNOWN), actors("X"), StayHeld, Status.KNOWN,
         "nights are kept unpaid for fewer than three other stays"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(guest: Guest | None, command: GuestCommand, now: Instant) -> Sequence[GuestEvent]:
    """Keep nights for one more stay, once.

    Raises TooManyHolds, with the bookings that have theirs; TransitionNotAllowed.
    """
    del now
    if guest is not None and command.booking_id in guest.held:
        LIFECYCLE.refuse(HoldStay, guest.status)
    if len(command.beside) >= LIVE_HOLDS:
        raise TooManyHolds(guest_id=command.guest_id, limit=LIVE_HOLDS, bookings=command.beside)
    return [
        StayHeld(guest_id=command.guest_id, booking_id=command.booking_id, beside=command.beside)
    ]


# -- Evolution --------------------------------------------------------------------------


def evolve(guest: Guest | None, event: GuestEvent) -> Guest:
    """The guest after an event."""
    status = LIFECYCLE.after(event, guest and guest.status)
    return Guest(status, (*event.beside, event.booking_id))


GUEST = Decider(
    lifecycle=LIFECYCLE,
    state=Guest,
    stream_of=lambda command: guest_of(command.guest_id),
    decide=decide,
    evolve=evolve,
)
