"""What happens to one bank payout: the way of a host's money from their account to their bank.

The money is the host's already, so none of this is in our books: a memo beside the journal (J7).
"""

from datetime import date

from ledger.events.event import Event
from ledger.values.ids import HostId
from ledger.values.money import Money


class BankPayoutSeen(Event, topic="bank_payout.seen", frozen=True, kw_only=True):
    """The processor pays a host's balance out to their bank; it should arrive on a day.

    `bank_account` is the same opaque name that the provider's events have for it.
    """

    processor_payout: str
    account: str
    host_id: HostId
    bank_account: str
    amount: Money
    arrives_on: date


class BankPayoutSent(Event, topic="bank_payout.sent", frozen=True, kw_only=True):
    """The money is on its way to the bank."""


class BankPayoutPaid(Event, topic="bank_payout.paid", frozen=True, kw_only=True):
    """The bank has the money, as far as the processor knows; it may still give it back."""


class BankPayoutFailed(Event, topic="bank_payout.failed", frozen=True, kw_only=True):
    """The bank did not take the money: it is back on the host's balance at the processor.

    `code` and `reason` are the processor's own words.
    """

    host_id: HostId
    bank_account: str
    amount: Money
    code: str
    reason: str


class BankPayoutCancelled(Event, topic="bank_payout.cancelled", frozen=True, kw_only=True):
    """The money never left: the bank payout was cancelled while it was pending."""


BankPayoutEvent = (
    BankPayoutSeen | BankPayoutSent | BankPayoutPaid | BankPayoutFailed | BankPayoutCancelled
)
