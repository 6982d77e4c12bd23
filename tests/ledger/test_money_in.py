"""Money in: from the guest's browser through Stripe into the books, whatever happens on the way."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import stripe

from ledger import processes
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.unapplied_receipt import UNAPPLIED_RECEIPT, receipt_of
from ledger.aggregates.unapplied_receipt import Status as Receiving
from ledger.aggregates.unit_calendar import ImportFeedItem, block_of
from ledger.draft import Draft
from ledger.errors import (
    AttemptsAreExhausted,
    NightsAreTaken,
    RefundBlockedByDispute,
    Refused,
    TransitionNotAllowed,
)
from ledger.events import Actor
from ledger.events.dispute import DisputeOpened
from ledger.events.payment import Capture, PaymentCompleted, PaymentFailed, PaymentProcessing
from ledger.events.payout import PayoutScheduled
from ledger.events.unapplied_receipt import ReceiptDetected, Why
from ledger.events.unit_calendar import HoldExtended
from ledger.values.ids import BookingId, GuestId, ReceiptId
from ledger.values.journal import Account
from ledger.values.policy import Ending
from projections.matters import Matter, Opened
from projections.matters import opened as brings_up
from tests.facts import (
    BOOKING,
    CHECK_IN,
    CLARA,
    DINIS,
    FEED,
    FINANCE,
    GUEST,
    HOST,
    NOW,
    PROCESS,
    SUPPORT,
    THE_DIGEST,
    UID,
    UNIT,
    a_price,
    a_stay,
    an_id,
)
from tests.ledger.books import books_agree
from tests.ledger.market import ASKS_THE_BANK, DECLINED, VISA, Market, wish_to_pay

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HELD_UNTIL, HELD_AT_MOST = NOW + 15 * MINUTE, NOW + 45 * MINUTE
ANOTHER = BookingId(an_id("another"))
JOANA = GuestId(an_id("Joana"))


@pytest.fixture
def market() -> Market:
    """A stay that is asked for, and whose guest can pay at once."""
    return Market().booked()


@pytest.fixture
def request_market() -> Market:
    """A stay whose host decides, and whose guest can let the money be held."""
    return Market().booked(Capture.MANUAL)


def the_receipt(market: Market) -> Receiving:
    """Where the only money without a place stands."""
    (charge,) = {event.charge for event in market.events(ReceiptDetected)}
    receipt = market.ledger.state(UNAPPLIED_RECEIPT, receipt_of(charge))
    assert receipt is not None
    return receipt.status


def taken_by_joana(market: Market) -> None:
    """Somebody else books the nights."""
    market.decide(
        partial(
            processes.book,
            guest=Actor("G", JOANA),
            command=wish_to_pay(booking_id=ANOTHER, guest_id=JOANA),
        ),
        ANOTHER,
    )


def agrees_with_stripe(market: Market) -> None:
    """What we have at Stripe is what Stripe says, once what was on its way is there."""
    books_agree(market.store.history, market.machine, at_rest=False)
    market.until(market.clock.now + 3 * DAY, step=6 * HOUR)
    books_agree(market.store.history, market.machine)


# -- At once --------------------------------------------------------------------------------


def test_a_paid_stay_is_confirmed_and_its_host_promised_their_part(market: Market) -> None:
    market.pay()
    market.settle()

    assert market.booking().status is Stands.CONFIRMED
    assert market.payment().status is Paying.COMPLETED
    assert len(market.events(PayoutScheduled)) == 1
    assert market.left() == []
    agrees_with_stripe(market)


def test_money_is_usable_on_the_day_that_stripe_named(market: Market) -> None:
    market.pay()
    market.settle()
    (completed,) = market.events(PaymentCompleted)
    assert market.in_the_books() == (39_820, 0)

    market.until(completed.available_at - timedelta(seconds=1), step=HOUR)
    assert not market.payment().available
    market.until(completed.available_at)

    assert market.payment().available
    assert market.in_the_books() == market.at_stripe() == (0, 39_820)


def test_the_intent_is_opened_for_what_the_booking_costs_and_carries_our_ids(
    market: Market,
) -> None:
    (intent,) = market.all("payment_intent")

    assert intent["amount"] == 41_040
    assert intent["metadata"] == {
        "payment_id": processes.payment_of(BOOKING),
        "booking_id": BOOKING,
    }
    assert market.payment().intent == intent["id"]


# -- Strong customer authentication (CASE-P9) -----------------------------------------------


def test_case_p9_a_guest_who_passes_3d_secure_is_confirmed(market: Market) -> None:
    market.pay(ASKS_THE_BANK)
    market.settle()
    assert market.payment().status is Paying.REQUIRES_ACTION

    market.answer_the_bank("passed")
    market.settle()

    assert market.booking().status is Stands.CONFIRMED


def test_case_p9_a_guest_who_fails_3d_secure_may_try_again(market: Market) -> None:
    market.pay(ASKS_THE_BANK)
    market.settle()
    market.answer_the_bank("failed")
    market.settle()
    assert market.payment().status is Paying.FAILED
    assert market.payment().retryable

    market.decide(partial(processes.try_again, guest=GUEST, booking_id=BOOKING))
    market.settle()
    assert market.payment().status is Paying.PENDING
    market.pay()
    market.settle()

    assert market.booking().status is Stands.CONFIRMED


def test_case_p9_3d_secure_that_nobody_answers_is_given_up_after_45_minutes(
    market: Market,
) -> None:
    market.pay(ASKS_THE_BANK)
    market.until(HELD_AT_MOST - MINUTE)
    assert market.booking().status is Stands.PENDING_PAYMENT
    assert market.store.nights

    market.until(HELD_AT_MOST + MINUTE)

    assert market.booking().status is Stands.EXPIRED
    assert market.payment().status is Paying.CANCELLED
    assert market.payment().closed
    assert [one["status"] for one in market.all("payment_intent")] == ["canceled"]
    assert not market.store.nights
    assert market.left() == []


def test_case_p9_3d_secure_may_be_answered_in_another_browser_while_nobody_hears_of_it(
    market: Market,
) -> None:
    market.pay(ASKS_THE_BANK)
    market.settle()
    market.loses_notices = True
    market.answer_the_bank("passed")

    market.until(NOW + 2 * HOUR)

    assert market.booking().status is Stands.CONFIRMED


def test_n8_what_a_feed_says_of_nights_that_were_held_all_along_comes_too_late(
    market: Market,
) -> None:
    sold = ImportFeedItem(unit_id=UNIT, feed_id=FEED, uid=UID, stay=a_stay(), revision="")
    market.pay(ASKS_THE_BANK)
    market.settle()
    market.decide(lambda draft: draft.do(PROCESS, sold), block_of(FEED, UID))
    market.loses_notices = True
    market.answer_the_bank("passed")

    market.until(NOW + 2 * HOUR)

    assert market.booking().status is Stands.CONFIRMED


def test_case_p9_3d_secure_may_be_passed_after_the_first_hold_but_inside_the_longest(
    market: Market,
) -> None:
    market.pay(ASKS_THE_BANK)
    market.until(NOW + 40 * MINUTE)
    assert market.events(HoldExtended)

    market.answer_the_bank("passed")
    market.settle()

    assert market.booking().status is Stands.CONFIRMED


# -- The host decides -----------------------------------------------------------------------


def test_held_money_is_captured_when_the_host_accepts(request_market: Market) -> None:
    market = request_market
    market.pay()
    market.settle()
    assert market.booking().status is Stands.AWAITING_HOST
    assert market.payment().status is Paying.AUTHORIZED
    assert market.in_the_books() == (0, 0)

    market.accept()
    market.settle()

    assert market.booking().status is Stands.CONFIRMED
    assert [one["status"] for one in market.all("payment_intent")] == ["succeeded"]
    agrees_with_stripe(market)


@pytest.mark.parametrize(
    ("plan", "ends_as"),
    [
        (partial(processes.decline, host=HOST, booking_id=BOOKING, reason="painting"), "declined"),
        (partial(processes.withdraw, guest=GUEST, booking_id=BOOKING), "withdrawn"),
    ],
    ids=["declines", "withdraws"],
)
def test_held_money_is_let_go_when_the_stay_is_not_wanted(
    request_market: Market, plan: partial[None], ends_as: str
) -> None:
    market = request_market
    market.pay()
    market.settle()

    market.decide(plan)
    market.settle()

    assert market.booking().status == ends_as
    assert market.payment().status is Paying.CANCELLED
    assert market.payment().closed
    assert [one["status"] for one in market.all("payment_intent")] == ["canceled"]
    assert not market.store.nights
    assert (market.left(), market.timers.rows()) == ([], [])


def test_held_money_is_let_go_when_the_host_does_not_answer_in_time(
    request_market: Market,
) -> None:
    market = request_market
    market.pay()
    market.settle()

    market.until(NOW + 25 * HOUR, step=HOUR)

    assert market.booking().status is Stands.EXPIRED
    assert market.payment().closed
    assert [one["status"] for one in market.all("payment_intent")] == ["canceled"]


def test_case_p12_an_authorisation_that_ends_early_leaves_the_host_less_time() -> None:
    market = Market(authorization_days=1).booked(Capture.MANUAL)
    market.pay()
    market.settle()

    market.until(NOW + 12 * HOUR - MINUTE, step=30 * MINUTE)
    assert market.booking().status is Stands.AWAITING_HOST
    market.until(NOW + 13 * HOUR, step=30 * MINUTE)

    assert market.booking().status is Stands.EXPIRED


def test_case_p12_what_the_bank_holds_no_more_cannot_be_accepted(request_market: Market) -> None:
    market = request_market
    market.pay()
    market.settle()
    stripe = market.browser.v1.payment_intents

    stripe.cancel(market.intent())
    market.settle()

    assert market.payment().status is Paying.CANCELLED
    with pytest.raises(Refused):
        market.accept()
    market.until(NOW + 25 * HOUR, step=HOUR)
    assert market.booking().status is Stands.EXPIRED
    assert not market.store.nights


def test_case_p12_a_stay_whose_capture_fails_after_the_host_accepted_is_not_confirmed(
    request_market: Market,
) -> None:
    market = request_market
    market.pay()
    market.settle()
    market.browser.v1.payment_intents.cancel(market.intent())

    market.accept()
    market.settle()

    assert market.booking().status is Stands.DECLINED
    assert market.payment().status is not Paying.COMPLETED
    assert not market.store.nights
    assert market.left() == []
    assert market.in_the_books() == (0, 0)


def test_money_that_was_captured_behind_our_back_while_the_host_decides_finds_its_way_back(
    request_market: Market,
) -> None:
    market = request_market
    market.pay()
    market.settle()

    market.browser.v1.payment_intents.capture(market.intent())
    market.settle()

    assert market.booking().status is not Stands.CONFIRMED
    assert the_receipt(market) is Receiving.RETURNED
    agrees_with_stripe(market)


# -- Notices (CASE-P1, CASE-P2) -------------------------------------------------------------


def test_case_p1_success_may_be_told_before_our_own_commit_of_the_intent() -> None:
    market = Market()
    market.book()
    (errand,) = market.due_errands()
    fact = market.world.stripe.payments
    wanted = processes.payment_of(BOOKING)
    market.browser.v1.payment_intents.create({
        "amount": 41_040,
        "currency": "eur",
        "metadata": {"payment_id": wanted, "booking_id": BOOKING},
        "payment_method": VISA,
        "confirm": True,
        "return_url": "https://stays.example/back",
    })  # fmt: skip
    assert fact is not None
    assert errand.kind == "open_intent"

    market.hear()
    market.settle()

    assert market.booking().status is Stands.CONFIRMED
    assert len(market.all("payment_intent")) == 1
    assert market.left() == []


def test_case_p2_a_notice_that_comes_ten_times_and_days_late_is_one_transition(
    market: Market,
) -> None:
    market.pay()
    market.settle()
    before = market.topics()

    market.tell_again(10)
    market.settle()
    assert market.topics() == before
    market.until(NOW + 3 * DAY, step=HOUR)
    after = market.topics()
    market.tell_again()
    market.settle()

    assert market.topics() == after
    assert after.count("payment.completed") == after.count("booking.confirmed") == 1


def test_case_37_notices_in_reverse_order_lead_to_the_same(market: Market) -> None:
    market.pay(DECLINED)
    market.pay(ASKS_THE_BANK)
    market.answer_the_bank("passed")
    market.hear()
    market.letters.reverse()

    market.settle()

    assert market.booking().status is Stands.CONFIRMED


def test_case_37_what_no_notice_told_of_is_found_when_the_hold_runs_out(market: Market) -> None:
    market.loses_notices = True
    market.pay()

    market.until(NOW + 2 * HOUR)

    assert market.booking().status is Stands.CONFIRMED
    agrees_with_stripe(market)


def test_a_notice_about_somebody_elses_payment_changes_nothing(market: Market) -> None:
    before = market.topics()
    market.browser.v1.payment_intents.create({
        "amount": 5_000,
        "currency": "eur",
        "payment_method": VISA,
        "confirm": True,
        "return_url": "https://stays.example/back",
    })  # fmt: skip

    market.settle()

    assert market.topics() == before
    assert market.outcomes[processes.Outcome.NOT_OURS] > 0


# -- Too late (CASE-P4) ---------------------------------------------------------------------


def paid_too_late(market: Market) -> None:
    """The guest pays after the nights were let go and before Stripe is asked to give up."""
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    assert market.booking().status is Stands.EXPIRED
    market.pay()


def test_case_p4_late_money_confirms_a_stay_whose_nights_are_still_free(market: Market) -> None:
    paid_too_late(market)
    market.settle()

    assert market.booking().status is Stands.CONFIRMED
    assert the_receipt(market) is Receiving.ADOPTED
    assert market.left() == []
    agrees_with_stripe(market)


def test_case_p4_a_stay_that_was_confirmed_late_takes_place_like_any_other(
    market: Market,
) -> None:
    paid_too_late(market)

    market.until(CHECK_IN + 4 * DAY, step=6 * HOUR)

    assert market.booking().status is Stands.COMPLETED
    assert market.booking().earned is not None


def test_case_p4_late_money_goes_back_where_the_nights_are_taken(market: Market) -> None:
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    taken_by_joana(market)
    market.pay()

    market.settle()

    assert market.booking().status is Stands.EXPIRED
    assert the_receipt(market) is Receiving.RETURNED
    assert [(one["amount"], one["status"]) for one in market.all("refund")] == [
        (41_040, "succeeded")
    ]
    assert market.payment().closed
    assert market.left() == []
    agrees_with_stripe(market)


def test_case_p4_late_money_that_waits_at_the_bank_is_not_asked_for_all_the_time(
    market: Market,
) -> None:
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    taken_by_joana(market)
    market.pay("pm_card_pendingRefund")

    market.settle()

    assert the_receipt(market) is Receiving.RETURNING
    assert market.letters == []

    (refund,) = market.all("refund")
    market.behind(f"refunds/{refund['id']}", outcome="succeeded")
    market.settle()

    assert the_receipt(market) is Receiving.RETURNED
    agrees_with_stripe(market)


NEVER_ARRIVES = "pm_card_refundFail"
"""A card that takes a refund, and gives it back a day later."""


def test_late_money_that_comes_back_from_the_guests_bank_is_owed_until_it_is_sent_again(
    market: Market,
) -> None:
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    taken_by_joana(market)
    market.pay(NEVER_ARRIVES)
    market.settle()
    assert the_receipt(market) is Receiving.RETURNED
    assert not market.balances()[Account.UNAPPLIED_RECEIPTS, "EUR"]

    market.until(market.clock.now + 2 * DAY, step=6 * HOUR)

    assert the_receipt(market) is Receiving.RETURN_FAILED
    assert market.balances()[Account.UNAPPLIED_RECEIPTS, "EUR"] == -41_040
    agrees_with_stripe(market)

    (receipt_id,) = {receipt_of(event.charge) for event in market.events(ReceiptDetected)}
    market.decide(partial(processes.return_again, staff=FINANCE, receipt_id=receipt_id))
    market.settle()

    assert the_receipt(market) is Receiving.RETURNED
    assert len(market.all("refund")) == 2
    agrees_with_stripe(market)


def test_late_money_that_the_guests_bank_never_took_is_in_the_books_both_ways(
    market: Market,
) -> None:
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    taken_by_joana(market)
    market.pay("pm_card_pendingRefund")
    market.settle()
    assert the_receipt(market) is Receiving.RETURNING

    (refund,) = market.all("refund")
    market.behind(f"refunds/{refund['id']}", outcome="failed")
    market.settle()

    assert the_receipt(market) is Receiving.RETURN_FAILED
    agrees_with_stripe(market)


@pytest.mark.parametrize("capture", Capture)
def test_case_p4_money_that_is_here_when_the_stay_was_missed_goes_back(capture: Capture) -> None:
    market = Market()
    market.book(capture, stay=a_stay("2026-06-01"), price=a_price(arrival="2026-06-01"))
    market.settle()
    market.pay(ASKS_THE_BANK if capture is Capture.AUTOMATIC else VISA)
    market.settle()
    if capture is Capture.AUTOMATIC:
        market.answer_the_bank("passed")
    else:
        market.accept()

    market.let_pass(4 * HOUR)
    market.settle()

    assert market.booking().status in (Stands.EXPIRED, Stands.DECLINED)
    assert the_receipt(market) is Receiving.RETURNED
    assert market.left() == []
    agrees_with_stripe(market)


def test_case_p4_money_after_a_failed_attempt_and_the_end_of_the_hold_goes_to_the_booking(
    market: Market,
) -> None:
    market.pay(DECLINED)
    market.settle()
    assert market.payment().status is Paying.FAILED

    paid_too_late(market)
    market.settle()

    assert market.booking().status is Stands.CONFIRMED
    agrees_with_stripe(market)


def test_a_stay_that_was_confirmed_late_is_not_paid_a_second_time(market: Market) -> None:
    market.pay(DECLINED)
    market.settle()
    paid_too_late(market)
    market.settle()
    assert market.booking().status is Stands.CONFIRMED

    with pytest.raises(Refused) as refusal:
        market.decide(partial(processes.try_again, guest=GUEST, booking_id=BOOKING))

    assert refusal.value.code == "HOLD_EXPIRED"


def test_case_p4_money_after_a_failed_attempt_goes_back_where_the_nights_are_taken(
    market: Market,
) -> None:
    market.pay(DECLINED)
    market.settle()
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    taken_by_joana(market)
    market.pay()

    market.settle()

    assert the_receipt(market) is Receiving.RETURNED
    assert market.left() == []
    agrees_with_stripe(market)


def test_money_that_comes_after_the_guest_gave_up_goes_back(market: Market) -> None:
    market.decide(partial(processes.abandon, guest=GUEST, booking_id=BOOKING))
    market.pay()

    market.settle()

    assert market.booking().status is Stands.ABANDONED
    assert the_receipt(market) is Receiving.RETURNED
    agrees_with_stripe(market)


def test_a_guest_who_gives_up_can_pay_no_more(market: Market) -> None:
    market.decide(partial(processes.abandon, guest=GUEST, booking_id=BOOKING))
    market.settle()

    assert market.payment().status is Paying.CANCELLED
    assert market.payment().closed
    assert [one["status"] for one in market.all("payment_intent")] == ["canceled"]
    assert market.left() == []


def test_a_guest_cannot_give_up_while_the_bank_asks(market: Market) -> None:
    market.pay(ASKS_THE_BANK)
    market.settle()

    with pytest.raises(TransitionNotAllowed):
        market.decide(partial(processes.abandon, guest=GUEST, booking_id=BOOKING))


def test_what_was_given_up_before_any_intent_was_opened_is_closed_without_one() -> None:
    market = Market()
    market.book()
    market.decide(partial(processes.abandon, guest=GUEST, booking_id=BOOKING))

    market.settle()

    assert market.payment().closed
    assert market.all("payment_intent") == []
    assert market.left() == []


# -- Wrong (CASE-P8) ------------------------------------------------------------------------


@pytest.mark.parametrize("off_by", [-1, 1])
def test_case_p8_money_that_is_off_by_a_cent_confirms_nothing_and_goes_back(off_by: int) -> None:
    market = Market()
    market.book()
    payment_id = processes.payment_of(BOOKING)
    market.browser.v1.payment_intents.create({
        "amount": 41_040 + off_by,
        "currency": "eur",
        "metadata": {"payment_id": payment_id, "booking_id": BOOKING},
        "payment_method": VISA,
        "confirm": True,
        "return_url": "https://stays.example/back",
    })  # fmt: skip

    market.settle()

    assert market.booking().status is Stands.PENDING_PAYMENT
    (came,) = market.events(ReceiptDetected)
    assert came.why is Why.WRONG_AMOUNT
    assert the_receipt(market) is Receiving.RETURNED
    agrees_with_stripe(market)


def test_money_that_comes_twice_goes_back_once(market: Market) -> None:
    market.pay()
    market.settle()
    payment_id = processes.payment_of(BOOKING)
    market.browser.v1.payment_intents.create({
        "amount": 41_040,
        "currency": "eur",
        "metadata": {"payment_id": payment_id, "booking_id": BOOKING},
        "payment_method": VISA,
        "confirm": True,
        "return_url": "https://stays.example/back",
    })  # fmt: skip

    market.settle()

    (came,) = market.events(ReceiptDetected)
    assert came.why is Why.DOUBLE_CAPTURE
    assert market.booking().status is Stands.CONFIRMED
    assert len(market.all("refund")) == 1
    agrees_with_stripe(market)


# -- Declined (CASE-P11) --------------------------------------------------------------------


def test_case_p11_after_five_declines_there_is_no_sixth_attempt(market: Market) -> None:
    for attempt in range(1, 6):
        market.pay(DECLINED)
        market.settle()
        assert [event.attempt for event in market.events(PaymentFailed)][-1] == attempt
        if attempt < 5:
            market.decide(partial(processes.try_again, guest=GUEST, booking_id=BOOKING))

    with pytest.raises(AttemptsAreExhausted):
        market.decide(partial(processes.try_again, guest=GUEST, booking_id=BOOKING))
    market.until(HELD_UNTIL + MINUTE)

    assert market.booking().status is Stands.EXPIRED
    assert market.payment().closed
    assert not market.store.nights
    assert [one["status"] for one in market.all("payment_intent")] == ["canceled"]


def test_case_p11_declines_that_the_browser_did_not_tell_us_of_count_too(market: Market) -> None:
    for _ in range(5):
        market.pay(DECLINED)
        market.settle()

    assert [event.attempt for event in market.events(PaymentFailed)] == [1, 2, 3, 4, 5]
    with pytest.raises(AttemptsAreExhausted):
        market.decide(partial(processes.try_again, guest=GUEST, booking_id=BOOKING))


def test_case_p11_money_of_a_sixth_attempt_in_the_browser_is_not_lost(market: Market) -> None:
    for _ in range(4):
        market.pay(DECLINED)
        market.settle()
    market.pay(DECLINED)
    market.listen()
    market.pay()

    market.settle()
    market.until(HELD_UNTIL + MINUTE)

    assert market.booking().status is Stands.EXPIRED
    assert the_receipt(market) is Receiving.RETURNED
    assert market.left() == []
    agrees_with_stripe(market)


def test_a_stolen_card_may_not_be_tried_again(market: Market) -> None:
    market.pay("pm_card_chargeDeclinedStolenCard")
    market.settle()

    assert not market.payment().retryable


# -- On its way -----------------------------------------------------------------------------


def test_a_hold_is_extended_while_the_bank_asks_and_given_up_when_it_cannot_be(
    market: Market,
) -> None:
    market.pay(ASKS_THE_BANK)

    market.until(NOW + HOUR)

    ends = [event.expires_at for event in market.events(HoldExtended)]
    assert ends == sorted(ends)
    assert ends[-1] == HELD_AT_MOST
    assert "payment.cancellation_asked" in market.topics()


def test_nights_that_are_on_hold_while_a_payment_is_in_flight_are_nobody_elses(
    market: Market,
) -> None:
    market.pay(ASKS_THE_BANK)
    market.until(NOW + 30 * MINUTE)

    with pytest.raises(NightsAreTaken):
        taken_by_joana(market)


def test_an_attempt_is_told_of_once(market: Market) -> None:
    market.pay(ASKS_THE_BANK)
    market.settle()
    market.answer_the_bank("passed")
    market.settle()

    attempts = {event.attempt for event in market.events(PaymentProcessing)}
    assert attempts == {1}


def test_case_p15_the_key_of_an_errand_never_changes(market: Market) -> None:
    market.decide(partial(processes.abandon, guest=GUEST, booking_id=BOOKING))
    first = market.due_errands()
    market.hire()

    assert market.due_errands() == first
    assert len({errand.key for errand in first}) == len(first)


def test_money_in_another_currency_is_in_the_books_as_stripe_settled_it() -> None:
    market = Market()
    market.book(price=a_price(each="120.00 USD"))
    market.settle()

    market.pay()
    market.settle()

    assert market.booking().status is Stands.CONFIRMED
    assert {currency for account, currency in market.balances() if account == "stripe_pending"} == {
        "EUR"
    }
    agrees_with_stripe(market)


def test_an_intent_that_search_does_not_know_yet_is_closed_all_the_same() -> None:
    market = Market(search_lag_s=3_600.0)
    market.book()
    market.dies_after("POST", "/v1/payment_intents")
    market.step()
    assert market.payment().intent is None
    market.clock.pass_by(12 * MINUTE)
    market.decide(partial(processes.abandon, guest=GUEST, booking_id=BOOKING))

    market.settle()

    assert market.payment().closed
    assert {one["status"] for one in market.all("payment_intent")} == {"canceled"}


# -- Nothing to pay (CASE-P16) --------------------------------------------------------------


@pytest.mark.parametrize("called_off", [True, False])
def test_case_p16_a_stay_that_costs_nothing_moves_no_money_however_it_ends(
    *, called_off: bool
) -> None:
    market = Market()
    wish = wish_to_pay(price=a_price(each="0.00 EUR"))

    def plan(draft: Draft) -> None:
        processes.book(draft, GUEST, wish)
        processes.confirm(draft, BOOKING)

    market.decide(plan)
    if called_off:
        shown = market.booking().settled(Ending.BY_GUEST, NOW)
        cancel = partial(processes.cancel_by_guest, guest=GUEST, booking_id=BOOKING)
        market.decide(partial(cancel, accepted=shown.digest))
    market.until(CHECK_IN + 30 * DAY, step=10 * DAY)

    ended = Stands.CANCELLED_BY_GUEST if called_off else Stands.COMPLETED
    assert market.booking().status is ended
    assert (market.errands.rows(), market.balances()) == ([], {})
    assert [market.all(kind) for kind in ("payment_intent", "charge", "refund", "transfer")] == [
        [], [], [], [],
    ]  # fmt: skip


# -- No answer (CASE-P6) --------------------------------------------------------------------


def test_case_p6_a_guest_whose_browser_heard_nothing_pays_once(market: Market) -> None:
    market.fails("timeout_after", path=f"/v1/payment_intents/{market.intent()}/confirm")
    with pytest.raises(stripe.APIConnectionError):
        market.pay()
    with pytest.raises(stripe.InvalidRequestError, match="status of succeeded"):
        market.pay()
    market.settle()

    assert market.booking().status is Stands.CONFIRMED
    assert [one["amount"] for one in market.all("charge")] == [41_040]
    agrees_with_stripe(market)


def test_case_p6_a_capture_that_nobody_answers_is_looked_up_and_not_done_again(
    request_market: Market,
) -> None:
    market = request_market
    market.pay()
    market.settle()
    market.accept()
    market.loses_notices = True
    market.fails("timeout_after", path=f"/v1/payment_intents/{market.intent()}/capture", times=9)

    market.settle()

    assert market.booking().status is Stands.CONFIRMED
    assert [one["amount_captured"] for one in market.all("charge")] == [41_040]
    agrees_with_stripe(market)


# -- Disputed, and without a place ------------------------------------------------------


def taken_back_at_once(market: Market, **told: Any) -> None:
    """Her bank takes the money back before anybody has heard that it came."""
    (charge,) = market.all("charge")
    market.behind("disputes", charge=charge["id"], **told)


def disputed_late_money(market: Market, **told: Any) -> str:
    """The nights are taken, and her bank takes the late money back at once; answers its dispute."""
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    taken_by_joana(market)
    market.pay()
    taken_back_at_once(market, **told)
    market.settle()
    (dispute,) = market.all("dispute")
    return str(dispute["id"])


def test_a_dispute_about_late_money_is_in_the_books_and_waits_for_support(market: Market) -> None:
    disputed_late_money(market)

    (opened,) = market.events(DisputeOpened)
    assert opened.receipt_id is not None
    assert brings_up(opened) == Opened(Matter.DISPUTE_TO_ANSWER, opened.reason)
    assert the_receipt(market) is Receiving.RETURN_FAILED
    assert market.balances()[Account.DISPUTED_FUNDS, "EUR"] == 41_040
    assert market.balances()[Account.UNAPPLIED_RECEIPTS, "EUR"] == -41_040
    with pytest.raises(RefundBlockedByDispute):
        market.decide(partial(processes.return_again, staff=FINANCE, receipt_id=opened.receipt_id))
    agrees_with_stripe(market)


def test_late_money_that_a_lost_dispute_took_is_not_given_back_beside(market: Market) -> None:
    dispute = disputed_late_money(market)

    market.behind(f"disputes/{dispute}", outcome="lost")
    market.settle()

    assert the_receipt(market) is Receiving.SETTLED_BY_DISPUTE
    balances = market.balances()
    for account in (
        Account.UNAPPLIED_RECEIPTS,
        Account.DISPUTED_FUNDS,
        Account.EXP_CHARGEBACK_LOSS,
        Account.HOST_RECEIVABLE,
    ):
        assert not balances[account, "EUR"]
    agrees_with_stripe(market)


def by_our_bank(market: Market, receipt_id: ReceiptId) -> None:
    """Clara gives up the guest's card, our bank pays, and Dinis has seen it."""
    market.decide(lambda draft: processes.return_by_bank(draft, CLARA, receipt_id, "card_closed"))
    paid = processes.PaidByBank("SEPA 1", THE_DIGEST)
    market.decide(lambda draft: processes.bank_has_returned(draft, DINIS, receipt_id, paid))


