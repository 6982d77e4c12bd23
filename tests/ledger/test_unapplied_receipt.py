"""An unapplied receipt: money that came without a place goes back, or pays for what is due."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.aggregates.unapplied_receipt import (
    AdoptReceipt,
    DisputeReceipt,
    FailReturn,
    RecordReceiptFunds,
    RecordReturn,
    ReturnReceipt,
    ReverseReturn,
    SettleReceiptAlternatively,
    SettleReceiptByDispute,
    UseReceiptAlternative,
    receipt_of,
)
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    NothingVouchedFor,
    ReasonIsMissing,
    RefundBlockedByDispute,
    Refused,
    SelfApproval,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.events.unapplied_receipt import (
    ReceiptDetected,
    ReceiptLessened,
    ReceiptReturned,
    ReceiptReturnReversed,
    ReceiptSettledAlternatively,
    ReceiptSettledByDispute,
    Why,
)
from ledger.values.ids import DisputeId
from ledger.values.journal import Entry, imbalance
from ledger.values.money import Money
from tests.facts import (
    ADOPTED,
    BOOKING,
    CLARA,
    DINIS,
    DISPUTE,
    GUEST,
    PROCESS,
    PROCESSOR,
    RECEIPT,
    SUPPORT,
    THE_DIGEST,
    TIMER,
    a_receipt,
    adopted,
    adopted_payment,
    an_id,
    disputed_receipt,
    money,
    receipt_alternative_chosen,
    receipt_funds,
    receipt_lessened,
    receipt_settled,
    receipt_settled_alternatively,
    return_failed,
    return_reversed,
    returned,
    returning,
    to_detect_receipt,
)
from tests.given import given

ALL_OF_IT = "410.40 EUR"
RETURNING = (a_receipt(), returning())


def to_return(attempt: int = 1) -> ReturnReceipt:
    return ReturnReceipt(receipt_id=RECEIPT, idempotency_key=f"{RECEIPT}/{attempt}")


def to_record_return(amount: str = ALL_OF_IT, settled: str | None = None) -> RecordReturn:
    return RecordReturn(
        receipt_id=RECEIPT,
        amount=money(amount),
        processor_refund="re_late",
        balance_transaction="txn_back",
        settled=money(settled) if settled else None,
    )


def to_reverse(amount: str = ALL_OF_IT, settled: str | None = None) -> ReverseReturn:
    return ReverseReturn(
        receipt_id=RECEIPT,
        amount=money(amount),
        reason="expired_or_canceled_card",
        balance_transaction="txn_again",
        settled=money(settled) if settled else None,
    )


def to_adopt(due: str = ALL_OF_IT) -> AdoptReceipt:
    return AdoptReceipt(receipt_id=RECEIPT, payment_id=ADOPTED, due=money(due))


def booked(entries: Sequence[Entry]) -> dict[str, list[tuple[str, str, int, str]]]:
    for entry in entries:
        assert not any(imbalance(entry.lines).values())
    return {
        entry.rule: [(line.account, line.of, line.minor, line.currency) for line in entry.lines]
        for entry in entries
    }


# -- UR1: detected ----------------------------------------------------------------------


@pytest.mark.parametrize("actor", [PROCESSOR, PROCESS])
def test_money_that_has_no_place_is_taken_note_of(actor: Actor) -> None:
    given().when(actor, to_detect_receipt()).then(a_receipt())


@pytest.mark.parametrize("why", list(Why))
def test_a_receipt_says_why_there_was_no_place_for_it(why: Why) -> None:
    (event,) = given().when(PROCESSOR, to_detect_receipt(why=why)).events

    assert isinstance(event, ReceiptDetected)
    assert event.why is why


def test_the_same_charge_is_one_receipt_however_often_it_is_told() -> None:
    """P2."""
    assert receipt_of("ch_late") == RECEIPT != receipt_of("ch_1")
    given(a_receipt()).when(PROCESSOR, to_detect_receipt()).refused(
        TransitionNotAllowed, before="detected"
    )


@pytest.mark.parametrize("amount", ["0.00 EUR", "-1.00 EUR"])
def test_nothing_is_no_receipt(amount: str) -> None:
    given().when(PROCESSOR, to_detect_receipt(amount=money(amount), fee=None)).refused(
        AmountsDiffer
    )


@pytest.mark.parametrize(
    ("figures", "rule"),
    [
        ({"settled": money("410.39 EUR")}, AmountsDiffer),
        ({"fee": money("410.41 EUR")}, AmountsDiffer),
        ({"fee": money("1.00 USD")}, CurrenciesDiffer),
        ({"settled": money("395.15 CHF")}, CurrenciesDiffer),
    ],
)
def test_figures_that_do_not_fit_together_are_refused(
    figures: dict[str, object], rule: type[Refused]
) -> None:
    given().when(PROCESSOR, to_detect_receipt(**figures)).refused(rule)


def test_a_receipt_is_owed_to_the_guest_and_its_fee_is_our_cost() -> None:
    """P4: the fee cost is booked."""
    assert booked(a_receipt().entries) == {
        "J22": [
            ("stripe_pending", "", 41_040, "EUR"),
            ("unapplied_receipts", RECEIPT, -41_040, "EUR"),
        ],
        "J3": [("exp_psp_fees", "", 1_252, "EUR"), ("stripe_pending", "", -1_252, "EUR")],
    }


# -- UR6: usable ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "since",
    [(), (returning(),), (returning(), return_failed()), (returning(), returned())],
)
def test_what_is_left_of_it_becomes_usable_wherever_it_stands(since: tuple[Event, ...]) -> None:
    to_use = RecordReceiptFunds(receipt_id=RECEIPT)

    given(a_receipt(), *since).when(PROCESSOR, to_use).then(receipt_funds())
    given(a_receipt(), receipt_funds(), *since).when(PROCESSOR, to_use).refused(
        TransitionNotAllowed, command="RecordReceiptFunds"
    )


def test_adopted_money_becomes_usable_as_the_payment_that_it_is() -> None:
    given(a_receipt(), adopted()).when(PROCESSOR, RecordReceiptFunds(receipt_id=RECEIPT)).refused(
        TransitionNotAllowed, before="adopted"
    )


# -- UR2, UR3, UR4: given back ----------------------------------------------------------


def test_the_processor_is_asked_to_give_it_back_under_a_key() -> None:
    given(a_receipt()).when(PROCESS, to_return()).then(returning())
    given(a_receipt()).when(GUEST, to_return()).refused(TransitionNotAllowed, actor="G")


def test_it_is_not_given_back_twice() -> None:
    given(*RETURNING).when(PROCESS, to_return(2)).refused(TransitionNotAllowed, before="returning")
    given(*RETURNING, returned()).when(PROCESS, to_return(2)).refused(TransitionNotAllowed)


def test_a_return_that_failed_is_tried_again_with_another_key() -> None:
    to_fail = FailReturn(receipt_id=RECEIPT, reason="expired_or_canceled_card")

    given(*RETURNING).when(PROCESSOR, to_fail).then(return_failed())
    given(*RETURNING, return_failed()).when(PROCESS, to_return(2)).then(returning(2))


def test_the_guest_has_it_back() -> None:
    given(*RETURNING).when(PROCESSOR, to_record_return()).then(returned())
    assert booked(returned().entries) == {
        "J22r": [
            ("unapplied_receipts", RECEIPT, 41_040, "EUR"),
            ("stripe_available", "", -41_040, "EUR"),
        ]
    }


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (to_record_return("410.39 EUR"), AmountsDiffer),
        (to_record_return("410.41 EUR"), AmountsDiffer),
        (to_record_return("410.40 USD"), CurrenciesDiffer),
        (to_record_return(settled="410.39 EUR"), AmountsDiffer),
        (to_record_return(settled="395.15 CHF"), CurrenciesDiffer),
    ],
)
def test_what_goes_back_is_what_came(command: RecordReturn, rule: type[Refused]) -> None:
    given(*RETURNING).when(PROCESSOR, command).refused(rule)


def test_only_the_processor_says_that_it_is_back() -> None:
    given(*RETURNING).when(TIMER, to_record_return()).refused(TransitionNotAllowed, actor="T")


@pytest.mark.parametrize(
    ("cost", "result"),
    [("397.00 CHF", 185), ("394.00 CHF", -115), ("395.15 CHF", 0)],
)
def test_what_two_rates_differ_by_is_lost_or_gained_when_it_goes_back(
    cost: str, result: int
) -> None:
    """M1: the guest gets exactly what they paid; the booking's position is closed by it."""
    exchanged = a_receipt(settled=money("395.15 CHF"), fee=money("12.00 CHF"))
    came = booked(exchanged.entries)
    outcome = given(exchanged, returning()).when(PROCESSOR, to_record_return(settled=cost))
    (event,) = outcome.events
    assert isinstance(event, ReceiptReturned)
    lines = [*came["J22fx"], *booked(event.entries)["J22rfx"]]

    def left(account: str, currency: str) -> int:
        return sum(line[2] for line in lines if (line[0], line[3]) == (account, currency))

    assert left("fx_position", "CHF") == left("fx_position", "EUR") == 0
    assert left("unapplied_receipts", "EUR") == 0
    assert left("fx_gain_loss", "CHF") == result
    assert {line[1] for line in lines if line[0] == "fx_position"} == {BOOKING}


