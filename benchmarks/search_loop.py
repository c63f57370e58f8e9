"""A search beside the loop that one would write by hand: the same draws, folds and scores.

python benchmarks/search_loop.py [--data adult.parquet --target income] [--rows 12000] [--seeds 10]

The loop makes a ColumnTransformer anew in every fold and fits XGBoost; its draws and folds are
those of the engine. Where the table has a column ``__fold__``, its rows of ``train`` are taken.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import optuna
import pandas as pd
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import OneHotEncoder
from tables import mixed, show
from xgboost import XGBClassifier

from engine.plan.outputs import Outputs
from engine.plan.run import Carried
from engine.recipe.load import load
from engine.search.record import read_trials

FOLDS = 5
NUMBERS = ("number", "boolean")
RECIPE = """\
name: bench
data: {{source: {data}, target: {target!r}}}
features:
  rest: drop
  blocks:
    levels: {{columns: category, steps: {{encode: onehot}}}}
    numbers: {{columns: [number, boolean], steps: {{impute: median}}}}
model:
  xgboost:
    early_stopping: null
    params:
      n_estimators: {rounds}
      learning_rate: {{default: 0.1, search: "tag(log, interval(0.01, 0.3))"}}
      max_depth: {{default: 6, search: "range(3, 10)"}}
      min_child_weight: {{default: 1.0, search: "tag(log, interval(0.5, 20))"}}
      subsample: {{default: 0.8, search: "interval(0.5, 1)"}}
      colsample_bytree: {{default: 0.8, search: "interval(0.4, 1)"}}
      reg_lambda: {{default: 1.0, search: "tag(log, interval(1e-3, 20))"}}
