"""A payment: claimed, handed over, held or declined, taken in exactly, or given up for good."""

from datetime import timedelta

import pytest

from ledger.aggregates.payment import (
    ATTEMPTS,
    AuthorizePayment,
    CancelPayment,
    CapturePayment,
    CompletePayment,
    ExpireAuthorization,
    FailPayment,
    FinishAction,
    LinkIntent,
    RecordFunds,
    ReportUnknownOutcome,
    RequireAction,
    RetryPayment,
    SubmitPayment,
    VoidPayment,
)
from ledger.errors import (
    AmountsDiffer,
    AttemptsAreExhausted,
    BelowProcessorMinimum,
    CurrenciesDiffer,
    HoldHasExpired,
    IntentsDiffer,
    NotWorthRetrying,
    Refused,
    TooEarly,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.events.payment import Capture, PaymentCancelled, PaymentCompleted
from ledger.store import default_codec
from ledger.values.clock import Instant
from ledger.values.journal import imbalance
from tests.facts import (
    ADOPTED,
    AN_INSTANT,
    ANSWER_DUE,
    CAPTURE_BEFORE,
    GUEST,
    HOST,
    NOW,
    PAYMENT,
    PROCESS,
    PROCESSOR,
    TIMER,
    a_payment,
    a_price,
    a_refund_recorded,
    action_required,
    adopted_payment,
    authorized,
    cancelled_payment,
    capture_requested,
    card_declined,
    funds_available,
    linked,
    money,
    outcome_unknown,
    paid,
    processing,
    retried,
    to_adopt_payment,
    to_open_payment,
)
from tests.given import given
from tests.ledger.record import RECORDED

HANDED_OVER = (a_payment(), processing())
HELD = (a_payment(capture=Capture.MANUAL), processing(), authorized())
EUR = "410.40 EUR"


def to_submit(attempt: int = 1) -> SubmitPayment:
    return SubmitPayment(payment_id=PAYMENT, idempotency_key=f"{PAYMENT}/{attempt}")


def to_complete(
    amount: str = EUR,
    settled: str | None = None,
    fee: str | None = None,
    intent: str | None = None,
) -> CompletePayment:
    return CompletePayment(
        payment_id=PAYMENT,
        amount=money(amount),
        charge="ch_1",
        intent=intent,
        balance_transaction="txn_1" if settled or fee else None,
        settled=money(settled) if settled else None,
        fee=money(fee) if fee else None,
    )


def to_authorize(amount: str = EUR) -> AuthorizePayment:
    return AuthorizePayment(payment_id=PAYMENT, amount=money(amount), capture_before=CAPTURE_BEFORE)


def to_capture(amount: str = EUR) -> CapturePayment:
    return CapturePayment(
        payment_id=PAYMENT, amount=money(amount), idempotency_key=f"{PAYMENT}/capture"
    )


def to_fail(*, retryable: bool = True) -> FailPayment:
    code = "insufficient_funds" if retryable else "stolen_card"
    return FailPayment(payment_id=PAYMENT, decline_code=code, retryable=retryable)


def to_retry(due: str = EUR, *, hold_alive: bool = True) -> RetryPayment:
    return RetryPayment(payment_id=PAYMENT, due=money(due), hold_alive=hold_alive)


def to_cancel(*, confirmed: bool = False) -> CancelPayment:
    return CancelPayment(
        payment_id=PAYMENT, reason="hold_expired", confirmed_by_processor=confirmed
    )


# -- PM1: claimed -----------------------------------------------------------------------


def test_the_total_of_a_price_is_asked_for() -> None:
    given().when(PROCESS, to_open_payment()).then(a_payment())


@pytest.mark.parametrize("each", ["0.00 EUR", "-10.00 EUR"])
def test_nothing_is_asked_for_where_nothing_is_due(each: str) -> None:
    given().when(PROCESS, to_open_payment(price=a_price(each=each))).refused(AmountsDiffer)


def test_less_than_the_processor_takes_is_not_asked_for() -> None:
    given().when(PROCESS, to_open_payment(minimum=money("410.41 EUR"))).refused(
        BelowProcessorMinimum, due=EUR, minimum="410.41 EUR"
    )
    given().when(PROCESS, to_open_payment(minimum=money(EUR))).then(a_payment())


def test_a_minimum_of_another_currency_says_nothing() -> None:
    given().when(PROCESS, to_open_payment(minimum=money("0.50 USD"))).refused(CurrenciesDiffer)


def test_a_payment_says_what_it_is_for_and_how_it_is_captured() -> None:
    opened = given().when(PROCESS, to_open_payment(capture=Capture.MANUAL, for_alteration=2))

    assert opened.events[0].capture is Capture.MANUAL  # type: ignore[attr-defined]
    assert opened.events[0].for_alteration == 2  # type: ignore[attr-defined]


# -- PM20: its intent -------------------------------------------------------------------


def test_a_payment_remembers_its_intent_once() -> None:
    before = given(a_payment())
    to_link = LinkIntent(payment_id=PAYMENT, intent="pi_1")

    before.when(PROCESS, to_link).then(linked())
    given(a_payment(), linked()).when(PROCESS, to_link).then()


def test_a_payment_has_one_intent_for_all_its_attempts() -> None:
    before = given(a_payment(), linked(), processing(), card_declined(), retried())

    before.when(PROCESS, LinkIntent(payment_id=PAYMENT, intent="pi_1")).then()
    before.when(PROCESS, LinkIntent(payment_id=PAYMENT, intent="pi_2")).refused(
        IntentsDiffer, expected="pi_1", came="pi_2"
    )


# -- PM2, PM3, PM4: handed over, and asked back -----------------------------------------


@pytest.mark.parametrize("actor", [GUEST, PROCESS])
def test_a_payment_is_handed_to_the_processor_under_a_key(actor: Actor) -> None:
    given(a_payment()).when(actor, to_submit()).then(processing())


def test_a_host_has_no_hand_in_a_guests_payment() -> None:
    given(a_payment()).when(HOST, to_submit()).refused(TransitionNotAllowed, actor="H")


def test_a_payment_is_not_handed_over_twice_at_once() -> None:
    given(*HANDED_OVER).when(GUEST, to_submit()).refused(TransitionNotAllowed, before="processing")


@pytest.mark.parametrize("actor", [GUEST, PROCESSOR])
def test_a_guest_who_answers_their_bank_goes_on_with_the_same_attempt(actor: Actor) -> None:
    """P9: in whichever browser, and however often the bank asks."""
    asked = (*HANDED_OVER, action_required())

    given(*HANDED_OVER).when(PROCESSOR, RequireAction(payment_id=PAYMENT)).then(action_required())
    given(*asked).when(actor, FinishAction(payment_id=PAYMENT)).then(processing())
    given(*asked, processing(), action_required()).when(
        actor, FinishAction(payment_id=PAYMENT)
    ).then(processing())


def test_a_guest_who_never_answers_their_bank_is_let_go_of() -> None:
    """P9: nothing was taken, so nobody has to confirm it."""
    before = given(*HANDED_OVER, action_required())

    before.when(TIMER, to_cancel()).then(cancelled_payment())


# -- PM5, PM6: held, and asked for ------------------------------------------------------


def test_a_bank_holds_exactly_what_is_due() -> None:
    given(*HELD[:2]).when(PROCESSOR, to_authorize()).then(authorized())


@pytest.mark.parametrize(
    ("amount", "rule"),
    [
        ("410.39 EUR", AmountsDiffer),
        ("410.41 EUR", AmountsDiffer),
        ("410.40 USD", CurrenciesDiffer),
    ],
)
def test_a_hold_of_anything_else_is_no_authorization(amount: str, rule: type[Refused]) -> None:
    given(*HELD[:2]).when(PROCESSOR, to_authorize(amount)).refused(rule)


def test_a_payment_that_is_captured_at_once_is_not_authorized() -> None:
    given(*HANDED_OVER).when(PROCESSOR, to_authorize()).refused(
        TransitionNotAllowed, command="AuthorizePayment"
    )


def test_a_late_word_of_the_hold_does_not_undo_the_capture() -> None:
    """P1: the processor's facts come in any order."""
    given(*HELD, capture_requested()).when(PROCESSOR, to_authorize()).refused(
        TransitionNotAllowed, before="processing"
    )


@pytest.mark.parametrize("amount", ["0.01 EUR", "410.40 EUR"])
def test_no_more_is_captured_than_is_held(amount: str) -> None:
    given(*HELD).when(PROCESS, to_capture(amount)).then(capture_requested(amount))


@pytest.mark.parametrize("amount", ["410.41 EUR", "0.00 EUR", "-0.01 EUR"])
def test_more_than_is_held_is_not_captured_nor_nothing(amount: str) -> None:
    given(*HELD).when(PROCESS, to_capture(amount)).refused(AmountsDiffer, authorized=EUR)


def test_what_was_captured_of_a_hold_is_what_must_come() -> None:
    before = given(*HELD, capture_requested("100.00 EUR"))

    before.when(PROCESSOR, to_complete("410.40 EUR")).refused(AmountsDiffer, due="100.00 EUR")
    before.when(PROCESSOR, to_complete("100.00 EUR")).then(paid("100.00 EUR"))


@pytest.mark.parametrize("at", [CAPTURE_BEFORE, CAPTURE_BEFORE + timedelta(days=1)])
def test_a_hold_is_not_captured_when_it_has_run_out(at: Instant) -> None:
    """P12: the processor's own date counts, whatever a week is."""
    given(*HELD).when(PROCESS, to_capture(), at=at).refused(TooLate, capture_before=CAPTURE_BEFORE)
    given(*HELD).when(PROCESS, to_capture(), at=CAPTURE_BEFORE - AN_INSTANT).then(
        type(capture_requested())
    )


def test_a_hold_that_ran_out_before_the_host_accepted_ends_the_payment() -> None:
    """P12."""
    given(*HELD).when(PROCESSOR, ExpireAuthorization(payment_id=PAYMENT)).then(
        cancelled_payment("authorization_expired")
    )


def test_a_hold_is_let_go_of_when_the_host_declines() -> None:
    to_void = VoidPayment(payment_id=PAYMENT, reason="declined_by_host")

    given(*HELD).when(PROCESS, to_void).then(cancelled_payment("declined_by_host"))
    given(*HELD).when(GUEST, to_void).refused(TransitionNotAllowed, actor="G")


def test_a_capture_that_fails_leaves_nothing_held_and_all_of_it_due() -> None:
    """P12: capture fails after the host accepted; another attempt begins from the start."""
    failed = given(*HELD, capture_requested("100.00 EUR")).when(PROCESSOR, to_fail())

    failed.then(card_declined())
    assert failed.state.held is None
    assert failed.state.asked == money(EUR)


# -- PM7: taken in ----------------------------------------------------------------------


def test_the_processor_takes_exactly_what_is_due() -> None:
    given(*HANDED_OVER).when(PROCESSOR, to_complete()).then(paid())


@pytest.mark.parametrize("amount", ["410.39 EUR", "410.41 EUR", "0.00 EUR"])
def test_any_other_amount_is_refused(amount: str) -> None:
    """P8."""
    given(*HANDED_OVER).when(PROCESSOR, to_complete(amount)).refused(
        AmountsDiffer, due=EUR, paid=str(money(amount))
    )


def test_the_same_figure_in_another_currency_is_refused() -> None:
    """P8."""
    given(*HANDED_OVER).when(PROCESSOR, to_complete("410.40 USD")).refused(CurrenciesDiffer)


def test_a_payment_that_nobody_handed_over_is_not_completed() -> None:
    """P1: whoever hears of the success first hands it over in the same breath."""
    given(a_payment()).when(PROCESSOR, to_complete()).refused(
        TransitionNotAllowed, before="pending"
    )
    given(a_payment()).when(PROCESS, to_submit()).then(processing())


def test_only_the_processor_says_that_money_came() -> None:
    given(*HANDED_OVER).when(GUEST, to_complete()).refused(TransitionNotAllowed)


def test_the_same_success_told_again_changes_nothing() -> None:
    """P2."""
    given(*HANDED_OVER, paid()).when(PROCESSOR, to_complete()).refused(
        TransitionNotAllowed, before="completed"
    )


def test_money_of_another_intent_is_not_this_payments() -> None:
    before = given(a_payment(), linked(), processing())

    before.when(PROCESSOR, to_complete(intent="pi_2")).refused(
        IntentsDiffer, expected="pi_1", came="pi_2"
    )
    before.when(PROCESSOR, to_complete(intent="pi_1")).then(PaymentCompleted)


def test_a_cancelled_payment_stays_cancelled_whatever_comes() -> None:
    given(*HANDED_OVER, cancelled_payment()).when(PROCESSOR, to_complete()).refused(
        TransitionNotAllowed, before="cancelled"
    )


def test_nobody_pays_what_was_never_opened() -> None:
    given().when(PROCESSOR, to_complete()).refused(TransitionNotAllowed, before=None)


# -- J2, J3, J4: in the books -----------------------------------------------------------


def booked(event: PaymentCompleted) -> dict[str, list[tuple[str, int, str]]]:
    for entry in event.entries:
        assert not any(imbalance(entry.lines).values())
    return {
        entry.rule: [(line.account, line.minor, line.currency) for line in entry.lines]
        for entry in event.entries
    }


def test_money_that_came_is_booked_as_received_for_nothing_yet() -> None:
    assert booked(paid()) == {
        "J2": [("stripe_pending", 41_040, "EUR"), ("unapplied_receipts", -41_040, "EUR")]
    }


def test_the_processors_fee_is_booked_with_the_money() -> None:
    came = paid(fee="12.52 EUR")

    given(*HANDED_OVER).when(PROCESSOR, to_complete(fee="12.52 EUR", intent="pi_1")).then(came)
    assert booked(came) == {
        "J2": [("stripe_pending", 41_040, "EUR"), ("unapplied_receipts", -41_040, "EUR")],
        "J3": [("exp_psp_fees", 1_252, "EUR"), ("stripe_pending", -1_252, "EUR")],
    }


def test_a_fee_of_nothing_leaves_no_entry() -> None:
    came = given(*HANDED_OVER).when(PROCESSOR, to_complete(fee="0.00 EUR")).events[0]

    assert isinstance(came, PaymentCompleted)
    assert set(booked(came)) == {"J2"}


def test_money_that_was_exchanged_crosses_the_bookings_own_position() -> None:
    """M1: the guest paid euros, the processor holds francs; the two sides meet per booking."""
    to_take = to_complete(settled="395.15 CHF", fee="12.00 CHF", intent="pi_1")
    came = paid(settled="395.15 CHF", fee="12.00 CHF")

    given(*HANDED_OVER).when(PROCESSOR, to_take).then(came)
    assert booked(came) == {
        "J2fx": [
            ("stripe_pending", 39_515, "CHF"),
            ("fx_position", -39_515, "CHF"),
            ("fx_position", 41_040, "EUR"),
            ("unapplied_receipts", -41_040, "EUR"),
        ],
        "J3": [("exp_psp_fees", 1_200, "CHF"), ("stripe_pending", -1_200, "CHF")],
    }


@pytest.mark.parametrize(
    ("settled", "fee", "rule"),
    [
        ("410.39 EUR", None, AmountsDiffer),
        (None, "410.41 EUR", AmountsDiffer),
        (None, "-0.01 EUR", AmountsDiffer),
        (None, "1.00 USD", CurrenciesDiffer),
        ("395.15 CHF", "1.00 EUR", CurrenciesDiffer),
    ],
)
def test_figures_of_the_processor_that_do_not_fit_together_are_refused(
    settled: str | None, fee: str | None, rule: type[Refused]
) -> None:
    given(*HANDED_OVER).when(PROCESSOR, to_complete(settled=settled, fee=fee)).refused(rule)


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
    before = given(*HANDED_OVER, paid(), *since)

    before.when(PROCESSOR, RecordFunds(payment_id=PAYMENT)).then(funds_available())


@pytest.mark.parametrize(
    ("came", "net"),
    [
        (paid(fee="12.52 EUR"), "397.88 EUR"),
        (paid(settled="395.15 CHF", fee="12.00 CHF"), "383.15 CHF"),
    ],
)
def test_what_becomes_usable_is_what_is_left_after_the_fee(
    came: PaymentCompleted, net: str
) -> None:
    given(*HANDED_OVER, came).when(PROCESSOR, RecordFunds(payment_id=PAYMENT)).then(
        funds_available(net)
    )


def test_captured_money_becomes_usable_once() -> None:
    before = given(*HANDED_OVER, paid(), funds_available())

    before.when(PROCESSOR, RecordFunds(payment_id=PAYMENT)).refused(
        TransitionNotAllowed, command="RecordFunds"
    )


# -- PM8, PM9: declined, and tried again ------------------------------------------------


@pytest.mark.parametrize("history", [HANDED_OVER, (*HANDED_OVER, action_required())])
def test_a_declined_attempt_keeps_the_processors_reason(history: tuple[Event, ...]) -> None:
    given(*history).when(PROCESSOR, to_fail()).then(card_declined())


def test_a_guest_tries_again_with_another_key() -> None:
    before = given(*HANDED_OVER, card_declined())

    before.when(GUEST, to_retry()).then(retried())
    given(*HANDED_OVER, card_declined(), retried()).when(GUEST, to_submit(2)).then(processing(2))


def test_whoever_was_declined_for_good_does_not_try_again() -> None:
    given(*HANDED_OVER, card_declined(retryable=False)).when(GUEST, to_retry()).refused(
        NotWorthRetrying
    )


@pytest.mark.parametrize(
    ("due", "rule"),
    [
        ("410.39 EUR", AmountsDiffer),
        ("500.00 EUR", AmountsDiffer),
        ("410.40 USD", CurrenciesDiffer),
    ],
)
def test_a_payment_is_not_tried_again_for_a_changed_amount(due: str, rule: type[Refused]) -> None:
    given(*HANDED_OVER, card_declined()).when(GUEST, to_retry(due)).refused(rule)


def test_a_payment_is_not_tried_again_when_the_nights_are_gone() -> None:
    given(*HANDED_OVER, card_declined()).when(GUEST, to_retry(hold_alive=False)).refused(
        HoldHasExpired
    )


def declined_times(times: int) -> list[Event]:
    history: list[Event] = [a_payment()]
    for attempt in range(1, times + 1):
        history += [processing(attempt), card_declined(attempt), retried(attempt + 1)]
    return history[:-1]


def test_a_card_that_was_declined_five_times_is_enough() -> None:
    """P11."""
    given(*declined_times(ATTEMPTS - 1)).when(GUEST, to_retry()).then(retried(ATTEMPTS))
    given(*declined_times(ATTEMPTS)).when(GUEST, to_retry()).refused(
        AttemptsAreExhausted, attempts=5
    )


# -- PM10, PM11: given up ---------------------------------------------------------------


@pytest.mark.parametrize("actor", [GUEST, TIMER, PROCESS])
def test_a_payment_that_is_not_under_way_is_given_up(actor: Actor) -> None:
    given(a_payment()).when(actor, to_cancel()).then(cancelled_payment())


def test_a_payment_under_way_ends_only_when_the_processor_confirms_it() -> None:
    given(*HANDED_OVER).when(TIMER, to_cancel()).refused(
        TransitionNotAllowed, before="processing", command="CancelPayment"
    )
    given(*HANDED_OVER).when(TIMER, to_cancel(confirmed=True)).then(PaymentCancelled)


@pytest.mark.parametrize(
    "since",
    [(), (a_refund_recorded(),), (a_refund_recorded("410.40 EUR", "410.40 EUR"),)],
)
def test_a_completed_payment_is_not_cancelled(since: tuple[Event, ...]) -> None:
    before = given(*HANDED_OVER, paid(), *since)

    before.when(PROCESS, to_cancel(confirmed=True)).refused(TransitionNotAllowed)


# -- PM14: no answer --------------------------------------------------------------------


def to_look() -> ReportUnknownOutcome:
    return ReportUnknownOutcome(payment_id=PAYMENT)


def test_an_answer_that_is_a_minute_late_is_unknown_and_not_before() -> None:
    """P6."""
    given(*HANDED_OVER).when(TIMER, to_look(), at=ANSWER_DUE).then(outcome_unknown())
    given(*HANDED_OVER).when(TIMER, to_look(), at=ANSWER_DUE - AN_INSTANT).refused(
        TooEarly, not_before=ANSWER_DUE
    )


def test_we_look_after_one_five_fifteen_and_sixty_minutes_and_then_people_do() -> None:
    history: list[Event] = [*HANDED_OVER]
    at, waited = ANSWER_DUE, []
    for _ in range(5):
        looked = given(*history).when(TIMER, to_look(), at=at)
        (event,) = looked.events
        history.append(event)
        again = looked.state.answer_due_at
        if again is not None:
            waited.append((again - at) // timedelta(minutes=1))
            at = again

    assert waited == [1, 5, 15, 60]
    assert history[-1] == outcome_unknown(5, None)
    given(*history).when(TIMER, to_look(), at=at + timedelta(days=1)).refused(
        TransitionNotAllowed, command="ReportUnknownOutcome"
    )


@pytest.mark.parametrize("command", [to_complete(), to_fail(), RequireAction(payment_id=PAYMENT)])
def test_an_outcome_is_known_as_soon_as_the_processor_answers(
    command: CompletePayment | FailPayment | RequireAction,
) -> None:
    answered = given(*HANDED_OVER, outcome_unknown(5, None)).when(PROCESSOR, command)

    assert not answered.state.outcome_unknown
    assert answered.state.answer_due_at is None


def test_each_call_has_its_own_minute() -> None:
    later = NOW + timedelta(hours=3)
    asked = given(*HELD).when(PROCESS, to_capture(), at=later)

    assert asked.state.answer_due_at == later + timedelta(seconds=60)


# -- PM21: adopted ----------------------------------------------------------------------


def test_money_that_came_without_a_place_begins_a_payment_that_is_here() -> None:
    adopted = given().when(PROCESS, to_adopt_payment()).then(adopted_payment())

    assert adopted.state.status == "completed"
    assert adopted.state.captured == adopted.state.refundable == money(EUR)


@pytest.mark.parametrize(
    ("amount", "rule"), [("410.39 EUR", AmountsDiffer), ("410.40 USD", CurrenciesDiffer)]
)
def test_only_what_is_due_is_adopted(amount: str, rule: type[Refused]) -> None:
    given().when(PROCESS, to_adopt_payment(amount=money(amount), fee=None)).refused(rule)


def test_an_adopted_payment_becomes_usable_unless_its_money_is() -> None:
    to_use = RecordFunds(payment_id=ADOPTED)
    usable = given().when(PROCESS, to_adopt_payment(available=True)).events

    given(adopted_payment()).when(PROCESSOR, to_use).then(funds_available("397.88 EUR"))
    given(*usable).when(PROCESSOR, to_use).refused(TransitionNotAllowed)


# -- Old shapes -------------------------------------------------------------------------


def test_a_payment_of_the_first_schema_is_read_as_what_it_was() -> None:
    """Captured at once, for the booking, with no fee told: its figures stay as they were."""
    codec = default_codec()
    old = [
        codec.decode(topic, 1, (RECORDED / f"{topic}.1.json").read_bytes())
        for topic in ("payment.opened", "payment.processing", "payment.completed")
    ]

    assert old[0] == a_payment()
    assert old[2] == paid()
    given(*old).when(PROCESSOR, RecordFunds(payment_id=PAYMENT)).then(funds_available())
    given(*old[:2]).when(TIMER, to_look()).then(outcome_unknown(1, NOW + timedelta(minutes=1)))