def test_what_was_exchanged_does_not_go_back_without_its_cost() -> None:
    exchanged = a_receipt(settled=money("395.15 CHF"), fee=None)

    given(exchanged, returning()).when(PROCESSOR, to_record_return()).refused(CurrenciesDiffer)


# -- UR7: it came back ------------------------------------------------------------------


def test_what_came_back_from_the_guests_bank_is_owed_again() -> None:
    given(*RETURNING, returned()).when(PROCESSOR, to_reverse()).then(return_reversed())
    assert booked(return_reversed().entries) == {
        "J22b": [
            ("stripe_available", "", 41_040, "EUR"),
            ("unapplied_receipts", RECEIPT, -41_040, "EUR"),
        ]
    }
    given(*RETURNING, returned(), return_reversed()).when(PROCESS, to_return(2)).then(returning(2))


@pytest.mark.parametrize("since", [(), (returning(),), (returning(), return_failed())])
def test_nothing_comes_back_that_was_not_with_the_guest(since: tuple[Event, ...]) -> None:
    given(a_receipt(), *since).when(PROCESSOR, to_reverse()).refused(TransitionNotAllowed)


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (to_reverse("410.39 EUR"), AmountsDiffer),
        (to_reverse("410.40 USD"), CurrenciesDiffer),
        (to_reverse(settled="410.39 EUR"), AmountsDiffer),
        (to_reverse(settled="395.15 CHF"), CurrenciesDiffer),
    ],
)
def test_what_comes_back_is_what_had_gone(command: ReverseReturn, rule: type[Refused]) -> None:
    given(*RETURNING, returned()).when(PROCESSOR, command).refused(rule)


