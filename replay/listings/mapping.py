"""What becomes of a row here, field by field, and what stands where the source says nothing.

    the source's column     here                       why so
    ──────────────────────  ─────────────────────────  ───────────────────────────────────────────
    id                      ids of all that follows    imported again, it is the same listing
    host_id                 the provider's id          the source gives a hash instead of a name
    name                    the title, in the vault    a host wrote it: history names it, no more
    neighbourhood_cleansed  the address, in the vault  street and number are withheld
    latitude, longitude     the place and its area     blurred by the source by some 150 metres;
                                                       the time zone follows from them
    property_type           the kind                   see `kind_of`
    room_type               the room type's name       a listing is one unit
    accommodates            capacity
    bathrooms               whole bathrooms            half a one has no bath
    bedrooms, beds          the same
    amenities               codes, and house rules     see `amenities`
    price                   the price of every night   the file has one price for a listing
    minimum_nights,         rules of every stay        1,125 is the source's own maximum: kept
    maximum_nights
    instant_bookable        instant, else on request
    unavailable             nights that are blocked    let elsewhere or kept back: it does not say

    What the source lacks   here                       why so
    ──────────────────────  ─────────────────────────  ───────────────────────────────────────────
    who the host is         an operator vouches        nobody here has seen a document, and the
                                                       history says so
    the payout account      attested, without a bank   it can be found and booked; nothing is paid
                            account behind it          out before a bank account is known
    registration            `REGISTRATION`             a number of a register cannot be invented;
                                                       this is plainly none
    photos                  none; an operator vouches  the pictures are not part of the data
    check-in, check-out     `CHECK_IN`, `CHECK_OUT`
    house rules             the door's own defaults    but pets and smoking, where amenities say so
    cancellation            `POLICY`                   the one that is kindest to guests
    fees                    `LEVIES`                   guests pay what the source shows
    taxes                   none                       an operator sets them: rates change yearly
    missing room figures    the door's own defaults    as where a host leaves them out

Not taken at all: number_of_reviews, review_scores_rating and calculated_host_listings_count, which
are counted here and never stated, and license, which is empty in all rows.
"""

from datetime import time

import tzfpy

from ledger.values.ids import HostId, PropertyId, UnitId, derived_id
from ledger.values.levies import FeePlan
from ledger.values.listing import (
    Description,
    Facts,
    HouseRules,
    Place,
    PropertyKind,
    RoomType,
    unit_of,
)
from ledger.values.policy import FLEXIBLE
from ledger.values.rates import RatePlan
from ledger.values.stay import House
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import BookingMode, Levies, Rates, RoomRates
from ledger.values.texts import Written
from replay.listings.amenities import codes_of, plain
from replay.listings.rows import DEGREE_E6, Let, Listing

SOURCE = "inside-airbnb"
"""The first part of every id: other sources may number their listings alike. Permanent."""

CHECK_IN, CHECK_OUT = time(15), time(11)
POLICY = FLEXIBLE.name
REGISTRATION = "not-stated"
LEVIES = Levies(fee_plan=FeePlan("import", 1, guest_fee_bp=0, host_fee_bp=1500))

ROOM_NAMES = {
    Let.ENTIRE: "entire place",
    Let.HOTEL_ROOM: "hotel room",
    Let.PRIVATE_ROOM: "private room",
    Let.SHARED_ROOM: "shared room",
}

FLATS = ("apartment", "rental unit", "condo", "loft", "guest suite")
"""What an entire place is called that is no house of its own."""

# -- Ids ----------------------------------------------------------------------------------


def property_of(listing: str) -> PropertyId:
    """The id of a listing's property, by the source's id."""
    return PropertyId(derived_id(SOURCE, "listing", listing))


def host_of(host: str) -> HostId:
    """The id of a host, by the source's id."""
    return HostId(derived_id(SOURCE, "host", host))


def unit_of_listing(listing: Listing) -> UnitId:
    """The id of the one unit that a listing is."""
    return unit_of(property_of(listing.listing), ROOM_NAMES[listing.let], 1)


# -- Texts --------------------------------------------------------------------------------


def address_of(listing: Listing) -> str:
    """What is known of the address: the part of town."""
    return f"{listing.neighbourhood}, {listing.area.city}"


# -- What it is ---------------------------------------------------------------------------


def kind_of(listing: Listing) -> PropertyKind:
    """What a listing is: by what of it is let, and by what the source calls it."""
    called = listing.property_type.casefold()
    if listing.let is Let.HOTEL_ROOM or called.startswith("room in"):
        return PropertyKind.HOTEL
    if listing.let in (Let.PRIVATE_ROOM, Let.SHARED_ROOM):
        return PropertyKind.ROOM
    if any(flat in called for flat in FLATS):
        return PropertyKind.APARTMENT
    return PropertyKind.HOUSE


def facts_of(listing: Listing, address: Written) -> Facts:
    """What a reviewer looks at."""
    area = listing.area
    return Facts(
        kind=kind_of(listing),
        place=Place(
            country=area.country,
            region=area.region,
            city=area.city,
            latitude_e6=listing.latitude_e6,
            longitude_e6=listing.longitude_e6,
            address=address,
        ),
        house=House(_time_zone(listing), CHECK_IN, CHECK_OUT),
        rooms=(_room_of(listing),),
        registration=f"{REGISTRATION}:{SOURCE}/{listing.listing}",
    )


def _time_zone(listing: Listing) -> str:
    return tzfpy.get_tz(listing.longitude_e6 / DEGREE_E6, listing.latitude_e6 / DEGREE_E6)


def _room_of(listing: Listing) -> RoomType:
    said = {
        "bedrooms": listing.bedrooms,
        "beds": listing.beds,
        "bathrooms": listing.bathrooms,
    }
    figures = {name: figure for name, figure in said.items() if figure is not None}
    return RoomType(ROOM_NAMES[listing.let], units=1, capacity=listing.capacity, **figures)


def description_of(listing: Listing, words: Written) -> Description:
    """What guests read and see."""
    said = {plain(one) for one in listing.amenities}
    codes = {code for one in listing.amenities for code in codes_of(one)}
    return Description(
        words=words,
        amenities=tuple(sorted(codes)),
        photos=(),
        rules=HouseRules(pets="pets allowed" in said, smoking="smoking allowed" in said),
    )


# -- What it costs ------------------------------------------------------------------------


def rates_of(listing: Listing) -> Rates:
    """What a night costs, and which stays are let, of a listing that has a price."""
    assert listing.price_minor is not None, "it is offered where it has a price"
    currency = listing.area.currency
    rules = StayRules(
        min_nights=listing.min_nights, max_nights=listing.max_nights, capacity=listing.capacity
    )
    plan = RatePlan(name=SOURCE, version=1, currency=currency, base_minor=listing.price_minor)
    return Rates(
        currency=currency,
        rooms=(RoomRates(ROOM_NAMES[listing.let], plan, rules),),
        policy=POLICY,
        mode=BookingMode.INSTANT if listing.instant else BookingMode.REQUEST,
    )
