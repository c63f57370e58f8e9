"""The same verbs in Python: ``engine.load("penguins").run().predict(rows)``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from engine.bundle.load import Bundle, open_bundle
from engine.contracts import Listener, silent
from engine.plan.asked import Asked
from engine.plan.build import build
from engine.plan.outputs import SCORECARD, Outputs, earlier_parts, read_json
from engine.plan.provenance import stamp
from engine.plan.run import run
from engine.plan.show import describe
from engine.recipe import load as loading
from engine.recipe.load import Loaded
from engine.recipe.schema import Recipe


def load(recipe: str, *overrides: str, outputs: str | Path = "outputs") -> Project:
    """Read a recipe and check all of it, without opening data.

    Parameters
    ----------
    recipe : str
        A name, or the path of a file.
    *overrides : str
        As on the command line: ``"search.trials=50"``.
    outputs : path
        Where runs and results are kept.

    Raises
    ------
    engine.errors.EngineError
        With every fault of the recipe.
    """
    return Project(loading.load(recipe, overrides), Outputs(Path(outputs)))


@dataclass(frozen=True)
class Project:
    """A recipe, and what can be done with it."""

    loaded: Loaded = field(repr=False)
    outputs: Outputs

    @property
    def recipe(self) -> Recipe:
        """What was asked: complete, checked and frozen."""
        return self.loaded.recipe

    def plan(self) -> Planned:
        """Say what a run would do. Data is read; nothing is fitted."""
        latest = self.outputs.latest(self.recipe.name)
        plan = build(
            self.recipe, self.outputs.store, earlier_parts(latest), silent, self.loaded.tree
        )
        return Planned(describe(plan, latest))

    def run(self, listener: Listener = silent) -> Run:
        """Carry the recipe out; steps that are done are not done again."""
        told = (override.where.partition(": ")[2] for override in self.loaded.trail.overrides)
        asked = Asked.of(self.recipe.name, self.loaded.path, tuple(told))
        tree = self.loaded.tree
        return Run(run(self.recipe, tree, self.outputs, stamp(), listener, asked=asked))

    def runs(self) -> list[Run]:
        """Whole runs of the recipe, oldest first."""
        return [Run(folder) for folder in self.outputs.runs(self.recipe.name)]


@dataclass(frozen=True)
class Planned:
    """A plan as plain values, as ``engine plan --json`` prints it."""

    tree: dict[str, Any]

    @property
    def steps(self) -> pd.DataFrame:
        """What is done, what is to do, and why."""
        return pd.DataFrame(self.tree["steps"])

    @property
    def columns(self) -> pd.DataFrame:
        """What each column is taken for, and why."""
        return pd.DataFrame(self.tree["columns"])

    def _repr_html_(self) -> str:
        return _titled(
            f"Plan of {self.tree['recipe']}", self.steps[["name", "state", "about", "why"]]
        )


@dataclass(frozen=True)
class Run:
    """A run and its results.

    Attributes
    ----------
    folder : Path
        Where everything lies.
    """

    folder: Path

    @cached_property
    def scorecard(self) -> dict[str, Any]:
        """All figures of the run, as ``scorecard.json`` has them."""
        return dict(read_json(self.folder / SCORECARD))

    @cached_property
    def leaderboard(self) -> pd.DataFrame:
        """The best trial of each family, best first: mean and spread of the first metric.

        Of several objectives it holds the Pareto front as well, and a column for each of them.
        """
        metric = self.scorecard["metric"]
        rows = read_json(self.folder / "leaderboard.json")
        scores = [row["cv"].get(metric, {}) for row in rows]
        measured = list(dict.fromkeys(name for row in rows for name in row["measured"]))
        return pd.DataFrame(
            {
                "family": [row["family"] for row in rows],
                "trial": [row["trial"] for row in rows],
                metric: [score.get("mean") for score in scores],
                "std": [score.get("std") for score in scores],
                **{name: [row["measured"].get(name) for row in rows] for name in measured},
                "chosen": [row["chosen"] for row in rows],
                "trials": [row["trials"] for row in rows],
                "seconds": [row["seconds"] for row in rows],
            }
        )

    @cached_property
    def bundle(self) -> Bundle:
        """The verified bundle."""
        return open_bundle(self.folder / "bundle")

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Predict rows: the id where there is one, ``prediction`` and ``probability_<class>``."""
        return self.bundle.predict(rows)[0]

    def _repr_html_(self) -> str:
        return _titled(f"Run {self.folder}", self.leaderboard)


def _titled(title: str, frame: pd.DataFrame) -> str:
    return f"<h4>{escape(title)}</h4>{frame.to_html(index=False)}"
