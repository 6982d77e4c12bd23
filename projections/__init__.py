"""What people ask, answered in advance. Each read model is a file, deleted and rebuilt at will."""

from projections.availability import AVAILABILITY
from projections.conversations import CONVERSATIONS
from projections.descriptions import DESCRIPTIONS
from projections.desk import DESK
from projections.documents import DOCUMENTS
from projections.earnings import EARNINGS
from projections.errands import ERRANDS
from projections.feeds import FEEDS
from projections.hosting import HOSTING
from projections.journal import JOURNAL
from projections.payouts import PAYOUTS
from projections.projection import Projection
from projections.receipts import RECEIPTS
from projections.reconciliation import RECONCILIATION
from projections.reviews import REVIEWS
from projections.search import SEARCH
from projections.timeline import TIMELINE
from projections.timers import TIMERS
from projections.trips import TRIPS
from projections.verifications import VERIFICATIONS

PROJECTIONS: tuple[Projection, ...] = (
    TIMELINE,
    TRIPS,
    AVAILABILITY,
    JOURNAL,
    TIMERS,
    ERRANDS,
    FEEDS,
    HOSTING,
    EARNINGS,
    PAYOUTS,
    RECONCILIATION,
    DESK,
    RECEIPTS,
    REVIEWS,
    CONVERSATIONS,
    DESCRIPTIONS,
    DOCUMENTS,
    SEARCH,
    VERIFICATIONS,
)
"""Every read model there is."""

__all__ = ["PROJECTIONS", "Projection"]
