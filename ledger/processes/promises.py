"""Promises: what a booking will bring its host, by as many payouts as it takes.

Most bookings have one payout. What a host was paid already stays paid; the rest is promised anew
whenever a booking changes, by payouts that have not gone out, or by further ones.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, zip_longest

from ledger.aggregates.booking import Booking
from ledger.aggregates.payout import OPEN, Payout, RecalculatePayout, SchedulePayout
from ledger.aggregates.payout import Status as Payable
from ledger.draft import Draft
from ledger.processes.earnings import keeps, owed_back, payouts_of, taken_from_host
from ledger.processes.found import booking_in
from ledger.processes.names import (
    PROCESS,
    payout_of,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId
from ledger.values.money import Money, total, zero

Promise = tuple[Money, Instant]
"""An amount, and when it may go out."""

NOT_GONE = OPEN | {Payable.FAILED}
"""Where a payout can still be worked out anew."""


def promise_at_first(draft: Draft, booking_id: BookingId) -> None:
    """Promise the host what a booking brings that is confirmed just now: the first promise."""
    booking = booking_in(draft, booking_id)
    nothing = zero(booking.price.currency)
    promises = list(_to_come(booking, booking.keeps.host, nothing, draft.now))
    _schedule(draft, booking, booking_id, promises, payouts_count=0)


def promise(draft: Draft, booking_id: BookingId) -> None:
    """Promise the host what the booking brings and they have not had, and nothing else."""
    booking = booking_in(draft, booking_id)
    payouts = list(payouts_of(draft, booking_id))
    gone = total([_gone(payout) for _, payout in payouts], booking.price.currency)
    gone += taken_from_host(draft, booking) - owed_back(draft, booking_id, booking)
    still = [payout_id for payout_id, payout in payouts if payout.status in NOT_GONE]
    its_host_keeps = keeps(draft, booking_id, booking).host
    promises = list(_to_come(booking, its_host_keeps, gone, draft.now))
    for payout_id, promised in zip_longest(still, promises[: len(still)]):
        amount, release_at = promised or (zero(booking.price.currency), draft.now)
        draft.do(
            PROCESS,
            RecalculatePayout(payout_id=payout_id, amount=amount, release_at=release_at),
        )
    _schedule(draft, booking, booking_id, promises[len(still) :], len(payouts))


def _schedule(
    draft: Draft,
    booking: Booking,
    booking_id: BookingId,
    promises: Sequence[Promise],
    payouts_count: int,
) -> None:
    for number, (amount, release_at) in enumerate(promises, start=payouts_count + 1):
        draft.do(
            PROCESS,
            SchedulePayout(
                payout_id=payout_of(booking_id, number),
                booking_id=booking_id,
                host_id=booking.host_id,
                amount=amount,
                release_at=release_at,
                time_zone=booking.house.time_zone,
                tranche=number,
            ),
        )


def _to_come(
    booking: Booking, its_host_keeps: Money, gone: Money, now: Instant
) -> Iterator[Promise]:
    """What is left of the host's to promise: what has gone out counts for what comes first."""
    if booking.settlement is not None:
        by_then = [(its_host_keeps, now)]
    else:
        each = [(tranche.shares.host, tranche.earned_at) for tranche in booking.tranches]
        sums = accumulate(each, lambda one, other: (one[0] + other[0], other[1]))
        by_then = [(until.at_most(its_host_keeps), release_at) for until, release_at in sums]
    before = gone
    for until, release_at in by_then:
        rest = until - before
        if rest.minor > 0:
            yield rest, release_at
            before = until


def _gone(payout: Payout) -> Money:
    """What of a payout is promised no more, because the host had it."""
    if payout.status in NOT_GONE:
        return zero(payout.amount.currency)
    if payout.status is Payable.CANCELLED:
        return payout.netted
    return payout.amount - payout.owed_again
