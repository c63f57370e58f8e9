"""What help and check import and open, in a process of their own; no times, which vary."""

import json
import subprocess
import sys

import pytest

HEAVY = [
    "numpy",
    "pandas",
    "scipy",
    "sklearn",
    "xgboost",
    "optuna",
    "duckdb",
    "pyarrow",
    "matplotlib",
]
PROBE = """
import json, sys
opened = []
def watch(event, details):
    if event == "open" and isinstance(details[0], str):
        opened.append(details[0])
    elif event.startswith("socket."):
        opened.append(event)
sys.addaudithook(watch)
from engine.cli import main
code = main(json.loads(sys.argv[1]))
print(json.dumps({"code": code, "opened": opened, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def probe(folder, *words):
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(words)],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(ended.stderr.splitlines()[-1])


def imported(found, names):
    return [name for name in names if name in found["modules"]]


@pytest.mark.parametrize("words", [("--help",), ("run", "--help"), ("--version",), ("runn",)])
def test_help_imports_no_library_but_yaml(folder, words):
    found = probe(folder, *words)
    assert imported(found, [*HEAVY, "hydra", "omegaconf", "pydantic", "rich"]) == []


@pytest.mark.parametrize(
    "words",
    [
        ("check", "shop"),
        ("check", "shop", "--json"),
        ("why", "shop", "seed"),
        ("list",),
        ("schema",),
    ],
)
def test_what_looks_at_the_recipe_alone_is_light(folder, words):
    found = probe(folder, *words)
    assert found["code"] == 0
    assert imported(found, HEAVY) == []


def test_check_opens_no_data_and_no_socket(folder):
    found = probe(folder, "check", "shop")
    assert [
        name for name in found["opened"] if "shop.csv" in name or name.startswith("socket")
    ] == []
    assert any(name.endswith("shop.yaml") for name in found["opened"])  # the probe does see


def test_check_does_not_mind_data_that_is_not_there(folder):
    (folder / "shop.csv").unlink()
    assert probe(folder, "check", "shop")["code"] == 0
