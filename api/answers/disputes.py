"""Disputing: where a dispute stands in our words, and what would be said to the guest's bank."""

from dataclasses import dataclass

from api.commands import answered
from api.shapes import Amount, amount_of
from ledger import errors, processes
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.dispute import DISPUTE, Dispute
from ledger.aggregates.payment import PAYMENT
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.store import EventStore
from ledger.values.clock import Instant
from ledger.values.ids import DisputeId
from projections.projection import Answer


@dataclass(frozen=True)
class Named:
    """A dispute by its address: it must be of the booking that the address names."""

    booking_id: str
    dispute_id: str

    @property
    def dispute(self) -> DisputeId:
        """The id of its stream."""
        return DisputeId(self.dispute_id)

    def refuse_unless_of(self, found: Dispute | None) -> Dispute:
        """Let pass what is where the address says. Raises NotFound."""
        if found is None or found.booking_id != self.booking_id:
            raise errors.NotFound(booking_id=self.booking_id, dispute_id=self.dispute_id)
        return found


class DisputeNow(Answer):
    """Where a dispute stands.

    `withdrawn` is what the processor has taken for it and not given back; `held` what of the host's
    part waits for the end; `host_owes` is what the host was paid of what is lost.
    """

    dispute_id: str
    booking_id: str
    payment_id: str
    stage: str
    status: str
    disputed: Amount
    answer_due_by: Instant
    answers: int
    withdrawn: Amount | None
    held: Amount | None
    host_owes: Amount | None


class EvidenceNow(Answer):
    """What would be said to the guest's bank now, and its digest."""

    dispute_id: str
    digest: str
    says: dict[str, str]


def answer(draft: Draft, named: Named) -> None:
    """Answer a command by the dispute as it left it."""
    shown = _shown(0, named, processes.dispute_in(draft, named.dispute))
    answered(draft, shown)


def looked_up(store: EventStore, ledger: Ledger, named: Named) -> DisputeNow:
    """A dispute as the ledger has it now. Raises NotFound."""
    return _shown(store.head(), named, ledger.state(DISPUTE, named.dispute))


def evidence(store: EventStore, ledger: Ledger, named: Named) -> EvidenceNow:
    """What would be handed in now. Raises NotFound."""
    position = store.head()
    found = named.refuse_unless_of(ledger.state(DISPUTE, named.dispute))
    booking = ledger.state(BOOKING, found.booking_id)
    payment = ledger.state(PAYMENT, found.payment_id)
    if booking is None or payment is None:
        raise errors.CorruptHistory(dispute=named.dispute, of=found.payment_id)
    said = processes.evidence_for(booking, payment)
    words = {name: getattr(said, name) for name in said.__struct_fields__}
    return EvidenceNow(
        position=position,
        dispute_id=named.dispute,
        digest=processes.digest_of(said),
        says={name: word for name, word in words.items() if word is not None},
    )


def _shown(position: int, named: Named, found: Dispute | None) -> DisputeNow:
    found = named.refuse_unless_of(found)
    return DisputeNow(
        position=position,
        dispute_id=named.dispute,
        booking_id=found.booking_id,
        payment_id=found.payment_id,
        stage=found.stage,
        status=found.status,
        disputed=amount_of(found.amount),
        answer_due_by=found.due_by,
        answers=found.answers,
        withdrawn=amount_of(found.withdrawn) if found.withdrawn else None,
        held=amount_of(found.held) if found.held else None,
        host_owes=amount_of(found.loss.debt) if found.loss else None,
    )
