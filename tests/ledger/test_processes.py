"""The steps of a booking's life: which commands go together, and what that does to the books."""

from datetime import timedelta
from typing import Any

import pytest

from ledger import processes
from ledger.aggregates.booking import BOOKING as BOOKINGS
from ledger.aggregates.payment import PAYMENT as PAYMENTS
from ledger.aggregates.payout import PAYOUT as PAYOUTS
from ledger.aggregates.refund import REFUND as REFUNDS
from ledger.aggregates.unit_calendar import holds
from ledger.draft import Draft
from ledger.errors import (
    HoldHasExpired,
    NightsAreTaken,
    NotFound,
    PayoutExceedsEntitlement,
    PayoutIsHeld,
    Refused,
    TooEarly,
    TransitionNotAllowed,
)
from ledger.events.refund import RefundApproved
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, GuestId
from ledger.values.journal import Account
from ledger.values.policy import FREE, RETAINED, Ending
from tests.facts import (
    AN_INSTANT,
    BOOKING,
    CHECK_IN,
    CHECK_OUT,
    EARNED,
    GUEST,
    HOLD_ENDS,
    HOST,
    NOW,
    PROCESS,
    PROCESSOR,
    TIMER,
    a_fee_plan,
    a_price,
    an_id,
    money,
    to_book,
    to_open_calendar,
)
from tests.ledger.world import World

NO_SHOW_FROM = CHECK_IN + timedelta(hours=6)


class Story:
    """One booking of the house by the sea, told step by step; times only go forward."""

    def __init__(self, **changed: Any) -> None:
        self.world = World()
        self.asked = to_book(**changed)
        self.world.done(lambda draft: draft.do(PROCESS, to_open_calendar()))

    def at(self, moment: Instant) -> "Story":
        self.world.now = moment
        return self

    def does(self, step: Any, *told: Any) -> list[str]:
        """The topics of what happened."""
        events = self.world.done(lambda draft: step(draft, *told), BOOKING)
        return [event.topic for event in events]

    def calls_off(self) -> list[str]:
        """The guest accepts what they are shown."""

        def plan(draft: Draft) -> None:
            booking = draft.state(BOOKINGS, BOOKING)
            assert booking is not None
            shown = booking.settled(Ending.BY_GUEST, draft.now)
            processes.cancel_by_guest(draft, GUEST, BOOKING, shown.digest)

        return self.does(plan)

    def refuses(self, rule: type[Refused], step: Any, *told: Any) -> None:
        before = len(self.world.history)
        refusal = self.world.execute(lambda draft: step(draft, *told), BOOKING)
        assert type(refusal) is rule, refusal
        assert len(self.world.history) == before, "all or nothing"

    def asks(self) -> "Story":
        self.does(processes.book, GUEST, self.asked)
        return self

    def pays(self) -> "Story":
        self.does(processes.pay, PROCESSOR, BOOKING, "ch_1")
        self.does(processes.funds_arrive, PROCESSOR, BOOKING)
        return self

    def confirms(self) -> "Story":
        self.does(processes.confirm, BOOKING)
        return self

    def starts(self) -> "Story":
        self.at(CHECK_IN).does(processes.start_stay, TIMER, BOOKING)
        return self

    def balances(self) -> dict[str, int]:
        """What stands on each account, in cents; those at zero are left out."""
        sums = {account.value: self.world.balance(account) for account in Account}
        return {account: minor for account, minor in sums.items() if minor}

    @property
    def payout(self) -> Any:
        return self.world.state(PAYOUTS, processes.payout_of(BOOKING))

    @property
    def refund(self) -> Any:
        return self.world.state(REFUNDS, processes.refund_of(BOOKING))


def a_confirmed_story(**changed: Any) -> Story:
    return Story(**changed).asks().pays().confirms()


# -- Checkout ---------------------------------------------------------------------------


def test_asking_for_a_stay_holds_its_nights_in_the_same_commit() -> None:
    assert Story().does(processes.book, GUEST, to_book()) == [
        "unit_calendar.hold_placed",
        "booking.requested",
        "guest.stay_held",
    ]


