"""Every key of the schema is read from a recipe, or refused as not available yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from engine.recipe.checks import fields
from engine.recipe.file.nodes import Key
from tests.recipe.conftest import DATA, Load, Refused

FAMILY = ("model", "xgboost")
VALUES: dict[str, Any] = {
    "name": "other",
    "problem.question": "Which?",
    "problem.owner": "ann",
    "problem.task": "binary",
    "problem.positive": 1,
    "data.source": "other.csv",
    "data.tables": {"a": "a.csv", "b": {"source": "sqlite:///b.db", "query": "b"}},
    "data.query": "SELECT a FROM b",
    "data.target": "z",
    "data.id": "i",
    "data.time": "t",
    "data.group": "g",
    "data.weight": "w",
    "data.drop": ["a", "b"],
    "data.unseen": "fail",
    "data.columns": {"a": "number", "b": {"type": "date", "format": "%d.%m.%Y"}, "c": "drop"},
    "data.clean.trim": ["a"],
    "data.clean.null_values": {"a": [-999, "?"]},
    "data.clean.replace": {"a": {"x": "y", "z": None}},
    "data.clean.where": "a > 1",
    "data.clean.drop_duplicates": ["a", "b"],
    "data.expect": {
        "severity": "warn",
        "rows": {"min": 2, "severity": "fail"},
        "fresh": {"column": "t", "within": 3600},
        "columns": {"rows": {"min": 0, "max": 1.5}},
        "relations": {"r": "b", "s": {"formula": "c", "severity": "warn"}},
        "a": {"in": ["x", 1], "missing": {"max": 0.5}, "unique": True, "matches": "[a-z]+"},
    },
    "data.sample": {"rows": 100, "seed": 3, "stratify": False},
    "features.rest": "drop",
    "features.derive": {"a_b": "a / b"},
    "features.blocks": {"a": {"columns": "category", "steps": {"encode": "ordinal"}}},
    "search.sampler": "random",
    "search.trials": 7,
    "search.timeout": 90,
    "search.fit_timeout": 30,
    "search.pruner": "median",
    "search.repeats": 3,
    "search.max_failure_rate": 0.4,
    "search.final": "ensemble",
    "search.most_predict_seconds": 0.5,
    "search.most_size": 2_000_000,
    "search.most_gap": {"sex": {"demographic_parity": 0.1}, "race": {"equal_opportunity": 0.2}},
    "search.pick": 3,
    "evaluation.metric": "f1",
    "evaluation.metrics": ["f1", "accuracy"],
    "evaluation.folds": 3,
    "evaluation.repeats": 2,
    "evaluation.holdout": 0.3,
    "evaluation.split": "plain",
    "evaluation.fold_column": "f",
    "evaluation.order": "random",
    "evaluation.gap": "7d",
    "evaluation.embargo": 3.0,
    "evaluation.window": "sliding",
    "evaluation.seed": 4,
    "evaluation.early_stop_on": "fold",
    "evaluation.final_rows": "all",
    "compute.executor": "dask",
    "compute.workers": 3,
    "compute.threads": 2,
    "compute.memory": 2_000_000_000,
    "compute.address": "tcp://127.0.0.1:8786",
    "compute.device": "gpu",
    "compute.rows": "disk",
    "seed": 9,
    "model.xgboost.about": "Trees.",
    "model.xgboost.classifier": "sklearn.ensemble.RandomForestClassifier",
    "model.xgboost.regressor": "sklearn.ensemble.RandomForestRegressor",
    "model.xgboost.builder": "plain",
    "model.xgboost.cost": 3.5,
    "model.xgboost.quick": {"learning_rate": 0.1},
    "model.xgboost.optional": True,
    "model.xgboost.blind": True,
    "model.xgboost.native.missing": False,
    "model.xgboost.native.categories": False,
    "model.xgboost.native.sparse": False,
    "model.xgboost.encode": "ordinal",
    "model.xgboost.scale": True,
    "model.xgboost.seed": "seed",
    "model.xgboost.threads": None,
    "model.xgboost.categories": "feature_types",
    "model.xgboost.rounds": "n_estimators",
    "model.xgboost.takes.weights": True,
    "model.xgboost.takes.monotone": None,
    "model.xgboost.takes.gpu": {"device": "gpu"},
    "model.xgboost.scale_target": False,
    "model.xgboost.most_rows": 1000,
    "model.xgboost.objectives": {"poisson": {"params": {"objective": "other"}}},
    "model.xgboost.objective": "poisson",
    "model.xgboost.quantile": 0.9,
    "model.xgboost.power": 1.3,
    "model.xgboost.class_weight": {"bad": 5.0, "good": 2.0},
    "model.xgboost.monotone": {"a": "increasing", "b": "decreasing"},
    "model.xgboost.early_stopping.rounds": 9,
    "model.xgboost.early_stopping.validation": 0.2,
    "model.xgboost.features": {"rest": "keep", "blocks": {}},
    "model.xgboost.params": {"max_depth": 3},
}
TIME = {"data.time": "t"}
WITH: dict[str, dict[str, Any]] = {
    **{f"evaluation.{name}": TIME for name in ("order", "gap", "embargo", "window")},
    "compute.address": {"compute.executor": "dask"},
    "data.tables": {"data.source": None, "data.query": "SELECT"},
    "data.query": {"data.source": "sqlite:///a.db"},
    "model.xgboost.quantile": {"model.xgboost.objective": "quantile"},
    "model.xgboost.power": {"model.xgboost.objective": "tweedie"},
}
"""Keys that mean something only beside others, or without them."""


def leaves(key: Key = ()) -> Iterator[Key]:
    """Yield every key of the schema that a recipe can set, families by the one of FAMILY."""
    for name in fields.names(key):
        here = FAMILY if (*key, name) == FAMILY[:1] else (*key, name)
        if fields.is_available(here) and fields.names(here) and ".".join(here) not in VALUES:
            yield from leaves(here)
        else:
            yield here


AVAILABLE = [".".join(key) for key in leaves() if fields.is_available(key)]
LATER = [".".join(key) for key in leaves() if not fields.is_available(key)]


def recipe_with(key: str, value: Any) -> str:
    tree: dict[str, Any] = yaml.safe_load(DATA) | {"model": {"xgboost": {"params": {}}}}
    for path, given in {**WITH.get(key, {}), key: value}.items():
        inner = tree
        *above, last = path.split(".")
        for name in above:
            inner = inner.setdefault(name, {})
        inner[last] = given
        if given is None and path != key:
            del inner[last]
    return yaml.safe_dump(tree)


def at(model: Any, key: str) -> Any:
    for name in key.split("."):
        model = model[name]
    return model


def covers(found: Any, value: Any) -> bool:
    """Whether ``found`` holds all of ``value``; a family's other parameters stay."""
    if isinstance(value, dict):
        return all(covers(found[name], inner) for name, inner in value.items())
    return bool(found == value)


