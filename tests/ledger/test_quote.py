"""Quotes: worked out from the tariff, signed, honoured until they expire, and booked once."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger import processes, quotes
from ledger.aggregates.booking import BOOKING, Status
from ledger.aggregates.coupon import COUPON as COUPONS
from ledger.aggregates.unit_calendar import PlaceHold
from ledger.draft import Draft, Plan
from ledger.errors import (
    BelowProcessorMinimum,
    CouponNotValid,
    CurrenciesDiffer,
    FinerThanProcessorStep,
    NightsAreTaken,
    NotDiscoverable,
    NotFound,
    NoticeIsTooShort,
    NotOffered,
    OwnListing,
    PartyExceedsCapacity,
    PolicyNotAccepted,
    QuoteExpired,
    QuoteNotOurs,
    QuoteOfAnotherGuest,
    RatesContradict,
    Refused,
    StayIsTooShort,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Event
from ledger.events.booking import BookingRequested
from ledger.events.coupon import CouponRedeemed, CouponRestored, RestoreReason
from ledger.processes.coupons import restore_coupon
from ledger.quotes import Wish, book_quoted, booking_of, make_quote
from ledger.values.clock import Instant, instant
from ledger.values.exchange import ReferenceRates
from ledger.values.guests import Party
from ledger.values.ids import GuestId, PropertyId, UnitId
from ledger.values.levies import FeePlan
from ledger.values.money import Money
from ledger.values.policy import FLEXIBLE, NON_REFUNDABLE, POLICIES, Policy
from ledger.values.policy_text import text_hash_of, text_of
from ledger.values.price import Price, Terms, paid_by, price_under
from ledger.values.quote import (
    Boundary,
    Quote,
    QuoteKeys,
    numbered,
    opened,
    sealed,
)
from ledger.values.rates import RatePlan, Season, Tiered
from ledger.values.stay import House, Stay, stay
from ledger.values.stay_rules import SeasonalRules, StayRules
from ledger.values.tariff import BookingMode, Levies, Rates, RoomRates
from tests.facts import (
    AN_INSTANT,
    CODE,
    COUPON,
    FINANCE,
    GUEST,
    INES,
    LISBON,
    NOW,
    OPERATOR,
    PROCESS,
    PROPERTY,
    RUI,
    UNIT,
    a_rate_plan,
    a_stay,
    an_id,
    money,
    some_levies,
    some_rates,
    to_attest,
    to_issue_coupon,
    to_open_calendar,
)
from tests.facts import (
    BOOKING as ANOTHER_BOOKING,
)
from tests.ledger.test_exchange import the_rates
from tests.ledger.world import World

SECOND = UnitId(an_id("unit 2"))
KEYS = QuoteKeys("b", {"b": b"b" * 32, "a": b"a" * 32})
WEEK = a_stay("2026-07-02", nights=7)
LATER = NOW + timedelta(minutes=14)


class Houseful(World):
    """The house by the sea with two rooms, a tariff, and whatever a test asks of it."""

    def __init__(self, house: House = LISBON, now: Instant = NOW) -> None:
        super().__init__(now)
        vouched = to_attest(attestation_id=processes.attestation_of(PROPERTY), house=house)
        self.done(_doing(OPERATOR, vouched))
        for number, unit_id in enumerate((UNIT, SECOND), start=1):
            unit = to_open_calendar(unit_id=unit_id, number=number, house=house)
            self.done(_doing(OPERATOR, unit))

    def with_tariff(self, rates: Rates | None = None, levies: Levies | None = None) -> "Houseful":
        self.done(lambda draft: _set(draft, rates or some_rates()))
        self.done(lambda draft: _levy(draft, levies or some_levies()))
        return self

    def quote(self, reference: ReferenceRates | None = None, **changed: Any) -> Quote:
        """What Inês is told; or the refusal, raised."""
        made: list[Quote] = []
        refusal = self.execute(
            lambda draft: made.append(make_quote(draft, a_wish(**changed), reference))
        )
        if refusal is not None:
            raise refusal
        return made[0]

    def book(
        self, quote: Quote, accepted: str | None = None, others: Sequence[UnitId] = ()
    ) -> Sequence[Event] | Refused:
        """Inês books it, through its token."""
        before = len(self.history)

        def plan(draft: Draft) -> None:
            found = opened(sealed(quote, KEYS), KEYS, draft.now, INES)
            book_quoted(draft, GUEST, found, accepted or quote.policy_text, others)

        refusal = self.execute(plan, booking_of(quote.quote_id))
        return refusal or self.history[before:]


def _doing(actor: Any, command: Any) -> Plan:
    return lambda draft: draft.do(actor, command)


def _set(draft: Draft, rates: Rates) -> None:
    quotes.set_rates(draft, PROPERTY, rates)


def _levy(draft: Draft, levies: Levies) -> None:
    quotes.set_levies(draft, OPERATOR, PROPERTY, levies)


def a_wish(**changed: Any) -> Wish:
    """Inês wants to come for a week with a friend and two children, in whichever room."""
    told: dict[str, Any] = {
        "guest_id": INES,
        "property_id": PROPERTY,
        "candidates": (UNIT, SECOND),
        "any_of_type": True,
        "stay": WEEK,
        "party": Party(2, 2),
    }
    return Wish(**told | changed)


@pytest.fixture
def house() -> Houseful:
    return Houseful().with_tariff()


# -- What is quoted ---------------------------------------------------------------------


def test_the_worked_price_is_quoted_to_the_cent_with_every_night_explained(
    house: Houseful,
) -> None:
    quote = house.quote()

    assert quote.price.total == money("1074.58 EUR")
    assert [step.done for step in quote.price.explained[1]] == [
        "base",
        "weekend +15 %",
        "from 7 nights −10 %",
        "28 days ahead −5 %",
    ]
    assert (quote.unit_id, quote.room_type, quote.host_id) == (UNIT, "sea view", RUI)
    assert (quote.rates_version, quote.levies_version) == (1, 1)
    assert quote.policy is FLEXIBLE or quote.policy == FLEXIBLE
    assert quote.policy_text == text_hash_of(FLEXIBLE)
    assert quote.expires_at == NOW + timedelta(minutes=15)
    assert quote.not_converted is None


def test_a_guest_may_pay_in_dollars_by_the_disclosed_margin(house: Houseful) -> None:
    quote = house.quote(the_rates(), currency="USD")

    assert quote.price.total == money("1176.17 USD")
    assert quote.price.listing_total == money("1074.58 EUR")
    assert quote.price.exchange is not None
    assert quote.price.exchange.margin_bp == 100


@pytest.mark.parametrize(
    ("reference", "currency", "code"),
    [
        (None, "USD", "RATES_NOT_CURRENT"),
        (the_rates(date(2026, 5, 20)), "USD", "RATES_NOT_CURRENT"),
        (the_rates(), "NOK", "CURRENCY_NOT_QUOTED"),
    ],
)
def test_without_a_good_rate_the_price_is_the_listings_and_says_why(
    house: Houseful, reference: ReferenceRates | None, currency: str, code: str
) -> None:
    """M2: a stale, missing or suspended rate never makes a price."""
    quote = house.quote(reference, currency=currency)

    assert quote.price.total == money("1074.58 EUR")
    assert quote.price.exchange is None
    assert quote.not_converted == code


def test_a_guest_may_give_up_every_refund_for_a_discount(house: Houseful) -> None:
    quote = house.quote(non_refundable=True)

    assert quote.policy == NON_REFUNDABLE
    assert quote.price.subtotal.minor < house.quote().price.subtotal.minor


def test_the_best_fit_of_a_room_type_is_quoted(house: Houseful) -> None:
    gap = a_stay("2026-07-09", nights=3)
    hold = PlaceHold(unit_id=SECOND, booking_id=ANOTHER_BOOKING, stay=gap)
    house.done(_doing(PROCESS, hold), ANOTHER_BOOKING)

    assert house.quote().unit_id == SECOND


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"guest_id": GuestId(RUI)}, OwnListing),
        ({"property_id": PropertyId(an_id("elsewhere"))}, NotDiscoverable),
        ({"candidates": (UnitId(an_id("elsewhere")),)}, NotFound),
        ({"candidates": ()}, NightsAreTaken),
        ({"stay": a_stay("2026-07-02", nights=1)}, StayIsTooShort),
        ({"stay": a_stay("2026-05-02")}, TooLate),
        ({"party": Party(5)}, PartyExceedsCapacity),
        ({"coupon_code": "MADE-UP"}, CouponNotValid),
    ],
)
def test_what_cannot_be_booked_is_not_quoted(
    house: Houseful, changed: dict[str, Any], rule: type[Refused]
) -> None:
    with pytest.raises(rule):
        house.quote(**changed)


def test_rules_of_the_season_of_the_arrival_are_those_of_the_quote() -> None:
    july = SeasonalRules(date(2026, 7, 1), date(2026, 7, 31), StayRules(min_nights=7))
    rooms = (RoomRates("sea view", a_rate_plan(), StayRules(min_nights=2), (july,)),)
    house = Houseful().with_tariff(some_rates(rooms=rooms))

    with pytest.raises(StayIsTooShort):
        house.quote(stay=a_stay("2026-07-02", nights=6))
    assert house.quote(stay=WEEK).rules == july.rules
    assert house.quote(stay=a_stay("2026-06-30", nights=3)).rules.min_nights == 2


def test_a_host_who_does_not_offer_it_sells_nothing_non_refundable() -> None:
    house = Houseful().with_tariff(some_rates(non_refundable=False))

    with pytest.raises(NotOffered):
        house.quote(non_refundable=True)


@pytest.mark.parametrize(
    ("rates", "levies", "because"),
    [
        (None, some_levies(), "no_rates"),
        (some_rates(), None, "no_fees_and_taxes"),
        (
            some_rates(rooms=(RoomRates("cellar", a_rate_plan()),)),
            some_levies(),
            "no_rates",
        ),
    ],
)
def test_half_a_tariff_is_not_quotable(
    rates: Rates | None, levies: Levies | None, because: str
) -> None:
    house = Houseful()
    if rates:
        house.done(lambda draft: _set(draft, rates))
    if levies:
        house.done(lambda draft: _levy(draft, levies))

    with pytest.raises(NotDiscoverable) as refused:
        house.quote()
    assert refused.value.because == [because]


def test_rates_are_in_the_currency_that_is_vouched_for() -> None:
    dollars = some_rates(
        currency="USD", rooms=(RoomRates("sea view", a_rate_plan(currency="USD")),)
    )

    refusal = Houseful().execute(lambda draft: _set(draft, dollars))

    assert isinstance(refusal, CurrenciesDiffer)


# -- T3: guest, host and server in three zones ------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "lets"),
    [
        # It is 2 July 00:30 in Auckland, 1 July 12:30 in London: a day's notice is not kept.
        ("Pacific/Auckland", "2026-07-01T12:30:00Z", False),
        ("Europe/London", "2026-07-01T12:30:00Z", True),
        # It is 1 July 23:30 in Honolulu, 2 July 09:30 in London.
        ("Pacific/Honolulu", "2026-07-02T09:30:00Z", True),
        ("Europe/London", "2026-07-02T09:30:00Z", False),
    ],
)
def test_t3_notice_and_lead_time_are_days_of_the_property(zone: str, now: str, lets: bool) -> None:
    plan = a_rate_plan(last_minute=Tiered(1, 2_000))
    rates = some_rates(rooms=(RoomRates("sea view", plan, StayRules(notice_days=1)),))
    house = Houseful(House(zone, time(15), time(11)), instant(now)).with_tariff(rates)

    if lets:
        quote = house.quote()
        assert quote.price.occasion is not None
        assert quote.price.occasion.booked_on == date(2026, 7, 1)
        assert any("last minute" in step.done for step in quote.price.explained[0])
    else:
        with pytest.raises(NoticeIsTooShort):
            house.quote()


# -- Signing ----------------------------------------------------------------------------


def test_a_quote_comes_out_of_its_token_as_it_went_in(house: Houseful) -> None:
    quote = house.quote(the_rates(), currency="USD")

    token = sealed(quote, KEYS)

    assert opened(token, KEYS, LATER, INES) == quote
    assert opened(token, KEYS, LATER) == quote
    assert sealed(quote, KEYS) == token
    assert token.isascii()
    assert not set(token) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_a_quote_that_is_changed_in_any_byte_is_not_ours(house: Houseful) -> None:
    token = sealed(house.quote(), KEYS)

    for place, letter in enumerate(token):
        for other in ("A" if letter != "A" else "B", ".", "ä"):
            changed = token[:place] + other + token[place + 1 :]
            if changed != token:
                with pytest.raises(QuoteNotOurs):
                    opened(changed, KEYS, NOW)
    for changed in ("", ".", "..", token[:-1], token + "A", f"{token}.{token}", f"a{token[1:]}"):
        with pytest.raises(QuoteNotOurs):
            opened(changed, KEYS, NOW)


@given(st.text(max_size=200))
def test_no_other_text_is_a_quote(text: str) -> None:
    with pytest.raises(QuoteNotOurs):
        opened(text, KEYS, NOW)


def test_a_key_that_was_replaced_still_vouches_until_it_is_taken_out(house: Houseful) -> None:
    before = sealed(house.quote(), QuoteKeys("a", {"a": b"a" * 32}))

    assert opened(before, KEYS, NOW).quote_id == house.quote().quote_id
    with pytest.raises(QuoteNotOurs):
        opened(before, QuoteKeys("b", {"b": b"b" * 32}), NOW)
    with pytest.raises(QuoteNotOurs):
        opened(before, QuoteKeys("a", {"a": b"c" * 32}), NOW)
    assert "aaaa" not in repr(KEYS)


def test_a_quote_is_honoured_to_the_instant_and_only_for_its_guest(house: Houseful) -> None:
    token = sealed(house.quote(), KEYS)
    ends = NOW + timedelta(minutes=15)

    assert opened(token, KEYS, ends - AN_INSTANT, INES).guest_id == INES
    with pytest.raises(QuoteExpired):
        opened(token, KEYS, ends, INES)
    with pytest.raises(QuoteOfAnotherGuest):
        opened(token, KEYS, NOW, GuestId(an_id("Maria")))


def test_a_quotes_id_follows_from_all_that_it_says(house: Houseful) -> None:
    quote = house.quote()

    assert house.quote().quote_id == quote.quote_id
    assert house.quote(party=Party(2, 1)).quote_id != quote.quote_id
    assert numbered(quote) == quote


def test_a_quote_of_a_year_fits_through_the_door() -> None:
    seasons = tuple(
        Season(f"season {n}", date(2026, 7, 1), date(2027, 7, 1), 13_000 + n, n) for n in range(40)
    )
    plan = a_rate_plan(seasons=seasons)
    house = Houseful().with_tariff(some_rates(rooms=(RoomRates("sea view", plan),)))

    token = sealed(house.quote(stay=a_stay("2026-07-02", nights=365)), KEYS)

    assert len(token) < 30_000


# -- M6: a quote worked out again from its own inputs -----------------------------------


def worked_out_again(quote: Quote) -> Price:
    """The price that follows from what the quote itself says."""
    price = quote.price
    assert price.rates is not None
    assert price.occasion is not None
    terms = Terms(price.rates, price.fee_plan, tuple(line.rule for line in price.taxes))
    again = price_under(terms, quote.stay, price.occasion, price.coupon)
    return again if price.exchange is None else paid_by(again, price.exchange)


@pytest.mark.parametrize("currency", [None, "USD", "JPY", "KWD"])
def test_a_quote_worked_out_again_from_itself_has_the_same_bytes(
    house: Houseful, currency: str | None
) -> None:
    quote = house.quote(the_rates(), currency=currency)

    again = numbered(replace(quote, price=worked_out_again(quote)))

    assert again.canonical() == quote.canonical()
    assert msgspec.json.decode(quote.canonical(), type=Quote).canonical() == quote.canonical()


# -- Policies ---------------------------------------------------------------------------


def test_the_boundaries_are_instants_of_the_property_and_end_with_check_in(
    house: Houseful,
) -> None:
    assert list(house.quote().boundaries()) == [
        Boundary(instant("2026-07-01T14:00:00Z"), money("1074.58 EUR")),
        Boundary(instant("2026-07-02T14:00:00Z"), money("825.84 EUR")),
    ]


def test_the_boundaries_of_a_guest_who_pays_in_dollars_are_dollars(house: Houseful) -> None:
    refunds = [each.refund for each in house.quote(the_rates(), currency="USD").boundaries()]

    assert refunds == [money("1176.17 USD"), money("903.92 USD")]


def test_the_grace_after_booking_is_a_boundary_of_its_own() -> None:
    house = Houseful().with_tariff(some_rates(policy="strict"))

    until = [each.until for each in house.quote().boundaries()]

    assert until == [
        NOW + timedelta(hours=24),
        instant("2026-06-25T14:00:00Z"),
        instant("2026-07-02T14:00:00Z"),
    ]


def test_policies_have_the_same_words_only_where_they_are_the_same() -> None:
    texts = {text_of(policy) for policy in POLICIES.values()}

    assert len(texts) == len({replace(policy, name="") for policy in POLICIES.values()})
    assert "Until 1 day before check-in, you get all nights back." in text_of(FLEXIBLE)
    assert text_of(Policy("any", 1, 1_250)).startswith("At any time, the host keeps 12.5 %")


# -- Booking by quote -------------------------------------------------------------------


def test_a_quote_becomes_the_booking_that_it_promised(house: Houseful) -> None:
    quote = house.quote(the_rates(), currency="USD")
    house.now = LATER

    events = house.book(quote)

    assert isinstance(events, Sequence)
    (request,) = [event for event in events if isinstance(event, BookingRequested)]
    assert request.price == quote.price
    assert request.quote_id == quote.quote_id
    assert request.policy_text == quote.policy_text
    assert request.mode is BookingMode.INSTANT
    assert request.unit_id == UNIT


def test_m1_rates_that_change_after_it_leave_a_quote_alone(house: Houseful) -> None:
    """M1, and the page's "affects only quotes made after it"."""
    quote = house.quote()
    dearer = some_rates(
        rooms=(RoomRates("sea view", a_rate_plan(base_minor=99_999), StayRules(min_nights=8)),),
        policy="strict",
    )
    house.done(lambda draft: _set(draft, dearer))
    house.done(lambda draft: _levy(draft, some_levies(fee_plan=FeePlan("more", 1, 2_000, 0))))

    assert not isinstance(house.book(quote), Refused)

    booking = house.state(BOOKING, booking_of(quote.quote_id))
    assert booking is not None
    assert booking.price.total == money("1074.58 EUR")
    assert booking.policy == FLEXIBLE
    with pytest.raises(StayIsTooShort):
        house.quote()


