"""Families on the command line: a user's own without code, and what each takes."""

import json

import pytest

from tests.cli.conftest import Engine

OWN = """# @package model.mine
about: Ours.
{kind}: {cls}
scale: true
{more}params: {{{params}}}
"""


def own(folder, kind, cls, params="", more=""):
    path = folder / "conf" / "model" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(OWN.format(kind=kind, cls=cls, params=params, more=more), "utf-8")


def recipe(folder, target, more=""):
    text = f"data: {{source: shop.csv, target: {target}, id: id{more}}}\nmodel: [mine]\n"
    (folder / "recipes" / "own.yaml").write_text(text + "search: {trials: 2}\n", "utf-8")


def test_a_classifier_of_one_s_own_takes_weights_and_has_ranges(engine: Engine, folder):
    params = 'C: {default: 1.0, search: "tag(log, interval(0.01, 10))"}'
    own(folder, "classifier", "sklearn.svm.LinearSVC", params, "builder: calibrated\n")
    recipe(folder, "bought", ", weight: size")
    ended = engine("run", "own", "model.mine.class_weight=balanced", "--json")
    assert ended.code == 0, ended.err
    card = json.loads(ended.out)
    assert card["family"] == "mine"
    assert list(card["values"]) == ["model.mine.params.C"]
    assert card["metric"] == "roc_auc"


def test_a_regressor_of_one_s_own_is_for_numbers_alone(engine: Engine, folder):
    own(folder, "regressor", "sklearn.linear_model.HuberRegressor", "max_iter: 1000")
    recipe(folder, "size")
    ended = engine("run", "own", "problem.task=regression", "--json")
    assert ended.code == 0, ended.err
    recipe(folder, "bought")
    ended = engine("run", "own")
    assert ended.code == 2
    assert "the family mine has no classifier, and the target makes this binary" in ended.err


def test_one_s_own_without_weights_is_refused_by_name(engine: Engine, folder):
    own(folder, "classifier", "sklearn.discriminant_analysis.LinearDiscriminantAnalysis")
    recipe(folder, "bought", ", weight: size")
    ended = engine("check", "own")
    assert ended.code == 2
    assert "the family mine takes no weights of rows" in ended.err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ebm", {"monotone": "yes", "probabilities": "yes", "extra": "boosting (installed)",
                 "other objectives": ["poisson", "tweedie"], "early stopping": "yes"}),
        ("knn", {"weights of rows": "no", "weights of classes": "no", "most rows": 100000}),
        ("svm", {"probabilities": "yes", "monotone": "no", "missing values": "filled first"}),
        ("glm", {"tasks": ["numbers"], "probabilities": "no", "categories": "as onehot"}),
        ("mlp", {"early stopping": "from 10,000 rows on", "extra": "none needed"}),
    ],
)  # fmt: skip
def test_wide_says_what_a_family_takes(engine: Engine, name, said):
    rows = {row["name"]: row for row in json.loads(engine("list", "models", "--json").out)}
    assert said.items() <= {k: v for k, v in rows[name].items() if k in said}.items()
    out = engine("list", "models", "--wide").out
    assert "weights of classes" in out
    assert "early stopping" in out
