"""What happens to one refund of one payment."""

from enum import StrEnum

from ledger.events.event import Event, MoneyEvent
from ledger.values.ids import BookingId, DisputeId, HostId, PaymentId, RefundId
from ledger.values.money import Money
from ledger.values.policy import LineBack
from ledger.values.shares import Shares


class Funding(StrEnum):
    """Whose money goes back: that of the booking, share by share, or the platform's own."""

    BOOKING = "booking"
    PLATFORM = "platform"


class Doubt(StrEnum):
    """Why a person must look at a refund before it is owed."""

    OFF_POLICY = "off_policy"
    ABOVE_LIMIT = "above_limit"
    PLATFORM_FUNDED = "platform_funded"
    PAYOUT_TRANSFERRED = "payout_transferred"


class RefundRequested(Event, topic="refund.requested", schema=3, frozen=True, kw_only=True):
    """Somebody asked that money of a payment goes back to the guest, line by line.

    `back` says whose share it comes from, in the listing's currency; `amount` and the lines are in
    the guest's. Nothing is in `back` where the platform pays. `preview` is the digest of the
    settlement that was shown, nothing where no policy worked it out. `host_id` and `requested_by`
    are nothing for requests from before they were told.
    """

    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId | None
    reason: str
    amount: Money
    back: Shares
    lines: tuple[LineBack, ...]
    funded_by: Funding
    preview: str | None
    requested_by: str | None
    time_zone: str


class RefundApprovalAsked(Event, topic="refund.approval_asked", frozen=True, kw_only=True):
    """The refund waits for a person to look at it, and why."""

    reasons: tuple[Doubt, ...]


class RefundApproved(MoneyEvent, topic="refund.approved", schema=3, frozen=True, kw_only=True):
    """The refund is right and is owed to the guest from now on.

    `debt` is what of the host's share was paid out already, so that the host owes it; `remitted`
    says whether the taxes in it had left for their authorities. `worth` is what a gift in another
    currency than the listing's is in that one, at the booking's own rate; nothing for all others.
    """

    booking_id: BookingId
    host_id: HostId | None
    amount: Money
    debt: Money
    remitted: bool
    worth: Money | None


class RefundRejected(Event, topic="refund.rejected", frozen=True, kw_only=True):
    """Somebody looked at the refund and said no."""

    reason: str


class RefundSubmitted(Event, topic="refund.submitted", frozen=True, kw_only=True):
    """The refund was handed to the processor, under a key that makes the call happen once."""

    idempotency_key: str


class RefundPending(Event, topic="refund.pending", schema=2, frozen=True, kw_only=True):
    """The processor took the refund and is carrying it out, or has not answered yet.

    `processor_refund` is nothing while there is no answer; `pending_reason` is the processor's word
    for what it waits for, such as a balance that is too low.
    """

    processor_refund: str | None
    pending_reason: str | None


class RefundSucceeded(MoneyEvent, topic="refund.succeeded", schema=2, frozen=True, kw_only=True):
    """The guest has the money back.

    `settled` is what it took of the processor's balance, where that is another currency.
    """

    payment_id: PaymentId
    booking_id: BookingId
    amount: Money
    processor_refund: str | None
    balance_transaction: str | None
    settled: Money | None


class RefundFailed(MoneyEvent, topic="refund.failed", frozen=True, kw_only=True):
    """The money did not reach the guest, or came back: it is still owed.

    It moves money only where the refund had succeeded before; `settled` is then what came back to
    the processor's balance, where that is another currency.
    """

    payment_id: PaymentId
    booking_id: BookingId
    amount: Money
    reason: str
    balance_transaction: str | None
    settled: Money | None


class RefundResubmitted(Event, topic="refund.resubmitted", frozen=True, kw_only=True):
    """The refund was handed to the processor once more, under a key of its own."""

    idempotency_key: str


class RefundAlternativeChosen(Event, topic="refund.alternative_chosen", frozen=True, kw_only=True):
    """The guest will be paid by another way, because the one they paid by is closed."""

    reason: str
    chosen_by: str


