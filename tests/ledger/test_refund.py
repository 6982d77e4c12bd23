"""A refund: asked for line by line, approved, carried out, once."""

import pytest

from ledger.aggregates.refund import AcceptRefund, AutoApprove, SubmitRefund, SucceedRefund
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    RefundExceedsCapture,
    TransitionNotAllowed,
)
from ledger.values.policy import LineBack
from ledger.values.shares import Shares
from tests.facts import (
    GUEST,
    PROCESS,
    PROCESSOR,
    REFUND,
    a_refund,
    approved,
    money,
    pending,
    submitted,
    succeeded,
    to_request_refund,
)
from tests.given import given


def to_approve() -> AutoApprove:
    return AutoApprove(refund_id=REFUND)


def to_succeed(amount: str = "180.00 EUR") -> SucceedRefund:
    return SucceedRefund(refund_id=REFUND, amount=money(amount))


# -- RF1: asked for ---------------------------------------------------------------------


def test_a_refund_is_asked_for_line_by_line() -> None:
    given().when(PROCESS, to_request_refund()).then(a_refund())


def test_a_guest_does_not_refund_themselves() -> None:
    given().when(GUEST, to_request_refund()).refused(TransitionNotAllowed, actor="G")


@pytest.mark.parametrize("cents", [17_999, 18_001])
def test_the_lines_explain_every_cent(cents: int) -> None:
    lines = (LineBack("guest_fee", "", cents),)

    given().when(PROCESS, to_request_refund(lines=lines)).refused(
        AmountsDiffer, amount="180.00 EUR", lines_minor=cents
    )


def test_nothing_is_no_refund() -> None:
    nothing = to_request_refund(back=Shares("EUR"), lines=())

    given().when(PROCESS, nothing).refused(AmountsDiffer)


def test_a_refund_goes_as_far_as_the_payment_and_no_further() -> None:
    exactly = to_request_refund(refundable=money("180.00 EUR"))
    a_cent_more = to_request_refund(refundable=money("179.99 EUR"))

    given().when(PROCESS, exactly).then(a_refund())
    given().when(PROCESS, a_cent_more).refused(RefundExceedsCapture, refundable="179.99 EUR")


def test_a_refund_is_in_the_currency_of_the_payment() -> None:
    in_dollars = to_request_refund(refundable=money("410.40 USD"))

    given().when(PROCESS, in_dollars).refused(CurrenciesDiffer)


# -- RF2: approved ----------------------------------------------------------------------


def test_what_the_policy_worked_out_is_approved_by_itself() -> None:
    given(a_refund()).when(PROCESS, to_approve()).then(approved())


def test_from_approval_on_the_money_is_owed_to_the_guest() -> None:
    (entry,) = approved().entries

    assert entry.rule == "J8"
    assert [(line.account, line.minor) for line in entry.lines] == [
        ("host_deferred", 17_460),
        ("revenue_deferred", 540),
        ("refund_payable", -18_000),
    ]


# -- RF6 to RF8: carried out ------------------------------------------------------------


def test_only_an_approved_refund_is_handed_over() -> None:
    command = SubmitRefund(refund_id=REFUND, idempotency_key=f"{REFUND}/1")

    given(a_refund()).when(PROCESS, command).refused(TransitionNotAllowed, before="requested")
    given(a_refund(), approved()).when(PROCESS, command).then(submitted())


def test_the_processor_takes_a_refund_on() -> None:
    command = AcceptRefund(refund_id=REFUND, processor_refund="re_1")

    given(a_refund(), approved(), submitted()).when(PROCESSOR, command).then(pending())


def test_the_guest_has_the_money_back() -> None:
    before = given(a_refund(), approved(), submitted(), pending())

    before.when(PROCESSOR, to_succeed()).then(succeeded())


@pytest.mark.parametrize("amount", ["179.99 EUR", "180.01 EUR", "180.00 USD"])
def test_another_amount_than_the_approved_one_did_not_succeed(amount: str) -> None:
    before = given(a_refund(), approved(), submitted(), pending())

    before.when(PROCESSOR, to_succeed(amount)).refused(AmountsDiffer, approved="180.00 EUR")


def test_a_refund_does_not_succeed_before_the_processor_took_it_on() -> None:
    given(a_refund(), approved(), submitted()).when(PROCESSOR, to_succeed()).refused(
        TransitionNotAllowed, before="submitting"
    )
