"""What can go wrong, as a tree of sentences.

    LedgerError
    ├── Refused                the rules say no: expected, answered, never logged as an error
    ├── Conflict               somebody wrote first: decide again (transient)
    ├── GatewayFailure         the outside world
    │   ├── GatewayUnavailable     nothing happened; try again (transient)
    │   ├── OutcomeUnknown         look it up before trying again (transient)
    │   ├── GatewayDeclined        final, with the gateway's reason
    │   └── AnswerNotUnderstood    it said what we have no word for: call a person
    └── CorruptHistory         the past contradicts itself: stop, and call a person

A refusal carries its data as attributes and a stable `code` (spec: domain, section 13). It knows no
HTTP; `api/problems.py` holds that table. A programmer's mistake is an `assert`, never one of these.
"""

from functools import partial
from typing import Any, ClassVar


class LedgerError(Exception):
    """Whatever the ledger has to say beside an answer."""

    code: ClassVar[str] = "LEDGER_ERROR"
    transient: ClassVar[bool] = False

    def __init__(self, **data: Any) -> None:
        super().__init__(*data.values())
        self.data = data

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["data"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __reduce__(self) -> tuple[Any, ...]:
        """How it travels between processes, with its data and notes: we take them by name only."""
        return partial(type(self), **self.data), (), self.__dict__

    @property
    def sentence(self) -> str:
        """What it says without its data: the first line of its docstring."""
        return (type(self).__doc__ or self.code).split("\n", 1)[0].rstrip(".")

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.data.items())
        return f"{self.sentence} ({told})" if told else self.sentence


class Conflict(LedgerError):
    """Somebody wrote to the same stream first; decide again."""

    code = "VERSION_CONFLICT"
    transient = True


class StoreUnavailable(LedgerError):
    """Postgres cannot be reached, or will not take a write; try again."""

    code = "STORE_UNAVAILABLE"
    transient = True


class GatewayFailure(LedgerError):
    """The outside world did not do what it was asked."""

    code = "GATEWAY_FAILURE"


class GatewayUnavailable(GatewayFailure):
    """The gateway did not take the call, and nothing happened; try again."""

    code = "GATEWAY_UNAVAILABLE"
    transient = True


class OutcomeUnknown(GatewayFailure):
    """Nobody knows whether the gateway did it; look it up before it is tried again."""

    code = "OUTCOME_UNKNOWN"
    transient = True


class GatewayDeclined(GatewayFailure):
    """The gateway will not do this, however often it is asked.

    `reason` is the gateway's code and `decline_code` the card issuer's; `advice` is what it says
    about trying the same card again.
    """

    code = "GATEWAY_DECLINED"


class AnswerNotUnderstood(GatewayFailure):
    """The gateway said something that we have no word for; call a person."""

    code = "ANSWER_NOT_UNDERSTOOD"


class CorruptHistory(LedgerError):
    """The past contradicts itself; stop, and call a person."""

    code = "CORRUPT_HISTORY"


class UnknownTopic(CorruptHistory):
    """An event has a topic that this version does not know."""

    code = "UNKNOWN_TOPIC"


class UnbalancedEntry(CorruptHistory):
    """The lines of a journal entry do not sum to zero in each currency."""

    code = "UNBALANCED_ENTRY"


# -- Refusals ---------------------------------------------------------------------------


class Refused(LedgerError):
    """The rules say no."""

    code = "REFUSED"

    _by_code: ClassVar[dict[str, type["Refused"]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        assert cls.code not in Refused._by_code, f"{cls.code} names two refusals"
        Refused._by_code[cls.code] = cls

    @staticmethod
    def remembered(code: str, data: dict[str, Any]) -> "Refused":
        """The refusal that was recorded under a code, with the data that it carried."""
        return Refused._by_code.get(code, Refused)(**data)

    @staticmethod
    def all() -> list[type["Refused"]]:
        """Every refusal there is: the table of problems must have a row for each."""
        return list(Refused._by_code.values())


class NotFound(Refused):
    """There is nothing under this id."""

    code = "NOT_FOUND"


class TransitionNotAllowed(Refused):
    """The lifecycle has no such step from here."""

    code = "TRANSITION_NOT_ALLOWED"


class RepeatedWithDifferences(Refused):
    """The same idempotency key came before with another content."""

    code = "IDEMPOTENCY_KEY_REUSED"


class CurrenciesDiffer(Refused):
    """Two currencies do not add up."""

    code = "CURRENCY_MISMATCH"


class UnknownCurrency(Refused):
    """We do not trade in this currency."""

    code = "UNKNOWN_CURRENCY"


class UnknownTimeZone(Refused):
    """There is no time zone of this name."""

    code = "UNKNOWN_TIME_ZONE"


class NoNights(Refused):
    """A stay has at least one night."""

    code = "NO_NIGHTS"


class NightsAreTaken(Refused):
    """The nights are not free."""

    code = "DATES_UNAVAILABLE"


class HoldHasExpired(Refused):
    """The hold on the nights has run out."""

    code = "HOLD_EXPIRED"


class PartyExceedsCapacity(Refused):
    """The party is larger than the unit takes."""

    code = "OVER_CAPACITY"


class NotDiscoverable(Refused):
    """Nobody vouches for this property, so it cannot be booked."""

    code = "NOT_DISCOVERABLE"


class OwnListing(Refused):
    """A host does not book their own listing."""

    code = "OWN_LISTING"


class AmountsDiffer(Refused):
    """The amount is not the one that is due."""

    code = "AMOUNT_MISMATCH"


class RefundChanged(Refused):
    """The refund is not the one that was accepted; look at the new one."""

    code = "QUOTE_CHANGED"


class TooEarly(Refused):
    """The time for this has not come."""

    code = "TOO_EARLY"


class TooLate(Refused):
    """The time for this has passed."""

    code = "TOO_LATE"


class RefundExceedsCapture(Refused):
    """More would be given back than was captured."""

    code = "REFUND_EXCEEDS_CAPTURED"


class PaymentNotCompleted(Refused):
    """Only a completed payment can be refunded."""

    code = "REFUND_NOT_COMPLETED_PAYMENT"


class PayoutIsHeld(Refused):
    """The payout is on hold."""

    code = "PAYOUT_ON_HOLD"


class PayoutExceedsEntitlement(Refused):
    """More would be paid out than the host has earned."""

    code = "PAYOUT_EXCEEDS_ENTITLEMENT"


class NothingVouchedFor(Refused):
    """A guard about the outside world has neither a check nor an attestation."""

    code = "NOT_ATTESTED"


class NoticeRefused(Refused):
    """A notice from outside is not taken in."""

    code = "NOTICE_REFUSED"


class NoticeNotSigned(NoticeRefused):
    """The notice does not carry a signature of ours."""

    code = "NOTICE_NOT_SIGNED"


class NoticeStale(NoticeRefused):
    """The notice was signed too long ago, or in the future."""

    code = "NOTICE_STALE"


class NoticeUnreadable(NoticeRefused):
    """The notice is signed, and no event."""

    code = "NOTICE_UNREADABLE"


class NoticeOfAnotherMode(NoticeRefused):
    """The notice is about test money where money is real, or the other way round."""

    code = "NOTICE_OF_ANOTHER_MODE"


class NoticeOfAnotherAccount(NoticeRefused):
    """The notice is about an account that this address does not hear about."""

    code = "NOTICE_OF_ANOTHER_ACCOUNT"
