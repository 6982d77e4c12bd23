"""A dispute: opened, answered or not, won or lost by the bank's word, and somebody bears it."""

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from ledger.aggregates import postings
from ledger.aggregates.dispute import (
    AcceptDispute,
    ChargeFee,
    CloseDispute,
    EscalateDispute,
    FailEvidence,
    LapseDispute,
    LoseDispute,
    PreventDispute,
    RecordEvidence,
    ReinstateFunds,
    ReopenDispute,
    Status,
    SubmitEvidence,
    WinDispute,
)
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    SecondPersonRequired,
    SelfApproval,
    TooEarly,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.events.dispute import DisputeFundsReinstated, DisputeFundsWithdrawn, DisputeLost, Stage
from ledger.values.journal import imbalance
from ledger.values.losses import Bearer, Stake, loss_of, part_of
from ledger.values.money import Money
from ledger.values.shares import Shares, TaxShare
from tests.facts import (
    AN_INSTANT,
    BOOKING,
    DISPUTE,
    EVIDENCE_DUE,
    FINANCE,
    GUEST,
    HOST,
    MARTA,
    OPERATOR,
    PAUL,
    PROCESS,
    PROCESSOR,
    RUI,
    SUPPORT,
    THE_DIGEST,
    TIMER,
    a_dispute,
    a_dispute_fee,
    a_price,
    a_stake,
    closed_dispute,
    delivered,
    dispute_withdrawn,
    escalated,
    evidence,
    given_up,
    lost,
    money,
    not_delivered,
    prevented,
    reinstated_funds,
    reopened,
    to_open_dispute,
    to_withdraw,
    won,
)
from tests.given import given

INQUIRY = a_dispute(Stage.INQUIRY)
TAKEN = (a_dispute(), dispute_withdrawn())
ANSWERED = (*TAKEN, evidence())


def to_escalate() -> EscalateDispute:
    return EscalateDispute(dispute_id=DISPUTE, due_by=EVIDENCE_DUE)


def to_submit() -> SubmitEvidence:
    return SubmitEvidence(dispute_id=DISPUTE, digest=THE_DIGEST)


def to_win() -> WinDispute:
    return WinDispute(dispute_id=DISPUTE)


def to_lose(stake: Stake | None = None) -> LoseDispute:
    return LoseDispute(dispute_id=DISPUTE, stake=stake or a_stake())


def to_lapse(*, by_clock: bool = True) -> LapseDispute:
    return LapseDispute(dispute_id=DISPUTE, by_clock=by_clock, stake=a_stake())


def to_close() -> CloseDispute:
    return CloseDispute(dispute_id=DISPUTE)


def to_prevent() -> PreventDispute:
    return PreventDispute(dispute_id=DISPUTE)


def to_reopen() -> ReopenDispute:
    return ReopenDispute(dispute_id=DISPUTE, due_by=EVIDENCE_DUE)


def to_reinstate(amount: str = "410.40 EUR", fee: str = "0.00 EUR") -> ReinstateFunds:
    return ReinstateFunds(
        dispute_id=DISPUTE,
        amount=money(amount),
        fee=money(fee),
        balance_transactions=("txn_2",),
    )


def lines_of(event: Event) -> list[tuple[str, int]]:
    (entry,) = event.entries  # type: ignore[attr-defined]
    return [(line.account, line.minor) for line in entry.lines]


# -- D1: the lives of a dispute ---------------------------------------------------------


def test_d1_an_inquiry_moves_no_money_and_is_closed() -> None:
    given().when(PROCESSOR, to_open_dispute(stage=Stage.INQUIRY)).then(INQUIRY)
    given(INQUIRY).when(PROCESSOR, to_close()).then(closed_dispute())
    given(INQUIRY, evidence()).when(PROCESSOR, to_close()).then(closed_dispute())
    given(INQUIRY).when(PROCESSOR, to_withdraw()).refused(TransitionNotAllowed, before="opened")


def test_d1_an_inquiry_becomes_a_chargeback_answered_or_not() -> None:
    for before in ((INQUIRY,), (INQUIRY, evidence())):
        outcome = given(*before).when(PROCESSOR, to_escalate())

        outcome.then(escalated())
        assert (outcome.state.status, outcome.state.stage) == (
            Status.EVIDENCE_DUE,
            Stage.CHARGEBACK,
        )
    given(INQUIRY, evidence(), escalated()).when(SUPPORT, to_submit()).then(evidence())


