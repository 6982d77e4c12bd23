"""Which support cases a booking has, and whether one of them keeps its payouts back."""

from collections.abc import Iterator
from itertools import count

from ledger.aggregates.support_case import SUPPORT_CASE, SupportCase, case_of
from ledger.draft import Draft
from ledger.values.ids import BookingId, CaseId


def cases_of(draft: Draft, booking_id: BookingId) -> Iterator[tuple[CaseId, SupportCase]]:
    """The support cases of a booking, in their order."""
    for number in count(1):
        case_id = case_of(booking_id, number)
        case = draft.state(SUPPORT_CASE, case_id)
        if case is None:
            return
        yield case_id, case


def case_is_open(draft: Draft, booking_id: BookingId) -> bool:
    """Whether a case is open that may change what the host gets."""
    return any(case.holds_payouts for _, case in cases_of(draft, booking_id))
