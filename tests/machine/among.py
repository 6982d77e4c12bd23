"""What moves are made of: among what one is made, and steps that a guest or a host takes.

Among what a move is made also tells when it is possible: where there is nothing, it is not.
"""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from ledger.aggregates.booking import Status
from ledger.draft import Draft
from ledger.events import Actor
from ledger.values.ids import BookingId
from tests.machine.places import PLACES, Place
from tests.machine.town import Town

Among = Callable[[Town, Random], Iterable[Any]]
Does = Callable[[Town, Any, Random], None]

NO_SENSE = 0.06
"""How often somebody does to a booking what makes no sense where it stands."""


def the_town(town: Town, _chance: Random) -> Iterable[Any]:
    """Always, once."""
    return (town,)


def places(_town: Town, _chance: Random) -> Iterable[Place]:
    """Any house."""
    return PLACES


def bookings(*statuses: Status) -> Among:
    """Bookings that stand somewhere; now and then any."""

    def among(town: Town, chance: Random) -> Iterable[BookingId]:
        if chance.random() < NO_SENSE:
            return town.recent
        return town.standing(*statuses)

    return among


def by_guest(step: Callable[[Draft, Actor, BookingId], None]) -> Does:
    """The booking's guest does something at the door."""

    def does(town: Town, booking_id: BookingId, _chance: Random) -> None:
        guest = Actor("G", town.booking_of(booking_id).guest_id)
        town.decide(lambda draft: step(draft, guest, booking_id), booking_id)

    return does


def by_host(step: Callable[[Draft, Actor, BookingId], None]) -> Does:
    """The booking's host does something at the door."""

    def does(town: Town, booking_id: BookingId, _chance: Random) -> None:
        host = Actor("H", town.booking_of(booking_id).host_id)
        town.decide(lambda draft: step(draft, host, booking_id), booking_id)

    return does
