"""What people ask, answered in advance. Each read model is one file, and can be deleted and rebuilt."""

from projections.availability import AVAILABILITY
from projections.errands import ERRANDS
from projections.journal import JOURNAL
from projections.projection import Projection
from projections.timeline import TIMELINE
from projections.timers import TIMERS
from projections.trips import TRIPS

PROJECTIONS: tuple[Projection, ...] = (TIMELINE, TRIPS, AVAILABILITY, JOURNAL, TIMERS, ERRANDS)
"""Every read model there is."""

__all__ = ["PROJECTIONS", "Projection"]
