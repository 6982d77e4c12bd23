"""The queue of reviewers: what waits for them, who has what, and what it is about."""

from typing import Annotated, Literal

import fastapi
from fastapi import APIRouter
from pydantic import Field

from api.asking import Asking
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Latest, Uuid
from ledger.values.verification import Subject
from projections import review_queue
from projections.review_queue import ReviewQueue
from projections.verifications import VERIFICATIONS

router = APIRouter(tags=["verifications"])


class Queued(Latest):
    """Which reviews: those that wait, if nothing else is said."""

    status: (
        Literal["submitted", "in_review", "changes_requested", "approved", "rejected"] | None
    ) = None
    subject: Subject | None = None
    reviewer: Uuid | None = None
    beyond: Uuid | None = Field(
        default=None, description="The page after the one that named this review as its `next`"
    )


@router.get("/verifications", responses=described(NoSuchPosition, StaleRead))
async def reviews_to_answer(query: Annotated[Queued, fastapi.Query()], ask: Asking) -> ReviewQueue:
    """What reviewers have to look at, by when it is to be answered, and what has changed of it."""
    return await ask(
        query,
        VERIFICATIONS,
        review_queue.queue,
        query.limit,
        status=query.status,
        subject=query.subject,
        reviewer=query.reviewer,
        beyond=query.beyond,
    )
