"""Errands: what must be said to the processor or done to files, since when, and under which key.

Each row is an intent that was committed before the call (commit, call, commit): it stands until the
result of the call stands in the ledger, so a worker that dies in between finds it again. History
from outside sets none.
"""

from typing import get_args

from ledger.events import Recorded
from projections.errands import disputes, documents, hosts, payments, payouts, refunds
from projections.errands.disputes import DisputeErrandEvent
from projections.errands.documents import DocumentErrandEvent
from projections.errands.hosts import HostErrandEvent
from projections.errands.payments import PaymentErrandEvent
from projections.errands.payouts import PayoutErrandEvent
from projections.errands.refunds import RefundErrandEvent
from projections.errands.table import errands, tables
from projections.projection import Matters, Projection, Rows, by_event

__all__ = ["ERRANDS", "errands"]

ErrandEvent = (
    PaymentErrandEvent
    | RefundErrandEvent
    | PayoutErrandEvent
    | DisputeErrandEvent
    | HostErrandEvent
    | DocumentErrandEvent
)

MATTERS: Matters = {
    PaymentErrandEvent: payments.project,
    RefundErrandEvent: refunds.project,
    PayoutErrandEvent: payouts.project,
    DisputeErrandEvent: disputes.project,
    HostErrandEvent: hosts.project,
    DocumentErrandEvent: documents.project,
}
"""Which file knows what the events of a union ask for."""

_PROJECTS = by_event(MATTERS)


def project(rows: Rows, recorded: Recorded[ErrandEvent]) -> None:
    """Set or end the errands that the event is about."""
    _PROJECTS[type(recorded.event)](rows, recorded, recorded.event)


ERRANDS = Projection("errands", 7, tables, get_args(ErrandEvent), project, live_only=True)
