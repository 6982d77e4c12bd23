"""Refunds that did not go straight, as parts of the small history, and what people put right.

They go by the real rules, command by command, for what has no plan of its own yet.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ledger.aggregates.booking import GrantAllowance, RevokeAllowance
from ledger.aggregates.correction import (
    ApplyCorrection,
    DraftCorrection,
    RefuseCorrection,
    SubmitCorrection,
    correction_of,
)
from ledger.aggregates.decider import Command
from ledger.aggregates.difference import (
    CorrectDifference,
    ExplainDifference,
    FindDifference,
    MatchDifference,
    WriteOffDifference,
    difference_of,
)
from ledger.aggregates.host_debt import Cause, DropDebt, RaiseDebt
from ledger.aggregates.refund import (
    AcceptRefund,
    ApproveRefund,
    AskForApproval,
    AutoApprove,
    CancelRefund,
    FailRefund,
    MatchExternalRefund,
    RejectRefund,
    RequestRefund,
    ResubmitRefund,
    ReverseExternalRefund,
    SettleAlternatively,
    SettleElsewhere,
    SubmitRefund,
    SucceedRefund,
    UseAlternative,
    external_refund_of,
)
from ledger.draft import Draft
from ledger.events import Actor
from ledger.events.difference import Mismatch
from ledger.events.refund import Doubt, Funding
from ledger.processes import payment_of
from ledger.values.clock import instant
from ledger.values.ids import BookingId, RefundId, StreamId
from ledger.values.policy import FREE, LineBack
from ledger.values.shares import Shares
from tests.facts import (
    CLARA,
    DINIS,
    LISBON,
    PROCESS,
    PROCESSOR,
    RUI,
    SUPPORT,
    THE_DIGEST,
    TIMER,
    an_id,
    money,
    to_classify_refund,
    to_request_refund,
    to_see_external_refund,
)

if TYPE_CHECKING:
    from tests.replay.small_history import History

COMPLAINED = BookingId(an_id("complained"))
GOODWILL = RefundId(an_id("goodwill after a complaint"))
TAKEN_BACK = RefundId(an_id("a refund that was cancelled"))
CAME_BACK = RefundId(an_id("a refund that came back"))
BY_HAND = external_refund_of("re_by_hand")
HALVED = RefundId(an_id("goodwill that went out at the processor's own desk"))
HALF_BY_HAND, OTHER_HALF = external_refund_of("re_half_1"), external_refund_of("re_half_2")
NIGHT = money("100.00 EUR")
OF_THE_HOST = Shares("EUR", host_minor=9_700, host_fee_minor=300)


def refund_in_every_way(history: "History") -> None:
    """Let everything happen once that can happen to a refund, a correction and a difference."""
    booking_id = COMPLAINED
    history.sell(history.to_book(booking_id, "2025-07-21", FREE))
    say_no(history)
    give_goodwill(history)
    change_the_mind(history)
    find_what_was_done_by_hand(history)
    find_what_was_owed(history)
    history.live(booking_id, instant("2025-07-21T14:00:00Z"))
    come_back(history)
    owe_it_no_more(history)
    put_right(history)
    reconcile(history)


def do(history: "History", *steps: tuple[Actor, Command]) -> None:
    """Give commands, in one commit."""

    def plan(draft: Draft) -> None:
        for actor, command in steps:
            draft.do(actor, command)

    history.do(COMPLAINED, plan)


def to_ask(refund_id: RefundId, **changed: object) -> RequestRefund:
    """Ask for 100 euros of the first night, of the host's money."""
    lines = (LineBack("night", "2025-07-21", NIGHT.minor),)
    told: dict[str, object] = {
        "refund_id": refund_id,
        "payment_id": payment_of(COMPLAINED),
        "booking_id": COMPLAINED,
        "reason": "no hot water",
        "amount": NIGHT,
        "back": OF_THE_HOST,
        "lines": lines,
        "left_on_lines": lines,
        "preview": None,
        "requested_by": SUPPORT.id,
    }
    return to_request_refund(**told | changed)


