"""What a review looks at, and what a reviewer says of it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from ledger.errors import ChecksAreOpen, SecondPersonRequired
from ledger.values.consent import second_person
from ledger.values.texts import Written


class Subject(StrEnum):
    """What is reviewed: who hosts, or a revision of a property."""

    PROVIDER = "provider"
    PROPERTY = "property"


class ShownDocument(Struct, frozen=True, gc=False):
    """A document as it was shown for a review: its hash (SHA-256), and until when it is good."""

    document_id: str
    kind: str
    sha256: str
    expires_on: date | None = None


class ChangeWanted(Struct, frozen=True, gc=False):
    """What a reviewer wants changed: a reason's code, and the field or document it is about."""

    reason: str
    about: str


class Finding(StrEnum):
    """What a reviewer says of an item: an overridden one is passed although it is not so."""

    PASSED = "passed"
    NOT_APPLICABLE = "not_applicable"
    OVERRIDDEN = "overridden"


class Check(Struct, frozen=True, gc=False):
    """What a reviewer found of one item of the checklist."""

    item: str
    finding: Finding


class LegalForm(StrEnum):
    """What kind of person hosts."""

    NATURAL = "natural"
    COMPANY = "company"


class Legal(Struct, frozen=True, gc=False):
    """Who hosts, in law: `record` is their name and address, a text that is kept apart."""

    form: LegalForm
    record: Written | None
    has_tax_number: bool


RENEWED_BEFORE = timedelta(days=30)
"""How long before a document runs out its renewal is asked for (spec: domain, section 12)."""

REMINDED_BEFORE = timedelta(days=7)
"""How long before it runs out its host is reminded (spec: domain, section 12)."""

ANSWERED_WITHIN = timedelta(days=3)
"""How soon a review is answered, or somebody of the staff hears of it."""

HOST_TERMS = "2026-11"
"""The version of the terms that hosts accept when they ask for a review."""

DOCUMENTS_NEEDED: Mapping[LegalForm, tuple[str, ...]] = {
    LegalForm.NATURAL: ("identity",),
    LegalForm.COMPANY: ("identity", "register_extract"),
}
"""Which kinds of documents are shown, by who hosts."""

# fmt: off
TAX_NUMBER_NEEDED = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
"""Where platforms report what hosts earn, by their tax numbers (Directive (EU) 2021/514, DAC7)."""

CHECKLISTS: Mapping[Subject, tuple[str, ...]] = {
    Subject.PROVIDER: ("identity", "legal_name", "address", "tax_number"),
    Subject.PROPERTY: ("place", "right_to_let", "rooms", "photos", "registration", "safety"),
}
"""What has to be decided of each subject before it is approved."""

INDISPENSABLE = frozenset({"identity", "place"})
"""What applies to everybody: it is passed, or two people pass it all the same."""


class RejectReason(StrEnum):
    """Why a reviewer says no for good."""

    NOT_WHO_THEY_SAY = "not_who_they_say"
    NO_RIGHT_TO_LET = "no_right_to_let"
    NOT_AS_DESCRIBED = "not_as_described"
    PROHIBITED = "prohibited"
    FORGED = "forged"


def missing_of_provider(
    country: str, legal: Legal, documents: Sequence[ShownDocument], terms: str
) -> tuple[str, ...]:
    """What is missing in what somebody shows who asks to host, by codes (PR2)."""
    missing = [] if legal.record else ["legal_record"]
    if country in TAX_NUMBER_NEEDED and not legal.has_tax_number:
        missing.append("tax_number")
    shown = {document.kind for document in documents}
    missing += [f"document:{kind}" for kind in DOCUMENTS_NEEDED[legal.form] if kind not in shown]
    if terms != HOST_TERMS:
        missing.append("terms")
    return tuple(missing)


def refuse_open_checks(
    subject: Subject, checks: Sequence[Check], reviewer: str, second: str | None
) -> None:
    """Let a checklist pass of which every item is decided once.

    Raises ChecksAreOpen; SecondPersonRequired and SelfApproval where an item is overridden.
    """
    wanted = CHECKLISTS[subject]
    decided = [check.item for check in checks]
    open_items = [item for item in wanted if decided.count(item) != 1]
    open_items += [item for item in decided if item not in wanted]
    open_items += [
        check.item
        for check in checks
        if check.item in INDISPENSABLE and check.finding is Finding.NOT_APPLICABLE
    ]
    if open_items:
        raise ChecksAreOpen(items=sorted(set(open_items)))
    overridden = [check.item for check in checks if check.finding is Finding.OVERRIDDEN]
    if overridden:
        if second is None:
            raise SecondPersonRequired(items=overridden)
        second_person(reviewer, second)


def asked_next(deadline: date, today: date) -> date | None:
    """The next day after today on which a host hears that their papers run out, or have."""
    days = (deadline - before for before in (RENEWED_BEFORE, REMINDED_BEFORE, timedelta()))
    return next((day for day in days if day > today), None)


def good_until(documents: Sequence[ShownDocument]) -> date | None:
    """The day on which the first of the documents runs out, if any does."""
    return min((one.expires_on for one in documents if one.expires_on), default=None)
