"""What this machine gives to a process: cores, memory, GPUs, disk, and a place to write."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from engine.steps.cores import CGROUP, allowed_cores, quota

MEMORY = Path("/proc/meminfo")
UNLIMITED = 2**60  # older kernels write a huge number where there is no limit


def cores() -> dict[str, Any]:
    """Return the cores of the machine, those given to this process, and a container's quota."""
    return {"machine": os.cpu_count() or 1, "given": allowed_cores(), "quota": quota()}


def memory() -> dict[str, int | None]:
    """Return bytes of memory: the machine's, what is available, and a container's limit."""
    rows = dict(line.split(":", 1) for line in _read(MEMORY).splitlines() if ":" in line)
    total, available = (_kilobytes(rows.get(name, "")) for name in ("MemTotal", "MemAvailable"))
    limits = (
        _number(_read(CGROUP / name)) for name in ("memory.max", "memory/memory.limit_in_bytes")
    )
    limit = next((value for value in limits if value and value < (total or UNLIMITED)), None)
    return {"total": total or _physical(), "available": available, "limit": limit}


def _physical() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def threads() -> dict[str, str]:
    """Return what the environment tells OpenMP."""
    names = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY")
    return {name: os.environ.get(name, "") for name in names}


def outputs(root: Path) -> dict[str, Any]:
    """Return where runs are written, whether they can be, and how much room there is."""
    folder = root / "outputs"
    place = folder if folder.exists() else root
    return {
        "path": "./outputs", "exists": folder.is_dir(), "writable": _writable(place),
        "free": shutil.disk_usage(place).free,
    }  # fmt: skip


def _writable(folder: Path) -> bool:
    """Try it: permissions alone do not tell of a file system that is read-only or full."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
            return True
    except OSError:
        return False


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _number(text: str) -> int | None:
    word = text.strip()
    return int(word) if word.lstrip("-").isdigit() else None


def _kilobytes(text: str) -> int | None:
    words = text.split()
    return int(words[0]) * 1024 if words and words[0].isdigit() else None
