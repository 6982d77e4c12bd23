"""What a reaction works with: the ledger, whoever is outside, and how calls are made."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.errors import StorageNotSetUp
from ledger.gateways.calls import Calls
from ledger.gateways.objects import Objects
from ledger.gateways.scanner import Scanner
from ledger.gateways.stripe.gateway import StripeGateway
from ledger.values.ids import CommandId

PlanWithAnswer = Callable[[Draft], object]


@dataclass(frozen=True)
class Inside:
    """The ledger, for whoever tells it of the outside; `fresh_id` draws the ids of commands.

    A command here need not be repeatable by its id: what others say is taken in from wherever
    things stand, so taking it in again changes nothing.
    """

    ledger: Ledger
    fresh_id: Callable[[], str]

    def take(self, case_id: str, plan: PlanWithAnswer, *, because: str | None = None) -> object:
        """Run a plan in one commit, and answer what it said. Raises Refused, StoreUnavailable."""
        said: list[object] = []

        def noting(draft: Draft) -> None:
            said.append(plan(draft))

        command_id = CommandId(self.fresh_id())
        request = Request(
            command_id=command_id,
            case_id=case_id,
            content=command_id.encode(),
            causation=because,
        )
        self.ledger.execute(request, noting)
        return said[-1] if said else None


@dataclass(frozen=True)
class World(Inside):
    """The ledger inside, and outside the processor and where files lie.

    `objects` is where files lie and `scanner` who looks for malware in them, if they are set up.
    """

    stripe: StripeGateway
    calls: Calls
    objects: Objects | None = None
    scanner: Scanner | None = None

    @property
    def storage(self) -> Objects:
        """Where files lie. Raises StorageNotSetUp."""
        if self.objects is None:
            raise StorageNotSetUp
        return self.objects
