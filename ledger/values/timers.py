"""The kinds of timers: what the clock may ask for. The words are stored, also in command ids."""

from enum import StrEnum


class TimerKind(StrEnum):
    """What a timer asks for when its time has come."""

    EXPIRE_HOLD = "expire_hold"
    START_STAY = "start_stay"
    COMPLETE_STAY = "complete_stay"
    RECOGNIZE_EARNINGS = "recognize_earnings"
    MATURE_PAYOUT = "mature_payout"
    RECORD_FUNDS = "record_funds"
    EXPIRE_ALTERATION = "expire_alteration"
    GIVE_UP_ALTERATION = "give_up_alteration"
    ESCALATE_DAMAGE_CLAIM = "escalate_damage_claim"
    GIVE_UP_DAMAGE = "give_up_damage"
    OPEN_REVIEWS = "open_reviews"
    CLOSE_REVIEWS = "close_reviews"
    RECORD_RECEIPT_FUNDS = "record_receipt_funds"
    TIME_OUT_REVIEW = "time_out_review"
    ASK_FOR_RENEWAL = "ask_for_renewal"
    REMIND_OF_RENEWAL = "remind_of_renewal"
    MISS_RENEWAL = "miss_renewal"
    ASK_FOR_PAPERS = "ask_for_papers"
    EXPIRE_DOCUMENT = "expire_document"
