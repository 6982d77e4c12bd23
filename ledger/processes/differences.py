"""Differences: what does not fit is found, and closed when it fits."""

from ledger.aggregates.difference import DIFFERENCE, FindDifference, MatchDifference
from ledger.aggregates.difference import Status as Standing
from ledger.draft import Draft
from ledger.processes.names import PROCESS
from ledger.values.ids import DifferenceId


def find_difference(draft: Draft, found: FindDifference) -> None:
    """Put what does not fit into the queue; what is known already stays as it is."""
    draft.do(PROCESS, found)


def close_difference(draft: Draft, difference_id: DifferenceId) -> None:
    """Take what fits now out of the queue, unless somebody was faster."""
    difference = draft.state(DIFFERENCE, difference_id)
    if difference is not None and difference.status is Standing.MISMATCHED:
        draft.do(PROCESS, MatchDifference(difference_id=difference_id))