@pytest.mark.parametrize(("back", "result"), [("390.00 CHF", 700), ("397.00 CHF", 0)])
def test_the_position_of_what_came_back_is_open_as_it_was(back: str, result: int) -> None:
    exchanged = a_receipt(settled=money("395.15 CHF"), fee=None)
    gone = given(exchanged, returning()).when(PROCESSOR, to_record_return(settled="397.00 CHF"))
    history = (exchanged, returning(), *gone.events)
    (event,) = given(*history).when(PROCESSOR, to_reverse(settled=back)).events
    assert isinstance(event, ReceiptReturnReversed)
    (out,) = gone.events
    assert isinstance(out, ReceiptReturned)
    lines = [*booked(out.entries)["J22rfx"], *booked(event.entries)["J22bfx"]]

    def left(account: str) -> int:
        return sum(line[2] for line in lines if line[0] == account)

    assert left("fx_position") == left("unapplied_receipts") == 0
    assert left("fx_gain_loss") == result, "what the way there and back cost"


# -- UR8, UR9: disputed -----------------------------------------------------------------


def to_settle(amount: str = ALL_OF_IT, lost: str = ALL_OF_IT) -> SettleReceiptByDispute:
    return SettleReceiptByDispute(
        receipt_id=RECEIPT, dispute_id=DISPUTE, amount=money(amount), lost=money(lost)
    )


