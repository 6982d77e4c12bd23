"""What Rui has to say about a debt that he finds he does not owe."""

from ledger.aggregates.support_case import OpenCase, case_of
from ledger.events.support_case import (
    CaseAnswerAsked,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    CaseResolved,
)
from ledger.values.cases import REOPENED_WITHIN, CaseKind
from ledger.values.reviews import Side
from ledger.values.speakers import Speaker
from tests.facts.conversation import BOTH
from tests.facts.review import a_text
from tests.facts.story import BOOKING, NOW, RUI

CASE = case_of(BOOKING, 1)
REOPEN_BY = NOW + REOPENED_WITHIN


def to_open_case(
    kind: CaseKind = CaseKind.PAYOUT_DISPUTE, speaker: Speaker = Speaker.HOST, by: str = RUI
) -> OpenCase:
    """Ask the platform to look into it."""
    return OpenCase(
        case_id=CASE,
        booking_id=BOOKING,
        parties=BOTH,
        kind=kind,
        speaker=speaker,
        by=by,
        text=a_text("She was here for all three nights."),
    )


def case_opened(kind: CaseKind = CaseKind.PAYOUT_DISPUTE) -> CaseOpened:
    """He asks the platform to look into it."""
    return CaseOpened(
        booking_id=BOOKING,
        parties=BOTH,
        kind=kind,
        speaker=Speaker.HOST,
        by=RUI,
        text=a_text("She was here for all three nights."),
    )


def answer_asked(of: Side = Side.HOST) -> CaseAnswerAsked:
    """Support wants to see the log of the key box."""
    return CaseAnswerAsked(of=of, text=a_text("Have you a log of the key box?"), asked_by="support")


def case_answered() -> CaseAnswered:
    """He has it."""
    return CaseAnswered(speaker=Speaker.HOST, by=RUI, text=a_text("I have sent it."))


def case_resolved() -> CaseResolved:
    """The debt is to be written off."""
    return CaseResolved(
        outcome="for_the_host",
        text=a_text("You owe nothing."),
        resolved_by="support",
        reopen_by=REOPEN_BY,
    )


def case_reopened() -> CaseReopened:
    """He still owes it, he says."""
    return CaseReopened(speaker=Speaker.HOST, by=RUI, text=a_text("It is still there."))
