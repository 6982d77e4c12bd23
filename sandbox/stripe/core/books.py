"""The books: balance transactions, the only way in which a balance changes.

Every movement of money writes one balance transaction through `post`. What it adds is pending until
its `available_on`, then available; `audit` recomputes every balance from the transactions alone.
"""

from dataclasses import dataclass
from decimal import Decimal

from sandbox.stripe.core import currencies
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.world import Obj, Tenant, World

REPORTED_AS = {
    "adjustment": "dispute",
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "charge": "charge",
    "payment": "charge",
    "payment_refund": "refund",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "topup": "topup",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """An amount in a currency that an account holds, and the rate by which it came there."""

    amount: int
    currency: str
    rate: Decimal | None = None


def settled(world: World, tenant: Tenant, amount: int, currency: str) -> Settled:
    """`amount` as the account would book it now: converted where it holds no such currency."""
    held = world.settlement_currencies(tenant)
    if currency in held:
        return Settled(amount, currency)
    at = currencies.rate(currency, held[0], world.rates)
    return Settled(currencies.converted(amount, currency, held[0], at), held[0], at)


def processing_fee(world: World, amount: int) -> Obj:
    """Stripe's own fee on a charge of `amount` (settlement currency, minor units)."""
    settings = world.settings
    fee = (amount * settings.fee_basis_points + 5_000) // 10_000 + settings.fee_fixed_minor
    return fee_line(min(fee, amount), "stripe_fee", "Stripe processing fees")


def fee_line(amount: int, type_: str, description: str, application: str | None = None) -> Obj:
    """One line of a transaction's `fee_details`; the currency is the transaction's."""
    return {
        "amount": amount,
        "application": application,
        "currency": None,
        "description": description,
        "type": type_,
    }


def post(  # noqa: PLR0913  # a form with optional fields, all by name
    world: World,
    tenant: Tenant,
    type_: str,
    money: Settled,
    source: str,
    *,
    fees: tuple[Obj, ...] = (),
    available_on: int | None = None,
    description: str | None = None,
) -> Obj:
    """Write one balance transaction and move the account's balance by its net amount.

    `money.amount` is signed; `available_on` lies in the future for money that must wait.
    """
    fee = sum(line["amount"] for line in fees)
    waits = available_on is not None and available_on > world.now
    for line in fees:
        line["currency"] = money.currency
    transaction: Obj = {
        "id": world.new_id("txn"),
        "object": "balance_transaction",
        "amount": money.amount,
        "available_on": available_on if waits else world.second,
        "balance_type": "payments",
        "created": world.second,
        "currency": money.currency,
        "description": description,
        "exchange_rate": None if money.rate is None else float(money.rate),
        "fee": fee,
        "fee_details": list(fees),
        "net": money.amount - fee,
        "reporting_category": REPORTED_AS[type_],
        "source": source,
        "status": "pending" if waits else "available",
        "type": type_,
    }
    world.add(tenant, transaction)
    _move(world, tenant, transaction)
    return transaction


def _move(world: World, tenant: Tenant, transaction: Obj) -> None:
    currency, net = transaction["currency"], transaction["net"]
    if transaction["status"] == "available":
        tenant.available[currency] = tenant.available.get(currency, 0) + net
        return
    tenant.pending[currency] = tenant.pending.get(currency, 0) + net
    moment = str(transaction["available_on"])
    if moment not in tenant.maturing:
        tenant.maturing[moment] = []
        world.set_timer(transaction["available_on"], "mature", tenant.id, moment)
    tenant.maturing[moment].append(transaction["id"])


def mature(world: World, tenant_id: str, moment: str) -> None:
    """Timer: what was pending until this moment becomes available."""
    tenant = world.tenants[tenant_id]
    transactions = tenant.table("balance_transaction")
    for transaction_id in tenant.maturing.pop(moment):
        transaction = transactions[transaction_id]
        currency, net = transaction["currency"], transaction["net"]
        transaction["status"] = "available"
        tenant.pending[currency] -= net
        tenant.available[currency] = tenant.available.get(currency, 0) + net
    emit(world, tenant, "balance.available", balance(world, tenant))


def balance(world: World, tenant: Tenant) -> Obj:
    """The balance object of an account."""
    held = sorted({*tenant.available, *tenant.pending, *world.settlement_currencies(tenant)[:1]})
    shown: Obj = {
        "object": "balance",
        "available": [_amount(tenant.available.get(currency, 0), currency) for currency in held],
    }
    if world.is_platform(tenant):
        shown["connect_reserved"] = [{"amount": 0, "currency": currency} for currency in held]
    shown["livemode"] = False
    shown["pending"] = [_amount(tenant.pending.get(currency, 0), currency) for currency in held]
    shown["refund_and_dispute_prefunding"] = {
        "available": [{"amount": 0, "currency": currency} for currency in held],
        "pending": [{"amount": 0, "currency": currency} for currency in held],
    }
    return shown


def _amount(amount: int, currency: str) -> Obj:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def audit(world: World) -> list[str]:
    """Every way in which the balances differ from their transactions; none, one hopes."""
    findings: list[str] = []
    for tenant in world.tenants.values():
        sums: dict[tuple[str, str], int] = {}
        for transaction in tenant.tables.get("balance_transaction", {}).values():
            if transaction["net"] != transaction["amount"] - transaction["fee"]:
                findings.append(f"{transaction['id']}: net is not amount less fee")
            key = (transaction["status"], transaction["currency"])
            sums[key] = sums.get(key, 0) + transaction["net"]
        held = {("available", currency): amount for currency, amount in tenant.available.items()}
        held |= {("pending", currency): amount for currency, amount in tenant.pending.items()}
        findings += [
            f"{tenant.id}: {status} {currency} is {held.get((status, currency), 0)}, "
            f"its transactions say {sums.get((status, currency), 0)}"
            for status, currency in sorted(sums.keys() | held.keys())
            if sums.get((status, currency), 0) != held.get((status, currency), 0)
        ]
    return findings
