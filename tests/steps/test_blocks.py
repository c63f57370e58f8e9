"""Blocks and what is done without one: kinds that steps read, sparse matrices, earlier rows."""

import numpy as np
import pytest
from scipy.sparse import issparse

from engine.bundle.column import Column
from engine.errors import DataError
from engine.steps import blame, history, suits
from engine.steps.features import steps_of, transformer, treatments
from engine.testing.recipes import family
from engine.testing.transform import COLUMNS, filled, rows

FEW, MANY = tuple(f"l{i}" for i in range(3)), tuple(f"l{i:03}" for i in range(300))
KINDS = (
    Column("few", "category", FEW), Column("many", "category", MANY), Column("size", "number"),
    Column("day", "date"), Column("note", "text"),
)  # fmt: skip


def automatic(name, columns=KINDS):
    found = treatments(columns, {"rest": "auto"}, family(name))
    return {t.label: ([c.name for c in t.columns], [s[:2] for s in t.steps], t) for t in found}


def test_the_words_of_a_block_may_stand_alone():
    given = {
        "log": True, "clip": [0.1, 0.9], "pca": 3, "spline": {"knots": 4}, "lags": [1, 2],
        "Binarizer": {"threshold": 2}, "svd": "none", "rare": False, "quantile": 50,
        "missing_indicator": True, "select_k_best": True, "datetime": ["year"],
    }  # fmt: skip
    assert steps_of(given) == [
        ("log", "", {}), ("clip", "", {"shares": [0.1, 0.9]}),
        ("reduce", "pca", {"components": 3}), ("expand", "spline", {"knots": 4}),
        ("lags", "", {"lags": [1, 2]}), ("Binarizer", "", {"threshold": 2}),
        ("scale", "quantile", {"quantiles": 50}), ("missing_indicator", "", {}),
        ("select", "k_best", {}), ("dates", "parts", {"parts": ["year"]}),
    ]  # fmt: skip


def test_a_word_beside_its_step_gives_parameters_and_is_no_step():
    assert steps_of({"reduce": "pca", "pca": 3}) == [("reduce", "pca", {"components": 3})]
    assert steps_of({"reduce": "none", "pca": 3}) == []


@pytest.mark.parametrize("name", ["linear", "mlp", "decision_tree", "random_forest"])
def test_many_levels_are_encoded_by_the_target_for_whoever_takes_none_natively(name):
    found = automatic(name)
    assert found["categories"][0] == ["few"]
    assert found["categories of many levels"][0] == ["many"]
    assert found["categories of many levels"][1][0] == ("encode", "target")
    assert "more than 50 levels" in found["categories of many levels"][2].why


@pytest.mark.parametrize("name", ["xgboost", "hist_gradient_boosting"])
def test_many_levels_are_more_where_categories_are_taken_natively(name):
    middle = Column("middle", "category", MANY[:200])
    found = automatic(name, (*KINDS, middle))
    assert found["categories"][0] == ["few", "middle"]
    assert found["categories of many levels"][0] == ["many"]
    assert not found["categories of many levels"][2].native


def test_text_is_sparse_for_families_that_read_it_so_and_else_brought_down():
    assert automatic("linear")["texts"][1] == [("text", "tfidf")]
    for name in ("xgboost", "mlp", "random_forest", "hist_gradient_boosting"):
        assert automatic(name)["texts"][1] == [("text", "tfidf"), ("reduce", "svd")]


