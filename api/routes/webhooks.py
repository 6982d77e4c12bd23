"""Webhooks: what others tell us, stored before it is answered, and worked on by nobody here."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict

from api.asking import OnProcessor
from api.bodies import HOSTS_NOTICES, NOTICES
from api.faults import BodyTooLarge, NoticesNotSetUp
from api.problems import described
from api.processor import Processor
from ledger import errors
from ledger.gateways.stripe.notices import Hears

router = APIRouter(tags=["webhooks"])

log = structlog.get_logger("api")

EVENT: dict[str, Any] = {
    "requestBody": {
        "description": "An event as the processor wrote and signed it",
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


class Kept(BaseModel):
    """The notice is stored; that is all there is to say."""

    model_config = ConfigDict(extra="forbid")


REFUSALS = described(
    BodyTooLarge,
    NoticesNotSetUp,
    errors.NoticeNotSigned,
    errors.NoticeOfAnotherAccount,
    errors.NoticeOfAnotherMode,
    errors.NoticeStale,
    errors.NoticeUnreadable,
)
Signature = Annotated[str | None, Header(alias="Stripe-Signature")]


@router.post(NOTICES, openapi_extra=EVENT, responses=REFUSALS)
async def hear_stripe(
    request: Request, processor: OnProcessor, signature: Signature = None
) -> Kept:
    """Store a notice of the processor. A repeat is answered like the first; nothing is done yet."""
    return await _kept(processor, await request.body(), signature, Hears.PLATFORM)


@router.post(HOSTS_NOTICES, openapi_extra=EVENT, responses=REFUSALS)
async def hear_stripe_of_hosts(
    request: Request, processor: OnProcessor, signature: Signature = None
) -> Kept:
    """Store a notice of the processor that is about the account of a host."""
    return await _kept(processor, await request.body(), signature, Hears.HOSTS)


async def _kept(processor: Processor, raw: bytes, signature: str | None, hears: Hears) -> Kept:
    try:
        await processor.hear(raw, signature, hears)
    except errors.NoticeRefused as refused:
        # Somebody may be trying us: who looks for that finds it, and nothing of what was sent.
        log.warning("notice refused", security=True, code=refused.code, bytes_count=len(raw))
        raise
    return Kept()
