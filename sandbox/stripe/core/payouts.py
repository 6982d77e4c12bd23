"""Payouts: from an account's available balance to its bank; paid after days, sometimes returned.

Status: pending until midnight, in transit, paid on the arrival date; a paid payout may still fail.
A failure brings the money back by a second transaction and disables the bank account.
"""

from sandbox.stripe.core import books, currencies
from sandbox.stripe.core.books import Settled
from sandbox.stripe.core.errors import malformed, not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page, within
from sandbox.stripe.core.parameters import (
    CURRENCY,
    METADATA,
    PERIOD,
    POSITIVE,
    SHORT,
    TEXT,
    Params,
    Schema,
    listing,
    one_of,
    required,
    text,
)
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.transfers import insufficient
from sandbox.stripe.core.world import Obj, Tenant, World, changed, merged_metadata

FAILURES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": "Debit transactions are not approved on your bank account.",
    "declined": "The bank has declined this payout.",
    "incorrect_account_holder_name": "The name of the account holder is incorrect.",
    "insufficient_funds": "Your Stripe account has insufficient funds to cover the payout.",
    "invalid_account_number": "The account number or routing number is incorrect.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
    "no_account": "The bank account could not be located.",
}

ARRIVES_AFTER_DAYS = 2

# -- Create --------------------------------------------------------------------------------


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/payouts"""
    world, tenant = ctx.world, ctx.tenant
    amount, currency = params["amount"], params["currency"]
    currencies.check_supported(currency)
    currencies.check_payable(amount, currency)
    account = world.platform.get("account", tenant.id)
    if not account["payouts_enabled"]:
        raise not_allowed("Payouts are not enabled on this account.", code="payouts_not_allowed")
    bank = _bank(account, currency, params.get("destination"))
    if tenant.available.get(currency, 0) < amount:
        raise insufficient(currency)
    payout = pay_out(world, tenant, bank, amount, automatic=False)
    payout |= {
        "description": params.get("description", "STRIPE PAYOUT"),
        "metadata": merged_metadata({}, params.get("metadata", {})),
        "method": params.get("method", "standard"),
        "source_type": params.get("source_type", "card"),
        "statement_descriptor": params.get("statement_descriptor"),
    }
    emit(world, tenant, "payout.created", payout)
    return payout


def _bank(account: Obj, currency: str, chosen: str | None) -> Obj:
    banks: list[Obj] = account["external_accounts"]["data"]
    if chosen is not None:
        fitting = [bank for bank in banks if bank["id"] == chosen]
    else:
        fitting = [bank for bank in banks if bank["currency"] == currency]
        fitting.sort(key=lambda bank: not bank["default_for_currency"])
    if not fitting:
        raise not_allowed(
            f"Sorry, you don't have any external accounts in that currency ({currency}).",
            param="destination",
        )
    if fitting[0]["status"] == "errored":
        raise not_allowed(
            f"Bank account {fitting[0]['id']} is disabled because an earlier payout to it failed. "
            "Update or replace it first.",
            code="bank_account_unusable",
            param="destination",
        )
    return fitting[0]


def pay_out(world: World, tenant: Tenant, bank: Obj, amount: int, *, automatic: bool) -> Obj:
    """Send `amount` to a bank account; the event is the caller's."""
    payout_id = world.new_id("po")
    currency = bank["currency"]
    booked = books.post(world, tenant, "payout", Settled(-amount, currency), payout_id)
    arrival = world.midnight_after(ARRIVES_AFTER_DAYS)
    payout: Obj = {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrival,
        "automatic": automatic,
        "balance_transaction": booked["id"],
        "created": world.second,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": bank["id"],
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
    world.set_timer(world.midnight_after(1), "payout_leaves", tenant.id, payout_id)
    world.set_timer(arrival, "payout_arrives", tenant.id, payout_id)
    return world.add(tenant, payout)


# -- Its life ------------------------------------------------------------------------------


def leave(world: World, tenant_id: str, payout_id: str) -> None:
    """Timer: the bank has it; it can no longer be cancelled."""
    tenant = world.tenants[tenant_id]
    payout = tenant.get("payout", payout_id)
    if payout["status"] == "pending":
        previous = changed(payout, status="in_transit")
        emit(world, tenant, "payout.updated", payout, previous)


def arrive(world: World, tenant_id: str, payout_id: str) -> None:
    """Timer: the payout is paid, unless its bank account is one that refuses."""
    tenant = world.tenants[tenant_id]
    payout = tenant.get("payout", payout_id)
    if payout["status"] not in ("pending", "in_transit"):
        return
    fate = world.notes.get(payout["destination"], {}).get("payouts_fail")
    if fate is not None:
        fail(world, tenant, payout, fate)
        return
    trace = {"status": "supported", "value": f"TRACE{payout_id[3:13].upper()}"}
    payout["trace_id"] = trace
    if payout["automatic"]:
        payout["reconciliation_status"] = "completed"
        emit(world, tenant, "payout.reconciliation_completed", payout)
    payout["status"] = "paid"
    emit(world, tenant, "payout.paid", payout)


def fail(world: World, tenant: Tenant, payout: Obj, code: str) -> None:
    """The bank returns a payout, even one that was paid; its account is disabled until updated.

    Raises a refusal when there is nothing to return, or no such failure code.
    """
    if payout["status"] not in ("pending", "in_transit", "paid"):
        raise not_allowed(f"A payout that is {payout['status']} cannot fail.")
    if code not in FAILURES:
        raise malformed(f"Invalid failure_code: {code}", param="failure_code")
    _return(world, tenant, payout, "payout_failure")
    payout |= {
        "status": "failed",
        "failure_code": code,
        "failure_message": FAILURES[code],
    }
    emit(world, tenant, "payout.failed", payout)
    bank = world.index.get(payout["destination"])
    if bank is not None and bank["status"] != "errored":
        previous = changed(bank, status="errored")
        emit(world, tenant, "account.external_account.updated", bank, previous)


def _return(world: World, tenant: Tenant, payout: Obj, type_: str) -> None:
    back = Settled(payout["amount"], payout["currency"])
    booked = books.post(world, tenant, type_, back, payout["id"])
    payout["failure_balance_transaction"] = booked["id"]


def sweep(world: World) -> None:
    """Timer, every midnight: accounts with a daily schedule pay out all that is available."""
    world.set_timer(world.midnight_after(1), "sweep")
    for account in list(world.platform.table("account").values()):
        schedule = account["settings"]["payouts"]["schedule"]
        if schedule["interval"] == "daily" and account["payouts_enabled"]:
            _sweep_account(world, world.tenants[account["id"]], account)


def _sweep_account(world: World, tenant: Tenant, account: Obj) -> None:
    for bank in account["external_accounts"]["data"]:
        amount = tenant.available.get(bank["currency"], 0)
        if amount > 0 and bank["default_for_currency"] and bank["status"] != "errored":
            swept = _unswept(world, tenant, bank["currency"])
            payout = pay_out(world, tenant, bank, amount, automatic=True)
            swept.append(payout["balance_transaction"])
            world.note(payout["id"])["swept"] = swept
            emit(world, tenant, "payout.created", payout)


def _unswept(world: World, tenant: Tenant, currency: str) -> list[str]:
    note = world.note(tenant.id)
    done = set(note.get("swept", []))
    found = [
        one["id"]
        for one in tenant.table("balance_transaction").values()
        if one["currency"] == currency and one["status"] == "available" and one["id"] not in done
    ]
    note["swept"] = sorted(done.union(found))
    return found


# -- Endpoints -----------------------------------------------------------------------------


def retrieve(ctx: Context, _params: Params, payout_id: str) -> Obj:
    """GET /v1/payouts/{id}"""
    return ctx.tenant.get("payout", payout_id, "payout")


def update(ctx: Context, params: Params, payout_id: str) -> Obj:
    """POST /v1/payouts/{id}: metadata only."""
    payout = ctx.tenant.get("payout", payout_id, "payout")
    if "metadata" in params:
        merged = merged_metadata(payout["metadata"], params["metadata"])
        previous = changed(payout, metadata=merged)
        if previous:
            emit(ctx.world, ctx.tenant, "payout.updated", payout, previous)
    return payout


def cancel(ctx: Context, _params: Params, payout_id: str) -> Obj:
    """POST /v1/payouts/{id}/cancel: as long as the bank does not have it."""
    payout = ctx.tenant.get("payout", payout_id, "payout")
    if payout["status"] != "pending":
        raise not_allowed(
            f"Payouts can only be canceled while they are pending; this one is {payout['status']}.",
            code="payout_not_cancelable" if payout["status"] == "paid" else None,
        )
    _return(ctx.world, ctx.tenant, payout, "payout_cancel")
    payout["status"] = "canceled"
    emit(ctx.world, ctx.tenant, "payout.canceled", payout)
    return payout


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/payouts"""
    arrival = params.get("arrival_date")
    return page(
        ctx.tenant.table("payout"),
        params,
        "/v1/payouts",
        equal=("destination", "status"),
        keep=None if arrival is None else lambda payout: within(payout["arrival_date"], arrival),
    )


CREATE = Schema(
    amount=required(POSITIVE),
    currency=required(CURRENCY),
    description=TEXT,
    destination=SHORT,
    metadata=METADATA,
    method=one_of("standard", "instant"),
    source_type=one_of("card", "bank_account", "fpx"),
    statement_descriptor=text(22),
)

ROUTES: Routes = {
    "POST /v1/payouts": endpoint(create, CREATE),
    "GET /v1/payouts": endpoint(
        list_,
        listing(
            arrival_date=PERIOD,
            created=PERIOD,
            destination=SHORT,
            status=one_of("pending", "in_transit", "paid", "failed", "canceled"),
        ),
    ),
    "GET /v1/payouts/{}": endpoint(retrieve, Schema()),
    "POST /v1/payouts/{}": endpoint(update, Schema(metadata=METADATA)),
    "POST /v1/payouts/{}/cancel": endpoint(cancel, Schema()),
}