@pytest.mark.parametrize(
    ("name", "steps", "sparse"),
    [
        ("linear", {"tfidf": True}, True),
        ("linear", {"tfidf": True, "select_k_best": 5}, True),
        ("linear", {"tfidf": True, "svd": 3}, False),
        ("linear", {"tfidf": True, "scale": "standard"}, False),
        ("linear", {"char_ngrams": {"ngrams": [1, 2]}, "scale": "normalize"}, True),
        ("xgboost", {"tfidf": True}, False),
        ("mlp", {"tfidf": 5}, False),
        ("mlp", {"HashingVectorizer": {"n_features": 16}}, False),
    ],
)
def test_a_matrix_is_sparse_only_for_who_reads_it(name, steps, sparse):
    features = {"rest": "drop", "blocks": {"a": {"columns": "text", "steps": steps}}}
    found = treatments(COLUMNS, features, family(name))
    made = transformer(found, COLUMNS, 0, True).fit(rows(), np.arange(80) % 2)
    table = made.transform(rows(seed=1))
    assert issparse(table) == sparse
    assert np.isfinite(filled(table)).all()


@pytest.mark.parametrize(
    ("columns", "steps", "said"),
    [
        ("number", {"tfidf": True}, r"a.steps.tfidf: the step `tfidf` reads free text, and "
         r"'number0', 'number1', 'number2' \(and 1 more\) is a number"),
        ("note0", {"scale": "standard"}, r"(?s)'note0' is free text.*put `tfidf` or `char_ngrams`"),
        ("word0", {"scale": "standard"}, r"(?s)'word0' is a category.*such as `onehot` or"),
        ("word0", {"dates": "parts"}, "the step `datetime` reads dates, and 'word0' is a category"),
        ("day0", {"datetime": True, "cycles": True},
         "the step `cycles` reads dates, and after `datetime` there are numbers"),
        ("note0", {}, "(?s)'note0' holds free text, which no model reads as it is.*add `tfidf`"),
        ("day0", {"onehot": True}, "(?s)'day0' is a date.*put `datetime` or `cycles` before it"),
        ("category", {}, r"(?s)blocks.a.steps: 'word0', 'word1' is a category, whose codes would "
         r"be taken for numbers.*add `onehot`, `ordinal` or `target` to its steps"),
        ("word0", {"impute": "most_frequent"}, "(?s)codes would be.*after `impute`"),
        ("word0", {"rare": 5}, "(?s)codes would be.*put `onehot`, `ordinal` or `target` after `ra"),
        ("word0", {"lags": 1}, "codes would be taken"),
        ("word0", {"impute": True, "onehot": True}, r"(?s)a.steps.impute: the step "
         r"`impute: median` reads.*'word0' is a category.*write impute: most_frequent"),
        ("word0", {"impute": "knn", "onehot": True}, "(?s)`impute: knn`.*impute: most_frequent"),
        ("word0", {"rare": 5, "impute": "mean"}, "(?s)`impute: mean`.*impute: most_frequent"),
        ("word0", {"StandardScaler": True}, "`StandardScaler` reads numbers .* is a category"),
    ],
)  # fmt: skip
def test_steps_that_do_not_read_a_kind_are_refused(columns, steps, said):
    features = {"blocks": {"a": {"columns": columns, "steps": steps}}}
    with pytest.raises(DataError, match=said):
        treatments(COLUMNS, features, family("linear"))


@pytest.mark.parametrize("steps", [{}, {"impute": "most_frequent"}, {"rare": 5}])
def test_categories_that_a_block_leaves_as_they_are_are_told_to_a_family_that_takes_them(steps):
    features = {"rest": "drop", "blocks": {"a": {"columns": ["number0", "word1"]}, "b": {
        "columns": "word0", "steps": steps}}}  # fmt: skip
    found = treatments(COLUMNS, features, family("xgboost"))
    assert [([c.name for c in t.columns], t.native) for t in found] == [
        (["word1"], True), (["word0"], True), (["number0"], False),
    ]  # fmt: skip
    assert found[1].why.endswith("taken natively")
    made = transformer(found, COLUMNS, 0, True).fit(rows())
    strange = rows().assign(word1=7.0)
    assert np.isnan(made.transform(strange)[:, 0]).all(), "a level it never saw is missing"


