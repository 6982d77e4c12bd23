"""Refunds that staff ask for: off the policy, line by line, and never by one person alone.

The host is paid nothing while somebody has to look.
"""

from ledger.aggregates.booking import Booking
from ledger.aggregates.payment import ReleaseRefund
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.refund import (
    ApproveRefund,
    AskForApproval,
    CancelRefund,
    Refund,
    RejectRefund,
    RequestRefund,
)
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import PaymentNotCompleted, RefundExceedsCapture
from ledger.events import Actor, Role
from ledger.events.refund import Doubt, Funding
from ledger.processes.allowances import (
    AskedRefund,
    ShownRefund,
    free_in,
    grant,
    left_on_lines,
    paid_by,
    refuse_other_than_shown,
    revoke,
    shown_refund,
)
from ledger.processes.alterations import (
    apply_approved_alteration,
    decided_with,
    end_the_wait_for,
    refuse_agreed,
)
from ledger.processes.earnings import left_of, refunds_of_end, staff_refunds, undisputed_of
from ledger.processes.found import booking_in, refund_in
from ledger.processes.holds import hold_for_refund, reconsider_all
from ledger.processes.names import PROCESS, staff_refund_of
from ledger.processes.promises import promise
from ledger.processes.recovery import drop_debt_of_refund, raise_debt_of_refund
from ledger.processes.refunds import reserve, standing_in
from ledger.processes.settlement import earn_what_is_left
from ledger.processes.taxes import count_tax_back, count_tax_of_refund
from ledger.values.allowance import Allowance
from ledger.values.currency import refundable
from ledger.values.ids import BookingId, RefundId
from ledger.values.money import Money, total
from ledger.values.shares import Shares

REFUNDABLE = (Paying.COMPLETED, Paying.PARTIALLY_REFUNDED)
"""Payments that have something to give back; one that is refunded whole has nothing."""


def refund_if_asked(draft: Draft, asked: AskedRefund) -> ShownRefund:
    """What a refund would do; refused where asking for it would be. For rehearsals."""
    shown = shown_refund(draft, asked)
    ask_refund(draft, WHOEVER_ASKS, asked, shown.digest)
    return shown


WHOEVER_ASKS = Actor(Role.SUPPORT.value, "whoever asks")
"""Stands in a rehearsal for somebody of support."""


def ask_refund(draft: Draft, staff: Actor, asked: AskedRefund, accepted: str) -> RefundId:
    """Ask for a refund that no policy works out, as it was shown; somebody else looks at it (RF3).

    Raises RefundChanged, PaymentNotCompleted, RefundExceedsCapture, RefundLineExceeded,
    AmountsDiffer, FinerThanProcessorStep.
    """
    booking = booking_in(draft, asked.booking_id)
    shown = shown_refund(draft, asked)
    payment_id, payment = paid_by(draft, booking, asked.booking_id, shown.amount)
    if payment.status not in REFUNDABLE:
        raise PaymentNotCompleted(payment=payment.status.value)
    refundable(shown.amount)
    refuse_other_than_shown(shown, accepted)
    refund_id = _next_refund(draft, asked.booking_id)
    draft.do(
        staff,
        RequestRefund(
            refund_id=refund_id,
            payment_id=payment_id,
            booking_id=asked.booking_id,
            host_id=booking.host_id,
            reason=asked.reason,
            amount=shown.amount,
            back=shown.back,
            lines=shown.lines,
            funded_by=asked.funded_by,
            preview=None,
            requested_by=staff.id,
            refundable=shown.refundable,
            left_on_lines=shown.left_on_lines,
            time_zone=booking.house.time_zone,
        ),
    )
    doubts = (Doubt.PAYOUT_TRANSFERRED,) if shown.debt.minor else ()
    draft.do(PROCESS, AskForApproval(refund_id=refund_id, reasons=doubts))
    hold_for_refund(draft, refund_id)
    return refund_id


def shown_again(draft: Draft, refund_id: RefundId) -> ShownRefund:
    """What approving a refund that waits would do now, and all that is approved with it.

    Raises NotFound.
    """
    refund = refund_in(draft, refund_id)
    booking_id, booking = refund.booking_id, booking_in(draft, refund.booking_id)
    asked = is_asked_by_staff(draft, booking_id, refund_id)
    parts = [refund_in(draft, one) for one in decided_with(draft, refund_id)]
    lines = tuple(line for part in parts for line in part.lines)
    back = sum((part.back for part in parts), Shares(refund.back.currency))
    rooms = [free_in(draft, part.payment_id, part.funded_by) for part in parts]
    return ShownRefund(
        booking_id=booking_id,
        funded_by=refund.funded_by,
        amount=total([part.amount for part in parts], refund.amount.currency),
        lines=lines,
        back=back,
        debt=standing_in(draft, booking, booking_id).debt(back),
        refundable=total(rooms, refund.amount.currency),
        # What follows from the booking's end, or its alteration, was taken off its lines by that.
        left_on_lines=left_on_lines(draft, booking_id, booking) if asked else lines,
    )


