"""What happens by itself when time passes, by the name under which it is remembered."""

import heapq
from collections.abc import Callable

from sandbox.stripe.core import books, charging, disputes, payouts, refunds, requirements
from sandbox.stripe.core.world import World

TIMERS: dict[str, Callable[..., None]] = {
    "book": charging.book,
    "decide_dispute": disputes.decide_by_word,
    "dispute": disputes.dispute_by_card,
    "dispute_unanswered": disputes.unanswered,
    "expire_authorization": charging.expire_authorization,
    "fail_refund": refunds.fail_refund,
    "mature": books.mature,
    "payout_arrives": payouts.arrive,
    "payout_leaves": payouts.leave,
    "succeed_refund": refunds.succeed_refund,
    "sweep": payouts.sweep,
    "verify_account": requirements.verify,
}


def advance(world: World, now: float) -> None:
    """Let time pass until `now`, and everything happen that falls due, each at its own moment.

    The clock never goes back: an earlier `now` changes nothing.
    """
    while world.timers and world.timers[0][0] <= now:
        due, _, name, arguments = heapq.heappop(world.timers)
        world.now = max(world.now, due)
        TIMERS[name](world, *arguments)
        refunds.settle_waiting(world)
    world.now = max(world.now, now)
