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


class RatesUnavailable(GatewayFailure):
    """The source of reference rates cannot be reached; the last good ones stay."""

    code = "RATES_UNAVAILABLE"
    transient = True


class RatesUnreadable(GatewayFailure):
    """The source of reference rates sent what cannot be its file; the last good ones stay."""

    code = "RATES_UNREADABLE"


class FeedUnavailable(GatewayFailure):
    """A calendar of another platform cannot be fetched; what it said last stays."""

    code = "FEED_UNAVAILABLE"
    transient = True


class FeedUnreadable(GatewayFailure):
    """A calendar of another platform cannot be understood; what it said last stays."""

    code = "FEED_UNREADABLE"


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


class StorageNotSetUp(GatewayUnavailable):
    """Files are not taken here: there is neither a bucket nor a folder for them."""

    code = "STORAGE_NOT_SET_UP"


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


class BelowProcessorMinimum(Refused):
    """The amount is less than the processor charges at least in this currency."""

    code = "BELOW_PROVIDER_MINIMUM"


class AboveProcessorMaximum(Refused):
    """The amount is more than the processor moves at once in this currency."""

    code = "ABOVE_PROVIDER_MAXIMUM"


class FinerThanProcessorStep(Refused):
    """The amount is finer than the processor moves this currency."""

    code = "FINER_THAN_PROVIDER_STEP"


class CurrencyNotQuoted(Refused):
    """There is no reference rate for this currency; quote in the listing's own."""

    code = "CURRENCY_NOT_QUOTED"


class RatesNotCurrent(Refused):
    """No reference rates are current; quote in the listing's own currency."""

    code = "RATES_NOT_CURRENT"


class RateImplausible(Refused):
    """A reference rate is too far from the last good one to be believed unseen."""

    code = "RATE_IMPLAUSIBLE"


class RatesOutOfOrder(Refused):
    """These reference rates are older than the last good ones."""

    code = "RATES_OUT_OF_ORDER"


class UnknownTimeZone(Refused):
    """There is no time zone of this name."""

    code = "UNKNOWN_TIME_ZONE"


class NoNights(Refused):
    """A stay has at least one night."""

    code = "NO_NIGHTS"


class RatesContradict(Refused):
    """The rates say two things about one night, or something that cannot be."""

    code = "RATES_CONTRADICT"


class LeviesContradict(Refused):
    """The fees, taxes or penalties cannot be worked out like this."""

    code = "LEVIES_CONTRADICT"


class UnknownPolicy(Refused):
    """There is no cancellation policy of this name."""

    code = "UNKNOWN_POLICY"


class CouponNotValid(Refused):
    """The coupon cannot be used for this, or is none."""

    code = "COUPON_NOT_VALID"


class QuoteNotOurs(Refused):
    """The quote does not carry our signature."""

    code = "QUOTE_NOT_OURS"


class QuoteExpired(Refused):
    """The quote has expired; ask for another."""

    code = "QUOTE_EXPIRED"


class QuoteOfAnotherGuest(Refused):
    """The quote was made for another guest."""

    code = "QUOTE_OF_ANOTHER_GUEST"


class PolicyNotAccepted(Refused):
    """The policy that was accepted is not the one of the quote."""

    code = "POLICY_NOT_ACCEPTED"


class NotOffered(Refused):
    """The host does not offer this."""

    code = "NOT_OFFERED"


class NightsAreTaken(Refused):
    """The nights are not free."""

    code = "DATES_UNAVAILABLE"


class TooManyHolds(Refused):
    """The guest has nights kept unpaid for as many stays as may be at once."""

    code = "TOO_MANY_HOLDS"


class HoldHasExpired(Refused):
    """The hold on the nights has run out."""

    code = "HOLD_EXPIRED"


class PartyExceedsCapacity(Refused):
    """The party is larger than the unit takes."""

    code = "OVER_CAPACITY"


class PetsNotAllowed(Refused):
    """No pets are let into the house."""

    code = "PETS_NOT_ALLOWED"


class StayIsTooShort(Refused):
    """The stay has fewer nights than are let at once."""

    code = "MIN_STAY"


