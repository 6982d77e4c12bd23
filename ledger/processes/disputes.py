"""Disputes: what the processor says of one, made into what it means for payment, payout and host.

As with payments, what it says is the state of its object now. Money is told by movements, each with
a name of its own; so whatever comes twice, late or out of order leads to the same.
"""

from ledger.aggregates.booking import Booking
from ledger.aggregates.dispute import (
    DISPUTE,
    UNDECIDED,
    AcceptDispute,
    ChargeFee,
    CloseDispute,
    Dispute,
    EscalateDispute,
    FailEvidence,
    LapseDispute,
    LoseDispute,
    OpenDispute,
    PreventDispute,
    RecordEvidence,
    ReinstateFunds,
    ReopenDispute,
    SubmitEvidence,
    WinDispute,
    WithdrawFunds,
)
from ledger.aggregates.dispute import Status as Disputing
from ledger.aggregates.payment import PAYMENT, ClearDispute, MarkDisputed
from ledger.aggregates.payout import (
    HoldPayout,
    LiftPayoutHold,
    RecalculatePayout,
)
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.unapplied_receipt import DisputeReceipt
from ledger.draft import Draft
from ledger.events import Actor
from ledger.events.dispute import Stage
from ledger.events.refund import Funding
from ledger.gateways.stripe.disputes import DisputeFact, DisputeStatus
from ledger.gateways.stripe.disputes import Stage as ToldStage
from ledger.gateways.stripe.movements import Movement
from ledger.processes.alterations import end_what_cannot_be_given_back
from ledger.processes.damage_money import (
    all_payouts_of,
    left_of_damage,
    owed_for_damage,
    paid_damage_by,
    payouts_out_of,
)
from ledger.processes.earnings import (
    holds_for_dispute,
    left_of,
    lost_of,
    owed_to_host,
)
from ledger.processes.evidence import digest_of, evidence_for
from ledger.processes.found import booking_in, dispute_in, payment_in, refund_in
from ledger.processes.names import (
    PROCESS,
    PROCESSOR,
    TIMER,
    dispute_of,
    late_payment_of,
)
from ledger.processes.outcome import Outcome
from ledger.processes.receipts import (
    disputed_receipt,
    return_what_came_back,
    settle_receipt_by_disputes,
)
from ledger.processes.recovery import raise_debt_of_dispute
from ledger.processes.refunds import settle_by_disputes
from ledger.processes.taxes import count_tax_of_dispute, remitted_to
from ledger.values.clearance import Hold
from ledger.values.ids import BookingId, DisputeId, PaymentId, ReceiptId
from ledger.values.losses import Bearer, Stake, part_of
from ledger.values.money import Money, total, zero
from ledger.values.shares import Shares

BORNE_BY = Bearer.HOST
"""Whoever earned of a charge bears their own part of its loss; so does the host."""


def take_in_dispute(
    draft: Draft, booking_id: BookingId, payment_id: PaymentId, fact: DisputeFact
) -> Outcome:
    """Bring a dispute, and what it is about, to where the processor's object stands.

    `payment_id` is of the payment that the charge was made for.
    """
    found = _payment_charged(draft, booking_id, payment_id, fact.charge)
    receipt_id = disputed_receipt(draft, fact.charge) if fact.charge and not found else None
    if found is None and receipt_id is None:
        return Outcome.NOT_OURS
    dispute_id = dispute_of(fact.dispute)
    before = draft.state(DISPUTE, dispute_id)
    if before is None:
        _open(draft, found or payment_id, receipt_id, fact)
    elif _is_stale(before, fact):
        return Outcome.NOTHING_NEW
    _escalate(draft, dispute_id, fact)
    for movement in fact.movements:
        _move(draft, dispute_id, movement, fact)
    _decide(draft, dispute_id, fact)
    if receipt_id is not None and dispute_in(draft, dispute_id).status in STANDS:
        return_what_came_back(draft, receipt_id)
    end_what_cannot_be_given_back(draft, booking_id)
    hold_or_lift(draft, booking_id, dispute_id)
    return Outcome.NOTHING_NEW if dispute_in(draft, dispute_id) == before else Outcome.TAKEN_IN


STANDS = (Disputing.WON, Disputing.CLOSED_NO_LOSS)
"""Where the bank lets the money be ours to give back."""


