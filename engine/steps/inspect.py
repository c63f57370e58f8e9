"""Look for what makes scores too good to be true, before anything is searched.

Rows that stand on both sides of a split, and columns that give the target away. Nothing of the
recipe is fitted, and nothing is changed: what is found is told, with what to do about it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.contracts import Listener
from engine.recipe.schema import Recipe
from engine.steps.assemble import Assembled
from engine.steps.columns import in_yaml
from engine.steps.giveaways import Giveaway, giveaways
from engine.steps.split import Split
from engine.steps.twins import Twins, twins

ABOUT = "look for rows on both sides of the split, and columns that give the target away"
MAKES = "findings"
READS = ("data.target", "data.time")
NEEDS = ("split", "assemble")
LIBRARIES = ("numpy", "pandas", "scipy")
FILE = "findings.json"
MOST = 5  # columns that are told one by one


@dataclass(frozen=True)
class Finding:
    """Something to look at before any score is believed.

    Attributes
    ----------
    kind : str
        ``twins across the holdout``, ``twins across folds``, or ``gives the target away``.
    text, advice : str
        What was found, and what to do about it.
    facts : dict
        Counts, shares, examples.
    """

    kind: str
    text: str
    advice: str
    facts: dict[str, Any]

    @property
    def notice(self) -> str:
        """Both on one line."""
        return f"{self.text}; {self.advice}"


def run(
    recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener
) -> tuple[Finding, ...]:
    """Look at all rows and columns that are fitted, and at the training rows' target."""
    split: Split = inputs["split"]
    assembled: Assembled = inputs["assemble"]
    found = [
        *(_twins(pair, recipe) for pair in twins(_features(assembled), split)),
        *_giveaways(giveaways(assembled, split, recipe.data.target, recipe.data.time)),
    ]
    tree = {"findings": [asdict(finding) for finding in found]}
    (folder / FILE).write_text(json.dumps(tree, indent=1, ensure_ascii=False), "utf-8")
    return tuple(found)


def load(recipe: Recipe, folder: Path) -> tuple[Finding, ...]:
    """Read what was found."""
    tree = json.loads((folder / FILE).read_text("utf-8"))
    return tuple(Finding(**finding) for finding in tree["findings"])


def notices(findings: Sequence[Finding]) -> list[str]:
    """Return what is told of them at each run, whether looked for or looked up."""
    return [finding.notice for finding in findings]


def _features(assembled: Assembled) -> Any:
    """Return the columns that features are made of; who a row belongs to makes no feature."""
    kept = [i for i, column in enumerate(assembled.contract.columns) if column.kind != "key"]
    all_ = len(kept) == len(assembled.contract.columns)
    return assembled.numbers if all_ else assembled.numbers[:, kept]


def _twins(found: Twins, recipe: Recipe) -> Finding:
    pairs = ", ".join(f"row {one + 1:,} is row {other + 1:,}" for one, other in found.examples)
    share = found.count / found.rows
    of = "held-out rows" if found.side == "holdout" else "rows that folds validate"
    verb = "has" if found.count == 1 else "have"
    text = f"{found.count:,} of {found.rows:,} {of} ({share:.1%}) {verb} the feature values of one"
    text += f" that is trained on ({pairs})"
    grouped = "" if recipe.data.group else "name what they share as data.group, or "
    advice = f"{grouped}drop the copies: scores count what is known by heart"
    facts = {
        "count": found.count, "rows": found.rows, "share": share,
        "by_chance": round(found.by_chance, 1), "examples": [list(pair) for pair in found.examples],
    }  # fmt: skip
    return Finding(f"twins across the {found.side}", text, advice, facts)


def _giveaways(found: Sequence[Giveaway]) -> list[Finding]:
    if len(found) <= MOST:
        return [_giveaway(one) for one in found]
    names = [one.name for one in found]
    listed = ", ".join(repr(name) for name in names[:MOST])
    text = f"each of {len(names):,} columns gives the target away by itself ({listed}, ...)"
    advice = "an easy problem, or columns that were made from the target: look where they come from"
    return [Finding("gives the target away", text, advice, {"columns": names})]


def _giveaway(found: Giveaway) -> Finding:
    advice = f"if it is not known when predicting: data.drop: [{in_yaml(found.name)}]"
    facts = {"columns": [found.name], "score": found.score, "measure": found.measure}
    text = f"the column {found.name!r} gives the target away: {found.why}"
    return Finding("gives the target away", text, advice, facts)
