"""A refund that we never asked for: seen at the processor, and accounted for once."""

from typing import Any

import pytest

from ledger.aggregates.refund import FailRefund
from ledger.errors import (
    AmountsDiffer,
    ReasonIsMissing,
    RefundLineExceeded,
    TransitionNotAllowed,
)
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    Funding,
    RefundFailed,
)
from ledger.values.policy import LineBack
from ledger.values.shares import Shares
from tests.facts import (
    CLARA,
    EXTERNAL_REFUND,
    PROCESS,
    PROCESSOR,
    RUI,
    SUPPORT,
    classified_refund,
    external_refund,
    money,
    to_classify_refund,
    to_see_external_refund,
)
from tests.given import given
from tests.ledger.test_refund_at_the_processor import balances, entry_of


def classified(*history: Any, **changed: Any) -> ExternalRefundClassified:
    (event,) = given(*history).when(CLARA, to_classify_refund(**changed)).events
    assert isinstance(event, ExternalRefundClassified)
    return event


def test_a_refund_made_at_the_processor_s_own_desk_stands_in_suspense_r7() -> None:
    """Whatever the payment could still give back, with a dispute open or not: it is a fact."""
    given().when(PROCESSOR, to_see_external_refund()).then(external_refund())

    assert entry_of(external_refund()).rule == "J23"
    assert balances(external_refund()) == {
        ("suspense", "EUR"): 5_000,
        ("stripe_available", "EUR"): -5_000,
    }


def test_only_the_processor_tells_of_it() -> None:
    given().when(PROCESS, to_see_external_refund()).refused(TransitionNotAllowed, actor="X")


def test_told_twice_it_is_seen_once() -> None:
    given(external_refund()).when(PROCESSOR, to_see_external_refund()).refused(
        TransitionNotAllowed, before="external_detected"
    )


def test_nothing_was_not_refunded() -> None:
    given().when(PROCESSOR, to_see_external_refund(amount=money("0.00 EUR"))).refused(AmountsDiffer)


def test_finance_says_whose_money_it_was() -> None:
    given(external_refund()).when(CLARA, to_classify_refund()).then(classified_refund())

    assert entry_of(classified_refund()).rule == "J8s"
    assert balances(external_refund(), classified_refund()) == {
        ("host_deferred", "EUR"): 4_850,
        ("revenue_deferred", "EUR"): 150,
        ("stripe_available", "EUR"): -5_000,
    }


def test_support_does_not_say_it() -> None:
    given(external_refund()).when(SUPPORT, to_classify_refund()).refused(TransitionNotAllowed)


def test_it_is_accounted_for_once() -> None:
    given(external_refund(), classified_refund()).when(CLARA, to_classify_refund()).refused(
        TransitionNotAllowed, before="succeeded"
    )


def test_it_is_accounted_for_with_a_reason_and_to_the_cent() -> None:
    seen = given(external_refund())
    a_cent_less = (LineBack("night", "2026-07-02", 4_999),)
    night_gone = (LineBack("night", "2026-07-02", 4_999),)

    seen.when(CLARA, to_classify_refund(reason="")).refused(ReasonIsMissing)
    seen.when(CLARA, to_classify_refund(lines=a_cent_less)).refused(AmountsDiffer)
    seen.when(CLARA, to_classify_refund(back=Shares("EUR", host_minor=4_999))).refused(
        AmountsDiffer
    )
    seen.when(CLARA, to_classify_refund(left_on_lines=night_gone)).refused(
        RefundLineExceeded, left_minor=4_999
    )


def test_after_the_payout_the_host_owes_it_r6() -> None:
    event = classified(external_refund(), earned=True, payable=money("0.00 EUR"))

    assert entry_of(event).rule == "J11s"
    assert event.debt == money("48.50 EUR")
    assert balances(external_refund(), event)["host_receivable", "EUR"] == 4_850
    assert entry_of(event).lines[0].of == RUI


def test_what_nobody_else_pays_the_platform_does() -> None:
    event = classified(
        external_refund(),
        back=Shares("EUR"),
        lines=(LineBack("goodwill", "", 5_000),),
        funded_by=Funding.PLATFORM,
    )

    assert entry_of(event).rule == "J14s"
    assert balances(external_refund(), event) == {
        ("exp_goodwill", "EUR"): 5_000,
        ("stripe_available", "EUR"): -5_000,
    }


@pytest.mark.parametrize(
    ("amount", "settled", "left"),
    [
        ("54.00 USD", "51.00 EUR", {("fx_gain_loss", "EUR"): 100}),
        (
            "54.00 USD",
            None,
            {("fx_position", "EUR"): -5_000, ("fx_position", "USD"): 5_400},
        ),
        (
            "50.00 EUR",
            "47.00 CHF",
            {("fx_position", "EUR"): -5_000, ("fx_position", "CHF"): 4_700},
        ),
    ],
)
def test_in_another_currency_suspense_is_cleared_and_the_rate_is_seen(
    amount: str, settled: str | None, left: dict[tuple[str, str], int]
) -> None:
    command = to_see_external_refund(amount=money(amount), settled=settled and money(settled))
    (seen,) = given().when(PROCESSOR, command).then(ExternalRefundDetected).events
    lines = (LineBack("night", "2026-07-02", money(amount).minor),)

    event = classified(seen, lines=lines)

    assert entry_of(event).rule == "J8sfx"
    found = balances(seen, event)
    assert {key: minor for key, minor in found.items() if key[0].startswith("fx")} == left
    assert not [key for key in found if key[0] == "suspense"]


def test_it_may_come_back_as_well_and_is_owed_then() -> None:
    history = (external_refund(), classified_refund())
    command = FailRefund(refund_id=EXTERNAL_REFUND, reason="expired_or_canceled_card")

    (event,) = given(*history).when(PROCESSOR, command).then(RefundFailed).events

    assert balances(event) == {
        ("stripe_available", "EUR"): 5_000,
        ("refund_payable", "EUR"): -5_000,
    }
