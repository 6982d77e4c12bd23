"""Transfers to hosts, in our words: funded by a charge or by what is there, and taken back."""

import pytest

from ledger.errors import GatewayDeclined
from ledger.gateways.stripe.movements import Kind
from ledger.gateways.stripe.transfers import ReversalWanted, TransferWanted
from ledger.values.ids import PayoutId, derived_id
from ledger.values.money import Money
from tests.ledger.gateways.outside import BOOKING, PAYOUT, VISA, Outside, charge_of, euros


def wanted(
    account: str, amount: Money, *, charge: str | None = None, number: int = 17
) -> TransferWanted:
    return TransferWanted(
        payout_id=PayoutId(derived_id("payout", number)),
        booking_id=BOOKING,
        account=account,
        amount=amount,
        charge=charge,
    )


def reversal(transfer: str, amount: Money, number: int = 1) -> ReversalWanted:
    return ReversalWanted(reversal_id=f"reversal-{number}", transfer=transfer, amount=amount)


def test_a_transfer_tells_what_left_and_where_it_went(outside: Outside) -> None:
    transfer = outside.transferred(euros(200))

    assert transfer == outside.stripe.transfers.read(transfer.transfer)
    assert (transfer.payout_id, transfer.booking_id) == (PAYOUT, BOOKING)
    assert transfer.amount == euros(200)
    assert transfer.reversed == euros(0)
    assert transfer.movement is not None
    assert (transfer.movement.kind, transfer.movement.amount) == (Kind.TRANSFER, euros(-200))
    assert transfer.account == outside.object(transfer.transfer)["destination"]


def test_a_transfer_named_after_its_charge_need_not_wait_for_the_money(outside: Outside) -> None:
    paid = outside.paid(method=VISA)  # pending for two days

    transfer = outside.stripe.transfers.create(
        wanted(outside.host(), euros(200), charge=charge_of(paid)), "transfer"
    )

    assert transfer.charge == charge_of(paid)


def test_a_transfer_without_a_charge_needs_money_that_is_there(outside: Outside) -> None:
    host = outside.host()
    outside.paid(method=VISA)
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.transfers.create(wanted(host, euros(200)), "first")
    assert declined.value.reason == "balance_insufficient"

    outside.behind("funds", amount=20_000, currency="eur")

    assert outside.stripe.transfers.create(wanted(host, euros(200)), "second").charge is None


def test_a_host_who_may_not_be_paid_gets_nothing(outside: Outside) -> None:
    host = outside.host()
    outside.behind(f"accounts/{host}", disabled_reason="under_review")
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.transfers.create(
            wanted(host, euros(200), charge=charge_of(outside.paid())), "transfer"
        )
    assert declined.value.reason == "insufficient_capabilities_for_transfer"


def test_a_transfer_is_found_by_our_payouts_id_among_those_of_its_booking(outside: Outside) -> None:
    host, charge = outside.host(), charge_of(outside.paid())
    first = outside.stripe.transfers.create(
        wanted(host, euros(50), charge=charge, number=16), "first"
    )
    ours = wanted(host, euros(60), charge=charge)
    second = outside.stripe.transfers.create(ours, "second")

    assert outside.stripe.transfers.find(ours) == second
    assert outside.stripe.transfers.find(wanted(host, euros(60), number=99)) is None
    assert list(outside.stripe.transfers.of(BOOKING)) == [second, first]


def test_a_transfer_comes_back_in_parts_and_never_more_than_the_rest(outside: Outside) -> None:
    """CASE-O7"""
    transfer = outside.transferred(euros(200)).transfer

    first = outside.stripe.transfers.reverse(reversal(transfer, euros(150)), "first")
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.transfers.reverse(reversal(transfer, euros(51), 2), "second")
    second = outside.stripe.transfers.reverse(reversal(transfer, euros(50), 3), "third")

    assert declined.value.param == "amount"
    assert first.movement is not None
    assert (first.movement.kind, first.movement.amount) == (Kind.TRANSFER_REVERSAL, euros(150))
    assert (first.transfer, first.reversal_id) == (transfer, "reversal-1")
    assert outside.stripe.transfers.read(transfer).reversed == euros(200)
    assert list(outside.stripe.transfers.reversals(transfer)) == [second, first]
    assert outside.stripe.transfers.find_reversal(reversal(transfer, euros(50), 3)) == second
    assert outside.stripe.transfers.find_reversal(reversal(transfer, euros(50), 4)) is None


def test_what_a_host_no_longer_has_does_not_come_back(outside: Outside) -> None:
    """CASE-R6, CASE-O7: the money is at the host's bank; this becomes a debt."""
    transfer = outside.transferred(euros(200))
    assert transfer.account is not None
    outside.sdk.v1.payouts.create(
        {"amount": 20_000, "currency": "eur"}, {"stripe_account": transfer.account}
    )

    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.transfers.reverse(reversal(transfer.transfer, euros(10)), "reverse")

    assert declined.value.reason == "balance_insufficient"
    assert outside.stripe.transfers.read(transfer.transfer).reversed == euros(0)
