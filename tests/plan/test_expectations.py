"""What is expected of the rows is asked in plan and run, noted, and asked again as time goes on."""

import pytest

from engine.cli import main
from engine.errors import DataError
from engine.plan import progress
from engine.plan.outputs import read_json
from tests.plan.project import Heard

WARN = ("data.expect.severity=warn", "data.expect.age={min: 30}", "data.expect.city={missing: 0}")
FAIL = ("data.expect.age={min: 30}",)
TOLD = "data.expect.age.min: 24 of 120 values are less than 30 (row 1: 20; row 2: 27; row 9: 26"


def told(heard):
    return [facts["text"] for event, facts in heard.events if event == "notice"]


def test_what_only_warns_is_told_at_each_run_and_noted(project):
    for _ in range(2):  # the second reuses all
        heard = Heard()
        ran = project.run(*WARN, heard=heard)
        events = [(facts.get("step"), facts.get("text", "")) for _, facts in heard.events]
        (at,) = [i for i, (_, text) in enumerate(events) if text.startswith(TOLD)]
        assert at < [step for step, _ in events].index("search")
        noted = ran.card["expectations"]
        assert (noted["rows"], noted["held"]) == (120, 1)
        (broken,) = noted["broken"]
        assert (broken["key"], broken["broken"], broken["of"]) == ("age.min", 24, 120)
        assert broken["examples"][0] == {"row": 1, "values": {"age": 20}}
        kept = read_json(ran.folder / "expectations.json")
        assert [one["key"] for one in kept["outcomes"]] == ["age.min", "city.missing"]


def test_the_plan_shows_it(project, capsys):
    tree = project.plan(*WARN)
    assert [text for text in tree["notices"] if text.startswith(TOLD)]
    assert len(tree["expectations"]["broken"]) == 1
    assert main(["plan", "small", *WARN]) == 0
    shown = capsys.readouterr()
    assert "  expected  1 hold, 1 do not" in shown.out
    assert TOLD in shown.err
    assert main(["run", "small", *WARN]) == 0
    assert "expected, and not so: data.expect.age.min" in capsys.readouterr().err
    assert main(["plan", "small"]) == 0
    assert "expected" not in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["plan", "run"])
def test_what_fails_stops_plan_and_run_each_time(new, verb, capsys):
    for _ in range(2):  # the second time the answer is known
        assert main([verb, "small", *FAIL]) == 2
        shown = capsys.readouterr()
        assert f"error: {TOLD}" in shown.err
        assert shown.out == ""
    assert not new.stored("split")
    assert new.outputs.runs("small") == []


def test_what_failed_is_not_asked_again_when_only_the_severity_changes(new):
    with pytest.raises(DataError):
        new.run(*FAIL)
    ran = new.run(*FAIL, "data.expect.severity=warn")
    assert len(ran.card["expectations"]["broken"]) == 1


def test_freshness_goes_with_the_time_though_nothing_else_changes(project, monkeypatch):
    text = (project.root / "data.csv").read_text("utf-8").splitlines()
    lines = [f"{line},{'day' if not n else '2026-01-15'}" for n, line in enumerate(text)]
    (project.root / "data.csv").write_text("\n".join(lines) + "\n", "utf-8")
    asked = ("data.drop=[day]", "data.expect.fresh={column: day, within: 7d}")
    day = 1_768_435_200.0  # the 15th of January 2026
    monkeypatch.setattr(progress, "now", lambda: day + 6 * 86_400)
    assert project.run(*asked).card["expectations"]["held"] == 1
    monkeypatch.setattr(progress, "now", lambda: day + 8 * 86_400)
    with pytest.raises(DataError, match="2026-01-15 00:00 UTC, 8 days ago; at most 7 days"):
        project.run(*asked)
    with pytest.raises(DataError):
        project.plan(*asked)
    monkeypatch.setattr(progress, "now", lambda: day)
    assert project.run(*asked).done == []


def test_expectations_are_about_all_rows_though_a_sample_is_learnt_from(project):
    ran = project.run("data.sample=60", *WARN, "data.expect.rows={min: 100}")
    noted = ran.card["expectations"]
    assert (noted["rows"], noted["broken"][0]["broken"]) == (120, 24)
    assert ran.card["dataset"]["removed"] == {"sample": 60}


def test_a_column_that_is_left_out_can_be_expected_and_filtered_by(project):
    where = "data.clean.where=\"city != 'Bonn'\""
    ran = project.run("data.drop=[city]", where, "data.expect.city={in: [Aachen, Cologne]}")
    assert ran.card["expectations"] == {"rows": 80, "held": 1, "broken": []}
    assert ran.card["dataset"]["removed"] == {"clean.where": 40}


def test_rows_for_which_a_formula_has_no_value_are_told_at_each_plan_and_run(new, capsys):
    asked = ("features.derive.q='income / (age - 20)'",)
    zero = "a division by zero in 3 rows, the first is row 1; taken as missing"
    for verb in ("plan", "plan", "run", "run", "plan"):
        assert main([verb, "small", *asked]) == 0
        assert capsys.readouterr().err.count(f"note: features.derive.q: {zero}") == 1, verb


def test_what_was_done_to_the_rows_is_told_at_each_plan_and_run(project, capsys):
    asked = ("data.sample=60", "data.clean.where='age > 22'")
    for _ in range(2):
        heard = Heard()
        project.run(*asked, heard=heard)
        texts = told(heard)
        assert "data.sample: 60 of 113 rows, for a quick try" in texts
        assert any(text.startswith("data.clean.where removed 7 of 120 rows") for text in texts)
    capsys.readouterr()
    assert main(["plan", "small", "data.sample=60"]) == 0
    assert "data.sample: 60 of 120 rows, for a quick try" in capsys.readouterr().err
    assert main(["run", "small", "data.sample=60"]) == 0
    assert "data.sample left out 60 rows: this was a quick try" in capsys.readouterr().err
