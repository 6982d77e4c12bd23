"""No payment gives back more than it took in, and every refund gives back what was approved, once.

An approved refund counts from its approval. A breach means that a guest got money twice, or will.
Hold the refunds of the payment named, and call finance.
"""

from typing import Any, ClassVar

from msgspec import Struct

from ledger.events import Recorded
from ledger.events.payment import PaymentCompleted, PaymentRefundRecorded
from ledger.events.refund import RefundApproved, RefundRequested, RefundSucceeded
from ledger.values.money import Money
from replay.rules.rule import Handlers, Rule


class Taken(Struct):
    """What a payment took in, and what of it is approved for refunds, and was recorded as back."""

    captured: Money
    approved_minor: int = 0
    refunded_minor: int = 0


class Underway(Struct):
    """A refund between request and success: of which payment, and what was approved."""

    payment_id: str
    approved: Money | None = None


class RefundsWithinCaptures(Rule):
    """Remembers two sums per payment, and the refunds that are under way."""

    invariants: ClassVar = {
        "INV-L7": "No more is refunded than was captured, and each refund once."
    }

    def __init__(self) -> None:
        super().__init__()
        self._payments: dict[str, Taken] = {}
        self._refunds: dict[str, Underway] = {}

    def hears(self) -> Handlers:
        """What comes in, and the way back."""
        return {
            PaymentCompleted: self.capture,
            RefundRequested: self.request,
            RefundApproved: self.approve,
            RefundSucceeded: self.succeed,
            PaymentRefundRecorded: self.record,
        }

    def capture(self, recorded: Recorded[PaymentCompleted]) -> None:
        """Remember what came in."""
        self._payments[recorded.stream_id] = Taken(recorded.event.amount)

    def request(self, recorded: Recorded[RefundRequested]) -> None:
        """Remember which payment is asked to give back."""
        self._refunds[recorded.stream_id] = Underway(recorded.event.payment_id)

    def approve(self, recorded: Recorded[RefundApproved]) -> None:
        """Count it: from now on the money is the guest's."""
        amount = recorded.event.amount
        refund = self._refunds.get(recorded.stream_id)
        payment = self._payments.get(refund.payment_id) if refund else None
        if refund is None or payment is None:
            self.breach("INV-L7", f"{amount} is approved of a payment that took nothing", recorded)
            return
        refund.approved = amount
        payment.approved_minor += amount.minor
        self._within(recorded, payment, payment.approved_minor, amount)

    def succeed(self, recorded: Recorded[RefundSucceeded]) -> None:
        """What the guest got is what was approved, and is got once."""
        refund = self._refunds.pop(recorded.stream_id, None)
        approved = refund.approved if refund else None
        if approved != recorded.event.amount:
            was = f"approved: {approved or 'nothing'}"
            self.breach("INV-L7", f"{recorded.event.amount} went back, {was}", recorded)

    def record(self, recorded: Recorded[PaymentRefundRecorded]) -> None:
        """The payment's own count goes along."""
        event = recorded.event
        payment = self._payments.get(recorded.stream_id)
        if payment is None:
            return
        payment.refunded_minor += event.amount.minor
        self._within(recorded, payment, payment.refunded_minor, event.amount)
        if event.refunded.minor != payment.refunded_minor:
            found = f"{event.refunded} said to be back so far, it is {payment.refunded_minor}"
            self.breach("INV-L7", found, recorded)

    def _within(self, recorded: Recorded[Any], payment: Taken, back: int, amount: Money) -> None:
        if back > payment.captured.minor or amount.currency != payment.captured.currency:
            found = f"{back} minor units go back, captured were {payment.captured}"
            self.breach("INV-L7", found, recorded)
