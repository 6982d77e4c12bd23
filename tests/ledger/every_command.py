"""Every command once, with a history in which it is right: what the walks over all of them use."""

from dataclasses import dataclass
from datetime import timedelta

from ledger.aggregates.bank_payout import Status as AtTheBank
from ledger.aggregates.booking import (
    Abandon,
    CancelByGuest,
    CompleteStay,
    Confirm,
    ConfirmFree,
    Expire,
    RecognizeEarnings,
    ReportNoShow,
    StartStay,
)
from ledger.aggregates.decider import Command
from ledger.aggregates.host_debt import (
    ApproveWriteOff,
    CollectDebt,
    ProposeWriteOff,
    RejectWriteOff,
)
from ledger.aggregates.payment import CompletePayment, RecordFunds, RecordRefund, SubmitPayment
from ledger.aggregates.payout import MaturePayout, RecalculatePayout, RecordTransfer, ReleasePayout
from ledger.aggregates.provider import (
    CloseProvider,
    Reason,
    ReinstateProvider,
    RetireBankAccount,
    ReviewBankAccount,
    Standing,
    SuspendProvider,
    VouchForProvider,
)
from ledger.aggregates.refund import AcceptRefund, AutoApprove, SubmitRefund, SucceedRefund
from ledger.aggregates.unit_calendar import (
    ConvertHold,
    ExpireHold,
    PlaceHold,
    ReleaseHold,
    ReleaseReservation,
)
from ledger.events import Actor, Event
from ledger.values.clock import Instant
from tests.facts import (
    BANK_ACCOUNT,
    BOOKING,
    CHECK_IN,
    CHECK_OUT,
    EARNED,
    FINANCE,
    GUEST,
    HOLD_ENDS,
    HOST,
    MARTA,
    NOW,
    OPERATOR,
    PAUL,
    PAYMENT,
    PAYOUT,
    PROCESS,
    PROCESSOR,
    REFUND,
    RUI,
    TIMER,
    UNIT,
    a_bank_account,
    a_bank_payout,
    a_booking,
    a_calendar,
    a_hold,
    a_payment,
    a_payout,
    a_price,
    a_provider,
    a_refund,
    a_reservation,
    a_stay,
    a_write_off,
    an_account,
    an_account_that_is,
    approved,
    confirmed,
    due,
    funds_available,
    money,
    owed,
    paid,
    paid_to_the_bank,
    pending,
    processing,
    released,
    sent_to_the_bank,
    started,
    submitted,
    suspended,
    to_attest,
    to_book,
    to_net,
    to_open_calendar,
    to_open_payment,
    to_raise_debt,
    to_record_account,
    to_record_bank_payout,
    to_register,
    to_request_refund,
    to_schedule_payout,
    vouched_for,
)
from tests.given import Outcome, given


@dataclass(frozen=True)
class Happened:
    """A command, who gives it, when, and after what."""

    command: Command
    actor: Actor
    history: tuple[Event, ...] = ()
    at: Instant = NOW

    def outcome(self) -> Outcome:
        """What comes of it."""
        outcome = given(*self.history).when(self.actor, self.command, self.at)
        assert outcome.refusal is None, outcome.refusal
        return outcome

    def __str__(self) -> str:
        after = self.history[-1].topic if self.history else "nothing"
        return f"{type(self.command).__name__} after {after}"


_TOTAL = a_price().total
_HELD = (a_calendar(), a_hold())
_BOOKED = (a_booking(), confirmed())
_PAID = (a_payment(), processing(), paid())
_VERIFIED = (a_provider(), vouched_for())
_PAID_TO = (*_VERIFIED, an_account(), an_account_that_is(), a_bank_account())
HOUR = timedelta(hours=1)