class StayIsTooLong(Refused):
    """The stay has more nights than are let at once."""

    code = "MAX_STAY"


class NoArrivalThatDay(Refused):
    """Guests do not arrive on this day of the week."""

    code = "ARRIVAL_DAY"


class NoDepartureThatDay(Refused):
    """Guests do not leave on this day of the week."""

    code = "DEPARTURE_DAY"


class NoticeIsTooShort(Refused):
    """The host needs more notice than this."""

    code = "NOTICE_PERIOD"


class TooFarAhead(Refused):
    """Nights so far ahead are not let yet."""

    code = "BOOKING_WINDOW"


class NoPaymentInFlight(Refused):
    """A hold is only extended for a payment that is under way."""

    code = "NO_PAYMENT_IN_FLIGHT"


class NoTimeToAnswer(Refused):
    """The host would have no time to answer."""

    code = "NO_TIME_TO_ANSWER"


class HostCancelledTheseNights(Refused):
    """Nights that a host cancelled stay blocked, unless an operator opens them with a reason."""

    code = "BLOCKED_BY_HOST_CANCEL"


class ReasonIsMissing(Refused):
    """This is only done for a reason, and none is given."""

    code = "REASON_REQUIRED"


class FeedItemMayReturn(Refused):
    """An item of a feed is gone only when good fetches in a row did not have it."""

    code = "FEED_ITEM_NOT_GONE"


class ObligationsAreOpen(Refused):
    """There is something that must be honoured first."""

    code = "OBLIGATIONS_OPEN"


class NotReady(Refused):
    """Something is missing that has to be there first."""

    code = "NOT_READY"


class ReviewIsClaimed(Refused):
    """This review is not yours: claim it, or wait until it is given back."""

    code = "REVIEW_CLAIMED"


class ChecksAreOpen(Refused):
    """Every item of the checklist is decided, once, before anything is approved."""

    code = "CHECKS_OPEN"


class DocumentsHaveExpired(Refused):
    """A document that was shown is not good any more; show another."""

    code = "DOCUMENTS_EXPIRED"


class RevisionContradicts(Refused):
    """This contradicts itself: two rooms of one name, no room at all, a place that is nowhere, or
    guests who come before others leave."""

    code = "REVISION_CONTRADICTS"


class SearchTooWide(Refused):
    """Too many stays would have to be priced to say which is the cheapest; look at fewer."""

    code = "SEARCH_TOO_WIDE"


class NotDiscoverable(Refused):
    """This property cannot be found or booked now."""

    code = "NOT_DISCOVERABLE"


class OwnListing(Refused):
    """A host does not book their own listing."""

    code = "OWN_LISTING"


class AmountsDiffer(Refused):
    """The amount is not the one that is due."""

    code = "AMOUNT_MISMATCH"


class IntentsDiffer(Refused):
    """The money came by another intent than this payment's."""

    code = "INTENT_MISMATCH"


class AttemptsAreExhausted(Refused):
    """This payment was tried as often as it may be."""

    code = "PAYMENT_ATTEMPTS_EXHAUSTED"


class NotWorthRetrying(Refused):
    """The processor declined for good; another attempt would be declined as well."""

    code = "PAYMENT_NOT_RETRYABLE"


class RefundChanged(Refused):
    """The refund is not the one that was accepted; look at the new one."""

    code = "QUOTE_CHANGED"


class AlterationChanged(Refused):
    """The change of the stay is not the one that was accepted; look at the new one."""

    code = "ALTERATION_CHANGED"


class NothingToAlter(Refused):
    """The stay is like this already."""

    code = "NOTHING_TO_ALTER"


class CorrectionChanged(Refused):
    """The correction is not the one that was looked at; look at it as it is."""

    code = "CORRECTION_CHANGED"


class PenaltyChanged(Refused):
    """The penalty is not the one that was accepted; look at the new one."""

    code = "PENALTY_CHANGED"


class NightsHaveBegun(Refused):
    """Nights that have begun cannot be taken back."""

    code = "NIGHTS_HAVE_BEGUN"


class ChangesBothWays(Refused):
    """Of an earned stay some would go back while more is paid: change first one, then the other."""

    code = "CHANGES_BOTH_WAYS"


