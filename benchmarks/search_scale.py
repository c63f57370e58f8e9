"""What 2,000 trials spend in asking and telling, and what a second worker brings.

python benchmarks/search_scale.py [--trials 2000] [--rows 1000] [--fits 60] [--only share|workers]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import optuna
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from tables import recipe, show

from engine.plan.outputs import Outputs
from engine.plan.run import Carried
from engine.recipe.load import load
from engine.search.draw import Proposer
from engine.search.record import Record

FOLDS = 5
MODEL = """\
model:
  extra_trees:
    params:
      n_estimators: {trees}
      max_features: "interval(0.1, 1)"
      min_samples_leaf: "tag(log, interval(0.001, 0.1))"
      max_depth: "range(2, 12)"
      min_samples_split: "interval(0.001, 0.1)"
"""
SPENT: Counter[str] = Counter()
PARTS = (
    (Proposer, "propose", "asking: draws"),
    (Record, "tell", "telling: SQLite and lines"),
    (Record, "keep", "telling: files of units"),
    (Record, "unit", "telling: files of units"),
)


def timed(label: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Count the time spent in a function."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        begin = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            SPENT[label] += time.perf_counter() - begin

    return wrapper


def table(rows: int) -> pd.DataFrame:
    """Return ten numbers, and a target that follows from three of them."""
    draw = np.random.default_rng(0)
    values = draw.normal(size=(rows, 10))
    frame = pd.DataFrame(values, columns=[f"n{i}" for i in range(10)])
    signal = values[:, 0] + values[:, 1] * values[:, 2]
    frame["y"] = np.where(signal + draw.normal(size=rows) > 0, "yes", "no")
    return frame


def searched(folder: Path, frame: pd.DataFrame, trials: int, trees: int, *more: str) -> Any:
    """Return how long the search step of a run took, and seconds by the number of trials told."""
    folder.mkdir()
    frame.to_parquet(folder / "rows.parquet")
    text = MODEL.format(trees=trees) + (
        f"search: {{trials: {trials}}}\nevaluation: {{folds: {FOLDS}, metric: roc_auc}}\n"
    )
    made = load(str(recipe(folder, folder / "rows.parquet", text)), more)
    seconds: list[float] = []
    told: list[float] = []

    def listen(event: str, **facts: Any) -> None:
        if event == "trial_finished":
            told.append(time.perf_counter())
        if event == "step_finished" and facts["step"] == "search":
            seconds.append(facts["seconds"])

    Carried(made.recipe, Outputs(folder / "outputs"), listen)
    return seconds[0], told


def by_hand(frame: pd.DataFrame, trials: int, trees: int) -> float:
    """Return the seconds of the same search in a bare loop around Optuna, kept in memory."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    X, y = frame.drop(columns="y").to_numpy(), (frame["y"] == "yes").to_numpy()
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(X, y))

    def score(trial: optuna.Trial) -> float:
        params = {
            "max_features": trial.suggest_float(name="max_features", low=0.1, high=1),
            "min_samples_leaf": trial.suggest_float(
                name="min_samples_leaf", low=0.001, high=0.1, log=True
            ),
            "max_depth": trial.suggest_int(name="max_depth", low=2, high=12),
            "min_samples_split": trial.suggest_float(name="min_samples_split", low=0.001, high=0.1),
        }
        scores = []
        for train, valid in folds:
            model = ExtraTreesClassifier(trees, random_state=0, n_jobs=1, **params)
            model.fit(X[train], y[train])
            scores.append(roc_auc_score(y[valid], model.predict_proba(X[valid])[:, 1]))
        return float(np.mean(scores))

    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=0, multivariate=True)
    )
    begin = time.perf_counter()
    study.optimize(score, n_trials=trials)
    return time.perf_counter() - begin


def share(folder: Path, frame: pd.DataFrame, trials: int, trees: int) -> None:
    """Print where the driver of a long search spends its time."""
    for owner, name, label in PARTS:
        setattr(owner, name, timed(label, getattr(owner, name)))
    seconds, told = searched(folder / "long", frame, trials, trees)
    rows = [(part, f"{spent:.1f}", f"{spent / seconds:.1%}") for part, spent in SPENT.items()]
    hand = by_hand(frame, trials, trees)
    whole = SPENT.total()
    show(
        ("part", "seconds", "share of the search phase"),
        [
            *rows,
            ("asking and telling together", f"{whole:.1f}", f"{whole / seconds:.1%}"),
            ("search phase", f"{seconds:.1f}", "100.0%"),
            ("a bare loop around Optuna", f"{hand:.1f}", f"{hand / seconds:.1%}"),
        ],
    )
    tenth = len(told) // 10
    first, last = told[2 * tenth] - told[tenth], told[-1] - told[-1 - tenth]
    print(f"\nthe last tenth of the trials took {last / first:.2f} times as long as the second")


def workers(
    folder: Path, frame: pd.DataFrame, fits: int, least: int
) -> Iterator[tuple[object, ...]]:
    """Yield how much quicker two workers are, on fits of about 50 and about 500 ms."""
    for trees in (least, 10 * least):
        trials = max(4, fits * least // trees)
        rates = {}
        for count in (1, 2):
            where = folder / f"{trees}_{count}"
            _, told = searched(
                where, frame, 2 * trials, trees, f"compute.workers={count}", "compute.threads=1",
                "search.sampler=random", "search.fit_timeout=10m",
            )  # fmt: skip
            rates[count] = trials / (told[-1] - told[-1 - trials])  # warm: the second half
        each = 1000 / (rates[1] * FOLDS)
        yield f"{each:.0f} ms", f"{rates[1]:.2f}", f"{rates[2]:.2f}", f"{rates[2] / rates[1]:.2f}"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--fits", type=int, default=60, help="trials timed with each worker")
    parser.add_argument("--trees", type=int, default=50, help="of a forest: a fit of about 50 ms")
    parser.add_argument("--only", choices=("share", "workers"))
    options = parser.parse_args()
    frame = table(options.rows)
    with tempfile.TemporaryDirectory() as name:
        if options.only != "workers":
            share(Path(name), frame, options.trials, options.trees)
            print()
        if options.only != "share":
            header = ("a fit", "trials/s, 1 worker", "trials/s, 2 workers", "ratio")
            show(header, workers(Path(name), frame, options.fits, options.trees))


if __name__ == "__main__":
    main()
