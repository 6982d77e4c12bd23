"""Bugs of behaviour: a decision, a posting, the store or a reaction goes wrong, for each invariant.

Where a decision is wrong, its events are changed after it was taken: the ledger believes them, and
goes on. A game with a bug in it must break the invariant that the bug is planted for.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.decider import Decider
from ledger.errors import NotFound
from ledger.events import Event, Recorded
from ledger.events.booking import (
    BookingConfirmed,
    EarningsRecognized,
    StayCompleted,
    StayStarted,
)
from ledger.events.payment import FundsAvailable, PaymentCompleted
from ledger.events.payout import PayoutScheduled, PayoutTransferred
from ledger.events.refund import RefundApproved, RefundRequested, RefundSucceeded
from ledger.events.review import StayReviewed
from ledger.reactions import WHEN_DUE, read_notice
from ledger.store import Commit
from ledger.store.codec import Codec
from ledger.values.cases import CaseKind
from ledger.values.ids import PaymentId, derived_id
from ledger.values.journal import Account, Entry, Line
from ledger.values.money import Money
from ledger.values.nights import Taken
from ledger.values.price import price_under
from ledger.values.timers import TimerKind
from projections import receipts
from tests.facts import an_id, reviews_published
from tests.ledger.memory import MemoryStore

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


class Bug(NamedTuple):
    """A planted bug: the invariant that it breaks, what it is, and how it is planted."""

    breaks: str
    what: str
    plant: Plant


BUGS: list[Bug] = []
"""Every bug there is."""


def breaks(invariant: str) -> Callable[[Plant], Plant]:
    """Register a bug under the sentence in its docstring."""

    def register(plant: Plant) -> Plant:
        BUGS.append(Bug(invariant, (plant.__doc__ or "").strip(), plant))
        return plant

    return register


NOT_REACHED = {
    "INV-L12": "no period is ever closed here (closing is not built)",
    "INV-L13": "no period is ever closed here (closing is not built)",
    "INV-L14": "nobody of finance corrects anything here; see tests/replay/breaches",
    "INV-L16": "no period is ever closed here (closing is not built)",
}
"""Invariants of the list that no move of the machine can break yet, and why."""


# -- How to plant ---------------------------------------------------------------------------


def distort(patch: Patch, kind: type[Event], change: Callable[[Any], Event]) -> None:
    """Let every event of a kind be decided otherwise."""
    decide = Decider.run

    def run(decider: Any, state: Any, command: Any, now: Any, actor: Any) -> tuple[list[Any], Any]:
        events, _ = decide(decider, state, command, now, actor)
        events = [change(one) if isinstance(one, kind) else one for one in events]
        return events, decider.fold(events, state)

    patch.setattr(Decider, "run", run)


def with_lines(
    patch: Patch, kind: type[Event], change: Callable[[Sequence[Line]], Iterable[Line]]
) -> None:
    """Let the first entry of every event of a kind have other lines."""

    def changed(event: Any) -> Any:
        first, *rest = event.entries or [None]
        if first is None:
            return event
        return replace(event, entries=(replace(first, lines=tuple(change(first.lines))), *rest))

    distort(patch, kind, changed)


def plus(line: Line, minor: int) -> Line:
    """A line with some more minor units."""
    return replace(line, minor=line.minor + minor)


def stored_otherwise(patch: Patch, change: Callable[[dict[str, Any]], None]) -> None:
    """Let the store write something else than it was given."""

    def record(**told: Any) -> Any:
        change(told)
        return Recorded(**told)

    patch.setattr("tests.ledger.memory.Recorded", record)


# -- The books ------------------------------------------------------------------------------


@breaks("INV-L1")
def post_a_cent_too_much(patch: Patch) -> None:
    """A line of what comes in is a cent off."""
    with_lines(patch, PaymentCompleted, lambda lines: [plus(lines[0], 1), *lines[1:]])


@breaks("INV-L2")
def drop_a_line(patch: Patch) -> None:
    """What becomes usable is taken from nowhere."""
    with_lines(patch, FundsAvailable, lambda lines: lines[:1])


@breaks("INV-L3")
def earn_twice(patch: Patch) -> None:
    """A stay is earned twice over."""
    with_lines(patch, EarningsRecognized, lambda lines: [plus(one, one.minor) for one in lines])


@breaks("INV-L4")
def take_the_fee_of_a_wrong_base(patch: Patch) -> None:
    """The host has a cent of the platform's fees."""
    with_lines(
        patch,
        EarningsRecognized,
        lambda lines: [*lines[:-2], plus(lines[-2], 1), plus(lines[-1], -1)],
    )


