"""Fitted pipelines on disk: skops, with a list of types that is fixed here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import skops.io

from engine.errors import BundleError, Fault

# Types that skops does not trust by itself, and that a pipeline of ours may hold.
TRUSTED = frozenset(
    {
        "functools.partial",  # of check_array, inside HistGradientBoosting; nothing else callable is here
        "numpy.dtype",
        "engine.estimators.boosted.BoostedClassifier",
        "engine.estimators.boosted.BoostedRegressor",
        "engine.estimators.dates.DateParts",
        "sklearn._loss.link.HalfLogitLink",
        "sklearn._loss.link.IdentityLink",
        "sklearn._loss.link.Interval",
        "sklearn._loss.link.LogitLink",
        "sklearn._loss.link.MultinomialLogit",
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn._loss.loss.HalfMultinomialLoss",
        "sklearn._loss.loss.HalfSquaredError",
        "sklearn.compose._column_transformer._RemainderColsList",
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.preprocessing._label.LabelBinarizer",
        "sklearn.tree._tree.Tree",
        "sklearn.utils.validation.check_array",
        "xgboost.core.Booster",
        "xgboost.sklearn.XGBClassifier",
        "xgboost.sklearn.XGBRegressor",
    }
)


def save_pipeline(pipeline: Any, path: Path) -> None:
    """Write a fitted pipeline.

    Raises
    ------
    BundleError
        If it holds a type that no bundle may hold; nothing stays behind.
    """
    partial = path.with_suffix(".partial")
    skops.io.dump(pipeline, partial)
    try:
        _refuse_untrusted(partial)
    except BundleError:
        partial.unlink()
        raise
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.rename(path)


def load_pipeline(path: Path) -> Any:
    """Read a fitted pipeline; types that are not on the list are refused before any is made."""
    _refuse_untrusted(path)
    return skops.io.load(path, trusted=sorted(TRUSTED))


def _refuse_untrusted(path: Path) -> None:
    strange = set(skops.io.get_untrusted_types(file=path)) - TRUSTED
    if strange:
        raise BundleError(
            Fault(f"holds types that no bundle may hold: {', '.join(sorted(strange))}", str(path))
        )
