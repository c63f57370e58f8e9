"""Forward in time, and no group on both sides."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.contracts import Rows, Spacing
from engine.errors import DataError
from engine.splitters import forward, forward_grouped

ROWS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8)), min_size=20, max_size=150).filter(
    lambda rows: len({time for time, _ in rows}) >= 8
)


def made(pairs):
    time, group = np.array(pairs).T
    return Rows(len(pairs), groups=time // 8 + group // 4, time=time)


@given(pairs=ROWS, count=st.integers(2, 4), gap=st.integers(0, 5))
def test_training_loses_the_groups_that_come_back_and_nothing_else(pairs, count, gap):
    rows, spacing = made(pairs), Spacing(gap=gap)
    try:
        plain = forward.folds(rows, count, 0, spacing)
        folds = forward_grouped.folds(rows, count, 0, spacing)
    except DataError:
        assume(False)
    for near, far in zip(plain, folds, strict=True):
        assert far.valid.tolist() == near.valid.tolist(), "all that follows is validated"
        back = set(rows.groups[near.valid])
        kept = [row for row in near.train if rows.groups[row] not in back]
        assert far.train.tolist() == kept
        assert rows.time[far.train].max() < rows.time[far.valid].min()


def test_groups_that_all_come_back_leave_nothing_to_train_on():
    rows = Rows(60, groups=np.arange(60) % 3, time=np.arange(60))
    with pytest.raises(DataError) as caught:
        forward_grouped.folds(rows, 3, 0)
    assert str(caught.value) == (
        "data.group: every earlier group comes back in fold 1 of 3, so that no row is left to "
        "train on before it\n"
        "    set evaluation.folds to fewer, or leave out data.group or data.time"
    )
    with pytest.raises(DataError, match="comes back in the holdout"):
        forward_grouped.holdout(rows, 0.2, 0)
