"""The pause between guests: nights after a stay that are kept free to get the unit ready."""

import pytest
from msgspec.structs import replace

from ledger import quotes
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    BlockNights,
    Claim,
    ConvertHold,
    ImportFeedItem,
    MoveReservation,
    PlaceHold,
    Reacquire,
    ReleaseHold,
    ReleaseReservation,
)
from ledger.errors import NightsAreTaken
from ledger.events.unit_calendar import (
    BlockKind,
    ExternalBlockAdded,
    NightsBlocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
)
from ledger.quotes import booking_of
from ledger.values.ids import BlockId, BookingId
from ledger.values.stay import Stay
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import Rates, RoomRates
from tests.facts import (
    BLOCK,
    BOOKING,
    FEED,
    HOST,
    PROCESS,
    PROPERTY,
    UID,
    UNIT,
    a_calendar,
    a_hold,
    a_rate_plan,
    a_released_hold,
    a_stay,
    an_id,
    some_rates,
)
from tests.given import given
from tests.ledger.test_quote import Houseful

PAUSE = 2
STAY = a_stay()
DAY_OF_DEPARTURE, PAUSE_ENDS = "2026-07-05", "2026-07-07"
ANOTHER = BookingId(an_id("another"))

HELD = (a_calendar(), replace(a_hold(), buffer_nights=PAUSE))
RESERVED = (*HELD, ReservationMade(booking_id=BOOKING, stay=STAY, buffer_nights=PAUSE))


def to_hold(nights: Stay, buffer_nights: int = 0) -> PlaceHold:
    return PlaceHold(unit_id=UNIT, booking_id=ANOTHER, stay=nights, buffer_nights=buffer_nights)


# -- In the calendar of one unit ----------------------------------------------------------


@pytest.mark.parametrize("history", [HELD, RESERVED])
def test_nobody_comes_before_the_pause_is_over(history: tuple[ReservationMade, ...]) -> None:
    early, after = a_stay(DAY_OF_DEPARTURE, 3), a_stay(PAUSE_ENDS)

    given(*history).when(PROCESS, to_hold(early)).refused(NightsAreTaken, unit_id=UNIT)
    given(*history).when(PROCESS, to_hold(after)).then(a_hold(ANOTHER, after))


def test_a_stay_whose_pause_would_run_into_the_next_one_is_refused() -> None:
    before = a_stay("2026-06-29")

    given(*RESERVED).when(PROCESS, to_hold(before, 1)).refused(NightsAreTaken, buffer_nights=1)
    given(*RESERVED).when(PROCESS, to_hold(before)).then(a_hold(ANOTHER, before))


def test_the_pause_goes_with_the_stay_whatever_becomes_of_it() -> None:
    converted = ConvertHold(unit_id=UNIT, booking_id=BOOKING)
    given(*HELD).when(PROCESS, converted).then(RESERVED[-1])
    let_go = ReleaseHold(unit_id=UNIT, booking_id=BOOKING)
    given(*HELD).when(PROCESS, let_go).then(replace(a_released_hold(), buffer_nights=PAUSE))


def test_a_booking_that_moves_may_use_its_own_pause_and_takes_it_along() -> None:
    later = a_stay("2026-07-04")
    move = MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=later)

    given(*RESERVED).when(PROCESS, move).then(
        ReservationMoved(booking_id=BOOKING, moved_from=STAY, stay=later, buffer_nights=PAUSE)
    )


def test_a_booking_does_not_move_where_its_pause_is_not_free() -> None:
    next_guest = replace(a_hold(ANOTHER, a_stay(PAUSE_ENDS)), buffer_nights=0)
    move = MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=a_stay("2026-07-03"))

    given(*RESERVED, next_guest).when(PROCESS, move).refused(NightsAreTaken)


def test_nights_won_back_have_their_pause_as_well() -> None:
    again = Reacquire(unit_id=UNIT, booking_id=BOOKING, stay=STAY, buffer_nights=PAUSE)

    given(a_calendar()).when(PROCESS, again).then(replace(RESERVED[-1], reacquired=True))
    given(*HELD[:1], a_hold(ANOTHER, a_stay(DAY_OF_DEPARTURE))).when(PROCESS, again).refused(
        NightsAreTaken
    )


