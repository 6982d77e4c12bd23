"""What bookings book: the price, an alteration, a penalty, and what was earned."""

from ledger.events import Recorded
from ledger.events.booking import (
    AllowanceGranted,
    AllowanceRevoked,
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
    StayCompleted,
    StayCurtailed,
)
from ledger.values.price import Price
from ledger.values.shares import Shares
from replay.rules.postings_follow_their_rules.agreed import (
    NOTHING,
    Agreed,
    Long,
    altered,
    brought,
    earned_again,
    earned_by,
    figures,
    is_long,
    less,
    not_earned,
    of_price,
    of_shares,
    taxes_in,
    taxes_of,
    without,
    worth,
)
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers


class Bookings(Matter):
    """What was agreed about each stay."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._bookings = books.stays

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            BookingRequested: self.book,
            BookingAbandoned: self.give_up,
            BookingDeclined: self.give_up,
            BookingWithdrawn: self.give_up,
            StayCurtailed: self.settle,
            AllowanceGranted: self.allow,
            AllowanceRevoked: self.revoke,
            StayCompleted: self.complete,
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
            of_price(price),
            price.subtotal.currency,
            event.host_id,
            taxes=taxes_of(price),
            long=Long(price, event.stay, event.house) if is_long(event.stay) else None,
        )
        self._rate(recorded.stream_id, price)

    def _rate(self, booking_id: str, price: Price) -> None:
        if price.exchange is not None:
            totals = price.listing_total.minor, price.total.minor
            self._books.rates[booking_id] = totals

    def give_up(
        self, recorded: Recorded[BookingAbandoned | BookingDeclined | BookingWithdrawn]
    ) -> None:
        """Nothing will be booked; one that expired may be paid late, and is remembered."""
        self._bookings.pop(recorded.stream_id, None)

    def settle(self, recorded: Recorded[BookingCancelled | NoShowReported | StayCurtailed]) -> None:
        """The stay falls away: what is kept takes the place of the price.

        Where some had gone back before, less goes back now than the policy says: then what is kept
        is what the refund leaves.
        """
        self._books.ended.add(recorded.stream_id)
        before = self._bookings.pop(recorded.stream_id, NOTHING)
        if recorded.stream_id in self._books.allowances and before is not NOTHING:
            self._bookings[recorded.stream_id] = before._replace(fell_away=True)
            return
        kept = recorded.event.gives_back.kept
        by_letter = of_shares(kept)
        after = before._replace(
            figures=figures(T=worth(by_letter), **by_letter),
            taxes=taxes_in(kept),
            fell_away=True,
        )
        self._remember(recorded.stream_id, after)

    def allow(self, recorded: Recorded[AllowanceGranted]) -> None:
        """Some of it goes back, and is not earned any more."""
        booking_id, back = recorded.stream_id, recorded.event.back
        granted = self._books.allowances.setdefault(booking_id, {})
        granted[recorded.event.refund_id] = back
        if before := self._bookings.get(booking_id):
            after = less(before, of_shares(back), taxes_in(back))
            self._bookings[booking_id] = after
            self._books.granted[recorded.event.refund_id] = before, after

    def revoke(self, recorded: Recorded[AllowanceRevoked]) -> None:
        """It does not go back after all, and what was earned of it is so again."""
        booking_id, refund_id = recorded.stream_id, recorded.event.refund_id
        back = self._books.allowances.get(booking_id, {}).pop(refund_id, None)
        agreed = self._bookings.get(booking_id)
        if back is None or agreed is None:
            return
        again = Shares(back.currency) - back
        agreed = less(agreed, of_shares(again), taxes_in(again))
        self._bookings[booking_id] = earned_again(agreed, *self._books.granted.pop(refund_id))

    def confirmed(self, recorded: Recorded[BookingConfirmed]) -> None:
        """J1, of the price; a stay that costs nothing has no entry."""
        agreed = self._bookings.get(recorded.stream_id, NOTHING)
        if agreed.figures[0] == 0:
            self._bookings.pop(recorded.stream_id, None)
            self._books.compare(recorded, None, agreed, {})
            return
        self._claimed(recorded, "J1", agreed)

    def _claimed(
        self, recorded: Recorded[BookingConfirmed | BookingAltered], rule: str, agreed: Agreed
    ) -> None:
        """J1 or J27, of what is owed and was paid, in one currency or two."""
        keys = {"booking": recorded.stream_id, "payment": recorded.event.payment_id or ""}
        paid = self._books.charges.get(keys["payment"], NOTHING)
        if paid.currency in ("", agreed.currency):
            self._books.compare(recorded, rule, agreed, keys)
            return
        by_letter = agreed.booked
        listed = by_letter | {"T": paid.booked["T"], "s": paid.booked["s"], "B": by_letter["T"]}
        abroad = agreed._replace(
            figures=figures(**listed),
            currency=paid.currency,
            settled_in=paid.settled_in,
            listed_in=agreed.currency,
        )
        self._books.compare(recorded, f"{rule}fx", abroad, keys)

    def penalized(self, recorded: Recorded[PenaltyCharged]) -> None:
        """J21, of the penalty; whether that is right the rule of prices says."""
        penalty, host_id = recorded.event.penalty, recorded.event.host_id
        agreed = Agreed(figures(T=penalty.minor), penalty.currency, host_id)
        self._books.compare(recorded, "J21", agreed, {"host": host_id})

    def altered(self, recorded: Recorded[BookingAltered]) -> None:
        """J27, of what the new price has more than the old one; nothing where it has less.

        Where both cost the same and others get it, it is booked from the ones to the others.
        """
        event, before = recorded.event, self._bookings.get(recorded.stream_id, NOTHING)
        self._rate(recorded.stream_id, event.price)
        long = Long(event.price, event.stay, event.house) if is_long(event.stay) else None
        after = altered(before, event.price)._replace(long=long)
        for back in self._books.allowances.get(recorded.stream_id, {}).values():
            after = less(after, of_shares(back), taxes_in(back))
        # What its refund gives back the new price has left out already.
        self._books.given_back.pop(recorded.stream_id, None)
        self._bookings[recorded.stream_id] = after
        dearer = zip(after.figures, before.figures, strict=False)
        more = after._replace(figures=tuple(new - old for new, old in dearer))
        if event.payment_id or (not more.figures[0] and any(more.figures)):
            self._claimed(recorded, "J27", more)
        else:
            self._books.compare(recorded, None, more, {})

    def recognized(self, recorded: Recorded[EarningsRecognized]) -> None:
        """J5 of what it has brought so far, J9 of what is kept: of what was not earned before."""
        found = self._bookings.get(recorded.stream_id, NOTHING)
        for back in self._books.given_back.pop(recorded.stream_id, []):
            found = less(found, back.booked, back.taxes)
        agreed = brought(found, recorded.occurred_at)
        keys = {"booking": recorded.stream_id, "host": agreed.host_id}
        rule = "J9" if agreed.fell_away else "J5"
        left = not_earned(agreed)
        for lost in self._books.lost.pop(recorded.stream_id, ()):
            left = without(left, lost)
        self._books.compare(recorded, rule, left, keys)
        self._remember(recorded.stream_id, earned_by(found, agreed))

    def complete(self, recorded: Recorded[StayCompleted]) -> None:
        """Nothing will change about it any more."""
        if agreed := self._bookings.get(recorded.stream_id):
            self._remember(recorded.stream_id, agreed._replace(is_over=True))

    def _remember(self, booking_id: str, agreed: Agreed) -> None:
        """Remember a booking until nothing more can be earned of it; a long one, as earned."""
        ends = agreed.is_over or (agreed.fell_away and agreed.long is None)
        allows = booking_id in self._books.allowances
        if ends and not allows and not any(not_earned(agreed).figures):
            self._bookings.pop(booking_id, None)
        else:
            self._bookings[booking_id] = agreed
