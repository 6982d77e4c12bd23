"""Every command of an attestation."""

from tests.facts import OPERATOR, to_attest
from tests.ledger.every_command.happened import Happened

COMMANDS = (Happened(to_attest(), OPERATOR),)
