"""Breaches about what people say: reviews read too early, and money that no case kept back."""

import psycopg
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.review import review_of
from ledger.aggregates.support_case import case_of
from ledger.draft import Draft
from ledger.events.review import StayReviewed
from ledger.values.cases import CaseKind
from ledger.values.clearance import Hold
from tests.conftest import Database
from tests.facts import GUEST, HOST, INES, RUI, SUPPORT, case_resolved, held, of_stay
from tests.replay.breaches.planted import breaks
from tests.replay.breaches.tampering import Shape, events_of, rewrite
from tests.replay.small_history import AHEAD, CANCELLED, STAYED, History


@breaks("B8")
def publish_other_stars(history: History, database: Database) -> None:
    """A guest gave five stars, and one was published."""

    def change(shape: Shape) -> None:
        shape["of_stay"]["rating"]["overall"] = 1

    rewrite(database, "review.published", STAYED, change)


@breaks("B3", "B8")
def review_what_never_was(history: History, database: Database) -> None:
    """A guest reviewed a stay that was called off in time."""
    said = replace(of_stay(), text=history.says(INES, "We were never there."))
    history.plant(CANCELLED, (review_of(CANCELLED), StayReviewed(review=said)), by=GUEST)


@breaks("B3", "B8")
def publish_twice(history: History, database: Database) -> None:
    """The reviews of a stay were published again."""
    published = next(
        event
        for event in events_of(history, review_of(STAYED))
        if event.topic == "review.published"
    )
    history.plant(STAYED, (review_of(STAYED), published), by=GUEST)


@breaks("B9")
def hold_for_no_case(history: History, database: Database) -> None:
    """A payout was kept back for a case that nobody had opened."""
    payout_id = processes.payout_of(AHEAD)
    history.plant(AHEAD, (payout_id, held(Hold.CASE_OPEN)))


@breaks("B9")
def forget_what_waits_for_a_case(history: History, database: Database) -> None:
    """A case was resolved, and the payout that waited for it waits on."""

    text = history.says(RUI, "The gas smells.")

    def opens(draft: Draft) -> None:
        processes.open_case(draft, HOST, AHEAD, CaseKind.SAFETY, text)

    history.do(AHEAD, opens)
    resolved = replace(case_resolved(), text=text)
    history.plant(AHEAD, (case_of(AHEAD, 1), resolved), by=SUPPORT)


@breaks("E9")
def put_words_into_a_mouth(history: History, database: Database) -> None:
    """What a guest had written was put otherwise in the vault, and another text was lost."""
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(
            "UPDATE ledger.texts SET words = 'All was well.' WHERE words = 'Is there a cot?'"
        )
        connection.execute("DELETE FROM ledger.texts WHERE words = 'There are two.'")
