"""Values of the parameters of steps: all that cannot be is said by `check`, with what can."""

import numpy as np
import pytest
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression

from engine import catalogue
from engine.errors import DataError
from engine.estimators import information
from engine.recipe import allowed, estimators, steps
from engine.recipe.checks import in_features
from engine.testing.transform import block, made, rows

PARTS = "year, quarter, month, day, weekday, weekend, day_of_year, hour, minute, seconds"


def faults(given):
    data = {"time": "when"}
    tree = {"data": data, "features": {"blocks": {"a": {"columns": "x", "steps": given}}}}
    found = in_features.faults(tree)
    return {
        ".".join(key[4:]): f"{fault.message} > {fault.hint}".replace("features.blocks.a.steps.", "")
        for key, fault in found
    }


REFUSED = [
    ({"lags": -1}, "lags", "`lags` is -1; a whole number from 1 or a list of such was expected > "),
    ({"lags": [1, 0]}, "lags", "`lags` holds 0; "),
    ({"lags": [1, "range(0, 5)"]}, "lags", "`lags` holds 0; "),
    ({"lags": "range(0, 5)"}, "lags", "`lags` is 0; "),
    ({"lags": "choice(1, 2.5)"}, "lags", "`lags` is 2.5; "),
    ({"rolling": {"statistics": ["mean", "media"]}}, "rolling.statistics",
     "`rolling.statistics` holds 'media'; mean, min, max, sum, std, count or a list of these was "
     "expected > did you mean mean?"),
    ({"datetime": ["year", "moon"]}, "datetime",
     f"`datetime` holds 'moon'; {PARTS} or a list of these was expected > did you mean mon"),
    ({"clip": 0.05}, "clip", "`clip` is 0.05; a list of 2 numbers from 0 to 1 in rising "),
    ({"clip": [0.9, 0.1]}, "clip", "`clip` is [0.9, 0.1]; a list of 2 numbers"),
    ({"clip": {"low": "zero"}}, "clip.low", "`clip.low` is 'zero'; a number or none was expected"),
    ({"hash": 8.5}, "hash", "`hash` is 8.5; a whole number from 1 was expected"),
    ({"hash": {"buckets": "interval(0, 9)"}}, "hash.buckets", "`hash.buckets` is 0"),
    ({"drop_correlated": 2}, "drop_correlated", "`drop_correlated` is 2; a number from 0 and belo"),
    ({"rare": 0}, "rare", "`rare` is 0; a number above 0 was expected"),
    ({"target": {"smooth": "aut"}}, "target.smooth",
     "`target.smooth` is 'aut'; a number from 0 or auto was expected > did you mean auto?"),
    ({"StandardScaler": {"with_mean": "maybe"}}, "StandardScaler.with_mean",
     "`StandardScaler.with_mean` is 'maybe'; true or false was expected"),
    ({"tfidf": {"tokenizer": "str.split"}}, "tfidf.tokenizer",
     "`tfidf.tokenizer` is 'str.split'; none was expected"),
    ({"tfidf": {"words": 0}}, "tfidf.words", "`tfidf.words` is 0; a whole number from 1 or none"),
    ({"pca": 1.5}, "pca", "`pca` is 1.5; a whole number from 0, a share above 0 and below 1"),
    ({"pca": {"components": True}}, "pca.components", "`pca.components` is true; "),
    ({"scale": {"quantile": {"output_distribution": "norml"}}},
     "scale.quantile.output_distribution", "`scale.quantile.output_distribution` is 'norml'; "
     "normal or uniform was expected > did you mean normal?"),
    ({"reduce": "pca", "pca": {"svd_solver": "ful"}}, "pca.svd_solver", "`pca.svd_solver` is"),
    ({"bin": 1}, "bin", "`bin` is 1; a whole number from 2"),
    ({"bin": "range(1, 5)"}, "bin", "`bin` is 1; "),
    ({"impute": "range(1, 5)"}, "impute", "the step `impute` has no option 'range(1, 5)'"),
    ({"select_k_best": {"score_func": "mutual_info"}}, "select_k_best.score_func",
     "`select_k_best.score_func` is 'mutual_info'; f_classif, mutual_info_classif, chi2, f_regr"),
    ({"select_from_model": {"estimator": "svm"}}, "select_from_model.estimator",
     "`select_from_model.estimator` is 'svm'; extra_trees, random_forest or linear was expected"),
    ({"SelectKBest": {"score_func": "chi2"}}, "SelectKBest.score_func",
     "`score_func` of SelectKBest cannot be given in a recipe > leave it out"),
    ({"RFE": True}, "RFE", "RFE cannot stand in a block: it needs another estimator, which no bl"
     "ock can give > use `select_from_model`"),
    ({"SelectFromModel": True}, "SelectFromModel", "SelectFromModel cannot stand in a block: it "
     "needs another estimator, which no block can give > use `select_from_model`"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "key", "said"), REFUSED)