search: {{trials: {trials}}}
evaluation: {{metric: roc_auc, folds: {folds}, holdout: 0}}
"""


@dataclass(frozen=True)
class Took:
    """Seconds before, in and after the search phase with warm workers, and the best score."""

    before: float
    phase: float
    after: float
    best: float
    fits: int


def one(recipe: Path, words: list[str]) -> None:
    """Run a recipe in this process, and print when the search began, once warm, and ended."""
    times: dict[str, float] = {}
    fits = 0

    def listen(event: str, **facts: Any) -> None:
        nonlocal fits
        now = time.time()
        if event == "unit_finished":
            fits += 1
            times.setdefault("warm", now - facts["seconds"])
        if event == "trial_finished":
            times["told"] = now

    carried = Carried(load(str(recipe), words).recipe, Outputs(recipe.parent / "outputs"), listen)
    found = {**times, "fits": fits, "best": carried.results["search"].best.mean}
    print(json.dumps(found))


def engine(recipe: Path, *words: str) -> Took:
    """Run a recipe in a process of its own."""
    command = [sys.executable, __file__, "--one", str(recipe), *words]
    begun = time.time()
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    ended = time.time()
    found = json.loads(said.splitlines()[-1])
    return Took(
        found["warm"] - begun, found["told"] - found["warm"], ended - found["told"],
        found["best"], found["fits"],
    )  # fmt: skip


def by_hand(recipe: Path, table: pd.DataFrame, threads: int) -> tuple[float, float]:
    """Return the loop's seconds, and how far its scores are from the engine's at most."""
    made = load(str(recipe)).recipe
    results = Carried(made, Outputs(recipe.parent / "outputs"), lambda *_, **__: None).results
    split, columns = results["split"], results["assemble"].contract.columns
    trials = read_trials(results.folder("search"))
    levels = [column.name for column in columns if column.kind == "category"]
    numbers = [column.name for column in columns if column.kind in NUMBERS]
    onehot = OneHotEncoder(
        handle_unknown="infrequent_if_exist", sparse_output=False, min_frequency=2,
        max_categories=50,
    )  # fmt: skip
    features = ColumnTransformer(
        [("levels", onehot, levels), ("numbers", SimpleImputer(strategy="median"), numbers)]
    )
    y, ranged = split.target.values, [name for name in trials[0].values if name != "model"]
    scores: list[list[float]] = []

    def score(trial: optuna.Trial) -> float:
        params = {**trials[trial.number].candidate.params}
        for name in ranged:  # what is enqueued comes back
            params[name.rpartition(".")[2]] = _suggested(trial, name)
        scores.append([])
        for fold in split.folds:
            train, valid = split.train[fold.train], split.train[fold.valid]
            fitted = clone(features)
            X, unseen = fitted.fit_transform(table.iloc[train]), fitted.transform(table.iloc[valid])
            model = XGBClassifier(n_jobs=threads, random_state=made.seed, **params)
            model.fit(X, y[train])
            scores[-1].append(roc_auc_score(y[valid], model.predict_proba(unseen)[:, 1]))
        return float(np.mean(scores[-1]))

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=0, multivariate=True)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for trial in trials:
        study.enqueue_trial({name: trial.values[name] for name in ranged})
    begin = time.perf_counter()
    study.optimize(score, n_trials=len(trials))
    took = time.perf_counter() - begin
    theirs = np.array([trial.scores for trial in trials])
    return took, float(np.abs(theirs - np.array(scores)).max())


RANGES = {
    "learning_rate": (0.01, 0.3, True), "min_child_weight": (0.5, 20, True),
    "subsample": (0.5, 1, False), "colsample_bytree": (0.4, 1, False),
    "reg_lambda": (1e-3, 20, True),
}  # fmt: skip


def _suggested(trial: optuna.Trial, name: str) -> Any:
    last = name.rpartition(".")[2]
    if last == "max_depth":
        return trial.suggest_int(name=name, low=3, high=10)
    low, high, log = RANGES[last]
    return trial.suggest_float(name=name, low=low, high=high, log=log)


def written(folder: Path, table: pd.DataFrame, options: argparse.Namespace) -> Path:
    """Write the rows, and a recipe for them."""
    folder.mkdir()
    table.to_parquet(folder / "rows.parquet")
    text = RECIPE.format(
        data=folder / "rows.parquet", target=options.target, rounds=options.rounds,
        trials=options.trials, folds=FOLDS,
    )  # fmt: skip
    (folder / "bench.yaml").write_text(text, "utf-8")
    return folder / "bench.yaml"


def rows_of(options: argparse.Namespace) -> pd.DataFrame:
    """Read the table, and draw rows from it."""
    if options.data is None:
        return mixed(options.rows)
    table = pd.read_parquet(options.data)
    if "__fold__" in table:
        table = table[table["__fold__"] == "train"].drop(columns="__fold__")
    if options.rows and options.rows < len(table):
        table = table.sample(options.rows, random_state=0)
    return table.reset_index(drop=True)


WAYS = {
    "1 worker of 2 threads": ("compute.workers=1", "compute.threads=2"),
    "2 workers": ("compute.workers=2", "compute.threads=1"),
    "2 workers, pruner median": (
        "compute.workers=2", "compute.threads=1", "search.pruner=median",
    ),
}  # fmt: skip


def seeds(folder: Path, table: pd.DataFrame, options: argparse.Namespace) -> None:
    """Print how much worse the best is with a pruner, over seeds."""
    differences = []
    for seed in range(options.seeds):
        best = [
            engine(written(folder / f"{seed}{n}", table, options), *words, f"seed={seed}").best
            for n, words in enumerate((WAYS["2 workers"], WAYS["2 workers, pruner median"]))
        ]
        differences.append(best[1] - best[0])
    spread = statistics.stdev(differences) if len(differences) > 1 else float("nan")
    mean = statistics.mean(differences)
    print(f"\nbest with `median` less best without, over {options.seeds} seeds: "
          f"{mean:+.5f}, standard deviation {spread:.5f}")  # fmt: skip


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--one"]:
        one(Path(sys.argv[2]), sys.argv[3:])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="a Parquet file; a table is made up, if none is given")
    parser.add_argument("--target", default="y")
    parser.add_argument("--rows", type=int, default=12_000)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=0, help="to compare pruning over")
    options = parser.parse_args()
    table = rows_of(options)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        took = {}
        for number, (way, words) in enumerate(WAYS.items()):
            took[way] = engine(written(folder / str(number), table, options), *words)
        hand, apart = by_hand(folder / "0" / "bench.yaml", table, 2)
        show(
            ("way", "search phase", "of the loop", "before", "after", "fits", "best"),
            [
                ("loop by hand, 2 threads", f"{hand:.1f} s", "1.00", "", "",
                 options.trials * FOLDS, f"{took['1 worker of 2 threads'].best:.5f}"),
                *((way, f"{t.phase:.1f} s", f"{t.phase / hand:.2f}", f"{t.before:.1f} s",
                   f"{t.after:.1f} s", t.fits, f"{t.best:.5f}") for way, t in took.items()),
            ],
        )  # fmt: skip
        print(f"\n{len(table):,} rows; scores of engine and loop differ by {apart:.1g} at most")
        if options.seeds:
            seeds(folder, table, options)


if __name__ == "__main__":
    main()
