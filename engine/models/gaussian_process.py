"""Gaussian processes, whose kernels a recipe names by a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, WhiteKernel
from sklearn.gaussian_process.kernels import RationalQuadratic as Quadratic

from engine.models import plain
from engine.models.setting import Setting
from engine.recipe.schema import Family

LENGTH = 3.0  # where the search for it begins: columns are scaled, and there are several
LENGTHS = (1e-2, 1e4)
HEIGHTS = (1e-4, 1e6)
NOISES = (1e-8, 1e2)


def build(family: Family, params: Mapping[str, Any], setting: Setting) -> Any:
    """Return an unfitted estimator; ``kernel`` is rbf, matern_3_2, matern_5_2 or rational.

    A regression learns how noisy the target is; classes are noisy by themselves.
    """
    word = params.get("kernel", "rbf")
    kernel = ConstantKernel(1.0, HEIGHTS) * _shape(str(word))
    noisy = kernel if setting.classify else kernel + WhiteKernel(0.1, NOISES)
    return plain.build(family, {**params, "kernel": noisy}, setting)


def _shape(word: str) -> Any:
    match word:
        case "rbf":
            return RBF(LENGTH, LENGTHS)
        case "matern_3_2":
            return Matern(LENGTH, LENGTHS, nu=1.5)
        case "matern_5_2":
            return Matern(LENGTH, LENGTHS, nu=2.5)
        case "rational":
            return Quadratic(LENGTH, 1.0, LENGTHS, LENGTHS)
    known = "rbf, matern_3_2, matern_5_2, rational"
    raise ValueError(f"there is no kernel {word!r} for a Gaussian process; known: {known}")
