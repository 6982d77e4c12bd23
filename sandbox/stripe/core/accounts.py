"""Accounts: the hosts who are paid. Created, told about, checked, restricted, rejected, removed."""

from sandbox.stripe.core import bank_accounts, requirements
from sandbox.stripe.core.bank_accounts import BANK, BANK_CHANGES
from sandbox.stripe.core.currencies import check_supported
from sandbox.stripe.core.errors import Refusal, malformed, no_such, not_allowed, unknown_account
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    ADDRESS,
    CURRENCY,
    EMAIL,
    METADATA,
    MOMENT,
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
    integer,
    listing,
    one_of,
    required,
    text,
)
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import Obj, Tenant, World, changed, empty_list, merged_metadata

# -- Parameters ----------------------------------------------------------------------------

EURO = [
    "AT",
    "BE",
    "BG",
    "CY",
    "DE",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PT",
    "SI",
    "SK",
]
CURRENCY_OF = dict.fromkeys(EURO, "eur") | {
    "AE": "aed", "AU": "aud", "BR": "brl", "CA": "cad", "CH": "chf", "CZ": "czk", "DK": "dkk",
    "GB": "gbp", "GI": "gbp", "HK": "hkd", "HU": "huf", "IS": "isk", "JP": "jpy", "LI": "chf",
    "MX": "mxn", "MY": "myr", "NO": "nok", "NZ": "nzd", "PL": "pln", "RO": "ron", "SE": "sek",
    "SG": "sgd", "TH": "thb", "US": "usd",
}  # fmt: skip

DATE = hash_of(day=integer(1, 31), month=integer(1, 12), year=integer(1900, 2100))
CAPABILITIES = ("card_payments", "legacy_payments", "tax_reporting_us_1099_k", "transfers")
INTERVALS = ("manual", "daily")

PERSON = hash_of(
    address=clearable(ADDRESS),
    dob=clearable(DATE),
    email=EMAIL,
    first_name=SHORT,
    id_number=SHORT,
    last_name=SHORT,
    metadata=METADATA,
    phone=SHORT,
    ssn_last_4=SHORT,
    verification=hash_of(document=hash_of(front=SHORT, back=SHORT)),
)
FIELDS: dict[str, Kind] = {
    "business_profile": hash_of(
        mcc=SHORT,
        name=SHORT,
        product_description=TEXT,
        support_email=EMAIL,
        support_phone=SHORT,
        support_url=clearable(URL),
        url=URL,
    ),
    "business_type": one_of("individual", "company", "non_profit", "government_entity"),
    "capabilities": hash_of(**dict.fromkeys(CAPABILITIES, hash_of(requested=TRUTH))),
    "company": hash_of(
        address=ADDRESS, name=SHORT, phone=SHORT, registration_number=SHORT, tax_id=SHORT,
        vat_id=SHORT,
    ),
    "default_currency": CURRENCY,
    "email": EMAIL,
    "external_account": BANK,
    "individual": PERSON,
    "metadata": METADATA,
    "settings": hash_of(
        payouts=hash_of(
            debit_negative_balances=TRUTH,
            schedule=hash_of(interval=one_of(*INTERVALS)),
            statement_descriptor=text(22),
        )
    ),
    "tos_acceptance": hash_of(
        date=MOMENT, ip=SHORT, service_agreement=one_of("full", "recipient"), user_agent=TEXT
    ),
}  # fmt: skip
CREATE = Schema(
    controller=hash_of(
        fees=hash_of(payer=one_of("account", "application")),
        losses=hash_of(payments=one_of("application", "stripe")),
        requirement_collection=one_of("application", "stripe"),
        stripe_dashboard=hash_of(type=one_of("express", "full", "none")),
    ),
    country=SHORT,
    type=one_of("custom", "express", "standard"),
    **FIELDS,
)

PROFILE_FIELDS = ("mcc", "name", "product_description", "support_email", "support_phone", "url")

