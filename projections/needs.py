"""Needs: what must happen before a host's payouts go out. Questions over the payouts; no tables of
their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Row, func, select

from ledger.values.clearance import Hold
from ledger.values.clock import Instant
from ledger.values.ids import HostId
from projections.payouts import PAYOUTS, accounts, holds, netted, payouts
from projections.projection import Answer, position_of


class Need(BaseModel):
    """What must happen before a payout can go out. `code` is the reason of a hold, or
    `payout_account` or `bank_account`; `since` and `detail` are those of the hold.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    sentence: str
    since: Instant | None = None
    detail: str = ""


class HostPayout(BaseModel):
    """A payout of one tranche of a booking; amounts are minor units of `currency`.

    `amount_minor` is what the host is owed, `netted_minor` what of it was kept for what the host
    owes. It is not paid before `release_at`, nor while anything is needed.
    """

    model_config = ConfigDict(frozen=True)

    payout_id: str
    booking_id: str
    tranche: int
    status: str
    currency: str
    amount_minor: int
    netted_minor: int
    release_at: Instant
    failed_because: str | None
    needed: Sequence[Need]


class PayoutAccount(BaseModel):
    """The account that a host is paid to. `requirements` is what the processor still asks for, and
    `disabled_reason` why it pays out nothing, both in its own words.
    """

    model_config = ConfigDict(frozen=True)

    status: str
    requirements: Sequence[str]
    disabled_reason: str | None
    bank_account_works: bool


class HostPayouts(Answer):
    """A host's payouts, the latest first, and the account that they go to, where it is known."""

    payouts: Sequence[HostPayout]
    account: PayoutAccount | None


NEEDED: Mapping[Hold, str] = {
    Hold.DISPUTE: "The dispute must come to its end",
    Hold.KYC: "The host must be verified",
    Hold.RISK_NEW_HOST: "Finance must look at the first payouts of a new host",
    Hold.REFUND_OPEN: "The guest's refund must come to its end",
    Hold.CASE_OPEN: "The support case must be closed",
    Hold.MANUAL: "Finance must lift its own hold",
    Hold.RECON_MISMATCH: "A difference from the processor's books must be explained",
    Hold.TAX_DATA_MISSING: "The host must hand in what the tax office asks for",
    Hold.ACCOUNT_CHANGED: (
        "48 hours must pass since the bank account changed, or finance reviews it"
    ),
}
"""What lifts each hold; a test demands a sentence for every one."""

WAITING = frozenset({"scheduled", "on_hold", "due", "failed"})


def payouts_of(db: Connection, host: HostId, at_most: int) -> HostPayouts:
    """The payouts of a host, those that are paid latest first."""
    position = position_of(db, PAYOUTS)
    account = _account(db, host)
    of_host = payouts.c.host_id == host
    kept = func.coalesce(netted.c.netted_minor, 0).label("netted_minor")
    both = payouts.outerjoin(netted, netted.c.payout_id == payouts.c.payout_id)
    latest = select(payouts, kept).select_from(both).where(of_host)
    latest = latest.order_by(payouts.c.release_at.desc(), payouts.c.payout_id).limit(at_most)
    found = db.execute(latest).all()
    held = _holds(db, [row.payout_id for row in found])
    return HostPayouts(
        position=position,
        payouts=[_payout(row, held.get(row.payout_id, []), account) for row in found],
        account=account,
    )


def _account(db: Connection, host: HostId) -> PayoutAccount | None:
    row = db.execute(select(accounts).where(accounts.c.host_id == host)).first()
    if row is None:
        return None
    told = {**row._mapping, "requirements": row.requirements.split(",") if row.requirements else ()}
    return PayoutAccount(**told)


def _holds(db: Connection, payout_ids: Sequence[str]) -> dict[str, list[Need]]:
    query = select(holds).where(holds.c.payout_id.in_(payout_ids)).order_by(holds.c.reason)
    held: dict[str, list[Need]] = {}
    for row in db.execute(query):
        need = Need(
            code=row.reason, sentence=NEEDED[Hold(row.reason)], since=row.since, detail=row.detail
        )
        held.setdefault(row.payout_id, []).append(need)
    return held


def _payout(row: Row[Any], held: list[Need], account: PayoutAccount | None) -> HostPayout:
    waits = row.status in WAITING
    needed = [*held, *(_of_account(account) if waits else ())]
    told = {name: value for name, value in row._mapping.items() if name != "host_id"}
    return HostPayout(**told, needed=needed)


def _of_account(account: PayoutAccount | None) -> Iterator[Need]:
    if account is None or account.status == "none":
        yield Need(code="payout_account", sentence="The host must open a payout account")
        return
    if account.status != "enabled":
        yield Need(
            code="payout_account",
            sentence="The processor must be given what it asks for, and open the account",
            detail=", ".join(account.requirements) or account.disabled_reason or account.status,
        )
    if not account.bank_account_works:
        yield Need(code="bank_account", sentence="The host must name another bank account")
