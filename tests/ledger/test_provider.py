"""A provider: registered, verified, suspended, closed; and the mirror of their payout account."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from ledger.aggregates.decider import Command
from ledger.aggregates.provider import (
    CAN_FOLLOW,
    LIFECYCLE,
    LIVING,
    PROVIDER,
    AskForRenewal,
    CloseProvider,
    MissRenewal,
    Provider,
    Reason,
    RecordPayoutAccount,
    ReinstateProvider,
    RejectProvider,
    RemindOfRenewal,
    ReopenProvider,
    RetireBankAccount,
    ReviewBankAccount,
    Standing,
    Status,
    SuspendProvider,
    VerifyProvider,
    VouchForProvider,
)
from ledger.draft import decider_of
from ledger.errors import (
    NothingVouchedFor,
    NotTheBankAccount,
    ObligationsAreOpen,
    ReasonIsMissing,
    SecondPersonRequired,
    SelfApproval,
    SuspensionStands,
    TooEarly,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event, Role
from ledger.values.clock import instant
from tests.facts import (
    AN_INSTANT,
    ANOTHER_BANK_ACCOUNT,
    BANK_ACCOUNT,
    FINANCE,
    GOOD_UNTIL,
    GUEST,
    HOST,
    MARTA,
    NOW,
    OPERATOR,
    PAUL,
    PROCESS,
    PROCESSOR,
    RUI,
    TIMER,
    VERIFICATION,
    a_bank_account,
    a_failed_bank_account,
    a_provider,
    a_reviewed_bank_account,
    an_account,
    an_account_seen,
    an_account_that_is,
    closed,
    host_reminded,
    host_reopened,
    provider_vouched_for,
    reinstated,
    rejected_host,
    renewal_due,
    suspended,
    to_record_account,
    to_register,
    verified,
)
from tests.given import given
from tests.ledger.every_command import EVERY_COMMAND, Happened

HOUR = timedelta(hours=1)
VERIFIED = (a_provider(), provider_vouched_for())
PAID_TO = (*VERIFIED, an_account(), an_account_that_is(), a_bank_account())


def to_suspend(reason: Reason = Reason.SAFETY) -> SuspendProvider:
    return SuspendProvider(host_id=RUI, reason=reason)


def to_reinstate(second_person: str | None = None, cleared_by: str = "case 17") -> Command:
    return ReinstateProvider(
        host_id=RUI, cleared_by=cleared_by, operator=MARTA, second_person=second_person
    )


def to_close(*obligations: str) -> CloseProvider:
    return CloseProvider(host_id=RUI, obligations=obligations)


def enabled(bank_account: str | None = BANK_ACCOUNT, after: timedelta = 4 * HOUR) -> Command:
    return to_record_account(
        standing=Standing.ENABLED, bank_account=bank_account, seen_at=NOW + after
    )


def suspended_with(disabled_reason: str, reason: Reason) -> tuple[Event, ...]:
    said = an_account_that_is(Standing.DISABLED, disabled_reason)
    return (*VERIFIED, an_account(), said, suspended(reason.value))


def state_after(*events: Any) -> Provider:
    provider = PROVIDER.fold(events)
    assert provider is not None
    return provider


# -- PR1: registered --------------------------------------------------------------------


def test_a_host_registers_as_a_provider() -> None:
    given().when(HOST, to_register()).then(a_provider())


def test_nobody_registers_a_host_in_their_place() -> None:
    given().when(OPERATOR, to_register()).refused(TransitionNotAllowed, actor="O")


def test_a_provider_has_an_e_mail_address_that_is_verified() -> None:
    given().when(HOST, to_register(email_verified=False)).refused(NothingVouchedFor, guard="e-mail")


@pytest.mark.parametrize(
    "command", [to_suspend(), to_close(), to_record_account()], ids=lambda one: type(one).__name__
)
def test_nothing_can_be_done_with_a_provider_that_nobody_registered(command: Command) -> None:
    actor = PROCESSOR if isinstance(command, RecordPayoutAccount) else OPERATOR

    given().when(actor, command).refused(TransitionNotAllowed, before=None)


# -- PR15: vouched for ------------------------------------------------------------------


def to_vouch(**changed: Any) -> VouchForProvider:
    told: dict[str, Any] = {
        "host_id": RUI,
        "reason": "verified before we began",
        "source": "hotel-bookings.csv",
        "under_review": False,
    }
    return VouchForProvider(**told | changed)


def test_an_operator_vouches_for_a_provider_that_was_verified_elsewhere() -> None:
    outcome = given(a_provider()).when(OPERATOR, to_vouch()).then(provider_vouched_for())
    assert outcome.state.status is Status.VERIFIED


def test_a_provider_does_not_vouch_for_themselves() -> None:
    given(a_provider()).when(HOST, to_vouch()).refused(TransitionNotAllowed, actor="H")


def test_a_suspension_is_not_lifted_by_vouching() -> None:
    given(*VERIFIED, suspended()).when(OPERATOR, to_vouch()).refused(
        TransitionNotAllowed, before="suspended"
    )


def test_nobody_vouches_for_whom_a_reviewer_looks_at() -> None:
    given(a_provider()).when(OPERATOR, to_vouch(under_review=True)).refused(
        TransitionNotAllowed, before="draft", review="open"
    )


@pytest.mark.parametrize("said", ["reason", "source"])
def test_who_vouches_says_why_and_by_what(said: str) -> None:
    given(a_provider()).when(OPERATOR, to_vouch(**{said: " "})).refused(ReasonIsMissing)


# -- PR12: suspended --------------------------------------------------------------------


@pytest.mark.parametrize("reason", [Reason.FRAUD, Reason.SAFETY, Reason.LEGAL, Reason.TERMS])
def test_an_operator_suspends_for_a_reason_of_ours(reason: Reason) -> None:
    given(*VERIFIED).when(OPERATOR, to_suspend(reason)).then(suspended(reason.value))


@pytest.mark.parametrize(
    ("disabled_reason", "reason"),
    [
        ("rejected.fraud", Reason.FRAUD),
        ("rejected.terms_of_service", Reason.PROCESSOR_REJECTED),
        ("rejected.other", Reason.PROCESSOR_REJECTED),
        ("requirements.past_due", Reason.REQUIREMENTS_PAST_DUE),
    ],
)
def test_the_system_suspends_whom_the_processor_rejects_or_waits_for(
    disabled_reason: str, reason: Reason
) -> None:
    said = an_account_that_is(Standing.RESTRICTED, disabled_reason)
    history = (*VERIFIED, an_account(), said)

    assert state_after(*history).grounds is reason
    given(*history).when(PROCESS, to_suspend(reason)).then(suspended(reason.value))


@pytest.mark.parametrize("disabled_reason", [None, "requirements.pending_verification", "listed"])
@pytest.mark.parametrize("reason", [Reason.PROCESSOR_REJECTED, Reason.REQUIREMENTS_PAST_DUE])
def test_nobody_is_suspended_for_what_the_processor_never_said(
    disabled_reason: str | None, reason: Reason
) -> None:
    said = an_account_that_is(Standing.RESTRICTED, disabled_reason)
    history = (*VERIFIED, an_account(), said)

    assert state_after(*history).grounds is None
    given(*history).when(PROCESS, to_suspend(reason)).refused(
        TransitionNotAllowed, reason=reason.value
    )


def test_a_word_of_the_processor_suspends_nobody_by_itself() -> None:
    rejected = to_record_account(standing=Standing.DISABLED, disabled_reason="rejected.fraud")

    outcome = given(*VERIFIED).when(PROCESSOR, rejected)

    assert outcome.state.status is Status.VERIFIED


def test_a_draft_has_nothing_that_could_be_suspended() -> None:
    given(a_provider()).when(OPERATOR, to_suspend()).refused(TransitionNotAllowed, before="draft")


# -- PR13: reinstated -------------------------------------------------------------------


def test_an_operator_reinstates_when_the_reason_is_cleared() -> None:
    outcome = given(*VERIFIED, suspended()).when(OPERATOR, to_reinstate()).then(reinstated())

    assert outcome.state.status is Status.VERIFIED
    assert outcome.state.suspended_for is None


def test_who_reinstates_says_by_what_the_reason_is_cleared() -> None:
    given(*VERIFIED, suspended()).when(OPERATOR, to_reinstate(cleared_by=" ")).refused(
        ReasonIsMissing
    )


def test_a_suspension_for_fraud_is_lifted_by_two_persons() -> None:
    before = given(*VERIFIED, suspended("fraud"))

    before.when(OPERATOR, to_reinstate()).refused(SecondPersonRequired, first=MARTA)
    before.when(OPERATOR, to_reinstate(MARTA)).refused(SelfApproval, by=MARTA)
    before.when(OPERATOR, to_reinstate(PAUL)).then(reinstated(PAUL))


@pytest.mark.parametrize(
    ("disabled_reason", "reason"),
    [
        ("rejected.fraud", Reason.FRAUD),
        ("rejected.other", Reason.PROCESSOR_REJECTED),
        ("requirements.past_due", Reason.REQUIREMENTS_PAST_DUE),
    ],
)
def test_nobody_is_reinstated_while_the_processor_stands_by_its_reason(
    disabled_reason: str, reason: Reason
) -> None:
    before = given(*suspended_with(disabled_reason, reason))

    before.when(OPERATOR, to_reinstate(PAUL)).refused(SuspensionStands, reason=reason)


def test_a_provider_who_gave_what_was_asked_for_can_be_reinstated() -> None:
    past_due = an_account_that_is(Standing.RESTRICTED, "requirements.past_due", ("id_number",))
    given_now = an_account_that_is(seen_at=NOW + 2 * HOUR)
    history = (*VERIFIED, an_account(), past_due, suspended("requirements_past_due"), given_now)

    given(*history).when(OPERATOR, to_reinstate()).then(reinstated())


@pytest.mark.parametrize("actor", [HOST, PROCESS, FINANCE])
def test_only_an_operator_reinstates(actor: Actor) -> None:
    given(*VERIFIED, suspended()).when(actor, to_reinstate()).refused(TransitionNotAllowed)


# -- PR14: closed -----------------------------------------------------------------------


@pytest.mark.parametrize("actor", [HOST, OPERATOR])
def test_a_provider_without_obligations_closes(actor: Actor) -> None:
    given(*VERIFIED).when(actor, to_close()).then(closed())


def test_whoever_has_obligations_is_told_which_and_stays_open() -> None:
    open_still = ("booking in September", "payout of 349.20 EUR", "debt of 50.00 EUR")

    given(*VERIFIED).when(HOST, to_close(*open_still)).refused(
        ObligationsAreOpen, obligations=list(open_still)
    )


def test_everybody_but_who_is_closed_can_close() -> None:
    assert set(Status) - {Status.CLOSED} == LIVING
    assert CloseProvider in LIFECYCLE.offered(Status.REJECTED, Role.HOST)


def test_a_renewal_is_asked_for_thirty_days_before_and_not_earlier() -> None:
    ask = AskForRenewal(host_id=RUI, deadline=GOOD_UNTIL)
    reviewed = given(a_provider(), verified())

    reviewed.when(TIMER, ask, instant("2027-04-30T23:59:59Z")).refused(TooEarly)
    reviewed.when(TIMER, ask, instant("2027-05-01T00:00:00Z")).then(renewal_due())


def test_who_misses_their_renewal_is_suspended_on_the_day() -> None:
    due = given(a_provider(), verified(), renewal_due())

    due.when(TIMER, MissRenewal(host_id=RUI), instant("2027-05-30T23:59:59Z")).refused(TooEarly)
    outcome = due.when(TIMER, MissRenewal(host_id=RUI), instant("2027-05-31T00:00:00Z"))
    outcome.then(suspended("renewal_missed"))


def test_who_has_not_renewed_is_reminded_once_a_week_before() -> None:
    remind, a_week_before = RemindOfRenewal(host_id=RUI), instant("2027-05-24T00:00:00Z")
    due = (a_provider(), verified(), renewal_due())

    given(*due).when(TIMER, remind, a_week_before - AN_INSTANT).refused(TooEarly)
    given(*due).when(TIMER, remind, a_week_before).then(host_reminded())
    given(*due, host_reminded()).when(TIMER, remind, a_week_before).refused(
        TransitionNotAllowed, reminded="yes"
    )


MISSED = (a_provider(), verified(), renewal_due(), suspended("renewal_missed"))


def test_who_was_late_is_verified_again_by_a_review_and_by_nothing_less() -> None:
    yes = VerifyProvider(host_id=RUI, verification_id=VERIFICATION, valid_until=GOOD_UNTIL)
    no = RejectProvider(host_id=RUI, verification_id=VERIFICATION, reason="forged")
    stopped = given(a_provider(), verified(), suspended("fraud"))

    given(*MISSED).when(PROCESS, yes).then(verified())
    assert given(*MISSED).when(PROCESS, no).state.status is Status.REJECTED
    stopped.when(PROCESS, yes).refused(TransitionNotAllowed, reason="fraud")
    stopped.when(PROCESS, no).refused(TransitionNotAllowed, reason="fraud")


def stopped_by_the_processor(*before: Event) -> tuple[Event, ...]:
    said = an_account_that_is(Standing.DISABLED, "rejected.fraud")
    return (*before, an_account(), said)


@pytest.mark.parametrize(
    "before",
    [MISSED, (a_provider(),), (a_provider(), rejected_host(), host_reopened())],
    ids=["late", "new", "reopened"],
)
def test_no_review_makes_a_host_of_whom_the_processor_rejected(before: tuple[Event, ...]) -> None:
    yes = VerifyProvider(host_id=RUI, verification_id=VERIFICATION, valid_until=GOOD_UNTIL)
    no = RejectProvider(host_id=RUI, verification_id=VERIFICATION, reason="forged")
    stopped = given(*stopped_by_the_processor(*before))

    stopped.when(PROCESS, yes).refused(SuspensionStands, reason=Reason.FRAUD)
    assert stopped.when(PROCESS, no).state.status is Status.REJECTED


def test_nobody_vouches_for_whom_the_processor_rejected() -> None:
    stopped = given(*stopped_by_the_processor(a_provider(), rejected_host(), host_reopened()))

    stopped.when(OPERATOR, to_vouch()).refused(SuspensionStands, reason=Reason.FRAUD)


def test_what_a_new_account_owes_the_processor_keeps_no_review_from_its_answer() -> None:
    owes = an_account_that_is(Standing.ONBOARDING, "requirements.past_due", ("id_number",))
    yes = VerifyProvider(host_id=RUI, verification_id=VERIFICATION, valid_until=GOOD_UNTIL)

    outcome = given(*MISSED, an_account(), owes).when(PROCESS, yes)

    assert outcome.state.status is Status.VERIFIED


def test_who_is_reinstated_is_still_to_renew_what_runs_out() -> None:
    outcome = given(*MISSED).when(OPERATOR, to_reinstate())

    outcome.then(reinstated(renew_by=GOOD_UNTIL))
    assert outcome.state.renew_by == GOOD_UNTIL


def test_a_rejected_renewal_leaves_no_day_by_which_to_renew() -> None:
    due = (a_provider(), verified(), renewal_due())
    back = (rejected_host(), host_reopened(), provider_vouched_for(), suspended("safety"))

    rejected = state_after(*due, rejected_host())

    assert (rejected.renew_by, rejected.remind_on) == (None, None)
    given(*due, *back).when(OPERATOR, to_reinstate()).then(reinstated(renew_by=None))


def test_who_is_rejected_asks_again_only_after_an_appeal() -> None:
    rejected = given(a_provider(), rejected_host())

    rejected.when(OPERATOR, ReopenProvider(host_id=RUI, appeal=" ")).refused(ReasonIsMissing)
    rejected.when(OPERATOR, ReopenProvider(host_id=RUI, appeal="case 21")).then(host_reopened())


OF_A_PROVIDER = [one for one in EVERY_COMMAND if decider_of(type(one.command)) is PROVIDER]


@pytest.mark.parametrize("happened", OF_A_PROVIDER, ids=str)
def test_nothing_at_all_happens_to_a_closed_provider(happened: Happened) -> None:
    given(*PAID_TO, closed()).when(happened.actor, happened.command).refused(
        TransitionNotAllowed, before="closed"
    )


# -- PR16 to PR18: what the processor says of the payout account ---------------------------

PAGE_ARROWS = {
    Standing.NONE: {Standing.ONBOARDING},
    Standing.ONBOARDING: {Standing.ENABLED},
    Standing.ENABLED: {Standing.RESTRICTED},
    Standing.RESTRICTED: {Standing.ENABLED, Standing.DISABLED},
    Standing.DISABLED: set[Standing](),
}
"""The domain page: none → onboarding → enabled ⇄ restricted → disabled."""


def reached_from(standing: Standing) -> set[Standing]:
    reached, ahead = {standing}, [standing]
    while ahead:
        ahead = [one for before in ahead for one in PAGE_ARROWS[before] if one not in reached]
        reached |= set(ahead)
    return reached


@pytest.mark.parametrize("standing", list(Standing)[1:])
def test_a_standing_is_followed_by_whatever_the_arrows_of_the_page_reach(
    standing: Standing,
) -> None:
    assert CAN_FOLLOW[standing] == reached_from(standing)


def test_an_account_begins_with_onboarding_and_leaves_the_provider_s_own_state_alone() -> None:
    outcome = given(*VERIFIED).when(PROCESSOR, to_record_account()).then(an_account())

    assert CAN_FOLLOW[Standing.NONE] == {Standing.ONBOARDING}
    assert (outcome.state.status, outcome.state.standing) == (Status.VERIFIED, Standing.ONBOARDING)


def test_the_first_word_may_already_say_everything() -> None:
    at_once = enabled(after=HOUR)

    given(*VERIFIED).when(PROCESSOR, at_once).then(
        an_account(NOW + HOUR),
        an_account_that_is(),
        a_bank_account(changed_at=NOW + HOUR),
    )


def test_a_restriction_says_what_is_asked_for_each_thing_once_and_in_order() -> None:
    command = to_record_account(
        standing=Standing.RESTRICTED,
        disabled_reason="requirements.past_due",
        requirements=("individual.id_number", "external_account", "individual.id_number"),
        seen_at=NOW + HOUR,
    )

    given(*VERIFIED, an_account()).when(PROCESSOR, command).then(
        an_account_that_is(
            Standing.RESTRICTED,
            "requirements.past_due",
            ("external_account", "individual.id_number"),
        )
    )


def test_the_same_word_twice_is_one_event() -> None:
    given(*PAID_TO).when(PROCESSOR, enabled(after=2 * HOUR)).then()


def test_the_same_word_later_is_remembered_so_that_older_ones_count_no_more() -> None:
    restricted = to_record_account(
        standing=Standing.RESTRICTED, bank_account=BANK_ACCOUNT, seen_at=NOW + 3 * HOUR
    )

    given(*PAID_TO).when(PROCESSOR, enabled()).then(an_account_seen(NOW + 4 * HOUR))
    given(*PAID_TO, an_account_seen(NOW + 4 * HOUR)).when(PROCESSOR, restricted).then()


def test_an_older_word_changes_nothing() -> None:
    older = to_record_account(
        standing=Standing.RESTRICTED, bank_account=ANOTHER_BANK_ACCOUNT, seen_at=NOW + HOUR
    )

    given(*PAID_TO).when(PROCESSOR, older).then()


def test_within_one_second_the_word_that_is_further_on_counts() -> None:
    """The processor's clock shows seconds, and two of its words may carry the same one."""
    restricted = to_record_account(standing=Standing.RESTRICTED, seen_at=NOW + HOUR)
    before = (*VERIFIED, an_account(), an_account_that_is())
    after = an_account_that_is(Standing.RESTRICTED)

    given(*before).when(PROCESSOR, restricted).then(after)
    given(*before, after).when(PROCESSOR, enabled(None, after=HOUR)).then()