def test_a_dispute_about_it_is_remembered_once() -> None:
    to_dispute = DisputeReceipt(receipt_id=RECEIPT, dispute_id=DISPUTE)

    given(a_receipt()).when(PROCESS, to_dispute).then(disputed_receipt())
    given(a_receipt(), disputed_receipt()).when(PROCESS, to_dispute).refused(TransitionNotAllowed)


def test_what_a_dispute_has_does_not_go_back_as_well() -> None:
    to_send = ReturnReceipt(receipt_id=RECEIPT, idempotency_key=f"{RECEIPT}/2", disputed=True)

    given(*RETURNING, return_failed()).when(PROCESS, to_send).refused(RefundBlockedByDispute)


def test_what_a_lost_dispute_took_is_owed_no_more() -> None:
    given(a_receipt(), disputed_receipt()).when(PROCESS, to_settle()).then(receipt_settled())
    assert booked(receipt_settled().entries) == {
        "J22d": [
            ("unapplied_receipts", RECEIPT, 41_040, "EUR"),
            ("exp_chargeback_loss", "", -41_040, "EUR"),
        ]
    }
    given(a_receipt(), receipt_settled()).when(PROCESS, to_return()).refused(TransitionNotAllowed)


@pytest.mark.parametrize("since", [(returning(),), (returning(), returned())])
def test_what_the_guest_has_or_is_about_to_have_is_not_settled_by_a_dispute(
    since: tuple[Event, ...],
) -> None:
    given(a_receipt(), *since).when(PROCESS, to_settle()).refused(TransitionNotAllowed)


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (to_settle("410.41 EUR", "410.41 EUR"), AmountsDiffer),
        (to_settle("410.39 EUR"), AmountsDiffer),
        (to_settle("410.40 EUR", "410.39 EUR"), AmountsDiffer),
        (to_settle("410.40 USD"), CurrenciesDiffer),
        (to_settle(lost="395.15 CHF"), CurrenciesDiffer),
    ],
)
def test_a_dispute_settles_what_it_is_about_and_no_more_than_is_owed(
    command: SettleReceiptByDispute, rule: type[Refused]
) -> None:
    given(a_receipt()).when(PROCESS, command).refused(rule)


def test_the_position_of_what_a_dispute_took_is_closed() -> None:
    exchanged = a_receipt(settled=money("395.15 CHF"), fee=None)
    (event,) = given(exchanged).when(PROCESS, to_settle(lost="397.00 CHF")).events
    assert isinstance(event, ReceiptSettledByDispute)
    lines = [*booked(exchanged.entries)["J22fx"], *booked(event.entries)["J22dfx"]]

    def left(account: str) -> int:
        return sum(line[2] for line in lines if line[0] == account)

    assert left("fx_position") == left("unapplied_receipts") == 0
    assert left("exp_chargeback_loss") == -39_700
    assert left("fx_gain_loss") == 185


# -- UR10: a part of it ------------------------------------------------------------------

FAILED = (*RETURNING, return_failed())
A_PART = "110.40 EUR"
AFTERWARDS = DisputeId(an_id("another dispute"))


