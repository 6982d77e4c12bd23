"""Old shapes of events become present ones: pure steps from dict to dict, one per schema number.

A step is registered for the topic and the schema number that it reads, and returns the shape of
the next number. Recorded states never change; steps are never removed.

    @upcast("booking.requested", since=1)
    def with_party(old: Shape) -> Shape:
        return {**old, "party": {"adults": 1}}
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from ledger.errors import CorruptHistory

Shape = dict[str, Any]
Step = Callable[[Shape], Shape]

_steps: dict[tuple[str, int], Step] = {}


def upcast(topic: str, *, since: int) -> Callable[[Step], Step]:
    """Register a step that lifts a topic's states from schema `since` to the next one."""

    def register(step: Step) -> Step:
        assert (topic, since) not in _steps, f"two steps lift {topic} from schema {since}"
        _steps[topic, since] = step
        return step

    return register


def steps(topic: str, schema: int, present: int) -> Step:
    """All steps from one schema number to the present one, as one.

    Raises CorruptHistory where a step is missing.
    """
    try:
        way = [_steps[topic, number] for number in range(schema, present)]
    except KeyError:
        raise CorruptHistory(topic=topic, schema=schema, no_step_to=present) from None
    return lambda shape: reduce(lambda lifted, step: step(lifted), way, shape)


# -- Steps ------------------------------------------------------------------------------


def shares_of_old(amounts: Shape) -> Shape:
    """What a stay brings, as shares: host, guest's fee and host's fee were all there was then."""
    (host, currency), (guest_fee, _), (host_fee, _) = (
        amounts[name] for name in ("host_net", "guest_fee", "host_fee")
    )
    return {
        "currency": currency,
        "host_minor": host,
        "guest_fee_minor": guest_fee,
        "host_fee_minor": host_fee,
    }


def shares_back_of_old(host: list[Any], fees: list[Any]) -> Shape:
    """Whose part goes back; the two fees were one sum, and the books keep them in one account."""
    return {"currency": host[1], "host_minor": host[0], "guest_fee_minor": fees[0]}


@upcast("booking.requested", since=1)
def with_booking_time(old: Shape) -> Shape:
    """When it was booked: then, every hold lasted a quarter of an hour."""
    expires_at = datetime.fromisoformat(old["hold_expires_at"])
    return {**old, "booked_at": (expires_at - timedelta(minutes=15)).isoformat()}


@upcast("booking.requested", since=2)
def without_revision(old: Shape) -> Shape:
    """Which revision of the property was booked: somebody vouched for all that was let then."""
    return {**old, "revision": None}


@upcast("booking.cancelled", since=1)
def with_ending_and_shares(old: Shape) -> Shape:
    """Then only guests called stays off, and gave no reason."""
    return {**with_shares(old), "ending": "by_guest", "reason": ""}


@upcast("booking.no_show_reported", since=1)
def with_shares(old: Shape) -> Shape:
    """The settlement says whose part is kept and whose goes back; its lines stood on the refund."""
    settled = old["settlement"]
    return {
        **old,
        "settlement": {
            "refund": settled["refund"],
            "back": shares_back_of_old(settled["host_back"], settled["fees_back"]),
            "kept": shares_of_old(settled["kept"]),
            "lines": [],
        },
    }


@upcast("booking.earnings_recognized", since=1)
def with_earned_shares(old: Shape) -> Shape:
    """What was earned, as shares."""
    return {**old, "earned": shares_of_old(old["earned"])}


@upcast("refund.requested", since=1)
def with_shares_back(old: Shape) -> Shape:
    """Whose part goes back; a line without a night is of nothing in particular."""
    rest = {name: old[name] for name in old if name not in ("host_part", "fees_part")}
    lines = [[code, night or "", minor] for code, night, minor in old["lines"]]
    return {**rest, "back": shares_back_of_old(old["host_part"], old["fees_part"]), "lines": lines}


@upcast("booking.cancelled", since=2)
@upcast("booking.no_show_reported", since=2)
@upcast("booking.stay_curtailed", since=1)
def as_the_policy_says(old: Shape) -> Shape:
    """Then, a stay was not called off where less was left than the policy gives back."""
    return {**old, "capped": None}


# -- Alteration -------------------------------------------------------------------------


@upcast("alteration.settling", since=1)
def until_nobody_says_when(old: Shape) -> Shape:
    """Then, the time to pay a difference was not told, and its refund waited for people alone."""
    return {**old, "waits_until": None}


# -- Payment ----------------------------------------------------------------------------


@upcast("payment.opened", since=1)
def captured_by_itself_for_a_booking(old: Shape) -> Shape:
    """Until there was a choice, every payment was for a booking and captured at once."""
    return {**old, "capture": "automatic", "for_alteration": None}


@upcast("payment.opened", since=2)
def for_no_damage(old: Shape) -> Shape:
    """Until hosts could claim damage, no payment was for any."""
    return {**old, "for_damage": None}


