"""Feeds: hosts name the calendars of their units elsewhere, and take them back."""

from typing import Annotated, Self

import fastapi
from fastapi import APIRouter
from pydantic import Field

from api.asking import Asking
from api.commands import COMMANDS, Commanding, answered
from api.faults import NoSuchPosition, StaleRead
from api.problems import described
from api.shapes import NoWords, Query, Uuid, Worded
from api.speaking import host_of_unit, keep
from ledger import errors, processes
from ledger.aggregates.calendar_feed import RegisterFeed, RemoveFeed
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.gateways.fetching import LONGEST_ADDRESS
from ledger.values.ids import FeedId, HostId, UnitId, derived_id
from projections import feeds
from projections.feeds import FEEDS, HostsFeeds
from projections.projection import Answer

router = APIRouter(tags=["calendars"])


class Naming(Worded):
    """Where a calendar is published; `webcal` is another word for `https`. Whoever knows the
    address can read it: it is never shown.
    """

    address: Annotated[str, Field(max_length=LONGEST_ADDRESS, pattern=r"^(https|webcal)://[!-~]+$")]

    def spoken(self) -> str:
        """The address."""
        return self.address

    def silent(self) -> Self:
        """Nothing."""
        return self.model_copy(update={"address": ""})


class FeedStands(Answer):
    """A feed as a command left it: `reading`, `failing` or `removed`."""

    feed_id: str
    unit_id: str
    status: str


@router.post(
    "/units/{unit_id}/feeds",
    status_code=201,
    responses=described(*COMMANDS, errors.UnfitText),
)
async def register_feed(unit_id: Uuid, said: Naming, command: Commanding) -> FeedStands:
    """Read the calendar at an address every hour, and block the nights that it says are sold."""
    unit, feed = UnitId(unit_id), FeedId(derived_id(command.id, "feed"))
    host = await host_of_unit(command, unit)
    address, heard = await keep(command, host, said)

    def plan(draft: Draft) -> None:
        of = HostId(host.id)
        registered = RegisterFeed(feed_id=feed, unit_id=unit, host_id=of, address=address)
        processes.register_feed(draft, host, registered)
        _answer(draft, feed)

    return await command.execute(feed, heard, plan, FeedStands)


@router.post("/feeds/{feed_id}/removal", status_code=201, responses=described(*COMMANDS))
async def remove_feed(feed_id: Uuid, command: Commanding) -> FeedStands:
    """Read a calendar no more; the nights that it blocked are free again soon after."""
    feed = FeedId(feed_id)

    def plan(draft: Draft) -> None:
        host = Actor(Role.HOST.value, processes.feed_in(draft, feed).host_id)
        draft.do(host, RemoveFeed(feed_id=feed))
        _answer(draft, feed)

    return await command.execute(feed, NoWords(), plan, FeedStands)


@router.get("/hosts/{host_id}/feeds", responses=described(NoSuchPosition, StaleRead))
async def feeds_of(
    host_id: Uuid, query: Annotated[Query, fastapi.Query()], ask: Asking
) -> HostsFeeds:
    """The calendars that are read for a host's units, and what is sold there as well as here."""
    return await ask(query, FEEDS, feeds.feeds_of, HostId(host_id))


def _answer(draft: Draft, feed_id: FeedId) -> None:
    feed = processes.feed_in(draft, feed_id)
    answered(
        draft,
        FeedStands(position=0, feed_id=feed_id, unit_id=feed.unit_id, status=feed.status),
    )
