"""How much memory there is for a run."""

from __future__ import annotations

from pathlib import Path

from engine.steps import cores

MEMINFO = Path("/proc/meminfo")
LIMITS = ("memory.max", "memory.limit_in_bytes")  # of control groups: version 2, version 1


def available(asked: int | None = None) -> int | None:
    """Return the bytes that a run may use; None where that is not known.

    It is the least of what the machine has left, what a container allows, and what was asked for.
    """
    known = (_left(), _allowed(), asked)
    return min((count for count in known if count), default=None)


def _left() -> int | None:
    """Bytes that the machine can give without swapping."""
    for line in cores.read(MEMINFO).splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if name == "MemAvailable" and words and words[0].isdigit():
            return int(words[0]) * 1024
    return None


def _allowed() -> int | None:
    """Bytes that the groups of this process allow; a group without a limit says max, or 2**63."""
    found = [cores.read(group / name).strip() for group in cores.groups("memory")
             for name in LIMITS]  # fmt: skip
    return min((int(text) for text in found if text.isdigit()), default=None)
