"""What hosts show for a review, and what reviewers say: bodies, checked for their shape only."""

from typing import Annotated, Self

from pydantic import Field

from api.shapes import Body, Name, Uuid, Worded, Words
from api.wishes.listings import Code
from ledger.values.verification import Finding, LegalForm, RejectReason

Documents = Annotated[list[Uuid], Field(max_length=20)]
"""What is shown for a review, by the ids of files that were sent and read."""


class HostReview(Worded):
    """Who asks to host, in law; `legal_record`, name and address, is kept apart from history."""

    form: Annotated[LegalForm, Field(strict=False)]
    legal_record: Words
    has_tax_number: bool
    documents: Documents
    terms: Name

    def spoken(self) -> str:
        """The record."""
        return self.legal_record

    def silent(self) -> Self:
        """Everything but the record."""
        return self.model_copy(update={"legal_record": ""})


class PropertyReview(Body):
    """What is shown for a property, and the terms that are accepted."""

    documents: Documents = Field(default_factory=list)
    terms: Name


class ByReviewer(Body):
    """Who of the reviewers does it."""

    by: Uuid


class WantedChange(Body):
    """A reason's code, and the field or document that it is about."""

    reason: Code
    about: Name


class WantedChanges(ByReviewer):
    """What must be changed first."""

    changes: Annotated[list[WantedChange], Field(max_length=50)]


class CheckWish(Body):
    """What was found of one item of the checklist."""

    item: Code
    finding: Annotated[Finding, Field(strict=False)]


class ReviewApproval(ByReviewer):
    """What was found of each item; a second person where one is passed although it is not so."""

    checks: Annotated[list[CheckWish], Field(max_length=50)]
    second_person: Uuid | None = None


class ReviewRejection(ByReviewer):
    """Why it is no, for good."""

    reason: Annotated[RejectReason, Field(strict=False)]
