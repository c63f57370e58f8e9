"""The folds of ``grouped``, with a target that can be balanced."""

import numpy as np
import pytest

from engine.contracts import Rows
from engine.errors import DataError
from engine.splitters import grouped, stratified_grouped


def rows():
    groups = np.repeat(np.arange(30), 8)
    return Rows(240, np.arange(240) % 3, groups)


def test_the_folds_are_those_of_grouped():
    for ours, theirs in zip(
        stratified_grouped.folds(rows(), 4, 1), grouped.folds(rows(), 4, 1), strict=True
    ):
        assert ours.valid.tolist() == theirs.valid.tolist()


def test_a_class_of_one_group_is_refused():
    target = np.where(rows().groups == 7, 2, np.arange(240) % 2)
    lonely = Rows(240, target, rows().groups)
    for call in (
        lambda: stratified_grouped.folds(lonely, 4, 0),
        lambda: stratified_grouped.holdout(lonely, 0.2, 0),
    ):
        with pytest.raises(DataError, match=r"class code 2 stands in one group alone"):
            call()
