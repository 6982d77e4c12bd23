"""Notices: believed only with a fresh signature over their bytes (CASE-P13, fault 38, SEC-S29)."""

import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import (
    NoticeNotSigned,
    NoticeOfAnotherAccount,
    NoticeOfAnotherMode,
    NoticeRefused,
    NoticeStale,
    NoticeUnreadable,
)
from ledger.gateways.stripe import API_VERSION
from ledger.gateways.stripe.notices import Expected, Hears, Notice, verified
from sandbox.stripe.core.webhooks import signature
from tests.ledger.gateways.outside import START, Outside

SECRET = "whsec_of_this_week"
OLD = "whsec_of_last_week"
TEST_MODE = Expected(live=False)
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "api_version": API_VERSION,
    "created": int(START.timestamp()) - 60,
    "data": {"object": {"id": "pi_1", "object": "payment_intent", "amount": 24_000}},
    "livemode": False,
    "pending_webhooks": 1,
    "request": {"id": "req_1", "idempotency_key": "open"},
    "type": "payment_intent.succeeded",
}


def body(**changed: Any) -> bytes:
    return json.dumps(EVENT | changed).encode()


def signed(raw: bytes, secret: str = SECRET, *, age: timedelta = timedelta(0)) -> str:
    return signature(raw, secret, int((START - age).timestamp()))


def taken_in(raw: bytes, header: str | None, expected: Expected = TEST_MODE) -> Notice:
    return verified(raw, header, (SECRET, OLD), expected, START)


def test_a_notice_tells_what_happened_to_which_object() -> None:
    raw = body()
    assert taken_in(raw, signed(raw)) == Notice(
        event_id="evt_1",
        type="payment_intent.succeeded",
        object_id="pi_1",
        object_type="payment_intent",
        account=None,
        live=False,
        api_version=API_VERSION,
        created_at=START - timedelta(minutes=1),
    )


def test_what_the_stand_in_posts_is_taken_in(outside: Outside) -> None:
    endpoint = outside.sdk.v1.webhook_endpoints.create(
        {"url": "https://stays.example/stripe", "enabled_events": ["*"]}
    )
    outside.paid()
    secret = str(endpoint.secret)

    postings = outside.machine.due_postings()
    notices = [
        verified(one.body, one.headers["Stripe-Signature"], (secret,), TEST_MODE, outside.clock())
        for one in postings
    ]

    assert "payment_intent.succeeded" in {one.type for one in notices}
    assert {one.api_version for one in notices} == {API_VERSION}
    assert all(one.created_at == START for one in notices)


def test_while_a_secret_is_changed_either_will_do() -> None:
    """SEC-S51"""
    raw = body()
    assert taken_in(raw, signed(raw, SECRET)) == taken_in(raw, signed(raw, OLD))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=,v1=",
        "t=now,v1=abc",
        "v1=abc",
        "t=1800000000",
        "nonsense",
        "t=1800000000,v0=" + "0" * 64,
        "t=1800000000,v1=" + "0" * 64,
    ],
)
def test_a_notice_without_a_signature_of_ours_is_refused(header: str | None) -> None:
    with pytest.raises(NoticeNotSigned):
        taken_in(body(), header)


def test_a_signature_with_another_secret_is_refused() -> None:
    raw = body()
    with pytest.raises(NoticeNotSigned):
        taken_in(raw, signed(raw, "whsec_of_somebody_else"))


def test_without_a_secret_nothing_is_believed() -> None:
    raw = body()
    for secrets in ((), ("",)):
        with pytest.raises(NoticeNotSigned):
            verified(raw, signed(raw, ""), secrets, TEST_MODE, START)


def test_the_same_event_written_otherwise_is_refused() -> None:
    """The bytes are signed, not what they mean."""
    raw = body()
    for other in (json.dumps(EVENT, indent=1).encode(), raw + b"\n", raw.replace(b"pi_1", b"pi_2")):
        with pytest.raises(NoticeNotSigned):
            taken_in(other, signed(raw))


