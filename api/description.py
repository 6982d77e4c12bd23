"""How the API describes itself: OpenAPI, generated and committed, and a page to read it by."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse

from api.problems import Problem

COMMITTED = Path(__file__).with_name("openapi.json")
"""Where the description is kept for those who generate clients from it."""

SUMMARY = """\
The booking ledger over HTTP.

Every answer says which position of the history it reflects, in `Ledger-Position`. A caller who
passes a position on, as `after` or in `Min-Position`, gets an answer that contains it. Commands
need an `Idempotency-Key`: repeated, they answer what they answered. Everything that goes wrong is a
problem (RFC 9457) with a stable `code`.
"""


def _named_as_its_function(route: APIRoute) -> str:
    """The name that generated clients call a route by."""
    return route.name


ABOUT: dict[str, Any] = {
    "title": "stayledger",
    "version": "1",
    "description": SUMMARY,
    "generate_unique_id_function": _named_as_its_function,
    "redirect_slashes": False,
    "docs_url": None,
    "redoc_url": None,
    # What FastAPI would record of its own accord includes what callers sent.
    "telemetry": {"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
}


def install(app: FastAPI) -> None:
    """Let an application describe itself, problems included."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    async def docs() -> HTMLResponse:
        return HTMLResponse(page(openapi()), headers={"Content-Security-Policy": PAGE_POLICY})

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents
    app.add_api_route("/docs", docs, include_in_schema=False)


def text(app: FastAPI) -> str:
    """The description as it is committed."""
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def _described(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    return described


# -- A page to read -------------------------------------------------------------------------

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color-scheme: light dark; }
article { border-top: 1px solid #8888; padding: .5rem 0 1rem; }
code { font-family: ui-monospace, monospace; font-size: .95em; }
h2 code { font-size: 1.05em; } dt { margin-top: .5rem; } dd { margin-left: 1.5rem; }
"""

PAGE_POLICY = (
    "default-src 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)
"""The page has one style and no script: it can be read on a machine without a network."""


def page(described: dict[str, Any]) -> str:
    """The description as one page of HTML."""
    articles = "".join(
        _article(method, path, operation)
        for path, item in described["paths"].items()
        for method, operation in item.items()
    )
    about = "".join(f"<p>{escape(part)}</p>" for part in SUMMARY.split("\n\n"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>stayledger API</title>'
        '<meta name="viewport" content="width=device-width"><style>' + STYLE + "</style></head>"
        f"<body><h1>stayledger API</h1>{about}"
        '<p><a href="/openapi.json">openapi.json</a></p>'
        f"<main>{articles}</main></body></html>"
    )


def _article(method: str, path: str, operation: dict[str, Any]) -> str:
    return (
        f"<article><h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        f"<dl>{''.join(_parts(operation))}</dl></article>"
    )


def _parts(operation: dict[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        need = "required" if parameter.get("required") else "optional"
        yield _part(
            parameter["name"], f"{parameter['in']}, {need}", parameter.get("description", "")
        )
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield _part("body", content["schema"].get("$ref", "").rpartition("/")[2], "")
    for status, response in operation["responses"].items():
        yield _part(status, "answer", response.get("description", ""))


def _part(name: str, kind: str, said: str) -> str:
    return f"<dt><code>{escape(name)}</code> ({escape(kind)})</dt><dd>{escape(said)}</dd>"
