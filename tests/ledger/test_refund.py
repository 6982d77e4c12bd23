"""A refund: asked for line by line, approved by the policy or by two people, or taken back."""

from typing import Any

import pytest

from ledger.aggregates.refund import (
    ApproveRefund,
    AskForApproval,
    AutoApprove,
    CancelRefund,
    RejectRefund,
)
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    ReasonIsMissing,
    RefundChanged,
    RefundExceedsCapture,
    RefundLineExceeded,
    SecondPersonRequired,
    SelfApproval,
    TransitionNotAllowed,
)
from ledger.events.refund import Doubt, Funding, RefundApproved, RefundCancelled, RefundRequested
from ledger.values.journal import Entry
from ledger.values.policy import LineBack
from ledger.values.shares import Shares, TaxShare
from tests.facts import (
    CLARA,
    DINIS,
    GUEST,
    HOST,
    LEFT_ON_LINES,
    OPERATOR,
    PROCESS,
    REFUND,
    RUI,
    SUPPORT,
    a_price,
    a_refund,
    a_settlement,
    approval_asked,
    approved,
    cancelled_refund,
    money,
    pending,
    rejected,
    submitted,
    to_request_refund,
)
from tests.given import given

GOODWILL = {
    "back": Shares("EUR"),
    "lines": (LineBack("goodwill", "", 3_000),),
    "amount": money("30.00 EUR"),
    "funded_by": Funding.PLATFORM,
    "preview": None,
}
EVERY_PART = Shares(
    "EUR",
    host_minor=10_000,
    guest_fee_minor=1_400,
    host_fee_minor=300,
    vat_minor=400,
    taxes=(TaxShare("PT-11", 600), TaxShare("PT", 200)),
    coupon_minor=900,
)
"""120.00 of a guest's: every letter of the rules has something in it."""
OF_EVERY_PART: dict[str, Any] = {
    "back": EVERY_PART,
    "amount": money("120.00 EUR"),
    "lines": (LineBack("night", "2026-07-02", 12_000),),
}


def to_approve(**changed: Any) -> AutoApprove:
    told: dict[str, Any] = {
        "refund_id": REFUND,
        "preview": a_settlement().digest,
        "refundable": a_price().total,
        "earned": False,
        "payable": money("0.00 EUR"),
        "remitted": (),
    }
    return AutoApprove(**told | changed)


def to_approve_as(approved_by: str | None = CLARA.id, **changed: Any) -> ApproveRefund:
    told: dict[str, Any] = {
        "refund_id": REFUND,
        "approved_by": approved_by,
        "refundable": a_price().total,
        "left_on_lines": LEFT_ON_LINES,
        "earned": False,
        "payable": money("0.00 EUR"),
        "remitted": (),
    }
    return ApproveRefund(**told | changed)


def lines_of(entry: Entry) -> list[tuple[str, int]]:
    return [(line.account, line.minor) for line in entry.lines]


# -- RF1: asked for ---------------------------------------------------------------------


def test_a_refund_is_asked_for_line_by_line() -> None:
    given().when(PROCESS, to_request_refund()).then(a_refund())


@pytest.mark.parametrize("actor", [SUPPORT, HOST, CLARA])
def test_support_hosts_and_finance_may_ask_for_a_refund(actor: Any) -> None:
    given().when(actor, to_request_refund(requested_by=actor.id)).then(RefundRequested)


def test_a_guest_does_not_refund_themselves() -> None:
    given().when(GUEST, to_request_refund()).refused(TransitionNotAllowed, actor="G")


@pytest.mark.parametrize("cents", [17_999, 18_001])
def test_the_lines_explain_every_cent(cents: int) -> None:
    lines = (LineBack("guest_fee", "", cents),)

    given().when(PROCESS, to_request_refund(lines=lines)).refused(
        AmountsDiffer, amount="180.00 EUR", lines_minor=cents
    )


def test_the_shares_explain_every_cent_of_the_same_currency() -> None:
    a_cent_less = Shares("EUR", host_minor=17_460, host_fee_minor=539)

    given().when(PROCESS, to_request_refund(back=a_cent_less)).refused(
        AmountsDiffer, amount="180.00 EUR", shares="179.99 EUR"
    )


def test_nothing_is_no_refund() -> None:
    nothing = to_request_refund(amount=money("0.00 EUR"), back=Shares("EUR"), lines=())

    given().when(PROCESS, nothing).refused(AmountsDiffer)


def test_a_refund_goes_as_far_as_the_payment_and_no_further() -> None:
    exactly = to_request_refund(refundable=money("180.00 EUR"))
    a_cent_more = to_request_refund(refundable=money("179.99 EUR"))

    given().when(PROCESS, exactly).then(a_refund())
    given().when(PROCESS, a_cent_more).refused(RefundExceedsCapture, refundable="179.99 EUR")


