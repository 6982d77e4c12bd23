"""Hosting: who asks a host for a stay, who comes and on which nights, what it brings, and when."""

from typing import Annotated

import fastapi
from fastapi import APIRouter

from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Latest, Query, Uuid
from api.windows import Window
from ledger.values.ids import HostId, UnitId
from projections import calendars, documents, earnings, hosting, needs
from projections.availability import AVAILABILITY
from projections.calendars import HostsCalendar
from projections.documents import DOCUMENTS, Documents
from projections.earnings import EARNINGS, Earnings
from projections.hosting import HOSTING, HostedStays
from projections.needs import HostPayouts
from projections.payouts import PAYOUTS

router = APIRouter(prefix="/hosts/{host_id}", tags=["hosting"])

UNREADABLE = described(NoSuchPosition, StaleRead)


@router.get("/requests", responses=UNREADABLE)
async def requests_of(
    host_id: Uuid, query: Annotated[Query, fastapi.Query()], ask: Asking
) -> HostedStays:
    """The requests that wait for the host's decision, the most urgent first."""
    return await ask(query, HOSTING, hosting.requests_of, HostId(host_id))


@router.get("/arrivals", responses=UNREADABLE)
async def arrivals_of(
    host_id: Uuid, query: Annotated[Window, fastapi.Query()], ask: Asking
) -> HostedStays:
    """The confirmed stays that begin within a window, the earliest first."""
    query.refuse_too_long()
    return await ask(query, HOSTING, hosting.arrivals_of, HostId(host_id), query.begins, query.ends)


@router.get("/units/{unit_id}/calendar", responses=UNREADABLE)
async def calendar_of(
    host_id: Uuid, unit_id: Uuid, query: Annotated[Window, fastapi.Query()], ask: Asking
) -> HostsCalendar:
    """The nights of one of the host's units that are not free: held, reserved or blocked."""
    query.refuse_too_long()
    return await ask(
        query,
        AVAILABILITY,
        calendars.hosts_calendar,
        HostId(host_id),
        UnitId(unit_id),
        query.begins,
        query.ends,
    )


@router.get("/earnings", responses=UNREADABLE)
async def earnings_of(
    host_id: Uuid, query: Annotated[Query, fastapi.Query()], ask: Asking
) -> Earnings:
    """What the host has earned, what of it is not paid yet, and what the host owes."""
    return await ask(query, EARNINGS, earnings.earnings_of, HostId(host_id))


@router.get("/payouts", responses=UNREADABLE)
async def payouts_of(
    host_id: Uuid, query: Annotated[Latest, fastapi.Query()], ask: Asking
) -> HostPayouts:
    """The host's payouts, the latest first, and what must happen before each can go out."""
    return await ask(query, PAYOUTS, needs.payouts_of, HostId(host_id), query.limit)


@router.get("/documents", responses=UNREADABLE)
async def documents_of(
    host_id: Uuid, query: Annotated[Latest, fastapi.Query()], ask: Asking
) -> Documents:
    """The files that the host has sent, the latest first, and what became of them."""
    return await ask(query, DOCUMENTS, documents.documents_of, HostId(host_id), query.limit)
