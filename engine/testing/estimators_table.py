"""Write ``engine/recipe/estimators.json``: the classes a recipe may come to, and their parameters.

``engine check`` reads the table and so need not import scikit-learn. Written anew after an update
of a library::

    python -m engine.testing.estimators_table
"""

from __future__ import annotations

import importlib
import inspect
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from importlib.util import find_spec
from itertools import takewhile
from math import isfinite, isnan
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.experimental import enable_iterative_imputer  # noqa: F401 - it is listed then
from sklearn.utils import all_estimators, get_tags
from sklearn.utils._param_validation import Interval, MissingValues, Options

from engine import catalogue
from engine.recipe.steps import NOT_IN_BLOCKS

UNKNOWN = "unknown"
FILES = {"input": [["content"]]}  # else scikit-learn reads files that the rows name
INNER = ("copy", "verbose", "n_jobs")
USED = ("SelectFromModel",)  # by a step of ours, though it is none itself
_NAMED = {
    "boolean": ["truth"], "random_state": ["whole from 0", "none"], "array-like": ["list"],
    "sparse matrix": [],
}  # fmt: skip
_TYPES = {
    str: "text", list: "list", tuple: "list", dict: "mapping", Mapping: "mapping", float: "number",
    Integral: "whole", Real: "number",
}  # fmt: skip
KINDS = ("classifier", "regressor", "transformer")
_BOOSTERS = {
    "xgboost": ("XGBClassifier", "XGBRegressor", "XGBRFClassifier", "XGBRFRegressor"),
    "lightgbm": ("LGBMClassifier", "LGBMRegressor"),
    "catboost": ("CatBoostClassifier", "CatBoostRegressor"),
    "interpret.glassbox": ("ExplainableBoostingClassifier", "ExplainableBoostingRegressor"),
}


_FILES = {
    "config", "convert_model", "convert_model_language", "data", "forcedbins_filename",
    "forcedsplits_filename", "group_column", "header", "ignore_column", "input_borders",
    "input_model", "label_column", "local_listen_port", "machine_list_filename", "machines",
    "metadata", "num_machines", "output_borders", "output_model", "output_result",
    "parser_config_file", "save_binary", "save_snapshot", "snapshot_file", "snapshot_freq",
    "snapshot_interval", "task", "time_out", "train_dir", "valid", "weight_column",
}  # fmt: skip
"""Parameters of boosters that name files and other machines: no recipe sets them."""


def _of_lightgbm() -> list[str]:
    """Return the parameters that its classes take besides those of their signatures."""
    from lightgbm.basic import _ConfigAliases  # noqa: PLC0415 - where it is installed

    return sorted(set(_ConfigAliases._get_all_param_aliases()) - _FILES)


_BESIDES: dict[str, Callable[[], list[str]]] = {
    "lightgbm": _of_lightgbm,
    "xgboost": lambda: ["huber_slope", "quantile_alpha", "tweedie_variance_power"],
}


def table() -> dict[str, dict[str, Any]]:
    """Return the kinds and parameters of every estimator of the installed trusted packages."""
    return dict(sorted(dict(_rows()).items()))


def path() -> Path:
    """Return where the table lies."""
    return Path(str(files("engine.recipe").joinpath("estimators.json")))


def _rows() -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in KINDS:
        for _, cls in all_estimators(type_filter=kind):
            yield _public(cls), _row(cls, _kinds(cls), _parameters(cls))
    for path in sorted(_vectorizers() | _ours()):
        cls = _class(path)
        yield path, _row(cls, ["transformer"], _parameters(cls))
    for package, names in _BOOSTERS.items():
        if find_spec(package.split(".")[0]):
            module = importlib.import_module(package)
            for name in names:
                cls = getattr(module, name)
                kind = "classifier" if name.endswith("Classifier") else "regressor"
                params = sorted({*_parameters(cls), *_BESIDES.get(package, list)()} - _FILES)
                yield f"{package}.{name}", _row(cls, [kind], params)


def _row(cls: type, kinds: list[str], params: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"kinds": kinds, "params": params}
    if required := _required(cls):
        row["required"] = required
    is_step = "transformer" in kinds and cls.__name__ not in NOT_IN_BLOCKS
    named = is_step or cls.__name__ in USED or kinds != ["transformer"]
    if named and (values := dict(_values(cls))):
        row["values"] = values
        if is_step or cls.__name__ in USED:
            row["defaults"] = dict(_defaults(cls))
    if kinds != ["transformer"]:
        row["weights"] = "sample_weight" in inspect.signature(cls.fit).parameters  # type: ignore[attr-defined]  # an estimator
    if "transformer" in kinds and (found := _missing(cls)):
        row["missing"] = found
    if "classifier" in kinds:
        # an SVC has the method, and refuses it unless told a parameter that is on its way out
        row["probabilities"] = hasattr(cls() if "probability" in params else cls, "predict_proba")
    return row


