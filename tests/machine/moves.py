"""What may happen next: one row for each thing that people, clocks or networks can do.

A row says among what it is done, which also tells when it is possible, and what it does. Whatever
the domain refuses is an answer. Now and then somebody does what makes no sense where things stand:
then the answer must be a refusal too, and nothing may break.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

import stripe

from ledger import processes
from ledger.aggregates.booking import (
    Booking,
    CancelByPlatform,
    Curtail,
    PlatformReason,
    Status,
)
from ledger.aggregates.damage_claim import Status as Claiming
from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.dispute import Status as Disputing
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.payout import PAYOUT, HoldPayout, LiftPayoutHold
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.provider import ReinstateProvider
from ledger.aggregates.refund import Status as Refunding
from ledger.aggregates.unapplied_receipt import UNAPPLIED_RECEIPT
from ledger.aggregates.unapplied_receipt import Status as Receiving
from ledger.aggregates.unit_calendar import (
    BlockNights,
    FeedItemGone,
    ImportFeedItem,
    UnblockNights,
    block_of,
)
from ledger.draft import Draft
from ledger.events import Actor
from ledger.quotes import Wish
from ledger.values.clearance import Hold
from ledger.values.guests import Party
from ledger.values.ids import BlockId, BookingId, DisputeId, FeedId, ReceiptId
from ledger.values.money import Money
from ledger.values.penalty import BY_HOST, penalty
from ledger.values.policy import Ending
from ledger.values.stay import Stay, local_date, stay
from tests.facts import FINANCE, OPERATOR, PAUL, SUPPORT, an_id
from tests.ledger.market import NotPossible
from tests.machine import changing, damaging, giving, remitting
from tests.machine.places import GUESTS, PLACES, Place
from tests.machine.town import COUPONS, Town

S = Status
DAY = timedelta(days=1)
NO_SENSE = 0.06
"""How often somebody does to a booking what makes no sense where it stands."""

CARDS = (
    *("pm_card_visa",) * 6,
    *("pm_card_bypassPending",) * 2,
    "pm_card_mastercard",
    "pm_card_chargeDeclined",
    "pm_card_chargeDeclinedInsufficientFunds",
    "pm_card_chargeDeclinedFraudulent",
    *("pm_card_threeDSecure2Required",) * 3,
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
    "pm_card_pendingRefund",
    "pm_card_refundFail",
)
"""The cards that guests have, the ordinary ones more often."""

FAULTS = (
    *("timeout_before", "timeout_after", "error_before", "error_after"),
    *("rate_limit", "key_in_use"),
)

Among = Callable[[Town, Random], Iterable[Any]]
Does = Callable[[Town, Any, Random], None]


class Move(NamedTuple):
    """Something that may happen: its name, how often, among what, and what it does.

    What is `certain` is in every run; of the others each seed leaves some out.
    """

    name: str
    weight: int
    among: Among
    does: Does
    certain: bool = False


# -- Among what -----------------------------------------------------------------------------


def the_town(town: Town, _chance: Random) -> Iterable[Any]:
    """Always, once."""
    return (town,)


def places(_town: Town, _chance: Random) -> Iterable[Place]:
    """Any house."""
    return PLACES


def bookings(*statuses: Status) -> Among:
    """Bookings that stand somewhere; now and then any."""

    def among(town: Town, chance: Random) -> Iterable[BookingId]:
        if chance.random() < NO_SENSE:
            return town.recent
        return town.standing(*statuses)

    return among


def unpaid(*statuses: Paying) -> Among:
    """Bookings whose payment stands somewhere."""

    def among(town: Town, _chance: Random) -> Iterable[BookingId]:
        for booking_id in town.recent:
            payment = town.payment_or_none(booking_id)
            if payment is not None and payment.intent and payment.status in statuses:
                yield booking_id

    return among


def payable(*statuses: Payable) -> Among:
    """Bookings whose payout stands somewhere."""

    def among(town: Town, _chance: Random) -> Iterable[BookingId]:
        for booking_id in town.recent:
            payout = town.state(PAYOUT, processes.payout_of(booking_id))
            if payout is not None and payout.status in statuses:
                yield booking_id

    return among


# -- Asking for a stay ----------------------------------------------------------------------


def asks(town: Town, place: Place, chance: Random) -> None:
    """A guest asks what a stay costs, and books it."""
    today = local_date(town.clock.now, place.house.time_zone)
    ahead = chance.choice((0, 1, 2, 3, 5, 8, 15, 35))
    nights = chance.choice((1, 2, 2, 3, 5, 7, 9))
    wish = Wish(
        guest_id=chance.choice(GUESTS),
        property_id=place.property_id,
        candidates=place.unit_ids,
        any_of_type=chance.random() < 0.7,
        stay=stay(today + ahead * DAY, today + (ahead + nights) * DAY),
        party=Party(chance.randint(1, 3), chance.randint(0, 1)),
        currency=chance.choice(place.paid_in),
        coupon_code=chance.choice((None, None, None, *COUPONS)),
        non_refundable=chance.random() < 0.15,
    )
    quote = town.quote(place, wish)
    if chance.random() < 0.95:
        town.book_quoted(quote)


def books_late(town: Town, _subject: Any, chance: Random) -> None:
    """A guest books what was quoted some time ago."""
    town.book_quoted(chance.choice(town.quotes[-5:]))


def quotes(town: Town, _chance: Random) -> Iterable[Any]:
    """Quotes that were made."""
    return town.quotes[-1:]


# -- Paying ---------------------------------------------------------------------------------


def pays(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest pays in the browser, with whatever card."""
    card = {"payment_method": chance.choice(CARDS)}
    town.browser.v1.payment_intents.confirm(town.intent_of(booking_id), card)  # type: ignore[arg-type]


