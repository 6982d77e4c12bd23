"""Where problems come from: every error that a request can end in, made one of the table."""

from collections.abc import Sequence
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.faults import BodyTooLarge, InvalidRequest, KeyMissing, MethodNotAllowed, NoSuchRoute
from api.problems import INTERNAL, answer
from ledger.errors import LedgerError

log = structlog.get_logger("api")


def install(app: FastAPI) -> None:
    """Let an application answer every error by the table."""
    app.add_exception_handler(LedgerError, _on_ledger_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_ledger_error(request: Request, error: Exception) -> Response:
    raised = cast(LedgerError, error)
    if isinstance(raised, INTERNAL):
        log.error("failed", code=raised.code, said=str(raised))
    return answer(raised, request.state.request_id)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    found = cast(RequestValidationError, error).errors()
    if any(
        one["loc"] == ("header", "Idempotency-Key") and one["type"] == "missing" for one in found
    ):
        return answer(KeyMissing(), request.state.request_id)
    return answer(InvalidRequest(invalid=_complaints(found)), request.state.request_id)


def _complaints(found: Sequence[Any]) -> list[dict[str, str]]:
    # Where and why, but never what was sent: that may be personal, and is not for logs.
    return [
        {"at": ".".join(map(str, one["loc"])), "because": str(one["msg"])[:200]} for one in found
    ]


async def _on_http_exception(request: Request, error: Exception) -> Response:
    raised = cast(HTTPException, error)
    method, path = request.method, request.url.path[:200]
    kinds: dict[int, LedgerError] = {
        404: NoSuchRoute(path=path),
        405: MethodNotAllowed(method=method, path=path),
        413: BodyTooLarge(),
    }
    problem = kinds.get(raised.status_code, InvalidRequest(because=str(raised.detail)))
    return answer(problem, request.state.request_id, raised.headers)
