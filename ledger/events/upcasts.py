"""Old shapes of events become present ones: pure steps from dict to dict, one per schema number.

A step is registered for the topic and the schema number that it reads, and returns the shape of
the next number. Recorded states never change; steps are never removed.

    @upcast("booking.requested", since=1)
    def with_party(old: Shape) -> Shape:
        return {**old, "party": {"adults": 1}}
"""

from collections.abc import Callable
from functools import reduce
from typing import Any

from ledger.errors import CorruptHistory

Shape = dict[str, Any]
Step = Callable[[Shape], Shape]

_steps: dict[tuple[str, int], Step] = {}


def upcast(topic: str, *, since: int) -> Callable[[Step], Step]:
    """Register a step that lifts a topic's states from schema `since` to the next one."""

    def register(step: Step) -> Step:
        assert (topic, since) not in _steps, f"two steps lift {topic} from schema {since}"
        _steps[topic, since] = step
        return step

    return register


def steps(topic: str, schema: int, present: int) -> Step:
    """All steps from one schema number to the present one, as one.

    Raises CorruptHistory where a step is missing.
    """
    try:
        way = [_steps[topic, number] for number in range(schema, present)]
    except KeyError:
        raise CorruptHistory(topic=topic, schema=schema, no_step_to=present) from None
    return lambda shape: reduce(lambda lifted, step: step(lifted), way, shape)


# -- Unit calendars -----------------------------------------------------------------------


@upcast("unit_calendar.reservation_made", since=1)
def from_a_hold(old: Shape) -> Shape:
    """Whether nights were taken anew is told since late money can win them back (UC7)."""
    return {**old, "reacquired": False}
