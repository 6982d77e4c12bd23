"""Sentences: how each event of a timeline is said. Nothing of this is stored.

So a sentence can be put better without a rebuild; what it needs to know stands in the timeline's
own rows.
"""

from datetime import date

from sqlalchemy import Row

from ledger.values.money import Money

SENTENCES = {
    "alteration.accepted": "Alteration accepted by the other side",
    "alteration.applied": "Alteration made so, revision {detail}",
    "alteration.declined": "Alteration declined: {detail}",
    "alteration.expired": "Alteration expired, nobody answered",
    "alteration.failed": "Alteration failed: {detail}; nothing is altered",
    "alteration.proposed": (
        "{nights} proposed by the {detail}, a difference of {amount}, until {due_at}"
    ),
    "alteration.settling": "Difference of the alteration to be settled: {detail}",
    "alteration.withdrawn": "Alteration withdrawn",
    "attestation.property_attested": "Property vouched for by {detail}",
    "bank_payout.cancelled": "Payout to the bank cancelled before it left",
    "bank_payout.failed": "The bank gave {amount} back: {detail}",
    "bank_payout.paid": "Payout arrived at the bank",
    "bank_payout.seen": "Payout of {amount} to the bank, expected on {detail}",
    "bank_payout.sent": "Payout on its way to the bank",
    "booking.abandoned": "Booking given up before it was paid",
    "booking.allowance_granted": "{amount} of what was paid goes back beside the stay's end",
    "booking.allowance_revoked": "Nothing goes back beside the stay's end after all",
    "booking.altered": "Booking altered to {nights} for {amount}",
    "booking.cancelled": "Booking {detail}; {amount} goes back to the guest",
    "booking.capture_failed": "Authorised money could not be captured: {detail}",
    "booking.confirmed": "Booking confirmed for {amount}",
    "booking.declined": "Booking declined by the host: {detail}",
    "booking.earnings_recognized": "Earnings recognized, {amount} of them the host's",
    "booking.expired": "Booking expired before it was paid",
    "booking.host_accepted": "Guest accepted by the host",
    "booking.host_decision_requested": "Money authorised, the host decides until {due_at}",
    "booking.no_show_reported": "Nobody came{detail}; {amount} goes back to the guest",
    "booking.no_show_reversed": "The guest did come; the stay is {detail}",
    "booking.penalty_charged": "Penalty of {amount} owed by the host",
    "booking.requested": "Booking of {nights} requested for {amount} under policy {detail}",
    "booking.stay_completed": "Stay completed",
    "booking.stay_curtailed": "Stay ends early on {detail}; {amount} goes back to the guest",
    "booking.stay_started": "Stay started",
    "booking.withdrawn": "Request withdrawn by the guest",
    "calendar_feed.failed": "The calendar elsewhere cannot be read: {detail}",
    "calendar_feed.items_missed": "The calendar elsewhere was read, without {detail} of its blocks",
    "calendar_feed.recovered": "The calendar elsewhere can be read again",
    "calendar_feed.registered": "A calendar elsewhere is read for unit {detail}",
    "calendar_feed.removed": "The calendar elsewhere is read no more",
    "coupon.closed": "Coupon closed: {detail}",
    "coupon.issued": "Coupon issued for {detail} stays, until {due_at}",
    "coupon.redeemed": "Coupon used, the platform pays {amount}",
    "coupon.restored": "Use of the coupon given back: {detail}",
    "document.accepted": "Document accepted {detail}",
    "document.announced": "File announced, {detail}, to be uploaded before {due_at}",
    "document.expired": "Document expired: {detail}",
    "document.purged": "File deleted for good",
    "document.refused": "File refused: {detail}",
    "document.scanned": "File drawn anew, searched for malware by {detail}",
    "document.upload_discarded": "File as it came deleted, what was drawn of it stays",
    "document.uploaded": "File uploaded",
    "document.withdrawn": "File taken back by its host",
    "document.viewed": "Document looked at: {detail}; the link ends at {due_at}",
    "own_transfer.made": "Platform's own {amount} moved {detail}",
    "own_transfer.returned": "Platform's own {amount} came back from its bank: {detail}",
    "payment.action_required": "The guest's bank asks the guest to confirm (3-D Secure)",
    "payment.adopted": "Payment of {amount} made of money that had come without a place",
    "payment.authorized": "{amount} held by the guest's bank, to be captured before {due_at}",
    "payment.cancelled": "Payment cancelled: {detail}",
    "payment.capture_requested": "Capture of {amount} requested",
    "host_debt.collected": "{amount} of the host's debt collected by taking a transfer back",
    "host_debt.dropped": "Host owes {amount} less, because what raised it was taken back",
    "host_debt.netted": "{amount} of the host's debt netted from a payout",
    "host_debt.raised": "Host owes {amount} more: {detail}",
    "host_debt.write_off_proposed": "Write-off of {amount} proposed: {detail}",
    "host_debt.write_off_rejected": "Write-off of {amount} rejected",
    "host_debt.written_off": "{amount} of the host's debt written off by two persons",
    "payment.cancellation_asked": "Processor asked to give the payment up: {detail}",
    "correction.applied": "Books corrected by two people, of {detail}",
    "correction.drafted": "Correction of the books drafted: {detail}",
    "correction.refused": "Correction of the books refused: {detail}",
    "correction.submitted": "Correction of the books waits for a second person",
    "damage_claim.agreed": "Guest agrees to pay for the damage",
    "damage_claim.asked": "Guest asked for {amount} for damage, until {due_at}",
    "damage_claim.charged": "{amount} for damage paid by the guest",
    "damage_claim.contested": "Guest does not agree to the claim: {detail}",
    "damage_claim.decided": "Decided that the guest pays {amount} for damage: {detail}",
    "damage_claim.dismissed": "Claim for damage dismissed: {detail}",
    "damage_claim.escalated": "Guest did not answer the claim: the platform decides",
    "damage_claim.left_unpaid": "{amount} for damage not paid: {detail}",
    "damage_claim.opened": "Host claims {amount} for damage ({detail}), to be answered by {due_at}",
    "damage_claim.withdrawn": "Claim for damage withdrawn by the host",
    "difference.corrected": "Difference corrected in the books",
    "difference.explained": "Difference explained: {detail}",
    "difference.found": "Difference found: {detail}",
    "difference.matched": "Difference closed: it fits now",
    "difference.written_off": "Difference of {amount} written off: {detail}",
    "dispute.accepted": "Dispute given up by two persons",
    "dispute.closed": "Dispute closed, no money was taken",
    "dispute.escalated": "Dispute became a {detail}; an answer is due by {due_at}",
    "dispute.evidence_delivered": "Evidence for the dispute arrived at the processor",
    "dispute.evidence_failed": "Evidence for the dispute not taken by the processor: {detail}",
    "dispute.evidence_submitted": "Evidence handed in for the dispute",
    "dispute.fee_charged": "Fee of {amount} for the dispute taken by the processor",
    "dispute.funds_reinstated": "Disputed {amount} given back by the processor",
    "dispute.funds_withdrawn": (
        "Disputed {amount} taken by the processor; {detail} of the host's held"
    ),
    "dispute.lost": "Dispute lost, and with it {amount}; the host owes {detail} of it",
    "dispute.opened": "Dispute of {amount} opened: {detail}; an answer is due by {due_at}",
    "dispute.prevented": "Dispute prevented by a refund of the processor",
    "dispute.reopened": "Dispute goes on as {detail}; an answer is due by {due_at}",
    "dispute.won": "Dispute won",
    "review.answered": "Review answered by the {detail}",
    "review.expired": "Nobody wrote a review in time",
    "review.guest_review_edited": "Host put their review otherwise",
    "review.guest_reviewed": "Host wrote a review, to be read once it is published",
    "review.hidden": "Review hidden: {detail}",
    "review.opened": "Guest and host may review each other until {due_at}",
    "review.published": "Reviews published, of the {detail}",
    "review.shown": "Hidden review shown again: {detail}",
    "review.stay_review_edited": "Guest put their review otherwise",
    "review.stay_reviewed": "Guest wrote a review, to be read once it is published",
    "review.voided": "Nothing to review: {detail}",
    "conversation.locked": "Conversation locked: {detail}",
    "conversation.message_written": "Message written by the {detail}",
    "conversation.opened": "Conversation opened",
    "support_case.answer_asked": "Answer asked of the {detail}",
    "support_case.answered": "Case answered by the {detail}",
    "support_case.opened": "Case opened about {detail}",
    "support_case.reopened": "Case opened again by the {detail}",
    "support_case.resolved": "Case resolved: {detail}",
    "payment.completed": "Payment of {amount} completed",
    "payment.disputed_amount_reinstated": "{amount} reinstated after a dispute",
    "payment.disputed_amount_withdrawn": "{amount} withdrawn over a dispute",
    "payment.failed": "Payment failed: {detail}",
    "payment.funds_available": "{amount} of the payment available for use, after fees",
    "payment.intent_linked": "Payment linked to an intent of the processor",
    "payment.intent_closed": "Processor takes no more money for the payment",
    "payment.opened": "Payment of {amount} opened {detail}",
    "payment.outcome_unknown": "Payment without an answer, looked {detail} times",
    "payment.processing": "Payment handed to the processor, attempt {detail}",
    "payment.refund_recorded": "Payment {detail} by {amount}",
    "payment.refund_reservation_released": "{amount} no longer reserved for a refund",
    "payment.refund_reserved": "{amount} reserved for a refund",
    "payment.refund_reversed": "Refund of {amount} came back, payment {detail}",
    "payment.retried": "Payment to be tried again, attempt {detail}",
    "payout.cancelled": "Payout cancelled, nothing is owed to the host",
    "payout.due": "Payout due",
    "payout.held": "Payout held: {detail}",
    "payout.hold_lifted": "Payout no longer held for {detail}",
    "payout.netted": "Payout of {amount} kept for what the host owes",
    "payout.outcome_unknown": "Nobody answered whether the payout was transferred",
    "payout.recalculated": "Payout recalculated to {amount}, not before {due_at}",
    "payout.released": "Payout of {amount} released",
    "payout.retried": "Payout of {amount} released again",
    "payout.reversal_failed": "Transfer of {amount} did not come back: {detail}",
    "payout.reversal_ordered": "Transfer of {amount} ordered back",
    "payout.reversed": "Transfer of {amount} came back",
    "payout.scheduled": "Payout of {amount} scheduled, not before {due_at}",
    "payout.transfer_failed": "Payout failed: {detail}",
    "payout.transferred": "Payout of {amount} transferred to the host",
    "provider.bank_account_changed": "A new bank account is paid to",
    "provider.bank_account_failed": "Bank account out of use until another one is named",
    "provider.bank_account_reviewed": "Change of the bank account reviewed: {detail}",
    "provider.closed": "Provider closed",
    "provider.payout_account_changed": "Payout account {detail}",
    "provider.payout_account_opened": "Payout account opened in {detail}",
    "provider.payout_account_seen": "Payout account as before",
    "provider.registered": "Provider registered in {detail}",
    "property.approved": "Property approved, {detail}",
    "property.archived": "Property archived",
    "property.described": "Property described with {detail} photos",
    "property.drafted": "Property drafted, priced in {detail}",
    "property.facts_stated": "Facts of the property stated: {detail}",
    "property.listing_blocked": "Kept from being found: {detail}",
    "property.listing_unblocked": "Kept from being found no longer: {detail}",
    "property.published": "Property published",
    "property.reinstated": "Property reinstated: {detail}",
    "property.rejected": "Property rejected: {detail}",
    "property.revision_approved": "Revision approved: {detail}",
    "property.revision_proposed": "Revision proposed: {detail}",
    "property.revision_rejected": "Revision rejected: {detail}",
    "property.suspended": "Property suspended: {detail}",
    "property.unlisted": "Property unlisted",
    "property.vouched_for": "Vouched for of the property: {detail}",
    "provider.reinstated": "Provider reinstated: {detail}",
    "provider.rejected": "Provider rejected: {detail}",
    "provider.reopened": "Provider may ask again: {detail}",
    "provider.reverification_due": "Verification to be renewed by {detail}",
    "provider.suspended": "Provider suspended: {detail}",
    "provider.verified": "Provider verified, {detail}",
    "provider.vouched_for": "Provider vouched for by {detail}",
    "refund.alternative_chosen": "Refund will be paid by bank transfer: {detail}",
    "refund.approval_asked": "Refund waits for a person to approve it: {detail}",
    "refund.approved": "Refund of {amount} approved",
    "refund.cancelled": "Refund of {amount} cancelled: {detail}",
    "refund.external_classified": "Refund made elsewhere, of {amount}, accounted for: {detail}",
    "refund.external_detected": "Refund of {amount} made elsewhere found at the processor",
    "refund.failed": "Refund of {amount} failed: {detail}",
    "refund.pending": "Refund under way at the processor{detail}",
    "refund.rejected": "Refund rejected: {detail}",
    "refund.requested": "Refund of {amount} requested: {detail}",
    "refund.resubmitted": "Refund handed to the processor once more",
    "refund.settled_by_dispute": "Refund of {amount} reached the guest by the dispute",
    "refund.settled_elsewhere": (
        "Refund of {amount} had reached the guest by one made at the processor's own desk"
    ),
    "refund.lessened": (
        "{amount} of the refund had reached the guest by one made at the processor's own desk"
    ),
    "refund.external_reversed": "Refund of {amount} that we had not asked for came back",
    "refund.external_matched": "{amount} of it was the money of a refund that we owed",
    "refund.settled_alternatively": "Refund of {amount} reached the guest by bank transfer",
    "refund.submitted": "Refund handed to the processor",
    "refund.succeeded": "Refund of {amount} reached the guest",
    "tax_account.given_back": "{amount} of tax goes back: {detail}",
    "tax_account.owed_again": "{amount} of tax does not go back after all: {detail}",
    "tax_account.remittance_proposed": "Remittance of {amount} of tax proposed: {detail}",
    "tax_account.remittance_rejected": "Remittance of {amount} of tax rejected: {detail}",
    "tax_account.remitted": "{amount} of tax remitted: {detail}",
    "tariff.levies_set": "Fees, taxes and penalties set, version {detail}",
    "tariff.rates_set": "Rates and stay rules set, version {detail}",
    "unapplied_receipt.adopted": "Money without a place became a payment",
    "unapplied_receipt.alternative_chosen": (
        "Money without a place is to be paid by our bank: {detail}"
    ),
    "unapplied_receipt.detected": "{amount} came without a place: {detail}",
    "unapplied_receipt.disputed": "The guest's bank asks about money without a place",
    "unapplied_receipt.settled_alternatively": (
        "{amount} without a place paid by our bank, reference {detail}"
    ),
    "unapplied_receipt.settled_by_dispute": (
        "{amount} without a place reached the guest by a dispute"
    ),
    "unapplied_receipt.funds_available": "{amount} of money without a place available for use",
    "unapplied_receipt.lessened": (
        "{amount} without a place reached the guest by a dispute; {detail} is owed still"
    ),
    "unapplied_receipt.return_failed": "Money without a place could not be returned: {detail}",
    "unapplied_receipt.return_reversed": "{amount} came back from the guest's bank: {detail}",
    "unapplied_receipt.returned": "{amount} without a place returned to the guest",
    "unapplied_receipt.returning": "Return of money without a place ordered, attempt {detail}",
    "unit_calendar.external_block_added": "{nights} sold elsewhere, so a feed says",
    "unit_calendar.external_block_removed": "{nights} no longer sold elsewhere, so a feed says",
    "unit_calendar.feed_conflict_ended": "{nights} no longer sold elsewhere as well as here",
    "unit_calendar.feed_conflict_detected": "{nights} sold elsewhere and here: look into it",
    "unit_calendar.hold_expired": "Hold of {nights} expired",
    "unit_calendar.hold_extended": "Hold of {nights} extended until {due_at}",
    "unit_calendar.hold_placed": "{nights} held until {due_at}",
    "unit_calendar.hold_released": "Hold of {nights} released",
    "unit_calendar.nights_blocked": "{nights} blocked ({detail})",
    "unit_calendar.nights_unblocked": "{nights} no longer blocked",
    "unit_calendar.opened": "Calendar of unit {detail} opened",
    "unit_calendar.reservation_made": "{nights} reserved",
    "unit_calendar.reservation_moved": "Reservation moved to {nights}, before it was {detail}",
    "unit_calendar.reservation_released": "{nights} free again",
    "unit_calendar.unit_deactivated": "Unit no longer let",
    "verification.approved": "Review approved, {detail}",
    "verification.changes_requested": "Reviewer wants changes: {detail}",
    "verification.rejected": "Review rejected: {detail}",
    "verification.review_claimed": "Reviewer took it on, until {due_at}",
    "verification.review_released": "Reviewer gave it back ({detail})",
    "verification.submitted": "Review of a {detail} asked for",
}
"""How each topic is said; a test demands a sentence for every topic."""

