"""Peak memory of a fit on a million rows, against the bare library doing the same fit.

python benchmarks/memory.py [--rows 1000000] [--columns 30] [--rounds 50]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tables import show

MEGABYTE = 1024**2
RECIPE = """\
name: bench
data: {{source: {data}, target: y}}
model: {{xgboost: {{early_stopping: null, params: {{
  n_estimators: {rounds}, learning_rate: 0.1, max_depth: 6, min_child_weight: 1.0, subsample: 0.8,
  colsample_bytree: 0.8, reg_lambda: 1.0}}}}}}
search: {{trials: 1}}
evaluation: {{folds: {folds}, metric: roc_auc, holdout: 0.2}}
"""
BARE = """\
import sys
import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from xgboost import XGBClassifier

path, rounds, folds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def model():
    return XGBClassifier(n_estimators=rounds, learning_rate=0.1, max_depth=6, subsample=0.8,
                         colsample_bytree=0.8, tree_method="hist", n_jobs=2, random_state=0)

frame = pd.read_parquet(path)
X, y = frame.drop(columns="y"), frame["y"]
X, unseen, y, truth = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
for train, valid in StratifiedKFold(folds, shuffle=True, random_state=0).split(X, y):
    fitted = model().fit(X.iloc[train], y.iloc[train])
    print(roc_auc_score(y.iloc[valid], fitted.predict_proba(X.iloc[valid])[:, 1]))
final = model().fit(X, y)
print(roc_auc_score(truth, final.predict_proba(unseen)[:, 1]))
"""


def write(path: Path, rows: int, columns: int) -> None:
    """Write numbers and a binary target, a piece at a time."""
    draw = np.random.default_rng(0)
    names = [f"n{i}" for i in range(columns)]
    with pq.ParquetWriter(
        path, pa.schema([*((n, pa.float64()) for n in names), ("y", pa.int64())])
    ) as writer:
        for begin in range(0, rows, 100_000):
            count = min(100_000, rows - begin)
            values = draw.normal(size=(columns, count))
            y = (values[0] + values[1] * values[2] + draw.normal(size=count) > 0).astype(np.int64)
            writer.write_table(pa.table([*map(pa.array, values), pa.array(y)], [*names, "y"]))


def resident(root: int) -> int:
    """Bytes of a process and all below it; memory that they share counts once for each."""
    total, left = 0, [root]
    while left:
        process = left.pop()
        try:
            pages = Path(f"/proc/{process}/statm").read_text().split()[1]
            total += int(pages) * os.sysconf("SC_PAGE_SIZE")
            for task in Path(f"/proc/{process}/task").iterdir():
                left += map(int, (task / "children").read_text().split())
        except (OSError, IndexError):  # it has ended
            continue
    return total


def peak(command: list[str], folder: Path) -> tuple[float, float, list[tuple[float, float]]]:
    """Return the peak of a command in megabytes, its seconds, and the course of both."""
    begun, most, course = time.monotonic(), 0, []
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT
        )
        while process.poll() is None:
            now = resident(process.pid)
            most = max(most, now)
            course.append((time.monotonic() - begun, now / MEGABYTE))
            time.sleep(0.05)
    if process.returncode:
        raise RuntimeError((folder / "said.txt").read_text()[-2000:])
    return most / MEGABYTE, time.monotonic() - begun, course


def by_step(folder: Path, course: list[tuple[float, float]]) -> list[tuple[str, float]]:
    """Return the peak within each step of the engine's run."""
    (log,) = (folder / "outputs" / "bench").glob("[0-9]*/log.txt")
    steps = []
    events = [line.split(maxsplit=2) for line in log.read_text("utf-8").splitlines()]
    ends = {json.loads(f)["step"]: float(s) for s, event, f in events if event == "step_finished"}
    late = course[-1][0] - max(ends.values())  # from the start of the process to that of the run
    begin = 0.0
    for step, end in ends.items():
        before = [m for at, m in course if at < begin][-1:]
        within = [m for at, m in course if begin <= at <= end + late]
        steps.append((step, max(within or before, default=0.0)))
        begin = end + late
    return steps


def main() -> None:
    """Run both, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--words", nargs="*", default=[], help="overrides: compute.workers=2")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, given = Path(name), (str(options.rounds), str(options.folds))
        write(folder / "rows.parquet", options.rows, options.columns)
        text = RECIPE.format(
            data=folder / "rows.parquet", rounds=options.rounds, folds=options.folds
        )
        (folder / "bench.yaml").write_text(text, "utf-8")
        bare = [sys.executable, "-c", BARE, str(folder / "rows.parquet"), *given]
        ours = [sys.executable, "-m", "engine", "run", "bench.yaml", *options.words]
        least, seconds, _ = peak(bare, folder)
        most, longer, course = peak(ours, folder)
        megabytes = options.rows * (options.columns + 1) * 8 / MEGABYTE
        show(
            ("way", "peak memory", "of the bare library", "seconds"),
            [
                ("the numbers themselves", f"{megabytes:,.0f} MB", f"{megabytes / least:.2f}", ""),
                ("XGBoost alone", f"{least:,.0f} MB", "1.00", f"{seconds:.0f}"),
                ("the engine", f"{most:,.0f} MB", f"{most / least:.2f}", f"{longer:.0f}"),
            ],
        )
        print()
        show(("step", "peak memory"), [(s, f"{m:,.0f} MB") for s, m in by_step(folder, course)])


if __name__ == "__main__":
    main()
