"""SetupIntents: a card is kept for later, authenticated now so that it need not be then."""

from typing import NoReturn

from sandbox.stripe.core import cards
from sandbox.stripe.core.errors import Refusal, card_refused, malformed, not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    FREE,
    METADATA,
    PERIOD,
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
from sandbox.stripe.core.payment_intents import (
    WHENEVER_METHOD_COUNTS,
    check_client_secret,
    next_action,
    returning,
)
from sandbox.stripe.core.payment_methods import (
    PAYMENT_METHOD_DATA,
    card_behind,
    living_customer,
    make,
    usable,
)
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import Obj, Tenant, World, changed, merged_metadata

# -- Parameters ----------------------------------------------------------------------------

CHANGEABLE: dict[str, Kind] = {
    "customer": SHORT,
    "description": text(1_000),
    "metadata": METADATA,
    "payment_method": SHORT,
    "payment_method_data": PAYMENT_METHOD_DATA,
    "payment_method_options": hash_of(
        card=hash_of(request_three_d_secure=one_of("any", "automatic", "challenge"))
    ),
}
CONFIRMING: dict[str, Kind] = {
    "mandate_data": clearable(FREE),
    "return_url": URL,
    "use_stripe_sdk": TRUTH,
}
CREATE = Schema(
    allowed_payment_method_types=list_of(one_of("card")),
    automatic_payment_methods=hash_of(
        allow_redirects=one_of("always", "never"), enabled=required(TRUTH)
    ),
    confirm=TRUTH,
    on_behalf_of=SHORT,
    usage=one_of("off_session", "on_session"),
    **CHANGEABLE,
    **CONFIRMING,
)
CONFIRM = Schema(
    client_secret=SHORT,
    payment_method=SHORT,
    payment_method_data=PAYMENT_METHOD_DATA,
    payment_method_options=CHANGEABLE["payment_method_options"],
    **CONFIRMING,
)
PUBLIC_FIELDS = [
    "id",
    "object",
    "automatic_payment_methods",
    "cancellation_reason",
    "client_secret",
    "created",
    "description",
    "last_setup_error",
    "livemode",
    "next_action",
    "payment_method",
    "payment_method_types",
    "status",
    "usage",
]


