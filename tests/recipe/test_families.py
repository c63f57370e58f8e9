"""What families cannot be told is refused by name, without importing any library."""

import subprocess
import sys

import pytest

from engine.recipe import abilities, estimators
from engine.recipe.checks import in_boosters
from engine.testing.recipes import FAMILIES, family_tree
from tests.recipe.conftest import Load, Refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model: {knn: {class_weight: balanced}}\n",
         "the family knn takes no weights of classes\n    leave it out; engine list models --wide"),
        ("model: {svm: {monotone: {a: increasing}}}\n",
         "the family svm takes no monotone constraints\n    leave it out; engine list models"),
        ("model: {elastic_net: {objective: poisson}}\n",
         "the family elastic_net has no objective poisson\n    leave it out; engine list models"),
        ("model: {mlp: {objective: tweedie}}\n",
         "the family mlp has no objective tweedie\n    it has poisson; engine list models"),
        ("model: {xgboost: {quantile: 0.9}}\n",
         "`quantile` has a meaning with `objective: quantile` alone"),
        ("model: {xgboost: {objective: poisson, power: 1.2}}\n",
         "`power` has a meaning with `objective: tweedie` alone"),
        ("model: {xgboost: {objective: poisson}}\nproblem: {task: binary}\n",
         "the objective poisson is for numbers, and problem.task is binary"),
        ("model: {xgboost: {objective: poison}}\n", "did you mean poisson?"),
        ("model: {xgboost: {monotone: {a: up}}}\n", "increasing or decreasing was expected"),
        ("model: {xgboost: {params: {monotone_constraints: [1]}}}\n",
         "`monotone_constraints` is set by the engine\n    use `monotone:` of the family"),
        ("model: {lightgbm: {params: {machines: x}}}\n", "has a parameter 'machines'"),
        ("model: {xgboost: {class_weight: {a: -1}}}\n", "is -1; at least 0.0 was expected"),
        ("model: {naive_bayes: }\nproblem: {task: regression}\n",
         "the family naive_bayes has no regressor, which the task regression needs"),
    ],
)  # fmt: skip
def test_messages(refused: Refused, text, said):
    assert said in refused(text)


def test_weights_of_rows_are_refused_for_all_families_that_take_none(refused: Refused, loaded):
    data = "data: {source: x.csv, target: y, weight: w}\n"
    text = refused("model: [knn, linear, gaussian_process]\n", data=data)
    assert "the families knn, gaussian_process take no weights of rows" in text
    assert loaded("model: [linear, xgboost]\n", data=data).recipe.data.weight == "w"


@pytest.mark.parametrize("key", ["id", "time", "group"])
def test_the_weight_is_not_the_target(refused: Refused, key):
    text = refused("", data="data: {source: x.csv, target: y, weight: y}\n")
    assert "`data.weight` and `data.target` are both 'y'" in text
    text = refused("", data="data: {source: x.csv, target: y, weight: w, drop: [w]}\n")
    assert "`data.drop` holds the column of `data.weight`, 'w'" in text


@pytest.mark.parametrize(
    ("target", "hint"),
    [("[a, b]", "make a job of each: engine run RECIPE -m data.target=a,b"),
     ("[a]", "write target: a"), ("[]", "-m data.target=a,b"), ("{a: 1, b: 2}", "=a,b")],
)  # fmt: skip
def test_several_targets_are_refused_with_what_to_do(refused: Refused, target, hint):
    text = refused("", data=f"data: {{source: x.csv, target: {target}}}\n")
    assert "`data.target` names several columns, and a recipe predicts one" in text
    assert hint in text


@pytest.mark.parametrize("name", ["lightgbm", "catboost", "ebm"])
def test_without_the_extra_a_family_says_how_to_get_it(refused: Refused, monkeypatch, name):
    monkeypatch.setattr(estimators, "is_installed", lambda cls: cls.startswith("sklearn"))
    text = refused(f"model: [{name}, linear]\n")
    assert f"the family {name}: " in text
    assert "is not installed\n    pip install 'recipe-engine[boosting]'" in text
    assert abilities.describe(family_tree(name))["extra"] == "boosting (not installed)"


