"""Every class on each side in its share, and a clear word where that cannot be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import Rows
from engine.errors import DataError
from engine.splitters import stratified


@given(
    sizes=st.lists(st.integers(5, 40), min_size=2, max_size=6),
    count=st.integers(2, 5),
    seed=st.integers(0, 999),
)
def test_sizes_of_folds_and_classes_differ_by_one_at_most(sizes, count, seed):
    target = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    folds = stratified.folds(Rows(len(target), target), count, seed)
    counts = np.array([np.bincount(target[f.valid], minlength=len(sizes)) for f in folds])
    assert np.ptp(counts, axis=0).max() <= 1
    assert np.ptp(counts.sum(axis=1)) <= 1
    assert counts.sum() == len(target)


@given(
    sizes=st.lists(st.integers(2, 60), min_size=2, max_size=6),
    share=st.sampled_from([0.1, 0.2, 0.25, 0.5, 0.9]),
)
def test_holdout_keeps_the_shares_of_classes(sizes, share):
    target = np.repeat(np.arange(len(sizes)), sizes)
    fold = stratified.holdout(Rows(len(target), target), share, 0)
    aside = np.bincount(target[fold.valid], minlength=len(sizes))
    assert (aside >= 1).all()
    assert (aside < sizes).all()
    assert (np.abs(aside - np.array(sizes) * share) <= 1).all()


def test_holdout_of_balanced_classes_is_exact():
    target = np.arange(1000) % 3
    fold = stratified.holdout(Rows(1000, target), 0.2, 0)
    assert len(fold.valid) == 200


def test_another_seed_gives_another_split():
    rows = Rows(100, np.arange(100) % 2)
    valid = [stratified.folds(rows, 5, seed)[0].valid.tolist() for seed in range(3)]
    assert valid[0] != valid[1] != valid[2]


def test_numbers_are_spread_evenly():
    target = np.random.default_rng(0).lognormal(0, 2, 1000)
    parts = [f.valid for f in stratified.folds(Rows(1000, target), 5, 0)]
    parts.append(stratified.holdout(Rows(1000, target), 0.2, 0).valid)
    for part in parts:
        assert len(part) == 200
        deciles = np.searchsorted(np.quantile(target, np.linspace(0.1, 0.9, 9)), target[part])
        assert np.ptp(np.bincount(deciles)) <= 6


def test_a_class_with_fewer_rows_than_folds_is_named():
    target = np.array([0] * 20 + [1] * 20 + [2] * 3)
    with pytest.raises(DataError) as caught:
        stratified.folds(Rows(43, target), 5, 0)
    assert str(caught.value) == (
        "data.target: class code 2 has 3 rows to train on; 5 folds need 5\n"
        "    set evaluation.folds to 2 .. 3, or set evaluation.split to plain, or drop or merge "
        "the class"
    )


def test_a_class_of_one_row_cannot_be_on_both_sides():
    with pytest.raises(DataError) as caught:
        stratified.holdout(Rows(21, np.array([0] * 20 + [1])), 0.2, 0)
    assert str(caught.value) == (
        "data.target: class code 1 has 1 row; a holdout and rows to train on need 2\n"
        "    set evaluation.holdout to 0, or set evaluation.split to plain, or drop or merge "
        "the class"
    )
