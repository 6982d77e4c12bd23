"""Reviews are published once, as they were written, and not before both are in or the time is over.

A breach means that somebody read, or could read, what the other side had written before they wrote
themselves, or that a review says what its author did not. Hide it, and call the engineer on duty.
"""

from typing import ClassVar

from msgspec import Struct

from ledger.events import Recorded
from ledger.events.review import (
    GuestReviewed,
    GuestReviewEdited,
    ReviewsExpired,
    ReviewsOpened,
    ReviewsPublished,
    ReviewsVoided,
    StayReviewed,
    StayReviewEdited,
)
from ledger.values.clock import Instant
from ledger.values.reviews import GuestReview, StayReview
from replay.rules.rule import Handlers, Rule

Written = StayReview | GuestReview | None


class Waiting(Struct):
    """What guest and host have written by now, and until when they may."""

    closes_at: Instant
    of_stay: Written = None
    of_guest: Written = None


class ReviewsAreBlind(Rule):
    """Remembers what was written of the stays whose reviews are not published."""

    invariants: ClassVar = {
        "INV-B8": "Reviews are published once, as written, when both are in or the time is over."
    }

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, Waiting] = {}

    def hears(self) -> Handlers:
        """Everything until they are published."""
        return {
            ReviewsOpened: self.open,
            StayReviewed: self.write,
            StayReviewEdited: self.write,
            GuestReviewed: self.write,
            GuestReviewEdited: self.write,
            ReviewsPublished: self.publish,
            ReviewsExpired: self.expire,
            ReviewsVoided: self.void,
        }

    def open(self, recorded: Recorded[ReviewsOpened]) -> None:
        """Both may write from now on."""
        self._waiting[recorded.stream_id] = Waiting(recorded.event.closes_at)

    def write(
        self,
        recorded: Recorded[StayReviewed | StayReviewEdited | GuestReviewed | GuestReviewEdited],
    ) -> None:
        """One side says something, in its time."""
        waiting, review = self._waiting.get(recorded.stream_id), recorded.event.review
        if waiting is None:
            self.breach("INV-B8", "written where nothing waits for it", recorded)
            return
        if recorded.occurred_at >= waiting.closes_at:
            self.breach("INV-B8", f"written after {waiting.closes_at:%c}", recorded)
        if isinstance(review, StayReview):
            waiting.of_stay = review
        else:
            waiting.of_guest = review

    def publish(self, recorded: Recorded[ReviewsPublished]) -> None:
        """What is shown is what was written; of one side it may be written at this moment."""
        waiting, event = self._waiting.pop(recorded.stream_id, None), recorded.event
        if waiting is None:
            self.breach("INV-B8", "published where nothing waits for it", recorded)
            return
        sides = ((waiting.of_stay, event.of_stay), (waiting.of_guest, event.of_guest))
        if any(before is not None and before != shown for before, shown in sides):
            self.breach("INV-B8", "what is published is not what was written", recorded)
        both = event.of_stay is not None and event.of_guest is not None
        if waiting.of_stay is None and waiting.of_guest is None:
            self.breach("INV-B8", "published, and the first was not there before", recorded)
        if not both and recorded.occurred_at < waiting.closes_at:
            self.breach("INV-B8", "published before the other side had written", recorded)

    def expire(self, recorded: Recorded[ReviewsExpired]) -> None:
        """Nobody has written anything."""
        waiting = self._waiting.pop(recorded.stream_id, None)
        if waiting is not None and (waiting.of_stay or waiting.of_guest):
            self.breach("INV-B8", "what was written is never published", recorded)

    def void(self, recorded: Recorded[ReviewsVoided]) -> None:
        """There is nothing to write about."""
        if self._waiting.pop(recorded.stream_id, None) is not None:
            self.breach("INV-B8", "voided where somebody may have written", recorded)
