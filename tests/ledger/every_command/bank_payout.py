"""Every command of a bank payout."""

from ledger.aggregates.bank_payout import Status as AtTheBank
from tests.facts import (
    PROCESSOR,
    a_bank_payout,
    paid_to_the_bank,
    sent_to_the_bank,
    to_record_bank_payout,
)
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_record_bank_payout(), PROCESSOR),
    Happened(to_record_bank_payout(standing=AtTheBank.IN_TRANSIT), PROCESSOR, (a_bank_payout(),)),
    Happened(
        to_record_bank_payout(standing=AtTheBank.PAID),
        PROCESSOR,
        (a_bank_payout(), sent_to_the_bank()),
    ),
    Happened(
        to_record_bank_payout(standing=AtTheBank.FAILED, code="account_closed"),
        PROCESSOR,
        (a_bank_payout(), sent_to_the_bank(), paid_to_the_bank()),
    ),
    Happened(to_record_bank_payout(standing=AtTheBank.CANCELED), PROCESSOR, (a_bank_payout(),)),
)
