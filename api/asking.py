"""Asking: how a route puts its question to a read model that has come far enough."""

import time
from collections.abc import Callable
from typing import Annotated, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Header, Request
from sqlalchemy import Connection

from api.faults import StaleRead
from api.freshness import PATIENCE_SECONDS
from api.premises import Premises
from api.shapes import Position, Query
from projections import Projection
from projections.projection import Answer

P = ParamSpec("P")
A = TypeVar("A", bound=Answer)


def premises_of(request: Request) -> Premises:
    """What is behind the door that a request came through."""
    premises: Premises = request.app.state.premises
    return premises


class Ask:
    """Asks read models on behalf of one request, and waits where the answer would be too old."""

    def __init__(
        self,
        request: Request,
        min_position: Annotated[
            Position | None,
            Header(alias="Min-Position", description="The same as the query parameter `after`"),
        ] = None,
    ) -> None:
        self._request = request
        self._premises = premises_of(request)
        self._min_position = min_position or 0

    async def __call__(
        self,
        query: Query,
        of: Projection,
        question: Callable[Concatenate[Connection, P], A],
        /,
        *args: P.args,
        **named: P.kwargs,
    ) -> A:
        """Put a question to a read model that has come far enough. Raises StaleRead."""
        wanted = max(query.after or 0, self._min_position)
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            if wanted:
                await self._premises.freshness.reach(of.name, wanted, until=until)
            answer = await self._premises.ask(question, *args, **named)
            if answer.position >= wanted:
                stated(self._request, answer.position)
                return answer
            # It was set back, for instance to be rebuilt: what was known of it is wrong.
            self._premises.freshness.forget(of.name)
            if time.monotonic() > until:
                raise StaleRead(read_model=of.name, wanted=wanted, position=answer.position)


Asking = Annotated[Ask, Depends()]
OnPremises = Annotated[Premises, Depends(premises_of)]


def stated(request: Request, position: int) -> None:
    """Say in the answer's header which position it reflects."""
    request.state.position = position
