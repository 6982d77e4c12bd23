"""Holds: why a payout waits, as a set; each reason is put and let go by its own event.

What the ledger can judge by itself comes and goes with it: it is looked at again until it is gone.
What a person put, a person of finance lets go.
"""

from ledger.aggregates.payout import OPEN, PAYOUT, HoldPayout, LiftPayoutHold
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.provider import ReviewBankAccount
from ledger.draft import Draft
from ledger.events import Actor
from ledger.processes.damage_money import all_payouts_of, payouts_out_of
from ledger.processes.earnings import holds_for_dispute
from ledger.processes.found import payout_in, refund_in
from ledger.processes.names import PROCESS
from ledger.processes.payouts import clearance_of, release
from ledger.processes.refunds import refunds_are_open
from ledger.values.clearance import Hold
from ledger.values.ids import BookingId, HostId, PayoutId, RefundId

JUDGED = (Hold.KYC, Hold.ACCOUNT_CHANGED, Hold.REFUND_OPEN, Hold.CASE_OPEN)
"""The reasons that the ledger says of itself whether they stand. A dispute's hold goes with it."""

PUT_BY_PEOPLE = (Hold.MANUAL, Hold.RISK_NEW_HOST, Hold.TAX_DATA_MISSING)
"""The reasons that nobody but people know of."""


def put_hold(draft: Draft, staff: Actor, payout_id: PayoutId, reason: Hold, detail: str) -> None:
    """Keep a payout back for a reason that people know. Raises NotFound, TransitionNotAllowed."""
    assert reason in PUT_BY_PEOPLE, "the other reasons have streams of their own"
    draft.do(staff, HoldPayout(payout_id=payout_id, reason=reason, detail=detail))


def lift_hold(draft: Draft, staff: Actor, payout_id: PayoutId, reason: Hold) -> None:
    """Let a reason go that somebody of finance has looked at.

    Raises PayoutIsHeld where the ledger still gives it, NotFound, TransitionNotAllowed.
    """
    judged = (*JUDGED, Hold.DISPUTE)
    standing = reason in judged and _stands(draft, payout_id, reason)
    draft.do(
        staff,
        LiftPayoutHold(
            payout_id=payout_id, reason=reason, still_stands=standing, reviewer=staff.id
        ),
    )


def review_bank_account(
    draft: Draft, staff: Actor, host_id: HostId, bank_account: str, reason: str
) -> None:
    """Say that a bank account which the host has changed is theirs: nothing waits for it any more.

    Raises NotTheBankAccount where it is another one by now, ReasonIsMissing.
    """
    draft.do(staff, ReviewBankAccount(host_id=host_id, bank_account=bank_account, reason=reason))


def hold_for_refund(draft: Draft, refund_id: RefundId) -> None:
    """Keep the host's part of a payment back while it goes to the guest, if it has not gone."""
    refund = refund_in(draft, refund_id)
    for payout_id, payout in payouts_out_of(draft, refund.booking_id, refund.payment_id):
        if payout.status in OPEN:
            draft.do(
                PROCESS,
                HoldPayout(payout_id=payout_id, reason=Hold.REFUND_OPEN, detail=refund_id),
            )


def release_or_hold(draft: Draft, booking_id: BookingId, payout_id: PayoutId) -> None:
    """Order the transfer of a payout that is due, or keep it back for every reason that stands.

    Raises PayoutIsHeld where something is in the way that passes by itself.
    """
    standing = [reason for reason in JUDGED if _stands(draft, payout_id, reason)]
    if not standing or payout_in(draft, payout_id).status is not Payable.DUE:
        release(draft, booking_id, payout_id)
    for reason in standing:
        draft.do(PROCESS, HoldPayout(payout_id=payout_id, reason=reason))


def reconsider_all(draft: Draft, booking_id: BookingId) -> None:
    """Look again at what keeps the payouts of a booking back."""
    for payout_id, _ in all_payouts_of(draft, booking_id):
        reconsider(draft, payout_id)


def reconsider(draft: Draft, payout_id: PayoutId) -> None:
    """Let go of whatever no longer stands of what the ledger can judge."""
    payout = draft.state(PAYOUT, payout_id)
    if payout is None or payout.status is not Payable.ON_HOLD:
        return
    for reason in JUDGED:
        if reason in payout.holds and not _stands(draft, payout_id, reason):
            draft.do(
                PROCESS, LiftPayoutHold(payout_id=payout_id, reason=reason, still_stands=False)
            )


def _stands(draft: Draft, payout_id: PayoutId, reason: Hold) -> bool:
    payout = payout_in(draft, payout_id)
    if reason is Hold.REFUND_OPEN:
        return refunds_are_open(draft, payout.booking_id)
    if reason is Hold.DISPUTE:
        return holds_for_dispute(draft, payout)
    return reason in clearance_of(draft, payout_id).broken(draft.now)
