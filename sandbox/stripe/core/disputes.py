"""Disputes: the guest's bank asks, or takes; evidence answers; somebody wins.

    inquiry:     warning_needs_response ─▶ warning_under_review ─▶ warning_closed
                        │     └───── refunded in time ─────▶ prevented
                        └────────── escalated ─────────┐
    chargeback:  needs_response ─▶ under_review ─▶ won │ lost      (either may be reopened)

An inquiry moves no money. A chargeback takes amount and fee at once; a win brings the amount back,
and the fee for countering, if one was taken. The guest's amount is exact; the account's is at the
rate of the day.
"""

from sandbox.stripe.core import books, charging
from sandbox.stripe.core.books import Settled
from sandbox.stripe.core.errors import not_allowed
from sandbox.stripe.core.events import emit
from sandbox.stripe.core.listing import page
from sandbox.stripe.core.parameters import (
    METADATA,
    PERIOD,
    SHORT,
    TRUTH,
    Params,
    Schema,
    clearable,
    hash_of,
    listing,
    text,
)
from sandbox.stripe.core.routing import Context, Routes, endpoint
from sandbox.stripe.core.world import Obj, Tenant, World, changed, merged_metadata

RESPONSE_DAYS = 7
DECIDED_AFTER_S = 2.0

REASONS = (
    "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated",
    "debit_not_authorized", "duplicate", "fraudulent", "general", "incorrect_account_details",
    "insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable",
    "subscription_canceled", "unrecognized",
)  # fmt: skip

