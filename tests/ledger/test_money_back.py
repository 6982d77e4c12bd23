"""Money back: what a guest is owed goes out through Stripe, waits, fails, and is owed again."""

from datetime import timedelta

import pytest

from ledger import processes
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import Status as Refunding
from ledger.events.refund import RefundFailed, RefundPending, RefundSubmitted
from ledger.values.exchange import quote_exchange
from ledger.values.journal import Account
from ledger.values.price import paid_by
from tests.facts import BOOKING, NOW, a_price, a_stay
from tests.ledger.books import books_agree
from tests.ledger.market import VISA, Market
from tests.ledger.test_disputed_money import JOANA, NEXT, NEXT_PAID_OUT, Disputed
from tests.ledger.test_exchange import QUOTED_ON, the_rates
from tests.sandbox.stripe.shells import HOST as SOMEBODY

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def called_off(card: str = VISA, **settings: str) -> Market:
    """A stay that was paid and called off; the refund is owed, and nobody has sent it yet."""
    market = Market(**settings).booked()
    market.pay(card)
    market.settle()
    market.until(NOW + 3 * DAY, step=12 * HOUR)
    market.call_off()
    return market


def owed(market: Market) -> int:
    """What we owe in refunds, in cents."""
    return -sum(
        minor
        for (account, _), minor in market.balances().items()
        if account == Account.REFUND_PAYABLE
    )


def test_what_is_owed_reaches_the_guest_once() -> None:
    market = called_off()
    assert owed(market) == 18_000

    market.settle()

    assert market.refund().status is Refunding.SUCCEEDED
    assert market.payment().status is Paying.PARTIALLY_REFUNDED
    assert [one["amount"] for one in market.all("refund")] == [18_000]
    assert (owed(market), market.left()) == (0, [])
    assert market.in_the_books() == market.at_stripe()


@pytest.mark.parametrize(("currency", "rate"), [("HUF", "392"), ("KWD", "0.3323")])
def test_cases_m1_and_r12_a_stay_paid_in_another_currency_is_called_off_line_by_line_in_it(
    currency: str, rate: str
) -> None:
    market = Market()
    exchange = quote_exchange(
        the_rates(QUOTED_ON, **{currency: rate}), "EUR", currency, margin_bp=100, on=QUOTED_ON
    )
    market.book(price=paid_by(a_price(each="119.35 EUR"), exchange))
    market.settle()
    market.pay()
    market.settle()
    market.until(NOW + 3 * DAY, step=12 * HOUR)

    market.call_off()
    market.settle()

    assert market.refund().status is Refunding.SUCCEEDED
    assert market.refund().amount.currency == currency
    books_agree(market.store.history, market.machine)


def test_the_key_of_a_refund_is_in_the_history_before_anything_is_sent() -> None:
    market = called_off()
    market.fails("timeout_before", path="/v1/refunds", times=6)
    market.step()
    market.step()

    (submitted,) = market.events(RefundSubmitted)
    assert market.all("refund") == []
    assert submitted.idempotency_key == f"{processes.refund_of(BOOKING)}/1"


def test_case_r5_a_refund_waits_while_stripe_has_too_little_for_it() -> None:
    market = called_off(refunds_from="balance")
    drain(market)

    market.settle()

    assert market.refund().status is Refunding.PENDING
    assert market.refund().pending_reason == "insufficient_funds"
    assert owed(market) == 18_000

    market.behind("funds", amount=50_000, currency="eur")
    market.settle()

    assert market.refund().status is Refunding.SUCCEEDED
    assert (owed(market), market.left()) == (0, [])


def test_case_r5_a_refund_that_waited_is_found_where_the_notice_was_lost() -> None:
    market = called_off(refunds_from="balance")
    drain(market)
    market.settle()
    market.loses_notices = True

    market.behind("funds", amount=50_000, currency="eur")
    market.until(market.clock.now + 2 * HOUR)

    assert market.refund().status is Refunding.SUCCEEDED


