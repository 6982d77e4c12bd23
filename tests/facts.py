"""Believable facts with one-word builders: one guest, one host, one house by the sea near Lisbon.

The story: Inês asks on Monday 1 June 2026 at noon, Lisbon time, for three nights from Thursday 2
July; check-in is at 15:00 local time, which in summer is 14:00 UTC. The guest pays 14 %, the host 3 %.
"""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.alteration import ProposeAlteration
from ledger.aggregates.attestation import AttestProperty
from ledger.aggregates.bank_payout import RecordBankPayout
from ledger.aggregates.bank_payout import Status as AtTheBank
from ledger.aggregates.booking import Book
from ledger.aggregates.correction import DraftCorrection, correction_of
from ledger.aggregates.coupon import IssueCoupon, RedeemCoupon, code_hash_of, coupon_of
from ledger.aggregates.difference import FindDifference, difference_of
from ledger.aggregates.dispute import OpenDispute, WithdrawFunds
from ledger.aggregates.host_debt import Cause, NetDebt, RaiseDebt
from ledger.aggregates.payment import AdoptPayment, OpenPayment
from ledger.aggregates.payout import SchedulePayout
from ledger.aggregates.provider import RecordPayoutAccount, RegisterProvider, Standing
from ledger.aggregates.refund import (
    ClassifyRefund,
    RequestRefund,
    SeeExternalRefund,
    external_refund_of,
)
from ledger.aggregates.tariff import SetLevies, SetRates
from ledger.aggregates.unapplied_receipt import DetectReceipt, receipt_of
from ledger.aggregates.unit_calendar import OpenCalendar, block_of
from ledger.events import Actor
from ledger.events.alteration import (
    AlterationAccepted,
    AlterationApplied,
    AlterationDeclined,
    AlterationExpired,
    AlterationFailed,
    AlterationProposed,
    AlterationSettling,
    AlterationWithdrawn,
)
from ledger.events.attestation import PropertyAttested
from ledger.events.bank_payout import (
    BankPayoutCancelled,
    BankPayoutFailed,
    BankPayoutPaid,
    BankPayoutSeen,
    BankPayoutSent,
)
from ledger.events.booking import (
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    BookingWithdrawn,
    CaptureFailedForBooking,
    EarningsRecognized,
    HostAccepted,
    HostDecisionRequested,
    NoShowReported,
    NoShowReversed,
    PenaltyCharged,
    StayCompleted,
    StayCurtailed,
    StayStarted,
)
from ledger.events.correction import (
    CorrectionApplied,
    CorrectionDrafted,
    CorrectionRefused,
    CorrectionSubmitted,
)
from ledger.events.coupon import (
    CouponClosed,
    CouponIssued,
    CouponRedeemed,
    CouponRestored,
    RestoreReason,
)
from ledger.events.difference import (
    DifferenceCorrected,
    DifferenceExplained,
    DifferenceFound,
    DifferenceWrittenOff,
    Mismatch,
)
from ledger.events.dispute import (
    DisputeAccepted,
    DisputeClosed,
    DisputeEscalated,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeReopened,
    DisputeWon,
    EvidenceSubmitted,
    Stage,
)
from ledger.events.host_debt import (
    DebtCollected,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
    WriteOffProposed,
    WriteOffRejected,
)
from ledger.events.payment import (
    Capture,
    CaptureRequested,
    DisputedAmountReinstated,
    DisputedAmountWithdrawn,
    FundsAvailable,
    PaymentActionRequired,
    PaymentAdopted,
    PaymentAuthorized,
    PaymentCancellationAsked,
    PaymentCancelled,
    PaymentCompleted,
    PaymentFailed,
    PaymentIntentClosed,
    PaymentIntentLinked,
    PaymentOpened,
    PaymentOutcomeUnknown,
    PaymentProcessing,
    PaymentRefundRecorded,
    PaymentRefundReversed,
    PaymentRetried,
    RefundReservationReleased,
    RefundReserved,
)
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
    ProviderSuspended,
    ProviderVouchedFor,
)
from ledger.events.refund import (
    Doubt,
    ExternalRefundClassified,
    ExternalRefundDetected,
    Funding,
    RefundAlternativeChosen,
    RefundApprovalAsked,
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundPending,
    RefundRejected,
    RefundRequested,
    RefundResubmitted,
    RefundSettledAlternatively,
    RefundSubmitted,
    RefundSucceeded,
)
from ledger.events.tariff import LeviesSet, RatesSet
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptDetected,
    ReceiptFundsAvailable,
    ReceiptReturned,
    ReceiptReturnFailed,
    ReceiptReturning,
    Why,
)
from ledger.events.unit_calendar import (
    BlockKind,
    CalendarOpened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    HoldExpired,
    HoldExtended,
    HoldKind,
    HoldPlaced,
    HoldReleased,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitDeactivated,
)
from ledger.values.clearance import Clearance, Hold, vouched_for
from ledger.values.clock import Instant, instant
from ledger.values.guests import Party
from ledger.values.ids import (
    AlterationId,
    AttestationId,
    BlockId,
    BookingId,
    DisputeId,
    FeedId,
    GuestId,
    HostId,
    PaymentId,
    PayoutId,
    PropertyId,
    QuoteId,
    RefundId,
    UnitId,
    derived_id,
)
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.losses import Bearer, Stake, loss_of
from ledger.values.money import Money, exponent_of
from ledger.values.policy import FREE, Ending, LineBack, Occupancy, Policy, Settlement, settle
from ledger.values.price import Price, price_of
from ledger.values.rates import NightPrice, RatePlan, Season, Tiered
from ledger.values.received import Received
from ledger.values.shares import Shares
from ledger.values.stay import House, Stay, stay
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import (
    BookingMode,
    Levies,
    Rates,
    RoomRates,
    numbered_levies,
    numbered_rates,
)

# -- Who and where ----------------------------------------------------------------------


def an_id(name: str) -> str:
    """The id that always stands for this name."""
    return derived_id("facts", name)


BOOKING = BookingId(an_id("booking"))
PAYMENT = PaymentId(an_id("payment"))
REFUND = RefundId(an_id("refund"))
EXTERNAL_REFUND = external_refund_of("re_dashboard")
PAYOUT = PayoutId(an_id("payout"))
DISPUTE = DisputeId(an_id("dispute"))
RECEIPT = receipt_of("ch_late")
ADOPTED = PaymentId(an_id("adopted payment"))
CORRECTION = correction_of(REFUND, 2, 1)
DIFFERENCE = difference_of(Mismatch.AMOUNT, "stripe", "ch_1")
UNIT = UnitId(an_id("unit 1"))
PROPERTY = PropertyId(an_id("house by the sea"))
ATTESTATION = AttestationId(an_id("attestation"))
BLOCK = BlockId(an_id("a week to paint the walls"))
FEED = FeedId(an_id("the feed of another marketplace"))
UID = "sold-elsewhere@another.example"
ITEM = block_of(FEED, UID)
CODE = "SUMMER-BY-THE-SEA"
COUPON = coupon_of(code_hash_of(CODE))
INES = GuestId(an_id("Inês"))
RUI = HostId(an_id("Rui"))
MARTA, PAUL = an_id("Marta of finance"), an_id("Paul of finance")

ACCOUNT = "acct_1RuiLisbon"
BANK_ACCOUNT = "ba_1RuiFirst"
ANOTHER_BANK_ACCOUNT = "ba_2RuiSecond"
BANK_PAYOUT = "po_1"
MARTA, PAUL = an_id("Marta of finance"), an_id("Paul of finance")

GUEST = Actor("G", INES)
HOST = Actor("H", RUI)
OPERATOR = Actor("O", "operator")
SUPPORT = Actor("S", "support")
FINANCE = Actor("F", "finance")
CLARA = Actor("F", "clara")
DINIS = Actor("F", "dinis")
"""Two people of finance: what one of them drafts, the other approves."""

FINANCE = Actor("F", "finance")
SUPPORT = Actor("S", "support")
TIMER = Actor("T", "timer")
PROCESSOR = Actor("P", "stripe")
PROCESS = Actor("X", "process")

LISBON = House("Europe/Lisbon", time(15), time(11))
THE_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

