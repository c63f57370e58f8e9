"""The winner of a run, written back into the recipe that it came from."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import EngineError, Fault, RecipeError
from engine.plan.asked import Asked
from engine.plan.outputs import SCORECARD, read_json
from engine.plan.step import STEPS, name
from engine.plan.winner import narrowed, pinned
from engine.recipe.composition import groups
from engine.recipe.file import text as reading
from engine.recipe.load import Loaded, load
from engine.recipe.pinned.changes import GONE, Change, between, part_of
from engine.recipe.pinned.written import Wanted, written
from engine.recipe.ranges import label
from engine.recipe.space import default
from engine.search.candidate import Candidate, FamilySpace
from engine.search.draw import space_size
from engine.steps.assemble import spaces

MOST = 5  # changed keys that are told one by one


def _keys() -> tuple[str, ...]:
    """Return the keys that the score of a single candidate depends on."""
    until = [name(step) for step in STEPS].index("search") + 1
    keys = dict.fromkeys(key for step in STEPS[:until] for key in step.READS)
    return tuple(key for key in keys if not key.startswith("search."))


KEYS = _keys()


@dataclass(frozen=True)
class Pinned:
    """A recipe with the winner of a run in it.

    Attributes
    ----------
    path : Path
        The recipe's file.
    before, after : str
        Its text.
    card, row : mapping
        The run's scorecard, and the winner's row of its leaderboard.
    taken : tuple of str
        Overrides of that run that are part of what won.
    """

    path: Path
    before: str
    after: str
    card: Mapping[str, Any]
    row: Mapping[str, Any]
    taken: tuple[str, ...]


def pin(recipe: str, run: Path, others: bool = False, force: bool = False) -> Pinned:
    """Write the winner of a run into the text of a recipe; no file is changed.

    Parameters
    ----------
    recipe : str
        A name or a file.
    run : Path
        The run's folder.
    others : bool
        Whether the families that did not win stay selected.
    force : bool
        Whether a recipe that has changed since is made to say what won.

    Raises
    ------
    RecipeError
        If the recipe has changed since the run in what the score depends on, or if its text
        cannot be made to give the winner.
    """
    card, rows = read_json(run / SCORECARD), read_json(run / "leaderboard.json")
    row = _winner(rows)
    family = row["family"]
    kept = run / "recipe.yaml"
    tree = narrowed(reading.read(kept).tree, family)
    asked = Asked.read(run)
    space = _space(load(str(kept)), family, card)
    target = part_of(pinned(tree, space, row["values"]), KEYS)
    current = load(recipe)
    before = current.path.read_bytes().decode("utf-8")
    selected = tuple(current.recipe.model)
    alone = load(recipe, [f"model=[{family}]"]) if selected != (family,) else current
    change = between(part_of(narrowed(alone.tree, family), KEYS), target)
    if not force and (change or selected != (family,)):
        again = load(recipe, asked.overrides) if asked.overrides else current
        _require_unchanged(recipe, tree, narrowed(again.tree, family))
    known = frozenset(groups.find(Path.cwd()).options)
    change = _unpicked(change or Change(target, target), current.tree)
    after = written(before, Wanted(change, family, selected, others, known))
    candidate = Candidate(family, **row["candidate"])
    _require_winner(after, target, candidate, others, card)
    return Pinned(current.path, before, after, card, row, _taken(asked.overrides))


def _unpicked(change: Change, tree: Mapping[str, Any]) -> Change:
    """Take out which trial is picked: of one candidate there is nothing to choose."""
    pick = (tree.get("search") or {}).get("pick")
    if pick is None:
        return change
    gone = Change({"pick": pick}, {}, {"pick": Change(pick, GONE)})
    return Change(change.before, change.after, {**change.parts, "search": gone})


def _winner(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the row of what came out; of several that predict together, that of the best alone."""
    single = [row for row in rows if "candidate" in row]
    return next((row for row in single if row.get("chosen")), single[0])


def _space(loaded: Loaded, family: str, card: Mapping[str, Any]) -> FamilySpace:
    return next(s for s in spaces(loaded.recipe, bool(card["classes"])) if s.name == family)


def _require_unchanged(recipe: str, tree: Mapping[str, Any], again: Mapping[str, Any]) -> None:
    """Refuse a recipe that would not give the same run again."""
    change = between(part_of(tree, KEYS), part_of(again, KEYS))
    if change is None:
        return
    found = [*change.leaves()]
    faults = [
        Fault(f"{key} has changed since that run: it was {_shown(c.before)}, "
              f"and is {_shown(c.after)}")
        for key, c in found[:MOST]
    ]  # fmt: skip
    hint = f"engine run {recipe} runs it as it is now; --force pins what won then all the same"
    more = f"and {len(found) - MOST} more" if len(found) > MOST else faults.pop().message
    raise RecipeError(*faults, Fault(more, hint=hint))


def _shown(value: Any) -> str:
    return "not there" if value is GONE else label(value)


def _require_winner(
    text: str, target: Mapping[str, Any], candidate: Candidate, others: bool,
    card: Mapping[str, Any],
) -> None:  # fmt: skip
    """Refuse a text that does not give the winner, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pinned.yaml"
        path.write_bytes(text.encode("utf-8"))
        try:
            loaded = load(str(path))
        except EngineError as error:
            cause = error.faults[0]
            line = cause.where.rpartition(":")[2]
            raise RecipeError(_by_hand(f"line {line} would be wrong: {cause.message}")) from None
    families = [s for s in spaces(loaded.recipe, bool(card["classes"]))
                if not others or s.name == candidate.family]  # fmt: skip
    change = between(part_of(narrowed(loaded.tree, candidate.family), KEYS), target)
    if change is not None:
        key, leaf = next(change.leaves())
        raise RecipeError(
            _by_hand(f"{key} would be {_shown(leaf.before)}, and {_shown(leaf.after)} has won")
        )
    if space_size(families) != 1 or families[0].candidate(default).key != candidate.key:
        raise RecipeError(_by_hand("more than its values decide what is tried"))


def _by_hand(why: str) -> Fault:
    hint = "write the values of `engine show` into it by hand"
    return Fault(f"the winner cannot be written into this recipe: {why}", hint=hint)


def _taken(overrides: Sequence[str]) -> tuple[str, ...]:
    """Return the overrides that matter for what won."""
    texts = [(text.lstrip("+~").partition("=")[0].replace("/", "."), text) for text in overrides]
    return tuple(text for key, text in texts if any(_touches(key, known) for known in KEYS))


def _touches(key: str, known: str) -> bool:
    return f"{key}.".startswith(f"{known}.") or f"{known}.".startswith(f"{key}.")
