"""No group on both sides; sizes and classes balanced as far as groups allow."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from engine.contracts import Rows
from engine.errors import DataError
from engine.splitters import grouped

SEEDS = st.integers(0, 999)


def rows_of(sizes, seed=0, target=None):
    groups = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    return Rows(len(groups), target, groups)


@given(sizes=st.lists(st.integers(1, 50), min_size=5, max_size=30), seed=SEEDS)
def test_no_group_stands_on_both_sides(sizes, seed):
    rows = rows_of(sizes, seed)
    split = grouped.folds(rows, 5, seed)
    assert all(len(fold.valid) for fold in split)
    for fold in [*split, grouped.holdout(rows, 0.2, seed)]:
        assert not np.intersect1d(rows.groups[fold.train], rows.groups[fold.valid]).size


@given(sizes=st.lists(st.integers(1, 50), min_size=2, max_size=30), seed=SEEDS)
def test_sizes_differ_by_the_largest_group_at_most(sizes, seed):
    count = min(5, len(sizes))
    parts = [len(fold.valid) for fold in grouped.folds(rows_of(sizes, seed), count, seed)]
    assert max(parts) - min(parts) <= max(sizes)


@given(
    sizes=st.lists(st.integers(1, 20), min_size=2, max_size=30),
    seed=SEEDS,
    share=st.sampled_from([0.05, 0.2, 0.5, 0.8]),
)
def test_holdout_is_off_by_the_largest_group_at_most(sizes, seed, share):
    fold = grouped.holdout(rows_of(sizes, seed), share, seed)
    assert len(fold.train)
    assert len(fold.valid)
    assert abs(len(fold.valid) - share * sum(sizes)) <= max(sizes)


@pytest.mark.parametrize("seed", range(5))
def test_few_groups_are_held_out_as_near_to_the_share_as_they_come(seed):
    assert len(grouped.holdout(rows_of([500, 300, 200], seed), 0.2, seed).valid) == 200
    assert len(grouped.holdout(rows_of([500, 300, 200], seed), 0.5, seed).valid) == 500
    assert len(grouped.holdout(rows_of([900, 60, 40], seed), 0.2, seed).valid) == 100


@given(
    sizes=st.lists(st.integers(1, 60), min_size=2, max_size=8),
    seed=SEEDS,
    share=st.sampled_from([0.05, 0.2, 0.5, 0.8]),
)
def test_no_choice_of_few_groups_is_much_nearer_to_the_share(sizes, seed, share):
    wanted, whole = share * sum(sizes), range(len(sizes))
    some = [c for n in whole[1:] for c in itertools.combinations(sizes, n)]
    nearest = min(abs(sum(chosen) - wanted) for chosen in some)
    held = len(grouped.holdout(rows_of(sizes, seed), share, seed).valid)
    assert abs(held - wanted) <= nearest + sum(sizes) / 100 + 1e-9


def test_of_few_groups_those_are_held_out_that_balance_the_classes():
    groups = np.repeat(np.arange(10), 100)
    rate = np.array([0, 0, 0, 0, 0.5, 0.5, 1, 1, 1, 1])[groups]
    target = (np.tile(np.arange(100), 10) < rate * 100).astype(int)
    held = {tuple(np.unique(groups[grouped.holdout(Rows(1000, target, groups), 0.2, seed).valid]))
            for seed in range(20)}  # fmt: skip
    assert all(np.mean(rate[::100][list(chosen)]) == 0.5 for chosen in held)
    assert len(held) > 5  # equals are chosen from by the seed
    again = [grouped.holdout(Rows(1000, target, groups), 0.2, 3).valid.tolist() for _ in range(2)]
    assert again[0] == again[1]


def unevenness(target, folds):
    """The largest difference of a class's share in a fold from its share in all rows."""
    overall = np.bincount(target) / len(target)
    shares = [np.bincount(target[v], minlength=len(overall)) / len(v) for v in folds]
    return np.abs(np.array(shares) - overall).max()


@pytest.mark.parametrize("seed", range(5))
def test_classes_are_as_even_as_scikit_learn_makes_them(seed):
    random = np.random.default_rng(seed)
    groups = random.integers(0, 60, 3000)
    chance = random.beta(0.5, 2, 60)  # each group has a rate of its own
    target = (random.random(3000) < chance[groups]).astype(int)
    ours = [f.valid for f in grouped.folds(Rows(3000, target, groups), 5, seed)]
    theirs = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(groups, target, groups)
    assert unevenness(target, ours) <= unevenness(target, [v for _, v in theirs]) + 0.02
    assert np.ptp([len(v) for v in ours]) < 150


def test_numbers_are_spread_over_folds():
    random = np.random.default_rng(0)
    groups = random.integers(0, 100, 3000)
    target = groups * 1.0 + random.normal(size=3000)  # a group is either high or low
    means = [target[f.valid].mean() for f in grouped.folds(Rows(3000, target, groups), 5, 0)]
    assert np.ptp(means) < 0.1 * target.std()


def test_another_seed_gives_another_split():
    rows = rows_of(np.arange(10, 40))
    valid = [grouped.folds(rows, 5, seed)[0].valid.tolist() for seed in range(3)]
    assert valid[0] != valid[1] != valid[2]


def test_groups_may_be_text():
    groups = np.array([f"family {n % 7}" for n in range(70)], dtype=object)
    assert len(grouped.folds(Rows(70, None, groups), 5, 0)) == 5


def test_a_group_for_each_row_is_no_burden():
    rows = Rows(20_000, np.arange(20_000) % 3, np.arange(20_000))
    start = time.process_time()
    grouped.folds(rows, 5, 0)
    assert time.process_time() - start < 5  # scikit-learn takes minutes


def test_fewer_groups_than_folds():
    with pytest.raises(DataError) as caught:
        grouped.folds(rows_of([10, 10, 10]), 5, 0)
    assert str(caught.value) == (
        "data.group: the column has 3 distinct values in the rows to train on; 5 folds need 5\n"
        "    set evaluation.folds to 2 .. 3, or name another data.group"
    )


def test_one_group_leaves_no_holdout():
    with pytest.raises(DataError, match=r"data\.group: .* 1 distinct value;"):
        grouped.holdout(rows_of([10]), 0.2, 0)


def test_groups_that_were_not_given():
    with pytest.raises(DataError) as caught:
        grouped.folds(Rows(10), 5, 0)
    assert str(caught.value) == (
        "evaluation.split: the split 'grouped' needs data.group\n"
        "    name a column under data.group, or choose another evaluation.split"
    )


def test_missing_groups():
    groups = np.array(["a", None, "b", "c", None], dtype=object)
    with pytest.raises(DataError, match=r"data\.group: the column has 2 missing values"):
        grouped.folds(Rows(5, None, groups), 2, 0)
