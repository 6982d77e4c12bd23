"""Moves about nights: out of sale by a host or a feed, and on sale again."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from ledger import processes
from ledger.aggregates.unit_calendar import (
    BlockNights,
    FeedItemGone,
    ImportFeedItem,
    UnblockNights,
    block_of,
)
from ledger.events import Actor
from ledger.values.ids import BlockId, FeedId
from ledger.values.stay import Stay, local_date, stay
from tests.facts import an_id
from tests.machine.places import PLACES, Place
from tests.machine.town import Town

DAY = timedelta(days=1)


def blocked(town: Town, _chance: Random) -> Sequence[Any]:
    """What was blocked."""
    return town.blocks


def blocks(town: Town, place: Place, chance: Random) -> None:
    """The host takes nights out of sale, or a feed says that they are sold elsewhere."""
    unit_id, nights = chance.choice(place.unit_ids), some_nights(town, place, chance)
    name = f"block {len(town.store.history)}"
    if chance.random() < 0.5:
        block_id = BlockId(an_id(name))
        command = BlockNights(unit_id=unit_id, block_id=block_id, stay=nights)
        town.do(Actor("H", place.host_id), command, block_id)
        town.blocks.append(UnblockNights(unit_id=unit_id, block_id=block_id))
        return
    feed_id = FeedId(an_id(f"feed of {place.name}"))
    item = ImportFeedItem(unit_id=unit_id, feed_id=feed_id, uid=name, stay=nights, revision="1")
    town.do(processes.PROCESS, item, block_of(feed_id, name))
    gone = FeedItemGone(
        unit_id=unit_id, feed_id=feed_id, block_id=block_of(feed_id, name), good_fetches=3
    )
    town.blocks.append(gone)


def unblocks(town: Town, command: Any, _chance: Random) -> None:
    """Blocked nights come back on sale."""
    town.blocks.remove(command)
    if isinstance(command, UnblockNights):
        host_id = next(place.host_id for place in PLACES if command.unit_id in place.unit_ids)
        town.do(Actor("H", host_id), command, command.block_id)
    else:
        town.do(processes.PROCESS, command, command.block_id)


def some_nights(town: Town, place: Place, chance: Random) -> Stay:
    """Nights of the next weeks."""
    today = local_date(town.clock.now, place.house.time_zone)
    begin = today + chance.randint(0, 40) * DAY
    return stay(begin, begin + chance.randint(1, 5) * DAY)