def test_codes_beside_columns_that_are_no_categories_are_refused_for_every_family():
    features = {"blocks": {"a": {"columns": "word0", "steps": {"missing_indicator": True}}}}
    with pytest.raises(DataError, match="codes would be taken for numbers"):
        treatments(COLUMNS, features, family("xgboost"))


def test_the_rest_is_kept_as_categories_where_these_are_taken_and_else_refused():
    columns = tuple(column for column in COLUMNS if column.kind != "text")
    found = treatments(columns, {"rest": "keep"}, family("xgboost"))
    assert [len(t.columns) for t in found if t.native] == [2]
    assert "dates as seconds since 1970" in found[1].why
    said = r"(?s)features.rest: 'word0', 'word1' is a category.*give it a block.*rest: auto"
    with pytest.raises(DataError, match=said):
        treatments(columns, {"rest": "keep"}, family("linear"))


def constant(value, columns="category"):
    steps = {"impute": {"constant": value}}
    kinds = (Column("a", "category", ("x", "y")), Column("b", "category", ("u", "v", "x")),
             Column("c", "number"))  # fmt: skip
    features = {
        "rest": "drop",
        "blocks": {
            "some": {
                "columns": columns,
                "steps": {**steps, "ordinal": True} if columns != "c" else steps,
            }
        },
    }
    made = transformer(treatments(kinds, features, family("linear")), kinds, 0, True)
    table = np.array([[0, 0, 1], [1, 1, 5], [0, 2, 3], [np.nan, np.nan, np.nan]])
    return made.fit_transform(table)[-1].tolist()


def test_a_constant_fills_a_category_with_a_level_of_its_own_or_one_that_there_is():
    assert constant({"value": "none_given"}) == [2, 3]
    assert constant(None) == [2, 3]
    assert constant({"value": "x"}) == [0, 2]
    assert constant({"value": -1}, "c") == [-1]
    assert constant({"fill_value": 7}, "c") == [7]
    assert constant(None, "c") == [0]
    with pytest.raises(DataError, match=r"(?s)some.steps.impute: 'c' is a number, and cannot be "
                       r"filled with 'none'"):  # fmt: skip
        constant({"value": "none"}, "c")


def test_text_that_would_be_kept_as_it_is_is_refused():
    with pytest.raises(DataError, match=r"(?s)features.rest: 'note0', 'note1' holds free text"):
        treatments(COLUMNS, {"rest": "keep"}, family("linear"))


def unfit(steps, values):
    features = {"blocks": {"a": {"columns": "size", "steps": steps}}}
    columns = (Column("size", "number"),)
    found = treatments(columns, features, family("linear"))
    suits.require_values(found, columns, values[:, None], np.arange(len(values)))


def test_values_that_a_step_cannot_treat_are_refused_before_anything_is_fitted():
    with pytest.raises(DataError, match=r"(?s)a.steps.log: the step `log` needs numbers of 0 and "
                       r"more, and 'size' holds -4.*use `power`"):  # fmt: skip
        unfit({"log": True}, np.array([1.0, -4, np.nan]))
    with pytest.raises(DataError, match=r"(?s)the step `onehot` reads levels, and 'size' is a "
                       r"number with 2,000 different values.*cut it into ranges"):  # fmt: skip
        unfit({"onehot": True}, np.arange(2_000.0))
    unfit({"onehot": True}, np.arange(2_000.0) % 30)
    unfit({"clip": {"low": 0}, "log": True}, np.array([1.0, -4, np.nan]))


def looking_back(steps, name="linear", columns=COLUMNS, column="number0"):
    features = {"rest": "drop", "blocks": {"past": {"columns": column, "steps": steps}}}
    return treatments(columns, features, family(name))


def test_lags_and_windows_of_a_block_look_at_its_own_columns():
    found = looking_back(
        {"lags": [1, 2], "rolling": {"windows": 3, "statistics": ["max"]}}, "xgboost"
    )
    table = rows()
    made = transformer(found, COLUMNS, 0, True).fit_transform(table)
    ordered = table.sort_values(["moment"]).groupby("who")["number0"]
    shifted = [ordered.shift(lag).loc[table.index] for lag in (1, 2)]
    top = ordered.transform(lambda v: v.shift(1).rolling(3, min_periods=1).max()).loc[table.index]
    np.testing.assert_array_equal(made, np.column_stack([table["number0"], *shifted, top]))


