"""Listings to read: what guests are told of a property, and what its host has said of it."""

from typing import Annotated

import fastapi
from fastapi import APIRouter

from api.answers.houses import (
    HousesToList,
    HouseToRead,
    ListingToRead,
    house_to_host,
    house_to_support,
    houses_to_list,
    listing_to_read,
)
from api.asking import Asking, OnPremises
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Page, Query, Uuid
from api.wishes.staff import AsSupport
from ledger.errors import NotDiscoverable, NotFound
from ledger.values.ids import HostId, PropertyId
from projections.showing.listings import READ, Photos, photos_of

router = APIRouter(tags=["properties"])

TO_GUESTS = described(NotDiscoverable, NotFound, NoSuchPosition, StaleRead)
TO_HOSTS = described(NotFound, NoSuchPosition, StaleRead)
Now = Annotated[Query, fastapi.Query()]


@router.get("/properties/{property_id}/listing", responses=TO_GUESTS)
async def listing(
    property_id: Uuid, query: Now, ask: Asking, premises: OnPremises
) -> ListingToRead:
    """What guests read and see of a property before they name dates: its approved facts, its words,
    its photos and its rules. One that cannot be found now is not shown, and the reasons are named.
    """
    now = premises.ledger.now()
    return await ask(query, READ, listing_to_read, PropertyId(property_id), now)


@router.get("/properties/{property_id}/photos", responses=TO_GUESTS)
async def photos(property_id: Uuid, query: Now, ask: Asking, premises: OnPremises) -> Photos:
    """The photos that its host shows of a property, in the host's order and in every size."""
    return await ask(query, READ, photos_of, PropertyId(property_id), premises.ledger.now())


@router.get("/hosts/{host_id}/properties", responses=described(NoSuchPosition, StaleRead))
async def houses_of_host(
    host_id: Uuid, query: Annotated[Page, fastapi.Query()], ask: Asking
) -> HousesToList:
    """The properties of a host, whether they can be found or not, by their ids."""
    return await ask(query, READ, houses_to_list, HostId(host_id), query)


@router.get("/hosts/{host_id}/properties/{property_id}", responses=TO_HOSTS)
async def house_of_host(host_id: Uuid, property_id: Uuid, query: Now, ask: Asking) -> HouseToRead:
    """All that a host has said of a property: what is approved, and beside it what waits. Where it
    stands and what it lacks is said at the property itself."""
    return await ask(query, READ, house_to_host, HostId(host_id), PropertyId(property_id))


@router.get("/support/properties/{property_id}", responses=TO_HOSTS)
async def house_for_support(
    property_id: Uuid, query: Annotated[AsSupport, fastapi.Query()], ask: Asking
) -> HouseToRead:
    """All that its host has said of a property, as support reads it."""
    return await ask(query, READ, house_to_support, PropertyId(property_id))
