"""The description is what is served: committed, complete, and readable without a network."""

import json
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from api import description, routes
from api.__main__ import main
from api.app import create_app
from api.bodies import HOSTS_NOTICES, NOTICES
from api.routes import ROUTERS
from ledger.settings import Settings
from tests.api.conftest import Door
from tests.lists import complete

APP = create_app(Settings(database_url="postgresql:///nobody-connects"))

API = Path(routes.__file__).parent.parent


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each route of the description, by method and path."""
    for path, item in APP.openapi()["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_every_file_of_routes_is_served_and_no_route_is_made_elsewhere() -> None:
    files = {module.name for module in pkgutil.iter_modules(routes.__path__)}
    made = {path.stem for path in API.rglob("*.py") if "APIRouter(" in path.read_text()}
    served = [path.stem for path in API.rglob("*.py") if router_of(path) in ROUTERS]

    complete(made, files, "api/routes/, where alone a router is made")
    complete(served, files, "ROUTERS in api/routes/__init__.py")


def router_of(path: Path) -> object:
    """The router that a file of routes makes; None for any other file."""
    if path.parent.name != "routes" or path.stem == "__init__":
        return None
    return import_module(f"api.routes.{path.stem}").router


def test_the_committed_description_is_not_stale() -> None:
    assert description.COMMITTED.read_text() == description.text(APP), (
        "run `python3 run.py generate` and look at what changed"
    )


def test_every_route_says_what_it_is_for_and_how_it_can_go_wrong() -> None:
    for name, operation in operations():
        assert operation["description"], name
        assert {"500", "503"} <= set(operation["responses"]) or name == "GET /health", name


QUESTIONS = {
    "POST /bookings/{booking_id}/refunds/preview",
    "POST /corrections/preview",
    "POST /quotes",
    "POST /bookings/{booking_id}/alteration/preview",
}
"""What is asked with a body and changes nothing, so it may be asked as often as one likes."""

NAMED_BY_THEIR_SENDER = {f"POST {NOTICES}", f"POST {HOSTS_NOTICES}"}
"""No command of ours: what comes in names itself, and a repeat of it is known by that name."""


DECIDES_NOTHING = {"POST /desk/errands/retry"}
"""What was decided before is only tried sooner: to ask for that twice is to ask for it once."""

TELLS_A_SECRET = {"POST /units/{unit_id}/calendar-address"}
"""What is answered is kept nowhere, so it cannot be answered again: asked twice, the second counts.
"""


def test_every_command_needs_a_key() -> None:
    for name, operation in operations():
        exempt = QUESTIONS | NAMED_BY_THEIR_SENDER | DECIDES_NOTHING | TELLS_A_SECRET
        if name.startswith(("POST", "PUT")) and name not in exempt:
            keys = [one for one in operation["parameters"] if one["name"] == "Idempotency-Key"]
            assert [key["required"] for key in keys] == [True], name


def test_every_name_for_generated_clients_is_its_own() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))
    named_by_file = [name for name in APP.openapi()["components"]["schemas"] if "__" in name]
    assert not named_by_file, "two shapes have one name, so each is told apart by its file"


def test_the_page_needs_nothing_from_elsewhere(door: Door) -> None:
    page = door.get("/docs")

    assert page.status_code == 200
    assert "POST /bookings" in page.text
    assert "src=" not in page.text
    assert "://" not in page.text
    assert json.loads(door.get("/openapi.json").text) == APP.openapi()


def test_nobody_binds_an_address_that_others_can_reach(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///nobody-connects")

    for host in ("0.0.0.0", "::", "192.0.2.1", "example.org"):
        assert main(["serve", "--host", host]) == 2
        assert "There is no sign-in yet" in capsys.readouterr().err


def test_a_missing_setting_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)

    assert main([]) == 2
    assert capsys.readouterr().err.startswith("api: DATABASE_URL is not set")


def test_a_stale_description_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export-openapi", "--check"]) == 0
