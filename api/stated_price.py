"""Booking at a price that the caller states, in the first unit that is free.

The property's attestation says everything else that a quote would.
"""

from collections.abc import Sequence

from api import speakers
from api.answers import bookings
from api.wishes.stays import BookingWish
from ledger import processes
from ledger.aggregates.attestation import ATTESTATION, Attestation
from ledger.aggregates.booking import Book
from ledger.aggregates.property import PROPERTY
from ledger.draft import Draft, Plan
from ledger.errors import NothingVouchedFor
from ledger.values.guests import Party
from ledger.values.hindrance import Hindrance
from ledger.values.ids import BookingId, GuestId, PropertyId, UnitId
from ledger.values.money import same_currency, zero
from ledger.values.policy import Policy
from ledger.values.price import Price, price_of
from ledger.values.rates import NightPrice
from ledger.values.stay import Stay
from ledger.values.tariff import BookingMode

NO_UNIT = UnitId("")
"""Stands in a command until a free unit is found."""


def booking_plan(
    wish: BookingWish, stay: Stay, booking_id: BookingId, candidates: Sequence[UnitId]
) -> Plan:
    """The plan that books the first of the candidates that is free.

    A stay that costs nothing is confirmed at once. Raises NightsAreTaken, NotDiscoverable,
    NotFound, NothingVouchedFor, CurrenciesDiffer, OwnListing, TooLate.
    """

    def plan(draft: Draft) -> None:
        asked = _without_unit(wish, stay, booking_id, draft)
        guest = speakers.guest(asked.guest_id)
        booked = processes.book_first_free(draft, guest, asked, candidates)
        if not booked.price.total.minor:
            processes.confirm(draft, booking_id)
        bookings.answer(draft, booked)

    return plan


def _without_unit(wish: BookingWish, stay: Stay, booking_id: BookingId, draft: Draft) -> Book:
    """The command to book, but for the unit, under the terms that somebody vouches for.

    A property that its host described here is let under what was approved of it, and quoted.
    """
    property_id = PropertyId(wish.property_id)
    vouched_by = processes.attestation_of(property_id)
    processes.refuse_unless_discoverable(draft, property_id)
    terms = draft.state(ATTESTATION, vouched_by)
    if terms is None or draft.state(PROPERTY, property_id) is not None:
        raise processes.not_discoverable(property_id, Hindrance.NOT_VOUCHED_FOR)
    return Book(
        booking_id=booking_id,
        guest_id=GuestId(wish.guest_id),
        host_id=terms.host_id,
        property_id=property_id,
        unit_id=NO_UNIT,
        room_type=wish.room_type or "",
        stay=stay,
        house=terms.house,
        party=Party(**wish.party.model_dump()),
        price=_price(wish, stay, terms),
        policy=_policy(wish, terms),
        vouched_by=vouched_by,
        mode=BookingMode(wish.mode),
    )


def _price(wish: BookingWish, stay: Stay, terms: Attestation) -> Price:
    each = same_currency(zero(terms.currency), wish.price_per_night.money)
    nights = [NightPrice(night, each.minor) for night in stay.nights()]
    return price_of(nights, terms.fee_plan, each.currency)


def _policy(wish: BookingWish, terms: Attestation) -> Policy:
    for policy in terms.policies:
        if policy.name == wish.policy:
            return policy
    raise NothingVouchedFor(property_id=terms.property_id, policy=wish.policy)
