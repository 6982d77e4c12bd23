"""Every command of the reviews of a stay."""

from ledger.aggregates.review import (
    AnswerReview,
    CloseReviews,
    HideReview,
    ReviewGuest,
    ReviewStay,
    ShowReview,
    VoidReviews,
)
from ledger.values.reviews import Side
from tests.facts import (
    BOOKING,
    GUEST,
    HOST,
    PROCESS,
    REVIEWS_CLOSE,
    SUPPORT,
    TIMER,
    WRITTEN_AT,
    a_text,
    guest_reviewed,
    her_stay,
    of_guest,
    of_stay,
    review_hidden,
    reviews_opened,
    reviews_published,
    stay_reviewed,
    to_open_reviews,
)
from tests.ledger.every_command.happened import Happened

HERS = ReviewStay(booking_id=BOOKING, review=of_stay())
HIS = ReviewGuest(booking_id=BOOKING, review=of_guest())
OPENED = (reviews_opened(),)
PUBLISHED = (reviews_opened(), stay_reviewed(), reviews_published())
HIDE = HideReview(booking_id=BOOKING, by=Side.GUEST, reason="personal_data", reviewer="support")
SHOW = ShowReview(booking_id=BOOKING, by=Side.GUEST, reason="hidden_by_mistake", reviewer="support")

COMMANDS = (
    Happened(to_open_reviews(), PROCESS),
    Happened(VoidReviews(of=her_stay("cancelled_by_host"), reason="before_check_in"), PROCESS),
    Happened(HERS, GUEST, OPENED, WRITTEN_AT),
    Happened(HERS, GUEST, (*OPENED, stay_reviewed(overall=1)), WRITTEN_AT),
    Happened(HERS, GUEST, (*OPENED, guest_reviewed()), WRITTEN_AT),
    Happened(HIS, HOST, OPENED, WRITTEN_AT),
    Happened(HIS, HOST, (*OPENED, guest_reviewed(overall=1)), WRITTEN_AT),
    Happened(HIS, HOST, (*OPENED, stay_reviewed()), WRITTEN_AT),
    Happened(CloseReviews(booking_id=BOOKING), TIMER, OPENED, REVIEWS_CLOSE),
    Happened(CloseReviews(booking_id=BOOKING), TIMER, (*OPENED, stay_reviewed()), REVIEWS_CLOSE),
    Happened(
        AnswerReview(booking_id=BOOKING, by=Side.GUEST, text=a_text()),
        HOST,
        PUBLISHED,
        WRITTEN_AT,
    ),
    Happened(HIDE, SUPPORT, PUBLISHED),
    Happened(SHOW, SUPPORT, (*PUBLISHED, review_hidden())),
)
