"""Transformers of scikit-learn by the names of their classes."""

import numpy as np
import pytest

from engine import catalogue
from engine.bundle import persist
from engine.errors import NotFoundError
from engine.recipe import steps
from engine.testing.transform import block, filled, made, rows
from engine.transforms import Surroundings

GIVEN = {  # what some of them cannot do without on so few rows
    "GaussianRandomProjection": {"n_components": 2},
    "SparseRandomProjection": {"n_components": 2},
    "OneHotEncoder": {"handle_unknown": "ignore"},
    "OrdinalEncoder": {"handle_unknown": "use_encoded_value", "unknown_value": -1},
    "MissingIndicator": {"features": "all"},
    "SelectFdr": {"alpha": 1.0},
    "SelectFwe": {"alpha": 1.0},
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(steps.classes()))
def test_each_class_fits_in_a_block_and_is_saved_and_loaded(name, tmp_path):
    features = made(block(name, GIVEN.get(name, True)))
    fitted = features.fit(rows(), np.arange(80) % 2)
    table = filled(fitted.transform(rows(seed=1)))
    assert table.shape[0] == 80
    assert table.shape[1] >= 1
    persist.save_pipeline(fitted, tmp_path / "features.skops")
    loaded = persist.load_pipeline(tmp_path / "features.skops")
    np.testing.assert_array_equal(filled(loaded.transform(rows(seed=1))), table)


def test_a_class_takes_the_seed_and_its_own_parameters():
    make = catalogue.find("transforms", "Nystroem")
    found = make("", {"n_components": 5}, Surroundings(seed=7))
    assert (found.n_components, found.random_state) == (5, 7)


@pytest.mark.parametrize("name", ["Nystrom", "RFE", "TSNE", "sklearn.svm.SVC", "SVC", "os.system"])
def test_what_is_no_transformer_of_columns_is_not_found(name):
    with pytest.raises(NotFoundError, match="there is no transform"):
        catalogue.find("transforms", name)
