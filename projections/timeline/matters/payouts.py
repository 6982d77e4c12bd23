"""What the timeline tells of hosts' money, of taxes, and of the platform's own books."""

from ledger.events.bank_payout import (
    BankPayoutCancelled,
    BankPayoutFailed,
    BankPayoutPaid,
    BankPayoutSeen,
    BankPayoutSent,
)
from ledger.events.correction import (
    CorrectionApplied,
    CorrectionDrafted,
    CorrectionRefused,
    CorrectionSubmitted,
)
from ledger.events.difference import (
    DifferenceCorrected,
    DifferenceExplained,
    DifferenceFound,
    DifferenceMatched,
    DifferenceWrittenOff,
)
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
    WriteOffProposed,
    WriteOffRejected,
)
from ledger.events.own_transfer import OwnTransferMade, OwnTransferReturned
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutHeld,
    PayoutHoldLifted,
    PayoutNetted,
    PayoutRecalculated,
    PayoutReleased,
    PayoutRetried,
    PayoutReversed,
    PayoutScheduled,
    PayoutTransferFailed,
    PayoutTransferred,
    ReversalFailed,
    ReversalOrdered,
    TransferOutcomeUnknown,
)
from ledger.events.tax_account import (
    RemittanceProposed,
    RemittanceRejected,
    TaxAccountEvent,
    TaxGivenBack,
    TaxOwedAgain,
    TaxRemitted,
)
from projections.timeline.telling import (
    Facts,
    Telling,
    Told,
    its_amount,
    its_amount_and_reason,
    its_reason,
    of_amount,
)


def of_tax(event: TaxAccountEvent, detail: str) -> Facts:
    """What is about an authority's money."""
    return of_amount(event.amount, detail=f"{event.jurisdiction}, {detail}")


PAYOUTS: Telling = {
    PayoutCancelled: Told("Payout cancelled, nothing is owed to the host"),
    PayoutDue: Told("Payout due"),
    PayoutHeld: Told("Payout held: {detail}", its_reason),
    PayoutHoldLifted: Told("Payout no longer held for {detail}", its_reason),
    PayoutNetted: Told(
        "Payout of {amount} kept for what the host owes", lambda event: of_amount(event.netted)
    ),
    PayoutRecalculated: Told(
        "Payout recalculated to {amount}, not before {due_at}",
        lambda event: of_amount(event.amount, event.release_at),
    ),
    PayoutReleased: Told("Payout of {amount} released", its_amount),
    PayoutRetried: Told("Payout of {amount} released again", its_amount),
    PayoutReversed: Told("Transfer of {amount} came back", its_amount),
    PayoutScheduled: Told(
        "Payout of {amount} scheduled, not before {due_at}",
        lambda event: of_amount(event.amount, event.release_at),
    ),
    PayoutTransferFailed: Told("Payout failed: {detail}", its_reason),
    PayoutTransferred: Told("Payout of {amount} transferred to the host", its_amount),
    ReversalFailed: Told("Transfer of {amount} did not come back: {detail}", its_amount_and_reason),
    ReversalOrdered: Told("Transfer of {amount} ordered back", its_amount),
    TransferOutcomeUnknown: Told("Nobody answered whether the payout was transferred"),
    DebtCollected: Told(
        "{amount} of the host's debt collected by taking a transfer back", its_amount
    ),
    DebtDropped: Told("Host owes {amount} less, because what raised it was taken back", its_amount),
    DebtNetted: Told("{amount} of the host's debt netted from a payout", its_amount),
    DebtRaised: Told(
        "Host owes {amount} more: {detail}",
        lambda event: of_amount(event.amount, detail=event.cause),
    ),
    DebtWrittenOff: Told("{amount} of the host's debt written off by two persons", its_amount),
    WriteOffProposed: Told("Write-off of {amount} proposed: {detail}", its_amount_and_reason),
    WriteOffRejected: Told("Write-off of {amount} rejected", its_amount),
    BankPayoutCancelled: Told("Payout to the bank cancelled before it left"),
    BankPayoutFailed: Told("The bank gave {amount} back: {detail}", its_amount_and_reason),
    BankPayoutPaid: Told("Payout arrived at the bank"),
    BankPayoutSeen: Told(
        "Payout of {amount} to the bank, expected on {detail}",
        lambda event: of_amount(event.amount, detail=event.arrives_on.isoformat()),
    ),
    BankPayoutSent: Told("Payout on its way to the bank"),
    OwnTransferMade: Told(
        "Platform's own {amount} moved {detail}",
        lambda event: of_amount(event.amount, detail=event.way.value.replace("_", " ")),
    ),
    OwnTransferReturned: Told(
        "Platform's own {amount} came back from its bank: {detail}", its_amount_and_reason
    ),
    RemittanceProposed: Told(
        "Remittance of {amount} of tax proposed: {detail}",
        lambda event: of_tax(event, f"up to {event.until}"),
    ),
    RemittanceRejected: Told(
        "Remittance of {amount} of tax rejected: {detail}",
        lambda event: of_tax(event, event.reason.replace("_", " ")),
    ),
    TaxGivenBack: Told(
        "{amount} of tax goes back: {detail}",
        lambda event: of_tax(event, "remitted before" if event.recoverable else "payable"),
    ),
    TaxOwedAgain: Told(
        "{amount} of tax does not go back after all: {detail}",
        lambda event: of_tax(event, "remitted before" if event.recoverable else "payable"),
    ),
    TaxRemitted: Told(
        "{amount} of tax remitted: {detail}", lambda event: of_tax(event, f"up to {event.until}")
    ),
    CorrectionApplied: Told(
        "Books corrected by two people, of {detail}", lambda event: Facts(detail=event.wrong_stream)
    ),
    CorrectionDrafted: Told("Correction of the books drafted: {detail}", its_reason),
    CorrectionRefused: Told("Correction of the books refused: {detail}", its_reason),
    CorrectionSubmitted: Told("Correction of the books waits for a second person"),
    DifferenceCorrected: Told("Difference corrected in the books"),
    DifferenceExplained: Told("Difference explained: {detail}", its_reason),
    DifferenceFound: Told(
        "Difference found: {detail}",
        lambda event: Facts(detail=f"{event.kind.value}, {event.object_id}"),
    ),
    DifferenceMatched: Told("Difference closed: it fits now"),
    DifferenceWrittenOff: Told(
        "Difference of {amount} written off: {detail}", its_amount_and_reason
    ),
}
