"""Cursors: where a page of a search ended, as a text that means nothing to whoever keeps it."""

import base64
import hashlib
from typing import Annotated

from pydantic import Field, ValidationError

from api.faults import InvalidRequest
from api.shapes import Body, Name, Query, Uuid
from projections.finding.sought import Place

DIGITS = 16
NOT_THE_QUESTION = {"after", "cursor", "limit"}


class Cursor(Body):
    """A place in the order of what one question finds."""

    of: Annotated[str, Field(max_length=DIGITS)]
    rank: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    property_id: Uuid
    room_type: Name


def cursor_of(query: Query, ended: Place | None) -> str | None:
    """Where the next page begins; nothing where there is none."""
    if ended is None:
        return None
    told = Cursor(of=_digest(query), **ended._asdict())
    return base64.urlsafe_b64encode(told.model_dump_json().encode()).decode()


def place_of(query: Query, cursor: str | None) -> Place | None:
    """The place that a cursor of the same question names.

    Raises InvalidRequest for the cursor of another question, and for what is none.
    """
    if cursor is None:
        return None
    try:
        told = Cursor.model_validate_json(base64.urlsafe_b64decode(cursor))
    except (ValueError, ValidationError) as error:
        raise InvalidRequest(cursor=cursor, because="it is none of ours") from error
    if told.of != _digest(query):
        raise InvalidRequest(cursor=cursor, because="it belongs to another question")
    return Place(told.rank, told.property_id, told.room_type)


def _digest(query: Query) -> str:
    """What tells a question from others, however long ago its first page was asked for."""
    question = query.model_dump_json(exclude=NOT_THE_QUESTION)
    return hashlib.sha256(question.encode()).hexdigest()[:DIGITS]
