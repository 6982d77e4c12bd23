"""A game: moves that a seed decides, judged after each, until everything is healed and counted.

A game that breaks a rule ends at once, and tells seed and step, which rule, and the last moves. It
can be played again exactly, and again with fewer moves (`shrunk`): each move draws its chances from
the seed and its own number, so leaving others out does not change it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from ledger.aggregates.alteration import ALTERATION
from ledger.aggregates.alteration import Status as Altering
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.decider import Decider
from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.dispute import Status as Disputing
from ledger.aggregates.payment import PAYMENT
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.payout import PAYOUT
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import REFUND
from ledger.aggregates.refund import Status as Returning
from ledger.aggregates.unapplied_receipt import UNAPPLIED_RECEIPT
from ledger.aggregates.unapplied_receipt import Status as Receiving
from ledger.errors import Refused
from ledger.events import Event
from ledger.events.alteration import AlterationProposed
from ledger.events.booking import BookingRequested
from ledger.events.dispute import DisputeOpened
from ledger.events.payment import PaymentOpened
from ledger.events.payout import PayoutScheduled
from ledger.events.refund import RefundRequested
from ledger.events.unapplied_receipt import ReceiptDetected
from replay.rules import Finding, Rule
from tests.ledger.books import books_agree
from tests.machine.judge import JUDGES, Reading, along, judged, unreadable
from tests.machine.moves import ANSWERS, BY_NAME, MOVES, Move
from tests.machine.pictures import contradictions
from tests.machine.town import Town

LIVENESS = timedelta(days=90)
"""So long after the last fault, everything has ended or waits for a person."""

LEFT_OUT = 0.3
"""Which part of the moves that are not certain a seed leaves out."""

DRAWS = 12
"""How often another move is drawn where one is not possible, before nothing happens."""

TOLD = 40
"""How many of the last moves a story tells."""


class Act(NamedTuple):
    """A move that was made: its name, and its number, which its chances are drawn from."""

    number: int
    name: str


class Broken(AssertionError):
    """A game broke a rule: `rules` names them, `acts` are the moves that led there."""

    def __init__(self, game: "Game", rules: frozenset[str], found: str) -> None:
        self.seed, self.acts, self.rules, self.found = game.seed, tuple(game.acts), rules, found
        steps = game.acts[-1].number if game.acts else 0
        told = "\n".join(game.story[-TOLD:])
        super().__init__(
            f"seed {game.seed} broke {', '.join(sorted(rules))} at step {steps}:\n"
            f"{found}\n\nThe last moves:\n{told}\n\n"
            f"Again: python3 run.py python -m tests.machine {game.seed} {game.steps}\n"
        )


class Game:
    """One town, its moves, and who judges them."""

    def __init__(self, seed: int, steps: int, rules: Sequence[type[Rule]] = JUDGES) -> None:
        self.seed, self.steps, self.rules = seed, steps, rules
        self.acts: list[Act] = []
        self.story: list[str] = []
        self.answers: Counter[str] = Counter()
        chance = Random(f"{seed}: what there is")
        self.moves = [move for move in MOVES if move.certain or chance.random() > LEFT_OUT]
        self._weights = [move.weight for move in self.moves]
        self.town = Town(
            seed=f"town {seed}",
            search_lag_s=chance.choice((0.0, 0.0, 45.0)),
            ledger_delay_s=chance.choice((1.0, 1.0, 90.0)),
            authorization_days=chance.choice((7, 7, 2)),
        )
        self._reading = Reading(along(rules), self.town.store)
        self._judge(self._reading.read())

    # -- Moves ------------------------------------------------------------------------------

    def play(self) -> "Game":
        """Make as many moves as there are steps, then come to rest. Raises Broken."""
        for number in range(1, self.steps + 1):
            chance = Random(f"{self.seed}: which {number}")
            for _ in range(DRAWS):
                (move,) = chance.choices(self.moves, self._weights)
                if self.act(Act(number, move.name)):
                    break
        return self.end()

    def again(self, acts: Sequence[Act]) -> "Game":
        """Make these moves, as far as they are possible, then come to rest. Raises Broken."""
        for act in acts:
            self.act(act)
        return self.end()

    def act(self, act: Act) -> bool:
        """Make a move if it is possible. Raises Broken."""
        chance = Random(f"{self.seed}: {act.number}")
        move = BY_NAME[act.name]
        subjects = list(move.among(self.town, chance))
        if not subjects:
            return False
        self.acts.append(act)
        subject = chance.choice(subjects)
        answer = self._attempt(move, subject, chance)
        self.answers[answer] += 1
        self.story.append(self._told(act, subject, answer))
        self._judge(self._reading.read())
        return True

    def _attempt(self, move: Move, subject: Any, chance: Random) -> str:
        try:
            move.does(self.town, subject, chance)
        except Refused as refusal:
            return refusal.code
        except ANSWERS as answer:
            return type(answer).__name__
        except Exception as error:
            self.story.append(f"{move.name}: {error!r}")
            raise Broken(self, frozenset({"ERROR"}), f"{move.name}: {error!r}") from error
        return "done"

    def _told(self, act: Act, subject: Any, answer: str) -> str:
        town, of = self.town, ""
        if subject in town.bookings:
            of = f" (booking {town.bookings.index(subject) + 1})"
        return f"{act.number:4} {town.clock.now:%d %b %H:%M:%S} {act.name}{of}: {answer}"

    # -- The end ----------------------------------------------------------------------------

    def end(self) -> "Game":
        """Heal everything, let it come to rest, and count. Raises Broken."""
        try:
            rests = self.town.rest(LIVENESS)
        except Exception as error:
            raise Broken(self, frozenset({"ERROR"}), f"at rest: {error!r}") from error
        town, now = self.town, self.town.clock.now
        findings = [*self._reading.read(), *self._reading.end(now)]
        findings += judged(town.store, now, self.rules)
        found = [(one.id, _finding(one)) for one in findings]
        found += [("LIVENESS", one) for one in ([] if rests else ["it never comes to rest"])]
        found += [("LIVENESS", one) for one in stuck(town)]
        found += [("INV-E6", f"{letter.type} is not taken in") for letter in town.letters]
        found += [("INV-E7", one) for one in unreadable(town.store)]
        found += [("INV-R4", one) for one in contradictions(town.store, town.ledger)]
        found += [("INV-E5", one) for one in unexplained(town)]
        self._refuse(found)
        return self

    def _judge(self, findings: Sequence[Finding]) -> None:
        self._refuse([(finding.id, _finding(finding)) for finding in findings])

    def _refuse(self, found: Sequence[tuple[str, str]]) -> None:
        if found:
            rules = frozenset(rule for rule, _ in found)
            raise Broken(self, rules, "\n".join(f"{rule} {what}" for rule, what in found[:10]))


def _finding(finding: Finding) -> str:
    at = "" if finding.position is None else f"at {finding.position}"
    return f"{at}: {finding.found} ({finding.sentence})"


# -- What has not ended ---------------------------------------------------------------------

UNDER_WAY: tuple[tuple[type[Event], Decider[Any, Any, Any], frozenset[str]], ...] = (
    (
        BookingRequested,
        BOOKING,
        frozenset({
            Stands.PENDING_PAYMENT,
            Stands.AWAITING_HOST,
            Stands.ACCEPTING,
            Stands.CONFIRMED,
            Stands.IN_STAY,
        }),
    ),
    (
        PaymentOpened,
        PAYMENT,
        frozenset({
            Paying.PENDING,
            Paying.PROCESSING,
            Paying.REQUIRES_ACTION,
            Paying.AUTHORIZED,
        }),
    ),
    (
        RefundRequested,
        REFUND,
        frozenset({
            Returning.REQUESTED,
            Returning.APPROVED,
            Returning.SUBMITTING,
            Returning.PENDING,
        }),
    ),
    (
        ReceiptDetected,
        UNAPPLIED_RECEIPT,
        frozenset({Receiving.DETECTED, Receiving.RETURNING, Receiving.RETURN_FAILED}),
    ),
    (
        AlterationProposed,
        ALTERATION,
        frozenset({Altering.PROPOSED, Altering.ACCEPTED, Altering.SETTLING}),
    ),
    (
        DisputeOpened,
        DISPUTE,
        frozenset({
            Disputing.OPENED,
            Disputing.EVIDENCE_DUE,
            Disputing.SUBMITTED,
            Disputing.ACCEPTED,
        }),
    ),
    (
        PayoutScheduled,
        PAYOUT,
        frozenset({Payable.SCHEDULED, Payable.DUE, Payable.RELEASING}),
    ),
)  # fmt: skip
"""Which streams a first event begins, and where nothing may stand that waits for no person."""


def stuck(town: Town) -> Iterator[str]:
    """What has not ended, and waits for no person either."""
    for recorded in town.store.history:
        for first, decider, statuses in UNDER_WAY:
            if isinstance(recorded.event, first):
                state = town.state(decider, recorded.stream_id)
                if state is not None and state.status in statuses:
                    yield f"{recorded.stream_id} is {state.status}: {state}"


def unexplained(town: Town) -> Iterator[str]:
    """Where the processor's books and ours differ, to the last balance transaction."""
    try:
        books_agree(town.store.history, town.machine)
    except AssertionError as difference:
        yield str(difference)


# -- Fewer moves ----------------------------------------------------------------------------

Breaks = Callable[[Sequence[Act]], bool]


def shrunk(acts: Sequence[Act], breaks: Breaks) -> Sequence[Act]:
    """As few of the moves as still break: parts of them are left out, then smaller parts."""
    size = max(len(acts) // 2, 1)
    while True:
        at = 0
        while at < len(acts):
            fewer = [*acts[:at], *acts[at + size :]]
            if breaks(fewer):
                acts = fewer
            else:
                at += size
        if size == 1:
            return acts
        size = max(size // 2, 1)


def broken_by(seed: int, steps: int, acts: Sequence[Act]) -> Broken | None:
    """What these moves break, if anything."""
    try:
        Game(seed, steps).again(acts)
    except Broken as broken:
        return broken
    return None
