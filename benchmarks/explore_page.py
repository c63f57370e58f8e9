"""CPU seconds, memory and bytes of ``engine explore`` for 300,000 rows.

python benchmarks/explore_page.py [--rows 300000]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tables import mixed, show


def main() -> None:
    """Explore a file of each kind, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    rows = parser.parse_args().rows
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame = mixed(rows)
        frame.to_csv(folder / "rows.csv", index=False)
        frame.to_parquet(folder / "rows.parquet")
        found = [explored(folder / f"rows.{ending}") for ending in ("csv", "parquet")]
    show(
        ("file", "rows", "CPU seconds", "peak memory", "page"),
        [(n, f"{rows:,}", *f) for n, *f in found],
    )


def explored(path: Path) -> tuple[str, str, str, str]:
    """Run the command as a process of its own."""
    page = path.with_suffix(".html")
    words = [sys.executable, "-m", "engine", "explore", str(path), "--target", "y", "-o", str(page)]
    pid = os.posix_spawn(sys.executable, words, os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"engine explore ended with {status}")
    seconds, size = usage.ru_utime + usage.ru_stime, page.stat().st_size
    return (
        path.suffix,
        f"{seconds:.1f}",
        f"{usage.ru_maxrss / 1024:,.0f} MB",
        f"{size / 1e6:.2f} MB",
    )


if __name__ == "__main__":
    main()
