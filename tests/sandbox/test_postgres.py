"""The server under supervision says why it did not come up, whoever else writes into its log."""

import pytest

from sandbox.postgres import last_words

DYING = (
    "2026-11-23 06:40:01.120 UTC [412] FATAL:  terminating connection due to unexpected "
    "postmaster exit"
)
REFUSING = (
    "2026-11-23 06:40:01.118 UTC [977] FATAL:  pre-existing shared memory block (key 20, ID 5) "
    "is still in use"
)


@pytest.mark.parametrize("lines", [(DYING, REFUSING), (REFUSING, DYING)])
def test_a_backend_that_dies_late_does_not_speak_for_the_server_that_refuses(
    lines: tuple[str, str],
) -> None:
    assert last_words(lines, pid=977).startswith("pre-existing shared memory block")


def test_what_the_recovery_of_a_server_complains_of_is_told() -> None:
    torn = "2026-11-23 06:40:02.001 UTC [980] FATAL:  could not locate a valid checkpoint record"
    aborted = "2026-11-23 06:40:02.004 UTC [977] LOG:  aborting startup due to startup failure"
    assert last_words([torn, aborted], pid=977) == "could not locate a valid checkpoint record"


def test_a_server_without_words_is_said_to_have_none() -> None:
    assert last_words([], pid=977) == "it said nothing"
