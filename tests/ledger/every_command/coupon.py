"""Every command of a coupon."""

from ledger.aggregates.coupon import CloseCoupon, RestoreCoupon
from ledger.events.coupon import RestoreReason
from tests.facts import (
    BOOKING,
    COUPON,
    FINANCE,
    OPERATOR,
    PROCESS,
    a_coupon,
    redeemed,
    to_issue_coupon,
    to_redeem,
)
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_issue_coupon(), FINANCE),
    Happened(to_redeem(), PROCESS, (a_coupon(),)),
    Happened(
        RestoreCoupon(coupon_id=COUPON, booking_id=BOOKING, reason=RestoreReason.CANCELLED_BY_HOST),
        PROCESS,
        (a_coupon(), redeemed()),
    ),
    Happened(CloseCoupon(coupon_id=COUPON, reason="fraud"), OPERATOR, (a_coupon(),)),
)
