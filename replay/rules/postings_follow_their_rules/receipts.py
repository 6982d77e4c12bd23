"""What is booked when money comes in from guests: payments, and receipts without a place."""

from collections.abc import Mapping

from ledger.events import MoneyEvent, Recorded
from ledger.events.payment import (
    CaptureRequested,
    FundsAvailable,
    PaymentAdopted,
    PaymentCancelled,
    PaymentCompleted,
    PaymentFailed,
    PaymentOpened,
)
from ledger.events.unapplied_receipt import (
    ReceiptDetected,
    ReceiptFundsAvailable,
    ReceiptReturned,
    ReceiptReturnReversed,
    ReceiptSettledByDispute,
)
from ledger.values.money import Money
from replay.rules.postings_follow_their_rules.agreed import NOTHING, Agreed, charged
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers


class Receipts(Matter):
    """What is asked of each guest, and what came."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._due: dict[str, Money] = {}
        self._asked: dict[str, Money] = {}
        self._receipts: dict[str, Agreed] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            PaymentOpened: self.open,
            CaptureRequested: self.ask,
            PaymentFailed: self.ask_anew,
            PaymentCancelled: self.cancel_payment,
            ReceiptDetected: self.detected,
            PaymentCompleted: self.completed,
            PaymentAdopted: self.adopted,
            FundsAvailable: self.available,
            ReceiptFundsAvailable: self.receipt_available,
            ReceiptReturned: self.returned,
            ReceiptReturnReversed: self.came_back,
            ReceiptSettledByDispute: self.paid_by_dispute,
        }

    def open(self, recorded: Recorded[PaymentOpened]) -> None:
        """What a guest is asked for."""
        self._due[recorded.stream_id] = self._asked[recorded.stream_id] = recorded.event.due

    def ask(self, recorded: Recorded[CaptureRequested]) -> None:
        """What of a hold the processor is asked for."""
        self._asked[recorded.stream_id] = recorded.event.amount

    def ask_anew(self, recorded: Recorded[PaymentFailed]) -> None:
        """Another attempt is for all that is due."""
        if due := self._due.get(recorded.stream_id):
            self._asked[recorded.stream_id] = due

    def cancel_payment(self, recorded: Recorded[PaymentCancelled]) -> None:
        """Nothing will come in."""
        self._due.pop(recorded.stream_id, None)
        self._asked.pop(recorded.stream_id, None)

    def completed(self, recorded: Recorded[PaymentCompleted]) -> None:
        """J2, of what was asked for, in one currency or two, and J3 where there is a fee."""
        event = recorded.event
        asked = self._asked.pop(recorded.stream_id, None)
        self._due.pop(recorded.stream_id, None)
        if asked is None:
            self._books.compare(recorded, None, NOTHING, {})
            return
        agreed = charged(asked, event.settled, event.fee, event.booking_id)
        self._books.charges[recorded.stream_id] = agreed
        self._charge(recorded, "J2", agreed, {"payment": recorded.stream_id})

    def detected(self, recorded: Recorded[ReceiptDetected]) -> None:
        """J22, of what came, in one currency or two, and J3 where there is a fee."""
        event = recorded.event
        agreed = charged(event.amount, event.settled, event.fee, event.booking_id)
        self._receipts[recorded.stream_id] = agreed
        self._charge(recorded, "J22", agreed, {"receipt": recorded.stream_id})

    def adopted(self, recorded: Recorded[PaymentAdopted]) -> None:
        """J22a, of what came as a receipt, which is what is due; what is usable is usable still."""
        event = recorded.event
        agreed = self._receipts.pop(event.receipt_id, NOTHING)
        keys = {"receipt": event.receipt_id, "payment": recorded.stream_id}
        self._books.compare(recorded, "J22a", agreed, keys)
        if (event.due.minor, event.due.currency) != (agreed.figures[0], agreed.currency):
            found = f"{event.due} adopted, {agreed.figures[0]} {agreed.currency} had come"
            self._books.breach(found, recorded)
        if not event.available:
            self._books.charges[recorded.stream_id] = agreed

    def available(self, recorded: Recorded[FundsAvailable]) -> None:
        """J4, of what is left after the fee; once."""
        self._books.compare(
            recorded, "J4", self._books.charges.pop(recorded.stream_id, NOTHING), {}
        )

    def receipt_available(self, recorded: Recorded[ReceiptFundsAvailable]) -> None:
        """J4, of what is left after the fee."""
        self._books.compare(recorded, "J4", self._receipts.get(recorded.stream_id, NOTHING), {})

    def returned(self, recorded: Recorded[ReceiptReturned]) -> None:
        """J22r, of what came; where it was exchanged, its position is closed by it."""
        self._moved("J22r", recorded)

    def came_back(self, recorded: Recorded[ReceiptReturnReversed]) -> None:
        """J22b, of what came; where it was exchanged, its position is open as it was."""
        self._moved("J22b", recorded)

    def paid_by_dispute(self, recorded: Recorded[ReceiptSettledByDispute]) -> None:
        """J22d, of what came; where it was exchanged, its position is closed by it."""
        self._moved("J22d", recorded)

    def _moved(
        self,
        rule: str,
        recorded: Recorded[ReceiptReturned]
        | Recorded[ReceiptReturnReversed]
        | Recorded[ReceiptSettledByDispute],
    ) -> None:
        event = recorded.event
        agreed = self._receipts.get(recorded.stream_id, NOTHING)
        keys = {"receipt": recorded.stream_id, "booking": agreed.booking_id}
        if agreed.settled_in != agreed.currency and event.settled is not None:
            figures = (*agreed.figures, event.settled.minor)
            self._books.compare(recorded, f"{rule}fx", agreed._replace(figures=figures), keys)
        else:
            self._books.compare(recorded, rule, agreed, keys)

    def _charge(
        self, recorded: Recorded[MoneyEvent], rule: str, agreed: Agreed, keys: Mapping[str, str]
    ) -> None:
        """Hold what came in against its rule, and the fee of it, if any, against its own."""
        exchanged = agreed.settled_in != agreed.currency
        rules = [f"{rule}fx" if exchanged else rule, *(["J3"] if agreed.figures[5] else [])]
        self._books.compare(recorded, rules, agreed, {**keys, "booking": agreed.booking_id})