EVIDENCE_FIELDS = (
    "access_activity_log", "billing_address", "cancellation_policy",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication",
    "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id",
    "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip

# -- Opened --------------------------------------------------------------------------------


def dispute_by_card(
    world: World,
    tenant_id: str,
    charge_id: str,
    reason: str,
    inquiry: bool,  # noqa: FBT001  # timers pass by place
) -> None:
    """Timer: the test card of a charge does what it is known for."""
    tenant = world.tenants[tenant_id]
    charged = tenant.get("charge", charge_id)
    if charged["amount_refunded"] < charged["amount"] and not charged["disputed"]:
        open_(world, tenant, charged, reason=reason, inquiry=inquiry)


def open_(
    world: World,
    tenant: Tenant,
    charged: Obj,
    *,
    reason: str = "fraudulent",
    inquiry: bool = False,
    amount: int | None = None,
) -> Obj:
    """Open a dispute over a charge; `amount` (minor units) may differ from the charge's.

    Raises a refusal for a charge without money in it: not captured, wholly refunded, or disputed.
    """
    rest = charged["amount"] - charged["amount_refunded"]
    if not (charged["paid"] and charged["captured"]) or rest == 0:
        raise not_allowed("A charge that holds no money any more cannot be disputed.")
    if charged["disputed"]:
        raise not_allowed(f"Charge {charged['id']} is disputed already.")
    charging.ensure_booked(world, tenant, charged)
    disputed = rest if amount is None else amount
    dispute = _blank(world, charged, reason, inquiry=inquiry, amount=disputed)
    world.add(tenant, dispute)
    world.note(charged["id"])["dispute"] = dispute["id"]
    charged["disputed"] = True
    if not inquiry:
        _withdraw(world, tenant, dispute)
    emit(world, tenant, "charge.dispute.created", dispute)
    if not inquiry:
        emit(world, tenant, "charge.dispute.funds_withdrawn", dispute)
    due = dispute["evidence_details"]["due_by"]
    world.set_timer(due + 1, "dispute_unanswered", tenant.id, dispute["id"])
    return dispute


def _blank(world: World, charged: Obj, reason: str, *, inquiry: bool, amount: int) -> Obj:
    card = charged["payment_method_details"].get("card", {})
    return {
        "id": world.new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charged["id"],
        "created": world.second,
        "currency": charged["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE_FIELDS), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": world.midnight_after(RESPONSE_DAYS + 1) - 1,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": None,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charged["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card.get("brand"),
                "case_type": "inquiry" if inquiry else "chargeback",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


def _withdraw(world: World, tenant: Tenant, dispute: Obj) -> None:
    money = books.settled(world, tenant, -dispute["amount"], dispute["currency"])
    _post(world, tenant, dispute, money, world.settings.dispute_fee_minor, "Chargeback withdrawal")


def _reinstate(world: World, tenant: Tenant, dispute: Obj) -> None:
    money = books.settled(world, tenant, dispute["amount"], dispute["currency"])
    countered = world.note(dispute["id"]).pop("counter_fee", 0)
    _post(world, tenant, dispute, money, -countered, "Chargeback reversal")


def _post(
    world: World, tenant: Tenant, dispute: Obj, money: Settled, fee: int, description: str
) -> None:
    fees = (books.fee_line(fee, "stripe_fee", "Dispute fee"),) if fee else ()
    transaction = books.post(
        world,
        tenant,
        "adjustment",
        money,
        dispute["id"],
        fees=fees,
        description=f"{description} for {dispute['charge']}",
    )
    dispute["balance_transactions"].append(transaction)


# -- Answered ------------------------------------------------------------------------------


def update(ctx: Context, params: Params, dispute_id: str) -> Obj:
    """POST /v1/disputes/{id}: evidence; unless `submit` is false, it goes to the bank at once."""
    world, tenant = ctx.world, ctx.tenant
    dispute = tenant.get("dispute", dispute_id, "dispute")
    previous: Obj = {}
    if "metadata" in params:
        merged = merged_metadata(dispute["metadata"], params["metadata"])
        previous |= changed(dispute, metadata=merged)
    if "evidence" in params or params.get("submit"):
        if dispute["status"] not in ("needs_response", "warning_needs_response"):
            raise not_allowed(
                f"This dispute is {dispute['status']}; evidence can no longer be changed.",
                code="dispute_not_open",
            )
        previous |= _take_evidence(dispute, params.get("evidence") or {})
        if params.get("submit", True):
            previous |= _submit(world, tenant, dispute)
    if previous:
        emit(world, tenant, "charge.dispute.updated", dispute, previous)
    return dispute


def _take_evidence(dispute: Obj, given: Params) -> Obj:
    evidence = {**dispute["evidence"], **given}
    has = any(evidence[name] for name in EVIDENCE_FIELDS)
    details = {**dispute["evidence_details"], "has_evidence": has}
    return changed(dispute, evidence=evidence, evidence_details=details)


def _submit(world: World, tenant: Tenant, dispute: Obj) -> Obj:
    inquiry = dispute["status"] == "warning_needs_response"
    details = {
        **dispute["evidence_details"],
        "submission_count": dispute["evidence_details"]["submission_count"] + 1,
        "submission_method": "manual",
    }
    if not inquiry and world.settings.counter_fee_minor:
        _take_counter_fee(world, tenant, dispute)
    due = world.now + DECIDED_AFTER_S
    word = dispute["evidence"]["uncategorized_text"]
    outcomes = {
        "winning_evidence": "won",
        "losing_evidence": "lost",
        "escalate_inquiry_evidence": "escalated",
    }
    if word in outcomes:
        # The documented magic words; other evidence waits for the control plane.
        world.set_timer(due, "decide_dispute", tenant.id, dispute["id"], outcomes[word])
    status = "warning_under_review" if inquiry else "under_review"
    return changed(dispute, status=status, evidence_details=details)


def _take_counter_fee(world: World, tenant: Tenant, dispute: Obj) -> None:
    # A fee of its own, without the amount: it belongs to the dispute, not to its funds.
    fee = world.settings.counter_fee_minor
    held = world.settlement_currencies(tenant)
    currency = dispute["currency"] if dispute["currency"] in held else held[0]
    line = books.fee_line(fee, "stripe_fee", "Dispute countered fee")
    books.post(world, tenant, "adjustment", Settled(0, currency), dispute["id"], fees=(line,))
    world.note(dispute["id"])["counter_fee"] = fee


def close(ctx: Context, _params: Params, dispute_id: str) -> Obj:
    """POST /v1/disputes/{id}/close: accept it, irreversibly."""
    dispute = ctx.tenant.get("dispute", dispute_id, "dispute")
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise not_allowed(
            f"This dispute is {dispute['status']} and cannot be closed.", code="dispute_not_open"
        )
    decide(ctx.world, ctx.tenant, dispute, "lost")
    return dispute


# -- Decided -------------------------------------------------------------------------------


def decide_by_word(world: World, tenant_id: str, dispute_id: str, outcome: str) -> None:
    """Timer: the evidence was one of the documented magic words."""
    tenant = world.tenants[tenant_id]
    dispute = tenant.get("dispute", dispute_id)
    if dispute["status"] in ("under_review", "warning_under_review"):
        if outcome == "escalated" and dispute["status"] == "under_review":
            return
        decide(world, tenant, dispute, outcome)


def unanswered(world: World, tenant_id: str, dispute_id: str) -> None:
    """Timer: the time to answer is over; silence loses."""
    tenant = world.tenants[tenant_id]
    dispute = tenant.get("dispute", dispute_id)
    late = world.now > dispute["evidence_details"]["due_by"]
    if late and dispute["status"] in ("needs_response", "warning_needs_response"):
        dispute["evidence_details"] = {**dispute["evidence_details"], "past_due": True}
        decide(world, tenant, dispute, "lost")


def decide(world: World, tenant: Tenant, dispute: Obj, outcome: str) -> None:
    """The bank decides: `won`, `lost`, `escalated` (an inquiry becomes a chargeback), `reopened`.

    Raises a refusal for an outcome that the present status does not allow.
    """
    status = dispute["status"]
    inquiry = status.startswith("warning_")
    if outcome == "reopened" and status in ("won", "lost"):
        _reopen(world, tenant, dispute)
    elif outcome == "escalated" and inquiry and status != "warning_closed":
        _escalate(world, tenant, dispute)
    elif outcome in ("won", "lost") and status not in ("won", "lost", "warning_closed"):
        _end(world, tenant, dispute, "warning_closed" if inquiry else outcome)
    else:
        raise not_allowed(f"A dispute that is {status} cannot be {outcome}.")


def prevent(world: World, tenant: Tenant, dispute: Obj) -> None:
    """The guest was given the money before their bank took it. Raises a refusal after that."""
    if dispute["status"] not in ("warning_needs_response", "warning_under_review"):
        raise not_allowed(f"A dispute that is {dispute['status']} cannot be prevented.")
    dispute["status"] = "prevented"
    emit(world, tenant, "charge.dispute.closed", dispute)


def _end(world: World, tenant: Tenant, dispute: Obj, status: str) -> None:
    dispute["status"] = status
    dispute["is_charge_refundable"] = status != "lost"
    if status == "won":
        _reinstate(world, tenant, dispute)
    emit(world, tenant, "charge.dispute.closed", dispute)
    if status == "won":
        emit(world, tenant, "charge.dispute.funds_reinstated", dispute)


def _escalate(world: World, tenant: Tenant, dispute: Obj) -> None:
    card = {**dispute["payment_method_details"]["card"], "case_type": "chargeback"}
    previous = changed(
        dispute,
        status="needs_response",
        is_charge_refundable=False,
        payment_method_details={"card": card, "type": "card"},
        evidence_details=_new_deadline(world, dispute),
    )
    _withdraw(world, tenant, dispute)
    emit(world, tenant, "charge.dispute.updated", dispute, previous)
    emit(world, tenant, "charge.dispute.funds_withdrawn", dispute)


def _reopen(world: World, tenant: Tenant, dispute: Obj) -> None:
    # After a win the amount is taken again, as in a bank's pre-arbitration.
    was_won = dispute["status"] == "won"
    previous = changed(
        dispute,
        status="needs_response",
        is_charge_refundable=False,
        evidence_details=_new_deadline(world, dispute),
    )
    if was_won:
        _withdraw(world, tenant, dispute)
    emit(world, tenant, "charge.dispute.updated", dispute, previous)
    if was_won:
        emit(world, tenant, "charge.dispute.funds_withdrawn", dispute)


def _new_deadline(world: World, dispute: Obj) -> Obj:
    due_by = world.midnight_after(RESPONSE_DAYS + 1) - 1
    tenant = next(one for one in world.tenants.values() if dispute["id"] in one.table("dispute"))
    world.set_timer(due_by + 1, "dispute_unanswered", tenant.id, dispute["id"])
    return {**dispute["evidence_details"], "due_by": due_by, "past_due": False}


# -- Read ----------------------------------------------------------------------------------


def retrieve(ctx: Context, _params: Params, dispute_id: str) -> Obj:
    """GET /v1/disputes/{id}"""
    return ctx.tenant.get("dispute", dispute_id, "dispute")


def list_(ctx: Context, params: Params) -> Obj:
    """GET /v1/disputes"""
    return page(
        ctx.tenant.table("dispute"), params, "/v1/disputes", equal=("charge", "payment_intent")
    )


UPDATE = Schema(
    evidence=clearable(hash_of(**dict.fromkeys(EVIDENCE_FIELDS, clearable(text(20_000))))),
    metadata=METADATA,
    submit=TRUTH,
)

ROUTES: Routes = {
    "GET /v1/disputes": endpoint(
        list_, listing(charge=SHORT, created=PERIOD, payment_intent=SHORT)
    ),
    "GET /v1/disputes/{}": endpoint(retrieve, Schema()),
    "POST /v1/disputes/{}": endpoint(update, UPDATE),
    "POST /v1/disputes/{}/close": endpoint(close, Schema()),
}
