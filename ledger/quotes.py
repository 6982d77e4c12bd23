"""Quotes: worked out from what a property's tariff says now, and booked by what they said then.

A quote is honoured until it expires, whatever rates, levies or policies change meanwhile: a change
"affects only quotes made after it" (spec: domain, section 11). It cannot differ from what we wrote,
because it is signed; so a booking by quote never answers QUOTE_CHANGED, which is for what is worked
out anew at the moment of the decision, such as a refund. Who comes with an expired quote asks
again.
"""

from collections.abc import Sequence

from msgspec import Struct

from ledger import processes
from ledger.aggregates.attestation import ATTESTATION
from ledger.aggregates.booking import Book
from ledger.aggregates.coupon import (
    COUPON,
    RedeemCoupon,
    code_hash_of,
    coupon_of,
)
from ledger.aggregates.property import PROPERTY
from ledger.aggregates.tariff import TARIFF, SetLevies, SetRates, tariff_of
from ledger.aggregates.unit_calendar import UNIT_CALENDAR, UnitCalendar, best_fit
from ledger.draft import Draft
from ledger.errors import (
    CouponNotValid,
    NightsAreTaken,
    NotFound,
    NotOffered,
    OwnListing,
    PolicyNotAccepted,
)
from ledger.events import Actor
from ledger.values.exchange import ReferenceRates
from ledger.values.guests import Party
from ledger.values.hindrance import Hindrance
from ledger.values.ids import (
    AttestationId,
    BookingId,
    CouponId,
    GuestId,
    HostId,
    PropertyId,
    QuoteId,
    UnitId,
    derived_id,
)
from ledger.values.money import Money, same_currency, zero
from ledger.values.offer import Asked, Offer, exchange_on_offer, payable
from ledger.values.policy_text import TERMS, text_hash_of
from ledger.values.price import CouponUse, Price
from ledger.values.quote import NO_ID, VALID_FOR, Quote, numbered
from ledger.values.stay import House, Stay
from ledger.values.tariff import Levies, Rates, RoomRates


class Wish(Struct, frozen=True, kw_only=True):
    """A stay that a guest wants to know the price of.

    `candidates` are the units that may be it: the one that was named, or those of one room type, of
    which the best fit is taken (`any_of_type`). Without a currency it is the listing's.
    """

    guest_id: GuestId
    property_id: PropertyId
    candidates: Sequence[UnitId]
    any_of_type: bool
    stay: Stay
    party: Party
    pets: int = 0
    currency: str | None = None
    coupon_code: str | None = None
    non_refundable: bool = False


class Listing(Struct, frozen=True):
    """Whose a property is and what it is priced in.

    `pets` says whether its rules let any in; where somebody else vouches for it, nobody says that
    they do not.
    """

    host_id: HostId
    currency: str
    house: House | None
    pets: bool = True
    vouched_by: AttestationId | None = None
    revision: int | None = None


class OnOffer(Struct, frozen=True):
    """What a property's stays are quoted under now."""

    listing: Listing
    house: House
    rates: Rates
    rates_version: int
    levies: Levies
    levies_version: int


def booking_of(quote_id: QuoteId) -> BookingId:
    """The booking that a quote can become: one quote, one booking."""
    return BookingId(derived_id(quote_id, "booking"))


# -- The tariff -------------------------------------------------------------------------


def set_rates(draft: Draft, property_id: PropertyId, rates: Rates) -> int:
    """Let the host of a property ask other prices; the version that holds now.

    Raises NotDiscoverable, CurrenciesDiffer, RatesContradict, UnknownPolicy, UnknownCurrency.
    """
    listing = _listing(draft, property_id)
    same_currency(zero(listing.currency), zero(rates.currency))
    draft.do(Actor("H", listing.host_id), SetRates(property_id=property_id, rates=rates))
    tariff = draft.state(TARIFF, tariff_of(property_id))
    assert tariff is not None, "it was set a line ago"
    return tariff.rates_version


def set_levies(draft: Draft, operator: Actor, property_id: PropertyId, levies: Levies) -> int:
    """Let an operator take other fees and taxes; the version that holds now.

    Raises NotDiscoverable, LeviesContradict.
    """
    _listing(draft, property_id)
    draft.do(operator, SetLevies(property_id=property_id, levies=levies))
    tariff = draft.state(TARIFF, tariff_of(property_id))
    assert tariff is not None, "it was set a line ago"
    return tariff.levies_version


