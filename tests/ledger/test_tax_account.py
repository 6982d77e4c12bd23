"""What authorities are owed and were remitted: no more than is payable, never by one person."""

from collections import Counter
from contextlib import suppress
from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.aggregates.tax_account import (
    NEW,
    TAX_ACCOUNT,
    GiveTaxBack,
    OweTaxAgain,
    TaxAccount,
    TaxAccountCommand,
)
from ledger.errors import (
    AmountsDiffer,
    NothingVouchedFor,
    PeriodIsNotOver,
    ReasonIsMissing,
    SecondPersonRequired,
    SelfApproval,
    TaxNotPayable,
    TransitionNotAllowed,
)
from ledger.events import Actor, MoneyEvent
from ledger.events.tax_account import RemittanceProposed, TaxOwedAgain
from ledger.values.money import Money
from tests.facts import (
    CLARA,
    DINIS,
    JUNE_FIRST,
    MID_MAY,
    NOW,
    PROCESS,
    SUPPORT,
    an_id,
    money,
    remittance_proposed,
    remittance_rejected,
    tax_given_back,
    tax_owed_again,
    tax_remitted,
    to_give_tax_back,
    to_owe_tax_again,
    to_propose_remittance,
    to_reject_remittance,
    to_remit_tax,
)
from tests.given import given

NUMBERS = count()
RECOVERABLE: dict[str, Any] = {"recoverable": True}


# -- What is due ------------------------------------------------------------------------


def test_what_stays_brought_is_proposed_and_remitted_by_two_persons_j24() -> None:
    given().when(CLARA, to_propose_remittance()).then(remittance_proposed())
    given(remittance_proposed()).when(DINIS, to_remit_tax()).then(tax_remitted())


def test_the_bank_pays_what_is_payable_j24() -> None:
    assert lines_of(tax_remitted()) == [("tax_payable", 10_000), ("bank", -10_000)]
    assert lines_of(tax_remitted("30.00 EUR")) == [
        ("tax_payable", 10_000),
        ("tax_recoverable", -3_000),
        ("bank", -7_000),
    ]


@pytest.mark.parametrize("too_much", ["100.01 EUR", "250.00 EUR"])
def test_never_more_than_is_payable_is_remitted(too_much: str) -> None:
    given().when(CLARA, to_propose_remittance(too_much)).refused(TaxNotPayable)


def test_nothing_is_remitted_where_nothing_is_payable() -> None:
    nothing = to_propose_remittance("0.00 EUR", earned=money("0.00 EUR"))

    given().when(CLARA, nothing).refused(TaxNotPayable)


def test_all_that_is_payable_is_remitted_as_it_was_shown() -> None:
    given().when(CLARA, to_propose_remittance("99.99 EUR")).refused(AmountsDiffer)
    given(remittance_proposed()).when(DINIS, to_remit_tax("99.99 EUR")).refused(AmountsDiffer)


def test_what_went_back_to_a_guest_is_not_remitted() -> None:
    before = given(tax_given_back("6.60 EUR"))

    before.when(CLARA, to_propose_remittance("100.00 EUR")).refused(TaxNotPayable)
    before.when(CLARA, to_propose_remittance("93.40 EUR")).then(RemittanceProposed)


def test_what_goes_back_of_later_stays_is_of_a_later_remittance() -> None:
    later = tax_given_back(earned_on=MID_MAY)

    given(later).when(CLARA, to_propose_remittance("100.00 EUR")).then(RemittanceProposed)


def test_a_remittance_follows_the_last_one_and_its_days_are_over() -> None:
    again = to_propose_remittance(begins=MID_MAY, until=MID_MAY)
    given(remittance_proposed(), tax_remitted()).when(CLARA, again).refused(PeriodIsNotOver)
    given().when(CLARA, to_propose_remittance(until=JUNE_FIRST)).refused(PeriodIsNotOver)


def test_what_was_counted_from_another_day_is_not_remitted() -> None:
    from_the_beginning = to_propose_remittance(until=date(2026, 5, 20))

    given(remittance_proposed(), tax_remitted()).when(CLARA, from_the_beginning).refused(
        AmountsDiffer
    )


