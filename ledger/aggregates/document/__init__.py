"""A document: one file of a host, from its announcement until nothing of it is left.

A photo of a property goes the same way; it is accepted once it is drawn anew, and never expires.

Its sections are files: `state`, `commands`, `lifecycle`, `evolution`; and `decider`, with the
decisions.
"""

from ledger.aggregates.document.commands import (
    AcceptDocument,
    AnnounceDocument,
    DiscardUpload,
    DocumentCommand,
    ExpireDocument,
    PurgeDocument,
    RecordScan,
    RefuseDocument,
    ReportUpload,
    ViewDocument,
    WithdrawDocument,
)
from ledger.aggregates.document.decider import DOCUMENT
from ledger.aggregates.document.lifecycle import LIFECYCLE
from ledger.aggregates.document.state import Document, Status

__all__ = [
    "DOCUMENT",
    "LIFECYCLE",
    "AcceptDocument",
    "AnnounceDocument",
    "DiscardUpload",
    "Document",
    "DocumentCommand",
    "ExpireDocument",
    "PurgeDocument",
    "RecordScan",
    "RefuseDocument",
    "ReportUpload",
    "Status",
    "ViewDocument",
    "WithdrawDocument",
]
