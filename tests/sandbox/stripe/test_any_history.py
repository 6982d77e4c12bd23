"""Random calls with random faults: whatever happens, the books balance and nobody gets too much."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from sandbox.stripe import snapshot
from sandbox.stripe.core import api, books, faults
from sandbox.stripe.core.api import Answer
from sandbox.stripe.machine import StripeMachine
from tests.sandbox.stripe.shells import BACK, HOST, fresh_machine

KEY = {"authorization": "Bearer sk_test_any"}

AMOUNTS = st.integers(min_value=50, max_value=50_000)
CARDS = st.sampled_from([
    "pm_card_visa", "pm_card_visa", "pm_card_bypassPending", "pm_card_visa_chargeDeclined",
    "pm_card_threeDSecure2Required", "pm_card_createDispute", "pm_card_createDisputeInquiry",
    "pm_card_pendingRefund", "pm_card_refundFail", "pm_card_chargeCustomerFail",
])  # fmt: skip
PARTS = st.sampled_from(["default", "one", "half", "all", "all", "too much"])
"""How much of what is left is asked for: the limits are where mistakes live."""

CURRENCIES = st.sampled_from(["eur", "eur", "usd", "jpy", "kwd"])
PLACES = st.integers(0, 20)
KEYS = st.sampled_from([None, None, None, "a", "b", "c"])

WATCHED = ("payment_intent", "charge", "refund", "transfer", "payout", "dispute", "application_fee")
"""Every change of these is announced: the last event about one shows it as it is."""

# Fields that change without an event of their own, as at Stripe.
SILENT = {
    "payment_intent": {
        "amount", "currency", "customer", "description", "metadata", "next_action",
        "payment_method", "payment_method_options", "receipt_email", "setup_future_usage",
        "shipping", "transfer_group", "application_fee_amount", "capture_method",
    },
    "charge": {
        "amount_refunded", "application_fee", "application_fee_amount", "balance_transaction",
        "disputed", "refunded", "transfer", "transfer_group",
    },
    "refund": {"transfer_reversal", "source_transfer_reversal"},
    "transfer": set(),
    "payout": {"trace_id", "reconciliation_status"},
    "dispute": {"balance_transactions", "evidence_details"},
    "application_fee": set(),
}  # fmt: skip


def part_of(rest: int, part: str) -> dict[str, int]:
    """The amount that a part of `rest` stands for; nothing for what the API takes by default."""
    amounts = {"one": 1, "half": rest // 2, "all": rest, "too much": rest + 1}
    return {} if part == "default" else {"amount": max(1, amounts[part])}


def flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """A nested value as the pairs of a form."""
    if isinstance(value, dict):
        return [
            pair
            for key, one in value.items()
            for pair in flat(one, f"{name}[{key}]" if name else key)
        ]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [(name, str(value))]


class AnyHistory(RuleBasedStateMachine):
    """A platform that does everything it may, on bad days too."""

    intents: Bundle[str] = Bundle("intents")
    hosts: Bundle[str] = Bundle("hosts")

    def __init__(self) -> None:
        super().__init__()
        self.machine = self.another()
        self.log: list[tuple[str, str, str, dict[str, str]]] = []
        self.bytes: list[bytes] = []

    def another(self) -> StripeMachine:
        return fresh_machine(settlement_currencies=("eur", "usd"))

    # -- Calling ---------------------------------------------------------------------------

    def call(
        self, method: str, path: str, form: Any = None, key: str | None = None, **headers: str
    ) -> Any:
        """One call; returns its object, or None when it was refused or lost."""
        named = {**KEY, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if key is not None:
            named["idempotency-key"] = key
        text = urlencode(flat(form or {}))
        self.log.append((method, path, text, named))
        answer = self.machine.call(method, path, text, named)
        self.bytes.append(bytes_of(answer))
        if answer.lost or answer.status != 200:
            assert answer.lost or answer.status < 500 or b"unknown error" in answer.body
            return None
        return json.loads(answer.body)

    def behind(self, path: str, body: Any) -> None:
        """One call of the control plane, which may refuse."""
        text = json.dumps(body)
        self.log.append(("CONTROL", path, text, {}))
        status, answer = self.machine.control("POST", path, text.encode())
        self.bytes.append(answer)
        assert status in (200, 400, 404), answer

    # -- Payments --------------------------------------------------------------------------

    @initialize(target=hosts)
    def a_first_host(self) -> str:
        self.call("POST", "/v1/webhook_endpoints", {"url": BACK, "enabled_events": {"0": "*"}})
        self.behind("webhooks", {"duplicate": 0.3, "drop": 0.1, "reorder": True})
        host = str(self.call("POST", "/v1/accounts", HOST)["id"])
        form = {"amount": 90_000, "currency": "eur", "confirm": True, "return_url": BACK,
                "capture_method": "automatic",
                "payment_method": "pm_card_bypassPending"}  # fmt: skip
        self.call("POST", "/v1/payment_intents", form)
        for amount in (900, 700):
            sent = {"amount": amount, "currency": "eur", "destination": host}
            self.call("POST", "/v1/transfers", sent)
        return host

    def any_of(self, kind: str, place: int) -> Any:
        """An object of a kind, of whatever account; None while there is none."""
        found = [obj for _, obj in self.machine.world.all_objects() if obj["object"] == kind]
        return found[place % len(found)] if found else None

    @rule(target=intents, amount=AMOUNTS, currency=CURRENCIES, card=CARDS, manual=st.booleans(),
          key=KEYS)  # fmt: skip
    def pay(self, amount: int, currency: str, card: str, manual: bool, key: str | None) -> Any:
        form = {
            "amount": amount * 10, "currency": currency, "confirm": True, "payment_method": card,
            "return_url": BACK,
        }  # fmt: skip
        form["capture_method"] = "manual" if manual else "automatic"
        made = self.call("POST", "/v1/payment_intents", form, key)
        return multiple() if made is None else made["id"]

    @rule(target=intents, amount=AMOUNTS, host=hosts)
    def pay_for_a_host(self, amount: int, host: str) -> Any:
        made = self.call(
            "POST", "/v1/payment_intents",
            {"amount": amount, "currency": "eur", "confirm": True, "return_url": BACK,
             "payment_method": "pm_card_bypassPending", "transfer_data": {"destination": host},
             "application_fee_amount": amount // 10},
        )  # fmt: skip
        return multiple() if made is None else made["id"]

    @rule(intent=intents, part=PARTS)
    def capture(self, intent: str, part: str) -> None:
        held = self.machine.world.index[intent]["amount_capturable"]
        form = {f"{name}_to_capture": one for name, one in part_of(held, part).items()}
        self.call("POST", f"/v1/payment_intents/{intent}/capture", form)

    @rule(intent=intents)
    def cancel(self, intent: str) -> None:
        self.call("POST", f"/v1/payment_intents/{intent}/cancel")

    @rule(intent=intents, card=CARDS)
    def confirm_again(self, intent: str, card: str) -> None:
        form = {"payment_method": card, "return_url": BACK}
        self.call("POST", f"/v1/payment_intents/{intent}/confirm", form)

    @rule(intent=intents, outcome=st.sampled_from(["passed", "failed"]))
    def authenticate(self, intent: str, outcome: str) -> None:
        self.behind(f"authentications/{intent}", {"outcome": outcome})

    @rule(place=PLACES, part=PARTS, key=KEYS)
    def refund(self, place: int, part: str, key: str | None) -> None:
        charges = self.machine.world.platform.tables.get("charge", {}).values()
        found = [one for one in charges if one["captured"] and not one["refunded"]]
        if found:
            charge = found[place % len(found)]
            form = part_of(charge["amount"] - charge["amount_refunded"], part)
            name = None if key is None else f"refund-{key}"
            self.call("POST", "/v1/refunds", {**form, "charge": charge["id"]}, name)

    @rule(intent=intents, part=PARTS)
    def refund_with_the_hosts_part(self, intent: str, part: str) -> None:
        charge = self.charge_of(intent)
        if charge is not None:
            form = part_of(charge["amount"] - charge["amount_refunded"], part)
            form |= {"reverse_transfer": True, "refund_application_fee": True}
            self.call("POST", "/v1/refunds", {**form, "charge": charge["id"]})

    def charge_of(self, intent: str) -> Any:
        """The charge of a payment, if it has come to one."""
        index = self.machine.world.index
        return index.get(index[intent]["latest_charge"] or "")

    # -- Hosts -----------------------------------------------------------------------------

    @rule(target=hosts, currency=st.sampled_from(["eur", "gbp"]))
    def another_host(self, currency: str) -> Any:
        bank = {**HOST["external_account"], "currency": currency}  # type: ignore[dict-item]
        made = self.call("POST", "/v1/accounts", {**HOST, "external_account": bank})
        return multiple() if made is None else made["id"]

    @rule(host=hosts, part=PARTS)
    def transfer(self, host: str, part: str) -> None:
        available = self.machine.world.platform.available.get("eur", 0)
        amount = part_of(min(available, 3_000), part) or {"amount": 100}
        form = {**amount, "currency": "eur", "destination": host}
        self.call("POST", "/v1/transfers", form)

    @rule(host=hosts, part=PARTS, intent=intents)
    def transfer_of_a_charge(self, host: str, part: str, intent: str) -> None:
        charge = self.charge_of(intent)
        if charge is None:
            return
        note = self.machine.world.notes.get(charge["id"], {})
        brought, currency = note.get("brought_in", [charge["amount"], "eur"])
        amount = part_of(brought - note.get("transferred", 0), part)
        form = {**amount, "currency": currency, "destination": host}
        self.call("POST", "/v1/transfers", {**form, "source_transaction": charge["id"]})

    @rule(place=PLACES, part=PARTS)
    def reverse(self, place: int, part: str) -> None:
        sent = self.any_of("transfer", place)
        if sent is not None:
            form = part_of(sent["amount"] - sent["amount_reversed"], part)
            self.call("POST", f"/v1/transfers/{sent['id']}/reversals", form)

    @rule(host=hosts, part=PARTS)
    def pay_out(self, host: str, part: str) -> None:
        available = self.machine.world.tenants[host].available.get("eur", 0)
        form = {**(part_of(available, part) or {"amount": 100}), "currency": "eur"}
        self.call("POST", "/v1/payouts", form, stripe_account=host)

    @rule(place=PLACES, outcome=st.sampled_from(["failed", "paid"]))
    def settle_payout(self, place: int, outcome: str) -> None:
        payout = self.any_of("payout", place)
        if payout is not None:
            self.behind(f"payouts/{payout['id']}", {"outcome": outcome})

    @rule(host=hosts, restricted=st.booleans())
    def restrict(self, host: str, restricted: bool) -> None:
        rule_ = {"disabled_reason": "under_review", "fields": ["x"]} if restricted else {}
        self.behind(f"accounts/{host}", rule_)

    # -- Banks, time and bad days ----------------------------------------------------------

    @rule(intent=intents, inquiry=st.booleans())
    def dispute(self, intent: str, inquiry: bool) -> None:
        charge = self.machine.world.index[intent]["latest_charge"]
        self.behind("disputes", {"charge": charge or "ch_none", "inquiry": inquiry})

    @rule(place=PLACES, outcome=st.sampled_from(["won", "lost", "escalated", "reopened"]))
    def decide_dispute(self, place: int, outcome: str) -> None:
        dispute = self.any_of("dispute", place)
        if dispute is not None:
            self.behind(f"disputes/{dispute['id']}", {"outcome": outcome})

    @rule(place=PLACES, words=st.sampled_from(["winning_evidence", "losing_evidence", "a draft"]))
    def answer_dispute(self, place: int, words: str) -> None:
        dispute = self.any_of("dispute", place)
        if dispute is not None:
            form = {"evidence": {"uncategorized_text": words}}
            self.call("POST", f"/v1/disputes/{dispute['id']}", form)

    @rule(seconds=st.sampled_from([1, 2, 60, 86_400, 3 * 86_400, 8 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.behind("clock", {"advance_s": seconds})

    @rule(kind=st.sampled_from(faults.KINDS))
    def a_bad_day(self, kind: str) -> None:
        self.behind("faults", {"kind": kind, "hold_s": 1})

    @rule(usd=st.sampled_from(["0.90", "1.00", "1.25"]))
    def the_dollar_moves(self, usd: str) -> None:
        self.behind("rates", {"usd": usd})

    @rule(answer=st.sampled_from([200, 500, None]))
    def webhooks_go_out(self, answer: int | None) -> None:
        for posting in self.machine.due_postings():
            self.machine.report(posting.delivery_id, answer)
        self.log.append(("WEBHOOKS", "", "", {"answer": str(answer)}))

    # -- What always holds -----------------------------------------------------------------

    @invariant()
    def the_books_balance(self) -> None:
        assert books.audit(self.machine.world) == []

    @invariant()
    def nobody_is_refunded_more_than_they_paid(self) -> None:
        for tenant in self.machine.world.tenants.values():
            refunded: dict[str, int] = {}
            for refund in tenant.tables.get("refund", {}).values():
                if refund["status"] != "failed":
                    owner = refund["charge"]
                    refunded[owner] = refunded.get(owner, 0) + refund["amount"]
            for charge in tenant.tables.get("charge", {}).values():
                assert refunded.get(charge["id"], 0) == charge["amount_refunded"]
                assert 0 <= charge["amount_refunded"] <= charge["amount"]
                assert charge["amount_captured"] <= charge["amount"]

    @invariant()
    def nobody_is_charged_more_than_agreed(self) -> None:
        for intent in self.machine.world.platform.tables.get("payment_intent", {}).values():
            assert intent["amount_received"] + intent["amount_capturable"] <= intent["amount"]

    @invariant()
    def no_transfer_exceeds_its_source(self) -> None:
        world = self.machine.world
        for charge_id, note in world.notes.items():
            if "transferred" in note:
                assert note["transferred"] <= note["brought_in"][0], charge_id
        for transfer in world.platform.tables.get("transfer", {}).values():
            assert 0 <= transfer["amount_reversed"] <= transfer["amount"]

    @invariant()
    def hosts_never_owe(self) -> None:
        # Only the platform's balance may be overdrawn: by refunds, disputes and fees.
        world = self.machine.world
        for tenant in world.tenants.values():
            if tenant is not world.platform:
                assert all(amount >= 0 for amount in tenant.available.values())

    def teardown(self) -> None:
        """At the end of each history: events tell it all, and a second telling is the same."""
        if self.log:
            self.every_change_was_announced()
            self.equal_seeds_give_equal_bytes()

    def every_change_was_announced(self) -> None:
        world = self.machine.world
        last: dict[str, Any] = {}
        for event in [obj for obj in world.index.values() if obj["object"] == "event"]:
            shown = json.loads(bytes(event["data"]["object"]))
            if "id" in shown:
                last[shown["id"]] = shown
        for obj in world.index.values():
            if obj["object"] in WATCHED and not obj["id"].startswith("pyr_"):
                self.check_announced(obj, last.get(obj["id"]))

    def check_announced(self, obj: Any, shown: Any) -> None:
        if shown is None:
            # Nothing was taken: a release of what was held is announced with its charge.
            assert (obj["object"], obj["balance_transaction"]) == ("refund", None), obj
            return
        silent = SILENT[obj["object"]]
        current = json.loads(json.dumps(obj))
        unsaid = {
            name for name, value in current.items() if name not in silent and shown[name] != value
        }
        # A method chosen for a next attempt is no event yet; the attempt will be one.
        if obj["object"] == "payment_intent" and obj["status"] == "requires_confirmation":
            unsaid.discard("status")
        assert unsaid == set(), (obj["id"], unsaid)

    def equal_seeds_give_equal_bytes(self) -> None:
        again = self.another()
        told: list[bytes] = []
        for method, path, text, headers in self.log:
            if method == "CONTROL":
                told.append(again.control("POST", path, text.encode())[1])
            elif method == "WEBHOOKS":
                answer = None if headers["answer"] == "None" else int(headers["answer"])
                for posting in again.due_postings():
                    again.report(posting.delivery_id, answer)
            else:
                told.append(bytes_of(again.call(method, path, text, headers)))
        assert told == self.bytes
        assert snapshot.rows(again.world) == snapshot.rows(self.machine.world)


def bytes_of(answer: Answer) -> bytes:
    """All of an answer that its caller could see."""
    seen = [answer.status, sorted(answer.headers.items()), answer.lost]
    return json.dumps(seen).encode() + answer.body


class TestAnyHistory(AnyHistory.TestCase):  # type: ignore[misc,valid-type]
    """Short histories, on every run."""

    settings = settings(
        max_examples=120,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


@pytest.mark.nightly
class TestAnyLongHistory(AnyHistory.TestCase):  # type: ignore[misc,valid-type]
    """Long histories, at night."""

    settings = settings(
        max_examples=2_000,
        stateful_step_count=150,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_the_state_machine_knows_every_family() -> None:
    families = {line.split("/")[2] for line in api.ROUTES if line.startswith("POST")}
    assert {"payment_intents", "refunds", "transfers", "payouts", "disputes"} <= families
