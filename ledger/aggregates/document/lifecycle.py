"""The steps in a document's life (spec: domain, section 10)."""

from ledger.aggregates.decider import SAME, Lifecycle, Step, actors, states
from ledger.aggregates.document.commands import (
    AcceptDocument,
    AnnounceDocument,
    DiscardUpload,
    ExpireDocument,
    PurgeDocument,
    RecordScan,
    RefuseDocument,
    ReportUpload,
    ViewDocument,
    WithdrawDocument,
)
from ledger.aggregates.document.state import Status
from ledger.events.document import (
    DocumentAccepted,
    DocumentAnnounced,
    DocumentExpired,
    DocumentPurged,
    DocumentRefused,
    DocumentScanned,
    DocumentUploaded,
    DocumentViewed,
    DocumentWithdrawn,
    UploadDiscarded,
)

S = Status
READ = states(S.SCANNED, S.ACCEPTED)
OVER = states(S.REFUSED, S.EXPIRED, S.WITHDRAWN)

LIFECYCLE = Lifecycle(
    "document",
    Step("DC1", AnnounceDocument, states(None), actors("H"), DocumentAnnounced, S.ANNOUNCED,
         "neither empty nor too large; about a property where its purpose is one's; still good; "
         "not one too many"),
    Step("DC2", ReportUpload, states(S.ANNOUNCED), actors("HX"), DocumentUploaded, S.UPLOADED),
    Step("DC3", RecordScan, states(S.UPLOADED), actors("X"), DocumentScanned, S.SCANNED,
         "drawn anew; no engine found malware"),
    Step("DC4", AcceptDocument, states(S.SCANNED), actors("VX"), DocumentAccepted, S.ACCEPTED,
         "not its own host; still good; a photo never expires"),
    Step("DC5", RefuseDocument, states(S.ANNOUNCED, S.UPLOADED), actors("X"), DocumentRefused,
         S.REFUSED, "nothing came in time, or nothing that can be kept"),
    Step("DC6", RefuseDocument, READ, actors("VO"), DocumentRefused,
         S.REFUSED, "not its own host; no approval rests on it"),
    Step("DC7", ViewDocument, states(S.SCANNED, S.ACCEPTED, S.EXPIRED), actors("HVSFO"),
         DocumentViewed, SAME),
    Step("DC8", ExpireDocument, states(S.ACCEPTED), actors("T"), DocumentExpired, S.EXPIRED,
         "the day has come that it runs out on"),
    Step("DC9", DiscardUpload, READ | OVER, actors("X"), UploadDiscarded, SAME, "once"),
    Step("DC10", PurgeDocument, OVER, actors("X"), DocumentPurged, S.PURGED),
    Step("DC11", WithdrawDocument, READ | states(S.ANNOUNCED, S.UPLOADED), actors("H"),
         DocumentWithdrawn, S.WITHDRAWN, "nothing relies on it"),
)  # fmt: skip
