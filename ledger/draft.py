"""A commit in the making: what somebody asks, and what a plan has decided of it so far.

A plan is a function of a draft. It says which commands go together; all their events, night claims
and the command's record are written in one commit, or nothing is. A draft asks
neither a store nor a clock: it is handed what to load streams by, and an instant.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from msgspec import Struct

from ledger.aggregates.alteration import ALTERATION
from ledger.aggregates.attestation import ATTESTATION
from ledger.aggregates.bank_payout import BANK_PAYOUT
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.calendar_feed import CALENDAR_FEED
from ledger.aggregates.conversation import CONVERSATION
from ledger.aggregates.correction import CORRECTION
from ledger.aggregates.coupon import COUPON
from ledger.aggregates.damage_claim import DAMAGE_CLAIM
from ledger.aggregates.decider import Command, Decider
from ledger.aggregates.difference import DIFFERENCE
from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.document import DOCUMENT
from ledger.aggregates.guest import GUEST
from ledger.aggregates.host_debt import HOST_DEBT
from ledger.aggregates.own_transfer import OWN_TRANSFER
from ledger.aggregates.payment import PAYMENT
from ledger.aggregates.payout import PAYOUT
from ledger.aggregates.property import PROPERTY
from ledger.aggregates.provider import PROVIDER
from ledger.aggregates.refund import REFUND
from ledger.aggregates.review import REVIEW
from ledger.aggregates.support_case import SUPPORT_CASE
from ledger.aggregates.tariff import TARIFF
from ledger.aggregates.tax_account import TAX_ACCOUNT
from ledger.aggregates.unapplied_receipt import UNAPPLIED_RECEIPT
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.aggregates.verification import VERIFICATION
from ledger.errors import Refused
from ledger.events import Actor, Envelope
from ledger.store import Commit, Expected, NewEvent, Night
from ledger.values.clock import Instant
from ledger.values.ids import CommandId, StreamId

AnyDecider = Decider[Any, Any, Any]

S = TypeVar("S", bound=Struct)

DECIDERS: tuple[AnyDecider, ...] = (
    ATTESTATION,
    PROVIDER,
    PROPERTY,
    VERIFICATION,
    DOCUMENT,
    TARIFF,
    COUPON,
    UNIT_CALENDAR,
    CALENDAR_FEED,
    GUEST,
    BOOKING,
    ALTERATION,
    DAMAGE_CLAIM,
    REVIEW,
    CONVERSATION,
    SUPPORT_CASE,
    PAYMENT,
    UNAPPLIED_RECEIPT,
    REFUND,
    DISPUTE,
    PAYOUT,
    HOST_DEBT,
    BANK_PAYOUT,
    OWN_TRANSFER,
    TAX_ACCOUNT,
    CORRECTION,
    DIFFERENCE,
)
"""Every aggregate there is."""

_deciding: dict[type[Command], AnyDecider] = {
    step.command: decider for decider in DECIDERS for step in decider.lifecycle.steps
}


def decider_of(command: type[Command]) -> AnyDecider:
    """The aggregate whose rules decide a command."""
    return _deciding[command]


class Request(Struct, frozen=True, kw_only=True):
    """Who asks for what, and under which id it is asked only once.

    `content` is everything that the caller said, as bytes: the same id with other content is
    refused. `case_id` is what it belongs to: for all that follows from a booking, the booking.
    `answer` is handed back to whoever repeats the request; a plan that only knows when it has
    decided says it by `Draft.answer`.
    """

    command_id: CommandId
    case_id: str
    content: bytes
    answer: bytes = b""
    origin: str = "live"
    causation: str | None = None
    on_behalf_of: str | None = None


FOR_SHOW = Request(command_id=CommandId(""), case_id="", content=b"")
"""Stands in a draft that will never be a commit."""


class Known(Struct, frozen=True):
    """A stream's state, and the version that it is of; nothing and 0 before its first event."""

    version: int = 0
    state: Any = None


UNBORN = Known()


