"""Refunds and lost disputes of one stay, in any order, of any part: none gives more than it has.

Every amount is rounded somewhere; no rounding may take a minor unit of somebody's part that is not
there, in yen as in cents.
"""

from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.refund import SettleAlternatively
from ledger.aggregates.refund import Status as Refunding
from ledger.errors import Refused
from ledger.events.refund import Funding, RefundRequested
from ledger.processes import AskedRefund, staff_refund_of
from ledger.values.ids import CouponId, RefundId
from ledger.values.levies import FeePlan, TaxBase, TaxLine, TaxRule
from ledger.values.money import Money
from ledger.values.policy import LineBack
from ledger.values.price import GUEST_FEE, GUEST_FEE_VAT, TAXES, CouponUse, Price
from replay.rules import Finding
from tests.facts import BOOKING, CLARA, DINIS, EARNED, NOW, THE_DIGEST, a_price, an_id
from tests.ledger.books import books_agree
from tests.ledger.market import NotPossible
from tests.ledger.test_disputed_money import Disputed, call_off, hand_in
from tests.ledger.test_staff_refunds import DAY, HOUR, approve, ask
from tests.machine.judge import judged

PLAN = FeePlan("odd", 1, 1_370, 310, guest_vat_bp=1_900, host_vat_bp=1_900)
CITY = TaxRule(name="city", version=1, jurisdiction="JP-13", base=TaxBase.PERSON_NIGHT, minor=167)
STATE = TaxRule(name="state", version=1, jurisdiction="JP", base=TaxBase.NIGHTS, part_bp=333)


def taxed(each: Money, coupon_minor: int = 0) -> Price:
    """Three nights of odd amounts with two taxes, and perhaps a coupon."""
    price = a_price(each=str(each), plan=PLAN)
    taxes = (TaxLine(STATE, price.subtotal.percentage(333).minor), TaxLine(CITY, 3 * 167))
    coupon = CouponUse(CouponId(an_id("coupon")), coupon_minor) if coupon_minor else None
    return replace(price, taxes=taxes, coupon=coupon)


def prices() -> st.SearchStrategy[Price]:
    """In yen or euros, now and then with a coupon, which is less than the guest's fee."""
    return st.builds(
        lambda minor, currency, coupon: taxed(Money(minor, currency), coupon),
        st.integers(901, 12_345),
        st.sampled_from(("JPY", "EUR")),
        st.sampled_from((0, 0, 1, 77)),
    )


KINDS = ((*TAXES,), (GUEST_FEE, GUEST_FEE_VAT), ("night",))
"""The lines that a refund gives back: of one kind all that is left, or a part of every line."""


def give(market: Disputed, number: int, part: int) -> None:
    """Staff give a part of each line back, in hundredths; from 90 on all that is left of a kind."""
    left = [line for line in market.booking().left_on_lines if line.minor > 0]
    if part < 90:
        back = [LineBack(one.code, one.of, one.minor * part // 100) for one in left]
    else:
        back = [one for one in left if one.code in KINDS[part % 3]]
    asked = AskedRefund(
        booking_id=BOOKING,
        lines=tuple(line for line in back if line.minor),
        funded_by=Funding.BOOKING,
        reason="noise",
    )
    ask(market, asked)
    approve(market, staff_refund_of(BOOKING, number))
    market.settle()
    pay_by_bank(market)


def pay_by_bank(market: Disputed) -> None:
    """The processor gives nothing back of a charge that was lost in part: our bank does."""
    for recorded in list(market.store.history):
        if isinstance(recorded.event, RefundRequested):
            refund_id = RefundId(recorded.stream_id)
            if market.refund(refund_id).status is Refunding.FAILED:
                use = partial(processes.use_alternative, staff=CLARA, reason="refused_by_bank")
                market.decide(partial(use, refund_id=refund_id))
                paid = SettleAlternatively(
                    refund_id=refund_id, settled_by=DINIS.id, reference="1", proof=THE_DIGEST
                )
                market.decide(partial(processes.settle_alternatively, staff=DINIS, paid=paid))


def lose(market: Disputed, part: int) -> None:
    """The guest's bank takes a part of what is left, in hundredths, for good."""
    left = market.payment().refundable.minor
    market.bank(amount=max(left * part // 100, 1))
    market.settle()
    hand_in(market)
    market.bank("lost")
    market.settle()


def played(price: Price, steps: list[tuple[str, int]], *, called_off: bool) -> Disputed:
    """A stay that all this happened to, and that is over."""
    market = Disputed(settlement_currencies=("eur", "jpy"))
    market.sold(price=price)
    market.until(NOW + 3 * DAY, step=DAY)
    given_count = 0
    for step, part in steps:
        with suppress(Refused, NotPossible):
            if step == "give":
                give(market, given_count + 1, part)
                given_count += 1
            elif step == "lose":
                lose(market, part)
            elif market.clock.now < EARNED:
                market.until(EARNED + HOUR, step=12 * HOUR)
    if called_off:
        with suppress(Refused):
            market.decide(call_off)
            market.settle()
            pay_by_bank(market)
    market.until(max(EARNED, market.clock.now) + 2 * DAY, step=DAY)
    return market


def found_in(market: Disputed) -> list[Finding]:
    """What the audit finds in the books; the taxes of the price nobody has worked out here."""
    books_agree(market.store.history, market.machine)
    found = judged(market.store, market.clock.now)
    return [finding for finding in found if finding.id != "INV-B4"]


@pytest.mark.parametrize("currency", ["JPY", "EUR"])
@pytest.mark.parametrize("kind", [90, 91, 92], ids=["taxes", "fees", "nights"])
def test_all_of_a_kind_goes_back_after_a_dispute_has_taken_a_part_of_it(
    currency: str, kind: int
) -> None:
    price = taxed(Money(7_321, currency))

    market = played(price, [("lose", 9), ("give", kind)], called_off=True)

    assert len(market.booking().allowances) == 1
    assert market.payment().refundable.minor == 0
    assert found_in(market) == []


@settings(max_examples=5)
@given(
    price=prices(),
    steps=st.lists(
        st.tuples(st.sampled_from(("give", "lose", "earn")), st.integers(1, 92)),
        min_size=2,
        max_size=4,
    ),
    called_off=st.booleans(),
)
def test_no_part_gives_more_than_it_has(
    *, price: Price, steps: list[tuple[str, int]], called_off: bool
) -> None:
    market = played(price, steps, called_off=called_off)

    assert found_in(market) == []
