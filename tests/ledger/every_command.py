"""Every command once, with a history in which it is right: what the walks over all of them use."""

from dataclasses import dataclass
from datetime import timedelta

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
from ledger.aggregates.payment import CompletePayment, RecordFunds, RecordRefund, SubmitPayment
from ledger.aggregates.payout import MaturePayout, RecalculatePayout, RecordTransfer, ReleasePayout
from ledger.aggregates.refund import AcceptRefund, AutoApprove, SubmitRefund, SucceedRefund
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
from ledger.values.clock import Instant
from ledger.values.ids import BlockId
from tests.facts import (
    BLOCK,
    BOOKING,
    CHECK_IN,
    CHECK_OUT,
    EARNED,
    FEED,
    GUEST,
    HOLD_ENDS,
    HOST,
    NOW,
    OPERATOR,
    PAYMENT,
    PAYOUT,
    PROCESS,
    PROCESSOR,
    REFUND,
    TIMER,
    UID,
    UNIT,
    a_block,
    a_block_after_cancelling,
    a_booking,
    a_calendar,
    a_hold,
    a_payment,
    a_payout,
    a_price,
    a_refund,
    a_released_reservation,
    a_reservation,
    a_stay,
    an_external_block,
    approved,
    confirmed,
    due,
    funds_available,
    money,
    paid,
    pending,
    processing,
    released,
    started,
    submitted,
    to_attest,
    to_book,
    to_open_calendar,
    to_open_payment,
    to_request_refund,
    to_schedule_payout,
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
_PAID = (a_payment(), processing(), paid())

EVERY_COMMAND = (
    Happened(to_attest(), OPERATOR),
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
)
"""Every command at least once; one that can lead to several events, once for each of them."""
