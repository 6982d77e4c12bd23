"""Whatever comes in: Stripe's error shape goes out, and never a 500."""

import json
import random
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest

from sandbox.stripe.core import api
from sandbox.stripe.core.forms import decode
from sandbox.stripe.machine import StripeMachine
from tests.sandbox.stripe.shells import Shell, fresh_machine, in_process, paid

KEY = {"authorization": "Bearer sk_test_anything"}


def call(machine: StripeMachine, method: str, path: str, form: Any = "", **headers: str) -> Any:
    """Status and body of a call without the SDK in between."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = machine.call(method, path, form, {**KEY, **named})
    return answer.status, json.loads(answer.body)


def refused(machine: StripeMachine, method: str, path: str, form: Any = "", **headers: str) -> Any:
    """The error of a call that must be refused."""
    status, body = call(machine, method, path, form, **headers)
    assert 400 <= status < 500, body
    assert set(body) == {"error"}
    assert isinstance(body["error"]["message"], str)
    assert isinstance(body["error"]["type"], str)
    return status, body["error"]


@pytest.fixture
def machine() -> StripeMachine:
    return fresh_machine()


CREATE = "/v1/payment_intents"


@pytest.mark.parametrize(
    ("form", "code", "param"),
    [
        ("amount=1000&currency=eur&shoes=2", "parameter_unknown", "shoes"),
        ("amount=1000&currency=eur&metadata=x", None, "metadata"),
        ("amount=1000&currency=eur&shipping[shoes]=2", "parameter_unknown", "shipping[shoes]"),
        ("currency=eur", "parameter_missing", "amount"),
        ("amount=1000", "parameter_missing", "currency"),
        ("amount=ten&currency=eur", "parameter_invalid_integer", "amount"),
        ("amount=1e3&currency=eur", "parameter_invalid_integer", "amount"),
        ("amount=-5&currency=eur", "parameter_invalid_integer", "amount"),
        ("amount=10.00&currency=eur", "parameter_invalid_integer", "amount"),
        ("amount=%D9%A1%D9%A2&currency=eur", "parameter_invalid_integer", "amount"),
        ("amount=99999999999999999999&currency=eur", None, "amount"),
        ("amount[]=1000&currency=eur", "parameter_invalid_integer", "amount"),
        ("amount=1000&currency=euro", None, "currency"),
        ("amount=1000&currency=", "parameter_invalid_empty", "currency"),
        ("amount=1000&currency=eur&confirm=yes", None, "confirm"),
        ("amount=1000&currency=eur&capture_method=maybe", None, "capture_method"),
        ("amount=1000&currency=eur&customer=cus_none", "resource_missing", "customer"),
        ("amount=1000&currency=eur&payment_method=pm_none", "resource_missing", "payment_method"),
        ("amount=1000&currency=eur&payment_method=pm_card_none", "resource_missing",
         "payment_method"),
        ("amount=1000&currency=eur&expand=x", None, "expand"),
        ("amount=1000&currency=eur&description=" + "x" * 1_001, "parameter_invalid_string",
         "description"),
        ("amount=1000&currency=eur&metadata[a]=" + "x" * 501, None, "metadata[a]"),
        ("amount=1000&currency=eur&metadata[" + "k" * 41 + "]=x", None, "metadata"),
        ("amount=1000&currency=eur&receipt_email=nobody", "email_invalid", "receipt_email"),
        ("amount=1000&currency=eur&off_session=true", None, "off_session"),
    ],
)  # fmt: skip
def test_a_bad_parameter_is_named(
    machine: StripeMachine, form: str, code: str | None, param: str
) -> None:
    status, error = refused(machine, "POST", CREATE, form)
    assert status == 400
    assert error["type"] == "invalid_request_error"
    assert (error.get("code"), error["param"]) == (code, param)


@pytest.mark.parametrize(
    "form",
    ["amount=%ff&currency=eur", "a=1&a[b]=2", "a[b]=1&a=2", "[a]=1",
     "a[b][c][d][e][f][g][h][i][j]=1",
     "&".join(f"a[{n}]=1" for n in range(3_000)), b"\xff\xfe\x00", b"\x00" * 100, "{}", "[]=1",
     "amount=1000&currency=eur&metadata[]=1&metadata[0][1]=2"],
)  # fmt: skip
def test_garbage_is_refused(machine: StripeMachine, form: Any) -> None:
    refused(machine, "POST", CREATE, form)


def test_fifty_keys_of_metadata_are_enough(machine: StripeMachine) -> None:
    pairs = "&".join(f"metadata[k{n}]=v" for n in range(51))
    refused(machine, "POST", CREATE, f"amount=1000&currency=eur&{pairs}")


def test_another_content_type_is_refused(machine: StripeMachine) -> None:
    refused(machine, "POST", CREATE, b'{"amount": 1000}', content_type="application/json")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/shoes"), ("PUT", "/v1/customers"), ("GET", "/v1"), ("GET", "/v1/"),
     ("GET", "/v1/customers/"), ("DELETE", "/v1/refunds/re_1"), ("GET", "/v1/a/b/c/d/e/f"),
     ("GET", "/v1//customers"), ("POST", "/v1/events")],
)  # fmt: skip
def test_an_unknown_url_is_a_404(machine: StripeMachine, method: str, path: str) -> None:
    assert refused(machine, method, path)[0] == 404


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer sk_live_x", "Bearer sk_test_", "Basic !!!", "Basic c2s=",
     "Digest sk_test_x", "sk_test_anything"],
)  # fmt: skip
def test_a_wrong_key_is_a_401(machine: StripeMachine, authorization: str) -> None:
    assert refused(machine, "GET", "/v1/balance", authorization=authorization)[0] == 401


def test_a_key_may_come_as_basic_authentication(machine: StripeMachine) -> None:
    # base64 of "sk_test_anything:"
    assert (
        call(machine, "GET", "/v1/balance", authorization="Basic c2tfdGVzdF9hbnl0aGluZzo=")[0]
        == 200
    )


def test_an_invented_version_is_refused(machine: StripeMachine) -> None:
    refused(machine, "GET", "/v1/balance", stripe_version="yesterday")


def test_an_endless_idempotency_key_is_refused(machine: StripeMachine) -> None:
    form = "amount=1000&currency=eur"
    refused(machine, "POST", CREATE, form, idempotency_key="k" * 256)


@pytest.mark.parametrize("line", sorted(api.ROUTES))
def test_no_endpoint_stumbles_over_objects_that_are_not_there(
    machine: StripeMachine, line: str
) -> None:
    """Every endpoint, with ids of nothing and parameters that fit nothing."""
    method, path = line.split(" ")
    status, _ = call(machine, method, path.replace("{}", "xx_nothing"), "")
    assert status < 500
    refused(machine, method, path.replace("{}", "xx_nothing"), "no_such_parameter=1")


def test_random_forms_are_answered_at_every_endpoint(machine: StripeMachine) -> None:
    chance = random.Random(3)
    shell = in_process(machine)
    paid(shell)
    ids = [*machine.world.index, "", "pm_card_visa", "nothing"]
    for line, endpoint in sorted(api.ROUTES.items()):
        method, path = line.split(" ")
        for _ in range(12):
            names = chance.sample(
                sorted(endpoint.schema.kinds), k=min(4, len(endpoint.schema.kinds))
            )
            form = "&".join(
                f"{name}{chance.choice(['', '', '', '[]', '[a]', '[id]'])}={quote_plus(value)}"
                for name in names
                for value in [chance.choice([*VALUES, chance.choice(ids)])]
            )
            real = path
            while "{}" in real:
                real = real.replace("{}", chance.choice(ids) or "x", 1)
            status, body = call(machine, method, real, form)
            assert status < 500, (line, form, body)
    assert shell.behind("books", method="GET")["findings"] == []


VALUES = ["0", "1", "-1", "100", "1000000", "true", "false", "eur", "usd", "x", "é", "a" * 600,
          "https://stays.example", "a@b.example", "manual", "won", "1.5", " ", "null"]  # fmt: skip


@pytest.mark.parametrize("size", [10_000_000])
def test_ten_megabytes_are_refused_politely(served: Shell, address: str, size: int) -> None:
    answer = httpx.post(
        f"{address}/v1/payment_intents",
        content=b"description=" + b"x" * size,
        headers={**KEY, "content-type": "application/x-www-form-urlencoded"},
        timeout=20,
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    # and the server is still there
    assert served.v1.balance.retrieve().object == "balance"


def test_a_form_says_what_it_means() -> None:
    assert decode("a=1&b[c]=2&b[d][e]=%C3%A9+x&l[]=1&l[]=2&m[0][k]=v&empty=") == {
        "a": "1",
        "b": {"c": "2", "d": {"e": "é x"}},
        "l": {"0": "1", "1": "2"},
        "m": {"0": {"k": "v"}},
        "empty": "",
    }


# -- The control plane ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body"),
    [("clock", b"{}"), ("clock", b'{"advance_s": -1}'), ("clock", b'{"advance_s": "x"}'),
     ("clock", b'{"advance_s": 1e300}'), ("clock", b'{"advance_s": 1e10}'), ("clock", b"[]"),
     ("clock", b"garbage"),
     ("disputes", b'{"charge": "ch_x"}'), ("disputes", b"{}"), ("disputes/du_x", b"{}"),
     ("refunds/re_x", b'{"outcome": "failed"}'), ("payouts/po_x", b"{}"), ("faults", b"{}"),
     ("faults", b'{"kind": "slow", "hold_s": "x"}'), ("faults", b'{"kind": "slow", "times": 0}'),
     ("rates", b'{"eur": 0}'), ("rates", b'{"xyz": 1}'), ("rates", b'{"usd": "NaN"}'),
     ("webhooks", b'{"drop": 2}'), ("webhooks", b'{"delay_s": 3}'), ("webhooks/evt_x", b"{}"),
     ("accounts/acct_x", b"{}"), ("funds", b'{"amount": 1, "currency": "xyz"}'),
     ("authentications/pi_x", b'{"outcome": "passed"}'), ("shoes", b"{}"), ("reset", b"3")],
)  # fmt: skip
def test_the_control_plane_refuses_nonsense(machine: StripeMachine, path: str, body: bytes) -> None:
    status, answer = machine.control("POST", path, body)
    assert 400 <= status < 500
    assert json.loads(answer)["error"]["message"]
