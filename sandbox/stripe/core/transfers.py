"""Transfers: from the platform's balance to a connected account, and back.

A transfer is funded by what is available, or by a source charge, and then it is as available as the
charge's own money is. How the money moves stands in `moving.py`.
"""

from sandbox.stripe.core import application_fees, charging, currencies, moving
from sandbox.stripe.core.books import Settled
from sandbox.stripe.core.errors import Refusal, missing_parameter, no_such, not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    CURRENCY,
    METADATA,
    PERIOD,
    POSITIVE,
    SHORT,
    TEXT,
    TRUTH,
    Params,
    Schema,
    clearable,
    listing,
    one_of,
    required,
)
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import Obj, Tenant, World, changed, merged_metadata

# -- Create --------------------------------------------------------------------------------


def create(ctx: Context, params: Params) -> Obj:
    """POST /v1/transfers"""
    world, platform = ctx.world, ctx.tenant
    if not world.is_platform(platform):
        raise not_allowed("Only a platform can create transfers.")
    destination = moving.recipient(world, params["destination"], "destination")
    source = None
    if "source_transaction" in params:
        source = platform.refer("charge", params["source_transaction"], "source_transaction")
    elif "amount" not in params:
        raise missing_parameter("amount")
    amount = _fundable_amount(world, platform, params, source)
    transfer = moving.move(
        world,
        destination,
        Settled(amount, params["currency"]),
        source=source,
        group=params.get("transfer_group"),
    )
    transfer["description"] = params.get("description")
    transfer["metadata"] = merged_metadata({}, params.get("metadata", {}))
    transfer["source_type"] = params.get("source_type", "card")
    emit(world, platform, "transfer.created", transfer)
    return transfer


def _fundable_amount(world: World, platform: Tenant, params: Params, source: Obj | None) -> int:
    currency = params["currency"]
    currencies.check_supported(currency)
    if source is None:
        amount: int = params["amount"]
        if platform.available.get(currency, 0) < amount:
            raise insufficient(currency)
        return amount
    return _funded_by(world, source, params)


def _funded_by(world: World, source: Obj, params: Params) -> int:
    if not source["captured"] or not source["paid"]:
        raise not_allowed(
            f"Charge {source['id']} has not been captured: it cannot fund a transfer.",
            param="source_transaction",
        )
    charging.ensure_booked(world, world.platform, source)
    money = moving.brought_in(world, source)
    if params["currency"] != money.currency:
        raise not_allowed(
            f"The currency of source_transaction's balance transaction ({money.currency}) must be "
            f"the same as the transfer currency ({params['currency']})",
            param="currency",
        )
    used = world.note(source["id"]).get("transferred", 0)
    rest = money.amount - used
    amount: int = params.get("amount", rest)
    if amount > rest or amount <= 0:
        raise not_allowed(
            f"Cannot use more than the source_transaction's amount: {rest} {money.currency} left.",
            code="balance_insufficient",
            param="amount",
        )
    if params.get("transfer_group", source["transfer_group"]) != source["transfer_group"]:
        if source["transfer_group"] is not None:
            raise not_allowed(
                "The transfer_group must be that of the source_transaction.",
                param="transfer_group",
            )
        source["transfer_group"] = params["transfer_group"]
    return amount


def insufficient(currency: str) -> Refusal:
    """The refusal of what the available balance does not cover."""
    return not_allowed(
        f"You have insufficient available funds in your Stripe account ({currency}). Try adding "
        "funds directly to your available balance by using the 4000000000000077 test card.",
        code="balance_insufficient",
    )


# -- Reversals -----------------------------------------------------------------------------


def reverse(ctx: Context, params: Params, transfer_id: str) -> Obj:
    """POST /v1/transfers/{id}/reversals: a part or the rest, as far as the account has it."""
    transfer = ctx.tenant.get("transfer", transfer_id, "transfer")
    rest = transfer["amount"] - transfer["amount_reversed"]
    amount = params.get("amount", rest)
    if rest == 0:
        raise not_allowed(f"Transfer {transfer_id} has already been reversed.")
    payment = ctx.world.index[transfer["destination_payment"]]
    fee_part = lent = 0
    if params.get("refund_application_fee"):
        fee_part = application_fees.part_for_refund(ctx.world, payment, amount)
        lent = application_fees.in_payers_money(ctx.world, payment, fee_part)
    reversal = moving.take_back(ctx.world, transfer, amount, lent=lent)
    reversal["metadata"] = merged_metadata({}, params.get("metadata", {}))
    if fee_part:
        fee = ctx.world.index[payment["application_fee"]]
        application_fees.give_back(ctx.world, fee, fee_part)
    return reversal