def test_d1_a_dispute_is_won_and_what_was_held_is_the_hosts_again() -> None:
    outcome = given(*ANSWERED).when(PROCESSOR, to_win())

    outcome.then(won())
    assert lines_of(outcome.events[0]) == [("host_held", 34_920), ("host_payable", -34_920)]


def test_d1_a_dispute_is_lost() -> None:
    given(*ANSWERED).when(PROCESSOR, to_lose()).then(lost())


def test_d1_a_dispute_is_given_up_by_two_persons_and_lost_by_the_bank() -> None:
    command = AcceptDispute(dispute_id=DISPUTE, proposer=MARTA, approver=PAUL)

    given(*TAKEN).when(FINANCE, command).then(given_up())
    given(*TAKEN, given_up()).when(PROCESSOR, to_lose()).then(lost())
    given(*TAKEN, given_up()).when(SUPPORT, to_submit()).refused(TransitionNotAllowed)


def test_d1_a_dispute_that_nobody_answers_in_time_is_lost() -> None:
    given(*TAKEN).when(TIMER, to_lapse(), EVIDENCE_DUE - AN_INSTANT).refused(
        TooEarly, not_before=EVIDENCE_DUE
    )
    given(*TAKEN).when(TIMER, to_lapse(), EVIDENCE_DUE).then(DisputeLost)
    given(*TAKEN).when(PROCESSOR, to_lapse(by_clock=False)).then(lost())


def test_d1_a_dispute_that_was_won_is_reopened_stage_by_stage() -> None:
    first = (*ANSWERED, won(), reinstated_funds())
    second = (*first, reopened(), dispute_withdrawn(txn="txn_3"), evidence(), won())
    outcome = given(*first).when(PROCESSOR, to_reopen())

    outcome.then(reopened())
    assert outcome.state.status is Status.EVIDENCE_DUE
    given(*second).when(PROCESSOR, to_reopen()).then(reopened(Stage.ARBITRATION))
    third = (*second, reopened(Stage.ARBITRATION), evidence(), won())
    given(*third).when(PROCESSOR, to_reopen()).refused(TransitionNotAllowed, before="won")


@pytest.mark.parametrize("before", [(INQUIRY,), (INQUIRY, evidence()), (a_dispute(),)])
def test_d1_a_dispute_is_prevented_by_a_refund_of_the_processor(before: tuple[Event, ...]) -> None:
    given(*before).when(PROCESSOR, to_prevent()).then(prevented())


def test_d1_what_was_held_for_a_dispute_that_is_prevented_is_the_hosts_again() -> None:
    given(*TAKEN).when(PROCESSOR, to_prevent()).then(prevented("349.20 EUR"))


# -- What must be rejected --------------------------------------------------------------


def test_evidence_is_handed_in_before_it_is_due_and_once() -> None:
    given(*TAKEN).when(SUPPORT, to_submit(), EVIDENCE_DUE - AN_INSTANT).then(evidence())
    given(*TAKEN).when(SUPPORT, to_submit(), EVIDENCE_DUE).refused(TooLate, not_after=EVIDENCE_DUE)
    given(*ANSWERED).when(FINANCE, to_submit()).refused(TransitionNotAllowed, before="submitted")


def test_one_person_alone_does_not_give_a_dispute_up() -> None:
    def by(proposer: str, approver: str) -> AcceptDispute:
        return AcceptDispute(dispute_id=DISPUTE, proposer=proposer, approver=approver)

    given(*TAKEN).when(FINANCE, by(MARTA, "")).refused(SecondPersonRequired)
    given(*TAKEN).when(FINANCE, by("", MARTA)).refused(SecondPersonRequired)
    given(*TAKEN).when(FINANCE, by(MARTA, MARTA)).refused(SelfApproval, approver=MARTA)
    given(INQUIRY).when(FINANCE, by(MARTA, PAUL)).refused(TransitionNotAllowed, before="opened")


@pytest.mark.parametrize("actor", [GUEST, HOST, SUPPORT, FINANCE, OPERATOR, PROCESS, TIMER])
def test_only_the_bank_says_who_has_won(actor: Actor) -> None:
    given(*ANSWERED).when(actor, to_win()).refused(TransitionNotAllowed)
    given(*ANSWERED).when(actor, to_lose()).refused(TransitionNotAllowed)


def test_a_fact_that_comes_again_finds_the_state_reached() -> None:
    given(*ANSWERED, won()).when(PROCESSOR, to_win()).refused(TransitionNotAllowed, before="won")
    given(*ANSWERED, lost()).when(PROCESSOR, to_lose()).refused(TransitionNotAllowed)
    given(a_dispute()).when(PROCESSOR, to_escalate()).refused(TransitionNotAllowed)
    given(*ANSWERED, lost()).when(PROCESSOR, to_reopen()).refused(
        TransitionNotAllowed, before="lost"
    )


