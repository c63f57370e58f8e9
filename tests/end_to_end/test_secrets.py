"""What a recipe takes from the environment is written nowhere; only its name is."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.command import engine, good, latest
from tests.plan.project import write_data

SECRETS = {
    f"SECRET_{number}": f"{kind}-{number:02d}-Zq7{number * 7919:05d}"
    for number, kind in enumerate(
        ["hunter", "sk-live", "ghp", "AKIA", "xoxb", "glpat", "eyJhbGciOi", "pw", "tok", "key",
         "pass phrase", "p@ss:word", "ssh-rsa", "npm", "pypi-AgEI", "dckr", "hf", "AIza", "SG",
         "rk-test"]
    )
}  # fmt: skip
RECIPE = """\
problem:
  question: "Is ${oc.env:SECRET_0} safe, and ${oc.env:SECRET_1}?"
  owner: ${oc.env:SECRET_2}
  positive: "yes"
data:
  source: ${oc.env:FOLDER}/${oc.env:SECRET_3}/${oc.env:SECRET_4}.csv
  target: bought
  expect:
    severity: warn
    city: {in: ["${oc.env:SECRET_5}"], matches: "${oc.env:SECRET_6}"}
    relations: {kept: "city != '${oc.env:SECRET_7}' and age < 0"}
model: [linear]
search: {trials: 3}
evaluation: {folds: 3, metrics: [accuracy]}
"""


def leaks(folder: Path, *texts: str) -> list[str]:
    """Every place that holds a secret."""
    found = []
    files = [path for path in (folder / "outputs").rglob("*") if path.is_file()]
    for name, secret in SECRETS.items():
        found += [f"{name} in {path}" for path in files if secret.encode() in path.read_bytes()]
        found += [f"{name} in a name: {path}" for path in files if secret in str(path)]
        found += [f"{name} is printed" for text in texts if secret in text]
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.setenv("FOLDER", str(tmp_path / "data"))
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "sealed.yaml").write_text(RECIPE, "utf-8")
    place = tmp_path / "data" / SECRETS["SECRET_3"]
    place.mkdir(parents=True)
    write_data(place / f"{SECRETS['SECRET_4']}.csv")
    return tmp_path


def test_references_are_followed_and_their_values_written_nowhere(folder, tmp_path):
    ran = good("run", "sealed", folder=folder)
    planned = good("plan", "sealed", folder=folder)
    as_json = good("plan", "sealed", "--json", folder=folder)
    shown = good("show", "sealed", folder=folder)
    texts = [text for ended in (ran, planned, as_json, shown) for text in (ended.out, ended.err)]
    assert leaks(folder, *texts) == []
    assert "are none of '${oc.env:SECRET_5}'" in ran.err
    run = latest(folder, "sealed")
    for path in (run / "recipe.yaml", run / "bundle" / "recipe.yaml"):
        assert "${oc.env:SECRET_2}" in path.read_text("utf-8")
    card = json.loads((run / "scorecard.json").read_text("utf-8"))
    assert card["owner"] == "${oc.env:SECRET_2}"
    assert list(card["data"]) == ["${oc.env:FOLDER}/${oc.env:SECRET_3}/${oc.env:SECRET_4}.csv"]
    assert str(tmp_path / "data") not in (run / "plan.json").read_text("utf-8")


def test_another_value_behind_a_reference_is_noticed_and_not_shown(folder, monkeypatch):
    good("run", "sealed", folder=folder)
    monkeypatch.setenv("SECRET_2", "another-owner-entirely")
    ended = good("plan", "sealed", "--json", folder=folder)
    why = {step["name"]: step["why"] for step in ended.json["steps"]}
    assert why["search"] == []
    assert len(why["pack"]) == 1
    assert why["pack"][0].startswith('problem.owner: "${oc.env:SECRET_2} (')
    assert "another-owner-entirely" not in ended.out
    assert leaks(folder, ended.out, ended.err) == []


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_errors_do_not_show_them(folder, verb):
    next((folder / "data").rglob("*.csv")).unlink()
    ended = engine(verb, "sealed", folder=folder)
    assert ended.code == 2
    assert "there is no such file" in ended.err
    assert "${oc.env:SECRET_3}" in ended.err
    assert leaks(folder, ended.out, ended.err) == []


def test_the_log_does_not_hold_a_parameter_from_the_environment(folder, monkeypatch):
    monkeypatch.setenv("SOLVER", "newton-cholesky")
    good("run", "sealed", "model.linear.params.solver=${oc.env:SOLVER}", folder=folder)
    assert "newton-cholesky" not in (latest(folder, "sealed") / "log.txt").read_text("utf-8")


def test_a_short_value_is_not_torn_out_of_innocent_texts(folder, monkeypatch):
    monkeypatch.setenv("SECRET_2", "e")
    ran = good("run", "sealed", folder=folder)
    assert "load: read the rows" in ran.err


@pytest.mark.parametrize(
    "line",
    [
        "data: {{source: 'postgresql://ann:{secret}@host/db', target: bought}}",
        "problem: {{password: {secret}}}",
        "problem: {{api_key: {secret}}}",
        "tracking: {{token: {secret}}}",
        "monitor: {{slack: {{secret: {secret}}}}}",
        "model: {{linear: {{params: {{token: {secret}}}}}}}",
        "features: {{blocks: {{a: {{steps: {{password: {secret}}}}}}}}}",
    ],
)
def test_literal_ones_are_refused_and_masked(folder, line):
    secret = SECRETS["SECRET_7"]
    text = f"data: {{source: data.csv, target: bought}}\n{line.format(secret=secret)}\n"
    if line.startswith("data"):
        text = text.partition("\n")[2]
    (folder / "recipes" / "open.yaml").write_text(text, "utf-8")
    for verb in ("check", "plan", "run"):
        ended = engine(verb, "open", folder=folder)
        assert ended.code == 2
        assert leaks(folder, ended.out, ended.err) == []


@pytest.mark.parametrize(
    "override",
    [
        "problem.password={secret}",
        "+tracking.token={secret}",
        "data.source=s3://k:{secret}@b/x.csv",
    ],
)
def test_overrides_that_hold_one_are_refused_and_masked(folder, override):
    for secret in (SECRETS["SECRET_7"], SECRETS["SECRET_12"]):
        ended = engine("run", "sealed", override.format(secret=secret), folder=folder)
        assert ended.code == 2
        assert leaks(folder, ended.out, ended.err) == []
