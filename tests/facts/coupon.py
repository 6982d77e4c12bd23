"""A coupon for a summer by the sea."""

from typing import Any

from ledger.aggregates.coupon import IssueCoupon, RedeemCoupon, code_hash_of
from ledger.events.coupon import (
    CouponClosed,
    CouponIssued,
    CouponRedeemed,
    CouponRestored,
    RestoreReason,
)
from ledger.values.clock import instant
from ledger.values.ids import BookingId
from tests.facts.story import BOOKING, CODE, COUPON, INES, NOW
from tests.facts.values import money


def to_issue_coupon(**changed: Any) -> IssueCoupon:
    """The platform pays 20 euros towards two stays, if they are booked in June."""
    told: dict[str, Any] = {
        "coupon_id": COUPON,
        "code_hash": code_hash_of(CODE),
        "currency": "EUR",
        "amount": money("20.00 EUR"),
        "valid_from": NOW,
        "valid_until": instant("2026-07-01T00:00:00Z"),
        "uses": 2,
    }
    return IssueCoupon(**told | changed)


def to_redeem(**changed: Any) -> RedeemCoupon:
    """Inês uses it."""
    told: dict[str, Any] = {
        "coupon_id": COUPON,
        "booking_id": BOOKING,
        "guest_id": INES,
        "amount": money("20.00 EUR"),
        "quoted_at": NOW,
    }
    return RedeemCoupon(**told | changed)


def a_coupon(**changed: Any) -> CouponIssued:
    """The platform pays 20 euros towards two stays."""
    told = to_issue_coupon(**changed)
    fields = {name: getattr(told, name) for name in CouponIssued.__struct_fields__}
    return CouponIssued(**fields)


def redeemed(booking_id: BookingId = BOOKING) -> CouponRedeemed:
    """Inês used it."""
    return CouponRedeemed(booking_id=booking_id, amount=money("20.00 EUR"))


def restored(booking_id: BookingId = BOOKING) -> CouponRestored:
    """Rui called her stay off, so she may use it again."""
    return CouponRestored(booking_id=booking_id, reason=RestoreReason.CANCELLED_BY_HOST)


def coupon_closed() -> CouponClosed:
    """Nobody uses it any more."""
    return CouponClosed(reason="the campaign is over")
