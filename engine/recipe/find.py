"""Finding the file of a recipe by its name or path."""

from __future__ import annotations

import re
from pathlib import Path

from engine import catalogue
from engine.errors import Fault, NotFoundError
from engine.recipe.packaged import folder

_ENDINGS = (".yaml", ".yml")


def file(recipe: str, root: Path) -> Path:
    """Return the file of a recipe.

    Parameters
    ----------
    recipe : str
        A path that ends in ``.yaml``, or a name looked for in ``./recipes``, then among the
        recipes that came with the engine.
    root : Path
        The working folder.

    Raises
    ------
    NotFoundError
        If there is none; the nearest name is suggested.
    """
    if recipe.endswith(_ENDINGS):
        return _at(recipe, root)
    for place in _places(root):
        if (place / f"{recipe}.yaml").is_file() and ".." not in Path(recipe).parts:
            return place / f"{recipe}.yaml"
    raise NotFoundError(_missing(recipe, root, known(root)))


def known(root: Path) -> dict[str, Path]:
    """Return every recipe that can be named, the user's own first."""
    found: dict[str, Path] = {}
    for place in _places(root):
        for path in sorted(place.rglob("*.yaml")) if place.is_dir() else ():
            found.setdefault(str(path.relative_to(place).with_suffix("")), path)
    return found


def shown(path: Path) -> str:
    """Write the path of a recipe that came with the engine for a message; empty for others."""
    packaged = folder("recipes")
    inside = path.is_relative_to(packaged) and not path.is_relative_to(Path.cwd())
    return f"engine:recipes/{path.relative_to(packaged)}" if inside else ""


def name(path: Path) -> str:
    """Return what a recipe is called that does not say so itself: its file's stem.

    >>> name(Path("recipes/my churn.yaml"))
    'my_churn'
    """
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "_", path.stem)[:80]
    return stem if re.match(r"[A-Za-z0-9]", stem) else f"recipe{stem}"


def _places(root: Path) -> tuple[Path, Path]:
    return root / "recipes", folder("recipes")


def _at(recipe: str, root: Path) -> Path:
    path = root / recipe
    if path.exists():
        return path
    if (root / "recipes" / recipe).is_file():
        return root / "recipes" / recipe
    beside = [*path.parent.glob("*.yaml"), *path.parent.glob("*.yml")]
    guess = catalogue.near(path.name, [other.name for other in beside])
    hint = f"did you mean {str(Path(recipe).parent / guess)!r}?" if guess else ""
    raise NotFoundError(Fault(f"there is no file {recipe!r}", hint=hint))


def _missing(recipe: str, root: Path, found: dict[str, Path]) -> Fault:
    here = [f"{recipe}{ending}" for ending in _ENDINGS if (root / f"{recipe}{ending}").is_file()]
    if here:
        hint = f"a recipe outside ./recipes is given by its path: ./{here[0]}"
        return Fault(f"there is no recipe {recipe!r}", hint=hint)
    if (root / recipe).is_file():
        hint = "a recipe's file ends in .yaml; `engine init FILE --target COLUMN` writes one"
        return Fault(f"{recipe!r} is not a recipe", hint=hint)
    if not found:
        return Fault(f"there is no recipe {recipe!r}", hint="there are no recipes in ./recipes")
    return catalogue.unknown("recipe", recipe, found)
