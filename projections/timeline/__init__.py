"""Timeline: everything that happened in one case, over all its streams, in plain language.

How an event is told stands in one row of one file of `matters`; `table` keeps what the sentence
needs, `sentences` says it when somebody asks, `questions` are what is asked.
"""

from projections.timeline.questions import Happening, Timeline, timeline_of
from projections.timeline.table import TIMELINE

__all__ = ["TIMELINE", "Happening", "Timeline", "timeline_of"]
