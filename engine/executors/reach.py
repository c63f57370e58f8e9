"""Ask whether anybody listens at an address, before a library does: it would ask for minutes."""

from __future__ import annotations

import socket

CONNECT = 8.0  # seconds


def reach(address: str) -> None:
    """Connect to ``scheme://host:port`` or ``host:port``, and hang up.

    Raises
    ------
    OSError
        If nobody listens there.
    ValueError
        If the address names no port.
    """
    host, _, port = address.rpartition("://")[2].rstrip("/").rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("an address is a host and a port, such as 10.0.0.1:8786")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT):
        pass
