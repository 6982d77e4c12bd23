"""Checkout: from the request to the nights that are the guest's, or free again.

The nights and the booking change together. The payment goes its own way meanwhile, and what the
processor says of it is taken in by `ledger.processes.money_in`.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from ledger.aggregates.booking import (
    BOOKING,
    Abandon,
    Accept,
    AwaitHost,
    Book,
    Booking,
    Confirm,
    ConfirmFree,
    ConfirmLate,
    Decline,
    Expire,
    FailCapture,
    Withdraw,
)
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payment import (
    PAYMENT,
    AskToCancel,
    CancelPayment,
    CapturePayment,
    OpenPayment,
    Payment,
    RetryPayment,
    VoidPayment,
)
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    Claim,
    ConvertHold,
    ExpireHold,
    ExtendHold,
    PlaceHold,
    Reacquire,
    ReleaseHold,
    ToRequestHold,
)
from ledger.draft import Draft
from ledger.errors import HoldHasExpired, NightsAreTaken, NotFound
from ledger.events import Actor
from ledger.events.coupon import RestoreReason
from ledger.events.payment import Capture
from ledger.processes.coupons import restore_coupon
from ledger.processes.found import booking_in, calendar_in, payment_in
from ledger.processes.live_holds import count_hold
from ledger.processes.names import (
    PROCESS,
    TIMER,
    payment_of,
)
from ledger.processes.promises import promise_at_first
from ledger.values.clock import Instant
from ledger.values.currency import chargeable
from ledger.values.ids import BookingId, PaymentId, UnitId
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import BookingMode

IN_FLIGHT = (Paying.PROCESSING, Paying.REQUIRES_ACTION)
"""Where the processor has the word, and money may come at any moment."""

# -- Asking for a stay, and for its money -------------------------------------------------


def book(draft: Draft, guest: Actor, command: Book, rules: StayRules | None = None) -> None:
    """Ask for a stay, as one of the few whose nights are kept for a guest before they are paid.

    Raises TooManyHolds, and what `ask_for_stay` raises.
    """
    ask_for_stay(draft, guest, command, rules)
    count_hold(draft, command.guest_id, command.booking_id)


def book_first_free(
    draft: Draft,
    guest: Actor,
    asked: Book,
    units: Iterable[UnitId],
    rules: StayRules | None = None,
) -> Book:
    """Ask for a stay in the first of some units that is let and free; what was asked there.

    Raises NightsAreTaken, as the first of them does; NotFound where one is of another property, and
    what `book` raises.
    """
    taken: NightsAreTaken | None = None
    for unit_id in units:
        command = replace(asked, unit_id=unit_id, room_type=_type_of(draft, asked, unit_id))
        try:
            _refuse_unless_let(draft, command)
            book(draft, guest, command, rules)
        except NightsAreTaken as refusal:
            taken = taken or refusal
        else:
            return command
    stay = asked.stay
    raise taken or NightsAreTaken(
        property_id=asked.property_id, check_in=stay.check_in, check_out=stay.check_out
    )


def _type_of(draft: Draft, asked: Book, unit_id: UnitId) -> str:
    calendar = draft.state(UNIT_CALENDAR, unit_id)
    if calendar is None or calendar.property_id != asked.property_id:
        raise NotFound(unit_id=unit_id, property_id=asked.property_id)
    return calendar.room_type


def _refuse_unless_let(draft: Draft, wanted: Book) -> None:
    """Let a unit pass that was not taken out of its house. Raises NightsAreTaken."""
    stay = wanted.stay
    if not calendar_in(draft, wanted.unit_id).active:
        raise NightsAreTaken(
            unit_id=wanted.unit_id, check_in=stay.check_in, check_out=stay.check_out
        )


def ask_for_stay(draft: Draft, guest: Actor, command: Book, rules: StayRules | None = None) -> None:
    """Keep the nights and ask for the stay; the booking may wait as long as the hold lasts.

    `rules` are those that its host lets by, where they are known. Raises NightsAreTaken, TooLate,
    OwnListing, and what stay rules raise.
    """
    draft.do(
        PROCESS,
        PlaceHold(
            unit_id=command.unit_id,
            booking_id=command.booking_id,
            stay=command.stay,
            buffer_nights=rules.buffer_nights if rules else 0,
            rules=rules,
            heads=command.party.heads(),
        ),
    )
    held = _claim(draft, command, command.booking_id)
    assert held is not None, "its nights were held a line ago"
    draft.do(guest, replace(command, hold_expires_at=held.expires_at))


CAPTURES = {BookingMode.INSTANT: Capture.AUTOMATIC, BookingMode.REQUEST: Capture.MANUAL}
"""When the money of a booking is taken."""


def ask_for_payment(draft: Draft, booking_id: BookingId) -> PaymentId:
    """Ask the guest for what the booking costs.

    Where the host is asked as well, the money is held, and captured when they agree. Raises
    TransitionNotAllowed where the booking does not wait for money (PM1), HoldHasExpired,
    BelowProcessorMinimum.
    """
    booking = booking_in(draft, booking_id)
    if booking.status is not Stands.PENDING_PAYMENT:
        BOOKING.lifecycle.refuse(OpenPayment, booking.status)
    if not is_alive(draft, booking, booking_id):
        raise HoldHasExpired(expired_at=booking.hold_expires_at)
    chargeable(booking.price.total)
    payment_id = payment_of(booking_id)
    draft.do(
        PROCESS,
        OpenPayment(
            payment_id=payment_id,
            booking_id=booking_id,
            guest_id=booking.guest_id,
            price=booking.price,
            time_zone=booking.house.time_zone,
            capture=CAPTURES[booking.mode],
        ),
    )
    return payment_id


def try_again(draft: Draft, guest: Actor, booking_id: BookingId) -> None:
    """Let the guest pay once more after a failure, while the booking waits for it.

    One that was confirmed with money that came late waits for none. Raises HoldHasExpired,
    NotWorthRetrying, AttemptsAreExhausted, TransitionNotAllowed.
    """
    booking = booking_in(draft, booking_id)
    waits = booking.status is Stands.PENDING_PAYMENT
    alive = waits and is_alive(draft, booking, booking_id)
    draft.do(
        guest,
        RetryPayment(payment_id=payment_of(booking_id), due=booking.price.total, hold_alive=alive),
    )


# -- The nights are the guest's -----------------------------------------------------------


def confirm(draft: Draft, booking_id: BookingId) -> None:
    """Make the nights the guest's: it is paid, or nothing is due. Promise the host their part."""
    booking = booking_in(draft, booking_id)
    held = _claim(draft, booking, booking_id)
    until = held.expires_at if held else None
    draft.do(PROCESS, ConvertHold(unit_id=booking.unit_id, booking_id=booking_id))
    if not booking.price.total.minor:
        draft.do(PROCESS, ConfirmFree(booking_id=booking_id, hold_expires_at=until))
        return
    payment = payment_in(draft, payment_of(booking_id))
    draft.do(
        PROCESS,
        Confirm(
            booking_id=booking_id,
            payment_id=payment_of(booking_id),
            paid=payment.captured,
            settled=payment.gross,
            hold_expires_at=until,
        ),
    )
    promise_at_first(draft, booking_id)


