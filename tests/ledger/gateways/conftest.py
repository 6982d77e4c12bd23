"""Each test has a Stripe of its own."""

from collections.abc import Iterator

import pytest

from tests.ledger.gateways.outside import Outside
from tests.sandbox.stripe.shells import serving


@pytest.fixture
def outside() -> Outside:
    """The stand-in in this process, with nothing in it."""
    return Outside()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The stand-in over HTTP, shared by all tests."""
    with serving() as url:
        yield url
