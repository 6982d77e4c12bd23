"""Moves about damage: claimed of a guest who has left, answered, decided, paid and disputed."""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from ledger import processes
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.damage_claim import DAMAGE_CLAIM, DamageClaim
from ledger.aggregates.damage_claim import Status as Claiming
from ledger.draft import Draft
from ledger.events import Actor
from ledger.values.ids import BookingId
from ledger.values.money import Money
from tests.facts import SUPPORT
from tests.ledger.market import NotPossible
from tests.machine.town import Town


def claim_of(town: Town, booking_id: BookingId) -> DamageClaim | None:
    """What is claimed, if anything."""
    return town.state(DAMAGE_CLAIM, processes.damage_claim_of(booking_id))


def left(town: Town, _chance: Random) -> Iterable[BookingId]:
    """Recent bookings whose guest has left, and nothing is claimed of."""
    for booking_id in town.recent:
        booking = town.state(BOOKING, booking_id)
        has_left = booking is not None and booking.status in (Stands.COMPLETED, Stands.CURTAILED)
        if has_left and claim_of(town, booking_id) is None:
            yield booking_id


def claimed(*statuses: Claiming) -> Callable[[Town, Random], Iterable[BookingId]]:
    """Recent bookings whose claim stands somewhere."""

    def among(town: Town, _chance: Random) -> Iterable[BookingId]:
        for booking_id in town.recent:
            claim = claim_of(town, booking_id)
            if claim is not None and claim.status in statuses:
                yield booking_id

    return among


def claims(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The host claims something, sometimes too much."""
    booking = town.booking_of(booking_id)
    host = Actor("H", booking.host_id)
    total = booking.price.total
    amount = Money(chance.randint(1, max(total.minor * 4 // 100, 2)) * 100, total.currency)
    town.decide(
        lambda draft: processes.open_claim(draft, host, booking_id, amount, "broken"), booking_id
    )


def answers(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest agrees, or does not; or the host lets it be."""
    booking, chosen = town.booking_of(booking_id), chance.random()
    guest, host = Actor("G", booking.guest_id), Actor("H", booking.host_id)

    def plan(draft: Draft) -> None:
        if chosen < 0.6:
            processes.agree_to_claim(draft, guest, booking_id)
        elif chosen < 0.9:
            processes.contest_claim(draft, guest, booking_id, "too_much")
        else:
            processes.withdraw_claim(draft, host, booking_id)

    town.decide(plan, booking_id)


def decides(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Support finds so much of it theirs, or nothing; or asks again who has not paid."""
    claim, chosen = claim_of(town, booking_id), chance.random()
    assert claim is not None
    part = Money(max(claim.amount.minor // 200, 1) * 100, claim.amount.currency)

    def plan(draft: Draft) -> None:
        if chosen < 0.3:
            processes.dismiss_claim(draft, SUPPORT, booking_id, "not_shown")
        elif claim.status is Claiming.UNPAID:
            processes.ask_for_damage_again(draft, SUPPORT, booking_id)
        else:
            processes.decide_claim(draft, SUPPORT, booking_id, part, "partly_shown")

    town.decide(plan, booking_id)


def pays(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest pays, with whatever card."""
    claim = claim_of(town, booking_id)
    payment = town.payment_by_id(claim.payment_id) if claim else None
    if payment is None or payment.intent is None:
        raise NotPossible("no intent is linked")
    card = chance.choice(("pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined"))
    town.browser.v1.payment_intents.confirm(payment.intent, {"payment_method": card})


def disputed(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest's bank asks about what was paid for damage, or takes it back."""
    claim = claim_of(town, booking_id)
    payment: Any = town.payment_by_id(claim.payment_id) if claim else None
    if payment is None or payment.charge is None:
        raise NotPossible("there is no money to take")
    town.behind("disputes", charge=payment.charge, inquiry=chance.random() < 0.3)
