"""Corrections: a wrong entry of the books is taken back exactly, as two people have seen it.

Whoever drafts one and whoever approves it bring back the digest of what they were shown, so nobody
approves what they have not looked at, nor a thing twice (faults, X10).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import count

import msgspec
from msgspec import Struct

from ledger.aggregates import postings
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.correction import (
    CORRECTION,
    ApplyCorrection,
    Correction,
    DraftCorrection,
    RefuseCorrection,
    SubmitCorrection,
    correction_of,
)
from ledger.aggregates.correction import Status as Correcting
from ledger.draft import Draft
from ledger.errors import CorrectionChanged, NotFound, UnfitEntry
from ledger.events import Actor
from ledger.processes.names import DAY_OF_THE_BOOKS
from ledger.processes.taxes import count_taxes, lines_of
from ledger.values.ids import CorrectionId
from ledger.values.journal import Account, Entry, Line, imbalance


class WantedCorrection(Struct, frozen=True, kw_only=True):
    """An entry as it was recorded, and the lines that should stand instead.

    `number` counts the entries of the event from 1; nothing is in `right` where nothing should
    stand. `case_id` is the event's.
    """

    case_id: str
    wrong_stream: str
    wrong_version: int
    number: int
    wrong: Entry
    right: tuple[Line, ...]


class ShownCorrection(Struct, frozen=True, kw_only=True):
    """What a correction would book: the reverse of what is wrong, and what is right."""

    wrong_stream: str
    wrong_version: int
    number: int
    entries: tuple[Entry, ...]

    @property
    def digest(self) -> str:
        """The SHA-256 of its canonical bytes: what somebody agrees to is exactly what was shown."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


def shown_correction(wanted: WantedCorrection | Correction) -> ShownCorrection:
    """What a correction would book, or does when it is approved. Raises UnfitEntry."""
    if any((off := imbalance(wanted.right)).values()):
        raise UnfitEntry(imbalance=off)
    entries = postings.correction(wanted.wrong, wanted.right)
    if isinstance(wanted, WantedCorrection):  # One that is drafted is shown as it is.
        _refuse_hosts_money(entries)
    return ShownCorrection(
        wrong_stream=wanted.wrong_stream,
        wrong_version=wanted.wrong_version,
        number=wanted.number,
        entries=entries,
    )


FOLLOWED: Mapping[str, Mapping[str, str]] = {
    Account.HOST_RECEIVABLE: {"instead": "write_off"},
    Account.HOST_PAYABLE: {},
}
"""The accounts that payouts go by, as other streams say, and what changes those as well."""


def _refuse_hosts_money(entries: Iterable[Entry]) -> None:
    """Let pass what leaves each host owing what they owe, and to be paid what they are.

    Payouts go by what bookings and the host's own stream of debt say, which no correction changes:
    the books alone would be right, and the host would be paid, and would pay, as before. Raises
    UnfitEntry.
    """
    moved: Counter[tuple[str, str, str]] = Counter()
    for line in lines_of(entries):
        if line.account in FOLLOWED:
            moved[line.account, line.of, line.currency] += line.minor
    for (account, of, _), minor in moved.items():
        if minor:
            raise UnfitEntry(account=account, of=of, **FOLLOWED[account])


def draft_correction(
    draft: Draft, staff: Actor, wanted: WantedCorrection, reason: str, accepted: str
) -> CorrectionId:
    """Put a correction before a second person, as it was shown to the first.

    Raises CorrectionChanged, UnfitEntry, and TransitionNotAllowed where one is open or applied.
    """
    refuse_other_than_shown(shown_correction(wanted), accepted)
    correction_id = _next_attempt(draft, wanted)
    booking = draft.state(BOOKING, wanted.case_id)
    draft.do(
        staff,
        DraftCorrection(
            correction_id=correction_id,
            wrong_stream=wanted.wrong_stream,
            wrong_version=wanted.wrong_version,
            number=wanted.number,
            wrong=wanted.wrong,
            right=wanted.right,
            reason=reason,
            drafted_by=staff.id,
            time_zone=booking.house.time_zone if booking else DAY_OF_THE_BOOKS,
        ),
    )
    draft.do(staff, SubmitCorrection(correction_id=correction_id))
    return correction_id


def approve_correction(
    draft: Draft, staff: Actor, correction_id: CorrectionId, accepted: str
) -> None:
    """Book a correction, as somebody else than who drafted it, and as it was shown.

    Raises CorrectionChanged, SelfApproval, NotFound, TransitionNotAllowed a second time, and
    UnfitEntry where it was drafted while such corrections could be.
    """
    shown = shown_correction(correction_in(draft, correction_id))
    refuse_other_than_shown(shown, accepted)
    _refuse_hosts_money(shown.entries)
    count_taxes(draft, lines_of(shown.entries), None, correction_id)
    draft.do(staff, ApplyCorrection(correction_id=correction_id, approved_by=staff.id))


def refuse_correction(draft: Draft, staff: Actor, correction_id: CorrectionId, reason: str) -> None:
    """Say no to a correction; another may be drafted for the same entry."""
    draft.do(staff, RefuseCorrection(correction_id=correction_id, reason=reason))


def refuse_other_than_shown(shown: ShownCorrection, accepted: str) -> None:
    """Let pass what somebody was shown. Raises CorrectionChanged."""
    if shown.digest != accepted:
        raise CorrectionChanged(preview=shown.digest)


def correction_in(draft: Draft, correction_id: CorrectionId) -> Correction:
    """A correction as the draft leaves it so far. Raises NotFound."""
    correction = draft.state(CORRECTION, correction_id)
    if correction is None:
        raise NotFound(correction_id=correction_id)
    return correction


def _next_attempt(draft: Draft, wanted: WantedCorrection) -> CorrectionId:
    """The first correction of the entry that nobody has refused."""
    for attempt in count(1):
        correction_id = correction_of(
            wanted.wrong_stream, wanted.wrong_version, wanted.number, attempt
        )
        before = draft.state(CORRECTION, correction_id)
        if before is None or before.status is not Correcting.REFUSED:
            return correction_id
    raise AssertionError("counting does not end")
