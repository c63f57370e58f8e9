"""Folds that a column names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import PredefinedSplit

from engine.contracts import Rows
from engine.errors import DataError
from engine.splitters import predefined


@given(names=st.lists(st.integers(0, 4), min_size=10, max_size=80), count=st.integers(2, 9))
def test_they_are_those_of_scikit_learn(names, count):
    names = np.array([0, 0, 1, 1, *names])
    folds = predefined.folds(Rows(len(names), fold=names), count, 0)
    theirs = list(PredefinedSplit(names).split())
    assert len(folds) == len(theirs)
    for fold, (train, valid) in zip(folds, theirs, strict=True):
        assert fold.train.tolist() == train.tolist()
        assert fold.valid.tolist() == valid.tolist()


def test_names_may_be_texts():
    names = np.array(["b", "a", "c"] * 10, dtype=object)
    first = predefined.folds(Rows(30, fold=names), 5, 0)[0]
    assert set(names[first.valid]) == {"a"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a"] * 20, "the column has 1 distinct value in the rows to train on; folds need 2"),
        ([*"ab" * 9, None], "the column has 1 missing value"),
        (list(range(20)), "the column has 20 distinct values for 20 rows"),
    ],
)
def test_columns_that_name_no_folds(names, message):
    rows = Rows(len(names), fold=np.array(names, dtype=object))
    with pytest.raises(DataError, match=rf"evaluation\.fold_column: {message}"):
        predefined.folds(rows, 5, 0)


def test_the_holdout_takes_whole_groups_or_so_much_of_each_class():
    random = np.random.default_rng(0)
    target, groups = random.integers(0, 2, 600), np.repeat(np.arange(60), 10)
    fold = predefined.holdout(Rows(600, target, groups, fold=groups % 3), 0.2, 0)
    assert not np.intersect1d(groups[fold.train], groups[fold.valid]).size
    fold = predefined.holdout(Rows(600, target, fold=groups % 3), 0.2, 0)
    assert abs(target[fold.valid].mean() - target.mean()) < 0.01