GOING_ON = {
    ("payment.action_required", "payment.processing"): (
        "Guest answered their bank, attempt {detail} goes on at the processor"
    ),
    ("booking.host_decision_requested", "booking.expired"): (
        "Request expired, the host did not decide in time"
    ),
    ("booking.capture_failed", "booking.expired"): (
        "Request expired, the money could not be captured in time"
    ),
}
"""How a topic is said after another one of the same stream, where by itself it would be misread: as
a beginning, or as the end of something else."""

IN_WORDS = {
    "payment_intent_authentication_failure": "the guest did not confirm to their bank",
    "generic_decline": "the guest's bank declined it",
    "insufficient_funds": "too little money on the guest's account",
    "expired_card": "the guest's card has expired",
    "late_success": "too late",
    "double_capture": "taken twice",
    "wrong_amount": "not the amount that is due",
    "wrong_currency": "not the currency that is due",
    "off_policy": "more than the policy gives",
    "above_limit": "more than one person may give",
    "platform_funded": "the platform pays it",
    "payout_transferred": "the host has the money already",
}
"""Codes that only insiders read, and what they mean; others read as they are, without dashes."""


def sentence_of(row: Row[tuple[object, ...]], after: str | None = None) -> str:
    """What a row of the timeline tells, as people would say it.

    `after` is the topic of what happened before it in the same stream.
    """
    said = GOING_ON.get((after or "", row.topic), SENTENCES[row.topic])
    sentence = said.format(
        amount="" if row.amount_minor is None else Money(row.amount_minor, row.currency),
        nights=_nights(row.check_in, row.check_out),
        due_at="" if row.due_at is None else f"{row.due_at:%Y-%m-%d %H:%M} UTC",
        detail=", ".join(map(_in_words, (row.detail or "").split(", "))),
    )
    return sentence.rstrip()


def _in_words(code: str) -> str:
    return IN_WORDS.get(code, code.replace("_", " "))


def _nights(check_in: date | None, check_out: date | None) -> str:
    if check_in is None or check_out is None:
        return ""
    count = (check_out - check_in).days
    return f"{count} {'night' if count == 1 else 'nights'} from {check_in} to {check_out}"
