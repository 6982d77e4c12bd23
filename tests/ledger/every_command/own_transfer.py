"""Every command of an own transfer."""

from ledger.aggregates.own_transfer import ReturnOwnTransfer
from tests.facts import OWN_PAYOUT, PROCESSOR, own_payout, to_record_own_transfer
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_record_own_transfer(), PROCESSOR),
    Happened(
        ReturnOwnTransfer(
            processor_object=OWN_PAYOUT,
            reason="account_closed",
            balance_transaction="txn_own_back",
        ),
        PROCESSOR,
        (own_payout(),),
    ),
)
