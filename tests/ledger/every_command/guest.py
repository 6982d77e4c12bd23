"""Every command of a guest."""

from tests.facts import PROCESS, to_hold_stay
from tests.ledger.every_command.happened import Happened

COMMANDS = (Happened(to_hold_stay(), PROCESS),)
