"""Availability: which properties there are, their units that are free, and a unit's calendar."""

from typing import Annotated

import fastapi
from fastapi import APIRouter

from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import LocalDate, Name, Query, Uuid
from api.windows import Window, bounded_stay
from ledger.errors import NoNights
from ledger.values.ids import PropertyId, UnitId
from projections import availability, calendars
from projections import properties as listing
from projections.availability import AVAILABILITY, FreeUnits
from projections.calendars import TakenNights
from projections.properties import Properties

router = APIRouter(tags=["availability"])


class StayAsked(Query):
    """Which stay a unit shall be free for."""

    room_type: Name
    check_in: LocalDate
    check_out: LocalDate


@router.get("/properties", responses=described(NoSuchPosition, StaleRead))
async def properties(query: Annotated[Query, fastapi.Query()], ask: Asking) -> Properties:
    """All properties that have units, by name."""
    return await ask(query, AVAILABILITY, listing.properties)


@router.get(
    "/properties/{property_id}/availability",
    responses=described(NoNights, NoSuchPosition, StaleRead),
)
async def free_units(
    property_id: Uuid, query: Annotated[StayAsked, fastapi.Query()], ask: Asking
) -> FreeUnits:
    """The units of a room type that are free for a stay, the best fit first."""
    asked = bounded_stay(query.check_in, query.check_out)
    return await ask(
        query,
        AVAILABILITY,
        availability.free_units,
        PropertyId(property_id),
        query.room_type,
        asked,
    )


@router.get("/units/{unit_id}/calendar", responses=described(NoSuchPosition, StaleRead))
async def calendar(
    unit_id: Uuid, query: Annotated[Window, fastapi.Query()], ask: Asking
) -> TakenNights:
    """The nights of a unit that are taken; none for a unit that nobody knows."""
    query.refuse_too_long()
    return await ask(
        query, AVAILABILITY, calendars.taken_nights, UnitId(unit_id), query.begins, query.ends
    )
