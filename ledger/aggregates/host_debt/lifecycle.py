"""The steps in the life of a host's debt (spec: money, J16 and J17)."""

from ledger.aggregates.decider import SAME, Lifecycle, Step, actors, states
from ledger.aggregates.host_debt.commands import (
    ApproveWriteOff,
    CollectDebt,
    DropDebt,
    NetDebt,
    ProposeWriteOff,
    RaiseDebt,
    RejectWriteOff,
)
from ledger.aggregates.host_debt.state import Status
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
    WriteOffProposed,
    WriteOffRejected,
)

S = Status
OWING = states(S.OWING)

LIFECYCLE = Lifecycle(
    "host_debt",
    Step("HD1", RaiseDebt, states(None, S.CLEAR, S.OWING), actors("X"), DebtRaised, S.OWING,
         "above zero; each cause once"),
    Step("HD2", NetDebt, OWING, actors("X"), DebtNetted, (S.CLEAR, S.OWING),
         "no more than is owed in that currency; each order of a payout once"),
    Step("HD3", CollectDebt, OWING, actors("X"), DebtCollected, (S.CLEAR, S.OWING),
         "no more than is owed in that currency; each reversal once"),
    Step("HD4", ProposeWriteOff, OWING, actors("F"), WriteOffProposed, SAME,
         "no more than is owed in that currency; no other proposal in it"),
    Step("HD5", ApproveWriteOff, OWING, actors("FO"), DebtWrittenOff, (S.CLEAR, S.OWING),
         "what was proposed, and is still owed; approver ≠ proposer"),
    Step("HD6", RejectWriteOff, states(S.CLEAR, S.OWING), actors("FO"), WriteOffRejected, SAME,
         "what was proposed"),
    Step("HD7", DropDebt, OWING, actors("X"), DebtDropped, (S.CLEAR, S.OWING),
         "it was raised, and is still owed; each cause once"),
)  # fmt: skip
