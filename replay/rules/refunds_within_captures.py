"""No payment gives back more than it took in, and every refund gives back what was approved, once.

An approved refund counts from its approval, and so does what a payment has reserved for one: that,
what went back and what disputes took are together no more than was captured when more is reserved.
What somebody gave back at the processor's own desk is judged once it is explained, or at the end:
until then it may have come back there, and left its room to one of ours.
A breach means that a guest got money twice, or will.
Hold the refunds of the payment named, and call finance.
"""

from typing import Any, ClassVar

from msgspec import Struct, field

from ledger.events import Recorded
from ledger.events.payment import (
    DisputedAmountReinstated,
    DisputedAmountWithdrawn,
    PaymentAdopted,
    PaymentCompleted,
    PaymentRefundRecorded,
    PaymentRefundReversed,
    RefundReservationReleased,
    RefundReserved,
)
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    ExternalRefundMatched,
    ExternalRefundReversed,
    Funding,
    RefundAlternativeChosen,
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundLessened,
    RefundRejected,
    RefundRequested,
    RefundResubmitted,
    RefundSettledAlternatively,
    RefundSettledByDispute,
    RefundSettledElsewhere,
    RefundSucceeded,
)
from ledger.values.money import Money, zero
from replay.rules.rule import Connection, Extent, Handlers, Rule


class Taken(Struct):
    """What a payment took in, and what of it is approved for refunds, and was recorded as back.

    Reserved by refund, in minor units, and so what went back elsewhere and is not explained;
    `disputed_minor` is what disputes took and did not bring back.
    """

    captured: Money
    approved_minor: int = 0
    refunded_minor: int = 0
    disputed_minor: int = 0
    reserved: dict[str, int] = field(default_factory=dict)
    unexplained: dict[str, int] = field(default_factory=dict)

    @property
    def explained_minor(self) -> int:
        """What went back and somebody said why."""
        return self.refunded_minor - sum(self.unexplained.values())


class Underway(Struct):
    """A refund between request and success: of which payment, and what was approved.

    `counts` is whether its payment counts that as given back now.
    """

    payment_id: str
    approved: Money | None = None
    counts: bool = False


class Elsewhere(Struct):
    """A refund that somebody made elsewhere: of which payment, and what nobody has explained."""

    payment_id: str
    left: Money


ReachedTheGuest = (
    RefundSucceeded | RefundSettledAlternatively | RefundSettledByDispute | RefundSettledElsewhere
)
"""The guest has it, by whatever way."""