# -- When -------------------------------------------------------------------------------

NOW = instant("2026-06-01T11:00:00Z")
HOLD_ENDS = instant("2026-06-01T11:15:00Z")
ANSWER_DUE = NOW + timedelta(seconds=60)
CAPTURE_BEFORE = NOW + timedelta(days=7)
CHECK_IN = instant("2026-07-02T14:00:00Z")
CHECK_OUT = instant("2026-07-05T10:00:00Z")
EARNED = CHECK_IN + timedelta(hours=24)
EVIDENCE_DUE = instant("2026-07-20T23:59:59Z")
AN_INSTANT = timedelta(microseconds=1)
"""The smallest step of our clock: just before a boundary is one of these before it."""

# -- Values -----------------------------------------------------------------------------


def money(text: str) -> Money:
    """An amount as people write it: `money("120.00 EUR")`."""
    amount, currency = text.split()
    return Money(int(Decimal(amount).scaleb(exponent_of(currency))), currency)


def a_stay(arrival: str = "2026-07-02", nights: int = 3) -> Stay:
    """Some nights from a local date."""
    check_in = date.fromisoformat(arrival)
    return stay(check_in, check_in + timedelta(days=nights))


def a_fee_plan(guest_fee_bp: int = 1_400, host_fee_bp: int = 300) -> FeePlan:
    """The split-fee plan."""
    return FeePlan("split", 1, guest_fee_bp, host_fee_bp)


def a_price(
    nights: int = 3,
    each: str = "120.00 EUR",
    arrival: str = "2026-07-02",
    plan: FeePlan | None = None,
) -> Price:
    """The price of nights that cost the same each, worked out under a fee plan."""
    night = money(each)
    of_nights = [NightPrice(day, night.minor) for day in a_stay(arrival, nights).nights()]
    return price_of(of_nights, plan or a_fee_plan(), night.currency)


def a_policy(retained_bp: int = 5_000) -> Policy:
    """A policy under which the host keeps a part: half of the nights if nothing else is said."""
    return Policy("half", 1, retained_bp)


HALF = a_policy()

LEFT_ON_LINES = tuple(LineBack(line.code, line.of, line.minor) for line in a_price().lines())
"""What is left on the lines of the usual price, while nothing went back of it."""


def a_rate_plan(**changed: Any) -> RatePlan:
    """The plan of the worked price (spec: money, section 8): July, weekends, weeks, early birds."""
    told: dict[str, Any] = {
        "name": "sea",
        "version": 1,
        "currency": "EUR",
        "base_minor": 10_000,
        "seasons": (Season("July", date(2026, 7, 4), date(2026, 7, 31), 13_000),),
        "weekend_bp": 1_500,
        "lengths": (Tiered(7, 1_000),),
        "early_bird": Tiered(28, 500),
        "non_refundable_bp": 1_000,
        "included_guests": 3,
        "extra_guest_minor": 1_200,
        "pet_minor": 1_500,
        "cleaning_minor": 6_000,
    }
    return RatePlan(**told | changed)


def some_rates(**changed: Any) -> Rates:
    """What Rui asks for his sea-view rooms: two nights at least, four people at most."""
    told: dict[str, Any] = {
        "currency": "EUR",
        "rooms": (RoomRates("sea view", a_rate_plan(), StayRules(min_nights=2, capacity=4)),),
        "policy": "flexible",
        "mode": BookingMode.INSTANT,
        "non_refundable": True,
    }
    return Rates(**told | changed)


def some_levies(**changed: Any) -> Levies:
    """The split fees with VAT, and Lisbon's tax for each adult and night."""
    city = TaxRule(
        name="city", version=1, jurisdiction="PT-LIS", base=TaxBase.PERSON_NIGHT, minor=165
    )
    told: dict[str, Any] = {
        "fee_plan": FeePlan("split", 1, 1_400, 300, guest_vat_bp=2_000, host_vat_bp=2_000),
        "taxes": (city,),
    }
    return Levies(**told | changed)


# -- Commands ---------------------------------------------------------------------------


def to_attest(**changed: Any) -> AttestProperty:
    """Vouch for the house by the sea."""
    told: dict[str, Any] = {
        "attestation_id": ATTESTATION,
        "property_id": PROPERTY,
        "host_id": RUI,
        "name": "House by the Sea",
        "source": "hotel-bookings.csv",
        "digest": THE_DIGEST,
        "guards": ("quote", "discoverability"),
        "house": LISBON,
        "currency": "EUR",
        "fee_plan": a_fee_plan(),
        "policies": (FREE, HALF),
    }
    return AttestProperty(**told | changed)


def to_open_calendar(**changed: Any) -> OpenCalendar:
    """Open the nights of the first sea-view room."""
    told: dict[str, Any] = {
        "unit_id": UNIT,
        "property_id": PROPERTY,
        "host_id": RUI,
        "room_type": "sea view",
        "number": 1,
        "house": LISBON,
    }
    return OpenCalendar(**told | changed)


def to_book(**changed: Any) -> Book:
    """Ask for three nights from 2 July, at 120 euros each, under a policy that keeps half."""
    told: dict[str, Any] = {
        "booking_id": BOOKING,
        "guest_id": INES,
        "host_id": RUI,
        "property_id": PROPERTY,
        "unit_id": UNIT,
        "room_type": "sea view",
        "stay": a_stay(),
        "house": LISBON,
        "party": Party(adults=2, children=1),
        "price": a_price(),
        "policy": HALF,
        "vouched_by": ATTESTATION,
        "hold_expires_at": HOLD_ENDS,
        "quote_id": QuoteId(an_id("quote")),
        "policy_text": THE_DIGEST,
    }
    return Book(**told | changed)


def to_open_payment(**changed: Any) -> OpenPayment:
    """Ask Inês for what the booking costs."""
    told: dict[str, Any] = {
        "payment_id": PAYMENT,
        "booking_id": BOOKING,
        "guest_id": INES,
        "price": a_price(),
        "time_zone": "Europe/Lisbon",
    }
    return OpenPayment(**told | changed)


def to_detect_receipt(**changed: Any) -> DetectReceipt:
    """Inês paid when her payment was cancelled already; the processor kept 12.52 of it."""
    told: dict[str, Any] = {
        "receipt_id": RECEIPT,
        "booking_id": BOOKING,
        "payment_id": PAYMENT,
        "amount": a_price().total,
        "charge": "ch_late",
        "why": Why.LATE_SUCCESS,
        "time_zone": "Europe/Lisbon",
        "intent": "pi_1",
        "balance_transaction": "txn_late",
        "fee": money("12.52 EUR"),
    }
    return DetectReceipt(**told | changed)


def to_adopt_payment(**changed: Any) -> AdoptPayment:
    """Her nights are still free: let the money that came late pay for them."""
    told: dict[str, Any] = {
        "payment_id": ADOPTED,
        "booking_id": BOOKING,
        "guest_id": INES,
        "price": a_price(),
        "time_zone": "Europe/Lisbon",
        "receipt_id": RECEIPT,
        "amount": a_price().total,
        "charge": "ch_late",
        "intent": "pi_1",
        "fee": money("12.52 EUR"),
        "available_at": NOW + timedelta(days=2),
    }
    return AdoptPayment(**told | changed)


def to_request_refund(**changed: Any) -> RequestRefund:
    """Ask that half of the nights go back to Inês: 174.60 of Rui's part, 5.40 of the fees."""
    told: dict[str, Any] = {
        "refund_id": REFUND,
        "payment_id": PAYMENT,
        "booking_id": BOOKING,
        "host_id": RUI,
        "reason": "cancelled by the guest",
        "amount": money("180.00 EUR"),
        "back": Shares("EUR", host_minor=17_460, host_fee_minor=540),
        "lines": tuple(LineBack("night", f"{night}", 6_000) for night in a_stay().nights()),
        "funded_by": Funding.BOOKING,
        "preview": a_settlement().digest,
        "requested_by": PROCESS.id,
        "refundable": a_price().total,
        "left_on_lines": LEFT_ON_LINES,
        "time_zone": "Europe/Lisbon",
    }
    return RequestRefund(**told | changed)


