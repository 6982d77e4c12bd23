"""Health, truthfully: what answers, how far the history is, and how far behind each read model."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal

import fastapi
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from api.asking import OnPremises, stated
from api.faults import NoSuchPosition, ReadModelMissing, StaleRead
from api.premises import Premises, head
from api.problems import described
from api.shapes import Query
from ledger.errors import StoreUnavailable
from ledger.store import inbox
from ledger.values.clock import Instant, system_clock
from projections import PROJECTIONS
from projections.projection import Answer, Standing, standing_of
from projections.reading import driver_of

router = APIRouter(tags=["health"])

NOTICES_WAIT_AT_MOST = timedelta(minutes=5)


class ReadModelHealth(Standing):
    """Where a read model stands; `lag` is how many positions it is behind the history."""

    lag: int


class Health(BaseModel):
    """`ok`; `degraded`: everything answers, but something is old or missing; `unavailable`.

    `position` is the end of the history; `redis` is None where none is set up; `late_notices`
    counts what the processor told us longer than five minutes ago and nobody has taken in.
    """

    model_config = ConfigDict(frozen=True)

    status: Literal["ok", "degraded", "unavailable"]
    position: int | None
    postgres: bool
    redis: bool | None
    late_notices: int | None
    read_models: Sequence[ReadModelHealth]


class Positions(Answer):
    """How far each read model has come; `position` is that of the last among them."""

    read_models: dict[str, int]


@router.get("/health", responses={503: {"model": Health, "description": "Postgres is away"}})
async def health(request: Request, response: Response, premises: OnPremises) -> Health:
    """Whether we can do our work. 503 where Postgres cannot be reached."""
    redis = await premises.radio.answers() if premises.radio else None
    try:
        position = await premises.ask(head)
    except StoreUnavailable:
        response.status_code = 503
        return Health(
            status="unavailable",
            position=None,
            postgres=False,
            redis=redis,
            late_notices=None,
            read_models=[],
        )
    stated(request, position)
    read_models = await _read_models(premises, position)
    late_notices = await premises.ask(_late_notices, system_clock() - NOTICES_WAIT_AT_MOST)
    halted = any(model.halted_at for model in read_models)
    well = redis is not False and read_models and not halted and not late_notices
    return Health(
        status="ok" if well else "degraded",
        position=position,
        postgres=True,
        redis=redis,
        late_notices=late_notices,
        read_models=read_models,
    )


@router.get("/positions", responses=described(NoSuchPosition, ReadModelMissing, StaleRead))
async def positions(
    query: Annotated[Query, fastapi.Query()], request: Request, premises: OnPremises
) -> Positions:
    """How far each read model has come; with `after`, once all of them have come that far."""
    if query.after:
        await premises.reach(query.after, *PROJECTIONS, until=time.monotonic() + premises.patience)
        reached = premises.freshness.known
    else:  # nothing may have been heard yet
        reached = await premises.positions()
    last = min(reached.values())
    stated(request, last)
    return Positions(position=last, read_models=dict(reached))


def _late_notices(db: Connection, received_before: Instant) -> int:
    return len(inbox.waiting(driver_of(db), received_before))


async def _read_models(premises: Premises, position: int) -> list[ReadModelHealth]:
    try:
        standings = await premises.ask(standing_of, PROJECTIONS)
    except ReadModelMissing:
        return []
    return [
        ReadModelHealth(lag=max(position - standing.position, 0), **standing.model_dump())
        for standing in standings
    ]