# -- Create and update ---------------------------------------------------------------------


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/accounts: by the older `type` or by the newer `controller`, not by both."""
    world = ctx.world
    _check_platform(ctx)
    if "type" in params and "controller" in params:
        raise malformed("You may not provide the type parameter and controller parameters.")
    country = params.get("country", world.settings.country).upper()
    if country not in CURRENCY_OF:
        raise not_allowed(
            f"{country} is not currently supported by Stripe.",
            code="country_unsupported",
            param="country",
        )
    if "default_currency" in params:
        _supported(params["default_currency"])
    tenant = world.open_tenant(world.new_id("acct", 16))
    account = blank(world, tenant, country, params)
    world.add(world.platform, account)
    try:
        _fill(world, tenant, account, params)
    except Refusal:
        _forget(world, tenant)
        raise
    emit(world, tenant, "account.updated", account)
    requirements.refresh(world, tenant, account)
    return account


def _check_platform(ctx: Context) -> None:
    if not ctx.world.is_platform(ctx.tenant):
        raise not_allowed("Only a platform can manage accounts.")


def _forget(world: World, tenant: Tenant) -> None:
    del world.platform.table("account")[tenant.id]
    del world.index[tenant.id]
    del world.tenants[tenant.id]


def open_platform(world: World) -> None:
    """The platform's own account, with a bank for each of its currencies; payouts by hand."""
    settings = world.settings
    account = blank(world, world.platform, settings.country, {"type": "standard"})
    account |= {"charges_enabled": True, "payouts_enabled": True, "details_submitted": True}
    account["settings"]["payouts"]["schedule"]["interval"] = "manual"
    account["default_currency"] = settings.default_currency
    world.add(world.platform, account)
    for currency in settings.settlement_currencies:
        details = {
            "account_number": "000123456789",
            "country": settings.country,
            "currency": currency,
        }
        bank_accounts.add_bank(world, world.platform, account, details)


def blank(world: World, tenant: Tenant, country: str, params: Params) -> Obj:
    """An account about which nothing is known yet."""
    kind = params.get("type", "none" if "controller" in params else "standard")
    return {
        "id": tenant.id,
        "object": "account",
        "business_profile": dict.fromkeys([*PROFILE_FIELDS, "support_url"]),
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "company": None,
        "controller": _controller(kind, params.get("controller", {})),
        "country": country,
        "created": world.second,
        "default_currency": params.get("default_currency", CURRENCY_OF[country]),
        "details_submitted": False,
        "email": None,
        "external_accounts": empty_list(f"/v1/accounts/{tenant.id}/external_accounts"),
        "future_requirements": {"currently_due": [], "eventually_due": [], "past_due": []},
        "individual": None,
        "metadata": {},
        "payouts_enabled": False,
        "requirements": {},
        "settings": _settings(),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": kind,
    }


def _controller(kind: str, given: Params) -> Obj:
    by_us = kind == "custom"
    dashboard = {"custom": "none", "express": "express"}.get(kind, "full")
    default = {
        "fees": {"payer": "account" if kind in ("standard", "none") else "application"},
        "losses": {"payments": "stripe" if kind in ("standard", "none") else "application"},
        "requirement_collection": "application" if by_us else "stripe",
        "stripe_dashboard": {"type": dashboard},
    }
    return {**default, **given, "is_controller": True, "type": "application"}


def _settings() -> Obj:
    return {
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "payouts": {
            "debit_negative_balances": False,
            "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": None,
        },
    }


def _fill(world: World, tenant: Tenant, account: Obj, params: Params) -> Obj:
    fields: Params = {name: params[name] for name in ("business_type", "email") if name in params}
    for name in ("business_profile", "company", "tos_acceptance"):
        if name in params:
            fields[name] = {**(account[name] or {}), **params[name]}
    if "individual" in params:
        fields["individual"] = _person(world, account, params["individual"])
    if "metadata" in params:
        fields["metadata"] = merged_metadata(account["metadata"], params["metadata"])
    if "default_currency" in params:
        fields["default_currency"] = _supported(params["default_currency"])
    if "capabilities" in params:
        fields["capabilities"] = _requested(account, params["capabilities"])
    payouts = params.get("settings", {}).get("payouts", {})
    fields["settings"] = _with_payouts(account["settings"], payouts)
    if "external_account" in params:
        bank_accounts.replace_default(world, tenant, account, params["external_account"])
    return changed(account, **fields)


def _supported(currency: str) -> str:
    check_supported(currency, "default_currency")
    return currency


def _requested(account: Obj, given: Params) -> dict[str, str]:
    held = dict(account["capabilities"])
    for name, wish in given.items():
        if wish.get("requested"):
            held.setdefault(name, "inactive")
        else:
            held.pop(name, None)
    return held


def _with_payouts(settings: Obj, given: Params) -> Obj:
    payouts = {**settings["payouts"], **given}
    payouts["schedule"] = {**settings["payouts"]["schedule"], **given.get("schedule", {})}
    return {**settings, "payouts": payouts}


def _person(world: World, account: Obj, given: Params) -> Obj:
    person = account["individual"] or {
        "id": world.new_id("person"),
        "object": "person",
        "account": account["id"],
        "created": world.second,
        "metadata": {},
        "relationship": {"representative": True},
    }
    person = {**person, **given}
    person["metadata"] = merged_metadata({}, given.get("metadata", person["metadata"]))
    for name in ("address", "dob"):
        person[name] = {**(person.get(name) or {}), **(given.get(name) or {})} or None
    return person