def test_check_imports_no_library_of_estimators(tmp_path):
    (tmp_path / "r.yaml").write_text(
        "data: {source: x.csv, target: y, weight: w}\n"
        "model:\n  lightgbm: {monotone: {a: increasing}}\n"
        "  catboost: {class_weight: balanced}\n  ebm:\n"
    )
    code = (
        "import sys; from engine.cli import main; code = main(['check', 'r.yaml']);"
        "print(code, [m for m in ('sklearn', 'lightgbm', 'catboost', 'interpret') if m in"
        " sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.stdout.splitlines()[-1] == "0 []", ran.stderr


def test_a_class_that_is_not_known_takes_weights_if_it_is_said_to(monkeypatch, refused, loaded):
    monkeypatch.setattr(estimators, "_installed", lambda: frozenset({"my.Model"}))
    monkeypatch.setattr(estimators, "is_installed", lambda cls: True)
    data = "data: {source: x.csv, target: y, weight: w}\n"
    tree = "model: {linear: {classifier: my.Model, regressor: null, params: {}%s}}\n"
    text = refused(tree % "", data=data)
    assert "say so: model.linear.takes.weights=true" in text
    assert loaded(tree % ", takes: {weights: true}", data=data)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_says_what_it_takes(name, loaded: Load):
    said = abilities.describe(family_tree(name))
    assert said["tasks"]
    assert len(said) == 12
    assert loaded(f"model: {name}\n").recipe.model[name].about


MINE = "# @package model.mine\nclassifier: %s\nseed: null\nthreads: null\n"


@pytest.mark.parametrize("metric", ["roc_auc", "0.7*roc_auc+0.3*f1", "precision_at_10%"])
def test_a_metric_of_probabilities_refuses_a_family_that_gives_none(
    refused: Refused, loaded, write, metric
):
    write(MINE % "sklearn.svm.LinearSVC", "conf/model/mine.yaml")
    asked = f'model: mine\nevaluation: {{metric: "{metric}"}}\n'
    text = refused(asked)
    assert "the family mine gives no probabilities, which the metric " in text
    assert "have them learnt: model.mine.builder=calibrated, or choose another metric" in text
    assert loaded(asked, "model.mine.builder=calibrated")
    assert loaded("model: mine\nevaluation: {metric: f1}\n")


def test_of_a_class_that_is_not_known_probabilities_are_hoped_for(monkeypatch, loaded, write):
    monkeypatch.setattr(estimators, "_installed", lambda: frozenset({"my.Model"}))
    monkeypatch.setattr(estimators, "is_installed", lambda cls: True)
    write(MINE % "my.Model", "conf/model/mine.yaml")
    assert loaded("model: mine\nevaluation: {metric: roc_auc}\n")


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("model.xgboost.params.max_depth=deep", "is 'deep'; a whole number was expected"),
        ("model.xgboost.params.max_depth=2.5", "is 2.5; a whole number was expected"),
        ("model.xgboost.params.max_depth='interval(2, 5)'",
         "is drawn from all numbers; whole ones were expected\n    write range(2, 5)"),
        ("model.xgboost.params.max_depth=choice(3, deep)", "is 'deep'; a whole number was expec"),
        ("model.xgboost.params.learning_rate=slow", "is 'slow'; a number was expected"),
        ("model.lightgbm.params.num_leaves=many", "is 'many'; a whole number was expected"),
        ("model.catboost.params.depth=true", "is true; a whole number was expected"),
        ("model.ebm.params.max_bins=all", "is 'all'; a whole number was expected"),
    ],
)  # fmt: skip
def test_a_text_is_no_number_of_a_booster(refused: Refused, override, said):
    text = refused("model: [xgboost, lightgbm, catboost, ebm]\n", override)
    assert f"`{override.partition('=')[0]}` {said}" in text


@pytest.mark.parametrize(
    "override",
    ["max_depth=null", "max_depth=6.0", "max_depth=choice(3, 5)", "learning_rate=1", "gamma=0.5",
     "max_depth='range(2, 5)'", "max_depth='${seed}'", "booster=dart"],
)  # fmt: skip
def test_what_a_booster_takes_is_accepted(loaded, override):
    assert loaded("model: [xgboost]\nseed: 3\n", f"model.xgboost.params.{override}")


@pytest.mark.parametrize("name", ["xgboost", "lightgbm", "catboost", "ebm"])
def test_boosters_have_the_parameters_that_are_listed(name):
    cls = family_tree(name)["classifier"]
    package = cls.partition(".")[0]
    listed = {*in_boosters.WHOLE[package], *in_boosters.NUMBERS[package]}
    assert listed <= set(estimators.parameters(cls))
    numbers = [k for k, v in family_tree(name)["params"].items() if "search" in str(v)]
    assert set(numbers) - {"interactions"} <= listed


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("model.linear.params.C=lots", "`model.linear.params.C` is 'lots'; a number above 0"),
        ("model.linear.params.max_iter=-5", "`model.linear.params.max_iter` is -5; a whole"),
        ("model.linear.params.C='interval(-1, 1)'", "`model.linear.params.C` is -1.0; a number"),
        ("+model.linear.params.penalty=l3", "'l3'; elasticnet, l1, l2 or none was expected"),
    ],
)
def test_a_value_that_a_class_of_scikit_learn_does_not_take(refused: Refused, override, said):
    assert said in refused("model: linear\n", override)


def test_rows_name_no_files_to_read(refused: Refused):
    block = "features: {blocks: {t: {columns: text, steps: {tfidf: {input: filename}}}}}\n"
    assert "'filename'; content was expected" in refused(block)
