import numpy as np
import pandas as pd
import pytest

from engine.bundle.load import open_bundle
from engine.bundle.predict import Model
from engine.errors import DataError
from engine.testing.family import PAIRS
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, recipe

HOSTILE = ["=cmd()", "<script>", "a\nb", "../x", "🙂", "a", "probability_a"]


def bundle(frame, tmp_path, family="linear", **parts):
    parts = {"search": {"trials": 1}, "evaluation": {"folds": 2}, **parts}
    return open_bundle(Steps(recipe(family, **parts), frame, tmp_path).run("pack").folder)


def test_predictions_stand_in_the_order_of_the_rows_with_the_id_first(tmp_path):
    frame = mixed(120).assign(key=lambda f: [f"k{i}" for i in range(len(f))])
    opened = bundle(frame, tmp_path, data={"id": "key"})
    backwards = frame.drop(columns="y").iloc[::-1]
    found, unseen = opened.predict(backwards)
    assert list(found.columns[:2]) == ["key", "prediction"]
    assert set(found.columns[2:]) == {"probability_no", "probability_yes"}
    assert found["key"].tolist() == backwards["key"].tolist()
    assert not unseen
    alone, _ = opened.predict(backwards.iloc[[5]])
    pd.testing.assert_frame_equal(alone, found.iloc[[5]].reset_index(drop=True))
    assert "key" not in opened.predict(backwards.drop(columns="key"))[0]


@pytest.mark.parametrize(("family", "task"), [pair for pair in PAIRS if pair[1] != "multiclass"])
def test_no_rows_are_predicted_as_no_rows(tmp_path, family, task):
    opened = bundle(mixed(120, task), tmp_path, family)
    some, _ = opened.predict(mixed(120, task))
    none, unseen = opened.predict(mixed(120, task).head(0))
    assert list(none.columns) == list(some.columns)
    assert len(none) == 0
    assert not unseen


@pytest.mark.parametrize("family", ["linear", "xgboost"])
def test_hostile_class_names_come_out_as_they_went_in(tmp_path, family):
    frame = mixed(210)
    frame["y"] = [HOSTILE[i % len(HOSTILE)] for i in range(len(frame))]
    opened = bundle(frame, tmp_path, family)
    found, _ = opened.predict(frame)
    assert set(found["prediction"]) <= set(HOSTILE)
    assert set(found.columns) == {"prediction", *(f"probability_{name}" for name in HOSTILE)}
    assert not [path for path in tmp_path.rglob("*") if "cmd" in path.name or path.name == "x"]


@pytest.mark.parametrize(
    ("labels", "kind"), [([0, 1], "int64"), ([True, False], "bool"), ([0.5, 1.5], "float64")]
)
def test_labels_keep_their_type(tmp_path, labels, kind):
    frame = mixed(120)
    frame["y"] = np.where(frame["y"] == "yes", labels[0], labels[1])
    found, _ = bundle(frame, tmp_path).predict(frame)
    assert found["prediction"].dtype == kind
    assert set(found["prediction"]) <= set(labels)


def test_labels_of_several_types_are_told_apart(tmp_path):
    frame = mixed(150)
    frame["y"] = pd.Series([1, True, "x"] * 50, dtype=object)
    opened = bundle(frame, tmp_path)
    assert [type(label) for label in opened.classes] == [int, bool, str]
    assert {"probability_1", "probability_True", "probability_x"} <= set(opened.predict(frame)[0])


def test_an_id_called_like_a_column_of_the_predictions_is_refused(tmp_path):
    frame = mixed(60)
    frame["probability_yes"] = range(60)
    with pytest.raises(DataError, match=r"data\.id: .*'probability_yes'"):
        bundle(frame, tmp_path, data={"id": "probability_yes"})


def test_text_gives_the_same_predictions_as_typed_values(tmp_path):
    frame = mixed(120)
    opened = bundle(frame, tmp_path, "xgboost")
    raw = frame.drop(columns="y")
    text = raw.astype("str").where(raw.notna())
    assert {str(dtype) for dtype in text.dtypes} == {"str"}
    typed, _ = opened.predict(raw)
    pd.testing.assert_frame_equal(typed, opened.predict(text)[0])
    chunks = [opened.predict(text.iloc[i : i + 7], i)[0] for i in range(0, 120, 7)]
    pd.testing.assert_frame_equal(typed, pd.concat(chunks, ignore_index=True))


def test_a_class_that_the_model_never_saw_has_probability_zero():
    class Fitted:
        classes_ = np.array([0, 2])

        def predict_proba(self, X):
            return np.full((len(X), 2), 0.5)

    predicted = Model(Fitted(), ("a", "b", "c")).predict(np.zeros((3, 1)))
    assert predicted.probability.tolist() == [[0.5, 0, 0.5]] * 3
