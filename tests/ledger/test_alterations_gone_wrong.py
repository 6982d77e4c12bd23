"""Alterations whose refund does not go straight: nobody approves, a bank has the money, it fails.

Whatever becomes of the refund, the alteration ends: the stay is as both sides agreed and the
difference is owed, or it is as it was before and so is its money.
"""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import processes
from ledger.aggregates.alteration import Status as Altering
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import ChangesBothWays, NightsHaveBegun, RefundLineExceeded, TransitionNotAllowed
from ledger.events.alteration import AlterationFailed
from ledger.events.booking import BookingAltered
from ledger.events.refund import RefundApproved
from ledger.processes.changes import possible_until
from ledger.processes.earnings import left_of, owed_to_host
from ledger.values.allowance import Allowance, parts_of, settled_beside
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.journal import Account
from ledger.values.money import Money
from ledger.values.policy import FLEXIBLE, Ending, LineBack, Occupancy, settle
from ledger.values.stay import stay
from tests.facts import BOOKING, CHECK_IN, DINIS, EARNED, LISBON, NOW, a_stay
from tests.ledger.altering import AlteringMarket, quoted_price
from tests.ledger.market import VISA
from tests.ledger.test_disputed_money import Disputed, call_off
from tests.ledger.test_staff_refunds import (
    DEFERRED,
    FIRST,
    approve,
    ask,
    for_nights,
    in_order,
    owed_to,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIVE, THREE = a_stay(nights=5), a_stay(nights=3)
OVER = CHECK_IN + 7 * DAY
OF_IT = processes.refund_of(BOOKING, 1)
FAILS_LATER = "pm_card_refundFail"


class House(AlteringMarket, Disputed):
    """A house with a tariff, whose host can be paid, and what a guest's bank does to it."""

    def owed_to_the_host(self) -> Money:
        """What the books say that they owe the host."""
        seen: list[Money] = []
        self.ledger.rehearse(
            lambda draft: seen.append(
                owed_to_host(draft, BOOKING, processes.booking_in(draft, BOOKING))
            )
        )
        return seen[0]


def booked(card: str = VISA) -> House:
    """Inês has paid for five nights from 2 July."""
    market = House()
    market.stays(nights=5, card=card)
    return market


def waiting() -> House:
    """Rui was paid for five nights before they became three, so finance has to look."""
    market = booked()
    market.until(EARNED + 12 * HOUR, step=6 * HOUR)
    assert market.payout().status is Payable.TRANSFERRED
    market.alters(stay=THREE)
    assert market.alteration().status is Altering.SETTLING
    assert market.refund(OF_IT).status is Refunding.AWAITING_APPROVAL
    return market


def as_before(market: House) -> None:
    """The stay takes place as it was booked, its host keeps all of it, and nothing is left over."""
    assert market.alteration().status is Altering.FAILED
    assert market.events(BookingAltered) == []
    market.until(OVER, step=12 * HOUR)
    assert market.booking().stay == FIVE
    assert market.booking().earned == market.booking().price.shares
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


# -- Finance says no, or takes it back ------------------------------------------------------


@pytest.mark.parametrize("says_no", [processes.reject_refund, processes.cancel_refund])
def test_an_alteration_whose_refund_nobody_approves_has_failed(says_no: object) -> None:
    market = waiting()

    assert callable(says_no)
    market.decide(partial(says_no, staff=DINIS, refund_id=OF_IT, reason="fraud"))

    assert market.payment().refunded.minor == 0
    assert market.owes() == "nothing"
    as_before(market)


def test_after_one_that_failed_the_next_alteration_may_begin() -> None:
    market = waiting()
    market.decide(partial(processes.reject_refund, staff=DINIS, refund_id=OF_IT, reason="late"))

    market.alters(stay=a_stay(nights=4))
    again = processes.refund_of(BOOKING, 2)
    approve(market, again)
    market.until(OVER, step=12 * HOUR)

    assert market.alteration().status is Altering.APPLIED
    assert market.refund(again).status is Refunding.SUCCEEDED
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


def test_what_finance_approves_makes_the_stay_what_both_sides_agreed() -> None:
    market = waiting()
    approve(market, OF_IT)
    market.until(OVER, step=12 * HOUR)

    (approved,) = market.events(RefundApproved)
    assert market.booking().stay == THREE
    assert market.booking().still_earned == market.booking().price.shares
    assert market.owes() == str(approved.debt)
    in_order(market)


def test_a_tax_that_more_guests_owe_of_an_earned_stay_that_gets_shorter_is_earned_once() -> None:
    market = booked()
    market.until(EARNED + 12 * HOUR, step=6 * HOUR)
    before = market.booking().price.shares
    market.alters(stay=THREE, party=Party(adults=4))
    approve(market, OF_IT)
    market.until(OVER, step=12 * HOUR)

    after = market.booking().price.shares
    assert after.total.minor < before.total.minor
    assert after.tax.minor > before.tax.minor
    assert market.booking().still_earned == after
    in_order(market)


def test_what_gives_back_of_an_earned_stay_and_asks_for_more_is_done_one_after_the_other() -> None:
    market = booked()
    market.until(EARNED + 12 * HOUR, step=6 * HOUR)
    one, longer = Party(adults=1), a_stay(nights=6)
    with pytest.raises(ChangesBothWays):
        market.propose(stay=longer, party=one)

    market.alters(party=one)
    market.alters(stay=longer)
    market.pay_the_difference()
    market.until(OVER, step=12 * HOUR)

    assert market.booking().still_earned == market.booking().price.shares
    in_order(market)


def test_before_a_stay_is_earned_one_change_may_do_both() -> None:
    market = booked()
    market.alters(stay=a_stay(nights=6), party=Party(adults=1))
    market.pay_the_difference()
    market.until(OVER, step=12 * HOUR)

    assert market.booking().still_earned == market.booking().price.shares
    in_order(market)


def test_what_an_alteration_gives_back_that_was_made_so_stays_owed() -> None:
    market = booked()
    market.propose(stay=THREE)
    market.agree()
    assert market.refund(OF_IT).status is Refunding.APPROVED

    with pytest.raises(TransitionNotAllowed):
        market.decide(
            partial(processes.cancel_refund, staff=DINIS, refund_id=OF_IT, reason="fraud")
        )
    market.until(OVER, step=12 * HOUR)

    assert market.refund(OF_IT).status is Refunding.SUCCEEDED
    assert market.booking().stay == THREE
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


def test_a_change_that_nobody_approves_has_failed_when_its_first_changed_night_begins() -> None:
    market = waiting()
    begins = CHECK_IN + 3 * DAY
    market.until(begins - HOUR, step=12 * HOUR)
    assert market.alteration().status is Altering.SETTLING

    market.until(begins, step=HOUR)

    (failed,) = market.events(AlterationFailed)
    assert failed.reason == "not approved in time"
    assert market.refund(OF_IT).status is Refunding.CANCELLED
    assert market.payment().refunded.minor == 0
    assert market.owes() == "nothing"
    as_before(market)


def test_a_change_that_the_nights_have_overtaken_is_not_approved_although_the_clock_is_late() -> (
    None
):
    market = waiting()
    market.let_pass(CHECK_IN + 3 * DAY - market.clock.now)

    with pytest.raises(NightsHaveBegun):
        approve(market, OF_IT)
    assert market.refund(OF_IT).status is Refunding.AWAITING_APPROVAL

    market.settle()
    as_before(market)


def test_until_its_first_changed_night_begins_a_change_is_approved() -> None:
    market = waiting()
    market.until(CHECK_IN + 3 * DAY - HOUR, step=12 * HOUR)
    market.let_pass(HOUR - timedelta(microseconds=1))

    approve(market, OF_IT)
    market.until(OVER, step=12 * HOUR)

    assert market.alteration().status is Altering.APPLIED
    assert market.booking().stay == THREE
    in_order(market)


@pytest.mark.parametrize(
    ("wish", "until"),
    [
        ({"stay": THREE}, CHECK_IN + 3 * DAY),
        ({"stay": stay(FIVE.check_in + DAY, FIVE.check_out)}, CHECK_IN),
        ({"stay": stay(FIVE.check_in - DAY, FIVE.check_out)}, CHECK_IN - DAY),
        ({"stay": a_stay(nights=7)}, LISBON.check_out_at(FIVE)),
        ({"party": Party(adults=1)}, LISBON.check_out_at(FIVE)),
    ],
    ids=["leaves earlier", "comes later", "comes earlier", "leaves later", "the same nights"],
)
def test_a_change_is_possible_until_a_night_of_it_begins_or_the_stay_is_over(
    wish: dict[str, Any], until: Instant
) -> None:
    market = booked()

    assert possible_until(market.booking(), market.shown(**wish)) == until


def test_a_stay_that_is_called_off_meanwhile_gives_back_what_its_end_says_and_nothing_beside() -> (
    None
):
    market = waiting()

    market.decide(call_off)
    of_the_end = processes.refund_of(BOOKING)
    approve(market, of_the_end)
    market.until(OVER, step=12 * HOUR)

    assert market.alteration().status is Altering.FAILED
    assert market.refund(OF_IT).status is Refunding.CANCELLED
    assert market.payment().refunded == market.refund(of_the_end).amount
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


# -- Several refunds of one change ----------------------------------------------------------


def in_two_parts() -> House:
    """Three nights became six, were paid out, and become two: neither payment has so much."""
    market = House()
    market.stays(nights=3)
    market.alters(stay=a_stay(nights=6))
    market.pay_the_difference()
    market.settle()
    market.until(EARNED + 12 * HOUR, step=6 * HOUR)
    market.alters(stay=a_stay(nights=2))
    assert market.alteration().status is Altering.SETTLING
    return market


OF_TWO = processes.refund_of(BOOKING, 2), processes.refund_of(BOOKING, 2, place=2)


def test_all_refunds_of_a_change_are_shown_and_approved_together() -> None:
    market = in_two_parts()
    before = market.payment().captured + market.difference().captured
    seen: list[processes.ShownRefund] = []
    market.ledger.rehearse(lambda draft: seen.append(processes.shown_again(draft, OF_TWO[1])))
    assert seen[0].amount == market.refund(OF_TWO[0]).amount + market.refund(OF_TWO[1]).amount

    approve(market, OF_TWO[1])
    market.settle()

    assert {market.refund(one).status for one in OF_TWO} == {Refunding.SUCCEEDED}
    left = before - market.payment().refunded - market.difference().refunded
    assert left == market.booking().price.total
    market.until(OVER, step=12 * HOUR)
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


def test_nobody_says_no_to_one_refund_of_a_change_alone() -> None:
    market = in_two_parts()
    market.decide(
        partial(processes.reject_refund, staff=DINIS, refund_id=OF_TWO[0], reason="fraud")
    )

    assert {market.refund(one).status for one in OF_TWO} == {Refunding.REJECTED}
    assert market.alteration().status is Altering.FAILED
    market.until(OVER, step=12 * HOUR)
    assert market.booking().stay == a_stay(nights=6)
    in_order(market)


# -- A bank has the money -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answered", "reason"),
    [(True, "a dispute took what was to be given back"), (False, "not approved in time")],
    ids=["before the nights", "after them"],
)
def test_a_dispute_that_is_lost_ends_a_change_whose_refund_it_took_or_finds_it_over(
    *, answered: bool, reason: str
) -> None:
    market = waiting()
    market.bank()
    market.settle()
    assert market.alteration().status is Altering.SETTLING, "the dispute may be won"

    if answered:
        market.bank("lost")
        market.settle()
    else:
        market.until(market.clock.now + 30 * DAY, step=DAY)

    (failed,) = market.events(AlterationFailed)
    assert failed.reason == reason
    assert market.refund(OF_IT).status is Refunding.CANCELLED
    market.until(OVER, step=12 * HOUR)
    assert market.booking().stay == FIVE
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


