"""What the timeline tells of what people say: messages, reviews, cases."""

from ledger.events.conversation import ConversationLocked, ConversationOpened, MessageWritten
from ledger.events.review import (
    GuestReviewed,
    GuestReviewEdited,
    ReviewAnswered,
    ReviewHidden,
    ReviewsExpired,
    ReviewShown,
    ReviewsOpened,
    ReviewsPublished,
    ReviewsVoided,
    StayReviewed,
    StayReviewEdited,
)
from ledger.events.support_case import (
    CaseAnswerAsked,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    CaseResolved,
)
from projections.timeline.telling import Facts, Telling, Told, its_reason

Spoken = MessageWritten | CaseOpened | CaseAnswered | CaseReopened
"""What somebody said in words of their own."""


def of_words(event: Spoken) -> Facts:
    """Who spoke, and the id of what they said: the words are in the vault."""
    return Facts(detail=_by(event))


def _by(event: Spoken) -> str:
    return f"{event.speaker.value} ({event.text.text_id})"


def of_reviews(event: ReviewsPublished) -> Facts:
    """Who wrote one. What they wrote stands where reviews are read, and may be hidden there."""
    wrote = {"guest": event.of_stay, "host": event.of_guest}
    return Facts(detail=" and ".join(side for side, review in wrote.items() if review))


TALK: Telling = {
    ConversationLocked: Told("Conversation locked: {detail}", its_reason),
    ConversationOpened: Told("Conversation opened"),
    MessageWritten: Told("Message written by the {detail}", of_words),
    ReviewAnswered: Told(
        "Review answered by the {detail}", lambda event: Facts(detail=event.by.other.value)
    ),
    ReviewHidden: Told(
        "Review hidden: {detail}",
        lambda event: Facts(detail=f"by the {event.by.value}, {event.reason}"),
    ),
    ReviewShown: Told(
        "Hidden review shown again: {detail}",
        lambda event: Facts(detail=f"by the {event.by.value}, {event.reason}"),
    ),
    ReviewsExpired: Told("Nobody wrote a review in time"),
    ReviewsOpened: Told(
        "Guest and host may review each other until {due_at}",
        lambda event: Facts(due_at=event.closes_at),
    ),
    ReviewsPublished: Told("Reviews published, of the {detail}", of_reviews),
    ReviewsVoided: Told(
        "Nothing to review: {detail}", lambda event: Facts(detail=event.reason.replace("_", " "))
    ),
    GuestReviewed: Told("Host wrote a review, to be read once it is published"),
    GuestReviewEdited: Told("Host put their review otherwise"),
    StayReviewed: Told("Guest wrote a review, to be read once it is published"),
    StayReviewEdited: Told("Guest put their review otherwise"),
    CaseAnswerAsked: Told(
        "Answer asked of the {detail}",
        lambda event: Facts(detail=f"{event.of.value} ({event.text.text_id})"),
    ),
    CaseAnswered: Told("Case answered by the {detail}", of_words),
    CaseOpened: Told(
        "Case opened about {detail}",
        lambda event: Facts(detail=f"{event.kind.value}, by the {_by(event)}"),
    ),
    CaseReopened: Told("Case opened again by the {detail}", of_words),
    CaseResolved: Told(
        "Case resolved: {detail}",
        lambda event: Facts(detail=f"{event.outcome} ({event.text.text_id})"),
    ),
}
