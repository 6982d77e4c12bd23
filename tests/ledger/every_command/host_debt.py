"""Every command of a host debt."""

from ledger.aggregates.host_debt import (
    ApproveWriteOff,
    CollectDebt,
    ProposeWriteOff,
    RejectWriteOff,
)
from tests.facts import (
    FINANCE,
    MARTA,
    PAUL,
    PROCESS,
    RUI,
    a_write_off,
    money,
    owed,
    to_drop_debt,
    to_net,
    to_raise_debt,
)
from tests.ledger.every_command.happened import Happened

COMMANDS = (
    Happened(to_raise_debt(), PROCESS),
    Happened(to_net(), PROCESS, (owed(),)),
    Happened(
        CollectDebt(host_id=RUI, amount=money("20.00 EUR"), reversal="trr_1"), PROCESS, (owed(),)
    ),
    Happened(to_drop_debt(), PROCESS, (owed(),)),
    Happened(
        ProposeWriteOff(
            host_id=RUI, amount=money("50.00 EUR"), reason="host is insolvent", proposer=MARTA
        ),
        FINANCE,
        (owed(),),
    ),
    Happened(
        ApproveWriteOff(
            host_id=RUI, amount=money("50.00 EUR"), approver=PAUL, time_zone="Europe/Lisbon"
        ),
        FINANCE,
        (owed(), a_write_off()),
    ),
    Happened(
        RejectWriteOff(host_id=RUI, amount=money("50.00 EUR"), reviewer=PAUL),
        FINANCE,
        (owed(), a_write_off()),
    ),
)