# -- Two persons ------------------------------------------------------------------------


def test_nobody_remits_alone() -> None:
    before = given(remittance_proposed())

    before.when(CLARA, to_remit_tax(approver=CLARA.id)).refused(SelfApproval)
    before.when(DINIS, to_remit_tax(approver=None)).refused(SecondPersonRequired)


def test_the_bank_vouches_for_what_it_paid() -> None:
    given(remittance_proposed()).when(DINIS, to_remit_tax(proof="")).refused(NothingVouchedFor)


def test_what_is_rejected_can_be_proposed_again_with_a_reason_given() -> None:
    given(remittance_proposed()).when(DINIS, to_reject_remittance()).then(remittance_rejected())
    given(remittance_proposed(), remittance_rejected()).when(CLARA, to_propose_remittance()).then(
        remittance_proposed()
    )
    silent = replace(to_reject_remittance(), reason=" ")
    given(remittance_proposed()).when(DINIS, silent).refused(ReasonIsMissing)


def test_one_remittance_waits_at_a_time() -> None:
    given(remittance_proposed()).when(CLARA, to_propose_remittance()).refused(TransitionNotAllowed)


def test_what_nobody_proposed_is_not_remitted() -> None:
    given().when(DINIS, to_remit_tax()).refused(TransitionNotAllowed)
    given(remittance_proposed(), tax_remitted()).when(DINIS, to_remit_tax()).refused(
        TransitionNotAllowed
    )


@pytest.mark.parametrize("actor", [SUPPORT, PROCESS])
def test_only_finance_remits(actor: Actor) -> None:
    given().when(actor, to_propose_remittance()).refused(TransitionNotAllowed)
    given(remittance_proposed()).when(actor, to_remit_tax()).refused(TransitionNotAllowed)


# -- What goes back afterwards ----------------------------------------------------------


def test_a_later_remittance_is_lower_by_what_went_back_of_an_earlier_one() -> None:
    later: dict[str, Any] = {"begins": MID_MAY, "until": date(2026, 5, 20)}
    before = given(remittance_proposed(), tax_remitted(), tax_given_back(**RECOVERABLE))

    before.when(CLARA, to_propose_remittance("100.00 EUR", **later)).refused(TaxNotPayable)
    (event,) = before.when(CLARA, to_propose_remittance("93.40 EUR", **later)).events
    assert isinstance(event, RemittanceProposed)
    assert (event.payable, event.recovered) == (money("100.00 EUR"), money("6.60 EUR"))


def test_a_remittance_is_never_below_nothing() -> None:
    later: dict[str, Any] = {"begins": MID_MAY, "until": date(2026, 5, 20)}
    before = given(
        remittance_proposed(), tax_remitted(), tax_given_back("130.00 EUR", **RECOVERABLE)
    )

    (event,) = before.when(CLARA, to_propose_remittance("0.00 EUR", **later)).events

    assert isinstance(event, RemittanceProposed)
    assert event.recovered == event.payable == money("100.00 EUR")


def test_what_a_remittance_was_lower_by_is_due_again_where_it_does_not_go_back() -> None:
    fully_used = (
        tax_given_back(**RECOVERABLE),
        remittance_proposed("6.60 EUR"),
        tax_remitted("6.60 EUR"),
    )

    (event,) = given(*fully_used).when(PROCESS, to_owe_tax_again(**RECOVERABLE)).events

    assert isinstance(event, TaxOwedAgain)
    assert lines_of(event) == [("tax_recoverable", 660), ("tax_payable", -660)]


def test_what_is_still_recoverable_is_so_no_more_where_it_does_not_go_back() -> None:
    given(tax_given_back(**RECOVERABLE)).when(PROCESS, to_owe_tax_again(**RECOVERABLE)).then(
        tax_owed_again(**RECOVERABLE)
    )


def test_nothing_that_is_proposed_is_taken_away_by_a_correction() -> None:
    correction = to_give_tax_back(earned_on=None)

    given(remittance_proposed()).when(PROCESS, correction).refused(TransitionNotAllowed)


