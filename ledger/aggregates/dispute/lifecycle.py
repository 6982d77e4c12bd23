"""The steps in a dispute's life (spec: domain, section 8)."""

from ledger.aggregates.decider import SAME, Lifecycle, Step, actors, states
from ledger.aggregates.dispute.commands import (
    AcceptDispute,
    CloseDispute,
    EscalateDispute,
    LapseDispute,
    LoseDispute,
    OpenDispute,
    PreventDispute,
    ReinstateFunds,
    ReopenDispute,
    SubmitEvidence,
    WinDispute,
    WithdrawFunds,
)
from ledger.aggregates.dispute.state import Status
from ledger.events.dispute import (
    DisputeAccepted,
    DisputeClosed,
    DisputeEscalated,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeReopened,
    DisputeWon,
    EvidenceSubmitted,
)

S = Status

LIFECYCLE = Lifecycle(
    "dispute",
    Step("DI1", OpenDispute, states(None), actors("P"), DisputeOpened, (S.OPENED,),
         "an inquiry: no money moves"),
    Step("DI2", OpenDispute, states(None), actors("P"), DisputeOpened, (S.EVIDENCE_DUE,),
         "any other stage"),
    Step("DI3", EscalateDispute, states(S.OPENED), actors("P"), DisputeEscalated, S.EVIDENCE_DUE),
    Step("DI4", SubmitEvidence, states(S.OPENED, S.EVIDENCE_DUE), actors("SF"), EvidenceSubmitted,
         S.SUBMITTED, "before an answer is due"),
    Step("DI5", AcceptDispute, states(S.EVIDENCE_DUE), actors("F"), DisputeAccepted, S.ACCEPTED,
         "by two persons"),
    Step("DI5l", LoseDispute, states(S.ACCEPTED), actors("P"), DisputeLost, S.LOST),
    Step("DI6", LapseDispute, states(S.EVIDENCE_DUE), actors("TP"), DisputeLost, S.LOST,
         "the time for an answer has passed"),
    Step("DI7", WinDispute, states(S.SUBMITTED), actors("P"), DisputeWon, S.WON),
    Step("DI8", LoseDispute, states(S.SUBMITTED), actors("P"), DisputeLost, S.LOST),
    Step("DI9", CloseDispute, states(S.OPENED), actors("P"), DisputeClosed, S.CLOSED_NO_LOSS),
    Step("DI10", PreventDispute, states(S.OPENED, S.EVIDENCE_DUE, S.SUBMITTED), actors("P"),
         DisputePrevented, S.PREVENTED),
    Step("DI11", ReopenDispute, states(S.WON), actors("P"), DisputeReopened, S.EVIDENCE_DUE,
         "there is a next stage"),
    Step("DI12", EscalateDispute, states(S.SUBMITTED), actors("P"), DisputeEscalated,
         S.EVIDENCE_DUE, "it is an inquiry"),
    Step("DI13", CloseDispute, states(S.SUBMITTED), actors("P"), DisputeClosed, S.CLOSED_NO_LOSS,
         "it is an inquiry"),
    Step("DI14", WithdrawFunds, states(S.EVIDENCE_DUE, S.SUBMITTED, S.ACCEPTED), actors("P"),
         DisputeFundsWithdrawn, SAME, "the disputed amount; nothing is withdrawn"),
    Step("DI15", ReinstateFunds, states(S.EVIDENCE_DUE, S.SUBMITTED, S.WON, S.PREVENTED),
         actors("P"), DisputeFundsReinstated, SAME, "the amount that was withdrawn"),
)  # fmt: skip
