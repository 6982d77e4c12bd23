"""Taxes: what is remitted to authorities, and what goes back to guests of it, before or afterwards.

Whoever takes tax out of what a stay has earned, or puts it back, counts it here in the same commit.
So a remittance and a refund of the same stay cannot pass each other unseen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from ledger.aggregates import postings
from ledger.aggregates.booking import Booking
from ledger.aggregates.tax_account import (
    NEW,
    TAX_ACCOUNT,
    GiveTaxBack,
    OweTaxAgain,
    ProposeRemittance,
    RejectRemittance,
    RemitTax,
    TaxAccount,
    tax_account_of,
)
from ledger.draft import Draft
from ledger.events import Actor
from ledger.processes.found import booking_in, dispute_in, refund_in
from ledger.processes.names import PROCESS
from ledger.values.ids import BookingId, DisputeId, RefundId
from ledger.values.journal import Account, Entry, Line
from ledger.values.money import Money

TAX_ACCOUNTS = (Account.TAX_PAYABLE, Account.TAX_RECOVERABLE)

# -- What goes back -------------------------------------------------------------------------


def remitted_to(draft: Draft, booking: Booking) -> tuple[str, ...]:
    """The authorities that have a stay's tax already, or will by a remittance that is proposed.

    A long stay, which is earned in parts, counts as remitted with its first.
    """
    if booking.earned_on is None:
        return ()
    named = dict.fromkeys(
        authority
        for shares in (booking.earned, booking.price.shares)
        for authority, _ in (shares.by_authority() if shares else ())
    )
    accounts = ((of, tax_account_in(draft, of, booking.price.currency)) for of in named)
    return tuple(of for of, account in accounts if account.has_left(booking.earned_on))


def count_tax_of_refund(draft: Draft, refund_id: RefundId) -> None:
    """Count what an approved refund takes of the authorities. Raises NotFound."""
    refund = refund_in(draft, refund_id)
    count_taxes(draft, lines_of(refund.approval), _earned_on(draft, refund.booking_id), refund_id)


def count_tax_back(draft: Draft, refund_id: RefundId) -> None:
    """Count that authorities are to have again what an approved refund took; before it is undone.

    Raises NotFound.
    """
    refund = refund_in(draft, refund_id)
    earned_on = _earned_on(draft, refund.booking_id)
    count_taxes(draft, lines_of(refund.approval), earned_on, refund_id, sign=-1)


def count_tax_of_dispute(draft: Draft, dispute_id: DisputeId) -> None:
    """Count what a lost dispute takes of the authorities. Raises NotFound."""
    dispute = dispute_in(draft, dispute_id)
    if dispute.loss is not None and dispute.loss.earned and dispute.loss.shares.taxes:
        booking = booking_in(draft, dispute.booking_id)
        taken = postings.taxes_taken(dispute.loss.shares, remitted_to(draft, booking))
        count_taxes(draft, taken, booking.earned_on, dispute_id)


def count_taxes(
    draft: Draft,
    lines: Iterable[Line],
    earned_on: date | None,
    caused_by: str,
    *,
    sign: int = 1,
) -> None:
    """Count what lines change of what authorities are owed; -1 where their reverse is booked."""
    moved: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        if line.account in TAX_ACCOUNTS:
            moved[line.account, line.of, line.currency] += sign * line.minor
    for (account, authority, currency), minor in moved.items():
        if not minor:
            continue
        change = GiveTaxBack if minor > 0 else OweTaxAgain
        draft.do(
            PROCESS,
            change(
                jurisdiction=authority,
                amount=Money(abs(minor), currency),
                earned_on=earned_on,
                recoverable=account == Account.TAX_RECOVERABLE,
                caused_by=caused_by,
            ),
        )


def lines_of(entries: Iterable[Entry]) -> Iterator[Line]:
    """All lines of some entries."""
    return (line for entry in entries for line in entry.lines)


def _earned_on(draft: Draft, booking_id: BookingId) -> date | None:
    return booking_in(draft, booking_id).earned_on


# -- What is remitted -----------------------------------------------------------------------


def propose_remittance(draft: Draft, staff: Actor, command: ProposeRemittance) -> None:
    """Propose to remit what is due. Raises PeriodIsNotOver, TaxNotPayable, AmountsDiffer."""
    draft.do(staff, command)


def remit_tax(
    draft: Draft, staff: Actor, jurisdiction: str, amount: Money, reference: str, proof: str
) -> None:
    """Record that our bank has paid an authority, as somebody else than who proposed it.

    Raises SelfApproval, AmountsDiffer, NothingVouchedFor, TransitionNotAllowed.
    """
    draft.do(
        staff,
        RemitTax(
            jurisdiction=jurisdiction,
            amount=amount,
            approver=staff.id,
            reference=reference,
            proof=proof,
        ),
    )


def reject_remittance(
    draft: Draft, staff: Actor, jurisdiction: str, amount: Money, reason: str
) -> None:
    """Do not remit what was proposed. Raises AmountsDiffer, TransitionNotAllowed."""
    draft.do(
        staff,
        RejectRemittance(
            jurisdiction=jurisdiction, amount=amount, reason=reason, reviewer=staff.id
        ),
    )


def tax_account_in(draft: Draft, jurisdiction: str, currency: str) -> TaxAccount:
    """What was remitted to an authority, as the draft leaves it so far; nothing at first."""
    return draft.state(TAX_ACCOUNT, tax_account_of(jurisdiction, currency)) or NEW
