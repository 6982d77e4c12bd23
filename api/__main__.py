"""`python -m api`: serve the API, or write down its description.

There is no sign-in yet, so the server listens on loopback only and refuses any other address.
"""

import argparse
import gc
import sys
from collections.abc import Sequence
from ipaddress import ip_address

import uvicorn

from api import description
from api.app import create_app
from ledger.settings import Misconfigured, Settings, configure_logging, read_settings

PORT = 8000
STOP_SECONDS = 10
TURN_SECONDS = 0.001

NOT_LOOPBACK = (
    "{host} is not a loopback address. There is no sign-in yet, so whoever reaches the API may do "
    "everything: it listens on 127.0.0.1 only."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code is 0, or 2 where something is set up wrong."""
    options = _parser().parse_args(arguments)
    if options.command == "export-openapi":
        return export_openapi(check=options.check)
    try:
        return serve(read_settings(), options.host, options.port)
    except Misconfigured as error:
        return complain(str(error))


def serve(settings: Settings, host: str, port: int) -> int:
    """Serve until a signal says stop."""
    if not is_loopback(host):
        return complain(NOT_LOOPBACK.format(host=host))
    configure_logging(settings.log_level)
    config = uvicorn.Config(
        create_app(settings),
        host=host,
        port=port,
        access_log=False,
        log_level=settings.log_level.lower(),
        server_header=False,
        proxy_headers=False,
        date_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        backlog=2048,
    )
    server = uvicorn.Server(config)
    favour_latency()
    server.run()
    return 0 if server.started else 1


def favour_latency() -> None:
    """Let threads take short turns, and look for garbage rarely (measured: a third off the p99).

    The event loop, the writer and the commands share one interpreter; a turn of the usual 5 ms is
    most of an answer. What is imported stays for ever, and states that are remembered are no
    garbage.
    """
    sys.setswitchinterval(TURN_SECONDS)
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def export_openapi(*, check: bool) -> int:
    """Write the description to `api/openapi.json`, or say whether what is there is stale."""
    # Nothing is connected before a request needs it, so any address does.
    fresh = description.text(create_app(Settings(database_url="postgresql:///")))
    if not check:
        description.COMMITTED.write_text(fresh)
        return 0
    if description.COMMITTED.exists() and description.COMMITTED.read_text() == fresh:
        return 0
    return complain("api/openapi.json is stale: run `python -m api export-openapi`")


def complain(what: str) -> int:
    """Say in one line what is wrong."""
    sys.stderr.write(f"api: {what}\n")
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    _add_address(parser)
    commands = parser.add_subparsers(dest="command")
    _add_address(commands.add_parser("serve", help="serve the API (also without any command)"))
    export = commands.add_parser("export-openapi", help="write api/openapi.json")
    export.add_argument("--check", action="store_true", help="only say whether it is stale")
    return parser


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=PORT, help=f"default {PORT}")


if __name__ == "__main__":
    sys.exit(main())
