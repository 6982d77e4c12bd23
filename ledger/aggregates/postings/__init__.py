"""Posting rules: how each kind of event stands in the books (spec: money, section 12).

A rule's number and version go into the event with its lines, so a replay never restates a closed
period. Changing a rule means a new version beside the old one, and a second opinion in
`replay/rules/postings_follow_their_rules/`.

The money of a booking comes in before the booking is confirmed, because confirming asks for it. So
J2 books it as received for nothing yet, and J1 raises the claim and applies the receipt to it in
one entry: the guest's account never shows a debt that is paid, nor a credit.

One file for each matter: `bookings`, `damage`, `receipts`, `payouts`, `refunds` (whose part goes
back), `refund_transfers` (how it reaches the guest), `disputes` and `corrections`.
"""

from ledger.aggregates.postings.bookings import (
    booking_altered,
    booking_altered_abroad,
    booking_confirmed,
    booking_confirmed_abroad,
    earnings_recognized,
    penalty_charged,
)
from ledger.aggregates.postings.corrections import (
    correction,
    difference_written_off,
    reversed_lines,
)
from ledger.aggregates.postings.damage import damage_charged
from ledger.aggregates.postings.disputes import (
    HostOf,
    dispute_fee_charged,
    dispute_funds_reinstated,
    dispute_funds_withdrawn,
    dispute_hold_ended,
    dispute_lost,
)
from ledger.aggregates.postings.own_transfers import paid_out, paid_out_in_vain, topped_up
from ledger.aggregates.postings.payouts import (
    debt_netted,
    debt_written_off,
    payout_reversed,
    payout_transferred,
)
from ledger.aggregates.postings.receipts import (
    funds_available,
    payment_completed,
    payment_converted,
    payment_received,
    processor_fee,
    processor_fees,
    receipt_adopted,
    receipt_came_back,
    receipt_came_back_converted,
    receipt_converted,
    receipt_detected,
    receipt_paid_by_bank,
    receipt_paid_by_bank_converted,
    receipt_paid_by_dispute,
    receipt_paid_by_dispute_converted,
    receipt_received,
    receipt_returned,
    receipt_returned_converted,
)
from ledger.aggregates.postings.refund_transfers import (
    external_refund_came_back,
    external_refund_seen,
    position_closed,
    refund_came_back,
    refund_came_back_exchanged,
    refund_exchanged,
    refund_paid_by_bank,
    refund_paid_by_bank_exchanged,
    refund_paid_by_dispute,
    refund_paid_elsewhere,
    refund_succeeded,
)
from ledger.aggregates.postings.refunds import (
    Standing,
    goodwill_explained,
    goodwill_owed,
    part_explained,
    part_owed,
    part_taken,
    parts_explained,
    parts_owed,
    refund_approved,
    taken_back,
    taxes_taken,
)
from ledger.aggregates.postings.taxes import tax_due_again, tax_remitted

__all__ = [
    "HostOf",
    "Standing",
    "booking_altered",
    "booking_altered_abroad",
    "booking_confirmed",
    "booking_confirmed_abroad",
    "correction",
    "damage_charged",
    "debt_netted",
    "debt_written_off",
    "difference_written_off",
    "dispute_fee_charged",
    "dispute_funds_reinstated",
    "dispute_funds_withdrawn",
    "dispute_hold_ended",
    "dispute_lost",
    "earnings_recognized",
    "external_refund_came_back",
    "external_refund_seen",
    "funds_available",
    "goodwill_explained",
    "goodwill_owed",
    "paid_out",
    "paid_out_in_vain",
    "part_explained",
    "part_owed",
    "part_taken",
    "parts_explained",
    "parts_owed",
    "payment_completed",
    "payment_converted",
    "payment_received",
    "payout_reversed",
    "payout_transferred",
    "penalty_charged",
    "position_closed",
    "processor_fee",
    "processor_fees",
    "receipt_adopted",
    "receipt_came_back",
    "receipt_came_back_converted",
    "receipt_converted",
    "receipt_detected",
    "receipt_paid_by_bank",
    "receipt_paid_by_bank_converted",
    "receipt_paid_by_dispute",
    "receipt_paid_by_dispute_converted",
    "receipt_received",
    "receipt_returned",
    "receipt_returned_converted",
    "refund_approved",
    "refund_came_back",
    "refund_came_back_exchanged",
    "refund_exchanged",
    "refund_paid_by_bank",
    "refund_paid_by_bank_exchanged",
    "refund_paid_by_dispute",
    "refund_paid_elsewhere",
    "refund_succeeded",
    "reversed_lines",
    "taken_back",
    "tax_due_again",
    "tax_remitted",
    "taxes_taken",
    "topped_up",
]
