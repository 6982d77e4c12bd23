"""Who, where and when: one guest, one host, one house by the sea near Lisbon.

Inês asks on Monday 1 June 2026 at noon, Lisbon time, for three nights from Thursday 2 July;
check-in is at 15:00 local time, which in summer is 14:00 UTC. The guest pays 14 %, the host 3 %.
"""

from datetime import time, timedelta

from ledger.aggregates.correction import correction_of
from ledger.aggregates.coupon import code_hash_of, coupon_of
from ledger.aggregates.difference import difference_of
from ledger.aggregates.refund import external_refund_of
from ledger.aggregates.unapplied_receipt import receipt_of
from ledger.aggregates.unit_calendar import block_of
from ledger.events import Actor
from ledger.events.difference import Mismatch
from ledger.values.clock import instant
from ledger.values.ids import (
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
    RefundId,
    UnitId,
    derived_id,
)
from ledger.values.stay import House


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
OWN_PAYOUT = "po_own"

GUEST = Actor("G", INES)
HOST = Actor("H", RUI)
OPERATOR = Actor("O", "operator")
SUPPORT = Actor("S", "support")
FINANCE = Actor("F", "finance")
VERIFIER = Actor("V", "verifier")
CLARA = Actor("F", "clara")
DINIS = Actor("F", "dinis")
"""Two people of finance: what one of them drafts, the other approves."""

TIMER = Actor("T", "timer")
PROCESSOR = Actor("P", "stripe")
PROCESS = Actor("X", "process")

LISBON = House("Europe/Lisbon", time(15), time(11))
LATE_IN_LISBON = House("Europe/Lisbon", time(20), time(11))
"""By which hours guests come later."""
THE_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


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