def test_what_a_dispute_took_of_it_is_owed_no_more_and_the_rest_goes_back() -> None:
    given(*FAILED).when(PROCESS, to_settle(A_PART, A_PART)).then(receipt_lessened())
    lessened = (*FAILED, receipt_lessened(), returning(2))

    given(*lessened).when(PROCESSOR, to_record_return()).refused(AmountsDiffer)
    (event,) = given(*lessened).when(PROCESSOR, to_record_return("300.00 EUR")).events
    assert isinstance(event, ReceiptReturned)
    assert booked(event.entries) == {
        "J22r": [
            ("unapplied_receipts", RECEIPT, 30_000, "EUR"),
            ("stripe_available", "", -30_000, "EUR"),
        ]
    }
    given(*lessened, event).when(PROCESSOR, to_reverse()).refused(AmountsDiffer)


def test_a_dispute_takes_its_part_once() -> None:
    again = to_settle(A_PART, A_PART)
    given(*FAILED, receipt_lessened()).when(PROCESS, again).refused(TransitionNotAllowed)

    the_rest = replace(to_settle("300.00 EUR", "300.00 EUR"), dispute_id=AFTERWARDS)
    (event,) = given(*FAILED, receipt_lessened()).when(PROCESS, the_rest).events
    assert isinstance(event, ReceiptSettledByDispute)
    too_much = replace(to_settle("300.01 EUR", "300.01 EUR"), dispute_id=AFTERWARDS)
    given(*FAILED, receipt_lessened()).when(PROCESS, too_much).refused(AmountsDiffer)


@given_any(
    came=st.integers(2, 10**8), gross=st.integers(0, 10**8), part=st.fractions(0, 1), cost=st.data()
)
@settings(max_examples=25)
def test_whatever_a_dispute_takes_of_it_no_position_is_left(
    came: int, gross: int, part: Fraction, cost: st.DataObject
) -> None:
    """M1: the part closes its share of the position, and what goes back closes the rest."""
    taken = min(max(int(came * part), 1), came - 1)
    lost, paid = (Money(cost.draw(st.integers(0, 10**8)), "CHF") for _ in range(2))
    exchanged = a_receipt(amount=Money(came, "EUR"), settled=Money(gross, "CHF"), fee=None)
    settle = replace(to_settle(), amount=Money(taken, "EUR"), lost=lost)
    (lessened,) = given(exchanged).when(PROCESS, settle).events
    back = replace(to_record_return(), amount=Money(came - taken, "EUR"), settled=paid)
    (gone,) = given(exchanged, lessened, returning()).when(PROCESSOR, back).events
    assert isinstance(lessened, ReceiptLessened)
    assert isinstance(gone, ReceiptReturned)
    entries = (*exchanged.entries, *lessened.entries, *gone.entries)

    left: Counter[str] = Counter()
    for lines in booked(entries).values():
        for account, _, minor, _ in lines:
            left[account] += minor
    assert not left["fx_position"]
    assert not left["unapplied_receipts"]


# -- UR11, UR12: paid by our bank --------------------------------------------------------


def to_choose(reason: str = "card_closed", *, disputed: bool = False) -> UseReceiptAlternative:
    return UseReceiptAlternative(
        receipt_id=RECEIPT, reason=reason, chosen_by=CLARA.id, disputed=disputed
    )


def to_pay(
    by: Actor = DINIS, proof: str = THE_DIGEST, settled: str | None = None
) -> SettleReceiptAlternatively:
    return SettleReceiptAlternatively(
        receipt_id=RECEIPT,
        settled_by=by.id,
        reference="SEPA 2026-06-01 0017",
        proof=proof,
        settled=money(settled) if settled else None,
    )


CHOSEN = (*FAILED, receipt_alternative_chosen())


def test_our_bank_pays_what_cannot_go_back_and_a_second_person_has_seen_it() -> None:
    given(*FAILED).when(CLARA, to_choose()).then(receipt_alternative_chosen())
    given(*CHOSEN).when(DINIS, to_pay()).then(receipt_settled_alternatively())
    assert booked(receipt_settled_alternatively().entries) == {
        "J22p": [("unapplied_receipts", RECEIPT, 41_040, "EUR"), ("bank", "", -41_040, "EUR")]
    }


