"""What is booked when hosts are paid, and when a part of it comes back."""

from ledger.events import Recorded
from ledger.events.payout import (
    PayoutCancelled,
    PayoutNetted,
    PayoutRecalculated,
    PayoutReleased,
    PayoutRetried,
    PayoutReversed,
    PayoutScheduled,
    PayoutTransferFailed,
    PayoutTransferred,
    ReversalFailed,
    ReversalOrdered,
)
from replay.rules.postings_follow_their_rules.agreed import NOTHING, Agreed
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers


class Payouts(Matter):
    """What each host is promised, and what is ordered back."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._payouts: dict[str, Agreed] = {}
        self._netted: dict[str, int] = {}
        self._reversals: dict[str, int] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            PayoutScheduled: self.schedule,
            PayoutRecalculated: self.recalculate,
            PayoutCancelled: self.cancel_payout,
            PayoutTransferred: self.transferred,
            PayoutTransferFailed: self.stays_here,
            PayoutReleased: self.net,
            PayoutRetried: self.net,
            PayoutNetted: self.cancel_payout,
            ReversalOrdered: self.order_back,
            ReversalFailed: self.leave,
            PayoutReversed: self.came_back,
        }

    def schedule(self, recorded: Recorded[PayoutScheduled]) -> None:
        """What a host is promised."""
        event = recorded.event
        figures = (0, event.amount.minor, 0, 0)
        self._payouts[recorded.stream_id] = Agreed(figures, event.amount.currency, event.host_id)
        if not event.tranche:  # it brings nothing of a stay
            self._books.of_damage.add(recorded.stream_id)

    def recalculate(self, recorded: Recorded[PayoutRecalculated]) -> None:
        """What a host is promised instead."""
        before = self._payouts.get(recorded.stream_id, NOTHING)
        figures = (0, recorded.event.amount.minor, 0, 0)
        self._payouts[recorded.stream_id] = before._replace(figures=figures)

    def cancel_payout(self, recorded: Recorded[PayoutCancelled | PayoutNetted]) -> None:
        """The host is promised nothing any more."""
        self._payouts.pop(recorded.stream_id, None)
        self._netted.pop(recorded.stream_id, None)

    def net(self, recorded: Recorded[PayoutReleased | PayoutRetried]) -> None:
        """What of a payout stays here; nobody stops the rest any more."""
        agreed, of = self._payouts.get(recorded.stream_id, NOTHING), recorded.case_id
        if recorded.stream_id not in self._books.of_damage:
            ordered = (f"{agreed.host_id}/{of}", recorded.event.amount.minor)
            self._books.on_the_way[recorded.stream_id] = ordered
        if netted := recorded.event.netted.minor:
            self._netted[recorded.stream_id] = self._netted.get(recorded.stream_id, 0) + netted

    def stays_here(self, recorded: Recorded[PayoutTransferFailed]) -> None:
        """It did not go out."""
        self._books.on_the_way.pop(recorded.stream_id, None)

    def transferred(self, recorded: Recorded[PayoutTransferred]) -> None:
        """J6, of what was promised, less what was netted; once."""
        self._books.on_the_way.pop(recorded.stream_id, None)
        agreed = self._payouts.pop(recorded.stream_id, NOTHING)
        netted = self._netted.pop(recorded.stream_id, 0)
        agreed = agreed._replace(figures=(0, agreed.figures[1] - netted, 0, 0))
        keys = {"host": agreed.host_id, "booking": recorded.event.booking_id}
        self._books.compare(recorded, "J6", agreed, keys)

    def order_back(self, recorded: Recorded[ReversalOrdered]) -> None:
        """What of a transfer is to come back."""
        self._reversals[recorded.event.idempotency_key] = recorded.event.amount.minor

    def leave(self, recorded: Recorded[ReversalFailed]) -> None:
        """It does not come."""
        self._reversals.pop(recorded.event.idempotency_key, None)

    def came_back(self, recorded: Recorded[PayoutReversed]) -> None:
        """J15, of what was ordered back; once."""
        event = recorded.event
        ordered = self._reversals.pop(event.idempotency_key, 0)
        figures = {"r": ordered, "t": event.to_debt.minor, "s": ordered - event.to_debt.minor}
        keys = {"host": event.host_id, "booking": event.booking_id}
        self._books.compare_taken(recorded, "J15", figures, event.amount.currency, keys)
