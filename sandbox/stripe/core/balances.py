"""Balance and balance transactions: what the books show."""

from sandbox.stripe.core import books
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import CURRENCY, PERIOD, SHORT, Params, Schema, listing
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import Obj


def retrieve(ctx: Context, _params: Params) -> Obj:
    """GET /v1/balance"""
    return books.balance(ctx.world, ctx.tenant)


def retrieve_transaction(ctx: Context, _params: Params, transaction_id: str) -> Obj:
    """GET /v1/balance_transactions/{id}"""
    return ctx.tenant.get("balance_transaction", transaction_id)


def list_transactions(ctx: Context, params: Params) -> Obj:
    """GET /v1/balance_transactions: by currency, source, type, time, or the payout they went into.

    Only automatic payouts know which transactions they took along.
    """
    keep = None
    if "payout" in params:
        ctx.tenant.refer("payout", params["payout"], "payout")
        swept = set(ctx.world.notes.get(params["payout"], {}).get("swept", []))
        keep = swept.__contains__
    return page(
        ctx.tenant.table("balance_transaction"),
        params,
        "/v1/balance_transactions",
        equal=("currency", "source", "type"),
        keep=None if keep is None else lambda transaction: keep(transaction["id"]),
    )


ROUTES: Routes = {
    "GET /v1/balance": endpoint(retrieve, Schema()),
    "GET /v1/balance_transactions": endpoint(
        list_transactions,
        listing(created=PERIOD, currency=CURRENCY, payout=SHORT, source=SHORT, type=SHORT),
    ),
    "GET /v1/balance_transactions/{}": endpoint(retrieve_transaction, Schema()),
}
