"""Hosts are paid what they earned, when they earned it, out of money that is really there.

A breach means that money went out that is not a host's, or not yet, or more of a booking's money
than there is. Stop the payouts of the host named, and call finance: it may have to be reversed.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, ClassVar

from msgspec import Struct

from ledger.events import Recorded
from ledger.events.booking import EarningsRecognized
from ledger.events.damage_claim import DamageCharged
from ledger.events.dispute import DisputeLost
from ledger.events.host_debt import DebtNetted
from ledger.events.payment import PaymentAdopted, PaymentCompleted, PaymentOpened
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutNetted,
    PayoutRecalculated,
    PayoutReleased,
    PayoutRetried,
    PayoutReversed,
    PayoutScheduled,
    PayoutTransferred,
)
from ledger.events.refund import (
    ExternalRefundClassified,
    Funding,
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundLessened,
    RefundResubmitted,
    RefundSettledElsewhere,
)
from ledger.values.clock import Instant
from ledger.values.journal import Account, Entry
from ledger.values.money import Money
from replay.rules.rule import Handlers, Rule

PLATFORMS = {Account.CONTRA_FEE_REFUNDS.value, Account.EXP_GOODWILL.value}
"""What a refund takes from the platform's own."""

BRIDGES = {Account.FX_POSITION.value, Account.SUSPENSE.value}
"""Where a refund in another currency meets the booking's money."""


class Books(Struct, gc=False):
    """A booking's money in minor units: what came in and what of it is spoken for.

    What the platform has `given` went out of what was captured as well, but is its own.
    """

    captured: int = 0
    refunded: int = 0
    given: int = 0
    earned_by_host: int = 0
    earned_by_platform: int = 0
    transferred: int = 0
    lost: int = 0
    owed: int = 0

    @property
    def left(self) -> int:
        """What is not given back, lost, paid out, nor the platform's; what hosts owe is there."""
        gone = self.refunded + self.given + self.lost + self.transferred
        return self.captured + self.owed - gone - self.earned_by_platform

    def take_back(self, entries: Iterable[Entry]) -> None:
        """What host and platform had earned goes back; what was paid out already is owed."""
        for line in (line for entry in entries for line in entry.lines):
            if line.account in PLATFORMS:
                self.earned_by_platform -= line.minor
            elif line.account == Account.HOST_PAYABLE:
                self.earned_by_host -= line.minor
            elif line.account == Account.HOST_RECEIVABLE:
                self.owed += line.minor


