"""Faults of the values of boosters' parameters: texts and fractions where numbers are due.

Unlike scikit-learn, these libraries say of hardly any parameter what it may be, so that the
commonest are listed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Fault, RangeError
from engine.recipe import ranges
from engine.recipe.file.references import Key

WHOLE = {
    "xgboost": ("n_estimators", "max_depth", "max_leaves", "max_bin", "num_parallel_tree"),
    "lightgbm": (
        "n_estimators", "num_leaves", "max_depth", "min_child_samples", "subsample_freq",
        "verbosity", "max_bin",
    ),
    "catboost": ("iterations", "depth", "min_data_in_leaf", "one_hot_max_size", "max_leaves"),
    "interpret": (
        "max_rounds", "outer_bags", "max_leaves", "min_samples_leaf", "max_bins",
        "max_interaction_bins",
    ),
}  # fmt: skip
"""Parameters that take whole numbers, by package."""
NUMBERS = {
    "xgboost": (
        "learning_rate", "min_child_weight", "subsample", "colsample_bytree", "colsample_bylevel",
        "colsample_bynode", "reg_lambda", "reg_alpha", "gamma", "scale_pos_weight",
    ),
    "lightgbm": (
        "learning_rate", "subsample", "colsample_bytree", "reg_lambda", "reg_alpha",
        "min_child_weight", "min_split_gain", "scale_pos_weight",
    ),
    "catboost": (
        "learning_rate", "l2_leaf_reg", "random_strength", "subsample", "rsm",
        "bagging_temperature",
    ),
    "interpret": ("learning_rate",),
}  # fmt: skip
"""Parameters that take any number, by package."""


def faults(family: Mapping[str, Any], key: Key) -> Iterator[tuple[Key, Fault]]:
    """Yield a fault for each parameter of a booster that is no number, and should be."""
    cls, params = family.get("classifier") or family.get("regressor"), family.get("params")
    package = cls.partition(".")[0] if isinstance(cls, str) else ""
    for name, value in params.items() if isinstance(params, Mapping) else ():
        whole = name in WHOLE.get(package, ())
        if not whole and name not in NUMBERS.get(package, ()):
            continue
        for wrong in _wrong(value, whole):
            here = (*key, "params", str(name))
            yield here, _fault(".".join(here), wrong, whole)
            break


def _fault(name: str, wrong: Any, whole: bool) -> Fault:
    if isinstance(wrong, ranges.Interval):
        hint = f"write range({wrong.low:g}, {wrong.high:g})"
        return Fault(f"`{name}` is drawn from all numbers; whole ones were expected", hint=hint)
    shown = repr(wrong) if isinstance(wrong, str) else ranges.label(wrong)
    return Fault(f"`{name}` is {shown}; {'a whole number' if whole else 'a number'} was expected")


def _wrong(value: Any, whole: bool) -> Iterator[Any]:
    """Yield what of a value, or of the options of its range, is no such number."""
    if ranges.is_range(value):
        yield from _of_range(value, whole)
    elif isinstance(value, str):
        if value != "???" and "${" not in value:
            yield value
    elif isinstance(value, bool) or (whole and isinstance(value, float) and value % 1):
        yield value


def _of_range(value: Any, whole: bool) -> Iterator[Any]:
    try:
        found = ranges.read(value).range
    except RangeError:
        return  # told of already
    if isinstance(found, ranges.Choice):
        for option in found.options:
            yield from _wrong(option, whole)
    elif whole and isinstance(found, ranges.Interval) and found.step is None:
        yield found
