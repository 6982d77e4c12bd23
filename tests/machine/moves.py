"""What may happen next: one row for each thing that people, clocks or networks can do.

A row says among what it is done, which also tells when it is possible, and what it does. Whatever
the domain refuses is an answer. Now and then somebody does what makes no sense where things stand:
then the answer must be a refusal too, and nothing may break.
"""

from datetime import timedelta
from typing import NamedTuple

import stripe

from ledger import processes
from ledger.aggregates.booking import Status
from ledger.aggregates.damage_claim import Status as Claiming
from ledger.aggregates.dispute import Status as Disputing
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import Status as Refunding
from ledger.aggregates.review import Status as Reviewing
from ledger.aggregates.support_case import Status as Looking
from tests.ledger.market import NotPossible
from tests.machine import (
    asking,
    banks,
    changing,
    damaging,
    falling_away,
    giving,
    nights,
    paying,
    paying_out,
    remitting,
    returning,
    speaking,
    working,
)
from tests.machine.among import Among, Does, bookings, by_guest, by_host, places, the_town

S = Status
DAY = timedelta(days=1)


class Move(NamedTuple):
    """Something that may happen: its name, how often, among what, and what it does.

    What is `certain` is in every run; of the others each seed leaves some out.
    """

    name: str
    weight: int
    among: Among
    does: Does
    certain: bool = False


