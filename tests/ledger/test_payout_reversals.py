"""A transfer comes back: ordered, then done or not, and never more than was sent."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from ledger.aggregates.decider import Command
from ledger.aggregates.payout import (
    ARRIVED,
    OPEN,
    FailReversal,
    FailTransfer,
    HoldPayout,
    LiftPayoutHold,
    MaturePayout,
    OrderReversal,
    Payout,
    RecalculatePayout,
    RecordReversal,
    RecordTransfer,
    ReleasePayout,
    RetryPayout,
    Status,
)
from ledger.aggregates.payout import PAYOUT as RULES
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    Refused,
    ReversalExceedsTransfer,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.events.payout import PayoutNetted, PayoutReleased, PayoutRetried, PayoutReversed
from ledger.values.clearance import Hold
from ledger.values.money import Money
from tests.facts import (
    EARNED,
    FINANCE,
    HOST,
    PAYOUT,
    PROCESS,
    PROCESSOR,
    REFUND,
    TIMER,
    a_failed_reversal,
    a_payout,
    a_reversal,
    cleared,
    due,
    money,
    released,
    to_schedule_payout,
    transferred,
    turned_back,
)
from tests.given import given

SENT = (a_payout(), due(), released(), transferred())


def to_order(amount: str = "174.60 EUR") -> OrderReversal:
    return OrderReversal(payout_id=PAYOUT, amount=money(amount), cause=REFUND)


def to_record(
    amount: str = "174.60 EUR", debt: str = "0.00 EUR", number: int = 1
) -> RecordReversal:
    return RecordReversal(
        payout_id=PAYOUT,
        amount=money(amount),
        reversal=f"trr_{number}",
        idempotency_key=f"{PAYOUT}/reversal/{number}",
        debt=money(debt),
    )


def to_fail(number: int = 1) -> FailReversal:
    key = f"{PAYOUT}/reversal/{number}"
    return FailReversal(payout_id=PAYOUT, reason="balance_insufficient", idempotency_key=key)


# -- PO9: ordered -----------------------------------------------------------------------


def test_a_part_of_a_transfer_is_ordered_back_under_a_key_of_its_own() -> None:
    given(*SENT).when(PROCESS, to_order()).then(a_reversal())
    given(*SENT, a_reversal()).when(FINANCE, to_order()).then(a_reversal(number=2))


def test_a_host_orders_nothing_back() -> None:
    given(*SENT).when(HOST, to_order()).refused(TransitionNotAllowed, actor="H")


def test_nothing_is_ordered_back_that_was_not_sent() -> None:
    given(*SENT[:3]).when(PROCESS, to_order()).refused(TransitionNotAllowed, before="releasing")
    given(*SENT).when(PROCESS, to_order("0.00 EUR")).refused(AmountsDiffer)
    given(*SENT).when(PROCESS, to_order("1.00 USD")).refused(CurrenciesDiffer)


@pytest.mark.parametrize(
    ("since", "most"),
    [
        ((), "349.20 EUR"),
        ((a_reversal("100.00 EUR"),), "249.20 EUR"),
        ((a_reversal("100.00 EUR"), turned_back("100.00 EUR")), "249.20 EUR"),
        ((a_reversal("100.00 EUR"), a_failed_reversal("100.00 EUR")), "349.20 EUR"),
    ],
    ids=["all of it", "ordered", "came back", "failed"],
)
def test_o7_no_more_is_ordered_back_than_is_still_with_the_host(
    since: tuple[Event, ...], most: str
) -> None:
    a_cent_more = to_order(str(money(most) + money("0.01 EUR")))

    given(*SENT, *since).when(PROCESS, a_cent_more).refused(
        ReversalExceedsTransfer, reversible=most
    )
    given(*SENT, *since).when(PROCESS, to_order(most)).then(type(a_reversal()))


# -- PO9r: came back --------------------------------------------------------------------


def test_what_came_back_is_owed_to_the_host_unless_the_host_owes_it() -> None:
    ordered = given(*SENT, a_reversal())

    free = ordered.when(PROCESSOR, to_record(), EARNED).then(turned_back())
    ordered.when(PROCESSOR, to_record(debt="100.00 EUR"), EARNED).then(
        turned_back(to_debt="100.00 EUR")
    )
    ordered.when(PROCESSOR, to_record(debt="999.00 EUR"), EARNED).then(
        turned_back(to_debt="174.60 EUR")
    )
    assert free.state.status is Status.PARTLY_REVERSED


def test_what_came_back_stands_on_the_debt_first() -> None:
    (entry,) = turned_back(to_debt="100.00 EUR").entries

    assert entry.rule == "J15"
    assert [(line.account, line.minor) for line in entry.lines] == [
        ("stripe_available", 17_460),
        ("host_receivable", -10_000),
        ("host_payable", -7_460),
    ]


def test_a_transfer_that_came_back_whole_is_reversed_and_nothing_more_comes() -> None:
    rest = given(*SENT, a_reversal(), turned_back(), a_reversal(number=2))

    whole = rest.when(PROCESSOR, to_record(number=2), EARNED)

    whole.then(turned_back(number=2, to="reversed"))
    gone = given(
        *SENT,
        a_reversal(),
        turned_back(),
        a_reversal(number=2),
        turned_back(number=2, to="reversed"),
    )
    gone.when(PROCESS, to_order("0.01 EUR")).refused(TransitionNotAllowed, before="reversed")


def test_what_came_back_is_what_was_ordered_and_comes_once() -> None:
    given(*SENT, a_reversal()).when(PROCESSOR, to_record("174.59 EUR")).refused(
        AmountsDiffer, ordered="174.60 EUR"
    )
    given(*SENT, a_reversal(), turned_back()).when(PROCESSOR, to_record()).refused(
        TransitionNotAllowed, before="partly_reversed"
    )
    given(*SENT).when(PROCESSOR, to_record()).refused(TransitionNotAllowed)


def test_o7_what_does_not_come_back_can_be_ordered_again() -> None:
    """The account of the host has not as much: what they owe of it stays owed."""
    outcome = given(*SENT, a_reversal()).when(PROCESSOR, to_fail())

    outcome.then(a_failed_reversal())
    assert outcome.state.status is Status.TRANSFERRED
    again = given(*SENT, a_reversal(), a_failed_reversal())
    again.when(PROCESS, to_order("349.20 EUR")).then(a_reversal("349.20 EUR", number=2))
    again.when(PROCESSOR, to_fail()).refused(TransitionNotAllowed)


def test_o7_a_transfer_comes_back_from_a_host_who_has_closed_their_account() -> None:
    """An order asks nobody for clearance: it is about money that was sent, whoever hosts today."""
    assert not hasattr(to_order(), "clearance")
    given(*SENT).when(PROCESS, to_order()).then(a_reversal())


# -- Any history ------------------------------------------------------------------------

AMOUNTS = st.integers(1, 100)
ENOUGH, NOTHING = money("1000.00 EUR"), money("0.00 EUR")


class AnyPayout(RuleBasedStateMachine):
    """A booking's books beside its payout: whatever is tried, no more is with the host than is due.

    The books are counted here once more, in cents: what was captured for the host, what went back
    to the guest, what is with the host or was netted, and what the host owes.
    """

    @initialize(captured=st.integers(100, 500))
    def promise(self, captured: int) -> None:
        self.entitled = captured
        self.paid = self.netted = self.debt = self.came_back = 0
        self.payout: Payout | None = None
        self.events: list[Any] = []
        self.do(PROCESS, to_schedule_payout(amount=Money(captured, "EUR")))

    def do(self, actor: Actor, command: Command) -> list[Event]:
        try:
            decided, self.payout = RULES.run(self.payout, command, EARNED, actor)  # type: ignore[arg-type]
        except Refused:
            return []
        self.events += decided
        for event in decided:
            if isinstance(event, PayoutReleased | PayoutRetried | PayoutNetted):
                self.netted += event.netted.minor
                self.debt -= event.netted.minor
                on_its_way = 0 if isinstance(event, PayoutNetted) else event.amount.minor
                assert self.paid - self.came_back + self.netted + on_its_way <= self.entitled
            if isinstance(event, PayoutReversed):
                self.came_back += event.amount.minor
                self.debt -= event.to_debt.minor
        return list(decided)

    @property
    def current(self) -> Payout:
        assert self.payout is not None
        return self.payout

    def cleared(self) -> dict[str, Money]:
        so_far = self.paid - self.came_back + self.netted
        return {
            "entitlement": Money(self.entitled, "EUR"),
            "transferred_so_far": Money(so_far, "EUR"),
            "debt": Money(self.debt, "EUR"),
        }

    def payable(self) -> str:
        return str(Money(self.entitled - (self.paid - self.came_back + self.netted), "EUR"))

    @rule(back=AMOUNTS, works_out=st.booleans())
    def refund(self, back: int, *, works_out: bool) -> None:
        self.entitled -= min(back, self.entitled)
        if works_out:
            amount = Money(self.entitled, "EUR")
            self.do(PROCESS, RecalculatePayout(payout_id=PAYOUT, amount=amount, release_at=EARNED))

    @rule(more=AMOUNTS)
    def owe(self, more: int) -> None:
        self.debt += more

    @precondition(lambda self: self.current.status in OPEN)
    @rule(reason=st.sampled_from([Hold.MANUAL, Hold.DISPUTE]), opens=st.booleans())
    def hold(self, reason: Hold, *, opens: bool) -> None:
        if opens:
            self.do(FINANCE, HoldPayout(payout_id=PAYOUT, reason=reason))
        else:
            lift = LiftPayoutHold(
                payout_id=PAYOUT, reason=reason, still_stands=False, reviewer="Marta"
            )
            self.do(FINANCE, lift)

    @precondition(lambda self: self.current.status in (*OPEN, Status.FAILED))
    @rule(by_books=st.booleans())
    def release(self, *, by_books: bool) -> None:
        """Either figure holds a payout back, whatever the other one says."""
        self.do(TIMER, MaturePayout(payout_id=PAYOUT))
        if by_books:
            clearance = cleared(self.payable(), debt=self.cleared()["debt"])
            clearance = replace(clearance, entitlement=ENOUGH, transferred_so_far=NOTHING)
        else:
            clearance = cleared("1000.00 EUR", **self.cleared())
        self.do(PROCESS, ReleasePayout(payout_id=PAYOUT, clearance=clearance))
        self.do(PROCESS, RetryPayout(payout_id=PAYOUT, clearance=clearance))

    @precondition(lambda self: self.current.status is Status.RELEASING)
    @rule(arrives=st.booleans())
    def answer(self, *, arrives: bool) -> None:
        if arrives:
            sent = self.current.sent
            self.do(PROCESSOR, RecordTransfer(payout_id=PAYOUT, amount=sent, transfer="tr_1"))
            self.paid += sent.minor
        else:
            self.do(PROCESSOR, FailTransfer(payout_id=PAYOUT, reason="no"))

    @precondition(lambda self: self.current.status in ARRIVED)
    @rule(amount=AMOUNTS)
    def order_back(self, amount: int) -> None:
        back = Money(amount, "EUR")
        self.do(PROCESS, OrderReversal(payout_id=PAYOUT, amount=back, cause=REFUND))

    @precondition(lambda self: self.current.coming_back)
    @rule(comes=st.booleans())
    def come_back(self, *, comes: bool) -> None:
        key, amount = next(iter(self.current.coming_back.items()))
        if comes:
            command: Command = RecordReversal(
                payout_id=PAYOUT,
                amount=amount,
                reversal="trr",
                idempotency_key=key,
                debt=Money(self.debt, "EUR"),
            )
        else:
            command = FailReversal(payout_id=PAYOUT, reason="no", idempotency_key=key)
        assert self.do(PROCESSOR, command)

    @invariant()
    def no_more_comes_back_than_was_sent(self) -> None:
        assert 0 <= self.came_back <= self.paid
        assert self.debt >= 0
        assert self.current.reversible.minor >= 0

    @invariant()
    def it_is_held_while_a_reason_is_open(self) -> None:
        if self.current.status in OPEN:
            assert (self.current.status is Status.ON_HOLD) == bool(self.current.holds)

    @invariant()
    def its_history_gives_the_same_state_again(self) -> None:
        assert RULES.fold(self.events) == self.payout


TestAnyPayout = AnyPayout.TestCase
TestAnyPayout.settings = settings(max_examples=60, stateful_step_count=30)
