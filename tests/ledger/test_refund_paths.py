"""Any path of a refund: what it owes the guest is still owed, or is nothing."""

from typing import Any

from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st

from ledger.aggregates import postings
from ledger.aggregates.refund import REFUND as RULES
from ledger.aggregates.refund import (
    AcceptRefund,
    ApproveRefund,
    AskForApproval,
    AutoApprove,
    CancelRefund,
    FailRefund,
    Refund,
    RejectRefund,
    RequestRefund,
    ResubmitRefund,
    SettleAlternatively,
    Status,
    SubmitRefund,
    SucceedRefund,
    UseAlternative,
)
from ledger.errors import Refused
from ledger.events import Actor
from ledger.events.refund import Doubt, Funding
from ledger.values.journal import imbalance
from ledger.values.money import Money
from ledger.values.policy import LineBack
from ledger.values.shares import Shares, TaxShare
from tests.facts import (
    BOOKING,
    CLARA,
    DINIS,
    NOW,
    PROCESS,
    PROCESSOR,
    REFUND,
    RUI,
    money,
    to_request_refund,
)

CENTS = st.integers(0, 100_000)
OWED = {
    Status.APPROVED,
    Status.SUBMITTING,
    Status.PENDING,
    Status.FAILED,
    Status.NEEDS_ALTERNATIVE,
}
"""The states in which the guest is owed the whole amount; in all others, nothing."""

UNTOUCHED = {Status.REQUESTED, Status.AWAITING_APPROVAL, Status.REJECTED, Status.CANCELLED}
"""The states in which it is as if nothing had been booked."""


@st.composite
def requests(draw: st.DrawFn) -> RequestRefund:
    """Any refund, of the booking's money or the platform's, of one currency or two."""
    abroad, goodwill = draw(st.booleans()), draw(st.integers(0, 4)) == 0
    host, guest_fee, host_fee, vat, one_tax, other_tax = (draw(CENTS) for _ in range(6))
    whole = host + guest_fee + host_fee + vat + one_tax + other_tax
    back = Shares(
        "EUR",
        host + 1,
        guest_fee,
        host_fee,
        vat,
        (TaxShare("PT-11", one_tax), TaxShare("PT", other_tax)),
        draw(st.integers(0, whole)),
    )
    amount = Money(draw(st.integers(1, 10**9)), "JPY") if abroad else back.total
    lines = (LineBack("night", "2026-07-02", amount.minor),)
    return to_request_refund(
        amount=amount,
        back=Shares("EUR") if goodwill else back,
        funded_by=Funding.PLATFORM if goodwill else Funding.BOOKING,
        preview=None if goodwill else "shown",
        lines=lines,
        left_on_lines=lines,
        refundable=amount,
        requested_by=CLARA.id,
    )


@st.composite
def standings(draw: st.DrawFn) -> dict[str, Any]:
    """Wherever the money stands when the refund is approved."""
    return {
        "earned": draw(st.booleans()),
        "payable": Money(draw(st.integers(0, 100_001)), "EUR"),
        "remitted": draw(st.sampled_from(((), ("PT-11",), ("PT", "PT-11")))),
    }


def steps(request: RequestRefund, standing: dict[str, Any], number: int, settled: Money) -> Any:
    """What anybody may try next."""
    it: dict[str, Any] = {"refund_id": REFUND}
    room: dict[str, Any] = {**it, "refundable": request.refundable}
    abroad = settled if settled.currency != request.amount.currency else None
    first = ApproveRefund(
        **room, **standing, approved_by=DINIS.id, left_on_lines=request.left_on_lines
    )
    key = f"{REFUND}/{number}"
    return (
        (PROCESS, AutoApprove(**room, **standing, preview="shown")),
        (PROCESS, AskForApproval(**it, reasons=(Doubt.ABOVE_LIMIT,))),
        (DINIS, first),
        (PROCESS, SubmitRefund(**it, idempotency_key=key, disputed=False)),
        (PROCESSOR, AcceptRefund(**it, processor_refund=None)),
        (PROCESSOR, SucceedRefund(**it, amount=request.amount, settled=abroad)),
        (PROCESSOR, FailRefund(**it, reason="card closed", settled=abroad)),
        (CLARA, ResubmitRefund(**room, idempotency_key=key, disputed=False)),
        (CLARA, UseAlternative(**room, reason="card closed", chosen_by=CLARA.id)),
        (DINIS, SettleAlternatively(**it, settled_by=DINIS.id, reference="E2E", proof="seen")),
        (CLARA, CancelRefund(**it, reason="asked for twice")),
        (DINIS, RejectRefund(**it, reason="as described")),
    )