@breaks("INV-L5")
def round_each_line_by_itself(patch: Patch) -> None:
    """The lines of a refund are a cent less than what goes back."""

    def rounded(event: RefundRequested) -> RefundRequested:
        first, *rest = event.lines
        return replace(event, lines=(replace(first, minor=first.minor - 1), *rest))

    distort(patch, RefundRequested, rounded)


@breaks("INV-L6")
def pay_a_host_twice(patch: Patch) -> None:
    """A transfer brings a host twice what was released."""
    distort(patch, PayoutTransferred, lambda event: replace(event, amount=event.amount * 2))


@breaks("INV-L7")
def give_back_twice(patch: Patch) -> None:
    """A guest gets twice what was approved."""
    distort(patch, RefundSucceeded, lambda event: replace(event, amount=event.amount * 2))


@breaks("INV-L8")
def pay_a_cent_that_was_not_earned(patch: Patch) -> None:
    """A transfer brings a host a cent more than the stay earned."""

    def more(event: PayoutTransferred) -> PayoutTransferred:
        return replace(event, amount=event.amount + Money(1, event.amount.currency))

    distort(patch, PayoutTransferred, more)


@breaks("INV-L9")
def leave_a_cent_pending(patch: Patch) -> None:
    """A cent of what becomes usable stays where it was."""
    with_lines(patch, FundsAvailable, lambda lines: [plus(lines[0], -1), plus(lines[1], 1)])


@breaks("INV-L10")
def earn_too_early(patch: Patch) -> None:
    """A stay counts as earned an hour after the guest may come."""
    for module in ("ledger.values.stay", "ledger.values.tranches", "projections.timers.stays"):
        patch.setattr(f"{module}.EARNED_AFTER", timedelta(hours=1))


@breaks("INV-L11")
def forget_the_tax(patch: Patch) -> None:
    """The tax in a refund is taken from another account than it stands on."""
    swapped = {Account.TAX_DEFERRED.value: Account.VAT_PAYABLE.value}

    def other(line: Line) -> Line:
        account = swapped.get(line.account, line.account)
        return replace(line, account=account, of="" if account != line.account else line.of)

    with_lines(patch, RefundApproved, lambda lines: map(other, lines))


@breaks("INV-L15")
def forget_what_the_exchange_cost(patch: Patch) -> None:
    """What the processor's rate cost is not booked."""

    def cheap(lines: Sequence[Line]) -> Sequence[Line]:
        at = [place for place, line in enumerate(lines) if line.account == Account.FX_GAIN_LOSS]
        return lines[: at[0]] if at else lines

    with_lines(patch, BookingConfirmed, cheap)


# -- Bookings and nights --------------------------------------------------------------------


@breaks("INV-B1")
def sell_what_is_sold(patch: Patch) -> None:
    """Nobody looks whether nights are taken, neither calendar nor store."""
    patch.setattr(Taken, "gap_around", lambda *_: 1)
    patch.setattr(MemoryStore, "_claim", lambda *_: None)


@breaks("INV-B2")
def keep_ghosts(patch: Patch) -> None:
    """The store does not let nights go."""
    claim = MemoryStore._claim
    patch.setattr(MemoryStore, "_claim", lambda store, commit: claim(store, _keeping(commit)))


def _keeping(commit: Commit) -> Commit:
    return replace(commit, freed=())


@breaks("INV-B3")
def end_what_did_not_begin(patch: Patch) -> None:
    """A stay ends when it should begin."""
    distort(patch, StayStarted, lambda _: StayCompleted())


@breaks("INV-B4")
def charge_a_cent_of_fees_more(patch: Patch) -> None:
    """A price drifts from the rules that it names."""

    def drifted(*told: Any) -> Any:
        price = price_under(*told)
        return replace(price, guest_fee=price.guest_fee + Money(1, price.currency))

    patch.setattr("ledger.values.offer.price_under", drifted)


@breaks("INV-B5")
def confirm_by_anothers_payment(patch: Patch) -> None:
    """A booking is confirmed by a payment that never came."""
    other = PaymentId(an_id("a payment of somebody else"))
    distort(
        patch,
        BookingConfirmed,
        lambda event: replace(event, payment_id=other) if event.payment_id else event,
    )