def test_one_quote_is_one_booking(house: Houseful) -> None:
    quote = house.quote()
    house.book(quote)

    assert isinstance(house.book(quote, others=(SECOND,)), TransitionNotAllowed)


def test_an_expired_quote_is_not_booked(house: Houseful) -> None:
    quote = house.quote()
    house.now = NOW + timedelta(minutes=15)

    assert isinstance(house.book(quote), QuoteExpired)


def test_a_quote_is_booked_only_under_the_policy_that_was_accepted(house: Houseful) -> None:
    quote = house.quote()

    assert isinstance(house.book(quote, text_hash_of(NON_REFUNDABLE)), PolicyNotAccepted)
    assert house.state(BOOKING, booking_of(quote.quote_id)) is None


def test_another_room_of_the_type_takes_the_place_of_one_that_is_gone(house: Houseful) -> None:
    first, second = house.quote(), house.quote(party=Party(1))
    house.book(first)

    assert not isinstance(house.book(second, others=(UNIT, SECOND)), Refused)

    booking = house.state(BOOKING, booking_of(second.quote_id))
    assert booking is not None
    assert booking.unit_id == SECOND


def test_a_room_that_was_named_has_no_substitute(house: Houseful) -> None:
    named: dict[str, Any] = {"candidates": (UNIT,), "any_of_type": False}
    first, second = house.quote(**named), house.quote(**named, party=Party(1))
    house.book(first)

    assert isinstance(house.book(second, others=(SECOND,)), NightsAreTaken)


