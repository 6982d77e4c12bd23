"""What is booked of refunds: whose part goes back, and how it reaches the guest."""

from fractions import Fraction

from ledger.events import MoneyEvent, Recorded
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    ExternalRefundMatched,
    ExternalRefundReversed,
    Funding,
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundLessened,
    RefundRejected,
    RefundRequested,
    RefundSettledAlternatively,
    RefundSettledByDispute,
    RefundSettledElsewhere,
    RefundSucceeded,
)
from ledger.values.money import Money
from replay.rules.postings_follow_their_rules.agreed import (
    NOTHING,
    Agreed,
    Taxes,
    deferred_before,
    divided,
    figures,
    less,
    not_earned,
    of_shares,
    worth,
)
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers


class Refunds(Matter):
    """What is asked back for each guest, and of whose part; and what of it follows from ends."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._refunds: dict[str, Agreed] = {}
        self._worth: dict[str, Money] = {}
        self._parts: dict[str, tuple[tuple[str, Agreed], ...]] = {}
        self._of_ends: set[str] = set()
        self._matched: dict[tuple[str, str], tuple[Money, Money | None]] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            RefundRequested: self.request,
            RefundApproved: self.approved,
            RefundSucceeded: self.succeeded,
            RefundRejected: self.drop,
            RefundCancelled: self.cancelled,
            RefundFailed: self.failed,
            RefundSettledAlternatively: self.paid_by_bank,
            RefundSettledByDispute: self.paid_by_dispute,
            RefundSettledElsewhere: self.paid_elsewhere,
            RefundLessened: self.paid_in_part,
            ExternalRefundDetected: self.seen,
            ExternalRefundMatched: self.matched,
            ExternalRefundReversed: self.came_back,
            ExternalRefundClassified: self.classified,
        }

    def request(self, recorded: Recorded[RefundRequested]) -> None:
        """What shall go back, and of whose part."""
        event = recorded.event
        by_letter = of_shares(event.back)
        if event.preview is not None and event.booking_id in self._books.ended:
            self._of_ends.add(recorded.stream_id)
        self._worth[recorded.stream_id] = Money(worth(by_letter), event.back.currency)
        self._refunds[recorded.stream_id] = Agreed(
            figures(T=event.amount.minor, B=worth(by_letter), **by_letter),
            event.amount.currency,
            event.host_id or "",
            booking_id=event.booking_id,
            taxes=tuple((share.jurisdiction, share.minor) for share in event.back.taxes),
            listed_in=event.back.currency,
            goodwill=event.funded_by is Funding.PLATFORM,
        )

    def drop(self, recorded: Recorded[RefundRejected]) -> None:
        """Nothing will go back."""
        self._keep(recorded.stream_id, self._refunds.pop(recorded.stream_id, NOTHING))

    def _keep(self, refund_id: str, asked: Agreed) -> None:
        """What the end of a stay does not give back after all is kept of it, and to be earned."""
        if refund_id not in self._of_ends:
            return
        self._of_ends.discard(refund_id)
        given_back = self._books.given_back.get(asked.booking_id, [])
        if (counted := asked._replace(booked_by="", position=None)) in given_back:
            given_back.remove(counted)
            return
        stays, none = self._books.stays, figures()
        stay = stays.get(asked.booking_id) or Agreed(
            none, asked.listed_in, asked.host_id, fell_away=True
        )
        again = {letter: -asked.booked[letter] for letter in "hgovxc"}
        again["x"] -= asked.booked["z"]
        taxes = tuple((of, -minor) for of, minor in (*asked.taxes, *asked.taxes_left))
        stays[asked.booking_id] = less(stay, again, taxes)

    def approved(self, recorded: Recorded[RefundApproved]) -> None:
        """J8, J10 or J11 of what was asked for, or J14 of what the platform gives."""
        asked = self._refunds.get(recorded.stream_id, NOTHING)
        if len(recorded.event.entries) > 1 and asked is not NOTHING:
            self._approved_in_parts(recorded, asked)
            return
        agreed, rule = self._part_of(recorded, asked)
        granted = self._books.allowances.get(asked.booking_id)
        if granted is not None and rule == "J8" and recorded.stream_id not in granted:
            self._books.given_back.setdefault(asked.booking_id, []).append(asked)
        if rule == "J14" and recorded.event.worth is not None:
            rule, agreed = self._given_abroad(recorded, asked, recorded.event.worth)
        elif asked.listed_in != asked.currency and not asked.goodwill:
            rule = f"{rule}fx"
            opened = Money(agreed.booked.get("B", 0), asked.listed_in)
            agreed = agreed._replace(position=opened)
        if asked is not NOTHING:
            self._refunds[recorded.stream_id] = agreed._replace(booked_by=rule)
        self._books.compare(recorded, rule, agreed, self._keys(recorded, agreed))

    def _given_abroad(
        self, recorded: Recorded[RefundApproved], asked: Agreed, worth: Money
    ) -> tuple[str, Agreed]:
        """J14 in two currencies, at the rate of the booking's price."""
        listed, paid = self._books.rates.get(asked.booking_id, (0, 1))
        at_its_rate = round(Fraction(asked.booked["T"] * listed, paid))
        if worth != Money(at_its_rate, asked.listed_in):
            found = f"{worth} for the gift, the booking's rate makes {at_its_rate} minor units"
            self._books.breach(found, recorded)
        self._worth[recorded.stream_id] = worth
        told = figures(**asked.booked | {"B": worth.minor})
        return "J14fx", asked._replace(figures=told, position=worth)

    def _approved_in_parts(self, recorded: Recorded[RefundApproved], asked: Agreed) -> None:
        """J8 of what was not earned of a long stay, and J10 or J11 of what was."""
        stay = self._books.stays.get(recorded.event.booking_id, NOTHING)
        if stay.long is None:
            self._books.breach("booked in parts, and the stay was earned as one", recorded)
            return
        before, _ = self._books.granted.get(recorded.stream_id, (NOTHING, NOTHING))
        left = not_earned(before) if before is not NOTHING else deferred_before(stay)
        first, then = divided(left, asked)
        earned, rule = self._earned_part(recorded, then)
        suffix = "fx" if asked.listed_in != asked.currency else ""
        opened = Money(asked.booked["B"], asked.listed_in) if suffix else None
        parts = ((f"J8{suffix}", first), (f"{rule}{suffix}", earned))
        self._parts[recorded.stream_id] = parts
        self._refunds[recorded.stream_id] = asked._replace(position=opened)
        self._books.compare_each(recorded, parts, self._keys(recorded, asked))

    def cancelled(self, recorded: Recorded[RefundCancelled]) -> None:
        """The reverse of what the approval booked, if it was approved."""
        agreed = self._refunds.pop(recorded.stream_id, NOTHING)
        self._keep(recorded.stream_id, agreed)
        if parts := self._parts.pop(recorded.stream_id, None):
            back = [(f"{rule}r", part) for rule, part in parts]
            self._books.compare_each(recorded, back, self._keys(recorded, agreed))
            return
        rule = f"{agreed.booked_by}r" if agreed.booked_by else None
        self._books.compare(recorded, rule, agreed, self._keys(recorded, agreed))

    def succeeded(self, recorded: Recorded[RefundSucceeded]) -> None:
        """J12, of what was asked for, in one currency or two; once, unless it comes back."""
        agreed = self._refunds.pop(recorded.stream_id, NOTHING)
        rule, agreed = _settled("J12", agreed, recorded.event.settled)
        self._books.compare(recorded, rule, agreed, self._keys(recorded, agreed))

    def failed(self, recorded: Recorded[RefundFailed]) -> None:
        """J13 where it had succeeded: of what the event tells; the next success is held to it."""
        event = recorded.event
        agreed = self._refunds.get(recorded.stream_id, NOTHING)
        if agreed is not NOTHING:
            self._books.compare(recorded, None, agreed, {})
            return
        agreed = Agreed(
            figures(T=event.amount.minor),
            event.amount.currency,
            booking_id=event.booking_id,
            position=event.settled,
        )
        self._refunds[recorded.stream_id] = agreed
        rule, agreed = _settled("J13", agreed, event.settled)
        self._books.compare(recorded, rule, agreed, self._keys(recorded, agreed))

    def paid_by_bank(self, recorded: Recorded[RefundSettledAlternatively]) -> None:
        """J12b, of what was asked for, in one currency or two; once."""
        agreed = self._refunds.pop(recorded.stream_id, NOTHING)
        rule, agreed = _settled("J12b", agreed, recorded.event.settled)
        self._books.compare(recorded, rule, agreed, self._keys(recorded, agreed))

    def paid_by_dispute(self, recorded: Recorded[RefundSettledByDispute]) -> None:
        """J12d, of what was asked for, in one currency or two at the rate it was approved at."""
        agreed = self._refunds.pop(recorded.stream_id, NOTHING)
        opened = agreed.position
        rule, agreed = _settled("J12d", agreed, opened)
        if opened is not None:
            promised = self._worth.get(recorded.stream_id, opened)
            lost = promised if promised.currency == opened.currency else opened
            told = figures(**agreed.booked | {"B": lost.minor})
            agreed = agreed._replace(figures=told, listed_in=lost.currency)
        self._books.compare(recorded, rule, agreed, self._keys(recorded, agreed))

    def paid_elsewhere(self, recorded: Recorded[RefundSettledElsewhere]) -> None:
        """J12s, of what was asked for, in one currency or two; once, and by what was matched."""
        event = recorded.event
        self._as_matched(recorded, event.external_refund)
        agreed = self._refunds.pop(recorded.stream_id, NOTHING)
        rule, agreed = _settled("J12s", agreed, event.settled)
        self._books.compare(recorded, rule, agreed, self._keys(recorded, agreed))

    def paid_in_part(self, recorded: Recorded[RefundLessened]) -> None:
        """J12s of a part, and of its part of the position; the rest is owed as before."""
        event = recorded.event
        self._as_matched(recorded, event.external_refund)
        owed = self._refunds.get(recorded.stream_id, NOTHING)
        part = Fraction(event.amount.minor, owed.booked["T"] or 1)
        opened = owed.position and _part_of(owed.position, part)
        if event.left.minor != owed.booked["T"] - event.amount.minor or event.position != opened:
            found = f"{event.left} left with {event.position} open, of {owed.booked['T']}"
            self._books.breach(found, recorded)
        paid = owed._replace(figures=figures(T=event.amount.minor), position=opened)
        left = figures(**owed.booked | {"T": event.left.minor})
        position = owed.position - opened if owed.position and opened else None
        self._refunds[recorded.stream_id] = owed._replace(figures=left, position=position)
        if promised := self._worth.get(recorded.stream_id):
            self._worth[recorded.stream_id] = promised - _part_of(promised, part)
        rule, paid = _settled("J12s", paid, event.settled)
        self._books.compare(recorded, rule, paid, self._keys(recorded, paid))

    def _as_matched(
        self, recorded: Recorded[RefundSettledElsewhere | RefundLessened], by: str
    ) -> None:
        """What it was paid by was said to have paid just that."""
        event = recorded.event
        said = self._matched.pop((by, recorded.stream_id), None)
        if said != (event.amount, event.settled):
            self._books.breach(f"{event.amount} by {by}, which was matched as {said}", recorded)

    def matched(self, recorded: Recorded[ExternalRefundMatched]) -> None:
        """So much less is to be explained, and stands in suspense for it."""
        event = recorded.event
        seen = self._refunds.pop(recorded.stream_id, NOTHING)
        whole, taken = seen.booked["T"], seen.booked["s"]
        part = round(Fraction(taken * event.amount.minor, whole or 1))
        abroad = seen.settled_in != seen.currency
        settled = Money(part, seen.settled_in) if abroad else None
        left = whole - event.amount.minor
        if (left, settled) != (event.left.minor, event.settled) or left < 0:
            found = f"{event.amount} for {event.settled}, of {whole} that took {taken}"
            self._books.breach(found, recorded)
        self._matched[recorded.stream_id, event.pays] = (event.amount, event.settled)
        if left > 0:
            rest = figures(T=left, s=taken - part)
            self._refunds[recorded.stream_id] = seen._replace(figures=rest)

    def seen(self, recorded: Recorded[ExternalRefundDetected]) -> None:
        """J23, of what the processor tells."""
        event = recorded.event
        taken = event.settled or event.amount
        agreed = Agreed(
            figures(T=event.amount.minor, s=taken.minor),
            event.amount.currency,
            settled_in=taken.currency,
            booking_id=event.booking_id,
        )
        self._refunds[recorded.stream_id] = agreed
        self._books.compare(recorded, "J23", agreed, {})

    def came_back(self, recorded: Recorded[ExternalRefundReversed]) -> None:
        """J23r, of what was seen and nobody has explained, as the processor tells it; once."""
        event = recorded.event
        seen = self._refunds.pop(recorded.stream_id, NOTHING)
        went = seen.booked["s"]
        came = event.settled.minor if event.settled else went
        if (event.amount.minor, event.amount.currency) != (seen.booked["T"], seen.currency):
            found = f"{event.amount} came back, {seen.booked['T']} was not explained"
            self._books.breach(found, recorded)
        told = seen._replace(figures=figures(T=event.amount.minor, s=came, b=went))
        self._books.compare(recorded, "J23r", told, {})

    def classified(self, recorded: Recorded[ExternalRefundClassified]) -> None:
        """J8, J10 or J11 of what somebody said, or J14, against what was seen; once."""
        event = recorded.event
        seen = self._refunds.pop(recorded.stream_id, NOTHING)
        if seen is NOTHING:
            self._books.compare(recorded, None, NOTHING, {})
            return
        by_letter, taken = of_shares(event.back), seen.booked["s"]
        opened = worth(by_letter) if event.back.currency == seen.settled_in else taken
        said = seen._replace(
            figures=figures(T=seen.booked["T"], s=taken, b=opened, B=worth(by_letter), **by_letter),
            host_id=event.host_id,
            taxes=tuple((share.jurisdiction, share.minor) for share in event.back.taxes),
            listed_in=event.back.currency,
            goodwill=event.funded_by is Funding.PLATFORM,
        )
        one_currency = seen.currency == seen.settled_in == event.back.currency
        suffix = "s" if one_currency or said.goodwill else "sfx"
        if len(event.entries) > 1:
            self._classified_in_parts(recorded, said, suffix)
            return
        agreed, rule = self._part_of(recorded, said)
        self._books.compare(recorded, f"{rule}{suffix}", agreed, self._keys(recorded, agreed))

    def _classified_in_parts(
        self, recorded: Recorded[ExternalRefundClassified], said: Agreed, suffix: str
    ) -> None:
        """J8 of what was not earned of a long stay, and J10 or J11 of what was."""
        stay = self._books.stays.get(recorded.event.booking_id, NOTHING)
        if stay.long is None:
            self._books.breach("booked in parts, and the stay was earned as one", recorded)
            return
        first, then = divided(not_earned(stay), said)
        earned, rule = self._earned_part(recorded, then)
        parts = ((f"J8{suffix}", first), (f"{rule}{suffix}", earned))
        self._books.compare_each(recorded, parts, self._keys(recorded, said))

    def _part_of(
        self, recorded: Recorded[RefundApproved | ExternalRefundClassified], asked: Agreed
    ) -> tuple[Agreed, str]:
        """Whose part it is: by what the host has left of the booking, as the books say so far.

        Whether the stay was earned the entry says itself: by the wrong one of the two, an account
        would come to stand on the wrong side, and that is another rule's to tell.
        """
        event = recorded.event
        booked_by = event.entries[0].rule if event.entries else ""
        if asked.goodwill or asked is NOTHING:
            return asked, "J14"
        if booked_by.startswith("J8"):
            return asked, "J8"
        return self._earned_part(recorded, asked)

    def _earned_part(
        self, recorded: Recorded[RefundApproved | ExternalRefundClassified], asked: Agreed
    ) -> tuple[Agreed, str]:
        """J10, or J11 where the host has some of it, or the taxes have left."""
        event = recorded.event
        by_letter = asked.booked
        left = self._books.owed(f"{asked.host_id}/{event.booking_id}")
        debt = max(by_letter["h"] - left, 0)
        if debt != event.debt.minor:
            found = f"{event.debt} becomes the host's debt, {left} minor units are left to pay it"
            self._books.breach(found, recorded)
        currency = asked.listed_in or asked.currency
        still, gone = self._books.taxes.divided(event.booking_id, asked.taxes, currency)
        if bool(gone) != event.remitted:
            self._books.breach(f"taxes that have left are {gone}", recorded)
        by_letter |= {"d": debt, "x": _sum(still), "z": _sum(gone)}
        agreed = asked._replace(figures=figures(**by_letter), taxes=still, taxes_left=gone)
        return agreed, "J11" if debt or gone else "J10"

    def _keys(self, recorded: Recorded[MoneyEvent], agreed: Agreed) -> dict[str, str]:
        return {
            "booking": agreed.booking_id,
            "refund": recorded.stream_id,
            "host": agreed.host_id,
        }


def _part_of(whole: Money, part: Fraction) -> Money:
    return Money(round(whole.minor * part), whole.currency)


def _sum(taxes: Taxes) -> int:
    return sum(minor for _, minor in taxes)


def _settled(rule: str, agreed: Agreed, settled: Money | None) -> tuple[str, Agreed]:
    """A refund's rule and figures, in one currency or two; the position is closed where it is open.

    Where nothing is open in the currency that was settled in, nothing is gained or lost.
    """
    if settled is None or agreed is NOTHING:
        return rule, agreed
    position = agreed.position
    opened = position if position and position.currency == settled.currency else settled
    told = figures(**agreed.booked | {"s": settled.minor, "b": opened.minor})
    return f"{rule}fx", agreed._replace(figures=told, settled_in=settled.currency)
