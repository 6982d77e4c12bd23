"""Money in dispute: a guest's bank asks or takes it back, before or after the host was paid."""

from datetime import timedelta
from typing import Any

from ledger import processes
from ledger.aggregates.dispute import DISPUTE, Dispute
from ledger.aggregates.dispute import Status as Disputing
from ledger.aggregates.host_debt import HOST_DEBT, HostDebt, debt_of
from ledger.aggregates.payout import PAYOUT, Payout
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.provider import Standing, VouchForProvider
from ledger.draft import Draft
from ledger.events.host_debt import DebtNetted, DebtRaised
from ledger.events.payout import PayoutReleased
from ledger.values.clock import instant
from ledger.values.ids import BookingId, GuestId
from tests.facts import (
    BOOKING,
    HOST,
    NOW,
    OPERATOR,
    PROCESSOR,
    RUI,
    a_stay,
    an_id,
    money,
    to_record_account,
    to_register,
)
from tests.ledger.books import books_agree
from tests.ledger.market import Market
from tests.sandbox.stripe.shells import HOST as SOMEBODY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAID_OUT = instant("2026-07-04T14:00:00Z")
"""A day after the first payout falls due."""
NEXT = BookingId(an_id("the next stay"))
NEXT_PAID_OUT = instant("2026-08-04T14:00:00Z")
JOANA = GuestId(an_id("Joana"))


class Disputed(Market):
    """A marketplace whose host can be paid, and what a guest's bank does to it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"counter_fee_minor": 0, **settings})
        account = self.browser.v1.accounts.create(SOMEBODY)  # type: ignore[arg-type]
        self.account = account.id
        standing = to_record_account(
            account=self.account,
            standing=Standing.ENABLED,
            bank_account="ba_1RuiFirst",
            seen_at=NOW,
        )

        def plan(draft: Draft) -> None:
            draft.do(HOST, to_register())
            draft.do(OPERATOR, VouchForProvider(host_id=RUI, reason="known", source="before"))
            draft.do(PROCESSOR, standing)

        self.decide(plan, RUI)

    def sold(self, booking_id: BookingId = BOOKING, **changed: Any) -> None:
        """A stay is paid and confirmed."""
        self.book(booking_id=booking_id, **changed)
        self.settle()
        self.pay(booking_id=booking_id)
        self.settle()

    def bank(self, outcome: str | None = None, **told: Any) -> str:
        """The guest's bank opens a dispute, or decides the one that there is."""
        if outcome is None:
            charge = self.payment().charge
            dispute: str = self.behind("disputes", charge=charge, **told)["id"]
            return dispute
        dispute = self.all("dispute")[-1]["id"]
        self.behind(f"disputes/{dispute}", outcome=outcome)
        return dispute

    def dispute(self) -> Dispute:
        """The dispute now."""
        return self._state(DISPUTE, processes.dispute_of(self.all("dispute")[-1]["id"]))

    def payout(self, booking_id: BookingId = BOOKING) -> Payout:
        """The payout of a booking now."""
        return self._state(PAYOUT, processes.payout_of(booking_id))

    def debt(self) -> HostDebt | None:
        """What the host owes now."""
        return self.ledger.state(HOST_DEBT, debt_of(RUI))

    def owes(self) -> str:
        """What the host owes now, in EUR."""
        debt = self.debt()
        return str(debt.owed("EUR")) if debt else "nothing"


def paid_out() -> Disputed:
    """A stay whose host has been paid."""
    market = Disputed()
    market.sold()
    market.until(PAID_OUT, step=12 * HOUR)
    assert market.payout().status is Payable.TRANSFERRED
    return market


def agree(market: Market) -> None:
    """Our books are those of Stripe, to the last movement."""
    books_agree(market.store.history, market.machine)


# -- Lost after the host was paid (D3) ------------------------------------------------------


def test_case_d3_a_dispute_lost_after_the_payout_is_the_hosts_debt_once() -> None:
    market = paid_out()
    market.bank()
    market.settle()
    market.bank("lost")
    market.settle()
    market.tell_again(times=10)
    market.settle()

    assert market.dispute().status is Disputing.LOST
    assert market.owes() == "349.20 EUR"
    (raised,) = market.events(DebtRaised)
    assert (raised.cause, raised.booking_id) == ("dispute_lost", BOOKING)
    assert market.payout().status is Payable.TRANSFERRED
    agree(market)


def test_case_d3_the_debt_is_netted_from_what_the_host_would_be_paid_next() -> None:
    market = paid_out()
    market.bank(amount=10_000)
    market.bank("lost")
    market.settle()
    owed = market.debt()
    assert owed is not None
    assert owed.owed("EUR") == money("85.09 EUR")

    market.sold(NEXT, guest_id=JOANA, stay=a_stay("2026-08-02"))
    market.until(NEXT_PAID_OUT, step=12 * HOUR)

    (netted,) = market.events(DebtNetted)
    assert netted.amount == money("85.09 EUR")
    released = market.events(PayoutReleased)[-1]
    assert (released.amount, released.netted) == (money("264.11 EUR"), money("85.09 EUR"))
    assert market.payout(NEXT).status is Payable.TRANSFERRED
    assert market.owes() == "0.00 EUR"
    agree(market)