@upcast("payment.processing", since=1)
def nobody_waits_for_an_answer(old: Shape) -> Shape:
    """Until we called the processor ourselves, no answer was late."""
    return {**old, "answer_due_at": None}


@upcast("payment.completed", since=1)
def settled_as_paid(old: Shape) -> Shape:
    """Until the processor told, nothing was known of its fee, and money settled as it was paid."""
    return {**old, "intent": None, "balance_transaction": None, "settled": None, "fee": None}


# -- Unit calendars -----------------------------------------------------------------------


@upcast("unit_calendar.reservation_made", since=1)
def from_a_hold(old: Shape) -> Shape:
    """Whether nights were taken anew is told since late money can win them back (UC7)."""
    return {**old, "reacquired": False}


@upcast("unit_calendar.hold_placed", since=1)
@upcast("unit_calendar.hold_expired", since=1)
@upcast("unit_calendar.hold_released", since=1)
@upcast("unit_calendar.reservation_made", since=2)
@upcast("unit_calendar.reservation_released", since=1)
@upcast("unit_calendar.reservation_moved", since=1)
def with_no_buffer(old: Shape) -> Shape:
    """Until units had a pause between guests, one left and the next one came."""
    return {**old, "buffer_nights": 0}


@upcast("tariff.rates_set", since=1)
def with_the_same_rules_all_year(old: Shape) -> Shape:
    """Which stays are let was the same all year, and units had no pause between guests."""
    rates = old["rates"]
    rooms = [
        {**room, "rules": {**room["rules"], "buffer_nights": 0}, "seasonal": []}
        for room in rates["rooms"]
    ]
    return {**old, "rates": {**rates, "rooms": rooms}}


# -- Refunds ------------------------------------------------------------------------------


@upcast("refund.requested", since=2)
def with_funding(old: Shape) -> Shape:
    """Who pays for it and who asked: until then, only the policy did, of the booking's money."""
    nobody = dict.fromkeys(("host_id", "preview", "requested_by"))
    return {**old, **nobody, "funded_by": "booking"}


@upcast("refund.approved", since=1)
def with_debt(old: Shape) -> Shape:
    """What the host owes: until then, nothing, because every approval came before the earning."""
    return {**old, "host_id": None, "debt": [0, old["amount"][1]], "remitted": False}


@upcast("refund.approved", since=2)
def with_no_worth(old: Shape) -> Shape:
    """Then, a gift was booked in the currency that the guest had paid in, whatever that was."""
    return {**old, "worth": None}


@upcast("refund.settled_alternatively", since=1)
def with_no_cost_of_the_transfer(old: Shape) -> Shape:
    """Then, nobody asked what a bank transfer in another currency had cost."""
    return {**old, "settled": None}


@upcast("refund.pending", since=1)
def with_pending_reason(old: Shape) -> Shape:
    """What the processor waits for: then, it did not say."""
    return {**old, "pending_reason": None}


@upcast("refund.succeeded", since=1)
def with_balance_transaction(old: Shape) -> Shape:
    """How the processor tells of it: then, only on the event before."""
    return {**old, **dict.fromkeys(("processor_refund", "balance_transaction", "settled"))}


@upcast("payout.scheduled", since=1)
def with_tranche(old: Shape) -> Shape:
    """Which tranche: then, every stay was paid out as one."""
    return {**old, "tranche": 1}


@upcast("payout.released", since=1)
def with_netted(old: Shape) -> Shape:
    """What was netted: then, no debts were known."""
    return {**old, "netted": [0, old["amount"][1]]}


@upcast("payout.transferred", since=1)
def with_transfers_balance_transaction(old: Shape) -> Shape:
    """The processor's own entry: then, it was not asked for."""
    return {**old, "balance_transaction": None}


@upcast("payment.adopted", since=1)
def with_no_day_of_funds(old: Shape) -> Shape:
    """When money that was adopted could be used was not passed on then."""
    return {**old, "available_at": None}


@upcast("dispute.opened", since=1)
def with_no_receipt(old: Shape) -> Shape:
    """Then, only charges that a payment had the money of were taken in."""
    return {**old, "receipt_id": None}


@upcast("provider.bank_account_reviewed", since=1)
def with_reason_of_review(old: Shape) -> Shape:
    """Finance did not say at first what convinced them of a bank account."""
    return {**old, "reason": None}


@upcast("property.approved", since=1)
@upcast("property.revision_approved", since=1)
def with_no_last_day(old: Shape) -> Shape:
    """Which documents showed a property was not the ledger's to say at first."""
    return {**old, "valid_until": None}


@upcast("provider.reinstated", since=1)
def with_no_renewal(old: Shape) -> Shape:
    """Who was reinstated was not asked to renew anything at first."""
    return {**old, "renew_by": None}


@upcast("verification.submitted", since=1)
def with_no_record(old: Shape) -> Shape:
    """Of who asks to host nothing was named at first."""
    return {**old, "record": None}
