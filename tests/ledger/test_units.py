"""Units: which rooms are let, and by which hours, follows what was approved of their house."""

from datetime import time, timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.booking import BOOKING as BOOKINGS
from ledger.aggregates.booking import Book, Booking, Status
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    BlockNights,
    ImportFeedItem,
    UnblockNights,
    UnitCalendar,
)
from ledger.draft import Draft
from ledger.errors import (
    NightsAreTaken,
    ObligationsAreOpen,
    QuoteExpired,
    TooLate,
    TransitionNotAllowed,
)
from ledger.quotes import Wish, book_quoted, booking_of, make_quote, set_rates
from ledger.values.guests import Party
from ledger.values.ids import BookingId, UnitId
from ledger.values.listing import Facts, unit_of
from ledger.values.quote import Quote
from ledger.values.stay import House, Stay
from ledger.values.tariff import BookingMode
from ledger.values.verification import Subject
from tests.facts import (
    BLOCK,
    FEED,
    GUEST,
    INES,
    LATE_IN_LISBON,
    LISBON,
    NOW,
    OPERATOR,
    PROCESS,
    SEA_VIEW,
    TIMER,
    UID,
    UNIT,
    a_stay,
    an_id,
    some_facts,
    some_rates,
    to_open_calendar,
)
from tests.ledger.market import Market, wish_to_pay
from tests.ledger.supply import HOST_ANA, MILL, Supply

FIRST, SECOND = (unit_of(MILL, SEA_VIEW, number) for number in (1, 2))
TODAY = NOW.date().isoformat()
EARLY_OUT = House("Europe/Lisbon", time(15), time(8))
IN_THE_AZORES = House("Atlantic/Azores", time(15), time(11))


def with_rooms(units: int, **changed: object) -> Facts:
    """The mill, with so many sea-view rooms."""
    return some_facts(rooms=(replace(some_facts().rooms[0], units=units),), **changed)


class Mill(Supply):
    """Ana's mill, and what guests and she herself do about its rooms."""

    def __init__(self, rooms: int) -> None:
        super().__init__()
        self.drafts()
        self.is_let()
        if rooms > 1:
            self.revises(with_rooms(rooms))

    def is_revised(self) -> None:
        """Vera looks at what Ana proposed, and finds it to be so."""
        self.approves(self.asks_about_the_mill(), Subject.PROPERTY)

    def revises(self, facts: Facts) -> None:
        """Ana proposes other facts, and they are approved."""
        self.states(facts)
        self.is_revised()

    def takes_out(self, unit_id: UnitId = SECOND) -> None:
        """Ana takes a room out of the house."""
        self.decide(partial(processes.take_out, by=HOST_ANA, unit_id=unit_id), unit_id)

    def lets_again(self, unit_id: UnitId = SECOND) -> None:
        """Ana lets a room again."""
        again = partial(processes.reopen_unit, by=HOST_ANA, unit_id=unit_id)
        self.decide(again, unit_id)

    def quotes(self, stay: Stay, *units: UnitId, any_of_type: bool = False) -> Quote:
        """Inês asks what a stay costs in one of these rooms."""
        made: list[Quote] = []
        wish = Wish(
            guest_id=INES,
            property_id=MILL,
            candidates=units or (FIRST,),
            any_of_type=any_of_type,
            stay=stay,
            party=Party(2),
        )
        self.ledger.rehearse(lambda draft: made.append(make_quote(draft, wish, None)))
        return made[0]

    def is_booked(self, quote: Quote, *others: UnitId) -> BookingId:
        """Inês books by a quote, where it lets her in another of these rooms."""

        def plan(draft: Draft) -> None:
            book_quoted(draft, GUEST, quote, quote.policy_text, others)
            processes.ask_for_payment(draft, booking_of(quote.quote_id))

        self.decide(plan, booking_of(quote.quote_id))
        return booking_of(quote.quote_id)

    def lets_on_request(self) -> None:
        """Ana wants to be asked before somebody comes."""

        def plan(draft: Draft) -> None:
            set_rates(draft, MILL, some_rates(mode=BookingMode.REQUEST))

        self.decide(plan, MILL)

    def is_paid(self, booking_id: BookingId) -> None:
        """Inês pays, and the processor says so."""
        self.settle()
        self.pay(booking_id=booking_id)
        self.settle()

    def booking_of(self, booking_id: BookingId) -> Booking:
        """How a booking stands."""
        return self._state(BOOKINGS, booking_id)

    def calendar(self, unit_id: UnitId = SECOND) -> UnitCalendar:
        """The calendar of a room."""
        return self._state(UNIT_CALENDAR, unit_id)

    def rooms_let(self) -> list[bool]:
        """Whether each of the two rooms is let."""
        return [self.calendar(unit_id).active for unit_id in (FIRST, SECOND)]


