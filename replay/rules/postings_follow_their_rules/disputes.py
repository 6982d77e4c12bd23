"""What is booked when banks take money back."""

from collections.abc import Mapping
from typing import NamedTuple

from ledger.events import Recorded
from ledger.events.dispute import (
    DisputeFeeCharged,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeWon,
)
from ledger.values.money import Money
from replay.rules.postings_follow_their_rules.agreed import taxes_in
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers


class Taken(NamedTuple):
    """What is known of a dispute: what it is about, of whom, what is withdrawn and what held."""

    disputed: Money
    keys: Mapping[str, str]
    withdrawn: int = 0
    held: int = 0


NOT_TAKEN = Taken(Money(0, ""), {"host": "", "booking": ""})


class Disputes(Matter):
    """What each dispute is about, what is withdrawn and what held."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._disputes: dict[str, Taken] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            DisputeOpened: self.dispute,
            DisputeFundsWithdrawn: self.withdrawn,
            DisputeFundsReinstated: self.reinstated,
            DisputeFeeCharged: self.fee,
            DisputeWon: self.held_no_more,
            DisputePrevented: self.held_no_more,
            DisputeLost: self.lost,
        }

    def dispute(self, recorded: Recorded[DisputeOpened]) -> None:
        """What a bank takes back, perhaps, and of whom."""
        event = recorded.event
        self._disputes[recorded.stream_id] = Taken(
            event.amount, {"host": event.host_id, "booking": event.booking_id}
        )
        if event.payment_id in self._books.of_damage:
            self._books.of_damage.add(recorded.stream_id)

    def withdrawn(self, recorded: Recorded[DisputeFundsWithdrawn]) -> None:
        """J18, of what was disputed, where the account is kept in the guest's currency."""
        event = recorded.event
        taken = self._disputes.get(recorded.stream_id, NOT_TAKEN)
        same = event.amount.currency == taken.disputed.currency
        withdrawn = taken.disputed.minor if same else event.amount.minor
        taken = taken._replace(withdrawn=withdrawn, held=event.held.minor)
        self._disputes[recorded.stream_id] = taken
        fee = event.fee.minor
        figures = {"d": withdrawn, "p": fee, "s": withdrawn + fee, "q": taken.held}
        keys = {**taken.keys, "dispute": recorded.stream_id}
        self._books.compare_taken(recorded, "J18", figures, event.amount.currency, keys)

    def fee(self, recorded: Recorded[DisputeFeeCharged]) -> None:
        """J18f, of what the processor took."""
        fee = recorded.event.fee
        self._books.compare_taken(recorded, "J18f", {"p": fee.minor}, fee.currency, {})

    def reinstated(self, recorded: Recorded[DisputeFundsReinstated]) -> None:
        """J19, of what was withdrawn; once."""
        event = recorded.event
        taken = self._disputes.get(recorded.stream_id, NOT_TAKEN)
        self._disputes[recorded.stream_id] = taken._replace(withdrawn=0)
        figures = {
            "s": event.amount.minor + event.fee.minor,
            "d": taken.withdrawn,
            "p": event.fee.minor,
            "e": taken.withdrawn - event.amount.minor,
        }
        keys = {"dispute": recorded.stream_id}
        self._books.compare_taken(recorded, "J19", figures, event.amount.currency, keys)

    def held_no_more(self, recorded: Recorded[DisputeWon | DisputePrevented]) -> None:
        """J19h, of what was held; nothing where nothing was."""
        taken = self._disputes.get(recorded.stream_id, NOT_TAKEN)
        self._disputes[recorded.stream_id] = taken._replace(held=0)
        keys = {**taken.keys, "dispute": recorded.stream_id}
        currency = recorded.event.given_back.currency
        self._books.compare_taken(recorded, "J19h", {"q": taken.held}, currency, keys)

    def lost(self, recorded: Recorded[DisputeLost]) -> None:
        """J20, of what was withdrawn: the host's part is what is held first; once."""
        taken = self._disputes.pop(recorded.stream_id, NOT_TAKEN)
        loss = recorded.event.loss
        shares, debt = loss.shares, loss.debt.minor
        used = min(taken.held, shares.host_minor)
        figures = {
            "d": taken.withdrawn,
            "q": taken.held,
            "k": taken.held - used,
            "u": shares.host_minor - used - debt,
            "b": debt,
            "f": shares.fees.minor,
            "v": shares.vat.minor,
            "x": shares.tax.minor,
            "c": shares.coupon.minor,
            "e": loss.exchange.minor,
            "l": taken.withdrawn - loss.exchange.minor - shares.total.minor,
        }
        keys = {**taken.keys, "dispute": recorded.stream_id}
        taxes = taxes_in(shares)
        if loss.earned:
            event = recorded.event
            taxes, left = self._books.taxes.divided(event.booking_id, taxes, shares.currency)
            figures |= {f"z:{of}": minor for of, minor in left}
        figures |= {f"x:{of}": minor for of, minor in taxes}
        rule = "J20" if loss.earned or not taken.withdrawn else "J20d"
        figures = figures if taken.withdrawn else {}
        if rule == "J20d":
            self._books.lost.setdefault(recorded.event.booking_id, []).append(shares)
        self._books.compare_taken(recorded, rule, figures, loss.debt.currency, keys)