def to_see_external_refund(**changed: Any) -> SeeExternalRefund:
    """Somebody gave Inês 50 euros back by hand, at the processor's own desk."""
    told: dict[str, Any] = {
        "refund_id": EXTERNAL_REFUND,
        "payment_id": PAYMENT,
        "booking_id": BOOKING,
        "amount": money("50.00 EUR"),
        "processor_refund": "re_dashboard",
        "balance_transaction": "txn_dashboard",
        "settled": None,
        "time_zone": "Europe/Lisbon",
    }
    return SeeExternalRefund(**told | changed)


def to_classify_refund(**changed: Any) -> ClassifyRefund:
    """It was for the first night: 48.50 of Rui's part, 1.50 of his fee; nothing was earned yet."""
    told: dict[str, Any] = {
        "refund_id": EXTERNAL_REFUND,
        "host_id": RUI,
        "back": Shares("EUR", host_minor=4_850, host_fee_minor=150),
        "lines": (LineBack("night", "2026-07-02", 5_000),),
        "funded_by": Funding.BOOKING,
        "reason": "no hot water on the first evening",
        "left_on_lines": LEFT_ON_LINES,
        "earned": False,
        "payable": money("0.00 EUR"),
        "remitted": False,
    }
    return ClassifyRefund(**told | changed)


def to_draft_correction(**changed: Any) -> DraftCorrection:
    """The approval of the refund took 5.40 of the platform's fees that were Rui's."""
    told: dict[str, Any] = {
        "correction_id": CORRECTION,
        "wrong_stream": REFUND,
        "wrong_version": 2,
        "number": 1,
        "wrong": approved().entries[0],
        "right": postings.refund_approved(REFUND, BOOKING, Shares("EUR", 18_000)).lines,
        "reason": "the host's fee was waived",
        "drafted_by": CLARA.id,
        "time_zone": "Europe/Lisbon",
    }
    return DraftCorrection(**told | changed)


def to_find_difference(**changed: Any) -> FindDifference:
    """The processor paid us 2.50 less than the guest was charged."""
    told: dict[str, Any] = {
        "difference_id": DIFFERENCE,
        "kind": Mismatch.AMOUNT,
        "object_id": "ch_1",
        "source": "stripe",
        "expected": money("410.40 EUR"),
        "found": money("407.90 EUR"),
        "detail": "",
    }
    return FindDifference(**told | changed)


def to_schedule_payout(**changed: Any) -> SchedulePayout:
    """Promise Rui what the stay brings, a day after check-in."""
    told: dict[str, Any] = {
        "payout_id": PAYOUT,
        "booking_id": BOOKING,
        "host_id": RUI,
        "amount": a_price().shares.host,
        "release_at": EARNED,
        "time_zone": "Europe/Lisbon",
        "tranche": 1,
    }
    return SchedulePayout(**told | changed)


def to_register(**changed: Any) -> RegisterProvider:
    """Rui asks to host."""
    told: dict[str, Any] = {"host_id": RUI, "country": "PT", "email_verified": True}
    return RegisterProvider(**told | changed)


def to_record_account(**changed: Any) -> RecordPayoutAccount:
    """The processor says that Rui's account is being set up."""
    told: dict[str, Any] = {
        "host_id": RUI,
        "account": ACCOUNT,
        "country": "PT",
        "currency": "EUR",
        "standing": Standing.ONBOARDING,
        "requirements": (),
        "disabled_reason": None,
        "bank_account": None,
        "seen_at": NOW,
    }
    return RecordPayoutAccount(**told | changed)


def to_raise_debt(amount: str = "50.00 EUR", **changed: Any) -> RaiseDebt:
    """Rui owes what a refund gave back of what he was paid."""
    told: dict[str, Any] = {
        "host_id": RUI,
        "amount": money(amount),
        "cause": Cause.REFUND_AFTER_PAYOUT,
        "booking_id": BOOKING,
        "caused_by": REFUND,
    }
    return RaiseDebt(**told | changed)


def to_net(amount: str = "50.00 EUR", **changed: Any) -> NetDebt:
    """Rui's next payout pays what he owes."""
    told: dict[str, Any] = {
        "host_id": RUI,
        "booking_id": BOOKING,
        "payout_id": PAYOUT,
        "amount": money(amount),
        "time_zone": "Europe/Lisbon",
    }
    return NetDebt(**told | changed)


def to_record_bank_payout(**changed: Any) -> RecordBankPayout:
    """The processor says that it will pay Rui's balance out to his bank."""
    told: dict[str, Any] = {
        "processor_payout": BANK_PAYOUT,
        "account": ACCOUNT,
        "host_id": RUI,
        "bank_account": BANK_ACCOUNT,
        "amount": a_price().shares.host,
        "arrives_on": date(2026, 7, 7),
        "standing": AtTheBank.PENDING,
    }
    return RecordBankPayout(**told | changed)


def cleared(payable: str = "349.20 EUR", **changed: Any) -> Clearance:
    """Nothing stands in the way of paying Rui what the stay brought, and no more."""
    return replace(vouched_for(money(payable), funds_available=True), **changed)


def to_open_dispute(**changed: Any) -> OpenDispute:
    """Inês' bank takes back all that she paid."""
    told: dict[str, Any] = {
        "dispute_id": DISPUTE,
        "stage": Stage.CHARGEBACK,
        "payment_id": PAYMENT,
        "booking_id": BOOKING,
        "host_id": RUI,
        "amount": a_price().total,
        "reason": "product_unacceptable",
        "due_by": EVIDENCE_DUE,
        "processor_dispute": "dp_1",
        "time_zone": "Europe/Lisbon",
    }
    return OpenDispute(**told | changed)


def to_withdraw(**changed: Any) -> WithdrawFunds:
    """The processor takes all of it and a fee, before Rui was paid."""
    told: dict[str, Any] = {
        "dispute_id": DISPUTE,
        "amount": a_price().total,
        "fee": money("15.00 EUR"),
        "payable": a_price().shares.host,
        "host_part": a_price().shares.host,
        "balance_transactions": ("txn_1",),
    }
    return WithdrawFunds(**told | changed)


def a_stake(**changed: Any) -> Stake:
    """All that she paid is at stake, and everybody bears their own part."""
    told: dict[str, Any] = {
        "shares": a_price().shares,
        "disputed": a_price().total,
        "payable": money("0.00 EUR"),
        "earned": True,
        "borne_by": Bearer.HOST,
    }
    return Stake(**told | changed)


def to_set_rates(**changed: Any) -> SetRates:
    """Rui names his prices."""
    return SetRates(property_id=PROPERTY, rates=some_rates(**changed))


def to_set_levies(**changed: Any) -> SetLevies:
    """The operator names fees and taxes."""
    return SetLevies(property_id=PROPERTY, levies=some_levies(**changed))


def to_issue_coupon(**changed: Any) -> IssueCoupon:
    """The platform pays 20 euros towards two stays, if they are booked in June."""
    told: dict[str, Any] = {
        "coupon_id": COUPON,
        "code_hash": code_hash_of(CODE),
        "currency": "EUR",
        "amount": money("20.00 EUR"),
        "valid_from": NOW,
        "valid_until": instant("2026-07-01T00:00:00Z"),
        "uses": 2,
    }
    return IssueCoupon(**told | changed)


def to_redeem(**changed: Any) -> RedeemCoupon:
    """Inês uses it."""
    told: dict[str, Any] = {
        "coupon_id": COUPON,
        "booking_id": BOOKING,
        "guest_id": INES,
        "amount": money("20.00 EUR"),
        "quoted_at": NOW,
    }
    return RedeemCoupon(**told | changed)


# -- Events -----------------------------------------------------------------------------

JUNE_FIRST = date(2026, 6, 1)


def a_property_attested() -> PropertyAttested:
    """Somebody vouched for the house by the sea."""
    told = to_attest()
    fields = {name: getattr(told, name) for name in PropertyAttested.__struct_fields__}
    return PropertyAttested(**fields)


def rates_set(version: int = 1, **changed: Any) -> RatesSet:
    """Rui named his prices."""
    rates = numbered_rates(some_rates(**changed), version)
    return RatesSet(property_id=PROPERTY, version=version, rates=rates)


