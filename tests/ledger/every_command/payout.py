"""Every command of a payout."""

from ledger.aggregates.payout import (
    FailReversal,
    FailTransfer,
    HoldPayout,
    LiftPayoutHold,
    MaturePayout,
    OrderReversal,
    RecalculatePayout,
    RecordReversal,
    RecordTransfer,
    ReleasePayout,
    ReportUnknownTransfer,
    RetryPayout,
)
from ledger.values.clearance import Hold
from tests.facts import (
    DISPUTE,
    EARNED,
    FINANCE,
    MARTA,
    NOW,
    PAYOUT,
    PROCESS,
    PROCESSOR,
    REFUND,
    TIMER,
    a_payout,
    a_price,
    a_reversal,
    cleared,
    due,
    failed_transfer,
    held,
    money,
    released,
    to_schedule_payout,
    transferred,
)
from tests.ledger.every_command.happened import Happened

RELEASED = (a_payout(), due(), released())

COMMANDS = (
    Happened(to_schedule_payout(), PROCESS),
    Happened(
        RecalculatePayout(payout_id=PAYOUT, amount=money("174.60 EUR"), release_at=NOW),
        PROCESS,
        (a_payout(),),
    ),
    Happened(
        RecalculatePayout(payout_id=PAYOUT, amount=money("0.00 EUR"), release_at=NOW),
        PROCESS,
        (a_payout(), due()),
    ),
    Happened(MaturePayout(payout_id=PAYOUT), TIMER, (a_payout(),), EARNED),
    Happened(
        ReleasePayout(payout_id=PAYOUT, clearance=cleared()),
        PROCESS,
        (a_payout(), due()),
        EARNED,
    ),
    Happened(
        RecordTransfer(payout_id=PAYOUT, amount=a_price().shares.host, transfer="tr_1"),
        PROCESSOR,
        (a_payout(), due(), released()),
        EARNED,
    ),
    Happened(HoldPayout(payout_id=PAYOUT, reason=Hold.MANUAL), FINANCE, (a_payout(), due())),
    Happened(
        HoldPayout(payout_id=PAYOUT, reason=Hold.DISPUTE, detail=DISPUTE),
        PROCESS,
        (a_payout(), held()),
    ),
    Happened(
        LiftPayoutHold(payout_id=PAYOUT, reason=Hold.MANUAL, still_stands=False, reviewer=MARTA),
        FINANCE,
        (a_payout(), held()),
    ),
    Happened(
        LiftPayoutHold(payout_id=PAYOUT, reason=Hold.DISPUTE, still_stands=False),
        PROCESS,
        (a_payout(), held(), held(Hold.DISPUTE, DISPUTE)),
    ),
    Happened(
        ReleasePayout(payout_id=PAYOUT, clearance=cleared(debt=money("349.20 EUR"))),
        PROCESS,
        (a_payout(), due()),
        EARNED,
    ),
    Happened(FailTransfer(payout_id=PAYOUT, reason="account_closed"), PROCESSOR, RELEASED),
    Happened(ReportUnknownTransfer(payout_id=PAYOUT), TIMER, RELEASED),
    Happened(
        RetryPayout(payout_id=PAYOUT, clearance=cleared()),
        FINANCE,
        (*RELEASED, failed_transfer()),
        EARNED,
    ),
    Happened(
        RetryPayout(payout_id=PAYOUT, clearance=cleared(debt=money("400.00 EUR"))),
        PROCESS,
        (*RELEASED, failed_transfer()),
        EARNED,
    ),
    Happened(
        RecalculatePayout(payout_id=PAYOUT, amount=money("174.60 EUR"), release_at=NOW),
        PROCESS,
        (*RELEASED, failed_transfer()),
    ),
    Happened(
        RecalculatePayout(payout_id=PAYOUT, amount=money("0.00 EUR"), release_at=NOW),
        PROCESS,
        (*RELEASED, failed_transfer()),
    ),
    Happened(
        OrderReversal(payout_id=PAYOUT, amount=a_price().shares.host, cause=REFUND),
        PROCESS,
        (*RELEASED, transferred()),
    ),
    Happened(
        RecordReversal(
            payout_id=PAYOUT,
            amount=money("174.60 EUR"),
            reversal="trr_1",
            idempotency_key=f"{PAYOUT}/reversal/1",
            debt=money("0.00 EUR"),
        ),
        PROCESSOR,
        (*RELEASED, transferred(), a_reversal()),
        EARNED,
    ),
    Happened(
        FailReversal(
            payout_id=PAYOUT,
            reason="balance_insufficient",
            idempotency_key=f"{PAYOUT}/reversal/1",
        ),
        PROCESSOR,
        (*RELEASED, transferred(), a_reversal()),
        EARNED,
    ),
)
