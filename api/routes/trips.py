"""Trips: what a guest sees of the stays they booked."""

from typing import Annotated

import fastapi
from fastapi import APIRouter

from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Query, Uuid
from ledger.errors import NotFound
from ledger.values.ids import BookingId, GuestId
from projections import trips
from projections.projection import Answer
from projections.trips import TRIPS, Trip, Trips

router = APIRouter(tags=["trips"])


class OneTrip(Answer):
    """One stay of a guest, as it was at the position."""

    trip: Trip


@router.get("/guests/{guest_id}/trips", responses=described(NoSuchPosition, StaleRead))
async def trips_of(guest_id: Uuid, query: Annotated[Query, fastapi.Query()], ask: Asking) -> Trips:
    """All stays of a guest, the latest arrival first; none for a guest that nobody knows."""
    return await ask(query, TRIPS, trips.trips_of, GuestId(guest_id))


@router.get("/trips/{booking_id}", responses=described(NotFound, NoSuchPosition, StaleRead))
async def trip(booking_id: Uuid, query: Annotated[Query, fastapi.Query()], ask: Asking) -> OneTrip:
    """One stay of a guest, by the booking's id."""
    found = await ask(query, TRIPS, trips.trip, BookingId(booking_id))
    if found.trip is None:
        raise NotFound(booking_id=booking_id, position=found.position)
    return OneTrip(position=found.position, trip=found.trip)
