"""Properties as they are answered: those that can be booked, page by page."""

from sqlalchemy import Connection

from api.cursors import AMONG_PROPERTIES, page_of, place_of
from api.shapes import Page
from ledger.values.clock import Instant
from projections.properties import Properties, properties


class PropertiesToBook(Properties):
    """A page of the properties that can be booked. `cursor` asks for the next one; without it there
    is none.
    """

    cursor: str | None


def properties_to_book(db: Connection, query: Page, now: Instant) -> PropertiesToBook:
    """A page of the properties that can be booked now. Raises InvalidRequest."""
    ended = place_of(query, query.cursor, AMONG_PROPERTIES)
    found = properties(db, now, query.limit + 1, ended[0] if ended else None)
    shown, cursor = page_of(query, found.properties, lambda one: (one.property_id,))
    return PropertiesToBook(position=found.position, properties=shown, cursor=cursor)
