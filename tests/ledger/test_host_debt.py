"""What a host owes: raised, netted, collected, written off by two; by currency, never below 0."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from ledger.aggregates.decider import Command
from ledger.aggregates.host_debt import (
    HOST_DEBT,
    ApproveWriteOff,
    Cause,
    CollectDebt,
    HostDebt,
    ProposeWriteOff,
    RejectWriteOff,
    Status,
    debt_of,
)
from ledger.errors import AmountsDiffer, DebtExceeded, SelfApproval, TransitionNotAllowed
from ledger.events import Actor, Event
from ledger.events.host_debt import DebtNetted, DebtRaised, DebtWrittenOff
from ledger.values.ids import BookingId, HostId, PayoutId
from ledger.values.journal import Account, Line
from ledger.values.money import Money
from tests.facts import (
    FINANCE,
    HOST,
    INES,
    MARTA,
    NOW,
    OPERATOR,
    PAUL,
    PROCESS,
    RUI,
    a_write_off,
    an_id,
    collected,
    dropped,
    money,
    netted,
    owed,
    rejected_write_off,
    to_drop_debt,
    to_net,
    to_raise_debt,
    written_off,
)
from tests.given import given

DOLLARS = owed("70.00 USD", caused_by=an_id("a refund in dollars"))


def to_collect(amount: str = "50.00 EUR", reversal: str = "trr_1") -> CollectDebt:
    return CollectDebt(host_id=RUI, amount=money(amount), reversal=reversal)


def to_propose(amount: str = "50.00 EUR") -> ProposeWriteOff:
    return ProposeWriteOff(
        host_id=RUI, amount=money(amount), reason="host is insolvent", proposer=MARTA
    )


def to_approve(amount: str = "50.00 EUR", approver: str = PAUL) -> ApproveWriteOff:
    return ApproveWriteOff(
        host_id=RUI, amount=money(amount), approver=approver, time_zone="Europe/Lisbon"
    )


def to_reject(amount: str = "50.00 EUR", reviewer: str = PAUL) -> RejectWriteOff:
    return RejectWriteOff(host_id=RUI, amount=money(amount), reviewer=reviewer)


# -- HD1: raised ------------------------------------------------------------------------


@pytest.mark.parametrize("cause", list(Cause))
def test_a_host_owes_what_has_to_go_back_of_what_they_were_paid(cause: Cause) -> None:
    outcome = given().when(PROCESS, to_raise_debt(cause=cause)).then(DebtRaised)

    assert outcome.events[0].cause == cause.value  # type: ignore[attr-defined]
    assert outcome.state.owed("EUR") == money("50.00 EUR")
    assert outcome.state.status is Status.OWING


def test_what_raises_a_debt_raises_it_once() -> None:
    given(owed()).when(PROCESS, to_raise_debt()).then()
    given(owed()).when(PROCESS, to_raise_debt("50.01 EUR")).refused(
        AmountsDiffer, counted="50.00 EUR", told="50.01 EUR"
    )


def test_one_booking_may_raise_a_debt_by_its_refund_and_again_by_its_penalty() -> None:
    penalty = to_raise_debt("30.00 EUR", cause=Cause.HOST_PENALTY)

    outcome = given(owed()).when(PROCESS, penalty).then(DebtRaised)

    assert outcome.state.owed("EUR") == money("80.00 EUR")


def test_a_debt_that_was_clear_may_rise_again() -> None:
    later = to_raise_debt("10.00 EUR", caused_by=an_id("a later refund"))

    outcome = given(owed(), netted()).when(PROCESS, later).then(DebtRaised)

    assert outcome.state.owed("EUR") == money("10.00 EUR")
    assert outcome.state.status is Status.OWING


@pytest.mark.parametrize("amount", ["0.00 EUR", "-0.01 EUR"])
@pytest.mark.parametrize("ask", [to_raise_debt, to_net, to_collect, to_propose])
def test_nothing_and_less_than_nothing_is_no_debt(ask: Any, amount: str) -> None:
    actor = FINANCE if ask is to_propose else PROCESS

    given(owed()).when(actor, ask(amount)).refused(AmountsDiffer, amount=amount)


@pytest.mark.parametrize("actor", [HOST, FINANCE, OPERATOR])
def test_nobody_raises_or_pays_a_debt_by_hand(actor: Actor) -> None:
    for command in (to_raise_debt(), to_net(), to_collect()):
        given(owed()).when(actor, command).refused(TransitionNotAllowed, actor=actor.role)


# -- HD2 and HD3: netted from a payout, collected by a reversal ---------------------------


def test_the_next_payout_pays_the_debt_and_both_accounts_say_so() -> None:
    (event,) = given(owed()).when(PROCESS, to_net()).then(netted()).events

    assert isinstance(event, DebtNetted)
    (entry,) = event.entries
    assert entry.rule == "J16"
    assert entry.lines == (
        Line(Account.HOST_PAYABLE, f"{RUI}/{event.booking_id}", 5_000, "EUR"),
        Line(Account.HOST_RECEIVABLE, RUI, -5_000, "EUR"),
    )


def test_r6_a_debt_is_netted_across_bookings() -> None:
    """The debt is of one booking, and the payouts of two others pay it."""
    first = to_net("30.00 EUR", booking_id=BookingId(an_id("second booking")))
    last = to_net(
        "20.00 EUR",
        booking_id=BookingId(an_id("third booking")),
        payout_id=PayoutId(an_id("third payout")),
    )

    before = given(owed()).when(PROCESS, first).then(DebtNetted)
    outcome = given(owed(), *before.events).when(PROCESS, last).then(DebtNetted)

    assert before.state.status is Status.OWING
    assert outcome.state.status is Status.CLEAR


@pytest.mark.parametrize("ask", [to_net, to_collect])
def test_r6_a_debt_is_never_paid_across_currencies(ask: Any) -> None:
    given(DOLLARS).when(PROCESS, ask("50.00 EUR")).refused(
        DebtExceeded, owed="0.00 EUR", amount="50.00 EUR"
    )


@pytest.mark.parametrize("ask", [to_net, to_collect])
def test_a_debt_is_paid_to_the_last_cent_and_no_further(ask: Any) -> None:
    given(owed()).when(PROCESS, ask("50.01 EUR")).refused(DebtExceeded, owed="50.00 EUR")

    outcome = given(owed()).when(PROCESS, ask("50.00 EUR"))

    assert outcome.state.owed("EUR") == money("0.00 EUR")
    assert outcome.state.status is Status.CLEAR


@pytest.mark.parametrize("ask", [to_net, to_collect])
def test_where_another_currency_is_owed_the_host_still_owes(ask: Any) -> None:
    outcome = given(owed(), DOLLARS).when(PROCESS, ask("50.00 EUR"))

    assert outcome.state.status is Status.OWING
    assert outcome.state.owed("USD") == money("70.00 USD")


def test_whoever_owes_nothing_pays_nothing() -> None:
    for command in (to_net(), to_collect()):
        given().when(PROCESS, command).refused(TransitionNotAllowed, before=None)
        given(owed(), written_off()).when(PROCESS, command).refused(
            TransitionNotAllowed, before="clear"
        )


def test_a_payout_and_a_reversal_pay_once() -> None:
    paid_in_part = netted("20.00 EUR", to="owing")
    reversed_in_part = collected("20.00 EUR", to="owing")

    given(owed(), paid_in_part).when(PROCESS, to_net("20.00 EUR")).then()
    given(owed(), paid_in_part).when(PROCESS, to_net("10.00 EUR")).refused(
        AmountsDiffer, counted="20.00 EUR", told="0.00 EUR"
    )
    given(owed(), reversed_in_part).when(PROCESS, to_collect("20.00 EUR")).then()
    given(owed(), reversed_in_part).when(PROCESS, to_collect("10.00 EUR")).refused(AmountsDiffer)


def test_a_payout_that_is_ordered_again_pays_what_came_to_be_owed_since() -> None:
    before = given(owed(), netted("20.00 EUR", to="owing"))
    again = to_net("20.00 EUR", in_all=money("40.00 EUR"))

    outcome = before.when(PROCESS, again).then(netted("20.00 EUR", to="owing"))

    assert outcome.state.owed("EUR") == money("10.00 EUR")
    given(owed(), *[netted("20.00 EUR", to="owing")] * 2).when(PROCESS, again).then()


def test_a_reversal_counts_and_carries_no_lines_of_its_own() -> None:
    (event,) = given(owed()).when(PROCESS, to_collect()).then(collected()).events

    assert not event.moves_money


# -- HD4 to HD6: written off (D3) -------------------------------------------------------


def test_d3_finance_proposes_a_write_off_and_nothing_is_given_up_yet() -> None:
    outcome = given(owed()).when(FINANCE, to_propose()).then(a_write_off())

    assert outcome.state.owed("EUR") == money("50.00 EUR")


@pytest.mark.parametrize("actor", [FINANCE, OPERATOR])
def test_d3_a_second_person_writes_it_off_at_the_platform_s_cost(actor: Actor) -> None:
    before = given(owed(), a_write_off())

    (event,) = before.when(actor, to_approve()).then(written_off()).events

    assert isinstance(event, DebtWrittenOff)
    (entry,) = event.entries
    assert entry.rule == "J17"
    assert entry.lines == (
        Line(Account.EXP_BAD_DEBT, "", 5_000, "EUR"),
        Line(Account.HOST_RECEIVABLE, RUI, -5_000, "EUR"),
    )


def test_d3_nobody_writes_off_what_they_proposed_themselves() -> None:
    before = given(owed(), a_write_off())

    before.when(FINANCE, to_approve(approver=MARTA)).refused(SelfApproval, proposer=MARTA)
    before.when(OPERATOR, to_approve(approver=MARTA)).refused(SelfApproval, proposer=MARTA)


@pytest.mark.parametrize("actor", [HOST, PROCESS])
def test_d3_a_host_is_not_asked_and_no_process_decides(actor: Actor) -> None:
    for command in (to_propose(), to_approve(), to_reject()):
        given(owed(), a_write_off()).when(actor, command).refused(TransitionNotAllowed)


def test_d3_nothing_is_written_off_that_nobody_proposed() -> None:
    given(owed()).when(FINANCE, to_approve()).refused(TransitionNotAllowed, before="owing")
    given(owed()).when(FINANCE, to_reject()).refused(TransitionNotAllowed, before="owing")
    given(owed(), DOLLARS, a_write_off()).when(FINANCE, to_approve("50.00 USD")).refused(
        TransitionNotAllowed, before="owing"
    )


@pytest.mark.parametrize("amount", ["49.99 EUR", "50.01 EUR"])
def test_d3_what_is_answered_is_what_was_proposed(amount: str) -> None:
    before = given(owed("60.00 EUR"), a_write_off())

    before.when(FINANCE, to_approve(amount)).refused(AmountsDiffer, proposed="50.00 EUR")
    before.when(FINANCE, to_reject(amount)).refused(AmountsDiffer, proposed="50.00 EUR")


def test_d3_no_more_is_proposed_than_is_owed_in_that_currency() -> None:
    given(owed()).when(FINANCE, to_propose("50.01 EUR")).refused(DebtExceeded, owed="50.00 EUR")
    given(owed()).when(FINANCE, to_propose("50.00 USD")).refused(DebtExceeded, owed="0.00 USD")


def test_d3_what_was_paid_meanwhile_is_not_written_off_as_well() -> None:
    """A payout paid a part while the second person was still thinking."""
    before = given(owed(), a_write_off(), netted("0.01 EUR", to="owing"))

    before.when(FINANCE, to_approve()).refused(DebtExceeded, owed="49.99 EUR")
    before.when(FINANCE, to_reject()).then(rejected_write_off())


def test_d3_one_proposal_waits_per_currency() -> None:
    given(owed(), a_write_off("20.00 EUR")).when(FINANCE, to_propose("30.00 EUR")).refused(
        TransitionNotAllowed, before="owing"
    )
    given(owed(), DOLLARS, a_write_off()).when(FINANCE, to_propose("70.00 USD")).then(
        a_write_off("70.00 USD")
    )


def test_d3_a_rejected_write_off_leaves_the_debt_and_room_for_another_proposal() -> None:
    outcome = given(owed(), a_write_off()).when(FINANCE, to_reject()).then(rejected_write_off())

    assert outcome.state.owed("EUR") == money("50.00 EUR")
    given(owed(), a_write_off(), rejected_write_off()).when(FINANCE, to_propose("10.00 EUR")).then(
        a_write_off("10.00 EUR")
    )


def test_d3_a_proposal_that_a_payment_made_needless_can_still_be_rejected() -> None:
    given(owed(), a_write_off(), netted()).when(FINANCE, to_reject()).then(rejected_write_off())
    given(owed(), a_write_off(), netted()).when(FINANCE, to_approve()).refused(
        TransitionNotAllowed, before="clear"
    )


@pytest.mark.parametrize("answer", [written_off(to="owing"), rejected_write_off()])
def test_d3_a_proposal_is_answered_once(answer: Event) -> None:
    before = given(owed("120.00 EUR"), a_write_off(), answer)

    before.when(FINANCE, to_approve()).refused(TransitionNotAllowed, before="owing")
    before.when(FINANCE, to_reject()).refused(TransitionNotAllowed, before="owing")


def test_a_part_may_be_written_off_and_the_rest_is_owed() -> None:
    outcome = given(owed(), a_write_off("20.00 EUR")).when(FINANCE, to_approve("20.00 EUR"))

    outcome.then(written_off("20.00 EUR", to="owing"))
    assert outcome.state.owed("EUR") == money("30.00 EUR")


def test_each_host_has_one_stream_of_debt() -> None:
    assert HOST_DEBT.stream_of(to_net()) == debt_of(RUI)
    assert debt_of(RUI) not in (RUI, debt_of(HostId(INES)))


# -- Any life of a debt -----------------------------------------------------------------

CURRENCIES = st.sampled_from(["EUR", "USD"])
AMOUNTS = st.builds(Money, st.integers(-1, 30), CURRENCIES)
NAMES = st.integers(0, 40).map(lambda number: an_id(f"thing {number}"))


class DebtMachine(RuleBasedStateMachine):
    """Whatever is asked, the debt is what a plain sum of its events says, and never below zero."""

    def __init__(self) -> None:
        super().__init__()
        self.debt: HostDebt | None = None
        self.owed: Counter[str] = Counter()
        self.events: list[Any] = []

    def ask(self, actor: Actor, command: Command) -> bool:
        """Give a command; whether anything happened."""
        outcome = given(*self.events).when(actor, command, NOW)
        self.events += outcome.events
        self.debt = HOST_DEBT.fold(self.events)
        return bool(outcome.events)

    @rule(amount=AMOUNTS, name=NAMES, cause=st.sampled_from(Cause))
    def raise_debt(self, amount: Money, name: str, cause: Cause) -> None:
        command = to_raise_debt(cause=cause, caused_by=name)
        if self.ask(PROCESS, replace(command, amount=amount)):
            assert amount.minor > 0
            self.owed[amount.currency] += amount.minor

    @rule(amount=AMOUNTS, name=NAMES)
    def net(self, amount: Money, name: str) -> None:
        command = to_net(payout_id=PayoutId(name))
        if self.ask(PROCESS, replace(command, amount=amount)):
            self.owed[amount.currency] -= amount.minor

    @rule(amount=AMOUNTS, name=NAMES)
    def collect(self, amount: Money, name: str) -> None:
        if self.ask(PROCESS, CollectDebt(host_id=RUI, amount=amount, reversal=f"trr_{name}")):
            self.owed[amount.currency] -= amount.minor

    @rule(amount=AMOUNTS)
    def propose(self, amount: Money) -> None:
        command = ProposeWriteOff(host_id=RUI, amount=amount, reason="gone", proposer=MARTA)
        if self.ask(FINANCE, command):
            assert amount.minor <= self.owed[amount.currency]

    @precondition(lambda self: self.debt is not None and self.debt.proposals)
    @rule(data=st.data(), approver=st.sampled_from([MARTA, PAUL]), yes=st.booleans())
    def answer(self, data: st.DataObject, approver: str, yes: bool) -> None:
        assert self.debt is not None
        currency = data.draw(st.sampled_from(sorted(self.debt.proposals)))
        amount = self.debt.proposals[currency].amount
        if not yes:
            assert self.ask(FINANCE, RejectWriteOff(host_id=RUI, amount=amount, reviewer=approver))
            return
        command = ApproveWriteOff(
            host_id=RUI, amount=amount, approver=approver, time_zone="Europe/Lisbon"
        )
        if self.ask(OPERATOR, command):
            assert approver == PAUL
            self.owed[currency] -= amount.minor

    @invariant()
    def is_the_sum_of_its_events_and_never_below_zero(self) -> None:
        for currency, minor in self.owed.items():
            assert minor >= 0
            assert self.debt is not None
            assert self.debt.owed(currency) == Money(minor, currency)

    @invariant()
    def is_clear_where_nothing_is_owed_and_nowhere_else(self) -> None:
        if self.debt is not None:
            assert (self.debt.status is Status.OWING) == any(self.owed.values())


TestAnyLifeOfADebt = DebtMachine.TestCase
TestAnyLifeOfADebt.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


# -- HD7: dropped -----------------------------------------------------------------------


def test_what_was_taken_back_is_owed_no_more_once() -> None:
    outcome = given(owed()).when(PROCESS, to_drop_debt()).then(dropped())
    assert outcome.state.owed("EUR") == money("0.00 EUR")
    assert outcome.state.status is Status.CLEAR

    penalty = owed("30.00 EUR", caused_by=an_id("a penalty"))
    given(owed(), penalty, dropped(to="owing")).when(PROCESS, to_drop_debt()).then()


def test_what_raised_nothing_or_is_paid_already_is_not_dropped() -> None:
    another = to_drop_debt(caused_by=an_id("another refund"))
    given(owed()).when(PROCESS, another).refused(TransitionNotAllowed, before="owing")
    part = collected("20.00 EUR", to="owing")
    given(owed(), part).when(PROCESS, to_drop_debt()).refused(DebtExceeded, owed="30.00 EUR")
    given(owed()).when(PROCESS, to_drop_debt("49.00 EUR")).refused(AmountsDiffer)
