"""Many runs of one recipe by Hydra's sweepers and launchers: ``engine run churn -m seed=1,2,3``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from hydra._internal.hydra import Hydra

from engine.errors import RecipeError
from engine.recipe import compose, overrides
from engine.recipe.load import prepare
from engine.recipe.options import RECIPES
from engine.recipe.override import Ground


def ready(
    recipe: str, texts: Sequence[str], *, root: Path | None = None
) -> tuple[Hydra, list[str]]:
    """Check the overrides of a multirun, in which a sweep means jobs.

    Parameters
    ----------
    recipe : str
        A name or a path.
    texts : sequence of str
        Overrides as typed, sweeps among them.
    root : Path, optional
        The working folder.

    Returns
    -------
    hydra : Hydra
        To call ``multirun(BASE, task_function, texts, with_log_configuration=False)`` of.
    texts : list of str
        Overrides for it; those that say where jobs write may be added.

    Raises
    ------
    engine.errors.RecipeError
        With every fault of the overrides. What the jobs say together is checked by each.
    """
    prepared = prepare(recipe, root or Path.cwd())
    ground = Ground(prepared.groups, prepared.selected, multirun=True)
    given, faults = overrides.read(texts, ground)
    if faults := [*prepared.rewritten.faults, *faults]:
        raise RecipeError(*faults)
    hydra = compose.hydra_for(prepared.name, prepared.file, prepared.groups, given)
    return hydra, [f"{RECIPES}={prepared.name}", *(override.text for override in given)]


def of_job(texts: Iterable[str]) -> list[str]:
    """Return the overrides of one job, as ``HydraConfig`` tells them, for ``load``.

    >>> of_job(["recipe=churn", "++seed=2", "model=xgboost"])
    ['seed=2', 'model=xgboost']
    """
    return [text.removeprefix("++") for text in texts if not text.startswith(f"{RECIPES}=")]
