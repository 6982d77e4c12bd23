"""Payment methods: cards, from a number, a token or a `pm_card_*` word."""

from sandbox.stripe.core import cards
from sandbox.stripe.core.cards import TestCard
from sandbox.stripe.core.errors import (
    card_refused,
    malformed,
    missing_parameter,
    no_such,
    not_allowed,
)
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    ADDRESS,
    ADDRESS_FIELDS,
    EMAIL,
    METADATA,
    SHORT,
    Kind,
    Params,
    Schema,
    clearable,
    hash_of,
    integer,
    listing,
    one_of,
    required,
    text,
    whole,
)
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import Obj, World, changed, merged_metadata

BILLING = hash_of(
    address=clearable(ADDRESS),
    email=clearable(EMAIL),
    name=clearable(SHORT),
    phone=clearable(SHORT),
    tax_id=SHORT,
)
CARD = hash_of(
    cvc=text(4),
    exp_month=integer(lowest=1, highest=12),
    exp_year=integer(),
    number=text(30),
    token=SHORT,
)
REDISPLAY = one_of("always", "limited", "unspecified")

DATA: dict[str, Kind] = {
    "allow_redisplay": REDISPLAY,
    "billing_details": BILLING,
    "card": CARD,
    "metadata": METADATA,
    "type": one_of("card"),
}
"""A payment method as it is sent: to its own endpoint, or as `payment_method_data`."""

PAYMENT_METHOD_DATA = hash_of(**{**DATA, "type": required(DATA["type"])})


# -- Making and finding --------------------------------------------------------------------


def make(ctx: Context, params: Params) -> Obj:
    """A payment method from what was sent; raises Stripe's refusal of an impossible card."""
    if params.get("type") != "card":
        raise missing_parameter("type")
    details = params.get("card")
    if not details:
        raise missing_parameter("card")
    card = _card_of(details)
    year, month = _expiry(ctx.world, details)
    method = new(ctx, card, month=month, year=year)
    if "cvc" in details:
        failed = "cvc_check" in card.checks
        method["card"]["checks"]["cvc_check"] = "fail" if failed else "pass"
    return _fill(method, params)


def _card_of(details: Params) -> TestCard:
    if "token" in details:
        card = cards.by_token(details["token"])
        if card is None or not details["token"].startswith("tok_"):
            raise malformed(f"No such token: '{details['token']}'", param="card[token]")
        return card
    if "number" not in details:
        raise missing_parameter("card[number]")
    number = details["number"].replace(" ", "").replace("-", "")
    if not cards.is_plausible(number):
        raise card_refused(
            "Your card number is incorrect.", code="incorrect_number", param="number"
        )
    if number not in cards.BY_NUMBER:
        raise card_refused(
            "Your card was declined. Your request used a real card while testing. "
            "Use one of the documented test cards.",
            code="card_declined",
            decline_code="test_mode_live_card",
        )
    return cards.BY_NUMBER[number]


def _expiry(world: World, details: Params) -> tuple[int, int]:
    this_year, this_month = _calendar(world)
    if "token" in details:
        return this_year + 1, this_month
    for name in ("exp_month", "exp_year"):
        if name not in details:
            raise missing_parameter(f"card[{name}]")
    year, month = details["exp_year"], details["exp_month"]
    year += 2000 if 0 <= year < 100 else 0
    if not this_year <= year <= this_year + 50:
        raise card_refused(
            "Your card's expiration year is invalid.", code="invalid_expiry_year", param="exp_year"
        )
    if (year, month) < (this_year, this_month):
        raise card_refused(
            "Your card's expiration month is invalid.",
            code="invalid_expiry_month",
            param="exp_month",
        )
    return year, month


def _calendar(world: World) -> tuple[int, int]:
    # Close enough for an expiry: the calendar repeats every 146,097 days (400 years).
    days = world.second // 86_400
    months = days * 4_800 // 146_097
    return 1970 + months // 12, 1 + months % 12


def new(ctx: Context, card: TestCard, *, month: int, year: int) -> Obj:
    """A payment method of a card, filed under a new id."""
    world = ctx.world
    method: Obj = {
        "id": world.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {**_billing({}), "tax_id": None},
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "fail" if "cvc_check" in card.checks else None,
            },
            "country": card.country,
            "display_brand": card.brand,
            "exp_month": month,
            "exp_year": year,
            "fingerprint": f"Fp{card.number[::-1]}"[:18],
            "funding": card.funding,
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": card.brand != "amex"},
            "wallet": None,
        },
        "created": world.second,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    world.note(method["id"])["number"] = card.number
    return world.add(ctx.tenant, method)


def _billing(given: Params) -> Obj:
    shown = whole(given, ("address", "email", "name", "phone"))
    shown["address"] = whole(shown["address"], ADDRESS_FIELDS)
    return shown


def card_behind(world: World, method: Obj) -> TestCard:
    """The test card of a payment method."""
    return cards.BY_NUMBER[world.notes[method["id"]]["number"]]


