"""Listing: where a property stands, what it still lacks, and what keeps it from being found."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from api.commands import answered
from ledger import processes
from ledger.aggregates.property import Property
from ledger.aggregates.verification import VERIFICATION, verification_of
from ledger.draft import Draft
from ledger.values.ids import PropertyId
from projections.projection import Answer


class RevisionNow(BaseModel):
    """What was stated and does not hold yet: which revision, and where its review stands."""

    model_config = ConfigDict(frozen=True)

    number: int
    review: str | None
    verification_id: str


class PropertyNow(Answer):
    """Where a property stands, as the ledger has it now.

    `missing` names what it lacks before it is reviewed, or published again; `hindrances` everything
    that keeps it from being found and booked: it is discoverable where there is none. `revision` is
    None where nothing waits for a review. What its papers show ends on `renew_by`, if it ends.
    """

    property_id: str
    host_id: str
    status: str
    approved_revision: int | None
    revision: RevisionNow | None
    missing: tuple[str, ...]
    hindrances: tuple[str, ...]
    discoverable: bool
    renew_by: date | None


def answer(draft: Draft, property_id: PropertyId) -> None:
    """Answer a command by the property as it left it."""
    answered(draft, shown(draft, property_id))


def shown(draft: Draft, property_id: PropertyId, position: int = 0) -> PropertyNow:
    """A property as it stands. Raises NotFound."""
    listed = processes.property_in(draft, property_id)
    hindrances = tuple(each.value for each in processes.hindrances(draft, property_id, listed))
    return PropertyNow(
        position=position,
        property_id=property_id,
        host_id=listed.host_id,
        status=listed.status,
        approved_revision=listed.approved or None,
        revision=_revision(draft, property_id, listed),
        missing=processes.missing_before_review(draft, property_id, listed),
        hindrances=hindrances,
        discoverable=not hindrances,
        renew_by=listed.valid_until,
    )


def _revision(draft: Draft, property_id: PropertyId, listed: Property) -> RevisionNow | None:
    if listed.stated is None:
        return None
    verification_id = verification_of(property_id, listed.revision)
    review = draft.state(VERIFICATION, verification_id)
    return RevisionNow(
        number=listed.revision,
        review=None if review is None else review.status,
        verification_id=verification_id,
    )