EVERY_COMMAND = (
    Happened(to_attest(), OPERATOR),
    Happened(to_open_calendar(), HOST),
    Happened(PlaceHold(unit_id=UNIT, booking_id=BOOKING, stay=a_stay()), PROCESS, (a_calendar(),)),
    Happened(ConvertHold(unit_id=UNIT, booking_id=BOOKING), PROCESS, _HELD),
    Happened(ExpireHold(unit_id=UNIT, booking_id=BOOKING), TIMER, _HELD, HOLD_ENDS),
    Happened(ReleaseHold(unit_id=UNIT, booking_id=BOOKING), GUEST, _HELD),
    Happened(
        ReleaseReservation(unit_id=UNIT, booking_id=BOOKING), PROCESS, (*_HELD, a_reservation())
    ),
    Happened(to_book(), GUEST),
    Happened(Confirm(booking_id=BOOKING, payment_id=PAYMENT, paid=_TOTAL), PROCESS, (a_booking(),)),
    Happened(
        ConfirmFree(booking_id=BOOKING), PROCESS, (a_booking(price=a_price(each="0.00 EUR")),)
    ),
    Happened(Expire(booking_id=BOOKING), TIMER, (a_booking(),), HOLD_ENDS),
    Happened(Abandon(booking_id=BOOKING), GUEST, (a_booking(),)),
    Happened(StartStay(booking_id=BOOKING, by_clock=False), HOST, _BOOKED, CHECK_IN),
    Happened(
        CompleteStay(booking_id=BOOKING, by_clock=True), TIMER, (*_BOOKED, started()), CHECK_OUT
    ),
    Happened(
        CancelByGuest(booking_id=BOOKING, accepted_refund=money("180.00 EUR")), GUEST, _BOOKED
    ),
    Happened(ReportNoShow(booking_id=BOOKING), HOST, (*_BOOKED, started()), EARNED),
    Happened(RecognizeEarnings(booking_id=BOOKING), TIMER, (*_BOOKED, started()), EARNED),
    Happened(to_open_payment(), PROCESS),
    Happened(
        SubmitPayment(payment_id=PAYMENT, idempotency_key=f"{PAYMENT}/1"), GUEST, (a_payment(),)
    ),
    Happened(
        CompletePayment(payment_id=PAYMENT, amount=_TOTAL, charge="ch_1"),
        PROCESSOR,
        (a_payment(), processing()),
    ),
    Happened(RecordFunds(payment_id=PAYMENT), PROCESSOR, _PAID),
    Happened(
        RecordRefund(payment_id=PAYMENT, refund_id=REFUND, amount=money("180.00 EUR")),
        PROCESS,
        (*_PAID, funds_available()),
    ),
    Happened(to_request_refund(), PROCESS),
    Happened(AutoApprove(refund_id=REFUND), PROCESS, (a_refund(),)),
    Happened(
        SubmitRefund(refund_id=REFUND, idempotency_key=f"{REFUND}/1"),
        PROCESS,
        (a_refund(), approved()),
    ),
    Happened(
        AcceptRefund(refund_id=REFUND, processor_refund="re_1"),
        PROCESSOR,
        (a_refund(), approved(), submitted()),
    ),
    Happened(
        SucceedRefund(refund_id=REFUND, amount=money("180.00 EUR")),
        PROCESSOR,
        (a_refund(), approved(), submitted(), pending()),
    ),
    Happened(to_schedule_payout(), PROCESS),
    Happened(
        RecalculatePayout(payout_id=PAYOUT, amount=money("174.60 EUR"), release_at=NOW),
        PROCESS,
        (a_payout(),),
    ),
    Happened(
        RecalculatePayout(payout_id=PAYOUT, amount=money("0.00 EUR"), release_at=NOW),
        PROCESS,
        (a_payout(), due()),
    ),
    Happened(MaturePayout(payout_id=PAYOUT), TIMER, (a_payout(),), EARNED),
    Happened(
        ReleasePayout(payout_id=PAYOUT, payable=a_price().host_net, idempotency_key=f"{PAYOUT}/1"),
        PROCESS,
        (a_payout(), due()),
        EARNED,
    ),
    Happened(
        RecordTransfer(payout_id=PAYOUT, amount=a_price().host_net, transfer="tr_1"),
        PROCESSOR,
        (a_payout(), due(), released()),
        EARNED,
    ),
    Happened(to_register(), HOST),
    Happened(
        VouchForProvider(
            host_id=RUI, reason="verified before we began", source="hotel-bookings.csv"
        ),
        OPERATOR,
        (a_provider(),),
    ),
    Happened(SuspendProvider(host_id=RUI, reason=Reason.SAFETY), OPERATOR, _VERIFIED),
    Happened(
        ReinstateProvider(host_id=RUI, cleared_by="case 17", operator=MARTA),
        OPERATOR,
        (*_VERIFIED, suspended()),
    ),
    Happened(CloseProvider(host_id=RUI, obligations=()), HOST, _VERIFIED),
    Happened(to_record_account(), PROCESSOR, _VERIFIED),
    Happened(
        to_record_account(standing=Standing.ENABLED, seen_at=NOW + HOUR),
        PROCESSOR,
        (*_VERIFIED, an_account()),
    ),
    Happened(
        to_record_account(
            standing=Standing.ENABLED, bank_account=BANK_ACCOUNT, seen_at=NOW + 2 * HOUR
        ),
        PROCESSOR,
        _PAID_TO[:-1],
    ),
    Happened(
        to_record_account(
            standing=Standing.ENABLED, bank_account=BANK_ACCOUNT, seen_at=NOW + 3 * HOUR
        ),
        PROCESSOR,
        _PAID_TO,
    ),
    Happened(ReviewBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT), FINANCE, _PAID_TO),
    Happened(RetireBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT), PROCESS, _PAID_TO),
    Happened(to_raise_debt(), PROCESS),
    Happened(to_net(), PROCESS, (owed(),)),
    Happened(
        CollectDebt(host_id=RUI, amount=money("20.00 EUR"), reversal="trr_1"), PROCESS, (owed(),)
    ),
    Happened(
        ProposeWriteOff(
            host_id=RUI, amount=money("50.00 EUR"), reason="host is insolvent", proposer=MARTA
        ),
        FINANCE,
        (owed(),),
    ),
    Happened(
        ApproveWriteOff(
            host_id=RUI, amount=money("50.00 EUR"), approver=PAUL, time_zone="Europe/Lisbon"
        ),
        FINANCE,
        (owed(), a_write_off()),
    ),
    Happened(
        RejectWriteOff(host_id=RUI, amount=money("50.00 EUR"), reviewer=PAUL),
        FINANCE,
        (owed(), a_write_off()),
    ),
    Happened(to_record_bank_payout(), PROCESSOR),
    Happened(to_record_bank_payout(standing=AtTheBank.IN_TRANSIT), PROCESSOR, (a_bank_payout(),)),
    Happened(
        to_record_bank_payout(standing=AtTheBank.PAID),
        PROCESSOR,
        (a_bank_payout(), sent_to_the_bank()),
    ),
    Happened(
        to_record_bank_payout(standing=AtTheBank.FAILED, code="account_closed"),
        PROCESSOR,
        (a_bank_payout(), sent_to_the_bank(), paid_to_the_bank()),
    ),
    Happened(to_record_bank_payout(standing=AtTheBank.CANCELED), PROCESSOR, (a_bank_payout(),)),
)
"""Every command at least once; one that can lead to several events, once for each of them."""
