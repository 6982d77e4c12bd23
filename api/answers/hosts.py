"""Hosting: where a host stands, and what stopped them or will."""

from datetime import date

from api.commands import answered
from ledger import processes
from ledger.aggregates.provider import Provider
from ledger.draft import Draft
from ledger.values.ids import HostId
from projections.projection import Answer


class HostNow(Answer):
    """Where a host stands, as a command left them or the ledger has them now.

    `suspended_for` is the code of the reason, where they are suspended. What their verification
    rests on ends on `renew_by`, where it ends at all.
    """

    host_id: str
    status: str
    suspended_for: str | None = None
    renew_by: date | None = None


def answer(draft: Draft, host_id: HostId) -> None:
    """Answer a command by the host as it left them."""
    answered(draft, shown(0, host_id, processes.host_in(draft, host_id)))


def shown(position: int, host_id: HostId, host: Provider) -> HostNow:
    """A host as they stand."""
    return HostNow(
        position=position,
        host_id=host_id,
        status=host.status,
        suspended_for=host.suspended_for,
        renew_by=host.renew_by,
    )