def lapse(draft: Draft, dispute_id: DisputeId) -> None:
    """Nobody answered in time, and the money is with the bank already: it stays there (DI6).

    Where we do not know of any money, the processor's word is waited for.
    """
    dispute = dispute_in(draft, dispute_id)
    if dispute.withdrawn is None or not dispute.withdrawn.minor:
        return
    stake = _stake(draft, dispute)
    draft.do(TIMER, LapseDispute(dispute_id=dispute_id, by_clock=True, stake=stake))
    _bear(draft, dispute_id)
    end_what_cannot_be_given_back(draft, dispute.booking_id)
    hold_or_lift(draft, dispute.booking_id, dispute_id)


def hold_or_lift(draft: Draft, booking_id: BookingId, dispute_id: DisputeId) -> None:
    """Keep what is not paid out back while a dispute is open, and let it go after the last one.

    Money without a place is not paid out to anybody.
    """
    if dispute_in(draft, dispute_id).receipt_id is not None:
        return
    open_ = dispute_in(draft, dispute_id).is_open
    for payout_id, payout in all_payouts_of(draft, booking_id):
        if open_ and payout.status in HOLDABLE:
            draft.do(
                PROCESS, HoldPayout(payout_id=payout_id, reason=Hold.DISPUTE, detail=dispute_id)
            )
        elif payout.status is Payable.ON_HOLD and not holds_for_dispute(draft, payout):
            draft.do(
                PROCESS,
                LiftPayoutHold(payout_id=payout_id, reason=Hold.DISPUTE, still_stands=False),
            )


HOLDABLE = (Payable.SCHEDULED, Payable.DUE, Payable.ON_HOLD)
"""Where the money is still here."""

# -- Answered by us -----------------------------------------------------------------------


def submit_evidence(draft: Draft, staff: Actor, dispute_id: DisputeId) -> None:
    """Hand in what speaks for the charge, as the ledger knows it now.

    Raises TooLate, TransitionNotAllowed.
    """
    dispute = dispute_in(draft, dispute_id)
    booking = booking_in(draft, dispute.booking_id)
    said = evidence_for(booking, payment_in(draft, dispute.payment_id))
    draft.do(staff, SubmitEvidence(dispute_id=dispute_id, digest=digest_of(said)))


def evidence_failed(draft: Draft, dispute_id: DisputeId, reason: str) -> None:
    """The processor does not have what we wanted to say: it may be handed in again."""
    if dispute_in(draft, dispute_id).status is Disputing.SUBMITTED:
        draft.do(PROCESSOR, FailEvidence(dispute_id=dispute_id, reason=reason))


def accept_dispute(draft: Draft, staff: Actor, dispute_id: DisputeId, proposer: str) -> None:
    """Give the money up for good, as the second person.

    Raises SelfApproval, SecondPersonRequired, TransitionNotAllowed.
    """
    draft.do(staff, AcceptDispute(dispute_id=dispute_id, proposer=proposer, approver=staff.id))


# -- Opened -------------------------------------------------------------------------------


def _payment_charged(
    draft: Draft, booking_id: BookingId, payment_id: PaymentId, charge: str | None
) -> PaymentId | None:
    """The payment that has a charge's money: the one it is for or, where it came late, its own."""
    if charge is None:
        return None
    for named in (payment_id, late_payment_of(booking_id, charge)):
        payment = draft.state(PAYMENT, named)
        if payment is not None and payment.charge == charge:
            return named
    return None


def _open(
    draft: Draft, payment_id: PaymentId, receipt_id: ReceiptId | None, fact: DisputeFact
) -> None:
    booking_id = payment_in(draft, payment_id).booking_id
    booking, dispute_id = booking_in(draft, booking_id), dispute_of(fact.dispute)
    draft.do(
        PROCESSOR,
        OpenDispute(
            dispute_id=dispute_id,
            stage=Stage.INQUIRY if _only_asks(fact) else Stage.CHARGEBACK,
            payment_id=payment_id,
            booking_id=booking_id,
            host_id=booking.host_id,
            amount=fact.amount,
            reason=fact.reason,
            due_by=fact.due_by or fact.created_at,
            processor_dispute=fact.dispute,
            time_zone=booking.house.time_zone,
            receipt_id=receipt_id,
        ),
    )
    if receipt_id is not None:
        draft.do(PROCESS, DisputeReceipt(receipt_id=receipt_id, dispute_id=dispute_id))


def _only_asks(fact: DisputeFact) -> bool:
    """Whether it is an inquiry, and took nothing."""
    taken = any(movement.amount.minor for movement in fact.movements)
    return fact.stage is ToldStage.INQUIRY and not taken


