"""Commands at the door: asked under an Idempotency-Key, done once, answered the same each time."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from pydantic_core import from_json

from api.asking import OnPremises, stated
from api.faults import KeyMissing
from api.premises import Premises
from ledger import errors
from ledger.application import Ledger
from ledger.draft import Draft, Plan
from ledger.draft import Request as LedgerRequest
from ledger.store import EventStore
from ledger.values.ids import CommandId, derived_id
from ledger.values.texts import Written
from projections.projection import Answer

A = TypeVar("A", bound=Answer)
T = TypeVar("T")

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Names this command for ever: repeated, it answers what it answered",
    ),
]


COMMANDS = (
    KeyMissing,
    errors.Conflict,
    errors.NotFound,
    errors.RepeatedWithDifferences,
    errors.TransitionNotAllowed,
)
"""How a command about something that is there may go wrong; a route tells what else may."""


class Command:
    """One command of one request.

    Keys are one space for all callers, as long as nobody signs in: a key that comes again with
    anything else than before is refused.
    """

    def __init__(self, key: str, request: Request, response: Response, premises: Premises) -> None:
        self.id = CommandId(derived_id("idempotency-key", key))
        self._request = request
        self._response = response
        self._premises = premises

    async def keep_text(self, owner_id: str, text: str) -> Written:
        """Keep a text that comes with the command, whose words are the owner's, before the command
        is executed. Raises UnfitText, RepeatedWithDifferences, StoreUnavailable."""
        return await self._premises.look(lambda store, _: store.keep_text(self.id, owner_id, text))

    async def look(self, look: Callable[[EventStore, Ledger], T]) -> T:
        """Look at the write side before the plan is made."""
        return await self._premises.look(look)

    async def execute(self, case_id: str, said: BaseModel, plan: Plan, answer: type[A]) -> A:
        """Execute a plan and answer as the plan said. Raises whatever the plan raises, and
        RepeatedWithDifferences, Conflict, StoreUnavailable."""
        content = f"{self._request.method} {self._request.url.path}\n{said.model_dump_json()}"
        receipt = await self._premises.execute(
            LedgerRequest(command_id=self.id, case_id=case_id, content=content.encode()), plan
        )
        stated(self._request, receipt.position)
        if receipt.repeated:
            self._response.headers["Idempotency-Replayed"] = "true"
        return answer.model_validate({**from_json(receipt.answer), "position": receipt.position})


def answered(draft: Draft, answer: Answer) -> None:
    """Answer a command from within its plan, now and whenever it is repeated.

    Make the answer at position 0: which one it is, only the commit will tell.
    """
    draft.answer(answer.model_dump_json(exclude={"position"}).encode())


async def commanding(
    key: IdempotencyKey, request: Request, response: Response, premises: OnPremises
) -> Command:
    """The command of this request, by its key."""
    return Command(key, request, response, premises)


Commanding = Annotated[Command, Depends(commanding)]
