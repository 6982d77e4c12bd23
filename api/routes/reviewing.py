"""Reviewing: both sides write blind, who is reviewed answers, and the platform hides."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api import speakers
from api.answers.reviews import ReviewsNow, reviews_now
from api.commands import COMMANDS, Command, Commanding, answered
from api.problems import described
from api.said_before import review_by
from api.shapes import Body, Uuid
from api.speaking import OF_WORDS, Said, keep, party
from api.wishes.staff import OfSupport
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import BookingId
from ledger.values.reviews import GuestRating, GuestReview, Side, StayRating, StayReview

router = APIRouter(prefix="/bookings/{booking_id}/reviews", tags=["reviews"])

Stars = Annotated[int, Field(ge=1, le=5)]

WRITING = described(*COMMANDS, *OF_WORDS, errors.RatingOutOfRange, errors.TooLate)
MODERATING = described(*COMMANDS, errors.ReasonIsMissing)


class StarsOfStay(Body):
    """What the guest thinks of the stay: overall, and of each part of it."""

    overall: Stars
    cleanliness: Stars
    accuracy: Stars
    check_in: Stars
    communication: Stars
    location: Stars
    value: Stars


class StarsOfGuest(Body):
    """What the host thinks of the guest: overall, and of each part of it."""

    overall: Stars
    cleanliness: Stars
    communication: Stars
    house_rules: Stars


class SaidOfStay(Said):
    """The guest's review of the stay."""

    stars: StarsOfStay


class SaidOfGuest(Said):
    """The host's review of the guest."""

    stars: StarsOfGuest


class Hiding(OfSupport):
    """Why nobody shall read a review."""

    reason: Literal["abusive", "personal_data", "not_about_the_stay", "extortion", "other"]


class Showing(OfSupport):
    """Why everybody may read it again."""

    reason: Literal["hidden_by_mistake", "appeal", "other"]


@router.post("/guest", status_code=201, responses=WRITING)
async def review_stay(booking_id: Uuid, said: SaidOfStay, command: Commanding) -> ReviewsNow:
    """The guest reviews the stay, or puts their review otherwise until the host has written."""
    case = BookingId(booking_id)
    guest = await party(command, case, "guest")
    before = partial(review_by, booking_id=case, by=Side.GUEST)
    text, heard = await keep(command, guest, said, before)
    review = StayReview(StayRating(**said.stars.model_dump()), text)
    return await _do(
        command, case, heard, lambda draft: processes.review_stay(draft, guest, case, review)
    )


@router.post("/host", status_code=201, responses=WRITING)
async def review_guest(booking_id: Uuid, said: SaidOfGuest, command: Commanding) -> ReviewsNow:
    """The host reviews the guest, or puts their review otherwise until the guest has written."""
    case = BookingId(booking_id)
    host = await party(command, case, "host")
    before = partial(review_by, booking_id=case, by=Side.HOST)
    text, heard = await keep(command, host, said, before)
    review = GuestReview(GuestRating(**said.stars.model_dump()), text)
    return await _do(
        command, case, heard, lambda draft: processes.review_guest(draft, host, case, review)
    )


@router.post("/{by}/answer", status_code=201, responses=WRITING)
async def answer_review(booking_id: Uuid, by: Side, said: Said, command: Commanding) -> ReviewsNow:
    """Who is reviewed answers what the side `by` wrote: once, within 30 days."""
    case = BookingId(booking_id)
    reviewed = await party(command, case, by.other.value)
    text, heard = await keep(command, reviewed, said)
    return await _do(
        command,
        case,
        heard,
        lambda draft: processes.answer_review(draft, reviewed, case, by, text),
    )


@router.post("/{by}/hiding", status_code=201, responses=MODERATING)
async def hide_review(booking_id: Uuid, by: Side, said: Hiding, command: Commanding) -> ReviewsNow:
    """Support lets nobody read what the side `by` wrote, or the answer to it."""
    case, support = BookingId(booking_id), speakers.staff(Role.SUPPORT, said.by)
    return await _do(
        command,
        case,
        said,
        lambda draft: processes.hide_review(draft, support, case, by, said.reason),
    )


@router.post("/{by}/showing", status_code=201, responses=MODERATING)
async def show_review(booking_id: Uuid, by: Side, said: Showing, command: Commanding) -> ReviewsNow:
    """Support lets everybody read again what was hidden."""
    case, support = BookingId(booking_id), speakers.staff(Role.SUPPORT, said.by)
    return await _do(
        command,
        case,
        said,
        lambda draft: processes.show_review(draft, support, case, by, said.reason),
    )


async def _do(
    command: Command, booking_id: BookingId, said: BaseModel, step: Callable[[Draft], None]
) -> ReviewsNow:
    def plan(draft: Draft) -> None:
        step(draft)
        answered(draft, reviews_now(processes.reviews_in(draft, booking_id)))

    return await command.execute(booking_id, said, plan, ReviewsNow)