def test_the_calendar_holds_the_guest_to_the_rules_of_the_quote(house: Houseful) -> None:
    """UC1 looks at the rules once more: at midnight, a day's notice may no longer be kept."""
    rules = StayRules(notice_days=1)
    rates = some_rates(rooms=(RoomRates("sea view", a_rate_plan(), rules),))
    house = Houseful(now=instant("2026-07-01T22:50:00Z")).with_tariff(rates)
    quote = house.quote()
    house.now = instant("2026-07-01T23:01:00Z")

    assert isinstance(house.book(quote), NoticeIsTooShort)


# -- Coupons (P16, R11) -----------------------------------------------------------------


def with_coupon(house: Houseful, **changed: Any) -> Houseful:
    house.done(_doing(FINANCE, to_issue_coupon(**changed)))
    return house


def test_a_coupon_lessens_what_the_guest_pays_and_is_used_by_the_booking(house: Houseful) -> None:
    quote = with_coupon(house).quote(coupon_code=f" {CODE.lower()} ")
    assert quote.price.total == money("1054.58 EUR")
    assert quote.price.shares.host == Houseful().with_tariff().quote().price.shares.host

    events = house.book(quote)

    assert isinstance(events, Sequence)
    assert CouponRedeemed(booking_id=booking_of(quote.quote_id), amount=money("20.00 EUR")) in list(
        events
    )
    assert CODE.encode() not in quote.canonical()


