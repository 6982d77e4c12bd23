"""Rooms of a house that somebody vouched for: what becomes of them when it is reviewed (PY6)."""

from functools import partial

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.property import Status
from ledger.errors import (
    CurrenciesDiffer,
    NightsAreTaken,
    ObligationsAreOpen,
    PartyExceedsCapacity,
    Refused,
    TransitionNotAllowed,
)
from ledger.values.guests import Party
from ledger.values.ids import BookingId, UnitId
from ledger.values.listing import Facts, unit_of
from ledger.values.stay import ONE_DAY
from ledger.values.verification import Subject
from tests.facts import OPERATOR, SEA_VIEW, a_stay, an_id, some_facts, to_attest, to_open_calendar
from tests.ledger.supply import ANA, HOST_ANA, MILL
from tests.ledger.test_units import FIRST, IN_THE_AZORES, SECOND, Mill, with_rooms

ATTIC = unit_of(MILL, "attic", 1)
BOOKED = BookingId(an_id("a stay that was booked on an operator's word"))


class VouchedMill(Mill):
    """Ana's mill came with history: two rooms with a view and one under the roof."""

    def __init__(self) -> None:
        super(Mill, self).__init__()
        self.word = processes.attestation_of(MILL)
        attest = to_attest(attestation_id=self.word, property_id=MILL, host_id=ANA)
        self.decide(lambda draft: draft.do(OPERATOR, attest), MILL)
        for unit_id, room_type, number in ((FIRST, SEA_VIEW, 1), (SECOND, SEA_VIEW, 2)):
            self._opens(unit_id, room_type, number)
        self._opens(ATTIC, "attic", 1)

    def _opens(self, unit_id: UnitId, room_type: str, number: int) -> None:
        opened = to_open_calendar(
            unit_id=unit_id, property_id=MILL, host_id=ANA, room_type=room_type, number=number
        )
        self.decide(lambda draft: draft.do(OPERATOR, opened), unit_id)

    def expects(self, unit_id: UnitId, heads: int = 2) -> None:
        """Inês has booked and paid three nights in one of the rooms."""
        self.book(
            booking_id=BOOKED,
            property_id=MILL,
            host_id=ANA,
            unit_id=unit_id,
            party=Party(heads),
            vouched_by=self.word,
        )
        self.settle()
        self.pay(booking_id=BOOKED)
        self.settle()

    def is_described(self, facts: Facts) -> None:
        """Ana says what the mill is."""
        self.is_verified()
        self.drafts()
        self.states(facts)
        self.describes(*self.photographs())
        self.can_be_paid()

    def is_looked_at(self) -> None:
        """Vera finds it to be so, and Ana lets it be found."""
        review = self.asks_about_the_mill()
        self.approves(review, Subject.PROPERTY, FIRST, SECOND, ATTIC)
        self.publishes()

    def lets(self) -> list[bool]:
        """Whether each of the three rooms is let."""
        return [*self.rooms_let(), self.calendar(ATTIC).active]


@pytest.fixture
def mill() -> VouchedMill:
    """The mill, as it came."""
    return VouchedMill()


def test_rooms_that_are_approved_are_let_on_with_who_has_booked_them(mill: VouchedMill) -> None:
    mill.expects(FIRST)
    mill.is_described(with_rooms(2))

    mill.is_looked_at()

    assert list(mill.calendar(FIRST).claims) == [BOOKED]
    with pytest.raises(NightsAreTaken):
        mill.quotes(a_stay(), FIRST)
    mill.is_booked(mill.quotes(a_stay(), SECOND))


def test_a_room_that_nobody_approved_is_let_no_more(mill: VouchedMill) -> None:
    mill.is_described(with_rooms(1))

    mill.is_looked_at()

    assert mill.lets() == [True, False, False]
    with pytest.raises(NightsAreTaken):
        mill.quotes(a_stay(), SECOND)
    with pytest.raises(TransitionNotAllowed):
        mill.lets_again(ATTIC)


def test_a_room_that_an_operator_took_out_stays_out(mill: VouchedMill) -> None:
    mill.decide(partial(processes.take_out, by=OPERATOR, unit_id=SECOND), SECOND)
    mill.is_described(with_rooms(2))

    mill.is_looked_at()

    assert mill.lets() == [True, False, False]
    mill.lets_again(SECOND)
    mill.is_booked(mill.quotes(a_stay(), SECOND))


def test_a_house_that_came_with_history_keeps_the_currency_that_it_came_with(
    mill: VouchedMill,
) -> None:
    in_yen = partial(
        processes.create_property,
        host=HOST_ANA,
        property_id=MILL,
        host_id=ANA,
        currency="JPY",
    )

    with pytest.raises(CurrenciesDiffer):
        mill.decide(in_yen, MILL)

    mill.drafts()
    assert mill.mill().currency == "EUR"


FOR_ONE = some_facts(rooms=(replace(some_facts().rooms[0], units=2, capacity=1),))

UNFIT: dict[str, tuple[UnitId, Facts, type[Refused]]] = {
    "their room is not among them": (ATTIC, with_rooms(2), ObligationsAreOpen),
    "there are fewer such rooms": (SECOND, with_rooms(1), ObligationsAreOpen),
    "their room is for fewer": (FIRST, FOR_ONE, PartyExceedsCapacity),
    "it goes by other clocks": (FIRST, with_rooms(2, house=IN_THE_AZORES), ObligationsAreOpen),
}


@pytest.mark.parametrize(("room", "facts", "refusal"), UNFIT.values(), ids=UNFIT)
def test_n14_nothing_is_approved_under_which_a_guest_could_not_come(
    mill: VouchedMill, room: UnitId, facts: Facts, refusal: type[Refused]
) -> None:
    mill.expects(room)
    mill.is_described(facts)

    with pytest.raises(refusal) as refused:
        mill.is_looked_at()

    assert BOOKED in str(refused.value.data)
    assert (mill.mill().status, mill.lets()) == (Status.DRAFT, [True, True, True])


def test_once_the_guest_has_left_it_is_approved_without_their_room(mill: VouchedMill) -> None:
    mill.expects(ATTIC)
    mill.is_described(with_rooms(2))
    mill.let_pass(a_stay().check_out - mill.clock.now.date() + ONE_DAY)

    mill.is_looked_at()

    assert mill.lets() == [True, True, False]
