"""Moves of guests who pay: with whatever card, twice, or what nobody asked for."""

from collections.abc import Iterable
from random import Random

from ledger import processes
from ledger.aggregates.payment import Status as Paying
from ledger.values.ids import BookingId
from tests.ledger.market import NotPossible
from tests.machine.among import Among
from tests.machine.asking import asks
from tests.machine.places import Place
from tests.machine.town import Town

CARDS = (
    *("pm_card_visa",) * 6,
    *("pm_card_bypassPending",) * 2,
    "pm_card_mastercard",
    "pm_card_chargeDeclined",
    "pm_card_chargeDeclinedInsufficientFunds",
    "pm_card_chargeDeclinedFraudulent",
    *("pm_card_threeDSecure2Required",) * 3,
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
    "pm_card_pendingRefund",
    "pm_card_refundFail",
)
"""The cards that guests have, the ordinary ones more often."""


def unpaid(*statuses: Paying) -> Among:
    """Bookings whose payment stands somewhere."""

    def among(town: Town, _chance: Random) -> Iterable[BookingId]:
        for booking_id in town.recent:
            payment = town.payment_or_none(booking_id)
            if payment is not None and payment.intent and payment.status in statuses:
                yield booking_id

    return among


def pays(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest pays in the browser, with whatever card."""
    card = {"payment_method": chance.choice(CARDS)}
    town.browser.v1.payment_intents.confirm(town.intent_of(booking_id), card)  # type: ignore[arg-type]


def books_and_pays(town: Town, place: Place, chance: Random) -> None:
    """A guest books, and pays as soon as the processor knows of it."""
    asks(town, place, chance)
    town.step()
    if not town.bookings:
        raise NotPossible("the first guest only asked")
    pays(town, town.bookings[-1], chance)


def answers_the_bank(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest finishes 3-D Secure, or fails at it; who abandons it does nothing."""
    outcome = chance.choice(("passed", "passed", "failed"))
    town.behind(f"authentications/{town.intent_of(booking_id)}", outcome=outcome)


def pays_something_else(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Money comes for a payment that nobody asked for so: twice, or off by a little."""
    payment = town.payment_of(booking_id)
    off = chance.choice((0, 0, 10, -10))
    town.browser.v1.payment_intents.create(
        {
            "amount": max(payment.due.minor + off, 500),
            "currency": payment.due.currency.lower(),
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {
                "payment_id": processes.payment_of(booking_id),
                "booking_id": booking_id,
            },
        }
    )