def test_a_host_who_cancels_has_the_stay_blocked_and_not_the_pause() -> None:
    called_off = ReleaseReservation(unit_id=UNIT, booking_id=BOOKING, cancelled_by_host=True)

    given(*RESERVED).when(PROCESS, called_off).then(
        ReservationReleased(booking_id=BOOKING, stay=STAY, buffer_nights=PAUSE),
        NightsBlocked(block_id=BlockId(BOOKING), stay=STAY, kind=BlockKind.HOST_CANCELLED),
    )


def test_a_host_who_blocks_nights_of_a_pause_is_told_whose_it_is() -> None:
    block = BlockNights(unit_id=UNIT, block_id=BLOCK, stay=a_stay("2026-07-06"))

    outcome = given(*RESERVED).when(HOST, block)

    assert outcome.refusal is not None
    (conflict,) = outcome.refusal.data["conflicts"]
    assert (conflict["id"], conflict["buffer_nights"]) == (BOOKING, PAUSE)


def test_what_is_sold_elsewhere_in_a_pause_is_no_conflict_and_blocks_what_is_left() -> None:
    """Two guests do not meet: the one of here has left."""
    sold = a_stay(DAY_OF_DEPARTURE, 4)
    item = ImportFeedItem(unit_id=UNIT, feed_id=FEED, uid=UID, stay=sold, revision="0")

    (added,) = given(*RESERVED).when(PROCESS, item).events

    assert isinstance(added, ExternalBlockAdded)
    assert added.parts == (a_stay(PAUSE_ENDS, 2),)


# -- By the rules of a house ----------------------------------------------------------------


def rates(pause: int) -> Rates:
    """What Rui asks, with so many nights between guests."""
    rules = StayRules(min_nights=2, capacity=4, buffer_nights=pause)
    return some_rates(rooms=(RoomRates("sea view", a_rate_plan(), rules),))


def set_pause(house: Houseful, pause: int) -> None:
    house.done(lambda draft: void(quotes.set_rates(draft, PROPERTY, rates(pause))))


def void(_answer: object) -> None:
    """Plans answer nothing."""


def book(house: Houseful, nights: Stay) -> BookingId:
    """Somebody books the one room."""
    quote = house.quote(candidates=(UNIT,), any_of_type=False, stay=nights)
    assert not isinstance(house.book(quote), NightsAreTaken)
    return booking_of(quote.quote_id)


def claim(house: Houseful, booking_id: BookingId) -> Claim:
    calendar = house.state(UNIT_CALENDAR, UNIT)
    assert calendar is not None
    return calendar.claims[booking_id]


def test_case_n12_a_pause_that_is_shortened_leaves_booked_stays_what_they_have() -> None:
    house = Houseful().with_tariff(rates(PAUSE))
    booked = book(house, STAY)
    before = len(house.history)

    set_pause(house, 0)

    assert len(house.history) == before + 1, "the rates were set, and nothing else happened"
    assert claim(house, booked).buffer_nights == PAUSE
    with pytest.raises(NightsAreTaken):
        house.quote(candidates=(UNIT,), stay=a_stay(DAY_OF_DEPARTURE))
    next_one = book(house, a_stay(PAUSE_ENDS))
    assert claim(house, next_one).buffer_nights == 0


def test_case_n12_a_pause_that_is_lengthened_is_one_for_new_stays() -> None:
    house = Houseful().with_tariff(rates(0))
    booked = book(house, STAY)

    set_pause(house, PAUSE)

    assert claim(house, booked).buffer_nights == 0
    following = book(house, a_stay(DAY_OF_DEPARTURE))
    assert claim(house, following).buffer_nights == PAUSE
    with pytest.raises(NightsAreTaken):
        house.quote(candidates=(UNIT,), stay=a_stay("2026-06-29"))


def test_a_room_whose_pause_is_not_free_is_not_the_best_fit() -> None:
    house = Houseful().with_tariff(rates(PAUSE))
    tight = PlaceHold(unit_id=UNIT, booking_id=BOOKING, stay=a_stay("2026-07-06"))
    house.done(lambda draft: draft.do(PROCESS, tight), BOOKING)

    assert house.quote(stay=STAY).unit_id != UNIT
