"""The steps in the life of money without a place (spec: domain, section 5)."""

from ledger.aggregates.decider import SAME, Lifecycle, Step, actors, states
from ledger.aggregates.unapplied_receipt.commands import (
    AdoptReceipt,
    DetectReceipt,
    DisputeReceipt,
    FailReturn,
    RecordReceiptFunds,
    RecordReturn,
    ReturnReceipt,
    ReverseReturn,
    SettleReceiptAlternatively,
    SettleReceiptByDispute,
    UseReceiptAlternative,
)
from ledger.aggregates.unapplied_receipt.state import Status
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptAlternativeChosen,
    ReceiptDetected,
    ReceiptDisputed,
    ReceiptFundsAvailable,
    ReceiptLessened,
    ReceiptReturned,
    ReceiptReturnFailed,
    ReceiptReturning,
    ReceiptReturnReversed,
    ReceiptSettledAlternatively,
    ReceiptSettledByDispute,
)

S = Status
OWED = states(S.DETECTED, S.RETURN_FAILED, S.NEEDS_ALTERNATIVE)
OURS = OWED | states(S.RETURNING, S.RETURNED, S.SETTLED_BY_DISPUTE, S.SETTLED_ALTERNATIVELY)

LIFECYCLE = Lifecycle(
    "unapplied_receipt",
    Step("UR1", DetectReceipt, states(None), actors("PX"), ReceiptDetected, S.DETECTED,
         "something came"),
    Step("UR2", ReturnReceipt, states(S.DETECTED, S.RETURN_FAILED), actors("XF"), ReceiptReturning,
         S.RETURNING),
    Step("UR3", RecordReturn, states(S.RETURNING), actors("P"), ReceiptReturned, S.RETURNED,
         "the amount is the one that is owed"),
    Step("UR4", FailReturn, states(S.RETURNING), actors("P"), ReceiptReturnFailed,
         S.RETURN_FAILED),
    Step("UR5", AdoptReceipt, states(S.DETECTED), actors("X"), ReceiptAdopted, S.ADOPTED,
         "amount and currency are those that are due"),
    Step("UR6", RecordReceiptFunds, OURS, actors("P"), ReceiptFundsAvailable, SAME, "once"),
    Step("UR7", ReverseReturn, states(S.RETURNED), actors("P"), ReceiptReturnReversed,
         S.RETURN_FAILED, "the amount is the one that went"),
    Step("UR8", DisputeReceipt, OURS, actors("X"), ReceiptDisputed, SAME, "once for each dispute"),
    Step("UR9", SettleReceiptByDispute, OWED, actors("X"), ReceiptSettledByDispute,
         S.SETTLED_BY_DISPUTE, "a dispute took all that is owed"),
    Step("UR10", SettleReceiptByDispute, OWED, actors("X"), ReceiptLessened, SAME,
         "a dispute took a part of it; once for each dispute"),
    Step("UR11", UseReceiptAlternative, states(S.RETURN_FAILED), actors("F"),
         ReceiptAlternativeChosen, S.NEEDS_ALTERNATIVE, "no dispute has it"),
    Step("UR12", SettleReceiptAlternatively, states(S.NEEDS_ALTERNATIVE), actors("F"),
         ReceiptSettledAlternatively, S.SETTLED_ALTERNATIVELY,
         "proof attached; a second person"),
)  # fmt: skip
