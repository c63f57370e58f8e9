"""Rows at random, in folds of one size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import Rows
from engine.errors import DataError
from engine.splitters import plain


@given(count=st.integers(2, 10), rows=st.integers(10, 200), seed=st.integers(0, 999))
def test_folds_are_of_one_size(count, rows, seed):
    sizes = [len(fold.valid) for fold in plain.folds(Rows(rows), count, seed)]
    assert max(sizes) - min(sizes) <= 1
    assert sum(sizes) == rows


def test_every_row_is_set_aside_by_some_seed():
    aside = [plain.holdout(Rows(50), 0.2, seed).valid for seed in range(60)]
    assert len(np.unique(np.concatenate(aside))) == 50


@given(rows=st.integers(2, 30), share=st.floats(0.001, 0.999))
def test_both_sides_have_rows(rows, share):
    fold = plain.holdout(Rows(rows), share, 0)
    assert len(fold.train)
    assert len(fold.valid)


def test_too_few_rows():
    with pytest.raises(DataError) as caught:
        plain.folds(Rows(3), 5, 0)
    assert str(caught.value) == (
        "evaluation.folds: 3 rows to train on are fewer than 5 folds\n"
        "    set evaluation.folds to 2 .. 3, or use more rows"
    )


def test_too_few_rows_for_any_folds():
    with pytest.raises(DataError) as caught:
        plain.folds(Rows(1), 5, 0)
    assert str(caught.value) == (
        "evaluation.folds: 1 row to train on is fewer than 5 folds\n    use more rows"
    )
