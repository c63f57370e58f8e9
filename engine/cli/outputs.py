"""Where the commands find and leave everything: ``./outputs``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.cli import console
from engine.plan.build import build
from engine.plan.outputs import Outputs, earlier_parts
from engine.plan.show import describe
from engine.recipe.load import Loaded

OUTPUTS = Outputs(Path("outputs"))


def planned(loaded: Loaded) -> dict[str, Any]:
    """Build and describe the plan of a recipe."""
    latest = OUTPUTS.latest(loaded.recipe.name)
    made = build(loaded.recipe, OUTPUTS.store, earlier_parts(latest), _tell, loaded.tree)
    return describe(made, latest)


def _tell(event: str, **facts: Any) -> None:
    if event == "notice":
        console.notice(facts["text"])