def _connected(ctx: Context, account_id: str) -> tuple[Tenant, Obj]:
    account = ctx.world.platform.tables.get("account", {}).get(account_id)
    ours = ctx.world.is_platform(ctx.tenant) or ctx.tenant.id == account_id
    if account is None or not ours:
        raise unknown_account(account_id)
    return ctx.world.tenants[account_id], account


def update(ctx: Context, params: Params, account_id: str) -> Obj:
    """POST /v1/accounts/{id}"""
    tenant, account = _connected(ctx, account_id)
    previous = _fill(ctx.world, tenant, account, params)
    previous.pop("capabilities", None)
    if previous:
        emit(ctx.world, tenant, "account.updated", account, previous)
    if tenant is not ctx.world.platform:
        requirements.refresh(ctx.world, tenant, account)
    return account


def retrieve(ctx: Context, _params: Params, account_id: str) -> Obj:
    """GET /v1/accounts/{id}"""
    return _connected(ctx, account_id)[1]


def retrieve_own(ctx: Context, _params: Params) -> Obj:
    """GET /v1/account: the account on whose behalf the call is made."""
    return ctx.world.platform.get("account", ctx.tenant.id)


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/accounts: those connected to the platform."""
    _check_platform(ctx)
    own = ctx.world.platform.id
    table = ctx.world.platform.table("account")
    return page(table, params, "/v1/accounts", keep=lambda account: account["id"] != own)


def delete(ctx: Context, _params: Params, account_id: str) -> Obj:
    """DELETE /v1/accounts/{id}: only an account that holds nothing."""
    tenant, account = _connected(ctx, account_id)
    if tenant is ctx.world.platform:
        raise not_allowed("You cannot delete your own account.")
    if any([*tenant.available.values(), *tenant.pending.values()]):
        raise not_allowed("An account with a balance cannot be deleted.")
    note = ctx.world.note(account_id)
    note["deleted"] = True
    emit(ctx.world, tenant, "account.application.deauthorized", account)
    del ctx.world.platform.table("account")[account_id]
    return {"id": account_id, "object": "account", "deleted": True}


def reject(ctx: Context, params: Params, account_id: str) -> Obj:
    """POST /v1/accounts/{id}/reject: for good."""
    _, account = _connected(ctx, account_id)
    reason = params["reason"]
    disabled = "rejected.fraud" if reason.startswith("fraud") else "rejected.other"
    if reason == "terms_of_service":
        disabled = "rejected.terms_of_service"
    requirements.restrict(ctx.world, account_id, reason=disabled, fields=[], deadline=None)
    return account


# -- Capabilities --------------------------------------------------------------------------


def list_capabilities(ctx: Context, _params: Params, account_id: str) -> Obj:
    """GET /v1/accounts/{id}/capabilities"""
    _, account = _connected(ctx, account_id)
    data = [
        requirements.capability(account, name, account["created"])
        for name in account["capabilities"]
    ]
    url = f"/v1/accounts/{account_id}/capabilities"
    return {"object": "list", "data": data, "has_more": False, "url": url}


def retrieve_capability(ctx: Context, _params: Params, account_id: str, name: str) -> Obj:
    """GET /v1/accounts/{id}/capabilities/{name}"""
    _, account = _connected(ctx, account_id)
    if name not in CAPABILITIES:
        raise no_such("capability", name)
    return requirements.capability(account, name, account["created"])


def update_capability(ctx: Context, params: Params, account_id: str, name: str) -> Obj:
    """POST /v1/accounts/{id}/capabilities/{name}: request it, or give it up."""
    tenant, account = _connected(ctx, account_id)
    if name not in CAPABILITIES:
        raise no_such("capability", name)
    wish = {name: {"requested": params.get("requested", True)}}
    account["capabilities"] = _requested(account, wish)
    requirements.refresh(ctx.world, tenant, account)
    return requirements.capability(account, name, account["created"])


# -- External accounts ---------------------------------------------------------------------


def add_external(ctx: Context, params: Params, account_id: str) -> Obj:
    """POST /v1/accounts/{id}/external_accounts"""
    tenant, account = _connected(ctx, account_id)
    bank = bank_accounts.add_bank(ctx.world, tenant, account, params["external_account"])
    bank["metadata"] = merged_metadata({}, params.get("metadata", {}))
    if params.get("default_for_currency"):
        bank_accounts.make_default(account, bank)
    requirements.refresh(ctx.world, tenant, account)
    return bank


def list_external(ctx: Context, params: Params, account_id: str) -> Obj:
    """GET /v1/accounts/{id}/external_accounts"""
    _, account = _connected(ctx, account_id)
    newest_last = {bank["id"]: bank for bank in reversed(account["external_accounts"]["data"])}
    return page(newest_last, params, account["external_accounts"]["url"], equal=("object",))


def _external(ctx: Context, account_id: str, bank_id: str) -> tuple[Tenant, Obj, Obj]:
    tenant, account = _connected(ctx, account_id)
    return tenant, account, tenant.get("bank_account", bank_id)


def retrieve_external(ctx: Context, _params: Params, account_id: str, bank_id: str) -> Obj:
    """GET /v1/accounts/{id}/external_accounts/{id}"""
    return _external(ctx, account_id, bank_id)[2]


def update_external(ctx: Context, params: Params, account_id: str, bank_id: str) -> Obj:
    """POST /v1/accounts/{id}/external_accounts/{id}"""
    tenant, account, bank = _external(ctx, account_id, bank_id)
    return bank_accounts.change(ctx.world, tenant, account, bank, params)


def delete_external(ctx: Context, _params: Params, account_id: str, bank_id: str) -> Obj:
    """DELETE /v1/accounts/{id}/external_accounts/{id}"""
    tenant, account, bank = _external(ctx, account_id, bank_id)
    gone = bank_accounts.remove(ctx.world, tenant, account, bank)
    requirements.refresh(ctx.world, tenant, account)
    return gone


# -- Balance settings ----------------------------------------------------------------------


def retrieve_balance_settings(ctx: Context, _params: Params) -> Obj:
    """GET /v1/balance_settings: the newer home of the payout schedule."""
    account = ctx.world.platform.get("account", ctx.tenant.id)
    payouts = account["settings"]["payouts"]
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": payouts["debit_negative_balances"],
            "payouts": {
                "minimum_balance_by_currency": None,
                "schedule": {"interval": payouts["schedule"]["interval"]},
                "statement_descriptor": payouts["statement_descriptor"],
                "status": "enabled" if account["payouts_enabled"] else "disabled",
            },
            "settlement_timing": {"delay_days": ctx.world.settings.settlement_days},
        },
    }


def update_balance_settings(ctx: Context, params: Params) -> Obj:
    """POST /v1/balance_settings"""
    account = ctx.world.platform.get("account", ctx.tenant.id)
    given = params.get("payments", {})
    payouts = dict(given.get("payouts", {}))
    if "debit_negative_balances" in given:
        payouts["debit_negative_balances"] = given["debit_negative_balances"]
    previous = changed(account, settings=_with_payouts(account["settings"], payouts))
    if previous:
        emit(ctx.world, ctx.tenant, "account.updated", account, previous)
    shown = retrieve_balance_settings(ctx, {})
    emit(ctx.world, ctx.tenant, "balance_settings.updated", shown)
    return shown


BALANCE_SETTINGS = Schema(
    payments=hash_of(
        debit_negative_balances=TRUTH,
        payouts=hash_of(
            schedule=hash_of(interval=one_of(*INTERVALS)), statement_descriptor=text(22)
        ),
    )
)
REJECT = Schema(
    payouts_action=one_of("none", "pause"),
    reason=required(
        one_of(
            "credit",
            "fraud_no_intent_to_fulfill",
            "fraud_other",
            "fraud_payment_method_casher",
            "fraud_payment_method_tester",
            "other",
            "terms_of_service",
        )
    ),
)

ROUTES: Routes = {
    "GET /v1/account": endpoint(retrieve_own, Schema()),
    "POST /v1/accounts": endpoint(create, CREATE),
    "GET /v1/accounts": endpoint(list_, listing(created=PERIOD)),
    "GET /v1/accounts/{}": endpoint(retrieve, Schema()),
    "POST /v1/accounts/{}": endpoint(update, Schema(**FIELDS)),
    "DELETE /v1/accounts/{}": endpoint(delete, Schema()),
    "POST /v1/accounts/{}/reject": endpoint(reject, REJECT),
    "GET /v1/accounts/{}/capabilities": endpoint(list_capabilities, Schema()),
    "GET /v1/accounts/{}/capabilities/{}": endpoint(retrieve_capability, Schema()),
    "POST /v1/accounts/{}/capabilities/{}": endpoint(update_capability, Schema(requested=TRUTH)),
    "POST /v1/accounts/{}/external_accounts": endpoint(
        add_external,
        Schema(default_for_currency=TRUTH, external_account=required(BANK), metadata=METADATA),
    ),
    "GET /v1/accounts/{}/external_accounts": endpoint(list_external, listing(object=SHORT)),
    "GET /v1/accounts/{}/external_accounts/{}": endpoint(retrieve_external, Schema()),
    "POST /v1/accounts/{}/external_accounts/{}": endpoint(update_external, Schema(**BANK_CHANGES)),
    "DELETE /v1/accounts/{}/external_accounts/{}": endpoint(delete_external, Schema()),
    "GET /v1/balance_settings": endpoint(retrieve_balance_settings, Schema()),
    "POST /v1/balance_settings": endpoint(update_balance_settings, BALANCE_SETTINGS),
}
