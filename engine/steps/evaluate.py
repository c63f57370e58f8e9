"""Score candidates out of fold, and the fitted pipeline once on the holdout."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine import catalogue
from engine.bundle.predict import Model
from engine.contracts import Index, Listener, Metric, Predicted
from engine.recipe.schema import Recipe
from engine.search.candidate import Outcome, Trial
from engine.steps import fitting, measures, shares, warned
from engine.steps.load import Dataset
from engine.steps.search import Searched
from engine.steps.split import Split
from engine.steps.unit import watches_fold

ABOUT = "score the best of each family, and the fitted pipeline once on the holdout"
MAKES = "a leaderboard, scores, and predictions"
READS = ("evaluation.metrics", "data.id")
NEEDS = ("load", "split", "assemble", "search", "refit")
LIBRARIES = ("scikit-learn", "numpy")

Scores = dict[str, dict[str, Any]]
Names = Callable[[Index], dict[str, Any]]


@dataclass(frozen=True)
class Evaluated:
    """All scores of a run.

    Attributes
    ----------
    leaderboard : list of dict
        The best trial of each family, best first, with ``mean``, ``std`` and ``folds`` by metric.
        ``optimistic`` is true where it watched the rows that it is scored on, ``random_order``
        where time was overruled; ``warnings`` counts its fits by what was warned of.
    cv : dict
        Of the best trial.
    holdout : dict
        Score of the fitted pipeline by metric; empty where there is no holdout.
    optimistic : bool
        Whether ``cv`` is better than can be hoped for, as of a row of the leaderboard.
    random_order : bool
        Whether ``evaluation.order`` overruled time: later rows then train models for earlier ones.
    """

    metric: str
    leaderboard: list[dict[str, Any]]
    cv: Scores
    holdout: dict[str, float | None]
    folder: Path
    optimistic: bool = False
    random_order: bool = False


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Evaluated:
    """Compute every metric for each fold and on the holdout, and save predictions."""
    split: Split = inputs["split"]
    searched: Searched = inputs["search"]
    metrics = measures.metrics(recipe, split)
    rows = [
        {
            **_row(trial, searched, split, metrics),
            "optimistic": _is_optimistic(trial, recipe),
            "random_order": split.random_order,
        }
        for trial in _leaders(searched)
    ]
    _tell_untried(fitting.suited(recipe, split)[0], searched, listener)
    _tell_warnings(searched.metric, rows, inputs["refit"].warnings, listener)
    _tell_shares(recipe, rows[0], metrics, split, listener)
    outcomes = _outcomes(searched, searched.best, split)
    name = partial(_names, recipe.data.id, inputs["load"])
    _write_out_of_fold(outcomes, split, name, folder)
    holdout: dict[str, float | None] = {}
    if len(split.holdout):
        X = inputs["assemble"].take(split.holdout)
        predicted = Model(inputs["refit"].pipeline, split.target.classes).predict(X)
        holdout = _scores(metrics, split.target.values[split.holdout], predicted, split)
        _write(predicted, split.holdout, split, name, folder / "holdout.parquet")
    facts = {"metric": searched.metric, "leaderboard": rows, "holdout": holdout}
    (folder / "scores.json").write_text(json.dumps(facts), "utf-8")
    return load(recipe, folder)


def load(recipe: Recipe, folder: Path) -> Evaluated:
    """Read the scores that were saved."""
    facts = json.loads((folder / "scores.json").read_text("utf-8"))
    rows = facts["leaderboard"]
    best = rows[0]
    return Evaluated(
        facts["metric"], rows, best["cv"], facts["holdout"], folder,
        best["optimistic"], best["random_order"],
    )  # fmt: skip


def _is_optimistic(trial: Trial, recipe: Recipe) -> bool:
    return watches_fold(recipe, trial.candidate.family)


def _leaders(searched: Searched) -> list[Trial]:
    """The best trial of each family; families without a complete one last."""
    sign = -1 if catalogue.find("metrics", searched.metric).maximize else 1
    leaders: dict[str, Trial] = {}
    for trial in sorted(searched.trials, key=lambda t: _rank(t, sign)):
        leaders.setdefault(trial.candidate.family, trial)
    return list(leaders.values())


def _rank(trial: Trial, sign: int) -> tuple[bool, float, int]:
    partial_ = trial.state != "complete"
    return partial_, 0.0 if partial_ else sign * trial.mean, trial.index


def _row(
    trial: Trial, searched: Searched, split: Split, metrics: Sequence[Metric]
) -> dict[str, Any]:
    family = [t for t in searched.trials if t.candidate.family == trial.candidate.family]
    return {
        "family": trial.candidate.family,
        "trial": trial.index,
        "trials": len(family),
        "state": trial.state,
        "error": trial.error or _given_up(trial, split),
        "values": {key: value for key, value in trial.values.items() if key != "model"},
        "candidate": {"features": trial.candidate.features, "params": trial.candidate.params},
        "rounds": trial.refit_rounds(),
        "seconds": sum(t.seconds for t in family),
        "cv": _cross_validated(trial, searched, split, metrics),
        "warnings": _warnings(trial, searched, split),
    }


def _given_up(trial: Trial, split: Split) -> str:
    """Say how far a pruned trial came."""
    done = len(trial.scores)
    return f"given up after {done} of {len(split.folds)} folds" if trial.state == "pruned" else ""


def _warnings(trial: Trial, searched: Searched, split: Split) -> dict[str, int]:
    """Count the fits of a trial by what was warned of."""
    if trial.state != "complete":
        return {}
    outcomes = _outcomes(searched, trial, split)
    return dict(Counter(text for outcome in outcomes for text in outcome.warnings))


def _tell_untried(recipe: Recipe, searched: Searched, listener: Listener) -> None:
    """Say which families have no row in the leaderboard."""
    tried = {trial.candidate.family for trial in searched.trials}
    left = [name for name in recipe.model if name not in tried]
    if left:
        done, asked = len(searched.trials), recipe.search.trials
        enough = f"search.trials is {asked}, and there are {len(recipe.model)} families"
        why = enough if done >= asked else f"the search ended after {done} of {asked:,} trials"
        listener("notice", text=f"not tried: {', '.join(left)} ({why})")


def _tell_warnings(
    metric: str, rows: Sequence[Mapping[str, Any]], refit: Sequence[str], listener: Listener
) -> None:
    """Say once for each family what its fits were warned of."""
    for row in rows:
        texts = sorted(row["warnings"], key=warned.rank)
        if texts:
            did, said = warned.told(texts[0])
            fits = len(row["cv"][metric]["folds"])
            which = f"{row['warnings'][texts[0]]} of {fits} fits of the best trial"
            listener("notice", text=f"{row['family']}: {which} {did}: {said}")
    if refit and not rows[0]["warnings"]:
        did, said = warned.told(min(refit, key=warned.rank))
        text = f"{rows[0]['family']}: the fit on all training rows {did}: {said}"
        listener("notice", text=text)


def _tell_shares(
    recipe: Recipe, row: Mapping[str, Any], metrics: Sequence[Metric], split: Split,
    listener: Listener,
) -> None:  # fmt: skip
    name = row["family"]
    for text in shares.worse(name, recipe.model[name], row["cv"], metrics, split):
        listener("notice", text=text)


def _cross_validated(
    trial: Trial, searched: Searched, split: Split, metrics: Sequence[Metric]
) -> Scores:
    if trial.state != "complete":
        return {}
    y = split.target.values[split.train]
    outcomes = _outcomes(searched, trial, split)
    by_fold = [
        _scores(metrics, y[fold.valid], _predicted(outcome), split)
        for fold, outcome in zip(split.folds, outcomes, strict=True)
    ]
    found = {m.name: _summary([fold[m.name] for fold in by_fold]) for m in metrics}
    return {**found, searched.metric: _summary(list(trial.scores))}


def _summary(folds: Sequence[float | None]) -> dict[str, Any]:
    known = [score for score in folds if score is not None]
    mean = float(np.mean(known)) if known else None
    std = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return {"mean": mean, "std": std, "folds": list(folds)}


def _scores(
    metrics: Sequence[Metric], truth: NDArray[Any], predicted: Predicted, split: Split
) -> dict[str, float | None]:
    classes = len(split.target.classes)
    scores = {metric.name: float(metric(truth, predicted, classes)) for metric in metrics}
    return {name: score if math.isfinite(score) else None for name, score in scores.items()}


def _outcomes(searched: Searched, trial: Trial, split: Split) -> list[Outcome]:
    return [searched.out_of_fold(trial, number) for number in range(len(split.folds))]


def _predicted(outcome: Outcome) -> Predicted:
    if not outcome.probability.size:
        return Predicted(outcome.value)
    probability = outcome.probability.astype(np.float64)
    return Predicted(outcome.value.astype(np.intp), probability)


def _names(id_: str | None, dataset: Dataset, rows: Index) -> dict[str, Any]:
    """Name rows: by their id where there is one, and their number in the source, from 0."""
    own = {"id": dataset.frame[id_].iloc[rows].to_numpy()} if id_ else {}
    return {**own, "row": dataset.numbers(rows)}


def _write_out_of_fold(
    outcomes: Sequence[Outcome], split: Split, name: Names, folder: Path
) -> None:
    index = np.concatenate([fold.valid for fold in split.folds])
    number = np.concatenate([np.full(len(f.valid), i) for i, f in enumerate(split.folds)])
    value = np.concatenate([outcome.value for outcome in outcomes])
    parts = [outcome.probability for outcome in outcomes if outcome.probability.size]
    codes = value.astype(np.intp) if split.target.classes else value
    predicted = Predicted(codes, np.concatenate(parts) if parts else None)
    extra = {"fold": number}
    if split.repeats > 1:  # a row for each: a mean would be scored better than any of the models
        extra["repeat"] = number // (len(split.folds) // split.repeats)
    _write(predicted, split.train[index], split, name, folder / "out_of_fold.parquet", **extra)


def _write(
    predicted: Predicted, rows: Index, split: Split, name: Names, path: Path,
    **extra: NDArray[Any],
) -> None:  # fmt: skip
    """Write predictions beside the truth."""
    target = split.target
    columns: dict[str, Any] = {
        **name(rows),
        **extra,
        "truth": target.values[rows],
        "prediction": predicted.value,
    }
    frame = pd.DataFrame(columns)
    if target.classes:
        labels = np.array([str(label) for label in target.classes], dtype=object)
        for column in ("truth", "prediction"):
            frame[column] = labels[frame[column].to_numpy(dtype=np.intp)]
        if predicted.probability is not None:
            for code, label in enumerate(target.classes):
                frame[f"probability_{label}"] = predicted.probability[:, code]
    frame.sort_values("row", kind="stable").to_parquet(path, index=False)