def to_approve(refund_id: RefundId, *, earned: bool = False) -> ApproveRefund:
    """Approve it as the second person."""
    return ApproveRefund(
        refund_id=refund_id,
        approved_by=CLARA.id,
        refundable=money("410.40 EUR"),
        left_on_lines=(LineBack("night", "2025-07-21", NIGHT.minor),),
        earned=earned,
        payable=money("0.00 EUR"),
        remitted=(),
    )


def to_allow(refund_id: RefundId) -> GrantAllowance:
    """Count it as the booking's: the host will have so much less of it."""
    asked = to_ask(refund_id)
    return GrantAllowance(
        booking_id=COMPLAINED, refund_id=refund_id, lines=asked.lines, back=asked.back
    )


def say_no(history: "History") -> None:
    """Support asks, finance says no."""
    refund_id = RefundId(an_id("a refund that was rejected"))
    do(
        history,
        (SUPPORT, to_ask(refund_id)),
        (PROCESS, AskForApproval(refund_id=refund_id, reasons=())),
        (CLARA, RejectRefund(refund_id=refund_id, reason="the boiler was checked")),
    )


def give_goodwill(history: "History") -> None:
    """The platform gives 30 euros of its own; the card is closed, so the bank pays."""
    refund_id = GOODWILL
    asked = to_ask(
        refund_id,
        amount=money("30.00 EUR"),
        back=Shares("EUR"),
        lines=(LineBack("goodwill", "", 3_000),),
        funded_by=Funding.PLATFORM,
    )
    room = money("410.40 EUR")
    do(
        history,
        (SUPPORT, asked),
        (PROCESS, AskForApproval(refund_id=refund_id, reasons=(Doubt.PLATFORM_FUNDED,))),
        (CLARA, to_approve(refund_id)),
        (PROCESS, SubmitRefund(refund_id=refund_id, idempotency_key="g/1", disputed=False)),
        (TIMER, AcceptRefund(refund_id=refund_id, processor_refund=None)),
        (PROCESSOR, FailRefund(refund_id=refund_id, reason="expired_or_canceled_card")),
        (
            CLARA,
            UseAlternative(
                refund_id=refund_id, reason="closed", chosen_by=CLARA.id, refundable=room
            ),
        ),
        (
            DINIS,
            SettleAlternatively(
                refund_id=refund_id, settled_by=DINIS.id, reference="E2E-7", proof=THE_DIGEST
            ),
        ),
    )


def change_the_mind(history: "History") -> None:
    """Approved by the policy, and taken back before it was handed over."""
    refund_id = TAKEN_BACK
    approve = AutoApprove(
        refund_id=refund_id,
        preview=THE_DIGEST,
        refundable=money("380.40 EUR"),
        earned=False,
        payable=money("0.00 EUR"),
        remitted=(),
    )
    do(
        history,
        (PROCESS, to_ask(refund_id, preview=THE_DIGEST)),
        (PROCESS, to_allow(refund_id)),
        (PROCESS, approve),
        (CLARA, CancelRefund(refund_id=refund_id, reason="asked for twice")),
        (PROCESS, RevokeAllowance(booking_id=COMPLAINED, refund_id=refund_id)),
    )


def find_what_was_done_by_hand(history: "History") -> None:
    """Somebody gave 5 euros back at the processor's own desk, which the platform pays."""
    seen = to_see_external_refund(
        refund_id=BY_HAND,
        payment_id=payment_of(COMPLAINED),
        booking_id=COMPLAINED,
        amount=money("5.00 EUR"),
        processor_refund="re_by_hand",
        time_zone=LISBON.time_zone,
    )
    said = to_classify_refund(
        refund_id=BY_HAND,
        back=Shares("EUR"),
        lines=(LineBack("goodwill", "", 500),),
        funded_by=Funding.PLATFORM,
    )
    do(history, (PROCESSOR, seen), (CLARA, said))
    came_back = external_refund_of("re_by_hand_in_vain")
    in_vain = replace(
        seen,
        refund_id=came_back,
        processor_refund="re_by_hand_in_vain",
        balance_transaction="txn_by_hand_in_vain",
    )
    reverse = ReverseExternalRefund(
        refund_id=came_back,
        reason="expired_or_canceled_card",
        balance_transaction="txn_back_by_hand",
        settled=None,
    )
    do(history, (PROCESSOR, in_vain), (PROCESSOR, reverse))


