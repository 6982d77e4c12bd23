"""What happens to one coupon: money of the platform's own that it pays towards stays."""

from enum import StrEnum

from ledger.events.event import Event
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, GuestId
from ledger.values.money import Money


class RestoreReason(StrEnum):
    """Why a use of a coupon is given back."""

    CANCELLED_BY_HOST = "cancelled_by_host"
    CANCELLED_BY_PLATFORM = "cancelled_by_platform"
    NEVER_CONFIRMED = "never_confirmed"


class CouponIssued(Event, topic="coupon.issued", frozen=True, kw_only=True):
    """The platform will pay a fixed amount, or a part of the subtotal, towards so many stays.

    `code_hash` is the SHA-256 of the code in hexadecimal: the code itself is a secret. It may be
    used from `valid_from` to before `valid_until`, in `currency`, by anybody or by one guest.
    """

    code_hash: str
    currency: str
    amount: Money | None
    off_bp: int | None
    valid_from: Instant
    valid_until: Instant
    uses: int
    only_for: GuestId | None


class CouponRedeemed(Event, topic="coupon.redeemed", frozen=True, kw_only=True):
    """A booking uses the coupon; the platform pays the amount once the stay is confirmed."""

    booking_id: BookingId
    amount: Money


class CouponRestored(Event, topic="coupon.restored", frozen=True, kw_only=True):
    """The use of a booking is given back: the stay was not called off by its guest.

    Its host or the platform did, or it was never confirmed.
    """

    booking_id: BookingId
    reason: RestoreReason


class CouponClosed(Event, topic="coupon.closed", frozen=True, kw_only=True):
    """The coupon is used no more; what it was used for stays as it is."""

    reason: str


CouponEvent = CouponIssued | CouponRedeemed | CouponRestored | CouponClosed
