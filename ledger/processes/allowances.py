"""Allowances: what a refund beside a stay's end gives back, whose part that is, and what follows.

Who asks for it and who approves it have both seen the same preview, whose digest they bring back.
An allowance is the booking's own: neither host nor platform earn it, and what the stay's end gives
back is so much less.
"""

import hashlib

import msgspec
from msgspec import Struct

from ledger.aggregates.booking import Booking, GrantAllowance, RevokeAllowance
from ledger.aggregates.payment import PAYMENT, Payment
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import PaymentNotCompleted, RefundChanged
from ledger.events.refund import Funding
from ledger.processes.alterations import refunds_waited_for
from ledger.processes.earnings import refunds_of, undisputed_of
from ledger.processes.found import booking_in, payment_in, refund_in
from ledger.processes.names import PROCESS, payment_of
from ledger.processes.promises import promise
from ledger.processes.refunds import standing_in
from ledger.processes.settlement import earn_what_is_left
from ledger.values.allowance import Allowance, paid_lines, parts_of, with_coupon, without
from ledger.values.ids import BookingId, PaymentId, RefundId
from ledger.values.money import Money, total
from ledger.values.policy import LineBack
from ledger.values.room import fitted
from ledger.values.shares import Shares


class AskedRefund(Struct, frozen=True, kw_only=True):
    """What somebody of the staff wants a guest to have back.

    The lines are in the guest's currency; what a coupon paid of them is taken out. Where the
    platform pays, they name its gift and no line of the price. `reason` is a word of a list.
    """

    booking_id: BookingId
    lines: tuple[LineBack, ...]
    funded_by: Funding
    reason: str


class ShownRefund(Struct, frozen=True, kw_only=True):
    """What a refund would do now: what the guest gets, of whose part, and what there is to give.

    `debt` is what of the host's part was paid out already, and would have to come from the host.
    """

    booking_id: BookingId
    funded_by: Funding
    amount: Money
    lines: tuple[LineBack, ...]
    back: Shares
    debt: Money
    refundable: Money
    left_on_lines: tuple[LineBack, ...]

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical bytes: what somebody agrees to is exactly what was shown."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


# -- The preview ----------------------------------------------------------------------------


def shown_refund(draft: Draft, asked: AskedRefund) -> ShownRefund:
    """What a refund would do if it was asked for now. Raises NotFound, PaymentNotCompleted."""
    booking = booking_in(draft, asked.booking_id)
    lines, back = asked.lines, Shares(booking.price.currency)
    if asked.funded_by is Funding.BOOKING:
        gone = without(paid_lines(booking.price), booking.left_on_lines)
        lines = with_coupon(booking.price, asked.lines, gone)
        back = _of_what_is_left(draft, asked, booking, parts_of(booking.price, lines, gone))
    amount = Money(sum(line.minor for line in lines), booking.price.total.currency)
    return ShownRefund(
        booking_id=asked.booking_id,
        funded_by=asked.funded_by,
        amount=amount,
        lines=lines,
        back=back,
        debt=standing_in(draft, booking, asked.booking_id).debt(back),
        refundable=free_in(
            draft, paid_by(draft, booking, asked.booking_id, amount)[0], asked.funded_by
        ),
        left_on_lines=left_on_lines(draft, asked.booking_id, booking),
    )


def _of_what_is_left(draft: Draft, asked: AskedRefund, booking: Booking, back: Shares) -> Shares:
    """The same shares, where all of them are left; what a dispute took of one, another gives."""
    left = undisputed_of(draft, asked.booking_id, booking)
    return fitted(back, left) if (left.total - back.total).minor >= 0 else back


def left_on_lines(draft: Draft, booking_id: BookingId, booking: Booking) -> tuple[LineBack, ...]:
    """What the guest paid, has not been given back, and will not be by a change that is agreed."""
    paid = {(line.code, line.of): line.minor for line in paid_lines(booking.price)}
    waits = [refund_in(draft, one) for one in refunds_waited_for(draft, booking_id)]
    lines = (line for refund in waits for line in refund.lines)
    agreed = [line for line in lines if paid.get((line.code, line.of), 0) * line.minor > 0]
    return without(booking.left_on_lines, agreed)


def refuse_other_than_shown(shown: ShownRefund, accepted: str) -> None:
    """Let pass what somebody was shown. Raises RefundChanged with what it would be now."""
    if shown.digest != accepted:
        raise RefundChanged(refund=str(shown.amount), preview=shown.digest)


# -- What follows for the booking and its host ----------------------------------------------


def paid_by(
    draft: Draft, booking: Booking, booking_id: BookingId, amount: Money
) -> tuple[PaymentId, Payment]:
    """The payment that an amount can come from, of those that a booking was paid by.

    Where none has as much, it is the first one. Raises PaymentNotCompleted where nothing was asked.
    """
    found = []
    for payment_id in booking.payments or (payment_of(booking_id),):
        payment = draft.state(PAYMENT, payment_id)
        if payment is not None:
            found.append((payment_id, payment))
    if not found:
        raise PaymentNotCompleted(booking_id=booking_id)
    can = [one for one in found if one[1].refundable.minor >= amount.minor]
    return can[0] if can else found[0]


def free_in(draft: Draft, payment_id: PaymentId, funded_by: Funding) -> Money:
    """What a payment can give back; a gift leaves room for what failed and is still owed."""
    payment = payment_in(draft, payment_id)
    if funded_by is Funding.BOOKING:
        return payment.refundable
    booking = booking_in(draft, payment.booking_id)
    owed = (
        refund.amount
        for _, refund in refunds_of(draft, payment.booking_id, booking)
        if refund.status is Refunding.FAILED
        and refund.funded_by is Funding.BOOKING
        and refund.payment_id == payment_id
    )
    return payment.refundable - total(list(owed), payment.refundable.currency)


def grant(draft: Draft, booking_id: BookingId, refund_id: RefundId, granted: Allowance) -> None:
    """Count what goes back as the booking's: neither host nor platform will earn it."""
    draft.do(
        PROCESS,
        GrantAllowance(
            booking_id=booking_id, refund_id=refund_id, lines=granted.lines, back=granted.back
        ),
    )


def revoke(draft: Draft, booking_id: BookingId, refund_id: RefundId) -> None:
    """Let the booking have again what a refund that was cancelled would have given back."""
    if refund_id in booking_in(draft, booking_id).allowances:
        draft.do(PROCESS, RevokeAllowance(booking_id=booking_id, refund_id=refund_id))
        promise(draft, booking_id)
        booking = booking_in(draft, booking_id)
        if booking.earned is not None or booking.settlement is not None:
            # Its hour has passed, so no timer will ask for it.
            earn_what_is_left(draft, booking_id)
