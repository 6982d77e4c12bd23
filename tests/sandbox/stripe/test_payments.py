"""PaymentIntents through the official SDK: the way to the money, and every way not to get there."""

from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.shells import (
    BACK,
    Shell,
    balance_of,
    charge_of,
    fresh_machine,
    held,
    in_process,
    paid,
    types_of,
)


def created(shell: Shell, **more: Any) -> Any:
    params = {"amount": 10_000, "currency": "eur", **more}
    return shell.v1.payment_intents.create(params)  # type: ignore[arg-type]


# -- The straight way ----------------------------------------------------------------------


def test_a_payment_is_created_confirmed_and_read(shell: Shell) -> None:
    intent = created(shell, metadata={"booking": "b-17"}, transfer_group="b-17")
    assert intent.status == "requires_payment_method"
    assert intent.client_secret.startswith(f"{intent.id}_secret_")

    confirmed = shell.v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_visa", "return_url": BACK}
    )
    assert confirmed.status == "succeeded"
    assert confirmed.amount_received == 10_000

    read = shell.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    charge: Any = read.latest_charge
    assert charge.captured
    assert charge.amount_captured == 10_000
    assert charge.transfer_group == "b-17"
    assert charge.metadata["booking"] == "b-17"
    assert charge.payment_method_details.card.last4 == "4242"


def test_an_automatic_capture_is_booked_a_moment_later(shell: Shell) -> None:
    intent = paid(shell, capture_method="automatic_async")
    shell.let_pass(3)
    charge = shell.v1.charges.retrieve(
        str(intent.latest_charge), {"expand": ["balance_transaction"]}
    )
    transaction: Any = charge.balance_transaction
    assert transaction.type == "charge"
    assert transaction.net == transaction.amount - transaction.fee


def test_the_default_capture_is_booked_later_and_tells_so(inside: Shell) -> None:
    # given a payment without a word about its capture
    intent = inside.v1.payment_intents.create(
        {"amount": 5_000, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa",
         "return_url": BACK}
    )  # fmt: skip
    assert intent.capture_method == "automatic_async"
    assert charge_of(inside, intent).balance_transaction is None
    # when a moment passes
    inside.let_pass(2)
    # then it is in the books, and an event said so
    assert charge_of(inside, intent).balance_transaction is not None
    assert types_of(inside)[0] == "charge.updated"


def test_money_is_pending_before_it_is_available(inside: Shell) -> None:
    paid(inside)
    assert balance_of(inside) == (0, 9_680)
    inside.let_pass(3 * 86_400)
    assert balance_of(inside) == (9_680, 0)
    assert "balance.available" in types_of(inside)


def test_a_payment_writes_its_events_in_order(inside: Shell) -> None:
    paid(inside)
    assert types_of(inside)[::-1] == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
    ]  # fmt: skip


# -- Manual capture ------------------------------------------------------------------------


def test_a_held_payment_is_captured_whole(shell: Shell) -> None:
    intent = held(shell)
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 10_000)
    charge = charge_of(shell, intent)
    assert not charge.captured
    assert charge.payment_method_details.card.capture_before > charge.created

    captured = shell.v1.payment_intents.capture(intent.id)
    assert (captured.status, captured.amount_received) == ("succeeded", 10_000)
    assert charge_of(shell, intent).captured


def test_a_part_is_captured_and_the_rest_goes_back(shell: Shell) -> None:
    intent = held(shell)
    captured = shell.v1.payment_intents.capture(intent.id, {"amount_to_capture": 6_000})
    assert (captured.status, captured.amount_received) == ("succeeded", 6_000)
    charge = charge_of(shell, intent)
    assert (charge.amount_captured, charge.amount_refunded) == (6_000, 4_000)


def test_no_more_can_be_captured_than_is_held(shell: Shell) -> None:
    intent = held(shell)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shell.v1.payment_intents.capture(intent.id, {"amount_to_capture": 10_001})
    assert refused.value.param == "amount_to_capture"


def test_captures_in_parts_need_multicapture(inside: Shell) -> None:
    plain = held(inside)
    with pytest.raises(stripe.InvalidRequestError):
        inside.v1.payment_intents.capture(
            plain.id, {"amount_to_capture": 1_000, "final_capture": False}
        )
    options = {"card": {"request_multicapture": "if_available"}}
    intent = held(inside, payment_method_options=options)
    part = inside.v1.payment_intents.capture(
        intent.id, {"amount_to_capture": 1_000, "final_capture": False}
    )
    assert (part.status, part.amount_capturable) == ("requires_capture", 9_000)
    rest = inside.v1.payment_intents.capture(intent.id)
    assert (rest.status, rest.amount_received) == ("succeeded", 10_000)


