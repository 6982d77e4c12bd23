"""Ports that are free, and that cannot answer themselves.

Ports from 32768 up are handed to outgoing connections: a client that polls such a port before its
server listens can be connected to itself, and then the server cannot bind. We stay below.
"""

import random
import socket

LOWEST, HIGHEST = 15_000, 32_000
LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that was free a moment ago; whoever binds it must be ready to ask again."""
    ports = random.SystemRandom()
    while not is_free(port := ports.randrange(LOWEST, HIGHEST)):
        pass
    return port