def test_one_person_alone_does_not_pay_by_bank() -> None:
    given(*CHOSEN).when(CLARA, to_pay(CLARA)).refused(SelfApproval)
    given(*CHOSEN).when(DINIS, to_pay(proof="")).refused(NothingVouchedFor)
    given(*FAILED).when(CLARA, to_choose(" ")).refused(ReasonIsMissing)
    given(*CHOSEN).when(SUPPORT, to_pay(SUPPORT)).refused(TransitionNotAllowed, actor="S")


def test_our_bank_pays_nothing_that_a_dispute_has_or_that_may_still_arrive() -> None:
    given(*FAILED).when(CLARA, to_choose(disputed=True)).refused(RefundBlockedByDispute)
    given(*RETURNING).when(CLARA, to_choose()).refused(TransitionNotAllowed, before="returning")
    given(*CHOSEN).when(PROCESS, to_return(2)).refused(TransitionNotAllowed)


def test_what_a_dispute_took_meanwhile_our_bank_does_not_pay() -> None:
    given(*CHOSEN).when(PROCESS, to_settle()).then(receipt_settled())
    (event,) = given(*CHOSEN, receipt_lessened()).when(DINIS, to_pay()).events
    assert isinstance(event, ReceiptSettledAlternatively)
    assert event.amount == money("300.00 EUR")


def test_the_position_of_what_our_bank_paid_is_closed_by_what_the_transfer_cost() -> None:
    """M1."""
    exchanged = a_receipt(settled=money("395.15 CHF"), fee=None)
    chosen = (exchanged, returning(), return_failed(), receipt_alternative_chosen())
    (event,) = given(*chosen).when(DINIS, to_pay(settled="397.00 CHF")).events
    assert isinstance(event, ReceiptSettledAlternatively)
    lines = [*booked(exchanged.entries)["J22fx"], *booked(event.entries)["J22pfx"]]

    def left(account: str) -> int:
        return sum(line[2] for line in lines if line[0] == account)

    assert left("fx_position") == left("unapplied_receipts") == 0
    assert left("bank") == -39_700
    assert left("fx_gain_loss") == 185
    given(*chosen).when(DINIS, to_pay()).refused(CurrenciesDiffer)
    given(*CHOSEN).when(DINIS, to_pay(settled="410.39 EUR")).refused(AmountsDiffer)


# -- UR5: adopted -----------------------------------------------------------------------


def test_money_that_is_due_after_all_is_adopted() -> None:
    """P4: the nights are still free."""
    given(a_receipt()).when(PROCESS, to_adopt()).then(adopted())
    (entry,) = adopted_payment().entries

    assert booked([entry]) == {
        "J22a": [
            ("unapplied_receipts", RECEIPT, 41_040, "EUR"),
            ("unapplied_receipts", ADOPTED, -41_040, "EUR"),
        ]
    }


@pytest.mark.parametrize(
    ("due", "rule"), [("410.41 EUR", AmountsDiffer), ("410.40 USD", CurrenciesDiffer)]
)
def test_money_that_is_not_what_is_due_is_not_adopted(due: str, rule: type[Refused]) -> None:
    given(a_receipt()).when(PROCESS, to_adopt(due)).refused(rule)


@pytest.mark.parametrize(
    "since", [(returning(),), (returning(), returned()), (returning(), return_failed())]
)
def test_what_is_on_its_way_back_is_not_adopted(since: tuple[Event, ...]) -> None:
    given(a_receipt(), *since).when(PROCESS, to_adopt()).refused(TransitionNotAllowed)


def test_adopted_money_does_not_go_back() -> None:
    given(a_receipt(), adopted()).when(PROCESS, to_return()).refused(
        TransitionNotAllowed, before="adopted"
    )
