"""Priced: one candidate, judged by the stay rules and priced as its quote will be."""

import msgspec
from sqlalchemy import RowMapping

from ledger.errors import Refused
from ledger.values.offer import Offer, payable
from ledger.values.price import Price
from ledger.values.stay import House
from ledger.values.tariff import BookingMode, Levies, Rates
from projections.finding.costs import NOT_CONVERTED
from projections.finding.sought import Order, Place, Sought


class Priced(msgspec.Struct, frozen=True):
    """A candidate that can be booked, its price, and its place in the order of the answer."""

    row: RowMapping
    instant: bool
    price: Price
    place: Place


def judged(sought: Sought, row: RowMapping) -> Priced | None:
    """A candidate with its price; nothing where its quote would be refused."""
    rates = _rates(row["rates"])
    room = rates.of(row["room_type"])
    assert room is not None, "candidates are found by their rates"
    house = House(row["time_zone"], row["check_in_time"], row["check_out_time"])
    offer = Offer(house, room, _levies(row["levies"]), row["capacity"], row["pets"])
    exchange, not_converted = sought.exchanges[row["currency"]]
    try:
        offer.refuse_unless_bookable(sought.asked)
        price = payable(offer.price(sought.asked), exchange)
    except Refused:
        return None
    rank = price.total.minor
    if not sought.has_room_for(rank, not_converted):
        return None
    if sought.order is not Order.PRICE:
        rank = row["rank"]
    elif not_converted is not None:
        rank += NOT_CONVERTED
    place = Place(rank, row["property_id"], row["room_type"])
    return Priced(row, rates.mode is BookingMode.INSTANT, price, place)


_rates = msgspec.json.Decoder(Rates).decode
_levies = msgspec.json.Decoder(Levies).decode
