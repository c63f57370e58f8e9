import json
import os
import shutil

import numpy as np
import pandas as pd
import pytest
import skops.io

from engine.bundle import persist
from engine.bundle.load import open_bundle, verify
from engine.bundle.write import file_hash, own_hash
from engine.errors import BundleError
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, recipe

FILES = ["contract.json", "golden.json", "golden.parquet", "manifest.json", "pipeline.skops",
         "profile.json", "recipe.yaml", "scores.json"]  # fmt: skip


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    root = tmp_path_factory.mktemp("run")
    made = Steps(recipe("linear", search={"trials": 1}), mixed(120), root)
    return made.run("pack").folder


@pytest.fixture
def bundle(packed, tmp_path):
    return shutil.copytree(packed, tmp_path / "bundle")


def resigned(bundle, name=None, **changes):
    """Make the manifest fit what was changed, as somebody who means harm would."""
    path = bundle / "manifest.json"
    manifest = {**json.loads(path.read_text()), **changes}
    if name:
        manifest["files"][name] = file_hash(bundle / name)
    path.write_text(json.dumps({**manifest, "manifest": own_hash(manifest)}))


def refused(bundle, *words):
    with pytest.raises(BundleError) as caught:
        open_bundle(bundle)
    for word in words:
        assert word in str(caught.value)


def test_a_bundle_holds_these_files_and_opens(bundle):
    assert sorted(path.name for path in bundle.iterdir()) == FILES
    assert open_bundle(bundle).predict(mixed(120))[0].columns[0] == "prediction"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0.0, 0.37, 0.7, 0.999])
def test_a_flipped_byte_is_found(bundle, name, place):
    path = bundle / name
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    refused(bundle, "bundle")
    if name != "manifest.json":
        refused(bundle, name, "was changed after it was packed")


@pytest.mark.parametrize(
    ("old", "new"), [("binary", "binery"), ('"no"', '"on"'), ("linear", "lineal")]
)
def test_what_a_manifest_says_cannot_be_changed(bundle, old, new):
    path = bundle / "manifest.json"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    refused(bundle, "manifest.json: was changed after it was packed")


@pytest.mark.parametrize("name", FILES)
def test_a_removed_file_is_found(bundle, name):
    (bundle / name).unlink()
    refused(bundle, name)


@pytest.mark.parametrize("name", FILES)
def test_a_link_is_refused_even_to_the_same_content(bundle, tmp_path, name):
    shutil.move(bundle / name, tmp_path / name)
    (bundle / name).symlink_to(tmp_path / name)
    refused(bundle, name)


@pytest.mark.parametrize("make", ["file", "folder", "hidden"])
def test_what_was_added_is_found(bundle, make):
    name = {"file": "extra.txt", "folder": "extra", "hidden": ".extra"}[make]
    (bundle / name).mkdir() if make == "folder" else (bundle / name).write_text("x")
    refused(bundle, name, "is not in the manifest")


@pytest.mark.parametrize("name", ["pipeline.skops", "golden.json"])
@pytest.mark.parametrize("make", ["folder", "pipe"])
def test_a_file_that_became_something_else_is_refused(bundle, name, make):
    (bundle / name).unlink()
    (bundle / name).mkdir() if make == "folder" else os.mkfifo(bundle / name)
    refused(bundle, name)