def approve_refund(draft: Draft, staff: Actor, refund_id: RefundId, accepted: str) -> None:
    """Approve what somebody else asked for, as it was shown to whoever approves.

    An alteration that waited for it is made so. Raises RefundChanged, SelfApproval,
    RefundExceedsCapture, RefundLineExceeded, TransitionNotAllowed, and where the alteration could
    not be made so any more, what `refuse_impossible` raises.
    """
    refund = refund_in(draft, refund_id)
    if refund.status is Refunding.AWAITING_APPROVAL:
        refuse_other_than_shown(shown_again(draft, refund_id), accepted)
    for part in decided_with(draft, refund_id):
        _approve(draft, staff, part)
    apply_approved_alteration(draft, refund.booking_id)


def _approve(draft: Draft, staff: Actor, refund_id: RefundId) -> None:
    refund = refund_in(draft, refund_id)
    booking_id, booking = refund.booking_id, booking_in(draft, refund.booking_id)
    asked = is_asked_by_staff(draft, booking_id, refund_id)
    standing = standing_in(draft, booking, booking_id)
    approval = ApproveRefund(
        refund_id=refund_id,
        approved_by=staff.id,
        refundable=free_in(draft, refund.payment_id, refund.funded_by),
        left_on_lines=left_on_lines(draft, booking_id, booking) if asked else refund.lines,
        earned=standing.earned,
        payable=standing.payable,
        remitted=standing.remitted,
        deferred=standing.deferred,
        worth=_worth(booking, refund),
    )
    own = asked and refund.funded_by is Funding.BOOKING
    if own and refund.status is Refunding.AWAITING_APPROVAL:
        _refuse_what_disputes_took(draft, booking_id, booking, refund)
        grant(draft, booking_id, refund_id, Allowance(refund.lines, refund.back))
    draft.do(staff, approval)
    count_tax_of_refund(draft, refund_id)
    reserve(draft, refund_id)
    raise_debt_of_refund(draft, refund_id)
    if own:
        promise(draft, booking_id)


def _refuse_what_disputes_took(
    draft: Draft, booking_id: BookingId, booking: Booking, refund: Refund
) -> None:
    """Let no part go back that a dispute has taken since it was asked for: it is asked for anew.

    Raises RefundExceedsCapture.
    """
    left = undisputed_of(draft, booking_id, booking)
    is_lost = left != left_of(draft, booking_id, booking)
    if is_lost and refund.back.at_most(left) != refund.back:
        raise RefundExceedsCapture(amount=str(refund.amount), refundable=str(left.total))


def _worth(booking: Booking, refund: Refund) -> Money | None:
    """What a refund is in the listing's currency, where the guest's is another."""
    abroad = booking.price.currency != refund.amount.currency
    return booking.price.in_listing(refund.amount) if abroad else None


def reject_refund(draft: Draft, staff: Actor, refund_id: RefundId, reason: str) -> None:
    """Say no to a refund; the host need not wait for it any more.

    An alteration that waited for it has failed: the stay is as it was, and so is its money.
    """
    booking_id = refund_in(draft, refund_id).booking_id
    together = decided_with(draft, refund_id)
    for part in together:
        draft.do(staff, RejectRefund(refund_id=part, reason=reason))
    end_the_wait_for(draft, booking_id, together, "its refund was rejected")
    _let_keep(draft, booking_id, refund_id)
    reconsider_all(draft, booking_id)


def cancel_refund(draft: Draft, staff: Actor, refund_id: RefundId, reason: str) -> None:
    """Take a refund back before it is handed over: its money is the booking's again.

    An alteration that waited for it has failed. What one gives back that was made so stays owed.
    Raises TransitionNotAllowed.
    """
    refuse_agreed(draft, refund_id)
    refund = refund_in(draft, refund_id)
    booking_id, together = refund.booking_id, decided_with(draft, refund_id)
    for part in together:
        count_tax_back(draft, part)
        draft.do(staff, CancelRefund(refund_id=part, reason=reason))
    end_the_wait_for(draft, booking_id, together, "its refund was cancelled")
    if refund.status is Refunding.APPROVED:
        draft.do(PROCESS, ReleaseRefund(payment_id=refund.payment_id, refund_id=refund_id))
        drop_debt_of_refund(draft, refund_id)
    revoke(draft, booking_id, refund_id)
    _let_keep(draft, booking_id, refund_id)
    reconsider_all(draft, booking_id)


def _let_keep(draft: Draft, booking_id: BookingId, refund_id: RefundId) -> None:
    """What a stay's end would have given back is its host's and the platform's, as if kept."""
    if refund_id in refunds_of_end(draft, booking_id, booking_in(draft, booking_id)):
        promise(draft, booking_id)
        earn_what_is_left(draft, booking_id)


def is_asked_by_staff(draft: Draft, booking_id: BookingId, refund_id: RefundId) -> bool:
    """Whether a refund is none that follows from the booking's own steps."""
    return refund_id in staff_refunds(draft, booking_id)


def _next_refund(draft: Draft, booking_id: BookingId) -> RefundId:
    return staff_refund_of(booking_id, len(staff_refunds(draft, booking_id)) + 1)
