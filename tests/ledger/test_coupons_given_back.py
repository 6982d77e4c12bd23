"""Coupons given back: once, where the stay fell away by no doing of the guest's."""

from datetime import timedelta
from functools import partial

import pytest

from api.answers.cancellations import preview_of
from ledger import processes
from ledger.aggregates.booking import CancelByPlatform, PlatformReason
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.coupon import COUPON as COUPONS
from ledger.aggregates.coupon import RedeemCoupon
from ledger.draft import Draft
from ledger.events.coupon import CouponRestored, RestoreReason
from ledger.events.unapplied_receipt import ReceiptReturned
from ledger.values.journal import Account
from ledger.values.money import Money
from ledger.values.policy import Ending
from ledger.values.price import CouponUse
from tests.facts import (
    BOOKING,
    COUPON,
    FINANCE,
    GUEST,
    INES,
    NOW,
    SUPPORT,
    a_stay,
    to_issue_coupon,
)
from tests.ledger.altering import AlteringMarket, quoted_price

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
WORTH = 2_000
EUR = "EUR"


@pytest.fixture
def market() -> AlteringMarket:
    """Inês has asked for three nights, of which a coupon pays 20 euros."""
    market = AlteringMarket()
    market.decide(lambda draft: draft.do(FINANCE, to_issue_coupon()), COUPON)
    stay = a_stay()
    market.book(stay=stay, price=quoted_price(stay, coupon=CouponUse(COUPON, WORTH)))
    redeemed = RedeemCoupon(
        coupon_id=COUPON,
        booking_id=BOOKING,
        guest_id=INES,
        amount=Money(WORTH, EUR),
        quoted_at=NOW,
    )
    market.decide(lambda draft: draft.do(processes.PROCESS, redeemed))
    market.settle()
    return market


def paid(market: AlteringMarket) -> None:
    """She has paid, and the money can be used."""
    market.pay()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)


def uses_left(market: AlteringMarket) -> int:
    """How often the coupon can still be used; it was issued for two stays."""
    coupon = market.ledger.state(COUPONS, COUPON)
    assert coupon is not None
    return coupon.uses_left


def test_case_r11_a_stay_that_its_host_calls_off_gives_back_what_was_paid_and_the_coupon(
    market: AlteringMarket,
) -> None:
    paid(market)
    market.decide(
        partial(processes.cancel_for_host, staff=SUPPORT, booking_id=BOOKING, reason="fire")
    )
    market.settle()

    total = quoted_price(a_stay()).total
    assert market.refund_for().amount == total - Money(WORTH, EUR)
    assert market.balances()[Account.EXP_PROMOTIONS, EUR] == 0
    (restored,) = market.events(CouponRestored)
    assert restored.reason is RestoreReason.CANCELLED_BY_HOST
    assert uses_left(market) == 2
    assert market.findings() == []


def test_case_r11_a_guest_who_calls_off_has_used_the_coupon_up_and_gets_their_part_back(
    market: AlteringMarket,
) -> None:
    paid(market)
    market.call_off()
    market.settle()

    refund = market.refund_for()
    (coupon,) = [line.minor for line in refund.lines if line.code == "coupon"]
    assert -WORTH < coupon < 0, "what she never paid is not given back"
    assert market.balances()[Account.EXP_PROMOTIONS, EUR] == WORTH + coupon
    assert market.events(CouponRestored) == []
    assert uses_left(market) == 1
    assert market.findings() == []


def test_the_preview_of_a_stay_that_a_coupon_paid_for_in_part_takes_its_part_off_again(
    market: AlteringMarket,
) -> None:
    paid(market)

    def called_off(draft: Draft) -> None:
        booking = processes.booking_in(draft, BOOKING)
        shown = booking.settled(Ending.BY_GUEST, draft.now).digest
        processes.cancel_by_guest(draft, GUEST, BOOKING, shown)

    draft = market.ledger.rehearse(called_off)
    preview = preview_of(processes.booking_in(draft, BOOKING), BOOKING, draft.now, position=1)

    (coupon,) = [line.amount.minor for line in preview.lines if line.code == "coupon"]
    assert -WORTH < coupon < 0
    assert sum(line.amount.minor for line in preview.lines) == preview.refund.minor


def test_case_r11_the_platform_gives_it_back_once_only(market: AlteringMarket) -> None:
    paid(market)
    safety = CancelByPlatform(
        booking_id=BOOKING, reason=PlatformReason.SAFETY, requested_by=SUPPORT.id
    )
    market.decide(partial(processes.cancel_by_platform, staff=SUPPORT, command=safety))
    reason = RestoreReason.CANCELLED_BY_PLATFORM
    market.decide(partial(processes.restore_coupon, booking_id=BOOKING, reason=reason))

    assert len(market.events(CouponRestored)) == 1
    assert uses_left(market) == 2


def test_a_booking_that_is_given_up_before_it_is_paid_gives_the_coupon_back(
    market: AlteringMarket,
) -> None:
    market.decide(partial(processes.abandon, guest=GUEST, booking_id=BOOKING))

    (restored,) = market.events(CouponRestored)
    assert restored.reason is RestoreReason.NEVER_CONFIRMED


def test_money_that_comes_after_the_coupon_went_back_goes_back_as_well(
    market: AlteringMarket,
) -> None:
    """Else the coupon would have paid for this stay, and could pay for another."""
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    market.pay()
    market.settle()

    assert market.booking().status is Stands.EXPIRED
    assert len(market.events(ReceiptReturned)) == 1
    assert uses_left(market) == 2
    assert market.findings() == []
