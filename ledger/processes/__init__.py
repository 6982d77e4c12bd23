"""What belongs together: the commands of each step in a booking's life, in one commit each.

A step is a plan for `Ledger.execute`: the nights and the booking, the refund and the payout change
together or not at all. Who calls the steps — a person at the door, a timer, the processor's word,
an importer of history — is not known here.
"""

from ledger.processes.allowances import AskedRefund, ShownRefund, shown_refund
from ledger.processes.alterations import (
    accept_alteration,
    apply_approved_alteration,
    change_of,
    decline_alteration,
    expire_alteration,
    give_up_alteration,
    propose_alteration,
    try_alteration_again,
    withdraw_alteration,
)
from ledger.processes.attested import funds_arrive, pay, pay_out, refund_settles
from ledger.processes.bank_payouts import take_in_bank_payout
from ledger.processes.changes import AlterationWish, work_out
from ledger.processes.checkout import (
    abandon,
    accept,
    ask_for_payment,
    ask_the_host,
    book,
    confirm,
    decline,
    expire,
    try_again,
    withdraw,
)
from ledger.processes.coupons import restore_coupon
from ledger.processes.differences import close_difference, find_difference
from ledger.processes.disputes import (
    accept_dispute,
    evidence_failed,
    hold_or_lift,
    lapse,
    submit_evidence,
    take_in_dispute,
)
from ledger.processes.evidence import digest_of, evidence_for
from ledger.processes.external_refunds import classify_refund, shown_external, take_in_any_refund
from ledger.processes.failed_refunds import send_again, settle_alternatively, use_alternative
from ledger.processes.falling_away import (
    cancel_by_guest,
    cancel_by_host,
    cancel_by_platform,
    cancel_for_host,
    curtail,
    report_no_show,
)
from ledger.processes.found import (
    alteration_in,
    booking_in,
    dispute_in,
    host_in,
    payout_in,
    refund_in,
)
from ledger.processes.holds import lift_hold, put_hold, reconsider, release_or_hold
from ledger.processes.hosts import (
    register_host,
    take_in_account,
    vouch_for_host,
)
from ledger.processes.money_in import (
    capture_declined,
    funds_have_arrived,
    nothing_is_open,
    outcome_is_unknown,
    take_in,
)
from ledger.processes.names import (
    PROCESS,
    PROCESSOR,
    TIMER,
    alteration_of,
    alteration_payment_of,
    attestation_of,
    dispute_of,
    late_payment_of,
    payment_of,
    payout_of,
    refund_of,
    staff_refund_of,
)
from ledger.processes.outcome import Outcome
from ledger.processes.own_transfers import take_in_own_payout, take_in_top_up
from ledger.processes.payouts import (
    release,
    take_in_transfer,
    transfer_declined,
)
from ledger.processes.receipts import (
    receipt_funds_have_arrived,
    return_declined,
    take_in_return,
)
from ledger.processes.recovery import (
    approve_write_off,
    debt_in,
    order_reversal,
    propose_write_off,
    raise_debt_of_refund,
    reject_write_off,
    reversal_declined,
    take_in_reversal,
)
from ledger.processes.refunds import (
    refund_declined,
    submit_refund,
    take_in_refund,
)
from ledger.processes.settlement import earn, mature
from ledger.processes.staff_refunds import (
    approve_refund,
    ask_refund,
    cancel_refund,
    refund_if_asked,
    reject_refund,
    shown_again,
)
from ledger.processes.stays import complete_stay, start_stay

__all__ = [
    "PROCESS",
    "PROCESSOR",
    "TIMER",
    "AlterationWish",
    "AskedRefund",
    "Outcome",
    "ShownRefund",
    "abandon",
    "accept",
    "accept_alteration",
    "accept_dispute",
    "alteration_in",
    "alteration_of",
    "alteration_payment_of",
    "apply_approved_alteration",
    "approve_refund",
    "approve_write_off",
    "ask_for_payment",
    "ask_refund",
    "ask_the_host",
    "attestation_of",
    "book",
    "booking_in",
    "cancel_by_guest",
    "cancel_by_host",
    "cancel_by_platform",
    "cancel_for_host",
    "cancel_refund",
    "capture_declined",
    "change_of",
    "classify_refund",
    "close_difference",
    "complete_stay",
    "confirm",
    "curtail",
    "debt_in",
    "decline",
    "decline_alteration",
    "digest_of",
    "dispute_in",
    "dispute_of",
    "earn",
    "evidence_failed",
    "evidence_for",
    "expire",
    "expire_alteration",
    "find_difference",
    "funds_arrive",
    "funds_have_arrived",
    "give_up_alteration",
    "hold_or_lift",
    "host_in",
    "lapse",
    "late_payment_of",
    "lift_hold",
    "mature",
    "nothing_is_open",
    "order_reversal",
    "outcome_is_unknown",
    "pay",
    "pay_out",
    "payment_of",
    "payout_in",
    "payout_of",
    "propose_alteration",
    "propose_write_off",
    "put_hold",
    "raise_debt_of_refund",
    "receipt_funds_have_arrived",
    "reconsider",
    "refund_declined",
    "refund_if_asked",
    "refund_in",
    "refund_of",
    "refund_settles",
    "register_host",
    "reject_refund",
    "reject_write_off",
    "release",
    "release_or_hold",
    "report_no_show",
    "restore_coupon",
    "return_declined",
    "reversal_declined",
    "send_again",
    "settle_alternatively",
    "shown_again",
    "shown_external",
    "shown_refund",
    "staff_refund_of",
    "start_stay",
    "submit_evidence",
    "submit_refund",
    "take_in",
    "take_in_account",
    "take_in_any_refund",
    "take_in_bank_payout",
    "take_in_dispute",
    "take_in_own_payout",
    "take_in_refund",
    "take_in_return",
    "take_in_reversal",
    "take_in_top_up",
    "take_in_transfer",
    "transfer_declined",
    "try_again",
    "try_alteration_again",
    "use_alternative",
    "vouch_for_host",
    "withdraw",
    "withdraw_alteration",
    "work_out",
]