def test_what_was_never_captured_is_not_refunded_r2() -> None:
    """Pending, processing, authorised, failed and cancelled payments can give nothing back."""
    given().when(PROCESS, to_request_refund(refundable=money("0.00 EUR"))).refused(
        RefundExceedsCapture, refundable="0.00 EUR"
    )


def test_a_refund_is_in_the_currency_of_the_payment() -> None:
    in_dollars = to_request_refund(refundable=money("410.40 USD"))

    given().when(PROCESS, in_dollars).refused(CurrenciesDiffer)


@pytest.mark.parametrize(
    ("left_minor", "goes"), [(6_000, True), (5_999, False), (0, False), (None, False)]
)
def test_a_line_gives_back_what_is_left_on_it_and_no_more(
    left_minor: int | None, goes: bool
) -> None:
    others = LEFT_ON_LINES[1:]
    of_first = () if left_minor is None else (LineBack("night", "2026-07-02", left_minor),)
    outcome = given().when(PROCESS, to_request_refund(left_on_lines=(*of_first, *others)))

    if goes:
        outcome.then(RefundRequested)
    else:
        outcome.refused(RefundLineExceeded, code="night", of="2026-07-02", minor=6_000)


def test_a_line_is_not_given_back_twice_by_naming_it_twice() -> None:
    twice = (LineBack("night", "2026-07-02", 9_000),) * 2

    given().when(PROCESS, to_request_refund(lines=twice)).refused(
        RefundLineExceeded, minor=18_000, left_minor=12_000
    )


@pytest.mark.parametrize(("coupon", "goes"), [(-1_000, True), (-1_001, False), (1, False)])
def test_a_coupon_takes_no_more_from_a_refund_than_it_gave(coupon: int, goes: bool) -> None:
    lines = (LineBack("night", "2026-07-02", 9_000), LineBack("coupon", "SPRING", coupon))
    amount = 9_000 + coupon
    command = to_request_refund(
        lines=lines,
        amount=money(f"{amount / 100:.2f} EUR"),
        back=Shares("EUR", host_minor=amount),
        left_on_lines=(*LEFT_ON_LINES, LineBack("coupon", "SPRING", -1_000)),
    )
    outcome = given().when(PROCESS, command)

    if goes:
        outcome.then(RefundRequested)
    else:
        outcome.refused(RefundLineExceeded, code="coupon", left_minor=-1_000)


def test_goodwill_is_nobodys_share_and_on_no_line_of_the_price() -> None:
    given().when(SUPPORT, to_request_refund(**GOODWILL)).then(a_refund(**GOODWILL))
    given().when(
        SUPPORT, to_request_refund(**GOODWILL | {"back": Shares("EUR", host_minor=3_000)})
    ).refused(AmountsDiffer, funded_by="platform")


@pytest.mark.parametrize(
    ("amount", "refundable", "minor"),
    [("18000 JPY", "41040 JPY", 18_000), ("18.005 KWD", "41.040 KWD", 18_005)],
)
def test_a_currency_goes_back_to_its_last_digit_r12(
    amount: str, refundable: str, minor: int
) -> None:
    price = money(amount)
    left = (LineBack("night", "2026-07-02", minor),)
    command = to_request_refund(
        amount=price,
        back=Shares(price.currency, host_minor=minor),
        lines=left,
        left_on_lines=left,
        refundable=money(refundable),
    )

    (event,) = given().when(PROCESS, command).then(RefundRequested).events

    assert isinstance(event, RefundRequested)
    assert str(event.amount) == amount


# -- RF2: approved by the policy --------------------------------------------------------


def test_what_the_policy_worked_out_is_approved_by_itself() -> None:
    given(a_refund()).when(PROCESS, to_approve()).then(approved())


def test_what_no_policy_worked_out_needs_a_second_person() -> None:
    by_hand = a_refund(preview=None)

    given(by_hand).when(PROCESS, to_approve()).refused(SecondPersonRequired)


def test_what_the_platform_pays_needs_a_second_person() -> None:
    goodwill = a_refund(**GOODWILL | {"preview": a_settlement().digest})

    given(goodwill).when(PROCESS, to_approve()).refused(SecondPersonRequired, funded_by="platform")


def test_what_the_policy_says_now_is_what_was_shown() -> None:
    given(a_refund()).when(PROCESS, to_approve(preview="another")).refused(RefundChanged)


def test_of_two_refunds_that_are_right_by_themselves_one_is_too_much_r1() -> None:
    """The first is approved, so the payment can give back less when the second comes up."""
    given(a_refund()).when(PROCESS, to_approve(refundable=money("179.99 EUR"))).refused(
        RefundExceedsCapture, amount="180.00 EUR"
    )


# -- J8, J10, J11, J14: whose part goes back ----------------------------------------------