def test_case_r5_hosts_are_paid_while_a_refund_waits_for_money() -> None:
    market = Disputed(refunds_from="balance")
    market.sold()
    market.sold(NEXT, guest_id=JOANA, stay=a_stay("2026-08-02"))
    market.until(NOW + 3 * DAY, step=12 * HOUR)
    market.call_off()
    drain(market)
    market.settle()
    assert market.refund().pending_reason == "insufficient_funds"

    market.until(NEXT_PAID_OUT, step=10 * DAY)

    assert market.refund().status is Refunding.PENDING
    assert market.payout(NEXT).status is Payable.TRANSFERRED


def drain(market: Market) -> None:
    """Let somebody else have whatever is at Stripe."""
    available = market.machine.world.platform.available["eur"]
    stripe = market.browser.v1
    host = stripe.accounts.create(SOMEBODY).id  # type: ignore[arg-type]
    stripe.transfers.create({"amount": available, "currency": "eur", "destination": host})


def test_case_r4_a_refund_that_fails_days_later_is_owed_again() -> None:
    market = called_off("pm_card_refundFail")
    market.settle()
    assert market.refund().status is Refunding.SUCCEEDED
    assert owed(market) == 0

    market.until(market.clock.now + 2 * DAY, step=6 * HOUR)

    assert market.refund().status is Refunding.FAILED
    assert market.payment().status is Paying.COMPLETED
    assert owed(market) == 18_000
    (failed,) = market.events(RefundFailed)
    assert failed.balance_transaction is not None
    assert market.left() == []
    assert market.in_the_books() == market.at_stripe()


def test_a_refund_in_the_hands_of_the_bank_succeeds_a_day_later() -> None:
    market = called_off("pm_card_pendingRefund")
    market.settle()
    assert market.refund().status is Refunding.PENDING

    market.until(market.clock.now + 2 * DAY, step=6 * HOUR)

    assert market.refund().status is Refunding.SUCCEEDED
    assert market.in_the_books() == market.at_stripe()


def test_a_refund_that_fails_while_the_bank_has_it_is_owed_still() -> None:
    market = called_off("pm_card_pendingRefund")
    market.settle()
    (refund,) = market.all("refund")

    market.behind(f"refunds/{refund['id']}", outcome="failed")
    market.settle()

    assert market.refund().status is Refunding.FAILED
    assert market.payment().status is Paying.COMPLETED
    assert owed(market) == 18_000
    assert not market.payment().reserved
    assert market.in_the_books() == market.at_stripe()


def test_a_refund_that_stripe_declines_at_once_has_failed_and_is_owed_still() -> None:
    market = called_off()
    (charge,) = market.all("charge")
    market.browser.v1.refunds.create({"charge": charge["id"], "amount": 41_040})

    market.settle()

    assert market.refund().status is Refunding.FAILED
    assert owed(market) == 18_000
    assert not market.payment().reserved
    assert market.left() == []


@pytest.mark.parametrize("times", [1, 5])
def test_case_34_a_refund_whose_answer_was_lost_is_found_and_not_sent_again(times: int) -> None:
    market = called_off()
    market.fails("timeout_after", path="/v1/refunds", times=times)

    market.settle()

    assert market.refund().status is Refunding.SUCCEEDED
    assert len(market.all("refund")) == 1
    assert len(market.events(RefundSubmitted)) == 1


def test_case_36_a_refund_that_was_sent_25_hours_ago_is_looked_up_before_it_is_sent_again() -> None:
    market = called_off()
    market.loses_notices = True
    market.dies_after("POST", "/v1/refunds")
    market.step()
    market.step()
    assert market.refund().status is Refunding.SUBMITTING
    market.let_pass(25 * HOUR)

    market.settle()

    assert market.refund().status is Refunding.SUCCEEDED
    assert len(market.all("refund")) == 1


def test_what_stripe_tells_of_a_refund_twice_counts_once() -> None:
    market = called_off()
    market.settle()
    before = market.topics()

    market.tell_again(3)
    market.settle()

    assert market.topics() == before
    assert len(market.events(RefundPending)) == 1