def test_every_available_key_is_tried() -> None:
    assert set(VALUES) == set(AVAILABLE)


@pytest.mark.parametrize("key", AVAILABLE)
def test_a_key_is_read(loaded: Load, key: str) -> None:
    changed = loaded("", data=recipe_with(key, VALUES[key])).recipe
    assert covers(at(changed.model_dump(exclude_unset=True), key), VALUES[key])
    assert changed != loaded("", data=recipe_with("seed", 0)).recipe


@pytest.mark.parametrize("key", AVAILABLE)
def test_a_key_is_read_from_the_command_line(loaded: Load, key: str) -> None:
    value = yaml.safe_dump(VALUES[key], default_flow_style=True, width=1000).splitlines()[0]
    text = f'"{value}"' if " " in value and isinstance(VALUES[key], str) else value
    others = [
        f"~{other}" if given is None else f"{other}={given}"
        for other, given in WITH.get(key, {}).items()
    ]
    recipe = loaded("", f"{key}={text}", *others, data=recipe_with("seed", 0)).recipe
    assert covers(at(recipe.model_dump(exclude_unset=True), key), VALUES[key])


@pytest.mark.parametrize("key", LATER)
def test_a_key_that_nothing_reads_is_refused(refused: Refused, key: str) -> None:
    said = refused("", data=recipe_with(key, {"a": 1}))
    assert f"`{key}` is not available yet" in said


@pytest.mark.parametrize("key", [*AVAILABLE, *LATER])
def test_a_key_is_described(key: str) -> None:
    path = tuple(key.split("."))
    assert fields.about(path) or path[-1] in ("features", "search")
