"""A payment: claimed, handed over, taken in, and given back no further than it was taken."""

import pytest

from ledger.aggregates.payment import (
    CompletePayment,
    RecordFunds,
    RecordRefund,
    SubmitPayment,
)
from ledger.errors import AmountsDiffer, RefundExceedsCapture, TransitionNotAllowed
from ledger.events import Actor, Event
from ledger.values.ids import RefundId
from ledger.values.journal import imbalance
from tests.facts import (
    GUEST,
    HOST,
    PAYMENT,
    PROCESS,
    PROCESSOR,
    REFUND,
    a_payment,
    a_price,
    a_refund_recorded,
    an_id,
    funds_available,
    money,
    paid,
    processing,
    to_open_payment,
)
from tests.given import given

ANOTHER = RefundId(an_id("another refund"))


def to_submit() -> SubmitPayment:
    return SubmitPayment(payment_id=PAYMENT, idempotency_key=f"{PAYMENT}/1")


def to_complete(amount: str = "410.40 EUR") -> CompletePayment:
    return CompletePayment(payment_id=PAYMENT, amount=money(amount), charge="ch_1")


def to_record_refund(amount: str = "180.00 EUR", refund_id: RefundId = REFUND) -> RecordRefund:
    return RecordRefund(payment_id=PAYMENT, refund_id=refund_id, amount=money(amount))


# -- PM1, PM2: claimed and handed over --------------------------------------------------


def test_the_total_of_a_price_is_asked_for() -> None:
    given().when(PROCESS, to_open_payment()).then(a_payment())


@pytest.mark.parametrize("each", ["0.00 EUR", "-10.00 EUR"])
def test_nothing_is_asked_for_where_nothing_is_due(each: str) -> None:
    given().when(PROCESS, to_open_payment(price=a_price(each=each))).refused(AmountsDiffer)


@pytest.mark.parametrize("actor", [GUEST, PROCESS])
def test_a_payment_is_handed_to_the_processor_under_a_key(actor: Actor) -> None:
    given(a_payment()).when(actor, to_submit()).then(processing())


def test_a_host_has_no_hand_in_a_guests_payment() -> None:
    given(a_payment()).when(HOST, to_submit()).refused(TransitionNotAllowed, actor="H")


# -- PM7: taken in ----------------------------------------------------------------------


def test_the_processor_takes_exactly_what_is_due() -> None:
    given(a_payment(), processing()).when(PROCESSOR, to_complete()).then(paid())


@pytest.mark.parametrize("amount", ["410.39 EUR", "410.41 EUR", "410.40 USD", "0.00 EUR"])
def test_any_other_amount_is_refused(amount: str) -> None:
    given(a_payment(), processing()).when(PROCESSOR, to_complete(amount)).refused(AmountsDiffer)


def test_a_payment_that_nobody_handed_over_is_not_completed() -> None:
    given(a_payment()).when(PROCESSOR, to_complete()).refused(
        TransitionNotAllowed, before="pending"
    )


def test_only_the_processor_says_that_money_came() -> None:
    given(a_payment(), processing()).when(GUEST, to_complete()).refused(TransitionNotAllowed)


def test_money_that_came_is_booked_as_received_for_nothing_yet() -> None:
    (entry,) = paid().entries

    assert entry.rule == "J2"
    assert [line.account for line in entry.lines] == ["stripe_pending", "unapplied_receipts"]
    assert imbalance(entry.lines) == {"EUR": 0}


# -- PM15: usable -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "since",
    [
        (),
        (a_refund_recorded(),),
        (a_refund_recorded("410.40 EUR", "410.40 EUR"),),
    ],
)
def test_captured_money_becomes_usable_even_after_refunds(
    since: tuple[Event, ...],
) -> None:
    before = given(a_payment(), processing(), paid(), *since)

    before.when(PROCESSOR, RecordFunds(payment_id=PAYMENT)).then(funds_available())


def test_captured_money_becomes_usable_once() -> None:
    before = given(a_payment(), processing(), paid(), funds_available())

    before.when(PROCESSOR, RecordFunds(payment_id=PAYMENT)).refused(
        TransitionNotAllowed, command="RecordFunds"
    )


# -- PM12: given back -------------------------------------------------------------------


def test_a_refund_leaves_a_payment_partially_refunded() -> None:
    given(a_payment(), processing(), paid()).when(PROCESS, to_record_refund()).then(
        a_refund_recorded()
    )


def test_the_last_cent_leaves_a_payment_refunded() -> None:
    before = given(a_payment(), processing(), paid(), a_refund_recorded())

    before.when(PROCESS, to_record_refund("230.39 EUR", ANOTHER)).then(
        a_refund_recorded("230.39 EUR", "410.39 EUR", ANOTHER)
    )
    before.when(PROCESS, to_record_refund("230.40 EUR", ANOTHER)).then(
        a_refund_recorded("230.40 EUR", "410.40 EUR", ANOTHER)
    )


def test_a_guest_cannot_be_refunded_more_than_was_captured() -> None:
    before = given(a_payment(), processing(), paid(), a_refund_recorded())

    before.when(PROCESS, to_record_refund("230.41 EUR", ANOTHER)).refused(
        RefundExceedsCapture, captured="410.40 EUR", refunded="410.41 EUR"
    )


def test_a_refund_is_counted_once() -> None:
    before = given(a_payment(), processing(), paid(), a_refund_recorded())

    before.when(PROCESS, to_record_refund("1.00 EUR", REFUND)).refused(
        TransitionNotAllowed, command="RecordRefund"
    )


def test_what_was_not_captured_is_not_refunded() -> None:
    given(a_payment(), processing()).when(PROCESS, to_record_refund()).refused(
        TransitionNotAllowed, before="processing"
    )


def test_a_payment_knows_what_could_still_go_back() -> None:
    before = given(a_payment(), processing(), paid())

    assert before.when(PROCESS, to_record_refund()).state.refundable == money("230.40 EUR")
