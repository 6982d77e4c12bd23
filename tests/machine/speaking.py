"""Moves about what people say: reviews of stays that have ended, messages, cases for support."""

from collections.abc import Callable, Iterable
from random import Random

from ledger import processes
from ledger.aggregates.review import REVIEW, Review, review_of
from ledger.aggregates.review import Status as Reviewing
from ledger.aggregates.support_case import SUPPORT_CASE, SupportCase, case_of
from ledger.aggregates.support_case import Status as Looking
from ledger.draft import Draft
from ledger.events import Actor
from ledger.values.cases import CaseKind
from ledger.values.ids import BookingId
from ledger.values.reviews import Side
from tests.facts import SUPPORT, a_text, of_guest, of_stay
from tests.machine.town import Town

WORDS = ("Yes.", "No.", "Why?")


def says(chance: Random) -> str:
    """Somebody has something to say."""
    return chance.choice(WORDS)


def somebody(town: Town, booking_id: BookingId, chance: Random) -> Actor:
    """The guest or the host of a booking."""
    booking = town.booking_of(booking_id)
    sides = (Actor("G", booking.guest_id), Actor("H", booking.host_id))
    return chance.choice(sides)


# -- Reviews -----------------------------------------------------------------------------


def review_in(town: Town, booking_id: BookingId) -> Review | None:
    """What they say of each other, if they may."""
    return town.state(REVIEW, review_of(booking_id))


def reviewed(*statuses: Reviewing) -> Callable[[Town, Random], Iterable[BookingId]]:
    """Recent bookings whose reviews stand somewhere."""

    def among(town: Town, _chance: Random) -> Iterable[BookingId]:
        for booking_id in town.recent:
            review = review_in(town, booking_id)
            if review is not None and review.status in statuses:
                yield booking_id

    return among


def reviews(town: Town, booking_id: BookingId, chance: Random) -> None:
    """One side writes, or puts it otherwise."""
    writer, stars = somebody(town, booking_id, chance), chance.randint(1, 5)
    words = says(chance)

    def plan(draft: Draft) -> None:
        if writer.role == "G":
            processes.review_stay(draft, writer, booking_id, of_stay(stars, words))
        else:
            processes.review_guest(draft, writer, booking_id, of_guest(stars, words))

    town.decide(plan, booking_id)


def answers_review(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Who is reviewed answers, or support hides or shows it."""
    review, text, chosen = review_in(town, booking_id), a_text(says(chance)), chance.random()
    assert review is not None
    by = chance.choice((Side.GUEST, Side.HOST))
    reviewed_by = review.of.host_id if by is Side.GUEST else review.of.guest_id
    reviewed_as = Actor("H" if by is Side.GUEST else "G", reviewed_by)

    def plan(draft: Draft) -> None:
        if chosen < 0.6:
            processes.answer_review(draft, reviewed_as, booking_id, by, text)
        elif chosen < 0.8:
            processes.hide_review(draft, SUPPORT, booking_id, by, "other")
        else:
            processes.show_review(draft, SUPPORT, booking_id, by, "appeal")

    town.decide(plan, booking_id)


# -- Messages and cases ------------------------------------------------------------------


def writes(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Somebody writes to the others; now and then support locks it."""
    writer, text = somebody(town, booking_id, chance), a_text(says(chance))
    locks = chance.random() < 0.1

    def plan(draft: Draft) -> None:
        if locks:
            processes.lock_conversation(draft, SUPPORT, booking_id, "abusive")
        else:
            processes.write_message(draft, writer, booking_id, text)

    town.decide(plan, booking_id)


def opens_case(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Somebody needs support."""
    opener, text = somebody(town, booking_id, chance), a_text(says(chance))
    kind = chance.choice(tuple(CaseKind))

    def plan(draft: Draft) -> None:
        processes.open_case(draft, opener, booking_id, kind, text)

    town.decide(plan, booking_id)


def first_case(town: Town, booking_id: BookingId) -> SupportCase | None:
    """The first case of a booking, if it has one."""
    return town.state(SUPPORT_CASE, case_of(booking_id, 1))


def in_case(*statuses: Looking) -> Callable[[Town, Random], Iterable[BookingId]]:
    """Recent bookings whose first case stands somewhere."""

    def among(town: Town, _chance: Random) -> Iterable[BookingId]:
        for booking_id in town.recent:
            case = first_case(town, booking_id)
            if case is not None and case.status in statuses:
                yield booking_id

    return among


def goes_on(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Support asks or decides; who is asked answers; somebody is not content."""
    case_id, text = case_of(booking_id, 1), a_text(says(chance))
    party, chosen = somebody(town, booking_id, chance), chance.random()
    side = Side.GUEST if party.role == "G" else Side.HOST

    def plan(draft: Draft) -> None:
        if chosen < 0.2:
            processes.ask_for_answer(draft, SUPPORT, case_id, side, text)
        elif chosen < 0.4:
            processes.answer_case(draft, party, case_id, text)
        elif chosen < 0.9:
            processes.resolve_case(draft, SUPPORT, case_id, "settled", text)
        else:
            processes.reopen_case(draft, party, case_id, text)

    town.decide(plan, booking_id)
