"""The decision to ask for a refund."""

from collections.abc import Sequence

from ledger.aggregates.refund.commands import RequestRefund
from ledger.aggregates.refund.limits import explain, within
from ledger.events.refund import RefundEvent, RefundRequested


def request(command: RequestRefund) -> Sequence[RefundEvent]:
    """Ask for a refund that its lines explain.

    Raises AmountsDiffer, RefundLineExceeded, RefundExceedsCapture, CurrenciesDiffer.
    """
    explain(command.amount, command)
    within(command.amount, command.refundable)
    return [
        RefundRequested(
            payment_id=command.payment_id,
            booking_id=command.booking_id,
            host_id=command.host_id,
            reason=command.reason,
            amount=command.amount,
            back=command.back,
            lines=command.lines,
            funded_by=command.funded_by,
            preview=command.preview,
            requested_by=command.requested_by,
            time_zone=command.time_zone,
        )
    ]