def _is_stale(dispute: Dispute, fact: DisputeFact) -> bool:
    """Whether a fact is older than what is known: it was read before a movement that is."""
    named = {movement.movement_id for movement in fact.movements}
    return not dispute.balance_transactions <= named


def _escalate(draft: Draft, dispute_id: DisputeId, fact: DisputeFact) -> None:
    dispute = dispute_in(draft, dispute_id)
    if dispute.stage is Stage.INQUIRY and not _only_asks(fact) and dispute.status in ASKED:
        due_by = fact.due_by or dispute.due_by
        draft.do(PROCESSOR, EscalateDispute(dispute_id=dispute_id, due_by=due_by))


ASKED = (Disputing.OPENED, Disputing.SUBMITTED)

# -- Money --------------------------------------------------------------------------------


def _move(draft: Draft, dispute_id: DisputeId, movement: Movement, fact: DisputeFact) -> None:
    """Take in a movement that is not known: money went to the bank, or came back."""
    dispute = dispute_in(draft, dispute_id)
    if movement.movement_id in dispute.balance_transactions:
        return
    if not movement.amount.minor:
        _charge(draft, dispute_id, movement)
    elif movement.amount.minor < 0:
        if dispute.status is Disputing.WON:
            due_by = fact.due_by or dispute.due_by
            draft.do(PROCESSOR, ReopenDispute(dispute_id=dispute_id, due_by=due_by))
        _withdraw(draft, dispute_id, movement)
    elif dispute.withdrawn is not None and dispute.withdrawn.minor:
        draft.do(
            PROCESSOR,
            ReinstateFunds(
                dispute_id=dispute_id,
                amount=movement.amount,
                fee=-movement.fee,
                balance_transactions=(movement.movement_id,),
            ),
        )
        if dispute.receipt_id is None:
            clear = ClearDispute(payment_id=dispute.payment_id, dispute_id=dispute_id)
            draft.do(PROCESS, clear)


def _charge(draft: Draft, dispute_id: DisputeId, movement: Movement) -> None:
    """The processor took a fee by itself."""
    fee = ChargeFee(
        dispute_id=dispute_id,
        fee=movement.fee,
        balance_transactions=(movement.movement_id,),
    )
    draft.do(PROCESSOR, fee)


def _withdraw(draft: Draft, dispute_id: DisputeId, movement: Movement) -> None:
    dispute = dispute_in(draft, dispute_id)
    stake = _stake(draft, dispute, -movement.amount)
    draft.do(
        PROCESSOR,
        WithdrawFunds(
            dispute_id=dispute_id,
            amount=-movement.amount,
            fee=movement.fee,
            payable=stake.payable,
            host_part=part_of(stake.shares, stake.disputed).host,
            balance_transactions=(movement.movement_id,),
        ),
    )
    if dispute.receipt_id is None:
        mark = MarkDisputed(
            payment_id=dispute.payment_id, dispute_id=dispute_id, amount=dispute.amount
        )
        draft.do(PROCESS, mark)


# -- Decided ------------------------------------------------------------------------------


def _decide(draft: Draft, dispute_id: DisputeId, fact: DisputeFact) -> None:
    """Take in what the bank, or our answer, came to."""
    if fact.status not in (DisputeStatus.OPENED, DisputeStatus.EVIDENCE_DUE):
        _answered(draft, dispute_id, fact)
    dispute = dispute_in(draft, dispute_id)
    if dispute.status not in UNDECIDED:
        return
    match fact.status:
        case DisputeStatus.WON:
            draft.do(PROCESSOR, WinDispute(dispute_id=dispute_id))
        case DisputeStatus.LOST:
            _lose(draft, dispute_id, dispute)
        case DisputeStatus.CLOSED_NO_LOSS:
            draft.do(PROCESSOR, CloseDispute(dispute_id=dispute_id))
        case DisputeStatus.PREVENTED:
            draft.do(PROCESSOR, PreventDispute(dispute_id=dispute_id))
        case DisputeStatus.OPENED | DisputeStatus.EVIDENCE_DUE | DisputeStatus.SUBMITTED:
            return


def _answered(draft: Draft, dispute_id: DisputeId, fact: DisputeFact) -> None:
    """The processor has an answer that is not known to have arrived, whoever gave it."""
    dispute = dispute_in(draft, dispute_id)
    if fact.answers > dispute.answers and dispute.status in ANSWERABLE:
        draft.do(PROCESSOR, RecordEvidence(dispute_id=dispute_id, answers=fact.answers))