def test_a_coupon_pays_no_more_than_the_platform_earns(house: Houseful) -> None:
    quote = with_coupon(house, amount=None, off_bp=10_000).quote(coupon_code=CODE)

    price = quote.price
    assert price.coupon is not None
    assert price.coupon.minor == price.guest_fee.minor + price.host_fee.minor


def test_a_coupon_that_two_quotes_name_is_used_by_the_first_to_book(house: Houseful) -> None:
    with_coupon(house, uses=1)
    first, second = (house.quote(coupon_code=CODE, party=Party(n)) for n in (1, 2))
    house.book(first)

    assert isinstance(house.book(second, others=(SECOND,)), CouponNotValid)
    assert house.state(BOOKING, booking_of(second.quote_id)) is None, "all or nothing"


def test_a_coupon_is_restored_once_however_often_it_is_asked(house: Houseful) -> None:
    quote = with_coupon(house).quote(coupon_code=CODE)
    house.book(quote)
    booking_id = booking_of(quote.quote_id)

    def plan(draft: Draft) -> None:
        restore_coupon(draft, booking_id, RestoreReason.CANCELLED_BY_PLATFORM)

    assert [type(event) for event in house.done(plan)] == [CouponRestored]
    assert house.done(plan) == []
    coupon = house.state(COUPONS, COUPON)
    assert coupon is not None
    assert coupon.uses_left == 2