def confirm_at_last(draft: Draft, booking_id: BookingId) -> None:
    """Confirm a booking that is paid although its hold ran out while the processor had the word.

    The nights were never let go, so they are taken up anew as in UC7.
    """
    booking = booking_in(draft, booking_id)
    held = _claim(draft, booking, booking_id)
    assert held is not None, "its nights were never let go"
    draft.do(PROCESS, ReleaseHold(unit_id=booking.unit_id, booking_id=booking_id))
    take_nights_again(draft, booking_id, held.buffer_nights, never_let_go=True)
    payment_id = payment_of(booking_id)
    payment = payment_in(draft, payment_id)
    draft.do(
        PROCESS,
        Confirm(
            booking_id=booking_id,
            payment_id=payment_id,
            paid=payment.captured,
            settled=payment.gross,
            hold_expires_at=booking.house.check_in_at(booking.stay),
        ),
    )
    promise_at_first(draft, booking_id)


def take_nights_again(
    draft: Draft,
    booking_id: BookingId,
    buffer_nights: int,
    rules: StayRules | None = None,
    *,
    never_let_go: bool = False,
) -> None:
    """Reserve the nights of a booking that had let them go.

    Raises NightsAreTaken, TooLate, what stay rules raise where any are asked, and
    TransitionNotAllowed where the unit was taken out of its house meanwhile.
    """
    booking = booking_in(draft, booking_id)
    draft.do(
        PROCESS,
        Reacquire(
            unit_id=booking.unit_id,
            booking_id=booking_id,
            stay=booking.stay,
            buffer_nights=buffer_nights,
            rules=rules,
            heads=booking.party.heads(),
            never_let_go=never_let_go,
        ),
    )


