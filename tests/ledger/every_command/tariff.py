"""Every command of a tariff."""

from tests.facts import HOST, OPERATOR, to_set_levies, to_set_rates
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_set_rates(), HOST),
    Happened(to_set_levies(), OPERATOR),
)
