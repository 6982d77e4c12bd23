"""Coupons: a use that came to nothing is given back, once.

A guest's own cancellation uses the coupon up; that of a host or of the platform does not, nor a
booking that was never confirmed (spec: money, section 9; faults, R11).
"""

from ledger.aggregates.booking import BOOKING
from ledger.aggregates.coupon import COUPON, RestoreCoupon
from ledger.draft import Draft
from ledger.events.coupon import RestoreReason
from ledger.processes.names import PROCESS
from ledger.values.ids import BookingId, CouponId


def restore_coupon(draft: Draft, booking_id: BookingId, reason: RestoreReason) -> None:
    """Give back the coupon that a booking used; nothing where it used none, or it is back."""
    booking = draft.state(BOOKING, booking_id)
    if booking is None or booking.price.coupon is None:
        return
    coupon_id = CouponId(booking.price.coupon.coupon_id)
    coupon = draft.state(COUPON, coupon_id)
    if coupon is None or booking_id in coupon.restored:
        return
    restore = RestoreCoupon(coupon_id=coupon_id, booking_id=booking_id, reason=reason)
    draft.do(PROCESS, restore)


def coupon_is_back(draft: Draft, booking_id: BookingId) -> bool:
    """Whether a booking's price counts on a coupon that the guest may have used elsewhere now."""
    booking = draft.state(BOOKING, booking_id)
    if booking is None or booking.price.coupon is None:
        return False
    coupon = draft.state(COUPON, CouponId(booking.price.coupon.coupon_id))
    return coupon is not None and booking_id in coupon.restored
