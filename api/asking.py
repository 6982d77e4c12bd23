"""Asking: how a route puts its question to a read model that has come far enough."""

import time
from collections.abc import Callable, Sequence
from typing import Annotated, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Header, Request
from sqlalchemy import Connection

from api.faults import StaleRead
from api.premises import Premises
from api.processor import Processor
from api.shapes import Position, Query
from projections import Projection
from projections.projection import Answer

P = ParamSpec("P")
A = TypeVar("A", bound=Answer)


# What routes depend on is awaited, however quick it is: a plain function would cost a thread each.


async def premises_of(request: Request) -> Premises:
    """What is behind the door that a request came through."""
    premises: Premises = request.app.state.premises
    return premises


async def processor_of(request: Request) -> Processor:
    """The processor, as far as it is set up."""
    processor: Processor = request.app.state.processor
    return processor


class Ask:
    """Asks read models on behalf of one request, and waits where the answer would be too old."""

    def __init__(self, request: Request, premises: Premises, min_position: int) -> None:
        self._request = request
        self._premises = premises
        self._min_position = min_position

    async def __call__(
        self,
        query: Query,
        of: Projection | Sequence[Projection],
        question: Callable[Concatenate[Connection, P], A],
        /,
        *args: P.args,
        **named: P.kwargs,
    ) -> A:
        """Put a question to a read model that has come far enough, or to several.

        Raises NoSuchPosition, StaleRead, ReadModelMissing, StoreUnavailable.
        """
        wanted = max(query.after or 0, self._min_position)
        read_models = (of,) if isinstance(of, Projection) else of
        until = time.monotonic() + self._premises.patience
        while True:
            if wanted:
                await self._premises.reach(wanted, *read_models, until=until)
            answer = await self._premises.ask(question, *args, **named)
            if answer.position >= wanted:
                stated(self._request, answer.position)
                return answer
            # One was set back, for instance to be rebuilt: what was known of it is wrong.
            for one in read_models:
                self._premises.freshness.forget(one.name)
            if time.monotonic() > until:
                behind = "+".join(one.name for one in read_models)
                raise StaleRead(read_model=behind, wanted=wanted, position=answer.position)


OnPremises = Annotated[Premises, Depends(premises_of)]
OnProcessor = Annotated[Processor, Depends(processor_of)]


async def asking(
    request: Request,
    premises: OnPremises,
    min_position: Annotated[
        Position | None,
        Header(alias="Min-Position", description="The same as the query parameter `after`"),
    ] = None,
) -> Ask:
    """A way to ask for this request, at a position that its header may name."""
    return Ask(request, premises, min_position or 0)


Asking = Annotated[Ask, Depends(asking)]


def stated(request: Request, position: int) -> None:
    """Say in the answer's header which position it reflects."""
    request.state.position = position
