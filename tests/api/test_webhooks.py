"""What the processor posts to us: stored once and answered, or refused and written down."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from structlog.testing import capture_logs

from api.bodies import HOSTS_NOTICES, NOTICES
from bench.estate import Estate
from ledger.application import Ledger
from ledger.gateways.stripe.notices import SOURCE
from ledger.settings import Settings
from ledger.values.clock import Instant, system_clock
from replay.outside import read_inbox
from sandbox.stripe.core.webhooks import signature
from tests.api.conftest import HOSTS_SECRET, WEBHOOK_SECRET, Door, knocking
from tests.api.outside import Outside, asked, outside
from tests.conftest import Database

OTHER_SECRET = "whsec_of_another_endpoint"
CANARY = "ines@guests.example"


def event(**changed: Any) -> bytes:
    """An event as the processor writes it, with something personal in it."""
    told = {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": int(system_clock().timestamp()),
        "data": {"object": {"id": "pi_1", "object": "payment_intent", "receipt_email": CANARY}},
        "livemode": False,
        "type": "payment_intent.succeeded",
    }
    return json.dumps(told | changed).encode()


def told(
    door: Door,
    raw: bytes,
    secret: str = WEBHOOK_SECRET,
    age: timedelta = timedelta(0),
    header: str | None = None,
    path: str = NOTICES,
) -> httpx.Response:
    """Post an event as the stand-in does, signed some time ago."""
    signed = signature(raw, secret, int((system_clock() - age).timestamp()))
    headers = {"Stripe-Signature": signed if header is None else header}
    return door.client.post(path, content=raw, headers=headers)


def letters(database: Database) -> list[tuple[str, str, str, bytes]]:
    """The inbox."""
    with psycopg.connect(database.url) as connection:
        return connection.execute(
            "SELECT source, notice_id, type, raw FROM ledger.inbox ORDER BY notice_id"
        ).fetchall()


@pytest.fixture
def two_endpoints(settings: Settings) -> Iterator[Door]:
    """A door that believes two secrets, as while one is being changed."""
    secrets = (OTHER_SECRET, WEBHOOK_SECRET)
    with knocking(settings.model_copy(update={"stripe_webhook_secrets": secrets})) as door:
        yield door


def test_a_notice_is_stored_as_it_came_before_it_is_answered(
    door: Door, database: Database
) -> None:
    raw = event()

    answer = told(door, raw)

    assert (answer.status_code, answer.json()) == (200, {})
    assert letters(database) == [(SOURCE, "evt_1", "payment_intent.succeeded", raw)]


def test_p2_the_same_notice_ten_times_at_once_and_by_two_endpoints_is_one(
    two_endpoints: Door, database: Database
) -> None:
    raw = event()
    secrets = [WEBHOOK_SECRET, OTHER_SECRET] * 5

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda secret: told(two_endpoints, raw, secret), secrets))

    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "{}")}
    assert len(letters(database)) == 1


def test_p2_however_often_money_is_told_of_it_comes_in_once(
    door: Door, estate: Estate, ledger: Ledger, database: Database, address: str
) -> None:
    """Ten copies at once and another event of the same payment; and one more after two days."""
    beyond = outside(ledger, address)
    payment = asked(door, estate.wish())
    intent = beyond.open(payment["payment_id"])
    beyond.world.stripe.payments.confirm(intent, "pm_card_visa", "confirm")
    raw = event(data={"object": {"id": intent, "object": "payment_intent"}})
    charged = event(
        id="evt_2",
        type="charge.succeeded",
        data={"object": {"id": "ch_1", "object": "charge", "payment_intent": intent}},
    )

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda one: told(door, one), [raw] * 10 + [charged]))
    settled = taken_in(beyond, database, system_clock())
    told(door, raw)
    afterwards = taken_in(beyond, database, system_clock() + timedelta(days=2))

    assert {answer.status_code for answer in answers} == {200}
    assert (settled, afterwards) == (2, 0)
    assert completions(database) == 1
    assert door.get(f"/payments/{payment['payment_id']}").json()["status"] == "completed"


def completions(database: Database) -> int:
    """How often the history says that a payment was completed."""
    with psycopg.connect(database.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM ledger.events WHERE topic = 'payment.completed'"
        ).fetchone()
    assert found is not None
    return int(found[0])


def taken_in(beyond: Outside, database: Database, now: Instant) -> int:
    """Work on the inbox as `follow` does; how many letters were settled."""

    def failed(what: str, error: Exception) -> None:
        raise AssertionError(what) from error

    with psycopg.connect(database.url) as connection:
        return read_inbox(connection, beyond.world, now, failed)


def test_p2_an_old_notice_is_taken_when_it_is_sent_anew_and_not_when_it_is_played_back(
    door: Door, database: Database
) -> None:
    days_ago = system_clock() - timedelta(days=2)
    raw = event(created=int(days_ago.timestamp()))

    played_back = told(door, raw, age=timedelta(days=2))
    sent_anew = [told(door, raw), told(door, raw)]

    assert (played_back.status_code, played_back.json()["code"]) == (400, "NOTICE_STALE")
    assert [answer.status_code for answer in sent_anew] == [200, 200]
    assert len(letters(database)) == 1


@pytest.mark.parametrize(
    ("changed", "told_how", "code"),
    [
        ({}, {"header": ""}, "NOTICE_NOT_SIGNED"),
        ({}, {"secret": "whsec_forged"}, "NOTICE_NOT_SIGNED"),
        ({}, {"age": timedelta(minutes=6)}, "NOTICE_STALE"),
        ({}, {"age": -timedelta(minutes=2)}, "NOTICE_STALE"),
        ({"livemode": True}, {}, "NOTICE_OF_ANOTHER_MODE"),
        ({"account": "acct_another"}, {}, "NOTICE_OF_ANOTHER_ACCOUNT"),
        ({"type": None}, {}, "NOTICE_UNREADABLE"),
        ({"type": "with a \0 in it"}, {}, "NOTICE_UNREADABLE"),
    ],
)
def test_38_and_p13_what_is_forged_stale_or_not_for_us_is_refused_and_written_down(
    door: Door, database: Database, changed: dict[str, Any], told_how: dict[str, Any], code: str
) -> None:
    with capture_logs() as logs:
        answer = told(door, event(**changed), **told_how)

    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text
    assert letters(database) == []
    security = [log for log in logs if log.get("security")]
    assert [(log["event"], log["code"]) for log in security] == [("notice refused", code)]
    assert CANARY not in str(logs)
    assert CANARY not in answer.text


def test_what_is_told_of_a_host_comes_in_at_an_address_of_its_own(
    door: Door, database: Database
) -> None:
    of_a_host = event(account="acct_ana", type="account.updated")

    answer = told(door, of_a_host, HOSTS_SECRET, path=HOSTS_NOTICES)

    assert (answer.status_code, answer.json()) == (200, {})
    assert [letter[2] for letter in letters(database)] == ["account.updated"]


@pytest.mark.parametrize(
    ("changed", "secret", "code"),
    [
        ({}, HOSTS_SECRET, "NOTICE_OF_ANOTHER_ACCOUNT"),
        ({"account": "acct_ana"}, WEBHOOK_SECRET, "NOTICE_NOT_SIGNED"),
    ],
)
def test_38_neither_address_believes_what_is_for_the_other(
    door: Door, database: Database, changed: dict[str, Any], secret: str, code: str
) -> None:
    answer = told(door, event(**changed), secret, path=HOSTS_NOTICES)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert letters(database) == []


def test_38_a_notice_without_any_signature_is_refused(door: Door, database: Database) -> None:
    answer = door.client.post(NOTICES, content=event())

    assert (answer.status_code, answer.json()["code"]) == (400, "NOTICE_NOT_SIGNED")
    assert letters(database) == []


@pytest.mark.parametrize(
    "changed",
    [{"type": "planet.aligned"}, {"api_version": "2031-01-01.fig"}, {"api_version": None}],
)
def test_p13_a_type_or_a_version_that_is_new_to_us_is_stored_and_answered(
    door: Door, database: Database, changed: dict[str, Any]
) -> None:
    answer = told(door, event(**changed))

    assert (answer.status_code, answer.json()) == (200, {})
    assert len(letters(database)) == 1


def test_a_notice_needs_no_idempotency_key_and_may_be_larger_than_a_command(
    door: Door, database: Database
) -> None:
    large = event(padding=" " * 200_000)
    too_large = event(id="evt_2", padding=" " * 300_000)

    assert told(door, large).status_code == 200
    refused = told(door, too_large)

    assert (refused.status_code, refused.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert [letter[1] for letter in letters(database)] == ["evt_1"]


def test_without_a_secret_nothing_is_believed_and_the_sender_comes_back(
    settings: Settings, database: Database
) -> None:
    without = settings.model_copy(update={"stripe_webhook_secrets": ()})
    with knocking(without) as door:
        answer = told(door, event())

    assert (answer.status_code, answer.json()["code"]) == (503, "NOTICES_NOT_SET_UP")
    assert "no secret" in answer.json()["detail"]
    assert letters(database) == []


def test_while_postgres_is_away_nothing_is_promised() -> None:
    nowhere = Settings(
        database_url="postgresql://nobody@127.0.0.1:9/none",
        stripe_webhook_secrets=(WEBHOOK_SECRET,),
    )
    with knocking(nowhere) as door, capture_logs() as logs:
        answer = told(door, event())

    assert (answer.status_code, answer.json()["code"]) == (503, "STORE_UNAVAILABLE")
    assert CANARY not in str(logs)


def test_a_connection_that_postgres_has_ended_is_no_reason_to_refuse(
    door: Door, database: Database
) -> None:
    assert told(door, event()).status_code == 200
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'stayledger notices'"
        )

    assert told(door, event(id="evt_2")).status_code == 200
    assert len(letters(database)) == 2
