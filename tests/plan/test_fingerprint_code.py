"""What a fingerprint covers besides the recipe and the data."""

from __future__ import annotations

import pytest

from engine.plan import fingerprint
from engine.recipe.schema import Recipe


def recipe(**families):
    return Recipe.model_validate(
        {"name": "r", "data": {"source": "x.csv", "target": "y"}, "model": families}
    )


@pytest.fixture(autouse=True)
def _forget():
    fingerprint._version.cache_clear()
    yield
    fingerprint._version.cache_clear()


def test_the_engine_s_own_code_is_part_of_its_version(tmp_path, monkeypatch):
    before = fingerprint._version("recipe-engine")
    for part in fingerprint.CODE:
        (tmp_path / part).mkdir()
    (tmp_path / "steps" / "split.py").write_text("changed = True")
    monkeypatch.setattr(fingerprint, "files", lambda package: tmp_path)
    fingerprint._version.cache_clear()
    assert fingerprint._version("recipe-engine") != before
    assert fingerprint._version("recipe-engine").startswith(before.partition("+")[0])


def test_every_package_that_makes_results_is_covered():
    makers = {"steps", "search", "estimators", "splitters", "metrics", "sources"}
    assert makers <= {*fingerprint.CODE}


def test_the_libraries_of_the_families_count():
    family = {"classifier": "lightgbm.LGBMClassifier", "regressor": "sklearn.dummy.DummyRegressor"}
    assert fingerprint.families_libraries(recipe(lgbm=family)) == ["lightgbm", "scikit-learn"]


def test_a_library_that_is_not_installed_has_a_version_all_the_same():
    assert fingerprint._version("no-such-library") == "not installed"


def test_a_description_changes_nothing():
    tree = {"linear": {"about": "one", "params": {"C": 1}}}
    other = {"linear": {"about": "two", "params": {"C": 1}}}
    assert fingerprint._meant(tree) == fingerprint._meant(other)