# -- Making a quote ---------------------------------------------------------------------


def make_quote(draft: Draft, wish: Wish, reference: ReferenceRates | None) -> Quote:
    """Work out what a stay costs a guest now, and write down everything that it follows from.

    Where the wished currency cannot be quoted, the price is the listing's, and says so. Raises
    NotDiscoverable, OwnListing, NightsAreTaken, NotFound, NotOffered, TooLate, CouponNotValid,
    PetsNotAllowed, BelowProcessorMinimum and its kin, UnknownCurrency, and what stay rules raise.
    """
    offer = _on_offer(draft, wish.property_id)
    if str(wish.guest_id) == str(offer.listing.host_id):
        raise OwnListing(property_id=wish.property_id)
    unit_id, room = _room(draft, wish, offer)
    let, asked = _offer_of(draft, wish, offer, room), _asked(draft, wish)
    let.refuse_unless_bookable(asked)
    if wish.non_refundable and not offer.rates.non_refundable:
        raise NotOffered(non_refundable=True)
    priced = _price(draft, wish, let, asked)
    price, not_converted = _converted(draft, wish, priced, reference)
    policy = offer.rates.policy_for(non_refundable=wish.non_refundable)
    return numbered(
        Quote(
            quote_id=NO_ID,
            guest_id=wish.guest_id,
            host_id=offer.listing.host_id,
            property_id=wish.property_id,
            unit_id=unit_id,
            any_of_type=wish.any_of_type,
            room_type=room.room_type,
            stay=wish.stay,
            house=offer.house,
            party=wish.party,
            pets=wish.pets,
            price=price,
            policy=policy,
            policy_text=text_hash_of(policy),
            terms=TERMS,
            mode=offer.rates.mode,
            rules=room.rules_for(wish.stay.check_in),
            rates_version=offer.rates_version,
            levies_version=offer.levies_version,
            vouched_by=offer.listing.vouched_by,
            revision=offer.listing.revision,
            quoted_at=draft.now,
            expires_at=draft.now + VALID_FOR,
            not_converted=not_converted,
        )
    )


def _listing(draft: Draft, property_id: PropertyId) -> Listing:
    """A property as it may be priced: one that was described here, or that is vouched for."""
    listed = draft.state(PROPERTY, property_id)
    if listed is not None:
        facts, told = listed.facts, listed.description
        return Listing(
            listed.host_id,
            listed.currency,
            house=facts.house if facts else None,
            pets=told is not None and told.rules.pets,
            revision=listed.approved,
        )
    vouched_by = processes.attestation_of(property_id)
    vouched = draft.state(ATTESTATION, vouched_by)
    if vouched is None:
        raise processes.not_discoverable(property_id, Hindrance.NOT_VOUCHED_FOR)
    return Listing(vouched.host_id, vouched.currency, vouched.house, vouched_by=vouched_by)


def _on_offer(draft: Draft, property_id: PropertyId) -> OnOffer:
    processes.refuse_unless_discoverable(draft, property_id)
    listing = _listing(draft, property_id)
    tariff = draft.state(TARIFF, tariff_of(property_id))
    if tariff is None or tariff.rates is None:
        raise processes.not_discoverable(property_id, Hindrance.NO_RATES)
    if tariff.levies is None:
        raise processes.not_discoverable(property_id, Hindrance.NO_LEVIES)
    assert listing.house is not None, "what is discoverable was approved"
    return OnOffer(
        listing,
        listing.house,
        tariff.rates,
        tariff.rates_version,
        tariff.levies,
        tariff.levies_version,
    )


def _room(draft: Draft, wish: Wish, offer: OnOffer) -> tuple[UnitId, RoomRates]:
    """The best fit of the units that may be it, and what a room of its type costs."""
    calendars = {unit_id: _calendar(draft, wish, unit_id) for unit_id in wish.candidates}
    taken = NightsAreTaken(
        property_id=wish.property_id,
        check_in=wish.stay.check_in,
        check_out=wish.stay.check_out,
    )
    if not calendars:
        raise taken
    room_type = calendars[wish.candidates[0]].room_type
    room = offer.rates.of(room_type)
    if room is None:
        raise processes.not_discoverable(wish.property_id, Hindrance.NO_RATES)
    buffer_nights = room.rules_for(wish.stay.check_in).buffer_nights
    while (unit_id := best_fit(calendars, wish.stay.kept(buffer_nights))) is not None:
        if not calendars.pop(unit_id).is_sold_elsewhere(wish.stay):
            return unit_id, room
    raise taken


