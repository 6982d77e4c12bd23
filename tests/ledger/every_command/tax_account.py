"""Every command of a tax account."""

from tests.facts import (
    CLARA,
    DINIS,
    PROCESS,
    remittance_proposed,
    tax_given_back,
    to_give_tax_back,
    to_owe_tax_again,
    to_propose_remittance,
    to_reject_remittance,
    to_remit_tax,
)
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_give_tax_back(), PROCESS),
    Happened(to_owe_tax_again(), PROCESS, (tax_given_back(),)),
    Happened(to_propose_remittance(), CLARA),
    Happened(to_reject_remittance(), DINIS, (remittance_proposed(),)),
    Happened(to_remit_tax(), DINIS, (remittance_proposed(),)),
)
