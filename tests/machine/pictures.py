"""What read models must show of any history: what the rules' own states and the books say (INV-R4).

Each is folded in memory. One that cannot take an event in would halt its follower, so that it takes
all of them is the first thing that is looked at.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from ledger.aggregates.booking import BOOKING
from ledger.aggregates.decider import Decider
from ledger.aggregates.payout import PAYOUT
from ledger.aggregates.refund import REFUND
from ledger.aggregates.refund import Status as Refunding
from ledger.application import Ledger
from ledger.events import Event
from ledger.events.payment import PaymentAdopted, PaymentCompleted
from ledger.events.refund import ExternalRefundClassified, RefundApproved
from ledger.values.journal import Account
from projections import PROJECTIONS
from projections.desk import matters
from projections.earnings import FIGURES, earnings
from projections.hosting import stays
from projections.journal import journal
from projections.matters import Matter
from projections.payouts import holds, payouts
from projections.receipt_lines import read
from projections.receipts import CREDIT_NOTE, RECEIPT, documents
from tests.ledger.memory import MemoryStore
from tests.projections.kept import Kept, fold

Rows = list[dict[str, Any]]


def contradictions(store: MemoryStore, ledger: Ledger) -> Iterator[str]:
    """What a read model shows that is not so. Raises KeyError where one cannot take an event in."""
    pictures = {each.name: fold(each, store.history) for each in PROJECTIONS}
    yield from statuses("stay", list(pictures["hosting"].rows(stays).values()), BOOKING, ledger)
    yield from statuses("payout", list(pictures["payouts"].rows(payouts).values()), PAYOUT, ledger)
    yield from accounts(pictures["earnings"], pictures["journal"])
    yield from papers(store, pictures["receipts"])
    yield from held(pictures["payouts"], pictures["desk"], ledger)
    yield from refunds(store, pictures["desk"], ledger)


def statuses(
    name: str, rows: Rows, decider: Decider[Any, Any, Any], ledger: Ledger
) -> Iterator[str]:
    """Every row stands where the rules say."""
    for row in rows:
        stream_id = row["booking_id"] if name == "stay" else row["payout_id"]
        state = ledger.state(decider, stream_id)
        if state is None or row["status"] != state.status:
            yield f"{name} {stream_id} is shown as {row['status']} and is {state}"


def accounts(shown: Kept, books: Kept) -> Iterator[str]:
    """What is payable to hosts is what the books owe them."""
    differ: Counter[tuple[str, str]] = Counter()
    for row in shown.rows(earnings).values():
        of = f"{row['host_id']}/{row['booking_id']}"
        differ[of, row["currency"]] += sum(row[name] for name in FIGURES)
    for line in books.rows(journal).values():
        if line["account"] == Account.HOST_PAYABLE:
            differ[line["of"], line["currency"]] += line["minor"]
    for (of, currency), minor in differ.items():
        if minor:
            yield f"{of} is shown {minor} {currency} off the books"


ISSUED: dict[type[Event], str] = {
    PaymentCompleted: RECEIPT,
    PaymentAdopted: RECEIPT,
    RefundApproved: CREDIT_NOTE,
    ExternalRefundClassified: CREDIT_NOTE,
}


def papers(store: MemoryStore, shown: Kept) -> Iterator[str]:
    """Everything that must have a paper has one, nothing else has, and its lines sum to it."""
    due = {
        (one.stream_id, ISSUED[type(one.event)])
        for one in store.history
        if type(one.event) in ISSUED
    }
    issued = [row for row in shown.rows(documents).values() if row["series"]]
    found = {(row["stream_id"], row["kind"]) for row in issued if row["kind"] in ISSUED.values()}
    if found != due:
        yield f"papers without a reason or the reverse: {found ^ due}"
    for row in issued:
        if row["content"] and not row["alters"]:
            minor = sum(line.minor for line in read(row["content"]).lines if not line.included)
            if minor != row["total_minor"]:
                yield f"{row['kind']} of {row['stream_id']}: {minor} is not {row['total_minor']}"


def held(shown: Kept, desk: Kept, ledger: Ledger) -> Iterator[str]:
    """What holds a payout back is shown to its host, and lies on the desk."""
    told, laid = Counter[str](), Counter[str]()
    for row in shown.rows(holds).values():
        told[row["payout_id"]] += 1
    for row in desk.rows(matters).values():
        laid[row["stream_id"]] += row["matter"] == Matter.PAYOUT_HELD
    for row in shown.rows(payouts).values():
        payout_id = row["payout_id"]
        payout = ledger.state(PAYOUT, payout_id)
        reasons = len(payout.holds) if payout and payout.status == "on_hold" else 0
        if not told[payout_id] == laid[payout_id] == reasons:
            yield f"payout {payout_id} has {reasons} holds, {told[payout_id]} are shown"


WAITING: dict[Matter, Callable[[Refunding], bool]] = {
    Matter.REFUND_TO_APPROVE: lambda status: status is Refunding.AWAITING_APPROVAL,
    Matter.REFUND_FAILED: lambda status: status is Refunding.FAILED,
    Matter.REFUND_TO_SETTLE: lambda status: status is Refunding.NEEDS_ALTERNATIVE,
    Matter.REFUND_TO_CLASSIFY: lambda status: status is Refunding.EXTERNAL_DETECTED,
}


def refunds(store: MemoryStore, desk: Kept, ledger: Ledger) -> Iterator[str]:
    """A refund lies on the desk exactly as long as it waits for a person."""
    laid = {(row["stream_id"], row["matter"]) for row in desk.rows(matters).values()}
    asked = {one.stream_id for one in store.history if one.event.topic.startswith("refund.")}
    for stream_id in asked:
        refund = ledger.state(REFUND, stream_id)
        for matter, waits in WAITING.items():
            if refund and waits(refund.status) != ((stream_id, matter) in laid):
                yield f"refund {stream_id} is {refund.status}, and {matter} is not as it says"
