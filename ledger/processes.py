"""What belongs together: the commands of each step in a booking's life, in one commit each.

A step is a plan for `Ledger.execute`: the nights and the booking, the refund and the payout change
together or not at all. Who calls the steps — a person at the door, a timer, an importer of
history — is not known here.
"""

from msgspec.structs import replace

from ledger.aggregates.booking import (
    BOOKING,
    Abandon,
    Book,
    Booking,
    CancelByGuest,
    CompleteStay,
    Confirm,
    ConfirmFree,
    Expire,
    RecognizeEarnings,
    ReportNoShow,
    StartStay,
)
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payment import (
    PAYMENT,
    CompletePayment,
    OpenPayment,
    RecordFunds,
    RecordRefund,
    SubmitPayment,
)
from ledger.aggregates.payout import (
    PAYOUT,
    MaturePayout,
    RecalculatePayout,
    RecordTransfer,
    ReleasePayout,
    SchedulePayout,
)
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import (
    REFUND,
    AcceptRefund,
    AutoApprove,
    RequestRefund,
    SubmitRefund,
    SucceedRefund,
)
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    ConvertHold,
    ExpireHold,
    PlaceHold,
    ReleaseHold,
    ReleaseReservation,
)
from ledger.draft import Draft
from ledger.errors import NotFound, PayoutIsHeld
from ledger.events import Actor, Role
from ledger.events.refund import Funding
from ledger.values.ids import (
    AttestationId,
    BookingId,
    PaymentId,
    PayoutId,
    PropertyId,
    RefundId,
    derived_id,
)
from ledger.values.money import Money, zero
from ledger.values.policy import LineBack

PROCESS = Actor(Role.PROCESS.value, "process")
TIMER = Actor(Role.TIMER.value, "timer")


def attestation_of(property_id: PropertyId) -> AttestationId:
    """The id of the attestation that a property's stays are booked under."""
    return AttestationId(derived_id(property_id, "attestation"))


def payment_of(booking_id: BookingId) -> PaymentId:
    """The id of the payment that a booking is confirmed by."""
    return PaymentId(derived_id(booking_id, "payment"))


def payout_of(booking_id: BookingId) -> PayoutId:
    """The id of the payout of what a booking brings its host."""
    return PayoutId(derived_id(booking_id, "payout"))


def refund_of(booking_id: BookingId) -> RefundId:
    """The id of the refund that follows from a booking's cancellation."""
    return RefundId(derived_id(booking_id, "refund"))


# -- Checkout ---------------------------------------------------------------------------


def book(draft: Draft, guest: Actor, command: Book) -> None:
    """Keep the nights and ask for the stay; the booking may wait as long as the hold lasts."""
    draft.do(
        PROCESS,
        PlaceHold(unit_id=command.unit_id, booking_id=command.booking_id, stay=command.stay),
    )
    calendar = draft.state(UNIT_CALENDAR, command.unit_id)
    assert calendar is not None, "its nights were held a line ago"
    held = calendar.claims[command.booking_id]
    draft.do(guest, replace(command, hold_expires_at=held.expires_at))


def pay(draft: Draft, processor: Actor, booking_id: BookingId, charge: str) -> None:
    """Ask for the total, hand it to the processor, and take in what the processor has charged.

    Raises TransitionNotAllowed where the booking does not wait for money (PM1).
    """
    booking = _booking(draft, booking_id)
    if booking.status is not Stands.PENDING_PAYMENT:
        BOOKING.lifecycle.refuse(OpenPayment, booking.status)
    payment_id = payment_of(booking_id)
    total = booking.price.total
    draft.do(
        PROCESS,
        OpenPayment(
            payment_id=payment_id,
            booking_id=booking_id,
            guest_id=booking.guest_id,
            price=booking.price,
            time_zone=booking.house.time_zone,
        ),
    )
    draft.do(PROCESS, SubmitPayment(payment_id=payment_id, idempotency_key=f"{payment_id}/1"))
    draft.do(processor, CompletePayment(payment_id=payment_id, amount=total, charge=charge))


def funds_arrive(draft: Draft, processor: Actor, booking_id: BookingId) -> None:
    """Count the captured money as usable."""
    draft.do(processor, RecordFunds(payment_id=payment_of(booking_id)))


