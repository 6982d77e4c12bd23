"""Sentences: how a row of the timeline is said. Nothing of this is stored.

So a sentence can be put better without a rebuild; what it needs to know stands in the timeline's
own rows.
"""

from datetime import date

from sqlalchemy import Row

from ledger.values.money import Money
from projections.timeline.matters import TELLING

SENTENCES = {event.topic: told.sentence for event, told in TELLING.items()}
"""How each topic is said."""

GOING_ON = {
    ("payment.action_required", "payment.processing"): (
        "Guest answered their bank, attempt {detail} goes on at the processor"
    ),
    ("booking.host_decision_requested", "booking.expired"): (
        "Request expired, the host did not decide in time"
    ),
    ("booking.capture_failed", "booking.expired"): (
        "Request expired, the money could not be captured in time"
    ),
}
"""How a topic is said after another one of the same stream, where by itself it would be misread: as
a beginning, or as the end of something else."""

IN_WORDS = {
    "payment_intent_authentication_failure": "the guest did not confirm to their bank",
    "generic_decline": "the guest's bank declined it",
    "insufficient_funds": "too little money on the guest's account",
    "expired_card": "the guest's card has expired",
    "late_success": "too late",
    "double_capture": "taken twice",
    "wrong_amount": "not the amount that is due",
    "wrong_currency": "not the currency that is due",
    "off_policy": "more than the policy gives",
    "above_limit": "more than one person may give",
    "platform_funded": "the platform pays it",
    "payout_transferred": "the host has the money already",
}
"""Codes that only insiders read, and what they mean; others read as they are, without dashes."""


def sentence_of(row: Row[tuple[object, ...]], after: str | None = None) -> str:
    """What a row of the timeline tells, as people would say it.

    `after` is the topic of what happened before it in the same stream.
    """
    said = GOING_ON.get((after or "", row.topic), SENTENCES[row.topic])
    sentence = said.format(
        amount="" if row.amount_minor is None else Money(row.amount_minor, row.currency),
        nights=_nights(row.check_in, row.check_out),
        due_at="" if row.due_at is None else f"{row.due_at:%Y-%m-%d %H:%M} UTC",
        detail=", ".join(map(_in_words, (row.detail or "").split(", "))),
    )
    return sentence.rstrip()


def _in_words(code: str) -> str:
    return IN_WORDS.get(code, code.replace("_", " "))


def _nights(check_in: date | None, check_out: date | None) -> str:
    if check_in is None or check_out is None:
        return ""
    count = (check_out - check_in).days
    return f"{count} {'night' if count == 1 else 'nights'} from {check_in} to {check_out}"