def confirm_late(draft: Draft, booking_id: BookingId, payment_id: PaymentId) -> None:
    """Confirm an expired booking, whose nights were taken again, with money that came late."""
    payment = payment_in(draft, payment_id)
    draft.do(
        PROCESS,
        ConfirmLate(
            booking_id=booking_id,
            payment_id=payment_id,
            paid=payment.captured,
            settled=payment.gross,
        ),
    )
    promise_at_first(draft, booking_id)


# -- The host decides ---------------------------------------------------------------------


def ask_the_host(draft: Draft, booking_id: BookingId) -> None:
    """The money is held: hold the nights on, and let the host decide."""
    booking = booking_in(draft, booking_id)
    payment_id = payment_of(booking_id)
    held = payment_in(draft, payment_id).held
    assert held is not None, "an authorized payment holds something"
    draft.do(
        PROCESS,
        ToRequestHold(
            unit_id=booking.unit_id,
            booking_id=booking_id,
            capture_before=held.capture_before,
            check_in_at=booking.house.check_in_at(booking.stay),
        ),
    )
    claim = _claim(draft, booking, booking_id)
    assert claim is not None, "its nights are held"
    assert claim.expires_at is not None, "a hold ends"
    draft.do(
        PROCESS,
        AwaitHost(
            booking_id=booking_id,
            payment_id=payment_id,
            authorized=held.amount,
            decide_by=claim.expires_at,
        ),
    )


def accept(draft: Draft, host: Actor, booking_id: BookingId) -> None:
    """The host agrees: ask for the money that is held. Raises HoldHasExpired, TooLate."""
    payment_id = payment_of(booking_id)
    payment = payment_in(draft, payment_id)
    if payment.held is None:
        PAYMENT.lifecycle.refuse(CapturePayment, payment.status)
    draft.do(host, Accept(booking_id=booking_id, capture_before=payment.held.capture_before))
    draft.do(
        PROCESS,
        CapturePayment(
            payment_id=payment_id, amount=payment.due, idempotency_key=f"{payment_id}/capture"
        ),
    )


def decline(draft: Draft, host: Actor, booking_id: BookingId, reason: str) -> None:
    """The host does not want the guest: let nights and money go."""
    draft.do(host, Decline(booking_id=booking_id, reason=reason))
    _let_go(draft, booking_id, "declined by the host")


def withdraw(draft: Draft, guest: Actor, booking_id: BookingId) -> None:
    """The guest takes the request back: let nights and money go."""
    draft.do(guest, Withdraw(booking_id=booking_id))
    _let_go(draft, booking_id, "withdrawn by the guest")


def capture_failed(draft: Draft, booking_id: BookingId, reason: str) -> None:
    """The money that was held could not be had: the booking ends, and the nights are free."""
    draft.do(PROCESS, FailCapture(booking_id=booking_id, reason=reason, may_retry=False))
    restore_coupon(draft, booking_id, RestoreReason.NEVER_CONFIRMED)
    booking = booking_in(draft, booking_id)
    draft.do(PROCESS, ReleaseHold(unit_id=booking.unit_id, booking_id=booking_id))


