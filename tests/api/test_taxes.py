"""Taxes at the door: what is due is shown, proposed by one of finance, and paid by another."""

from datetime import date

import pytest

from ledger.aggregates import postings
from ledger.events import Envelope
from ledger.events.booking import EarningsRecognized
from ledger.store import Commit, EventStore, Expected, NewEvent
from ledger.values.ids import BookingId, CommandId, StreamId, fresh_id
from ledger.values.shares import Shares, TaxShare
from tests.api.conftest import Door
from tests.conftest import Database
from tests.facts import MARTA, NOW, PAUL, PROCESS, RUI, an_id

CITY = "/taxes/PT-30/EUR"
STAY = BookingId(an_id("taxed in Madeira"))
DUE = {"minor": 2_310, "currency": "EUR"}
PAID = {"amount": DUE, "reference": "E2E 2026-05", "proof": "7d" * 32}


@pytest.fixture
def earned(database: Database, followed: None) -> None:
    """A stay brings the city 23.10 on the third of May."""
    shares = Shares("EUR", host_minor=10_000, taxes=(TaxShare("PT-30", 2_310),))
    earned = EarningsRecognized(
        earned=shares,
        effective_on=date(2026, 5, 3),
        entries=(postings.earnings_recognized("J5", STAY, RUI, shares),),
    )
    stream = StreamId(STAY)
    store = EventStore(database.url)
    store.append(
        Commit(
            command_id=CommandId(fresh_id()),
            case_id=STAY,
            content=bytes(32),
            occurred_at=NOW,
            events=(NewEvent(stream, 1, earned, Envelope(actor=PROCESS)),),
            expected=(Expected(stream, 0),),
        )
    )
    store.close()


def test_it_takes_two_of_finance_to_remit_what_is_due(door: Door, earned: None) -> None:
    shown = door.get(f"{CITY}/due", until="2026-06-01")
    assert (shown.status_code, shown.json()["amount"]) == (200, DUE), shown.text

    propose = {"by": MARTA, "until": "2026-06-01", "amount": DUE}
    more = {**propose, "amount": {**DUE, "minor": 2_311}}
    too_much = door.post(f"{CITY}/remittance", more, key="k1")
    assert (too_much.status_code, too_much.json()["code"]) == (409, "TAX_NOT_PAYABLE")
    ahead = door.post(f"{CITY}/remittance", {**propose, "until": "2199-01-01"}, key="k2")
    assert (ahead.status_code, ahead.json()["code"]) == (409, "PERIOD_NOT_OVER")
    proposed = door.post(f"{CITY}/remittance", propose, key="k3")
    assert (proposed.status_code, proposed.json()["proposed"]) == (201, DUE), proposed.text

    no = {"by": PAUL, "amount": DUE, "reason": "wrong_period"}
    assert door.post(f"{CITY}/remittance/rejection", no, key="k4").json()["proposed"] is None
    door.post(f"{CITY}/remittance", propose, key="k5")
    alone = door.post(f"{CITY}/remittance/payment", {**PAID, "by": MARTA}, key="k6")
    assert (alone.status_code, alone.json()["code"]) == (403, "SELF_APPROVAL")
    paid = door.post(f"{CITY}/remittance/payment", {**PAID, "by": PAUL}, key="k7")
    assert (paid.status_code, paid.json()["remitted_until"]) == (201, "2026-06-01"), paid.text

    statement = door.get("/reports/taxes", after=paid.json()["position"]).json()["rows"]
    assert sum(row["remitted_minor"] for row in statement) == 2_310
    assert statement[-1]["payable_minor"] == 0
    assert door.get(CITY).json()["remitted_until"] == "2026-06-01"


def test_what_is_said_in_another_currency_is_not_remitted(door: Door, earned: None) -> None:
    dollars = {"by": MARTA, "until": "2026-06-01", "amount": {**DUE, "currency": "USD"}}

    answer = door.post(f"{CITY}/remittance", dollars, key="k1")

    assert (answer.status_code, answer.json()["code"]) == (409, "AMOUNT_MISMATCH")
