"""A refund on its way: handed over, waiting, arrived, failed, tried again, or paid by our bank."""

from typing import Any

import pytest

from ledger.aggregates.refund import (
    AcceptRefund,
    FailRefund,
    ResubmitRefund,
    SettleAlternatively,
    SubmitRefund,
    SucceedRefund,
    UseAlternative,
)
from ledger.errors import (
    AmountsDiffer,
    NothingVouchedFor,
    ReasonIsMissing,
    RefundBlockedByDispute,
    RefundExceedsCapture,
    RepeatedWithDifferences,
    SecondPersonRequired,
    SelfApproval,
    TransitionNotAllowed,
)
from ledger.events import Event
from ledger.events.refund import RefundApproved, RefundFailed, RefundPending, RefundSucceeded
from ledger.values.journal import Entry
from ledger.values.policy import LineBack
from tests.facts import (
    CLARA,
    DINIS,
    PROCESS,
    PROCESSOR,
    REFUND,
    THE_DIGEST,
    TIMER,
    a_refund,
    alternative_chosen,
    approved,
    failed_refund,
    money,
    pending,
    resubmitted,
    settled_alternatively,
    submitted,
    succeeded,
    unanswered,
)
from tests.given import given
from tests.ledger.test_refund import to_approve

UNDER_WAY = (a_refund(), approved(), submitted(), pending())
ARRIVED = (*UNDER_WAY, succeeded())
FAILED = (*UNDER_WAY, failed_refund())


def to_submit(*, disputed: bool = False) -> SubmitRefund:
    return SubmitRefund(refund_id=REFUND, idempotency_key=f"{REFUND}/1", disputed=disputed)


def to_accept(named: str | None = "re_1", reason: str | None = None) -> AcceptRefund:
    return AcceptRefund(refund_id=REFUND, processor_refund=named, pending_reason=reason)


def to_succeed(amount: str = "180.00 EUR", **told: Any) -> SucceedRefund:
    told = {"processor_refund": "re_1", "balance_transaction": "txn_1"} | told
    return SucceedRefund(refund_id=REFUND, amount=money(amount), **told)


def to_fail(**told: Any) -> FailRefund:
    told = {"processor_refund": "re_1", "balance_transaction": "txn_2"} | told
    return FailRefund(refund_id=REFUND, reason="expired_or_canceled_card", **told)


def to_resubmit(**changed: Any) -> ResubmitRefund:
    told: dict[str, Any] = {
        "refund_id": REFUND,
        "idempotency_key": f"{REFUND}/2",
        "refundable": money("180.00 EUR"),
        "disputed": False,
    }
    return ResubmitRefund(**told | changed)


def to_use_alternative(**changed: Any) -> UseAlternative:
    told: dict[str, Any] = {
        "refund_id": REFUND,
        "reason": "the card is closed",
        "chosen_by": CLARA.id,
        "refundable": money("180.00 EUR"),
    }
    return UseAlternative(**told | changed)


def to_settle(settled_by: str | None = DINIS.id, proof: str = THE_DIGEST) -> SettleAlternatively:
    return SettleAlternatively(
        refund_id=REFUND, settled_by=settled_by, reference="E2E-2026-06-01-7", proof=proof
    )


def entry_of(event: Event) -> Entry:
    (entry,) = event.entries  # type: ignore[attr-defined]
    assert isinstance(entry, Entry)
    return entry


# -- RF6, RF7: handed over --------------------------------------------------------------


def test_only_an_approved_refund_is_handed_over() -> None:
    given(a_refund()).when(PROCESS, to_submit()).refused(TransitionNotAllowed, before="requested")
    given(a_refund(), approved()).when(PROCESS, to_submit()).then(submitted())


def test_money_that_a_dispute_has_is_not_given_back_as_well() -> None:
    given(a_refund(), approved()).when(PROCESS, to_submit(disputed=True)).refused(
        RefundBlockedByDispute, amount="180.00 EUR"
    )


def test_the_processor_takes_a_refund_on() -> None:
    given(a_refund(), approved(), submitted()).when(PROCESSOR, to_accept()).then(pending())


def test_a_refund_without_an_answer_is_pending_until_there_is_one() -> None:
    handed_over = (a_refund(), approved(), submitted())

    given(*handed_over).when(TIMER, to_accept(None)).then(unanswered())
    given(*handed_over, unanswered()).when(PROCESSOR, to_accept()).then(pending())


def test_a_refund_that_waits_for_our_balance_says_so_r5() -> None:
    waits = pending("insufficient_funds")

    given(a_refund(), approved(), submitted()).when(
        PROCESSOR, to_accept(reason="insufficient_funds")
    ).then(waits)
    given(*UNDER_WAY).when(PROCESSOR, to_accept(reason="insufficient_funds")).then(waits)
    given(*UNDER_WAY, waits).when(PROCESSOR, to_accept()).then(pending())