class RefundsWithinCaptures(Rule):
    """Remembers sums per payment, which refunds are under way, and the platform's gifts."""

    invariants: ClassVar = {
        "INV-L7": "No more is refunded than was captured, and each refund once."
    }

    def __init__(self) -> None:
        super().__init__()
        self._payments: dict[str, Taken] = {}
        self._refunds: dict[str, Underway] = {}
        self._gifts: set[str] = set()
        self._elsewhere: dict[str, Elsewhere] = {}

    def hears(self) -> Handlers:
        """What comes in, and the way back."""
        return {
            PaymentCompleted: self.capture,
            PaymentAdopted: self.adopt,
            RefundReserved: self.reserve,
            RefundReservationReleased: self.release,
            DisputedAmountWithdrawn: self.withdraw,
            DisputedAmountReinstated: self.reinstate,
            PaymentRefundReversed: self.reverse,
            RefundRequested: self.request,
            RefundApproved: self.approve,
            RefundSucceeded: self.succeed,
            RefundSettledAlternatively: self.succeed,
            RefundSettledByDispute: self.succeed,
            RefundRejected: self.drop,
            RefundCancelled: self.drop,
            RefundFailed: self.fail,
            RefundResubmitted: self.count_again,
            RefundAlternativeChosen: self.pay_by_bank,
            RefundSettledElsewhere: self.settle_elsewhere,
            RefundLessened: self.lessen,
            ExternalRefundDetected: self.see,
            ExternalRefundMatched: self.match,
            ExternalRefundReversed: self.come_back,
            ExternalRefundClassified: self.classify,
            PaymentRefundRecorded: self.record,
        }

    def capture(self, recorded: Recorded[PaymentCompleted]) -> None:
        """Remember what came in."""
        self._payments[recorded.stream_id] = Taken(recorded.event.amount)

    def adopt(self, recorded: Recorded[PaymentAdopted]) -> None:
        """Remember what had come in before."""
        self._payments[recorded.stream_id] = Taken(recorded.event.due)

    def reserve(self, recorded: Recorded[RefundReserved]) -> None:
        """Count what is spoken for, beside what went back and what disputes took."""
        event = recorded.event
        payment = self._payments.get(recorded.stream_id)
        if payment is None:
            found = f"{event.amount} is reserved of a payment that took nothing"
            self.breach("INV-L7", found, recorded)
            return
        payment.reserved[event.refund_id] = event.amount.minor
        back = sum(payment.reserved.values()) + payment.refunded_minor + payment.disputed_minor
        self._within(recorded, payment, back, event.amount)

    def release(self, recorded: Recorded[RefundReservationReleased]) -> None:
        """What is let go of is what was reserved."""
        event = recorded.event
        payment = self._payments.get(recorded.stream_id)
        was = payment.reserved.pop(event.refund_id, 0) if payment else 0
        if was != event.amount.minor:
            found = f"{event.amount} is released, {was} minor units were reserved"
            self.breach("INV-L7", found, recorded)

    def withdraw(self, recorded: Recorded[DisputedAmountWithdrawn]) -> None:
        """A bank takes what it takes; what is reserved afterwards must leave room for it."""
        payment = self._payments.get(recorded.stream_id)
        if payment is not None:
            payment.disputed_minor += recorded.event.amount.minor

    def reinstate(self, recorded: Recorded[DisputedAmountReinstated]) -> None:
        """No more comes back than was taken."""
        payment = self._payments.get(recorded.stream_id)
        if payment is None:
            return
        payment.disputed_minor -= recorded.event.amount.minor
        if payment.disputed_minor < 0:
            found = f"disputes brought {-payment.disputed_minor} minor units more than they took"
            self.breach("INV-L7", found, recorded)

    def request(self, recorded: Recorded[RefundRequested]) -> None:
        """Remember which payment is asked to give back, and whether it is the platform's gift."""
        if recorded.event.funded_by is Funding.PLATFORM:
            self._gifts.add(recorded.stream_id)
        self._refunds[recorded.stream_id] = Underway(recorded.event.payment_id)

    def approve(self, recorded: Recorded[RefundApproved]) -> None:
        """Count it: from now on the money is the guest's."""
        amount = recorded.event.amount
        refund = self._refunds.get(recorded.stream_id)
        payment = self._payments.get(refund.payment_id) if refund else None
        if refund is None or payment is None:
            self.breach("INV-L7", f"{amount} is approved of a payment that took nothing", recorded)
            return
        refund.approved, refund.counts = amount, True
        payment.approved_minor += amount.minor
        self._within(recorded, payment, payment.approved_minor, amount)

    def drop(self, recorded: Recorded[RefundRejected | RefundCancelled]) -> None:
        """What will not take place leaves its room to others."""
        refund = self._refunds.pop(recorded.stream_id, None)
        payment = self._payments.get(refund.payment_id) if refund else None
        if refund and refund.approved and payment:
            payment.approved_minor -= refund.approved.minor

    def fail(self, recorded: Recorded[RefundFailed]) -> None:
        """What failed leaves its room to others until it is tried again."""
        event = recorded.event
        payment = self._payments.get(event.payment_id)
        if payment is not None:
            payment.approved_minor -= event.amount.minor
        self._refunds[recorded.stream_id] = Underway(event.payment_id, event.amount)

    def pay_by_bank(self, recorded: Recorded[RefundAlternativeChosen]) -> None:
        """What our bank pays needs room, unless the platform gives it: that was not captured."""
        if recorded.stream_id not in self._gifts:
            self.count_again(recorded)

    def count_again(self, recorded: Recorded[RefundResubmitted | RefundAlternativeChosen]) -> None:
        """What is tried again needs its room again."""
        refund = self._refunds.get(recorded.stream_id)
        payment = self._payments.get(refund.payment_id) if refund else None
        if refund and refund.approved and payment:
            refund.counts = True
            payment.approved_minor += refund.approved.minor
            self._within(recorded, payment, payment.approved_minor, refund.approved)

    def see(self, recorded: Recorded[ExternalRefundDetected]) -> None:
        """What went out elsewhere takes room; nobody could refuse it, but what comes after."""
        event = recorded.event
        self._elsewhere[recorded.stream_id] = Elsewhere(event.payment_id, event.amount)
        payment = self._payments.get(recorded.event.payment_id)
        if payment is not None:
            payment.approved_minor += recorded.event.amount.minor

    def succeed(
        self,
        recorded: Recorded[ReachedTheGuest],
    ) -> None:
        """What the guest got is what was approved, and is got once."""
        refund = self._refunds.pop(recorded.stream_id, None)
        approved = refund.approved if refund else None
        if approved != recorded.event.amount:
            was = f"approved: {approved or 'nothing'}"
            self.breach("INV-L7", f"{recorded.event.amount} went back, {was}", recorded)

    def match(self, recorded: Recorded[ExternalRefundMatched]) -> None:
        """What went out elsewhere pays what was owed by no more than it was."""
        event = recorded.event
        made = self._elsewhere.get(recorded.stream_id)
        if made is None or made.left - event.amount != event.left or event.left.minor < 0:
            was = made.left if made else "nothing"
            found = f"{event.amount} pays {event.pays} and leaves {event.left} of {was}"
            self.breach("INV-L7", found, recorded)
            return
        made.left = event.left
        self._explain(recorded, made, event.amount)

    def come_back(self, recorded: Recorded[ExternalRefundReversed]) -> None:
        """What came back leaves its room to others, where nothing was explained by it."""
        event = recorded.event
        made = self._elsewhere.pop(recorded.stream_id, None)
        if made is None or made.left != event.amount:
            found = f"{event.amount} came back, not explained was {made.left if made else 0}"
            self.breach("INV-L7", found, recorded)
        payment = self._payments.get(event.payment_id)
        if payment is not None:
            payment.approved_minor -= event.amount.minor

    def classify(self, recorded: Recorded[ExternalRefundClassified]) -> None:
        """What is explained is what nothing had explained before."""
        event = recorded.event
        made = self._elsewhere.pop(recorded.stream_id, None)
        if made is None or made.left != event.amount:
            found = f"{event.amount} explained, to be explained: {made.left if made else 0}"
            self.breach("INV-L7", found, recorded)
            return
        self._explain(
            recorded, Elsewhere(made.payment_id, zero(event.amount.currency)), event.amount
        )

    def _explain(
        self,
        recorded: Recorded[ExternalRefundMatched] | Recorded[ExternalRefundClassified],
        made: Elsewhere,
        amount: Money,
    ) -> None:
        """From now on it counts like any other."""
        payment = self._payments.get(made.payment_id)
        if payment is not None:
            payment.unexplained[recorded.stream_id] = made.left.minor
            self._within(recorded, payment, payment.explained_minor, amount)

    def end(self, db: Connection, extent: Extent) -> None:
        """What nobody has explained went out all the same."""
        del db, extent
        for payment_id, payment in self._payments.items():
            if payment.unexplained and payment.refunded_minor > payment.captured.minor:
                found = f"{payment.refunded_minor} minor units went back of {payment.captured}"
                self.breach("INV-L7", found, stream=payment_id)

    def settle_elsewhere(self, recorded: Recorded[RefundSettledElsewhere]) -> None:
        """The guest got it by a refund that counts itself."""
        self._count_no_more(recorded.stream_id)
        self.succeed(recorded)

    def lessen(self, recorded: Recorded[RefundLessened]) -> None:
        """The guest got a part of it so; the rest has failed as before."""
        event = recorded.event
        refund = self._count_no_more(recorded.stream_id)
        approved = refund.approved if refund else None
        if refund is None or approved != event.amount + event.left or event.left.minor <= 0:
            found = f"{event.amount} of {approved or 'nothing'} went back, {event.left} is left"
            self.breach("INV-L7", found, recorded)
            return
        refund.approved = event.left

    def _count_no_more(self, refund_id: str) -> Underway | None:
        refund = self._refunds.get(refund_id)
        payment = self._payments.get(refund.payment_id) if refund else None
        if refund and payment and refund.counts and refund.approved:
            payment.approved_minor -= refund.approved.minor
            refund.counts = False
        return refund

    def record(self, recorded: Recorded[PaymentRefundRecorded]) -> None:
        """The payment's own count goes along."""
        event = recorded.event
        payment = self._payments.get(recorded.stream_id)
        if payment is None:
            return
        payment.reserved.pop(event.refund_id, None)
        payment.refunded_minor += event.amount.minor
        if event.refund_id in self._elsewhere:
            payment.unexplained[event.refund_id] = event.amount.minor
        self._within(recorded, payment, payment.explained_minor, event.amount)
        self._so_far(recorded, payment)

    def reverse(self, recorded: Recorded[PaymentRefundReversed]) -> None:
        """What came back is not with the guest."""
        payment = self._payments.get(recorded.stream_id)
        if payment is not None:
            payment.refunded_minor -= recorded.event.amount.minor
            payment.unexplained.pop(recorded.event.refund_id, None)
            self._so_far(recorded, payment)

    def _so_far(
        self,
        recorded: Recorded[PaymentRefundRecorded] | Recorded[PaymentRefundReversed],
        payment: Taken,
    ) -> None:
        said = recorded.event.refunded
        if said.minor != payment.refunded_minor:
            found = f"{said} said to be back so far, it is {payment.refunded_minor}"
            self.breach("INV-L7", found, recorded)

    def _within(self, recorded: Recorded[Any], payment: Taken, back: int, amount: Money) -> None:
        if back > payment.captured.minor or amount.currency != payment.captured.currency:
            found = f"{back} minor units go back, captured were {payment.captured}"
            self.breach("INV-L7", found, recorded)
