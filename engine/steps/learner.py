"""Fit candidates anew once they are chosen: on all rows, or on those of a fold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from engine.contracts import Fold, Index
from engine.estimators import clock
from engine.models import Setting
from engine.recipe.schema import Recipe
from engine.search.candidate import Candidate, Trial
from engine.steps import devices, held, inner, measures, pages, unit
from engine.steps.assemble import Assembled, pipeline
from engine.steps.cores import threads
from engine.steps.material import Material, features_key
from engine.steps.split import Split
from engine.steps.warned import distinct, listening


class Learner:
    """Fits candidates on the same rows, one after the other.

    Features that candidates share are fitted once, and the fitted pipelines share them.

    Parameters
    ----------
    rows : ndarray of int
        Row numbers in the source.
    cluster : object, optional
        The workers that fit each model together.

    Attributes
    ----------
    warnings : tuple of str
        What libraries warned of so far.
    """

    def __init__(
        self,
        recipe: Recipe,
        split: Split,
        assembled: Assembled,
        rows: Index,
        cluster: Any = None,
    ) -> None:
        self.recipe = recipe
        self.split = split
        self.assembled = assembled
        self.rows = rows
        self.cluster = cluster
        self.warnings: tuple[str, ...] = ()
        self._features: dict[str, Any] = {}
        self._last: tuple[str, Any] = ("", None)  # one table at a time: they may be large

    def fitted(self, trial: Trial, seconds: float | None = None) -> Pipeline:
        """Return the fitted pipeline of a trial's candidate, with as many rounds as it needed.

        ``seconds`` is how long its model may take that can stop with what it has learnt.
        """
        split, rows = self.split, self.rows
        setting = Setting(
            bool(split.target.classes), self.recipe.seed, threads(self.recipe, 1, len(rows)), 0,
            trial.refit_rounds(), split.time is not None, rows=len(rows),
            device=devices.here(self.recipe),
        )  # fmt: skip
        columns = self.assembled.contract.columns
        whole = pipeline(self.recipe, trial.candidate, columns, setting)
        with listening() as found, threadpool_limits(setting.threads):
            features, X = self._shared(trial.candidate, whole["features"])
            weighed = inner.Weighed(self.recipe.model[trial.candidate.family], split, rows)
            with clock.within(seconds):
                inner.fit(whole["model"], X, split.target.values[rows], weighed)
        self.warnings = tuple(distinct([*self.warnings, *found]))
        return Pipeline([("features", features), ("model", whole["model"])])

    def _shared(self, candidate: Candidate, features: Any) -> tuple[Any, Any]:
        """Return fitted features and the table that they made of the rows."""
        key = features_key(self.recipe, candidate)
        if self._last[0] != key:
            self._last = ("", None)  # let go of the one before the next is made
            self._last = (key, self._made(features))
            self._features.setdefault(key, features)
        return self._features[key], self._last[1]

    def _made(self, features: Any) -> Any:
        """Fit features, and return the table that they make of the rows."""
        y = self.split.target.values[self.rows]
        if held.on_disk(self.recipe):
            return pages.prepared(self.assembled, features, y, self.rows, cluster=self.cluster)[0]
        return features.fit_transform(self.assembled.take(self.rows), y)

    def fitted_on_fold(
        self, candidate: Candidate, number: int, seconds: float | None = None
    ) -> Pipeline:
        """Return the pipeline that the search fitted on a fold's training rows.

        Of the rows, those that are not training rows at all are learnt from as well.
        """
        material = self._material(number)
        setting = material.setting(len(material.split.folds[number].train))
        whole = pipeline(self.recipe, candidate, self.assembled.contract.columns, setting)
        fold = material.split.folds[number]
        with listening() as found, threadpool_limits(setting.threads):
            matrices = material.made(fold, whole["features"]).matrices
            with clock.within(seconds):
                unit.learn(material, candidate, number, whole["model"], matrices)
        self.warnings = tuple(distinct([*self.warnings, *found]))
        return whole

    def _material(self, number: int) -> Material:
        metric = measures.metrics(self.recipe, self.split)[0]
        split = self._with_further_rows()
        return Material(
            self.recipe,
            split,
            self.assembled,
            metric,
            threads(self.recipe, 1, len(self.rows)),
            cluster=self.cluster,
        )

    def _with_further_rows(self) -> Split:
        """Return a split whose folds train on what is not among the training rows, too."""
        split = self.split
        further = np.setdiff1d(self.rows, split.train)
        if not len(further):
            return split
        more = len(split.train) + np.arange(len(further))
        folds = [Fold(np.append(fold.train, more), fold.valid) for fold in split.folds]
        return replace(split, train=np.append(split.train, further), folds=tuple(folds))
