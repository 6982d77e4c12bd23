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
from ledger.aggregates.attestation import ATTESTATION, Attestation
from ledger.aggregates.booking import Book
from ledger.aggregates.coupon import (
    COUPON,
    RedeemCoupon,
    code_hash_of,
    coupon_of,
)
from ledger.aggregates.tariff import TARIFF, SetLevies, SetRates, tariff_of
from ledger.aggregates.unit_calendar import UNIT_CALENDAR, UnitCalendar, best_fit
from ledger.draft import Draft
from ledger.errors import (
    CouponNotValid,
    CurrencyNotQuoted,
    NightsAreTaken,
    NotDiscoverable,
    NotFound,
    NotOffered,
    OwnListing,
    PolicyNotAccepted,
    RatesNotCurrent,
    TooLate,
)
from ledger.events import Actor
from ledger.values.currency import chargeable
from ledger.values.exchange import ReferenceRates, quote_exchange
from ledger.values.guests import Party
from ledger.values.ids import BookingId, CouponId, GuestId, PropertyId, QuoteId, UnitId, derived_id
from ledger.values.money import Money, same_currency, zero
from ledger.values.policy_text import TERMS, text_hash_of
from ledger.values.price import CouponUse, Price, Terms, paid_by, price_under
from ledger.values.quote import NO_ID, VALID_FOR, Quote, numbered
from ledger.values.rates import Occasion
from ledger.values.stay import Stay, local_date
from ledger.values.stay_rules import refuse_unless_let
from ledger.values.tariff import Levies, Rates, RoomRates

MARGIN_BP = 100
"""What we add to the reference rate for a guest who pays in another currency; the quote says so."""


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


class OnOffer(Struct, frozen=True):
    """What a property's stays are quoted under now."""

    vouched: Attestation
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
    vouched = _vouched(draft, property_id)
    same_currency(zero(vouched.currency), zero(rates.currency))
    draft.do(Actor("H", vouched.host_id), SetRates(property_id=property_id, rates=rates))
    tariff = draft.state(TARIFF, tariff_of(property_id))
    assert tariff is not None, "it was set a line ago"
    return tariff.rates_version


def set_levies(draft: Draft, operator: Actor, property_id: PropertyId, levies: Levies) -> int:
    """Let an operator take other fees and taxes; the version that holds now.

    Raises NotDiscoverable, LeviesContradict.
    """
    _vouched(draft, property_id)
    draft.do(operator, SetLevies(property_id=property_id, levies=levies))
    tariff = draft.state(TARIFF, tariff_of(property_id))
    assert tariff is not None, "it was set a line ago"
    return tariff.levies_version


# -- Making a quote ---------------------------------------------------------------------


def make_quote(draft: Draft, wish: Wish, reference: ReferenceRates | None) -> Quote:
    """Work out what a stay costs a guest now, and write down everything that it follows from.

    Where the wished currency cannot be quoted, the price is the listing's, and says so. Raises
    NotDiscoverable, OwnListing, NightsAreTaken, NotFound, NotOffered, TooLate, CouponNotValid,
    BelowProcessorMinimum and its kin, UnknownCurrency, and what stay rules raise.
    """
    offer = _on_offer(draft, wish.property_id)
    if str(wish.guest_id) == str(offer.vouched.host_id):
        raise OwnListing(property_id=wish.property_id)
    unit_id, room = _room(draft, wish, offer)
    _refuse_stay(draft, wish, offer, room)
    priced = _price(draft, wish, offer, room)
    price, not_converted = _converted(draft, wish, priced, reference)
    if price.total.minor:
        chargeable(price.total)
    policy = offer.rates.policy_for(non_refundable=wish.non_refundable)
    return numbered(
        Quote(
            quote_id=NO_ID,
            guest_id=wish.guest_id,
            host_id=offer.vouched.host_id,
            property_id=wish.property_id,
            unit_id=unit_id,
            any_of_type=wish.any_of_type,
            room_type=room.room_type,
            stay=wish.stay,
            house=offer.vouched.house,
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
            vouched_by=processes.attestation_of(wish.property_id),
            quoted_at=draft.now,
            expires_at=draft.now + VALID_FOR,
            not_converted=not_converted,
        )
    )


def _vouched(draft: Draft, property_id: PropertyId) -> Attestation:
    vouched = draft.state(ATTESTATION, processes.attestation_of(property_id))
    if vouched is None:
        raise NotDiscoverable(property_id=property_id, because="nobody vouches for it")
    return vouched


