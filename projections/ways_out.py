"""Ways out: what staff can do about each matter on the desk."""

from collections.abc import Mapping

from projections.matters import Matter

M = Matter

WAYS_OUT: Mapping[Matter, tuple[str, ...]] = {
    M.REFUND_TO_APPROVE: ("approval", "rejection", "cancellation"),
    M.REFUND_FAILED: ("resubmission", "alternative", "external-refund"),
    M.REFUND_TO_SETTLE: ("alternative/settlement", "external-refund"),
    M.REFUND_TO_CLASSIFY: ("classification",),
    M.DISPUTE_TO_ANSWER: ("evidence", "acceptance"),
    M.RECEIPT_UNAPPLIED: (),
    M.RETURN_FAILED: ("return", "alternative"),
    M.RETURN_TO_SETTLE: ("alternative/settlement",),
    M.PAYMENT_UNANSWERED: (),
    M.DIFFERENCE_OPEN: ("explanation", "correction", "write-off"),
    M.PAYOUT_HELD: ("lifting",),
    M.PAYOUT_FAILED: ("release",),
    M.PAYOUT_ACCOUNT_CLOSED: (),
    M.BANK_ACCOUNT_FAILED: (),
    M.CORRECTION_TO_APPROVE: ("approval", "refusal"),
    M.WRITE_OFF_TO_APPROVE: ("approval", "rejection"),
    M.DAMAGE_TO_DECIDE: ("decision", "dismissal"),
    M.DAMAGE_UNPAID: ("payment", "dismissal"),
    M.CASE_TO_ANSWER: ("question", "resolution"),
    M.SOLD_TWICE: (),
    M.REVIEW_OVERDUE: ("claim",),
}
"""What staff can do about a matter, as the addresses of it end; nothing where others must act."""
