"""What only the door can find wrong: the errors that the ledger knows nothing of."""

from ledger.errors import LedgerError


class StaleRead(LedgerError):
    """The read model has not reached the position that was asked for."""

    code = "STALE_READ"
    transient = True


class NoSuchPosition(LedgerError):
    """The history has not come to this position, so no command ever answered it."""

    code = "NO_SUCH_POSITION"


class NoQuoteKeys(LedgerError):
    """This server has no key to sign quotes with."""

    code = "QUOTES_NOT_SET_UP"


class ReadModelMissing(LedgerError):
    """The read model has not been built yet."""

    code = "READ_MODEL_MISSING"
    transient = True


class KeyMissing(LedgerError):
    """A command needs an Idempotency-Key, so that it can be repeated without being done twice."""

    code = "IDEMPOTENCY_KEY_MISSING"


class InvalidRequest(LedgerError):
    """The request is not of the shape that is described."""

    code = "INVALID_REQUEST"


class NoSuchRoute(LedgerError):
    """There is nothing at this address."""

    code = "NO_SUCH_ROUTE"


class MethodNotAllowed(LedgerError):
    """This address does not take this method."""

    code = "METHOD_NOT_ALLOWED"


class ProcessorNotSetUp(LedgerError):
    """Payments are not set up here: there is no key for the processor."""

    code = "PROCESSOR_NOT_SET_UP"


class NoticesNotSetUp(LedgerError):
    """Notices cannot be believed yet: there is no secret to know the processor's signature by."""

    code = "NOTICES_NOT_SET_UP"
    transient = True


class BodyTooLarge(LedgerError):
    """The body is larger than any that is taken here."""

    code = "BODY_TOO_LARGE"


class WrongHost(LedgerError):
    """The request was meant for another host."""

    code = "WRONG_HOST"


class Unexpected(LedgerError):
    """Something went wrong that nobody foresaw; it was written down under the request's id."""

    code = "UNEXPECTED"
