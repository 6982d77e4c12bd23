"""A coupon: worth what it says, to whom it says, as often as it says, and given back once."""

from datetime import timedelta
from typing import Any

import pytest

from ledger.aggregates.coupon import (
    CloseCoupon,
    RestoreCoupon,
    code_hash_of,
    coupon_of,
)
from ledger.errors import CouponNotValid, CurrenciesDiffer, TransitionNotAllowed
from ledger.events.coupon import RestoreReason
from ledger.values.ids import BookingId, GuestId
from tests.facts import (
    AN_INSTANT,
    BOOKING,
    CODE,
    COUPON,
    FINANCE,
    HOST,
    INES,
    NOW,
    OPERATOR,
    PROCESS,
    a_coupon,
    an_id,
    coupon_closed,
    money,
    redeemed,
    restored,
    to_issue_coupon,
    to_redeem,
)
from tests.given import Given, given

ANOTHER = BookingId(an_id("another booking"))
A_THIRD = BookingId(an_id("a third booking"))
VALID_UNTIL = a_coupon().valid_until


def to_restore(
    booking_id: BookingId = BOOKING, reason: RestoreReason = RestoreReason.CANCELLED_BY_HOST
) -> RestoreCoupon:
    return RestoreCoupon(coupon_id=COUPON, booking_id=booking_id, reason=reason)


# -- CP1: issued ------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [FINANCE, OPERATOR])
def test_finance_or_an_operator_issues_a_coupon(actor: Any) -> None:
    given().when(actor, to_issue_coupon()).then(a_coupon())


def test_a_host_issues_none() -> None:
    given().when(HOST, to_issue_coupon()).refused(TransitionNotAllowed)


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": None},
        {"off_bp": 1_000},
        {"amount": money("0.00 EUR")},
        {"amount": None, "off_bp": 0},
        {"amount": None, "off_bp": 10_001},
        {"uses": 0},
        {"valid_until": NOW},
    ],
)
def test_a_coupon_that_is_worth_nothing_or_two_things_is_refused(changed: dict[str, Any]) -> None:
    given().when(FINANCE, to_issue_coupon(**changed)).refused(CouponNotValid)


def test_its_amount_is_of_its_currency() -> None:
    changed = {"amount": money("20.00 USD")}

    given().when(FINANCE, to_issue_coupon(**changed)).refused(CurrenciesDiffer)


def test_a_code_is_found_however_it_is_typed_and_never_stored() -> None:
    assert coupon_of(code_hash_of(f" {CODE.lower()} ")) == COUPON
    assert CODE not in str(a_coupon())
    assert len(a_coupon().code_hash) == 64


# -- CP2: redeemed ----------------------------------------------------------------------


def test_a_booking_uses_it() -> None:
    given(a_coupon()).when(PROCESS, to_redeem()).then(redeemed())


def test_a_coupon_that_was_never_issued_pays_nothing() -> None:
    given().when(PROCESS, to_redeem()).refused(TransitionNotAllowed)


@pytest.mark.parametrize(
    ("history", "changed", "why"),
    [
        (given(a_coupon()), {"quoted_at": NOW - AN_INSTANT}, "not_yet"),
        (given(a_coupon()), {"quoted_at": VALID_UNTIL}, "expired"),
        (given(a_coupon(only_for=GuestId(an_id("Maria")))), {}, "for_another_guest"),
        (given(a_coupon(), redeemed(ANOTHER), redeemed(A_THIRD)), {}, "used_up"),
        (given(a_coupon(uses=1), redeemed(ANOTHER)), {}, "used_up"),
    ],
)
def test_what_makes_it_invalid_is_said(history: Given, changed: dict[str, Any], why: str) -> None:
    history.when(PROCESS, to_redeem(**changed)).refused(CouponNotValid, why=why)


def test_it_counts_when_the_price_was_quoted_and_not_when_it_is_booked() -> None:
    quoted_at = VALID_UNTIL - AN_INSTANT

    outcome = given(a_coupon()).when(
        PROCESS, to_redeem(quoted_at=quoted_at), VALID_UNTIL + timedelta(minutes=14)
    )

    outcome.then(redeemed())


def test_the_guest_that_it_is_for_uses_it() -> None:
    given(a_coupon(only_for=INES)).when(PROCESS, to_redeem()).then(redeemed())


def test_a_booking_uses_it_once() -> None:
    given(a_coupon(), redeemed()).when(PROCESS, to_redeem()).refused(TransitionNotAllowed)


def test_it_is_worth_its_amount_or_its_part_in_its_own_currency() -> None:
    fixed = given(a_coupon()).when(PROCESS, to_redeem()).state
    part = given(a_coupon(amount=None, off_bp=1_000)).when(PROCESS, to_redeem()).state

    assert fixed.worth(money("900.24 EUR")) == money("20.00 EUR")
    assert part.worth(money("900.25 EUR")) == money("90.02 EUR"), "half-even"
    with pytest.raises(CouponNotValid):
        fixed.worth(money("900.24 USD"))


# -- CP3: restored (R11) ----------------------------------------------------------------


@pytest.mark.parametrize("reason", RestoreReason)
def test_a_use_is_given_back_once_and_counts_again(reason: RestoreReason) -> None:
    history = (a_coupon(uses=1), redeemed())
    assert given(*history).when(PROCESS, to_redeem(booking_id=ANOTHER)).refusal is not None

    back = given(*history).when(PROCESS, to_restore(reason=reason))

    assert back.state.uses_left == 1
    again = given(*history, *back.events)
    again.when(PROCESS, to_restore()).refused(TransitionNotAllowed)
    again.when(PROCESS, to_redeem(booking_id=ANOTHER)).then(redeemed(ANOTHER))


def test_a_booking_that_never_used_it_gets_nothing_back() -> None:
    outcome = given(a_coupon(), redeemed()).when(PROCESS, to_restore(ANOTHER))

    outcome.refused(CouponNotValid, why="not_used_for_this_booking")


def test_a_use_of_a_closed_coupon_is_given_back_and_opens_nothing() -> None:
    back = given(a_coupon(), redeemed(), coupon_closed()).when(PROCESS, to_restore())

    back.then(restored())
    assert back.state.status == "closed"


# -- CP4: closed ------------------------------------------------------------------------


def test_nobody_uses_a_closed_coupon() -> None:
    close = CloseCoupon(coupon_id=COUPON, reason="the campaign is over")
    given(a_coupon()).when(OPERATOR, close).then(coupon_closed())

    given(a_coupon(), coupon_closed()).when(PROCESS, to_redeem()).refused(TransitionNotAllowed)