def test_a_booking_without_a_coupon_has_none_restored(house: Houseful) -> None:
    quote = house.quote()
    house.book(quote)

    assert (
        house.done(
            lambda draft: restore_coupon(
                draft, booking_of(quote.quote_id), RestoreReason.NEVER_CONFIRMED
            )
        )
        == []
    )


def free_of_charge(night_minor: int, fees: FeePlan | None = None) -> Houseful:
    plan = RatePlan(name="gift", version=1, currency="EUR", base_minor=night_minor)
    rates = some_rates(rooms=(RoomRates("sea view", plan),))
    return Houseful().with_tariff(rates, Levies(fee_plan=fees or FeePlan("none", 1, 0, 0)))


def test_p16_a_stay_that_costs_nothing_is_quoted_and_confirmed_without_a_payment() -> None:
    house = free_of_charge(0)
    quote = house.quote(stay=a_stay())
    assert quote.price.total.minor == 0
    house.book(quote)

    house.done(lambda draft: processes.confirm(draft, booking_of(quote.quote_id)))

    booking = house.state(BOOKING, booking_of(quote.quote_id))
    assert booking is not None
    assert booking.status is Status.CONFIRMED
    assert booking.payment_id is None


def test_p16_a_total_that_no_processor_charges_is_refused_when_it_is_quoted() -> None:
    with pytest.raises(BelowProcessorMinimum) as refused:
        free_of_charge(10).quote(stay=a_stay())

    assert (refused.value.minor, refused.value.minimum_minor) == (30, 50)


