"""Support cases: what they may be about, and what they keep back meanwhile."""

from datetime import timedelta
from enum import StrEnum


class CaseKind(StrEnum):
    """What somebody of a booking needs the platform for."""

    SAFETY = "safety"
    DAMAGE = "damage"
    PAYOUT_DISPUTE = "payout_dispute"
    OTHER = "other"


HOLD_PAYOUTS = frozenset({CaseKind.SAFETY, CaseKind.PAYOUT_DISPUTE})
"""The kinds whose answer may change what the host gets: until then nothing goes out.

Damage is claimed and decided by a claim of its own, which no payout waits for.
"""

REOPENED_WITHIN = timedelta(days=30)
"""How long a case that is resolved may be opened again."""