def test_a_dispute_that_is_won_lets_the_change_wait_on_and_be_approved() -> None:
    market = waiting()
    market.bank()
    market.settle()
    market.bank("won")
    market.settle()

    approve(market, OF_IT)
    market.settle()

    assert market.alteration().status is Altering.APPLIED
    assert market.refund(OF_IT).status is Refunding.SUCCEEDED
    in_order(market)


def test_a_dispute_after_a_change_is_about_what_the_stay_costs_by_now() -> None:
    market = booked()
    market.until(NOW + 3 * DAY, step=DAY)
    market.alters(stay=THREE)
    seen: list[Money] = []
    market.ledger.rehearse(
        lambda draft: seen.append(
            left_of(draft, BOOKING, processes.booking_in(draft, BOOKING)).total
        )
    )
    assert seen == [market.booking().price.listing_total]

    market.bank(amount=market.booking().price.total.minor)
    market.settle()
    market.bank("lost")
    market.until(OVER, step=12 * HOUR)

    loss = market.dispute().loss
    assert loss is not None
    assert loss.shares == market.booking().price.shares
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


# -- It fails -------------------------------------------------------------------------------


def came_back() -> AlteringMarket:
    """Five nights became three after they were earned; what went back to Inês came back to us.

    Nobody has verified the host, so nothing was paid out.
    """
    market = AlteringMarket().stays(nights=5, card=FAILS_LATER)
    market.until(EARNED, step=6 * HOUR)
    market.alters(stay=THREE)
    assert market.alteration().status is Altering.APPLIED
    market.until(market.clock.now + 2 * DAY, step=12 * HOUR)
    assert market.refund(OF_IT).status is Refunding.FAILED
    return market