def levies_set(version: int = 1, **changed: Any) -> LeviesSet:
    """The operator named fees and taxes."""
    levies = numbered_levies(some_levies(**changed), version)
    return LeviesSet(property_id=PROPERTY, version=version, levies=levies)


def a_coupon(**changed: Any) -> CouponIssued:
    """The platform pays 20 euros towards two stays."""
    told = to_issue_coupon(**changed)
    fields = {name: getattr(told, name) for name in CouponIssued.__struct_fields__}
    return CouponIssued(**fields)


def redeemed(booking_id: BookingId = BOOKING) -> CouponRedeemed:
    """Inês used it."""
    return CouponRedeemed(booking_id=booking_id, amount=money("20.00 EUR"))


def restored(booking_id: BookingId = BOOKING) -> CouponRestored:
    """Rui called her stay off, so she may use it again."""
    return CouponRestored(booking_id=booking_id, reason=RestoreReason.CANCELLED_BY_HOST)


def coupon_closed() -> CouponClosed:
    """Nobody uses it any more."""
    return CouponClosed(reason="the campaign is over")


def a_calendar() -> CalendarOpened:
    """The nights of the first sea-view room were opened."""
    told = to_open_calendar()
    fields = {name: getattr(told, name) for name in CalendarOpened.__struct_fields__}
    return CalendarOpened(**fields)


def a_hold(
    booking_id: BookingId = BOOKING, nights: Stay | None = None, until: Instant = HOLD_ENDS
) -> HoldPlaced:
    """Nights were kept for a booking."""
    return HoldPlaced(booking_id=booking_id, stay=nights or a_stay(), expires_at=until)


def a_reservation(booking_id: BookingId = BOOKING, nights: Stay | None = None) -> ReservationMade:
    """Held nights became the booking's own."""
    return ReservationMade(booking_id=booking_id, stay=nights or a_stay())


def an_extended_hold(until: Instant | None = None) -> HoldExtended:
    """Held nights were kept longer, because she is paying."""
    until = until or NOW + timedelta(minutes=25)
    return HoldExtended(booking_id=BOOKING, stay=a_stay(), kind=HoldKind.PAYMENT, expires_at=until)


def a_request_hold(until: Instant | None = None) -> HoldExtended:
    """Held nights were kept until the host has answered."""
    until = until or NOW + timedelta(hours=24)
    return HoldExtended(booking_id=BOOKING, stay=a_stay(), kind=HoldKind.REQUEST, expires_at=until)


def a_move(nights: Stay | None = None, moved_from: Stay | None = None) -> ReservationMoved:
    """She comes a day later, for as many nights."""
    return ReservationMoved(
        booking_id=BOOKING,
        moved_from=moved_from or a_stay(),
        stay=nights or a_stay("2026-07-03"),
    )


def a_block(nights: Stay | None = None, block_id: BlockId = BLOCK) -> NightsBlocked:
    """Rui takes nights out of sale."""
    return NightsBlocked(block_id=block_id, stay=nights or a_stay(), kind=BlockKind.HOST)


def a_block_after_cancelling() -> NightsBlocked:
    """Rui cancelled her booking, and its nights stay blocked."""
    return NightsBlocked(block_id=BlockId(BOOKING), stay=a_stay(), kind=BlockKind.HOST_CANCELLED)


def an_unblocking() -> NightsUnblocked:
    """Rui puts the nights back on sale."""
    return NightsUnblocked(block_id=BLOCK, stay=a_stay(), kind=BlockKind.HOST, reason="")


def an_external_block(
    nights: Stay | None = None,
    revision: str = "0",
    parts: tuple[Stay, ...] | None = None,
    replaced: tuple[Stay, ...] = (),
) -> ExternalBlockAdded:
    """A feed says that the nights are sold elsewhere."""
    nights = nights or a_stay()
    return ExternalBlockAdded(
        block_id=ITEM,
        feed_id=FEED,
        stay=nights,
        revision=revision,
        parts=(nights,) if parts is None else parts,
        replaced=replaced,
    )


def a_feed_conflict(nights: Stay | None = None, revision: str = "0") -> FeedConflictDetected:
    """A feed says that nights are sold elsewhere which are hers."""
    return FeedConflictDetected(
        block_id=ITEM,
        feed_id=FEED,
        stay=nights or a_stay(),
        revision=revision,
        bookings=(BOOKING,),
    )


def a_removed_external_block(nights: Stay | None = None) -> ExternalBlockRemoved:
    """The feed has the item no longer."""
    nights = nights or a_stay()
    return ExternalBlockRemoved(block_id=ITEM, feed_id=FEED, stay=nights, parts=(nights,))


def a_deactivation() -> UnitDeactivated:
    """The room is no longer let."""
    return UnitDeactivated()


def an_expired_hold() -> HoldExpired:
    """The hold on the nights ran out."""
    return HoldExpired(booking_id=BOOKING, stay=a_stay())


def a_released_hold() -> HoldReleased:
    """The hold on the nights was let go."""
    return HoldReleased(booking_id=BOOKING, stay=a_stay())


def a_released_reservation() -> ReservationReleased:
    """The booking gave its nights back."""
    return ReservationReleased(booking_id=BOOKING, stay=a_stay())


def a_booking(**changed: Any) -> BookingRequested:
    """Inês asked for three nights."""
    told = to_book(**changed)
    fields: dict[str, Any] = {
        name: getattr(told, name, NOW) for name in BookingRequested.__struct_fields__
    }
    return BookingRequested(**fields)


def confirmed(price: Price | None = None) -> BookingConfirmed:
    """The stay is paid and the nights are hers."""
    price = price or a_price()
    return BookingConfirmed(
        payment_id=PAYMENT,
        total=price.total,
        effective_on=JUNE_FIRST,
        entries=(postings.booking_confirmed(BOOKING, PAYMENT, price.shares),),
    )


def confirmed_free() -> BookingConfirmed:
    """The stay costs nothing and the nights are hers."""
    return BookingConfirmed(
        payment_id=None, total=money("0.00 EUR"), effective_on=JUNE_FIRST, entries=()
    )


def expired() -> BookingExpired:
    """She did not pay in time."""
    return BookingExpired()


def abandoned() -> BookingAbandoned:
    """She gave up before paying."""
    return BookingAbandoned()


DECIDE_BY = NOW + timedelta(hours=24)
"""When Rui must have decided, where the house asks its host first."""

ALTERATION = AlterationId(an_id("alteration"))
A_LONGER_STAY = a_stay(nights=4)


def host_asked() -> HostDecisionRequested:
    """Her money is authorised, and Rui decides."""
    return HostDecisionRequested(payment_id=PAYMENT, decide_by=DECIDE_BY)


def host_accepted() -> HostAccepted:
    """Rui wants her."""
    return HostAccepted()


def a_failed_capture(to: str = "declined") -> CaptureFailedForBooking:
    """The authorised money could not be had."""
    return CaptureFailedForBooking(to=to, reason="insufficient funds")


def declined() -> BookingDeclined:
    """Rui does not want her."""
    return BookingDeclined(reason="the roof leaks")


def withdrawn() -> BookingWithdrawn:
    """She took the request back."""
    return BookingWithdrawn()


def curtailed(check_out: str = "2026-07-04") -> StayCurtailed:
    """She leaves a night early."""
    price, settlement = a_price(), a_curtailment(check_out)
    assert settlement.refund.minor <= price.total.minor
    return StayCurtailed(
        check_out=date.fromisoformat(check_out), ending=Ending.BY_GUEST, settlement=settlement
    )


def a_curtailment(check_out: str = "2026-07-04", at: Instant = CHECK_IN) -> Settlement:
    """Who gets what when she leaves on an earlier date, said on the day of arrival."""
    day = date.fromisoformat(check_out)
    last_begins_at = LISBON.days_before_check_in(a_stay(), 1 - (day - a_stay().check_in).days)
    return a_settlement(HALF, Ending.BY_GUEST, max(at, last_begins_at))


def a_penalty(penalty: str = "36.00 EUR") -> PenaltyCharged:
    """Rui owes a tenth of the subtotal, because he called the stay off a month ahead."""
    owed = money(penalty)
    return PenaltyCharged(
        host_id=RUI,
        penalty=owed,
        effective_on=JUNE_FIRST,
        entries=(postings.penalty_charged(RUI, owed),),
    )