def answers_the_bank(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest finishes 3-D Secure, or fails at it; who abandons it does nothing."""
    outcome = chance.choice(("passed", "passed", "failed"))
    town.behind(f"authentications/{town.intent_of(booking_id)}", outcome=outcome)


def books_and_pays(town: Town, place: Place, chance: Random) -> None:
    """A guest books, and pays as soon as the processor knows of it."""
    asks(town, place, chance)
    town.step()
    if not town.bookings:
        raise NotPossible("the first guest only asked")
    pays(town, town.bookings[-1], chance)


def pays_something_else(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Money comes for a payment that nobody asked for so: twice, or off by a little."""
    payment = town.payment_of(booking_id)
    off = chance.choice((0, 0, 10, -10))
    town.browser.v1.payment_intents.create(
        {
            "amount": max(payment.due.minor + off, 500),
            "currency": payment.due.currency.lower(),
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": {
                "payment_id": processes.payment_of(booking_id),
                "booking_id": booking_id,
            },
        }
    )


def by_guest(step: Callable[[Draft, Actor, BookingId], None]) -> Does:
    """The booking's guest does something at the door."""

    def does(town: Town, booking_id: BookingId, _chance: Random) -> None:
        guest = Actor("G", town.booking_of(booking_id).guest_id)
        town.decide(lambda draft: step(draft, guest, booking_id), booking_id)

    return does


def by_host(step: Callable[[Draft, Actor, BookingId], None]) -> Does:
    """The booking's host does something at the door."""

    def does(town: Town, booking_id: BookingId, _chance: Random) -> None:
        host = Actor("H", town.booking_of(booking_id).host_id)
        town.decide(lambda draft: step(draft, host, booking_id), booking_id)

    return does


def declines(draft: Draft, host: Actor, booking_id: BookingId) -> None:
    """The host does not want the guest."""
    processes.decline(draft, host, booking_id, "not_suitable")


# -- Calling off ----------------------------------------------------------------------------


