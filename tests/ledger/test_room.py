"""Of nobody's part goes back more than is left of it, nor less than nothing."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.values.room import Room, capped, fitted
from ledger.values.shares import Shares, TaxShare
from tests.facts import a_price, a_settlement, money

minors = st.integers(0, 30_000)


@st.composite
def some_shares(draw: st.DrawFn, least: int = 0) -> Shares:
    """Parts in EUR, each from `least` on: rounding can bring one a cent below nothing."""
    part = st.integers(least, 30_000)
    return Shares(
        currency="EUR",
        host_minor=draw(part),
        guest_fee_minor=draw(part),
        host_fee_minor=draw(part),
        vat_minor=draw(part),
        taxes=(TaxShare("PT-LIS", draw(minors)),),
    )


@given(some_shares(least=-2), some_shares())
def test_what_is_fitted_is_within_what_is_left_and_of_the_same_sum_where_there_is_as_much(
    back: Shares, left: Shares
) -> None:
    fits = fitted(back, left)

    assert fits == fits.above_nothing
    assert fits == fits.at_most(left)
    assert fits.total.minor == max(min(back.total.minor, left.total.minor), 0)


def test_where_nothing_is_left_nothing_goes_back_of_anybodys_part() -> None:
    nothing = Room(refundable=money("0.00 EUR"), left=Shares("EUR"))
    half = a_settlement()

    most = capped(a_price(), half, nothing)

    assert most.refund == money("0.00 EUR")
    assert most.back == Shares("EUR")
    assert most.kept == half.kept + half.back