W = Move
MOVES: tuple[Move, ...] = (
    W("a guest books", 5, places, asking.asks, certain=True),
    W("a guest books and pays", 12, places, paying.books_and_pays, certain=True),
    W("a guest books late", 1, asking.quotes, asking.books_late),
    W("the guest pays", 12, paying.unpaid(Paying.PENDING, Paying.FAILED), paying.pays,
      certain=True),
    W("the guest pays all the same", 1, bookings(), paying.pays),
    W("the guest answers the bank", 8, paying.unpaid(*Paying), paying.answers_the_bank),
    W("money comes that nobody asked for", 1, bookings(S.PENDING_PAYMENT, S.CONFIRMED),
      paying.pays_something_else),
    W("the guest tries again", 3, paying.unpaid(Paying.FAILED), by_guest(processes.try_again)),
    W("the guest gives up", 1, bookings(S.PENDING_PAYMENT), by_guest(processes.abandon)),
    W("the guest takes the request back", 1, bookings(S.AWAITING_HOST),
      by_guest(processes.withdraw)),
    W("the host accepts", 6, bookings(S.AWAITING_HOST), by_host(processes.accept), certain=True),
    W("the host declines", 2, bookings(S.AWAITING_HOST), by_host(asking.declines)),
    W("the guest calls off", 4, bookings(S.CONFIRMED), falling_away.calls_off),
    W("the guest calls off as shown before", 1, bookings(S.CONFIRMED),
      falling_away.calls_off_as_shown_before),
    W("the host calls off", 2, bookings(S.CONFIRMED), falling_away.host_calls_off),
    W("staff call off", 1, bookings(S.CONFIRMED, S.IN_STAY), falling_away.support_calls_off),
    W("the guest has come", 2, bookings(S.CONFIRMED), by_host(processes.start_stay)),
    W("the guest has left", 2, bookings(S.IN_STAY), by_host(processes.complete_stay)),
    W("nobody came", 2, bookings(S.IN_STAY), by_host(processes.report_no_show)),
    W("somebody came after all", 1, bookings(S.NO_SHOW), falling_away.somebody_came),
    W("the stay ends early", 2, bookings(S.IN_STAY), falling_away.leaves_early),
    W("a change is proposed", 3, bookings(S.CONFIRMED, S.IN_STAY), changing.proposes),
    W("a change is agreed", 3, changing.proposed, changing.agrees),
    W("a change is turned down", 1, changing.proposed, changing.turns_down),
    W("the difference is paid", 3, changing.settling, changing.pays_the_difference),
    W("the difference is tried again", 1, changing.settling, changing.tries_the_difference_again),
    W("support asks for a refund", 2, bookings(S.CONFIRMED, S.IN_STAY, S.COMPLETED),
      giving.asks_refund),
    W("finance approves a refund", 2, giving.refunds(Refunding.AWAITING_APPROVAL),
      giving.approves),
    W("finance turns a refund down", 1,
      giving.refunds(Refunding.AWAITING_APPROVAL, Refunding.APPROVED), giving.turns_down),
    W("finance sends a refund again", 1, giving.refunds(Refunding.FAILED), giving.sends_again),
    W("finance pays a refund by bank", 1, giving.refunds(Refunding.FAILED), giving.pays_by_bank),
    W("finance sends late money back again", 1, returning.failed_receipts, returning.returns_again),
    W("our bank gives late money back", 1, returning.failed_receipts, returning.returns_by_bank),
    W("nights are blocked", 2, places, nights.blocks),
    W("nights are unblocked", 1, nights.blocked, nights.unblocks),
    W("a bank takes money back", 2, bookings(S.CONFIRMED, S.IN_STAY, S.COMPLETED), banks.disputed),
    W("a bank takes money without a place back", 2, returning.receipts, returning.receipt_disputed),
    W("a bank sends a refund back", 1, banks.refunds_there, banks.comes_back),
    W("a bank decides", 3, banks.at_the_bank, banks.decides),
    W("support answers a dispute", 2, banks.disputes(Disputing.OPENED, Disputing.EVIDENCE_DUE),
      banks.answers),
    W("finance gives a dispute up", 1, banks.disputes(Disputing.OPENED, Disputing.EVIDENCE_DUE),
      banks.gives_in),
    W("finance takes a transfer back", 1,
      paying_out.payable(Payable.TRANSFERRED, Payable.PARTLY_REVERSED),
      paying_out.takes_back),
    W("a host claims damage", 4, damaging.left, damaging.claims),
    W("a claim is answered", 4, damaging.claimed(Claiming.OPENED), damaging.answers),
    W("support decides a claim", 3, damaging.claimed(Claiming.ESCALATED, Claiming.UNPAID),
      damaging.decides),
    W("a guest pays for damage", 6, damaging.claimed(Claiming.CHARGING), damaging.pays),
    W("a bank disputes damage", 1, damaging.claimed(Claiming.CHARGED), damaging.disputed),
    W("one side reviews the other", 6,
      speaking.reviewed(Reviewing.OPEN, Reviewing.GUEST_IN, Reviewing.HOST_IN), speaking.reviews,
      certain=True),
    W("a review is answered or hidden", 1, speaking.reviewed(Reviewing.PUBLISHED),
      speaking.answers_review),
    W("somebody writes", 1, bookings(S.CONFIRMED, S.IN_STAY, S.COMPLETED), speaking.writes),
    W("somebody needs support", 2, bookings(S.CONFIRMED, S.IN_STAY, S.COMPLETED),
      speaking.opens_case, certain=True),
    W("a case goes on", 3, speaking.in_case(*Looking), speaking.goes_on),
    W("the processor asks a host", 1, places, paying_out.restricts),
    W("a host names another bank account", 1, places, paying_out.names_another_bank),
    W("a host is let on", 1, places, paying_out.reinstates),
    W("finance holds a payout", 1, paying_out.payable(Payable.SCHEDULED, Payable.DUE),
      paying_out.holds),
    W("finance lets a payout go", 2, paying_out.payable(Payable.ON_HOLD), paying_out.lifts),
    W("finance sends a transfer again", 2, paying_out.payable(Payable.FAILED),
      paying_out.sends_again),
    W("finance proposes to remit taxes", 2, remitting.owed, remitting.proposes),
    W("finance remits taxes", 2, remitting.proposed, remitting.remits),
    W("finance does not remit taxes", 1, remitting.proposed, remitting.rejects),
    W("a worker works", 14, the_town, working.works, certain=True),
    W("the workers do it all", 6, the_town, working.settles, certain=True),
    W("a worker dies", 4, the_town, working.dies_soon),
    W("minutes pass", 8, the_town, working.passes(timedelta(minutes=1), timedelta(minutes=9)),
      certain=True),
    W("hours pass", 4, the_town, working.passes(timedelta(hours=1), timedelta(hours=5)),
      certain=True),
    W("a day passes unattended", 1, the_town, working.passes(DAY, 2 * DAY)),
    W("days pass", 4, the_town, working.lives((1, 1, 2, 4)), certain=True),
    W("calls go wrong", 4, the_town, working.fails),
    W("notices are mixed up", 3, the_town, working.mixes_up),
    W("notices come again", 2, the_town,
      lambda town, _, chance: town.tell_some_again(chance, chance.randint(1, 10))),
    W("notices are withheld", 2, the_town, lambda town, *_: town.withhold()),
    W("notices arrive at last", 2, the_town, lambda town, *_: town.deliver()),
    W("notices are lost", 1, the_town, lambda town, *_: town.lose()),
    W("finance reconciles", 1, the_town, lambda town, *_: town.reconcile()),
)  # fmt: skip
"""Everything that may happen."""

BY_NAME = {move.name: move for move in MOVES}

ANSWERS = (NotPossible, stripe.StripeError)
"""What the outside says where something cannot be; the domain's own answers are its refusals."""