class PayoutsWithinEarnings(Rule):
    """Remembers eight sums per booking, when each open payout may go out, and what gifts are worth.

    The sums are in the listing's currency, as the books of hosts and platform are.
    """

    invariants: ClassVar = {
        "INV-L6": "Refunds, payouts and fees of a booking are never more than was captured for it.",
        "INV-L8": "A host is paid no more than was earned, and not before the time of release; no"
        " more comes back than was paid.",
    }

    def __init__(self) -> None:
        super().__init__()
        self._books: dict[str, Books] = {}
        self._release_at: dict[str, Instant] = {}
        self._worth: dict[str, int] = {}
        self._gifts: dict[str, int] = {}

    def hears(self) -> Handlers:
        """What brings money in, and what it goes to."""
        return {
            PaymentOpened: self.open,
            PaymentCompleted: self.capture,
            PaymentAdopted: self.adopt,
            RefundApproved: self.refund,
            ExternalRefundClassified: self.refund,
            RefundCancelled: self.keep,
            RefundFailed: self.fail,
            RefundResubmitted: self.give_again,
            RefundSettledElsewhere: self.give_elsewhere,
            RefundLessened: self.give_in_part,
            EarningsRecognized: self.earn,
            DamageCharged: self.charge,
            PayoutScheduled: self.set_time,
            PayoutRecalculated: self.set_time,
            PayoutCancelled: self.forget_time,
            PayoutDue: self.in_time,
            PayoutReleased: self.in_time,
            PayoutTransferred: self.transfer,
            DebtNetted: self.net,
            PayoutRetried: self.in_time,
            PayoutNetted: self.end_in_time,
            PayoutReversed: self.come_back,
            DisputeLost: self.lose,
        }

    def open(self, recorded: Recorded[PaymentOpened]) -> None:
        """Where a guest pays in another currency, their payment is worth the stay's price here."""
        event = recorded.event
        if event.due.currency != event.price.currency:
            worth = 0 if event.for_damage else event.price.shares.total.minor
            self._worth[recorded.stream_id] = worth

    def capture(self, recorded: Recorded[PaymentCompleted]) -> None:
        """Money comes in for a booking."""
        event = recorded.event
        worth = self._worth.pop(recorded.stream_id, event.amount.minor)
        self._of(event.booking_id).captured += worth

    def adopt(self, recorded: Recorded[PaymentAdopted]) -> None:
        """Money that had come in is a booking's."""
        event = recorded.event
        abroad = event.due.currency != event.price.currency
        worth = event.price.shares.total if abroad else event.due
        self._of(event.booking_id).captured += worth.minor

    def refund(self, recorded: Recorded[RefundApproved | ExternalRefundClassified]) -> None:
        """Money is the guest's again, from the approval on; what was earned is so no more."""
        event = recorded.event
        books = self._of(event.booking_id)
        worth = _worth(event.amount, event.entries)
        if isinstance(event, ExternalRefundClassified) and event.funded_by is Funding.BOOKING:
            worth = event.back.total.minor
        if any(entry.rule.startswith("J14") for entry in event.entries):
            self._gifts[recorded.stream_id] = worth
            books.given += worth
        else:
            books.refunded += worth
        books.take_back(event.entries)
        self._enough(recorded, books)

    def fail(self, recorded: Recorded[RefundFailed]) -> None:
        """A gift of the platform's that did not arrive is nobody's part of what was captured; nor
        is it where our bank pays it, beside the charge.
        """
        gift = self._gifts.get(recorded.stream_id, 0)
        self._of(recorded.event.booking_id).given -= gift

    def give_again(self, recorded: Recorded[RefundResubmitted]) -> None:
        """It is on its way through the processor once more; where our bank pays it, it is not."""
        books = self._of(recorded.case_id)
        books.given += self._gifts.get(recorded.stream_id, 0)
        self._enough(recorded, books)

    def give_elsewhere(self, recorded: Recorded[RefundSettledElsewhere]) -> None:
        """A gift that had not arrived went out of what was captured after all."""
        books = self._of(recorded.event.booking_id)
        books.given += self._gifts.pop(recorded.stream_id, 0)
        self._enough(recorded, books)

    def give_in_part(self, recorded: Recorded[RefundLessened]) -> None:
        """Some of a gift that had not arrived did so, and the rest has not."""
        event = recorded.event
        gift = self._gifts.get(recorded.stream_id)
        if gift is not None:
            owed = event.amount.minor + event.left.minor
            part = round(Fraction(gift * event.amount.minor, owed))
            self._gifts[recorded.stream_id] = gift - part
            books = self._of(event.booking_id)
            books.given += part
            self._enough(recorded, books)

    def keep(self, recorded: Recorded[RefundCancelled]) -> None:
        """Money that was the guest's again is not; one that was only asked for never was."""
        event = recorded.event
        if event.entries:
            books = self._of(event.booking_id)
            gift = self._gifts.pop(recorded.stream_id, 0)
            books.given -= gift
            books.refunded -= 0 if gift else _worth(event.amount, event.entries)
            books.take_back(event.entries)

    def earn(self, recorded: Recorded[EarningsRecognized]) -> None:
        """Money is the host's, and the platform's."""
        books, earned = self._of(recorded.stream_id), recorded.event.earned
        books.earned_by_host += earned.host_minor
        books.earned_by_platform += earned.fees.minor - earned.coupon_minor
        self._enough(recorded, books)

    def charge(self, recorded: Recorded[DamageCharged]) -> None:
        """What a guest paid for damage is the host's, and the platform's, at once."""
        event, shares = recorded.event, recorded.event.shares
        books = self._of(event.booking_id)
        if event.paid.currency != shares.currency:
            books.captured += shares.total.minor
        books.earned_by_host += shares.host_minor
        books.earned_by_platform += shares.fees.minor
        self._enough(recorded, books)

    def transfer(self, recorded: Recorded[PayoutTransferred]) -> None:
        """Money is with the host."""
        self.in_time(recorded)
        self._release_at.pop(recorded.stream_id, None)
        self._pay(recorded)

    def net(self, recorded: Recorded[DebtNetted]) -> None:
        """Money that the host earned pays what they owe: it is theirs no more than once."""
        self._pay(recorded)

    def _pay(self, recorded: Recorded[PayoutTransferred] | Recorded[DebtNetted]) -> None:
        books = self._of(recorded.event.booking_id)
        books.transferred += recorded.event.amount.minor
        self._enough(recorded, books)
        if books.transferred > books.earned_by_host:
            found = f"{books.transferred} minor units paid out, {books.earned_by_host} earned"
            self.breach("INV-L8", found, recorded)

    def come_back(self, recorded: Recorded[PayoutReversed]) -> None:
        """Money is with the host no more; what pays their debt is owed no more."""
        event = recorded.event
        books = self._of(event.booking_id)
        books.transferred -= event.amount.minor
        books.owed -= event.to_debt.minor
        if books.transferred < 0:
            found = f"{-books.transferred} minor units more came back than were paid out"
            self.breach("INV-L8", found, recorded)

    def lose(self, recorded: Recorded[DisputeLost]) -> None:
        """Money is the guest's again, and nobody's earnings; what the host has of it they owe."""
        loss = recorded.event.loss
        books, shares = self._of(recorded.event.booking_id), loss.shares
        books.lost += shares.total.minor
        books.owed += loss.debt.minor
        if loss.earned:
            books.earned_by_host -= shares.host_minor - loss.debt.minor
            books.earned_by_platform -= shares.fees.minor - shares.coupon_minor
        self._enough(recorded, books)
        # What the platform bears of a dispute, its gifts among it, is no part of what is lost.
        if books.lost + books.refunded > books.captured:
            found = f"{books.lost} lost and {books.refunded} given back of {books.captured}"
            self.breach("INV-L6", found, recorded)

    def end_in_time(self, recorded: Recorded[PayoutNetted]) -> None:
        """The time has come, and nothing more will."""
        self.in_time(recorded)
        self._release_at.pop(recorded.stream_id, None)

    def set_time(self, recorded: Recorded[PayoutScheduled | PayoutRecalculated]) -> None:
        """When the payout may go out."""
        self._release_at[recorded.stream_id] = recorded.event.release_at

    def forget_time(self, recorded: Recorded[PayoutCancelled]) -> None:
        """The payout will not go out."""
        self._release_at.pop(recorded.stream_id, None)

    def in_time(self, recorded: Recorded[Any]) -> None:
        """The time has come."""
        release_at = self._release_at.get(recorded.stream_id)
        if release_at is None:
            self.breach("INV-L8", "this payout was never scheduled, or has ended", recorded)
        elif recorded.occurred_at < release_at:
            found = f"{recorded.event.topic} on {recorded.occurred_at:%c}, due {release_at:%c}"
            self.breach("INV-L8", found, recorded)

    def _of(self, booking_id: str) -> Books:
        books = self._books.get(booking_id)
        if books is None:
            books = self._books[booking_id] = Books()
        return books

    def _enough(self, recorded: Recorded[Any], books: Books) -> None:
        if books.left < 0:
            found = f"{-books.left} minor units more than the {books.captured} captured"
            self.breach("INV-L6", found, recorded)


def _worth(amount: Money, entries: Iterable[Entry]) -> int:
    """What a refund is in the listing's currency: of two currencies, the one not the guest's.

    A gift that was made at the processor's own desk is what it took of the balance.
    """
    abroad = [
        line.minor
        for entry in entries
        for line in entry.lines
        if line.account in BRIDGES and line.currency != amount.currency
    ]
    return abs(sum(abroad)) if abroad else amount.minor
