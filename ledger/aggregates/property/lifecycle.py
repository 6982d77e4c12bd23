"""The steps in a property's life (spec: domain, section 2)."""

from ledger.aggregates.decider import SAME, Lifecycle, Step, actors, states
from ledger.aggregates.property.commands import (
    ApproveProperty,
    ApproveRevision,
    ArchiveProperty,
    AskForPapers,
    BlockListing,
    CreateProperty,
    DescribeProperty,
    ProposeRevision,
    PublishProperty,
    ReinstateProperty,
    RejectProperty,
    RejectRevision,
    StateFacts,
    SuspendProperty,
    UnblockListing,
    UnlistProperty,
    VouchForProperty,
)
from ledger.aggregates.property.state import Status
from ledger.events.property import (
    ListingBlocked,
    ListingUnblocked,
    PropertyApproved,
    PropertyArchived,
    PropertyDescribed,
    PropertyDrafted,
    PropertyFactsStated,
    PropertyPublished,
    PropertyReinstated,
    PropertyRejected,
    PropertySuspended,
    PropertyUnlisted,
    PropertyVouchedFor,
    RenewalRequested,
    RevisionApproved,
    RevisionProposed,
    RevisionRejected,
)

S = Status
LET = states(S.PUBLISHED, S.UNLISTED)
SUSPENDABLE = LET | states(S.APPROVED)
LIVING = SUSPENDABLE | states(S.DRAFT, S.SUSPENDED)

LIFECYCLE = Lifecycle(
    "property",
    Step("PY1", CreateProperty, states(None), actors("H"), PropertyDrafted, S.DRAFT,
         "the host is neither closed nor rejected"),
    Step("PY6", ApproveProperty, states(S.DRAFT), actors("X"), PropertyApproved, S.APPROVED,
         "who has booked while somebody vouched for it still fits"),
    Step("PY7", RejectProperty, states(S.DRAFT), actors("X"), PropertyRejected, S.ARCHIVED),
    Step("PY8", PublishProperty, states(S.APPROVED, S.UNLISTED), actors("HX"), PropertyPublished,
         S.PUBLISHED, "the host is verified and can be paid; a unit is let, at a price; enough "
         "photos can be seen"),
    Step("PY9", UnlistProperty, states(S.PUBLISHED), actors("H"), PropertyUnlisted, S.UNLISTED),
    Step("PY10", SuspendProperty, SUSPENDABLE, actors("O"), PropertySuspended, S.SUSPENDED),
    Step("PY11", ReinstateProperty, states(S.SUSPENDED), actors("O"), PropertyReinstated,
         S.UNLISTED, "the reason is cleared"),
    Step("PY12", ProposeRevision, LET, actors("H"), RevisionProposed, SAME,
         "nobody reviews another one; who has booked still fits"),
    Step("PY12a", ProposeRevision, states(S.APPROVED), actors("H"), RevisionProposed, SAME,
         "nobody reviews another one"),
    Step("PY13", ApproveRevision, LET | states(S.SUSPENDED), actors("X"), RevisionApproved, SAME,
         "one is pending; who has booked still fits; the time zone stays while somebody has"),
    Step("PY13r", RejectRevision, LET | states(S.SUSPENDED), actors("X"), RevisionRejected, SAME,
         "one is pending"),
    Step("PY13a", ApproveRevision, states(S.APPROVED), actors("X"), RevisionApproved, SAME,
         "one is pending"),
    Step("PY13b", RejectRevision, states(S.APPROVED), actors("X"), RevisionRejected, SAME,
         "one is pending"),
    Step("PY14", ArchiveProperty, states(S.DRAFT, S.APPROVED, S.UNLISTED), actors("HO"),
         PropertyArchived, S.ARCHIVED, "no open obligation"),
    Step("PY14s", ArchiveProperty, states(S.SUSPENDED), actors("O"), PropertyArchived, S.ARCHIVED,
         "no open obligation"),
    Step("PY15", StateFacts, states(S.DRAFT), actors("H"), PropertyFactsStated, SAME,
         "nobody reviews them now; they can be so"),
    Step("PY16", DescribeProperty, LIVING, actors("H"), PropertyDescribed, SAME),
    Step("PY17", BlockListing, LIVING, actors("O"), ListingBlocked, SAME),
    Step("PY18", UnblockListing, LIVING, actors("O"), ListingUnblocked, SAME,
         "it is blocked, and the reason is cleared"),
    Step("PY19", VouchForProperty, states(S.DRAFT), actors("O"), PropertyVouchedFor, SAME,
         "it can be vouched for"),
    Step("PY20", AskForPapers, SUSPENDABLE | states(S.SUSPENDED), actors("T"), RenewalRequested,
         SAME, "its papers run out in 30 days, in seven, or have; once each"),
)  # fmt: skip
