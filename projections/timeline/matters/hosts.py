"""What the timeline tells of hosts: their accounts, their papers, their reviews by staff."""

from ledger.events.document import (
    DocumentAccepted,
    DocumentAnnounced,
    DocumentExpired,
    DocumentPurged,
    DocumentRefused,
    DocumentScanned,
    DocumentUploaded,
    DocumentViewed,
    DocumentWithdrawn,
    UploadDiscarded,
)
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    BankAccountReviewed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    PayoutAccountSeen,
    ProviderClosed,
    ProviderRegistered,
    ProviderReinstated,
    ProviderRejected,
    ProviderReminded,
    ProviderReopened,
    ProviderSuspended,
    ProviderVerified,
    ProviderVouchedFor,
    ReverificationDue,
)
from ledger.events.verification import (
    ChangesRequested,
    ReviewClaimed,
    ReviewReleased,
    VerificationApproved,
    VerificationRejected,
    VerificationSubmitted,
)
from projections.timeline.telling import Facts, Telling, Told, its_reason, until


def of_account(event: PayoutAccountChanged) -> Facts:
    """A payout account is told with what keeps it from being paid to."""
    asked = f"asked for {', '.join(event.requirements)}" if event.requirements else ""
    told = (event.to, event.disabled_reason, asked)
    return Facts(detail="; ".join(part for part in told if part))


HOSTS: Telling = {
    BankAccountChanged: Told("A new bank account is paid to"),
    BankAccountFailed: Told("Bank account out of use until another one is named"),
    BankAccountReviewed: Told(
        "Change of the bank account reviewed: {detail}",
        lambda event: Facts(detail=event.reason or ""),
    ),
    PayoutAccountChanged: Told("Payout account {detail}", of_account),
    PayoutAccountOpened: Told(
        "Payout account opened in {detail}",
        lambda event: Facts(detail=f"{event.country}, {event.currency}"),
    ),
    PayoutAccountSeen: Told("Payout account as before"),
    ProviderClosed: Told("Provider closed"),
    ProviderRegistered: Told(
        "Provider registered in {detail}", lambda event: Facts(detail=event.country)
    ),
    ProviderReinstated: Told(
        "Provider reinstated: {detail}", lambda event: Facts(detail=event.cleared_by)
    ),
    ProviderRejected: Told("Provider rejected: {detail}", its_reason),
    ProviderReminded: Told(
        "Reminded to renew the verification by {detail}",
        lambda event: Facts(detail=str(event.deadline)),
    ),
    ProviderReopened: Told(
        "Provider may ask again: {detail}", lambda event: Facts(detail=event.appeal)
    ),
    ProviderSuspended: Told("Provider suspended: {detail}", its_reason),
    ProviderVerified: Told(
        "Provider verified, {detail}", lambda event: Facts(detail=until(event.valid_until))
    ),
    ReverificationDue: Told(
        "Verification to be renewed by {detail}", lambda event: Facts(detail=str(event.deadline))
    ),
    ProviderVouchedFor: Told(
        "Provider vouched for by {detail}",
        lambda event: Facts(detail=f"{event.source}: {event.reason}"),
    ),
    ChangesRequested: Told(
        "Reviewer wants changes: {detail}",
        lambda event: Facts(detail=", ".join(one.reason for one in event.changes)),
    ),
    ReviewClaimed: Told(
        "Reviewer took it on, until {due_at}", lambda event: Facts(due_at=event.until)
    ),
    ReviewReleased: Told(
        "Reviewer gave it back ({detail})",
        lambda event: Facts(detail="too long" if event.timed_out else "undecided"),
    ),
    VerificationApproved: Told(
        "Review approved, {detail}", lambda event: Facts(detail=until(event.valid_until))
    ),
    VerificationRejected: Told("Review rejected: {detail}", its_reason),
    VerificationSubmitted: Told(
        "Review of a {detail} asked for", lambda event: Facts(detail=event.subject)
    ),
    DocumentAccepted: Told(
        "Document accepted {detail}",
        lambda event: Facts(detail=f"until {event.expires_on or 'further notice'}"),
    ),
    DocumentAnnounced: Told(
        "File announced, {detail}, to be uploaded before {due_at}",
        lambda event: Facts(due_at=event.upload_until, detail=event.purpose.value),
    ),
    DocumentExpired: Told(
        "Document expired: {detail}", lambda event: Facts(detail=event.purpose.value)
    ),
    DocumentPurged: Told("File deleted for good"),
    DocumentRefused: Told("File refused: {detail}", lambda event: Facts(detail=event.reason.value)),
    DocumentScanned: Told(
        "File drawn anew, searched for malware by {detail}",
        lambda event: Facts(detail=event.scanned_by or "no engine"),
    ),
    DocumentUploaded: Told("File uploaded"),
    DocumentViewed: Told(
        "Document looked at: {detail}; the link ends at {due_at}",
        lambda event: Facts(due_at=event.until, detail=event.reason.value),
    ),
    DocumentWithdrawn: Told("File taken back by its host"),
    UploadDiscarded: Told("File as it came deleted, what was drawn of it stays"),
}
