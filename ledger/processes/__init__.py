"""What belongs together: the commands of each step in a booking's life, in one commit each.

A step is a plan for `Ledger.execute`: the nights and the booking, the refund and the payout change
together or not at all. Who calls the steps — a person at the door, a timer, the processor's word,
an importer of history — is not known here.
"""

from ledger.processes.attested import funds_arrive, pay, pay_out, refund_settles
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
from ledger.processes.differences import close_difference, find_difference
from ledger.processes.disputes import (
    accept_dispute,
    dispute_in,
    evidence_failed,
    lapse,
    submit_evidence,
    take_in_dispute,
)
from ledger.processes.evidence import digest_of, evidence_for
from ledger.processes.falling_away import (
    cancel_by_guest,
    cancel_by_host,
    cancel_by_platform,
    cancel_for_host,
    curtail,
    report_no_show,
)
from ledger.processes.hosts import host_in, register_host, take_in_account, vouch_for_host
from ledger.processes.money_in import (
    capture_declined,
    funds_have_arrived,
    nothing_is_open,
    outcome_is_unknown,
    receipt_funds_have_arrived,
    return_declined,
    take_in,
    take_in_return,
)
from ledger.processes.names import (
    PROCESS,
    PROCESSOR,
    TIMER,
    Outcome,
    alteration_of,
    attestation_of,
    booking_in,
    dispute_of,
    late_payment_of,
    payment_of,
    payout_of,
    refund_of,
)
from ledger.processes.payouts import payout_in, release, take_in_transfer, transfer_declined
from ledger.processes.recovery import (
    order_reversal,
    raise_debt_of_refund,
    reversal_declined,
    take_in_reversal,
)
from ledger.processes.refunds import refund_declined, submit_refund, take_in_refund
from ledger.processes.settlement import earn, mature
from ledger.processes.stays import complete_stay, start_stay

__all__ = [
    "PROCESS",
    "PROCESSOR",
    "TIMER",
    "Outcome",
    "abandon",
    "accept",
    "accept_dispute",
    "alteration_of",
    "ask_for_payment",
    "ask_the_host",
    "attestation_of",
    "book",
    "booking_in",
    "cancel_by_guest",
    "cancel_by_host",
    "cancel_by_platform",
    "cancel_for_host",
    "capture_declined",
    "close_difference",
    "complete_stay",
    "confirm",
    "curtail",
    "decline",
    "digest_of",
    "dispute_in",
    "dispute_of",
    "earn",
    "evidence_failed",
    "evidence_for",
    "expire",
    "find_difference",
    "funds_arrive",
    "funds_have_arrived",
    "host_in",
    "lapse",
    "late_payment_of",
    "mature",
    "nothing_is_open",
    "order_reversal",
    "outcome_is_unknown",
    "pay",
    "pay_out",
    "payment_of",
    "payout_in",
    "payout_of",
    "raise_debt_of_refund",
    "receipt_funds_have_arrived",
    "refund_declined",
    "refund_of",
    "refund_settles",
    "register_host",
    "release",
    "report_no_show",
    "return_declined",
    "reversal_declined",
    "start_stay",
    "submit_evidence",
    "submit_refund",
    "take_in",
    "take_in_account",
    "take_in_dispute",
    "take_in_refund",
    "take_in_return",
    "take_in_reversal",
    "take_in_transfer",
    "transfer_declined",
    "try_again",
    "vouch_for_host",
    "withdraw",
]