def test_an_authorisation_expires_by_itself(inside: Shell) -> None:
    intent = held(inside)
    inside.let_pass(7 * 86_400 + 1)
    expired = inside.v1.payment_intents.retrieve(intent.id)
    assert (expired.status, expired.cancellation_reason) == ("canceled", "automatic")
    assert charge_of(inside, intent).refunded
    assert balance_of(inside) == (0, 0)
    assert types_of(inside)[:3] == ["payment_intent.canceled", "charge.expired", "charge.refunded"]


# -- Cancelling ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason", ["abandoned", "duplicate", "fraudulent", "requested_by_customer"]
)
def test_a_payment_is_cancelled_with_its_reason(shell: Shell, reason: Any) -> None:
    intent = created(shell)
    cancelled = shell.v1.payment_intents.cancel(intent.id, {"cancellation_reason": reason})
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", reason)
    assert cancelled.canceled_at


def test_cancelling_lets_an_authorisation_go(shell: Shell) -> None:
    intent = held(shell)
    assert shell.v1.payment_intents.cancel(intent.id).status == "canceled"
    charge = charge_of(shell, intent)
    assert charge.refunded
    assert charge.amount_refunded == 10_000


# -- Illegal transitions -------------------------------------------------------------------


def in_status(shell: Shell, status: str) -> Any:
    match status:
        case "requires_payment_method":
            return created(shell)
        case "requires_confirmation":
            return created(shell, payment_method="pm_card_visa")
        case "requires_action":
            return paid(shell, card="pm_card_threeDSecure2Required")
        case "requires_capture":
            return held(shell)
        case "succeeded":
            return paid(shell)
        case _:
            return shell.v1.payment_intents.cancel(created(shell).id)


ILLEGAL = [
    *[("capture", status) for status in (
        "requires_payment_method", "requires_confirmation", "requires_action", "succeeded",
        "canceled",
    )],
    *[("confirm", status) for status in ("requires_capture", "succeeded", "canceled")],
    *[("cancel", status) for status in ("succeeded", "canceled")],
    *[("update", status) for status in ("requires_capture", "succeeded", "canceled")],
]  # fmt: skip


@pytest.mark.parametrize(("verb", "status"), ILLEGAL)
def test_an_illegal_transition_is_refused_by_name(shell: Shell, verb: str, status: str) -> None:
    intent = in_status(shell, status)
    assert intent.status == status
    intents: Any = shell.v1.payment_intents
    calls: dict[str, Any] = {
        "capture": lambda: intents.capture(intent.id),
        "confirm": lambda: intents.confirm(
            intent.id, {"payment_method": "pm_card_visa", "return_url": BACK}
        ),
        "cancel": lambda: intents.cancel(intent.id),
        "update": lambda: intents.update(intent.id, {"amount": 20_000}),
    }
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls[verb]()
    assert refused.value.code == "payment_intent_unexpected_state"
    assert refused.value.error is not None
    # and the error shows the payment as it still is
    assert refused.value.error.payment_intent is not None
    assert refused.value.error.payment_intent.status == status


def test_a_payment_without_a_method_cannot_be_confirmed(shell: Shell) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shell.v1.payment_intents.confirm(created(shell).id, {"return_url": BACK})


def test_a_payment_that_may_redirect_needs_a_way_back(shell: Shell) -> None:
    intent = created(shell)
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        shell.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    without = created(
        shell, automatic_payment_methods={"enabled": True, "allow_redirects": "never"}
    )
    done = shell.v1.payment_intents.confirm(without.id, {"payment_method": "pm_card_visa"})
    assert done.status == "succeeded"


def test_the_amount_can_change_until_the_payment(shell: Shell) -> None:
    intent = created(shell)
    changed = shell.v1.payment_intents.update(
        intent.id, {"amount": 12_345, "description": "3 nights"}
    )
    assert (changed.amount, changed.description) == (12_345, "3 nights")


# -- Strong customer authentication --------------------------------------------------------


def test_a_guest_passes_3d_secure_and_pays(shell: Shell) -> None:
    intent = paid(shell, card="pm_card_threeDSecure2Required")
    assert intent.status == "requires_action"
    assert intent.next_action.type == "redirect_to_url"
    assert intent.next_action.redirect_to_url.return_url == BACK
    shell.behind(f"authentications/{intent.id}", {"outcome": "passed"})
    done = shell.v1.payment_intents.retrieve(intent.id)
    assert (done.status, done.next_action) == ("succeeded", None)
    assert (
        charge_of(shell, done).payment_method_details.card.three_d_secure.result == "authenticated"
    )


def test_a_guest_who_fails_3d_secure_may_try_again(shell: Shell) -> None:
    intent = paid(shell, card="pm_card_threeDSecure2Required")
    shell.behind(f"authentications/{intent.id}", {"outcome": "failed"})
    failed = shell.v1.payment_intents.retrieve(intent.id)
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error is not None
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    again = shell.v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_visa", "return_url": BACK}
    )
    assert (again.status, again.last_payment_error) == ("succeeded", None)


