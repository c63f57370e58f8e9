"""The data sets of scikit-learn as they are documented there."""

import re
import subprocess
import sys

import pytest

from engine.errors import DataError
from engine.sources import sklearn

SHAPES = {  # rows, columns with the target, some classes
    "breast_cancer": (569, 31, {"malignant": 212, "benign": 357}),
    "wine": (178, 14, {"class_0": 59, "class_1": 71, "class_2": 48}),
    "digits": (1797, 65, {"0": 178, "9": 180}),
    "iris": (150, 5, {"setosa": 50, "versicolor": 50, "virginica": 50}),
    "diabetes": (442, 11, {}),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_and_classes(name):
    rows, columns, classes = SHAPES[name]
    frame = sklearn.read(f"sklearn:{name}")
    assert frame.shape == (rows, columns)
    assert list(frame)[-1] == "target"
    assert all(re.fullmatch("[a-z][a-z0-9_]*", column) for column in frame)
    counts = frame["target"].value_counts()
    assert frame["target"].dtype == ("str" if classes else "float64")
    assert {label: counts[label] for label in classes} == classes


def test_names_of_columns():
    assert next(iter(sklearn.read("sklearn:iris"))) == "sepal_length_cm"
    assert "od280_od315_of_diluted_wines" in sklearn.read("sklearn:wine")
    assert "mean_radius" in sklearn.read("sklearn:breast_cancer")


def test_diabetes_is_in_units_of_measurement():
    assert sklearn.read("sklearn:diabetes")["age"].between(19, 79).all()


def test_unknown_name():
    with pytest.raises(DataError) as caught:
        sklearn.read("sklearn:breast_canser")
    assert str(caught.value) == (
        "sklearn:breast_canser: there is no data set of scikit-learn 'breast_canser'\n"
        "    did you mean 'breast_cancer'?"
    )


def test_fingerprint_does_not_import_scikit_learn():
    code = (
        "import sys; from engine.sources import sklearn as s;"
        "s.fingerprint('sklearn:wine'); assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert sklearn.fingerprint("sklearn:wine") != sklearn.fingerprint("sklearn:iris")