# -- Any tariff -------------------------------------------------------------------------

amounts = st.one_of(st.integers(0, 60), st.integers(0, 50_000))
parts = st.integers(0, 10_000)


@st.composite
def tariffs(draw: st.DrawFn) -> tuple[Rates, Levies]:
    """Anything that hosts and operators may send; some of it is refused."""
    currency = "EUR"
    first = date(2026, 6, 20) + timedelta(days=draw(st.integers(0, 30)))
    plan = RatePlan(
        name="any",
        version=1,
        currency=currency,
        base_minor=draw(amounts),
        seasons=(
            Season("one", first, first + timedelta(days=draw(st.integers(0, 20))), draw(amounts)),
        ),
        weekend=tuple(draw(st.sets(st.integers(0, 6)))),
        weekend_bp=draw(st.integers(-10_000, 20_000)),
        weekend_minor=draw(st.none() | amounts),
        lengths=(Tiered(draw(st.integers(1, 10)), draw(parts)),),
        early_bird=draw(st.none() | st.builds(Tiered, st.integers(0, 40), parts)),
        last_minute=draw(st.none() | st.builds(Tiered, st.integers(0, 40), parts)),
        non_refundable_bp=draw(parts),
        lowest_minor=draw(amounts),
        no_more_off_than_bp=draw(parts),
        included_guests=draw(st.integers(0, 5)),
        extra_guest_minor=draw(amounts),
        pet_minor=draw(amounts),
        cleaning_minor=draw(amounts),
    )
    rules = StayRules(
        min_nights=draw(st.integers(1, 3)), notice_days=draw(st.integers(0, 30)), capacity=4
    )
    rates = Rates(
        currency=currency,
        rooms=(RoomRates("sea view", plan, rules),),
        policy=draw(st.sampled_from(sorted(POLICIES))),
        non_refundable=True,
    )
    fees = FeePlan(
        "any", 1, draw(parts), draw(parts), draw(amounts), None, draw(parts), draw(parts)
    )
    return rates, Levies(fee_plan=fees, taxes=some_levies().taxes)