def test_what_the_processor_said_before_is_not_written_down_again() -> None:
    given(*UNDER_WAY).when(PROCESSOR, to_accept()).then()
    given(*UNDER_WAY).when(PROCESSOR, to_accept(None)).then()


@pytest.mark.parametrize(
    "command",
    [
        to_accept("re_2"),
        to_succeed(processor_refund="re_2"),
        to_fail(processor_refund="re_2"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_happened_to_another_refund_did_not_happen_to_this_one(command: Any) -> None:
    given(*UNDER_WAY).when(PROCESSOR, command).refused(
        TransitionNotAllowed, known="re_1", named="re_2"
    )


# -- RF8: arrived -----------------------------------------------------------------------


def test_the_guest_has_the_money_back() -> None:
    given(*UNDER_WAY).when(PROCESSOR, to_succeed()).then(succeeded())


def test_a_success_that_names_no_refund_is_that_of_the_one_that_was_taken_on() -> None:
    given(*UNDER_WAY).when(PROCESSOR, to_succeed(processor_refund=None)).then(succeeded())


@pytest.mark.parametrize("amount", ["179.99 EUR", "180.01 EUR", "180.00 USD"])
def test_another_amount_than_the_approved_one_did_not_succeed(amount: str) -> None:
    given(*UNDER_WAY).when(PROCESSOR, to_succeed(amount)).refused(
        AmountsDiffer, approved="180.00 EUR"
    )


def test_what_was_settled_in_the_same_currency_is_the_amount() -> None:
    of_it_all = to_succeed(settled=money("180.00 EUR"))
    a_cent_more = to_succeed(settled=money("180.01 EUR"))

    given(*UNDER_WAY).when(PROCESSOR, of_it_all).then(succeeded())
    given(*UNDER_WAY).when(PROCESSOR, a_cent_more).refused(AmountsDiffer, settled="180.01 EUR")


def test_a_refund_does_not_succeed_before_the_processor_took_it_on() -> None:
    given(a_refund(), approved(), submitted()).when(PROCESSOR, to_succeed()).refused(
        TransitionNotAllowed, before="submitting"
    )


# -- RF9: failed ------------------------------------------------------------------------


def test_a_refund_that_never_arrived_is_still_owed() -> None:
    given(*UNDER_WAY).when(PROCESSOR, to_fail()).then(failed_refund())


def test_a_refund_that_came_back_days_later_is_owed_again_r4() -> None:
    given(*ARRIVED).when(PROCESSOR, to_fail()).then(failed_refund(after_success=True))
    entry = entry_of(failed_refund(after_success=True))

    assert entry.rule == "J13"
    assert [(line.account, line.minor) for line in entry.lines] == [
        ("stripe_available", 18_000),
        ("refund_payable", -18_000),
    ]


def test_a_refund_fails_once() -> None:
    given(*FAILED).when(PROCESSOR, to_fail()).refused(TransitionNotAllowed, before="failed")


# -- RF10: tried again ------------------------------------------------------------------


def test_a_refund_is_handed_over_again_under_a_new_key() -> None:
    given(*FAILED).when(CLARA, to_resubmit()).then(resubmitted())
    given(*FAILED).when(CLARA, to_resubmit(idempotency_key=f"{REFUND}/1")).refused(
        RepeatedWithDifferences, idempotency_key=f"{REFUND}/1"
    )


def test_no_key_is_ever_used_again() -> None:
    twice = (*FAILED, resubmitted(), pending(), failed_refund())

    for attempt in (1, 2):
        key = f"{REFUND}/{attempt}"
        given(*twice).when(CLARA, to_resubmit(idempotency_key=key)).refused(RepeatedWithDifferences)


def test_what_others_took_while_it_had_failed_is_gone() -> None:
    less = money("179.99 EUR")

    given(*FAILED).when(CLARA, to_resubmit(refundable=less)).refused(RefundExceedsCapture)
    given(*FAILED).when(CLARA, to_use_alternative(refundable=less)).refused(RefundExceedsCapture)


def test_a_dispute_stops_the_second_attempt_as_well() -> None:
    given(*FAILED).when(CLARA, to_resubmit(disputed=True)).refused(RefundBlockedByDispute)


def test_the_second_attempt_is_another_refund_at_the_processor() -> None:
    again = RefundPending(processor_refund="re_2", pending_reason=None)

    given(*FAILED, resubmitted()).when(PROCESSOR, to_accept("re_2")).then(again)


# -- RF11: by another way ---------------------------------------------------------------


@pytest.mark.parametrize(
    "history", [FAILED, (*ARRIVED, failed_refund(after_success=True))], ids=["never", "came back"]
)
def test_where_the_card_is_closed_our_bank_pays_r12_r13(history: Any) -> None:
    given(*history).when(CLARA, to_use_alternative()).then(alternative_chosen())
    given(*history, alternative_chosen()).when(DINIS, to_settle()).then(settled_alternatively())
    entry = entry_of(settled_alternatively())

    assert entry.rule == "J12b"
    assert [(line.account, line.minor) for line in entry.lines] == [
        ("refund_payable", 18_000),
        ("bank", -18_000),
    ]


def test_another_way_has_its_reason() -> None:
    given(*FAILED).when(CLARA, to_use_alternative(reason="")).refused(ReasonIsMissing)


def test_only_what_failed_goes_by_another_way() -> None:
    for history in ((a_refund(), approved()), UNDER_WAY, ARRIVED):
        given(*history).when(CLARA, to_use_alternative()).refused(TransitionNotAllowed)


def test_the_bank_transfer_takes_a_second_person_and_a_proof() -> None:
    chosen = given(*FAILED, alternative_chosen())

    chosen.when(CLARA, to_settle(CLARA.id)).refused(SelfApproval, by=CLARA.id)
    chosen.when(DINIS, to_settle(None)).refused(SecondPersonRequired)
    chosen.when(DINIS, to_settle(proof="")).refused(NothingVouchedFor, guard="proof")


# -- In two currencies ------------------------------------------------------------------

IN_DOLLARS = a_refund(amount=money("195.00 USD"), lines=(LineBack("night", "2026-07-02", 19_500),))


def owed_in_dollars() -> RefundApproved:
    command = to_approve(refundable=money("400.00 USD"))
    (event,) = given(IN_DOLLARS).when(PROCESS, command).events
    assert isinstance(event, RefundApproved)
    return event


def balances(*events: Event) -> dict[tuple[str, str], int]:
    """What the events leave on each account, in minor units by currency."""
    sums: dict[tuple[str, str], int] = {}
    for event in events:
        for entry in getattr(event, "entries", ()):
            for line in entry.lines:
                key = (line.account, line.currency)
                sums[key] = sums.get(key, 0) + line.minor
    return {key: minor for key, minor in sums.items() if minor}


@pytest.mark.parametrize(
    ("settled", "result"), [("182.50 EUR", 250), ("177.00 EUR", -300), ("180.00 EUR", 0)]
)
def test_the_guest_gets_the_exact_amount_and_the_rate_is_ours_m1(settled: str, result: int) -> None:
    history = (IN_DOLLARS, owed_in_dollars(), submitted(), pending())

    (event,) = (
        given(*history)
        .when(PROCESSOR, to_succeed("195.00 USD", settled=money(settled)))
        .then(RefundSucceeded)
        .events
    )

    assert entry_of(event).rule == "J12fx"
    left = balances(*history, event)
    assert left.get(("fx_gain_loss", "EUR"), 0) == result
    assert not [key for key in left if key[0] in ("fx_position", "refund_payable")]
    assert left["stripe_available", "EUR"] == -money(settled).minor


def test_what_comes_back_in_two_currencies_opens_the_position_again_until_it_arrives() -> None:
    history: tuple[Event, ...] = (IN_DOLLARS, owed_in_dollars(), submitted(), pending())
    steps: list[tuple[Any, Any]] = [
        (PROCESSOR, to_succeed("195.00 USD", settled=money("182.50 EUR"))),
        (PROCESSOR, to_fail(settled=money("181.00 EUR"))),
        (CLARA, to_resubmit(refundable=money("195.00 USD"))),
        (PROCESSOR, to_accept("re_2")),
        (
            PROCESSOR,
            to_succeed("195.00 USD", processor_refund="re_2", settled=money("183.00 EUR")),
        ),
    ]
    for number, (actor, command) in enumerate(steps):
        history += tuple(given(*history).when(actor, command).events)
        assert len(history) == 5 + number

    left = balances(*history)
    assert not [key for key in left if key[0] in ("fx_position", "refund_payable")]
    assert left["fx_gain_loss", "EUR"] == 250 + 200
    assert left["stripe_available", "EUR"] == -18_250 + 18_100 - 18_300


def test_where_nobody_tells_what_came_back_it_is_what_had_gone_out() -> None:
    success = to_succeed("195.00 USD", settled=money("182.50 EUR"))
    history: tuple[Event, ...] = (IN_DOLLARS, owed_in_dollars(), submitted(), pending())
    history += tuple(given(*history).when(PROCESSOR, success).events)

    (event,) = given(*history).when(PROCESSOR, to_fail()).then(RefundFailed).events

    assert isinstance(event, RefundFailed)
    assert event.settled == money("182.50 EUR")
    assert entry_of(event).rule == "J13fx"


def test_an_amount_of_the_listing_s_currency_that_settles_abroad_leaves_its_position_open() -> None:
    """What it was opened at only the booking knows, which was paid in the same two currencies."""
    francs = to_succeed(settled=money("170.00 CHF"))

    (event,) = given(*UNDER_WAY).when(PROCESSOR, francs).then(RefundSucceeded).events

    assert balances(event) == {
        ("refund_payable", "EUR"): 18_000,
        ("fx_position", "EUR"): -18_000,
        ("fx_position", "CHF"): 17_000,
        ("stripe_available", "CHF"): -17_000,
    }
