"""What bookings book: the price, an alteration, a penalty, and what was earned."""

from ledger.events import Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingWithdrawn,
    EarningsRecognized,
    NoShowReported,
    PenaltyCharged,
    StayCurtailed,
)
from replay.rules.postings_follow_their_rules.agreed import (
    NOTHING,
    Agreed,
    figures,
    of_price,
    of_shares,
    taxes_of,
    worth,
)
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers


class Bookings(Matter):
    """What was agreed about each stay."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._bookings: dict[str, Agreed] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            BookingRequested: self.book,
            BookingAbandoned: self.give_up,
            BookingDeclined: self.give_up,
            BookingWithdrawn: self.give_up,
            StayCurtailed: self.settle,
            PenaltyCharged: self.penalized,
            BookingAltered: self.altered,
            BookingCancelled: self.settle,
            NoShowReported: self.settle,
            BookingConfirmed: self.confirmed,
            EarningsRecognized: self.recognized,
        }

    def book(self, recorded: Recorded[BookingRequested]) -> None:
        """The price of a stay that takes place."""
        event, price = recorded.event, recorded.event.price
        self._bookings[recorded.stream_id] = Agreed(
            of_price(price), price.subtotal.currency, event.host_id, taxes=taxes_of(price)
        )

    def give_up(
        self, recorded: Recorded[BookingAbandoned | BookingDeclined | BookingWithdrawn]
    ) -> None:
        """Nothing will be booked; one that expired may be paid late, and is remembered."""
        self._bookings.pop(recorded.stream_id, None)

    def settle(self, recorded: Recorded[BookingCancelled | NoShowReported | StayCurtailed]) -> None:
        """The stay falls away: what is kept takes the place of the price."""
        before = self._bookings.pop(recorded.stream_id, NOTHING)
        kept = recorded.event.settlement.kept
        by_letter = of_shares(kept)
        if any(by_letter.values()):
            self._bookings[recorded.stream_id] = before._replace(
                figures=figures(T=worth(by_letter), **by_letter),
                taxes=tuple((share.jurisdiction, share.minor) for share in kept.taxes),
                fell_away=True,
            )

    def confirmed(self, recorded: Recorded[BookingConfirmed]) -> None:
        """J1, of the price; a stay that costs nothing has no entry."""
        agreed = self._bookings.get(recorded.stream_id, NOTHING)
        if agreed.figures[0] == 0:
            self._bookings.pop(recorded.stream_id, None)
            self._books.compare(recorded, None, agreed, {})
            return
        keys = {"booking": recorded.stream_id, "payment": recorded.event.payment_id or ""}
        paid = self._books.charges.get(keys["payment"], NOTHING)
        if paid.currency in ("", agreed.currency):
            self._books.compare(recorded, "J1", agreed, keys)
            return
        by_letter = agreed.booked
        listed = by_letter | {"T": paid.booked["T"], "s": paid.booked["s"], "B": by_letter["T"]}
        abroad = agreed._replace(
            figures=figures(**listed),
            currency=paid.currency,
            settled_in=paid.settled_in,
            listed_in=agreed.currency,
        )
        self._books.compare(recorded, "J1fx", abroad, keys)

    def penalized(self, recorded: Recorded[PenaltyCharged]) -> None:
        """J21, of the penalty; whether that is right the rule of prices says."""
        penalty, host_id = recorded.event.penalty, recorded.event.host_id
        agreed = Agreed(figures(T=penalty.minor), penalty.currency, host_id)
        self._books.compare(recorded, "J21", agreed, {"host": host_id})

    def altered(self, recorded: Recorded[BookingAltered]) -> None:
        """J27, of what the new price has more than the old one; nothing where it has less."""
        event, before = recorded.event, self._bookings.get(recorded.stream_id, NOTHING)
        after = before._replace(figures=of_price(event.price), taxes=taxes_of(event.price))
        self._bookings[recorded.stream_id] = after
        dearer = zip(after.figures, before.figures, strict=False)
        more = after._replace(figures=tuple(new - old for new, old in dearer))
        keys = {"booking": recorded.stream_id, "payment": event.payment_id or ""}
        self._books.compare(recorded, "J27" if more.figures[0] > 0 else None, more, keys)

    def recognized(self, recorded: Recorded[EarningsRecognized]) -> None:
        """J5 of the price, or J9 of what is kept; once."""
        agreed = self._bookings.pop(recorded.stream_id, NOTHING)
        keys = {"booking": recorded.stream_id, "host": agreed.host_id}
        self._books.compare(recorded, "J9" if agreed.fell_away else "J5", agreed, keys)