def test_rows_are_told_apart_by_another_column_if_asked():
    found = looking_back({"lags": {"lags": 1, "by": "word0", "keep": False}}, "xgboost")
    table = rows()
    made = transformer(found, COLUMNS, 0, True).fit_transform(table)
    expected = table.sort_values("moment").groupby("word0")["number0"].shift(1).loc[table.index]
    np.testing.assert_array_equal(made[:, 0], expected)
    assert "of the same word0" in found[0].why


def test_what_earlier_rows_do_not_hold_is_filled_in_where_the_family_needs_it():
    found = looking_back({"lags": 1})
    assert [step[0] for step in found[0].steps] == ["lags", "impute"]
    table = transformer(found, COLUMNS, 0, True).fit_transform(rows())
    assert np.isfinite(table).all()
    mine = looking_back({"lags": 1, "impute": "mean"})
    assert [step[:2] for step in mine[0].steps] == [("lags", ""), ("impute", "mean")]


@pytest.mark.parametrize(
    ("column", "name", "steps", "planned"),
    [
        ("word0", "linear", {"lags": 2, "onehot": True}, "lags, onehot"),
        ("word0", "linear", {"lags": 2, "rare": 3, "target": True}, "lags, rare, target"),
        ("number0", "linear", {"lags": 2, "missing_indicator": True, "scale": "standard"},
         "lags, missing_indicator, standard, median"),
        ("number0", "linear", {"lags": 2, "power": True, "pca": 2},
         "lags, yeo_johnson, median, pca"),
        ("number0", "linear", {"lags": 2, "bin": "uniform"}, "lags, median, uniform"),
        ("number0", "xgboost", {"lags": 2, "bin": True}, "lags, median, quantile"),
        ("number0", "xgboost", {"lags": 2, "scale": "normalize"}, "lags, median, normalize"),
        ("number0", "random_forest", {"lags": 2, "pca": 2}, "lags, median, pca"),
        ("number0", "xgboost", {"lags": 2, "scale": "standard"}, "lags, standard"),
        ("number0", "xgboost", {"lags": 2, "Normalizer": True}, "lags, median, Normalizer"),
        ("number0", "linear", {"lags": 2, "SimpleImputer": True, "bin": True},
         "lags, SimpleImputer, quantile"),
        ("number0", "linear", {"lags": 2, "KBinsDiscretizer": True, "impute": "mean"},
         "lags, median, KBinsDiscretizer, mean"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_filled_in_before_the_first_that_takes_none(
    column, name, steps, planned
):
    found = looking_back(steps, name, column=column)
    assert ", ".join(option or step for step, option, _ in found[0].steps) == planned
    if name == "linear":
        made = transformer(found, COLUMNS, 0, True).fit(rows(), np.arange(80) % 2)
        assert np.isfinite(filled(made.transform(rows(seed=1)))).all()


def test_looking_back_needs_a_time_and_a_column_to_go_by():
    without = tuple(column for column in COLUMNS if column.name != "moment")
    with pytest.raises(
        DataError, match=r"(?s)past: looks at earlier rows, and the column of data.t"
    ):
        looking_back({"lags": 1}, columns=without)
    with pytest.raises(
        DataError, match=r"(?s)past.steps.lags.by: there is no column 'wrd0'.*'word0'"
    ):
        looking_back({"lags": {"by": "wrd0"}})
    for word in ("lags", "rolling"):
        said = (
            rf"(?s)past.steps.{word}.by: 'note0' is free text, by which no rows are told apart"
            r".*data.columns: \{note0: category\}"
        )
        with pytest.raises(DataError, match=said):
            looking_back({"lags": 1, word: {"by": "note0"}})


def test_rows_of_one_moment_are_counted():
    table = rows()
    table["moment"] = np.arange(80.0) // 20
    table["who"] = np.append(np.arange(60) % 20, np.full(20, np.nan))
    table.loc[[1, 41], "who"] = 0.0  # each beside another of that moment
    found = looking_back({"lags": 1}), looking_back({"rolling": {"by": "word0", "windows": 2}})
    numbers = table[[column.name for column in COLUMNS if column.kind != "text"]].to_numpy()
    columns = [column for column in COLUMNS if column.kind != "text"]

    def told(found, part):
        return history.ties(found, columns, numbers, part)

    assert told([*found[0], *found[0]], np.arange(80)) == [
        "features.blocks.past: 4 rows have the moment of another of the same who; they do not see "
        "each other, and later rows see them in the order of the file"
    ]
    assert told(found[0], np.arange(20)) == [
        "features.blocks.past: 2 rows have the moment of another of the same who; they do not see "
        "each other, and later rows see them in the order of the file"
    ]
    assert told(found[0], np.arange(2, 20)) == []
    assert "80 rows have the moment of another of the same word0" in told(found[1], slice(None))[0]
    assert told(treatments(columns, {"rest": "auto"}, family("linear")), np.arange(80)) == []


def test_looking_back_needs_folds_that_go_forward():
    found = looking_back({"lags": 1})
    history.require_forward(found, "forward")
    history.require_forward(treatments(COLUMNS, {"rest": "auto"}, family("linear")), "plain")
    with pytest.raises(
        DataError, match=r"(?s)needs folds that go forward, and these are predefined"
    ):
        history.require_forward(found, "predefined")


def hole(steps, native=False, ranges=frozenset()):
    features = {"blocks": {"a": {"columns": "size", "steps": steps}}}
    columns = (Column("size", "number"),)
    found = treatments(columns, features, family("linear"))
    given = suits.Missing("linear", native, ranges)
    suits.require_filled(found, columns, np.array([[1.0], [np.nan]]), np.arange(2), given)


def test_missing_values_that_a_family_does_not_take_are_refused_before_anything_is_fitted():
    said = r"(?s)blocks.a.steps: 'size' has missing values, and linear takes none.*impute: median"
    with pytest.raises(DataError, match=said):
        hole({"scale": "standard"})
    hole({"impute": "mean"})
    hole({"frequency": True})
    hole({"scale": "standard"}, native=True)
    hole({}, ranges={"features.blocks.a.steps.impute"})


@pytest.mark.parametrize(
    ("steps", "word", "choice"),
    [
        ({"bin": "uniform"}, "bin: uniform", "bin"),
        ({"scale": "normalize", "impute": "median"}, "scale: normalize", "scale"),
        ({"clip": True, "pca": 2}, "pca", "pca"),
        ({"missing_indicator": True, "reduce": "svd"}, "svd", "reduce"),
        ({"Binarizer": True}, "Binarizer", "Binarizer"),
    ],
)
def test_missing_values_that_a_step_does_not_take_are_refused_whatever_the_family(
    steps, word, choice
):
    said = (
        f"(?s)blocks.a.steps: 'size' has missing values, and the step `{word}` takes none"
        f".*put `impute: median` before it"
    )
    for native in (False, True):
        with pytest.raises(DataError, match=said):
            hole(steps, native)
    hole(steps, True, {f"features.blocks.a.steps.{choice}"})
    hole({"impute": "median", **{word: value for word, value in steps.items() if word != "impute"}})


def test_parameters_may_change_what_becomes_of_missing_values():
    with pytest.raises(DataError, match="the step `spline` takes none"):
        hole({"spline": True})
    hole({"spline": {"handle_missing": "zeros"}})
    with pytest.raises(DataError, match="linear takes none"):
        hole({"OrdinalEncoder": True})
    hole({"OrdinalEncoder": {"encoded_missing_value": -1}})


def test_an_error_of_a_step_names_its_block():
    features = {"rest": "auto", "blocks": {"sizes": {"columns": "number0", "steps": {
        "scale": "standard", "clip": [0.9, 0.1]}}}}  # fmt: skip
    found = treatments(COLUMNS, features, family("linear"))
    made = transformer(found, COLUMNS, 0, True)
    y = np.arange(80) % 2
    with pytest.raises(ValueError, match="two shares") as caught:
        made.fit_transform(rows(), y)
    text = str(blame.blamed(caught.value, made, rows(), y))
    assert text.startswith("in 'sizes', the step clip: `clip` needs two shares")
    for error in (KeyError("x"), ValueError("elsewhere")):
        whole = transformer(treatments(COLUMNS, {}, family("linear")), COLUMNS, 0, True)
        assert blame.blamed(error, whole, rows(), y) is error


@pytest.mark.parametrize("name", ["linear", "xgboost", "random_forest"])
def test_100_000_levels_some_seen_once_become_one_column(name):
    count = 100_000
    codes = np.append(np.arange(float(count)), np.arange(30_000.0))  # most are seen once
    columns = (Column("code", "category", tuple(map(str, range(count)))),)
    found = treatments(columns, {"rest": "auto"}, family(name))
    made = transformer(found, columns, 0, True)
    table = made.fit_transform(codes[:, None], np.arange(len(codes)) % 2)
    assert table.shape == (130_000, 1)
    assert np.isfinite(table).all()
    assert np.isfinite(made.transform([[np.nan], [7.0]])).all()


@pytest.mark.parametrize(
    ("word", "wide"), [("onehot", 50), ("hash", 32), ("frequency", 1), ("ordinal", 1)]
)
def test_no_encoding_grows_with_the_levels(word, wide):
    columns = (Column("code", "category", tuple(map(str, range(5_000)))),)
    features = {"blocks": {"a": {"columns": "code", "steps": {word: True}}}}
    found = treatments(columns, features, family("linear"))
    codes = np.repeat(np.arange(5_000.0), 2)[:, None]
    table = transformer(found, columns, 0, True).fit_transform(codes)
    assert table.shape[1] <= wide + 1


def wide(name, levels=30_000, asked=20_000, **beside):
    columns = (Column("code", "category", tuple(map(str, range(levels)))), Column("n", "number"))
    features = {"rest": "keep", "blocks": {"a": {"columns": "code", "steps": {
        "onehot": asked, **beside}}}}  # fmt: skip
    found = treatments(columns, features, family(name))
    codes = np.repeat(np.arange(float(levels)), 2)
    table = np.column_stack([codes, np.ones(len(codes))])
    return transformer(found, columns, 0, True), table, np.arange(len(codes)) % 2


@pytest.mark.parametrize("asked", [20_000, {"max_categories": None}])
def test_a_column_for_each_of_many_levels_is_sparse_for_who_reads_it(asked):
    features, table, y = wide("linear", asked=asked)
    made = features.fit_transform(table, y)
    assert issparse(made)
    assert made.shape[1] == (20_001 if asked == 20_000 else 30_001)
    assert made.nnz == 2 * len(y)
    few, table, y = wide("linear", levels=60, asked=50)
    assert not issparse(few.fit_transform(table, y)), "as before where there are few"
    brought_down, table, y = wide("linear", levels=2_000, asked=1_500, svd=3)
    assert not issparse(brought_down.fit_transform(table, y))


def test_too_many_columns_for_a_family_that_reads_no_sparse_matrix_are_refused_by_name():
    features, table, y = wide("mlp")
    with pytest.raises(ValueError, match=r"20,000 columns for 60,000 rows are 9.6 GB") as caught:
        features.fit_transform(table, y)
    text = str(blame.blamed(caught.value, features, table, y))
    assert text.startswith("in 'a', the step onehot: 20,000 columns"), text
