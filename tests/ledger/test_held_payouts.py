"""Payouts that wait: for as many reasons as there are, seen by all, and let go by their own."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ledger import processes
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.provider import PROVIDER, Standing
from ledger.aggregates.provider import Status as Hosting
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import PayoutIsHeld, TooEarly, TransitionNotAllowed
from ledger.events.payout import PayoutHeld, PayoutHoldLifted, PayoutReleased
from ledger.values.clearance import ACCOUNT_RESTS, Hold
from ledger.values.journal import Account
from tests.facts import (
    ANOTHER_BANK_ACCOUNT,
    BOOKING,
    CLARA,
    DINIS,
    EARNED,
    PROCESSOR,
    RUI,
    money,
    to_record_account,
)
from tests.ledger.market import Market
from tests.ledger.test_disputed_money import PAID_OUT, Disputed, agree, paid_out, sold
from tests.ledger.test_every_death import account_of, has_a_guest
from tests.ledger.test_hosts import names_another_bank
from tests.ledger.test_staff_refunds import (
    FIRST,
    approve,
    ask,
    owed_to,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAYOUT = processes.payout_of(BOOKING)


def another_bank_account(market: Disputed) -> None:
    """Rui is paid to another bank account from now on, says the processor."""
    told = to_record_account(
        account=market.account,
        standing=Standing.ENABLED,
        bank_account=ANOTHER_BANK_ACCOUNT,
        seen_at=market.clock.now,
    )
    market.decide(lambda draft: draft.do(PROCESSOR, told), RUI)


def by_hand(market: Disputed) -> None:
    """Clara orders the transfer herself."""
    market.decide(partial(processes.release, booking_id=BOOKING, payout_id=PAYOUT, by=CLARA))


# -- Another bank account (O9) --------------------------------------------------------------


def test_case_o9_an_account_that_changed_before_the_release_keeps_the_payout_back() -> None:
    market = sold()
    market.until(EARNED - 2 * HOUR, step=12 * HOUR)
    another_bank_account(market)

    market.until(PAID_OUT, step=12 * HOUR)

    assert market.payout().holds == {Hold.ACCOUNT_CHANGED}
    assert market.all("transfer") == []


def test_case_o9_what_finance_has_reviewed_is_paid() -> None:
    market = sold()
    market.until(EARNED - 2 * HOUR, step=12 * HOUR)
    another_bank_account(market)
    market.until(EARNED + HOUR, step=HOUR)
    assert market.payout().status is Payable.ON_HOLD

    review = partial(
        processes.review_bank_account, staff=CLARA, host_id=RUI, reason="host_called_back"
    )
    market.decide(partial(review, bank_account=ANOTHER_BANK_ACCOUNT), RUI)
    market.until(market.clock.now + HOUR)

    assert market.payout().status is Payable.TRANSFERRED
    agree(market)


def test_case_o9_after_two_days_the_account_has_rested() -> None:
    market = sold()
    market.until(EARNED - 2 * HOUR, step=12 * HOUR)
    another_bank_account(market)

    market.until(EARNED + 47 * HOUR, step=HOUR)

    (held,) = market.events(PayoutHeld)
    (lifted,) = market.events(PayoutHoldLifted)
    assert (held.reason, lifted.reason) == ("account_changed", "account_changed")
    assert market.payout().status is Payable.TRANSFERRED


def about_to_be_paid() -> Market:
    """A stay whose host will be paid in an hour, to the account that the processor keeps."""
    market = Market()
    has_a_guest(market)
    market.until(EARNED - HOUR, step=30 * DAY)
    return market


def test_case_o9_an_account_that_changed_without_a_word_is_seen_before_the_release() -> None:
    market = about_to_be_paid()
    named = names_another_bank(market)

    market.until(EARNED + HOUR, step=HOUR)

    host = market.ledger.state(PROVIDER, RUI)
    assert host is not None
    assert host.payout_account is not None
    assert host.payout_account.bank_account == named
    assert market.payout().holds == {Hold.ACCOUNT_CHANGED}
    assert market.all("transfer") == []

    market.until(EARNED + 50 * HOUR, step=HOUR)
    assert market.payout().status is Payable.TRANSFERRED
    (released,) = (one for one in market.store.history if isinstance(one.event, PayoutReleased))
    assert released.occurred_at - host.payout_account.seen_at >= ACCOUNT_RESTS


def test_a_host_whom_the_processor_rejected_without_a_word_is_not_paid() -> None:
    market = about_to_be_paid()
    market.behind(f"accounts/{account_of(market)}", disabled_reason="rejected.fraud")

    market.until(EARNED + HOUR, step=HOUR)

    host = market.ledger.state(PROVIDER, RUI)
    assert host is not None
    assert (host.status, host.standing) == (Hosting.SUSPENDED, Standing.DISABLED)
    assert market.payout().holds == {Hold.KYC}
    assert market.all("transfer") == []


def test_nobody_is_paid_as_long_as_the_processor_does_not_say_how_the_account_stands() -> None:
    market = about_to_be_paid()
    market.fails("error_before", times=1_000, path="/v1/accounts/", method="GET")

    market.until(EARNED + HOUR, step=HOUR)
    assert market.payout().status is Payable.DUE

    market.machine.control("DELETE", "faults", b"")
    market.until(EARNED + 2 * HOUR, step=HOUR)
    assert market.payout().status is Payable.TRANSFERRED


# -- A set of reasons -----------------------------------------------------------------------


def test_a_payout_goes_when_the_last_of_its_reasons_is_gone() -> None:
    market = sold()
    put = partial(processes.put_hold, staff=CLARA, payout_id=PAYOUT, detail="")
    market.decide(partial(put, reason=Hold.RISK_NEW_HOST))
    market.decide(partial(put, reason=Hold.TAX_DATA_MISSING))
    market.until(PAID_OUT, step=12 * HOUR)
    assert market.payout().holds == {Hold.RISK_NEW_HOST, Hold.TAX_DATA_MISSING}

    lift = partial(processes.lift_hold, staff=DINIS, payout_id=PAYOUT)
    market.decide(partial(lift, reason=Hold.RISK_NEW_HOST))
    market.settle()
    assert market.all("transfer") == []
    market.decide(partial(lift, reason=Hold.TAX_DATA_MISSING))
    market.settle()

    assert market.payout().status is Payable.TRANSFERRED
    agree(market)


def test_nobody_releases_by_hand_what_is_held_or_not_due() -> None:
    market = sold()
    with pytest.raises((TooEarly, TransitionNotAllowed)):
        by_hand(market)
    market.until(EARNED - 2 * HOUR, step=12 * HOUR)
    ask(market)
    market.until(PAID_OUT, step=12 * HOUR)

    with pytest.raises((PayoutIsHeld, TransitionNotAllowed)):
        by_hand(market)
    with pytest.raises(PayoutIsHeld):
        market.decide(
            partial(processes.lift_hold, staff=DINIS, payout_id=PAYOUT, reason=Hold.REFUND_OPEN)
        )


# -- One transfer (O4) ----------------------------------------------------------------------


def test_case_o4_a_person_and_the_clock_release_once() -> None:
    market = sold()
    put: Any = partial(processes.put_hold, staff=CLARA, payout_id=PAYOUT, detail="")
    market.decide(partial(put, reason=Hold.MANUAL))
    market.until(PAID_OUT, step=12 * HOUR)
    lift = partial(processes.lift_hold, staff=DINIS, payout_id=PAYOUT, reason=Hold.MANUAL)
    market.decide(lift)

    by_hand(market)
    with pytest.raises(TransitionNotAllowed):
        by_hand(market)
    market.settle()

    assert len(market.events(PayoutReleased)) == 1
    assert len(market.all("transfer")) == 1
    agree(market)


# -- A refund around the payout (O5, R6) ----------------------------------------------------


def test_case_r6_before_the_transfer_the_refund_is_taken_off_it() -> None:
    market = sold()
    ask(market)
    approve(market)

    market.until(PAID_OUT, step=12 * HOUR)

    assert market.payout().sent == money("300.70 EUR")
    assert market.refund(FIRST).status is Refunding.SUCCEEDED
    assert market.owes() == "nothing"
    agree(market)


def test_case_r6_after_the_transfer_it_is_the_host_s_debt() -> None:
    market = paid_out()
    ask(market)
    approve(market)
    market.settle()

    assert market.refund(FIRST).status is Refunding.SUCCEEDED
    assert market.owes() == "48.50 EUR"
    assert owed_to(market, Account.HOST_RECEIVABLE) == -4_850
    agree(market)


def test_case_o5_what_is_called_off_after_a_refund_leaves_books_that_agree() -> None:
    market = sold()
    ask(market)
    approve(market)
    market.settle()

    market.call_off()
    market.until(PAID_OUT, step=12 * HOUR)

    agree(market)


def test_a_refund_that_finance_rejects_lets_the_host_be_paid() -> None:
    market = sold()
    ask(market)

    def no(draft: Draft) -> None:
        processes.reject_refund(draft, CLARA, FIRST, "not_owed")

    market.decide(no)
    market.until(PAID_OUT, step=12 * HOUR)

    assert market.payout().sent == money("349.20 EUR")
    agree(market)
