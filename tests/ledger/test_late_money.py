"""Money that comes after a hold ran out is judged as a booking of that moment would be (UC7)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.provider import Reason
from ledger.aggregates.unapplied_receipt import Status as Receiving
from ledger.draft import Draft
from ledger.quotes import set_rates
from ledger.values.files import Purpose
from ledger.values.ids import BookingId
from ledger.values.listing import Moderation
from ledger.values.stay import ONE_DAY, local_date
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import Rates
from ledger.values.verification import Subject
from tests.facts import (
    BOOKING,
    LISBON,
    OPERATOR,
    a_stay,
    some_facts,
    some_rates,
    to_attest,
    to_open_calendar,
)
from tests.ledger.supply import ANA, HOST_ANA, MILL, Supply
from tests.ledger.test_money_in import agrees_with_stripe, the_receipt
from tests.ledger.test_units import FIRST, IN_THE_AZORES, SECOND, Mill, with_rooms


@pytest.fixture
def mill() -> Mill:
    """Ana lets two rooms of her mill."""
    return Mill(rooms=2)


def let_go(mill: Mill) -> BookingId:
    """Inês has asked for three nights in the second room, and was not quick enough to pay."""
    booking_id = mill.is_booked(mill.quotes(a_stay(), SECOND))
    mill.settle()
    mill.let_pass(timedelta(minutes=16))
    mill.decide(partial(processes.expire, booking_id=booking_id), booking_id)
    return booking_id


def is_paid_late(mill: Mill, booking_id: BookingId) -> Stands:
    """She pays all the same; how her booking stands then."""
    mill.pay(booking_id=booking_id)
    mill.settle()
    return mill.booking_of(booking_id).status


def fits_fewer(mill: Mill) -> None:
    """It is approved that a room is for one."""
    for_one = replace(some_facts().rooms[0], units=2, capacity=1)
    mill.revises(some_facts(rooms=(for_one,)))


def asks(mill: Mill, rates: Rates) -> None:
    """Ana lets her rooms by these rates and rules."""

    def plan(draft: Draft) -> None:
        set_rates(draft, MILL, rates)

    mill.decide(plan, MILL)


def lets_for(mill: Mill, rules: StayRules) -> None:
    """Ana lets her rooms by these rules."""
    rates = some_rates()
    asks(mill, replace(rates, rooms=(replace(rates.rooms[0], rules=rules),)))


def is_suspended(mill: Mill) -> None:
    """Ana may not host any more."""
    stop = partial(processes.suspend_host, operator=OPERATOR, host_id=ANA, reason=Reason.SAFETY)
    mill.decide(stop, ANA)


def is_unlisted(mill: Mill) -> None:
    """Ana hides the mill."""
    mill.decide(partial(processes.unlist_property, host=HOST_ANA, property_id=MILL), MILL)


def is_archived(mill: Mill) -> None:
    """Ana lets the mill no more."""
    is_unlisted(mill)
    mill.decide(
        partial(processes.archive_property, by=HOST_ANA, property_id=MILL, bookings=()), MILL
    )


def is_blocked(mill: Mill) -> None:
    """An operator keeps the mill from being found."""
    block = partial(
        processes.block_listing,
        operator=OPERATOR,
        property_id=MILL,
        reason=Moderation.MISLEADING,
    )
    mill.decide(block, MILL)


MEANWHILE: dict[str, Callable[[Mill], None]] = {
    "its room was taken out of the house": lambda mill: mill.takes_out(SECOND),
    "a revision is without its room": lambda mill: mill.revises(with_rooms(1)),
    "its house is let no more": is_archived,
    "its house is not shown": is_unlisted,
    "its house was blocked": is_blocked,
    "its host was suspended": is_suspended,
    "its rooms were approved for fewer": fits_fewer,
    "its host lets rooms for fewer": lambda mill: lets_for(mill, StayRules(capacity=1)),
    "its host lets longer stays only": lambda mill: lets_for(mill, StayRules(min_nights=4)),
    "its house goes by other clocks": lambda mill: mill.revises(with_rooms(2, house=IN_THE_AZORES)),
}


@pytest.mark.parametrize("happens", MEANWHILE.values(), ids=MEANWHILE)
def test_case_p4_late_money_goes_back_where_the_stay_could_not_be_booked_any_more(
    mill: Mill, happens: Callable[[Mill], None]
) -> None:
    booking_id = let_go(mill)
    happens(mill)

    assert is_paid_late(mill, booking_id) is Stands.EXPIRED

    assert the_receipt(mill) is Receiving.RETURNED
    assert mill.calendar(SECOND).claims == {}
    agrees_with_stripe(mill)


def test_case_p4_late_money_goes_back_where_the_papers_of_the_house_ran_out_meanwhile(
    mill: Mill,
) -> None:
    tomorrow = local_date(mill.clock.now, LISBON.time_zone) + ONE_DAY
    lease = mill.sends(Purpose.RIGHT_TO_LET, expires_on=tomorrow)
    mill.approves(mill.asks_about_the_mill(lease), Subject.PROPERTY)
    booking_id = let_go(mill)
    mill.let_pass(timedelta(days=2))

    assert is_paid_late(mill, booking_id) is Stands.EXPIRED

    assert the_receipt(mill) is Receiving.RETURNED


def test_case_p4_late_money_goes_back_where_a_house_that_was_vouched_for_was_reviewed_since() -> (
    None
):
    house = Supply()
    word = processes.attestation_of(MILL)
    attest = to_attest(attestation_id=word, property_id=MILL, host_id=ANA)
    house.decide(lambda draft: draft.do(OPERATOR, attest), MILL)
    opened = to_open_calendar(unit_id=FIRST, property_id=MILL, host_id=ANA)
    house.decide(lambda draft: draft.do(OPERATOR, opened), FIRST)
    house.book(property_id=MILL, host_id=ANA, unit_id=FIRST, vouched_by=word)
    house.settle()
    house.let_pass(timedelta(minutes=16))
    house.decide(partial(processes.expire, booking_id=BOOKING))
    house.drafts()
    house.is_let()
    assert house.hindrances() == []

    house.pay()
    house.settle()

    assert house.booking().status is Stands.EXPIRED
    assert the_receipt(house) is Receiving.RETURNED


def test_case_p4_late_money_confirms_a_stay_that_could_be_booked_still(mill: Mill) -> None:
    booking_id = let_go(mill)
    lets_for(mill, StayRules(min_nights=3, capacity=2, buffer_nights=1))

    assert is_paid_late(mill, booking_id) is Stands.CONFIRMED

    assert the_receipt(mill) is Receiving.ADOPTED
    assert mill.calendar(SECOND).claims[booking_id].buffer_nights == 1
    agrees_with_stripe(mill)


def test_case_p4_late_money_is_not_stopped_by_what_else_its_guest_holds(mill: Mill) -> None:
    booking_id = let_go(mill)
    for month in (8, 9, 10):
        mill.is_booked(mill.quotes(a_stay(f"2026-{month:02}-03"), FIRST))

    assert is_paid_late(mill, booking_id) is Stands.CONFIRMED