def _let_go(draft: Draft, booking_id: BookingId, reason: str) -> None:
    restore_coupon(draft, booking_id, RestoreReason.NEVER_CONFIRMED)
    booking = booking_in(draft, booking_id)
    draft.do(PROCESS, ReleaseHold(unit_id=booking.unit_id, booking_id=booking_id))
    payment_id = payment_of(booking_id)
    if payment_in(draft, payment_id).status is Paying.AUTHORIZED:
        # Else the guest's bank has let it go already.
        draft.do(PROCESS, VoidPayment(payment_id=payment_id, reason=reason))


# -- It comes to nothing ------------------------------------------------------------------


def expire(draft: Draft, booking_id: BookingId) -> None:
    """Free the nights of a booking that was not paid, or not decided, in time.

    While the processor has the word, money may still come: then the hold is extended as long as it
    may be, and after that the processor is asked to give the payment up, and has the last word.
    """
    booking = booking_in(draft, booking_id)
    payment = draft.state(PAYMENT, payment_of(booking_id))
    if payment is not None and payment.status in IN_FLIGHT:
        _wait_longer(draft, booking, booking_id, payment)
        return
    held = _claim(draft, booking, booking_id)
    draft.do(TIMER, ExpireHold(unit_id=booking.unit_id, booking_id=booking_id))
    until = held.expires_at if held else None
    draft.do(TIMER, Expire(booking_id=booking_id, hold_expires_at=until))
    restore_coupon(draft, booking_id, RestoreReason.NEVER_CONFIRMED)
    if payment is not None:
        _give_up(draft, booking_id, payment, "not paid in time")


def _wait_longer(draft: Draft, booking: Booking, booking_id: BookingId, payment: Payment) -> None:
    try:
        draft.do(
            PROCESS,
            ExtendHold(unit_id=booking.unit_id, booking_id=booking_id, in_flight=True),
        )
    except HoldHasExpired:
        if not payment.giving_up:
            draft.do(
                TIMER, AskToCancel(payment_id=payment_of(booking_id), reason="not paid in time")
            )


def _give_up(draft: Draft, booking_id: BookingId, payment: Payment, reason: str) -> None:
    payment_id = payment_of(booking_id)
    match payment.status:
        case Paying.PENDING:
            draft.do(TIMER, CancelPayment(payment_id=payment_id, reason=reason))
        case Paying.AUTHORIZED:
            draft.do(PROCESS, VoidPayment(payment_id=payment_id, reason=reason))
        case Paying.FAILED:
            if payment.intent is not None and not payment.giving_up:
                draft.do(TIMER, AskToCancel(payment_id=payment_id, reason=reason))
        case _:
            return


def abandon(draft: Draft, guest: Actor, booking_id: BookingId) -> None:
    """Give up before paying, and free the nights.

    Raises TransitionNotAllowed where the payment is under way or done (BK10).
    """
    booking = booking_in(draft, booking_id)
    draft.do(guest, Abandon(booking_id=booking_id))
    restore_coupon(draft, booking_id, RestoreReason.NEVER_CONFIRMED)
    payment = draft.state(PAYMENT, payment_of(booking_id))
    if payment is not None:
        if payment.status not in (Paying.PENDING, Paying.FAILED):
            PAYMENT.lifecycle.refuse(Abandon, payment.status)
        _give_up(draft, booking_id, payment, "given up by the guest")
    draft.do(PROCESS, ReleaseHold(unit_id=booking.unit_id, booking_id=booking_id))


# -- What several steps look at -----------------------------------------------------------


def _claim(draft: Draft, of: Booking | Book, booking_id: BookingId) -> Claim | None:
    calendar = draft.state(UNIT_CALENDAR, of.unit_id)
    return None if calendar is None else calendar.claims.get(booking_id)


def is_alive(draft: Draft, booking: Booking, booking_id: BookingId) -> bool:
    """Whether the booking's hold, or reservation, still stands."""
    held = _claim(draft, booking, booking_id)
    return held is not None and _lasts(held.expires_at, draft.now)


def _lasts(until: Instant | None, now: Instant) -> bool:
    return until is None or now < until
