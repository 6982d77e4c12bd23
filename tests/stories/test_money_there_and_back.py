"""All the way of a guest's money over HTTP: quoted, paid, half of it called off, the rest paid out,
charged back after that, and netted from what the host earns next.

Nobody here reaches behind a door. Weeks pass between the steps, for us and for the processor alike.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bench.estate import Estate
from ledger.application import Ledger
from ledger.store import EventStore
from ledger.values.ids import fresh_id
from tests.api.houses import day, settle_in
from tests.conftest import Database
from tests.stories.system import VISA, System, authenticates, confirms, in_our_time

HALF_OF_IT = [("night", 6_000), ("night", 6_000), ("cleaning", 3_000), ("stay_tax", 800)]
PLAINLY = [
    "Booking of 2 nights from {0} to {1} requested for 323.36 EUR under policy firm/1",
    "The guest's bank asks the guest to confirm (3-D Secure)",
    "Payment of 323.36 EUR completed",
    "Booking confirmed for 323.36 EUR",
    "Booking cancelled by guest; 158.00 EUR goes back to the guest",
    "Refund of 158.00 EUR approved",
    "Earnings recognized, 116.40 EUR of them the host's",
    "Refund of 158.00 EUR reached the guest",
    "Payout of 116.40 EUR transferred to the host",
    "165.36 EUR withdrawn over a dispute",
    "Dispute lost, and with it 165.36 EUR; the host owes 116.40 EUR of it",
    "Host owes 116.40 EUR more: dispute lost",
]
NETTED = [
    "Booking confirmed for 323.36 EUR",
    "Stay completed",
    "Payout of 145.50 EUR released",
    "116.40 EUR of the host's debt netted from a payout",
    "Payout of 145.50 EUR transferred to the host",
]
BACK = "https://stays.example/host"
RATES: dict[str, Any] = {
    "currency": "EUR",
    "policy": "firm",
    "rooms": [
        {
            "room_type": "double",
            "plan": {"name": "sea", "base_minor": 12_000, "cleaning_minor": 3_000},
            "rules": {"min_nights": 2, "capacity": 3},
        }
    ],
}
LEVIES: dict[str, Any] = {
    "fee_plan": {"name": "split", "guest_fee_bp": 1_400, "host_fee_bp": 300, "guest_vat_bp": 2_000},
    "taxes": [{"name": "city", "jurisdiction": "PT-LIS", "base": "person_night", "minor": 200}],
}


@pytest.fixture
def system(database: Database, redis_url: str) -> Iterator[System]:
    """The whole system."""
    with in_our_time(database, redis_url) as system:
        yield system


def a_host(system: System) -> str:
    """Ana asks to host, an operator vouches for her, and she tells the processor everything."""
    ana = fresh_id()
    system.command(f"/hosts/{ana}/registration", {"country": "PT"})
    vouching = {"by": fresh_id(), "reason": "known for years", "source": "the old system"}
    system.command(f"/hosts/{ana}/vouching", vouching)
    account = f"/hosts/{ana}/payout-account"
    system.ask(account, lambda said: said["payout_account"] == "onboarding")
    link = system.api.get(account, params={"return_url": BACK}).json()["onboarding_url"]
    assert system.browser.post(link, data={"outcome": "complete"}).status_code in (302, 303)
    system.pass_by(timedelta(minutes=1))
    system.ask(account, lambda said: said["payout_account"] == "enabled")
    return ana


def her_house(system: System, database: Database, host_id: str) -> Estate:
    """Her house, with a tariff: half of the money goes back until a week before."""
    store = EventStore(database.url)
    try:
        house = settle_in(Ledger(store), host_id=host_id)
    finally:
        store.close()
    system.command(f"/properties/{house.property_id}/rates", RATES, "PUT")
    system.command(f"/properties/{house.property_id}/levies", LEVIES, "PUT")
    return house


def books(system: System, house: Estate, unit: int) -> tuple[str, str]:
    """A guest asks what two nights cost, and books them at that price; booking and payment."""
    wish = {
        "guest_id": fresh_id(),
        "property_id": house.property_id,
        "unit_id": house.units[unit],
        "check_in": day(0),
        "check_out": day(2),
        "party": {"adults": 2},
    }
    quoted = system.api.post("/quotes", json=wish).json()
    accepted = {"quote": quoted["quote"], "accepted_policy": quoted["policy"]["accept"]}
    headers = {"Idempotency-Key": fresh_id()}
    booked = system.api.post("/bookings", json=accepted, headers=headers)
    assert booked.status_code == 201, booked.text
    booking_id = str(booked.json()["booking_id"])
    asked = system.command(f"/bookings/{booking_id}/payment", {})
    return booking_id, f"/payments/{asked['payment_id']}"


def stays_next(system: System, house: Estate) -> list[str]:
    """The next guest pays and stays; the story of it when the host was paid for it."""
    second, payment = books(system, house, unit=1)
    secret = system.ask(payment, lambda said: said["next"] == "confirm")["client_secret"]
    confirms(system, secret, VISA)
    system.told(second, "Booking confirmed for 323.36 EUR")
    system.pass_by(timedelta(days=30))
    return system.told(second, "Payout of 145.50 EUR transferred to the host")


def test_money_goes_there_and_back_and_reads_as_one_story(
    system: System, database: Database
) -> None:
    # Given a house of Ana's, who can be paid.
    ana = a_host(system)
    house = her_house(system, database, ana)

    # When a guest books by a quote and answers their bank, then the stay is confirmed.
    first, payment = books(system, house, unit=0)
    secret = system.ask(payment, lambda said: said["next"] == "confirm")["client_secret"]
    confirms(system, secret)
    shown = system.ask(payment, lambda said: said["next"] == "authenticate")
    authenticates(system, shown["client_secret"])
    system.told(first, "Booking confirmed for 323.36 EUR")

    # When they call it off a fortnight before, then half of the nights comes back, line by line.
    system.pass_by(timedelta(days=14))
    preview = system.api.get(f"/bookings/{first}/cancellation").json()
    given_back = [(line["code"], line["amount"]["minor"]) for line in preview["lines"]]
    assert given_back == HALF_OF_IT
    system.command(f"/bookings/{first}/cancellation", {"preview": preview["preview"]})
    system.told(first, "Refund of 158.00 EUR reached the guest")

    # When the money can be used, then Ana is paid what she keeps of it.
    system.told(first, "Payout of 116.40 EUR transferred to the host")

    # When the guest's bank takes the rest back after that, and nobody answers, then she owes it.
    system.pass_by(timedelta(days=3))
    dispute = system.bank_takes_back(secret.partition("_secret_")[0])
    system.behind(f"disputes/{dispute}", {"outcome": "lost"})
    story = system.told(first, "Host owes 116.40 EUR more: dispute lost")
    plainly = [sentence.format(day(0), day(2)) for sentence in PLAINLY]
    assert [one for one in story if one in plainly] == plainly

    # When her next guest has stayed, then her debt is netted from what she earns.
    story = stays_next(system, house)
    assert [one for one in story if one in NETTED] == NETTED
    (owed,) = system.api.get(f"/hosts/{ana}/earnings").json()["owed"]
    assert (owed["raised_minor"], owed["owed_minor"]) == (11_640, 0)
