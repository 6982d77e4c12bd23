"""Everything that can happen to the files of a host: a part of the small history."""

from datetime import timedelta
from typing import TYPE_CHECKING

from ledger.aggregates.document import PurgeDocument, RefuseDocument
from ledger.values.files import Fault, ViewReason, expires_at
from ledger.values.ids import DocumentId
from tests.facts import (
    HOST,
    PASSPORT,
    PHOTO,
    PROCESS,
    TIMER,
    VERIFIER,
    an_id,
    to_accept,
    to_announce,
    to_announce_a_photo,
    to_discard,
    to_expire,
    to_purge,
    to_record_scan,
    to_report,
    to_view,
    to_withdraw_document,
)

if TYPE_CHECKING:
    from tests.replay.small_history import History

BLURRED = DocumentId(an_id("a blurred letter of the city"))
UNWANTED = DocumentId(an_id("a letter that shows too much"))


def send_files(history: "History") -> None:
    """Let a passport be accepted, looked at and expire, a letter be refused, one be taken
    back, and a photo stay.
    """
    runs_out = (history.clock.now + timedelta(days=1)).date()
    history.take(
        PASSPORT,
        (HOST, to_announce()),
        (HOST, to_report()),
        (PROCESS, to_record_scan()),
        (VERIFIER, to_view()),
        (VERIFIER, to_accept(expires_on=runs_out)),
        (PROCESS, to_discard()),
    )
    history.take(
        PHOTO,
        (HOST, to_announce_a_photo()),
        (HOST, to_report(PHOTO)),
        (PROCESS, to_record_scan(PHOTO)),
        (PROCESS, to_accept(PHOTO, expires_on=None)),
    )
    history.take(
        BLURRED,
        (HOST, to_announce(document_id=BLURRED)),
        (PROCESS, to_report(BLURRED)),
        (PROCESS, to_record_scan(BLURRED)),
        (HOST, to_view(ViewReason.OWN, document_id=BLURRED)),
        (VERIFIER, RefuseDocument(document_id=BLURRED, reason=Fault.NOT_LEGIBLE)),
        (PROCESS, PurgeDocument(document_id=BLURRED)),
    )
    history.take(UNWANTED, (HOST, to_announce(document_id=UNWANTED)))
    history.take(UNWANTED, (HOST, to_withdraw_document(UNWANTED)))
    history.clock.now = expires_at(runs_out)
    history.take(PASSPORT, (TIMER, to_expire()), (PROCESS, to_purge()))
