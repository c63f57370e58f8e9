"""Metrics are read in all their forms, and found again by their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import catalogue
from engine.recipe.metric.read import RefusedError, read
from engine.testing import metric as suite

WRITTEN = [text for name in catalogue.rows("metrics") for text in suite.written(name)]
PLAIN = [text for text in WRITTEN if not read(text).parts]
LABELS = st.text(min_size=1, max_size=12) | st.integers(-5, 99) | st.booleans()
COSTS = st.floats(0, 1e9) | st.integers(0, 1000)


def said(value: object) -> str:
    with pytest.raises(RefusedError) as caught:
        read(value)
    return "\n".join(f"{'.'.join(key)}: {fault}" for key, fault in caught.value.found)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("roc_auc", "roc_auc"),
        ({"roc_auc": None}, "roc_auc"),
        ({"f_beta": {"beta": 2}}, "f_beta_2"),
        ({"f_beta": 2.0}, "f_beta_2"),
        ("f_beta(2)", "f_beta_2"),
        ("f_beta(beta: 0.50)", "f_beta_0.5"),
        ("f_beta_2.0", "f_beta_2"),
        ({"precision_at": {"share": 0.1}}, "precision_at_10%"),
        ({"precision_at": {"share": "10%"}}, "precision_at_10%"),
        ({"precision_at": 0.005}, "precision_at_0.5%"),
        ({"precision_at": 20}, "precision_at_20"),
        ({"precision_at": {"rows": 20}}, "precision_at_20"),
        ("pinball_0.00001", "pinball_0.00001"),
        ({"pinball": {"quantile": 1e-5}}, "pinball_0.00001"),
        ("calibration_error_10", "calibration_error"),
        ({"calibration_error": {"bins": 15}}, "calibration_error_15"),
        ("weighted_kappa(quadratic)", "weighted_kappa"),
        ("d2_pinball_0.5", "d2_pinball_0.5"),
        (
            {"cost": {"false_negative": 100, "false_positive": "5"}},
            "cost(false_positive: 5, false_negative: 100)",
        ),
        (
            {"cost": {"matrix": {"yes": {"no": 9}, 1: {"a b": 2, True: 3}}, "otherwise": 1}},
            'cost(matrix: {1: {"a b": 2, "true": 3}, "yes": {"no": 9}}, otherwise: 1)',
        ),
        ({"weighted": {"roc_auc": 0.7, "f_beta_2": 0.3}}, "0.7*roc_auc+0.3*f_beta_2"),
        (" 0.7 * roc_auc - 0.3 * log_loss ", "0.7*roc_auc-0.3*log_loss"),
        ("-1*rmse - 2*mae", "-1*rmse-2*mae"),
        ("1*cost(matrix: {a-b: {\"c)+1*d\": 1}}, otherwise: 1)+2*log_loss",
         '1*cost(matrix: {a-b: {"c)+1*d": 1}}, otherwise: 1)+2*log_loss'),
    ],
)  # fmt: skip
def test_it_is_read_as(value: object, name: str) -> None:
    assert read(value).name == name
    assert read(name) == read(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("auc", "there is no metric 'auc'\n    did you mean 'roc_auc'?"),
        ("f_betta_2", "there is no metric 'f_betta_2'\n    did you mean 'f_beta'?"),
        ({"roc_auk": {}}, "did you mean 'roc_auc'?"),
        ("f_beta", "the metric f_beta needs beta\n    write f_beta_2"),
        ({"f_beta": {"bta": 2}}, "f_beta.bta: the metric f_beta has no parameter 'bta'"),
        ({"f_beta": {"beta": 0}}, "f_beta.beta: `beta` of the metric f_beta is 0; a number"),
        ("f_beta_-1", "a number above 0 and up to 100 was expected"),
        ("f_beta_x", "is 'x'; a number above 0"),
        ({"f_beta": {"beta": True}}, "is True; a number"),
        ({"f_beta": {"beta": float("nan")}}, "is nan; a number"),
        ({"f_beta": [2]}, "is [2]; a number"),
        ({"roc_auc": {"a": 1}}, "the metric roc_auc takes no parameters"),
        ("roc_auc(3)", "the metric roc_auc takes no parameters"),
        ("precision_at_0", "a whole number from 1 was expected"),
        ("precision_at_100%", "a share such as 10% above 0 and below 1 was expected"),
        ("precision_at_-5%", "a share such as 10% above 0"),
        ({"precision_at": {"rows": 1.5}}, "a whole number from 1 was expected"),
        ("precision_at(share: 0.1, rows: 3)", "takes share and rows not together"),
        ("precision_at", "needs share, or rows\n    write precision_at_10%"),
        ("top_k_accuracy_1", "a whole number from 2 was expected"),
        ("pinball_1", "a number above 0 and below 1 was expected"),
        ("tweedie_deviance_0.5", "a number from 1 and up to 3 was expected"),
        ("weighted_kappa_cubic", "is 'cubic'; quadratic or linear was expected"),
        ({"weighted_kappa": {"order": ["a", "a"]}}, "a list of the classes, each once"),
        ({"cost": {"false_positive": 5}}, "needs false_positive and false_negative, or matrix"),
        (
            {"cost": {"false_positive": 5, "false_negative": 1, "otherwise": 2}},
            "cost.otherwise: `otherwise` of the metric cost goes with matrix",
        ),
        (
            {"cost": {"false_positive": -5, "false_negative": 1}},
            "cost.false_positive: a false_positive costs -5, less than a true_negative (0)",
        ),
        ({"cost": {"false_positive": 0, "false_negative": 0}}, "no mistake costs anything"),
        ({"cost": {"matrix": {"a": {"b": 0}}}}, "no mistake costs anything"),
        (
            {"cost": {"matrix": {"a": {"a": 3, "b": 1, "c": 9}}}},
            "cost.matrix.a.b: taking a for b costs 1, less than taking it for a (3)",
        ),
        (
            {"cost": {"matrix": {"a": {"a": 3, "b": 9}}, "otherwise": 1}},
            "cost.otherwise: taking a for any other class costs 1, less than taking it for a (3)",
        ),
        ({"cost": {"matrix": {"a": {"otherwise": -1}}}}, "taking a for otherwise costs -1"),
        ({"cost": {"matrix": {"a": {"b": 1}}, "otherwise": -1}}, "a number from 0 was expected"),
        ({"cost": {"matrix": {"a": {"b": "x"}}}}, "a number for the cost of a taken for b"),
        ({"cost": {"matrix": {"a": 3}}}, "such as a: {CLASS: 5}"),
        ({"cost": {"matrix": {}}}, "a mapping of each true class"),
        ("cost(matrix: {yes: {no: 1}})", "the unquoted word yes means true in YAML"),
        ("cost(matrix: {a: [})", "(matrix: {a: [}): is not YAML"),
        ("cost(matrix: {a: {b: 1}, a: {b: 2}})", "the key 'a' stands twice"),
        ("0.5*roc_auc", "a sum has two metrics at the least"),
        ("0.5*f1+0.5*f1", "the sum holds f1 twice"),
        ("0.5*roc_auc+", "'+' is no part of a sum"),
        ("0.5*roc_auc+f1", "'+f1' is no part of a sum"),
        ("0.5*roc_auc+0*f1", "the weight of f1 is '+0'; a number but 0 was expected"),
        ("0.5*roc_auk+0.5*f_beta_0", "did you mean 'roc_auc'?"),
        ("0.5*roc_auk+0.5*f_beta_0", "a number above 0 and up to 100"),
        ("0.7*roc_auc+0.3*log_loss", "write 0.7*roc_auc-0.3*log_loss"),
        ("0.5*rmse-0.5*mae", "write 0.5*rmse+0.5*mae"),
        ("0.5*roc_auc-0.5*rmse", "the sum has no meaning for any task"),
        ({"weighted": {"0.5*f1+0.5*mcc": 1, "f1": 1}}, "is a sum: write its parts into this one"),
        ({"weighted": {"f1": "x", "mcc": 1}}, "weighted.f1: the weight of f1 is 'x'"),
        ("weighted", "a sum has two metrics at the least"),
        ({"weighted": 3}, "takes a weight for each metric"),
        ({"f1": None, "mcc": None}, "one metric was expected, and there are f1 and mcc"),
        ({}, "a metric is a name such as f1"),
        ("f1" * 20_000, "of 40,000 letters is too long"),
    ],
)  # fmt: skip
def test_it_is_refused_as(value: object, message: str) -> None:
    assert message in said(value)


def test_all_faults_are_told_at_once() -> None:
    found = said({"cost": {"false_positive": "x", "matrix": {"a": 1}, "other": 2}})
    assert [line.partition(":")[0] for line in found.splitlines() if line.startswith("cost.")] == [
        "cost.false_positive", "cost.matrix", "cost.other",
    ]  # fmt: skip


@given(st.dictionaries(LABELS, st.dictionaries(LABELS, COSTS, min_size=1), min_size=1), COSTS)
def test_costs_by_any_labels_are_found_again(matrix: dict, otherwise: float) -> None:
    try:
        asked = read({"cost": {"matrix": matrix, "otherwise": otherwise}})
    except RefusedError:
        return
    assert read(asked.name) == asked
    assert read(f"2*{asked.name}+1*log_loss").parts[0][1] == asked


@given(
    st.lists(st.sampled_from(PLAIN), min_size=2, max_size=4, unique=True),
    st.lists(st.floats(1e-6, 1e6), min_size=4, max_size=4),
)
def test_sums_are_found_again(names: list[str], weights: list[float]) -> None:
    signs = [1 if read(name).maximize else -1 for name in names]
    parts = {n: s * w for n, s, w in zip(names, signs, weights, strict=False)}
    try:
        asked = read({"weighted": parts})
    except RefusedError:
        return
    assert read(asked.name) == asked
    assert asked.maximize


@given(st.text(max_size=40) | st.from_regex(r"[a-z_]{1,9}[(_][ -~]{0,30}\)?", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        asked = read(text)
    except RefusedError:
        return
    assert read(asked.name) == asked


def test_no_name_reads_as_another_with_a_parameter() -> None:
    rows = catalogue.rows("metrics")
    given = [name for name in rows if rows[name].get("parameters")]
    for name in rows:
        for other in given:
            rest = name.removeprefix(f"{other}_")
            assert rest == name or not rest[0].isdigit()