def calls_off(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """The guest calls the stay off, for what is shown at that moment."""

    def plan(draft: Draft) -> None:
        booking = _paid(draft, booking_id)
        shown = processes.would_give_back(draft, booking_id, Ending.BY_GUEST)
        processes.cancel_by_guest(draft, Actor("G", booking.guest_id), booking_id, shown.digest)

    town.decide(plan, booking_id)


def calls_off_as_shown_before(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest calls the stay off for what was shown some days ago."""
    booking = _settled(town, booking_id)
    shown = booking.settled(Ending.BY_GUEST, town.clock.now - chance.randint(1, 9) * DAY)
    guest = Actor("G", booking.guest_id)
    town.decide(
        lambda draft: processes.cancel_by_guest(draft, guest, booking_id, shown.digest), booking_id
    )


def host_calls_off(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """The host calls the stay off, for the penalty that is shown."""

    def plan(draft: Draft) -> None:
        booking = _paid(draft, booking_id)
        owed = penalty(booking.price, BY_HOST, booking.occupancy(draft.now))
        processes.cancel_by_host(
            draft, Actor("H", booking.host_id), booking_id, "a burst pipe", owed
        )

    town.decide(plan, booking_id)


def support_calls_off(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Support calls the stay off for a host, or the platform does."""

    def plan(draft: Draft) -> None:
        _paid(draft, booking_id)
        if chance.random() < 0.4:
            processes.cancel_for_host(draft, SUPPORT, booking_id, "illness")
            return
        command = CancelByPlatform(
            booking_id=booking_id,
            reason=PlatformReason.SAFETY,
            requested_by=SUPPORT.id,
            by_policy=chance.random() < 0.3,
        )
        processes.cancel_by_platform(draft, SUPPORT, command)

    town.decide(plan, booking_id)


def somebody_came(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """Support finds that the guest did come."""
    town.decide(
        partial(
            processes.reverse_no_show, support=SUPPORT, booking_id=booking_id, evidence="the log"
        ),
        booking_id,
    )


def leaves_early(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest leaves, or must leave, some nights early."""
    booking = _settled(town, booking_id)
    nights = booking.stay.nights_count()
    check_out = booking.stay.check_in + chance.randint(1, max(nights - 1, 1)) * DAY
    by_host = chance.random() < 0.4
    actor = SUPPORT if by_host else Actor("G", booking.guest_id)
    ending = Ending.BY_HOST if by_host else Ending.BY_GUEST

    def plan(draft: Draft) -> None:
        shown = processes.would_give_back(draft, booking_id, ending, check_out).digest
        command = Curtail(
            booking_id=booking_id, check_out=check_out, accepted=shown, by_host=by_host
        )
        processes.curtail(draft, actor, command)

    town.decide(plan, booking_id)


def _paid(draft: Draft, booking_id: BookingId) -> Booking:
    booking = processes.booking_in(draft, booking_id)
    if booking.status not in (S.CONFIRMED, S.IN_STAY):
        raise NotPossible("it does not take place")
    return booking


def _settled(town: Town, booking_id: BookingId) -> Booking:
    booking = town.booking_of(booking_id)
    if booking.status not in (S.CONFIRMED, S.IN_STAY):
        raise NotPossible("it does not take place")
    return booking


# -- The nights -----------------------------------------------------------------------------


def blocks(town: Town, place: Place, chance: Random) -> None:
    """The host takes nights out of sale, or a feed says that they are sold elsewhere."""
    unit_id, nights = chance.choice(place.unit_ids), some_nights(town, place, chance)
    name = f"block {len(town.store.history)}"
    if chance.random() < 0.5:
        block_id = BlockId(an_id(name))
        command = BlockNights(unit_id=unit_id, block_id=block_id, stay=nights)
        town.do(Actor("H", place.host_id), command, block_id)
        town.blocks.append(UnblockNights(unit_id=unit_id, block_id=block_id))
        return
    feed_id = FeedId(an_id(f"feed of {place.name}"))
    item = ImportFeedItem(unit_id=unit_id, feed_id=feed_id, uid=name, stay=nights, revision="1")
    town.do(processes.PROCESS, item, block_of(feed_id, name))
    town.blocks.append(FeedItemGone(unit_id=unit_id, feed_id=feed_id, uid=name, good_fetches=3))


def unblocks(town: Town, command: Any, _chance: Random) -> None:
    """Blocked nights come back on sale."""
    town.blocks.remove(command)
    if isinstance(command, UnblockNights):
        host_id = next(place.host_id for place in PLACES if command.unit_id in place.unit_ids)
        town.do(Actor("H", host_id), command, command.block_id)
    else:
        town.do(processes.PROCESS, command, block_of(command.feed_id, command.uid))


def blocked(town: Town, _chance: Random) -> Sequence[Any]:
    """What was blocked."""
    return town.blocks


def some_nights(town: Town, place: Place, chance: Random) -> Stay:
    """Nights of the next weeks."""
    today = local_date(town.clock.now, place.house.time_zone)
    begin = today + chance.randint(0, 40) * DAY
    return stay(begin, begin + chance.randint(1, 5) * DAY)


# -- Payouts --------------------------------------------------------------------------------


def holds(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """Finance keeps a payout back."""
    payout_id = processes.payout_of(booking_id)
    town.do(FINANCE, HoldPayout(payout_id=payout_id, reason=Hold.MANUAL), booking_id)


def lifts(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """Finance lets a payout go."""
    payout_id = processes.payout_of(booking_id)
    lift = LiftPayoutHold(
        payout_id=payout_id, reason=Hold.MANUAL, still_stands=False, reviewer=FINANCE.id
    )
    town.do(FINANCE, lift, booking_id)


def sends_again(town: Town, booking_id: BookingId, _chance: Random) -> None:
    """Finance has a transfer made that failed."""
    payout_id = processes.payout_of(booking_id)
    town.decide(
        partial(processes.release, booking_id=booking_id, payout_id=payout_id, by=FINANCE),
        booking_id,
    )


def takes_back(town: Town, booking_id: BookingId, chance: Random) -> None:
    """Finance orders a part of a transfer back."""
    payout_id = processes.payout_of(booking_id)
    payout = town.state(PAYOUT, payout_id)
    assert payout is not None, "it was transferred"
    part = Money(payout.sent.minor // chance.choice((1, 2, 7)), payout.sent.currency)
    order = partial(
        processes.order_reversal, staff=FINANCE, payout_id=payout_id, amount=part, cause="a debt"
    )
    town.decide(order, booking_id)


def restricts(town: Town, place: Place, chance: Random) -> None:
    """The processor wants to know more of a host, or is content again."""
    account = town.account_of(place.host_id)
    if chance.random() < 0.5:
        town.behind(f"accounts/{account}")
    else:
        told = {"disabled_reason": "requirements.past_due", "fields": ["individual.id_number"]}
        town.behind(f"accounts/{account}", **told)


def reinstates(town: Town, place: Place, _chance: Random) -> None:
    """An operator lets a host on who was suspended for what is settled by now."""
    reinstate = ReinstateProvider(
        host_id=place.host_id,
        cleared_by="the processor has all it asked for",
        operator=OPERATOR.id,
        second_person=FINANCE.id,
    )
    town.do(OPERATOR, reinstate, place.host_id)


def refunds_there(town: Town, _chance: Random) -> Iterable[str]:
    """Refunds that guests have, as far as they know, and money without a place that went back."""
    return [refund["id"] for refund in town.all("refund")[-12:] if refund["status"] == "succeeded"]


def comes_back(town: Town, refund: str, _chance: Random) -> None:
    """A guest's bank sends a refund back, days later."""
    town.behind(f"refunds/{refund}", outcome="failed", failure_reason="expired_or_canceled_card")


# -- Disputes -------------------------------------------------------------------------------


def disputes(*statuses: Disputing) -> Among:
    """Disputes that stand somewhere, as our ledger knows them."""

    def among(town: Town, _chance: Random) -> Iterable[DisputeId]:
        for told in town.all("dispute"):
            dispute = town.state(DISPUTE, processes.dispute_of(told["id"]))
            if dispute is not None and dispute.status in statuses:
                yield processes.dispute_of(told["id"])

    return among


def at_the_bank(town: Town, _chance: Random) -> Iterable[str]:
    """Disputes, as the processor knows them."""
    return [dispute["id"] for dispute in town.all("dispute")[-8:]]


def disputed(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest's bank asks about a charge, or takes its money back."""
    payment = town.payment_of(booking_id)
    charge = payment.charge
    if charge is None or payment.reserved:
        raise NotPossible("there is no money to take, or it is on its way back already")
    town.behind("disputes", charge=charge, inquiry=chance.random() < 0.3)


def receipts(town: Town, _chance: Random) -> Iterable[ReceiptId]:
    """Money without a place that our ledger thinks is here still."""
    return town.receipts(Receiving.DETECTED, Receiving.RETURNING, Receiving.RETURN_FAILED)[-8:]


def receipt_disputed(town: Town, receipt_id: ReceiptId, chance: Random) -> None:
    """The guest's bank asks about money without a place, or takes it or a part back by itself."""
    receipt = town.state(UNAPPLIED_RECEIPT, receipt_id)
    assert receipt is not None, "it was detected"
    part = receipt.received.amount.minor // chance.choice((1, 1, 2, 7))
    amount = max(part // 10, 1) * 10 if part < receipt.received.amount.minor else part
    inquiry = chance.random() < 0.3
    town.behind("disputes", charge=receipt.charge, inquiry=inquiry, amount=amount)


def failed_receipts(town: Town, _chance: Random) -> Iterable[ReceiptId]:
    """Money without a place that could not go back."""
    return town.receipts(Receiving.RETURN_FAILED)[-8:]


def returns_again(town: Town, receipt_id: ReceiptId, _chance: Random) -> None:
    """Finance sends money without a place back once more."""
    town.return_again(receipt_id)


def returns_by_bank(town: Town, receipt_id: ReceiptId, _chance: Random) -> None:
    """Our bank gives money without a place back."""
    town.return_by_bank(receipt_id)


def decides(town: Town, dispute: str, chance: Random) -> None:
    """The guest's bank decides, or goes a step further; for us only where we answered."""
    outcome = chance.choice(("won", "lost", "escalated", "reopened"))
    stands = town.at_stripe_now("dispute", dispute)["status"]
    if outcome == "won" and not stands.endswith("under_review"):
        raise NotPossible("nobody has answered")
    if outcome == "reopened" and stands != "won":
        raise NotPossible("banks reopen what we have won")
    town.behind(f"disputes/{dispute}", outcome=outcome)


def answers(town: Town, dispute_id: DisputeId, _chance: Random) -> None:
    """Support says what speaks for the charge."""
    town.decide(
        partial(processes.submit_evidence, staff=SUPPORT, dispute_id=dispute_id),
        town.case_of(dispute_id),
    )


def gives_in(town: Town, dispute_id: DisputeId, chance: Random) -> None:
    """Finance gives a dispute up; now and then without a second person."""
    proposer = chance.choice((PAUL, PAUL, FINANCE.id))
    accept = partial(
        processes.accept_dispute, staff=FINANCE, dispute_id=dispute_id, proposer=proposer
    )
    town.decide(accept, town.case_of(dispute_id))


# -- Workers, time and the network ----------------------------------------------------------


def works(town: Town, _subject: Any, _chance: Random) -> None:
    """A worker does each thing once that is to be done now."""
    town.step()


def settles(town: Town, _subject: Any, _chance: Random) -> None:
    """The workers do whatever there is to do."""
    town.settle()


def dies_soon(town: Town, _subject: Any, chance: Random) -> None:
    """The next worker at work dies after a few calls and commits."""
    town.dies_at = town.moments + chance.randint(1, 12)
    town.step()


def passes(*times: timedelta) -> Does:
    """Time passes, and nobody does anything meanwhile."""

    def does(town: Town, _subject: Any, chance: Random) -> None:
        town.let_pass(chance.choice(times) * chance.uniform(0.5, 1.5))

    return does


def lives(days: tuple[int, ...]) -> Does:
    """Days pass, with the workers at work all along; finance pays what failed now and then."""

    def does(town: Town, _subject: Any, chance: Random) -> None:
        for _ in range(2 * chance.choice(days)):
            town.let_pass(DAY / 2)
            town.settle()
        if chance.random() < 0.4:
            town.clear_the_desk()

    return does


def fails(town: Town, _subject: Any, chance: Random) -> None:
    """The next calls go wrong."""
    path = chance.choice(("/v1/", "/v1/payment_intents", "/v1/refunds", "/v1/transfers"))
    method = chance.choice(("POST", "POST", "*"))
    town.fails(chance.choice(FAULTS), times=chance.randint(1, 8), path=path, method=method)


def mixes_up(town: Town, _subject: Any, chance: Random) -> None:
    """Notices arrive in another order."""
    town.hear()
    chance.shuffle(town.letters)


W = Move
MOVES: tuple[Move, ...] = (
    W("a guest books", 5, places, asks, certain=True),
    W("a guest books and pays", 12, places, books_and_pays, certain=True),
    W("a guest books late", 1, quotes, books_late),
    W("the guest pays", 12, unpaid(Paying.PENDING, Paying.FAILED), pays, certain=True),
    W("the guest pays all the same", 1, bookings(), pays),
    W("the guest answers the bank", 8, unpaid(*Paying), answers_the_bank),
    W("money comes that nobody asked for", 1, bookings(S.PENDING_PAYMENT, S.CONFIRMED),
      pays_something_else),
    W("the guest tries again", 3, unpaid(Paying.FAILED), by_guest(processes.try_again)),
    W("the guest gives up", 1, bookings(S.PENDING_PAYMENT), by_guest(processes.abandon)),
    W("the guest takes the request back", 1, bookings(S.AWAITING_HOST),
      by_guest(processes.withdraw)),
    W("the host accepts", 6, bookings(S.AWAITING_HOST), by_host(processes.accept), certain=True),
    W("the host declines", 2, bookings(S.AWAITING_HOST), by_host(declines)),
    W("the guest calls off", 4, bookings(S.CONFIRMED), calls_off),
    W("the guest calls off as shown before", 1, bookings(S.CONFIRMED), calls_off_as_shown_before),
    W("the host calls off", 2, bookings(S.CONFIRMED), host_calls_off),
    W("staff call off", 1, bookings(S.CONFIRMED, S.IN_STAY), support_calls_off),
    W("the guest has come", 2, bookings(S.CONFIRMED), by_host(processes.start_stay)),
    W("the guest has left", 2, bookings(S.IN_STAY), by_host(processes.complete_stay)),
    W("nobody came", 2, bookings(S.IN_STAY), by_host(processes.report_no_show)),
    W("somebody came after all", 1, bookings(S.NO_SHOW), somebody_came),
    W("the stay ends early", 2, bookings(S.IN_STAY), leaves_early),
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
    W("finance sends late money back again", 1, failed_receipts, returns_again),
    W("our bank gives late money back", 1, failed_receipts, returns_by_bank),
    W("nights are blocked", 2, places, blocks),
    W("nights are unblocked", 1, blocked, unblocks),
    W("a bank takes money back", 2, bookings(S.CONFIRMED, S.IN_STAY, S.COMPLETED), disputed),
    W("a bank takes money without a place back", 2, receipts, receipt_disputed),
    W("a bank sends a refund back", 1, refunds_there, comes_back),
    W("a bank decides", 3, at_the_bank, decides),
    W("support answers a dispute", 2, disputes(Disputing.OPENED, Disputing.EVIDENCE_DUE), answers),
    W("finance gives a dispute up", 1, disputes(Disputing.OPENED, Disputing.EVIDENCE_DUE),
      gives_in),
    W("finance takes a transfer back", 1, payable(Payable.TRANSFERRED, Payable.PARTLY_REVERSED),
      takes_back),
    W("a host claims damage", 4, damaging.left, damaging.claims),
    W("a claim is answered", 4, damaging.claimed(Claiming.OPENED), damaging.answers),
    W("support decides a claim", 3, damaging.claimed(Claiming.ESCALATED, Claiming.UNPAID),
      damaging.decides),
    W("a guest pays for damage", 6, damaging.claimed(Claiming.CHARGING), damaging.pays),
    W("a bank disputes damage", 1, damaging.claimed(Claiming.CHARGED), damaging.disputed),
    W("the processor asks a host", 1, places, restricts),
    W("a host is let on", 1, places, reinstates),
    W("finance holds a payout", 1, payable(Payable.SCHEDULED, Payable.DUE), holds),
    W("finance lets a payout go", 2, payable(Payable.ON_HOLD), lifts),
    W("finance sends a transfer again", 2, payable(Payable.FAILED), sends_again),
    W("finance proposes to remit taxes", 2, remitting.owed, remitting.proposes),
    W("finance remits taxes", 2, remitting.proposed, remitting.remits),
    W("finance does not remit taxes", 1, remitting.proposed, remitting.rejects),
    W("a worker works", 14, the_town, works, certain=True),
    W("the workers do it all", 6, the_town, settles, certain=True),
    W("a worker dies", 4, the_town, dies_soon),
    W("minutes pass", 8, the_town, passes(timedelta(minutes=1), timedelta(minutes=9)),
      certain=True),
    W("hours pass", 4, the_town, passes(timedelta(hours=1), timedelta(hours=5)), certain=True),
    W("a day passes unattended", 1, the_town, passes(DAY, 2 * DAY)),
    W("days pass", 4, the_town, lives((1, 1, 2, 4)), certain=True),
    W("calls go wrong", 4, the_town, fails),
    W("notices are mixed up", 3, the_town, mixes_up),
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
