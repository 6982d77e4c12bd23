"""The contract is held against each way to the API."""

from collections.abc import Iterator

import pytest

from tests.sandbox.stripe.shells import (
    Shell,
    fresh_machine,
    in_process,
    over_http,
    serving,
    test_mode,
)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """A server over HTTP, shared by all tests; each begins with an empty world."""
    with serving() as url:
        yield url


@pytest.fixture
def served(address: str) -> Shell:
    """The SDK over HTTP on an empty world."""
    shell = over_http(address)
    shell.behind("reset", {})
    return shell


@pytest.fixture(params=["in process", "over HTTP", "Stripe's test mode"])
def shell(request: pytest.FixtureRequest) -> Shell:
    """The same contract, three times."""
    if request.param == "in process":
        return in_process(fresh_machine())
    if request.param == "over HTTP":
        served: Shell = request.getfixturevalue("served")
        return served
    return test_mode()


@pytest.fixture
def inside() -> Shell:
    """The SDK on a core in this process, with a clock that stands still."""
    return in_process(fresh_machine())