# -- Which are let ------------------------------------------------------------------------


def test_py13_a_room_that_a_revision_is_without_is_let_no_more_and_comes_back_with_another() -> (
    None
):
    mill = Mill(rooms=2)
    assert mill.rooms_let() == [True, True]

    mill.revises(with_rooms(1))

    assert mill.rooms_let() == [True, False]
    with pytest.raises(NightsAreTaken):
        mill.quotes(a_stay(), SECOND)
    mill.revises(with_rooms(2, house=LATE_IN_LISBON))
    assert mill.rooms_let() == [True, True]
    assert mill.calendar().house == LATE_IN_LISBON
    mill.is_booked(mill.quotes(a_stay(), SECOND))


def test_who_was_quoted_any_room_has_another_one_when_theirs_is_let_no_more() -> None:
    mill = Mill(rooms=2)
    that_room = mill.quotes(a_stay(), SECOND)
    any_room = mill.quotes(a_stay(), SECOND, any_of_type=True)
    mill.revises(with_rooms(1))

    with pytest.raises(NightsAreTaken):
        mill.is_booked(that_room)
    mill.is_booked(any_room, FIRST)

    assert list(mill.calendar(FIRST).claims) == [booking_of(any_room.quote_id)]


def test_who_asks_for_any_room_of_a_vouched_house_is_not_given_one_that_is_let_no_more() -> None:
    market, second = Market(), UnitId(an_id("unit 2"))
    opened = to_open_calendar(unit_id=second, number=2)
    market.decide(lambda draft: draft.do(OPERATOR, opened), second)
    market.decide(partial(processes.take_out, by=OPERATOR, unit_id=UNIT), UNIT)
    booked: list[Book] = []

    def plan(draft: Draft) -> None:
        any_room = (UNIT, second)
        booked.append(processes.book_first_free(draft, GUEST, wish_to_pay(), any_room))

    market.decide(plan)

    assert [one.unit_id for one in booked] == [second]
    assert market.booking().unit_id == second


def test_n14_a_room_that_a_guest_comes_to_is_not_given_up() -> None:
    mill = Mill(rooms=2)
    booking_id = mill.is_booked(mill.quotes(a_stay(), SECOND))

    with pytest.raises(ObligationsAreOpen) as refused:
        mill.states(with_rooms(1))

    assert refused.value.data == {"units": [SECOND], "obligations": [booking_id]}


def test_n14_nor_is_one_that_a_guest_booked_while_the_revision_was_looked_at() -> None:
    mill = Mill(rooms=2)
    mill.states(with_rooms(1))
    booking_id = mill.is_booked(mill.quotes(a_stay(), SECOND))

    with pytest.raises(ObligationsAreOpen) as refused:
        mill.is_revised()

    assert refused.value.data["obligations"] == [booking_id]
    assert mill.rooms_let() == [True, True]


def test_a_room_that_its_host_took_out_before_can_be_given_up() -> None:
    mill = Mill(rooms=2)
    mill.takes_out()

    mill.revises(with_rooms(1))

    assert mill.rooms_let() == [True, False]


def test_a_room_that_its_host_took_out_stays_out_when_something_else_is_revised() -> None:
    mill = Mill(rooms=2)
    mill.takes_out()

    mill.revises(with_rooms(2, house=LATE_IN_LISBON))

    assert mill.rooms_let() == [True, False]


def test_a_room_that_was_taken_out_by_mistake_is_let_again_by_the_hours_of_its_house() -> None:
    mill = Mill(rooms=2)
    mill.takes_out()
    mill.revises(with_rooms(2, house=LATE_IN_LISBON))

    mill.lets_again()

    assert mill.rooms_let() == [True, True]
    assert mill.calendar().house == LATE_IN_LISBON


def test_a_room_is_not_let_again_that_its_house_is_approved_without_or_let_no_more() -> None:
    mill = Mill(rooms=2)
    mill.revises(with_rooms(1))
    with pytest.raises(TransitionNotAllowed):
        mill.lets_again(SECOND)

    mill.decide(partial(processes.unlist_property, host=HOST_ANA, property_id=MILL), MILL)
    mill.decide(
        partial(processes.archive_property, by=OPERATOR, property_id=MILL, bookings=()), MILL
    )

    with pytest.raises(TransitionNotAllowed):
        mill.lets_again(FIRST)


# -- By which hours -----------------------------------------------------------------------