def a_reversed_no_show(to: str = "in_stay") -> NoShowReversed:
    """She did come, and the key box says so."""
    return NoShowReversed(to=to, evidence="evidence/key-box-log")


def altered() -> BookingAltered:
    """She stays a night longer, and has paid for it."""
    price = a_price(nights=4)
    dearer_by = price.shares - a_price().shares
    return BookingAltered(
        revision=1,
        unit_id=UNIT,
        stay=A_LONGER_STAY,
        house=LISBON,
        party=Party(adults=2, children=1),
        price=price,
        payment_id=PAYMENT,
        effective_on=JUNE_FIRST,
        entries=(postings.booking_altered(BOOKING, PAYMENT, dearer_by),),
    )


def to_propose(**changed: Any) -> ProposeAlteration:
    """Propose to stay a night longer, until 6 July."""
    told: dict[str, Any] = {
        "alteration_id": ALTERATION,
        "booking_id": BOOKING,
        "proposed_by": "G",
        "unit_id": UNIT,
        "stay": A_LONGER_STAY,
        "party": Party(adults=2, children=1),
        "price": a_price(nights=4),
        "total": a_price().total,
        "ends_at": CHECK_OUT,
    }
    return ProposeAlteration(**told | changed)


def proposed() -> AlterationProposed:
    """Inês would stay a night longer, for 136.80 more."""
    told = to_propose()
    return AlterationProposed(
        booking_id=BOOKING,
        number=1,
        proposed_by="G",
        unit_id=UNIT,
        stay=told.stay,
        party=told.party,
        price=told.price,
        difference=money("136.80 EUR"),
        expires_at=NOW + timedelta(hours=72),
    )


def alteration_accepted() -> AlterationAccepted:
    """Rui agrees."""
    return AlterationAccepted(accepted_by="H")


def alteration_settling() -> AlterationSettling:
    """The difference is being paid."""
    return AlterationSettling(payment_id=PAYMENT, refund_id=None)


def started() -> StayStarted:
    """She came."""
    return StayStarted()


def completed_stay() -> StayCompleted:
    """She left."""
    return StayCompleted()


def a_settlement(
    policy: Policy = HALF, ending: Ending = Ending.BY_GUEST, at: Instant = NOW
) -> Settlement:
    """Who gets what of the usual price when the stay falls away."""
    return settle(a_price(), policy, ending, Occupancy(a_stay(), LISBON, NOW, at))


def cancelled(policy: Policy = HALF) -> BookingCancelled:
    """She called the stay off."""
    return BookingCancelled(
        to="cancelled_by_guest",
        ending=Ending.BY_GUEST,
        settlement=a_settlement(policy),
        reason="",
    )


def a_no_show(policy: Policy = HALF) -> NoShowReported:
    """Nobody came."""
    return NoShowReported(settlement=a_settlement(policy, Ending.NO_SHOW))


def recognized() -> EarningsRecognized:
    """The stay was earned."""
    earned = a_price().shares
    return EarningsRecognized(
        earned=earned,
        effective_on=date(2026, 7, 3),
        entries=(postings.earnings_recognized("J5", BOOKING, RUI, earned),),
    )


def a_payment(price: Price | None = None, capture: Capture = Capture.AUTOMATIC) -> PaymentOpened:
    """The total is due."""
    price = price or a_price()
    return PaymentOpened(
        booking_id=BOOKING,
        guest_id=INES,
        due=price.total,
        price=price,
        time_zone="Europe/Lisbon",
        capture=capture,
    )


def linked(intent: str = "pi_1") -> PaymentIntentLinked:
    """The processor opened an intent."""
    return PaymentIntentLinked(intent=intent)


def processing(attempt: int = 1) -> PaymentProcessing:
    """The payment was handed to the processor."""
    return PaymentProcessing(
        attempt=attempt, idempotency_key=f"{PAYMENT}/{attempt}", answer_due_at=ANSWER_DUE
    )


def action_required() -> PaymentActionRequired:
    """Her bank wants to hear from her."""
    return PaymentActionRequired(attempt=1)


def authorized() -> PaymentAuthorized:
    """Her bank holds the total for a week."""
    return PaymentAuthorized(amount=a_price().total, capture_before=CAPTURE_BEFORE)


def capture_requested(amount: str = "410.40 EUR") -> CaptureRequested:
    """The processor was asked for what is held."""
    return CaptureRequested(
        amount=money(amount), idempotency_key=f"{PAYMENT}/capture", answer_due_at=ANSWER_DUE
    )


def outcome_unknown(
    looks: int = 1, look_again_at: Instant | None = ANSWER_DUE + timedelta(minutes=1)
) -> PaymentOutcomeUnknown:
    """Nobody has answered for a minute."""
    return PaymentOutcomeUnknown(attempt=1, looks=looks, look_again_at=look_again_at)


def cancellation_asked() -> PaymentCancellationAsked:
    """Nobody waits for her bank any more."""
    return PaymentCancellationAsked(reason="the hold ran out")


def card_declined(attempt: int = 1, *, retryable: bool = True) -> PaymentFailed:
    """Her card was declined."""
    code = "insufficient_funds" if retryable else "stolen_card"
    return PaymentFailed(attempt=attempt, decline_code=code, retryable=retryable)


def retried(attempt: int = 2) -> PaymentRetried:
    """She will try once more."""
    return PaymentRetried(attempt=attempt)


def cancelled_payment(reason: str = "hold_expired") -> PaymentCancelled:
    """The payment will not take place."""
    return PaymentCancelled(booking_id=BOOKING, reason=reason)


def adopted_payment(price: Price | None = None) -> PaymentAdopted:
    """Money that had come too late pays for the stay all the same."""
    price = price or a_price()
    return PaymentAdopted(
        booking_id=BOOKING,
        guest_id=INES,
        due=price.total,
        price=price,
        time_zone="Europe/Lisbon",
        receipt_id=RECEIPT,
        charge="ch_late",
        intent="pi_1",
        settled=None,
        fee=money("12.52 EUR"),
        available=False,
        available_at=NOW + timedelta(days=2),
        effective_on=JUNE_FIRST,
        entries=(postings.receipt_adopted(RECEIPT, ADOPTED, price.total),),
    )


def paid(
    amount: str = "410.40 EUR", settled: str | None = None, fee: str | None = None
) -> PaymentCompleted:
    """The processor has the guest's money; as far as it told, what it settled as and its fee."""
    charge = Received(
        money(amount), money(settled) if settled else None, money(fee) if fee else None
    )
    told = bool(settled or fee)
    return PaymentCompleted(
        booking_id=BOOKING,
        amount=charge.amount,
        charge="ch_1",
        intent="pi_1" if told else None,
        balance_transaction="txn_1" if told else None,
        settled=charge.settled,
        fee=charge.fee,
        effective_on=JUNE_FIRST,
        entries=postings.payment_received(PAYMENT, BOOKING, charge),
    )


def funds_available(net: str = "410.40 EUR") -> FundsAvailable:
    """The captured money can be used."""
    amount = money(net)
    return FundsAvailable(
        booking_id=BOOKING,
        amount=amount,
        effective_on=JUNE_FIRST,
        entries=(postings.funds_available(amount),),
    )


def a_refund_recorded(
    amount: str = "180.00 EUR", so_far: str = "180.00 EUR", refund_id: RefundId = REFUND
) -> PaymentRefundRecorded:
    """A refund of the payment reached the guest."""
    refunded = money(so_far)
    whole = refunded == a_price().total
    return PaymentRefundRecorded(
        booking_id=BOOKING,
        refund_id=refund_id,
        amount=money(amount),
        refunded=refunded,
        to="refunded" if whole else "partially_refunded",
    )


def a_refund_reversed(
    amount: str = "180.00 EUR", left: str = "0.00 EUR", refund_id: RefundId = REFUND
) -> PaymentRefundReversed:
    """A refund of the payment came back."""
    return PaymentRefundReversed(
        booking_id=BOOKING,
        refund_id=refund_id,
        amount=money(amount),
        refunded=money(left),
        to="partially_refunded" if money(left).minor else "completed",
    )


