"""What is booked when a guest pays for damage."""

from fractions import Fraction

from ledger.events import Recorded
from ledger.events.damage_claim import DamageAsked, DamageCharged, DamageClaimOpened
from ledger.values.levies import FeePlan
from replay.rules.postings_follow_their_rules.agreed import NOTHING, Agreed, figures
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers


class Damages(Matter):
    """What each host claims, and what of it the guest was asked for."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._claims: dict[str, DamageClaimOpened] = {}
        self._asked: dict[str, DamageAsked] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            DamageClaimOpened: self.claim,
            DamageAsked: self.ask,
            DamageCharged: self.charged,
        }

    def claim(self, recorded: Recorded[DamageClaimOpened]) -> None:
        """What is claimed, and under which terms."""
        self._claims[recorded.stream_id] = recorded.event
        self._books.of_damage.add(recorded.stream_id)

    def ask(self, recorded: Recorded[DamageAsked]) -> None:
        """What the guest is to pay, and by which payment."""
        self._asked[recorded.stream_id] = recorded.event
        self._books.of_damage.add(recorded.event.payment_id)

    def charged(self, recorded: Recorded[DamageCharged]) -> None:
        """J26, of what was asked for and came: the host has it less the platform's part; once."""
        claim = self._claims.pop(recorded.stream_id, None)
        asked = self._asked.pop(recorded.stream_id, None)
        came = self._books.charges.get(asked.payment_id, NOTHING) if asked else NOTHING
        if claim is None or asked is None or came.figures[0] != asked.amount.minor:
            self._books.compare(recorded, None, NOTHING, {})
            return
        listed = claim.terms.listed.currency
        abroad = asked.amount.currency != listed
        rate = Fraction(claim.terms.listed.minor, claim.terms.paid.minor) if abroad else Fraction(1)
        worth = round(asked.amount.minor * rate)
        agreed = Agreed(
            figures(
                T=asked.amount.minor,
                B=worth,
                s=came.figures[4],
                **_parts(claim.terms.fee_plan, worth),
            ),
            asked.amount.currency,
            claim.host_id,
            settled_in=came.settled_in,
            listed_in=listed,
        )
        keys = {
            "payment": asked.payment_id,
            "booking": claim.booking_id,
            "host": claim.host_id,
        }
        self._books.compare(recorded, "J26fx" if abroad else "J26", agreed, keys)


def _parts(plan: FeePlan, worth: int) -> dict[str, int]:
    """By letter: the platform's fee to the nearest cent, half to even; the tax on it, half up."""
    fee = round(Fraction(worth * plan.host_fee_bp, 10_000))
    vat = (fee * plan.host_vat_bp * 2 + 10_000) // 20_000
    return {"h": worth - fee - vat, "o": fee, "v": vat}