class RefundSettledByDispute(
    MoneyEvent, topic="refund.settled_by_dispute", frozen=True, kw_only=True
):
    """The guest has the money from their bank, by a dispute that was lost: it is owed no more."""

    payment_id: PaymentId
    booking_id: BookingId
    dispute_id: DisputeId
    amount: Money


class RefundSettledAlternatively(
    MoneyEvent, topic="refund.settled_alternatively", schema=2, frozen=True, kw_only=True
):
    """The guest has the money by a transfer from our bank.

    `reference` is the bank's; `proof` is the SHA-256 of the bank's document, in hexadecimal.
    `settled` is what it took of our account, where that is another currency.
    """

    payment_id: PaymentId
    booking_id: BookingId
    amount: Money
    reference: str
    proof: str
    settled: Money | None


class RefundSettledElsewhere(
    MoneyEvent, topic="refund.settled_elsewhere", frozen=True, kw_only=True
):
    """The guest has the money by a refund made at the processor's own desk: it is owed no more.

    `settled` is what that one took of the processor's balance, where that is another currency.
    """

    payment_id: PaymentId
    booking_id: BookingId
    external_refund: RefundId
    amount: Money
    settled: Money | None


class RefundLessened(MoneyEvent, topic="refund.lessened", frozen=True, kw_only=True):
    """The guest has a part of it by a refund made at the processor's own desk: the rest is owed.

    `settled` is what that part took of the processor's balance, where that is another currency, and
    `position` what the refund had left open for it.
    """

    payment_id: PaymentId
    booking_id: BookingId
    external_refund: RefundId
    amount: Money
    left: Money
    settled: Money | None
    position: Money | None


class RefundCancelled(MoneyEvent, topic="refund.cancelled", frozen=True, kw_only=True):
    """The refund will not take place; what its approval had booked is given back exactly.

    `debt` is what the host owes no more of it.
    """

    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId | None
    amount: Money
    debt: Money
    reason: str


class ExternalRefundDetected(
    MoneyEvent, topic="refund.external_detected", frozen=True, kw_only=True
):
    """The processor tells of a refund that we never asked for; whose money it was is open.

    `settled` is what it took of the processor's balance, where that is another currency.
    """

    payment_id: PaymentId
    booking_id: BookingId
    amount: Money
    processor_refund: str
    balance_transaction: str | None
    settled: Money | None
    time_zone: str


class ExternalRefundReversed(
    MoneyEvent, topic="refund.external_reversed", frozen=True, kw_only=True
):
    """A refund that we never asked for came back before anybody had explained it: nobody owes it.

    `settled` is what came back to the processor's balance, where that is another currency.
    """

    payment_id: PaymentId
    booking_id: BookingId
    amount: Money
    reason: str
    balance_transaction: str | None
    settled: Money | None


class ExternalRefundMatched(Event, topic="refund.external_matched", frozen=True, kw_only=True):
    """Somebody saw that a refund that we never asked for was the money of one that we still owed.

    `left` is what of it nobody has explained yet; `settled` what this part of it took of the
    processor's balance, where that is another currency.
    """

    booking_id: BookingId
    pays: RefundId
    amount: Money
    left: Money
    settled: Money | None
    to: str


class ExternalRefundClassified(
    MoneyEvent, topic="refund.external_classified", frozen=True, kw_only=True
):
    """Somebody said whose money a refund was that we never asked for."""

    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    back: Shares
    lines: tuple[LineBack, ...]
    funded_by: Funding
    reason: str
    debt: Money
    remitted: bool


RefundEvent = (
    RefundRequested
    | RefundApprovalAsked
    | RefundApproved
    | RefundRejected
    | RefundSubmitted
    | RefundPending
    | RefundSucceeded
    | RefundFailed
    | RefundResubmitted
    | RefundAlternativeChosen
    | RefundSettledAlternatively
    | RefundSettledByDispute
    | RefundSettledElsewhere
    | RefundLessened
    | RefundCancelled
    | ExternalRefundDetected
    | ExternalRefundReversed
    | ExternalRefundMatched
    | ExternalRefundClassified
)
