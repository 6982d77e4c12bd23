"""Every command of a property."""

from datetime import UTC, datetime

from ledger.aggregates.property import (
    ApproveProperty,
    ApproveRevision,
    ArchiveProperty,
    AskForPapers,
    BlockListing,
    PublishProperty,
    ReinstateProperty,
    RejectProperty,
    RejectRevision,
    SuspendProperty,
    UnblockListing,
    UnlistProperty,
)
from ledger.values.listing import Moderation
from tests.facts import (
    GOOD_UNTIL,
    HOST,
    MARTA,
    OPERATOR,
    PROCESS,
    PROPERTY,
    TIMER,
    VERIFICATION_OF_HOUSE,
    VERIFICATION_OF_REVISION,
    a_draft,
    approved_house,
    blocked,
    described,
    published,
    revision_proposed,
    stated,
    suspended_house,
    to_describe,
    to_list,
    to_propose_revision,
    to_state,
    to_vouch_for_house,
)
from tests.ledger.every_command.happened import Happened

DRAFT = (a_draft(),)
STATED = (*DRAFT, stated(), described())
APPROVED = (*STATED, approved_house())
PUBLISHED = (*APPROVED, published())
PROPOSED = (*PUBLISHED, revision_proposed())

IN_GOOD_TIME = datetime(2027, 5, 1, tzinfo=UTC)

COMMANDS = (
    Happened(to_list(), HOST),
    Happened(to_state(), HOST, DRAFT),
    Happened(to_describe(), HOST, DRAFT),
    Happened(to_vouch_for_house(), OPERATOR, DRAFT),
    Happened(
        ApproveProperty(
            property_id=PROPERTY, verification_id=VERIFICATION_OF_HOUSE, valid_until=GOOD_UNTIL
        ),
        PROCESS,
        STATED,
    ),
    Happened(
        RejectProperty(
            property_id=PROPERTY,
            verification_id=VERIFICATION_OF_HOUSE,
            reason="no_right_to_let",
        ),
        PROCESS,
        STATED,
    ),
    Happened(PublishProperty(property_id=PROPERTY, hindrances=()), HOST, APPROVED),
    Happened(UnlistProperty(property_id=PROPERTY), HOST, PUBLISHED),
    Happened(SuspendProperty(property_id=PROPERTY, reason=Moderation.UNSAFE), OPERATOR, PUBLISHED),
    Happened(
        ReinstateProperty(property_id=PROPERTY, cleared_by="inspected", operator=MARTA),
        OPERATOR,
        (*PUBLISHED, suspended_house()),
    ),
    Happened(to_propose_revision(), HOST, PUBLISHED),
    Happened(
        ApproveRevision(
            property_id=PROPERTY,
            verification_id=VERIFICATION_OF_REVISION,
            valid_until=GOOD_UNTIL,
            occupants=(),
        ),
        PROCESS,
        PROPOSED,
    ),
    Happened(
        RejectRevision(
            property_id=PROPERTY,
            verification_id=VERIFICATION_OF_REVISION,
            reason="not_as_described",
        ),
        PROCESS,
        PROPOSED,
    ),
    Happened(BlockListing(property_id=PROPERTY, reason=Moderation.MISLEADING), OPERATOR, PUBLISHED),
    Happened(
        UnblockListing(property_id=PROPERTY, cleared_by="photos replaced"),
        OPERATOR,
        (*PUBLISHED, blocked()),
    ),
    Happened(AskForPapers(property_id=PROPERTY), TIMER, PUBLISHED, IN_GOOD_TIME),
    Happened(ArchiveProperty(property_id=PROPERTY, obligations=()), HOST, APPROVED),
)
