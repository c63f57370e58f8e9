"""What every option of every transform promises: a row of the catalogue is picked up unlisted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from engine import catalogue
from engine.bundle import persist
from engine.bundle.input import Column
from engine.contracts import Numbers
from engine.steps.features import transformer, treatments
from engine.testing.recipes import family
from engine.transforms import Surroundings

OPTIONS = [
    (step, option)
    for step in catalogue.names("transforms")
    for option in catalogue.rows("transforms")[step]["options"]
]
COLUMNS = (
    *(Column(f"number{i}", "number") for i in range(4)),
    *(Column(f"word{i}", "category", ("a", "b", "c")) for i in range(2)),
    *(Column(f"day{i}", "date") for i in range(2)),
)
KINDS = {"encode": "category", "dates": "date"}


def rows(count: int = 80, seed: int = 0) -> Numbers:
    """Encoded rows of ``COLUMNS``, none missing."""
    random = np.random.default_rng(seed)
    numbers = random.normal(size=(count, 4)) * [1, 10, 100, 1]
    words = random.integers(0, 3, (count, 2))
    days = random.integers(0, 2_000_000_000, (count, 2))
    return np.hstack([numbers, words, days]).astype(np.float64)


def block(step: str, value: Any, **beside: Any) -> dict[str, Any]:
    """Features that send the columns of the kind that a step is for through it."""
    kind = KINDS.get(step, "number")
    steps = {step: value, **beside}
    return {"rest": "drop", "blocks": {"amounts": {"columns": kind, "steps": steps}}}


def made(features: Mapping[str, Any], seed: int = 0, classify: bool = True) -> Any:
    """Return the unfitted transformer of features, as a family without any talent needs it."""
    found = treatments(COLUMNS, features, family("linear"))
    return transformer(found, COLUMNS, seed, classify)


@pytest.mark.filterwarnings("ignore:n_quantiles")
@pytest.mark.parametrize(("step", "option"), OPTIONS)
class TransformSuite:
    """Promises of each option of each step."""

    def test_fits_in_a_block_and_is_saved_and_loaded(
        self, step: str, option: str, tmp_path: Path
    ) -> None:
        features = made(block(step, option))
        y = np.arange(80) % 2
        fitted = clone(features).fit(rows(), y)
        table = fitted.transform(rows(seed=1))
        assert table.shape[0] == 80
        assert table.shape[1] >= 1
        assert np.isfinite(table).all()
        persist.save_pipeline(fitted, tmp_path / "features.skops")
        loaded = persist.load_pipeline(tmp_path / "features.skops")
        np.testing.assert_array_equal(loaded.transform(rows(seed=1)), table)

    def test_is_repeatable_and_fits_for_numbers_as_target(self, step: str, option: str) -> None:
        y = np.linspace(0, 1, 80)
        one, other = (made(block(step, option), 3, False).fit_transform(rows(), y) for _ in "ab")
        np.testing.assert_array_equal(one, other)

    def test_one_column_is_enough(self, step: str, option: str) -> None:
        kind = KINDS.get(step, "number")
        name = next(column.name for column in COLUMNS if column.kind == kind)
        features = {"rest": "drop", "blocks": {"a": {"columns": name, "steps": {step: option}}}}
        table = made(features).fit(rows(), np.arange(80) % 2).transform(rows(seed=1))
        assert table.shape[1] >= 1

    def test_says_what_it_is_for(self, step: str, option: str) -> None:
        row = catalogue.rows("transforms")[step]
        assert row["about"].endswith(".")
        assert row["default"] in row["options"]
        make = catalogue.find("transforms", step)
        assert type(make("", {}, Surroundings(3))) is type(
            make(row["default"], {}, Surroundings(3))
        )
