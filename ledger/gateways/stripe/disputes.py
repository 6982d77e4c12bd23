"""Disputes: a guest's bank asks, or takes the money back; we answer, and the bank decides."""

from collections.abc import Iterable
from enum import StrEnum
from typing import cast

import stripe
from msgspec import Struct

from ledger.errors import AnswerNotUnderstood
from ledger.gateways.stripe.amounts import from_stripe, moment, moment_or_none
from ledger.gateways.stripe.failures import doing, reading
from ledger.gateways.stripe.movements import Movement, id_of, movement_of
from ledger.values.clock import Instant
from ledger.values.money import Money


class Stage(StrEnum):
    """How far it has gone: an inquiry only asks."""

    INQUIRY = "inquiry"
    CHARGEBACK = "chargeback"
    PRE_ARBITRATION = "pre_arbitration"


class DisputeStatus(StrEnum):
    """Where a dispute stands (spec: domain, section 8)."""

    OPENED = "opened"
    EVIDENCE_DUE = "evidence_due"
    SUBMITTED = "submitted"
    WON = "won"
    LOST = "lost"
    CLOSED_NO_LOSS = "closed_no_loss"
    PREVENTED = "prevented"


STATUSES = {
    "warning_needs_response": (Stage.INQUIRY, DisputeStatus.OPENED),
    "warning_under_review": (Stage.INQUIRY, DisputeStatus.SUBMITTED),
    "warning_closed": (Stage.INQUIRY, DisputeStatus.CLOSED_NO_LOSS),
    "prevented": (Stage.INQUIRY, DisputeStatus.PREVENTED),
    "needs_response": (Stage.CHARGEBACK, DisputeStatus.EVIDENCE_DUE),
    "under_review": (Stage.CHARGEBACK, DisputeStatus.SUBMITTED),
    "won": (Stage.CHARGEBACK, DisputeStatus.WON),
    "lost": (Stage.CHARGEBACK, DisputeStatus.LOST),
    "appeal_needs_response": (Stage.PRE_ARBITRATION, DisputeStatus.EVIDENCE_DUE),
    "appeal_under_review": (Stage.PRE_ARBITRATION, DisputeStatus.SUBMITTED),
}
"""By Stripe's status. Whether money moved is told by the movements, not by the stage."""


class DisputeFact(Struct, frozen=True, kw_only=True):
    """A dispute as it is.

    `amount` need not be the charge's. `movements` are what it did to our balance, oldest first:
    none, the withdrawal with its fee, or also what came back, and fees by themselves.
    `charge_refundable` says whether a refund is still possible. `answers` counts how often evidence
    was submitted.
    """

    dispute: str
    charge: str | None
    intent: str | None
    stage: Stage
    status: DisputeStatus
    amount: Money
    reason: str
    due_by: Instant | None
    past_due: bool
    answers: int
    charge_refundable: bool
    movements: tuple[Movement, ...]
    created_at: Instant


class Evidence(Struct, frozen=True, kw_only=True):
    """What we say to the guest's bank. It holds personal data, and is not kept here."""

    guest_name: str | None = None
    guest_email: str | None = None
    guest_address: str | None = None
    stay: str | None = None
    stay_dates: str | None = None
    what_the_guest_did: str | None = None
    cancellation_policy: str | None = None
    why_not_cancelled: str | None = None
    refund_policy: str | None = None
    why_not_refunded: str | None = None
    anything_else: str | None = None

    def __repr__(self) -> str:
        """Nothing of what it says: a repr ends in logs."""
        return "Evidence(…)"


EVIDENCE = {
    "guest_name": "customer_name",
    "guest_email": "customer_email_address",
    "guest_address": "billing_address",
    "stay": "product_description",
    "stay_dates": "service_date",
    "what_the_guest_did": "access_activity_log",
    "cancellation_policy": "cancellation_policy_disclosure",
    "why_not_cancelled": "cancellation_rebuttal",
    "refund_policy": "refund_policy_disclosure",
    "why_not_refunded": "refund_refusal_explanation",
    "anything_else": "uncategorized_text",
}
"""Our names and Stripe's."""


class Disputes:
    """What can be done with disputes. Every method raises the failures of `failures.TABLE`."""

    def __init__(self, v1: stripe.V1Services) -> None:
        self._disputes = v1.disputes
        self._movements = v1.balance_transactions

    def read(self, dispute: str) -> DisputeFact:
        """The dispute as it is now."""
        with reading():
            found = self._disputes.retrieve(dispute)
            beside = self._movements.list({"source": dispute, "limit": 100}).auto_paging_iter()
            return dispute_fact(found, beside)

    def submit(self, dispute: str, evidence: Evidence, key: str) -> DisputeFact:
        """Send evidence to the bank: once, and for good."""
        with doing(key):
            self._disputes.update(
                dispute,
                {"evidence": _told(evidence), "submit": True},
                {"idempotency_key": key},
            )
        return self.read(dispute)

    def accept(self, dispute: str, key: str) -> DisputeFact:
        """Give in: the dispute is lost, irreversibly."""
        with doing(key):
            self._disputes.close(dispute, None, {"idempotency_key": key})
        return self.read(dispute)


def dispute_fact(
    dispute: stripe.Dispute, beside: Iterable[stripe.BalanceTransaction] = ()
) -> DisputeFact:
    """A dispute in our words, with what it moved `beside` what it lists itself, such as fees.

    Raises AnswerNotUnderstood, UnknownCurrency.
    """
    known = STATUSES.get(dispute.status)
    if known is None:
        raise AnswerNotUnderstood(gateway="stripe", object=dispute.id, status=dispute.status)
    stage, status = known
    answered = dispute.evidence_details
    return DisputeFact(
        dispute=dispute.id,
        charge=id_of(dispute.charge),
        intent=id_of(dispute.payment_intent),
        stage=stage,
        status=status,
        amount=from_stripe(dispute.amount, dispute.currency),
        reason=dispute.reason,
        due_by=moment_or_none(answered.due_by),
        past_due=answered.past_due,
        answers=answered.submission_count,
        charge_refundable=dispute.is_charge_refundable,
        movements=_in_order(dispute.balance_transactions, beside),
        created_at=moment(dispute.created),
    )  # fmt: skip


def _in_order(
    listed: Iterable[stripe.BalanceTransaction], beside: Iterable[stripe.BalanceTransaction]
) -> tuple[Movement, ...]:
    """Each movement once, the oldest first; of one second, what is not listed comes first.

    So a fee is known before a part of it comes back.
    """
    named = {entry.id: movement_of(entry) for entry in listed}
    fees = [movement_of(entry) for entry in beside if entry.id not in named]
    return tuple(sorted((*fees, *named.values()), key=lambda movement: movement.created_at))


def _told(evidence: Evidence) -> stripe.params.DisputeUpdateParamsEvidence:
    """Evidence under Stripe's names, without what is not said."""
    said = {theirs: getattr(evidence, ours) for ours, theirs in EVIDENCE.items()}
    named = {name: words for name, words in said.items() if words is not None}
    return cast("stripe.params.DisputeUpdateParamsEvidence", named)
