"""Every command once, with a history in which it is right: what the walks over all of them use."""

from dataclasses import dataclass
from datetime import date, timedelta

from ledger.aggregates.alteration import (
    AcceptAlteration,
    CompleteAlteration,
    DeclineAlteration,
    ExpireAlteration,
    FailAlteration,
    SettleAlteration,
    WithdrawAlteration,
)
from ledger.aggregates.bank_payout import Status as AtTheBank
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
    PlatformReason,
    RecognizeEarnings,
    ReportNoShow,
    ReverseNoShow,
    StartStay,
    Withdraw,
)
from ledger.aggregates.correction import ApplyCorrection, RefuseCorrection, SubmitCorrection
from ledger.aggregates.coupon import CloseCoupon, RestoreCoupon
from ledger.aggregates.decider import Command
from ledger.aggregates.difference import (
    CorrectDifference,
    ExplainDifference,
    WriteOffDifference,
)
from ledger.aggregates.dispute import (
    AcceptDispute,
    CloseDispute,
    EscalateDispute,
    FailEvidence,
    LapseDispute,
    LoseDispute,
    PreventDispute,
    RecordEvidence,
    ReinstateFunds,
    ReopenDispute,
    SubmitEvidence,
    WinDispute,
)
from ledger.aggregates.host_debt import (
    ApproveWriteOff,
    CollectDebt,
    ProposeWriteOff,
    RejectWriteOff,
)
from ledger.aggregates.payment import (
    AskToCancel,
    AuthorizePayment,
    CancelPayment,
    CapturePayment,
    ClearDispute,
    CloseIntent,
    CompletePayment,
    ExpireAuthorization,
    FailPayment,
    FinishAction,
    LinkIntent,
    MarkDisputed,
    RecordFunds,
    RecordRefund,
    ReleaseRefund,
    ReportUnknownOutcome,
    RequireAction,
    ReserveRefund,
    RetryPayment,
    ReverseRefund,
    SubmitPayment,
    VoidPayment,
)
from ledger.aggregates.payout import (
    FailReversal,
    FailTransfer,
    HoldPayout,
    LiftPayoutHold,
    MaturePayout,
    OrderReversal,
    RecalculatePayout,
    RecordReversal,
    RecordTransfer,
    ReleasePayout,
    ReportUnknownTransfer,
    RetryPayout,
)
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
from ledger.aggregates.refund import (
    AcceptRefund,
    ApproveRefund,
    AskForApproval,
    AutoApprove,
    CancelRefund,
    FailRefund,
    RejectRefund,
    ResubmitRefund,
    SettleAlternatively,
    SubmitRefund,
    SucceedRefund,
    UseAlternative,
)
from ledger.aggregates.unapplied_receipt import (
    AdoptReceipt,
    FailReturn,
    RecordReceiptFunds,
    RecordReturn,
    ReturnReceipt,
)
from ledger.aggregates.unit_calendar import (
    BlockNights,
    ConvertHold,
    Deactivate,
    ExpireHold,
    ExtendHold,
    FeedItemGone,
    ImportFeedItem,
    MoveReservation,
    PlaceHold,
    Reacquire,
    ReleaseHold,
    ReleaseReservation,
    ReopenNights,
    ToRequestHold,
    UnblockNights,
)
from ledger.events import Actor, Event
from ledger.events.coupon import RestoreReason
from ledger.events.dispute import Stage
from ledger.events.payment import Capture
from ledger.events.refund import Doubt
from ledger.values.clearance import Hold
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import BlockId
from tests.facts import (
    A_LONGER_STAY,
    ADOPTED,
    ALTERATION,
    ANSWER_DUE,
    BANK_ACCOUNT,
    BLOCK,
    BOOKING,
    CAPTURE_BEFORE,
    CHECK_IN,
    CHECK_OUT,
    CLARA,
    CORRECTION,
    COUPON,
    DECIDE_BY,
    DIFFERENCE,
    DINIS,
    DISPUTE,
    EARNED,
    EVIDENCE_DUE,
    FEED,
    FINANCE,
    GUEST,
    HOLD_ENDS,
    HOST,
    LEFT_ON_LINES,
    MARTA,
    NOW,
    OPERATOR,
    PAUL,
    PAYMENT,
    PAYOUT,
    PROCESS,
    PROCESSOR,
    RECEIPT,
    REFUND,
    RUI,
    SUPPORT,
    THE_DIGEST,
    TIMER,
    UID,
    UNIT,
    a_bank_account,
    a_bank_payout,
    a_block,
    a_block_after_cancelling,
    a_booking,
    a_calendar,
    a_coupon,
    a_curtailment,
    a_difference,
    a_dispute,
    a_hold,
    a_no_show,
    a_payment,
    a_payout,
    a_price,
    a_provider,
    a_receipt,
    a_refund,
    a_refund_recorded,
    a_released_reservation,
    a_reservation,
    a_reversal,
    a_settlement,
    a_stake,
    a_stay,
    a_write_off,
    action_required,
    alteration_accepted,
    alteration_settling,
    alternative_chosen,
    an_account,
    an_account_that_is,
    an_external_block,
    approval_asked,
    approved,
    authorized,
    card_declined,
    cleared,
    confirmed,
    correction_submitted,
    dispute_withdrawn,
    disputed,
    drafted,
    due,
    evidence,
    expired,
    external_refund,
    failed_refund,
    failed_transfer,
    funds_available,
    given_up,
    held,
    host_accepted,
    host_asked,
    linked,
    money,
    owed,
    paid,
    paid_to_the_bank,
    pending,
    processing,
    proposed,
    provider_vouched_for,
    redeemed,
    released,
    reserved,
    returning,
    sent_to_the_bank,
    started,
    submitted,
    suspended,
    to_adopt_payment,
    to_attest,
    to_book,
    to_classify_refund,
    to_detect_receipt,
    to_draft_correction,
    to_find_difference,
    to_issue_coupon,
    to_net,
    to_open_calendar,
    to_open_dispute,
    to_open_payment,
    to_propose,
    to_raise_debt,
    to_record_account,
    to_record_bank_payout,
    to_redeem,
    to_register,
    to_request_refund,
    to_schedule_payout,
    to_see_external_refund,
    to_set_levies,
    to_set_rates,
    to_withdraw,
    transferred,
    unanswered,
    won,
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
_RESERVED = (*_HELD, a_reservation())
_TO_IMPORT = ImportFeedItem(unit_id=UNIT, feed_id=FEED, uid=UID, stay=a_stay(), revision="0")
_BOOKED = (a_booking(), confirmed())
_ASKED = (a_booking(), host_asked())
_PAID = (a_payment(), processing(), paid())
_AUTHORIZED = (a_payment(capture=Capture.MANUAL), processing(), authorized())
_RETURNING = (a_receipt(), returning())
_VERIFIED = (a_provider(), provider_vouched_for())
_PAID_TO = (*_VERIFIED, an_account(), an_account_that_is(), a_bank_account())
HOUR = timedelta(hours=1)
_UNDER_WAY = (a_refund(), approved(), submitted(), pending())
_RELEASED = (a_payout(), due(), released())
_INQUIRY = Stage.INQUIRY
_TAKEN = (a_dispute(), dispute_withdrawn())

EVERY_COMMAND = (
    Happened(to_attest(), OPERATOR),
    Happened(to_set_rates(), HOST),
    Happened(to_set_levies(), OPERATOR),
    Happened(to_issue_coupon(), FINANCE),
    Happened(to_redeem(), PROCESS, (a_coupon(),)),
    Happened(
        RestoreCoupon(coupon_id=COUPON, booking_id=BOOKING, reason=RestoreReason.CANCELLED_BY_HOST),
        PROCESS,
        (a_coupon(), redeemed()),
    ),
    Happened(CloseCoupon(coupon_id=COUPON, reason="fraud"), OPERATOR, (a_coupon(),)),
    Happened(to_open_calendar(), HOST),
    Happened(PlaceHold(unit_id=UNIT, booking_id=BOOKING, stay=a_stay()), PROCESS, (a_calendar(),)),
    Happened(ConvertHold(unit_id=UNIT, booking_id=BOOKING), PROCESS, _HELD),
    Happened(ExpireHold(unit_id=UNIT, booking_id=BOOKING), TIMER, _HELD, HOLD_ENDS),
    Happened(ReleaseHold(unit_id=UNIT, booking_id=BOOKING), GUEST, _HELD),
    Happened(
        ExtendHold(unit_id=UNIT, booking_id=BOOKING, in_flight=True),
        PROCESS,
        _HELD,
        NOW + timedelta(minutes=10),
    ),
    Happened(
        ToRequestHold(unit_id=UNIT, booking_id=BOOKING, capture_before=NOW + timedelta(days=7)),
        PROCESS,
        _HELD,
    ),
    Happened(Reacquire(unit_id=UNIT, booking_id=BOOKING, stay=a_stay()), PROCESS, (a_calendar(),)),
    Happened(ReleaseReservation(unit_id=UNIT, booking_id=BOOKING), PROCESS, _RESERVED),
    Happened(
        ReleaseReservation(unit_id=UNIT, booking_id=BOOKING, cancelled_by_host=True),
        PROCESS,
        _RESERVED,
    ),
    Happened(
        MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=a_stay("2026-07-03")),
        PROCESS,
        _RESERVED,
    ),
    Happened(BlockNights(unit_id=UNIT, block_id=BLOCK, stay=a_stay()), HOST, (a_calendar(),)),
    Happened(UnblockNights(unit_id=UNIT, block_id=BLOCK), HOST, (a_calendar(), a_block())),
    Happened(
        ReopenNights(unit_id=UNIT, block_id=BlockId(BOOKING), reason="relet_by_the_platform"),
        OPERATOR,
        (*_RESERVED, a_released_reservation(), a_block_after_cancelling()),
    ),
    Happened(_TO_IMPORT, PROCESS, (a_calendar(),)),
    Happened(_TO_IMPORT, PROCESS, _RESERVED),
    Happened(
        FeedItemGone(unit_id=UNIT, feed_id=FEED, uid=UID, good_fetches=2),
        PROCESS,
        (a_calendar(), an_external_block()),
    ),
    Happened(Deactivate(unit_id=UNIT), HOST, (a_calendar(),)),
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
    Happened(CancelByGuest(booking_id=BOOKING, accepted=a_settlement().digest), GUEST, _BOOKED),
    Happened(
        ConfirmLate(booking_id=BOOKING, payment_id=PAYMENT, paid=_TOTAL),
        PROCESS,
        (a_booking(), expired()),
    ),
    Happened(
        AwaitHost(booking_id=BOOKING, payment_id=PAYMENT, authorized=_TOTAL, decide_by=DECIDE_BY),
        PROCESS,
        (a_booking(),),
    ),
    Happened(Accept(booking_id=BOOKING, capture_before=DECIDE_BY), HOST, _ASKED),
    Happened(
        Confirm(booking_id=BOOKING, payment_id=PAYMENT, paid=_TOTAL),
        PROCESS,
        (*_ASKED, host_accepted()),
    ),
    Happened(
        FailCapture(booking_id=BOOKING, reason="insufficient funds", may_retry=False),
        PROCESS,
        (*_ASKED, host_accepted()),
    ),
    Happened(Decline(booking_id=BOOKING, reason="the roof leaks"), HOST, _ASKED),
    Happened(Withdraw(booking_id=BOOKING), GUEST, _ASKED),
    Happened(
        CancelByHost(
            booking_id=BOOKING, reason="the roof leaks", accepted_penalty=money("36.00 EUR")
        ),
        HOST,
        _BOOKED,
    ),
    Happened(CancelForHost(booking_id=BOOKING, reason="a flood"), SUPPORT, _BOOKED),
    Happened(
        CancelByPlatform(booking_id=BOOKING, reason=PlatformReason.SAFETY, requested_by=SUPPORT.id),
        SUPPORT,
        (*_BOOKED, started()),
        CHECK_IN,
    ),
    Happened(
        Curtail(
            booking_id=BOOKING,
            check_out=date(2026, 7, 4),
            accepted=a_curtailment().digest,
        ),
        GUEST,
        (*_BOOKED, started()),
        CHECK_IN,
    ),
    Happened(ReportNoShow(booking_id=BOOKING), HOST, (*_BOOKED, started()), EARNED),
    Happened(
        ReverseNoShow(booking_id=BOOKING, evidence="evidence/key-box-log"),
        SUPPORT,
        (*_BOOKED, started(), a_no_show()),
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
        _BOOKED,
    ),
    Happened(to_propose(), GUEST),
    Happened(AcceptAlteration(alteration_id=ALTERATION, number=1, by="H"), HOST, (proposed(),)),
    Happened(
        DeclineAlteration(alteration_id=ALTERATION, by="H", reason="booked already"),
        HOST,
        (proposed(),),
    ),
    Happened(WithdrawAlteration(alteration_id=ALTERATION, by="G"), GUEST, (proposed(),)),
    Happened(
        ExpireAlteration(alteration_id=ALTERATION), TIMER, (proposed(),), proposed().expires_at
    ),
    Happened(
        SettleAlteration(alteration_id=ALTERATION, payment_id=PAYMENT),
        PROCESS,
        (proposed(), alteration_accepted()),
    ),
    Happened(
        CompleteAlteration(alteration_id=ALTERATION, revision=1),
        PROCESS,
        (proposed(), alteration_accepted(), alteration_settling()),
    ),
    Happened(
        FailAlteration(alteration_id=ALTERATION, reason="the difference was not paid"),
        PROCESS,
        (proposed(), alteration_accepted(), alteration_settling()),
    ),
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
    Happened(LinkIntent(payment_id=PAYMENT, intent="pi_1"), PROCESS, (a_payment(),)),
    Happened(RequireAction(payment_id=PAYMENT), PROCESSOR, (a_payment(), processing())),
    Happened(
        FinishAction(payment_id=PAYMENT), GUEST, (a_payment(), processing(), action_required())
    ),
    Happened(
        AuthorizePayment(payment_id=PAYMENT, amount=_TOTAL, capture_before=CAPTURE_BEFORE),
        PROCESSOR,
        _AUTHORIZED[:2],
    ),
    Happened(
        CapturePayment(payment_id=PAYMENT, amount=_TOTAL, idempotency_key=f"{PAYMENT}/capture"),
        PROCESS,
        _AUTHORIZED,
    ),
    Happened(
        AskToCancel(payment_id=PAYMENT, reason="the hold ran out"),
        TIMER,
        (a_payment(), linked(), processing()),
    ),
    Happened(
        CloseIntent(payment_id=PAYMENT),
        PROCESSOR,
        (a_payment(), linked(), processing(), card_declined()),
    ),
    Happened(
        FailPayment(payment_id=PAYMENT, decline_code="insufficient_funds", retryable=True),
        PROCESSOR,
        (a_payment(), processing(), action_required()),
    ),
    Happened(
        RetryPayment(payment_id=PAYMENT, due=_TOTAL, hold_alive=True),
        GUEST,
        (a_payment(), processing(), card_declined()),
    ),
    Happened(CancelPayment(payment_id=PAYMENT, reason="hold_expired"), TIMER, (a_payment(),)),
    Happened(VoidPayment(payment_id=PAYMENT, reason="declined_by_host"), PROCESS, _AUTHORIZED),
    Happened(ExpireAuthorization(payment_id=PAYMENT), PROCESSOR, _AUTHORIZED),
    Happened(
        ReportUnknownOutcome(payment_id=PAYMENT), TIMER, (a_payment(), processing()), ANSWER_DUE
    ),
    Happened(
        ReserveRefund(payment_id=PAYMENT, refund_id=REFUND, amount=money("180.00 EUR")),
        PROCESS,
        _PAID,
    ),
    Happened(ReleaseRefund(payment_id=PAYMENT, refund_id=REFUND), PROCESS, (*_PAID, reserved())),
    Happened(
        ReverseRefund(payment_id=PAYMENT, refund_id=REFUND),
        PROCESSOR,
        (*_PAID, a_refund_recorded()),
    ),
    Happened(MarkDisputed(payment_id=PAYMENT, dispute_id=DISPUTE, amount=_TOTAL), PROCESS, _PAID),
    Happened(ClearDispute(payment_id=PAYMENT, dispute_id=DISPUTE), PROCESS, (*_PAID, disputed())),
    Happened(to_adopt_payment(), PROCESS),
    Happened(to_detect_receipt(), PROCESSOR),
    Happened(RecordReceiptFunds(receipt_id=RECEIPT), PROCESSOR, (a_receipt(),)),
    Happened(
        ReturnReceipt(receipt_id=RECEIPT, idempotency_key=f"{RECEIPT}/1"), PROCESS, (a_receipt(),)
    ),
    Happened(
        RecordReturn(receipt_id=RECEIPT, amount=_TOTAL, processor_refund="re_late"),
        PROCESSOR,
        _RETURNING,
    ),
    Happened(
        FailReturn(receipt_id=RECEIPT, reason="expired_or_canceled_card"), PROCESSOR, _RETURNING
    ),
    Happened(
        AdoptReceipt(receipt_id=RECEIPT, payment_id=ADOPTED, due=_TOTAL), PROCESS, (a_receipt(),)
    ),
    Happened(
        RecordRefund(payment_id=PAYMENT, refund_id=REFUND, amount=money("180.00 EUR")),
        PROCESS,
        (*_PAID, funds_available()),
    ),
    Happened(to_request_refund(), PROCESS),
    Happened(
        AutoApprove(
            refund_id=REFUND,
            preview=a_settlement().digest,
            refundable=_TOTAL,
            earned=False,
            payable=money("0.00 EUR"),
            remitted=False,
        ),
        PROCESS,
        (a_refund(),),
    ),
    Happened(
        AskForApproval(refund_id=REFUND, reasons=(Doubt.ABOVE_LIMIT,)), PROCESS, (a_refund(),)
    ),
    Happened(
        ApproveRefund(
            refund_id=REFUND,
            approved_by=CLARA.id,
            refundable=_TOTAL,
            left_on_lines=LEFT_ON_LINES,
            earned=False,
            payable=money("0.00 EUR"),
            remitted=False,
        ),
        CLARA,
        (a_refund(), approval_asked()),
    ),
    Happened(
        RejectRefund(refund_id=REFUND, reason="the stay was as described"),
        CLARA,
        (a_refund(), approval_asked()),
    ),
    Happened(
        CancelRefund(refund_id=REFUND, reason="asked for twice"), CLARA, (a_refund(), approved())
    ),
    Happened(
        SubmitRefund(refund_id=REFUND, idempotency_key=f"{REFUND}/1", disputed=False),
        PROCESS,
        (a_refund(), approved()),
    ),
    Happened(
        AcceptRefund(refund_id=REFUND, processor_refund="re_1"),
        PROCESSOR,
        (a_refund(), approved(), submitted()),
    ),
    Happened(
        AcceptRefund(refund_id=REFUND, processor_refund="re_1"),
        PROCESSOR,
        (a_refund(), approved(), submitted(), unanswered()),
    ),
    Happened(
        SucceedRefund(refund_id=REFUND, amount=money("180.00 EUR")),
        PROCESSOR,
        _UNDER_WAY,
    ),
    Happened(
        FailRefund(refund_id=REFUND, reason="expired_or_canceled_card"), PROCESSOR, _UNDER_WAY
    ),
    Happened(
        ResubmitRefund(
            refund_id=REFUND, idempotency_key=f"{REFUND}/2", refundable=_TOTAL, disputed=False
        ),
        CLARA,
        (*_UNDER_WAY, failed_refund()),
    ),
    Happened(
        UseAlternative(
            refund_id=REFUND,
            reason="the card is closed",
            chosen_by=CLARA.id,
            refundable=_TOTAL,
        ),
        CLARA,
        (*_UNDER_WAY, failed_refund()),
    ),
    Happened(
        SettleAlternatively(
            refund_id=REFUND, settled_by=DINIS.id, reference="E2E-1", proof=THE_DIGEST
        ),
        DINIS,
        (*_UNDER_WAY, failed_refund(), alternative_chosen()),
    ),
    Happened(to_see_external_refund(), PROCESSOR),
    Happened(to_classify_refund(), CLARA, (external_refund(),)),
    Happened(to_draft_correction(), CLARA),
    Happened(SubmitCorrection(correction_id=CORRECTION), CLARA, (drafted(),)),
    Happened(
        ApplyCorrection(correction_id=CORRECTION, approved_by=DINIS.id),
        DINIS,
        (drafted(), correction_submitted()),
    ),
    Happened(
        RefuseCorrection(correction_id=CORRECTION, reason="the fee was not waived"),
        DINIS,
        (drafted(), correction_submitted()),
    ),
    Happened(to_find_difference(), PROCESS),
    Happened(
        ExplainDifference(difference_id=DIFFERENCE, reason="told a day later"),
        CLARA,
        (a_difference(),),
    ),
    Happened(
        CorrectDifference(difference_id=DIFFERENCE, correction_id=CORRECTION),
        CLARA,
        (a_difference(),),
    ),
    Happened(
        WriteOffDifference(
            difference_id=DIFFERENCE,
            amount=money("2.50 EUR"),
            reason="not worth asking for",
            proposed_by=CLARA.id,
            approved_by=DINIS.id,
            time_zone="Europe/Lisbon",
        ),
        CLARA,
        (a_difference(),),
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
        ReleasePayout(payout_id=PAYOUT, clearance=cleared()),
        PROCESS,
        (a_payout(), due()),
        EARNED,
    ),
    Happened(
        RecordTransfer(payout_id=PAYOUT, amount=a_price().shares.host, transfer="tr_1"),
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
    Happened(HoldPayout(payout_id=PAYOUT, reason=Hold.MANUAL), FINANCE, (a_payout(), due())),
    Happened(
        HoldPayout(payout_id=PAYOUT, reason=Hold.DISPUTE, detail=DISPUTE),
        PROCESS,
        (a_payout(), held()),
    ),
    Happened(
        LiftPayoutHold(payout_id=PAYOUT, reason=Hold.MANUAL, still_stands=False, reviewer=MARTA),
        FINANCE,
        (a_payout(), held()),
    ),
    Happened(
        LiftPayoutHold(payout_id=PAYOUT, reason=Hold.DISPUTE, still_stands=False),
        PROCESS,
        (a_payout(), held(), held(Hold.DISPUTE, DISPUTE)),
    ),
    Happened(
        ReleasePayout(payout_id=PAYOUT, clearance=cleared(debt=money("349.20 EUR"))),
        PROCESS,
        (a_payout(), due()),
        EARNED,
    ),
    Happened(FailTransfer(payout_id=PAYOUT, reason="account_closed"), PROCESSOR, _RELEASED),
    Happened(ReportUnknownTransfer(payout_id=PAYOUT), TIMER, _RELEASED),
    Happened(
        RetryPayout(payout_id=PAYOUT, clearance=cleared()),
        FINANCE,
        (*_RELEASED, failed_transfer()),
        EARNED,
    ),
    Happened(
        RetryPayout(payout_id=PAYOUT, clearance=cleared(debt=money("400.00 EUR"))),
        PROCESS,
        (*_RELEASED, failed_transfer()),
        EARNED,
    ),
    Happened(
        RecalculatePayout(payout_id=PAYOUT, amount=money("174.60 EUR"), release_at=NOW),
        PROCESS,
        (*_RELEASED, failed_transfer()),
    ),
    Happened(
        RecalculatePayout(payout_id=PAYOUT, amount=money("0.00 EUR"), release_at=NOW),
        PROCESS,
        (*_RELEASED, failed_transfer()),
    ),
    Happened(
        OrderReversal(payout_id=PAYOUT, amount=a_price().shares.host, cause=REFUND),
        PROCESS,
        (*_RELEASED, transferred()),
    ),
    Happened(
        RecordReversal(
            payout_id=PAYOUT,
            amount=money("174.60 EUR"),
            reversal="trr_1",
            idempotency_key=f"{PAYOUT}/reversal/1",
            debt=money("0.00 EUR"),
        ),
        PROCESSOR,
        (*_RELEASED, transferred(), a_reversal()),
        EARNED,
    ),
    Happened(
        FailReversal(
            payout_id=PAYOUT,
            reason="balance_insufficient",
            idempotency_key=f"{PAYOUT}/reversal/1",
        ),
        PROCESSOR,
        (*_RELEASED, transferred(), a_reversal()),
        EARNED,
    ),
    Happened(to_open_dispute(stage=Stage.INQUIRY), PROCESSOR),
    Happened(to_open_dispute(), PROCESSOR),
    Happened(
        EscalateDispute(dispute_id=DISPUTE, due_by=EVIDENCE_DUE), PROCESSOR, (a_dispute(_INQUIRY),)
    ),
    Happened(
        EscalateDispute(dispute_id=DISPUTE, due_by=EVIDENCE_DUE),
        PROCESSOR,
        (a_dispute(_INQUIRY), evidence()),
    ),
    Happened(SubmitEvidence(dispute_id=DISPUTE, digest=THE_DIGEST), SUPPORT, (a_dispute(),)),
    Happened(RecordEvidence(dispute_id=DISPUTE, answers=1), PROCESSOR, (*_TAKEN, evidence())),
    Happened(
        FailEvidence(dispute_id=DISPUTE, reason="dispute_not_open"),
        PROCESSOR,
        (*_TAKEN, evidence()),
    ),
    Happened(WinDispute(dispute_id=DISPUTE), PROCESSOR, _TAKEN),
    Happened(
        AcceptDispute(dispute_id=DISPUTE, proposer=MARTA, approver=PAUL), FINANCE, (a_dispute(),)
    ),
    Happened(to_withdraw(), PROCESSOR, (a_dispute(),)),
    Happened(
        ReinstateFunds(
            dispute_id=DISPUTE,
            amount=_TOTAL,
            fee=money("0.00 EUR"),
            balance_transactions=("txn_2",),
        ),
        PROCESSOR,
        (*_TAKEN, evidence(), won()),
    ),
    Happened(WinDispute(dispute_id=DISPUTE), PROCESSOR, (*_TAKEN, evidence())),
    Happened(LoseDispute(dispute_id=DISPUTE, stake=a_stake()), PROCESSOR, (*_TAKEN, evidence())),
    Happened(LoseDispute(dispute_id=DISPUTE, stake=a_stake()), PROCESSOR, (*_TAKEN, given_up())),
    Happened(
        LapseDispute(dispute_id=DISPUTE, by_clock=True, stake=a_stake()),
        TIMER,
        _TAKEN,
        EVIDENCE_DUE,
    ),
    Happened(CloseDispute(dispute_id=DISPUTE), PROCESSOR, (a_dispute(_INQUIRY),)),
    Happened(CloseDispute(dispute_id=DISPUTE), PROCESSOR, (a_dispute(_INQUIRY), evidence())),
    Happened(PreventDispute(dispute_id=DISPUTE), PROCESSOR, (a_dispute(_INQUIRY),)),
    Happened(
        ReopenDispute(dispute_id=DISPUTE, due_by=EVIDENCE_DUE),
        PROCESSOR,
        (*_TAKEN, evidence(), won()),
    ),
)
"""Every command at least once; one that can lead to several events, once for each of them."""
