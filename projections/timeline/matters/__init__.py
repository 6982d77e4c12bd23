"""How each event is told, by matter: one row for its sentence and what that needs to know."""

from projections.timeline.matters.hosts import HOSTS
from projections.timeline.matters.houses import HOUSES
from projections.timeline.matters.payments import PAYMENTS
from projections.timeline.matters.payouts import PAYOUTS
from projections.timeline.matters.refunds import REFUNDS
from projections.timeline.matters.stays import STAYS
from projections.timeline.matters.talk import TALK
from projections.timeline.telling import Telling

TELLING: Telling = {
    **STAYS,
    **PAYMENTS,
    **REFUNDS,
    **PAYOUTS,
    **HOSTS,
    **HOUSES,
    **TALK,
}
"""A table and not a match: it is looked at for every event there is."""