def confirm(draft: Draft, booking_id: BookingId) -> None:
    """Make the nights the guest's: it is paid, or nothing is due. Promise the host their part."""
    booking = _booking(draft, booking_id)
    draft.do(PROCESS, ConvertHold(unit_id=booking.unit_id, booking_id=booking_id))
    if not booking.price.total.minor:
        draft.do(PROCESS, ConfirmFree(booking_id=booking_id))
        return
    payment_id = payment_of(booking_id)
    payment = draft.state(PAYMENT, payment_id)
    if payment is None:
        raise NotFound(payment_id=payment_id)
    draft.do(PROCESS, Confirm(booking_id=booking_id, payment_id=payment_id, paid=payment.captured))
    promised = booking.price.shares.host
    if not promised.minor:
        return
    draft.do(
        PROCESS,
        SchedulePayout(
            payout_id=payout_of(booking_id),
            booking_id=booking_id,
            host_id=booking.host_id,
            amount=promised,
            release_at=booking.earned_at,
            time_zone=booking.house.time_zone,
        ),
    )


def expire(draft: Draft, booking_id: BookingId) -> None:
    """Free the nights of a booking that was not paid in time."""
    booking = _booking(draft, booking_id)
    draft.do(TIMER, ExpireHold(unit_id=booking.unit_id, booking_id=booking_id))
    draft.do(TIMER, Expire(booking_id=booking_id))


def abandon(draft: Draft, guest: Actor, booking_id: BookingId) -> None:
    """Give up before paying, and free the nights.

    Raises TransitionNotAllowed where the payment is under way or done (BK10).
    """
    booking = _booking(draft, booking_id)
    draft.do(guest, Abandon(booking_id=booking_id))
    payment = draft.state(PAYMENT, payment_of(booking_id))
    if payment is not None:
        PAYMENT.lifecycle.refuse(Abandon, payment.status)
    draft.do(PROCESS, ReleaseHold(unit_id=booking.unit_id, booking_id=booking_id))


# -- The stay ---------------------------------------------------------------------------


def start_stay(draft: Draft, actor: Actor, booking_id: BookingId) -> None:
    """Begin the stay: the clock at check-in, the host on the day of it. Raises NotFound, TooEarly."""
    _booking(draft, booking_id)
    draft.do(actor, StartStay(booking_id=booking_id, by_clock=_is_clock(actor)))


def complete_stay(draft: Draft, actor: Actor, booking_id: BookingId) -> None:
    """End the stay: the clock at check-out, the host whenever the guest left.

    Raises NotFound, TooEarly.
    """
    _booking(draft, booking_id)
    draft.do(actor, CompleteStay(booking_id=booking_id, by_clock=_is_clock(actor)))


def _is_clock(actor: Actor) -> bool:
    return actor.role == Role.TIMER


# -- Cancellation -----------------------------------------------------------------------


def cancel_by_guest(draft: Draft, guest: Actor, booking_id: BookingId, accepted: str) -> None:
    """Call the stay off: nights free, refund approved, payout and earnings worked out again."""
    draft.do(guest, CancelByGuest(booking_id=booking_id, accepted=accepted))
    _fall_away(draft, booking_id, "cancelled by the guest")


def report_no_show(draft: Draft, host: Actor, booking_id: BookingId) -> None:
    """Nobody came: nights free, refund approved, payout and earnings worked out again."""
    draft.do(host, ReportNoShow(booking_id=booking_id))
    _fall_away(draft, booking_id, "nobody came")


def _fall_away(draft: Draft, booking_id: BookingId, reason: str) -> None:
    booking = _booking(draft, booking_id)
    assert booking.settlement is not None, "the decision before this one settles"
    draft.do(PROCESS, ReleaseReservation(unit_id=booking.unit_id, booking_id=booking_id))
    if booking.payment_id is None:
        return
    kept = booking.settlement.kept
    if booking.price.shares.host_minor:
        draft.do(
            PROCESS,
            RecalculatePayout(
                payout_id=payout_of(booking_id), amount=kept.host, release_at=draft.now
            ),
        )
    if booking.settlement.refund.minor:
        _refund(draft, booking, booking_id, reason)
    if not kept.is_nothing:
        draft.do(PROCESS, RecognizeEarnings(booking_id=booking_id))


