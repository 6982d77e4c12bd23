"""How money moves between the platform and a connected account, in both directions.

What arrives is a payment (`py_…`) among the connected account's charges; what is taken back is a
refund (`pyr_…`) of that payment. Both sides are booked in one step, each in its own currency.
"""

from sandbox.stripe.core import application_fees, books
from sandbox.stripe.core.books import Settled
from sandbox.stripe.core.errors import malformed, no_such, not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.world import Obj, Tenant, World, empty_list, listed

# -- There ---------------------------------------------------------------------------------


def brought_in(world: World, charged: Obj) -> Settled:
    """What a charge has brought before fees, in the currency in which it was booked."""
    return Settled(*world.notes[charged["id"]]["brought_in"])


def recipient(world: World, account_id: str, param: str) -> Tenant:
    """The account that a parameter names, if money may be sent to it."""
    account = world.platform.tables.get("account", {}).get(account_id)
    if account is None:
        raise no_such("destination", account_id, param, status=400)
    if account["capabilities"].get("transfers") != "active":
        raise not_allowed(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
            param=param,
        )
    return world.tenants[account_id]


def move(
    world: World,
    destination: Tenant,
    money: Settled,
    *,
    source: Obj | None = None,
    group: str | None = None,
    fees: tuple[Obj, ...] = (),
) -> Obj:
    """Move `money` (positive) from the platform to `destination`; the event is the caller's."""
    available_on = _available_on(world, source)
    transfer = _blank(world, destination, money, source)
    group = group or (source or {}).get("transfer_group")
    transfer["transfer_group"] = group or f"group_{transfer['id'][3:]}"
    booked = books.post(
        world,
        world.platform,
        "transfer",
        Settled(-money.amount, money.currency),
        transfer["id"],
        available_on=available_on,
    )
    transfer["balance_transaction"] = booked["id"]
    payment = _arrive(world, destination, transfer, money, fees, available_on)
    transfer["destination_payment"] = payment["id"]
    if source is not None:
        note = world.note(source["id"])
        note["transferred"] = note.get("transferred", 0) + money.amount
    return world.add(world.platform, transfer)


def _available_on(world: World, source: Obj | None) -> int | None:
    if source is None:
        return None
    booked = world.index[source["balance_transaction"]]
    return booked["available_on"] if booked["status"] == "pending" else None


def _blank(world: World, destination: Tenant, money: Settled, source: Obj | None) -> Obj:
    transfer_id = world.new_id("tr")
    return {
        "id": transfer_id,
        "object": "transfer",
        "amount": money.amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": world.second,
        "currency": money.currency,
        "description": None,
        "destination": destination.id,
        "destination_payment": None,
        "livemode": False,
        "metadata": {},
        "reversals": empty_list(f"/v1/transfers/{transfer_id}/reversals"),
        "reversed": False,
        "source_transaction": None if source is None else source["id"],
        "source_type": "card",
        "transfer_group": None,
    }


_PAYMENT: Obj = {
    "id": None,
    "object": "charge",
    "application": None,
    "customer": None,
    "description": None,
    "disputed": False,
    "failure_balance_transaction": None,
    "failure_code": None,
    "failure_message": None,
    "livemode": False,
    "metadata": {},
    "on_behalf_of": None,
    "outcome": None,
    "paid": True,
    "payment_intent": None,
    "payment_method": None,
    "receipt_email": None,
    "refunded": False,
    "shipping": None,
    "transfer_data": None,
    "transfer_group": None,
}
"""What a payment that arrives has in common with a charge, and never has."""


def _arrive(
    world: World,
    destination: Tenant,
    transfer: Obj,
    money: Settled,
    fees: tuple[Obj, ...],
    available_on: int | None,
) -> Obj:
    payment_id = world.new_id("py")
    arrived = books.settled(world, destination, money.amount, money.currency)
    booked = books.post(
        world, destination, "payment", arrived, payment_id, fees=fees, available_on=available_on
    )
    payment: Obj = {
        **_PAYMENT,
        "id": payment_id,
        "amount": money.amount,
        "amount_captured": money.amount,
        "amount_refunded": 0,
        "application_fee": None,
        "application_fee_amount": sum(line["amount"] for line in fees) or None,
        "balance_transaction": booked["id"],
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": True,
        "created": world.second,
        "currency": money.currency,
        "payment_method_details": {"stripe_account": {}, "type": "stripe_account"},
        "source_transfer": transfer["id"],
        "status": "succeeded",
    }
    world.add(destination, payment)
    emit(world, destination, "payment.created", payment)
    return payment


