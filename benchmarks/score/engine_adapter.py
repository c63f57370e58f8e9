"""The engine as a system of a score board whose runner loads adapters by path.

``fit`` writes the rows to Parquet, runs a short recipe within the budget, counted from its own
start, and gives the run; ``predict`` goes through the bundle. Words of the environment variable
ENGINE_WORDS are overrides: ``ENGINE_WORDS="model=[xgboost] search.trials=5"``.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

VENV = "engine"

LEAST = 1.0  # seconds that a run is given at the least
SECOND = 0.3  # seconds to read the recipe once more
RECIPE = """\
name: score
problem: {{task: {task}}}
data: {{source: {source}, target: {target!r}}}
model: auto
search: {{use: auto, trials: 100000, timeout: {budget:.1f}}}
evaluation: {{metric: {metric}, holdout: 0}}
compute: {{workers: {cores}}}
seed: {seed}
"""


def warm_import() -> None:
    """Import what the other systems import before their time is counted."""
    import catboost  # noqa: F401
    import lightgbm  # noqa: F401
    import optuna  # noqa: F401
    import sklearn.ensemble  # noqa: F401
    import xgboost  # noqa: F401

    import engine.project
    import engine.steps.search  # noqa: F401


def version() -> str:
    from importlib.metadata import version as of

    return f"recipe-engine {of('recipe-engine')}"


def fit(
    train: Any, target: str, task: str, metric: str, budget: float, cores: int, workdir: str,
    seed: int,
) -> Any:  # fmt: skip
    """Search within ``budget`` seconds, counted from now."""
    begun = time.monotonic()
    import engine

    folder = Path(workdir)
    train.to_parquet(folder / "train.parquet", index=False)
    recipe = folder / "score.yaml"
    given = {
        "task": task, "source": folder / "train.parquet", "target": target, "metric": metric,
        "cores": cores, "seed": seed,
        "budget": budget,
    }  # fmt: skip
    recipe.write_text(RECIPE.format(**given), "utf-8")
    words = os.environ.get("ENGINE_WORDS", "").split()
    engine.load(str(recipe), *words)  # the second time is quick
    left = max(LEAST, budget - SECOND - (time.monotonic() - begun))
    words = [f"search.timeout={left:.1f}", *words]
    return engine.load(str(recipe), *words, outputs=folder / "outputs").run()


def predict(run: Any, X: Any) -> Any:
    """Return numbers, or probabilities and the classes they are of."""
    found = run.predict(X)
    prefix = "probability_"
    columns = [name for name in found if name.startswith(prefix)]
    if not columns:
        return found["prediction"].to_numpy()
    return found[columns].to_numpy(), [name.removeprefix(prefix) for name in columns]


def info(run: Any) -> dict[str, Any]:
    """What is worth knowing of a run beside its score."""
    card, board = run.scorecard, run.leaderboard
    tried = {str(row.family): int(row.trials) for row in board.itertuples()}
    seconds = card["step_seconds"]
    out = {"came_out": card["came_out"], "members": [m["family"] for m in card["members"]]}
    return {**out, "family": card["family"], "tried": tried, "seconds": seconds}