def test_each_cause_counts_once() -> None:
    given(tax_given_back()).when(PROCESS, to_give_tax_back()).then()


def test_nothing_is_not_given_back() -> None:
    given().when(PROCESS, to_give_tax_back("0.00 EUR")).refused(AmountsDiffer)
    given().when(PROCESS, to_owe_tax_again("0.00 EUR")).refused(AmountsDiffer)


# -- Whatever happens -------------------------------------------------------------------

DAYS = st.integers(1, 31).map(lambda day: date(2026, 5, day))
STAYS = st.lists(st.tuples(DAYS, st.integers(1, 500)), min_size=1, max_size=5)
STEPS = st.lists(
    st.one_of(st.tuples(st.just("remit"), DAYS), st.tuples(st.just("refund"), st.integers(0, 4))),
    max_size=12,
)


class Books:
    """One authority's accounts, as those who post keep them, and what its tax account says."""

    def __init__(self, stays: list[tuple[date, int]]) -> None:
        self.stays = stays
        self.account: TaxAccount | None = None
        self.balances = Counter({"tax_payable": sum(minor for _, minor in stays)})
        self.refunds: dict[int, GiveTaxBack] = {}

    def refund(self, number: int) -> None:
        """Give the tax of a stay back; where it went back already, take that back."""
        if back := self.refunds.pop(number, None):
            told = {name: getattr(back, name) for name in OweTaxAgain.__struct_fields__}
            self.do(PROCESS, OweTaxAgain(**told))
            self.post(back, sign=-1)
            return
        day, minor = self.stays[number % len(self.stays)]
        if any(number % len(self.stays) == other % len(self.stays) for other in self.refunds):
            return
        back = to_give_tax_back(
            str(Money(minor, "EUR")),
            earned_on=day,
            recoverable=bool(self.account and self.account.has_left(day)),
            caused_by=an_id(f"refund {next(NUMBERS)}"),
        )
        self.refunds[number] = back
        self.do(PROCESS, back)
        self.post(back, sign=1)

    def post(self, back: GiveTaxBack, *, sign: int) -> None:
        """What the refund books, or its reverse."""
        if back.recoverable:
            self.balances["tax_recoverable"] += sign * back.amount.minor
        else:
            self.balances["tax_payable"] -= sign * back.amount.minor

    def remit(self, until: date) -> None:
        """Two persons remit what is due, if anything is."""
        now = self.account or NEW
        begins = now.remitted_until or date.min
        earned = Money(sum(minor for day, minor in self.stays if begins <= day < until), "EUR")
        payable = now.payable(earned, until)
        due = str(payable - now.recovered(payable))
        told: dict[str, Any] = {"begins": now.remitted_until, "until": until, "earned": earned}
        with suppress(PeriodIsNotOver, TaxNotPayable):
            self.do(CLARA, to_propose_remittance(due, **told))
            self.do(DINIS, to_remit_tax(due))

    def do(self, actor: Actor, command: TaxAccountCommand) -> None:
        """What the tax account decides, and books."""
        events, self.account = TAX_ACCOUNT.run(self.account, command, NOW, actor)
        for event in events:
            for account, minor in lines_of(event) if isinstance(event, MoneyEvent) else ():
                self.balances[account] += -minor if account == "tax_payable" else minor


@whatever(stays=STAYS, steps=STEPS)
@settings(max_examples=60)
def test_accounts_keep_their_side_and_nothing_is_lost_whatever_is_refunded_and_remitted(
    stays: list[tuple[date, int]], steps: list[tuple[str, Any]]
) -> None:
    books = Books(stays)
    for step, told in steps:
        getattr(books, step)(told)
        assert books.balances["tax_payable"] >= 0
        assert books.balances["tax_recoverable"] >= 0

    due = sum(minor for _, minor in stays) - sum(one.amount.minor for one in books.refunds.values())
    paid = -books.balances["bank"]
    assert books.balances["tax_payable"] - books.balances["tax_recoverable"] == due - paid


def lines_of(event: MoneyEvent) -> list[tuple[str, int]]:
    return [(line.account, line.minor) for entry in event.entries for line in entry.lines]
