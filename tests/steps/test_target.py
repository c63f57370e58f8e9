import datetime

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.steps.target import read_target
from engine.testing.recipes import recipe


def read(values, **problem):
    frame = pd.DataFrame({"y": values if isinstance(values, pd.Series) else pd.Series(values)})
    return read_target(frame, recipe(problem=problem))


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (["no", "no", "yes"], "binary", ("no", "yes")),
        (["yes", "yes", "no"], "binary", ("yes", "no")),  # of texts the rarer is looked for
        ([True, False, True], "binary", (False, True)),
        ([1, 1, 0], "binary", (0, 1)),
        ([1.0, 0.0, 1.0, None], "binary", (0, 1)),
        ([0.5, 1.5, 0.5], "binary", (0.5, 1.5)),
        ([3, 1, 2, 3, 2, 1], "multiclass", (1, 2, 3)),
        ([3.0, 1.0, 2.0, 3.0, 2.0, None, 1.0], "multiclass", (1, 2, 3)),
        (["c", "a", "b", "a", "b", "c"], "multiclass", ("a", "b", "c")),
        ([*range(11)] * 3, "regression", ()),
        ([0.1, 0.2, 0.3], "regression", ()),
        (pd.Series(["a", "b", "a", None], dtype="category"), "binary", ("a", "b")),
        (pd.Series([1, 2, 2, None], dtype="Int64"), "binary", (1, 2)),
        (pd.Series([True, None, False], dtype="boolean"), "binary", (False, True)),
        (pd.Series([True, None, False], dtype=object), "binary", (False, True)),
        (pd.Series([datetime.date(2024, 1, 1), datetime.date(2025, 1, 1)] * 2), "binary", None),
    ],
)
def test_the_task_is_inferred(values, task, classes):
    target = read(values)
    assert target.task == task
    if classes is not None:
        assert target.classes == classes
        assert [type(label) for label in target.classes] == [type(label) for label in classes]


def test_codes_follow_the_classes_and_missing_ones_are_not_known():
    target = read(["b", None, "a", "b", "b"])
    assert target.classes == ("b", "a")
    assert target.values.tolist() == [0, -1, 1, 0, 0]
    assert target.known.tolist() == [True, False, True, True, True]
    numbers = read([1.5, None, 2.5, 3.5])
    assert numbers.known.tolist() == [True, False, True, True]


@pytest.mark.parametrize(
    ("values", "positive", "classes"),
    [
        (["no", "no", "yes"], "no", ("yes", "no")),
        ([1, 1, 0], 0, (1, 0)),
        ([1, 1, 0], "0", (1, 0)),
        ([1.0, None, 0.0], 1, (0, 1)),
        ([1.0, None, 0.0], 0.0, (1, 0)),
        ([True, False], False, (True, False)),
        (["true", "false"], False, ("true", "false")),
        (["True", "False"], False, ("True", "False")),
        ([0.5, 1.5], 0.5, (1.5, 0.5)),
    ],
)
def test_the_positive_class_is_the_last(values, positive, classes):
    target = read(values, positive=positive)
    assert target.classes == classes
    assert np.asarray(target.classes, dtype=object)[target.values[0]] == values[0]


FAULTS = {
    "near": (["good", "bad"], {"positive": "goood"}, "class 'goood'.*did you mean 'good'"),
    "far": (["good", "bad"], {"positive": "x"}, "the classes are 'bad' and 'good'"),
    "three": (["a", "b", "c"] * 2, {"positive": "a"}, "the task is multiclass.*leave it out"),
    "number": (list(range(40)), {"positive": 1}, "the task is regression.*leave it out"),
    "two": (["a", "b", "c"] * 2, {"task": "binary"}, "3 classes.*problem.task: multiclass"),
    "one": (["a", "a", None], {}, "one class only.*at least two classes"),
    "null": ([None, None], {}, "holds no value at all"),
    "nan": ([np.nan, np.nan], {}, "holds no value at all"),
    "constant": ([None, 7.0, 7.0], {"task": "regression"}, "always holds 7"),
    "ids": ([f"id {i}" for i in range(90)], {}, "90 classes in 90 rows.*problem.task: regression"),
    "many": ([f"id {i}" for i in range(1001)] * 3, {}, "1,001 classes in 3,003 rows"),
    "text": (["1", "2", "x"] * 3, {"task": "regression"}, r"row 3 holds 'x'.*multiclass"),
    "infinite": ([1.0, np.inf] * 20 + list(range(30)), {}, "row 2 holds 'inf'"),
    "infinite class": ([1.0, np.inf] * 20, {}, "infinite numbers"),
    "dates": (
        pd.Series(pd.date_range("2024", periods=30)), {"task": "regression"}, "finite numbers",
    ),
    "alike": (pd.Series([1, "1", 2], dtype=object), {}, "'1' as int and as str.*in one way"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_what_cannot_be_learnt_is_said(case):
    values, problem, message = FAULTS[case]
    with pytest.raises(DataError, match=f"(?s){message}"):
        read(values, **problem)


def test_classes_that_are_equal_to_python_are_told_apart():
    values = pd.Series([1, True, "x", True, 1, "x"], dtype=object)
    target = read(values)
    assert [str(label) for label in target.classes] == ["1", "True", "x"]
    assert target.values.tolist() == [0, 1, 2, 1, 0, 2]


HOSTILE = [
    "=cmd()",
    "<script>",
    "a\nb",
    "../x",
    "🙂",
    "a",
    "probability_a",
    "",
    " ",
    "'",
    '"',
    "None",
]


def test_hostile_names_are_labels_like_others():
    target = read(HOSTILE * 3)
    assert set(target.classes) == set(HOSTILE)
    assert [target.classes[code] for code in target.values] == HOSTILE * 3


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_several_labels_in_a_row_are_refused(kind):
    frame = pd.DataFrame({"y": pd.Series([kind(["a"]), kind(["a", "b"])] * 9, dtype=object)})
    with pytest.raises(DataError, match=r"holds several labels in row 1.*\n.*a recipe for each"):
        read_target(frame, recipe())
