"""What every splitter must keep; ``CHECKS`` are called with the name of a catalogue entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from engine import catalogue
from engine.contracts import Fold, Rows, Spacing, Splitter
from engine.errors import DataError, Fault

_SEEDS = (0, 1, 2)
_KEYS = {
    "groups": "data.group", "time": "data.time", "target": "target",
    "fold": "evaluation.fold_column",
}  # fmt: skip
_SPACED = ("gap", "embargo", "window")
_TAKES = (*_SPACED, "repeats")


def example(count: int = 240, seed: int = 0) -> Rows:
    """Return rows that any splitter can split.

    They have three classes, times, groups of several sizes that last for some time and overlap,
    and folds made of whole groups.
    """
    random = np.random.default_rng(seed)
    classes = np.where(np.arange(count) % 10 == 0, 2, np.arange(count) % 2)
    time = random.integers(0, count // 3, count)
    edges = np.sort(random.choice(np.arange(1, count // 3), 40, replace=False))
    groups = np.searchsorted(edges, time + random.integers(0, 3, count))
    before = np.append(0, np.cumsum(np.bincount(groups))[:-1])
    return Rows(count, random.permutation(classes), groups, time, before[groups] * 5 // count)


def check_row(name: str) -> None:
    """Its row says what it is for, and which columns it needs."""
    row = catalogue.rows("splitters")[name]
    assert row["about"].endswith(".")
    assert set(row.get("needs", ())) | set(row.get("keeps", ())) <= set(_KEYS)
    assert set(row.get("takes", ())) <= set(_TAKES)


def check_folds(name: str) -> None:
    """Folds are as many as asked for, sorted, and no row is validated twice."""
    for count in (2, 5):
        folds = _splitter(name).folds(example(), count, seed=0)
        assert len(folds) == (5 if "fold" in _row(name).get("needs", ()) else count)
        for fold in folds:
            _check_fold(fold, example())
        validated = np.concatenate([fold.valid for fold in folds])
        assert len(np.unique(validated)) == len(validated)


def check_fold_sizes(name: str) -> None:
    """No fold validates half as many, or twice as many, rows as its share."""
    sizes = [len(fold.valid) for fold in _splitter(name).folds(example(3000), 5, seed=0)]
    assert min(sizes) > sum(sizes) / 5 / 2
    assert max(sizes) < sum(sizes) / 5 * 2


def check_holdout(name: str) -> None:
    """The holdout has about its share; the others train, but for those that time keeps away."""
    rows = example(3000)
    for share in (0.1, 0.2, 0.5):
        fold = _splitter(name).holdout(rows, share, seed=0)
        _check_fold(fold, rows)
        spaced = set(_SPACED) & set(_row(name).get("takes", ()))
        assert spaced or len(fold.train) + len(fold.valid) == rows.count
        assert abs(len(fold.valid) / rows.count - share) < 0.05


def check_no_holdout(name: str) -> None:
    """A share of 0 leaves all rows to train on."""
    fold = _splitter(name).holdout(example(), 0, seed=0)
    assert len(fold.train) == example().count
    assert len(fold.valid) == 0


def check_seed(name: str) -> None:
    """The same seed gives the same split; the rows are not changed."""
    splitter, rows, untouched = _splitter(name), example(), example()
    for seed in _SEEDS:
        once, again = splitter.folds(rows, 4, seed), splitter.folds(rows, 4, seed)
        once.append(splitter.holdout(rows, 0.3, seed))
        again.append(splitter.holdout(rows, 0.3, seed))
        assert all(_equal(a, b) for a, b in zip(once, again, strict=True))
    for column in ("target", "groups", "time", "fold"):
        assert np.array_equal(getattr(rows, column), getattr(untouched, column))


def check_after_holdout(name: str) -> None:
    """The rows that a holdout leaves can be split into folds."""
    left = example(600).take(_splitter(name).holdout(example(600), 0.2, seed=1).train)
    for fold in _splitter(name).folds(left, 5, seed=1):
        _check_fold(fold, left)


def check_too_few_rows(name: str) -> None:
    """Fewer rows than folds, and one row to set a holdout aside of, are refused with advice."""
    few = example().take(np.zeros(3, dtype=np.intp))
    _refused(lambda: _splitter(name).folds(few, 5, seed=0))
    _refused(lambda: _splitter(name).holdout(few.take(np.arange(1)), 0.2, seed=0))


def check_missing_column(name: str) -> None:
    """A column that is needed and not given is asked for by its key."""
    for column in _row(name).get("needs", ()):
        lacking: dict[str, Any] = {column: None}
        bare = replace(example(), **lacking)
        for call in (
            lambda bare=bare: _splitter(name).folds(bare, 5, seed=0),
            lambda bare=bare: _splitter(name).holdout(bare, 0.2, seed=0),
        ):
            assert _KEYS[column] in _refused(call)


def check_groups(name: str) -> None:
    """Where it needs or keeps groups, none stands on both sides."""
    row = _row(name)
    if "groups" in (*row.get("needs", ()), *row.get("keeps", ())):
        for fold in _all(name, example(600)):
            groups = example(600).groups
            assert groups is not None
            assert not np.intersect1d(groups[fold.train], groups[fold.valid]).size


def check_repeats(name: str) -> None:
    """Where it takes repeats, each seed gives other folds, and each validates every row once."""
    if "repeats" in _row(name).get("takes", ()):
        rows = example(600)
        found = [_splitter(name).folds(rows, 4, seed) for seed in _SEEDS]
        assert not any(_equal(found[0][0], other[0]) for other in found[1:])
        for folds in found:
            times = np.bincount(np.concatenate([fold.valid for fold in folds]))
            assert times.tolist() == [1] * rows.count


def check_spacing(name: str) -> None:
    """Where it takes a gap, an embargo and a window, each keeps the rows away that it should."""
    if not set(_SPACED) & set(_row(name).get("takes", ())):
        return
    rows = example(1200)
    time = np.asarray(rows.time)
    for near, far in zip(_all(name, rows), _all(name, rows, Spacing(9, 4)), strict=True):
        cut = time[near.valid].min()
        assert time[near.train].max() < cut
        assert time[far.train].max() + 9 < cut <= time[far.valid].min() - 4
        assert set(far.train) <= set(near.train)
        assert set(far.valid) <= set(near.valid)
    folds = _splitter(name).folds(rows, 5, 0, Spacing(window=150))  # type: ignore[call-arg]  # it takes one
    assert all(time[f.train].min() + 150 >= time[f.valid].min() for f in folds)


CHECKS = (
    check_groups,
    check_repeats,
    check_spacing,
    check_row,
    check_folds,
    check_fold_sizes,
    check_holdout,
    check_no_holdout,
    check_seed,
    check_after_holdout,
    check_too_few_rows,
    check_missing_column,
)


def _row(name: str) -> Mapping[str, Any]:
    return catalogue.rows("splitters")[name]


def _all(name: str, rows: Rows, *spacing: Spacing) -> list[Fold]:
    splitter: Any = _splitter(name)
    return [*splitter.folds(rows, 4, 0, *spacing), splitter.holdout(rows, 0.2, 0, *spacing)]


def _splitter(name: str) -> Splitter:
    found: Splitter = catalogue.find("splitters", name)
    return found


def _check_fold(fold: Fold, rows: Rows) -> None:
    """Both sides have rows, in order, each once, on one side alone."""
    for index in (fold.train, fold.valid):
        assert len(index)
        assert index.dtype.kind == "i"
        assert index.min() >= 0
        assert index.max() < rows.count
        assert (np.diff(index) > 0).all()
    assert not np.intersect1d(fold.train, fold.valid).size


def _equal(one: Fold, other: Fold) -> bool:
    same = np.array_equal(one.train, other.train)
    return same and np.array_equal(one.valid, other.valid)


def _refused(call: Callable[[], Any]) -> str:
    """Return the message of the DataError, each fault of which says what to change."""
    faults: tuple[Fault, ...] = ()
    try:
        call()
    except DataError as error:
        faults = error.faults
    assert faults, "no DataError"
    assert all(fault.hint for fault in faults)
    return "\n".join(map(str, faults))