def _missing(cls: type[BaseEstimator]) -> str | None:
    """Return what a transformer of scikit-learn does with missing values.

    None for one that needs an estimator; of ours the catalogue says it.
    """
    ours = cls.__module__.startswith("engine.")
    if ours or _required(cls):
        return None
    tags = get_tags(cls()).input_tags
    if tags.string or not tags.two_d_array:
        return "fills"  # what is missing has no words
    if not tags.allow_nan:
        return "refuses"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = cls().fit_transform(np.array([[0, np.nan, 1, 1] * 5] * 2).T, [0, 1] * 10)
    found = table.toarray() if issparse(table) else np.asarray(table)
    return "keeps" if np.isnan(found.astype(float)).any() else "fills"


def _vectorizers() -> set[str]:
    """Return what turns texts into columns and scikit-learn does not call a transformer."""
    names = ("CountVectorizer", "TfidfVectorizer")
    return {f"sklearn.feature_extraction.text.{name}" for name in names}


def _ours() -> set[str]:
    """Return the classes of the engine that steps of a block are made of."""
    rows = catalogue.rows("transforms").values()
    named = [entry["class"] for row in rows for entry in row.get("options", {"": row}).values()]
    return {path for path in named if path.startswith("engine.")}


def _class(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _public(cls: type) -> str:
    """Return the name that a class is imported by: without private modules."""
    parts = takewhile(lambda part: not part.startswith("_"), cls.__module__.split("."))
    return ".".join([*parts, cls.__name__])


def _kinds(cls: type) -> list[str]:
    return [kind for kind in KINDS if cls in (found for _, found in all_estimators(kind))]


def _parameters(cls: type[BaseEstimator]) -> list[str]:
    """Return the names of the parameters, those of the classes above it included."""
    names: set[str] = set()
    for above in cls.__mro__:
        init = above.__dict__.get("__init__")
        names |= set(inspect.signature(init).parameters) if init and above is not object else set()
        if init and not _takes_more(init):
            break
    return sorted(names - {"self", "args", "kwargs"})


def _values(cls: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield what a recipe may give for each parameter, as scikit-learn itself checks it."""
    for name, constraints in getattr(cls, "_parameter_constraints", {}).items():
        given = constraints if isinstance(constraints, list) else [constraints]
        found = [said for constraint in given for said in _said(constraint)]
        if name in FILES:
            yield name, FILES[name]
        elif UNKNOWN not in found and name not in INNER:
            yield name, found


def _defaults(cls: type) -> Iterator[tuple[str, Any]]:
    """Yield the defaults that a recipe could write."""
    for name, parameter in inspect.signature(cls).parameters.items():
        default = parameter.default
        plain = default is None or isinstance(default, str | int | float | tuple)
        is_nan = isinstance(default, float) and isnan(default)
        if plain and not is_nan and name not in INNER:
            yield name, list(default) if isinstance(default, tuple) else default


def _said(constraint: Any) -> list[Any]:
    """Say one constraint in the words of :mod:`engine.recipe.allowed`; none for objects."""
    if isinstance(constraint, Interval):
        return [_interval(constraint)]
    if isinstance(constraint, Options):
        plain = all(isinstance(option, str | int | bool) for option in constraint.options)
        return [sorted(constraint.options, key=str)] if plain else [UNKNOWN]
    if isinstance(constraint, str):
        return _NAMED.get(constraint, [UNKNOWN])
    if constraint is None:
        return ["none"]
    if isinstance(constraint, MissingValues):
        return [UNKNOWN]
    return [word for cls, word in _TYPES.items() if constraint is cls]


def _interval(found: Interval) -> str:
    kind = {"Integral": "whole", "RealNotInt": "share"}.get(found.type.__name__, "number")
    low = "from" if found.closed in ("left", "both") else "above"
    high = "to" if found.closed in ("right", "both") else "below"
    ends = [(low, found.left), (high, found.right)]
    bounds = [f"{word} {end:g}" for word, end in ends if end is not None and isfinite(end)]
    return " ".join([kind, *bounds])


def _required(cls: type[BaseEstimator]) -> list[str]:
    """Return the parameters without which a class cannot be made: other estimators, mostly."""
    own = inspect.signature(cls).parameters.values()
    open_ended = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [p.name for p in own if p.default is p.empty and p.kind not in open_ended]


def _takes_more(init: Any) -> bool:
    kinds = [parameter.kind for parameter in inspect.signature(init).parameters.values()]
    return inspect.Parameter.VAR_KEYWORD in kinds


def main() -> None:
    """Write the table."""
    rows = (f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in table().items())
    path().write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