@pytest.mark.parametrize("standing", [Standing.ONBOARDING, Standing.ENABLED, Standing.RESTRICTED])
def test_an_account_that_is_disabled_stays_so(standing: Standing) -> None:
    disabled = an_account_that_is(Standing.DISABLED, "rejected.fraud")
    command = to_record_account(standing=standing, seen_at=NOW + 2 * HOUR)

    given(*VERIFIED, an_account(), disabled).when(PROCESSOR, command).refused(
        TransitionNotAllowed, payout_account="disabled", to=standing.value
    )


def test_an_account_does_not_go_back_to_onboarding() -> None:
    given(*PAID_TO).when(PROCESSOR, to_record_account(seen_at=NOW + 4 * HOUR)).refused(
        TransitionNotAllowed, payout_account="enabled", to="onboarding"
    )


def test_another_account_than_the_provider_s_is_for_people_to_look_at() -> None:
    """So a host who moves to another country, where the account would be another, is not paid."""
    elsewhere = to_record_account(account="acct_2Elsewhere", country="ES", seen_at=NOW + 4 * HOUR)

    given(*PAID_TO).when(PROCESSOR, elsewhere).refused(
        TransitionNotAllowed, account="acct_2Elsewhere"
    )


@pytest.mark.parametrize("actor", [HOST, OPERATOR, PROCESS, GUEST])
def test_only_the_processor_says_how_the_account_stands(actor: Actor) -> None:
    given(*VERIFIED).when(actor, to_record_account()).refused(TransitionNotAllowed)


