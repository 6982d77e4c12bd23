"""Application fees: the platform's share of charges made for connected accounts, and its return."""

from sandbox.stripe.core import books
from sandbox.stripe.core.books import Settled
from sandbox.stripe.core.errors import no_such, not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    METADATA,
    PERIOD,
    POSITIVE,
    SHORT,
    Params,
    Schema,
    listing,
)
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import Obj, Tenant, World, empty_list, listed, merged_metadata

# -- Collected -----------------------------------------------------------------------------


def line(world: World, payer: Tenant, charged: Obj, money: Settled) -> Obj:
    """The platform's share as a fee on the payer's transaction, in the payer's currency."""
    share = min(charged["application_fee_amount"], charged["amount"])
    own = money.amount * share // charged["amount"]
    paid = books.settled(world, payer, own, money.currency)
    return books.fee_line(paid.amount, "application_fee", "Application fee", _APPLICATION)


_APPLICATION = "ca_sandbox"


def collect(
    world: World,
    payer: Tenant,
    charged: Obj,
    money: Settled,
    *,
    originating: Obj | None = None,
) -> None:
    """Credit the platform with the application fee of a charge of `payer`."""
    origin = originating or charged
    share = min(origin["application_fee_amount"], origin["amount"])
    fee_id = world.new_id("fee")
    earned = books.settled(
        world, world.platform, money.amount * share // origin["amount"], money.currency
    )
    charge_booked = world.index[origin["balance_transaction"]]
    booked = books.post(
        world,
        world.platform,
        "application_fee",
        earned,
        fee_id,
        available_on=charge_booked["available_on"],
    )
    fee = {
        **_blank(world, fee_id),
        "account": payer.id,
        "amount": earned.amount,
        "balance_transaction": booked["id"],
        "charge": charged["id"],
        "currency": earned.currency,
        "fee_source": {"charge": charged["id"], "type": "charge"},
        "originating_transaction": None if originating is None else originating["id"],
    }
    charged["application_fee"] = origin["application_fee"] = fee_id
    world.add(world.platform, fee)
    emit(world, world.platform, "application_fee.created", fee)


def _blank(world: World, fee_id: str) -> Obj:
    return {
        "id": fee_id,
        "object": "application_fee",
        "amount_refunded": 0,
        "application": _APPLICATION,
        "created": world.second,
        "livemode": False,
        "refunded": False,
        "refunds": empty_list(f"/v1/application_fees/{fee_id}/refunds"),
    }


# -- Returned ------------------------------------------------------------------------------


def part_for_refund(world: World, charged: Obj, amount: int) -> int:
    """The part of the application fee, in its own currency, that falls to a refund of `amount`.

    Raises a refusal where there is no application fee.
    """
    if charged["application_fee"] is None:
        raise not_allowed(
            f"Charge {charged['id']} has no application fee.", param="refund_application_fee"
        )
    fee = world.index[charged["application_fee"]]
    rest: int = fee["amount"] - fee["amount_refunded"]
    share: int = fee["amount"] * amount // charged["amount"]
    return min(share, rest)


def in_payers_money(world: World, charged: Obj, part: int) -> int:
    """What a returned part of a fee is worth to the account that paid it."""
    fee = world.index[charged["application_fee"]]
    payer = world.tenants[fee["account"]]
    return books.settled(world, payer, part, fee["currency"]).amount


def give_back(world: World, fee: Obj, amount: int) -> Obj:
    """Return `amount` of a fee to the account that paid it."""
    refund_id = world.new_id("fr")
    payer = world.tenants[fee["account"]]
    # A fee that is still pending goes back out of what is pending, on both sides.
    earned = world.index[fee["balance_transaction"]]
    waits = earned["available_on"] if earned["status"] == "pending" else None
    away = Settled(-amount, fee["currency"])
    booked = books.post(
        world, world.platform, "application_fee_refund", away, refund_id, available_on=waits
    )
    back = books.settled(world, payer, amount, fee["currency"])
    words = "Application fee refund"
    books.post(world, payer, "adjustment", back, refund_id, available_on=waits, description=words)
    refund: Obj = {
        "id": refund_id,
        "object": "fee_refund",
        "amount": amount,
        "balance_transaction": booked["id"],
        "created": world.second,
        "currency": fee["currency"],
        "fee": fee["id"],
        "metadata": {},
    }
    world.add(world.platform, refund)
    fee["amount_refunded"] += amount
    fee["refunded"] = fee["amount_refunded"] == fee["amount"]
    listed(fee["refunds"], refund)
    emit(world, world.platform, "application_fee.refunded", fee)
    return refund


# -- Endpoints -----------------------------------------------------------------------------


def retrieve(ctx: Context, _params: Params, fee_id: str) -> Obj:
    """GET /v1/application_fees/{id}"""
    return ctx.tenant.get("application_fee", fee_id)


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/application_fees"""
    return page(
        ctx.tenant.table("application_fee"), params, "/v1/application_fees", equal=("charge",)
    )


def refund(ctx: Context, params: Params, fee_id: str) -> Obj:
    """POST /v1/application_fees/{id}/refunds: a part, or the rest."""
    fee = ctx.tenant.get("application_fee", fee_id)
    rest = fee["amount"] - fee["amount_refunded"]
    amount = params.get("amount", rest)
    if rest == 0 or amount > rest:
        raise not_allowed(
            f"Refund amount ({amount}) is greater than the unrefunded amount of the fee ({rest}).",
            param="amount",
        )
    refunded = give_back(ctx.world, fee, amount)
    refunded["metadata"] = merged_metadata({}, params.get("metadata", {}))
    return refunded


def list_refunds(ctx: Context, params: Params, fee_id: str) -> Obj:
    """GET /v1/application_fees/{id}/refunds"""
    fee = ctx.tenant.get("application_fee", fee_id)
    newest_last = {one["id"]: one for one in reversed(fee["refunds"]["data"])}
    return page(newest_last, params, fee["refunds"]["url"])


def retrieve_refund(ctx: Context, _params: Params, fee_id: str, refund_id: str) -> Obj:
    """GET /v1/application_fees/{id}/refunds/{id}"""
    ctx.tenant.get("application_fee", fee_id)
    found = ctx.tenant.get("fee_refund", refund_id)
    if found["fee"] != fee_id:
        raise no_such("fee_refund", refund_id)
    return found


ROUTES: Routes = {
    "GET /v1/application_fees": endpoint(list_, listing(charge=SHORT, created=PERIOD)),
    "GET /v1/application_fees/{}": endpoint(retrieve, Schema()),
    "POST /v1/application_fees/{}/refunds": endpoint(
        refund, Schema(amount=POSITIVE, metadata=METADATA)
    ),
    "GET /v1/application_fees/{}/refunds": endpoint(list_refunds, listing()),
    "GET /v1/application_fees/{}/refunds/{}": endpoint(retrieve_refund, Schema()),
}
