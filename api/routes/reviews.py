"""Reviews to read: of a property, of a host, of a guest; and what somebody may still write."""

from typing import Annotated

import fastapi
from fastapi import APIRouter

from api.answers.reviews import ReviewsToRead, readable
from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Page, Query, Uuid
from ledger.values.ids import GuestId, HostId, PropertyId
from projections import reviews, reviews_to_write
from projections.reviews import REVIEWS
from projections.reviews_to_write import ReviewsToWrite

router = APIRouter(tags=["reviews"])

UNREADABLE = described(NoSuchPosition, StaleRead)
AtMost = Annotated[Page, fastapi.Query()]
Now = Annotated[Query, fastapi.Query()]


@router.get("/properties/{property_id}/reviews", responses=UNREADABLE)
async def reviews_of_property(property_id: Uuid, query: AtMost, ask: Asking) -> ReviewsToRead:
    """What guests say of their stays at a property, the latest first."""
    of, question = PropertyId(property_id), readable(reviews.reviews_of_property)
    return await ask(query, REVIEWS, question, of, query)


@router.get("/hosts/{host_id}/reviews", responses=UNREADABLE)
async def reviews_of_host(host_id: Uuid, query: AtMost, ask: Asking) -> ReviewsToRead:
    """What guests say of their stays at all properties of a host, the latest first."""
    of, question = HostId(host_id), readable(reviews.reviews_of_host)
    return await ask(query, REVIEWS, question, of, query)


@router.get("/guests/{guest_id}/reviews", responses=UNREADABLE)
async def reviews_of_guest(guest_id: Uuid, query: AtMost, ask: Asking) -> ReviewsToRead:
    """What hosts say of a guest, the latest first."""
    of, question = GuestId(guest_id), readable(reviews.reviews_of_guest)
    return await ask(query, REVIEWS, question, of, query)


@router.get("/guests/{guest_id}/reviews-to-write", responses=UNREADABLE)
async def to_write_as_guest(guest_id: Uuid, query: Now, ask: Asking) -> ReviewsToWrite:
    """The stays that a guest may still review, and until when."""
    return await ask(query, REVIEWS, reviews_to_write.to_write_as_guest, GuestId(guest_id))


@router.get("/hosts/{host_id}/reviews-to-write", responses=UNREADABLE)
async def to_write_as_host(host_id: Uuid, query: Now, ask: Asking) -> ReviewsToWrite:
    """The guests that a host may still review, and until when."""
    return await ask(query, REVIEWS, reviews_to_write.to_write_as_host, HostId(host_id))
