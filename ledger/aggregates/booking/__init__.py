"""A booking: one guest, one unit, one stay, from the request to the last night.

The largest graph there is, so its sections are files: `state`, `commands`, `lifecycle`; the
decisions in `checkout`, `taking_place` and `falling_away`; and `decider`, which holds them
together.
"""

from ledger.aggregates.booking.commands import (
    Abandon,
    Accept,
    ApplyAlteration,
    AwaitHost,
    Book,
    BookingCommand,
    CancelByGuest,
    CancelByHost,
    CancelByPlatform,
    CancelForHost,
    CompleteStay,
    Confirm,
    ConfirmFree,
    ConfirmLate,
    Curtail,
    Decline,
    Expire,
    FailCapture,
    GrantAllowance,
    PlatformReason,
    RecognizeEarnings,
    ReportNoShow,
    ReverseNoShow,
    RevokeAllowance,
    StartStay,
    Withdraw,
)
from ledger.aggregates.booking.decider import BOOKING
from ledger.aggregates.booking.lifecycle import LIFECYCLE
from ledger.aggregates.booking.state import Booking, Status

__all__ = [
    "BOOKING",
    "LIFECYCLE",
    "Abandon",
    "Accept",
    "ApplyAlteration",
    "AwaitHost",
    "Book",
    "Booking",
    "BookingCommand",
    "CancelByGuest",
    "CancelByHost",
    "CancelByPlatform",
    "CancelForHost",
    "CompleteStay",
    "Confirm",
    "ConfirmFree",
    "ConfirmLate",
    "Curtail",
    "Decline",
    "Expire",
    "FailCapture",
    "GrantAllowance",
    "PlatformReason",
    "RecognizeEarnings",
    "ReportNoShow",
    "ReverseNoShow",
    "RevokeAllowance",
    "StartStay",
    "Status",
    "Withdraw",
]
