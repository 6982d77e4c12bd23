"""Every command of a support case."""

from ledger.aggregates.support_case import AnswerCase, AskForAnswer, ReopenCase, ResolveCase
from ledger.values.reviews import Side
from ledger.values.speakers import Speaker
from tests.facts import (
    CASE,
    HOST,
    RUI,
    SUPPORT,
    a_text,
    answer_asked,
    case_opened,
    case_resolved,
    to_open_case,
)
from tests.ledger.every_command.happened import Happened

OPENED = (case_opened(),)

COMMANDS = (
    Happened(to_open_case(), HOST),
    Happened(
        AskForAnswer(case_id=CASE, of=Side.HOST, text=a_text("Why?"), asked_by="support"),
        SUPPORT,
        OPENED,
    ),
    Happened(
        AnswerCase(case_id=CASE, speaker=Speaker.HOST, by=RUI, text=a_text("I have sent it.")),
        HOST,
        (*OPENED, answer_asked()),
    ),
    Happened(
        ResolveCase(
            case_id=CASE,
            outcome="for_the_host",
            text=a_text("You owe nothing."),
            resolved_by="support",
        ),
        SUPPORT,
        OPENED,
    ),
    Happened(
        ReopenCase(case_id=CASE, speaker=Speaker.HOST, by=RUI, text=a_text("It is still there.")),
        HOST,
        (*OPENED, case_resolved()),
    ),
)
