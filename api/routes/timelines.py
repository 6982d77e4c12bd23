"""Timelines: everything that happened in one case, in plain language."""

from typing import Annotated

import fastapi
from fastapi import APIRouter

from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Query, Uuid
from ledger.errors import NotFound
from projections.timeline import TIMELINE, Timeline, timeline_of

router = APIRouter(tags=["timelines"])


@router.get("/timelines/{id}", responses=described(NotFound, NoSuchPosition, StaleRead))
async def timeline(
    id: Uuid,  # noqa: A002 - the word of the field
    query: Annotated[Query, fastapi.Query()],
    ask: Asking,
) -> Timeline:
    """What happened in a case, by its own id or that of anything that belongs to it alone."""
    told = await ask(query, TIMELINE, timeline_of, id)
    if not told.happenings:
        raise NotFound(id=id, position=told.position)
    return told
