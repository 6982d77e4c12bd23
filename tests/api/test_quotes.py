"""Quotes at the door: a tariff is set, a stay is quoted, and the quote becomes a booking."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.estate import Estate
from ledger.aggregates.coupon import IssueCoupon, code_hash_of, coupon_of
from ledger.application import Ledger
from ledger.draft import Request
from ledger.events import Actor
from ledger.settings import Settings
from ledger.values.clock import instant, system_clock
from ledger.values.ids import CommandId, fresh_id
from ledger.values.money import Money
from tests.api.conftest import QUOTE_KEYS, Door, knocking
from tests.api.houses import day
from tests.conftest import Database

A_ROOM = {
    "room_type": "double",
    "plan": {"name": "sea", "base_minor": 12_000, "cleaning_minor": 3_000},
    "rules": {"min_nights": 2, "capacity": 3},
}
RATES: dict[str, Any] = {"currency": "EUR", "rooms": [A_ROOM], "policy": "flexible"}
LEVIES: dict[str, Any] = {
    "fee_plan": {"name": "split", "guest_fee_bp": 1_400, "host_fee_bp": 300, "guest_vat_bp": 2_000},
    "taxes": [
        {"name": "city", "jurisdiction": "PT-LIS", "base": "person_night", "minor": 200},
    ],
}


@pytest.fixture
def priced(door: Door, estate: Estate) -> Estate:
    """The property, with a tariff."""
    rates = door.put(f"/properties/{estate.property_id}/rates", RATES, key="rates")
    levies = door.put(f"/properties/{estate.property_id}/levies", LEVIES, key="levies")
    assert (rates.status_code, levies.status_code) == (200, 200), rates.text + levies.text
    return estate


def a_wish(estate: Estate, **changes: Any) -> dict[str, Any]:
    """Two nights in the first room for two."""
    wish = {
        "guest_id": fresh_id(),
        "property_id": estate.property_id,
        "unit_id": estate.units[0],
        "check_in": day(0),
        "check_out": day(2),
        "party": {"adults": 2},
    }
    return {key: value for key, value in {**wish, **changes}.items() if value is not None}


def ask(door: Door, estate: Estate, **changes: Any) -> httpx.Response:
    return door.client.post("/quotes", json=a_wish(estate, **changes))


def to_accept(quoted: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"quote": quoted["quote"], "accepted_policy": quoted["policy"]["accept"], **changes}


# -- Tariffs ----------------------------------------------------------------------------


def test_a_tariff_is_set_in_versions(door: Door, priced: Estate) -> None:
    path = f"/properties/{priced.property_id}/rates"

    again = door.put(path, RATES, key="rates")
    same = door.put(path, RATES, key="once-more")
    other = door.put(path, {**RATES, "policy": "strict"}, key="other")

    assert again.headers["Idempotency-Replayed"] == "true"
    assert [answer.json()["version"] for answer in (again, same, other)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"policy": "whatever"}, "UNKNOWN_POLICY"),
        ({"currency": "USD"}, "CURRENCY_MISMATCH"),
        ({"rooms": [A_ROOM, A_ROOM]}, "RATES_CONTRADICT"),
        ({"rooms": []}, "INVALID_REQUEST"),
        ({"mode": "whenever"}, "INVALID_REQUEST"),
    ],
)
def test_rates_that_cannot_be_are_refused(
    door: Door, estate: Estate, changes: dict[str, Any], code: str
) -> None:
    refused = door.put(f"/properties/{estate.property_id}/rates", {**RATES, **changes}, key="k1")

    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text


def test_a_property_that_nobody_vouches_for_has_no_tariff(door: Door, estate: Estate) -> None:
    refused = door.put(f"/properties/{fresh_id()}/levies", LEVIES, key="k1")

    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_DISCOVERABLE")


# -- Quotes -----------------------------------------------------------------------------


def test_a_quote_says_what_a_stay_costs_and_why(door: Door, priced: Estate) -> None:
    answer = ask(door, priced)

    assert answer.status_code == 200, answer.text
    quoted = answer.json()
    assert [(line["code"], line["amount"]["minor"]) for line in quoted["lines"]] == [
        ("night", 12_000),
        ("night", 12_000),
        ("cleaning", 3_000),
        ("guest_fee", 3_780),
        ("guest_fee_vat", 756),
        ("stay_tax", 800),
    ]
    assert quoted["total"] == quoted["listing_total"] == {"minor": 32_336, "currency": "EUR"}
    assert quoted["nights"][0]["steps"] == [{"done": "base", "minor": "12000"}]
    assert (quoted["rates_version"], quoted["levies_version"]) == (1, 1)
    assert instant(quoted["expires_at"]) > system_clock() + timedelta(minutes=14)
    assert quoted["exchange"] is None
    assert answer.headers["Ledger-Position"] == str(quoted["position"])


def test_a_quote_says_until_when_what_goes_back(door: Door, priced: Estate) -> None:
    policy = ask(door, priced).json()["policy"]

    assert policy["name"] == "flexible"
    assert policy["text"].startswith("Within 24 hours of booking")
    free, after = policy["boundaries"]
    assert free["refund"]["minor"] == 32_336
    assert after["refund"]["minor"] == 12_000 + 3_000 + 800
    until = [instant(each["until"]).date().isoformat() for each in (free, after)]
    assert until == [day(-1), day(0)]


def test_a_room_type_is_quoted_for_the_room_that_fits_best(
    door: Door, priced: Estate, followed: None
) -> None:
    door.get("/positions", after=door.get("/positions").json()["position"])

    quoted = ask(door, priced, unit_id=None, room_type="double").json()

    assert quoted["unit_id"] == priced.units[0]
    assert quoted["room_type"] == "double"


def test_a_guest_may_pay_in_another_currency(
    settings: Settings, priced: Estate, tmp_path: Path
) -> None:
    published_on = system_clock().date() - timedelta(days=1)
    file = tmp_path / "rates.csv"
    file.write_text(f"Date,USD\n{published_on.isoformat()},1.0837\n")
    with knocking(settings.model_copy(update={"reference_rates": str(file)})) as door:
        in_dollars = ask(door, priced, currency="USD").json()
        in_crowns = ask(door, priced, currency="NOK").json()

    assert in_dollars["total"] == {"minor": 35_393, "currency": "USD"}
    assert in_dollars["listing_total"] == {"minor": 32_336, "currency": "EUR"}
    assert sum(line["amount"]["minor"] for line in in_dollars["lines"]) == 35_393
    assert in_dollars["exchange"] == {
        "rate": "1094537/1000000",
        "margin_bp": 100,
        "published_on": published_on.isoformat(),
        "source": "rates.csv",
    }
    assert in_crowns["total"]["currency"] == "EUR"
    assert in_crowns["not_converted"] == "CURRENCY_NOT_QUOTED"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"property_id": fresh_id()}, 409, "NOT_DISCOVERABLE"),
        ({"unit_id": fresh_id()}, 404, "NOT_FOUND"),
        ({"check_out": day(1)}, 422, "MIN_STAY"),
        ({"check_out": day(0)}, 422, "NO_NIGHTS"),
        ({"party": {"adults": 4}}, 422, "OVER_CAPACITY"),
        ({"check_in": "2017-08-30", "check_out": "2017-09-01"}, 409, "TOO_LATE"),
        ({"coupon": "MADE-UP"}, 422, "COUPON_NOT_VALID"),
        ({"non_refundable": True}, 422, "NOT_OFFERED"),
        ({"currency": "XXX"}, 422, "UNKNOWN_CURRENCY"),
        ({"room_type": "double"}, 422, "INVALID_REQUEST"),
        ({"pets": -1}, 422, "INVALID_REQUEST"),
    ],
)
def test_what_cannot_be_booked_is_not_quoted(
    door: Door, priced: Estate, changes: dict[str, Any], status: int, code: str
) -> None:
    refused = ask(door, priced, **changes)

    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text


def test_a_house_without_a_tariff_is_not_quoted(door: Door, estate: Estate) -> None:
    refused = ask(door, estate)

    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_DISCOVERABLE")
    assert refused.json()["data"]["because"] == ["no_rates"]


def test_a_server_without_a_key_makes_no_quotes(database: Database, priced: Estate) -> None:
    with knocking(Settings(database_url=database.url, quote_keys=())) as door:
        refused = ask(door, priced)

    assert (refused.status_code, refused.json()["code"]) == (503, "QUOTES_NOT_SET_UP")


# -- Booking ----------------------------------------------------------------------------


def test_a_quote_is_booked_at_its_price(door: Door, priced: Estate) -> None:
    quoted = ask(door, priced).json()
    dearer = {**RATES, "rooms": [{**A_ROOM, "plan": {"name": "sea", "base_minor": 99_900}}]}
    door.put(f"/properties/{priced.property_id}/rates", dearer, key="dearer")

    booked = door.post("/bookings", to_accept(quoted), key="k1")
    again = door.post("/bookings", to_accept(quoted), key="k1")
    twice = door.post("/bookings", to_accept(quoted), key="k2")

    assert booked.status_code == 201, booked.text
    assert booked.json()["total"] == quoted["total"]
    assert booked.json()["status"] == "pending_payment"
    assert booked.json()["unit_id"] == quoted["unit_id"]
    assert again.json() == booked.json()
    assert (twice.status_code, twice.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_a_room_that_was_taken_meanwhile_is_replaced_by_another_of_its_type(
    door: Door, priced: Estate, followed: None
) -> None:
    any_room = {"unit_id": None, "room_type": "double"}
    first, second = (ask(door, priced, **any_room).json() for _ in range(2))

    one = door.post("/bookings", to_accept(first), key="k1")
    other = door.post("/bookings", to_accept(second), key="k2")

    assert first["unit_id"] == second["unit_id"]
    assert (one.status_code, other.status_code) == (201, 201), other.text
    assert one.json()["unit_id"] != other.json()["unit_id"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"quote": "made.up.token"}, 422, "QUOTE_NOT_OURS"),
        ({"accepted_policy": "0" * 64}, 409, "POLICY_NOT_ACCEPTED"),
        ({"guest_id": fresh_id()}, 403, "QUOTE_OF_ANOTHER_GUEST"),
        ({"quote": "ä"}, 422, "INVALID_REQUEST"),
        ({"accepted_policy": "flexible"}, 422, "INVALID_REQUEST"),
        ({"price_per_night": {"minor": 1, "currency": "EUR"}}, 422, "INVALID_REQUEST"),
    ],
)
def test_only_our_own_quote_is_booked_as_it_was_accepted(
    door: Door, priced: Estate, changes: dict[str, Any], status: int, code: str
) -> None:
    quoted = ask(door, priced).json()

    refused = door.post("/bookings", to_accept(quoted, **changes), key="k1")

    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text


def test_a_quote_expires(settings: Settings, door: Door, priced: Estate) -> None:
    quoted = ask(door, priced).json()
    in_time = system_clock()
    with knocking(settings, clock=lambda: in_time + timedelta(minutes=16)) as later:
        refused = later.post("/bookings", to_accept(quoted), key="k1")

    assert (refused.status_code, refused.json()["code"]) == (409, "QUOTE_EXPIRED")


def test_a_coupon_is_used_by_the_booking(door: Door, priced: Estate, ledger: Ledger) -> None:
    code_hash = code_hash_of("SUMMER")
    now = system_clock()
    coupon = IssueCoupon(
        coupon_id=coupon_of(code_hash),
        code_hash=code_hash,
        currency="EUR",
        amount=Money(1_000, "EUR"),
        valid_from=now - timedelta(hours=1),
        valid_until=now + timedelta(days=1),
    )
    request = Request(command_id=CommandId(fresh_id()), case_id=coupon.coupon_id, content=b"")
    ledger.execute(request, lambda draft: draft.do(Actor("F", "finance"), coupon))
    quoted, other = (
        ask(door, priced, coupon="summer", unit_id=unit_id).json() for unit_id in priced.units[:2]
    )

    booked = door.post("/bookings", to_accept(quoted), key="k1")
    refused = door.post("/bookings", to_accept(other), key="k2")

    assert quoted["total"]["minor"] == 31_336
    assert booked.status_code == 201, booked.text
    assert (refused.status_code, refused.json()["code"]) == (422, "COUPON_NOT_VALID")
    assert refused.json()["data"] == {"why": "used_up", "uses": 1}


def test_p16_a_stay_that_costs_nothing_is_confirmed_at_once(door: Door, estate: Estate) -> None:
    free = {**RATES, "rooms": [{"room_type": "double", "plan": {"name": "gift", "base_minor": 0}}]}
    none = {"fee_plan": {"name": "none", "guest_fee_bp": 0, "host_fee_bp": 0}}
    door.put(f"/properties/{estate.property_id}/rates", free, key="rates")
    door.put(f"/properties/{estate.property_id}/levies", none, key="levies")
    quoted = ask(door, estate).json()

    booked = door.post("/bookings", to_accept(quoted), key="k1")

    assert quoted["total"]["minor"] == 0
    assert booked.json()["status"] == "confirmed", booked.text


def test_a_quote_is_signed_with_the_first_key_and_honoured_by_all(
    settings: Settings, door: Door, priced: Estate
) -> None:
    quoted = ask(door, priced).json()
    rotated = settings.model_copy(update={"quote_keys": (f"new:{'n' * 43}", *QUOTE_KEYS)})
    with knocking(rotated) as after:
        fresh = ask(after, priced).json()
        booked = after.post("/bookings", to_accept(quoted), key="k1")

    assert quoted["quote"].startswith("test.")
    assert fresh["quote"].startswith("new.")
    assert booked.status_code == 201, booked.text
