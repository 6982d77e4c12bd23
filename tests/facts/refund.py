"""What goes back to Inês."""

from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.refund import ClassifyRefund, RequestRefund, SeeExternalRefund
from ledger.events.refund import (
    Doubt,
    ExternalRefundClassified,
    ExternalRefundDetected,
    ExternalRefundMatched,
    ExternalRefundReversed,
    Funding,
    RefundAlternativeChosen,
    RefundApprovalAsked,
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundLessened,
    RefundPending,
    RefundRejected,
    RefundRequested,
    RefundResubmitted,
    RefundSettledAlternatively,
    RefundSettledByDispute,
    RefundSettledElsewhere,
    RefundSubmitted,
    RefundSucceeded,
)
from ledger.values.policy import LineBack
from ledger.values.shares import Shares
from tests.facts.booking import a_settlement
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import (
    BOOKING,
    CLARA,
    DISPUTE,
    EXTERNAL_REFUND,
    PAYMENT,
    PROCESS,
    REFUND,
    RUI,
    THE_DIGEST,
)
from tests.facts.values import LEFT_ON_LINES, a_price, a_stay, money


def to_request_refund(**changed: Any) -> RequestRefund:
    """Ask that half of the nights go back to Inês: 174.60 of Rui's part, 5.40 of the fees."""
    told: dict[str, Any] = {
        "refund_id": REFUND,
        "payment_id": PAYMENT,
        "booking_id": BOOKING,
        "host_id": RUI,
        "reason": "cancelled by the guest",
        "amount": money("180.00 EUR"),
        "back": Shares("EUR", host_minor=17_460, host_fee_minor=540),
        "lines": tuple(LineBack("night", f"{night}", 6_000) for night in a_stay().nights()),
        "funded_by": Funding.BOOKING,
        "preview": a_settlement().digest,
        "requested_by": PROCESS.id,
        "refundable": a_price().total,
        "left_on_lines": LEFT_ON_LINES,
        "time_zone": "Europe/Lisbon",
    }
    return RequestRefund(**told | changed)


def to_see_external_refund(**changed: Any) -> SeeExternalRefund:
    """Somebody gave Inês 50 euros back by hand, at the processor's own desk."""
    told: dict[str, Any] = {
        "refund_id": EXTERNAL_REFUND,
        "payment_id": PAYMENT,
        "booking_id": BOOKING,
        "amount": money("50.00 EUR"),
        "processor_refund": "re_dashboard",
        "balance_transaction": "txn_dashboard",
        "settled": None,
        "time_zone": "Europe/Lisbon",
    }
    return SeeExternalRefund(**told | changed)


def to_classify_refund(**changed: Any) -> ClassifyRefund:
    """It was for the first night: 48.50 of Rui's part, 1.50 of his fee; nothing was earned yet."""
    told: dict[str, Any] = {
        "refund_id": EXTERNAL_REFUND,
        "host_id": RUI,
        "back": Shares("EUR", host_minor=4_850, host_fee_minor=150),
        "lines": (LineBack("night", "2026-07-02", 5_000),),
        "funded_by": Funding.BOOKING,
        "reason": "no hot water on the first evening",
        "left_on_lines": LEFT_ON_LINES,
        "earned": False,
        "payable": money("0.00 EUR"),
        "remitted": (),
    }
    return ClassifyRefund(**told | changed)


def a_refund(**changed: Any) -> RefundRequested:
    """Half of the nights are to go back."""
    told = to_request_refund(**changed)
    fields = {name: getattr(told, name) for name in RefundRequested.__struct_fields__}
    return RefundRequested(**fields)


def approval_asked(*reasons: Doubt) -> RefundApprovalAsked:
    """A person must look at the refund."""
    return RefundApprovalAsked(reasons=reasons or (Doubt.ABOVE_LIMIT,))


def approved() -> RefundApproved:
    """The refund is owed to the guest."""
    told = to_request_refund()
    return RefundApproved(
        booking_id=BOOKING,
        host_id=RUI,
        amount=money("180.00 EUR"),
        debt=money("0.00 EUR"),
        remitted=False,
        worth=None,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_approved(REFUND, BOOKING, told.back),),
    )


def rejected() -> RefundRejected:
    """Somebody said no to the refund."""
    return RefundRejected(reason="the stay was as described")


def cancelled_refund(*, owed: bool = True) -> RefundCancelled:
    """The refund will not take place, whether it was owed already or only asked for."""
    return RefundCancelled(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        host_id=RUI,
        amount=money("180.00 EUR"),
        debt=money("0.00 EUR"),
        reason="asked for twice",
        effective_on=JUNE_FIRST,
        entries=tuple(map(postings.taken_back, approved().entries)) if owed else (),
    )


