"""What a search spends outside the estimators: 30 XGBoost trials x 5 folds on 50,000 rows.

python benchmarks/search_overhead.py [--rows 50000] [--trials 30] [--rounds 100]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from tables import mixed, recipe, show
from xgboost import XGBClassifier

from engine import metrics
from engine.plan.outputs import Outputs
from engine.plan.run import Carried
from engine.recipe.load import load
from engine.search.draw import Proposer
from engine.search.record import Record
from engine.steps import unit
from engine.steps.material import Material

ESTIMATOR = "XGBoost's fit and predict"
SPENT: Counter[str] = Counter()  # seconds
DEPTH: list[str] = []


def timed(label: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Count the time spent in a function; what is nested in another timed one counts there."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        outer = not DEPTH
        DEPTH.append(label)
        begin = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            DEPTH.pop()
            if outer:
                SPENT[label] += time.perf_counter() - begin

    return wrapper


def instrument() -> None:
    """Wrap what is to be told apart."""
    for name in ("fit", "predict_proba"):
        setattr(
            XGBClassifier, name, timed("XGBoost's fit and predict", getattr(XGBClassifier, name))
        )
    for owner, name, label in (
        (Material, "prepared", "features"),
        (Proposer, "propose", "draws"),
        (Record, "keep", "files of units"),
        (Record, "tell", "SQLite and trials"),
        (unit, "pipeline", "assembling pipelines"),
    ):
        setattr(owner, name, timed(label, getattr(owner, name)))
    plain = metrics.load
    metrics.load = lambda name: _timed_metric(plain(name))  # type: ignore[assignment]


def _timed_metric(metric: Any) -> Any:
    object.__setattr__(metric, "function", timed("metric", metric.function))
    return metric


def main() -> None:
    """Run the search once and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=100, help="of boosting, at most, per fit")
    arguments = parser.parse_args()
    instrument()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mixed(arguments.rows).to_parquet(folder / "rows.parquet")
        lines = (
            f"model: {{xgboost: {{params: {{n_estimators: {arguments.rounds}}}}}}}\n"
            f"search: {{trials: {arguments.trials}}}\n"
        )
        made = load(str(recipe(folder, folder / "rows.parquet", lines)))
        phases: list[tuple[float, Counter[str]]] = []

        def listen(event: str, **facts: Any) -> None:
            if event == "step_finished" and facts["step"] == "search":
                phases.append((facts["seconds"], SPENT.copy()))

        Carried(made.recipe, Outputs(folder / "outputs"), listen)
    phase, spent = phases[0]
    others = phase - spent.total()
    rows = [*spent.most_common(), ("everything else", others)]
    header = ("part", "seconds", "share of the search phase")
    show(header, [(part, f"{v:.2f}", f"{v / phase:.1%}") for part, v in rows])
    outside = phase - spent[ESTIMATOR]
    print(f"\nsearch phase {phase:.1f} s; outside the estimators {outside / phase:.1%}")


if __name__ == "__main__":
    main()