def test_what_is_said_of_a_suspended_provider_s_account_is_heard_too() -> None:
    given(*VERIFIED, suspended()).when(PROCESSOR, to_record_account()).then(an_account())


# -- PR19 to PR21: the bank account behind it (O9) ---------------------------------------


def test_o9_a_changed_bank_account_waits_for_its_review_or_for_time_to_pass() -> None:
    changed = enabled(ANOTHER_BANK_ACCOUNT)
    before = given(*PAID_TO, a_reviewed_bank_account())

    outcome = before.when(PROCESSOR, changed).then(
        a_bank_account(ANOTHER_BANK_ACCOUNT, NOW + 4 * HOUR)
    )

    assert outcome.state.account_changed_at == NOW + 4 * HOUR


def test_o9_the_first_bank_account_is_a_change_as_well() -> None:
    history = (*VERIFIED, an_account(), an_account_that_is())

    assert state_after(*history).account_changed_at is None
    assert state_after(*history, a_bank_account()).account_changed_at == NOW + 2 * HOUR


def test_o9_a_review_by_finance_lifts_the_wait() -> None:
    review = ReviewBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT, reason="host_called_back")

    outcome = given(*PAID_TO).when(FINANCE, review).then(a_reviewed_bank_account())

    assert outcome.state.account_changed_at is None