def test_where_the_nights_are_taken_nothing_is_asked_for() -> None:
    story = Story().asks()
    another = to_book(booking_id=BookingId(an_id("another")), guest_id=GuestId(an_id("Joana")))

    story.refuses(NightsAreTaken, processes.book, GUEST, another)


def test_a_booking_waits_exactly_as_long_as_its_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds, "HOLD", timedelta(minutes=5))
    story = Story(hold_expires_at=None).asks()

    booking = story.world.state(BOOKINGS, BOOKING)

    assert booking is not None
    assert booking.hold_expires_at == NOW + timedelta(minutes=5)


def test_a_paid_booking_is_confirmed_and_its_host_is_promised_the_earnings() -> None:
    story = Story().asks().pays()

    assert story.does(processes.confirm, BOOKING) == [
        "unit_calendar.reservation_made",
        "booking.confirmed",
        "payout.scheduled",
    ]
    assert story.payout.release_at == EARNED
    assert story.balances() == {
        "stripe_available": 41_040,
        "host_deferred": -34_920,
        "revenue_deferred": -6_120,
    }


def test_a_booking_that_nobody_paid_is_not_confirmed() -> None:
    Story().asks().refuses(NotFound, processes.confirm, BOOKING)


def test_a_payment_that_came_after_the_hold_ran_out_confirms_nothing() -> None:
    story = Story().asks().pays().at(HOLD_ENDS)

    story.refuses(HoldHasExpired, processes.confirm, BOOKING)
    story.does(processes.expire, BOOKING)
    assert story.balances() == {"stripe_available": 41_040, "unapplied_receipts": -41_040}


def test_a_stay_that_costs_nothing_needs_neither_payment_nor_payout() -> None:
    story = Story(price=a_price(each="0.00 EUR")).asks()

    assert story.does(processes.confirm, BOOKING) == [
        "unit_calendar.reservation_made",
        "booking.confirmed",
    ]
    assert story.calls_off() == [
        "booking.cancelled",
        "unit_calendar.reservation_released",
    ]


def test_a_host_who_earns_nothing_is_promised_nothing() -> None:
    all_the_platforms = a_price(plan=a_fee_plan(guest_fee_bp=0, host_fee_bp=10_000))
    story = Story(price=all_the_platforms).asks().pays()

    assert "payout.scheduled" not in story.does(processes.confirm, BOOKING)

    story.starts().at(EARNED).does(processes.earn, BOOKING)
    assert story.balances() == {"stripe_available": 36_000, "rev_host_fee": -36_000}


def test_nobody_pays_for_a_booking_that_has_ended() -> None:
    story = Story().asks().at(HOLD_ENDS)
    story.does(processes.expire, BOOKING)

    story.refuses(TransitionNotAllowed, processes.pay, PROCESSOR, BOOKING, "ch_1")


def test_nobody_pays_twice() -> None:
    story = Story().asks().pays()

    story.refuses(TransitionNotAllowed, processes.pay, PROCESSOR, BOOKING, "ch_2")


def test_what_is_not_there_cannot_be_paid_cancelled_or_begun() -> None:
    story = Story()

    story.refuses(NotFound, processes.pay, PROCESSOR, BOOKING, "ch_1")
    story.refuses(NotFound, processes.confirm, BOOKING)
    story.refuses(NotFound, processes.start_stay, TIMER, BOOKING)
    story.refuses(NotFound, processes.pay_out, PROCESSOR, BOOKING, "tr_1")


# -- Giving up --------------------------------------------------------------------------


def test_a_guest_who_gives_up_frees_the_nights() -> None:
    story = Story().asks()

    assert story.does(processes.abandon, GUEST, BOOKING) == [
        "booking.abandoned",
        "unit_calendar.hold_released",
    ]
    assert not story.world.nights


def test_a_guest_who_has_paid_cannot_just_give_up() -> None:
    Story().asks().pays().refuses(TransitionNotAllowed, processes.abandon, GUEST, BOOKING)


def test_a_hold_and_its_booking_expire_together() -> None:
    story = Story().asks()

    story.at(HOLD_ENDS - AN_INSTANT).refuses(TooEarly, processes.expire, BOOKING)
    assert story.at(HOLD_ENDS).does(processes.expire, BOOKING) == [
        "unit_calendar.hold_expired",
        "booking.expired",
    ]
    assert not story.world.nights