def test_an_absent_guest_cannot_authenticate(shell: Shell) -> None:
    customer = shell.v1.customers.create({"email": "guest@stays.example"})
    method = shell.v1.payment_methods.attach(
        "pm_card_authenticationRequired", {"customer": customer.id}
    )
    with pytest.raises(stripe.CardError) as refused:
        paid(shell, card=method.id, customer=customer.id, off_session=True)
    assert refused.value.code == "authentication_required"


def test_a_card_that_was_set_up_pays_without_its_guest(inside: Shell) -> None:
    customer = inside.v1.customers.create()
    setup = inside.v1.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_authenticationRequiredOnSetup",
         "confirm": True, "return_url": BACK}
    )  # fmt: skip
    assert setup.status == "requires_action"
    inside.behind(f"authentications/{setup.id}", {"outcome": "passed"})
    setup = inside.v1.setup_intents.retrieve(setup.id)
    assert setup.status == "succeeded"
    later = paid(inside, card=str(setup.payment_method), customer=customer.id, off_session=True)
    assert later.status == "succeeded"


def test_who_wants_no_action_gets_a_decline(inside: Shell) -> None:
    with pytest.raises(stripe.CardError) as refused:
        paid(inside, card="pm_card_threeDSecure2Required", error_on_requires_action=True)
    assert refused.value.code == "authentication_required"


# -- Publishable keys ----------------------------------------------------------------------


def test_a_browser_confirms_with_the_client_secret(served: Shell, address: str) -> None:
    intent = created(served)
    browser = stripe.StripeClient("pk_test_browser", base_addresses={"api": address})
    method = browser.v1.payment_methods.create(
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040,
                                  "cvc": "123"}}
    )  # fmt: skip
    params: Any = {"payment_method": method.id, "client_secret": intent.client_secret}
    shown = browser.v1.payment_intents.confirm(intent.id, params)
    assert shown.status == "succeeded"
    assert "metadata" not in shown.to_dict()
    with pytest.raises(stripe.AuthenticationError):
        browser.v1.payment_intents.list()
    with pytest.raises(stripe.InvalidRequestError):
        browser.v1.payment_intents.retrieve(intent.id, {"client_secret": "pi_x_secret_y"})


# -- Finding -------------------------------------------------------------------------------


def test_lists_go_by_pages_newest_first(shell: Shell) -> None:
    customer = shell.v1.customers.create()
    made = [created(shell, customer=customer.id).id for _ in range(5)]
    first = shell.v1.payment_intents.list({"customer": customer.id, "limit": 2})
    assert [one.id for one in first.data] == made[:2:-1]
    assert first.has_more
    everything = shell.v1.payment_intents.list({"customer": customer.id, "limit": 2})
    assert [one.id for one in everything.auto_paging_iter()] == made[::-1]
    before = shell.v1.payment_intents.list(
        {"customer": customer.id, "ending_before": made[2], "limit": 1}
    )
    assert [one.id for one in before.data] == [made[3]]


def test_a_payment_is_found_by_its_metadata(inside: Shell) -> None:
    wanted = created(inside, metadata={"booking": "b-17"})
    created(inside, metadata={"booking": "b-18"})
    found = inside.v1.payment_intents.search({"query": "metadata['booking']:'b-17'"})
    assert [one.id for one in found.data] == [wanted.id]
    either = "status:'succeeded' OR metadata['booking']:'b-18'"
    assert len(inside.v1.payment_intents.search({"query": either}).data) == 1
    none = "amount>10000 AND -status:'canceled'"
    assert not inside.v1.payment_intents.search({"query": none}).data
    with pytest.raises(stripe.InvalidRequestError):
        inside.v1.payment_intents.search({"query": "shoe_size:'44'"})


def test_search_may_be_late_where_a_listing_is_not() -> None:
    shell = in_process(fresh_machine(search_lag_s=60.0))
    created(shell, metadata={"booking": "b-17"})
    query = "metadata['booking']:'b-17'"
    assert not shell.v1.payment_intents.search({"query": query}).data
    assert len(shell.v1.payment_intents.list().data) == 1
    shell.let_pass(60)
    assert len(shell.v1.payment_intents.search({"query": query}).data) == 1


def test_references_open_four_levels_deep(inside: Shell) -> None:
    intent = paid(inside)
    read: Any = inside.v1.payment_intents.retrieve(
        intent.id, {"expand": ["latest_charge.balance_transaction.source"]}
    )
    assert read.latest_charge.balance_transaction.source.id == intent.latest_charge
    listed: Any = inside.v1.payment_intents.list({"expand": ["data.latest_charge"]})
    assert listed.data[0].latest_charge.id == intent.latest_charge
    for path in ("shoes", "a.b.c.d.e", "amount"):
        with pytest.raises(stripe.InvalidRequestError):
            inside.v1.payment_intents.retrieve(intent.id, {"expand": [path]})