def forward(world: World, tenant: Tenant, intent: Obj, charged: Obj, money: Settled) -> None:
    """A charge with `transfer_data`: its money goes on to the connected account at once."""
    destination = world.tenants[intent["transfer_data"]["destination"]]
    fixed = intent["transfer_data"].get("amount")
    amount = money.amount
    if fixed is not None:
        amount = min(amount, books.settled(world, tenant, fixed, charged["currency"]).amount)
    fees: tuple[Obj, ...] = ()
    if charged["application_fee_amount"]:
        fees = (application_fees.line(world, destination, charged, money),)
    transfer = move(world, destination, Settled(amount, money.currency), source=charged, fees=fees)
    charged["transfer"] = transfer["id"]
    emit(world, tenant, "transfer.created", transfer)
    if fees:
        payment = world.index[transfer["destination_payment"]]
        application_fees.collect(world, destination, payment, money, originating=charged)


# -- And back ------------------------------------------------------------------------------


def reverse_for_refund(
    world: World, tenant: Tenant, charged: Obj, refund: Obj, *, lent: int = 0
) -> Obj | None:
    """Take back from the connected account its part of a refund.

    `lent` is what the account is about to get in the same breath: a returned application fee.
    """
    transfer = world.index.get(charged.get("transfer") or "")
    if transfer is None or tenant is not world.platform:
        raise not_allowed(
            f"Charge {charged['id']} does not have an associated transfer to reverse.",
            param="reverse_transfer",
        )
    refunded = charged["amount_refunded"] + refund["amount"]
    part = transfer["amount"] * refunded // charged["amount"] - transfer["amount_reversed"]
    if part <= 0:
        return None
    return take_back(world, transfer, part, lent=lent, refund_id=refund["id"])


def take_back(
    world: World, transfer: Obj, amount: int, *, lent: int = 0, refund_id: str | None = None
) -> Obj:
    """Reverse `amount` of a transfer; raises a refusal beyond its rest or the account's balance."""
    rest = transfer["amount"] - transfer["amount_reversed"]
    if amount > rest or amount <= 0:
        raise malformed(
            f"Reversal amount ({amount}) must be positive and not greater than the unreversed "
            f"amount ({rest}) of the transfer.",
            param="amount",
        )
    destination = world.tenants[transfer["destination"]]
    payment = world.index[transfer["destination_payment"]]
    arrived = world.index[payment["balance_transaction"]]
    share = Settled(-_share(transfer, arrived, amount), arrived["currency"])
    waits = arrived["available_on"] if arrived["status"] == "pending" else None
    held = destination.available if waits is None else destination.pending
    if held.get(share.currency, 0) + lent < -share.amount:
        raise not_allowed(
            f"Account {destination.id} has insufficient funds to reverse this transfer.",
            code="balance_insufficient",
        )
    reversal = _reversal(world, transfer, amount, refund_id)
    return _reverse(world, transfer, reversal, share, waits)


def _share(transfer: Obj, arrived: Obj, amount: int) -> int:
    # Counted from the start, so that the shares of all reversals add up to what arrived.
    before: int = transfer["amount_reversed"]
    total: int = transfer["amount"]
    gross: int = arrived["amount"]
    return gross * (before + amount) // total - gross * before // total


def _reversal(world: World, transfer: Obj, amount: int, source_refund: str | None) -> Obj:
    return {
        "id": world.new_id("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": world.second,
        "currency": transfer["currency"],
        "destination_payment_refund": world.new_id("pyr"),
        "metadata": {},
        "source_refund": source_refund,
        "transfer": transfer["id"],
    }


def _reverse(
    world: World, transfer: Obj, reversal: Obj, share: Settled, available_on: int | None
) -> Obj:
    amount = reversal["amount"]
    booked = books.post(
        world,
        world.platform,
        "transfer_refund",
        Settled(amount, transfer["currency"]),
        reversal["id"],
        available_on=available_on,
    )
    reversal["balance_transaction"] = booked["id"]
    _leave(world, transfer, reversal, share, available_on)
    world.add(world.platform, reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    listed(transfer["reversals"], reversal)
    emit(world, world.platform, "transfer.reversed", transfer)
    return reversal


def _leave(
    world: World,
    transfer: Obj,
    reversal: Obj,
    share: Settled,
    available_on: int | None,
) -> None:
    amount, refund_id = reversal["amount"], reversal["destination_payment_refund"]
    destination = world.tenants[transfer["destination"]]
    payment = world.index[transfer["destination_payment"]]
    booked = books.post(
        world, destination, "payment_refund", share, refund_id, available_on=available_on
    )
    refund: Obj = {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": booked["id"],
        "charge": payment["id"],
        "created": world.second,
        "currency": transfer["currency"],
        "description": None,
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": {},
        "payment_intent": None,
        "pending_reason": None,
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    world.add(destination, refund)
    payment["amount_refunded"] += amount
    payment["refunded"] = payment["amount_refunded"] == payment["amount"]
    emit(world, destination, "charge.refunded", payment)