def test_all_faults_are_told_at_once(bundle):
    (bundle / "scores.json").unlink()
    (bundle / "extra").write_text("x")
    (bundle / "profile.json").write_text("{}")
    refused(bundle, "scores.json: is missing", "extra: is not in", "profile.json: was changed")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", '{"format": 1}', "[" * 100_000, "\ud800"]
)
def test_a_manifest_that_is_none_is_refused(bundle, text):
    (bundle / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    refused(bundle, "manifest.json")


@pytest.mark.parametrize("number", [0, 2, "1", None])
def test_another_format_is_refused(bundle, number):
    resigned(bundle, format=number)
    refused(bundle, "this engine reads format 1")


def test_a_folder_that_is_not_there_is_no_bundle(tmp_path):
    with pytest.raises(BundleError, match="is not a whole bundle"):
        verify(tmp_path / "nowhere")


def test_a_path_that_leaves_the_bundle_is_not_followed(bundle, tmp_path):
    (tmp_path / "secret").write_text("x")
    manifest = json.loads((bundle / "manifest.json").read_text())
    resigned(bundle, files={**manifest["files"], "../secret": file_hash(tmp_path / "secret")})
    refused(bundle, "../secret: is missing")


@pytest.mark.parametrize("what", ["value", "probability", "shape"])
def test_golden_rows_that_are_predicted_otherwise_are_refused(bundle, what):
    path = bundle / "golden.json"
    golden = json.loads(path.read_text())
    if what == "value":
        golden["value"][3] = 1 - golden["value"][3]
    elif what == "probability":
        golden["probability"][3][0] += 1e-5
    else:
        golden["value"].pop()
    path.write_text(json.dumps(golden))
    resigned(bundle, "golden.json")
    refused(bundle, "predicts its golden rows otherwise", "install the versions")


def test_small_numbers_are_compared_by_their_size(tmp_path):
    frame = mixed(120, "regression").assign(y=lambda f: f["y"] * 1e-9)
    packed = Steps(recipe("linear", search={"trials": 1}), frame, tmp_path).run("pack").folder
    open_bundle(packed)
    path = packed / "golden.json"
    golden = json.loads(path.read_text())
    path.write_text(json.dumps({"value": [value * 1.01 for value in golden["value"]]}))
    resigned(packed, "golden.json")
    refused(packed, "predicts its golden rows otherwise")


class Unknown:
    """A type that no bundle may hold; it says so when it is made."""

    made = False

    def __init__(self):
        self.x = 1

    def __setstate__(self, state):
        Unknown.made = True


def test_a_type_that_is_not_trusted_is_refused_before_it_is_made(bundle):
    skops.io.dump({"model": Unknown()}, bundle / "pipeline.skops")
    resigned(bundle, "pipeline.skops")
    refused(bundle, "pipeline.skops: holds types that no bundle may hold", "Unknown")
    assert not Unknown.made


def test_a_pipeline_that_no_bundle_may_hold_is_not_written(tmp_path):
    with pytest.raises(BundleError, match="Unknown"):
        persist.save_pipeline(Unknown(), tmp_path / "pipeline.skops")
    assert not list(tmp_path.iterdir())


def test_nothing_trusted_can_be_made_to_run_what_a_bundle_says():
    modules = {name.partition(".")[0] for name in persist.TRUSTED}
    ours = {"engine", "functools", "numpy", "scipy", "sklearn", "xgboost"}
    assert modules == ours | {"lightgbm", "collections"}  # a Booster is a text; in it, OrderedDicts
    words = ("eval", "exec", "open", "load", "import", "system", "pickle", "subprocess")
    assert not [name for name in persist.TRUSTED if name.rpartition(".")[2] in words]


def test_a_bundle_without_a_manifest_is_never_taken_for_one(packed, tmp_path):
    """Whatever was written when it was cut short, the manifest comes last."""
    order = sorted(packed.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert order[-1].name == "manifest.json"
    (tmp_path / "half").mkdir()
    for path in order[:-1]:
        shutil.copy(path, tmp_path / "half")
        refused(tmp_path / "half", "it has no manifest.json")


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 100])
def test_a_damaged_pipeline_is_said_to_be_so(tmp_path, content):
    (tmp_path / "pipeline.skops").write_bytes(content)
    with pytest.raises(BundleError, match=r"pipeline.skops: cannot be read"):
        persist.load_pipeline(tmp_path / "pipeline.skops")


def test_categories_of_the_holdout_do_not_hinder_packing_all_rows(tmp_path):
    frame = mixed(120)
    first = Steps(recipe("linear"), frame, tmp_path / "a").run("split")
    frame.loc[first.holdout, "colour"] = [f"only here {i % 5}" for i in range(len(first.holdout))]
    asked = recipe(
        "linear", search={"trials": 1}, data={"unseen": "fail"}, evaluation={"final_rows": "all"}
    )
    opened = open_bundle(Steps(asked, frame, tmp_path / "b").run("pack").folder)
    assert opened.contract.unseen == "fail"


def test_golden_rows_hold_objects_of_any_kind(tmp_path):
    frame = mixed(100)
    frame["member"] = pd.Series([True, "false", None, "TRUE"] * 25, dtype=object)
    frame["day"] = pd.Series(pd.date_range("2024", periods=100).date, dtype=object)
    open_bundle(Steps(recipe("linear", search={"trials": 1}), frame, tmp_path).run("pack").folder)


def test_the_profile_tells_what_the_rows_were_like(bundle):
    told = json.loads((bundle / "profile.json").read_text())
    assert told["rows"] == 96
    assert set(told["columns"]) == set(mixed().columns) - {"y"}
    assert sum(told["columns"]["colour"]["levels"].values()) == pytest.approx(96, abs=20)
    assert 0 < told["columns"]["size"]["missing"] < 0.2
    assert np.isfinite(list(told["columns"]["size"]["quantiles"].values())).all()