def test_what_a_change_gave_back_is_not_the_host_s_again_because_it_failed() -> None:
    market = came_back()

    def owed(draft: Draft) -> None:
        booking = processes.booking_in(draft, BOOKING)
        assert owed_to_host(draft, BOOKING, booking) == booking.price.shares.host

    market.ledger.rehearse(owed)
    assert owed_to(market, Account.HOST_PAYABLE) == market.booking().price.shares.host_minor


def test_a_dispute_that_is_lost_pays_what_a_change_owes_and_could_not_send() -> None:
    market = came_back()
    dispute = market.behind("disputes", charge=market.all("charge")[0]["id"])["id"]
    market.settle()
    assert owed_to(market, Account.HOST_HELD) == market.booking().price.shares.host_minor

    market.behind(f"disputes/{dispute}", outcome="lost")
    market.settle()

    assert market.refund(OF_IT).status is Refunding.SETTLED_ALTERNATIVELY
    assert market.alteration().status is Altering.APPLIED
    in_order(market)


# -- Beside refunds that support gave -------------------------------------------------------


def test_what_support_gave_back_of_an_earned_stay_a_change_does_not_give_again() -> None:
    market = AlteringMarket().stays(nights=5)
    market.until(EARNED, step=6 * HOUR)
    ask(market, for_nights(LineBack("night", "2026-07-02", 2_000)))
    approve(market, FIRST)
    market.settle()

    market.alters(stay=THREE)
    market.until(OVER, step=12 * HOUR)

    booking = market.booking()
    assert booking.still_earned == booking.left
    assert owed_to(market, Account.HOST_PAYABLE) == booking.left.host_minor
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


