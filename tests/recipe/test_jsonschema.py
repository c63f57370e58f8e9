"""The JSON Schema that editors complete from takes what ``load`` takes."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from engine.recipe.composition import groups
from engine.recipe.jsonschema import schema
from engine.recipe.packaged import folder
from engine.recipe.schema import Recipe
from tests.recipe.conftest import DATA

MADE = schema(groups.find(folder("conf").parent))
VALIDATOR = jsonschema.Draft202012Validator(MADE)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(MADE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "model: xgboost",
        "model: [xgboost, linear]",
        "model: {xgboost: , linear: {params: {C: {default: 1, search: 'interval(0, 1)'}}}}",
        "search: fast",
        "search: {use: fast, trials: 3}",
        "search: {timeout: 10m}",
        "search: {timeout: 10}",
        "seed: ${oc.env:SEED}",
        "defaults: [{override /model: xgboost}, _self_]",
        "features: {blocks: {a: {steps: {scale: 'choice(a, b)', reduce: {pca: {n: 3}}}}}}",
        "model: {xgboost: {features: auto}}",
        "model: {xgboost: {features: {rest: drop}}}",
        "evaluation: {metrics: [f1], holdout: 0.1}",
        "evaluation: {metric: auto, metrics: auto}",
        "evaluation: {metric: f_beta_2, metrics: [0.7*roc_auc+0.3*f1, precision_at_10%]}",
        "evaluation: {metric: {f_beta: {beta: 2}}, metrics: [f_beta: 2, precision_at: 10%]}",
        "evaluation: {metric: {cost: {false_positive: 5, false_negative: 100}}}",
        "evaluation: {metric: {cost: {matrix: {a: {b: 5}}, otherwise: 1}}}",
        "evaluation: {metric: {weighted: {roc_auc: 0.7, log_loss: -0.3}}}",
        "evaluation: {metrics: ['cost(false_positive: 5, false_negative: 100)', gini]}",
    ],
)
def test_it_takes(text: str) -> None:
    VALIDATOR.validate(yaml.safe_load(DATA + text))


@pytest.mark.parametrize(
    "text",
    [
        "model: xgbost",
        "model: [xgbost]",
        "model: {xgbost: }",
        "evaluation: {metric: f_beta}",
        "evaluation: {metric: roc_auk}",
        "evaluation: {metric: {f_beta: {beta: 0}}}",
        "evaluation: {metric: {f_beta: {bta: 1}}}",
        "evaluation: {metric: {roc_auc: {beta: 1}}}",
        "evaluation: {metric: {f_beta: 2, pinball: 0.5}}",
        "evaluation: {metrics: [{pinball: {quantile: 1.5}}]}",
        "evaluation: {metrics: [{top_k_accuracy: {k: 1}}]}",
        "search: {trails: 3}",
        "search: {trials: 0}",
        "search: {use: fats}",
        "deploy: kubernetes",
        "evalution: {}",
        "name: a/b",
        "evaluation: {split: sideways}",
    ],
)
def test_it_refuses(text: str) -> None:
    assert list(VALIDATOR.iter_errors(yaml.safe_load(DATA + text)))


def test_a_target_is_required() -> None:
    assert list(VALIDATOR.iter_errors({"data": {"source": "x.csv"}}))
    assert list(VALIDATOR.iter_errors({"name": "x"}))


def test_every_key_is_described() -> None:
    parts = {"Recipe": MADE, **MADE["$defs"]}
    missing = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, field in part.get("properties", {}).items()
        if "description" not in field and key not in ("hydra", "search")
    ]
    assert not [key for key in missing if key.split(".")[1] not in Recipe.model_fields]


def test_groups_of_the_users_own_complete(tmp_path: Path) -> None:
    (tmp_path / "conf/data").mkdir(parents=True)
    (tmp_path / "conf/data/customers.yaml").write_text("source: a.csv\n")
    made = schema(groups.find(tmp_path))
    validator = jsonschema.Draft202012Validator(made)
    validator.validate({"data": "customers"})
    validator.validate({"data": {"use": "customers", "target": "y"}})
    assert list(validator.iter_errors({"data": "customer"}))