def find_what_was_owed(history: "History") -> None:
    """A gift of 4 euros failed, and somebody gave it by two refunds at the processor's own desk."""
    refund_id = HALVED
    gift, half = money("4.00 EUR"), money("2.00 EUR")
    asked = to_ask(
        refund_id,
        amount=gift,
        back=Shares("EUR"),
        lines=(LineBack("goodwill", "", gift.minor),),
        funded_by=Funding.PLATFORM,
    )
    do(
        history,
        (SUPPORT, asked),
        (PROCESS, AskForApproval(refund_id=refund_id, reasons=(Doubt.PLATFORM_FUNDED,))),
        (CLARA, to_approve(refund_id)),
        (PROCESS, SubmitRefund(refund_id=refund_id, idempotency_key="h/1", disputed=False)),
        (TIMER, AcceptRefund(refund_id=refund_id, processor_refund=None)),
        (PROCESSOR, FailRefund(refund_id=refund_id, reason="expired_or_canceled_card")),
    )
    for number, by_hand in enumerate((HALF_BY_HAND, OTHER_HALF), start=1):
        seen = to_see_external_refund(
            refund_id=by_hand,
            payment_id=payment_of(COMPLAINED),
            booking_id=COMPLAINED,
            amount=half,
            processor_refund=f"re_half_{number}",
            balance_transaction=f"txn_half_{number}",
            time_zone=LISBON.time_zone,
        )
        match = MatchExternalRefund(refund_id=by_hand, pays=refund_id, amount=half)
        settle = SettleElsewhere(
            refund_id=refund_id, external_refund=by_hand, amount=half, taken=half
        )
        do(history, (PROCESSOR, seen), (CLARA, match), (CLARA, settle))


def owe_it_no_more(history: "History") -> None:
    """After the payout a refund is approved, which the host owes, and cancelled before it left."""
    refund_id = RefundId(an_id("a refund that the host owed for a while"))
    left = money("275.40 EUR")
    told: dict[str, Any] = {
        "host_id": RUI,
        "amount": OF_THE_HOST.host,
        "cause": Cause.REFUND_AFTER_PAYOUT,
        "booking_id": COMPLAINED,
        "caused_by": refund_id,
    }
    second_night = (LineBack("night", "2025-07-22", NIGHT.minor),)
    asked = to_ask(refund_id, lines=second_night, left_on_lines=second_night, refundable=left)
    approve = replace(
        to_approve(refund_id, earned=True), refundable=left, left_on_lines=second_night
    )
    allow = replace(to_allow(refund_id), lines=second_night)
    do(
        history,
        (SUPPORT, asked),
        (PROCESS, AskForApproval(refund_id=refund_id, reasons=(Doubt.PAYOUT_TRANSFERRED,))),
        (PROCESS, allow),
        (CLARA, approve),
        (PROCESS, RaiseDebt(**told)),
        (CLARA, CancelRefund(refund_id=refund_id, reason="asked for twice")),
        (PROCESS, DropDebt(**told)),
        (PROCESS, RevokeAllowance(booking_id=COMPLAINED, refund_id=refund_id)),
    )


