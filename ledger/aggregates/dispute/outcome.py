"""Decisions about how it ends, and who bears what is lost."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.dispute.commands import LapseDispute, LoseDispute, PreventDispute, WinDispute
from ledger.aggregates.dispute.lifecycle import LIFECYCLE
from ledger.aggregates.dispute.state import Dispute
from ledger.errors import TooEarly
from ledger.events.dispute import DisputeEvent, DisputeLost, DisputePrevented, DisputeWon, Stage
from ledger.values.clock import Instant
from ledger.values.ids import DisputeId
from ledger.values.journal import Entry
from ledger.values.losses import loss_of, nothing_lost
from ledger.values.money import Money, zero
from ledger.values.stay import local_date


def win(dispute: Dispute, command: WinDispute, now: Instant) -> Sequence[DisputeEvent]:
    """The charge stands: what was held is the host's again.

    Raises TransitionNotAllowed for an inquiry, which is closed.
    """
    if dispute.stage is Stage.INQUIRY:
        LIFECYCLE.refuse(WinDispute, dispute.status)
    held, entries = hold_ended(command.dispute_id, dispute)
    return [
        DisputeWon(
            booking_id=dispute.booking_id,
            host_id=dispute.host_id,
            given_back=held,
            effective_on=local_date(now, dispute.time_zone),
            entries=entries,
        )
    ]


def prevent(dispute: Dispute, command: PreventDispute, now: Instant) -> Sequence[DisputeEvent]:
    """The guest has the money by a refund: what was held is the host's again."""
    held, entries = hold_ended(command.dispute_id, dispute)
    return [
        DisputePrevented(
            booking_id=dispute.booking_id,
            host_id=dispute.host_id,
            given_back=held,
            effective_on=local_date(now, dispute.time_zone),
            entries=entries,
        )
    ]


def hold_ended(dispute_id: DisputeId, dispute: Dispute) -> tuple[Money, tuple[Entry, ...]]:
    """What is held for a dispute, and the entry that gives it back; none for nothing."""
    held = dispute.held or zero(dispute.amount.currency)
    if not held.minor:
        return held, ()
    return held, (postings.dispute_hold_ended(dispute_id, dispute.host, held),)


def lapse(dispute: Dispute, command: LapseDispute, now: Instant) -> Sequence[DisputeEvent]:
    """Nobody answered: the clock may say so when time has passed. Raises TooEarly, as `lose`."""
    if command.by_clock and now < dispute.due_by:
        raise TooEarly(not_before=dispute.due_by)
    return lose(dispute, command, now)


def lose(
    dispute: Dispute, command: LoseDispute | LapseDispute, now: Instant
) -> Sequence[DisputeEvent]:
    """The money is gone: everybody's part of it is taken away, or the platform bears it.

    Where no money was withdrawn, none is lost. Raises TransitionNotAllowed for an inquiry, which
    is closed; CurrenciesDiffer.
    """
    if dispute.stage is Stage.INQUIRY:
        LIFECYCLE.refuse(type(command), dispute.status)
    stake, withdrawn, held = command.stake, dispute.withdrawn, dispute.held
    loss = nothing_lost(stake.disputed.currency)
    entries: tuple[Entry, ...] = ()
    if withdrawn is not None and held is not None and withdrawn.minor:
        loss = loss_of(stake, withdrawn, held)
        remitted = stake.remitted
        entries = (
            postings.dispute_lost(command.dispute_id, dispute.host, withdrawn, loss, remitted),
        )
    return [
        DisputeLost(
            booking_id=dispute.booking_id,
            host_id=dispute.host_id,
            amount=withdrawn or zero(stake.disputed.currency),
            loss=loss,
            effective_on=local_date(now, dispute.time_zone),
            entries=entries,
        )
    ]
