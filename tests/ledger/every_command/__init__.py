"""Every command at least once; one that can lead to several events, once for each of them.

One file for each aggregate.
"""

from tests.ledger.every_command import (
    alteration,
    attestation,
    bank_payout,
    booking,
    calendar_feed,
    conversation,
    correction,
    coupon,
    damage_claim,
    difference,
    dispute,
    document,
    guest,
    host_debt,
    own_transfer,
    payment,
    payout,
    provider,
    refund,
    review,
    support_case,
    tariff,
    tax_account,
    unapplied_receipt,
    unit_calendar,
    verification,
)
from tests.ledger.every_command import property as properties
from tests.ledger.every_command.happened import Happened

EVERY_COMMAND = (
    *alteration.COMMANDS,
    *attestation.COMMANDS,
    *bank_payout.COMMANDS,
    *booking.COMMANDS,
    *calendar_feed.COMMANDS,
    *conversation.COMMANDS,
    *correction.COMMANDS,
    *coupon.COMMANDS,
    *damage_claim.COMMANDS,
    *difference.COMMANDS,
    *dispute.COMMANDS,
    *document.COMMANDS,
    *guest.COMMANDS,
    *host_debt.COMMANDS,
    *own_transfer.COMMANDS,
    *payment.COMMANDS,
    *payout.COMMANDS,
    *properties.COMMANDS,
    *provider.COMMANDS,
    *refund.COMMANDS,
    *review.COMMANDS,
    *support_case.COMMANDS,
    *tariff.COMMANDS,
    *tax_account.COMMANDS,
    *unapplied_receipt.COMMANDS,
    *unit_calendar.COMMANDS,
    *verification.COMMANDS,
)

__all__ = ["EVERY_COMMAND", "Happened"]
