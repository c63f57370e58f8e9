"""Score candidates out of fold, and the fitted pipeline once on the holdout."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle.predict import Model
from engine.contracts import Index, Listener, Metric, Predicted
from engine.recipe.schema import Recipe
from engine.steps import (
    aims,
    allowed,
    fitting,
    gaps,
    measures,
    out_of_fold,
    pages,
    shares,
    warned,
)
from engine.steps.choose import Chosen
from engine.steps.leaderboard import Board, Scores, of_chosen, scores
from engine.steps.limited import Refitted
from engine.steps.load import Read
from engine.steps.search import Searched
from engine.steps.split import Split

ABOUT = "score the best of each family, and the fitted pipeline once on the holdout"
MAKES = "a leaderboard, scores, and predictions"
READS = (
    "evaluation.metrics", "data.id", "search.most_predict_seconds", "search.most_size",
    "search.most_gap",
)  # fmt: skip
NEEDS = ("load", "split", "assemble", "search", "choose", "refit")
LIBRARIES = ("scikit-learn", "numpy")

Names = Callable[[Index], dict[str, Any]]


@dataclass(frozen=True)
class Evaluated:
    """All scores of a run.

    Attributes
    ----------
    leaderboard : list of dict
        The best trial of each family, best first, with ``mean``, ``std`` and ``folds`` by metric.
        ``optimistic`` is true where it watched the rows that it is scored on, ``random_order``
        where time was overruled; ``warnings`` counts its fits by what was warned of. ``measured``
        is what else trials are compared by or limited in, ``over`` the limits that they exceed;
        with several objectives ``front`` says whether no other trial beats it in all. What came out
        is ``chosen``; a bag or an ensemble has a row of its own, with its ``members``.
    cv : dict
        Of what came out.
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

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The row of what came out."""
        return _chosen(self.leaderboard)


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Evaluated:
    """Compute every metric for each fold and on the holdout, and save predictions."""
    split: Split = inputs["split"]
    searched: Searched = inputs["search"]
    metrics = measures.metrics(recipe, split)
    chosen: Chosen = inputs["choose"]
    refitted: Refitted = inputs["refit"].within(chosen)
    together = of_chosen(searched, chosen, refitted, split)
    rows = _rows(recipe, inputs, refitted, metrics, together)
    _tell_untried(fitting.suited(recipe, split)[0], searched, listener)
    _tell_warnings(searched.metric, rows, refitted.warnings, listener)
    _tell_shares(recipe, _chosen(rows), metrics, split, listener)
    for text in gaps.of_one_class(recipe, together):
        listener("notice", text=text)
    name = partial(_names, recipe.data.id, inputs["load"])
    _write_out_of_fold(together, split, name, folder)
    holdout: dict[str, float | None] = {}
    if len(split.holdout):
        model = Model(refitted.pipeline, split.target.classes)
        predicted = pages.predicted(recipe, model, inputs["assemble"], split.holdout)
        holdout = scores(metrics, split.target.values[split.holdout], predicted, split)
        _write(predicted, split.holdout, split, name, folder / "holdout.parquet")
    facts = {"metric": searched.metric, "leaderboard": rows, "holdout": holdout}
    (folder / "scores.json").write_text(json.dumps(facts), "utf-8")
    return load(recipe, folder)


def _rows(
    recipe: Recipe, inputs: Mapping[str, Any], refitted: Refitted, metrics: Sequence[Metric],
    together: Sequence[Predicted],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the leaderboard, its trials judged by the limits of today."""
    split, chosen, searched = inputs["split"], inputs["choose"], inputs["search"]
    objectives = aims.of(recipe, split, inputs["load"])
    read = partial(out_of_fold.outcomes, searched, split=split)
    trials = tuple(allowed.judged(searched.trials, objectives, read))
    board = Board(recipe, replace(searched, trials=trials), split, metrics, objectives.names)
    rows = board.rows(chosen, refitted)
    if refitted.kind != "refit":
        found = allowed.mixture(chosen.leader, objectives, together, refitted.kind)
        _chosen(rows).update(measured=dict(found.measured), over=list(found.over))
    return rows


def load(recipe: Recipe, folder: Path) -> Evaluated:
    """Read the scores that were saved."""
    facts = json.loads((folder / "scores.json").read_text("utf-8"))
    rows = facts["leaderboard"]
    out = _chosen(rows)
    return Evaluated(
        facts["metric"], rows, out["cv"], facts["holdout"], folder,
        out["optimistic"], out["random_order"],
    )  # fmt: skip


def _chosen(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the row of what came out."""
    return next(row for row in rows if row["chosen"])


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
    metric: str, rows: Sequence[dict[str, Any]], refit: Sequence[str], listener: Listener
) -> None:
    """Say once for each family what its fits were warned of."""
    for row in rows:
        texts = sorted(row["warnings"], key=warned.rank)
        if texts:
            did, said = warned.told(texts[0])
            fits = len(row["cv"][metric]["folds"])
            which = f"{row['warnings'][texts[0]]} of {fits} fits of the best trial"
            listener("notice", text=f"{row['family']}: {which} {did}: {said}")
    out = _chosen(rows)
    if refit and not out["warnings"]:
        did, said = warned.told(min(refit, key=warned.rank))
        fit = "a fit of a member" if "members" in out else "the fit on all training rows"
        listener("notice", text=f"{out['family']}: {fit} {did}: {said}")


def _tell_shares(
    recipe: Recipe, row: Mapping[str, Any], metrics: Sequence[Metric], split: Split,
    listener: Listener,
) -> None:  # fmt: skip
    name = row.get("leader", row)["family"]
    for text in shares.worse(name, recipe.model[name], row["cv"], metrics, split):
        listener("notice", text=text)


def _names(id_: str | None, dataset: Read, rows: Index) -> dict[str, Any]:
    """Name rows: by their id where there is one, and their number in the source, from 0."""
    own = {"id": dataset.frame[id_].iloc[rows].to_numpy()} if id_ else {}
    return {**own, "row": dataset.numbers(rows)}


def _write_out_of_fold(
    predictions: Sequence[Predicted], split: Split, name: Names, folder: Path
) -> None:
    index = np.concatenate([fold.valid for fold in split.folds])
    number = np.concatenate([np.full(len(f.valid), i) for i, f in enumerate(split.folds)])
    value = np.concatenate([own.value for own in predictions])
    tables = [own.probability for own in predictions if own.probability is not None]
    table: Any = np.concatenate(tables).astype(np.float32) if tables else None
    predicted = Predicted(value.astype(np.intp) if split.target.classes else value, table)
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
