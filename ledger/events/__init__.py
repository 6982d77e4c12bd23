"""The published language: what happened, in the field's words. Rows outlive all other code."""

from ledger.events.alteration import AlterationEvent
from ledger.events.attestation import AttestationEvent
from ledger.events.bank_payout import BankPayoutEvent
from ledger.events.booking import BookingEvent
from ledger.events.calendar_feed import CalendarFeedEvent
from ledger.events.conversation import ConversationEvent
from ledger.events.correction import CorrectionEvent
from ledger.events.coupon import CouponEvent
from ledger.events.damage_claim import DamageClaimEvent
from ledger.events.difference import DifferenceEvent
from ledger.events.dispute import DisputeEvent
from ledger.events.document import DocumentEvent
from ledger.events.event import Actor, Envelope, Event, MoneyEvent, Recorded, Role
from ledger.events.guest import GuestEvent
from ledger.events.host_debt import HostDebtEvent
from ledger.events.own_transfer import OwnTransferEvent
from ledger.events.payment import PaymentEvent
from ledger.events.payout import PayoutEvent
from ledger.events.property import PropertyEvent
from ledger.events.provider import ProviderEvent
from ledger.events.refund import RefundEvent
from ledger.events.review import ReviewEvent
from ledger.events.support_case import SupportCaseEvent
from ledger.events.tariff import TariffEvent
from ledger.events.tax_account import TaxAccountEvent
from ledger.events.unapplied_receipt import UnappliedReceiptEvent
from ledger.events.unit_calendar import UnitCalendarEvent
from ledger.events.verification import VerificationEvent

AnyEvent = (
    AlterationEvent
    | AttestationEvent
    | BankPayoutEvent
    | BookingEvent
    | CalendarFeedEvent
    | ConversationEvent
    | CorrectionEvent
    | CouponEvent
    | DamageClaimEvent
    | DifferenceEvent
    | DisputeEvent
    | DocumentEvent
    | GuestEvent
    | HostDebtEvent
    | OwnTransferEvent
    | PaymentEvent
    | PayoutEvent
    | PropertyEvent
    | ProviderEvent
    | RefundEvent
    | ReviewEvent
    | SupportCaseEvent
    | TariffEvent
    | TaxAccountEvent
    | UnappliedReceiptEvent
    | UnitCalendarEvent
    | VerificationEvent
)
"""Every event there is. What is not in here can neither be written nor read."""

__all__ = ["Actor", "AnyEvent", "Envelope", "Event", "MoneyEvent", "Recorded", "Role"]
