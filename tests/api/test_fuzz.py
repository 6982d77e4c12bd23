"""Schemathesis plays callers who read the description closely, and those who never read it.

Each route must do what it says, whatever it is sent: no error of ours, no status and no body that
is not described, nothing taken that the description forbids.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import CheckFunction, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bench.estate import Estate
from tests.api.conftest import Door

load_all_checks()

# The rules may refuse what has the right shape: an unknown booking, nights that are past.
NOT_PROMISED: list[CheckFunction] = [positive_data_acceptance]

# What refuses bad input: the tool's own list lacks 421, our answer to a name that is not ours.
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "negative_data_rejection": {
                "expected-statuses": [400, 404, 405, 406, 409, 415, 421, 422, 428, 429, "5xx"]
            }
        }
    }
)

# A route that takes nothing cannot be sent anything wrong.
TAKES_NOTHING = {"GET /health"}

every_mode = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)


def fuzz(door: Door, mode: GenerationMode, examples_count: int) -> None:
    """Call every route again and again with what its description allows, or what it forbids."""
    url = str(door.client.base_url)
    for found in described(url).get_all_operations():
        operation: Any = found.ok()
        if mode is GenerationMode.POSITIVE or operation.label not in TAKES_NOTHING:
            _fuzz_one(operation, mode, examples_count, url)


def described(url: str) -> Any:
    """What the server says of itself."""
    return schemathesis.openapi.from_url(f"{url}/openapi.json", config=CONFIG)


def _fuzz_one(operation: Any, mode: GenerationMode, examples_count: int, url: str) -> None:
    @settings(
        max_examples=examples_count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def keeps_its_word(case: Any) -> None:
        case.call_and_validate(base_url=url, excluded_checks=NOT_PROMISED)

    keeps_its_word()


@every_mode
def test_every_route_keeps_its_word(
    door: Door, estate: Estate, followed: None, mode: GenerationMode
) -> None:
    fuzz(door, mode, examples_count=3)


@pytest.mark.nightly
@every_mode
def test_every_route_keeps_its_word_for_long(
    door: Door, estate: Estate, followed: None, mode: GenerationMode
) -> None:
    fuzz(door, mode, examples_count=100)
