"""Payments at the door: asked for, tried again, and what the guest must do next."""

import logging
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from structlog.testing import capture_logs

from bench.estate import Estate
from ledger.application import Ledger
from ledger.settings import Settings, configure_logging
from ledger.values.ids import fresh_id
from tests.api.conftest import Door, knocking
from tests.api.outside import KEY, Outside, asked, outside
from tests.conftest import Database

TOTAL = {"minor": 27360, "currency": "EUR"}
NOTHING = {"minor": 0, "currency": "EUR"}

VISA = "pm_card_visa"
ASKS_THE_BANK = "pm_card_threeDSecure2Required"
INSUFFICIENT = "pm_card_chargeDeclinedInsufficientFunds"
STOLEN = "pm_card_chargeDeclinedStolenCard"


@pytest.fixture
def paid_door(settings: Settings, address: str) -> Iterator[Door]:
    """A door whose processor is set up."""
    stripe = {"stripe_secret_key": KEY, "stripe_api_base": address}
    with knocking(settings.model_copy(update=stripe)) as door:
        yield door


@pytest.fixture
def beyond(ledger: Ledger, address: str) -> Outside:
    """What happens beyond the door."""
    return outside(ledger, address)


def test_a_payment_is_asked_for_once_and_waits_for_the_processor(
    door: Door, estate: Estate
) -> None:
    booking_id = door.post("/bookings", estate.wish(), key="k1").json()["booking_id"]

    answer = door.post(f"/bookings/{booking_id}/payment", {}, key="k2")
    again = door.post(f"/bookings/{booking_id}/payment", {}, key="k2")
    twice = door.post(f"/bookings/{booking_id}/payment", {}, key="k3")

    said = answer.json()
    assert answer.status_code == 201, answer.text
    assert (said["booking_id"], said["status"], said["due"]) == (booking_id, "pending", TOTAL)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (said, "true")
    assert (twice.status_code, twice.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")
    shown = door.get(answer.headers["Location"]).json()
    assert (shown["next"], shown["paid"], shown["attempts_left"]) == ("wait", NOTHING, 5)
    assert shown["client_secret"] is shown["secret_missing"] is shown["decline_reason"] is None


def test_a_stay_that_costs_nothing_is_not_paid(door: Door, estate: Estate) -> None:
    free = estate.wish(price_per_night={"minor": 0, "currency": "EUR"})
    booking_id = door.post("/bookings", free, key="k1").json()["booking_id"]

    refused = door.post(f"/bookings/{booking_id}/payment", {}, key="k2")

    assert (refused.status_code, refused.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_less_than_the_processor_takes_is_refused(door: Door, estate: Estate) -> None:
    cheap = estate.wish(price_per_night={"minor": 10, "currency": "EUR"})
    booking_id = door.post("/bookings", cheap, key="k1").json()["booking_id"]

    refused = door.post(f"/bookings/{booking_id}/payment", {}, key="k2")

    assert (refused.status_code, refused.json()["code"]) == (422, "BELOW_PROVIDER_MINIMUM")


def test_what_nobody_booked_is_not_found(door: Door, estate: Estate) -> None:
    answers = [
        door.post(f"/bookings/{fresh_id()}/payment", {}, key="k1"),
        door.post(f"/bookings/{fresh_id()}/payment/retry", None, key="k2"),
        door.get(f"/payments/{fresh_id()}"),
    ]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "NOT_FOUND")}


def test_once_the_processor_knows_of_it_the_guest_confirms_with_its_secret(
    paid_door: Door, estate: Estate, beyond: Outside
) -> None:
    payment = asked(paid_door, estate.wish())
    intent = beyond.open(payment["payment_id"])

    shown = paid_door.get(f"/payments/{payment['payment_id']}").json()

    assert (shown["status"], shown["next"]) == ("pending", "confirm")
    assert shown["client_secret"].startswith(f"{intent}_secret_")
    assert shown["secret_missing"] is None