EXPECTED = (
    BelowProcessorMinimum,
    CouponNotValid,
    FinerThanProcessorStep,
    NoticeIsTooShort,
    PartyExceedsCapacity,
    StayIsTooShort,
)
"""By which rules such a stay may be refused; any other refusal is a bug."""


@effort(max_examples=60, deadline=None)
@given(
    tariffs(),
    st.integers(0, 40),
    st.integers(1, 12),
    st.builds(Party, st.integers(1, 5), st.integers(0, 2)),
    st.sampled_from([None, "EUR", "USD", "JPY", "KWD"]),
    st.booleans(),
)
def test_any_tariff_that_was_accepted_quotes_any_stay_or_refuses_it_by_a_rule(
    tariff: tuple[Rates, Levies],
    ahead: int,
    nights: int,
    party: Party,
    currency: str | None,
    non_refundable: bool,
) -> None:
    house = Houseful()
    check_in = date(2026, 6, 1) + timedelta(days=ahead)
    wanted: Stay = stay(check_in, check_in + timedelta(days=nights))
    refusal = house.execute(lambda draft: _set(draft, tariff[0]))
    assert refusal is None or isinstance(refusal, RatesContradict), "the early bird may be late"
    assume(refusal is None)
    house.done(lambda draft: _levy(draft, tariff[1]))
    with_coupon(house)
    try:
        quote = house.quote(
            the_rates(),
            stay=wanted,
            party=party,
            currency=currency,
            non_refundable=non_refundable,
            coupon_code=CODE,
        )
    except EXPECTED:
        return
    price = quote.price
    assert sum(price.paid_minors) == price.total.minor >= 0
    assert sum(line.minor for line in price.lines()) == price.listing_total.minor
    assert price.shares.total == price.listing_total
    assert price.total == Money(price.total.minor, currency or "EUR")
    assert worked_out_again(quote) == price
    assert not isinstance(house.book(quote), Refused)
