"""Reviews: opened by how a stay ended, written blind by both sides, and published at once."""

from ledger.aggregates.booking import Booking, PlatformReason
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.review import (
    REVIEW,
    AnswerReview,
    CloseReviews,
    HideReview,
    OpenReviews,
    Review,
    ReviewGuest,
    ReviewStay,
    ShowReview,
    VoidReviews,
    review_of,
)
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Actor
from ledger.processes.earnings import payments_of
from ledger.processes.found import booking_in
from ledger.processes.names import PROCESS, TIMER
from ledger.values.clock import Instant
from ledger.values.ids import BookingId
from ledger.values.reviews import EndedStay, GuestReview, Side, StayReview
from ledger.values.stay import local_date
from ledger.values.texts import Written

STAYED = (Stands.COMPLETED, Stands.CURTAILED)
CALLED_OFF = (
    Stands.CANCELLED_BY_GUEST,
    Stands.CANCELLED_BY_HOST,
    Stands.CANCELLED_BY_PLATFORM,
)
PAID = (Paying.COMPLETED, Paying.PARTIALLY_REFUNDED, Paying.REFUNDED)


def open_reviews(draft: Draft, booking_id: BookingId, ended_at: Instant) -> None:
    """A stay has ended: let both sides review it, or record that there is nothing to review.

    Raises TransitionNotAllowed where it goes on, or was judged before; NotFound.
    """
    booking = booking_in(draft, booking_id)
    if booking.status not in STAYED + CALLED_OFF:
        REVIEW.lifecycle.refuse(OpenReviews, None, booking=booking.status.value)
    of = EndedStay(
        booking_id=booking_id,
        property_id=booking.property_id,
        guest_id=booking.guest_id,
        host_id=booking.host_id,
        ended=booking.status.value,
    )
    nothing = _why_nothing(draft, booking, ended_at)
    if nothing:
        draft.do(PROCESS, VoidReviews(of=of, reason=nothing))
        return
    house, check_out = booking.house, booking.stay.check_out
    draft.do(PROCESS, OpenReviews(of=of, check_out=check_out, time_zone=house.time_zone))


def _why_nothing(draft: Draft, booking: Booking, ended_at: Instant) -> str | None:
    """Why there is nothing to review, by rule RV7; None where there is."""
    ended_on = local_date(ended_at, booking.house.time_zone)
    if booking.status in CALLED_OFF and ended_on < booking.stay.check_in:
        return "before_check_in"
    if booking.cancelled_for == PlatformReason.FRAUD:
        return "fraud"
    is_real = all(payment.status in PAID for payment in payments_of(draft, booking))
    return None if is_real else "not_paid"


def review_stay(draft: Draft, guest: Actor, booking_id: BookingId, review: StayReview) -> None:
    """Review the stay as its guest. Raises TooLate, RatingOutOfRange, NotFound."""
    draft.do(guest, ReviewStay(booking_id=booking_id, review=review))


def review_guest(draft: Draft, host: Actor, booking_id: BookingId, review: GuestReview) -> None:
    """Review the guest as the host. Raises TooLate, RatingOutOfRange, NotFound."""
    draft.do(host, ReviewGuest(booking_id=booking_id, review=review))


def close_reviews(draft: Draft, booking_id: BookingId) -> None:
    """The window has closed: what there is is published. Raises TooEarly, NotFound."""
    draft.do(TIMER, CloseReviews(booking_id=booking_id))


def answer_review(
    draft: Draft, reviewed: Actor, booking_id: BookingId, by: Side, text: Written
) -> None:
    """Answer the review that the other side wrote. Raises TooLate, NotFound."""
    draft.do(reviewed, AnswerReview(booking_id=booking_id, by=by, text=text))


def hide_review(draft: Draft, staff: Actor, booking_id: BookingId, by: Side, reason: str) -> None:
    """Let nobody read a review. Raises ReasonIsMissing, NotFound, TransitionNotAllowed."""
    hide = HideReview(booking_id=booking_id, by=by, reason=reason, reviewer=staff.id)
    draft.do(staff, hide)


def show_review(draft: Draft, staff: Actor, booking_id: BookingId, by: Side, reason: str) -> None:
    """Let everybody read it again. Raises ReasonIsMissing, NotFound, TransitionNotAllowed."""
    show = ShowReview(booking_id=booking_id, by=by, reason=reason, reviewer=staff.id)
    draft.do(staff, show)


def reviews_in(draft: Draft, booking_id: BookingId) -> Review:
    """The reviews of a stay as the draft leaves them so far. Raises NotFound before they open."""
    review = draft.state(REVIEW, review_of(booking_id))
    if review is None:
        raise NotFound(booking_id=booking_id, review="not_eligible")
    return review
