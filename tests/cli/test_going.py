"""``engine runs``: what goes on, and what was stopped."""

import io

import pytest
from rich.console import Console

from engine.cli.going import picture
from engine.cli.outputs import OUTPUTS
from engine.plan.claim import claimed
from engine.plan.outputs import RUNNING
from engine.plan.running import Note
from tests.plan.test_running import begin, tell

TREE = {
    "recipe": "churn", "step": "search", "waiting": None, "elapsed": 754.0, "trials": 31,
    "total": 100, "metric": "roc_auc", "best": 0.87654, "family": "xgboost",
    "trials_per_minute": 2.47, "seconds_left": 1675.0, "pid": 4242, "host": "oak", "user": "ann",
}  # fmt: skip
TREES = [
    TREE,
    TREE | {"recipe": "fraud", "waiting": "for another", "trials": 0, "best": None,
            "trials_per_minute": None, "seconds_left": None},
    TREE | {"recipe": "prices_of_houses", "step": "refit", "family": "hist_gradient_boosting"},
]  # fmt: skip


def drawn(found, width: int, height: int) -> str:
    out = Console(file=io.StringIO(), width=width, height=height, force_terminal=False)
    for part in picture(found, width, height):
        out.print(part)
    return "\n".join(line.rstrip() for line in out.file.getvalue().splitlines()) + "\n"


@pytest.mark.parametrize(("width", "height"), [(120, 24), (80, 24), (40, 24), (15, 24), (80, 6)])
def test_the_picture_fits_into_the_terminal(snapshot, width, height):
    text = drawn(TREES, width, height)
    assert max(map(len, text.splitlines())) <= width
    assert len(text.splitlines()) < height
    snapshot(f"runs_watch_{width}x{height}", text)


def test_nothing_that_goes_on_is_said(engine):
    assert engine("runs", "--watch").out == "Nothing is running.\n"
    assert engine("runs", "--watch", "--json").out == "[]\n"
    assert drawn([], 80, 24) == "Nothing is running. (Ctrl-C ends this)\n"


@pytest.fixture
def outputs(folder):
    return OUTPUTS  # of the working folder


def test_a_run_that_goes_on_is_listed_beside_those_that_were_stopped(engine, outputs):
    tell(outputs, "search-a", [0.5, 0.3, 0.4])
    with claimed(outputs.root / "churn", RUNNING) as folder:
        begin(folder)
        listed = engine("runs").out
        assert "Going on" in listed
        assert "3 of 10" in listed
        assert "linear mae 0.3000" in listed
        assert "No runs yet" not in listed
        for words in (("runs", "churn"), ("runs", "--watch"), ("runs", "churn", "--watch")):
            assert "3 of 10" in engine(*words).out
        assert "Nothing is running" in engine("runs", "other", "--watch").out
    left = outputs.root / "churn" / f"{RUNNING}left"
    left.mkdir()
    begin(left)
    listed = engine("runs").out
    assert "Going on" not in listed
    assert "engine run churn --resume s1" in listed


def test_a_run_that_waits_says_so(engine, outputs):
    with claimed(outputs.root / "churn", RUNNING) as folder:
        Note(folder, recipe="churn", stamp="s").told(lambda event, **facts: None)(
            "waiting", text="another run holds it"
        )
        assert "waiting" in engine("runs", "--watch").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "shop", "--resume", "latest"), "shop has no run to carry on"),
        (("run", "shop", "--resume", "2020"), "shop has no run to carry on"),
        (("run", "shop", "-m", "seed=1,2", "--resume", "latest"), "-m asks for many"),
        (("runs", "--dashboard"), "--dashboard needs a recipe"),
        (("runs", "shop", "--dashboard"), "no run of 'shop' yet"),
        (("pin", "shop"), "no run of 'shop' yet"),
        (("pin", "shop", "2020"), "no run of '2020' yet"),
    ],
)
def test_what_is_not_there_is_said(engine, words, said):
    ended = engine(*words)
    assert (ended.code, said in ended.err) == (2, True), ended.err
