"""CPU seconds, memory and bytes of ``engine explore`` for 300,000 rows.

python benchmarks/explore_page.py [--rows 300000]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tables import cost, mixed, show


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
    took = cost(path.parent, "explore", path.name, "--target", "y", "-o", page.name)
    size = page.stat().st_size / 1e6
    return path.suffix, f"{took.cpu:.1f}", f"{took.megabytes:,.0f} MB", f"{size:.2f} MB"


if __name__ == "__main__":
    main()