def _on_offer(draft: Draft, property_id: PropertyId) -> OnOffer:
    vouched = _vouched(draft, property_id)
    tariff = draft.state(TARIFF, tariff_of(property_id))
    if tariff is None or tariff.rates is None:
        raise NotDiscoverable(property_id=property_id, because="it has no rates")
    if tariff.levies is None:
        raise NotDiscoverable(property_id=property_id, because="it has no fees and taxes")
    return OnOffer(
        vouched, tariff.rates, tariff.rates_version, tariff.levies, tariff.levies_version
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
        raise NotDiscoverable(
            property_id=wish.property_id, because=f"it has no rates for {room_type}"
        )
    buffer_nights = room.rules_for(wish.stay.check_in).buffer_nights
    unit_id = best_fit(calendars, wish.stay.kept(buffer_nights))
    if unit_id is None:
        raise taken
    return unit_id, room


def _calendar(draft: Draft, wish: Wish, unit_id: UnitId) -> UnitCalendar:
    calendar = draft.state(UNIT_CALENDAR, unit_id)
    if calendar is None or calendar.property_id != wish.property_id:
        raise NotFound(unit_id=unit_id, property_id=wish.property_id)
    return calendar


def _refuse_stay(draft: Draft, wish: Wish, offer: OnOffer, room: RoomRates) -> None:
    """Let a stay pass that is to come and that the host lets, by the property's own calendar."""
    house = offer.vouched.house
    if draft.now >= house.check_in_at(wish.stay):
        today = local_date(draft.now, house.time_zone)
        raise TooLate(check_in=wish.stay.check_in, today=today)
    rules = room.rules_for(wish.stay.check_in)
    refuse_unless_let(rules, wish.stay, wish.party.heads(), draft.now, house.time_zone)
    if wish.non_refundable and not offer.rates.non_refundable:
        raise NotOffered(non_refundable=True)


def _price(draft: Draft, wish: Wish, offer: OnOffer, room: RoomRates) -> Price:
    """The price with every night explained, less what the coupon pays. Raises CouponNotValid."""
    booked_on = local_date(draft.now, offer.vouched.house.time_zone)
    occasion = Occasion(wish.party, booked_on, wish.pets, wish.non_refundable)
    terms = Terms(room.plan, offer.levies.fee_plan, offer.levies.taxes)
    price = price_under(terms, wish.stay, occasion)
    if wish.coupon_code is None:
        return price
    coupon_id = coupon_of(code_hash_of(wish.coupon_code))
    coupon = draft.state(COUPON, coupon_id)
    if coupon is None:
        raise CouponNotValid(why="unknown")
    coupon.refuse_unless_valid(wish.guest_id, draft.now)
    use = CouponUse(coupon_id, coupon.worth(price.subtotal).minor)
    lessened = price_under(terms, wish.stay, occasion, use)
    if lessened.coupon is None or not lessened.coupon.minor:
        raise CouponNotValid(why="nothing_to_pay_towards")
    return lessened


def _converted(
    draft: Draft, wish: Wish, price: Price, reference: ReferenceRates | None
) -> tuple[Price, str | None]:
    """The price in the wished currency; or in the listing's, and the code of what is in the way."""
    wished, on = wish.currency or price.currency, draft.now.date()
    try:
        exchange = quote_exchange(reference, price.currency, wished, margin_bp=MARGIN_BP, on=on)
    except (RatesNotCurrent, CurrencyNotQuoted) as refusal:
        same = quote_exchange(reference, price.currency, price.currency, margin_bp=MARGIN_BP, on=on)
        return paid_by(price, same), refusal.code
    return paid_by(price, exchange), None


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
    raises: a quote that became a booking already is refused there.
    """
    if accepted_policy != quote.policy_text:
        raise PolicyNotAccepted(accepted=accepted_policy, policy_text=quote.policy_text)
    booked = _book_first_free(draft, guest, quote, others if quote.any_of_type else ())
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


def _book_first_free(draft: Draft, guest: Actor, quote: Quote, others: Sequence[UnitId]) -> Book:
    taken: NightsAreTaken | None = None
    for unit_id in dict.fromkeys([quote.unit_id, *others]):
        command = _command(quote, unit_id)
        try:
            processes.book(draft, guest, command, rules=quote.rules)
        except NightsAreTaken as refusal:
            taken = taken or refusal
        else:
            return command
    assert taken is not None, "there is one unit at least"
    raise taken


def _command(quote: Quote, unit_id: UnitId) -> Book:
    return Book(
        booking_id=booking_of(quote.quote_id),
        guest_id=quote.guest_id,
        host_id=quote.host_id,
        property_id=quote.property_id,
        unit_id=unit_id,
        room_type=quote.room_type,
        stay=quote.stay,
        house=quote.house,
        party=quote.party,
        price=quote.price,
        policy=quote.policy,
        vouched_by=quote.vouched_by,
        mode=quote.mode,
        quote_id=quote.quote_id,
        policy_text=quote.policy_text,
    )