def test_o9_a_review_is_of_the_account_that_is_paid_to_now() -> None:
    """While somebody reviewed the first account, a second one came."""
    history = (*PAID_TO, a_bank_account(ANOTHER_BANK_ACCOUNT, NOW + 3 * HOUR))
    review = ReviewBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT, reason="host_called_back")

    given(*history).when(FINANCE, review).refused(NotTheBankAccount, bank_account=BANK_ACCOUNT)


def test_o9_a_review_says_what_convinced_finance() -> None:
    review = ReviewBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT, reason=" ")

    given(*PAID_TO).when(FINANCE, review).refused(ReasonIsMissing)


@pytest.mark.parametrize("actor", [HOST, OPERATOR, PROCESSOR])
def test_o9_a_host_does_not_review_their_own_bank_account(actor: Actor) -> None:
    review = ReviewBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT, reason="host_called_back")

    given(*PAID_TO).when(actor, review).refused(TransitionNotAllowed)


def test_there_is_nothing_to_review_without_a_bank_account() -> None:
    review = ReviewBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT, reason="host_called_back")

    given(*VERIFIED).when(FINANCE, review).refused(NotTheBankAccount)


def test_a_word_that_names_no_bank_account_takes_none_away() -> None:
    outcome = given(*PAID_TO).when(PROCESSOR, enabled(None)).then(an_account_seen(NOW + 4 * HOUR))

    assert outcome.state.payout_account.bank_account == BANK_ACCOUNT