@breaks("INV-B6")
def never_expire(patch: Patch) -> None:
    """Nobody ends a hold that ran out."""
    patch.setitem(WHEN_DUE, TimerKind.EXPIRE_HOLD, lambda *_: None)


@breaks("INV-B7")
def count_from_the_next_day(patch: Patch) -> None:
    """A host's payout is promised a day late."""
    distort(
        patch,
        PayoutScheduled,
        lambda event: replace(event, release_at=event.release_at + timedelta(days=1)),
    )


# -- Streams, and what comes from outside ----------------------------------------------------


@breaks("INV-B8")
def show_a_review_early(patch: Patch) -> None:
    """What a guest wrote is published at once."""
    distort(patch, StayReviewed, lambda event: reviews_published(of_stay=event.review))


@breaks("INV-B9")
def hold_for_any_case(patch: Patch) -> None:
    """Payouts wait for cases that cannot change them."""
    patch.setattr("ledger.aggregates.support_case.HOLD_PAYOUTS", frozenset(CaseKind))


@breaks("INV-R4")
def a_receipt_is_forgotten(patch: Patch) -> None:
    """A payment is completed, and nobody makes out its receipt."""
    patch.setattr(receipts, "issue", lambda *_: None)


@breaks("INV-E1")
def skip_a_version(patch: Patch) -> None:
    """The store leaves a version out."""

    def skip(told: dict[str, Any]) -> None:
        if told["event"].topic == "booking.stay_completed":
            told["version"] += 1

    stored_otherwise(patch, skip)


@breaks("INV-E2")
def write_effects_first(patch: Patch) -> None:
    """The store writes the events of a commit in the wrong order."""
    append = MemoryStore._append

    def reversed_(store: MemoryStore, commit: Commit) -> Any:
        streams = [new.stream_id for new in commit.events]
        if len(set(streams)) == len(streams):
            commit = replace(commit, events=tuple(reversed(commit.events)))
        return append(store, commit)

    patch.setattr(MemoryStore, "_append", reversed_)


@breaks("INV-E3")
def carry_a_command_out_again(patch: Patch) -> None:
    """What a command did stands under the id of another one, too."""
    first: list[Any] = []

    def again(told: dict[str, Any]) -> None:
        if told["event"].topic == "payout.due":
            told["command_id"] = first[0]
        first.append(told["command_id"])

    stored_otherwise(patch, again)


@breaks("INV-E4")
def take_each_notice_for_new_money(patch: Patch) -> None:
    """Money without a place has another name each time that somebody tells of it."""
    names = count()
    patch.setattr(
        "ledger.processes.receipts.receipt_of",
        lambda charge: derived_id("receipt", charge, next(names)),
    )


@breaks("INV-E5")
def forget_what_the_processor_keeps(patch: Patch) -> None:
    """The fee of a payment is not booked."""
    nothing: tuple[Entry, ...] = ()
    patch.setattr("ledger.aggregates.postings.receipts.processor_fees", lambda *_: nothing)


@breaks("INV-E6")
def read_no_word_of_refunds(patch: Patch) -> None:
    """Notices of refunds are refused, and stay in the inbox."""

    def reading(world: Any, letter: Any) -> str:
        if letter.type.startswith("refund."):
            raise NotFound(refund=letter.object_id)
        return read_notice(world, letter)

    patch.setattr("tests.ledger.market.read_notice", reading)


@breaks("INV-E7")
def write_what_nobody_can_read(patch: Patch) -> None:
    """An event is written in a shape that its schema does not have."""
    encode = Codec.encode

    def odd(codec: Codec, event: Event) -> bytes:
        return encode(codec, event).replace(b'"effective_on":"', b'"effective_on":"the ')

    patch.setattr(Codec, "encode", odd)


@breaks("INV-E8")
def turn_the_clock_back(patch: Patch) -> None:
    """The store's clock jumps back by two hours."""

    def earlier(told: dict[str, Any]) -> None:
        if told["event"].topic == "booking.confirmed":
            told["recorded_at"] -= timedelta(hours=2)

    stored_otherwise(patch, earlier)


@breaks("LIVENESS")
def never_hear_of_a_refund(patch: Patch) -> None:
    """What a refund came to is never taken in."""
    patch.setattr("ledger.processes.refunds._succeeded", lambda *_: processes.Outcome.NOTHING_NEW)
