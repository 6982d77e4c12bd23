"""Moves about alterations: a stay is changed by one side, agreed to by the other, and settled."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from random import Random

from ledger import processes
from ledger.aggregates.alteration import ALTERATION
from ledger.aggregates.alteration import Status as Altering
from ledger.draft import Draft
from ledger.events import Actor
from ledger.values.guests import Party
from ledger.values.ids import BookingId
from ledger.values.stay import stay
from tests.ledger.market import NotPossible
from tests.machine.town import Town

DAY = timedelta(days=1)


def altering(town: Town, *statuses: Altering) -> Iterable[BookingId]:
    """Recent bookings whose last alteration stands somewhere."""
    for booking_id in town.recent:
        alteration = town.state(ALTERATION, processes.alteration_of(booking_id))
        if alteration is not None and alteration.status in statuses:
            yield booking_id


def proposed(town: Town, _chance: Random) -> Iterable[BookingId]:
    """Bookings with a proposal that waits for an answer."""
    return altering(town, Altering.PROPOSED)


def settling(town: Town, _chance: Random) -> Iterable[BookingId]:
    """Bookings whose difference is to be paid."""
    return altering(town, Altering.SETTLING)


def side(town: Town, booking_id: BookingId, chance: Random) -> Actor:
    """The booking's guest, or its host."""
    booking = town.booking_of(booking_id)
    return chance.choice((Actor("G", booking.guest_id), Actor("H", booking.host_id)))


def proposes(town: Town, booking_id: BookingId, chance: Random) -> None:
    """One side wants other dates, or more people."""
    booking, actor = town.booking_of(booking_id), side(town, booking_id, chance)
    nights = booking.stay.nights_count()
    begin = booking.stay.check_in + chance.choice((0, 0, 0, 1, -1)) * DAY
    changed = stay(begin, begin + max(nights + chance.choice((-2, -1, 1, 2, 3)), 1) * DAY)
    more = Party(booking.party.adults + 1, booking.party.children)
    wish = processes.AlterationWish(
        stay=changed, party=more if chance.random() < 0.2 else booking.party
    )

    def plan(draft: Draft) -> None:
        shown = processes.work_out(draft, booking_id, wish)
        processes.propose_alteration(draft, actor, booking_id, wish, shown.digest)

    town.decide(plan, booking_id)


def agrees(town: Town, booking_id: BookingId, chance: Random) -> None:
    """One side agrees; it should be the other one."""
    actor = side(town, booking_id, chance)

    def plan(draft: Draft) -> None:
        alteration = processes.alteration_in(draft, booking_id)
        shown = processes.change_of(alteration).digest
        processes.accept_alteration(draft, actor, booking_id, alteration.number, shown)

    town.decide(plan, booking_id)


def turns_down(town: Town, booking_id: BookingId, chance: Random) -> None:
    """One side declines, or takes the proposal back."""
    actor = side(town, booking_id, chance)
    if chance.random() < 0.5:
        plan = partial(processes.withdraw_alteration, actor=actor, booking_id=booking_id)
    else:
        plan = partial(
            processes.decline_alteration, actor=actor, booking_id=booking_id, reason="no"
        )
    town.decide(plan, booking_id)


def pays_the_difference(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest pays what the change costs, with whatever card."""
    alteration = town.state(ALTERATION, processes.alteration_of(booking_id))
    payment = town.payment_by_id(alteration.payment_id) if alteration else None
    if payment is None or payment.intent is None:
        raise NotPossible("no intent is linked")
    card = chance.choice(("pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined"))
    town.browser.v1.payment_intents.confirm(payment.intent, {"payment_method": card})


def tries_the_difference_again(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """The guest wants to pay the difference once more."""
    guest = Actor("G", town.booking_of(booking_id).guest_id)

    def plan(draft: Draft) -> None:
        processes.try_alteration_again(draft, guest, booking_id)

    town.decide(plan, booking_id)