def reserved(amount: str = "180.00 EUR", refund_id: RefundId = REFUND) -> RefundReserved:
    """A part of the payment is spoken for by a refund."""
    return RefundReserved(refund_id=refund_id, amount=money(amount))


def reservation_released(
    amount: str = "180.00 EUR", refund_id: RefundId = REFUND
) -> RefundReservationReleased:
    """The refund will not take place."""
    return RefundReservationReleased(refund_id=refund_id, amount=money(amount))


def disputed(amount: str = "410.40 EUR") -> DisputedAmountWithdrawn:
    """Her bank took the money back."""
    return DisputedAmountWithdrawn(dispute_id=DISPUTE, amount=money(amount))


def undisputed(amount: str = "410.40 EUR") -> DisputedAmountReinstated:
    """Her bank gave the money back to us."""
    return DisputedAmountReinstated(dispute_id=DISPUTE, amount=money(amount))


def a_receipt(**changed: Any) -> ReceiptDetected:
    """Money came when her payment was cancelled already."""
    told = to_detect_receipt(**changed)
    names = set(ReceiptDetected.__struct_fields__) & set(told.__struct_fields__)
    charge = Received(told.amount, told.settled, told.fee)
    return ReceiptDetected(
        **{name: getattr(told, name) for name in names},
        effective_on=JUNE_FIRST,
        entries=postings.receipt_received(RECEIPT, BOOKING, charge),
    )


def receipt_funds(amount: str = "397.88 EUR") -> ReceiptFundsAvailable:
    """What is left of it after the fee can be used."""
    return ReceiptFundsAvailable(
        booking_id=BOOKING,
        amount=money(amount),
        effective_on=JUNE_FIRST,
        entries=(postings.funds_available(money(amount)),),
    )


def returning(attempt: int = 1) -> ReceiptReturning:
    """The processor was asked to give it back."""
    return ReceiptReturning(attempt=attempt, idempotency_key=f"{RECEIPT}/{attempt}")


def returned() -> ReceiptReturned:
    """She has it back."""
    amount = a_price().total
    return ReceiptReturned(
        booking_id=BOOKING,
        amount=amount,
        processor_refund="re_late",
        balance_transaction="txn_back",
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.receipt_returned(RECEIPT, amount),),
    )


def return_failed() -> ReceiptReturnFailed:
    """It could not be given back."""
    return ReceiptReturnFailed(reason="expired_or_canceled_card")


def adopted() -> ReceiptAdopted:
    """It became a payment of its own."""
    return ReceiptAdopted(payment_id=ADOPTED)


def a_refund(**changed: Any) -> RefundRequested:
    """Half of the nights are to go back."""
    told = to_request_refund(**changed)
    fields = {name: getattr(told, name) for name in RefundRequested.__struct_fields__}
    return RefundRequested(**fields)


def approval_asked(*reasons: Doubt) -> RefundApprovalAsked:
    """A person must look at the refund."""
    return RefundApprovalAsked(reasons=reasons or (Doubt.ABOVE_LIMIT,))


def approved() -> RefundApproved:
    """The refund is owed to the guest."""
    told = to_request_refund()
    return RefundApproved(
        booking_id=BOOKING,
        host_id=RUI,
        amount=money("180.00 EUR"),
        debt=money("0.00 EUR"),
        remitted=False,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_approved(REFUND, BOOKING, told.back),),
    )


def rejected() -> RefundRejected:
    """Somebody said no to the refund."""
    return RefundRejected(reason="the stay was as described")


def cancelled_refund(*, owed: bool = True) -> RefundCancelled:
    """The refund will not take place, whether it was owed already or only asked for."""
    return RefundCancelled(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        host_id=RUI,
        amount=money("180.00 EUR"),
        debt=money("0.00 EUR"),
        reason="asked for twice",
        effective_on=JUNE_FIRST,
        entries=tuple(map(postings.taken_back, approved().entries)) if owed else (),
    )


def submitted() -> RefundSubmitted:
    """The refund was handed to the processor."""
    return RefundSubmitted(idempotency_key=f"{REFUND}/1")


def pending(reason: str | None = None) -> RefundPending:
    """The processor is carrying the refund out."""
    return RefundPending(processor_refund="re_1", pending_reason=reason)


def unanswered() -> RefundPending:
    """The processor has not answered."""
    return RefundPending(processor_refund=None, pending_reason=None)


def succeeded() -> RefundSucceeded:
    """The guest has the money back."""
    amount = money("180.00 EUR")
    return RefundSucceeded(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        amount=amount,
        processor_refund="re_1",
        balance_transaction="txn_1",
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_succeeded(REFUND, amount),),
    )


def failed_refund(*, after_success: bool = False) -> RefundFailed:
    """The guest's card is closed: the money never arrived, or came back."""
    amount = money("180.00 EUR")
    return RefundFailed(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        amount=amount,
        reason="expired_or_canceled_card",
        balance_transaction="txn_2",
        settled=None,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_came_back(REFUND, amount),) if after_success else (),
    )


def resubmitted() -> RefundResubmitted:
    """The refund was handed to the processor once more."""
    return RefundResubmitted(idempotency_key=f"{REFUND}/2")


def alternative_chosen() -> RefundAlternativeChosen:
    """Inês gave the number of a bank account."""
    return RefundAlternativeChosen(reason="the card is closed", chosen_by=CLARA.id)


def settled_alternatively() -> RefundSettledAlternatively:
    """Our bank paid Inês."""
    amount = money("180.00 EUR")
    return RefundSettledAlternatively(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        amount=amount,
        reference="E2E-2026-06-01-7",
        proof=THE_DIGEST,
        effective_on=JUNE_FIRST,
        entries=(postings.refund_paid_by_bank(REFUND, amount),),
    )


def external_refund() -> ExternalRefundDetected:
    """The processor tells of 50 euros that we never asked to give back."""
    told = to_see_external_refund()
    return ExternalRefundDetected(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        amount=told.amount,
        processor_refund=told.processor_refund,
        balance_transaction=told.balance_transaction,
        settled=None,
        time_zone=told.time_zone,
        effective_on=JUNE_FIRST,
        entries=(postings.external_refund_seen(told.amount),),
    )


def classified_refund() -> ExternalRefundClassified:
    """It was for the first night."""
    told = to_classify_refund()
    standing = postings.Standing(RUI, told.earned, told.payable, told.remitted)
    amount = money("50.00 EUR")
    return ExternalRefundClassified(
        payment_id=PAYMENT,
        booking_id=BOOKING,
        host_id=RUI,
        amount=amount,
        back=told.back,
        lines=told.lines,
        funded_by=told.funded_by,
        reason=told.reason,
        debt=money("0.00 EUR"),
        remitted=False,
        effective_on=JUNE_FIRST,
        entries=(postings.part_explained(BOOKING, told.back, amount, amount, standing),),
    )


def drafted() -> CorrectionDrafted:
    """Clara found a wrong entry."""
    told = to_draft_correction()
    fields = {name: getattr(told, name) for name in CorrectionDrafted.__struct_fields__}
    return CorrectionDrafted(**fields)


def correction_submitted() -> CorrectionSubmitted:
    """The correction waits for Dinis."""
    return CorrectionSubmitted()


def corrected() -> CorrectionApplied:
    """Dinis agreed."""
    told = to_draft_correction()
    return CorrectionApplied(
        wrong_stream=told.wrong_stream,
        wrong_version=told.wrong_version,
        number=told.number,
        approved_by=DINIS.id,
        effective_on=JUNE_FIRST,
        entries=postings.correction(told.wrong, told.right),
    )


def correction_refused() -> CorrectionRefused:
    """Dinis did not agree."""
    return CorrectionRefused(reason="the fee was not waived")


def a_difference(**changed: Any) -> DifferenceFound:
    """A charge brought less than it should have."""
    told = to_find_difference(**changed)
    fields = {name: getattr(told, name) for name in DifferenceFound.__struct_fields__}
    return DifferenceFound(**fields)


def explained() -> DifferenceExplained:
    """Clara found out why."""
    return DifferenceExplained(reason="the processor's fee, which is told a day later")


def difference_corrected() -> DifferenceCorrected:
    """The books were put right."""
    return DifferenceCorrected(correction_id=CORRECTION)


