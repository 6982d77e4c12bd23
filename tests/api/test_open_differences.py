"""The queue of differences, as finance sees it at the door."""

from functools import partial

from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.values.ids import CommandId, fresh_id
from tests.api.conftest import Door
from tests.facts import DIFFERENCE, PROCESS, to_find_difference


def test_what_does_not_fit_stands_in_the_queue(door: Door, ledger: Ledger, followed: None) -> None:
    """A charge brought 2.50 less than it should have."""
    request = Request(command_id=CommandId(fresh_id()), case_id=DIFFERENCE, content=b"")
    plan = partial(Draft.do, actor=PROCESS, command=to_find_difference())
    position = ledger.execute(request, plan).position

    (found,) = door.get("/desk/differences", after=position).json()["differences"]

    assert (found["difference_id"], found["object_id"]) == (DIFFERENCE, "ch_1")
    assert (found["kind"], found["source"]) == ("amount", "stripe")
    assert (found["expected_minor"], found["found_minor"]) == (41_040, 40_790)
