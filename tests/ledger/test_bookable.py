"""What may be booked: pets as the house rules say, heads as they are approved by then."""

from collections.abc import Sequence
from functools import partial

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.alteration import ALTERATION
from ledger.aggregates.alteration import Status as Altering
from ledger.aggregates.booking import BOOKING, Status
from ledger.aggregates.unapplied_receipt import Status as Receiving
from ledger.draft import Draft
from ledger.errors import PartyExceedsCapacity, PetsNotAllowed
from ledger.processes import AlterationWish
from ledger.quotes import Wish, book_quoted, booking_of, make_quote
from ledger.values.guests import Party
from ledger.values.ids import BookingId
from ledger.values.listing import HouseRules, unit_of
from ledger.values.quote import Quote
from ledger.values.verification import Subject
from tests.facts import GUEST, INES, SEA_VIEW, a_description, a_stay, some_facts
from tests.ledger.altering import pay_the_difference
from tests.ledger.supply import HOST_ANA, MILL, Supply
from tests.ledger.test_money_in import the_receipt


@pytest.fixture
def mill() -> Supply:
    """Ana's mill is let to four people at most, with their pets."""
    mill = Supply()
    mill.drafts()
    mill.is_let()
    return mill


def quoted(mill: Supply, pets: int = 0, heads: int = 2) -> Quote:
    """What Inês is told of three nights; or the refusal, raised."""
    made: list[Quote] = []
    wish = Wish(
        guest_id=INES,
        property_id=MILL,
        candidates=(unit_of(MILL, SEA_VIEW, 1),),
        any_of_type=True,
        stay=a_stay(),
        party=Party(heads),
        pets=pets,
    )
    mill.ledger.rehearse(lambda draft: made.append(make_quote(draft, wish, None)))
    return made[-1]


def books(mill: Supply, quote: Quote) -> BookingId:
    """Inês books what she was told, and pays it."""
    booking_id = booking_of(quote.quote_id)

    def plan(draft: Draft) -> None:
        book_quoted(draft, GUEST, quote, quote.policy_text)
        processes.ask_for_payment(draft, booking_id)

    mill.decide(plan, booking_id)
    mill.settle()
    mill.pay(booking_id=booking_id)
    mill.settle()
    return booking_id


def lets_no_pets_in(mill: Supply) -> None:
    """Ana changes the house rules."""
    told = a_description(photos=_photos(mill), rules=HouseRules(pets=False))
    describe = partial(
        processes.describe_property, host=HOST_ANA, property_id=MILL, description=told
    )
    mill.decide(describe, MILL)


def _photos(mill: Supply) -> Sequence[str]:
    description = mill.mill().description
    assert description is not None
    return description.photos


def takes_fewer(mill: Supply, capacity: int) -> None:
    """It is approved that the mill takes fewer people."""
    room = replace(some_facts().rooms[0], capacity=capacity)
    mill.states(some_facts(rooms=(room,)))
    mill.approves(mill.asks_about_the_mill(), Subject.PROPERTY)


def test_a_house_that_lets_no_pets_in_is_not_quoted_with_one(mill: Supply) -> None:
    assert quoted(mill, pets=1).pets == 1
    lets_no_pets_in(mill)

    with pytest.raises(PetsNotAllowed) as refused:
        quoted(mill, pets=1)

    assert refused.value.code == "PETS_NOT_ALLOWED"
    assert quoted(mill).pets == 0


def test_house_rules_that_were_quoted_are_honoured(mill: Supply) -> None:
    quote = quoted(mill, pets=1)
    lets_no_pets_in(mill)

    booking = mill.ledger.state(BOOKING, books(mill, quote))

    assert booking is not None
    assert booking.status is Status.CONFIRMED


def test_a_party_that_was_quoted_must_fit_what_is_approved_when_it_is_booked(mill: Supply) -> None:
    """The domain page, BK1: party ≤ capacity."""
    four, two = quoted(mill, heads=4), quoted(mill, heads=2)
    takes_fewer(mill, 3)

    with pytest.raises(PartyExceedsCapacity) as refused:
        books(mill, four)

    assert (refused.value.heads, refused.value.capacity) == (4, 3)
    books(mill, two)


def test_a_stay_is_not_altered_for_more_people_than_are_approved(mill: Supply) -> None:
    booking_id = books(mill, quoted(mill, heads=2))
    takes_fewer(mill, 3)

    def altered(draft: Draft, heads: int) -> None:
        processes.work_out(draft, booking_id, AlterationWish(party=Party(heads)))

    with pytest.raises(PartyExceedsCapacity) as refused:
        mill.ledger.rehearse(partial(altered, heads=4))

    assert (refused.value.heads, refused.value.capacity) == (4, 3)
    mill.ledger.rehearse(partial(altered, heads=3))


def agreed(mill: Supply, booking_id: BookingId) -> None:
    """Ana agrees to what Inês proposed."""

    def plan(draft: Draft) -> None:
        proposed = processes.alteration_in(draft, booking_id)
        digest = processes.change_of(proposed).digest
        processes.accept_alteration(draft, HOST_ANA, booking_id, proposed.number, digest)

    mill.decide(plan, booking_id)


def proposed_for(mill: Supply, heads: int) -> BookingId:
    """Inês has booked for two, and proposes to come with more. Her booking."""
    booking_id = books(mill, quoted(mill, heads=2))
    wish = AlterationWish(party=Party(heads))

    def plan(draft: Draft) -> None:
        shown = processes.work_out(draft, booking_id, wish)
        processes.propose_alteration(draft, GUEST, booking_id, wish, shown.digest)

    mill.decide(plan, booking_id)
    return booking_id


def party_of(mill: Supply, booking_id: BookingId) -> Party:
    """Who comes."""
    booking = mill.ledger.state(BOOKING, booking_id)
    assert booking is not None
    return booking.party


@pytest.mark.parametrize("heads", [3, 4], ids=["costs the same", "is dearer"])
def test_more_people_are_not_agreed_to_than_are_approved_by_then(mill: Supply, heads: int) -> None:
    booking_id = proposed_for(mill, heads)
    takes_fewer(mill, 2)

    with pytest.raises(PartyExceedsCapacity) as refused:
        agreed(mill, booking_id)

    assert (refused.value.heads, refused.value.capacity) == (heads, 2)
    assert party_of(mill, booking_id) == Party(2)


def test_what_is_paid_for_more_people_than_are_approved_by_then_goes_back(mill: Supply) -> None:
    booking_id = proposed_for(mill, 4)
    agreed(mill, booking_id)
    mill.settle()
    takes_fewer(mill, 2)

    pay_the_difference(mill, booking_id=booking_id)
    mill.settle()

    assert party_of(mill, booking_id) == Party(2)
    assert the_receipt(mill) is Receiving.RETURNED
    altering = mill.ledger.state(ALTERATION, processes.alteration_of(booking_id))
    assert altering is not None
    assert altering.status is Altering.FAILED
