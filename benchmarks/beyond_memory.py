"""Peak memory of the same recipe with its rows in memory and on disk, with and without a cap.

python benchmarks/beyond_memory.py [--rows 4000000] [--columns 30] [--cap 2GB] [--ways memory disk]

Memory is what a process and its children have for themselves (RssAnon): pages of mapped files are
left out, as the system takes them back when it needs room. The cap is RLIMIT_DATA, which counts
the same and is inherited: what needs more fails.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from memory import MEGABYTE, write
from tables import show

from engine.recipe.sizes import bytes_of

RECIPE = """\
name: bench
data: {{source: {data}, target: y}}
model: {{xgboost: {{early_stopping: {{rounds: 20}}, params: {{
  n_estimators: {rounds}, learning_rate: 0.1, max_depth: 6, min_child_weight: 1.0, subsample: 0.8,
  colsample_bytree: 0.8, reg_lambda: 1.0}}}}}}
search: {{trials: 1}}
evaluation: {{folds: {folds}, metric: roc_auc, holdout: 0.2}}
"""
OWN = re.compile(r"^RssAnon:\s+(\d+) kB", re.MULTILINE)


def own(root: int) -> int:
    """Bytes that a process and all below it have for themselves."""
    total, left = 0, [root]
    while left:
        process = left.pop()
        try:
            found = OWN.search(Path(f"/proc/{process}/status").read_text("utf-8"))
            total += int(found.group(1)) * 1024 if found else 0
            for task in Path(f"/proc/{process}/task").iterdir():
                left += map(int, (task / "children").read_text("utf-8").split())
        except OSError:  # it has ended
            continue
    return total


def peak(command: list[str], folder: Path, cap: int | None) -> tuple[int, float, bool]:
    """Return the peak of a command in bytes, its seconds, and whether it went well."""
    begun, most = time.monotonic(), 0
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    limit = partial(resource.setrlimit, resource.RLIMIT_DATA, (cap, cap)) if cap else None
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT,
            preexec_fn=limit,
        )  # fmt: skip
        while process.poll() is None:
            most = max(most, own(process.pid))
            time.sleep(0.05)
    return most, time.monotonic() - begun, process.returncode == 0


def rows_of(folder: Path, ways: list[str], caps: list[int | None]) -> list[tuple[str, ...]]:
    """Run the recipe in each way, without a cap and with one."""
    found = []
    for way in ways:
        for cap in caps:
            command = [
                sys.executable, "-m", "engine", "run", "bench.yaml", "--fresh",
                f"compute.rows={way}",
            ]  # fmt: skip
            most, seconds, well = peak(command, folder, cap)
            (folder / "outputs").rename(folder / f"outputs-{way}-{cap}")
            lines = (folder / "said.txt").read_text("utf-8").splitlines()
            said = [line for line in lines if line.startswith("error:")][:1]
            path = folder / f"outputs-{way}-{cap}" / "bench" / "latest" / "scorecard.json"
            score = json.loads(path.read_text("utf-8"))["holdout"]["roc_auc"] if well else None
            shown = f"{score:.4f}" if score else f"failed: {''.join(said).rpartition(': ')[2]}"
            limit = f"{cap / MEGABYTE:,.0f} MB" if cap else "none"
            found.append((way, limit, f"{most / MEGABYTE:,.0f} MB", f"{seconds:.0f}", shown))
    return found


def main() -> None:
    """Write a file, run the recipe, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--cap", type=bytes_of, default=None)
    parser.add_argument("--ways", nargs="+", default=["memory", "disk"])
    options = parser.parse_args()
    caps = [None, options.cap] if options.cap else [None]
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        write(folder / "rows.parquet", options.rows, options.columns)
        given = {"data": folder / "rows.parquet", "rounds": options.rounds, "folds": options.folds}
        (folder / "bench.yaml").write_text(RECIPE.format(**given), "utf-8")
        megabytes = options.rows * (options.columns + 1) * 8 / MEGABYTE
        print(f"{options.rows:,} rows of {options.columns} numbers: {megabytes:,.0f} MB\n")
        head = ("rows", "cap", "peak memory", "seconds", "AUC on the holdout")
        show(head, rows_of(folder, options.ways, caps))


if __name__ == "__main__":
    main()
