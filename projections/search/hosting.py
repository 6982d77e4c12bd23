"""Hosts, as far as what they let can be found."""

from typing import Any, assert_never

from sqlalchemy import Column, Table, Text, Uuid

from ledger.events import Recorded
from ledger.events.provider import (
    PayoutAccountChanged,
    PayoutAccountOpened,
    ProviderClosed,
    ProviderRegistered,
    ProviderReinstated,
    ProviderRejected,
    ProviderReopened,
    ProviderSuspended,
    ProviderVerified,
    ProviderVouchedFor,
    ReverificationDue,
)
from projections.projection import Rows
from projections.search.schema import tables

hosts = Table(
    "hosts",
    tables,
    Column("host_id", Uuid(as_uuid=False), primary_key=True),
    Column("status", Text, nullable=False),
    Column("status_by", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("standing_by", Text),
)
"""Where each host stands, and their payout account. `…_by` names the event that said so, as
`stream/version`.
"""


MAY_HOST = ("verified", "reverification_due")
"""The states in which somebody may host: a renewal that is due stops nobody before its day."""


HostEvent = (
    ProviderRegistered
    | ProviderVouchedFor
    | ProviderVerified
    | ProviderRejected
    | ProviderReopened
    | ReverificationDue
    | ProviderSuspended
    | ProviderReinstated
    | ProviderClosed
    | PayoutAccountOpened
    | PayoutAccountChanged
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[Any], event: HostEvent
) -> None:
    """Whether somebody may host, and whether they can be paid."""
    host_id, by = recorded.stream_id, recorded.event_id
    match event:
        case ProviderRegistered():
            rows.insert(
                hosts,
                host_id=host_id,
                status="draft",
                status_by=by,
                standing="none",
                standing_by=None,
            )
        case ProviderVerified() | ProviderVouchedFor() | ProviderReinstated():
            rows.change(hosts, host_id, status="verified", status_by=by)
        case ReverificationDue():
            rows.change(hosts, host_id, status="reverification_due", status_by=by)
        case ProviderRejected():
            rows.change(hosts, host_id, status="rejected", status_by=by)
        case ProviderReopened():
            rows.change(hosts, host_id, status="draft", status_by=by)
        case ProviderSuspended():
            rows.change(hosts, host_id, status="suspended", status_by=by)
        case ProviderClosed():
            rows.change(hosts, host_id, status="closed", status_by=by)
        case PayoutAccountOpened():
            rows.change(hosts, host_id, standing="onboarding", standing_by=by)
        case PayoutAccountChanged():
            rows.change(hosts, host_id, standing=event.to, standing_by=by)
        case _:
            assert_never(event)
