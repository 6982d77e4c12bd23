"""Problems: how everything that can go wrong is answered, by one table (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.responses import Response

from api import faults
from ledger import errors
from ledger.errors import LedgerError

MEDIA_TYPE = "application/problem+json"

RETRY_AFTER_SECONDS = 1
"""When a caller may come back after a failure that passes by itself."""


# -- The table ------------------------------------------------------------------------------

STATUS: Mapping[type[LedgerError], int] = {
    # The rules say no: because of what is there, …
    errors.Refused: 409,
    errors.NotFound: 404,
    errors.TransitionNotAllowed: 409,
    errors.NightsAreTaken: 409,
    errors.TooManyHolds: 409,
    errors.HoldHasExpired: 409,
    errors.NotDiscoverable: 409,
    errors.NotReady: 409,
    errors.ReviewIsClaimed: 409,
    errors.ChecksAreOpen: 409,
    errors.DocumentsHaveExpired: 409,
    errors.RevisionContradicts: 422,
    errors.NoPaymentInFlight: 409,
    errors.NoTimeToAnswer: 409,
    errors.HostCancelledTheseNights: 409,
    errors.FeedItemMayReturn: 409,
    errors.ObligationsAreOpen: 409,
    errors.QuoteExpired: 409,
    errors.QuoteOfAnotherGuest: 403,
    errors.PolicyNotAccepted: 409,
    errors.OwnListing: 403,
    errors.AmountsDiffer: 409,
    errors.RefundChanged: 409,
    errors.PenaltyChanged: 409,
    errors.CorrectionChanged: 409,
    errors.AlterationChanged: 409,
    errors.NightsHaveBegun: 409,
    errors.ChangesBothWays: 409,
    errors.AuthorizationHasExpired: 409,
    errors.SecondPersonRequired: 403,
    errors.SelfApproval: 403,
    errors.NotAParty: 403,
    errors.IntentsDiffer: 409,
    errors.AttemptsAreExhausted: 409,
    errors.NotWorthRetrying: 409,
    errors.TooEarly: 409,
    errors.TooLate: 409,
    errors.RefundExceedsCapture: 409,
    errors.RefundLineExceeded: 409,
    errors.RefundBlockedByDispute: 409,
    errors.PaymentNotCompleted: 409,
    errors.PayoutIsHeld: 409,
    errors.PayoutExceedsEntitlement: 409,
    errors.CurrencyNotQuoted: 409,
    errors.RatesNotCurrent: 409,
    errors.RateImplausible: 409,
    errors.RatesOutOfOrder: 409,
    errors.SuspensionStands: 409,
    errors.NotTheBankAccount: 409,
    errors.DebtExceeded: 409,
    errors.DamageExceedsLimit: 409,
    errors.ReversalExceedsTransfer: 409,
    errors.TaxNotPayable: 409,
    errors.PeriodIsNotOver: 409,
    errors.DocumentHasExpired: 409,
    errors.DocumentNotReady: 409,
    errors.DocumentsNotAccepted: 409,
    errors.DocumentInUse: 409,
    errors.TooManyFiles: 409,
    errors.LinkHasExpired: 410,
    errors.LinkNotValid: 403,
    errors.NothingIsOverwritten: 412,
    # … or because of what was asked.
    errors.RepeatedWithDifferences: 422,
    errors.CurrenciesDiffer: 422,
    errors.UnknownCurrency: 422,
    errors.BelowProcessorMinimum: 422,
    errors.AboveProcessorMaximum: 422,
    errors.FinerThanProcessorStep: 422,
    errors.UnknownTimeZone: 422,
    errors.NoNights: 422,
    errors.SearchTooWide: 422,
    errors.NothingToAlter: 422,
    errors.PartyExceedsCapacity: 422,
    errors.PetsNotAllowed: 422,
    errors.StayIsTooShort: 422,
    errors.StayIsTooLong: 422,
    errors.NoArrivalThatDay: 422,
    errors.NoDepartureThatDay: 422,
    errors.NoticeIsTooShort: 422,
    errors.TooFarAhead: 422,
    errors.ReasonIsMissing: 422,
    errors.NothingVouchedFor: 422,
    errors.RatesContradict: 422,
    errors.LeviesContradict: 422,
    errors.UnknownPolicy: 422,
    errors.NotOffered: 422,
    errors.CouponNotValid: 422,
    errors.QuoteNotOurs: 422,
    errors.NoticeRefused: 400,
    errors.NoticeNotSigned: 400,
    errors.NoticeStale: 400,
    errors.NoticeUnreadable: 400,
    errors.NoticeOfAnotherMode: 400,
    errors.NoticeOfAnotherAccount: 400,
    errors.UnfitEntry: 422,
    errors.UnfitText: 422,
    errors.RatingOutOfRange: 422,
    errors.FileNotTaken: 422,
    errors.UploadDiffers: 400,
    # Not now.
    errors.Conflict: 409,
    errors.StoreUnavailable: 503,
    faults.StaleRead: 503,
    faults.ReadModelMissing: 503,
    faults.NoQuoteKeys: 503,
    faults.NoticesNotSetUp: 503,
    faults.ProcessorNotSetUp: 503,
    # The world, or we ourselves.
    errors.GatewayFailure: 502,
    errors.RatesUnavailable: 502,
    errors.RatesUnreadable: 502,
    errors.FeedUnavailable: 502,
    errors.FeedUnreadable: 502,
    errors.GatewayUnavailable: 503,
    errors.OutcomeUnknown: 503,
    errors.StorageNotSetUp: 503,
    errors.GatewayDeclined: 502,
    errors.AnswerNotUnderstood: 502,
    errors.CorruptHistory: 500,
    errors.UnknownTopic: 500,
    errors.UnbalancedEntry: 500,
    errors.LedgerError: 500,
    faults.Unexpected: 500,
    # What only the door can find wrong.
    faults.KeyMissing: 400,
    faults.InvalidRequest: 422,
    faults.NoSuchPosition: 422,
    faults.NoSuchRoute: 404,
    faults.MethodNotAllowed: 405,
    faults.BodyTooLarge: 413,
    faults.WrongHost: 421,
}
"""The HTTP status of each error; one that has no row of its own is answered like its parent."""


ANYWHERE = (
    faults.InvalidRequest,
    faults.NoSuchRoute,
    faults.WrongHost,
    faults.Unexpected,
    errors.StoreUnavailable,
)
"""What any route may answer."""

INTERNAL = (errors.StoreUnavailable, errors.GatewayFailure, errors.CorruptHistory)
"""What these carry names our hosts and our data: it is for the log, not for callers."""


def status_of(error: LedgerError) -> int:
    """The HTTP status that an error is answered with."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


