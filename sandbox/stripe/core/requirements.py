"""What a connected account still owes before it may receive money, and what follows from it.

`refresh` is the one place where requirements, capabilities and the two switches are decided, from
what the account has told and from what the control plane has imposed on it.
"""

from copy import deepcopy
from typing import Any

from sandbox.stripe.core.events import emit
from sandbox.stripe.core.world import Obj, Tenant, World

COMMON = ("business_profile.mcc", "business_profile.url", "business_type", "external_account")
TERMS = ("tos_acceptance.date", "tos_acceptance.ip")
PERSON = (
    "individual.address.city",
    "individual.address.line1",
    "individual.address.postal_code",
    "individual.dob.day",
    "individual.dob.month",
    "individual.dob.year",
    "individual.email",
    "individual.first_name",
    "individual.last_name",
    "individual.phone",
)
COMPANY = (
    "company.address.city",
    "company.address.line1",
    "company.address.postal_code",
    "company.name",
    "company.phone",
    "company.tax_id",
)
DOCUMENT = "individual.verification.document"
ACCEPTED_DOCUMENTS = ("file_identity_document_success", "file_5dtoJkOhAxrMWb")
VERIFIED_AFTER_S = 5.0


def needed(account: Obj) -> tuple[str, ...]:
    """Every field that an account of its kind has to fill."""
    kind = account["business_type"]
    fields = COMPANY if kind in ("company", "non_profit", "government_entity") else PERSON
    own_terms = account["controller"]["requirement_collection"] == "application"
    return tuple(sorted([*COMMON, *fields, *(TERMS if own_terms else ())]))


def missing(account: Obj) -> list[str]:
    """The fields that are not filled yet."""
    return [path for path in needed(account) if not _filled(account, path)]


def _filled(account: Obj, path: str) -> bool:
    if path == "external_account":
        return bool(account["external_accounts"]["data"])
    value: Any = account
    for step in path.split("."):
        value = (value or {}).get(step)
    return value not in (None, "")


def refresh(world: World, tenant: Tenant, account: Obj, *, told: bool = True) -> None:
    """Decide anew what the account may do; writes `account.updated` when anything changed.

    `told` is true when the account's own details have just changed, so that a check must start.
    """
    note = world.note(account["id"])
    due = missing(account)
    if due:
        note["verification"] = "incomplete"
    elif told and note.get("verification") != "verified":
        _start_check(world, account, note)
    before = {name: deepcopy(account[name]) for name in _DECIDED}
    _decide(account, note, due)
    previous = {name: value for name, value in before.items() if account[name] != value}
    _announce_capabilities(world, tenant, account, before["capabilities"])
    if previous:
        emit(world, tenant, "account.updated", account, previous)


_DECIDED = (
    "capabilities",
    "charges_enabled",
    "details_submitted",
    "payouts_enabled",
    "requirements",
)


def _start_check(world: World, account: Obj, note: Obj) -> None:
    person = account.get("individual") or {}
    born = person.get("dob") or {}
    note["verification"] = "pending"
    if (born.get("year"), born.get("month"), born.get("day")) == (1902, 1, 1):
        # Documented: verified without delay.
        note["verification"] = _verdict(account)
        return
    world.set_timer(world.now + VERIFIED_AFTER_S, "verify_account", account["id"])


def _verdict(account: Obj) -> str:
    """Documented magic values fail a check until an accepted document is given."""
    person = account.get("individual") or {}
    address = person.get("address") or {}
    doubtful = address.get("line1") == "address_no_match" or person.get("id_number") == "111111111"
    document = ((person.get("verification") or {}).get("document") or {}).get("front")
    return "failed" if doubtful and document not in ACCEPTED_DOCUMENTS else "verified"


def verify(world: World, account_id: str) -> None:
    """Timer: the check of an account's details has ended."""
    account = world.platform.table("account").get(account_id)
    note = world.note(account_id)
    if account is not None and note.get("verification") == "pending":
        note["verification"] = _verdict(account)
        refresh(world, world.tenants[account_id], account, told=False)


def _decide(account: Obj, note: Obj, due: list[str]) -> None:
    restriction = note.get("restriction") or {}
    failed = note["verification"] == "failed"
    pending = note["verification"] == "pending"
    overdue = sorted({*due, *([DOCUMENT] if failed else [])})
    owed = sorted({*overdue, *restriction.get("fields", [])})
    reason = restriction.get("disabled_reason")
    if reason is None and overdue:
        reason = "requirements.past_due"
    if reason is None and pending:
        reason = "requirements.pending_verification"
    account["requirements"] = {
        "alternatives": [],
        "current_deadline": restriction.get("deadline"),
        "currently_due": owed,
        "disabled_reason": reason,
        "errors": [_error()] if failed else [],
        "eventually_due": owed,
        "past_due": owed if reason == "requirements.past_due" else [],
        "pending_verification": [DOCUMENT] if pending else [],
    }
    able = reason is None
    account["capabilities"] = dict.fromkeys(
        account["capabilities"], "active" if able else "pending" if pending else "inactive"
    )
    account["details_submitted"] = not due
    account["payouts_enabled"] = able and "transfers" in account["capabilities"]
    account["charges_enabled"] = able and "card_payments" in account["capabilities"]


def _error() -> Obj:
    return {
        "code": "verification_failed_keyed_identity",
        "reason": "The person's keyed-in identity information could not be verified.",
        "requirement": DOCUMENT,
    }


def capability(account: Obj, name: str, requested_at: int | None) -> Obj:
    """A capability object; `name` need not be requested."""
    held = account["capabilities"].get(name)
    owed = account["requirements"]
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "future_requirements": None,
        "requested": held is not None,
        "requested_at": requested_at if held is not None else None,
        "requirements": {field: owed[field] for field in owed if field != "current_deadline"},
        "status": held or "unrequested",
    }


def _announce_capabilities(
    world: World, tenant: Tenant, account: Obj, before: dict[str, str]
) -> None:
    for name, status in account["capabilities"].items():
        if before.get(name) != status:
            previous = {"status": before.get(name, "unrequested")}
            shown = capability(account, name, account["created"])
            emit(world, tenant, "capability.updated", shown, previous)


def restrict(
    world: World, account_id: str, *, reason: str, fields: list[str], deadline: int | None
) -> None:
    """Impose a restriction; with `reason` "" the fields are only due, and nothing is disabled."""
    world.note(account_id)["restriction"] = {
        "disabled_reason": reason or None,
        "fields": fields,
        "deadline": deadline,
    }
    _again(world, account_id)


def lift(world: World, account_id: str) -> None:
    """Take a restriction away."""
    world.note(account_id).pop("restriction", None)
    _again(world, account_id)


def _again(world: World, account_id: str) -> None:
    account = world.platform.get("account", account_id)
    refresh(world, world.tenants[account_id], account, told=False)
