"""Books that people put right."""

from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.correction import DraftCorrection
from ledger.events.correction import (
    CorrectionApplied,
    CorrectionDrafted,
    CorrectionRefused,
    CorrectionSubmitted,
)
from ledger.values.shares import Shares
from tests.facts.listing import JUNE_FIRST
from tests.facts.refund import approved
from tests.facts.story import BOOKING, CLARA, CORRECTION, DINIS, REFUND


def to_draft_correction(**changed: Any) -> DraftCorrection:
    """The approval of the refund took 5.40 of the platform's fees that were Rui's."""
    told: dict[str, Any] = {
        "correction_id": CORRECTION,
        "wrong_stream": REFUND,
        "wrong_version": 2,
        "number": 1,
        "wrong": approved().entries[0],
        "right": postings.refund_approved(REFUND, BOOKING, Shares("EUR", 18_000)).lines,
        "reason": "the host's fee was waived",
        "drafted_by": CLARA.id,
        "time_zone": "Europe/Lisbon",
    }
    return DraftCorrection(**told | changed)


def drafted() -> CorrectionDrafted:
    """Clara found a wrong entry."""
    told = to_draft_correction()
    fields = {name: getattr(told, name) for name in CorrectionDrafted.__struct_fields__}
    return CorrectionDrafted(**fields)


def correction_submitted() -> CorrectionSubmitted:
    """The correction waits for Dinis."""
    return CorrectionSubmitted()


def corrected() -> CorrectionApplied:
    """Dinis agreed."""
    told = to_draft_correction()
    return CorrectionApplied(
        wrong_stream=told.wrong_stream,
        wrong_version=told.wrong_version,
        number=told.number,
        approved_by=DINIS.id,
        effective_on=JUNE_FIRST,
        entries=postings.correction(told.wrong, told.right),
    )


def correction_refused() -> CorrectionRefused:
    """Dinis did not agree."""
    return CorrectionRefused(reason="the fee was not waived")
