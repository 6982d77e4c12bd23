"""Reviews: nothing is there before it is published, and averages are of what is shown."""

from datetime import timedelta

import pytest

from api.answers.reviews import readable
from api.faults import InvalidRequest
from api.shapes import Page
from ledger.values.ids import GuestId, HostId, PropertyId
from ledger.values.reviews import Side
from projections import reviews, reviews_to_write
from projections.reviews import REVIEWS, PublishedReviews
from projections.reviews_to_write import ReviewToWrite
from tests.facts import (
    ANSWER_REVIEW_BY,
    BOOKING,
    INES,
    NOW,
    PROPERTY,
    REVIEWS_CLOSE,
    RUI,
    a_text,
    an_id,
    guest_reviewed,
    of_guest,
    of_stay,
    review_answered,
    review_hidden,
    review_shown,
    reviews_expired,
    reviews_opened,
    reviews_published,
    reviews_voided,
    stay_reviewed,
)
from tests.projections.story import Story

ANOTHER = an_id("reviews of another stay")


def of_the_house(story: Story) -> PublishedReviews:
    with story.projected(REVIEWS) as db:
        found = reviews.reviews_of_property(db, PropertyId(PROPERTY), 10)
        assert reviews.reviews_of_host(db, HostId(RUI), 10) == found, "he has one house"
        return found


def of_ines(story: Story) -> PublishedReviews:
    with story.projected(REVIEWS) as db:
        return reviews.reviews_of_guest(db, GuestId(INES), 10)


def to_write(story: Story) -> tuple[list[ReviewToWrite], list[ReviewToWrite]]:
    with story.projected(REVIEWS) as db:
        hers = reviews_to_write.to_write_as_guest(db, GuestId(INES))
        his = reviews_to_write.to_write_as_host(db, HostId(RUI))
        return list(hers.stays), list(his.stays)


def test_nobody_sees_a_review_before_it_is_published(story: Story) -> None:
    story.tells(reviews_opened(), stay_reviewed(overall=1), guest_reviewed(overall=1))

    for found in (of_the_house(story), of_ines(story)):
        assert (found.reviews_count, found.stars_hundredths, list(found.reviews)) == (0, {}, [])


def test_both_are_shown_at_once_each_where_it_belongs(story: Story) -> None:
    story.tells(reviews_opened(), stay_reviewed(), reviews_published(), at=NOW)

    (hers,), (his,) = of_the_house(story).reviews, of_ines(story).reviews
    assert (hers.by, hers.text_id, hers.stars["check_in"]) == ("guest", of_stay().text.text_id, 3)
    assert (his.by, his.text_id) == ("host", of_guest().text.text_id)
    assert his.stars == {"overall": 4, "cleanliness": 5, "communication": 5, "house_rules": 3}
    assert (hers.published_at, hers.answer_by) == (NOW, ANSWER_REVIEW_BY)


def test_averages_are_of_what_is_shown_in_hundredths_of_a_star(story: Story) -> None:
    story.tells(reviews_opened(), reviews_published())
    for name in ("another stay", "a third stay"):
        good = reviews_published(of_stay=of_stay(overall=4), of_guest=None)
        story.tells(reviews_opened(), good, stream=an_id(name))
    assert of_the_house(story).stars_hundredths["overall"] == 433
    assert of_the_house(story).reviews_count == 3

    story.tells(review_hidden())
    assert of_the_house(story).stars_hundredths["overall"] == 400
    assert len(of_the_house(story).reviews) == 2

    story.tells(review_shown())
    assert of_the_house(story).stars_hundredths["overall"] == 433


def test_an_answer_stands_with_the_review_that_it_answers(story: Story) -> None:
    story.tells(reviews_opened(), reviews_published(), review_answered(Side.GUEST))

    (hers,), (his,) = of_the_house(story).reviews, of_ines(story).reviews
    assert hers.answer_text_id == a_text("Thank you, Inês.").text_id
    assert his.answer_text_id is None


def test_a_stay_that_its_host_called_off_is_a_fact_on_the_listing(story: Story) -> None:
    story.tells(reviews_voided("cancelled_by_host"))
    story.tells(reviews_voided("cancelled_by_guest"), stream=ANOTHER)

    assert of_the_house(story).host_cancellations_count == 1
    assert of_ines(story).host_cancellations_count == 0


def test_each_side_is_told_what_it_may_write_until_when(story: Story) -> None:
    story.tells(reviews_opened())
    stay = ReviewToWrite(
        booking_id=BOOKING, property_id=PROPERTY, closes_at=REVIEWS_CLOSE, written=False
    )
    assert to_write(story) == ([stay], [stay])

    story.tells(stay_reviewed())
    assert to_write(story) == ([stay.model_copy(update={"written": True})], [stay])

    story.tells(reviews_published())
    assert to_write(story) == ([], [])


def test_when_the_time_is_over_nothing_is_left_to_write(story: Story) -> None:
    story.tells(reviews_opened(), reviews_expired(), at=NOW + timedelta(days=60))

    assert to_write(story) == ([], [])
    assert of_the_house(story).reviews_count == 0


def test_reviews_are_read_page_by_page_the_latest_first_also_those_of_one_moment(
    story: Story,
) -> None:
    for days, name in enumerate(("the first", "another", "one more", "the last")):
        at = NOW + timedelta(days=days // 2)
        of = an_id(name)
        story.tells(reviews_opened(), reviews_published(of_guest=None), stream=of, at=at)
    every = [one.review_id for one in of_the_house(story).reviews]

    with story.projected(REVIEWS) as db:
        read, query = readable(reviews.reviews_of_property), Page(limit=3)
        first = read(db, PropertyId(PROPERTY), query)
        query = Page(limit=3, cursor=first.cursor)
        rest = read(db, PropertyId(PROPERTY), query)
        with pytest.raises(InvalidRequest, match="another question"):
            readable(reviews.reviews_of_host)(db, HostId(RUI), query)

    assert [one.review_id for one in (*first.reviews, *rest.reviews)] == every
    assert (len(first.reviews), rest.cursor, rest.reviews_count) == (3, None, 4)
