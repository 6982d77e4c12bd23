"""Stays that hosts call off, for what their tariff says, and no-shows that were none."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ledger import processes
from ledger.aggregates.booking import CancelByPlatform, PlatformReason
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.refund import Status as Refunding
from ledger.errors import NightsAreTaken, PenaltyChanged, TooEarly, TransitionNotAllowed
from ledger.events.booking import NoShowReversed
from ledger.values.clock import Instant
from ledger.values.ids import BookingId
from ledger.values.journal import Account
from ledger.values.penalty import PenaltyRule
from ledger.values.policy import NON_REFUNDABLE, Policy
from tests.facts import (
    BOOKING,
    CHECK_IN,
    EARNED,
    HOST,
    OPERATOR,
    SUPPORT,
    an_id,
    money,
    to_set_levies,
)
from tests.ledger.test_disputed_money import Disputed, agree
from tests.ledger.test_staff_refunds import HOUR, approve, owed_to

HALF_A_DAY = timedelta(hours=12)
DEAR = to_set_levies(
    penalty=PenaltyRule(
        name="dear",
        version=1,
        early_days=30,
        early_bp=9_000,
        between_bp=9_000,
        late_hours=48,
        late_bp=9_000,
    )
)


def sold(**changed: Any) -> Disputed:
    """A stay that is paid, of a host who can be paid."""
    market = Disputed()
    market.sold(**changed)
    return market


def owed_now(market: Disputed) -> Any:
    """What Rui would owe for calling the stay off now."""
    seen: list[Any] = []
    market.ledger.rehearse(lambda draft: seen.append(processes.penalty_now(draft, BOOKING)))
    return seen[0]


def calls_off(market: Disputed, accepted: str) -> None:
    """Rui calls the stay off, for a penalty."""
    call_off = partial(processes.cancel_by_host, host=HOST, booking_id=BOOKING)
    market.decide(partial(call_off, reason="flood", accepted_penalty=money(accepted)))


# -- The penalty ----------------------------------------------------------------------------


def test_a_host_owes_what_the_tariff_of_the_property_says() -> None:
    market = sold()
    assert owed_now(market) == money("36.00 EUR")
    market.decide(lambda draft: draft.do(OPERATOR, DEAR))
    assert owed_now(market) == money("324.00 EUR")

    with pytest.raises(PenaltyChanged):
        calls_off(market, "36.00 EUR")
    calls_off(market, "324.00 EUR")

    assert market.owes() == "324.00 EUR"
    assert owed_to(market, Account.REV_PENALTY) == 32_400


# -- A no-show that was none (BK19) ---------------------------------------------------------


def nobody_came(policy: Policy, at: Instant = EARNED + HOUR) -> Disputed:
    """Rui says, a day after check-in if nothing else is said, that nobody came."""
    market = sold(policy=policy)
    market.until(at, step=HALF_A_DAY)
    market.decide(partial(processes.report_no_show, host=HOST, booking_id=BOOKING))
    return market


def came_after_all(market: Disputed) -> None:
    """Support has seen the log of the key box."""
    market.decide(
        partial(
            processes.reverse_no_show, support=SUPPORT, booking_id=BOOKING, evidence="evidence/log"
        )
    )


def test_a_no_show_that_was_none_goes_on_as_a_stay_and_is_paid_out() -> None:
    market = nobody_came(NON_REFUNDABLE)
    market.settle()

    came_after_all(market)
    assert market.booking().status is Stands.IN_STAY
    market.until(CHECK_IN + 10 * HALF_A_DAY, step=HALF_A_DAY)

    assert market.booking().status is Stands.COMPLETED
    assert market.payout().sent == money("349.20 EUR")
    agree(market)


def test_a_refund_that_nobody_has_approved_is_taken_back() -> None:
    market = nobody_came(Policy("half", 1, 5_000))
    assert market.refund().status is Refunding.AWAITING_APPROVAL

    came_after_all(market)
    market.until(CHECK_IN + 10 * HALF_A_DAY, step=HALF_A_DAY)

    assert market.refund().status is Refunding.CANCELLED
    assert market.all("refund") == []
    assert market.payout().sent == money("349.20 EUR")
    agree(market)


def test_what_the_host_came_to_owe_for_nobody_they_owe_no_more() -> None:
    market = nobody_came(Policy("half", 1, 5_000))
    approve(market, processes.refund_of(BOOKING))
    assert market.owes() != "nothing"

    came_after_all(market)
    market.until(CHECK_IN + 10 * HALF_A_DAY, step=HALF_A_DAY)

    assert market.owes() == "0.00 EUR"
    assert market.payout().sent == money("349.20 EUR")
    agree(market)


def test_a_no_show_that_was_none_may_end_again_and_gives_back_by_a_refund_of_its_own() -> None:
    market = nobody_came(Policy("half", 1, 5_000))
    came_after_all(market)

    safety = CancelByPlatform(
        booking_id=BOOKING, reason=PlatformReason.SAFETY, requested_by=SUPPORT.id
    )
    market.decide(partial(processes.cancel_by_platform, staff=OPERATOR, command=safety))
    again = processes.refund_of(BOOKING, ending=2)
    approve(market, again)
    market.until(CHECK_IN + 10 * HALF_A_DAY, step=HALF_A_DAY)

    assert market.refund().status is Refunding.CANCELLED
    assert market.refund(again).status is Refunding.SUCCEEDED
    assert market.payment().refunded == market.refund(again).amount
    assert market.booking().still_earned.above_nothing == market.booking().earned
    agree(market)


def test_what_the_guest_has_back_already_is_not_taken_from_them() -> None:
    market = nobody_came(Policy("half", 1, 5_000), at=CHECK_IN + 8 * HOUR)
    market.until(EARNED + HOUR, step=HALF_A_DAY)
    assert market.refund().status is Refunding.SUCCEEDED

    with pytest.raises(TransitionNotAllowed):
        came_after_all(market)

    assert market.events(NoShowReversed) == []


def test_before_the_stay_would_have_been_earned_nothing_is_made_good() -> None:
    market = nobody_came(NON_REFUNDABLE, at=CHECK_IN + 8 * HOUR)

    with pytest.raises(TooEarly):
        came_after_all(market)


def test_nights_that_others_have_by_now_are_not_taken_again() -> None:
    market = nobody_came(NON_REFUNDABLE)
    other = BookingId(an_id("who took the nights"))
    stay = market.booking().stay
    rest = stay.__class__(stay.check_in + timedelta(days=2), stay.check_out)
    market.book(booking_id=other, stay=rest)

    with pytest.raises(NightsAreTaken):
        came_after_all(market)
