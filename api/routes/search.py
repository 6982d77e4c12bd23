"""Search: what can be booked for a whole stay, and what it costs altogether."""

from typing import Annotated

import fastapi
from fastapi import APIRouter
from pydantic import Field

from api.answers.search import StaysToBook, stays_with_titles
from api.asking import Asking, OnPremises
from api.cursors import AMONG_ROOMS, place_of
from api.faults import InvalidRequest, NoSuchPosition, StaleRead
from api.premises import Premises
from api.problems import described
from api.shapes import Query, Uuid
from api.wishes.search import MapWish, SearchWish
from ledger.errors import NoNights, NotFound, SearchTooWide, UnknownCurrency
from ledger.values.clock import Instant
from ledger.values.exchange import ReferenceRates
from ledger.values.ids import PropertyId
from projections.availability import AVAILABILITY
from projections.finding.clusters import Clusters, clusters_to_book
from projections.finding.sought import Order, Place, Sought
from projections.finding.visibility import Visibility, visibility_of
from projections.search import SEARCH
from projections.showing.photos import SEEN_IN

router = APIRouter(tags=["search"])

SHOWN_IN = (SEARCH, AVAILABILITY, *SEEN_IN)
"""Where a room is found, and where its photo is."""


class SearchPage(SearchWish):
    """A search, and which page of what it finds."""

    cursor: Annotated[str, Field(max_length=500)] | None = Field(
        default=None, description="What the page before this one answered, to the same question"
    )
    limit: Annotated[int, Field(ge=1, le=50)] = 20

    def sought(self, now: Instant, reference: ReferenceRates | None) -> Sought:
        """In the words of the read model, where distances are measured from somewhere.

        Raises InvalidRequest, NoNights, UnknownCurrency.
        """
        sought = super().sought(now, reference)
        if sought.near is None and sought.order is Order.DISTANCE:
            raise InvalidRequest(missing="near, or a box")
        return sought


@router.get(
    "/search",
    responses=described(NoNights, NoSuchPosition, SearchTooWide, StaleRead, UnknownCurrency),
)
async def search(
    query: Annotated[SearchPage, fastapi.Query()], ask: Asking, premises: OnPremises
) -> StaysToBook:
    """The rooms that can be booked for the whole stay, each with its total: what its quote says.

    They were free at the answer's position. Whoever books what is gone meanwhile is refused:
    DATES_UNAVAILABLE where its nights are taken, NOT_DISCOVERABLE where it is let no more."""
    ended = place_of(query, query.cursor, AMONG_ROOMS)
    after = Place(*ended) if ended else None
    sought = await premises.look(lambda _, ledger: sought_now(query, premises, ledger.now()))
    return await ask(query, SHOWN_IN, stays_with_titles, query, sought, after, query.limit)


@router.get(
    "/search/clusters",
    responses=described(NoNights, NoSuchPosition, SearchTooWide, StaleRead, UnknownCurrency),
)
async def clusters(
    query: Annotated[MapWish, fastapi.Query()], ask: Asking, premises: OnPremises
) -> Clusters:
    """How many rooms can be booked in each cell of a map, and the lowest of their totals. The order
    of a search does not matter here."""
    sought = await premises.look(lambda _, ledger: sought_now(query, premises, ledger.now()))
    return await ask(query, (SEARCH, AVAILABILITY), clusters_to_book, sought, query.zoom)


@router.get(
    "/properties/{property_id}/visibility",
    responses=described(NoSuchPosition, NotFound, StaleRead),
)
async def visibility(
    property_id: Uuid, query: Annotated[Query, fastapi.Query()], ask: Asking, premises: OnPremises
) -> Visibility:
    """Why a property can be found or not, part by part, each with the event that says so."""
    now = premises.ledger.now()
    return await ask(query, (SEARCH, AVAILABILITY), visibility_of, PropertyId(property_id), now)


def sought_now(wish: SearchWish, premises: Premises, now: Instant) -> Sought:
    """What is sought now, with the newest reference rates."""
    return wish.sought(now, premises.quoting.reference.newest(now))
