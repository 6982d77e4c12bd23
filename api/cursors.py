"""Cursors: where a page ended, as a text that means nothing to whoever keeps it."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, ValidationError

from api.faults import InvalidRequest
from api.shapes import Body, Moment, Name, Page, Position, Query, Uuid

DIGITS = 16
NOT_THE_QUESTION = {"after", "cursor", "limit"}

P = TypeVar("P", bound=tuple[Any, ...])
T = TypeVar("T")


class Cursor(Body, Generic[P]):
    """A place in the order of what one question finds."""

    of: Annotated[str, Field(max_length=DIGITS)]
    place: P


AMONG_ROOMS = Cursor[tuple[Annotated[int, Field(ge=-(2**63), lt=2**63)], Uuid, Name]]
"""By the rank that a search gives them."""

AMONG_PROPERTIES = Cursor[tuple[Uuid]]
"""By their ids."""

AMONG_REVIEWS = Cursor[tuple[Moment, Uuid]]
"""By when they were published."""

AMONG_CONVERSATIONS = Cursor[tuple[Position]]
"""By the position of their last message."""


def cursor_of(query: Query, ended: tuple[Any, ...] | None, about: str = "") -> str | None:
    """Where the next page begins; nothing where there is none.

    `about` is what the question is about beside what the query says.
    """
    if ended is None:
        return None
    told = Cursor[Any](of=_digest(query, about), place=ended)
    return base64.urlsafe_b64encode(told.model_dump_json().encode()).decode()


def place_of(query: Query, cursor: str | None, among: type[Cursor[P]], about: str = "") -> P | None:
    """The place that a cursor of the same question names.

    Raises InvalidRequest for the cursor of another question, and for what is none.
    """
    if cursor is None:
        return None
    try:
        told = among.model_validate_json(base64.urlsafe_b64decode(cursor))
    except (ValueError, ValidationError) as error:
        raise InvalidRequest(cursor=cursor, because="it is none of ours") from error
    if told.of != _digest(query, about):
        raise InvalidRequest(cursor=cursor, because="it belongs to another question")
    return told.place


def page_of(
    query: Page, found: Sequence[T], place: Callable[[T], tuple[Any, ...]], about: str = ""
) -> tuple[Sequence[T], str | None]:
    """A page of what was found, and its cursor: one more was asked for than a page holds."""
    shown = found[: query.limit]
    ended = place(shown[-1]) if len(found) > len(shown) else None
    return shown, cursor_of(query, ended, about)


def _digest(query: Query, about: str) -> str:
    """What tells a question from others, however long ago its first page was asked for."""
    question = about + query.model_dump_json(exclude=NOT_THE_QUESTION)
    return hashlib.sha256(question.encode()).hexdigest()[:DIGITS]
