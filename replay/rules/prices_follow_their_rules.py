"""Every price and every settlement is what its rule makes of its own inputs.

Worked out again from the nights, the plan and the policy that stand in the event, with fractions
where the ledger has whole numbers: another way to the same figures.

A breach means that somebody was charged, or got back, another amount than they were shown. Call
finance and support: the guest or the host named has a claim.
"""

from datetime import date, timedelta
from fractions import Fraction
from typing import ClassVar, NamedTuple

from ledger.events import Recorded
from ledger.events.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingRequested,
    NoShowReported,
)
from ledger.events.payment import PaymentAdopted, PaymentOpened
from ledger.values.policy import Settlement
from ledger.values.price import Price
from replay.rules.rule import Handlers, Rule

KNOWN_BILLING = {1}
"""The billing versions that this file knows the rules of."""


class Sold(NamedTuple):
    """What a settlement follows from: figures in minor units, parts of a whole in basis points."""

    subtotal: int
    guest_fee: int
    host_fee: int
    host_fee_bp: int
    retained_bp: int
    currency: str


class PricesFollowTheirRules(Rule):
    """Remembers the price of each booking that may still be called off."""

    invariants: ClassVar = {
        "INV-B4": "Each price and settlement is what its rule makes of its inputs."
    }

    def __init__(self) -> None:
        super().__init__()
        self._sold: dict[str, Sold] = {}

    def hears(self) -> Handlers:
        """What carries a figure that was worked out."""
        return {
            BookingRequested: self.price,
            BookingConfirmed: self.total,
            PaymentOpened: self.due,
            PaymentAdopted: self.due,
            BookingCancelled: self.settle,
            NoShowReported: self.settle,
        }

    def price(self, recorded: Recorded[BookingRequested]) -> None:
        """The nights are those of the stay, and the figures follow from them."""
        event = recorded.event
        price = event.price
        first, last = event.stay.check_in, event.stay.check_out
        if tuple(night.night for night in price.nights) != _nights(first, last):
            self.breach("INV-B4", "the nights of the price are not those of the stay", recorded)
        self._figures(recorded, price)
        self._sold[recorded.stream_id] = Sold(
            price.subtotal.minor,
            price.guest_fee.minor,
            price.host_fee.minor,
            price.fee_plan.host_fee_bp,
            event.policy.retained_bp,
            price.subtotal.currency,
        )

    def total(self, recorded: Recorded[BookingConfirmed]) -> None:
        """What was confirmed costs what was asked for."""
        sold = self._sold.get(recorded.stream_id)
        total = recorded.event.total
        if sold and (total.minor, total.currency) != (
            sold.subtotal + sold.guest_fee,
            sold.currency,
        ):
            self.breach("INV-B4", f"confirmed for {total}, asked for at {_total(sold)}", recorded)

    def due(self, recorded: Recorded[PaymentOpened | PaymentAdopted]) -> None:
        """What is due is the total of the price beside it, which is the booking's."""
        event = recorded.event
        self._figures(recorded, event.price)
        sold = self._sold.get(event.booking_id)
        price = event.price
        if event.due.minor != price.subtotal.minor + price.guest_fee.minor:
            self.breach("INV-B4", f"due is {event.due}, the price is {price.total}", recorded)
        elif sold and event.due.minor != sold.subtotal + sold.guest_fee:
            self.breach("INV-B4", f"due is {event.due}, booked at {_total(sold)}", recorded)

    def settle(self, recorded: Recorded[BookingCancelled | NoShowReported]) -> None:
        """Who gets what is what the policy makes of the price."""
        sold = self._sold.pop(recorded.stream_id, None)
        if sold is None:
            return
        expected, found = _settled(sold), _figures_of(recorded.event.settlement)
        if found != expected:
            self.breach("INV-B4", f"settled as {found}, the policy makes {expected}", recorded)

    def _figures(
        self, recorded: Recorded[BookingRequested | PaymentOpened | PaymentAdopted], price: Price
    ) -> None:
        if price.billing not in KNOWN_BILLING:
            self.breach("INV-B4", f"billing version {price.billing} is not known", recorded)
            return
        subtotal = sum(night.minor for night in price.nights)
        plan = price.fee_plan
        expected = (subtotal, _part(subtotal, plan.guest_fee_bp), _part(subtotal, plan.host_fee_bp))
        found = (price.subtotal.minor, price.guest_fee.minor, price.host_fee.minor)
        if found != expected:
            figures = f"subtotal, guest fee and host fee are {found}, the rule makes {expected}"
            self.breach("INV-B4", figures, recorded)


def _nights(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=ahead) for ahead in range((last - first).days))


def _part(minor: int, basis_points: int) -> int:
    """So much of an amount; `round` takes a fraction's ties to the even side."""
    exact = minor * basis_points
    return exact // 10_000 if exact % 10_000 == 0 else round(Fraction(exact, 10_000))


def _total(sold: Sold) -> str:
    return f"{sold.subtotal + sold.guest_fee} minor units of {sold.currency}"


def _settled(sold: Sold) -> tuple[int, ...]:
    """What a policy makes of a price, in the order of `_figures_of`."""
    nights_kept = sold.subtotal - _part(sold.subtotal, 10_000 - sold.retained_bp)
    guest_fee = sold.guest_fee if sold.retained_bp else 0
    host_fee = _part(nights_kept, sold.host_fee_bp)
    refund = sold.subtotal + sold.guest_fee - nights_kept - guest_fee
    host_back = (sold.subtotal - sold.host_fee) - (nights_kept - host_fee)
    fees_back = (sold.guest_fee + sold.host_fee) - (guest_fee + host_fee)
    return refund, host_back, fees_back, nights_kept - host_fee, guest_fee, host_fee


def _figures_of(settlement: Settlement) -> tuple[int, ...]:
    """Back to the guest; of it from the host, from the platform; kept by host, and as two fees."""
    back, kept = settlement.back, settlement.kept
    return (
        settlement.refund.minor,
        back.host_minor,
        back.guest_fee_minor + back.host_fee_minor,
        kept.host_minor,
        kept.guest_fee_minor,
        kept.host_fee_minor,
    )
