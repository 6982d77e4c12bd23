"""What is booked when money comes in from guests: payments, and receipts without a place."""

from collections.abc import Mapping
from fractions import Fraction

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
    ReceiptLessened,
    ReceiptReturned,
    ReceiptReturnReversed,
    ReceiptSettledAlternatively,
    ReceiptSettledByDispute,
)
from ledger.values.money import Money
from replay.rules.postings_follow_their_rules.agreed import NOTHING, Agreed, charged
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers

Moved = (
    ReceiptReturned
    | ReceiptReturnReversed
    | ReceiptSettledByDispute
    | ReceiptLessened
    | ReceiptSettledAlternatively
)
"""What the guest has of it, or has no more."""


class Receipts(Matter):
    """What is asked of each guest, and what came."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._due: dict[str, Money] = {}
        self._asked: dict[str, Money] = {}
        self._receipts: dict[str, Agreed] = {}
        self._owed: dict[str, Agreed] = {}

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
            ReceiptLessened: self.lessened,
            ReceiptSettledAlternatively: self.paid_by_bank,
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
        self._receipts[recorded.stream_id] = self._owed[recorded.stream_id] = agreed
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
        """J22r, of what is owed; where it was exchanged, its position is closed by it."""
        self._moved("J22r", recorded)

    def came_back(self, recorded: Recorded[ReceiptReturnReversed]) -> None:
        """J22b, of what had gone; where it was exchanged, its position is open as it was."""
        self._moved("J22b", recorded)

    def paid_by_dispute(self, recorded: Recorded[ReceiptSettledByDispute]) -> None:
        """J22d, of what is owed; where it was exchanged, its position is closed by it."""
        self._moved("J22d", recorded)

    def paid_by_bank(self, recorded: Recorded[ReceiptSettledAlternatively]) -> None:
        """J22p, of what is owed; where it was exchanged, its position is closed by it."""
        self._moved("J22p", recorded)

    def lessened(self, recorded: Recorded[ReceiptLessened]) -> None:
        """J22d, of a part of what is owed; where it was exchanged, of that part of its position."""
        event, owed = recorded.event, self._owed.get(recorded.stream_id, NOTHING)
        if owed is NOTHING:
            self._books.compare(recorded, None, NOTHING, {})
            return
        whole, gross, part = owed.figures[0], owed.figures[4], event.amount.minor
        worth = round(Fraction(gross * part, whole))
        self._owed[recorded.stream_id] = _of(owed, whole - part, gross - worth)
        self._compare("J22d", recorded, _of(owed, part, worth))
        if event.left.minor != whole - part:
            self._books.breach(f"{event.left} is left, it should be {whole - part}", recorded)

    def _moved(self, rule: str, recorded: Recorded[Moved]) -> None:
        self._compare(rule, recorded, self._owed.get(recorded.stream_id, NOTHING))

    def _compare(self, rule: str, recorded: Recorded[Moved], agreed: Agreed) -> None:
        settled = recorded.event.settled
        keys = {"receipt": recorded.stream_id, "booking": agreed.booking_id}
        if agreed.settled_in != agreed.currency and settled is not None:
            figures = (*agreed.figures, settled.minor)
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


def _of(agreed: Agreed, amount: int, gross: int) -> Agreed:
    """The same deal of another amount, in minor units, and what it settled as."""
    return agreed._replace(figures=(amount, *agreed.figures[1:4], gross, *agreed.figures[5:]))
