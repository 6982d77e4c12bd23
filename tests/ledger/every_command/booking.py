"""Every command of a booking."""

from datetime import date

from ledger.aggregates.booking import (
    Abandon,
    Accept,
    ApplyAlteration,
    AwaitHost,
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
from ledger.values.guests import Party
from tests.facts import (
    A_LONGER_STAY,
    BOOKING,
    CHECK_IN,
    CHECK_OUT,
    DECIDE_BY,
    EARNED,
    GUEST,
    HOLD_ENDS,
    HOST,
    PAYMENT,
    PROCESS,
    REFUND,
    SUPPORT,
    TIMER,
    UNIT,
    a_booking,
    a_curtailment,
    a_no_show,
    a_price,
    a_settlement,
    an_allowance,
    confirmed,
    expired,
    host_accepted,
    host_asked,
    money,
    started,
    to_book,
)
from tests.ledger.every_command.happened import TOTAL, Happened

BOOKED = (a_booking(), confirmed())
ASKED = (a_booking(), host_asked())

COMMANDS = (
    Happened(to_book(), GUEST),
    Happened(Confirm(booking_id=BOOKING, payment_id=PAYMENT, paid=TOTAL), PROCESS, (a_booking(),)),
    Happened(
        ConfirmFree(booking_id=BOOKING), PROCESS, (a_booking(price=a_price(each="0.00 EUR")),)
    ),
    Happened(Expire(booking_id=BOOKING), TIMER, (a_booking(),), HOLD_ENDS),
    Happened(Abandon(booking_id=BOOKING), GUEST, (a_booking(),)),
    Happened(StartStay(booking_id=BOOKING, by_clock=False), HOST, BOOKED, CHECK_IN),
    Happened(
        CompleteStay(booking_id=BOOKING, by_clock=True), TIMER, (*BOOKED, started()), CHECK_OUT
    ),
    Happened(CancelByGuest(booking_id=BOOKING, accepted=a_settlement().digest), GUEST, BOOKED),
    Happened(
        ConfirmLate(booking_id=BOOKING, payment_id=PAYMENT, paid=TOTAL),
        PROCESS,
        (a_booking(), expired()),
    ),
    Happened(
        AwaitHost(booking_id=BOOKING, payment_id=PAYMENT, authorized=TOTAL, decide_by=DECIDE_BY),
        PROCESS,
        (a_booking(),),
    ),
    Happened(Accept(booking_id=BOOKING, capture_before=DECIDE_BY), HOST, ASKED),
    Happened(
        Confirm(booking_id=BOOKING, payment_id=PAYMENT, paid=TOTAL),
        PROCESS,
        (*ASKED, host_accepted()),
    ),
    Happened(
        FailCapture(booking_id=BOOKING, reason="insufficient funds", may_retry=False),
        PROCESS,
        (*ASKED, host_accepted()),
    ),
    Happened(Decline(booking_id=BOOKING, reason="the roof leaks"), HOST, ASKED),
    Happened(Withdraw(booking_id=BOOKING), GUEST, ASKED),
    Happened(
        CancelByHost(
            booking_id=BOOKING, reason="the roof leaks", accepted_penalty=money("36.00 EUR")
        ),
        HOST,
        BOOKED,
    ),
    Happened(CancelForHost(booking_id=BOOKING, reason="a flood"), SUPPORT, BOOKED),
    Happened(
        CancelByPlatform(booking_id=BOOKING, reason=PlatformReason.SAFETY, requested_by=SUPPORT.id),
        SUPPORT,
        (*BOOKED, started()),
        CHECK_IN,
    ),
    Happened(
        Curtail(
            booking_id=BOOKING,
            check_out=date(2026, 7, 4),
            accepted=a_curtailment().digest,
        ),
        GUEST,
        (*BOOKED, started()),
        CHECK_IN,
    ),
    Happened(ReportNoShow(booking_id=BOOKING), HOST, (*BOOKED, started()), EARNED),
    Happened(
        ReverseNoShow(booking_id=BOOKING, evidence="evidence/key-box-log"),
        SUPPORT,
        (*BOOKED, started(), a_no_show()),
        EARNED,
    ),
    Happened(
        ApplyAlteration(
            booking_id=BOOKING,
            revision=1,
            unit_id=UNIT,
            stay=A_LONGER_STAY,
            party=Party(adults=2, children=1),
            price=a_price(nights=4),
            payment_id=PAYMENT,
            paid=money("136.80 EUR"),
        ),
        PROCESS,
        BOOKED,
    ),
    Happened(
        GrantAllowance(
            booking_id=BOOKING,
            refund_id=REFUND,
            lines=an_allowance().lines,
            back=an_allowance().back,
        ),
        PROCESS,
        BOOKED,
    ),
    Happened(
        RevokeAllowance(booking_id=BOOKING, refund_id=REFUND), PROCESS, (*BOOKED, an_allowance())
    ),
    Happened(RecognizeEarnings(booking_id=BOOKING), TIMER, (*BOOKED, started()), EARNED),
)
