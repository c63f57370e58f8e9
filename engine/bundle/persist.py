"""Fitted pipelines on disk: skops, with a list of types that is fixed here."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import skops.io

from engine.errors import BundleError, Fault
from engine.recipe.estimators import not_installed

NAME = "pipeline.skops"  # of the file, wherever one is written

OURS = (
    "blend.BlendClassifier", "blend.BlendRegressor", "boosted.BoostedClassifier",
    "boosted.BoostedRegressor", "calibrated.CalibratedClassifier", "capped.Capped", "clip.Clip",
    "constant.Constant", "correlated.DropCorrelated", "dates.DateParts", "dense.Dense",
    "frequency.Frequency", "hashed.Hashed", "history.History", "log.Log",
    "missing.MissingBeside", "rare.Rare", "signed.SignedClassifier", "signed.SignedRegressor",
    "target.Target", "texts.Texts",
)  # fmt: skip
SCORES = ("chi2", "f_classif", "f_regression", "r_regression")
LOSSES = (
    "AbsoluteError", "ExponentialLoss", "HalfBinomialLoss", "HalfGammaLoss", "HalfMultinomialLoss",
    "HalfPoissonLoss", "HalfSquaredError", "HalfTweedieLoss", "HalfTweedieLossIdentity",
    "HuberLoss", "PinballLoss",
)  # fmt: skip
LINKS = ("HalfLogitLink", "IdentityLink", "Interval", "LogLink", "LogitLink", "MultinomialLogit")
KERNELS = (
    "ConstantKernel", "DotProduct", "ExpSineSquared", "Exponentiation", "Matern", "Product", "RBF",
    "RationalQuadratic", "Sum", "WhiteKernel",
)  # fmt: skip
DISTANCES = (
    "ChebyshevDistance64",
    "EuclideanDistance64",
    "ManhattanDistance64",
    "MinkowskiDistance64",
)

# Types that skops does not trust by itself, and that a pipeline of ours may hold. They compute;
# none of them, function or class, opens a file, a socket or a process.
TRUSTED = frozenset(
    {
        "collections.OrderedDict",
        "functools.partial",  # of check_array, inside HistGradientBoosting
        "lightgbm.basic.Booster",
        "lightgbm.sklearn.LGBMClassifier",
        "lightgbm.sklearn.LGBMRegressor",
        "numpy.dtype",
        "numpy.mean",  # by which FeatureAgglomeration pools
        "scipy._lib.array_api_compat.numpy._aliases.asarray",
        "scipy.interpolate._bsplines.BSpline",
        "scipy.sparse._csr.csr_matrix",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.cluster._bisect_k_means._BisectingTree",
        "sklearn.cluster._kmeans._kmeans_single_lloyd",
        "sklearn.compose._column_transformer._RemainderColsList",
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        *(f"engine.estimators.information.mutual_info_{of}" for of in ("classif", "regression")),
        *(f"sklearn.feature_selection._univariate_selection.{name}" for name in SCORES),
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.impute._iterative.IterativeImputer",
        "sklearn.impute._iterative._ImputerTriplet",
        "sklearn.model_selection._split.KFold",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "sklearn.preprocessing._label.LabelBinarizer",
        "sklearn.tree._tree.Tree",
        "sklearn.utils.validation.check_array",
        "xgboost.core.Booster",
        "xgboost.sklearn.XGBClassifier",
        "xgboost.sklearn.XGBRegressor",
        *(f"engine.estimators.{name}" for name in OURS),
        *(f"sklearn._loss.link.{name}" for name in LINKS),
        *(f"sklearn._loss.loss.{name}" for name in LOSSES),
        *(f"sklearn.gaussian_process.kernels.{name}" for name in KERNELS),
        *(f"sklearn.metrics._dist_metrics.{name}" for name in DISTANCES),
    }
)


def size_of(fitted: Any) -> int:
    """Return the bytes that something fitted takes in a bundle."""
    return len(skops.io.dumps(fitted))


def save_pipeline(pipeline: Any, path: Path) -> None:
    """Write a fitted pipeline.

    Raises
    ------
    BundleError
        If it holds a type that no bundle may hold; nothing stays behind.
    """
    partial = path.with_suffix(".partial")
    try:
        skops.io.dump(pipeline, partial)
        _refuse_untrusted(partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


def copy_pipeline(path: Path, to: Path) -> None:
    """Copy what :func:`save_pipeline` has written."""
    partial = to.with_suffix(".partial")
    try:
        with path.open("rb") as source, partial.open("wb") as file:
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(to)
    finally:
        partial.unlink(missing_ok=True)


def load_pipeline(path: Path) -> Any:
    """Read a fitted pipeline.

    Raises
    ------
    BundleError
        If it holds types that are not on the list, before any of them is made; or if it cannot be
        read, as where a library has other versions.
    """
    try:
        _refuse_untrusted(path)
        return skops.io.load(path, trusted=sorted(TRUSTED))
    except BundleError:
        raise
    except ModuleNotFoundError as error:
        raise BundleError(not_installed(str(error.name))) from None
    except Exception as error:  # a damaged file can raise nearly anything
        message = f"cannot be read: {type(error).__name__}: {str(error)[:200]}"
        hint = "was it packed with other versions? manifest.json names them"
        raise BundleError(Fault(message, str(path), hint)) from error


def _refuse_untrusted(path: Path) -> None:
    strange = sorted(set(skops.io.get_untrusted_types(file=path)) - TRUSTED)
    if strange:
        message = f"holds types that no bundle may hold: {', '.join(strange)}"
        raise BundleError(Fault(message, str(path)))
