"""Shared calendars: the address at which other platforms read which nights of a unit are taken.

Whoever has the address can read it, so it is told once and kept nowhere; a new one ends the one
before. It says nothing of guests: neither who comes, nor why nights are not free.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict

from api.asking import OnPremises
from api.problems import described
from api.shapes import Uuid
from ledger import processes
from ledger.aggregates.unit_calendar import UNIT_CALENDAR, UnitCalendar, shared_items
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.gateways.ical import written
from ledger.store import EventStore
from ledger.values.clock import Instant
from ledger.values.feed import FeedItem
from ledger.values.ids import UnitId
from ledger.values.stay import local_date

router = APIRouter(tags=["calendars"])

MEDIA_TYPE = "text/calendar"

Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{43}$")]


class CalendarAddress(BaseModel):
    """Where a unit's calendar is read from now on; it is not shown again."""

    model_config = ConfigDict(frozen=True)

    unit_id: str
    path: str


@router.post("/units/{unit_id}/calendar-address", status_code=201, responses=described(NotFound))
async def share_calendar(unit_id: Uuid, premises: OnPremises) -> CalendarAddress:
    """An address for other platforms; the one before, if there was any, is of no use any more."""
    unit = UnitId(unit_id)

    def share(store: EventStore, ledger: Ledger) -> str:
        if ledger.state(UNIT_CALENDAR, unit) is None:
            raise NotFound(unit_id=unit)
        return store.share_calendar(unit)

    token = await premises.look(share)
    return CalendarAddress(unit_id=unit, path=f"/calendars/{token}.ics")


@router.delete("/units/{unit_id}/calendar-address", status_code=204, responses=described())
async def unshare_calendar(unit_id: Uuid, premises: OnPremises) -> None:
    """Nobody reads the unit's calendar any more, whoever has its address."""
    await premises.look(lambda store, _: store.unshare_calendar(UnitId(unit_id)))


@router.get(
    "/calendars/{token}.ics",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}, **described(NotFound)},
)
async def shared_calendar(token: Token, premises: OnPremises) -> Response:
    """Which nights of a unit are not free, as a calendar (RFC 5545)."""
    content = await premises.look(lambda store, ledger: _content(store, ledger, token))
    return Response(content, media_type=MEDIA_TYPE)


def _content(store: EventStore, ledger: Ledger, token: str) -> bytes:
    unit_id = store.shared_unit(token)
    if unit_id is None:
        raise NotFound
    content: list[bytes] = []

    def look(draft: Draft) -> None:
        taken = taken_of(processes.calendar_in(draft, unit_id), draft.now)
        content.append(written(taken, draft.now))

    ledger.rehearse(look)
    return content[0]


def taken_of(calendar: UnitCalendar, now: Instant) -> Iterator[FeedItem]:
    """What others are told of today and later."""
    today = local_date(now, calendar.house.time_zone)
    return (item for item in shared_items(calendar) if item.stay.check_out > today)