def test_an_inquiry_is_neither_won_nor_lost_and_a_chargeback_is_not_closed() -> None:
    given(INQUIRY, evidence()).when(PROCESSOR, to_win()).refused(TransitionNotAllowed)
    given(INQUIRY, evidence()).when(PROCESSOR, to_lose()).refused(TransitionNotAllowed)
    given(*ANSWERED).when(PROCESSOR, to_close()).refused(TransitionNotAllowed)
    given(*ANSWERED).when(PROCESSOR, to_escalate()).refused(TransitionNotAllowed)


def test_a_dispute_is_about_something() -> None:
    given().when(PROCESSOR, to_open_dispute(amount=money("0.00 EUR"))).refused(AmountsDiffer)


# -- DI14, DI15: the money moves --------------------------------------------------------


def test_the_processor_takes_the_money_and_what_is_payable_of_the_hosts_is_held() -> None:
    outcome = given(a_dispute()).when(PROCESSOR, to_withdraw())

    outcome.then(dispute_withdrawn())
    assert lines_of(outcome.events[0]) == [
        ("disputed_funds", 41_040),
        ("exp_dispute_fees", 1_500),
        ("stripe_available", -42_540),
        ("host_payable", 34_920),
        ("host_held", -34_920),
    ]


@pytest.mark.parametrize(
    ("payable", "held"),
    [("0.00 EUR", "0.00 EUR"), ("100.00 EUR", "100.00 EUR"), ("900.00 EUR", "349.20 EUR")],
)
def test_no_more_is_held_than_is_payable_nor_than_the_hosts_part(payable: str, held: str) -> None:
    command = to_withdraw(payable=money(payable))

    given(a_dispute()).when(PROCESSOR, command).then(dispute_withdrawn(held=held))


def test_another_amount_than_the_disputed_one_is_not_taken_in_its_currency() -> None:
    given(a_dispute()).when(PROCESSOR, to_withdraw(amount=money("410.41 EUR"))).refused(
        AmountsDiffer, disputed="410.40 EUR"
    )


def test_the_money_is_taken_once_until_it_came_back() -> None:
    again = to_withdraw(balance_transactions=("txn_3",))
    back = (*ANSWERED, won(), reinstated_funds(), reopened())

    given(*TAKEN).when(PROCESSOR, again).refused(TransitionNotAllowed)
    given(*back).when(PROCESSOR, to_withdraw()).refused(TransitionNotAllowed)
    given(*back).when(PROCESSOR, again).then(DisputeFundsWithdrawn)


@pytest.mark.parametrize("before", [ANSWERED, (*ANSWERED, won()), (*TAKEN, prevented())])
def test_the_money_comes_back_before_or_after_the_word_of_the_bank(
    before: tuple[Event, ...],
) -> None:
    given(*before).when(PROCESSOR, to_reinstate()).then(reinstated_funds())


def test_of_the_fee_comes_back_no_more_than_was_taken() -> None:
    outcome = given(*ANSWERED, won()).when(PROCESSOR, to_reinstate(fee="15.00 EUR"))

    outcome.then(reinstated_funds(fee="15.00 EUR"))
    given(*ANSWERED, won()).when(PROCESSOR, to_reinstate(fee="15.01 EUR")).refused(AmountsDiffer)


def test_what_was_not_taken_does_not_come_back_nor_twice() -> None:
    given(a_dispute(), evidence(), won("0.00 EUR")).when(PROCESSOR, to_reinstate()).refused(
        TransitionNotAllowed
    )
    given(*ANSWERED, won(), reinstated_funds()).when(PROCESSOR, to_reinstate()).refused(
        TransitionNotAllowed
    )


def test_money_that_moves_at_the_rate_of_the_day_leaves_what_the_currencies_did() -> None:
    """The guest paid dollars: 380 euros went, and 385 came."""
    in_dollars = a_dispute(amount=money("450.00 USD"))
    taken = dispute_withdrawn("380.00 EUR")

    back = given(in_dollars, taken, evidence(), won()).when(PROCESSOR, to_reinstate("385.00 EUR"))

    back.then(DisputeFundsReinstated)
    assert lines_of(back.events[0]) == [
        ("stripe_available", 38_500),
        ("disputed_funds", -38_000),
        ("fx_gain_loss", -500),
    ]


