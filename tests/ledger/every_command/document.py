"""Every command of a document."""

from ledger.values.files import Fault, expires_at
from tests.facts import (
    HOST,
    PROCESS,
    RUNS_OUT,
    TIMER,
    VERIFIER,
    announced,
    document_accepted,
    document_refused,
    scanned,
    to_accept,
    to_announce,
    to_discard,
    to_expire,
    to_purge,
    to_record_scan,
    to_refuse,
    to_report,
    to_view,
    to_withdraw_document,
    uploaded,
)
from tests.ledger.every_command.happened import Happened

SCANNED = (announced(), uploaded(), scanned())

COMMANDS = (
    Happened(to_announce(), HOST),
    Happened(to_report(), HOST, (announced(),)),
    Happened(to_record_scan(), PROCESS, (announced(), uploaded())),
    Happened(to_refuse(Fault.UNREADABLE), PROCESS, (announced(), uploaded())),
    Happened(to_accept(), VERIFIER, SCANNED),
    Happened(to_refuse(), VERIFIER, SCANNED),
    Happened(to_view(), VERIFIER, SCANNED),
    Happened(to_expire(), TIMER, (*SCANNED, document_accepted()), at=expires_at(RUNS_OUT)),
    Happened(to_withdraw_document(), HOST, SCANNED),
    Happened(to_discard(), PROCESS, SCANNED),
    Happened(to_purge(), PROCESS, (*SCANNED, document_refused())),
)
