"""What guests and hosts of the small history say of each other."""

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.review import REVIEW, review_of
from ledger.aggregates.support_case import case_of
from ledger.draft import Draft, Plan
from ledger.values.cases import CaseKind
from ledger.values.clock import Instant, instant
from ledger.values.ids import BookingId
from ledger.values.reviews import Side
from ledger.values.texts import Written
from tests.facts import GUEST, HOST, INES, RUI, SUPPORT, of_guest, of_stay

CALLED_OFF_AT = instant("2025-06-10T09:00:00Z")

if TYPE_CHECKING:
    from tests.replay.small_history import History


def review_each_other(history: "History", booking_id: BookingId) -> None:
    """Both write, she twice; he answers hers, which support hides for a while."""
    open_reviews(history, booking_id)
    _she_writes(history, booking_id, overall=2)
    _she_writes(history, booking_id, overall=5)
    _he_writes(history, booking_id, overall=4)
    thanks = history.says(RUI, "Thank you, Inês.")
    history.do(booking_id, partial(_about_hers, booking_id=booking_id, thanks=thanks))


def review_alone(history: "History", booking_id: BookingId) -> None:
    """He writes, twice; she does not."""
    open_reviews(history, booking_id)
    for overall in (5, 4):
        _he_writes(history, booking_id, overall)


def open_reviews(
    history: "History", booking_id: BookingId, ended_at: Instant | None = None
) -> None:
    """A stay ends, now if nothing else is said."""
    at = ended_at or history.clock.now
    opened = partial(processes.open_reviews, booking_id=booking_id, ended_at=at)
    history.do(booking_id, opened)


def end_reviews(
    history: "History", *, written: BookingId, silent: BookingId, called_off: BookingId
) -> None:
    """The time to write is over: of what one wrote, and of what nobody did; and nobody may.

    It is told ahead of its time: the rest of the history goes on where it was.
    """
    now = history.clock.now
    open_reviews(history, called_off, CALLED_OFF_AT)
    open_reviews(history, silent)
    for booking_id in (written, silent):
        review = history.ledger.state(REVIEW, review_of(booking_id))
        assert review is not None, "it was opened"
        close = partial(processes.close_reviews, booking_id=booking_id)
        history.do(booking_id, close, at=review.closes_at)
    history.clock.now = now


def talk_in_every_way(history: "History", booking_id: BookingId) -> None:
    """A question and an answer, until it gets out of hand; a case that is not settled at first."""
    her, him = (partial(processes.write_message, writer=writer) for writer in (GUEST, HOST))
    asks, asks_again = history.says(INES, "Is there a cot?"), history.says(INES, "Really?")
    answers = history.says(RUI, "There are two.")
    lock = partial(processes.lock_conversation, staff=SUPPORT, reason="abusive")
    case_id = case_of(booking_id, 1)
    steps: tuple[Plan, ...] = (
        partial(her, booking_id=booking_id, text=asks),
        partial(him, booking_id=booking_id, text=answers),
        partial(lock, booking_id=booking_id),
        lambda draft: _open_case(draft, booking_id, asks_again),
        lambda draft: processes.ask_for_answer(draft, SUPPORT, case_id, Side.HOST, asks),
        lambda draft: processes.answer_case(draft, HOST, case_id, answers),
        lambda draft: processes.resolve_case(draft, SUPPORT, case_id, "settled", answers),
        lambda draft: processes.reopen_case(draft, HOST, case_id, asks_again),
    )
    for step in steps:
        history.do(booking_id, step)


def _open_case(draft: Draft, booking_id: BookingId, text: Written) -> None:
    processes.open_case(draft, HOST, booking_id, CaseKind.PAYOUT_DISPUTE, text)


def _she_writes(history: "History", booking_id: BookingId, overall: int) -> None:
    review = replace(of_stay(overall), text=history.says(INES, f"I give it {overall}."))
    history.do(booking_id, lambda draft: processes.review_stay(draft, GUEST, booking_id, review))


def _he_writes(history: "History", booking_id: BookingId, overall: int) -> None:
    review = replace(of_guest(overall), text=history.says(RUI, f"I give her {overall}."))
    history.do(booking_id, lambda draft: processes.review_guest(draft, HOST, booking_id, review))


def _about_hers(draft: Draft, booking_id: BookingId, thanks: Written) -> None:
    hers = Side.GUEST
    processes.answer_review(draft, HOST, booking_id, hers, thanks)
    processes.hide_review(draft, SUPPORT, booking_id, hers, "personal_data")
    processes.show_review(draft, SUPPORT, booking_id, hers, "hidden_by_mistake")