def test_late_money_of_which_a_lost_dispute_took_a_part_is_owed_for_the_rest(
    market: Market,
) -> None:
    dispute = disputed_late_money(market, amount=11_040)
    (opened,) = market.events(DisputeOpened)
    assert opened.receipt_id is not None
    with pytest.raises(RefundBlockedByDispute):
        by_our_bank(market, opened.receipt_id)

    market.behind(f"disputes/{dispute}", outcome="lost")
    market.settle()

    assert the_receipt(market) is Receiving.RETURN_FAILED
    assert market.balances()[Account.UNAPPLIED_RECEIPTS, "EUR"] == -30_000
    assert not market.balances()[Account.EXP_CHARGEBACK_LOSS, "EUR"]
    agrees_with_stripe(market)

    market.decide(partial(processes.return_again, staff=FINANCE, receipt_id=opened.receipt_id))
    market.settle()
    assert the_receipt(market) is Receiving.RETURN_FAILED, "such a charge gives nothing back"
    by_our_bank(market, opened.receipt_id)

    assert the_receipt(market) is Receiving.SETTLED_ALTERNATIVELY
    assert not market.balances()[Account.UNAPPLIED_RECEIPTS, "EUR"]
    assert market.balances()[Account.BANK, "EUR"] == -30_000
    agrees_with_stripe(market)


