"""No event stands before what it follows from.

What an event follows from is named twice: by the causation in its envelope (the event that made
somebody act), and by the ids it carries of other streams (a refund names its payment). Both must
have been recorded at an earlier position.

A breach means that positions were given out in another order than things happened, or that
something refers to what never was: every reader that trusted the order may have gone wrong. Stop
the followers and the reactions, and call the engineer on duty.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from ledger.events import Envelope, Event, Recorded
from ledger.events.booking import BookingConfirmed, BookingRequested
from ledger.events.correction import CorrectionDrafted
from ledger.events.damage_claim import DamageCharged, DamageClaimOpened
from ledger.events.difference import DifferenceCorrected
from ledger.events.dispute import DisputeOpened
from ledger.events.host_debt import DebtNetted, DebtRaised
from ledger.events.payment import (
    PaymentAdopted,
    PaymentOpened,
    PaymentRefundRecorded,
    RefundReserved,
)
from ledger.events.payout import PayoutScheduled
from ledger.events.refund import ExternalRefundDetected, RefundRequested
from ledger.events.unapplied_receipt import ReceiptDetected
from replay.rules.rule import Page, Rule

NAMED: dict[type[Event], Callable[[Any], str | None]] = {
    BookingRequested: lambda event: event.unit_id,
    BookingConfirmed: lambda event: event.payment_id,
    DamageClaimOpened: lambda event: event.booking_id,
    DamageCharged: lambda event: event.payment_id,
    DebtNetted: lambda event: event.payout_id,
    DebtRaised: lambda event: event.booking_id,
    PaymentOpened: lambda event: event.booking_id,
    PaymentAdopted: lambda event: event.receipt_id,
    PaymentRefundRecorded: lambda event: event.refund_id,
    RefundReserved: lambda event: event.refund_id,
    ReceiptDetected: lambda event: event.payment_id,
    DisputeOpened: lambda event: event.receipt_id or event.payment_id,
    PayoutScheduled: lambda event: event.booking_id,
    RefundRequested: lambda event: event.payment_id,
    ExternalRefundDetected: lambda event: event.payment_id,
    DifferenceCorrected: lambda event: event.correction_id,
    CorrectionDrafted: lambda event: event.wrong_stream,
}
"""The stream, if any, that must have begun before an event that names it."""


class EffectsFollowCauses(Rule):
    """Remembers how far each stream has come."""

    invariants: ClassVar = {"INV-E2": "An effect never stands before its cause."}

    def __init__(self) -> None:
        super().__init__()
        self._reached: dict[str, int] = {}

    def read(self, page: Page) -> None:
        """Look up what each event follows from, then count it as seen."""
        reached = self._reached
        for recorded in page:
            named = NAMED.get(type(recorded.event))
            if named is not None and (stream := named(recorded.event)) is not None:
                self._must_be_there(recorded, stream, 1)
            if b'"causation":"' in recorded.sealed_envelope:
                self._caused(recorded, recorded.envelope)
            reached[recorded.stream_id] = recorded.version

    def _caused(self, recorded: Recorded[Event], envelope: Envelope) -> None:
        stream, _, version = (envelope.causation or "").partition("/")
        if version.isdecimal():
            self._must_be_there(recorded, stream, int(version))
        else:
            self.breach("INV-E2", f"{envelope.causation!r} names no event", recorded)

    def _must_be_there(self, recorded: Recorded[Event], stream: str, version: int) -> None:
        if self._reached.get(stream, 0) < version:
            effect = f"{recorded.event.topic} follows from {stream}/{version}, not there yet"
            self.breach("INV-E2", effect, recorded)
