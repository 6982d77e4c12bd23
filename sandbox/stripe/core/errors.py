"""How Stripe says no: one exception, one envelope, and a named constructor for each refusal.

A handler raises `Refusal`; the door turns it into `{"error": {...}}` with its status. Nothing here
knows where in the API a refusal happens.
"""

from typing import Any


class Refusal(Exception):
    """An answer that is an error in Stripe's shape.

    `kept` says whether an idempotency key remembers it: Stripe keeps what an endpoint answered once
    it had begun, and forgets what was refused before (validation, authentication, limits).
    """

    def __init__(
        self, status: int, kind: str, message: str, *, kept: bool = True, **details: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.kept = kept
        self.details = {name: value for name, value in details.items() if value is not None}

    def envelope(self, request_id: str) -> dict[str, Any]:
        """The body of the answer; `request_id` names the line of the request log."""
        error = {"type": self.kind, "message": self.message, **self.details}
        if "code" in error:
            error["doc_url"] = f"https://docs.stripe.com/error-codes/{error['code']}"
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": error}


# -- Refused before anything began ---------------------------------------------------------


def malformed(message: str, *, param: str | None = None, code: str | None = None) -> Refusal:
    """A request that cannot be read; no idempotency key remembers it."""
    return Refusal(400, "invalid_request_error", message, kept=False, param=param, code=code)


def unknown_parameter(name: str) -> Refusal:
    """A parameter that the endpoint does not have."""
    return malformed(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")


def missing_parameter(name: str) -> Refusal:
    """A parameter that the endpoint cannot do without."""
    return malformed(f"Missing required param: {name}.", param=name, code="parameter_missing")


def unauthenticated(message: str) -> Refusal:
    """No key, or not a key of this sandbox."""
    return Refusal(401, "invalid_request_error", message, kept=False)


def unknown_account(account: str) -> Refusal:
    """`Stripe-Account` names an account that the key may not act for."""
    return Refusal(
        403,
        "invalid_request_error",
        f"The provided key does not have access to account '{account}' "
        "(or that account does not exist). Application access may have been revoked.",
        kept=False,
        code="account_invalid",
    )


def unknown_url(method: str, path: str) -> Refusal:
    """There is no such endpoint."""
    message = f"Unrecognized request URL ({method}: {path})."
    return Refusal(404, "invalid_request_error", message, kept=False)


def too_many_requests() -> Refusal:
    """The rate limit, reached."""
    message = "Request rate limit exceeded."
    return Refusal(429, "invalid_request_error", message, kept=False, code="rate_limit")


def key_in_use(key: str) -> Refusal:
    """Another request with this idempotency key has not been answered yet."""
    return Refusal(
        409,
        "idempotency_error",
        f"There is currently another in-progress request using this Idempotency Key ({key}).",
        kept=False,
        code="idempotency_key_in_use",
    )


def key_reused(key: str, what: str) -> Refusal:
    """The idempotency key was first used for something else; `what` says how it differs."""
    return Refusal(
        400,
        "idempotency_error",
        f"Keys for idempotent requests can only be used for the same {what} they were first "
        f"used for. Try using a key other than '{key}' if you meant another request.",
        kept=False,
    )


def internal() -> Refusal:
    """Stripe's own failure."""
    return Refusal(500, "api_error", "An unknown error occurred")


# -- Refused by the state of things --------------------------------------------------------


def no_such(kind: str, object_id: str, param: str = "id", *, status: int = 404) -> Refusal:
    """The object does not exist on this account; 404 in the path, 400 among the parameters."""
    return Refusal(
        status,
        "invalid_request_error",
        f"No such {kind}: '{object_id}'",
        code="resource_missing",
        param=param,
    )


def not_allowed(
    message: str, *, code: str | None = None, param: str | None = None, **details: Any
) -> Refusal:
    """The request is well formed, and the state of the objects forbids it."""
    return Refusal(400, "invalid_request_error", message, code=code, param=param, **details)


def card_refused(message: str, *, code: str, **details: Any) -> Refusal:
    """The issuer or the network said no: 402 with the reason."""
    return Refusal(402, "card_error", message, code=code, **details)
