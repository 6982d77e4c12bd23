"""Transfers: a host's earnings on their way to the host's account at Stripe, and back."""

from collections.abc import Iterator

import stripe
from msgspec import Struct

from ledger.gateways.stripe.amounts import from_stripe, moment, to_stripe
from ledger.gateways.stripe.failures import doing, reading
from ledger.gateways.stripe.movements import Movement, id_of, movement_behind
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, PayoutId
from ledger.values.money import Money


class TransferWanted(Struct, frozen=True, kw_only=True):
    """What a host shall get.

    With a `charge`, the transfer waits for that charge's money; without one it needs money that is
    available, and is declined where there is not enough.
    """

    payout_id: PayoutId
    booking_id: BookingId
    account: str
    amount: Money
    charge: str | None


class ReversalWanted(Struct, frozen=True, kw_only=True):
    """What shall come back of a transfer; the host's account must hold it."""

    reversal_id: str
    transfer: str
    amount: Money


class TransferFact(Struct, frozen=True, kw_only=True):
    """A transfer as it is; `reversed` is the sum that has come back of it."""

    transfer: str
    payout_id: PayoutId | None
    booking_id: BookingId | None
    account: str | None
    amount: Money
    reversed: Money
    charge: str | None
    movement: Movement | None
    created_at: Instant


class ReversalFact(Struct, frozen=True, kw_only=True):
    """An amount that came back from a host's account."""

    reversal: str
    reversal_id: str | None
    transfer: str | None
    amount: Money
    movement: Movement | None
    created_at: Instant


_EXPAND = ["balance_transaction"]
_EXPAND_EACH = ["data.balance_transaction"]


class Transfers:
    """What can be done with transfers. Every method raises the failures of `failures.TABLE`."""

    def __init__(self, v1: stripe.V1Services) -> None:
        self._transfers = v1.transfers

    def create(self, wanted: TransferWanted, key: str) -> TransferFact:
        """Send earnings to a host's account."""
        amount, currency = to_stripe(wanted.amount)
        params: stripe.params.TransferCreateParams = {
            "amount": amount,
            "currency": currency,
            "destination": wanted.account,
            "transfer_group": wanted.booking_id,
            "metadata": {"payout_id": wanted.payout_id, "booking_id": wanted.booking_id},
            "expand": _EXPAND,
        }
        if wanted.charge is not None:
            params["source_transaction"] = wanted.charge
        with doing(key):
            return transfer_fact(self._transfers.create(params, {"idempotency_key": key}))

    def read(self, transfer: str) -> TransferFact:
        """The transfer as it is now."""
        with reading():
            return transfer_fact(self._transfers.retrieve(transfer, {"expand": _EXPAND}))

    def of(self, booking_id: BookingId) -> Iterator[TransferFact]:
        """Every transfer for a booking, newest first."""
        params: stripe.params.TransferListParams = {
            "transfer_group": booking_id,
            "limit": 100,
            "expand": _EXPAND_EACH,
        }
        with reading():
            for transfer in self._transfers.list(params).auto_paging_iter():
                yield transfer_fact(transfer)

    def find(self, wanted: TransferWanted) -> TransferFact | None:
        """The transfer that carries our payout's id, if there is one."""
        return next(
            (one for one in self.of(wanted.booking_id) if one.payout_id == wanted.payout_id), None
        )

    def reverse(self, wanted: ReversalWanted, key: str) -> ReversalFact:
        """Take an amount back; declined with `balance_insufficient` where the host has it not."""
        minor, _ = to_stripe(wanted.amount)
        with doing(key):
            return reversal_fact(
                self._transfers.reversals.create(
                    wanted.transfer,
                    {
                        "amount": minor,
                        "metadata": {"reversal_id": wanted.reversal_id},
                        "expand": _EXPAND,
                    },
                    {"idempotency_key": key},
                )
            )

    def reversals(self, transfer: str) -> Iterator[ReversalFact]:
        """What came back of a transfer, newest first."""
        params: stripe.params.TransferReversalListParams = {"limit": 100, "expand": _EXPAND_EACH}
        with reading():
            for one in self._transfers.reversals.list(transfer, params).auto_paging_iter():
                yield reversal_fact(one)

    def find_reversal(self, wanted: ReversalWanted) -> ReversalFact | None:
        """The reversal that carries our id, if there is one."""
        return next(
            (
                one
                for one in self.reversals(wanted.transfer)
                if one.reversal_id == wanted.reversal_id
            ),
            None,
        )


def transfer_fact(transfer: stripe.Transfer) -> TransferFact:
    """A transfer in our words. Raises UnknownCurrency."""
    payout_id: str | None = getattr(transfer.metadata, "payout_id", None)
    booking_id: str | None = getattr(transfer.metadata, "booking_id", None)
    return TransferFact(
        transfer=transfer.id,
        payout_id=None if payout_id is None else PayoutId(payout_id),
        booking_id=None if booking_id is None else BookingId(booking_id),
        account=id_of(transfer.destination),
        amount=from_stripe(transfer.amount, transfer.currency),
        reversed=from_stripe(transfer.amount_reversed, transfer.currency),
        charge=id_of(transfer.source_transaction),
        movement=movement_behind(transfer.balance_transaction),
        created_at=moment(transfer.created),
    )


def reversal_fact(reversal: stripe.TransferReversal) -> ReversalFact:
    """A reversal in our words. Raises UnknownCurrency."""
    return ReversalFact(
        reversal=reversal.id,
        reversal_id=getattr(reversal.metadata, "reversal_id", None),
        transfer=id_of(reversal.transfer),
        amount=from_stripe(reversal.amount, reversal.currency),
        movement=movement_behind(reversal.balance_transaction),
        created_at=moment(reversal.created),
    )