def test_late_money_that_our_bank_gave_back_is_owed_no_more(market: Market) -> None:
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    taken_by_joana(market)
    market.pay(NEVER_ARRIVES)
    market.settle()
    market.until(market.clock.now + 2 * DAY, step=6 * HOUR)
    (receipt_id,) = {receipt_of(event.charge) for event in market.events(ReceiptDetected)}

    by_our_bank(market, receipt_id)

    assert the_receipt(market) is Receiving.SETTLED_ALTERNATIVELY
    assert not market.balances()[Account.UNAPPLIED_RECEIPTS, "EUR"]
    assert market.balances()[Account.BANK, "EUR"] == -41_040
    agrees_with_stripe(market)


def test_late_money_that_a_dispute_gave_back_to_us_goes_back_to_the_guest(market: Market) -> None:
    dispute = disputed_late_money(market)
    dispute_id = processes.dispute_of(dispute)
    market.decide(partial(processes.submit_evidence, staff=SUPPORT, dispute_id=dispute_id))
    market.settle()

    market.behind(f"disputes/{dispute}", outcome="won")
    market.settle()

    assert not market.balances()[Account.DISPUTED_FUNDS, "EUR"]
    assert the_receipt(market) is Receiving.RETURNED
    agrees_with_stripe(market)


def test_a_dispute_is_not_overlooked_that_is_told_of_before_its_charge(market: Market) -> None:
    market.pay()
    taken_back_at_once(market)
    market.hear()
    market.letters.reverse()
    market.settle()

    assert len(market.events(DisputeOpened)) == 1
    agrees_with_stripe(market)
