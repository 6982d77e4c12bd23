"""Errands: what must be said to the processor or done to files, since when, and under which key.

Each row is an intent that was committed before the call (commit, call, commit): it stands until the
result of the call stands in the ledger, so a worker that dies in between finds it again. History
from outside sets none.
"""

from datetime import timedelta
from typing import assert_never, get_args

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Text, Uuid

from ledger.events import Recorded
from ledger.events.dispute import (
    DisputeAccepted,
    DisputeClosed,
    DisputeEscalated,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeReopened,
    DisputeWon,
    EvidenceDelivered,
    EvidenceFailed,
    EvidenceSubmitted,
)
from ledger.events.document import (
    DocumentAnnounced,
    DocumentExpired,
    DocumentPurged,
    DocumentRefused,
    DocumentScanned,
    DocumentUploaded,
    DocumentWithdrawn,
    UploadDiscarded,
)
from ledger.events.payment import (
    CaptureRequested,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentCancellationAsked,
    PaymentCancelled,
    PaymentCompleted,
    PaymentFailed,
    PaymentIntentClosed,
    PaymentIntentLinked,
    PaymentOpened,
    PaymentOutcomeUnknown,
    PaymentProcessing,
)
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutHeld,
    PayoutHoldLifted,
    PayoutNetted,
    PayoutReleased,
    PayoutRetried,
    PayoutReversed,
    PayoutTransferFailed,
    PayoutTransferred,
    ReversalFailed,
    ReversalOrdered,
)
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    ProviderClosed,
    ProviderVerified,
    ProviderVouchedFor,
)
from ledger.events.refund import (
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundPending,
    RefundResubmitted,
    RefundSettledByDispute,
    RefundSubmitted,
    RefundSucceeded,
)
from ledger.events.unapplied_receipt import ReceiptReturned, ReceiptReturnFailed, ReceiptReturning
from ledger.values.clock import Instant
from ledger.values.errands import ErrandKind
from ledger.values.files import AWAITED_FOR, LINKS_ARE_OVER_AFTER
from projections.projection import Projection, Rows

REFUNDS_ARE_LOOKED_AT_AFTER = timedelta(hours=1)
"""A refund that is on its way tells us by a notice; notices get lost."""

DISPUTES_ARE_LOOKED_AT_AFTER = timedelta(hours=1)
"""So long after the time for an answer the processor has told us that it is over."""

ACCOUNTS_ARE_LOOKED_AT_AFTER = timedelta(hours=1)
"""A host who answers the processor's questions tells us by a notice of it."""

BANKS_DECIDE_WITHIN = timedelta(days=75)
"""How long a guest's bank takes over an answer, at the most, by the processor's own word."""

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="errands_v7")