def living_customer(ctx: Context, customer_id: str, param: str = "customer") -> Obj:
    """The customer that a parameter names; a deleted one is no such customer."""
    customer = ctx.tenant.refer("customer", customer_id, param)
    if ctx.world.notes.get(customer_id, {}).get("deleted"):
        raise no_such("customer", customer_id, param, status=400)
    return customer


def usable(ctx: Context, given: str, *, customer: str | None, param: str = "payment_method") -> Obj:
    """The payment method that a parameter names, fit for a payment by `customer`.

    `pm_card_*` makes a new one, as in Stripe's test mode. Raises a refusal for one that belongs to
    another customer, or that was used up without one.
    """
    card = cards.by_token(given) if given.startswith("pm_card_") else None
    if card is not None:
        year, month = _calendar(ctx.world)
        return new(ctx, card, month=month, year=year + 1)
    method = ctx.tenant.refer("payment_method", given, param)
    if ctx.world.notes[given].get("used_up"):
        raise not_allowed(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
            "attachment, or was detached from a Customer, and may not be used again.",
            param=param,
        )
    if method["customer"] not in (None, customer):
        raise not_allowed(
            "The provided PaymentMethod belongs to a Customer. Include the Customer in the "
            "`customer` parameter.",
            param=param,
        )
    return method


def attach_to(ctx: Context, method: Obj, customer_id: str) -> None:
    """Keep a payment method for a customer; raises the issuer's refusal."""
    if method["customer"] == customer_id:
        return
    card = card_behind(ctx.world, method)
    if card.decline and card.declines_attaching:
        code, decline_code = card.decline
        raise card_refused(
            cards.DECLINE_MESSAGES[decline_code], code=code, decline_code=decline_code
        )
    method["customer"] = customer_id
    emit(ctx.world, ctx.tenant, "payment_method.attached", method)


# -- Endpoints -----------------------------------------------------------------------------


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/payment_methods"""
    return make(ctx, params)


def _fill(method: Obj, params: Params) -> Obj:
    if "billing_details" in params:
        given = {**method["billing_details"], **params["billing_details"]}
        method["billing_details"] = {**_billing(given), "tax_id": given.get("tax_id")}
    if "allow_redisplay" in params:
        method["allow_redisplay"] = params["allow_redisplay"]
    if "metadata" in params:
        method["metadata"] = merged_metadata(method["metadata"], params["metadata"])
    return method


def retrieve(ctx: Context, _params: Params, method_id: str) -> Obj:
    """GET /v1/payment_methods/{id}"""
    return ctx.tenant.get("payment_method", method_id)


def update(ctx: Context, params: Params, method_id: str) -> Obj:
    """POST /v1/payment_methods/{id}: billing details, expiry, metadata, of a customer's method."""
    method = ctx.tenant.get("payment_method", method_id)
    if method["customer"] is None:
        raise not_allowed(
            "You must save this PaymentMethod to a customer before you can update it."
        )
    filled = _fill({**method}, params)
    filled["card"] = {**method["card"], **params.get("card", {})}
    previous = changed(method, **filled)
    if previous:
        emit(ctx.world, ctx.tenant, "payment_method.updated", method, previous)
    return method


def attach(ctx: Context, params: Params, method_id: str) -> Obj:
    """POST /v1/payment_methods/{id}/attach"""
    customer = living_customer(ctx, params["customer"])
    if not method_id.startswith("pm_card_"):
        ctx.tenant.get("payment_method", method_id)
    method = usable(ctx, method_id, customer=customer["id"])
    attach_to(ctx, method, customer["id"])
    return method


def detach(ctx: Context, _params: Params, method_id: str) -> Obj:
    """POST /v1/payment_methods/{id}/detach: for good; it cannot be used again."""
    method = ctx.tenant.get("payment_method", method_id)
    if method["customer"] is None:
        raise not_allowed(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible.",
            param="payment_method",
        )
    previous = changed(method, customer=None)
    ctx.world.note(method_id)["used_up"] = True
    emit(ctx.world, ctx.tenant, "payment_method.detached", method, previous)
    return method


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/payment_methods: those of a customer."""
    if "customer" in params:
        living_customer(ctx, params["customer"])
    return page(
        ctx.tenant.table("payment_method"),
        params,
        "/v1/payment_methods",
        equal=("customer", "type", "allow_redisplay"),
        keep=lambda method: method["customer"] is not None,
    )


UPDATE = Schema(
    allow_redisplay=REDISPLAY,
    billing_details=BILLING,
    card=hash_of(exp_month=integer(lowest=1, highest=12), exp_year=integer(1970, 2100)),
    metadata=METADATA,
)

ROUTES: Routes = {
    "POST /v1/payment_methods": endpoint(create, Schema(**DATA), publishable=True),
    "GET /v1/payment_methods": endpoint(
        list_, listing(allow_redisplay=REDISPLAY, customer=SHORT, type=SHORT)
    ),
    "GET /v1/payment_methods/{}": endpoint(retrieve, Schema()),
    "POST /v1/payment_methods/{}": endpoint(update, UPDATE),
    "POST /v1/payment_methods/{}/attach": endpoint(attach, Schema(customer=required(SHORT))),
    "POST /v1/payment_methods/{}/detach": endpoint(detach, Schema()),
}
