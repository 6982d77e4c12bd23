"""Decisions about nights that a host takes out of sale."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates.unit_calendar.commands import (
    BlockCommand,
    BlockNights,
    ReopenNights,
    UnblockNights,
)
from ledger.aggregates.unit_calendar.refusals import listed, refuse_if_taken
from ledger.aggregates.unit_calendar.state import Claim, UnitCalendar
from ledger.errors import HostCancelledTheseNights, ReasonIsMissing
from ledger.events.unit_calendar import BlockKind, NightsBlocked, NightsUnblocked, UnitCalendarEvent
from ledger.values.ids import BlockId
from ledger.values.stay import Stay
from ledger.values.stay import stay as at_least_one_night


def decide_block(calendar: UnitCalendar, command: BlockCommand) -> Sequence[UnitCalendarEvent]:
    """What a command does to a host's block. Raises Refused."""
    match command:
        case BlockNights():
            return block(calendar, command)
        case UnblockNights():
            if calendar.claims[command.block_id].host_cancelled:
                raise HostCancelledTheseNights(block_id=command.block_id)
            return unblock(calendar, command.block_id, reason="")
        case ReopenNights():
            if not command.reason.strip():
                raise ReasonIsMissing(block_id=command.block_id)
            return unblock(calendar, command.block_id, command.reason)
        case _:
            assert_never(command)


def block(calendar: UnitCalendar, command: BlockNights) -> Sequence[UnitCalendarEvent]:
    """Take free nights out of sale.

    Raises NoNights, NightsAreTaken; the host is told by what.
    """
    wanted = command.stay
    at_least_one_night(wanted.check_in, wanted.check_out)
    conflicts = list(listed(calendar, lambda _, claim: _overlaps(claim, wanted)))
    refuse_if_taken(calendar.taken, command.unit_id, wanted, conflicts=conflicts)
    return [NightsBlocked(block_id=command.block_id, stay=wanted, kind=BlockKind.HOST)]


def _overlaps(claim: Claim, wanted: Stay) -> bool:
    return any(part.overlaps(wanted) for part in claim.nights)


def unblock(calendar: UnitCalendar, block_id: BlockId, reason: str) -> Sequence[UnitCalendarEvent]:
    """Put blocked nights back on sale."""
    claim = calendar.claims[block_id]
    kind = BlockKind.HOST_CANCELLED if claim.host_cancelled else BlockKind.HOST
    return [NightsUnblocked(block_id=block_id, stay=claim.stay, kind=kind, reason=reason)]