# -- The stay ---------------------------------------------------------------------------


def test_the_clock_begins_a_stay_at_check_in_and_a_host_may_on_the_day() -> None:
    story = a_confirmed_story()

    story.at(CHECK_IN - AN_INSTANT).refuses(TooEarly, processes.start_stay, TIMER, BOOKING)
    assert story.does(processes.start_stay, HOST, BOOKING) == ["booking.stay_started"]


def test_the_clock_ends_a_stay_at_check_out_and_a_host_when_the_guest_left() -> None:
    story = a_confirmed_story().starts()

    story.at(CHECK_OUT - AN_INSTANT).refuses(TooEarly, processes.complete_stay, TIMER, BOOKING)
    assert story.does(processes.complete_stay, HOST, BOOKING) == ["booking.stay_completed"]


def test_the_clock_ends_a_stay() -> None:
    story = a_confirmed_story().starts().at(CHECK_OUT)

    assert story.does(processes.complete_stay, TIMER, BOOKING) == ["booking.stay_completed"]


# -- Falling away -----------------------------------------------------------------------


def test_calling_off_frees_the_nights_and_shares_the_money_as_the_policy_says() -> None:
    story = a_confirmed_story()

    assert story.calls_off() == [
        "booking.cancelled",
        "unit_calendar.reservation_released",
        "payout.recalculated",
        "refund.requested",
        "refund.approved",
        "payment.refund_reserved",
        "booking.earnings_recognized",
    ]
    assert not story.world.nights
    assert story.payout.amount == money("174.60 EUR")
    assert story.balances() == {
        "stripe_available": 41_040,
        "host_payable": -17_460,
        "refund_payable": -18_000,
        "rev_guest_fee": -5_040,
        "rev_host_fee": -540,
    }


def test_where_everything_goes_back_the_payout_ends() -> None:
    story = a_confirmed_story(policy=FREE)

    assert story.calls_off() == [
        "booking.cancelled",
        "unit_calendar.reservation_released",
        "payout.cancelled",
        "refund.requested",
        "refund.approved",
        "payment.refund_reserved",
    ]
    assert story.balances() == {"stripe_available": 41_040, "refund_payable": -41_040}


def test_where_nothing_goes_back_there_is_no_refund() -> None:
    story = a_confirmed_story(policy=RETAINED)

    happened = story.calls_off()

    assert not [topic for topic in happened if topic.startswith("refund.")]
    assert story.refund is None


def test_a_no_show_shares_the_money_as_the_policy_says() -> None:
    story = a_confirmed_story().starts().at(NO_SHOW_FROM)

    happened = story.does(processes.report_no_show, HOST, BOOKING)

    assert happened[0] == "booking.no_show_reported"
    assert happened[-1] == "booking.earnings_recognized"
    assert story.refund.amount == money("180.00 EUR")


def test_a_no_show_after_the_stay_was_earned_gives_back_from_what_the_host_is_owed() -> None:
    """J10: nothing is deferred any more, so the refund comes out of what was earned."""
    story = a_confirmed_story().starts().at(EARNED)
    story.does(processes.earn, BOOKING)

    happened = story.does(processes.report_no_show, HOST, BOOKING)

    assert "booking.earnings_recognized" not in happened
    (approved,) = [event for event in story.world.history if isinstance(event, RefundApproved)]
    (entry,) = approved.entries
    assert entry.rule == "J10"
    assert {line.account: line.minor for line in entry.lines} == {
        "host_payable": 17_460,
        "contra_fee_refunds": 540,
        "refund_payable": -18_000,
    }
    assert story.payout.amount == money("174.60 EUR")


def test_a_refund_reaches_the_guest_and_the_payment_counts_it() -> None:
    story = a_confirmed_story()
    story.calls_off()

    assert story.does(processes.refund_settles, PROCESSOR, BOOKING, "re_1") == [
        "refund.submitted",
        "refund.pending",
        "refund.succeeded",
        "payment.refund_recorded",
    ]
    payment = story.world.state(PAYMENTS, processes.payment_of(BOOKING))
    assert payment is not None
    assert payment.refunded == money("180.00 EUR")
    assert story.world.balance(Account.REFUND_PAYABLE) == 0