def come_back(history: "History") -> None:
    """After the payout, a refund reaches the guest, comes back, and reaches them again."""
    refund_id = CAME_BACK
    again = ResubmitRefund(
        refund_id=refund_id, idempotency_key="c/2", refundable=money("375.40 EUR"), disputed=False
    )
    asked = to_ask(refund_id, refundable=money("375.40 EUR"))
    owes = RaiseDebt(
        host_id=RUI,
        amount=OF_THE_HOST.host,
        cause=Cause.REFUND_AFTER_PAYOUT,
        booking_id=COMPLAINED,
        caused_by=refund_id,
    )
    succeed = partial(SucceedRefund, refund_id=refund_id, amount=NIGHT)
    do(
        history,
        (SUPPORT, asked),
        (PROCESS, AskForApproval(refund_id=refund_id, reasons=(Doubt.PAYOUT_TRANSFERRED,))),
        (PROCESS, to_allow(refund_id)),
        (CLARA, to_approve(refund_id, earned=True)),
        (PROCESS, owes),
        (PROCESS, SubmitRefund(refund_id=refund_id, idempotency_key="c/1", disputed=False)),
        (PROCESSOR, AcceptRefund(refund_id=refund_id, processor_refund="re_4")),
        (PROCESSOR, succeed(balance_transaction="txn_re_4")),
        (
            PROCESSOR,
            FailRefund(
                refund_id=refund_id,
                reason="expired_or_canceled_card",
                balance_transaction="txn_back_4",
            ),
        ),
        (CLARA, again),
        (PROCESSOR, AcceptRefund(refund_id=refund_id, processor_refund="re_5")),
        (PROCESSOR, succeed(balance_transaction="txn_re_5")),
    )


def to_correct(history: "History", attempt: int) -> DraftCorrection:
    """The 5 euros that were given by hand were a promotion and no goodwill."""
    *_, recorded = history.store.read(StreamId(BY_HAND))
    (wrong,) = recorded.event.entries  # type: ignore[attr-defined]
    spent, cleared = wrong.lines
    return DraftCorrection(
        correction_id=correction_of(BY_HAND, recorded.version, 1, attempt),
        wrong_stream=BY_HAND,
        wrong_version=recorded.version,
        number=1,
        wrong=wrong,
        right=(spent.__class__("exp_promotions", "", spent.minor, spent.currency), cleared),
        reason="it was a promotion",
        drafted_by=CLARA.id,
        time_zone=LISBON.time_zone,
    )


def put_right(history: "History") -> None:
    """Corrected at the second attempt: the first one was refused."""
    first, second = to_correct(history, 1), to_correct(history, 2)
    one, two = first.correction_id, second.correction_id
    do(
        history,
        (CLARA, first),
        (CLARA, SubmitCorrection(correction_id=one)),
        (DINIS, RefuseCorrection(correction_id=one, reason="which promotion?")),
    )
    do(history, (CLARA, second), (CLARA, SubmitCorrection(correction_id=two)))
    do(history, (DINIS, ApplyCorrection(correction_id=two, approved_by=DINIS.id)))


def reconcile(history: "History") -> None:
    """Three differences: one is explained, one corrected, and one given up."""
    names = ["ch_explained", "ch_corrected", "ch_given_up", "ch_came_later"]
    ids = [difference_of(Mismatch.AMOUNT, "stripe", name) for name in names]
    for name, difference_id in zip(names, ids, strict=True):
        found = FindDifference(
            difference_id=difference_id,
            kind=Mismatch.AMOUNT,
            object_id=name,
            source="stripe",
            expected=money("410.40 EUR"),
            found=money("407.90 EUR"),
        )
        do(history, (PROCESS, found))
    correction_id = to_correct(history, 2).correction_id
    give_up = WriteOffDifference(
        difference_id=ids[2],
        amount=money("2.50 EUR"),
        reason="not worth asking for",
        proposed_by=CLARA.id,
        approved_by=DINIS.id,
        time_zone=LISBON.time_zone,
    )
    do(history, (CLARA, ExplainDifference(difference_id=ids[0], reason="told a day later")))
    do(history, (CLARA, CorrectDifference(difference_id=ids[1], correction_id=correction_id)))
    do(history, (CLARA, give_up))
    do(history, (PROCESS, MatchDifference(difference_id=ids[3])))
