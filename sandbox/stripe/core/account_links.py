"""Account links: the way to the onboarding page, once, for five minutes."""

from sandbox.stripe.core import requirements
from sandbox.stripe.core.bank_accounts import add_bank
from sandbox.stripe.core.errors import missing_parameter, no_such, not_allowed
from sandbox.stripe.core.parameters import SHORT, URL, Params, Schema, hash_of, one_of, required
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import Obj, World

EXPIRES_AFTER_S = 300


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/account_links"""
    world = ctx.world
    account = world.platform.refer("account", params["account"], "account")
    for name in ("refresh_url", "return_url"):
        if name not in params:
            raise missing_parameter(name)
    collects = account["controller"]["requirement_collection"]
    if params["type"] == "account_update" and collects != "application":
        raise not_allowed(
            "You cannot create `account_update` type Account Links for this account.",
            param="type",
        )
    token = world.new_id("al", 32)
    link: Obj = {
        "object": "account_link",
        "created": world.second,
        "expires_at": world.second + EXPIRES_AFTER_S,
        "url": f"{world.settings.base_url}/onboarding/{account['id']}/{token}",
    }
    world.note("account_links")[token] = {
        "account": account["id"],
        "expires_at": link["expires_at"],
        "refresh_url": params["refresh_url"],
        "return_url": params["return_url"],
        "opened": False,
    }
    return link


def visit(world: World, account_id: str, token: str) -> Obj:
    """The link that somebody follows; `stale` when it was used before or has expired.

    Raises a refusal when there never was such a link.
    """
    link: Obj | None = world.note("account_links").get(token)
    if link is None or link["account"] != account_id:
        raise no_such("account_link", token)
    stale = link["opened"] or world.now > link["expires_at"]
    link["opened"] = True
    return {**link, "stale": stale}


def complete(world: World, account_id: str, *, wholly: bool) -> None:
    """The host has filled the form: wholly, or with the bank account left for later."""
    account = world.platform.get("account", account_id)
    tenant = world.tenants[account_id]
    _fill(world, account)
    if wholly and not account["external_accounts"]["data"]:
        details = {
            "account_number": "000123456789",
            "country": account["country"],
            "currency": account["default_currency"],
        }
        add_bank(world, tenant, account, details)
    requirements.refresh(world, tenant, account)


def _fill(world: World, account: Obj) -> None:
    account["business_type"] = account["business_type"] or "individual"
    profile = account["business_profile"]
    account["business_profile"] = {
        **profile,
        "mcc": profile["mcc"] or "7011",
        "url": profile["url"] or "https://stays.example",
    }
    address = {"city": "Lisboa", "line1": "Rua da Prata 1", "postal_code": "1100-419"}
    if account["business_type"] == "individual":
        person = account["individual"] or _person(world, account)
        account["individual"] = {
            "first_name": "Ana",
            "last_name": "Anfitriã",
            "phone": "+351210000000",
            **person,
            "email": person.get("email") or account["email"] or "host@stays.example",
            "address": person.get("address") or address,
            "dob": person.get("dob") or {"day": 1, "month": 1, "year": 1901},
        }
    else:
        company = {"name": "Stays Lda", "phone": "+351210000000", "tax_id": "000000000"}
        account["company"] = {**company, "address": address, **(account["company"] or {})}
    account["tos_acceptance"] = {"date": world.second, "ip": "127.0.0.1", "user_agent": None}


def _person(world: World, account: Obj) -> Obj:
    return {
        "id": world.new_id("person"),
        "object": "person",
        "account": account["id"],
        "created": world.second,
        "metadata": {},
        "relationship": {"representative": True},
    }


CREATE = Schema(
    account=required(SHORT),
    collect=one_of("currently_due", "eventually_due"),
    collection_options=hash_of(
        fields=one_of("currently_due", "eventually_due"),
        future_requirements=one_of("include", "omit"),
    ),
    refresh_url=URL,
    return_url=URL,
    type=required(one_of("account_onboarding", "account_update")),
)

ROUTES: Routes = {"POST /v1/account_links": endpoint(create, CREATE)}