# -- Create and update ---------------------------------------------------------------------


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/setup_intents; with `confirm` it is confirmed at once."""
    if not params.get("confirm") and CONFIRMING.keys() & params.keys():
        raise malformed("return_url and mandate_data may only be given with confirm=true.")
    intent = _blank(ctx.world, params)
    _fill(ctx, intent, params)
    if params.get("confirm"):
        _check_ready(intent, params)
    ctx.world.add(ctx.tenant, intent)
    emit(ctx.world, ctx.tenant, "setup_intent.created", intent)
    return _confirm(ctx, intent, params) if params.get("confirm") else intent


def _blank(world: World, params: Params) -> Obj:
    intent_id = world.new_id("seti")
    types = params.get("allowed_payment_method_types")
    automatic = None
    if types is None:
        automatic = {"allow_redirects": "always", "enabled": True}
        automatic |= params.get("automatic_payment_methods", {})
    return {
        "id": intent_id,
        "object": "setup_intent",
        "allowed_payment_method_types": types,
        "application": None,
        "automatic_payment_methods": automatic,
        "cancellation_reason": None,
        "client_secret": world.new_id(f"{intent_id}_secret", 25),
        "created": world.second,
        "customer": None,
        "description": None,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": params.get("on_behalf_of"),
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": params.get("usage", "off_session"),
    }


def _fill(ctx: Context, intent: Obj, params: Params) -> Obj:
    names = ("customer", "description", "metadata", "payment_method_options")
    fields = {name: params[name] for name in names if name in params}
    if "metadata" in fields:
        fields["metadata"] = merged_metadata(intent["metadata"], fields["metadata"])
    if "customer" in fields:
        fields["customer"] = living_customer(ctx, fields["customer"])["id"]
    if "payment_method_data" in params:
        fields["payment_method"] = make(ctx, params["payment_method_data"])["id"]
    elif "payment_method" in params:
        customer = fields.get("customer", intent["customer"])
        method = usable(ctx, params["payment_method"], customer=customer)
        fields["payment_method"] = method["id"]
    if "payment_method" in fields:
        fields["status"] = "requires_confirmation"
        fields["next_action"] = None
    return changed(intent, **fields)


def update(ctx: Context, params: Params, intent_id: str) -> Obj:
    """POST /v1/setup_intents/{id}"""
    intent = ctx.tenant.get("setup_intent", intent_id, "intent")
    if intent["status"] not in WHENEVER_METHOD_COUNTS and params.keys() - {"metadata", "expand"}:
        raise _unexpected(intent, "update")
    _fill(ctx, intent, params)
    return intent


# -- Confirm -------------------------------------------------------------------------------


def confirm(ctx: Context, params: Params, intent_id: str) -> Obj:
    """POST /v1/setup_intents/{id}/confirm"""
    intent = ctx.tenant.get("setup_intent", intent_id, "intent")
    check_client_secret(ctx, intent, params)
    if intent["status"] not in WHENEVER_METHOD_COUNTS:
        raise _unexpected(intent, "confirm")
    _fill(ctx, intent, params)
    _check_ready(intent, params, publishable=ctx.publishable)
    return _public(ctx, _confirm(ctx, intent, params))


def _check_ready(intent: Obj, params: Params, *, publishable: bool = False) -> None:
    if intent["payment_method"] is None:
        raise not_allowed(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
            setup_intent=intent,
        )
    automatic = intent["automatic_payment_methods"]
    redirects = automatic is not None and automatic["allow_redirects"] == "always"
    if redirects and automatic["enabled"] and not publishable and "return_url" not in params:
        raise not_allowed(
            "This SetupIntent accepts payment methods that might redirect your customer off of "
            "your page: you must provide a `return_url`.",
            param="return_url",
        )


def _confirm(ctx: Context, intent: Obj, params: Params) -> Obj:
    world, tenant = ctx.world, ctx.tenant
    method = tenant.get("payment_method", intent["payment_method"])
    note = world.note(intent["id"])
    note["return_url"] = params.get("return_url", note.get("return_url"))
    _attempt(world, tenant, intent, method)
    if card_behind(world, method).authentication in ("never", "optional"):
        _complete(world, tenant, intent, method)
        return intent
    intent["status"] = "requires_action"
    intent["next_action"] = next_action(world, intent, note["return_url"])
    emit(world, tenant, "setup_intent.requires_action", intent)
    return intent


def _attempt(world: World, tenant: Tenant, intent: Obj, method: Obj) -> None:
    attempt: Obj = {
        "id": world.new_id("setatt"),
        "object": "setup_attempt",
        "application": None,
        "attach_to_self": False,
        "created": world.second,
        "customer": intent["customer"],
        "flow_directions": None,
        "livemode": False,
        "on_behalf_of": intent["on_behalf_of"],
        "payment_method": method["id"],
        "payment_method_details": {"card": {"three_d_secure": None}, "type": "card"},
        "setup_error": None,
        "setup_intent": intent["id"],
        "status": "processing",
        "usage": intent["usage"],
    }
    world.add(tenant, attempt)
    intent["latest_attempt"] = attempt["id"]


def _complete(world: World, tenant: Tenant, intent: Obj, method: Obj) -> None:
    card = card_behind(world, method)
    if card.decline and card.declines_attaching:
        _refuse(world, tenant, intent, *card.decline)
    if intent["customer"] is not None and method["customer"] is None:
        method["customer"] = intent["customer"]
        emit(world, tenant, "payment_method.attached", method)
    if intent["usage"] == "off_session":
        world.note(method["id"])["set_up"] = True
    world.index[intent["latest_attempt"]]["status"] = "succeeded"
    intent["status"] = "succeeded"
    intent["next_action"] = None
    intent["last_setup_error"] = None
    emit(world, tenant, "setup_intent.succeeded", intent)


def _refuse(
    world: World, tenant: Tenant, intent: Obj, code: str, decline_code: str | None = None
) -> NoReturn:
    message = cards.DECLINE_MESSAGES.get(
        decline_code or "", "The payment method could not be authenticated."
    )
    error: Obj = {"code": code, "message": message, "type": "card_error"}
    if decline_code is not None:
        error["decline_code"] = decline_code
    attempt = world.index[intent["latest_attempt"]]
    attempt["status"] = "failed"
    attempt["setup_error"] = error
    intent["status"] = "requires_payment_method"
    intent["payment_method"] = None
    intent["next_action"] = None
    intent["last_setup_error"] = error
    emit(world, tenant, "setup_intent.setup_failed", intent)
    raise card_refused(message, code=code, decline_code=decline_code, setup_intent=intent)


def authenticate(world: World, tenant: Tenant, intent: Obj, *, passed: bool) -> str | None:
    """The guest has answered the 3-D Secure page; returns where to send them."""
    if intent["status"] != "requires_action":
        raise _unexpected(intent, "authenticate")
    method = tenant.get("payment_method", intent["payment_method"])
    try:
        if passed:
            _complete(world, tenant, intent, method)
        else:
            _refuse(world, tenant, intent, "setup_intent_authentication_failure")
    except Refusal:
        passed = False
    return returning(world, intent, succeeded=passed)


def cancel(ctx: Context, params: Params, intent_id: str) -> Obj:
    """POST /v1/setup_intents/{id}/cancel"""
    intent = ctx.tenant.get("setup_intent", intent_id, "intent")
    if intent["status"] not in WHENEVER_METHOD_COUNTS:
        raise _unexpected(intent, "cancel")
    intent["status"] = "canceled"
    intent["next_action"] = None
    intent["cancellation_reason"] = params.get("cancellation_reason")
    emit(ctx.world, ctx.tenant, "setup_intent.canceled", intent)
    return intent


def _unexpected(intent: Obj, verb: str) -> Refusal:
    return not_allowed(
        f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}.",
        code="setup_intent_unexpected_state",
        setup_intent=intent,
    )


# -- Read ----------------------------------------------------------------------------------


def retrieve(ctx: Context, params: Params, intent_id: str) -> Obj:
    """GET /v1/setup_intents/{id}"""
    intent = ctx.tenant.get("setup_intent", intent_id, "intent")
    check_client_secret(ctx, intent, params)
    return _public(ctx, intent)


def _public(ctx: Context, intent: Obj) -> Obj:
    return {name: intent[name] for name in PUBLIC_FIELDS} if ctx.publishable else intent


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/setup_intents"""
    return page(
        ctx.tenant.table("setup_intent"),
        params,
        "/v1/setup_intents",
        equal=("customer", "payment_method"),
    )


def list_attempts(ctx: Context, params: Params) -> Obj:
    """GET /v1/setup_attempts"""
    ctx.tenant.refer("setup_intent", params["setup_intent"], "setup_intent")
    return page(
        ctx.tenant.table("setup_attempt"), params, "/v1/setup_attempts", equal=("setup_intent",)
    )


CANCEL = Schema(cancellation_reason=one_of("abandoned", "duplicate", "requested_by_customer"))

ROUTES: Routes = {
    "POST /v1/setup_intents": endpoint(create, CREATE),
    "GET /v1/setup_intents": endpoint(
        list_, listing(created=PERIOD, customer=SHORT, payment_method=SHORT)
    ),
    "GET /v1/setup_intents/{}": endpoint(retrieve, Schema(client_secret=TEXT), publishable=True),
    "POST /v1/setup_intents/{}": endpoint(update, Schema(**CHANGEABLE)),
    "POST /v1/setup_intents/{}/confirm": endpoint(confirm, CONFIRM, publishable=True),
    "POST /v1/setup_intents/{}/cancel": endpoint(cancel, CANCEL),
    "GET /v1/setup_attempts": endpoint(
        list_attempts, listing(created=PERIOD, setup_intent=required(SHORT))
    ),
}