def test_who_comes_today_is_quoted_and_booked_by_the_hours_that_were_approved_last() -> None:
    mill = Mill(rooms=1)
    today = a_stay(TODAY)
    mill.let_pass(timedelta(hours=5))  # 17:00 there
    with pytest.raises(TooLate):
        mill.quotes(today)

    mill.revises(some_facts(house=LATE_IN_LISBON))

    mill.is_booked(mill.quotes(today))


def test_a_guest_who_has_booked_comes_at_the_hour_of_the_booking() -> None:
    mill = Mill(rooms=1)
    stay = a_stay(TODAY)
    booking_id = mill.is_booked(mill.quotes(stay))
    mill.is_paid(booking_id)
    mill.revises(some_facts(house=LATE_IN_LISBON))

    mill.clock.now = LISBON.check_in_at(stay)
    begin = partial(processes.start_stay, actor=TIMER, booking_id=booking_id)
    mill.decide(begin, booking_id)
    assert mill.booking_of(booking_id).status is Status.IN_STAY


def test_a_host_answers_before_the_hour_at_which_the_guest_comes_who_asked() -> None:
    mill = Mill(rooms=1)
    mill.lets_on_request()
    stay = a_stay(TODAY)
    booking_id = mill.is_booked(mill.quotes(stay))
    mill.revises(some_facts(house=LATE_IN_LISBON))

    mill.is_paid(booking_id)

    assert mill.booking_of(booking_id).status is Status.AWAITING_HOST
    assert mill.calendar(FIRST).claims[booking_id].expires_at == LISBON.check_in_at(stay)


def test_a_guest_who_has_booked_is_there_until_the_hour_of_the_booking() -> None:
    mill = Mill(rooms=1)
    stay = a_stay(TODAY)
    mill.is_booked(mill.quotes(stay))
    mill.revises(some_facts(house=EARLY_OUT))
    azores = some_facts(house=IN_THE_AZORES)

    mill.clock.now = EARLY_OUT.check_out_at(stay)
    with pytest.raises(ObligationsAreOpen):
        mill.states(azores)
    mill.clock.now = LISBON.check_out_at(stay)
    mill.states(azores)


def test_uc14_a_room_is_not_taken_out_before_its_guest_has_left_by_the_hours_of_the_booking() -> (
    None
):
    mill = Mill(rooms=2)
    stay = a_stay(TODAY)
    booking_id = mill.is_booked(mill.quotes(stay, SECOND))
    mill.is_paid(booking_id)
    mill.revises(with_rooms(2, house=EARLY_OUT))
    mill.until(EARLY_OUT.check_out_at(stay), step=timedelta(hours=6))

    with pytest.raises(ObligationsAreOpen) as refused:
        mill.takes_out()
    assert [one["id"] for one in refused.value.obligations] == [booking_id]

    mill.until(LISBON.check_out_at(stay), step=timedelta(hours=1))
    mill.takes_out()
    assert mill.rooms_let() == [True, False]


def test_another_time_zone_waits_until_the_last_guest_has_left_and_holds_for_each_room_then() -> (
    None
):
    mill = Mill(rooms=2)
    stay = a_stay(TODAY)
    mill.is_booked(mill.quotes(stay, SECOND))
    elsewhere = with_rooms(2, house=IN_THE_AZORES)
    with pytest.raises(ObligationsAreOpen):
        mill.states(elsewhere)

    mill.clock.now = LISBON.check_out_at(stay)
    quoted_before = mill.quotes(a_stay())
    mill.revises(elsewhere)

    with pytest.raises(QuoteExpired):
        mill.is_booked(quoted_before)
    assert [mill.calendar(one).house for one in (FIRST, SECOND)] == [IN_THE_AZORES] * 2


# -- Sold elsewhere -----------------------------------------------------------------------


def test_a_room_that_a_feed_says_is_sold_is_neither_quoted_nor_booked_before_it_is_read_again() -> (
    None
):
    mill = Mill(rooms=2)
    quoted = mill.quotes(a_stay(), FIRST, any_of_type=True)
    block = BlockNights(unit_id=FIRST, block_id=BLOCK, stay=a_stay())
    sold = ImportFeedItem(unit_id=FIRST, feed_id=FEED, uid=UID, stay=a_stay(), revision="")
    lift = UnblockNights(unit_id=FIRST, block_id=BLOCK)
    for by, command in ((HOST_ANA, block), (PROCESS, sold), (HOST_ANA, lift)):
        mill.decide(partial(Draft.do, actor=by, command=command), FIRST)

    with pytest.raises(NightsAreTaken):
        mill.quotes(a_stay(), FIRST)
    assert mill.quotes(a_stay(), FIRST, SECOND).unit_id == SECOND
    assert mill.booking_of(mill.is_booked(quoted, SECOND)).unit_id == SECOND
