"""From the name of a recipe to what was asked: found, composed, checked, frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import Fault, RecipeError
from engine.recipe import find, optional, origin
from engine.recipe.advice import advice
from engine.recipe.checks import check
from engine.recipe.command import overrides
from engine.recipe.command.override import Ground
from engine.recipe.composition import compose, defaults, groups, rewrite
from engine.recipe.composition.compose import Composed
from engine.recipe.file import refused, text
from engine.recipe.origin import Origin, Trail
from engine.recipe.schema import Recipe

FAULTS = 50
"""How many faults are told at once."""


@dataclass(frozen=True)
class Prepared:
    """A recipe that was found and put into Hydra's form, and what it is composed from.

    Attributes
    ----------
    path : Path
        Its file.
    name : str
        What it is called where it does not say so itself.
    rewritten : Rewritten
        Its content, with faults of what it selects.
    groups : Groups
        The groups it can choose from.
    selected : frozenset of str
        Groups that the base or the recipe selects an option of.
    """

    path: Path
    name: str
    rewritten: rewrite.Rewritten
    groups: groups.Groups
    selected: frozenset[str]

    @property
    def file(self) -> text.File:
        """The recipe in Hydra's form, with a name."""
        return rewrite.with_name(self.rewritten.file, self.name)


@dataclass(frozen=True)
class Loaded:
    """A recipe that was found and checked.

    Attributes
    ----------
    recipe : Recipe
        What was asked, complete and frozen.
    tree : dict
        The composed recipe as plain values, references to the environment not followed: it can be
        written down without secrets, and loaded again.
    notices : tuple of str
        What was set aside, and what may not be what was meant.
    path : Path
        The file of the recipe.
    hydra : str
        The recipe in Hydra's form.
    trail : Trail
        Where every value came from.
    """

    recipe: Recipe
    tree: dict[str, Any]
    notices: tuple[str, ...]
    path: Path
    hydra: str
    trail: Trail

    def why(self, key: str) -> list[Origin]:
        """Return what set a key, the winner first, then what it overrode.

        Raises
        ------
        engine.errors.RecipeError
            If the recipe has no such key.
        """
        return origin.why(self.trail, key)


def load(recipe: str, overrides: Sequence[str] = (), *, root: Path | None = None) -> Loaded:
    """Read a recipe and check all of it, without opening data.

    Parameters
    ----------
    recipe : str
        A name, looked for in ``./recipes`` and then among the packaged ones, or a path.
    overrides : sequence of str
        In Hydra's grammar: ``search.trials=50``, ``model=[xgboost,linear]``.
    root : Path, optional
        The working folder, whose ``conf/`` and ``recipes/`` come first.

    Raises
    ------
    engine.errors.NotFoundError
        If there is no such recipe.
    engine.errors.RecipeError
        With every fault that was found.
    """
    prepared = prepare(recipe, root or Path.cwd())
    composed, trail, faults = _compose(prepared, overrides)
    tree, notices, strays = _selected(composed, trail, prepared.groups)
    checked, found = check.check(tree, trail, prepared.groups)
    faults += [*strays, *found]
    if checked is None or faults:
        raise RecipeError(*_first(faults))
    notices = (*notices, *advice(checked))
    return Loaded(checked, tree, notices, prepared.path, str(prepared.rewritten), trail)


def prepare(recipe: str, root: Path) -> Prepared:
    """Find a recipe, read it, and put it into Hydra's form.

    Raises
    ------
    engine.errors.NotFoundError
        If there is no such recipe.
    engine.errors.RecipeError
        If the file cannot be read, or holds what no recipe may hold.
    """
    path = find.file(recipe, root)
    file = text.read(path, root, shown=find.shown(path))
    known = groups.find(root)
    if faults := [*refused.faults(file), *defaults.faults(file, known)]:
        raise RecipeError(*file.faults, *faults)
    in_base = compose.base(known)
    rewritten = rewrite.rewrite(file, known, in_base)
    selected = frozenset(in_base | defaults.selected(rewritten.file.tree))
    return Prepared(path, find.name(path), rewritten, known, selected)


def _compose(prepared: Prepared, texts: Sequence[str]) -> tuple[Composed, Trail, list[Fault]]:
    given, of_overrides = overrides.read(texts, Ground(prepared.groups, prepared.selected))
    faults = [*prepared.rewritten.faults, *of_overrides]
    try:
        composed = compose.compose(prepared.name, prepared.file, prepared.groups, given)
    except RecipeError as error:
        raise RecipeError(*faults, *error.faults) from None
    return composed, Trail(composed.layers, tuple(given)), faults


def _first(faults: Sequence[Fault]) -> list[Fault]:
    """Return as many faults as a person would read."""
    more = len(faults) - FAULTS
    return [*faults[:FAULTS], *([Fault(f"and {more} more")] if more > 0 else [])]


def _selected(
    composed: Composed, trail: Trail, known: groups.Groups
) -> tuple[dict[str, Any], tuple[str, ...], list[Fault]]:
    """Set aside what was said of families that are not selected, or not needed and not there."""
    model = composed.tree.get("model")
    chosen = composed.chosen.get("model", ())
    if not isinstance(model, dict):
        return composed.tree, (), []
    aside = [name for name in model if name not in chosen]
    strays = [name for name in aside if name not in known.options.get("model", ())]
    notices = [
        f"{trail.where(('model', name))}: set aside, since {name} is not selected"
        for name in aside
        if name not in strays
    ]
    kept, lacking = optional.without_missing({n: f for n, f in model.items() if n in chosen})
    faults = [known.unknown("model", name, trail.where(("model", name))) for name in strays]
    return {**composed.tree, "model": kept}, (*notices, *lacking), faults