def submitted() -> RefundSubmitted:
    """The refund was handed to the processor."""
    return RefundSubmitted(idempotency_key=f"{REFUND}/1")


def pending(reason: str | None = None) -> RefundPending:
    """The processor is carrying the refund out."""
    return RefundPending(processor_refund="re_1", pending_reason=reason)


def unanswered() -> RefundPending:
    """The processor has not answered."""
    return RefundPending(processor_refund=None, pending_reason=None)


def succeeded() -> RefundSucceeded:
    """The guest has the money back."""
    amount = money("180.00 EUR")
    return RefundSucceeded(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        amount=amount,
        processor_refund="re_1",
        balance_transaction="txn_1",
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_succeeded(REFUND, amount),),
    )


def failed_refund(*, after_success: bool = False) -> RefundFailed:
    """The guest's card is closed: the money never arrived, or came back."""
    amount = money("180.00 EUR")
    return RefundFailed(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        amount=amount,
        reason="expired_or_canceled_card",
        balance_transaction="txn_2",
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_came_back(REFUND, amount),) if after_success else (),
    )


def resubmitted() -> RefundResubmitted:
    """The refund was handed to the processor once more."""
    return RefundResubmitted(idempotency_key=f"{REFUND}/2")


def alternative_chosen() -> RefundAlternativeChosen:
    """Inês gave the number of a bank account."""
    return RefundAlternativeChosen(reason="the card is closed", chosen_by=CLARA.id)


def settled_by_dispute() -> RefundSettledByDispute:
    """Inês has it from her bank."""
    owed = approved().amount
    return RefundSettledByDispute(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        dispute_id=DISPUTE,
        amount=owed,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_paid_by_dispute(REFUND, BOOKING, owed, None, owed),),
    )


def settled_elsewhere() -> RefundSettledElsewhere:
    """Inês has it by a refund that somebody made at the processor's own desk."""
    owed = approved().amount
    return RefundSettledElsewhere(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        external_refund=EXTERNAL_REFUND,
        amount=owed,
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_paid_elsewhere(REFUND, BOOKING, owed, owed, None),),
    )


def lessened() -> RefundLessened:
    """Inês has 50 euros of it so."""
    paid = external_refund().amount
    return RefundLessened(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        external_refund=EXTERNAL_REFUND,
        amount=paid,
        left=approved().amount - paid,
        settled=None,
        position=None,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_paid_elsewhere(REFUND, BOOKING, paid, paid, None),),
    )


def settled_alternatively() -> RefundSettledAlternatively:
    """Our bank paid Inês."""
    amount = money("180.00 EUR")
    return RefundSettledAlternatively(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        amount=amount,
        reference="E2E-2026-06-01-7",
        proof=THE_DIGEST,
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_paid_by_bank(REFUND, amount),),
    )


def external_refund() -> ExternalRefundDetected:
    """The processor tells of 50 euros that we never asked to give back."""
    told = to_see_external_refund()
    return ExternalRefundDetected(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        amount=told.amount,
        processor_refund=told.processor_refund,
        balance_transaction=told.balance_transaction,
        settled=None,
        time_zone=told.time_zone,
        effective_on=JUNE_FIRST,
        entries=(postings.external_refund_seen(told.amount),),
    )


def external_refund_came_back() -> ExternalRefundReversed:
    """They came back from a closed account before anybody had explained them."""
    amount = external_refund().amount
    return ExternalRefundReversed(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        amount=amount,
        reason="expired_or_canceled_card",
        balance_transaction="txn_back_at_the_desk",
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.external_refund_came_back(amount, amount),),
    )


def matched_refund() -> ExternalRefundMatched:
    """They were a part of what Inês was owed still."""
    paid = external_refund().amount
    return ExternalRefundMatched(
        booking_id=BOOKING,
        pays=REFUND,
        amount=paid,
        left=money("0.00 EUR"),
        settled=None,
        to="succeeded",
    )


def classified_refund() -> ExternalRefundClassified:
    """It was for the first night."""
    told = to_classify_refund()
    standing = postings.Standing(RUI, told.earned, told.payable, told.remitted)
    amount = money("50.00 EUR")
    return ExternalRefundClassified(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        host_id=RUI,
        amount=amount,
        back=told.back,
        lines=told.lines,
        funded_by=told.funded_by,
        reason=told.reason,
        debt=money("0.00 EUR"),
        remitted=False,
        effective_on=JUNE_FIRST,
        entries=(postings.part_explained(BOOKING, told.back, amount, amount, standing),),
    )
