"""The table of classes and parameters, and the list of trusted packages."""

from __future__ import annotations

import json

import pytest
from sklearn.utils import all_estimators

from engine.recipe import estimators
from engine.testing import estimators_table


def test_the_table_is_that_of_the_installed_libraries() -> None:
    made = estimators_table.table()
    kept = {name: row for name, row in estimators.table().items() if name in made}
    assert kept == made, "run: python -m engine.testing.estimators_table"


def test_the_table_is_written_one_class_a_line() -> None:
    lines = estimators_table.path().read_text("utf-8").splitlines()
    assert json.loads("\n".join(lines)) == estimators.table()
    assert len(lines) == len(estimators.table()) + 2


@pytest.mark.parametrize(
    "name",
    ["os.system", "subprocess.Popen", "joblib.load", "builtins.eval", "sklearnx.svm.SVC", "", "."],
)
def test_hostile_classes_are_refused(name: str) -> None:
    fault = estimators.fault(name, "classifier")
    assert fault
    assert "trusted package" in fault.message


@pytest.mark.parametrize(
    "name", ["sklearn.utils.Bunch", "sklearn.datasets.fetch_openml", "xgboost"]
)
def test_only_estimators_of_trusted_packages_are_taken(name: str) -> None:
    fault = estimators.fault(name, "classifier")
    assert fault
    assert "there is no classifier" in fault.message


def test_kinds_are_kept_apart() -> None:
    assert estimators.fault("sklearn.svm.SVC", "classifier") is None
    fault = estimators.fault("sklearn.svm.SVC", "regressor")
    assert fault
    assert fault.message == "sklearn.svm.SVC is a classifier, not a regressor"


def test_entry_points_extend_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimators, "_installed", lambda: frozenset({"my.Model"}))
    assert estimators.fault("my.Model", "classifier") is None
    assert estimators.parameters("my.Model") is None


def test_parameters_of_the_classes_above_are_known() -> None:
    known = estimators.parameters("xgboost.XGBClassifier")
    assert known is not None
    assert {"max_depth", "objective", "n_estimators", "early_stopping_rounds"} <= set(known)


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("sklearn.ensemble.VotingClassifier", "estimators"),
        ("sklearn.ensemble.StackingClassifier", "estimators"),
        ("sklearn.multiclass.OneVsRestClassifier", "estimator"),
    ],
)
def test_a_class_made_of_other_estimators_is_refused(name: str, parameter: str) -> None:
    fault = estimators.fault(name, "classifier")
    assert fault
    whole = f"{name} cannot be made without `{parameter}`: other estimators, which no recipe gives"
    assert fault.message == whole
    assert fault.hint == "name a class that stands alone; several are several families"


@pytest.mark.filterwarnings("ignore:.*deprecated:FutureWarning")
@pytest.mark.parametrize("kind", ["classifier", "regressor"])
def test_every_class_that_is_taken_can_be_made_of_its_defaults(kind: str) -> None:
    for name, cls in all_estimators(kind):
        path = f"{cls.__module__.split('._')[0]}.{name}"
        if estimators.fault(path, kind) is None:
            assert isinstance(cls(), cls)
