"""PaymentIntents: from the wish to be paid to the money, or to the reason why not.

    requires_payment_method ▶ requires_confirmation ▶ requires_action ▶ requires_capture ▶ succeeded
            ▲                         │                     │                 │
            └────────── declined ◀────┴─────────────────────┘            canceled (also by time)

What happens to the charge itself stands in `charging.py`.
"""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.stripe.core import charging, currencies, moving
from sandbox.stripe.core.cards import TestCard
from sandbox.stripe.core.errors import Refusal, malformed, missing_parameter, no_such, not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    AMOUNT,
    CURRENCY,
    EMAIL,
    FREE,
    METADATA,
    PERIOD,
    POSITIVE,
    SHIPPING,
    SHORT,
    TEXT,
    TRUTH,
    URL,
    Kind,
    Params,
    Schema,
    clearable,
    hash_of,
    list_of,
    listing,
    one_of,
    required,
    text,
)
from sandbox.stripe.core.payment_methods import (
    PAYMENT_METHOD_DATA,
    card_behind,
    living_customer,
    make,
    usable,
)
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.search import SEARCH, matcher, search_page
from sandbox.stripe.core.world import Obj, Tenant, World, changed, merged_metadata

# -- Parameters ----------------------------------------------------------------------------

WHENEVER_METHOD_COUNTS = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELLABLE = (*WHENEVER_METHOD_COUNTS, "requires_capture", "processing")

CARD_OPTIONS = hash_of(
    capture_method=clearable(one_of("manual")),
    request_extended_authorization=one_of("if_available", "never"),
    request_multicapture=one_of("if_available", "never"),
    request_three_d_secure=one_of("any", "automatic", "challenge"),
    setup_future_usage=clearable(one_of("none", "off_session", "on_session")),
)

CHANGEABLE: dict[str, Kind] = {
    "application_fee_amount": clearable(AMOUNT),
    "capture_method": one_of("automatic", "automatic_async", "manual"),
    "customer": SHORT,
    "description": clearable(text(1_000)),
    "metadata": METADATA,
    "payment_method": SHORT,
    "payment_method_data": PAYMENT_METHOD_DATA,
    "payment_method_options": hash_of(card=clearable(CARD_OPTIONS)),
    "receipt_email": clearable(EMAIL),
    "setup_future_usage": clearable(one_of("off_session", "on_session")),
    "shipping": clearable(SHIPPING),
    "statement_descriptor": text(22),
    "statement_descriptor_suffix": text(22),
    "transfer_group": text(500),
}

CONFIRMING: dict[str, Kind] = {
    "error_on_requires_action": TRUTH,
    "mandate_data": clearable(FREE),
    "off_session": TRUTH,
    "return_url": URL,
    "use_stripe_sdk": TRUTH,
}

CREATE = Schema(
    allowed_payment_method_types=list_of(one_of("card")),
    amount=required(AMOUNT),
    automatic_payment_methods=hash_of(
        allow_redirects=one_of("always", "never"), enabled=required(TRUTH)
    ),
    confirm=TRUTH,
    confirmation_method=one_of("automatic", "manual"),
    currency=required(CURRENCY),
    on_behalf_of=SHORT,
    transfer_data=hash_of(amount=POSITIVE, destination=required(SHORT)),
    **CHANGEABLE,
    **CONFIRMING,
)
UPDATE = Schema(
    amount=AMOUNT, currency=CURRENCY, transfer_data=hash_of(amount=POSITIVE), **CHANGEABLE
)
CONFIRM = Schema(
    capture_method=CHANGEABLE["capture_method"],
    client_secret=SHORT,
    payment_method=SHORT,
    payment_method_data=PAYMENT_METHOD_DATA,
    payment_method_options=CHANGEABLE["payment_method_options"],
    receipt_email=clearable(EMAIL),
    setup_future_usage=CHANGEABLE["setup_future_usage"],
    shipping=clearable(SHIPPING),
    **CONFIRMING,
)
CAPTURE = Schema(
    amount_to_capture=POSITIVE,
    application_fee_amount=AMOUNT,
    final_capture=TRUTH,
    metadata=METADATA,
    statement_descriptor=text(22),
    statement_descriptor_suffix=text(22),
    transfer_data=hash_of(amount=POSITIVE),
)
CANCEL = Schema(
    cancellation_reason=one_of("abandoned", "duplicate", "fraudulent", "requested_by_customer")
)