def test_a_bank_account_that_gave_a_payout_back_is_out_of_use_until_another_one_comes() -> None:
    retire = RetireBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT)

    outcome = given(*PAID_TO).when(PROCESS, retire).then(a_failed_bank_account())
    reviewed = (*PAID_TO, a_failed_bank_account(), a_reviewed_bank_account())
    another = (*reviewed, a_bank_account(ANOTHER_BANK_ACCOUNT, NOW + 5 * HOUR))

    assert state_after(*PAID_TO).bank_account_in_use
    assert not outcome.state.bank_account_in_use
    assert not state_after(*reviewed).bank_account_in_use
    assert state_after(*another).bank_account_in_use
    assert not state_after(*VERIFIED).bank_account_in_use


def test_a_late_failure_of_an_earlier_bank_account_is_no_news() -> None:
    history = (*PAID_TO, a_bank_account(ANOTHER_BANK_ACCOUNT, NOW + 3 * HOUR))
    retire = RetireBankAccount(host_id=RUI, bank_account=BANK_ACCOUNT)

    given(*history).when(PROCESS, retire).then()


# -- Any order, any number of times -----------------------------------------------------


@st.composite
def true_stories(draw: st.DrawFn) -> list[RecordPayoutAccount]:
    """What really happened to an account, in order of time; sometimes twice within a second."""
    standing, at = Standing.ONBOARDING, NOW
    said = [to_record_account()]
    for _ in range(draw(st.integers(0, 8))):
        seconds = draw(st.integers(0, 3))
        at += timedelta(seconds=seconds)
        further = [one for one in Standing if list(Standing).index(one) > _rank(standing)]
        follows = sorted(CAN_FOLLOW[standing] if seconds else CAN_FOLLOW[standing] & set(further))
        if not follows:
            continue
        standing = draw(st.sampled_from(follows))
        bank_account = said[-1].bank_account
        if seconds:
            bank_account = draw(st.sampled_from([bank_account, BANK_ACCOUNT, ANOTHER_BANK_ACCOUNT]))
        said.append(
            to_record_account(
                standing=standing,
                requirements=draw(st.sampled_from([(), ("id_number",)])),
                bank_account=bank_account,
                seen_at=at,
            )
        )
    return said


def _rank(standing: Standing) -> int:
    return list(Standing).index(standing)


@drawn(st.data())
def test_words_in_any_order_and_number_end_with_the_newest_one(data: st.DataObject) -> None:
    story = data.draw(true_stories())
    again = data.draw(st.lists(st.sampled_from(story), max_size=5))
    heard = data.draw(st.permutations([*story, *again]))

    history: list[Any] = list(VERIFIED)
    for command in heard:
        outcome = given(*history).when(PROCESSOR, command)
        assert outcome.refusal is None, outcome.refusal
        history += outcome.events

    mirror, newest = state_after(*history).payout_account, story[-1]
    assert mirror is not None
    assert (mirror.standing, mirror.requirements) == (newest.standing, newest.requirements)
    assert (mirror.bank_account, mirror.seen_at) == (newest.bank_account, newest.seen_at)
    for command in heard:
        given(*history).when(PROCESSOR, command).then()