ANSWERABLE = (Disputing.OPENED, Disputing.EVIDENCE_DUE, Disputing.SUBMITTED)


def _lose(draft: Draft, dispute_id: DisputeId, dispute: Dispute) -> None:
    stake = _stake(draft, dispute)
    if dispute.status is Disputing.EVIDENCE_DUE:
        draft.do(PROCESSOR, LapseDispute(dispute_id=dispute_id, by_clock=False, stake=stake))
    else:
        draft.do(PROCESSOR, LoseDispute(dispute_id=dispute_id, stake=stake))
    _bear(draft, dispute_id)


def _bear(draft: Draft, dispute_id: DisputeId) -> None:
    """Let the host bear their part of a loss: out of what is not paid out yet, else as a debt."""
    dispute = dispute_in(draft, dispute_id)
    assert dispute.loss is not None, "it was lost a line ago"
    count_tax_of_dispute(draft, dispute_id)
    if dispute.receipt_id is not None:
        settle_receipt_by_disputes(draft, dispute.receipt_id)
        return
    lost = dispute.loss.from_held + dispute.loss.from_payable
    payouts = list(payouts_out_of(draft, dispute.booking_id, dispute.payment_id))
    for payout_id, payout in reversed(payouts):
        if lost.minor and payout.status in SHRINKABLE:
            less = min(payout.outstanding.minor, lost.minor)
            lost -= Money(less, lost.currency)
            amount = payout.amount - Money(less, lost.currency)
            draft.do(
                PROCESS,
                RecalculatePayout(payout_id=payout_id, amount=amount, release_at=payout.release_at),
            )
    raise_debt_of_dispute(draft, dispute_id)
    settle_by_disputes(draft, dispute.booking_id, dispute.payment_id)


SHRINKABLE = (*HOLDABLE, Payable.FAILED)


def _stake(draft: Draft, dispute: Dispute, taken: Money | None = None) -> Stake:
    """What is at stake in a dispute, as the books of its booking stand.

    Money without a place is nobody's part: the platform bears all that was `taken`, until the
    receipt is owed no more.
    """
    if dispute.receipt_id is not None:
        disputed = taken or dispute.withdrawn or dispute.amount
        return Stake(
            shares=Shares(disputed.currency),
            disputed=disputed,
            payable=zero(disputed.currency),
            earned=True,
            borne_by=Bearer.PLATFORM,
        )
    booking = booking_in(draft, dispute.booking_id)
    disputed = booking.price.in_listing(dispute.amount)
    if damage := paid_damage_by(draft, dispute.booking_id, dispute.payment_id):
        return Stake(
            shares=left_of_damage(draft, damage),
            disputed=disputed,
            payable=owed_for_damage(draft, damage),
            earned=True,
            borne_by=BORNE_BY,
        )
    shares = _undisputed(draft, dispute, booking)
    return Stake(
        shares=shares,
        disputed=_without_rounding(draft, dispute, shares, disputed),
        payable=owed_to_host(draft, dispute.booking_id, booking),
        earned=booking.earned is not None,
        borne_by=BORNE_BY,
        remitted=remitted_to(draft, booking),
    )


def _without_rounding(draft: Draft, dispute: Dispute, shares: Shares, disputed: Money) -> Money:
    """What is disputed, in the listing's currency, less what only rounding puts above all that is
    left beside the gifts that went out of the charge.

    Each amount is rounded for itself when it is exchanged, by half a minor unit at most.
    """
    payment = draft.state(PAYMENT, dispute.payment_id)
    if payment is None or disputed.currency == dispute.amount.currency:
        return disputed
    gone = [refund_in(draft, of) for of in (*payment.refunds, *payment.reserved)]
    gifts = [refund.worth for refund in gone if refund.funded_by is Funding.PLATFORM]
    left = shares.total - total(gifts, disputed.currency)
    above = disputed.minor - left.minor
    return left if 0 < 2 * above <= len(gone) + 1 else disputed


def _undisputed(draft: Draft, dispute: Dispute, booking: Booking) -> Shares:
    payment = draft.state(PAYMENT, dispute.payment_id)
    left = left_of(draft, dispute.booking_id, booking)
    return left - lost_of(draft, payment, left.currency) if payment else left
