"""Feeds: how a host's calendars elsewhere stand, and what is sold twice."""

import pytest

from ledger.events import Event
from projections.desk import DESK, OpenMatter, desk
from projections.feeds import FEEDS, FeedNow, feeds_of
from projections.matters import Matter
from tests.facts import (
    BOOKING,
    FEED,
    ITEM,
    RUI,
    UNIT,
    a_calendar,
    a_failed_feed,
    a_feed,
    a_feed_conflict,
    a_recovered_feed,
    a_removed_external_block,
    a_removed_feed,
    an_ended_feed_conflict,
    an_external_block,
)
from tests.projections.story import Story


def seen_by_the_host(story: Story) -> list[FeedNow]:
    with story.projected(FEEDS) as db:
        return list(feeds_of(db, RUI).feeds)


def test_a_host_sees_whether_a_calendar_can_be_read(story: Story) -> None:
    story.tells(a_feed())
    (feed,) = seen_by_the_host(story)
    assert (feed.feed_id, feed.unit_id, feed.status) == (FEED, UNIT, "reading")

    story.tells(a_failed_feed())
    (feed,) = seen_by_the_host(story)
    assert (feed.status, feed.reason) == ("failing", "FEED_UNREADABLE")

    story.tells(a_recovered_feed())
    assert [one.status for one in seen_by_the_host(story)] == ["reading"]

    story.tells(a_removed_feed())
    assert seen_by_the_host(story) == []


ENDINGS = [an_ended_feed_conflict(), an_external_block(), a_removed_external_block()]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda event: type(event).__name__)
def test_case_n8_what_is_sold_twice_is_seen_by_host_and_staff_until_it_ends(
    story: Story, ending: Event
) -> None:
    story.tells(a_feed(), a_calendar())
    story.tells(a_feed_conflict(), case=ITEM)

    (feed,) = seen_by_the_host(story)
    assert [one.block_id for one in feed.conflicts] == [ITEM]
    (matter,) = matters(story)
    assert (matter.matter, matter.stream_id, matter.detail) == (Matter.SOLD_TWICE, UNIT, BOOKING)

    story.tells(ending, case=ITEM)
    (feed,) = seen_by_the_host(story)
    assert not feed.conflicts
    assert not matters(story)


def matters(story: Story) -> list[OpenMatter]:
    with story.projected(DESK) as db:
        return list(desk(db, 10).matters)
