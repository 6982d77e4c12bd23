"""Hosts at the door: they ask, somebody vouches, and the processor's form is one link away."""

from datetime import timedelta

import pytest

from ledger.application import Ledger
from ledger.reactions import Errand, run
from ledger.settings import Settings
from ledger.values.clock import system_clock
from ledger.values.errands import ErrandKind
from ledger.values.ids import fresh_id
from tests.api.conftest import Door, knocking
from tests.api.outside import KEY, outside

BACK = "https://stays.example/host"


@pytest.fixture
def ana(door: Door) -> str:
    """Ana has asked to host."""
    host = fresh_id()
    registered = door.post(f"/hosts/{host}/registration", {"country": "PT"}, key=fresh_id())
    assert (registered.status_code, registered.json()["status"]) == (201, "draft")
    return host


def vouch(door: Door, host: str) -> None:
    said = {"by": fresh_id(), "reason": "known for years", "source": "the old system"}
    vouched = door.post(f"/hosts/{host}/vouching", said, key=fresh_id())
    assert (vouched.status_code, vouched.json()["status"]) == (201, "verified")


def test_a_host_who_was_vouched_for_has_no_account_before_the_processor_says_so(
    door: Door, ana: str
) -> None:
    vouch(door, ana)

    shown = door.get(f"/hosts/{ana}/payout-account").json()

    assert (shown["status"], shown["payout_account"]) == ("verified", "none")
    assert (shown["requirements"], shown["onboarding_url"]) == ([], None)


def test_a_host_asks_only_once(door: Door, ana: str) -> None:
    again = door.post(f"/hosts/{ana}/registration", {"country": "PT"}, key=fresh_id())

    assert (again.status_code, again.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


@pytest.mark.parametrize("country", ["Portugal", "pt", "P1", None])
def test_a_country_is_two_capital_letters(door: Door, country: str | None) -> None:
    refused = door.post(f"/hosts/{fresh_id()}/registration", {"country": country}, key=fresh_id())

    assert refused.status_code == 422


def test_nobody_is_found_where_nobody_asked(door: Door) -> None:
    assert door.get(f"/hosts/{fresh_id()}/payout-account").status_code == 404


def test_the_way_to_the_processors_form_is_a_link_for_once(
    settings: Settings, ledger: Ledger, address: str
) -> None:
    known = {"stripe_secret_key": KEY, "stripe_api_base": address}
    with knocking(settings.model_copy(update=known)) as door:
        host = fresh_id()
        door.post(f"/hosts/{host}/registration", {"country": "PT"}, key=fresh_id())
        vouch(door, host)
        errand = Errand(
            errand="open",
            kind=ErrandKind.OPEN_ACCOUNT,
            case_id=host,
            stream_id=host,
            key=f"{host}/account",
            stored_at=system_clock() - timedelta(seconds=1),
            set_by="",
        )
        run(outside(ledger, address).world, errand)

        plain = door.get(f"/hosts/{host}/payout-account").json()
        linked = [
            door.get(f"/hosts/{host}/payout-account", return_url=BACK).json() for _ in range(2)
        ]

    assert (plain["payout_account"], plain["onboarding_url"]) == ("onboarding", None)
    assert "external_account" in plain["requirements"]
    assert all(one["onboarding_url"].startswith(address) for one in linked)
    assert linked[0]["onboarding_url"] != linked[1]["onboarding_url"]


def test_the_link_leads_back_to_a_web_address_only(door: Door, ana: str) -> None:
    refused = door.get(f"/hosts/{ana}/payout-account", return_url="javascript:alert(1)")

    assert refused.status_code == 422
