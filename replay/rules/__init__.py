"""What must hold over the whole history: one file per rule, and here the list of them.

Each file says what must hold, what a breach means, and whom to call. Each rule has a breach planted
for it in `tests/replay/breaches/`: a rule that never failed is not trusted.
"""

from replay.rules.accounts_keep_their_side import AccountsKeepTheirSide
from replay.rules.cases_hold_payouts import CasesHoldPayouts
from replay.rules.claims_equal_events import ClaimsEqualEvents
from replay.rules.clearing_accounts_clear import ClearingAccountsClear
from replay.rules.clocks_are_sane import ClocksAreSane
from replay.rules.commands_are_recorded_once import CommandsAreRecordedOnce
from replay.rules.confirmed_is_paid import ConfirmedIsPaid
from replay.rules.corrections_take_two_people import CorrectionsTakeTwoPeople
from replay.rules.deals_are_closed import DealsAreClosed
from replay.rules.debts_are_receivable import DebtsAreReceivable
from replay.rules.effects_follow_causes import EffectsFollowCauses
from replay.rules.ended_bookings_are_settled import EndedBookingsAreSettled
from replay.rules.entries_balance import EntriesBalance
from replay.rules.events_are_known import EventsAreKnown
from replay.rules.histories_are_legal import HistoriesAreLegal
from replay.rules.holds_expire import HoldsExpire
from replay.rules.movements_are_in_the_books import MovementsAreInTheBooks
from replay.rules.nights_are_sold_once import NightsAreSoldOnce
from replay.rules.notices_are_settled import NoticesAreSettled
from replay.rules.objects_come_about_once import ObjectsComeAboutOnce
from replay.rules.payouts_within_earnings import PayoutsWithinEarnings
from replay.rules.postings_follow_their_rules import PostingsFollowTheirRules
from replay.rules.prices_follow_their_rules import PricesFollowTheirRules
from replay.rules.read_models_agree import ReadModelsAgree
from replay.rules.read_models_are_not_ahead import ReadModelsAreNotAhead
from replay.rules.refunds_within_captures import RefundsWithinCaptures
from replay.rules.revenue_is_earned_first import RevenueIsEarnedFirst
from replay.rules.reviews_are_blind import ReviewsAreBlind
from replay.rules.rule import Finding, Rule
from replay.rules.stays_keep_their_dates import StaysKeepTheirDates
from replay.rules.texts_are_kept import TextsAreKept
from replay.rules.versions_have_no_gaps import VersionsHaveNoGaps
from replay.rules.what_is_booked_may_be_let import WhatIsBookedMayBeLet

RULES: tuple[type[Rule], ...] = (
    ReadModelsAgree,
    EventsAreKnown,
    VersionsHaveNoGaps,
    EffectsFollowCauses,
    CommandsAreRecordedOnce,
    ObjectsComeAboutOnce,
    MovementsAreInTheBooks,
    NoticesAreSettled,
    ClocksAreSane,
    HistoriesAreLegal,
    EntriesBalance,
    AccountsKeepTheirSide,
    PostingsFollowTheirRules,
    RevenueIsEarnedFirst,
    ClearingAccountsClear,
    DealsAreClosed,
    CorrectionsTakeTwoPeople,
    RefundsWithinCaptures,
    PayoutsWithinEarnings,
    EndedBookingsAreSettled,
    CasesHoldPayouts,
    ReviewsAreBlind,
    TextsAreKept,
    DebtsAreReceivable,
    NightsAreSoldOnce,
    HoldsExpire,
    ClaimsEqualEvents,
    PricesFollowTheirRules,
    StaysKeepTheirDates,
    WhatIsBookedMayBeLet,
    ConfirmedIsPaid,
    ReadModelsAreNotAhead,
)
"""Every rule there is, the slowest first, then those whose breach explains the others'."""

__all__ = ["RULES", "Finding", "Rule"]