def approved_entry(**changed: Any) -> Entry:
    command = to_approve(**changed)
    outcome = given(a_refund(**OF_EVERY_PART)).when(PROCESS, command).then(RefundApproved)
    (entry,) = outcome.events[0].entries  # type: ignore[attr-defined]
    assert isinstance(entry, Entry)
    return entry


def test_before_the_stay_is_earned_what_was_deferred_goes_back() -> None:
    entry = approved_entry()

    assert entry.rule == "J8"
    assert lines_of(entry) == [
        ("host_deferred", 10_000),
        ("revenue_deferred", 1_700),
        ("vat_payable", 400),
        ("tax_deferred", 800),
        ("exp_promotions", -900),
        ("refund_payable", -12_000),
    ]


def test_after_it_is_earned_and_before_the_host_is_paid_what_is_payable_goes_back() -> None:
    entry = approved_entry(earned=True, payable=money("100.00 EUR"))

    assert entry.rule == "J10"
    assert lines_of(entry) == [
        ("host_payable", 10_000),
        ("contra_fee_refunds", 1_700),
        ("vat_payable", 400),
        ("tax_payable", 600),
        ("tax_payable", 200),
        ("exp_promotions", -900),
        ("refund_payable", -12_000),
    ]
    assert entry.lines[0].of == f"{RUI}/{approved().booking_id}"
    assert [line.of for line in entry.lines[3:5]] == ["PT-11", "PT"]


@pytest.mark.parametrize(("payable", "debt"), [("40.00 EUR", 6_000), ("0.00 EUR", 10_000)])
def test_after_the_payout_the_host_owes_what_is_not_left_r6(payable: str, debt: int) -> None:
    command = to_approve(earned=True, payable=money(payable), remitted=("PT-11", "PT"))

    (event,) = given(a_refund(**OF_EVERY_PART)).when(PROCESS, command).then(RefundApproved).events

    assert isinstance(event, RefundApproved)
    (entry,) = event.entries
    assert entry.rule == "J11"
    assert event.debt.minor == debt
    booked = {line.account: line for line in entry.lines}
    assert ("host_payable" in booked) == (debt < 10_000)
    assert booked["host_receivable"].minor == debt
    assert booked["host_receivable"].of == RUI
    assert booked["tax_recoverable"].minor == 200
    assert "tax_payable" not in booked


def test_a_debt_is_never_of_another_currency_r6() -> None:
    command = to_approve(earned=True, payable=money("100.00 USD"))

    given(a_refund()).when(PROCESS, command).refused(CurrenciesDiffer)


def test_taxes_that_have_left_come_back_from_the_authority_even_where_the_host_was_not_paid() -> (
    None
):
    entry = approved_entry(earned=True, payable=money("100.00 EUR"), remitted=("PT-11", "PT"))

    assert entry.rule == "J11"
    assert [line.account for line in entry.lines].count("tax_recoverable") == 2


def test_the_platform_pays_goodwill_itself() -> None:
    before = given(a_refund(**GOODWILL), approval_asked(Doubt.PLATFORM_FUNDED))

    (event,) = before.when(CLARA, to_approve_as()).then(RefundApproved).events

    assert isinstance(event, RefundApproved)
    (entry,) = event.entries
    assert entry.rule == "J14"
    assert lines_of(entry) == [("exp_goodwill", 3_000), ("refund_payable", -3_000)]


def test_a_coupon_goes_back_to_the_platform_in_proportion_r11() -> None:
    (coupon,) = [line for line in approved_entry().lines if line.account == "exp_promotions"]

    assert coupon.minor == -900


def test_a_guest_of_another_currency_is_owed_what_they_paid() -> None:
    refund = a_refund(amount=money("195.00 USD"), lines=(LineBack("night", "2026-07-02", 19_500),))

    command = to_approve(refundable=money("400.00 USD"))
    (event,) = given(refund).when(PROCESS, command).then(RefundApproved).events

    assert isinstance(event, RefundApproved)
    (entry,) = event.entries
    assert entry.rule == "J8fx"
    assert [(line.account, line.minor, line.currency) for line in entry.lines] == [
        ("host_deferred", 17_460, "EUR"),
        ("revenue_deferred", 540, "EUR"),
        ("fx_position", -18_000, "EUR"),
        ("fx_position", 19_500, "USD"),
        ("refund_payable", -19_500, "USD"),
    ]


# -- RF3 to RF5: a person looks -----------------------------------------------------------


