"""A small project of one recipe: fits of milliseconds, so that a test may run it many times."""

from __future__ import annotations

import csv
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from engine.plan.build import build
from engine.plan.outputs import SCORECARD, Outputs, earlier_parts, read_json
from engine.plan.run import run
from engine.plan.show import describe
from engine.recipe.load import Loaded, load

RECIPE = """\
# A small recipe.
problem:
  positive: "yes"
data:
  source: data.csv
  target: bought
model:
  linear:
  decision_tree:
search: {trials: 5, sampler: random}
evaluation: {metric: roc_auc, metrics: [accuracy], folds: 3}
"""

_numbers: Iterator[int] = count(1)


def write_data(path: Path, rows: int = 120, **columns: Any) -> None:
    """Write rows of two numbers, a text and a target that depends on them; always the same."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["age", "income", "city", "bought", *columns])
        for row in range(rows):
            age, income = 20 + row * 7 % 50, round(1000 * (2 + math.sin(row)), 2)
            city = ("Aachen", "Bonn", "Cologne")[row % 3]
            bought = "yes" if age + income / 100 + 9 * (row % 4) > 75 else "no"
            table.writerow([age, income, city, bought, *columns.values()])


@dataclass
class Heard:
    """A listener that remembers."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, event: str, **facts: Any) -> None:
        self.events.append((event, facts))

    def steps(self, event: str) -> list[str]:
        return [facts["step"] for name, facts in self.events if name == event]

    def count(self, event: str) -> int:
        return sum(name == event for name, _ in self.events)


@dataclass(frozen=True)
class Ran:
    """A run that ended."""

    folder: Path
    heard: Heard

    @property
    def card(self) -> dict[str, Any]:
        return read_json(self.folder / SCORECARD)

    @property
    def done(self) -> list[str]:
        """The steps that were done, and not reused."""
        return self.heard.steps("step_started")

    @property
    def fits(self) -> int:
        return self.heard.count("unit_finished")


@dataclass(frozen=True)
class Project:
    """A folder with a recipe and data, which is the working folder."""

    root: Path

    @property
    def outputs(self) -> Outputs:
        return Outputs(Path("outputs"))

    @property
    def recipe(self) -> Path:
        return self.root / "recipes" / "small.yaml"

    def load(self, *overrides: str) -> Loaded:
        return load("small", overrides, root=self.root)

    def plan(self, *overrides: str) -> dict[str, Any]:
        loaded = self.load(*overrides)
        latest = self.outputs.latest("small")
        made = build(loaded.recipe, self.outputs.store, earlier_parts(latest), Heard(), loaded.tree)
        return describe(made, latest)

    def steps(self, *overrides: str) -> dict[str, dict[str, Any]]:
        return {step["name"]: step for step in self.plan(*overrides)["steps"]}

    def run(self, *overrides: str, fresh: bool = False, heard: Heard | None = None) -> Ran:
        loaded = self.load(*overrides)
        heard = heard or Heard()
        stamp = f"2026-01-01_00-00-{next(_numbers):02d}"
        folder = run(loaded.recipe, loaded.tree, self.outputs, stamp, heard, fresh)
        return Ran(folder, heard)

    def stored(self, step: str) -> list[Path]:
        """The results of a step."""
        return sorted(self.outputs.store.root.glob(f"{step}-*"))


def make(root: Path) -> Project:
    """Lay a project in a folder."""
    (root / "recipes").mkdir(parents=True)
    (root / "recipes" / "small.yaml").write_text(RECIPE, "utf-8")
    write_data(root / "data.csv")
    return Project(root)


def copy(of: Project, root: Path) -> Project:
    """Copy a project with all that was run in it."""
    shutil.copytree(of.root, root, symlinks=True, dirs_exist_ok=True)
    return Project(root)