def test_a_refund_settles_once() -> None:
    story = a_confirmed_story()
    story.calls_off()
    story.does(processes.refund_settles, PROCESSOR, BOOKING, "re_1")

    story.refuses(TransitionNotAllowed, processes.refund_settles, PROCESSOR, BOOKING, "re_1")


# -- Settlement -------------------------------------------------------------------------


def test_a_host_is_paid_what_a_stay_earned() -> None:
    story = a_confirmed_story().starts().at(EARNED)
    story.does(processes.earn, BOOKING)

    assert story.does(processes.pay_out, PROCESSOR, BOOKING, "tr_1") == [
        "payout.due",
        "payout.released",
        "payout.transferred",
    ]
    assert story.balances() == {
        "stripe_available": 6_120,
        "rev_guest_fee": -5_040,
        "rev_host_fee": -1_080,
    }


def test_a_payout_that_the_clock_let_fall_due_is_paid() -> None:
    story = a_confirmed_story().starts().at(EARNED)
    story.does(processes.earn, BOOKING)
    story.does(processes.mature, BOOKING)

    assert story.does(processes.pay_out, PROCESSOR, BOOKING, "tr_1") == [
        "payout.released",
        "payout.transferred",
    ]


def test_a_host_is_not_paid_before_the_time() -> None:
    story = a_confirmed_story().starts().at(EARNED - AN_INSTANT)

    story.refuses(TooEarly, processes.pay_out, PROCESSOR, BOOKING, "tr_1")


def test_a_host_is_not_paid_what_is_not_earned() -> None:
    story = a_confirmed_story().starts().at(EARNED)

    story.refuses(PayoutExceedsEntitlement, processes.pay_out, PROCESSOR, BOOKING, "tr_1")


def test_a_host_is_not_paid_twice() -> None:
    story = a_confirmed_story().starts().at(EARNED)
    story.does(processes.earn, BOOKING)
    story.does(processes.pay_out, PROCESSOR, BOOKING, "tr_1")

    story.refuses(TransitionNotAllowed, processes.pay_out, PROCESSOR, BOOKING, "tr_2")


def test_a_host_is_not_paid_from_money_that_cannot_be_used_yet() -> None:
    story = Story().asks()
    story.does(processes.pay, PROCESSOR, BOOKING, "ch_1")
    story.confirms().starts().at(EARNED).does(processes.earn, BOOKING)

    story.refuses(PayoutIsHeld, processes.pay_out, PROCESSOR, BOOKING, "tr_1")
    story.does(processes.funds_arrive, PROCESSOR, BOOKING)
    story.does(processes.pay_out, PROCESSOR, BOOKING, "tr_1")


# -- All or nothing ---------------------------------------------------------------------


def test_a_plan_that_is_refused_at_its_end_has_done_nothing() -> None:
    story = Story()

    def book_and_cancel(draft: Draft) -> None:
        processes.book(draft, GUEST, story.asked)
        processes.cancel_by_guest(draft, GUEST, BOOKING, "what was shown")

    story.refuses(TransitionNotAllowed, book_and_cancel)
    assert not story.world.nights


def test_one_plan_may_go_from_the_request_to_the_confirmation() -> None:
    story = Story()

    def at_once(draft: Draft) -> None:
        processes.book(draft, GUEST, story.asked)
        processes.pay(draft, PROCESSOR, BOOKING, "ch_1")
        processes.funds_arrive(draft, PROCESSOR, BOOKING)
        processes.confirm(draft, BOOKING)

    assert len(story.does(at_once)) == 10
    booking = story.world.state(BOOKINGS, BOOKING)
    assert booking is not None
    assert booking.status == "confirmed"


def test_ids_of_what_follows_from_a_booking_are_derived_from_it() -> None:
    ids = {
        processes.payment_of(BOOKING),
        processes.payout_of(BOOKING),
        processes.refund_of(BOOKING),
    }

    assert len(ids) == 3
    assert processes.payment_of(BOOKING) == processes.payment_of(BOOKING)
