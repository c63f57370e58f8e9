"""``engine check`` and ``engine why``: what a recipe says, without opening its data."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import yaml

from engine.catalogue import near
from engine.cli import console
from engine.errors import EngineError, Fault, RecipeError
from engine.recipe import estimators, space
from engine.recipe.checks import fields
from engine.recipe.file import secrets
from engine.recipe.load import Loaded, load
from engine.recipe.origin import Origin
from engine.recipe.schema import Family, Features, Recipe

MOST_LETTERS = 200
MOST_FAMILIES = 6


def check_(arguments: Namespace) -> int:
    """Tell every fault of a recipe, or that there is none."""
    try:
        loaded = load(arguments.recipe, arguments.overrides)
    except EngineError as error:
        if not arguments.json:
            raise
        console.as_json(_report(arguments.recipe, None, error.faults))
        return error.exit_code
    for text in loaded.notices:
        console.notice(text)
    if arguments.json:
        return console.as_json(_report(arguments.recipe, loaded.recipe))
    console.prose(_sound(arguments.recipe, loaded.recipe))
    return 0


def _report(name: str, recipe: Recipe | None, faults: Sequence[Fault] = ()) -> dict[str, Any]:
    """Return what was found as plain values; of a faulty recipe, no ranges can be counted."""
    return {
        "recipe": name,
        "faults": [asdict(fault) for fault in faults],
        "families": list(recipe.model) if recipe else [],
        "ranges": max(_counts(recipe)) if recipe else None,
    }


def _sound(name: str, recipe: Recipe) -> str:
    names = list(recipe.model)
    more = ", ..." if len(names) > MOST_FAMILIES else ""
    families = console.plural(len(names), "model family", "model families")
    listed = ", ".join(names[:MOST_FAMILIES])
    return f"{name} is sound: {families} ({listed}{more}) and {_counted(recipe)}"


def _counted(recipe: Recipe) -> str:
    counts = _counts(recipe)
    fewest, most = min(counts), max(counts)
    if fewest != most:
        return f"{fewest} or {most} ranges, by the task"
    return console.plural(most, "range") if most else "no range"


def _counts(recipe: Recipe) -> list[int]:
    """Count the ranges; which there are may hang on the task, which only the data tells."""
    tasks = (recipe.problem.task,) if recipe.problem.task != "auto" else ("binary", "regression")
    return [len(ranges(recipe, task)) for task in tasks]


def ranges(recipe: Recipe, task: str) -> set[str]:
    """Return the keys of all ranges of a recipe; those that families share count once."""
    trees = [(recipe.features.model_dump(), "features")]
    if all(family.features is not None for family in recipe.model.values()):
        trees = []
    for name, family in recipe.model.items():
        trees.append((_params(family, task), f"model.{name}.params"))
        if isinstance(family.features, Features):
            trees.append((family.features.model_dump(), f"model.{name}.features"))
    nodes = (space.build(tree, path) for tree, path in trees)
    return {drawn.path for node in nodes for drawn in space.parameters(node)}


def _params(family: Family, task: str) -> dict[str, Any]:
    """Return the parameters that the class for a task has."""
    cls = family.regressor if task == "regression" else family.classifier
    known = estimators.parameters(cls) if cls else None
    return {k: v for k, v in family.params.items() if known is None or k in known}


def why_(arguments: Namespace) -> int:
    """Say where a value came from, and what it overrode."""
    loaded = load(arguments.recipe, arguments.overrides)
    key = arguments.key.strip(".")
    winner, *others = [_masked(origin) for origin in _origins(loaded, key)]
    if arguments.json:
        overrode = [asdict(origin) for origin in others]
        return console.as_json({"key": key, **asdict(winner), "overrode": overrode})
    path = tuple(key.split("."))
    console.line(key, "bold")
    if about := fields.about(path):
        console.prose(" ".join(about.split()), "dim")
    console.line()
    beneath = "laid beneath" if isinstance(winner.value, dict) else "overridden"
    rows = [("in force", winner.where, _shown(winner.value))]
    rows += [(beneath, origin.where, _shown(origin.value)) for origin in others]
    console.table("", ["", "said by", "value"], rows)
    return 0


def _origins(loaded: Loaded, key: str) -> list[Origin]:
    """Look a key up; where it is mistyped, name the nearest of the composed recipe."""
    try:
        return loaded.why(key)
    except RecipeError:
        keys = set(_keys(loaded.tree, ""))
        ending = [known for known in keys if known.endswith(f".{key}")]
        guess = ending[0] if len(ending) == 1 else near(key, keys)
        if not guess:
            raise
        message = f"the recipe has no key {key!r}"
        raise RecipeError(Fault(message, hint=f"did you mean {guess}?")) from None


def _keys(tree: Any, above: str) -> Iterator[str]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield f"{above}{name}"
            yield from _keys(value, f"{above}{name}.")


def _masked(origin: Origin) -> Origin:
    value = secrets.masked(origin.value) if isinstance(origin.value, str) else origin.value
    return Origin(value, origin.where)


def _shown(value: Any) -> str:
    """A value as YAML writes it in one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
    text = " ".join(text.removesuffix("...\n").split())
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 3]}..."
