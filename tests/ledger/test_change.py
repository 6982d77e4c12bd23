"""What a change costs: worked out from the price that there is, and agreed on by the auditor."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.values.change import (
    Change,
    Wished,
    adds_nights,
    altered_price,
    given_back,
    loses_length_discount,
)
from ledger.values.guests import Party
from ledger.values.policy import LineBack, Settlement, parted
from ledger.values.price import CouponUse, Price, paid_by
from ledger.values.shares import Shares
from ledger.values.stay import Stay
from ledger.values.tranches import tranches
from replay import worksheet
from tests.facts import COUPON, LISBON, UNIT, a_price, a_rate_plan, a_stay, an_id
from tests.ledger.altering import quoted_price
from tests.ledger.test_exchange import quoted

TODAY = date(2026, 6, 20)
nights = st.integers(1, 12)
parties = st.builds(Party, st.integers(1, 3), st.integers(0, 2))
arrivals = st.dates(date(2026, 6, 25), date(2026, 7, 8))


@st.composite
def stays(draw: st.DrawFn) -> Stay:
    return a_stay(draw(arrivals).isoformat(), draw(nights))


@st.composite
def prices(draw: st.DrawFn) -> Price:
    """What some nights cost, with a coupon or without, in dollars or not."""
    coupon = CouponUse(COUPON, draw(st.integers(1, 9_000)))
    price = quoted_price(draw(stays()), draw(st.sampled_from([None, coupon])))
    return paid_by(price, quoted()) if draw(st.booleans()) else price


def wished(stay: Stay, party: Party | None = None) -> Wished:
    """Another stay, a fortnight ahead, at today's rates: dearer, with a longer week."""
    rates = a_rate_plan(base_minor=14_321)
    return Wished(stay=stay, party=party or Party(2, 1), today=TODAY, rates=rates)


@given(before=prices(), stay=stays(), party=parties)
def test_the_auditor_works_out_the_same(before: Price, stay: Stay, party: Party) -> None:
    after = altered_price(before, wished(stay, party))

    assert list(worksheet.about_altered(after, stay, before)) == []


@given(before=prices(), stay=stays(), party=parties)
def test_the_lines_are_the_difference_and_the_shares_are_too(
    before: Price, stay: Stay, party: Party
) -> None:
    after = altered_price(before, wished(stay, party))
    back = given_back(before, after)

    assert sum(line.minor for line in back.lines) == back.refund.minor
    assert back.refund == before.total - after.total
    assert back.back + back.kept == before.shares


@given(before=prices(), stay=stays())
def test_nights_that_stay_cost_what_they_did_unless_the_stay_gets_too_short_for_a_discount(
    before: Price, stay: Stay
) -> None:
    assume(not loses_length_discount(before, stay.nights_count()))
    after = {night.night: night for night in altered_price(before, wished(stay)).nights}

    assert all(after.get(night.night, night) == night for night in before.nights)


@given(price=prices(), percent=st.integers(1, 99))
def test_two_parts_of_what_goes_back_are_all_of_it_line_by_line(price: Price, percent: int) -> None:
    whole = Settlement(price.total, price.shares, Shares(price.currency), _all_lines(price))
    minor = whole.refund.minor * percent // 100
    assume(0 < minor < whole.refund.minor)
    one, other = parted(whole, minor)

    assert one.refund.minor == minor == sum(line.minor for line in one.lines)
    assert one.refund + other.refund == whole.refund
    assert one.back + other.back == whole.back
    assert other.refund.minor == sum(line.minor for line in other.lines)
    left = {(line.code, line.of): line.minor for line in whole.lines}
    for line in (*one.lines, *other.lines):
        assert abs(line.minor) <= abs(left[line.code, line.of])
    if price.total.currency == price.currency:
        assert (one.back.total, other.back.total) == (one.refund, other.refund)


def _all_lines(price: Price) -> tuple[LineBack, ...]:
    lines = zip(price.lines(), price.paid_minors, strict=True)
    return tuple(LineBack(line.code, line.of, minor) for line, minor in lines)


@given(count=st.integers(31, 120), upto=st.integers(1, 4))
def test_the_auditor_cuts_a_long_stay_into_the_same_tranches(count: int, upto: int) -> None:
    stay = a_stay(nights=count)
    price = quoted_price(stay, CouponUse(COUPON, 4_567))
    cut = tranches(price, stay, LISBON)[:upto]
    last = (cut[-1].nights.check_out - stay.check_in).days

    shares = sum((one.shares for one in cut[1:]), cut[0].shares)
    worked = worksheet.up_to(price, last)
    assert (shares.host_minor, shares.guest_fee_minor, shares.host_fee_minor) == tuple(
        worked[letter] for letter in "hgo"
    )
    assert (shares.vat_minor, shares.coupon_minor) == (worked["v"], worked["c"])
    assert {f"x:{one.jurisdiction}": one.minor for one in shares.taxes}.items() <= worked.items()


def test_a_digest_is_of_everything_that_was_shown() -> None:
    price = a_price()
    change = Change(unit_id=UNIT, stay=a_stay(), party=Party(2), price=price)
    others = (
        replace(change, unit_id=an_id("unit 2")),
        replace(change, stay=a_stay(nights=4)),
        replace(change, party=Party(3)),
        replace(change, price=a_price(each="120.01 EUR")),
    )

    assert len({one.digest for one in (change, *others)}) == 5
    assert replace(change).digest == change.digest
    assert not adds_nights(price, a_stay(nights=2))
