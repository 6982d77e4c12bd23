"""A bank payout: followed wherever the processor says it is, in whatever order it says so."""

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from ledger.aggregates.bank_payout import (
    BANK_PAYOUT,
    RecordBankPayout,
    Status,
    bank_payout_of,
)
from ledger.errors import AmountsDiffer, TransitionNotAllowed
from ledger.events import Actor, Event
from tests.facts import (
    FINANCE,
    HOST,
    PROCESS,
    PROCESSOR,
    a_bank_payout,
    cancelled_bank_payout,
    failed_at_the_bank,
    money,
    paid_to_the_bank,
    sent_to_the_bank,
    to_record_bank_payout,
)
from tests.given import given

SEEN, SENT, PAID = a_bank_payout(), sent_to_the_bank(), paid_to_the_bank()
FAILED, CANCELED = failed_at_the_bank(), cancelled_bank_payout()

HISTORIES: dict[Status, tuple[Event, ...]] = {
    Status.PENDING: (SEEN,),
    Status.IN_TRANSIT: (SEEN, SENT),
    Status.PAID: (SEEN, SENT, PAID),
    Status.FAILED: (SEEN, SENT, PAID, FAILED),
    Status.CANCELED: (SEEN, CANCELED),
}
LIVES = (
    (Status.PENDING, Status.IN_TRANSIT, Status.PAID),
    (Status.PENDING, Status.IN_TRANSIT, Status.PAID, Status.FAILED),
    (Status.PENDING, Status.IN_TRANSIT, Status.FAILED),
    (Status.PENDING, Status.CANCELED),
)
"""What can become of a payout at the processor, from its first word to its last."""


def that_it_is(standing: Status) -> RecordBankPayout:
    return to_record_bank_payout(standing=standing, code=FAILED.code, reason=FAILED.reason)


# -- Where it goes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "says", "event"),
    [
        (Status.PENDING, Status.IN_TRANSIT, SENT),
        (Status.PENDING, Status.PAID, PAID),
        (Status.PENDING, Status.FAILED, FAILED),
        (Status.PENDING, Status.CANCELED, CANCELED),
        (Status.IN_TRANSIT, Status.PAID, PAID),
        (Status.IN_TRANSIT, Status.FAILED, FAILED),
    ],
)
def test_a_bank_payout_goes_where_the_processor_says(
    before: Status, says: Status, event: Event
) -> None:
    outcome = given(*HISTORIES[before]).when(PROCESSOR, that_it_is(says)).then(event)

    assert outcome.state.status is says


def test_a_bank_payout_that_was_paid_may_still_fail() -> None:
    outcome = given(SEEN, SENT, PAID).when(PROCESSOR, that_it_is(Status.FAILED)).then(FAILED)

    assert outcome.state.status is Status.FAILED


def test_a_failure_names_the_bank_account_and_the_processor_s_own_words() -> None:
    (failed,) = given(SEEN).when(PROCESSOR, that_it_is(Status.FAILED)).events

    assert failed == FAILED


@pytest.mark.parametrize("first", list(Status))
def test_the_first_word_on_a_bank_payout_may_be_any(first: Status) -> None:
    outcome = given().when(PROCESSOR, that_it_is(first))

    assert outcome.refusal is None
    assert outcome.events[0] == SEEN
    assert outcome.state.status is first


# -- Again, and late --------------------------------------------------------------------


@pytest.mark.parametrize("standing", list(Status))
def test_what_is_said_again_is_no_event(standing: Status) -> None:
    given(*HISTORIES[standing]).when(PROCESSOR, that_it_is(standing)).then()


@pytest.mark.parametrize(
    ("standing", "late"),
    [
        (Status.IN_TRANSIT, Status.PENDING),
        (Status.PAID, Status.PENDING),
        (Status.PAID, Status.IN_TRANSIT),
        (Status.FAILED, Status.PENDING),
        (Status.FAILED, Status.IN_TRANSIT),
        (Status.FAILED, Status.PAID),
        (Status.CANCELED, Status.PENDING),
    ],
)
def test_what_it_came_by_is_no_event_when_it_is_said_late(standing: Status, late: Status) -> None:
    given(*HISTORIES[standing]).when(PROCESSOR, that_it_is(late)).then()


@drawn(st.data())
def test_words_in_any_order_and_number_end_where_the_payout_ended(data: st.DataObject) -> None:
    life = data.draw(st.sampled_from(LIVES))
    again = data.draw(st.lists(st.sampled_from(life), max_size=4))
    history: list[Any] = []

    for standing in data.draw(st.permutations([*life, *again])):
        outcome = given(*history).when(PROCESSOR, that_it_is(standing))
        assert outcome.refusal is None, outcome.refusal
        history += outcome.events

    ended = BANK_PAYOUT.fold(history)
    assert ended is not None
    assert ended.status is life[-1]


# -- What cannot be ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (Status.IN_TRANSIT, Status.CANCELED),
        (Status.PAID, Status.CANCELED),
        (Status.FAILED, Status.CANCELED),
        (Status.CANCELED, Status.IN_TRANSIT),
        (Status.CANCELED, Status.PAID),
        (Status.CANCELED, Status.FAILED),
    ],
)
def test_what_cannot_follow_is_refused_and_for_people_to_look_at(
    before: Status, says: Status
) -> None:
    given(*HISTORIES[before]).when(PROCESSOR, that_it_is(says)).refused(
        TransitionNotAllowed, before=before.value, to=says.value
    )


@pytest.mark.parametrize("amount", ["349.19 EUR", "349.21 EUR", "349.20 USD"])
def test_a_bank_payout_keeps_its_amount(amount: str) -> None:
    other = to_record_bank_payout(amount=money(amount), standing=Status.PAID)

    given(SEEN).when(PROCESSOR, other).refused(AmountsDiffer, seen="349.20 EUR", told=amount)


@pytest.mark.parametrize("actor", [HOST, FINANCE, PROCESS])
def test_only_the_processor_says_where_a_bank_payout_is(actor: Actor) -> None:
    given().when(actor, that_it_is(Status.PAID)).refused(TransitionNotAllowed, actor=actor.role)


def test_each_payout_of_the_processor_is_mirrored_by_one_stream() -> None:
    assert BANK_PAYOUT.stream_of(that_it_is(Status.PAID)) == bank_payout_of("po_1")
    assert bank_payout_of("po_1") != bank_payout_of("po_2")
