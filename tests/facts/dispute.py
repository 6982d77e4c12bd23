"""Inês's bank asks about the charge, or takes it back."""

from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.dispute import OpenDispute, WithdrawFunds
from ledger.events.dispute import (
    DisputeAccepted,
    DisputeClosed,
    DisputeEscalated,
    DisputeFeeCharged,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeReopened,
    DisputeWon,
    EvidenceDelivered,
    EvidenceFailed,
    EvidenceSubmitted,
    Stage,
)
from ledger.values.losses import Bearer, Stake, loss_of
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import BOOKING, DISPUTE, EVIDENCE_DUE, MARTA, PAUL, PAYMENT, RUI, THE_DIGEST
from tests.facts.values import a_price, money


def to_open_dispute(**changed: Any) -> OpenDispute:
    """Inês' bank takes back all that she paid."""
    told: dict[str, Any] = {
        "dispute_id": DISPUTE,
        "stage": Stage.CHARGEBACK,
        "payment_id": PAYMENT,
        "booking_id": BOOKING,
        "host_id": RUI,
        "amount": a_price().total,
        "reason": "product_unacceptable",
        "due_by": EVIDENCE_DUE,
        "processor_dispute": "dp_1",
        "time_zone": "Europe/Lisbon",
    }
    return OpenDispute(**told | changed)


def to_withdraw(**changed: Any) -> WithdrawFunds:
    """The processor takes all of it and a fee, before Rui was paid."""
    told: dict[str, Any] = {
        "dispute_id": DISPUTE,
        "amount": a_price().total,
        "fee": money("15.00 EUR"),
        "payable": a_price().shares.host,
        "host_part": a_price().shares.host,
        "balance_transactions": ("txn_1",),
    }
    return WithdrawFunds(**told | changed)


def a_stake(**changed: Any) -> Stake:
    """All that she paid is at stake, and everybody bears their own part."""
    told: dict[str, Any] = {
        "shares": a_price().shares,
        "disputed": a_price().total,
        "payable": money("0.00 EUR"),
        "earned": True,
        "borne_by": Bearer.HOST,
    }
    return Stake(**told | changed)


def a_dispute(stage: Stage = Stage.CHARGEBACK, **changed: Any) -> DisputeOpened:
    """Inês' bank takes back all that she paid, or asks first."""
    told = to_open_dispute(stage=stage, **changed)
    fields: dict[str, Any] = {
        name: getattr(told, name, None) for name in DisputeOpened.__struct_fields__
    }
    fields["to"] = "opened" if stage is Stage.INQUIRY else "evidence_due"
    return DisputeOpened(**fields)


def escalated() -> DisputeEscalated:
    """The bank was not content."""
    return DisputeEscalated(stage=Stage.CHARGEBACK, due_by=EVIDENCE_DUE)


def evidence() -> EvidenceSubmitted:
    """What speaks for the charge was handed in."""
    return EvidenceSubmitted(digest=THE_DIGEST)


def delivered(answers: int = 1) -> EvidenceDelivered:
    """The processor has it."""
    return EvidenceDelivered(answers=answers)


def not_delivered(to: str = "evidence_due") -> EvidenceFailed:
    """The processor does not take it."""
    return EvidenceFailed(reason="dispute_not_open", to=to)


def given_up() -> DisputeAccepted:
    """Marta and Paul gave the money up."""
    return DisputeAccepted(proposer=MARTA, approver=PAUL)


def dispute_withdrawn(
    amount: str = "410.40 EUR", fee: str = "15.00 EUR", held: str = "349.20 EUR", txn: str = "txn_1"
) -> DisputeFundsWithdrawn:
    """The processor took the money."""
    taken, cost, kept = money(amount), money(fee), money(held)
    entry = postings.dispute_funds_withdrawn(DISPUTE, (RUI, BOOKING), taken, cost, kept)
    return DisputeFundsWithdrawn(
        booking_id=BOOKING,
        host_id=RUI,
        amount=taken,
        fee=cost,
        held=kept,
        balance_transactions=(txn,),
        effective_on=JUNE_FIRST,
        entries=(entry,),
    )


def a_dispute_fee(fee: str = "20.00 EUR") -> DisputeFeeCharged:
    """The processor took a fee for our answer."""
    return DisputeFeeCharged(
        booking_id=BOOKING,
        fee=money(fee),
        balance_transactions=("txn_3",),
        effective_on=JUNE_FIRST,
        entries=(postings.dispute_fee_charged(money(fee)),),
    )


def reinstated_funds(amount: str = "410.40 EUR", fee: str = "0.00 EUR") -> DisputeFundsReinstated:
    """The processor gave it back."""
    came, cost = money(amount), money(fee)
    return DisputeFundsReinstated(
        booking_id=BOOKING,
        amount=came,
        fee=cost,
        balance_transactions=("txn_2",),
        effective_on=JUNE_FIRST,
        entries=(postings.dispute_funds_reinstated(DISPUTE, came, came, cost),),
    )


def won(given_back: str = "349.20 EUR") -> DisputeWon:
    """The bank decided for the charge."""
    back = money(given_back)
    entry = postings.dispute_hold_ended(DISPUTE, (RUI, BOOKING), back)
    return DisputeWon(
        booking_id=BOOKING,
        host_id=RUI,
        given_back=back,
        effective_on=JUNE_FIRST,
        entries=(entry,) if back.minor else (),
    )


def lost(stake: Stake | None = None, held: str = "349.20 EUR") -> DisputeLost:
    """The bank decided for her."""
    taken = a_price().total
    loss = loss_of(stake or a_stake(), taken, money(held))
    return DisputeLost(
        booking_id=BOOKING,
        host_id=RUI,
        amount=taken,
        loss=loss,
        effective_on=JUNE_FIRST,
        entries=(postings.dispute_lost(DISPUTE, (RUI, BOOKING), taken, loss),),
    )


def closed_dispute() -> DisputeClosed:
    """The bank was content with the answer."""
    return DisputeClosed()


def prevented(given_back: str = "0.00 EUR") -> DisputePrevented:
    """The processor gave her the money before the bank took it."""
    back = money(given_back)
    entry = postings.dispute_hold_ended(DISPUTE, (RUI, BOOKING), back)
    return DisputePrevented(
        booking_id=BOOKING,
        host_id=RUI,
        given_back=back,
        effective_on=JUNE_FIRST,
        entries=(entry,) if back.minor else (),
    )


def reopened(stage: Stage = Stage.PRE_ARBITRATION) -> DisputeReopened:
    """The bank goes on."""
    return DisputeReopened(stage=stage, due_by=EVIDENCE_DUE)