# -- DI8: who bears a loss --------------------------------------------------------------


def lost_with(stake: Stake, held: str = "0.00 EUR") -> list[tuple[str, int]]:
    before = given(a_dispute(), dispute_withdrawn(held=held), evidence())
    return lines_of(before.when(PROCESSOR, to_lose(stake)).then(DisputeLost).events[0])


def test_each_bears_their_own_part_and_the_hosts_was_held() -> None:
    assert lost_with(a_stake(), held="349.20 EUR") == [
        ("host_held", 34_920),
        ("contra_fee_refunds", 6_120),
        ("disputed_funds", -41_040),
    ]


def test_d3_what_a_host_was_paid_already_is_debt() -> None:
    assert lost_with(a_stake()) == [
        ("contra_fee_refunds", 6_120),
        ("host_receivable", 34_920),
        ("disputed_funds", -41_040),
    ]


def test_d3_a_part_is_held_a_part_is_payable_and_the_rest_is_debt() -> None:
    assert lost_with(a_stake(payable=money("100.00 EUR")), held="200.00 EUR") == [
        ("host_held", 20_000),
        ("host_payable", 10_000),
        ("contra_fee_refunds", 6_120),
        ("host_receivable", 4_920),
        ("disputed_funds", -41_040),
    ]


def test_a_loss_before_the_stay_is_earned_comes_out_of_what_is_deferred() -> None:
    assert lost_with(a_stake(earned=False)) == [
        ("host_deferred", 34_920),
        ("revenue_deferred", 6_120),
        ("disputed_funds", -41_040),
    ]


def test_the_platform_bears_all_of_a_loss_that_is_nobody_elses() -> None:
    stake = a_stake(borne_by=Bearer.PLATFORM)

    assert lost_with(stake, held="349.20 EUR") == [
        ("host_held", 34_920),
        ("exp_chargeback_loss", 41_040),
        ("host_payable", -34_920),
        ("disputed_funds", -41_040),
    ]


TAXED = Shares(
    "EUR",
    host_minor=34_000,
    guest_fee_minor=5_000,
    host_fee_minor=1_000,
    vat_minor=1_200,
    taxes=(TaxShare("Lisbon", 600),),
    coupon_minor=760,
)


def test_taxes_and_the_coupon_bear_their_part() -> None:
    earned = lost_with(a_stake(shares=TAXED))
    not_earned = lost_with(a_stake(shares=TAXED, earned=False))

    assert earned == [
        ("contra_fee_refunds", 6_000),
        ("tax_payable", 600),
        ("host_receivable", 34_000),
        ("vat_payable", 1_200),
        ("exp_promotions", -760),
        ("disputed_funds", -41_040),
    ]
    assert not_earned == [
        ("host_deferred", 34_000),
        ("revenue_deferred", 6_000),
        ("tax_deferred", 600),
        ("vat_payable", 1_200),
        ("exp_promotions", -760),
        ("disputed_funds", -41_040),
    ]


def test_the_platform_bears_what_is_disputed_beyond_what_was_paid() -> None:
    half = Shares("EUR", host_minor=17_460, guest_fee_minor=2_520, host_fee_minor=540)

    assert lost_with(a_stake(shares=half)) == [
        ("contra_fee_refunds", 3_060),
        ("host_receivable", 17_460),
        ("exp_chargeback_loss", 20_520),
        ("disputed_funds", -41_040),
    ]


def test_what_the_rate_of_the_day_took_beside_is_no_part_of_the_booking() -> None:
    in_dollars = a_dispute(amount=money("450.00 USD"))
    taken = dispute_withdrawn("415.40 EUR", held="0.00 EUR")

    event = given(in_dollars, taken, evidence()).when(PROCESSOR, to_lose()).events[0]

    assert lines_of(event)[-2:] == [("fx_gain_loss", 500), ("disputed_funds", -41_540)]


def test_a_loss_is_counted_in_the_currency_of_the_listing() -> None:
    stake = a_stake(disputed=money("450.00 USD"))

    given(*ANSWERED).when(PROCESSOR, to_lose(stake)).refused(CurrenciesDiffer)


def test_nothing_is_lost_where_nothing_was_taken() -> None:
    outcome = given(a_dispute(), evidence()).when(PROCESSOR, to_lose())

    (event,) = outcome.then(DisputeLost).events
    assert isinstance(event, DisputeLost)
    assert (event.entries, event.amount) == ((), money("0.00 EUR"))


CENTS = st.integers(0, 50_000)