def _calendar(draft: Draft, wish: Wish, unit_id: UnitId) -> UnitCalendar:
    calendar = draft.state(UNIT_CALENDAR, unit_id)
    if calendar is None or calendar.property_id != wish.property_id:
        raise NotFound(unit_id=unit_id, property_id=wish.property_id)
    return calendar


def _asked(draft: Draft, wish: Wish) -> Asked:
    return Asked(
        stay=wish.stay,
        party=wish.party,
        at=draft.now,
        pets=wish.pets,
        non_refundable=wish.non_refundable,
    )


def _offer_of(draft: Draft, wish: Wish, offer: OnOffer, room: RoomRates) -> Offer:
    """A room as its stays are judged and priced; its capacity is that which was approved."""
    capacity = processes.approved_heads(draft, wish.property_id, room.room_type)
    return Offer(offer.house, room, offer.levies, capacity, offer.listing.pets)


def _price(draft: Draft, wish: Wish, offer: Offer, asked: Asked) -> Price:
    """The price with every night explained, less what the coupon pays. Raises CouponNotValid."""
    price = offer.price(asked)
    if wish.coupon_code is None:
        return price
    coupon_id = coupon_of(code_hash_of(wish.coupon_code))
    coupon = draft.state(COUPON, coupon_id)
    if coupon is None:
        raise CouponNotValid(why="unknown")
    coupon.refuse_unless_valid(wish.guest_id, draft.now)
    lessened = offer.price(asked, CouponUse(coupon_id, coupon.worth(price.subtotal).minor))
    if lessened.coupon is None or not lessened.coupon.minor:
        raise CouponNotValid(why="nothing_to_pay_towards")
    return lessened


def _converted(
    draft: Draft, wish: Wish, price: Price, reference: ReferenceRates | None
) -> tuple[Price, str | None]:
    """The price in the wished currency; or in the listing's, and the code of what is in the way."""
    wished = wish.currency or price.currency
    exchange, not_converted = exchange_on_offer(reference, price.currency, wished, draft.now)
    return payable(price, exchange), not_converted


# -- Booking by quote -------------------------------------------------------------------


def book_quoted(
    draft: Draft,
    guest: Actor,
    quote: Quote,
    accepted_policy: str,
    others: Sequence[UnitId] = (),
) -> Book:
    """Ask for the stay of a quote that is ours and unexpired (see `opened`), and use its coupon.

    `others` are units of the room type that may take its place, where the quote lets them and the
    unit that it named is gone. Raises PolicyNotAccepted, CouponNotValid, and what `processes.book`
    raises: a quote that became a booking already is refused there. A property that was taken out
    of discovery meanwhile is NotDiscoverable, whatever was quoted, a room that was approved for
    fewer heads meanwhile is PartyExceedsCapacity (BK1), and a quote by the clocks of a time zone
    that the property is no longer in is QuoteExpired; so is one by the word of somebody who vouched
    for a property that was reviewed meanwhile.
    """
    processes.refuse_unless_let_as_before(draft, quote, quote.room_type)
    if accepted_policy != quote.policy_text:
        raise PolicyNotAccepted(accepted=accepted_policy, policy_text=quote.policy_text)
    units = dict.fromkeys([quote.unit_id, *(others if quote.any_of_type else ())])
    booked = processes.book_first_free(draft, guest, _command(quote), units, quote.rules)
    if quote.price.coupon is not None:
        redeem = RedeemCoupon(
            coupon_id=CouponId(quote.price.coupon.coupon_id),
            booking_id=booked.booking_id,
            guest_id=quote.guest_id,
            amount=Money(quote.price.coupon.minor, quote.price.currency),
            quoted_at=quote.quoted_at,
        )
        draft.do(processes.PROCESS, redeem)
    return booked


def _command(quote: Quote) -> Book:
    return Book(
        booking_id=booking_of(quote.quote_id),
        guest_id=quote.guest_id,
        host_id=quote.host_id,
        property_id=quote.property_id,
        unit_id=quote.unit_id,
        room_type=quote.room_type,
        stay=quote.stay,
        house=quote.house,
        party=quote.party,
        price=quote.price,
        policy=quote.policy,
        vouched_by=quote.vouched_by,
        revision=quote.revision,
        mode=quote.mode,
        quote_id=quote.quote_id,
        policy_text=quote.policy_text,
    )
