"""`python -m sandbox.stripe`: the stand-in over HTTP, on this machine only.

    python -m sandbox.stripe [--port 12111] [--state FILE] [--seed WORD] [--currencies eur,usd]

Prints one line with its address once it listens; keeps its world in FILE between runs.
"""

import argparse
import logging
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn

from sandbox.stripe.core.currencies import RATES_PER_EURO
from sandbox.stripe.core.world import Settings
from sandbox.stripe.machine import StripeMachine
from sandbox.stripe.server import BreakableProtocol, StripeServer
from sandbox.stripe.snapshot import NotASnapshot

HOST = "127.0.0.1"
DEFAULT_PORT = 12111

KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept: hung up sooner, it meets a busy client's next request."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; returns the exit code."""
    options = _options(arguments)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, options.port))
        # From here on callers wait instead of being refused: the address may be announced.
        listener.listen(1_024)
    except OSError as taken:
        _say(f"Port {options.port} is not free ({taken.strerror}); choose another with --port.")
        return 1
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    settings = Settings(
        seed=options.seed, base_url=url, settlement_currencies=tuple(options.currencies)
    )
    try:
        machine = StripeMachine(settings, file=options.state)
    except NotASnapshot as other:
        _say(f"{other}; move it away or choose another --state.")
        return 1
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    config = uvicorn.Config(
        StripeServer(machine),
        http=BreakableProtocol,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        log_level="warning",
        access_log=False,
    )
    _say(f"Stripe stand-in at {url} (any sk_test_… key)")
    # Ctrl-C comes back here once the server has stopped and saved: nothing is left to say.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.stripe", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: any free port")
    parser.add_argument("--state", type=Path, help="the SQLite file that keeps the world")
    parser.add_argument("--seed", default="stayledger", help="decides every id and every chance")
    parser.add_argument(
        "--currencies",
        type=_currencies,
        default=["eur"],
        help="what the platform holds, its default first; everything else is converted",
    )
    return parser.parse_args(arguments)


def _currencies(text: str) -> list[str]:
    codes = text.lower().split(",")
    for code in codes:
        if code not in RATES_PER_EURO:
            raise argparse.ArgumentTypeError(f"unknown currency: {code}")
    return codes


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