# -- Read and update -----------------------------------------------------------------------


def retrieve(ctx: Context, _params: Params, transfer_id: str) -> Obj:
    """GET /v1/transfers/{id}"""
    return ctx.tenant.get("transfer", transfer_id, "transfer")


def update(ctx: Context, params: Params, transfer_id: str) -> Obj:
    """POST /v1/transfers/{id}: description and metadata."""
    transfer = ctx.tenant.get("transfer", transfer_id, "transfer")
    fields = {name: params[name] for name in ("description", "metadata") if name in params}
    if "metadata" in fields:
        fields["metadata"] = merged_metadata(transfer["metadata"], fields["metadata"])
    previous = changed(transfer, **fields)
    if previous:
        emit(ctx.world, ctx.tenant, "transfer.updated", transfer, previous)
    return transfer


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/transfers"""
    return page(
        ctx.tenant.table("transfer"),
        params,
        "/v1/transfers",
        equal=("destination", "transfer_group"),
    )


def list_reversals(ctx: Context, params: Params, transfer_id: str) -> Obj:
    """GET /v1/transfers/{id}/reversals"""
    transfer = ctx.tenant.get("transfer", transfer_id, "transfer")
    newest_last = {one["id"]: one for one in reversed(transfer["reversals"]["data"])}
    return page(newest_last, params, transfer["reversals"]["url"])


def _reversal(ctx: Context, transfer_id: str, reversal_id: str) -> Obj:
    ctx.tenant.get("transfer", transfer_id, "transfer")
    reversal = ctx.tenant.get("transfer_reversal", reversal_id)
    if reversal["transfer"] != transfer_id:
        raise no_such("transfer_reversal", reversal_id)
    return reversal


def retrieve_reversal(ctx: Context, _params: Params, transfer_id: str, reversal_id: str) -> Obj:
    """GET /v1/transfers/{id}/reversals/{id}"""
    return _reversal(ctx, transfer_id, reversal_id)


def update_reversal(ctx: Context, params: Params, transfer_id: str, reversal_id: str) -> Obj:
    """POST /v1/transfers/{id}/reversals/{id}: metadata."""
    reversal = _reversal(ctx, transfer_id, reversal_id)
    if "metadata" in params:
        reversal["metadata"] = merged_metadata(reversal["metadata"], params["metadata"])
    return reversal


CREATE = Schema(
    amount=POSITIVE,
    currency=required(CURRENCY),
    description=TEXT,
    destination=required(SHORT),
    metadata=METADATA,
    source_transaction=SHORT,
    source_type=one_of("card", "bank_account", "fpx"),
    transfer_group=SHORT,
)
REVERSE = Schema(amount=POSITIVE, description=TEXT, metadata=METADATA, refund_application_fee=TRUTH)

ROUTES: Routes = {
    "POST /v1/transfers": endpoint(create, CREATE),
    "GET /v1/transfers": endpoint(
        list_, listing(created=PERIOD, destination=SHORT, transfer_group=SHORT)
    ),
    "GET /v1/transfers/{}": endpoint(retrieve, Schema()),
    "POST /v1/transfers/{}": endpoint(
        update, Schema(description=clearable(TEXT), metadata=METADATA)
    ),
    "POST /v1/transfers/{}/reversals": endpoint(reverse, REVERSE),
    "GET /v1/transfers/{}/reversals": endpoint(list_reversals, listing()),
    "GET /v1/transfers/{}/reversals/{}": endpoint(retrieve_reversal, Schema()),
    "POST /v1/transfers/{}/reversals/{}": endpoint(update_reversal, Schema(metadata=METADATA)),
}
