"""Errors: each is told the same on the other side of a process."""

import pickle

import pytest

import replay.__main__  # noqa: F401 - so that every error there is has been defined
from ledger.errors import LedgerError


def family(of: type[LedgerError]) -> list[type[LedgerError]]:
    return [of, *(each for child in of.__subclasses__() for each in family(child))]


@pytest.mark.parametrize("kind", family(LedgerError), ids=lambda kind: kind.__name__)
def test_an_error_that_crosses_into_another_process_keeps_its_data_and_its_notes(
    kind: type[LedgerError],
) -> None:
    error = kind(position=7, because="a stone")
    error.add_note("trips, at position 7")

    crossed = pickle.loads(pickle.dumps(error))

    assert type(crossed) is kind
    assert (crossed.data, crossed.__notes__) == (error.data, error.__notes__)
    assert (str(crossed), crossed.args) == (str(error), error.args)