def test_a_refund_waits_for_a_person_for_a_reason() -> None:
    command = AskForApproval(refund_id=REFUND, reasons=(Doubt.PAYOUT_TRANSFERRED,))

    given(a_refund()).when(PROCESS, command).then(approval_asked(Doubt.PAYOUT_TRANSFERRED))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [(GOODWILL, Doubt.PLATFORM_FUNDED), ({"preview": None}, Doubt.OFF_POLICY)],
)
def test_what_the_request_itself_gives_as_a_reason_is_not_forgotten(
    changed: dict[str, Any], reason: Doubt
) -> None:
    command = AskForApproval(refund_id=REFUND, reasons=(Doubt.ABOVE_LIMIT, reason))

    given(a_refund(**changed)).when(PROCESS, AskForApproval(refund_id=REFUND, reasons=())).then(
        approval_asked(reason)
    )
    given(a_refund(**changed)).when(PROCESS, command).then(
        approval_asked(Doubt.ABOVE_LIMIT, reason)
    )


def test_nobody_is_asked_without_a_reason() -> None:
    command = AskForApproval(refund_id=REFUND, reasons=())

    given(a_refund()).when(PROCESS, command).refused(ReasonIsMissing)


@pytest.mark.parametrize("actor", [CLARA, OPERATOR])
def test_a_second_person_approves(actor: Any) -> None:
    asked = given(a_refund(requested_by=DINIS.id), approval_asked())

    asked.when(actor, to_approve_as(actor.id)).then(approved())


def test_nobody_approves_the_refund_they_asked_for_r10() -> None:
    asked = given(a_refund(requested_by=CLARA.id), approval_asked())

    asked.when(CLARA, to_approve_as(CLARA.id)).refused(SelfApproval, by=CLARA.id)


@pytest.mark.parametrize("nobody", [None, ""])
def test_nobody_is_no_second_person(nobody: str | None) -> None:
    asked = given(a_refund(), approval_asked())

    asked.when(CLARA, to_approve_as(nobody)).refused(SecondPersonRequired)


def test_support_does_not_approve() -> None:
    given(a_refund(), approval_asked()).when(SUPPORT, to_approve_as()).refused(
        TransitionNotAllowed, actor="S"
    )


def test_what_can_be_given_back_is_looked_up_once_more_r10() -> None:
    """Between request and approval, another refund was approved."""
    asked = given(a_refund(), approval_asked())
    first_night = LineBack("night", "2026-07-02", 5_999)

    asked.when(CLARA, to_approve_as(refundable=money("179.99 EUR"))).refused(RefundExceedsCapture)
    asked.when(CLARA, to_approve_as(left_on_lines=(first_night, *LEFT_ON_LINES[1:]))).refused(
        RefundLineExceeded, left_minor=5_999
    )


def test_a_refund_is_rejected_with_a_reason() -> None:
    asked = given(a_refund(), approval_asked())

    asked.when(OPERATOR, RejectRefund(refund_id=REFUND, reason=rejected().reason)).then(rejected())
    asked.when(OPERATOR, RejectRefund(refund_id=REFUND, reason=" ")).refused(ReasonIsMissing)


# -- RF12: taken back -------------------------------------------------------------------


def to_cancel(reason: str = "asked for twice") -> CancelRefund:
    return CancelRefund(refund_id=REFUND, reason=reason)


@pytest.mark.parametrize(
    "history", [(a_refund(),), (a_refund(), approval_asked())], ids=["requested", "awaiting"]
)
def test_a_refund_that_was_only_asked_for_is_cancelled_without_lines(history: Any) -> None:
    given(*history).when(CLARA, to_cancel()).then(cancelled_refund(owed=False))


def test_a_refund_that_was_owed_gives_its_lines_back_exactly() -> None:
    given(a_refund(), approved()).when(PROCESS, to_cancel()).then(cancelled_refund())
    (booked,), (back,) = approved().entries, cancelled_refund().entries

    assert back.rule == "J8r"
    assert [(line.account, line.of, line.currency, -line.minor) for line in back.lines] == [
        (line.account, line.of, line.currency, line.minor) for line in booked.lines
    ]


def test_a_host_owes_nothing_of_a_refund_that_was_cancelled() -> None:
    command = to_approve(earned=True, payable=money("40.00 EUR"))
    (owed,) = given(a_refund()).when(PROCESS, command).events

    (event,) = given(a_refund(), owed).when(CLARA, to_cancel()).then(RefundCancelled).events

    assert isinstance(event, RefundCancelled)
    assert isinstance(owed, RefundApproved)
    assert event.debt == owed.debt == money("134.60 EUR")
    assert (event.host_id, event.entries[0].rule) == (RUI, "J11r")


def test_a_refund_is_cancelled_for_a_reason() -> None:
    given(a_refund()).when(CLARA, to_cancel("")).refused(ReasonIsMissing)


@pytest.mark.parametrize("after", [(submitted(),), (submitted(), pending())])
def test_a_refund_that_was_handed_over_is_not_cancelled(after: Any) -> None:
    given(a_refund(), approved(), *after).when(CLARA, to_cancel()).refused(TransitionNotAllowed)
