"""External accounts: the bank accounts to which connected accounts are paid out."""

from sandbox.stripe.core.currencies import check_supported
from sandbox.stripe.core.errors import malformed, missing_parameter, no_such, not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.parameters import (
    CURRENCY,
    METADATA,
    SHORT,
    TRUTH,
    Params,
    either,
    hash_of,
    one_of,
    required,
)
from sandbox.stripe.core.world import Obj, Tenant, World, changed, listed, merged_metadata

BANK = either(
    hash_of(
        object=one_of("bank_account"),
        account_holder_name=SHORT,
        account_holder_type=one_of("company", "individual"),
        account_number=required(SHORT),
        country=required(SHORT),
        currency=CURRENCY,
        routing_number=SHORT,
    ),
    SHORT,
)
BANK_CHANGES = {
    "account_holder_name": SHORT,
    "account_holder_type": one_of("company", "individual"),
    "default_for_currency": TRUTH,
    "metadata": METADATA,
}

# What payouts to an account come to, by the last digits of its number, as documented.
FATES = {
    "111111116": "no_account",
    "111111113": "account_closed",
    "222222227": "insufficient_funds",
    "333333335": "debit_not_authorized",
    "444444440": "invalid_currency",
}

TOKENS = {
    "btok_us_verified": ("000123456789", "US", "usd"),
    "btok_us": ("000123456789", "US", "usd"),
    "btok_us_noAccount": ("000111111116", "US", "usd"),
    "btok_us_accountClosed": ("000111111113", "US", "usd"),
}


def bank_from(world: World, tenant: Tenant, given: Params | str) -> Obj:
    """A bank account object from what was sent: details or a test token."""
    if isinstance(given, str):
        if given not in TOKENS:
            raise no_such("token", given, "external_account", status=400)
        number, country, currency = TOKENS[given]
        details: Params = {"account_number": number, "country": country, "currency": currency}
    else:
        details = given
    if "currency" not in details:
        raise missing_parameter("external_account[currency]")
    check_supported(details["currency"], "external_account[currency]")
    number = details["account_number"].replace(" ", "")
    if not (number.isalnum() and 5 <= len(number) <= 34):
        raise malformed(
            "The account number is invalid.",
            param="bank_account[account_number]",
            code="account_number_invalid",
        )
    bank = _bank(world, tenant, details, number)
    fate = next((fate for digits, fate in FATES.items() if number.endswith(digits)), None)
    if fate is not None:
        world.note(bank["id"])["payouts_fail"] = fate
    return bank


def _bank(world: World, tenant: Tenant, details: Params, number: str) -> Obj:
    bank_id = world.new_id("ba")
    return {
        "id": bank_id,
        "object": "bank_account",
        "account": tenant.id,
        "account_holder_name": details.get("account_holder_name"),
        "account_holder_type": details.get("account_holder_type"),
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": details["country"].upper(),
        "currency": details["currency"],
        "default_for_currency": False,
        "fingerprint": f"Bk{number[-4:]}{bank_id[3:11]}",
        "future_requirements": None,
        "last4": number[-4:],
        "metadata": {},
        "requirements": None,
        "routing_number": details.get("routing_number"),
        "status": "new",
    }


def add_bank(world: World, tenant: Tenant, account: Obj, given: Params | str) -> Obj:
    """Give an account a bank account; the first of its currency is the default."""
    bank = bank_from(world, tenant, given)
    others = [one for one in account["external_accounts"]["data"] if _alike(one, bank)]
    bank["default_for_currency"] = not others
    world.add(tenant, bank)
    listed(account["external_accounts"], bank)
    emit(world, tenant, "account.external_account.created", bank)
    return bank


def replace_default(world: World, tenant: Tenant, account: Obj, given: Params | str) -> Obj:
    """What `external_account` of an account means: this is the default of its currency now."""
    bank = add_bank(world, tenant, account, given)
    make_default(account, bank)
    return bank


def make_default(account: Obj, bank: Obj) -> None:
    """One default for each currency."""
    for one in account["external_accounts"]["data"]:
        if _alike(one, bank):
            one["default_for_currency"] = one is bank


def _alike(one: Obj, bank: Obj) -> bool:
    return bool(one["currency"] == bank["currency"])


def change(world: World, tenant: Tenant, account: Obj, bank: Obj, params: Params) -> Obj:
    """Update a bank account; an update also makes a disabled one usable again."""
    fields: Params = {
        name: params[name]
        for name in ("account_holder_name", "account_holder_type", "metadata")
        if name in params
    }
    if "metadata" in fields:
        fields["metadata"] = merged_metadata(bank["metadata"], fields["metadata"])
    if bank["status"] == "errored":
        fields["status"] = "new"
    previous = changed(bank, **fields)
    if params.get("default_for_currency"):
        make_default(account, bank)
    if previous:
        emit(world, tenant, "account.external_account.updated", bank, previous)
    return bank


def remove(world: World, tenant: Tenant, account: Obj, bank: Obj) -> Obj:
    """Take a bank account away; the default only when it is the last of its currency."""
    banks = account["external_accounts"]["data"]
    if bank["default_for_currency"] and sum(_alike(one, bank) for one in banks) > 1:
        raise not_allowed("You cannot delete the default external account for your currency.")
    banks.remove(bank)
    account["external_accounts"]["total_count"] -= 1
    del tenant.table("bank_account")[bank["id"]]
    emit(world, tenant, "account.external_account.deleted", bank)
    return {
        "id": bank["id"],
        "object": "bank_account",
        "currency": bank["currency"],
        "deleted": True,
    }
