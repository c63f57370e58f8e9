"""What is found before anything is searched: rows on both sides, columns that give y away."""

import json

import numpy as np
import pandas as pd
import pytest

from engine.sources import sklearn as source
from engine.steps import inspect
from engine.steps.giveaways import _auc, _called
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, recipe


def look(frame, folder, data=None, **evaluation):
    made = Steps(recipe("linear", data=data or {}, evaluation=evaluation), frame, folder)
    return made.run("inspect"), made


def noisy(rows=400, seed=0):
    """Columns of which each says a little of ``y``."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.normal(size=(rows, 5))).rename(columns=lambda i: f"x{i}")
    frame["y"] = np.where(frame.sum(axis=1) + random.normal(size=rows) > 0, "yes", "no")
    return frame


@pytest.mark.parametrize("name", ["breast_cancer", "wine", "digits", "diabetes"])
def test_honest_data_are_left_in_peace(tmp_path, name):
    assert look(source.read(f"sklearn:{name}").rename(columns={"target": "y"}), tmp_path)[0] == ()


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_mixed_columns_are_left_in_peace(tmp_path, task):
    assert look(mixed(300, task), tmp_path)[0] == ()


def brute(made):
    """Rows of each side with a twin that trains, found by comparing all with all."""
    numbers, parts = made["assemble"].numbers, made["split"]
    pairs = [(parts.train, parts.holdout)]
    pairs += [(parts.train[f.train], parts.train[f.valid]) for f in parts.folds]
    same = lambda a, b: np.array_equal(numbers[a], numbers[b], equal_nan=True)  # noqa: E731
    found = [sum(any(same(v, t) for t in train) for v in valid) for train, valid in pairs]
    return found[0], sum(found[1:])


def test_copies_are_counted_as_by_comparing_all_with_all(tmp_path):
    frame = noisy(150)
    frame.loc[::7, "x2"] = np.nan
    frame = pd.concat([frame, frame.iloc[:20].assign(y="no")], ignore_index=True)
    found, made = look(frame, tmp_path)
    kinds = {finding.kind: finding for finding in found}
    assert set(kinds) == {"twins across the holdout", "twins across the folds"}
    counts = [kinds[kind].facts["count"] for kind in sorted(kinds, reverse=True)]
    assert tuple(counts) == brute(made)
    one, other = kinds["twins across the holdout"].facts["examples"][0]
    assert abs(one - other) == 150
    assert {one, other} & set(made["split"].holdout)
    assert f"row {one + 1} is row {other + 1}" in kinds["twins across the holdout"].text
    assert "data.group" in kinds["twins across the holdout"].advice


def test_copies_in_one_group_stand_on_one_side(tmp_path):
    frame = noisy(150).assign(home=np.arange(150))
    frame = pd.concat([frame, frame.iloc[:40]], ignore_index=True)
    assert look(frame, tmp_path / "a", data={"group": "home"})[0] == ()
    assert look(frame.drop(columns="home"), tmp_path / "b")[0]


def test_an_id_does_not_hide_a_copy(tmp_path):
    frame = pd.concat([noisy(150)] * 2, ignore_index=True).assign(id=range(300))
    assert look(frame, tmp_path / "a", data={"id": "id"})[0]


def test_rows_of_a_coarse_table_repeat_by_nature(tmp_path):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.integers(0, 3, (400, 4))).rename(columns=lambda i: f"c{i}")
    frame["y"] = random.choice(["a", "b"], 400)
    assert look(frame, tmp_path)[0] == ()


def leaks(kind, frame, random):
    """Return a column that gives y away, in one of several ways."""
    y = pd.factorize(frame.y)[0]
    match kind:
        case "copy":
            return y * 2.0 + 7
        case "noisy":
            return y + random.normal(scale=0.05, size=len(y))
        case "curved":  # neither large nor small values, but those in the middle
            return np.where(
                y == 1, random.uniform(-1, 1, len(y)), random.choice([-3.0, 3.0], len(y))
            )
        case "text":
            return np.where(
                y == 1, random.choice(["p", "q"], len(y)), random.choice(["r", "s"], len(y))
            )
        case "reason":  # filled for some rows of one class
            return np.where((y == 1) & (random.random(len(y)) < 0.4), "moved away", None)
        case "missing":
            return np.where(y == 1, random.normal(size=len(y)), np.nan)


@pytest.mark.parametrize("kind", ["copy", "noisy", "curved", "text", "reason", "missing"])
@pytest.mark.parametrize("evaluation", [{}, {"split": "plain"}])
def test_a_column_that_gives_the_class_away_is_named(tmp_path, kind, evaluation):
    random = np.random.default_rng(1)
    frame = noisy().assign(a=lambda f: leaks(kind, f, random))
    (found,), _ = look(frame, tmp_path, **evaluation)
    assert found.facts["columns"] == ["a"]
    assert found.notice.startswith("the column 'a' gives the target away: ")
    assert found.notice.endswith("data.drop: [a]")


def test_one_of_several_classes(tmp_path):
    frame = mixed(300, "multiclass").assign(
        code=lambda f: f.y.map({"low": 3, "middle": 1, "high": 2})
    )
    (found,), _ = look(frame, tmp_path)
    assert found.facts["columns"] == ["code"]


def test_a_number_that_follows_a_number(tmp_path):
    frame = mixed(300, "regression").assign(log=lambda f: np.exp(f.y / 3), half=lambda f: f["size"])
    (found,), _ = look(frame, tmp_path)
    assert found.facts["columns"] == ["log"]
    assert found.facts["measure"] == "R² of ranks"


@pytest.mark.parametrize(("name", "told"), [("y_score", True), ("score", False)])
def test_a_name_like_that_of_the_target_needs_less(tmp_path, name, told):
    random = np.random.default_rng(0)
    near = (pd.factorize(noisy(2000).y)[0] * 1.0).round()
    values = np.where(random.random(2000) < 0.03, 1 - near, near)  # an AUC of about 0.97
    found, _ = look(noisy(2000).assign(**{name: values}), tmp_path)
    assert bool(found) == told
    assert all("called after it" in one.text for one in found)


def test_many_such_columns_are_told_once(tmp_path):
    frame = noisy().assign(**{f"copy{i}": lambda f: (f.y == "yes") * 1.0 for i in range(8)})
    (found,), _ = look(frame, tmp_path)
    assert found.text.startswith("each of 8 columns gives the target away by itself ('copy0', ")


def test_an_id_along_which_the_classes_lie_in_order_is_told_so(tmp_path):
    frame = noisy().sort_values("y").assign(number=np.arange(400))
    (found,), _ = look(frame, tmp_path)
    assert "follows the order of the rows" in found.text


def test_time_itself_gives_nothing_away_nor_does_what_grows_with_it(tmp_path):
    frame = noisy(300).assign(day=np.arange(300.0), y=lambda f: np.arange(300.0) + f.x0)
    assert look(frame, tmp_path / "a", data={"time": "day"})[0] == ()
    grown = frame.assign(meter=lambda f: np.arange(300.0) * 3)
    assert look(grown, tmp_path / "b", data={"time": "day"})[0] == ()
    assert look(grown.drop(columns="day"), tmp_path / "c")[0]


def test_few_rows_prove_nothing(tmp_path):
    frame = noisy(40).assign(a=lambda f: (f.y == "yes") * 1.0)
    assert look(frame, tmp_path)[0] == ()


def test_the_holdout_is_never_asked(tmp_path):
    """A column that gives only the holdout away is not found: nobody looked."""
    frame = noisy().assign(a=0.0)
    made = Steps(recipe("linear"), frame, tmp_path / "a")
    aside = made.run("split").holdout
    frame.loc[aside, "a"] = (frame.y[aside] == "yes") * 1.0 + 1
    frame.loc[0 if 0 not in aside else 1, "a"] = 5.0
    assert look(frame, tmp_path / "b")[0] == ()


def test_it_is_the_same_again_and_is_saved(tmp_path):
    frame = pd.concat([noisy(30_000)] * 2, ignore_index=True).assign(a=lambda f: f.y == "yes")
    (first, made), (second, _) = look(frame, tmp_path / "a"), look(frame, tmp_path / "b")
    assert first == second
    assert len(first) == 3
    folder = made.folder("inspect")
    assert inspect.load(made.recipe, folder) == first
    tree = json.loads((folder / "findings.json").read_text("utf-8"))
    assert [one["kind"] for one in tree["findings"]] == [one.kind for one in first]
    assert inspect.notices(first) == [f"{one.text}; {one.advice}" for one in first]


def test_repeats_are_counted_once(tmp_path):
    frame = pd.concat([noisy(100)] * 2, ignore_index=True)
    once, _ = look(frame, tmp_path / "a", holdout=0)
    twice, _ = look(frame, tmp_path / "b", holdout=0, repeats=2)
    assert once[0].facts == twice[0].facts


def test_an_auc_is_that_of_scikit_learn():
    from sklearn.metrics import roc_auc_score

    random = np.random.default_rng(0)
    truth, said = random.integers(0, 2, 200), random.integers(0, 9, 200) * 1.0
    assert _auc(said, truth) == pytest.approx(roc_auc_score(truth, said))


@pytest.mark.parametrize(
    ("name", "called"),
    [("churn_date", True), ("is_churn", True), ("last churn", True), ("churnometer", False)],
)
def test_names_that_hold_the_target(name, called):
    assert _called(name, "churn") == called


def test_repeated_predictions_stand_in_rows_of_their_own(tmp_path):
    frame, evaluation = noisy(120), {"folds": 3, "repeats": 2}
    made = Steps(recipe("dummy", evaluation=evaluation, search={"trials": 1}), frame, tmp_path)
    made.run("evaluate")
    saved = pd.read_parquet(made.folder("evaluate") / "out_of_fold.parquet")
    assert len(saved) == 2 * len(made["split"].train)
    assert all(sorted(found) == [0, 1] for _, found in saved.groupby("row").repeat)
    assert (saved.repeat == saved.fold // 3).all()
    for number, fold in enumerate(made["split"].folds):
        rows = made["split"].train[fold.valid]
        assert sorted(saved.row[saved.fold == number]) == sorted(rows)
    assert len(made["evaluate"].cv["roc_auc"]["folds"]) == 6
