"""The API as a process of its own, as it runs for real."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def api_process(
    database_url: str,
    redis_url: str | None = None,
    *,
    port: int | None = None,
    log: Path | None = None,
    **settings: str,
) -> Iterator[str]:
    """A server in a process of its own; its URL. `log` is the file that it logs to."""
    port = port or free_port()
    environment = {**os.environ, "DATABASE_URL": database_url, "LOG_LEVEL": "ERROR", **settings}
    environment.pop("REDIS_URL", None)
    if redis_url:
        environment["REDIS_URL"] = redis_url
    command = [sys.executable, "-m", "api", "serve", "--port", str(port)]
    with log.open("wb") if log else nullcontext() as said:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=said)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        assert process.poll() is None, "the server ended at once"
        assert time.monotonic() < give_up_at, "the server never answered"
        try:
            httpx.get(f"{url}/docs", timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