errands = Table(
    "errands",
    tables,
    Column("errand", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", Uuid(as_uuid=False), nullable=False),
    Column("stream_id", Uuid(as_uuid=False), nullable=False),
    Column("key", Text, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("set_by", Text, nullable=False),
    Index("errands_by_time", "due_at"),
)
"""One row per errand that is not done. `stream_id` is what it is about, `key` what makes its call
happen once, `stored_at` since when that key is stored; `set_by` the event that asks for it.
"""

# -- Events -----------------------------------------------------------------------------

PaymentErrandEvent = (
    PaymentOpened
    | PaymentIntentLinked
    | PaymentProcessing
    | PaymentActionRequired
    | PaymentAuthorized
    | CaptureRequested
    | PaymentOutcomeUnknown
    | PaymentCompleted
    | PaymentFailed
    | PaymentCancellationAsked
    | PaymentCancelled
    | PaymentIntentClosed
)

RefundErrandEvent = (
    RefundApproved
    | RefundSubmitted
    | RefundResubmitted
    | RefundPending
    | RefundSucceeded
    | RefundFailed
    | RefundCancelled
    | RefundSettledByDispute
    | ReceiptReturning
    | ReceiptReturned
    | ReceiptReturnFailed
)

PayoutErrandEvent = (
    PayoutDue
    | PayoutHeld
    | PayoutHoldLifted
    | PayoutReleased
    | PayoutRetried
    | PayoutNetted
    | PayoutCancelled
    | PayoutTransferred
    | PayoutTransferFailed
    | ReversalOrdered
    | PayoutReversed
    | ReversalFailed
)

HostErrandEvent = (
    ProviderVouchedFor
    | ProviderVerified
    | PayoutAccountOpened
    | PayoutAccountChanged
    | BankAccountFailed
    | BankAccountChanged
    | ProviderClosed
)

DisputeErrandEvent = (
    DisputeOpened
    | DisputeEscalated
    | DisputeReopened
    | EvidenceSubmitted
    | EvidenceDelivered
    | EvidenceFailed
    | DisputeAccepted
    | DisputeWon
    | DisputeLost
    | DisputeClosed
    | DisputePrevented
)

DocumentErrandEvent = (
    DocumentAnnounced
    | DocumentUploaded
    | DocumentScanned
    | UploadDiscarded
    | DocumentRefused
    | DocumentExpired
    | DocumentWithdrawn
    | DocumentPurged
)

ErrandEvent = (
    PaymentErrandEvent
    | RefundErrandEvent
    | PayoutErrandEvent
    | DisputeErrandEvent
    | HostErrandEvent
    | DocumentErrandEvent
)

K = ErrandKind


def project(rows: Rows, recorded: Recorded[ErrandEvent]) -> None:
    """Set or end the errands that the event is about."""
    if isinstance(recorded.event, RefundErrandEvent):
        project_refunds(rows, recorded, recorded.event)
    elif isinstance(recorded.event, PayoutErrandEvent):
        project_payouts(rows, recorded, recorded.event)
    elif isinstance(recorded.event, HostErrandEvent):
        project_hosts(rows, recorded, recorded.event)
    elif isinstance(recorded.event, DisputeErrandEvent):
        project_disputes(rows, recorded, recorded.event)
    elif isinstance(recorded.event, DocumentErrandEvent):
        project_documents(rows, recorded, recorded.event)
    else:
        project_payments(rows, recorded, recorded.event)


def project_payments(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[ErrandEvent], event: PaymentErrandEvent
) -> None:
    """What is to be said about one payment."""
    match event:
        case PaymentOpened():
            begin(rows, recorded, K.OPEN_INTENT, key=f"{recorded.stream_id}/open")
        case PaymentIntentLinked():
            end(rows, recorded, K.OPEN_INTENT)
        case PaymentProcessing():
            look_at(rows, recorded, event.answer_due_at)
        case PaymentActionRequired() | PaymentAuthorized():
            end(rows, recorded, K.LOOK_AT_PAYMENT)
        case CaptureRequested():
            begin(rows, recorded, K.CAPTURE, key=event.idempotency_key)
            look_at(rows, recorded, event.answer_due_at)
        case PaymentOutcomeUnknown():
            look_at(rows, recorded, event.look_again_at)
        case PaymentFailed():
            end(rows, recorded, K.CAPTURE, K.LOOK_AT_PAYMENT)
        case PaymentCancellationAsked():
            begin(rows, recorded, K.CLOSE_INTENT, key=f"{recorded.stream_id}/close")
        case PaymentCancelled():
            end(rows, recorded, K.OPEN_INTENT, K.CAPTURE, K.LOOK_AT_PAYMENT)
            begin(rows, recorded, K.CLOSE_INTENT, key=f"{recorded.stream_id}/close")
        case PaymentIntentClosed():
            end(rows, recorded, K.CLOSE_INTENT)
        case PaymentCompleted():
            end(rows, recorded, K.OPEN_INTENT, K.CLOSE_INTENT, K.CAPTURE, K.LOOK_AT_PAYMENT)
        case _:
            assert_never(event)


def project_refunds(rows: Rows, recorded: Recorded[ErrandEvent], event: RefundErrandEvent) -> None:
    """What is to be said about one refund, or about money that goes back without one."""
    match event:
        case RefundApproved():
            begin(rows, recorded, K.SUBMIT_REFUND, key=recorded.stream_id)
        case RefundSubmitted() | RefundResubmitted():
            end(rows, recorded, K.SUBMIT_REFUND)
            begin(rows, recorded, K.SEND_REFUND, key=event.idempotency_key)
        case RefundPending():
            end(rows, recorded, K.SEND_REFUND)
            later = recorded.occurred_at + REFUNDS_ARE_LOOKED_AT_AFTER
            begin(rows, recorded, K.LOOK_AT_REFUND, key=recorded.stream_id, due_at=later)
        case RefundSucceeded() | RefundFailed() | RefundCancelled() | RefundSettledByDispute():
            end(rows, recorded, K.SUBMIT_REFUND, K.SEND_REFUND, K.LOOK_AT_REFUND)
        case ReceiptReturning():
            begin(rows, recorded, K.RETURN_RECEIPT, key=event.idempotency_key)
        case ReceiptReturned() | ReceiptReturnFailed():
            end(rows, recorded, K.RETURN_RECEIPT)
        case _:
            assert_never(event)


def project_payouts(rows: Rows, recorded: Recorded[ErrandEvent], event: PayoutErrandEvent) -> None:
    """What is to be done about a payout: what is due is tried, what is held is looked at again."""
    match event:
        case PayoutDue():
            begin(rows, recorded, K.RELEASE_PAYOUT, key=recorded.stream_id)
        case PayoutHeld() | PayoutHoldLifted():
            project_holds(rows, recorded, event)
        case PayoutReleased() | PayoutRetried():
            end(rows, recorded, K.RELEASE_PAYOUT)
            begin(rows, recorded, K.SEND_TRANSFER, key=event.idempotency_key)
        case PayoutNetted() | PayoutCancelled():
            end(rows, recorded, K.RELEASE_PAYOUT, K.RECONSIDER_PAYOUT)
        case PayoutTransferred() | PayoutTransferFailed():
            end(rows, recorded, K.SEND_TRANSFER)
        case ReversalOrdered():
            key = event.idempotency_key
            begin(rows, recorded, K.REVERSE_TRANSFER, key=key, called=key)
        case PayoutReversed() | ReversalFailed():
            rows.remove(errands, name(K.REVERSE_TRANSFER, event.idempotency_key))
        case _:
            assert_never(event)


def project_holds(
    rows: Rows, recorded: Recorded[ErrandEvent], event: PayoutHeld | PayoutHoldLifted
) -> None:
    """What is held is looked at again, until the last reason is gone; then the clock decides."""
    end(rows, recorded, K.RELEASE_PAYOUT, K.RECONSIDER_PAYOUT)
    if isinstance(event, PayoutHeld) or event.to == "on_hold":
        begin(rows, recorded, K.RECONSIDER_PAYOUT, key=recorded.stream_id)
    elif event.to == "due":
        begin(rows, recorded, K.RELEASE_PAYOUT, key=recorded.stream_id)


def project_hosts(rows: Rows, recorded: Recorded[ErrandEvent], event: HostErrandEvent) -> None:
    """What is to be said about one host: whoever may host gets an account to be paid to.

    As long as it is not settled whether they can be, it is looked at. Once it is, a payout that is
    due looks for itself.
    """
    bank = f"{recorded.stream_id}/bank"
    match event:
        case ProviderVouchedFor() | ProviderVerified():
            open_account(rows, recorded, event)
        case PayoutAccountOpened():
            end(rows, recorded, K.OPEN_ACCOUNT)
            look_at_account(rows, recorded)
        case PayoutAccountChanged():
            end(rows, recorded, K.LOOK_AT_ACCOUNT)
            if event.to in UNSETTLED:
                look_at_account(rows, recorded)
        case BankAccountFailed():
            look_at_account(rows, recorded, called=bank)
        case BankAccountChanged():
            rows.remove(errands, name(K.LOOK_AT_ACCOUNT, bank))
        case ProviderClosed():
            end(rows, recorded, K.OPEN_ACCOUNT, K.LOOK_AT_ACCOUNT)
            rows.remove(errands, name(K.LOOK_AT_ACCOUNT, bank))
        case _:
            assert_never(event)


def open_account(
    rows: Rows, recorded: Recorded[ErrandEvent], event: ProviderVouchedFor | ProviderVerified
) -> None:
    """Open an account for whoever may host now, unless they have one already."""
    if isinstance(event, ProviderVouchedFor) or event.account is None:
        begin(rows, recorded, K.OPEN_ACCOUNT, key=f"{recorded.stream_id}/account")


UNSETTLED = ("onboarding", "restricted")
"""The words for a payout account that may still come to be paid to."""


def look_at_account(rows: Rows, recorded: Recorded[ErrandEvent], called: str | None = None) -> None:
    """Look at a host's account after a while; notices get lost."""
    later = recorded.occurred_at + ACCOUNTS_ARE_LOOKED_AT_AFTER
    key = called or recorded.stream_id
    begin(rows, recorded, K.LOOK_AT_ACCOUNT, key=key, due_at=later, called=called)


def project_disputes(
    rows: Rows, recorded: Recorded[ErrandEvent], event: DisputeErrandEvent
) -> None:
    """What is to be said about one dispute, and when to ask what became of it."""
    match event:
        case DisputeOpened() | DisputeEscalated() | DisputeReopened():
            end(rows, recorded, K.SUBMIT_EVIDENCE)
            look_at_dispute(rows, recorded, event.due_by + DISPUTES_ARE_LOOKED_AT_AFTER)
        case EvidenceSubmitted():
            begin(rows, recorded, K.SUBMIT_EVIDENCE, key=recorded.event_id)
        case EvidenceDelivered():
            end(rows, recorded, K.SUBMIT_EVIDENCE)
            look_at_dispute(rows, recorded, recorded.occurred_at + BANKS_DECIDE_WITHIN)
        case EvidenceFailed():
            end(rows, recorded, K.SUBMIT_EVIDENCE)
        case DisputeAccepted():
            begin(rows, recorded, K.ACCEPT_DISPUTE, key=f"{recorded.stream_id}/accept")
        case DisputeWon() | DisputeLost() | DisputeClosed() | DisputePrevented():
            end(rows, recorded, K.SUBMIT_EVIDENCE, K.ACCEPT_DISPUTE, K.LOOK_AT_DISPUTE)
        case _:
            assert_never(event)


def project_documents(
    rows: Rows, recorded: Recorded[ErrandEvent], event: DocumentErrandEvent
) -> None:
    """What is to be read, and what to be deleted, of a host's file."""
    of_it = recorded.stream_id
    match event:
        case DocumentAnnounced():
            # Whoever sends it may not come to say so.
            later = recorded.occurred_at + AWAITED_FOR
            begin(rows, recorded, K.READ_UPLOAD, key=of_it, due_at=later)
        case DocumentUploaded():
            begin(rows, recorded, K.READ_UPLOAD, key=of_it)
        case DocumentScanned():
            end(rows, recorded, K.READ_UPLOAD)
            later = recorded.occurred_at + LINKS_ARE_OVER_AFTER
            begin(rows, recorded, K.DISCARD_UPLOAD, key=of_it, due_at=later)
        case UploadDiscarded():
            end(rows, recorded, K.DISCARD_UPLOAD)
        case DocumentRefused() | DocumentExpired() | DocumentWithdrawn():
            end(rows, recorded, K.READ_UPLOAD)
            begin(rows, recorded, K.PURGE_DOCUMENT, key=of_it, due_at=event.purge_at)
        case DocumentPurged():
            end(rows, recorded, K.DISCARD_UPLOAD, K.PURGE_DOCUMENT)
        case _:
            assert_never(event)


def look_at_dispute(rows: Rows, recorded: Recorded[ErrandEvent], due_at: Instant) -> None:
    """Look at a dispute when it should be decided; notices get lost."""
    begin(rows, recorded, K.LOOK_AT_DISPUTE, key=recorded.stream_id, due_at=due_at)


def look_at(rows: Rows, recorded: Recorded[ErrandEvent], due_at: Instant | None) -> None:
    """Look at a payment when its answer is overdue; or leave it to people."""
    end(rows, recorded, K.LOOK_AT_PAYMENT)
    if due_at is not None:
        begin(rows, recorded, K.LOOK_AT_PAYMENT, key=recorded.stream_id, due_at=due_at)


def begin(
    rows: Rows,
    recorded: Recorded[ErrandEvent],
    kind: ErrandKind,
    *,
    key: str,
    due_at: Instant | None = None,
    called: str | None = None,
) -> None:
    """Set an errand of the event's stream, anew if it was set before.

    `called` tells apart what there may be several of for a stream.
    """
    rows.remove(errands, name(kind, called or recorded.stream_id))
    rows.insert(
        errands,
        errand=name(kind, called or recorded.stream_id),
        kind=kind.value,
        case_id=recorded.case_id,
        stream_id=recorded.stream_id,
        key=key,
        stored_at=recorded.occurred_at,
        due_at=due_at or recorded.occurred_at,
        set_by=recorded.event_id,
    )


def end(rows: Rows, recorded: Recorded[ErrandEvent], *kinds: ErrandKind) -> None:
    """End errands, if they are still set."""
    for kind in kinds:
        rows.remove(errands, name(kind, recorded.stream_id))


def name(kind: ErrandKind, of: str) -> str:
    """An errand's name: there is one of a kind for a stream at a time, or for what is called so."""
    return f"{kind}/{of}"


ERRANDS = Projection("errands", 7, tables, get_args(ErrandEvent), project, live_only=True)
