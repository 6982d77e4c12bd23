"""Moves of guests who want a stay, and of hosts who answer them."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import Any

from ledger import processes
from ledger.draft import Draft
from ledger.events import Actor
from ledger.quotes import Wish
from ledger.values.guests import Party
from ledger.values.ids import BookingId
from ledger.values.stay import local_date, stay
from tests.machine.places import GUESTS, Place
from tests.machine.town import COUPONS, Town

DAY = timedelta(days=1)


def quotes(town: Town, _chance: Random) -> Iterable[Any]:
    """Quotes that were made."""
    return town.quotes[-1:]


def asks(town: Town, place: Place, chance: Random) -> None:
    """A guest asks what a stay costs, and books it."""
    today = local_date(town.clock.now, place.house.time_zone)
    ahead = chance.choice((0, 1, 2, 3, 5, 8, 15, 35))
    nights = chance.choice((1, 2, 2, 3, 5, 7, 9))
    wish = Wish(
        guest_id=chance.choice(GUESTS),
        property_id=place.property_id,
        candidates=place.unit_ids,
        any_of_type=chance.random() < 0.7,
        stay=stay(today + ahead * DAY, today + (ahead + nights) * DAY),
        party=Party(chance.randint(1, 3), chance.randint(0, 1)),
        currency=chance.choice(place.paid_in),
        coupon_code=chance.choice((None, None, None, *COUPONS)),
        non_refundable=chance.random() < 0.15,
    )
    quote = town.quote(place, wish)
    if chance.random() < 0.95:
        town.book_quoted(quote)


def books_late(town: Town, _subject: Any, chance: Random) -> None:
    """A guest books what was quoted some time ago."""
    town.book_quoted(chance.choice(town.quotes[-5:]))


def declines(draft: Draft, host: Actor, booking_id: BookingId) -> None:
    """The host does not want the guest."""
    processes.decline(draft, host, booking_id, "not_suitable")