class Draft:
    """A commit in the making: what would be written if nothing is refused."""

    def __init__(
        self, request: Request, now: Instant, load: Callable[[AnyDecider, str, bool], Known]
    ) -> None:
        self.now = now
        self._request = request
        self._load = load
        self._known: dict[str, Known] = {}
        self._deciders: dict[str, AnyDecider] = {}
        self._expected: dict[str, int] = {}
        self._events: list[NewEvent] = []
        self._taken: dict[Night, None] = {}
        self._freed: list[Night] = []
        self._answer = request.answer

    def answer(self, answer: bytes) -> None:
        """Say what is handed back (small JSON), now and to whoever repeats the request."""
        self._answer = answer

    def state(self, decider: Decider[S, Any, Any], stream_id: str) -> S | None:
        """A stream's state as this draft leaves it so far; the commit holds only if it lasts."""
        known: S | None = self._recall(decider, stream_id).state
        return known

    def do(self, actor: Actor, command: Command) -> None:
        """Decide a command and gather what it does. Raises Refused."""
        decider = decider_of(type(command))
        stream_id: str = decider.stream_of(command)
        before = self._recall(decider, stream_id, command)
        events, state = decider.run(before.state, command, self.now, actor)
        envelope = self._envelope(actor, decider, state)
        for ahead, event in enumerate(events, start=1):
            version = before.version + ahead
            self._events.append(NewEvent(StreamId(stream_id), version, event, envelope))
            self._claim(decider, stream_id, event)
        self._known[stream_id] = Known(before.version + len(events), state)

    def sealed(self, refusal: Refused | None = None) -> Commit:
        """The commit that this draft has come to, or the record that it was refused."""
        request = self._request
        refused = refusal is not None
        expected = (Expected(StreamId(key), version) for key, version in self._expected.items())
        return Commit(
            command_id=request.command_id,
            case_id=request.case_id,
            content=hashlib.sha256(request.content).digest(),
            occurred_at=self.now,
            events=() if refused else tuple(self._events),
            expected=() if refused else tuple(expected),
            taken=() if refused else tuple(self._taken),
            freed=() if refused else tuple(self._freed),
            refusal=refusal,
            answer=self._answer,
        )

    def outcome(self) -> dict[str, Known]:
        """The streams that were looked at, as they are once the commit is durable."""
        return self._known

    def grown(self) -> Iterator[tuple[AnyDecider, str, int, Known]]:
        """Each stream that gained events: its aggregate, its id, its version before, and itself."""
        for stream_id, decider in self._deciders.items():
            known = self._known[stream_id]
            if known.version > self._expected[stream_id]:
                yield decider, stream_id, self._expected[stream_id], known

    def _recall(self, decider: AnyDecider, stream_id: str, command: Command | None = None) -> Known:
        known = self._known.get(stream_id)
        if known is None:
            opening = command is not None and decider.lifecycle.opens(type(command))
            known = self._load(decider, stream_id, opening)
            self._known[stream_id] = known
            self._expected[stream_id] = known.version
            self._deciders[stream_id] = decider
        return known

    def _envelope(self, actor: Actor, decider: AnyDecider, state: Any) -> Envelope:
        return Envelope(
            actor=actor,
            on_behalf_of=self._request.on_behalf_of,
            causation=self._request.causation,
            origin=self._request.origin,
            graph=decider.graph,
            policy=decider.policy_of(state),
            billing=decider.billing_of(state),
        )

    def _claim(self, decider: AnyDecider, stream_id: str, event: Any) -> None:
        claims = decider.claims(stream_id, event) if decider.claims else None
        if claims is None:
            return
        self._taken |= {Night(claims.unit_id, night): None for night in claims.taken}
        for night in (Night(claims.unit_id, night) for night in claims.freed):
            # What this very draft took was never claimed, so there is nothing to let go.
            if night in self._taken:
                del self._taken[night]
            else:
                self._freed.append(night)


Plan = Callable[[Draft], None]
