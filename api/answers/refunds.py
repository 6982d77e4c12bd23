"""Refunds as staff see them: what one would do, where it stands, what approving it would do."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from api.commands import answered
from api.shapes import Amount, amount_of
from ledger import processes
from ledger.aggregates.refund import Refund, Status
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.processes import ShownRefund
from ledger.store import EventStore
from ledger.values.ids import BookingId, RefundId
from ledger.values.policy import LineBack
from projections.projection import Answer


@dataclass(frozen=True)
class Named:
    """A refund by its address: it must be of the booking that the address names."""

    booking: BookingId
    refund: RefundId

    def found(self, draft: Draft) -> Refund:
        """The refund. Raises NotFound."""
        refund = processes.refund_in(draft, self.refund)
        if refund.booking_id != self.booking:
            raise NotFound(booking_id=self.booking, refund_id=self.refund)
        return refund


class Line(BaseModel):
    """A line of the price, in minor units of the guest's currency; a coupon's is below zero."""

    code: str
    of: str
    minor: int


class PartsBack(BaseModel):
    """Whose parts go back, in minor units of the listing's currency.

    `host_owes_minor` is what of the host's part they were paid already.
    """

    currency: str
    host_minor: int
    fees_minor: int
    taxes_minor: int
    coupon_minor: int
    host_owes_minor: int


class RefundPreview(Answer):
    """What a refund would do now; to ask for it, send `preview` back."""

    booking_id: str
    amount: Amount
    refundable: Amount
    funded_by: str
    lines: list[Line]
    left_on_lines: list[Line]
    parts: PartsBack
    preview: str


class RefundNow(Answer):
    """Where a refund stands.

    `approval` is the digest of what approving it would do now, where it waits for somebody.
    """

    refund_id: str
    booking_id: str
    status: str
    amount: Amount
    funded_by: str
    lines: list[Line]
    requested_by: str | None
    approval: str | None


def answer(draft: Draft, named: Named) -> None:
    """Answer a command by the refund as it left it."""
    answered(draft, _now(0, draft, named))


def looked_up(store: EventStore, ledger: Ledger, named: Named) -> RefundNow:
    """A refund as the ledger has it now. Raises NotFound."""
    position = store.head()
    seen: list[RefundNow] = []
    ledger.rehearse(lambda draft: seen.append(_now(position, draft, named)))
    (shown,) = seen
    return shown


def previewed(
    store: EventStore, ledger: Ledger, shown: Callable[[Draft], ShownRefund]
) -> RefundPreview:
    """What a refund would do, as the ledger stands now; refused where asking for it would be."""
    position, seen = store.head(), list[ShownRefund]()
    ledger.rehearse(lambda draft: seen.append(shown(draft)))
    (would,) = seen
    return RefundPreview(
        position=position,
        booking_id=would.booking_id,
        amount=amount_of(would.amount),
        refundable=amount_of(would.refundable),
        funded_by=would.funded_by,
        lines=_lines(would.lines),
        left_on_lines=_lines(would.left_on_lines),
        parts=PartsBack(
            currency=would.back.currency,
            host_minor=would.back.host.minor,
            fees_minor=(would.back.fees + would.back.vat).minor,
            taxes_minor=would.back.tax.minor,
            coupon_minor=would.back.coupon.minor,
            host_owes_minor=would.debt.minor,
        ),
        preview=would.digest,
    )


def _now(position: int, draft: Draft, named: Named) -> RefundNow:
    refund = named.found(draft)
    waits = refund.status is Status.AWAITING_APPROVAL
    return RefundNow(
        position=position,
        refund_id=named.refund,
        booking_id=named.booking,
        status=refund.status,
        amount=amount_of(refund.amount),
        funded_by=refund.funded_by,
        lines=_lines(refund.lines),
        requested_by=refund.requested_by,
        approval=processes.shown_again(draft, named.refund).digest if waits else None,
    )


def _lines(lines: tuple[LineBack, ...]) -> list[Line]:
    return [Line(code=line.code, of=line.of, minor=line.minor) for line in lines]