class AuthorizationHasExpired(Refused):
    """The processor no longer holds the guest's money for us."""

    code = "AUTHORIZATION_EXPIRED"


class SecondPersonRequired(Refused):
    """This needs a second person."""

    code = "SECOND_PERSON_REQUIRED"


class SelfApproval(Refused):
    """Nobody approves what they asked for themselves."""

    code = "SELF_APPROVAL"


class TooEarly(Refused):
    """The time for this has not come."""

    code = "TOO_EARLY"


class TooLate(Refused):
    """The time for this has passed."""

    code = "TOO_LATE"


class RefundExceedsCapture(Refused):
    """More would be given back than was captured."""

    code = "REFUND_EXCEEDS_CAPTURED"


class RefundLineExceeded(Refused):
    """More would be given back of a line than is left on it."""

    code = "REFUND_LINE_EXCEEDED"


class RefundBlockedByDispute(Refused):
    """The money is withdrawn by a dispute, so it cannot be given back as well."""

    code = "REFUND_BLOCKED_BY_DISPUTE"


class UnfitEntry(Refused):
    """The entry does not balance, names what is not in the chart, changes nothing, or changes what
    a host owes, which a write-off does instead, or is to be paid, which no payout would follow."""

    code = "ENTRY_UNFIT"


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


class SuspensionStands(Refused):
    """The payment processor stops this host: wait until its reason is cleared, or reject them."""

    code = "SUSPENSION_STANDS"


class NotTheBankAccount(Refused):
    """The bank account is not the one that is paid to."""

    code = "BANK_ACCOUNT_MISMATCH"


class DebtExceeded(Refused):
    """The host does not owe as much."""

    code = "DEBT_EXCEEDED"


class DamageExceedsLimit(Refused):
    """The amount is more than may be claimed, or than was claimed."""

    code = "DAMAGE_EXCEEDS_LIMIT"


class TaxNotPayable(Refused):
    """The authority is not owed as much."""

    code = "TAX_NOT_PAYABLE"


class PeriodIsNotOver(Refused):
    """What stays bring the authority can still change, or was remitted already."""

    code = "PERIOD_NOT_OVER"


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


class ReversalExceedsTransfer(Refused):
    """More would be taken back than the host was sent."""

    code = "REVERSAL_EXCEEDS_TRANSFERRED"


class UnfitText(Refused):
    """A text is empty, too long, or has characters that nobody can see."""

    code = "TEXT_UNFIT"


class RatingOutOfRange(Refused):
    """A rating is from one star to five."""

    code = "RATING_OUT_OF_RANGE"


class NotAParty(Refused):
    """Only the guest, the host and the platform have a word in a booking's matters."""

    code = "NOT_A_PARTY"


class FileNotTaken(Refused):
    """No such file is taken for this."""

    code = "FILE_NOT_TAKEN"


class DocumentHasExpired(Refused):
    """The day has come that the document runs out on."""

    code = "DOCUMENT_EXPIRED"


class DocumentNotReady(Refused):
    """The document is not yet read, not of this host, or not any more what can be shown."""

    code = "DOCUMENT_NOT_READY"


class DocumentsNotAccepted(Refused):
    """No verifier has accepted these documents, or one has refused them since."""

    code = "DOCUMENTS_NOT_ACCEPTED"


class DocumentInUse(Refused):
    """Something relies on the document: a review, or what is said of a property."""

    code = "DOCUMENT_IN_USE"


class TooManyFiles(Refused):
    """No more files are taken of this; withdraw one first."""

    code = "TOO_MANY_FILES"


class LinkHasExpired(Refused):
    """The link that this command gave can be used no more; give the command anew."""

    code = "LINK_EXPIRED"


class LinkNotValid(Refused):
    """The link was changed, its time is over, or a header that goes with it is missing."""

    code = "LINK_NOT_VALID"


class UploadDiffers(Refused):
    """The upload is not of the type and length that its link was made for."""

    code = "UPLOAD_DIFFERS"


class NothingIsOverwritten(Refused):
    """Something was uploaded here before, and stays."""

    code = "NOTHING_IS_OVERWRITTEN"
