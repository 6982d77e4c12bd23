"""Availability: which properties there are, their units that are free, and a unit's calendar."""

from typing import Annotated

import fastapi
from fastapi import APIRouter

from api.answers.properties import PropertiesToBook, properties_to_book
from api.asking import Asking, OnPremises
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import LocalDate, Name, Page, Query, Uuid
from api.windows import Window, bounded_stay
from ledger.errors import NoNights
from ledger.values.ids import PropertyId, UnitId
from projections import calendars
from projections.availability import AVAILABILITY, fits
from projections.availability.fits import FreeUnits
from projections.calendars import TakenNights
from projections.search import SEARCH

router = APIRouter(tags=["availability"])


class StayAsked(Query):
    """Which stay a unit shall be free for."""

    room_type: Name
    check_in: LocalDate
    check_out: LocalDate


@router.get("/properties", responses=described(NoSuchPosition, StaleRead))
async def properties(
    query: Annotated[Page, fastapi.Query()], ask: Asking, premises: OnPremises
) -> PropertiesToBook:
    """The properties that can be booked now, by their ids: also those that have no place on a map
    and are found by no search."""
    now = premises.ledger.now()
    return await ask(query, (AVAILABILITY, SEARCH), properties_to_book, query, now)


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
        fits.free_units,
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