def difference_written_off() -> DifferenceWrittenOff:
    """Clara and Dinis gave the 2.50 up."""
    amount = money("2.50 EUR")
    return DifferenceWrittenOff(
        amount=amount,
        reason="not worth asking for",
        proposed_by=CLARA.id,
        approved_by=DINIS.id,
        effective_on=JUNE_FIRST,
        entries=(postings.difference_written_off(amount),),
    )


def a_payout() -> PayoutScheduled:
    """Rui will be paid."""
    told = to_schedule_payout()
    fields = {name: getattr(told, name) for name in PayoutScheduled.__struct_fields__}
    return PayoutScheduled(**fields)


def recalculated(amount: str = "174.60 EUR", release_at: Instant = NOW) -> PayoutRecalculated:
    """The booking changed and so did what is owed."""
    return PayoutRecalculated(amount=money(amount), release_at=release_at)


def cancelled_payout() -> PayoutCancelled:
    """Nothing is owed any more."""
    return PayoutCancelled()


def due() -> PayoutDue:
    """The time of the payout has come."""
    return PayoutDue()


def released() -> PayoutReleased:
    """The transfer was ordered."""
    return PayoutReleased(
        amount=a_price().shares.host, netted=money("0.00 EUR"), idempotency_key=f"{PAYOUT}/1"
    )


def held(reason: Hold = Hold.MANUAL, detail: str = "") -> PayoutHeld:
    """There is a reason to keep the payout back."""
    return PayoutHeld(reason=reason, detail=detail)


def lifted(reason: Hold = Hold.MANUAL, to: str = "scheduled") -> PayoutHoldLifted:
    """The reason is gone."""
    return PayoutHoldLifted(reason=reason, to=to)


def netted_out(amount: str = "349.20 EUR") -> PayoutNetted:
    """Rui owed all of it."""
    return PayoutNetted(netted=money(amount))


def failed_transfer() -> PayoutTransferFailed:
    """The processor did not make the transfer."""
    return PayoutTransferFailed(reason="account_closed")


def unknown_transfer() -> TransferOutcomeUnknown:
    """Nobody answered whether the transfer was made."""
    return TransferOutcomeUnknown()


def payout_retried(
    amount: str = "349.20 EUR", netted: str = "0.00 EUR", attempt: int = 2
) -> PayoutRetried:
    """The transfer was ordered anew."""
    return PayoutRetried(
        amount=money(amount), netted=money(netted), idempotency_key=f"{PAYOUT}/{attempt}"
    )


def a_reversal(amount: str = "174.60 EUR", number: int = 1) -> ReversalOrdered:
    """Half of the transfer is to come back, for a refund."""
    key = f"{PAYOUT}/reversal/{number}"
    return ReversalOrdered(amount=money(amount), cause=REFUND, idempotency_key=key)


def turned_back(
    amount: str = "174.60 EUR",
    to_debt: str = "0.00 EUR",
    number: int = 1,
    to: str = "partly_reversed",
) -> PayoutReversed:
    """It came back."""
    came, pays = money(amount), money(to_debt)
    return PayoutReversed(
        booking_id=BOOKING,
        host_id=RUI,
        amount=came,
        to_debt=pays,
        reversal=f"trr_{number}",
        idempotency_key=f"{PAYOUT}/reversal/{number}",
        to=to,
        effective_on=date(2026, 7, 3),
        entries=(postings.payout_reversed(RUI, BOOKING, came, pays),),
    )


def a_failed_reversal(amount: str = "174.60 EUR", number: int = 1) -> ReversalFailed:
    """It does not come: Rui's account has not as much."""
    key = f"{PAYOUT}/reversal/{number}"
    return ReversalFailed(amount=money(amount), reason="balance_insufficient", idempotency_key=key)


def transferred() -> PayoutTransferred:
    """Rui has the money."""
    amount = a_price().shares.host
    return PayoutTransferred(
        booking_id=BOOKING,
        host_id=RUI,
        amount=amount,
        transfer="tr_1",
        balance_transaction="txn_tr_1",
        effective_on=date(2026, 7, 3),
        entries=(postings.payout_transferred(RUI, BOOKING, amount),),
    )


def a_provider() -> ProviderRegistered:
    """Rui asked to host."""
    return ProviderRegistered(country="PT")


def provider_vouched_for() -> ProviderVouchedFor:
    """Somebody vouches that Rui was verified elsewhere."""
    return ProviderVouchedFor(reason="verified before we began", source="hotel-bookings.csv")


def suspended(reason: str = "safety") -> ProviderSuspended:
    """Rui takes no new bookings."""
    return ProviderSuspended(reason=reason)


def reinstated(second_person: str | None = None) -> ProviderReinstated:
    """The reason is cleared."""
    return ProviderReinstated(cleared_by="case 17", operator=MARTA, second_person=second_person)


def closed() -> ProviderClosed:
    """Rui hosts no more."""
    return ProviderClosed()


def an_account(seen_at: Instant = NOW) -> PayoutAccountOpened:
    """Rui has an account at the processor."""
    return PayoutAccountOpened(account=ACCOUNT, country="PT", currency="EUR", seen_at=seen_at)


def an_account_that_is(
    standing: Standing = Standing.ENABLED,
    disabled_reason: str | None = None,
    requirements: tuple[str, ...] = (),
    seen_at: Instant = NOW + timedelta(hours=1),
) -> PayoutAccountChanged:
    """The processor says how Rui's account stands."""
    return PayoutAccountChanged(
        to=standing.value,
        requirements=requirements,
        disabled_reason=disabled_reason,
        seen_at=seen_at,
    )


def an_account_seen(seen_at: Instant = NOW + timedelta(hours=3)) -> PayoutAccountSeen:
    """The processor says the same again."""
    return PayoutAccountSeen(seen_at=seen_at)


def a_bank_account(
    bank_account: str = BANK_ACCOUNT, changed_at: Instant = NOW + timedelta(hours=2)
) -> BankAccountChanged:
    """Rui is paid to a bank account that is new here."""
    return BankAccountChanged(bank_account=bank_account, changed_at=changed_at)


def a_reviewed_bank_account() -> BankAccountReviewed:
    """Finance has looked at Rui's bank account."""
    return BankAccountReviewed(bank_account=BANK_ACCOUNT)


def a_failed_bank_account() -> BankAccountFailed:
    """Rui's bank gave a payout back."""
    return BankAccountFailed(bank_account=BANK_ACCOUNT)


def owed(amount: str = "50.00 EUR", caused_by: str = REFUND) -> DebtRaised:
    """Rui owes what a refund gave back of what he was paid."""
    return DebtRaised(
        host_id=RUI,
        amount=money(amount),
        cause="refund_after_payout",
        booking_id=BOOKING,
        caused_by=caused_by,
    )


def netted(amount: str = "50.00 EUR", to: str = "clear") -> DebtNetted:
    """Rui's payout paid what he owed."""
    return DebtNetted(
        host_id=RUI,
        booking_id=BOOKING,
        payout_id=PAYOUT,
        amount=money(amount),
        to=to,
        effective_on=JUNE_FIRST,
        entries=(postings.debt_netted(RUI, BOOKING, money(amount)),),
    )


def collected(amount: str = "50.00 EUR", to: str = "clear") -> DebtCollected:
    """A transfer was taken back for what Rui owed."""
    return DebtCollected(host_id=RUI, amount=money(amount), reversal="trr_1", to=to)


def a_write_off(amount: str = "50.00 EUR") -> WriteOffProposed:
    """Marta proposes to give up what Rui owes."""
    return WriteOffProposed(
        host_id=RUI, amount=money(amount), reason="host is insolvent", proposer=MARTA
    )


def rejected_write_off(amount: str = "50.00 EUR") -> WriteOffRejected:
    """Paul does not give it up."""
    return WriteOffRejected(host_id=RUI, amount=money(amount), reviewer=PAUL)


def written_off(amount: str = "50.00 EUR", to: str = "clear") -> DebtWrittenOff:
    """Paul gives it up too."""
    return DebtWrittenOff(
        host_id=RUI,
        amount=money(amount),
        proposer=MARTA,
        approver=PAUL,
        to=to,
        effective_on=JUNE_FIRST,
        entries=(postings.debt_written_off(RUI, money(amount)),),
    )


