"""Errands: what is to be said to the processor, and what ends it."""

from datetime import timedelta

import pytest

from ledger.aggregates.provider import Standing
from ledger.events import Event
from ledger.events.dispute import Stage
from ledger.events.payment import PaymentIntentClosed
from ledger.events.provider import ProviderClosed
from ledger.reactions import Errand
from ledger.reactions.errands import DOING
from ledger.values.errands import ErrandKind
from projections.errands import ERRANDS
from replay.outside import due
from tests.facts import (
    ANSWER_DUE,
    NOW,
    PAYMENT,
    PAYOUT,
    RECEIPT,
    REFUND,
    a_bank_account,
    a_dispute,
    a_failed_bank_account,
    a_failed_reversal,
    a_payment,
    a_payout,
    a_receipt,
    a_reversal,
    action_required,
    an_account,
    an_account_that_is,
    approved,
    authorized,
    cancellation_asked,
    cancelled_payment,
    cancelled_refund,
    capture_requested,
    card_declined,
    closed_dispute,
    delivered,
    escalated,
    evidence,
    failed_refund,
    given_up,
    linked,
    lost,
    not_delivered,
    paid,
    pending,
    prevented,
    processing,
    provider_vouched_for,
    reopened,
    resubmitted,
    return_failed,
    returned,
    returning,
    submitted,
    succeeded,
    turned_back,
    won,
)
from tests.projections.story import Story

K = ErrandKind
FAR_AHEAD = NOW + timedelta(days=365)
AN_INSTANT = timedelta(microseconds=1)


def what_is_due(story: Story) -> dict[ErrandKind, Errand]:
    with story.projected(ERRANDS) as db:
        return {errand.kind: errand for errand in due(db, FAR_AHEAD, limit=100)}


def test_every_kind_of_errand_has_somebody_who_does_it() -> None:
    assert set(DOING) == set(ErrandKind)


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ([provider_vouched_for()], {K.OPEN_ACCOUNT}),
        ([provider_vouched_for(), an_account()], {K.LOOK_AT_ACCOUNT}),
        ([provider_vouched_for(), an_account(), an_account_that_is()], set()),
        (
            [an_account(), an_account_that_is(), an_account_that_is(Standing.RESTRICTED)],
            {K.LOOK_AT_ACCOUNT},
        ),
        ([an_account(), an_account_that_is(Standing.DISABLED)], set()),
        ([provider_vouched_for(), an_account(), ProviderClosed()], set()),
        ([provider_vouched_for(), ProviderClosed()], set()),
        ([an_account(), an_account_that_is(), a_failed_bank_account()], {K.LOOK_AT_ACCOUNT}),
        ([an_account_that_is(), a_failed_bank_account(), a_bank_account()], set()),
        ([an_account(), a_failed_bank_account(), a_bank_account()], {K.LOOK_AT_ACCOUNT}),
        ([an_account_that_is(), a_failed_bank_account(), ProviderClosed()], set()),
        ([a_payment()], {K.OPEN_INTENT}),
        ([a_payment(), linked()], set()),
        ([a_payment(), linked(), processing()], {K.LOOK_AT_PAYMENT}),
        ([a_payment(), linked(), processing(), action_required()], set()),
        ([a_payment(), linked(), processing(), authorized()], set()),
        (
            [a_payment(), linked(), processing(), authorized(), capture_requested()],
            {K.CAPTURE, K.LOOK_AT_PAYMENT},
        ),
        ([a_payment(), linked(), processing(), capture_requested(), paid()], set()),
        ([a_payment(), linked(), processing(), capture_requested(), card_declined()], set()),
        ([a_payment(), cancelled_payment()], {K.CLOSE_INTENT}),
        ([a_payment(), linked(), cancellation_asked()], {K.CLOSE_INTENT}),
        ([a_payment(), cancelled_payment(), PaymentIntentClosed()], set()),
        ([a_payment(), linked(), processing(), cancellation_asked(), paid()], set()),
        ([approved()], {K.SUBMIT_REFUND}),
        ([approved(), submitted()], {K.SEND_REFUND}),
        ([approved(), submitted(), pending()], {K.LOOK_AT_REFUND}),
        ([approved(), submitted(), pending(), succeeded()], set()),
        ([approved(), submitted(), pending(), failed_refund()], set()),
        ([approved(), submitted(), pending(), failed_refund(), resubmitted()], {K.SEND_REFUND}),
        ([approved(), cancelled_refund()], set()),
        ([a_receipt(), returning()], {K.RETURN_RECEIPT}),
        ([a_receipt(), returning(), returned()], set()),
        ([a_receipt(), returning(), return_failed()], set()),
        ([a_payout(), a_reversal()], {K.REVERSE_TRANSFER}),
        ([a_payout(), a_reversal(), turned_back()], set()),
        ([a_payout(), a_reversal(), a_failed_reversal()], set()),
        ([a_dispute()], {K.LOOK_AT_DISPUTE}),
        ([a_dispute(), evidence()], {K.LOOK_AT_DISPUTE, K.SUBMIT_EVIDENCE}),
        ([a_dispute(), evidence(), delivered()], {K.LOOK_AT_DISPUTE}),
        ([a_dispute(), evidence(), not_delivered()], {K.LOOK_AT_DISPUTE}),
        ([a_dispute(), given_up()], {K.LOOK_AT_DISPUTE, K.ACCEPT_DISPUTE}),
        ([a_dispute(), given_up(), lost()], set()),
        ([a_dispute(), evidence(), won()], set()),
        ([a_dispute(), evidence(), won(), reopened()], {K.LOOK_AT_DISPUTE}),
        ([a_dispute(Stage.INQUIRY), evidence(), closed_dispute()], set()),
        ([a_dispute(Stage.INQUIRY), evidence(), escalated()], {K.LOOK_AT_DISPUTE}),
        ([a_dispute(Stage.INQUIRY), prevented()], set()),
    ],
    ids=lambda found: found[-1].topic if isinstance(found, list) else "",
)
def test_an_errand_stands_until_its_result_does(
    story: Story, told: list[Event], left: set[ErrandKind]
) -> None:
    story.tells(*told)

    assert set(what_is_due(story)) == left


