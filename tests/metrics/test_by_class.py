"""Metrics that name classes are bound to those of a target, or refused."""

import math

import numpy as np
import pytest

from engine import metrics
from engine.contracts import Predicted
from engine.errors import RecipeError
from engine.recipe.metric.read import read

FRUIT = ("apple", "fig", "pear")
COSTS = {"matrix": {"apple": {"fig": 2, "pear": 7}, "pear": {"apple": 1, "pear": -4}}}


def bound(value, labels):
    return metrics.load(read(value).name).bound(labels)


def refused(value, labels):
    with pytest.raises(RecipeError) as caught:
        bound(value, labels)
    return str(caught.value)


def test_costs_are_those_of_the_named_classes():
    metric = bound({"cost": {**COSTS, "otherwise": 3}}, FRUIT)
    truth, called = np.array([0, 0, 1, 1, 2, 2, 2]), np.array([1, 2, 1, 0, 0, 1, 2])
    # 2 + 7 + right + otherwise + 1 + otherwise - 4
    assert metric(truth, Predicted(called), 3) == pytest.approx((2 + 7 + 0 + 3 + 1 + 3 - 4) / 7)
    assert (metric.lowest, metric.highest, metric.maximize) == (-4, 7, False)


def test_costs_of_two_classes_may_be_written_either_way():
    truth, called = np.array([0, 0, 1, 1, 1]), np.array([1, 0, 0, 0, 1])
    short = bound({"cost": {"false_positive": 5, "false_negative": 100}}, ("no", "yes"))
    matrix = {"no": {"yes": 5}, "yes": {"no": 100}}
    long = bound({"cost": {"matrix": matrix}}, ("no", "yes"))
    assert short(truth, Predicted(called), 2) == long(truth, Predicted(called), 2) == 41


@pytest.mark.parametrize("labels", [(0, 1), (0.0, 1.0), (False, True), ("0", "1")])
def test_labels_are_known_by_what_they_read(labels):
    matrix = {0: {1: 5}, 1: {0: 2}}
    if labels[0] is False:
        matrix = {False: {True: 5}, True: {False: 2}}
    metric = bound({"cost": {"matrix": matrix}}, labels)
    assert metric(np.array([0, 1]), Predicted(np.array([1, 0])), 2) == 3.5


def test_right_answers_may_pay():
    metric = bound(
        {"cost": {"false_positive": 1, "false_negative": 0, "true_positive": -50}}, ("no", "yes")
    )
    assert metric(np.array([0, 1]), Predicted(np.array([1, 1])), 2) == (1 - 50) / 2
    assert (metric.lowest, metric.highest) == (-50, 1)


def test_a_class_that_the_target_does_not_have_is_refused():
    said = refused({"cost": {"matrix": {"aple": {"fig": 2}}, "otherwise": 1}}, FRUIT)
    assert "there is no class 'aple' in the target" in said
    assert "did you mean 'apple'?" in said


def test_a_matrix_with_holes_is_refused():
    said = refused({"cost": COSTS}, FRUIT)
    assert "lacks the cost of fig taken for apple, fig taken for pear, pear taken for fig" in said
    assert "otherwise: 1" in said


def test_an_order_is_needed_where_classes_are_texts():
    assert bound("weighted_kappa", (1, 2, 3)).bind is None
    assert "order: [apple, fig, pear]" in refused("weighted_kappa", FRUIT)
    assert "lacks the class fig" in refused({"weighted_kappa": {"order": ["pear", "apple"]}}, FRUIT)
    assert "'figg'" in refused({"weighted_kappa": {"order": ["pear", "apple", "figg"]}}, FRUIT)


def test_the_order_of_classes_has_a_say():
    truth, called = np.array([0, 1, 2, 0]), np.array([0, 1, 2, 2])
    near = bound({"weighted_kappa": {"order": ["fig", "pear", "apple"]}}, FRUIT)
    far = bound({"weighted_kappa": {"order": ["pear", "fig", "apple"]}}, FRUIT)
    assert near(truth, Predicted(called), 3) > far(truth, Predicted(called), 3)


def test_a_k_that_leaves_no_class_out_is_refused():
    assert "always 1, as the target has 3 classes" in refused("top_k_accuracy_3", FRUIT)
    assert bound("top_k_accuracy_2", FRUIT).parameters == {"k": 2}


def test_unbound_there_is_no_score():
    rows = np.array([0, 1, 2]), Predicted(np.array([0, 1, 1])), 3
    assert math.isnan(metrics.load(read({"cost": {**COSTS, "otherwise": 1}}).name)(*rows))
    ordered = read({"weighted_kappa": {"order": list(FRUIT)}}).name
    assert math.isnan(metrics.load(ordered)(*rows))


def test_parts_of_a_sum_are_bound():
    name = read({"cost": {**COSTS, "otherwise": 3}}).name
    metric = bound(f"1*{name}+2*log_loss", FRUIT)
    table = np.eye(3)
    value = metric(np.arange(3), Predicted(np.arange(3), table), 3)
    assert value == pytest.approx(-4 / 3, abs=1e-9)
    assert metric.needs == "probability"
    assert (metric.lowest, metric.highest) == (-4, math.inf)
