"""Differences: what does not fit is found, and closed when it fits or people have dealt with it."""

from msgspec import Struct

from ledger.aggregates.correction import CORRECTION
from ledger.aggregates.correction import Status as Correcting
from ledger.aggregates.difference import (
    DIFFERENCE,
    CorrectDifference,
    Difference,
    ExplainDifference,
    FindDifference,
    MatchDifference,
    WriteOffDifference,
)
from ledger.aggregates.difference import Status as Standing
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Actor
from ledger.processes.corrections import correction_in
from ledger.processes.names import DAY_OF_THE_BOOKS, PROCESS
from ledger.values.ids import CorrectionId, DifferenceId
from ledger.values.money import Money


class WrittenOff(Struct, frozen=True, kw_only=True):
    """What is given up, why, and who proposed it before somebody else agreed."""

    amount: Money
    reason: str
    proposed_by: str


def find_difference(draft: Draft, found: FindDifference) -> None:
    """Put what does not fit into the queue; what is known already stays as it is."""
    draft.do(PROCESS, found)


def close_difference(draft: Draft, difference_id: DifferenceId) -> None:
    """Take what fits now out of the queue, unless somebody was faster."""
    difference = draft.state(DIFFERENCE, difference_id)
    if difference is not None and difference.status is Standing.MISMATCHED:
        draft.do(PROCESS, MatchDifference(difference_id=difference_id))


def explain_difference(
    draft: Draft, staff: Actor, difference_id: DifferenceId, reason: str
) -> None:
    """Say why it is right that it does not fit. Raises NotFound, TransitionNotAllowed."""
    draft.do(staff, ExplainDifference(difference_id=difference_id, reason=reason))


def correct_difference(
    draft: Draft, staff: Actor, difference_id: DifferenceId, correction_id: CorrectionId
) -> None:
    """Say which correction has put the books right.

    Raises NotFound, and TransitionNotAllowed where that is not applied.
    """
    correction = correction_in(draft, correction_id)
    if correction.status is not Correcting.APPLIED:
        CORRECTION.lifecycle.refuse(CorrectDifference, correction.status)
    draft.do(staff, CorrectDifference(difference_id=difference_id, correction_id=correction_id))


def write_off_difference(
    draft: Draft, staff: Actor, difference_id: DifferenceId, wanted: WrittenOff
) -> None:
    """Give up what is missing, as two people.

    Raises SelfApproval, SecondPersonRequired, AmountsDiffer, NotFound, TransitionNotAllowed.
    """
    draft.do(
        staff,
        WriteOffDifference(
            difference_id=difference_id,
            amount=wanted.amount,
            reason=wanted.reason,
            proposed_by=wanted.proposed_by,
            approved_by=staff.id,
            time_zone=DAY_OF_THE_BOOKS,
        ),
    )


def difference_in(draft: Draft, difference_id: DifferenceId) -> Difference:
    """A difference as the draft leaves it so far. Raises NotFound."""
    difference = draft.state(DIFFERENCE, difference_id)
    if difference is None:
        raise NotFound(difference_id=difference_id)
    return difference