def a_bank_payout() -> BankPayoutSeen:
    """The processor pays Rui's balance out to his bank."""
    told = to_record_bank_payout()
    fields = {name: getattr(told, name) for name in BankPayoutSeen.__struct_fields__}
    return BankPayoutSeen(**fields)


def sent_to_the_bank() -> BankPayoutSent:
    """It left."""
    return BankPayoutSent()


def paid_to_the_bank() -> BankPayoutPaid:
    """It arrived."""
    return BankPayoutPaid()


def failed_at_the_bank() -> BankPayoutFailed:
    """It came back."""
    return BankPayoutFailed(
        host_id=RUI,
        bank_account=BANK_ACCOUNT,
        amount=a_price().shares.host,
        code="account_closed",
        reason="The bank account has been closed.",
    )


def cancelled_bank_payout() -> BankPayoutCancelled:
    """It never left."""
    return BankPayoutCancelled()


def a_dispute(stage: Stage = Stage.CHARGEBACK, **changed: Any) -> DisputeOpened:
    """Inês' bank takes back all that she paid, or asks first."""
    told = to_open_dispute(stage=stage, **changed)
    fields: dict[str, Any] = {
        name: getattr(told, name, None) for name in DisputeOpened.__struct_fields__
    }
    fields["to"] = "opened" if stage is Stage.INQUIRY else "evidence_due"
    return DisputeOpened(**fields)


def escalated() -> DisputeEscalated:
    """The bank was not content."""
    return DisputeEscalated(stage=Stage.CHARGEBACK, due_by=EVIDENCE_DUE)


def evidence() -> EvidenceSubmitted:
    """What speaks for the charge was handed in."""
    return EvidenceSubmitted(digest=THE_DIGEST)


def given_up() -> DisputeAccepted:
    """Marta and Paul gave the money up."""
    return DisputeAccepted(proposer=MARTA, approver=PAUL)


def dispute_withdrawn(
    amount: str = "410.40 EUR", fee: str = "15.00 EUR", held: str = "349.20 EUR", txn: str = "txn_1"
) -> DisputeFundsWithdrawn:
    """The processor took the money."""
    taken, cost, kept = money(amount), money(fee), money(held)
    entry = postings.dispute_funds_withdrawn(DISPUTE, (RUI, BOOKING), taken, cost, kept)
    return DisputeFundsWithdrawn(
        booking_id=BOOKING,
        host_id=RUI,
        amount=taken,
        fee=cost,
        held=kept,
        balance_transactions=(txn,),
        effective_on=JUNE_FIRST,
        entries=(entry,),
    )


def reinstated_funds(amount: str = "410.40 EUR", fee: str = "0.00 EUR") -> DisputeFundsReinstated:
    """The processor gave it back."""
    came, cost = money(amount), money(fee)
    return DisputeFundsReinstated(
        booking_id=BOOKING,
        amount=came,
        fee=cost,
        balance_transactions=("txn_2",),
        effective_on=JUNE_FIRST,
        entries=(postings.dispute_funds_reinstated(DISPUTE, came, came, cost),),
    )


def won(given_back: str = "349.20 EUR") -> DisputeWon:
    """The bank decided for the charge."""
    back = money(given_back)
    entry = postings.dispute_hold_ended(DISPUTE, (RUI, BOOKING), back)
    return DisputeWon(
        booking_id=BOOKING,
        host_id=RUI,
        given_back=back,
        effective_on=JUNE_FIRST,
        entries=(entry,) if back.minor else (),
    )


def lost(stake: Stake | None = None, held: str = "349.20 EUR") -> DisputeLost:
    """The bank decided for her."""
    taken = a_price().total
    loss = loss_of(stake or a_stake(), taken, money(held))
    return DisputeLost(
        booking_id=BOOKING,
        host_id=RUI,
        amount=taken,
        loss=loss,
        effective_on=JUNE_FIRST,
        entries=(postings.dispute_lost(DISPUTE, (RUI, BOOKING), taken, loss),),
    )


def closed_dispute() -> DisputeClosed:
    """The bank was content with the answer."""
    return DisputeClosed()


def prevented(given_back: str = "0.00 EUR") -> DisputePrevented:
    """The processor gave her the money before the bank took it."""
    back = money(given_back)
    entry = postings.dispute_hold_ended(DISPUTE, (RUI, BOOKING), back)
    return DisputePrevented(
        booking_id=BOOKING,
        host_id=RUI,
        given_back=back,
        effective_on=JUNE_FIRST,
        entries=(entry,) if back.minor else (),
    )


def reopened(stage: Stage = Stage.PRE_ARBITRATION) -> DisputeReopened:
    """The bank goes on."""
    return DisputeReopened(stage=stage, due_by=EVIDENCE_DUE)


# -- Every one of them ------------------------------------------------------------------

ONE_OF_EACH = (
    a_property_attested(),
    rates_set(),
    levies_set(),
    a_coupon(),
    redeemed(),
    restored(),
    coupon_closed(),
    a_calendar(),
    a_hold(),
    a_reservation(),
    an_expired_hold(),
    a_released_hold(),
    a_released_reservation(),
    an_extended_hold(),
    a_move(),
    a_block(),
    an_unblocking(),
    an_external_block(),
    a_feed_conflict(),
    a_removed_external_block(),
    a_deactivation(),
    a_booking(),
    confirmed(),
    expired(),
    abandoned(),
    started(),
    completed_stay(),
    cancelled(),
    host_asked(),
    host_accepted(),
    a_failed_capture(),
    declined(),
    withdrawn(),
    curtailed(),
    a_penalty(),
    a_reversed_no_show(),
    altered(),
    proposed(),
    alteration_accepted(),
    AlterationDeclined(reason="booked already"),
    AlterationWithdrawn(),
    AlterationExpired(),
    alteration_settling(),
    AlterationApplied(revision=1),
    AlterationFailed(reason="the difference was not paid"),
    a_no_show(),
    recognized(),
    a_payment(),
    processing(),
    paid(),
    funds_available(),
    a_refund_recorded(),
    linked(),
    action_required(),
    authorized(),
    capture_requested(),
    outcome_unknown(),
    card_declined(),
    cancellation_asked(),
    PaymentIntentClosed(),
    retried(),
    cancelled_payment(),
    adopted_payment(),
    a_refund_reversed(),
    reserved(),
    reservation_released(),
    disputed(),
    undisputed(),
    a_receipt(),
    receipt_funds(),
    returning(),
    returned(),
    return_failed(),
    adopted(),
    a_refund(),
    approved(),
    submitted(),
    pending(),
    succeeded(),
    approval_asked(),
    rejected(),
    cancelled_refund(),
    failed_refund(after_success=True),
    resubmitted(),
    alternative_chosen(),
    settled_alternatively(),
    external_refund(),
    classified_refund(),
    drafted(),
    correction_submitted(),
    corrected(),
    correction_refused(),
    a_difference(),
    explained(),
    difference_corrected(),
    difference_written_off(),
    a_payout(),
    recalculated(),
    cancelled_payout(),
    due(),
    released(),
    transferred(),
    a_provider(),
    provider_vouched_for(),
    suspended(),
    reinstated(),
    closed(),
    an_account(),
    an_account_that_is(),
    an_account_seen(),
    a_bank_account(),
    a_reviewed_bank_account(),
    a_failed_bank_account(),
    owed(),
    netted(),
    collected(),
    a_write_off(),
    rejected_write_off(),
    written_off(),
    a_bank_payout(),
    sent_to_the_bank(),
    paid_to_the_bank(),
    failed_at_the_bank(),
    cancelled_bank_payout(),
    held(),
    lifted(),
    netted_out(),
    failed_transfer(),
    unknown_transfer(),
    payout_retried(),
    a_reversal(),
    turned_back(),
    a_failed_reversal(),
    a_dispute(),
    escalated(),
    evidence(),
    given_up(),
    dispute_withdrawn(),
    reinstated_funds(),
    won(),
    lost(),
    closed_dispute(),
    prevented(),
    reopened(),
)
"""One believable event of every kind there is; the catalogue's golden files are made of them."""