# -- The answer -----------------------------------------------------------------------------


class Problem(BaseModel):
    """Why a request was not done (RFC 9457).

    `code` is stable and names the rule; `data` is what the rule looked at; `transient` says whether
    the same request may succeed later; `instance` names the request, as our logs do.
    """

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="A URI that names the kind of problem", examples=["about:blank"])
    title: str
    status: int
    detail: str
    instance: str
    code: str
    transient: bool
    data: dict[str, Any]


def answer(
    error: LedgerError, request_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The HTTP answer to an error."""
    status = status_of(error)
    if isinstance(error, INTERNAL):
        error = type(error)(**{key: error.data[key] for key in error.data.keys() & {"in_doubt"}})
    body = Problem(
        type=f"urn:stayledger:problem:{error.code.lower().replace('_', '-')}",
        title=error.sentence,
        status=status,
        detail=str(error),
        instance=f"urn:uuid:{request_id}",
        code=error.code,
        transient=error.transient,
        data=error.data,
    )
    retry = {"Retry-After": str(RETRY_AFTER_SECONDS)} if error.transient else {}
    content = to_json(body, fallback=str)
    return Response(content, status, {**(headers or {}), **retry}, media_type=MEDIA_TYPE)


def described(*kinds: type[LedgerError]) -> dict[int | str, dict[str, Any]]:
    """The answers of a route for its description: these problems, and those that any route has."""
    codes: dict[int, list[str]] = {}
    every: list[type[LedgerError]] = [*kinds, *ANYWHERE]
    for kind in every:
        codes.setdefault(STATUS[kind], []).append(kind.code)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(sorted(set(named)))}",
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status, named in sorted(codes.items())
    }
