"""The files of the repository: tracked, or about to be."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def files(*patterns: str) -> list[Path]:
    """Return the paths that git keeps or would keep, all or those that match ``patterns``."""
    command = [
        "git",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
        "--",
        *patterns,
    ]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:  # an unpacked sdist: all but .venv and the caches
        found = {path.relative_to(ROOT) for p in patterns or ("*",) for path in ROOT.rglob(p)}
        paths = (ROOT / path for path in found if not path.parts[0].startswith("."))
    else:
        paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())