def test_what_a_parameter_cannot_be_is_said_with_what_it_can(given, key, said):
    found = faults(given)
    assert list(found) == [key]
    assert found[key].startswith(said), found[key]


@pytest.mark.parametrize("given", [
    {"lags": 3}, {"lags": [1, "range(2, 5)"]}, {"lags": {"lags": "range(1, 4)", "by": "x"}},
    {"rolling": {"windows": [3, 7], "statistics": "max", "by": "none"}},
    {"clip": [0, 1]}, {"clip": ["interval(0, 0.1)", 0.9]}, {"clip": {"low": 0, "high": "none"}},
    {"rare": 0.01}, {"target": {"smooth": 5}}, {"onehot": {"max_categories": "none"}},
    {"onehot": 20_000}, {"tfidf": {"ngrams": [1, 2], "min_df": 0.1, "norm": "none"}},
    {"pca": 0.9}, {"pca": "mle"}, {"pca": {"components": "mle"}}, {"PCA": {"n_components": 30}},
    {"bin": 5}, {"bin": "choice(none, 3, 5)"}, {"bin": "range(2, 9)"}, {"reduce": 3},
    {"impute": {"constant": {"value": "none_given"}}}, {"impute": {"constant": {"fill_value": 3}}},
    {"select_k_best": {"score_func": "mutual_info_classif"}}, {"datetime": "year"},
    {"IterativeImputer": {"max_iter": 2}}, {"hash": "choice(8, 16)"}, {"select_k_best": "all"},
    {"spline": "???"}, {"hash": "${seed}"},
])  # fmt: skip
def test_what_a_parameter_can_be_is_taken(given):
    found = faults(given)
    assert not found or next(iter(given.values())) in ("???", "${seed}"), found


def test_what_is_given_reaches_the_step():
    y = np.arange(80) % 2
    given = {
        "datetime": "year", "bin": 5, "onehot": {"max_categories": "none"},
        "select_k_best": {"columns": 2, "score_func": "mutual_info_classif"},
        "select_from_model": {"columns": 2, "estimator": "random_forest"},
        "IterativeImputer": {"max_iter": 2},
    }  # fmt: skip
    wide = [
        made(block(step, value)).fit_transform(rows(), y).shape[1] for step, value in given.items()
    ]
    assert wide == [2, 4 * 5, 2 * 3, 2, 2, 4]


def test_a_score_for_another_kind_of_target_is_refused_before_anything_is_fitted():
    with pytest.raises(DataError, match=r"(?s)`score_func` is f_regression, which is not for a tar"
                       r"get of classes.*one of f_classif, mutual_info_classif, chi2"):  # fmt: skip
        made(block("select_k_best", {"score_func": "f_regression"}))


def test_mutual_information_draws_nothing():
    x = rows()[["number0", "number1"]].to_numpy()
    for ours, theirs, y in (
        (information.mutual_info_classif, mutual_info_classif, np.arange(80) % 2),
        (information.mutual_info_regression, mutual_info_regression, np.arange(80.0)),
    ):
        np.testing.assert_array_equal(ours(x, y), ours(x, y))
        np.testing.assert_allclose(ours(x, y), theirs(x, y, random_state=1), atol=0.02)


def test_all_faults_are_found_at_once(refused):
    said = refused(
        "features:\n  blocks:\n    a:\n      steps:\n        hash: 8.5\n"
        "        clip: {low: x}\n        pca: {whiten: 2}\n"
    )
    for line, what in ((6, "hash` is 8.5"), (7, "clip.low` is 'x'"), (8, "pca.whiten` is 2")):
        assert f"recipes/r.yaml:{line}: `features.blocks.a.steps.{what}" in said


def test_every_default_of_the_catalogue_is_one_that_may_be_given():
    for step in ("lags", "rolling", "impute", "scale", "encode", "bin", "expand", "dates", "text",
                 "reduce", "select"):  # fmt: skip
        for option in steps.word(step).options or {"": {}}:
            row = steps.entry(step, option)
            for name, value in row.get("params", {}).items():
                rows = steps.allowed(row, name)
                assert rows is None or value == [] or not allowed.strange(value, rows), (step, name)


HIDDEN = {"seed", "numeric", "grouped"}  # given by the engine itself


def test_every_parameter_of_our_own_steps_is_declared_and_described():
    for step, row in catalogue.rows("transforms").items():
        for option in row.get("options", {"": row}):
            entry = steps.entry(step, option)
            if entry["class"].startswith("engine."):
                declared = entry.get("parameters", {})
                known = {*estimators.parameters(entry["class"]), *entry.get("names", {}).values()}
                assert set(declared) == known - HIDDEN, step
                assert all(one["about"].endswith(".") for one in declared.values()), step