def _refund(draft: Draft, booking: Booking, booking_id: BookingId, reason: str) -> None:
    assert booking.payment_id is not None, "what was not paid is not refunded"
    assert booking.settlement is not None, "the decision before this one settles"
    payment = draft.state(PAYMENT, booking.payment_id)
    if payment is None:
        raise NotFound(payment_id=booking.payment_id)
    refund_id, settlement = refund_of(booking_id), booking.settlement
    draft.do(
        PROCESS,
        RequestRefund(
            refund_id=refund_id,
            payment_id=booking.payment_id,
            booking_id=booking_id,
            host_id=booking.host_id,
            reason=reason,
            amount=settlement.refund,
            back=settlement.back,
            lines=settlement.lines,
            funded_by=Funding.BOOKING,
            preview=settlement.digest,
            requested_by=PROCESS.id,
            refundable=payment.refundable,
            left_on_lines=_lines_of(booking),
            time_zone=booking.house.time_zone,
        ),
    )
    draft.do(
        PROCESS,
        AutoApprove(
            refund_id=refund_id,
            preview=settlement.digest,
            refundable=payment.refundable,
            earned=booking.earned is not None,
            payable=_payable(draft, booking, booking_id),
            remitted=False,
        ),
    )


def _lines_of(booking: Booking) -> tuple[LineBack, ...]:
    return tuple(LineBack(line.code, line.of, line.minor) for line in booking.price.lines())


def _payable(draft: Draft, booking: Booking, booking_id: BookingId) -> Money:
    """What the host has earned of a booking and not received."""
    payout = draft.state(PAYOUT, payout_of(booking_id))
    if booking.earned is None or payout is None or payout.status is Payable.TRANSFERRED:
        return zero(booking.price.currency)
    return booking.earned.host


def refund_settles(draft: Draft, processor: Actor, booking_id: BookingId, reference: str) -> None:
    """Hand an approved refund to the processor, and take in that the guest has the money."""
    refund_id = refund_of(booking_id)
    key = f"{refund_id}/1"
    draft.do(PROCESS, SubmitRefund(refund_id=refund_id, idempotency_key=key, disputed=False))
    draft.do(processor, AcceptRefund(refund_id=refund_id, processor_refund=reference))
    refund = draft.state(REFUND, refund_id)
    assert refund is not None, "it was submitted a line ago"
    draft.do(
        processor,
        SucceedRefund(
            refund_id=refund_id, amount=refund.amount, processor_refund=refund.processor_refund
        ),
    )
    draft.do(
        PROCESS,
        RecordRefund(payment_id=refund.payment_id, refund_id=refund_id, amount=refund.amount),
    )


# -- Settlement -------------------------------------------------------------------------


def earn(draft: Draft, booking_id: BookingId) -> None:
    """Count the stay as earned."""
    draft.do(TIMER, RecognizeEarnings(booking_id=booking_id))


def mature(draft: Draft, booking_id: BookingId) -> None:
    """Let the payout of a booking fall due."""
    draft.do(TIMER, MaturePayout(payout_id=payout_of(booking_id)))


def pay_out(draft: Draft, processor: Actor, booking_id: BookingId, transfer: str) -> None:
    """Order the transfer of a payout whose time has come, and take in that the host has the money.

    Raises PayoutIsHeld where the guest's money cannot be used yet (PO5).
    """
    payout_id = payout_of(booking_id)
    booking, payout = _booking(draft, booking_id), draft.state(PAYOUT, payout_id)
    if payout is None:
        raise NotFound(payout_id=payout_id)
    if payout.status is Payable.SCHEDULED:
        mature(draft, booking_id)
    payment = draft.state(PAYMENT, payment_of(booking_id))
    if payment is None or not payment.available:
        raise PayoutIsHeld(reasons=["funds_pending"])
    payable = booking.earned.host if booking.earned else zero(booking.price.currency)
    draft.do(
        PROCESS,
        ReleasePayout(payout_id=payout_id, payable=payable, idempotency_key=f"{payout_id}/1"),
    )
    draft.do(
        processor, RecordTransfer(payout_id=payout_id, amount=payout.amount, transfer=transfer)
    )


def _booking(draft: Draft, booking_id: BookingId) -> Booking:
    booking = draft.state(BOOKING, booking_id)
    if booking is None:
        raise NotFound(booking_id=booking_id)
    return booking