def test_a_client_secret_is_never_logged_and_never_stored(
    paid_door: Door,
    estate: Estate,
    beyond: Outside,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    configure_logging("INFO")
    payment = asked(paid_door, estate.wish())
    beyond.open(payment["payment_id"])

    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        secret = paid_door.get(f"/payments/{payment['payment_id']}").json()["client_secret"]

    assert secret not in str(logs)
    assert secret not in caplog.text
    assert [log["route"] for log in logs] == ["/payments/{payment_id}"]
    with psycopg.connect(database.url) as connection:
        for table in ("events", "commands", "inbox", "snapshots"):
            every = sql.SQL("SELECT to_jsonb(t)::text FROM {} t")
            rows = connection.execute(every.format(sql.Identifier("ledger", table))).fetchall()
            assert secret.encode().hex() not in str(rows)
            assert secret not in str(rows)


def test_without_a_processor_everything_else_is_said(
    door: Door, estate: Estate, beyond: Outside
) -> None:
    payment = asked(door, estate.wish())
    beyond.open(payment["payment_id"])

    shown = door.get(f"/payments/{payment['payment_id']}").json()

    assert (shown["next"], shown["client_secret"]) == ("confirm", None)
    assert "no key" in shown["secret_missing"]


def test_a_processor_that_does_not_answer_is_no_failure_of_ours(
    settings: Settings, estate: Estate, beyond: Outside
) -> None:
    stripe = {"stripe_secret_key": KEY, "stripe_api_base": "http://127.0.0.1:9"}
    with knocking(settings.model_copy(update=stripe)) as door:
        payment = asked(door, estate.wish())
        beyond.open(payment["payment_id"])

        answer = door.get(f"/payments/{payment['payment_id']}")

    assert answer.status_code == 200
    assert answer.json()["client_secret"] is None
    assert answer.json()["secret_missing"]
    assert "127.0.0.1" not in answer.text


def test_a_declined_guest_hears_why_and_tries_again(
    paid_door: Door, estate: Estate, beyond: Outside
) -> None:
    payment = asked(paid_door, estate.wish())
    path = f"/payments/{payment['payment_id']}"
    beyond.guest_pays(payment["payment_id"], INSUFFICIENT)

    shown = paid_door.get(path).json()
    retried = paid_door.post(f"/bookings/{payment['booking_id']}/payment/retry", None, key="k1")
    beyond.guest_pays(payment["payment_id"], VISA)
    paid = paid_door.get(path).json()

    assert (shown["status"], shown["next"]) == ("failed", "retry")
    assert (shown["decline_reason"], shown["attempts_left"]) == ("insufficient_funds", 4)
    assert (retried.status_code, retried.json()["status"]) == (201, "pending")
    assert (paid["status"], paid["next"], paid["paid"]) == ("completed", "nothing", TOTAL)
    assert paid["decline_reason"] is None


def test_whose_card_is_stolen_is_not_told_that_it_is_known(
    paid_door: Door, estate: Estate, beyond: Outside
) -> None:
    payment = asked(paid_door, estate.wish())
    beyond.guest_pays(payment["payment_id"], STOLEN)

    shown = paid_door.get(f"/payments/{payment['payment_id']}").json()
    retried = paid_door.post(f"/bookings/{payment['booking_id']}/payment/retry", None, key="k1")

    assert (shown["next"], shown["decline_reason"]) == ("nothing", "declined")
    assert (retried.status_code, retried.json()["code"]) == (409, "PAYMENT_NOT_RETRYABLE")


def test_p11_after_five_attempts_there_is_nothing_left_to_do(
    paid_door: Door, estate: Estate, beyond: Outside
) -> None:
    payment = asked(paid_door, estate.wish())
    retry = f"/bookings/{payment['booking_id']}/payment/retry"
    for attempt in range(4):
        beyond.guest_pays(payment["payment_id"], INSUFFICIENT)
        assert paid_door.post(retry, None, key=f"k{attempt}").status_code == 201
    beyond.guest_pays(payment["payment_id"], INSUFFICIENT)

    retried = paid_door.post(retry, None, key="k-last")
    shown = paid_door.get(f"/payments/{payment['payment_id']}").json()

    assert (retried.status_code, retried.json()["code"]) == (409, "PAYMENT_ATTEMPTS_EXHAUSTED")
    assert (shown["attempts_left"], shown["next"]) == (0, "nothing")


def test_p9_whose_bank_asks_can_answer_it_in_another_browser(
    paid_door: Door, estate: Estate, beyond: Outside
) -> None:
    payment = asked(paid_door, estate.wish())
    intent = beyond.guest_pays(payment["payment_id"], ASKS_THE_BANK)

    shown = paid_door.get(f"/payments/{payment['payment_id']}").json()

    assert (shown["status"], shown["next"]) == ("requires_action", "authenticate")
    assert shown["client_secret"].startswith(f"{intent}_secret_")


@pytest.mark.parametrize(
    ("step", "body", "status", "paying"),
    [
        ("acceptance", None, "accepting", "processing"),
        ("decline", {"reason": "not_suitable"}, "declined", "cancelled"),
        ("withdrawal", None, "withdrawn", "cancelled"),
    ],
)
def test_a_request_whose_money_is_held_is_decided(  # noqa: PLR0913 - a row of the table
    paid_door: Door,
    estate: Estate,
    beyond: Outside,
    step: str,
    body: dict[str, str] | None,
    status: str,
    paying: str,
) -> None:
    payment = asked(paid_door, estate.wish(), capture="manual")
    beyond.guest_pays(payment["payment_id"], VISA)
    held = paid_door.get(f"/payments/{payment['payment_id']}").json()
    path = f"/bookings/{payment['booking_id']}/{step}"

    decided = paid_door.post(path, body, key="k1")
    again = paid_door.post(path, body, key="k2")

    assert (held["status"], held["next"]) == ("authorized", "wait")
    assert (decided.status_code, decided.json()["status"]) == (201, status), decided.text
    assert paid_door.get(f"/payments/{payment['payment_id']}").json()["status"] == paying
    assert (again.status_code, again.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("step", "body"),
    [("acceptance", None), ("decline", {"reason": "other"}), ("withdrawal", None)],
)
def test_what_does_not_wait_for_its_host_is_not_decided(
    door: Door, estate: Estate, step: str, body: dict[str, str] | None
) -> None:
    payment = asked(door, estate.wish(), capture="manual")
    unasked = door.post("/bookings", estate.wish(unit_id=estate.units[1]), key="k1").json()

    early = door.post(f"/bookings/{payment['booking_id']}/{step}", body, key="k2")
    unpaid = door.post(f"/bookings/{unasked['booking_id']}/{step}", body, key="k3")
    nobodys = door.post(f"/bookings/{fresh_id()}/{step}", body, key="k4")

    assert (early.status_code, early.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")
    assert unpaid.status_code in (404, 409), unpaid.text
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "NOT_FOUND")


def test_why_a_host_declines_is_no_place_for_words_about_a_guest(
    door: Door, estate: Estate
) -> None:
    payment = asked(door, estate.wish(), capture="manual")
    path = f"/bookings/{payment['booking_id']}/decline"

    refused = door.post(path, {"reason": "Inês was rude"}, key="k1")

    assert (refused.status_code, refused.json()["code"]) == (422, "INVALID_REQUEST")
    assert "Inês" not in refused.text