LIKELY = {
    Status.REQUESTED: (0, 0, 1, 10),
    Status.AWAITING_APPROVAL: (2, 2, 10, 11),
    Status.APPROVED: (3, 3, 3, 10),
    Status.SUBMITTING: (4,),
    Status.PENDING: (5, 5, 6),
    Status.SUCCEEDED: (6,),
    Status.FAILED: (7, 7, 8),
    Status.NEEDS_ALTERNATIVE: (9,),
}
"""What is likely next; what else is tried, the rules refuse."""


def tried(refund: Refund | None, actor: Actor, command: Any) -> tuple[list[Any], Any]:
    try:
        return RULES.run(refund, command, NOW, actor)
    except Refused:
        return [], refund


@settings(max_examples=300, deadline=None)
@for_any(requests(), standings(), st.data())
def test_after_any_path_the_guest_is_owed_the_amount_or_nothing(
    request: RequestRefund, standing: dict[str, Any], data: st.DataObject
) -> None:
    _, refund = RULES.run(None, request, NOW, CLARA)
    balances: dict[tuple[str, str, str], int] = {}
    for number in range(data.draw(st.integers(1, 14), "steps")):
        assert refund is not None
        likely = LIKELY.get(refund.status, (6,))
        choice = data.draw(st.sampled_from((*likely, data.draw(st.integers(0, 11)))), "step")
        settled = Money(data.draw(st.integers(1, 10**6)), "EUR")
        actor, command = steps(request, standing, number, settled)[choice]
        events, refund = tried(refund, actor, command)
        for event in events:
            for entry in getattr(event, "entries", ()):
                assert not any(imbalance(entry.lines).values())
                for line in entry.lines:
                    key = (line.account, line.of, line.currency)
                    balances[key] = balances.get(key, 0) + line.minor
        assert refund is not None
        holds(refund, {key: minor for key, minor in balances.items() if minor})


def holds(refund: Refund, balances: dict[tuple[str, str, str], int]) -> None:
    """What the refund's accounts say of the state that it is in."""
    amount = refund.amount
    owed = amount.minor if refund.status in OWED else 0
    assert balances.get(("refund_payable", REFUND, amount.currency), 0) == -owed
    if refund.status in UNTOUCHED:
        assert balances == {}
    if refund.status is Status.SUCCEEDED and refund.funded_by is Funding.BOOKING:
        assert not [key for key in balances if key[0] == "fx_position"]
    assert balances.get(("host_receivable", RUI, "EUR"), 0) == (
        refund.debt.minor if refund.debt and refund.status is not Status.CANCELLED else 0
    )


def test_a_dispute_that_paid_a_refund_abroad_gives_back_no_more_loss_than_was_booked() -> None:
    """It had come back at another rate than the booking's own."""
    opened, worth, amount = money("395.13 EUR"), money("390.00 EUR"), money("410.40 USD")

    paid = postings.refund_paid_by_dispute(REFUND, BOOKING, amount, opened, worth)

    lines = {(line.account, line.currency): line.minor for line in paid.lines}
    assert lines["exp_chargeback_loss", "EUR"] == -39_000
    assert lines["fx_gain_loss", "EUR"] == -513
    assert lines["fx_position", "EUR"] == 39_513
