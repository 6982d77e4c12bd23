"""The kinds of errands: what must be said to the processor, or asked. The words are stored."""

from enum import StrEnum


class ErrandKind(StrEnum):
    """What is to be done outside because of what was decided here."""

    OPEN_ACCOUNT = "open_account"
    LOOK_AT_ACCOUNT = "look_at_account"
    OPEN_INTENT = "open_intent"
    CLOSE_INTENT = "close_intent"
    CAPTURE = "capture"
    LOOK_AT_PAYMENT = "look_at_payment"
    SUBMIT_REFUND = "submit_refund"
    SEND_REFUND = "send_refund"
    LOOK_AT_REFUND = "look_at_refund"
    RETURN_RECEIPT = "return_receipt"
    RELEASE_PAYOUT = "release_payout"
    RECONSIDER_PAYOUT = "reconsider_payout"
    SEND_TRANSFER = "send_transfer"
    REVERSE_TRANSFER = "reverse_transfer"
    SUBMIT_EVIDENCE = "submit_evidence"
    ACCEPT_DISPUTE = "accept_dispute"
    LOOK_AT_DISPUTE = "look_at_dispute"
    READ_UPLOAD = "read_upload"
    DISCARD_UPLOAD = "discard_upload"
    PURGE_DOCUMENT = "purge_document"