def test_an_errand_says_what_it_is_about_and_under_which_key_it_is_done(story: Story) -> None:
    story.tells(a_payment())

    (errand,) = what_is_due(story).values()

    assert (errand.stream_id, errand.key) == (PAYMENT, f"{PAYMENT}/open")
    assert (errand.stored_at, errand.set_by) == (NOW, f"{PAYMENT}/1")
    assert errand.attempt.begun, "whoever finds it cannot tell whether somebody tried"


def test_the_key_of_what_moves_money_is_the_one_in_the_history(story: Story) -> None:
    story.tells(a_payment(), capture_requested(), approved(), submitted(), a_receipt(), returning())

    found = what_is_due(story)

    assert found[K.CAPTURE].key == capture_requested().idempotency_key
    assert found[K.SEND_REFUND].key == submitted().idempotency_key
    assert found[K.RETURN_RECEIPT].key == returning().idempotency_key
    assert found[K.SEND_REFUND].stream_id == REFUND
    assert found[K.RETURN_RECEIPT].stream_id == RECEIPT


def test_an_answer_is_looked_for_when_it_is_overdue_and_not_before(story: Story) -> None:
    story.tells(a_payment(), linked(), processing())

    with story.projected(ERRANDS) as db:
        assert due(db, ANSWER_DUE - AN_INSTANT, limit=9) == []
        assert [errand.kind for errand in due(db, ANSWER_DUE, limit=9)] == [K.LOOK_AT_PAYMENT]


def test_a_refund_that_nobody_tells_of_is_looked_at_after_an_hour(story: Story) -> None:
    story.tells(approved(), submitted(), pending())
    in_an_hour = NOW + timedelta(hours=1)

    with story.projected(ERRANDS) as db:
        assert due(db, in_an_hour - AN_INSTANT, limit=9) == []
        assert [errand.kind for errand in due(db, in_an_hour, limit=9)] == [K.LOOK_AT_REFUND]


def test_of_many_errands_the_longest_overdue_comes_first(story: Story) -> None:
    story.tells(approved(), at=NOW + timedelta(minutes=2))
    story.tells(a_payment(), at=NOW)

    with story.projected(ERRANDS) as db:
        assert [errand.kind for errand in due(db, FAR_AHEAD, limit=1)] == [K.OPEN_INTENT]


def test_imported_history_sets_no_errand(story: Story) -> None:
    story.tells(a_payment(), processing(), approved(), submitted(), returning(), origin="import")

    assert not what_is_due(story)


def test_a_live_end_of_what_was_imported_does_no_harm(story: Story) -> None:
    story.tells(a_payment(), approved(), origin="import")

    story.tells(linked(), paid(), submitted(), succeeded())

    assert set(what_is_due(story)) == set()


def test_each_part_of_a_transfer_that_is_ordered_back_is_an_errand_of_its_own(story: Story) -> None:
    story.tells(a_payout(), a_reversal(number=1), a_reversal(number=2), turned_back(number=1))

    (errand,) = what_is_due(story).values()

    assert (errand.stream_id, errand.key) == (PAYOUT, a_reversal(number=2).idempotency_key)