def test_what_a_change_will_give_back_support_does_not_give_as_well() -> None:
    market = booked()
    market.until(EARNED + 12 * HOUR, step=6 * HOUR)
    ask(market, for_nights(LineBack("night", "2026-07-06", 5_000)))
    market.alters(stay=THREE)
    assert market.alteration().status is Altering.SETTLING

    with pytest.raises(RefundLineExceeded):
        ask(market, for_nights(LineBack("night", "2026-07-05", 1)))
    with pytest.raises(RefundLineExceeded):
        approve(market, FIRST)


def test_what_support_gives_back_while_a_change_is_settled_goes_back_beside_it() -> None:
    market = waiting()
    ask(market, for_nights(LineBack("night", "2026-07-03", 5_000)))
    approve(market, FIRST)
    approve(market, OF_IT)
    market.until(OVER, step=12 * HOUR)

    booking = market.booking()
    assert market.payment().refunded == market.refund(OF_IT).amount + market.refund(FIRST).amount
    assert booking.still_earned == booking.left
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=3))
def test_what_support_gave_back_before_a_change_leaves_no_cent_to_anybody_at_the_end(
    minors: list[int],
) -> None:
    """Under another price the same lines are rounded into other parts; the end evens them out."""
    before, after = quoted_price(FIVE), quoted_price(THREE)
    granted = []
    for day, minor in enumerate(minors, start=2):
        lines = (LineBack("night", f"2026-07-0{day}", minor), LineBack("cleaning", "", minor // 3))
        granted.append(Allowance(lines, parts_of(before, lines)))
    called_off = settle(
        after, FLEXIBLE, Ending.BY_HOST, Occupancy(THREE, LISBON, NOW, CHECK_IN - DAY)
    )

    settled = settled_beside(after, called_off, granted)

    assert settled.kept.is_nothing
    assert settled.back.total == settled.refund
    gone = sum((one.back for one in granted), settled.back)
    assert gone == after.shares