def test_the_time_is_signed_too() -> None:
    raw = body()
    stale = signed(raw, age=timedelta(hours=1))
    freshened = stale.replace(stale.split(",")[0], f"t={int(START.timestamp())}")
    with pytest.raises(NoticeNotSigned):
        taken_in(raw, freshened)
    with pytest.raises((NoticeNotSigned, NoticeStale)):
        taken_in(raw, f"{stale},t={int(START.timestamp())}")


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (timedelta(minutes=5), True),
        (timedelta(minutes=5, seconds=1), False),
        (timedelta(days=2), False),
        (-timedelta(minutes=1), True),
        (-timedelta(minutes=1, seconds=1), False),
    ],
)
def test_a_signature_is_good_for_five_minutes(age: timedelta, *, fresh: bool) -> None:
    raw = body()
    header = signed(raw, age=age)
    if fresh:
        assert taken_in(raw, header).event_id == "evt_1"
    else:
        with pytest.raises(NoticeStale):
            taken_in(raw, header)


def test_a_time_beyond_all_times_is_stale_and_breaks_nothing() -> None:
    raw = body()
    header = signature(raw, SECRET, 10**30)
    with pytest.raises(NoticeStale):
        taken_in(raw, header)


@pytest.mark.parametrize("live", [True, False])
def test_test_money_and_real_money_do_not_mix(live: bool) -> None:
    raw = body(livemode=live)
    assert taken_in(raw, signed(raw), Expected(live=live)).live is live
    with pytest.raises(NoticeOfAnotherMode):
        taken_in(raw, signed(raw), Expected(live=not live))


@pytest.mark.parametrize(
    ("hears", "account", "heard"),
    [
        (Hears.PLATFORM, None, True),
        (Hears.PLATFORM, "acct_1", False),
        (Hears.HOSTS, None, False),
        (Hears.HOSTS, "acct_1", True),
        (Hears.BOTH, None, True),
        (Hears.BOTH, "acct_1", True),
    ],
)
def test_an_address_hears_of_its_accounts_only(
    hears: Hears, account: str | None, *, heard: bool
) -> None:
    raw = body(account=account)
    expected = Expected(live=False, hears=hears)
    if heard:
        assert taken_in(raw, signed(raw), expected).account == account
    else:
        with pytest.raises(NoticeOfAnotherAccount):
            taken_in(raw, signed(raw), expected)


def test_an_unknown_type_and_another_version_are_taken_in_and_named() -> None:
    """CASE-P13: they are stored; what to do about them is decided where they are worked on."""
    raw = body(type="payment_intent.levitated", api_version="2019-02-19", data={"object": {}})
    notice = taken_in(raw, signed(raw))
    assert (notice.type, notice.api_version) == ("payment_intent.levitated", "2019-02-19")
    assert (notice.object_id, notice.object_type) == (None, None)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"null", b"[]", b"not json", b'{"id": "evt_1"}', body(object="v2.core.event"),
        body(livemode="yes"), body(data=None), body(created=10**30),
    ],
)  # fmt: skip
def test_what_is_signed_and_no_event_is_refused(raw: bytes) -> None:
    with pytest.raises(NoticeUnreadable):
        taken_in(raw, signed(raw))


def test_bytes_that_are_no_text_are_refused() -> None:
    raw = b"\xff\xfe"
    stamp = int(START.timestamp())
    mac = hmac.new(SECRET.encode(), b"%d.%s" % (stamp, raw), "sha256").hexdigest()
    with pytest.raises(NoticeNotSigned):
        taken_in(raw, f"t={stamp},v1={mac}")


@given(raw=st.binary(max_size=200), header=st.text(max_size=100))
def test_whatever_is_posted_is_refused_by_name(raw: bytes, header: str) -> None:
    with pytest.raises(NoticeRefused):
        taken_in(raw, header)
