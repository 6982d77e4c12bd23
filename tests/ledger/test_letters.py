"""Letters to ourselves: money whose notices were all lost is found by where it came from."""

from datetime import timedelta

import pytest

from ledger.aggregates.booking import Status as Stands
from ledger.events.dispute import DisputeFundsWithdrawn
from ledger.events.refund import ExternalRefundDetected
from ledger.gateways.stripe.movements import Kind
from ledger.reactions.letters import letter_about
from tests.facts import NOW
from tests.ledger.books import books_agree
from tests.ledger.market import Market

DAY = timedelta(days=1)


def reconciled(market: Market) -> None:
    market.look_behind_movements()
    market.look_behind_movements()
    market.settle()


@pytest.fixture
def deaf() -> Market:
    """Nobody hears what the processor tells; a stay is paid all the same."""
    market = Market().booked()
    market.loses_notices = True
    market.pay()
    market.settle()
    assert market.booking().status is Stands.PENDING_PAYMENT
    return market


def test_a_payment_is_found_by_its_movement(deaf: Market) -> None:
    reconciled(deaf)

    assert deaf.booking().status is Stands.CONFIRMED
    books_agree(deaf.store.history, deaf.machine)


def test_a_chargeback_is_found_by_its_movement(deaf: Market) -> None:
    reconciled(deaf)
    (charge,) = deaf.all("charge")
    deaf.behind("disputes", charge=charge["id"])
    deaf.settle()
    assert deaf.events(DisputeFundsWithdrawn) == []

    reconciled(deaf)

    assert len(deaf.events(DisputeFundsWithdrawn)) == 1
    books_agree(deaf.store.history, deaf.machine, at_rest=False)


def test_a_refund_by_hand_is_found_by_its_movement(deaf: Market) -> None:
    reconciled(deaf)
    deaf.until(NOW + 3 * DAY, step=DAY)
    deaf.browser.v1.refunds.create({"payment_intent": deaf.intent(), "amount": 1_000})
    deaf.settle()
    assert deaf.events(ExternalRefundDetected) == []

    reconciled(deaf)

    assert len(deaf.events(ExternalRefundDetected)) == 1
    books_agree(deaf.store.history, deaf.machine)


def test_what_comes_from_nowhere_is_for_people_to_look_at() -> None:
    assert letter_about("txn_1", Kind.OTHER, "xx_1", NOW) is None
    assert letter_about("txn_1", Kind.PAYMENT, None, NOW) is None
