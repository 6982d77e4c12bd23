"""Moves about hosts' money: payouts held, sent and taken back, and who may be paid at all."""

from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any

from ledger import processes
from ledger.aggregates.payout import PAYOUT, HoldPayout, LiftPayoutHold
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.provider import ReinstateProvider
from ledger.values.clearance import Hold
from ledger.values.ids import BookingId
from ledger.values.money import Money
from tests.facts import FINANCE, OPERATOR
from tests.machine.among import Among
from tests.machine.places import Place
from tests.machine.town import Town
from tests.sandbox.stripe.shells import HOST as SOMEBODY


def payable(*statuses: Payable) -> Among:
    """Bookings whose payout stands somewhere."""

    def among(town: Town, _chance: Random) -> Iterable[BookingId]:
        for booking_id in town.recent:
            payout = town.state(PAYOUT, processes.payout_of(booking_id))
            if payout is not None and payout.status in statuses:
                yield booking_id

    return among


def holds(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """Finance keeps a payout back."""
    payout_id = processes.payout_of(booking_id)
    town.do(FINANCE, HoldPayout(payout_id=payout_id, reason=Hold.MANUAL), booking_id)


def lifts(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """Finance lets a payout go."""
    payout_id = processes.payout_of(booking_id)
    lift = LiftPayoutHold(
        payout_id=payout_id, reason=Hold.MANUAL, still_stands=False, reviewer=FINANCE.id
    )
    town.do(FINANCE, lift, booking_id)


def sends_again(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """Finance has a transfer made that failed."""
    payout_id = processes.payout_of(booking_id)
    town.decide(
        partial(processes.release, booking_id=booking_id, payout_id=payout_id, by=FINANCE),
        booking_id,
    )


def takes_back(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Finance orders a part of a transfer back."""
    payout_id = processes.payout_of(booking_id)
    payout = town.state(PAYOUT, payout_id)
    assert payout is not None, "it was transferred"
    part = Money(payout.sent.minor // chance.choice((1, 2, 7)), payout.sent.currency)
    order = partial(
        processes.order_reversal, staff=FINANCE, payout_id=payout_id, amount=part, cause="a debt"
    )
    town.decide(order, booking_id)


def restricts(town: Town, place: Place, chance: Random) -> None:
    """The processor wants to know more of a host, or is content again."""
    account = town.account_of(place.host_id)
    if chance.random() < 0.5:
        town.behind(f"accounts/{account}")
    else:
        told = {"disabled_reason": "requirements.past_due", "fields": ["individual.id_number"]}
        town.behind(f"accounts/{account}", **told)


def names_another_bank(town: Town, place: Place, _chance: Random) -> None:
    """A host is paid to another bank account from now on; no notice of it ever comes."""
    bank: Any = SOMEBODY["external_account"]
    town.browser.v1.accounts.update(town.account_of(place.host_id), {"external_account": bank})


def reinstates(town: Town, place: Place, _chance: Random) -> None:
    """An operator lets a host on who was suspended for what is settled by now."""
    reinstate = ReinstateProvider(
        host_id=place.host_id,
        cleared_by="the processor has all it asked for",
        operator=OPERATOR.id,
        second_person=FINANCE.id,
    )
    town.do(OPERATOR, reinstate, place.host_id)
