"""Each text that an event names is in the vault as it was written, or is known to be erased.

The event has the text's salted digest and length, so words that were put otherwise are found as
well as words that are gone. A breach means that the vault was lost in part, restored from another
day than the history, or tampered with. Compare it with the backup of that day, and call the
engineer on duty.
"""

from typing import Any, ClassVar

from ledger.events import Event, Recorded
from ledger.events.calendar_feed import FeedRegistered
from ledger.events.conversation import MessageWritten
from ledger.events.property import (
    PropertyApproved,
    PropertyDescribed,
    PropertyFactsStated,
    RevisionApproved,
    RevisionProposed,
)
from ledger.events.review import (
    GuestReviewed,
    GuestReviewEdited,
    ReviewAnswered,
    ReviewsPublished,
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
from ledger.events.verification import VerificationSubmitted
from ledger.values.texts import Written, digest_of
from replay.rules.rule import Connection, Extent, Handlers, Rule

AT_ONCE = 1_000
"""Texts that are looked up by one question."""

SAYS = (
    ReviewAnswered,
    MessageWritten,
    CaseOpened,
    CaseAnswerAsked,
    CaseAnswered,
    CaseResolved,
    CaseReopened,
)
"""Events that name a text of their own."""

STATED = (PropertyFactsStated, PropertyApproved, RevisionProposed, RevisionApproved)
"""Events that say where a property is: its address is a text."""

REVIEWS = (StayReviewed, StayReviewEdited, GuestReviewed, GuestReviewEdited)


class TextsAreKept(Rule):
    """Remembers texts until there are enough of them to be looked up together."""

    invariants: ClassVar = {
        "INV-E9": "Each text that an event names is in the vault as it was written, or erased."
    }
    needs_whole: ClassVar = True

    def __init__(self) -> None:
        super().__init__()
        self._named: dict[str, tuple[Written, Recorded[Event]]] = {}
        self._db: Connection | None = None

    def begin(self, db: Connection, extent: Extent) -> None:
        """Texts are looked up along the way: there may be very many."""
        del extent
        self._db = db

    def hears(self) -> Handlers:
        """Whatever somebody said, and where what they let is."""
        return {
            **dict.fromkeys(SAYS, self.say),
            **dict.fromkeys(REVIEWS, self.review),
            ReviewsPublished: self.publish,
            **dict.fromkeys(STATED, self.state),
            PropertyDescribed: self.describe,
            FeedRegistered: self.feed,
            VerificationSubmitted: self.submit,
        }

    def say(self, recorded: Recorded[Any]) -> None:
        """An event names a text."""
        self._name(recorded.event.text, recorded)

    def review(self, recorded: Recorded[Any]) -> None:
        """A review has a text."""
        self._name(recorded.event.review.text, recorded)

    def publish(self, recorded: Recorded[ReviewsPublished]) -> None:
        """The last one of two reviews is named here only."""
        for review in (recorded.event.of_stay, recorded.event.of_guest):
            if review is not None:
                self._name(review.text, recorded)

    def state(self, recorded: Recorded[Any]) -> None:
        """A property has an address, as soon as its host tells it."""
        self._name(recorded.event.facts.place.address, recorded)

    def describe(self, recorded: Recorded[PropertyDescribed]) -> None:
        """Guests read something of a property."""
        self._name(recorded.event.description.words, recorded)

    def feed(self, recorded: Recorded[FeedRegistered]) -> None:
        """A calendar elsewhere has an address that only we are told."""
        self._name(recorded.event.address, recorded)

    def submit(self, recorded: Recorded[VerificationSubmitted]) -> None:
        """Who asks to host tells their name and address in law."""
        self._name(recorded.event.record, recorded)

    def end(self, db: Connection, extent: Extent) -> None:
        """Look up the rest."""
        del db, extent
        self._look_up()

    def _name(self, text: Written | None, recorded: Recorded[Any]) -> None:
        if text is None:
            return
        self._named[text.text_id] = text, recorded
        if len(self._named) >= AT_ONCE:
            self._look_up()

    def _look_up(self) -> None:
        assert self._db is not None, "it was begun"
        rows = self._db.execute(
            "SELECT text_id::text, encode(digest, 'hex'), length, salt, words FROM ledger.texts "
            "WHERE text_id = ANY(%s::uuid[])",
            (list(self._named),),
        ).fetchall()
        kept = {text_id: rest for text_id, *rest in rows}
        for text_id, (text, recorded) in self._named.items():
            wrong = _wrong_with(text, kept.get(text_id))
            if wrong:
                self.breach("INV-E9", f"{text_id} {wrong}", recorded)
        self._named = {}


def _wrong_with(text: Written, kept: list[Any] | None) -> str | None:
    if kept is None:
        return "is not in the vault"
    digest, length, salt, words = kept
    if (digest, length) != (text.digest, text.length):
        return "is another text in the vault"
    if words is not None and digest_of(words, salt) != digest:
        return "was put otherwise in the vault"
    return None
