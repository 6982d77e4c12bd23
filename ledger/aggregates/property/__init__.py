"""A property: what a host lets, as it was reviewed, and whether it can be found.

A review has its own stream (`ledger.aggregates.verification`); what it came to is told here in the
same commit. While other facts wait for a review, the approved ones are served. Whether a property
is discoverable is nobody's to set: it follows from this stream, its host's and its rates
(`ledger.processes.discovery`).

Its sections are files: `state`, `commands`, `lifecycle`; the decisions in `describing` and
`letting`; `evolution`; and `decider`, which holds them together.
"""

from ledger.aggregates.property.commands import (
    ApproveProperty,
    ApproveRevision,
    ArchiveProperty,
    AskForPapers,
    BlockListing,
    CreateProperty,
    DescribeProperty,
    PropertyCommand,
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
from ledger.aggregates.property.decider import PROPERTY
from ledger.aggregates.property.lifecycle import LIFECYCLE, LIVING
from ledger.aggregates.property.state import Property, Status

__all__ = [
    "LIFECYCLE",
    "LIVING",
    "PROPERTY",
    "ApproveProperty",
    "ApproveRevision",
    "ArchiveProperty",
    "AskForPapers",
    "BlockListing",
    "CreateProperty",
    "DescribeProperty",
    "Property",
    "PropertyCommand",
    "ProposeRevision",
    "PublishProperty",
    "ReinstateProperty",
    "RejectProperty",
    "RejectRevision",
    "StateFacts",
    "Status",
    "SuspendProperty",
    "UnblockListing",
    "UnlistProperty",
    "VouchForProperty",
]
