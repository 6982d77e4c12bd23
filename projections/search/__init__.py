"""Search: what of every property can be found, and everything that judging and pricing it takes.

Which nights of its units are taken is availability's matter. Whether something can be found is
never stored as a word of its own: hosts, properties and tariffs keep each part of the predicate
(spec: domain, section 2) beside the event that made it so, and who asks puts them together, at the
time of asking (`projections.finding`).

A property that somebody vouches for, without facts of its own, has no place and is not found here.
"""

from typing import get_args

from ledger.events import Recorded
from projections.projection import Matters, Projection, Rows, by_event
from projections.search import hosting, listing, pricing, rating
from projections.search.hosting import MAY_HOST, HostEvent, hosts
from projections.search.letting import KEPT, LOWEST, arrivals
from projections.search.listing import ListingEvent, properties, rooms
from projections.search.pricing import TariffEvent, tariffs, terms
from projections.search.rating import SHOWN, STARS, RatingEvent, ratings
from projections.search.schema import tables

__all__ = [
    "KEPT",
    "LOWEST",
    "MAY_HOST",
    "SEARCH",
    "SHOWN",
    "STARS",
    "arrivals",
    "hosts",
    "properties",
    "ratings",
    "rooms",
    "tariffs",
    "terms",
]

SearchEvent = HostEvent | ListingEvent | TariffEvent | RatingEvent

MATTERS: Matters = {
    HostEvent: hosting.project,
    ListingEvent: listing.project,
    TariffEvent: pricing.project,
    RatingEvent: rating.project,
}
"""Which file knows what the events of a union change."""

_PROJECTS = by_event(MATTERS)


def project(rows: Rows, recorded: Recorded[SearchEvent]) -> None:
    """Change what the event is about: a host, a property, its tariff or its rating."""
    _PROJECTS[type(recorded.event)](rows, recorded, recorded.event)


# Each row is one stream's: a host's, a property's, a tariff's or a review's.
SEARCH = Projection("search", 3, tables, get_args(SearchEvent), project, sliced_by="stream")
