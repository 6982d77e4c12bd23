"""A booking is confirmed only when it is paid in full, by a payment of its own, or costs nothing.

A breach means that nights were given away, or that money was taken for something else. Hold the
payout of the booking named, and call finance.
"""

from typing import ClassVar

from ledger.events import Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingWithdrawn,
)
from ledger.events.payment import PaymentAdopted, PaymentCompleted
from ledger.values.money import Money
from replay.rules.rule import Handlers, Rule


class ConfirmedIsPaid(Rule):
    """Remembers what is asked for and not confirmed, and what is paid and not yet for a stay."""

    invariants: ClassVar = {
        "INV-B5": "A confirmed booking is paid in full, by its own payment, before."
    }

    def __init__(self) -> None:
        super().__init__()
        self._asked: dict[str, Money] = {}
        self._paid: dict[str, tuple[str, Money]] = {}

    def hears(self) -> Handlers:
        """The claim, the money, and the confirmation."""
        return {
            BookingRequested: self.ask,
            PaymentCompleted: self.pay,
            PaymentAdopted: self.adopt,
            BookingConfirmed: self.confirm,
            BookingDeclined: self.give_up,
            BookingWithdrawn: self.give_up,
            BookingAbandoned: self.give_up,
        }

    def ask(self, recorded: Recorded[BookingRequested]) -> None:
        """Remember what the stay costs."""
        self._asked[recorded.stream_id] = recorded.event.price.total

    def pay(self, recorded: Recorded[PaymentCompleted]) -> None:
        """Remember what came in, and for which booking."""
        event = recorded.event
        self._paid[recorded.stream_id] = (event.booking_id, event.amount)

    def adopt(self, recorded: Recorded[PaymentAdopted]) -> None:
        """Remember what had come in before, and for which booking."""
        event = recorded.event
        self._paid[recorded.stream_id] = (event.booking_id, event.due)

    def give_up(
        self, recorded: Recorded[BookingAbandoned | BookingDeclined | BookingWithdrawn]
    ) -> None:
        """Nothing is asked for any more; one that expired may still be paid late."""
        self._asked.pop(recorded.stream_id, None)

    def confirm(self, recorded: Recorded[BookingConfirmed]) -> None:
        """Hold the money against the claim; each is used up by it."""
        payment_id = recorded.event.payment_id
        asked = self._asked.pop(recorded.stream_id, None)
        if asked is None:
            return
        if payment_id is None:
            if asked.minor:
                self.breach("INV-B5", f"{asked} is due and no payment is named", recorded)
            return
        booking_id, paid = self._paid.pop(payment_id, (None, None))
        if paid is None:
            self.breach("INV-B5", f"payment {payment_id} has not come in", recorded)
        elif booking_id != recorded.stream_id:
            self.breach("INV-B5", f"payment {payment_id} is for booking {booking_id}", recorded)
        elif paid != asked:
            self.breach("INV-B5", f"{asked} is due, {paid} has come in", recorded)
