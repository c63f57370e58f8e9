"""Who is at work: written down by a process, and believed only while that process lives."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.plan.provenance import host, now, who


@dataclass(frozen=True)
class Holder:
    """A process that is at work.

    Attributes
    ----------
    since : float
        When it began, in seconds since 1970.
    born : str
        What tells the process from a later one of the same number, on systems that say so.
    folder : str
        The run that it writes.
    """

    pid: int
    host: str
    user: str
    since: float
    born: str
    folder: str

    @classmethod
    def here(cls, folder: Path) -> Holder:
        """Describe this process."""
        pid = os.getpid()
        return cls(pid, host(), who(), now(), _born(pid), str(folder))

    @classmethod
    def of(cls, tree: Any) -> Holder | None:
        """Read what a process has written; None where it is not whole."""
        names = {field.name for field in fields(cls)}
        if not isinstance(tree, dict) or not names <= set(tree):
            return None
        return cls(**{name: tree[name] for name in names})

    @classmethod
    def read(cls, path: Path) -> Holder | None:
        """Read the file of a process that lives; None where it does not, or nothing is known."""
        try:
            holder = cls.of(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError):
            return None
        return holder if holder and holder.may_live() else None

    def may_live(self) -> bool:
        """Whether the process lives, as far as that can be told from this machine."""
        if self.host != host() or not Path("/proc/self").exists():
            return True
        return _born(self.pid) == self.born

    def text(self) -> str:
        """Write it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def __str__(self) -> str:
        began = f"{datetime.fromtimestamp(self.since, UTC).astimezone():%Y-%m-%d %H:%M:%S}"
        return f"process {self.pid} of {self.user} on {self.host}, since {began}"


def _born(pid: int) -> str:
    """Return the ticks at which a process began; empty where that is not known."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