@any_of(
    parts=st.tuples(CENTS, CENTS, CENTS, CENTS, CENTS),
    coupon=CENTS,
    disputed=CENTS,
    withdrawn_minor=CENTS,
    held=CENTS,
    payable=CENTS,
    earned=st.booleans(),
    borne_by=st.sampled_from(Bearer),
)
def test_a_loss_always_balances_and_takes_from_nobody_more_than_their_part(  # noqa: PLR0913
    parts: tuple[int, int, int, int, int],
    coupon: int,
    disputed: int,
    withdrawn_minor: int,
    held: int,
    payable: int,
    *,
    earned: bool,
    borne_by: Bearer,
) -> None:
    host, guest_fee, host_fee, vat, tax = parts
    shares = Shares(
        "EUR", host, guest_fee, host_fee, vat, (TaxShare("Lisbon", tax),), min(coupon, guest_fee)
    )
    stake = Stake(
        shares=shares,
        disputed=Money(disputed, "EUR"),
        payable=Money(payable, "EUR"),
        earned=earned,
        borne_by=borne_by,
    )

    loss = loss_of(stake, Money(withdrawn_minor, "EUR"), Money(held, "EUR"))

    entry = postings.dispute_lost(DISPUTE, (RUI, BOOKING), Money(withdrawn_minor, "EUR"), loss)
    assert not any(imbalance(entry.lines).values())
    assert loss.from_held + loss.given_back == Money(held, "EUR")
    assert loss.from_held + loss.from_payable + loss.debt == loss.shares.host
    taken = shares - loss.shares
    assert min(taken.host_minor, taken.fees.minor, taken.vat_minor, taken.tax.minor) >= 0
    for amount in (loss.from_held, loss.from_payable, loss.debt, loss.given_back, loss.borne):
        assert amount.minor >= 0
    assert not earned or loss.from_payable.minor <= payable


@any_of(amount=st.integers(0, 41_040))
def test_a_part_of_an_amount_comes_apart_like_the_whole(amount: int) -> None:
    part = part_of(TAXED, Money(amount, "EUR"))

    assert part.total == Money(amount, "EUR")
    for of_part, of_all in (
        (part.host_minor, TAXED.host_minor),
        (part.fees.minor, TAXED.fees.minor),
        (part.vat_minor, TAXED.vat_minor),
    ):
        assert abs(of_part - of_all * amount // 41_040) <= 2


def test_a_price_at_stake_is_the_shares_of_its_booking() -> None:
    assert part_of(a_price().shares, a_price().total) == a_price().shares


# -- Fees by themselves -------------------------------------------------------------------


def test_a_fee_for_our_answer_is_booked_once_and_may_come_back_with_a_win() -> None:
    fee = ChargeFee(dispute_id=DISPUTE, fee=money("20.00 EUR"), balance_transactions=("txn_3",))
    given(*ANSWERED).when(PROCESSOR, fee).then(a_dispute_fee())

    charged = (*ANSWERED, a_dispute_fee())
    given(*charged).when(PROCESSOR, fee).refused(TransitionNotAllowed, before="submitted")
    given(*charged, won()).when(PROCESSOR, to_reinstate(fee="35.00 EUR")).then(
        DisputeFundsReinstated
    )
    given(*charged, won()).when(PROCESSOR, to_reinstate(fee="35.01 EUR")).refused(AmountsDiffer)


def test_a_fee_of_nothing_is_none() -> None:
    nothing = ChargeFee(dispute_id=DISPUTE, fee=money("0.00 EUR"), balance_transactions=("txn_3",))
    given(*ANSWERED).when(PROCESSOR, nothing).refused(AmountsDiffer)


def test_what_speaks_for_the_charge_arrives_once_or_may_be_handed_in_again() -> None:
    arrived = RecordEvidence(dispute_id=DISPUTE, answers=1)
    given(*ANSWERED).when(PROCESSOR, arrived).then(delivered())
    given(*TAKEN).when(PROCESSOR, arrived).then(delivered())
    given(*ANSWERED, delivered()).when(PROCESSOR, arrived).refused(
        TransitionNotAllowed, before="submitted"
    )
    failed = FailEvidence(dispute_id=DISPUTE, reason="dispute_not_open")
    given(*ANSWERED).when(PROCESSOR, failed).then(not_delivered())
    given(INQUIRY, evidence()).when(PROCESSOR, failed).then(not_delivered(to="opened"))
    given(*ANSWERED, not_delivered()).when(SUPPORT, to_submit()).then(evidence())
