"""Moves of the staff about refunds: asked for off the policy, approved by another, sent again."""

from collections.abc import Callable, Iterable
from functools import partial
from random import Random

from ledger import processes
from ledger.aggregates.refund import REFUND
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.events.refund import Funding
from ledger.values.allowance import paid_lines
from ledger.values.ids import BookingId, RefundId
from ledger.values.policy import LineBack
from tests.facts import DINIS, SUPPORT
from tests.machine.town import Town

Among = Callable[[Town, Random], Iterable[RefundId]]


def refunds(*statuses: Refunding) -> Among:
    """Refunds that stand somewhere."""
    return lambda town, _: town.refunds(*statuses)[-12:]


def wanted(town: Town, booking_id: BookingId, chance: Random) -> processes.AskedRefund:
    """A part of some lines of a price, or a gift of the platform's."""
    price = town.booking_of(booking_id).price
    part = chance.choice((1, 2, 3, 10))
    step = 10 if price.total.currency == "KWD" else 1
    lines = [line for line in paid_lines(price) if line.minor > 0]
    some = chance.sample(lines, chance.randint(1, len(lines)))
    if chance.random() < 0.3:
        lines_back = (LineBack("goodwill", "", 500 * step),)
        return processes.AskedRefund(
            booking_id=booking_id,
            lines=lines_back,
            funded_by=Funding.PLATFORM,
            reason="goodwill",
        )
    back = (LineBack(one.code, one.of, one.minor // part // step * step) for one in some)
    return processes.AskedRefund(
        booking_id=booking_id,
        lines=tuple(one for one in back if one.minor),
        funded_by=Funding.BOOKING,
        reason="complaint",
    )


def asks_refund(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Support asks that some money goes back, as it is shown."""
    asked = wanted(town, booking_id, chance)

    def plan(draft: Draft) -> None:
        shown = processes.shown_refund(draft, asked)
        processes.ask_refund(draft, SUPPORT, asked, shown.digest)

    town.decide(plan, booking_id)


def approves(town: Town, refund_id: RefundId, _chance: Random) -> None:
    """Finance approves what somebody asked for."""
    town.approve(refund_id)


def turns_down(town: Town, refund_id: RefundId, chance: Random) -> None:
    """Finance rejects a refund, or takes one back that nobody has sent."""
    refund = town.state(REFUND, refund_id)
    assert refund is not None, "it was asked for"
    way = chance.choice((processes.reject_refund, processes.cancel_refund))
    plan = partial(way, staff=DINIS, refund_id=refund_id, reason="not_justified")
    town.decide(plan, refund.booking_id)


def sends_again(town: Town, refund_id: RefundId, _chance: Random) -> None:
    """Finance sends a refund that failed once more."""
    town.send_again(refund_id)


def pays_by_bank(town: Town, refund_id: RefundId, _chance: Random) -> None:
    """Our bank pays a refund that failed."""
    town.pay_by_bank(refund_id)
