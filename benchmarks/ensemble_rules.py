"""What the rules of choosing an ensemble are worth: ``python benchmarks/ensemble_rules.py``.

Models of scikit-learn with fixed settings, 13 or 14, are cross-validated on small data sets that
come with it, and on three that it draws; what is chosen by their out-of-fold predictions is scored
on rows that were held out. A loss of 0.9 means nine tenths of that of the best single model.
"""

from __future__ import annotations

import argparse
import itertools
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import datasets
from sklearn.base import clone
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from tables import show

from engine import catalogue
from engine.search import ensemble
from engine.search.ensemble import Limits, Pool, apart, greedy, mixed

FOLDS = 5
RULES = {  # noise in standard errors, rows for each further member, most members
    "any gain, any number": (-math.inf, 1, 25),
    "any gain": (-math.inf, 50, 8),
    "a quarter of a standard error": (0.25, 50, 8),
    "half of one": (0.5, 50, 8),
    "one": (1.0, 50, 8),
}


@dataclass
class Case:
    """A data set with what all models say about its rows: out of fold, refitted, and as bags."""

    name: str
    pool: Pool
    truth: Any
    refits: Any
    bags: Any

    def loss(self, counts: tuple[int, ...], tables: Any) -> float:
        """The loss of a mixture on the rows that were held out."""
        metric, classes = self.pool.metric, self.pool.classes
        return metric.loss(float(metric(self.truth, mixed(counts, tables, classes), classes)))


def models(classify: bool) -> list[Any]:
    forests: Any = (RandomForestClassifier, ExtraTreesClassifier)
    boosting: Any = HistGradientBoostingClassifier
    near: Any = KNeighborsClassifier
    tree: Any = DecisionTreeClassifier
    lines: list[Any] = [LogisticRegression(C=c, max_iter=500) for c in (0.01, 1, 100)]
    if not classify:
        forests, boosting = (
            (RandomForestRegressor, ExtraTreesRegressor),
            HistGradientBoostingRegressor,
        )
        near, tree, lines = (
            KNeighborsRegressor,
            DecisionTreeRegressor,
            [Ridge(a) for a in (1, 30, 900)],
        )
    found = [make_pipeline(StandardScaler(), line) for line in lines]
    found += [make_pipeline(StandardScaler(), near(k)) for k in (5, 15, 40)]
    found += [kind(40, min_samples_leaf=n, random_state=0) for kind in forests for n in (1, 5)]
    found += [boosting(max_iter=60, learning_rate=r, random_state=0) for r in (0.05, 0.2)]
    found += [tree(max_depth=4, random_state=0)]
    return [*found, make_pipeline(StandardScaler(), GaussianNB())] if classify else found


def data(seed: int) -> Iterator[tuple[str, Any, Any, str]]:
    yield "breast_cancer", *datasets.load_breast_cancer(return_X_y=True), "log_loss"
    yield "wine", *datasets.load_wine(return_X_y=True), "log_loss"
    yield "diabetes", *datasets.load_diabetes(return_X_y=True), "rmse"
    X, y = datasets.load_digits(return_X_y=True)
    rows = np.random.default_rng(seed).permutation(len(y))[:600]
    yield "digits, 600", X[rows], y[rows], "log_loss"
    yield "friedman", *datasets.make_friedman1(300, noise=2, random_state=seed), "rmse"
    for rows_, flips in ((200, 0.2), (1500, 0.1)):
        drawn = datasets.make_classification(
            rows_, 20, n_informative=6, flip_y=flips, random_state=seed
        )
        yield f"classification, {rows_}", *drawn, "roc_auc"


def case(name: str, X: Any, y: Any, metric: str, seed: int) -> Case:
    classify = metric != "rmse"
    strata = y if classify else None
    X, held, y, truth = train_test_split(X, y, test_size=0.4, stratify=strata, random_state=seed)
    folds = (StratifiedKFold if classify else KFold)(FOLDS, shuffle=True, random_state=seed)
    parts = list(folds.split(X, y))

    def told(model: Any, rows: Any) -> Any:
        return model.predict_proba(rows) if classify else model.predict(rows)[:, None]

    tables: list[list[Any]] = [[] for _ in parts]
    refits, bags = [], []
    for model in models(classify):
        fitted = [clone(model).fit(X[train], y[train]) for train, _ in parts]
        for table, one, (_, valid) in zip(tables, fitted, parts, strict=True):
            table.append(told(one, X[valid]))
        bags.append(np.mean([told(one, held) for one in fitted], axis=0))
        refits.append(told(clone(model).fit(X, y), held))
    classes = len(np.unique(y)) if classify else 0
    truths = [y[valid] for _, valid in parts]
    stacked = [np.stack(table) for table in tables]
    pool = Pool(stacked, truths, catalogue.find("metrics", metric), classes)
    return Case(name, pool, truth, np.stack(refits), np.stack(bags))


def relative(loss: float, against: float) -> float:
    """Losses to each other; of an area under a curve, of what it lacks."""
    return (1 + loss) / (1 + against) if against < 0 else loss / against


def judged(one: Case, rule: tuple[float, int, int]) -> dict[str, float]:
    """Choose by a rule, and return holdout losses by what comes out."""
    ensemble.NOISE, each, most = rule
    count = len(one.refits)
    losses, rows = one.pool.losses, sum(map(len, one.pool.truth))
    limits, single = Limits(min(most, 1 + rows // each)), Limits(1)
    best = greedy(losses, count, range(FOLDS), single)
    several = greedy(losses, count, range(FOLDS), limits)
    others = [apart(fold, FOLDS) for fold in range(FOLDS)]

    def honest(limit: Limits) -> float:
        each = [greedy(losses, count, theirs, limit) for theirs in others]
        return float(np.mean([losses(counts)[fold] for fold, counts in enumerate(each)]))

    crossed, mean = honest(limits), float(losses(best).mean())
    against = one.loss(best, one.refits)
    fair = several if crossed < honest(single) else best
    strict = several if crossed < mean else best
    found = {
        "bag": one.loss(best, one.bags), "ensemble": one.loss(several, one.refits),
        "of bags": one.loss(several, one.bags), "auto": one.loss(fair, one.refits),
        "auto, against the best": one.loss(strict, one.refits),
    }  # fmt: skip
    shares = {name: relative(loss, against) for name, loss in found.items()}
    return {**shares, "members": float(sum(n > 0 for n in several))}


def main() -> None:
    """Print a line for each rule, over all data sets and seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sets", type=int, default=7, help="the first so many data sets")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    cases = [
        case(*found, seed)
        for seed in range(asked.seeds)
        for found in itertools.islice(data(seed), asked.sets)
    ]
    rows = []
    for name, rule in RULES.items():
        found = [judged(one, rule) for one in cases]
        rows.append([name, *(_text(kind, [one[kind] for one in found]) for kind in found[0])])
    print(f"{len(cases)} cases: mean loss to that of the best single model, and how often worse")
    show(["rule", *found[0]], rows)


def _text(kind: str, values: Sequence[float]) -> str:
    if kind == "members":
        return f"{np.mean(values):.1f}"
    return f"{np.mean(values):.3f} ({np.mean(np.array(values) > 1 + 1e-9):.0%})"


if __name__ == "__main__":
    main()
