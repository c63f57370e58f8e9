"""From the name of a recipe to what was asked: found, composed, checked, frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import Fault, RecipeError
from engine.recipe import check, compose, find, groups, origin, overrides, refused, rewrite, text
from engine.recipe.origin import Origin, Trail
from engine.recipe.schema import Recipe


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
        What was set aside.
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
    root = root or Path.cwd()
    path = find.file(recipe, root)
    return _load(path, text.read(path, root), overrides, root)


def _load(path: Path, file: text.File, texts: Sequence[str], root: Path) -> Loaded:
    known = groups.find(root)
    faults = refused.faults(file)
    if faults:
        raise RecipeError(*faults)
    rewritten = rewrite.rewrite(file, known, compose.base(known))
    given, of_overrides = overrides.read(texts, known)
    faults = [*rewritten.faults, *of_overrides]
    name = find.name(path)
    named = rewrite.with_name(rewritten.file, name)
    try:
        composed = compose.compose(name, named, known, given)
    except RecipeError as error:
        raise RecipeError(*faults, *error.faults) from None
    trail = Trail(composed.layers, tuple(given))
    return _checked(path, composed, trail, rewritten, faults, known)


def _checked(
    path: Path,
    composed: compose.Composed,
    trail: Trail,
    rewritten: rewrite.Rewritten,
    faults: list[Fault],
    known: groups.Groups,
) -> Loaded:
    tree, notices, strays = _selected(composed, trail, known)
    recipe, found = check.check(tree, trail, known)
    faults = [*faults, *strays, *found]
    if recipe is None or faults:
        raise RecipeError(*faults)
    return Loaded(recipe, tree, notices, path, str(rewritten), trail)


def _selected(
    composed: compose.Composed, trail: Trail, known: groups.Groups
) -> tuple[dict[str, Any], tuple[str, ...], list[Fault]]:
    """Set aside what was said of families that are not selected."""
    model = composed.tree.get("model")
    chosen = composed.chosen.get("model", ())
    if not isinstance(model, dict):
        return composed.tree, (), []
    aside = [name for name in model if name not in chosen]
    strays = [name for name in aside if name not in known.options.get("model", ())]
    notices = tuple(
        f"{trail.where(('model', name))}: set aside, since {name} is not selected"
        for name in aside
        if name not in strays
    )
    kept = {name: family for name, family in model.items() if name in chosen}
    faults = [known.unknown("model", name, trail.where(("model", name))) for name in strays]
    return {**composed.tree, "model": kept}, notices, faults
