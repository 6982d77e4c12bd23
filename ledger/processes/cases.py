"""Support cases: opened by whoever has to do with a booking, decided by the platform.

What a case may change does not go out before it is resolved: its hold comes and goes with it, in
the same commit.
"""

from ledger.aggregates.payout import OPEN, HoldPayout
from ledger.aggregates.support_case import (
    AnswerCase,
    AskForAnswer,
    OpenCase,
    ReopenCase,
    ResolveCase,
    case_of,
)
from ledger.draft import Draft
from ledger.events import Actor
from ledger.processes.damage_money import all_payouts_of
from ledger.processes.found import booking_in, case_in
from ledger.processes.holds import reconsider_all
from ledger.processes.names import PROCESS, speaker_of
from ledger.processes.open_cases import cases_of
from ledger.values.cases import CaseKind
from ledger.values.clearance import Hold
from ledger.values.ids import BookingId, CaseId
from ledger.values.reviews import Side
from ledger.values.speakers import Parties
from ledger.values.texts import Written


def open_case(
    draft: Draft, opener: Actor, booking_id: BookingId, kind: CaseKind, text: Written
) -> CaseId:
    """Ask the platform to look into a matter of a booking. Raises NotFound, NotAParty."""
    booking = booking_in(draft, booking_id)
    case_id = case_of(booking_id, len(list(cases_of(draft, booking_id))) + 1)
    opened = OpenCase(
        case_id=case_id,
        booking_id=booking_id,
        parties=Parties(booking.guest_id, booking.host_id),
        kind=kind,
        speaker=speaker_of(opener),
        by=opener.id,
        text=text,
    )
    draft.do(opener, opened)
    _hold(draft, case_id)
    return case_id


def ask_for_answer(draft: Draft, support: Actor, case_id: CaseId, of: Side, text: Written) -> None:
    """Ask one side something. Raises NotFound, TransitionNotAllowed."""
    draft.do(support, AskForAnswer(case_id=case_id, of=of, text=text, asked_by=support.id))


def answer_case(draft: Draft, party: Actor, case_id: CaseId, text: Written) -> None:
    """Answer what support asked. Raises NotAParty, NotFound, TransitionNotAllowed."""
    answer = AnswerCase(case_id=case_id, speaker=speaker_of(party), by=party.id, text=text)
    draft.do(party, answer)


def resolve_case(draft: Draft, staff: Actor, case_id: CaseId, outcome: str, text: Written) -> None:
    """Decide it; what nothing else keeps back may go out. Raises NotFound, TransitionNotAllowed."""
    resolve = ResolveCase(case_id=case_id, outcome=outcome, text=text, resolved_by=staff.id)
    draft.do(staff, resolve)
    reconsider_all(draft, case_in(draft, case_id).booking_id)


def reopen_case(draft: Draft, opener: Actor, case_id: CaseId, text: Written) -> None:
    """Say that it is not settled. Raises NotAParty, TooLate, NotFound, TransitionNotAllowed."""
    again = ReopenCase(case_id=case_id, speaker=speaker_of(opener), by=opener.id, text=text)
    draft.do(opener, again)
    _hold(draft, case_id)


def _hold(draft: Draft, case_id: CaseId) -> None:
    case = case_in(draft, case_id)
    if not case.holds_payouts:
        return
    for payout_id, payout in all_payouts_of(draft, case.booking_id):
        if payout.status in OPEN:
            hold = HoldPayout(payout_id=payout_id, reason=Hold.CASE_OPEN, detail=case_id)
            draft.do(PROCESS, hold)
