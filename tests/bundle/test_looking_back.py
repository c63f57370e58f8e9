"""Bundles whose features look at earlier rows, or read free text."""

import numpy as np
import pandas as pd
import pytest

from engine.bundle.load import open_bundle
from engine.bundle.score import score
from engine.errors import InputError
from engine.testing.recipes import Steps, recipe

PAST = {"blocks": {"past": {"columns": "sold", "steps": {"lags": {"lags": 2, "by": "store"}}}}}


def sales(days=60):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        [(day, f"s{store}", random.normal(100, 10)) for day in range(days) for store in range(6)],
        columns=["day", "store", "sold"],
    )
    frame["who"] = [f"seller {day // 5}" for day in frame["day"]]  # none comes back
    earlier = frame.groupby("store")["sold"].shift(2).fillna(100)
    return frame.assign(y=earlier + random.normal(size=len(frame)))


def packed(frame, tmp_path, features, **data):
    made = Steps(recipe("linear", data=data, features=features, search={"trials": 1}), frame,
                 tmp_path)  # fmt: skip
    folder = made.run("pack").folder
    return made, open_bundle(folder)


class Chunked:
    """A source of a frame."""

    def __init__(self, frame):
        self.frame = frame

    def chunks(self, spec, rows):
        for start in range(0, len(self.frame), rows):
            yield self.frame.iloc[start : start + rows]


ORDERS = {
    "in order": lambda frame: frame,
    "by store": lambda frame: frame.sort_values(["store", "day"]),
    "newest first": lambda frame: frame.sort_values(["day", "store"], ascending=False),
    "shuffled": lambda frame: frame.sample(frac=1, random_state=0),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("chunk", [7, 100])
def test_a_file_read_in_parts_is_predicted_as_the_whole(tmp_path, chunk, order):
    frame = sales().assign(number=lambda f: [f"n{i}" for i in range(len(f))])
    made, bundle = packed(frame, tmp_path, PAST, time="day", id="number")
    later = frame.iloc[made["split"].holdout].drop(columns="y")
    expected = bundle.answer(later).predictions.set_index("number")["prediction"]
    asked = ORDERS[order](later)
    counts = score(bundle, Chunked(asked), "none", tmp_path / "out.csv", chunk)
    parts = pd.read_csv(tmp_path / "out.csv", index_col="number")["prediction"]
    assert (counts.rows, list(parts.index)) == (len(later), list(asked["number"]))
    np.testing.assert_allclose(parts, expected[parts.index], rtol=1e-9)
    alone = [bundle.answer(later.iloc[[i]]).predictions["prediction"][0] for i in range(len(later))]
    assert not np.allclose(alone, expected), "a row alone knows the training rows' last ones only"


def test_rows_may_be_told_to_a_bundle_as_they_come(tmp_path):
    frame = sales()
    made, bundle = packed(frame, tmp_path, PAST, time="day")
    later = frame.iloc[made["split"].holdout].drop(columns="y")
    whole, parts = bundle.predict(later)[0]["prediction"], []
    for start in range(0, len(later), 7):
        part = later.iloc[start : start + 7]
        parts += list(bundle.predict(part)[0]["prediction"])
        bundle = bundle.after(part)
    np.testing.assert_allclose(parts, whole, rtol=1e-9)
    made, bundle = packed(frame, tmp_path / "plain", {}, time="day")
    assert bundle.after(later) is bundle


def test_of_a_file_read_in_parts_everything_is_told(tmp_path):
    frame = sales().assign(number=lambda f: [f"n{i}" for i in range(len(f))])
    frame["note"] = np.where(frame["day"] % 2, "a quiet day of rain", "many people and the sun")
    frame["note"] += [f" {i}" for i in range(len(frame))]
    made, bundle = packed(frame, tmp_path, PAST, time="day", id="number")
    assert "text" in [column.kind for column in bundle.contract.columns]
    later = frame.iloc[made["split"].holdout].drop(columns="y").reset_index(drop=True)
    later.loc[[3, 60], "store"] = "new"
    later.loc[5, "sold"] = np.inf
    answer = bundle.answer(later)
    counts = score(bundle, Chunked(later), "none", tmp_path / "out.parquet", 7)
    assert counts.unseen == {name: dict(found) for name, found in answer.unseen.items()}
    assert counts.lost == answer.lost == {"sold": 1}
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out.parquet"), answer.predictions)
    plain = later.drop(columns="number")
    assert score(bundle, Chunked(plain), "none", tmp_path / "out.parquet", 7).without_id
    later["sold"] = later["sold"].astype(object).where(later.index != 50, "much")
    with pytest.raises(InputError, match="row 51"):
        score(bundle, Chunked(later), "none", tmp_path / "out.parquet", 7)


def test_the_holdout_goes_on_from_the_training_rows(tmp_path):
    frame = sales()
    made, _ = packed(frame, tmp_path, PAST, time="day")
    assert made["evaluate"].holdout["r2"] > 0.9
    rows = made["split"].holdout
    features = made["refit"].pipeline["features"]
    found = features.transform(made["assemble"].take(rows))
    shifted = frame.groupby("store")["sold"].shift(2).iloc[rows]
    place = next(p for n, _, p in features.transformers_ if "past" in n)
    assert len(place) == 3, "time, store and what was sold"
    assert any(np.allclose(column, shifted) for column in found.T)


def test_a_run_says_how_many_rows_share_a_moment(tmp_path):
    whole = {"blocks": {"past": {"columns": "sold", "steps": {"lags": {"lags": 2}}}}}
    for features, count in ((PAST, 0), (whole, 1)):
        heard = []
        asked = recipe("linear xgboost", data={"time": "day"}, features=features,
                       search={"trials": 2})  # fmt: skip
        made = Steps(asked, sales(), tmp_path / str(count))
        made.run("search", lambda event, heard=heard, **facts: heard.append(facts.get("text")))
        told = [text for text in heard if text and "have the day of another" in text]
        assert len(told) == count


def test_the_group_is_asked_for_only_where_features_go_by_it(tmp_path):
    frame = sales()
    by_group = {"blocks": {"past": {"columns": "sold", "steps": {"lags": 1}}}}
    _, needs = packed(frame, tmp_path / "a", by_group, time="day", group="who")
    _, free = packed(frame, tmp_path / "b", {}, time="day", group="who")
    row = frame.drop(columns=["y", "who"]).tail(3)
    assert len(free.answer(row).predictions) == 3
    with pytest.raises(InputError, match="'who'"):
        needs.answer(row)


def test_new_texts_are_predicted_with_the_words_that_were_learnt(tmp_path):
    random = np.random.default_rng(0)
    good = random.random(300) < 0.5
    words = [f"word{i}" for i in range(60)]
    note = [" ".join([*random.choice(words, 6), "fine" if g else "poor"]) for g in good]
    frame = pd.DataFrame({"note": note, "size": random.normal(size=300), "y": good})
    _, bundle = packed(frame, tmp_path, {})
    assert [column.kind for column in bundle.contract.columns] == ["text", "number"]
    new = pd.DataFrame({"note": ["a fine thing", "poor and poor", None, ""], "size": [0.0] * 4})
    found = bundle.answer(new).predictions
    assert list(found["prediction"][:2]) == [True, False]
    assert found["probability_True"][2] == found["probability_True"][3]
    profile = pd.read_json(bundle.folder / "profile.json", typ="series")["columns"]["note"]
    assert (profile["kind"], profile["distinct"] > 100) == ("text", True)
