"""Conversations: guest, host and support write to each other about a booking, and read it."""

from typing import Annotated, Literal

import fastapi
from fastapi import APIRouter
from pydantic import BaseModel

from api import speakers
from api.answers.conversations import (
    Conversations,
    ConversationToRead,
    Conversing,
    paged,
    read_by_party,
    read_by_support,
)
from api.asking import Asking
from api.commands import COMMANDS, Command, Commanding, answered
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import Page, Query, Uuid
from api.speaking import OF_WORDS, Spoken, keep, party
from api.wishes.staff import AsSupport, OfSupport
from ledger import errors, processes
from ledger.draft import Draft, Plan
from ledger.events import Role
from ledger.values.ids import BookingId, GuestId, HostId
from projections import conversations
from projections.conversations import CONVERSATIONS

router = APIRouter(tags=["conversations"])

UNREADABLE = described(NoSuchPosition, StaleRead)


class AsReader(Query):
    """Who reads: the guest or the host of the booking."""

    reader: Uuid


class Locking(OfSupport):
    """Why guest and host shall write no more."""

    reason: Literal["abusive", "spam", "off_platform", "other"]


@router.get("/guests/{guest_id}/conversations", responses=UNREADABLE)
async def conversations_of_guest(
    guest_id: Uuid, query: Annotated[Page, fastapi.Query()], ask: Asking
) -> Conversations:
    """A guest's conversations, the one that was written in last first."""
    of, question = GuestId(guest_id), paged(conversations.conversations_of_guest)
    return await ask(query, CONVERSATIONS, question, of, query)


@router.get("/hosts/{host_id}/conversations", responses=UNREADABLE)
async def conversations_of_host(
    host_id: Uuid, query: Annotated[Page, fastapi.Query()], ask: Asking
) -> Conversations:
    """A host's conversations, the one that was written in last first."""
    of, question = HostId(host_id), paged(conversations.conversations_of_host)
    return await ask(query, CONVERSATIONS, question, of, query)


@router.get(
    "/bookings/{booking_id}/conversation",
    responses=described(errors.NotAParty, errors.NotFound, NoSuchPosition, StaleRead),
)
async def conversation(
    booking_id: Uuid, query: Annotated[AsReader, fastapi.Query()], ask: Asking
) -> ConversationToRead:
    """What was written about a booking, as its guest or its host reads it."""
    return await ask(query, CONVERSATIONS, read_by_party, BookingId(booking_id), query.reader)


@router.get(
    "/support/bookings/{booking_id}/conversation",
    responses=described(errors.NotFound, NoSuchPosition, StaleRead),
)
async def conversation_for_support(
    booking_id: Uuid, query: Annotated[AsSupport, fastapi.Query()], ask: Asking
) -> ConversationToRead:
    """What was written about a booking, as support reads it."""
    return await ask(query, CONVERSATIONS, read_by_support, BookingId(booking_id))


@router.post(
    "/bookings/{booking_id}/conversation/messages",
    status_code=201,
    responses=described(*COMMANDS, *OF_WORDS),
)
async def write_message(booking_id: Uuid, said: Spoken, command: Commanding) -> Conversing:
    """Write to the others; the first message begins the conversation."""
    case = BookingId(booking_id)
    writer = await party(command, case, said.speaker, said.by)
    text, heard = await keep(command, writer, said)
    return await _do(
        command, case, heard, lambda draft: processes.write_message(draft, writer, case, text)
    )


@router.post(
    "/bookings/{booking_id}/conversation/locking",
    status_code=201,
    responses=described(*COMMANDS, errors.ReasonIsMissing),
)
async def lock_conversation(booking_id: Uuid, said: Locking, command: Commanding) -> Conversing:
    """Support ends it: guest and host read what there is, and write no more."""
    case, support = BookingId(booking_id), speakers.staff(Role.SUPPORT, said.by)
    return await _do(
        command,
        case,
        said,
        lambda draft: processes.lock_conversation(draft, support, case, said.reason),
    )


async def _do(command: Command, booking_id: BookingId, said: BaseModel, step: Plan) -> Conversing:
    def plan(draft: Draft) -> None:
        step(draft)
        found = processes.conversation_in(draft, booking_id)
        answered(
            draft,
            Conversing(
                position=0,
                booking_id=booking_id,
                status=found.status.value,
                messages_count=found.messages_count,
            ),
        )

    return await command.execute(booking_id, said, plan, Conversing)
