"""Who gets the cores."""

from __future__ import annotations

import pytest

from engine.recipe.schema import Recipe
from engine.steps import cores


def asked(**compute):
    return Recipe.model_validate(
        {
            "name": "r", "data": {"source": "x.csv", "target": "y"}, "compute": compute,
            "model": {"dummy": {"classifier": "sklearn.dummy.DummyClassifier"}},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("workers", "rows", "threads"), [(1, 100, 1), (1, 10**6, 8), (4, 10**6, 2), (16, 10**6, 1)]
)
def test_fits_together_never_exceed_the_cores(monkeypatch, workers, rows, threads):
    monkeypatch.setattr(cores, "available_cores", lambda: 8)
    assert cores.threads(asked(), workers, rows) == threads


def test_the_recipe_has_the_last_word():
    assert cores.threads(asked(threads=3), 1, 10) == 3
