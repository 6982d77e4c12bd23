"""A booking: asked for, confirmed, begun, ended; or given up, called off, or nobody came."""

from datetime import time, timedelta

import pytest

from ledger.aggregates.booking import (
    Abandon,
    CancelByGuest,
    CompleteStay,
    Confirm,
    ConfirmFree,
    Expire,
    RecognizeEarnings,
    ReportNoShow,
    StartStay,
)
from ledger.errors import (
    AmountsDiffer,
    HoldHasExpired,
    NothingVouchedFor,
    OwnListing,
    RefundChanged,
    TooEarly,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.events.booking import BookingCancelled, EarningsRecognized, NoShowReported
from ledger.values.clock import Instant, instant
from ledger.values.ids import GuestId
from ledger.values.policy import FREE, RETAINED, Policy
from ledger.values.stay import House
from tests.facts import (
    AN_INSTANT,
    BOOKING,
    CHECK_IN,
    CHECK_OUT,
    EARNED,
    GUEST,
    HALF,
    HOLD_ENDS,
    HOST,
    INES,
    NOW,
    PAYMENT,
    PROCESS,
    RUI,
    TIMER,
    a_booking,
    a_fee_plan,
    a_no_show,
    a_price,
    a_settlement,
    abandoned,
    cancelled,
    completed_stay,
    confirmed,
    confirmed_free,
    expired,
    money,
    recognized,
    started,
    to_book,
)
from tests.given import given

NO_SHOW_FROM = CHECK_IN + timedelta(hours=6)
NO_SHOW_UNTIL = CHECK_IN + timedelta(hours=48)


def to_confirm(paid: str = "410.40 EUR") -> Confirm:
    return Confirm(booking_id=BOOKING, payment_id=PAYMENT, paid=money(paid))


def to_cancel(policy: Policy = HALF, at: Instant = NOW) -> CancelByGuest:
    return CancelByGuest(booking_id=BOOKING, accepted=a_settlement(policy, at=at).digest)


def to_report_no_show() -> ReportNoShow:
    return ReportNoShow(booking_id=BOOKING)


def to_recognize() -> RecognizeEarnings:
    return RecognizeEarnings(booking_id=BOOKING)


# -- BK1: asking ------------------------------------------------------------------------


def test_a_guest_asks_for_a_stay() -> None:
    given().when(GUEST, to_book()).then(a_booking())


def test_a_host_cannot_book_their_own_listing() -> None:
    given().when(GUEST, to_book(guest_id=GuestId(RUI))).refused(OwnListing)


def test_a_property_that_nobody_vouches_for_cannot_be_booked() -> None:
    given().when(GUEST, to_book(vouched_by=None)).refused(NothingVouchedFor)


def test_nobody_asks_on_a_guests_behalf() -> None:
    given().when(HOST, to_book()).refused(TransitionNotAllowed, actor="H")


# -- BK2, BK2z: confirming --------------------------------------------------------------


def test_a_paid_booking_is_confirmed() -> None:
    given(a_booking()).when(PROCESS, to_confirm()).then(confirmed())


@pytest.mark.parametrize("paid", ["410.39 EUR", "410.41 EUR", "410.40 USD", "0.00 EUR"])
def test_a_booking_is_not_confirmed_for_another_amount(paid: str) -> None:
    given(a_booking()).when(PROCESS, to_confirm(paid)).refused(AmountsDiffer, due="410.40 EUR")


def test_a_booking_is_confirmed_until_its_hold_runs_out() -> None:
    held = given(a_booking())

    held.when(PROCESS, to_confirm(), at=HOLD_ENDS - AN_INSTANT).then(confirmed())
    held.when(PROCESS, to_confirm(), at=HOLD_ENDS).refused(HoldHasExpired, expired_at=HOLD_ENDS)


def test_confirming_raises_the_claim_and_applies_the_receipt_to_it() -> None:
    (entry,) = confirmed().entries

    assert entry.rule == "J1"
    assert [(line.account, line.minor) for line in entry.lines] == [
        ("guest_receivable", 41_040),
        ("host_deferred", -34_920),
        ("revenue_deferred", -6_120),
        ("unapplied_receipts", 41_040),
        ("guest_receivable", -41_040),
    ]


def test_a_stay_that_costs_nothing_is_confirmed_without_a_payment() -> None:
    free = a_booking(price=a_price(each="0.00 EUR"))
    command = ConfirmFree(booking_id=BOOKING)

    given(free).when(PROCESS, command).then(confirmed_free())
    given(free).when(PROCESS, command, at=HOLD_ENDS).refused(HoldHasExpired)


def test_a_stay_that_costs_something_is_not_given_away() -> None:
    given(a_booking()).when(PROCESS, ConfirmFree(booking_id=BOOKING)).refused(
        AmountsDiffer, due="410.40 EUR"
    )


# -- BK9, BK10: giving up ---------------------------------------------------------------


def test_a_booking_expires_with_its_hold_and_not_before() -> None:
    command = Expire(booking_id=BOOKING)

    given(a_booking()).when(TIMER, command, at=HOLD_ENDS - AN_INSTANT).refused(
        TooEarly, not_before=HOLD_ENDS
    )
    given(a_booking()).when(TIMER, command, at=HOLD_ENDS).then(expired())


def test_a_confirmed_booking_does_not_expire() -> None:
    given(a_booking(), confirmed()).when(TIMER, Expire(booking_id=BOOKING), at=HOLD_ENDS).refused(
        TransitionNotAllowed, before="confirmed"
    )


def test_a_guest_gives_up_before_paying() -> None:
    given(a_booking()).when(GUEST, Abandon(booking_id=BOOKING)).then(abandoned())


@pytest.mark.parametrize("end", [expired(), abandoned()])
def test_a_booking_that_ended_is_not_confirmed(end: Event) -> None:
    given(a_booking(), end).when(PROCESS, to_confirm()).refused(TransitionNotAllowed)


# -- BK12, BK13: the stay ---------------------------------------------------------------

THE_CLOCK_STARTS = StartStay(booking_id=BOOKING, by_clock=True)
THE_HOST_STARTS = StartStay(booking_id=BOOKING, by_clock=False)
THE_CLOCK_ENDS = CompleteStay(booking_id=BOOKING, by_clock=True)
THE_HOST_ENDS = CompleteStay(booking_id=BOOKING, by_clock=False)


@pytest.mark.parametrize(("actor", "command"), [(HOST, THE_HOST_STARTS), (TIMER, THE_CLOCK_STARTS)])
def test_a_stay_begins(actor: Actor, command: StartStay) -> None:
    given(a_booking(), confirmed()).when(actor, command, at=CHECK_IN).then(started())


def test_the_clock_begins_no_stay_before_check_in() -> None:
    given(a_booking(), confirmed()).when(TIMER, THE_CLOCK_STARTS, at=CHECK_IN - AN_INSTANT).refused(
        TooEarly, not_before=CHECK_IN
    )


def test_a_host_lets_a_guest_in_early_on_the_local_day_of_arrival_only() -> None:
    midnight_in_lisbon = instant("2026-07-01T23:00:00Z")
    before = given(a_booking(), confirmed())

    before.when(HOST, THE_HOST_STARTS, at=midnight_in_lisbon).then(started())
    before.when(HOST, THE_HOST_STARTS, at=midnight_in_lisbon - AN_INSTANT).refused(
        TooEarly, not_before=CHECK_IN
    )


@pytest.mark.parametrize(("actor", "command"), [(HOST, THE_HOST_ENDS), (TIMER, THE_CLOCK_ENDS)])
def test_a_stay_ends(actor: Actor, command: CompleteStay) -> None:
    given(a_booking(), confirmed(), started()).when(actor, command, at=CHECK_OUT).then(
        completed_stay()
    )


def test_a_guest_may_leave_early_but_the_clock_waits_for_check_out() -> None:
    staying = given(a_booking(), confirmed(), started())

    staying.when(HOST, THE_HOST_ENDS, at=CHECK_OUT - AN_INSTANT).then(completed_stay())
    staying.when(TIMER, THE_CLOCK_ENDS, at=CHECK_OUT - AN_INSTANT).refused(
        TooEarly, not_before=CHECK_OUT
    )


def test_a_stay_that_did_not_begin_does_not_end() -> None:
    given(a_booking(), confirmed()).when(HOST, THE_HOST_ENDS, at=CHECK_OUT).refused(
        TransitionNotAllowed, before="confirmed"
    )


# -- BK14: called off -------------------------------------------------------------------


def test_a_guest_calls_a_stay_off_for_the_refund_they_were_shown() -> None:
    given(a_booking(), confirmed()).when(GUEST, to_cancel()).then(cancelled())


@pytest.mark.parametrize(("policy", "refund"), [(FREE, "410.40 EUR"), (RETAINED, "0.00 EUR")])
def test_the_policy_of_the_booking_says_what_comes_back(policy: Policy, refund: str) -> None:
    booked = given(a_booking(policy=policy), confirmed())

    outcome = booked.when(GUEST, to_cancel(policy)).then(BookingCancelled)

    assert str(outcome.state.settlement.refund) == refund


@pytest.mark.parametrize("shown", [FREE, RETAINED])
def test_another_settlement_than_the_one_shown_is_shown_anew(shown: Policy) -> None:
    given(a_booking(), confirmed()).when(GUEST, to_cancel(shown)).refused(
        RefundChanged, refund="180.00 EUR", preview=a_settlement().digest
    )


def test_a_stay_is_called_off_until_the_last_moment_before_check_in() -> None:
    booked = given(a_booking(), confirmed())

    booked.when(GUEST, to_cancel(), at=CHECK_IN - AN_INSTANT).then(cancelled())
    booked.when(GUEST, to_cancel(), at=CHECK_IN).refused(TooLate, check_in_at=CHECK_IN)


def test_check_in_is_by_the_clock_on_the_propertys_wall() -> None:
    in_azores = House("Atlantic/Azores", time(15), time(11))  # an hour behind Lisbon
    booked = given(a_booking(house=in_azores), confirmed())

    booked.when(GUEST, to_cancel(), at=CHECK_IN).then(cancelled())
    booked.when(GUEST, to_cancel(), at=CHECK_IN + timedelta(hours=1)).refused(TooLate)


def test_a_stay_is_not_called_off_twice() -> None:
    given(a_booking(), confirmed(), cancelled()).when(GUEST, to_cancel()).refused(
        TransitionNotAllowed, before="cancelled_by_guest"
    )


@pytest.mark.parametrize("since", [(started(),), (started(), completed_stay())])
def test_a_stay_that_began_is_not_called_off(since: tuple[Event, ...]) -> None:
    given(a_booking(), confirmed(), *since).when(GUEST, to_cancel()).refused(TransitionNotAllowed)


# -- BK18: nobody came ------------------------------------------------------------------


def test_a_host_says_from_six_hours_after_check_in_that_nobody_came() -> None:
    began = given(a_booking(), confirmed(), started())

    began.when(HOST, to_report_no_show(), at=NO_SHOW_FROM - AN_INSTANT).refused(
        TooEarly, not_before=NO_SHOW_FROM
    )
    began.when(HOST, to_report_no_show(), at=NO_SHOW_FROM).then(a_no_show())


def test_a_host_says_until_two_days_after_check_in_that_nobody_came() -> None:
    began = given(a_booking(), confirmed(), started())

    began.when(HOST, to_report_no_show(), at=NO_SHOW_UNTIL).then(a_no_show())
    began.when(HOST, to_report_no_show(), at=NO_SHOW_UNTIL + AN_INSTANT).refused(
        TooLate, not_after=NO_SHOW_UNTIL
    )


def test_a_stay_that_is_earned_may_still_become_a_no_show() -> None:
    earned = given(a_booking(), confirmed(), started(), recognized())

    earned.when(HOST, to_report_no_show(), at=EARNED).then(NoShowReported)


# -- BK20: earning ----------------------------------------------------------------------


@pytest.mark.parametrize("since", [(started(),), (started(), completed_stay())])
def test_a_stay_is_earned_a_day_after_check_in(since: tuple[Event, ...]) -> None:
    stayed = given(a_booking(), confirmed(), *since)

    stayed.when(TIMER, to_recognize(), at=EARNED - AN_INSTANT).refused(TooEarly, not_before=EARNED)
    stayed.when(TIMER, to_recognize(), at=EARNED).then(recognized())


@pytest.mark.parametrize("end", [(cancelled(),), (started(), a_no_show())])
def test_what_a_fallen_stay_retains_is_earned_at_once(end: tuple[Event, ...]) -> None:
    outcome = given(a_booking(), confirmed(), *end).when(PROCESS, to_recognize())

    (event,) = outcome.then(EarningsRecognized).events
    assert isinstance(event, EarningsRecognized)
    assert event.earned == a_settlement().kept
    assert event.entries[0].rule == "J9"


def test_a_stay_is_earned_once() -> None:
    given(a_booking(), confirmed(), started(), recognized()).when(
        TIMER, to_recognize(), at=EARNED
    ).refused(TransitionNotAllowed, command="RecognizeEarnings")


def test_where_everything_goes_back_nothing_is_earned() -> None:
    given(a_booking(policy=FREE), confirmed(), cancelled(FREE)).when(
        PROCESS, to_recognize()
    ).refused(TransitionNotAllowed)


def test_a_stay_is_earned_even_where_all_of_it_is_the_platforms() -> None:
    price = a_price(plan=a_fee_plan(guest_fee_bp=0, host_fee_bp=10_000))

    given(a_booking(price=price), confirmed(price), started()).when(
        TIMER, to_recognize(), at=EARNED
    ).then(EarningsRecognized)


def test_a_stay_that_did_not_begin_is_not_earned() -> None:
    given(a_booking(), confirmed()).when(TIMER, to_recognize(), at=EARNED).refused(
        TransitionNotAllowed, before="confirmed"
    )


# -- What a booking keeps ---------------------------------------------------------------


def test_a_booking_keeps_its_guest_and_its_policy_to_the_end() -> None:
    state = given(a_booking(), confirmed()).when(GUEST, to_cancel()).state

    assert state.guest_id == INES
    assert state.policy.label == "half/1"
