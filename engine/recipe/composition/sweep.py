"""Sweeping over a recipe with Hydra's multirun: which jobs there are, and how they are launched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.utils import JobReturn
from hydra.errors import HydraException

from engine.errors import Fault, RecipeError
from engine.recipe.command import overrides
from engine.recipe.command.override import Ground, Override
from engine.recipe.composition import compose
from engine.recipe.composition.groups import BASE
from engine.recipe.composition.options import RECIPES
from engine.recipe.load import Loaded, Prepared, load, prepare

QUIET = ("hydra/job_logging=none", "hydra/hydra_logging=none", "hydra.output_subdir=null")


@dataclass(frozen=True)
class Sweep:
    """A recipe with overrides of which some have several values.

    Attributes
    ----------
    given : tuple of Override
        As Hydra is given them.
    """

    recipe: str
    prepared: Prepared
    given: tuple[Override, ...]

    @property
    def name(self) -> str:
        return self.prepared.name

    def jobs(self) -> list[list[str]]:
        """Return the overrides of each job, as Hydra's basic sweeper makes them.

        Raises
        ------
        RecipeError
            If the basic sweeper cannot make jobs of a sweep, such as an interval.
        """
        texts = [override.text for override in self.given]
        parsed = OverridesParser.create().parse_overrides(texts)
        own = [p for p in parsed if not p.is_hydra_override()]
        try:
            return BasicSweeper.split_arguments(own, max_batch_size=None)[0]
        except HydraException as error:
            hint = "with -m a range means jobs; in quotes it is searched within each job"
            raise RecipeError(Fault(str(error), "command line", hint)) from None

    def load(self, job: Sequence[str]) -> Loaded:
        """Load the recipe of one job."""
        return load(self.recipe, job)


def read(recipe: str, texts: Sequence[str]) -> Sweep:
    """Read overrides of which some may have several values.

    Raises
    ------
    RecipeError
        With every fault of the recipe's file and of the overrides.
    """
    prepared = prepare(recipe, Path.cwd())
    ground = Ground(prepared.groups, prepared.selected, multirun=True)
    given, faults = overrides.read(texts, ground)
    if faults := [*prepared.rewritten.faults, *faults]:
        raise RecipeError(*faults)
    return Sweep(recipe, prepared, tuple(given))


@dataclass(frozen=True)
class Job:
    """One job of a sweep, as the task is told of it."""

    number: int
    overrides: tuple[str, ...]
    folder: Path


@dataclass(frozen=True)
class _Task:
    """What Hydra calls for each job; can be sent to another process."""

    task: Callable[[Job], Any]

    def __call__(self, _: Any) -> Any:
        hydra = HydraConfig.get()
        own = [text for text in hydra.overrides.task if not text.startswith(f"{RECIPES}=")]
        return self.task(Job(int(hydra.job.num), tuple(own), Path(hydra.runtime.output_dir)))


def launch(sweep: Sweep, folder: Path, task: Callable[[Job], Any]) -> list[Any]:
    """Run every job by Hydra's sweeper and launcher; return what the task returned for each.

    Parameters
    ----------
    folder : Path
        Each job has a folder in it, called by its number.

    Raises
    ------
    RecipeError
        If Hydra cannot launch them.
    """
    prepared = sweep.prepared
    where = [f"hydra.sweep.dir='{folder}'", "hydra.sweep.subdir=${hydra.job.num}"]
    texts = [compose.selects(prepared.name), *QUIET, *where, *(o.text for o in sweep.given)]
    hydra = compose.hydra_for(prepared.name, prepared.file, prepared.groups, sweep.given)
    try:
        batches = hydra.multirun(BASE, _Task(task), texts, with_log_configuration=False)
    except HydraException as error:
        raise RecipeError(Fault(" ".join(str(error).split()), "command line")) from None
    finally:
        GlobalHydra.instance().clear()
    returned: list[JobReturn] = [job for batch in batches or [] for job in batch]
    return [job.return_value for job in returned]