PUBLIC_FIELDS = [
    "id",
    "object",
    "amount",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "capture_method",
    "client_secret",
    "confirmation_method",
    "created",
    "currency",
    "description",
    "last_payment_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_types",
    "processing",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "status",
]
"""What a publishable key may see."""


# -- Create and update ---------------------------------------------------------------------


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/payment_intents; with `confirm` it is confirmed at once."""
    currencies.check_chargeable(params["amount"], params["currency"])
    _check_combination(params)
    intent = _blank(ctx.world, params)
    _fill(ctx, intent, params)
    _add_destination(ctx, intent, params)
    if params.get("confirm"):
        _check_return_url(intent, params)
        _check_has_method(intent)
    ctx.world.add(ctx.tenant, intent)
    emit(ctx.world, ctx.tenant, "payment_intent.created", intent)
    return _confirm(ctx, intent, params) if params.get("confirm") else intent


def _check_combination(params: Params) -> None:
    if not params.get("confirm"):
        for name in ("error_on_requires_action", "mandate_data", "off_session", "return_url"):
            if name in params:
                raise malformed(
                    f"You cannot provide `{name}` unless `confirm` is set to true.", param=name
                )
    if "automatic_payment_methods" in params and "allowed_payment_method_types" in params:
        raise malformed(
            "You may only specify one of these parameters: automatic_payment_methods, "
            "allowed_payment_method_types."
        )


_AT_FIRST: Obj = {
    "id": None,
    "object": "payment_intent",
    "allowed_payment_method_types": None,
    "amount": None,
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "automatic_payment_methods": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "client_secret": None,
    "confirmation_method": "automatic",
    "created": None,
    "currency": None,
    "customer": None,
    "description": None,
    "excluded_payment_method_types": None,
    "last_payment_error": None,
    "latest_charge": None,
    "livemode": False,
    "metadata": {},
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
    "payment_method_types": ["card"],
    "processing": None,
    "receipt_email": None,
    "review": None,
    "setup_future_usage": None,
    "shipping": None,
    "source": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "status": "requires_payment_method",
    "transfer_data": None,
    "transfer_group": None,
}
"""Nothing in it is ever changed in place, so that all intents may share what they did not set."""


def _blank(world: World, params: Params) -> Obj:
    intent_id = world.new_id("pi")
    types = params.get("allowed_payment_method_types")
    automatic = None
    if types is None:
        automatic = {"allow_redirects": "always", "enabled": True}
        automatic |= params.get("automatic_payment_methods", {})
    return {
        **_AT_FIRST,
        "id": intent_id,
        "allowed_payment_method_types": types,
        "amount": params["amount"],
        "automatic_payment_methods": automatic,
        "client_secret": world.new_id(f"{intent_id}_secret", 25),
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "created": world.second,
        "currency": params["currency"],
    }


def _add_destination(ctx: Context, intent: Obj, params: Params) -> None:
    if "on_behalf_of" in params:
        intent["on_behalf_of"] = _account(ctx, params["on_behalf_of"], "on_behalf_of")["id"]
    if "transfer_data" in params:
        destination = params["transfer_data"]["destination"]
        _account(ctx, destination, "transfer_data[destination]")
        moving.recipient(ctx.world, destination, "transfer_data[destination]")
        intent["transfer_data"] = {**params["transfer_data"]}
    _check_fee(ctx, intent)


def _account(ctx: Context, account_id: str, param: str) -> Obj:
    if not ctx.world.is_platform(ctx.tenant):
        raise not_allowed("Only a platform can act on other accounts.", param=param)
    return ctx.world.platform.refer("account", account_id, param)


def _check_fee(ctx: Context, intent: Obj) -> None:
    fee = intent["application_fee_amount"]
    if fee is None:
        return
    if intent["transfer_data"] is None and ctx.world.is_platform(ctx.tenant):
        raise not_allowed(
            "Can only apply an application_fee_amount when the PaymentIntent is attempting a "
            "direct payment or has a transfer_data[destination].",
            param="application_fee_amount",
        )
    if fee > intent["amount"]:
        raise not_allowed(
            "The application fee cannot exceed the amount.", param="application_fee_amount"
        )


def _fill(ctx: Context, intent: Obj, params: Params) -> Obj:
    fields = {name: params[name] for name in CHANGEABLE if name in params}
    fields.pop("payment_method_data", None)
    if "metadata" in fields:
        fields["metadata"] = merged_metadata(intent["metadata"], fields["metadata"])
    if "customer" in fields:
        fields["customer"] = living_customer(ctx, fields["customer"])["id"]
    if "payment_method_options" in fields:
        card = (fields["payment_method_options"].get("card")) or {}
        old = intent["payment_method_options"]["card"]
        fields["payment_method_options"] = {"card": {**old, **card}}
    method = _method_given(ctx, params, fields.get("customer", intent["customer"]))
    if method is not None:
        fields["payment_method"] = method["id"]
        if intent["status"] in WHENEVER_METHOD_COUNTS:
            fields["status"] = "requires_confirmation"
            fields["next_action"] = None
    return changed(intent, **fields)


def _method_given(ctx: Context, params: Params, customer: str | None) -> Obj | None:
    if "payment_method_data" in params:
        return make(ctx, params["payment_method_data"])
    if "payment_method" in params:
        return usable(ctx, params["payment_method"], customer=customer)
    return None


def update(ctx: Context, params: Params, intent_id: str) -> Obj:
    """POST /v1/payment_intents/{id}: freely before the payment, only words after it."""
    intent = ctx.tenant.get("payment_intent", intent_id, "intent")
    words = {"description", "expand", "metadata", "receipt_email", "shipping", "transfer_group"}
    if intent["status"] not in WHENEVER_METHOD_COUNTS and not params.keys() <= words:
        raise _unexpected(intent, "update", (*WHENEVER_METHOD_COUNTS,))
    amount: int = params["amount"] if "amount" in params else intent["amount"]
    currency: str = params["currency"] if "currency" in params else intent["currency"]
    currencies.check_chargeable(amount, currency)
    if "transfer_data" in params and intent["transfer_data"] is None:
        raise not_allowed("This PaymentIntent has no transfer_data.", param="transfer_data")
    before = {**intent}
    _fill(ctx, intent, params)
    intent["amount"], intent["currency"] = amount, currency
    if "transfer_data" in params:
        intent["transfer_data"] = {**intent["transfer_data"], **params["transfer_data"]}
    try:
        _check_fee(ctx, intent)
    except Refusal:
        intent.update(before)
        raise
    return intent


# -- Confirm -------------------------------------------------------------------------------


def confirm(ctx: Context, params: Params, intent_id: str) -> Obj:
    """POST /v1/payment_intents/{id}/confirm: charge, or say what the guest must do first."""
    intent = ctx.tenant.get("payment_intent", intent_id, "intent")
    check_client_secret(ctx, intent, params)
    if intent["status"] not in WHENEVER_METHOD_COUNTS:
        raise _unexpected(intent, "confirm", WHENEVER_METHOD_COUNTS)
    if not ctx.publishable:
        _check_return_url(intent, params)
    given = {name: value for name, value in params.items() if name in CHANGEABLE}
    _fill(ctx, intent, given)
    return public(ctx, _confirm(ctx, intent, params))


def _check_return_url(intent: Obj, params: Params) -> None:
    # Payment methods that redirect may be switched on, whatever the card at hand does.
    automatic = intent["automatic_payment_methods"]
    if "return_url" in params or automatic is None or params.get("use_stripe_sdk"):
        return
    if automatic["enabled"] and automatic["allow_redirects"] == "always":
        raise not_allowed(
            "This PaymentIntent accepts payment methods that might redirect your customer off of "
            "your page: you must provide a `return_url`, or create it with "
            "automatic_payment_methods[allow_redirects] set to never.",
            param="return_url",
        )


def _confirm(ctx: Context, intent: Obj, params: Params) -> Obj:
    world, tenant = ctx.world, ctx.tenant
    _check_has_method(intent)
    method = usable(ctx, intent["payment_method"], customer=intent["customer"])
    card = card_behind(world, method)
    note = world.note(intent["id"])
    note["off_session"] = params.get("off_session", False)
    note["return_url"] = params.get("return_url", note.get("return_url"))
    if not _asks_authentication(world, intent, method, card):
        charging.charge(world, tenant, intent, method, authenticated=False)
        return intent
    if note["off_session"] or params.get("error_on_requires_action"):
        charging.refuse_unauthenticated(world, tenant, intent, method)
    intent["status"] = "requires_action"
    intent["last_payment_error"] = None
    intent["next_action"] = next_action(world, intent, note["return_url"])
    emit(world, tenant, "payment_intent.requires_action", intent)
    return intent


def _check_has_method(intent: Obj) -> None:
    if intent["payment_method"] is None:
        raise not_allowed(
            "You cannot confirm this PaymentIntent because it's missing a payment method. "
            "Specify a payment method with the `payment_method` parameter.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )


def _asks_authentication(world: World, intent: Obj, method: Obj, card: TestCard) -> bool:
    off_session = world.note(intent["id"])["off_session"]
    match card.authentication:
        case "always":
            return True
        case "unless_set_up":
            return not (off_session and world.notes[method["id"]].get("set_up"))
        case "on_session":
            return not off_session
        case "optional":
            options = intent["payment_method_options"]["card"]
            return options["request_three_d_secure"] in ("any", "challenge")
        case _:
            return False


def next_action(world: World, intent: Obj, return_url: str | None) -> Obj:
    """What the guest must do: visit the 3-D Secure page, by redirect or inside the page."""
    url = f"{world.settings.base_url}/3ds/{intent['client_secret']}"
    if return_url is None:
        return {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url},
        }
    return {
        "redirect_to_url": {"return_url": return_url, "url": url},
        "type": "redirect_to_url",
    }


def authenticate(world: World, tenant: Tenant, intent: Obj, *, passed: bool) -> str | None:
    """The guest has answered the 3-D Secure page; returns where to send them.

    A decline of the card afterwards is in the intent, not raised: there is no API call to refuse.
    """
    if intent["status"] != "requires_action":
        raise _unexpected(intent, "authenticate", ("requires_action",))
    method = tenant.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    try:
        if passed:
            charging.charge(world, tenant, intent, method, authenticated=True)
        else:
            charging.fail_authentication(world, tenant, intent, method)
    except Refusal:
        passed = False
    return returning(world, intent, succeeded=passed)


def returning(world: World, intent: Obj, *, succeeded: bool) -> str | None:
    """The return URL with what Stripe adds to it; None when none was given."""
    return_url = world.note(intent["id"]).get("return_url")
    if return_url is None:
        return None
    parts = urlsplit(return_url)
    name = intent["object"]
    query = [
        *parse_qsl(parts.query, keep_blank_values=True),
        (name, intent["id"]),
        (f"{name}_client_secret", intent["client_secret"]),
        ("redirect_status", "succeeded" if succeeded else "failed"),
    ]
    return urlunsplit(parts._replace(query=urlencode(query)))


# -- Capture and cancel --------------------------------------------------------------------


def capture(ctx: Context, params: Params, intent_id: str) -> Obj:
    """POST /v1/payment_intents/{id}/capture: all of it, or a part and the rest goes back."""
    intent = ctx.tenant.get("payment_intent", intent_id, "intent")
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, "capture", ("requires_capture",))
    amount: int = (
        params["amount_to_capture"]
        if "amount_to_capture" in params
        else intent["amount_capturable"]
    )
    if amount > intent["amount_capturable"]:
        raise not_allowed(
            f"The amount_to_capture ({amount}) is greater than the capturable amount "
            f"({intent['amount_capturable']}) of the PaymentIntent.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    currencies.check_granularity(amount, intent["currency"])
    final = params.get("final_capture", True)
    options = intent["payment_method_options"]["card"]
    if not final and options.get("request_multicapture") != "if_available":
        raise not_allowed(
            "Multicapture is not available for this PaymentIntent.", param="final_capture"
        )
    _fill_capture(ctx, intent, params)
    charging.capture(ctx.world, ctx.tenant, intent, amount, final=final)
    return intent


def _fill_capture(ctx: Context, intent: Obj, params: Params) -> None:
    if "application_fee_amount" in params:
        before = intent["application_fee_amount"]
        intent["application_fee_amount"] = params["application_fee_amount"]
        try:
            _check_fee(ctx, intent)
        except Refusal:
            intent["application_fee_amount"] = before
            raise
    if "transfer_data" in params:
        if intent["transfer_data"] is None:
            raise not_allowed("This PaymentIntent has no transfer_data.", param="transfer_data")
        intent["transfer_data"] = {**intent["transfer_data"], **params["transfer_data"]}
    if "metadata" in params:
        intent["metadata"] = merged_metadata(intent["metadata"], params["metadata"])
    if "statement_descriptor_suffix" in params:
        intent["statement_descriptor_suffix"] = params["statement_descriptor_suffix"]


def cancel(ctx: Context, params: Params, intent_id: str) -> Obj:
    """POST /v1/payment_intents/{id}/cancel: an authorisation is let go."""
    intent = ctx.tenant.get("payment_intent", intent_id, "intent")
    if intent["status"] not in CANCELLABLE:
        raise _unexpected(intent, "cancel", CANCELLABLE)
    charging.cancel(ctx.world, ctx.tenant, intent, params.get("cancellation_reason"))
    return intent


def _unexpected(intent: Obj, verb: str, allowed: tuple[str, ...]) -> Refusal:
    return not_allowed(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with one of the following statuses may be used for this: "
        f"{', '.join(allowed)}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


# -- Read ----------------------------------------------------------------------------------


def retrieve(ctx: Context, params: Params, intent_id: str) -> Obj:
    """GET /v1/payment_intents/{id}: with a publishable key only by its client secret."""
    intent = ctx.tenant.get("payment_intent", intent_id, "intent")
    check_client_secret(ctx, intent, params)
    return public(ctx, intent)


def check_client_secret(ctx: Context, intent: Obj, params: Params) -> None:
    """Raises a refusal when a publishable key comes without the secret of this very intent."""
    given: Any = params.get("client_secret")
    if ctx.publishable and given is None:
        raise missing_parameter("client_secret")
    if given is not None and given != intent["client_secret"]:
        raise no_such(intent["object"], intent["id"], "client_secret", status=400)


def public(ctx: Context, intent: Obj) -> Obj:
    """The intent as the holder of the call's key may see it."""
    if not ctx.publishable:
        return intent
    return {name: intent[name] for name in PUBLIC_FIELDS}


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/payment_intents"""
    return page(
        ctx.tenant.table("payment_intent"), params, "/v1/payment_intents", equal=("customer",)
    )


def search(ctx: Context, params: Params) -> Obj:
    """GET /v1/payment_intents/search"""
    fields = {"amount", "created", "currency", "customer", "metadata", "status"}
    keep = matcher(params["query"], fields)
    url = "/v1/payment_intents/search"
    return search_page(ctx.world, ctx.tenant.table("payment_intent"), params, url, keep)


RETRIEVE = Schema(client_secret=TEXT)

ROUTES: Routes = {
    "POST /v1/payment_intents": endpoint(create, CREATE),
    "GET /v1/payment_intents": endpoint(list_, listing(created=PERIOD, customer=SHORT)),
    "GET /v1/payment_intents/search": endpoint(search, SEARCH),
    "GET /v1/payment_intents/{}": endpoint(retrieve, RETRIEVE, publishable=True),
    "POST /v1/payment_intents/{}": endpoint(update, UPDATE),
    "POST /v1/payment_intents/{}/confirm": endpoint(confirm, CONFIRM, publishable=True),
    "POST /v1/payment_intents/{}/capture": endpoint(capture, CAPTURE),
    "POST /v1/payment_intents/{}/cancel": endpoint(cancel, CANCEL),
}
