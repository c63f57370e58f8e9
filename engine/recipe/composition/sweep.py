"""Sweeping over a recipe with Hydra's multirun: which jobs there are, and how they are launched."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override as Parsed
from hydra.core.utils import JobReturn
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import OmegaConf

from engine.errors import Fault, RecipeError
from engine.recipe import ranges
from engine.recipe.command import overrides
from engine.recipe.command.override import Ground, Override
from engine.recipe.composition import compose
from engine.recipe.composition.groups import BASE
from engine.recipe.composition.options import RECIPES
from engine.recipe.composition.settings import HYDRA
from engine.recipe.load import Loaded, Prepared, load, prepare

_FORCED = re.compile(r"\+\+(?=[A-Za-z_])")
QUIET = ("hydra/job_logging=none", "hydra/hydra_logging=none", "hydra.output_subdir=null")


@dataclass(frozen=True)
class Sweep:
    """A recipe with overrides of which some have several values.

    Attributes
    ----------
    given : tuple of Override
        As Hydra is given them.
    sweeper : mapping
        Hydra's settings of who makes the jobs.
    """

    recipe: str
    prepared: Prepared
    given: tuple[Override, ...]
    sweeper: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.prepared.name

    @property
    def draws(self) -> bool:
        """Whether jobs are drawn from what earlier ones gave, so that they are not known before."""
        return str(self.sweeper.get("_target_")).endswith(".OptunaSweeper")

    def sets(self, key: str) -> bool:
        """Whether the command line, or the recipe for Hydra, says something at or below a key."""
        names = [override.text.partition("=")[0].lstrip("+") for override in self.given]
        tree: Any = self.prepared.file.tree
        for name in key.split("."):
            tree = tree.get(name) if key.startswith("hydra") and isinstance(tree, dict) else None
        return tree is not None or any(n == key or n.startswith(f"{key}.") for n in names)

    def ranges(self) -> dict[str, list[str]]:
        """Return, for each key with several values, overrides by its options or by its ends."""
        found: dict[str, list[str]] = {}
        for parsed in self._parsed():
            if parsed.is_sweep_override():
                key = parsed.get_key_element()
                found[key.lstrip("+")] = [f"{key}={value}" for value in _ends(parsed)]
        return found

    def probes(self) -> list[list[str]]:
        """Return jobs that hold each option, and each end of a range, at least once."""
        fixed = [p.input_line or "" for p in self._parsed() if not p.is_sweep_override()]
        ranges = list(self.ranges().values())
        firsts = [texts[0] for texts in ranges]
        others = [
            [*firsts[:place], text, *firsts[place + 1 :]]
            for place, texts in enumerate(ranges)
            for text in texts[1:]
        ]
        return [[*fixed, *texts] for texts in (firsts, *others)]

    def _parsed(self) -> list[Parsed]:
        texts = [override.text for override in self.given]
        parsed = OverridesParser.create().parse_overrides(texts)
        return [p for p in parsed if not p.is_hydra_override()]

    def jobs(self) -> list[list[str]]:
        """Return the overrides of each job, as Hydra's basic sweeper makes them.

        Raises
        ------
        RecipeError
            If the basic sweeper cannot make jobs of a sweep, such as an interval.
        """
        try:
            return BasicSweeper.split_arguments(self._parsed(), max_batch_size=None)[0]
        except HydraException as error:
            hint = "with -m a range means jobs; in quotes it is searched within each job"
            raise RecipeError(Fault(str(error), "command line", hint)) from None

    def load(self, job: Sequence[str]) -> Loaded:
        """Load the recipe of one job; what forces a key for Hydra is not shown in faults."""
        return load(self.recipe, [text.removeprefix("++") for text in job])


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
    sweeper = _sweeper(prepared, given)
    given = [*_of_recipe(sweeper, given, ground), *given]
    return Sweep(recipe, prepared, tuple(given), sweeper)


def _sweeper(prepared: Prepared, given: Sequence[Override]) -> dict[str, Any]:
    """Return the settings of the sweeper, of the recipe and of the command line."""
    texts = [compose.selects(prepared.name), *(o.text for o in given)]
    try:
        with compose.undisturbed():
            hydra = compose.hydra_for(prepared.name, prepared.file, prepared.groups, given)
            config = hydra.compose_config(BASE, texts, RunMode.MULTIRUN, False)
            node: Any = OmegaConf.to_container(config.hydra.sweeper, resolve=False)
            return dict(node)
    except compose.FAILURES as error:
        fault = _told(error)
        if "BasicSweeperConf" in fault.message:
            hint = "choose who draws: hydra/sweeper=optuna, or `use: optuna` below `sweeper`"
            message = "the recipe's `hydra.sweeper` has settings of a sweeper that is not chosen"
            fault = Fault(message, prepared.file.where((HYDRA, "sweeper")), hint)
        raise RecipeError(fault) from None


def _of_recipe(
    sweeper: Mapping[str, Any], given: Sequence[Override], ground: Ground
) -> list[Override]:
    """Read ``hydra.sweeper.params`` as overrides, which those of the command line replace."""
    if sweeper.get("search_space"):
        fault = Fault("`search_space` is of Hydra before 1.2", "hydra.sweeper.search_space")
        raise RecipeError(replace(fault, hint="write the ranges under `hydra.sweeper.params`"))
    set_already = {override.text.partition("=")[0].lstrip("+") for override in given}
    params = sweeper.get("params") or {}
    texts = {key: f"{key}={ranges.label(value)}" for key, value in params.items()}
    read, faults = overrides.read([t for k, t in texts.items() if k not in set_already], ground)
    if faults:
        raise RecipeError(*(replace(fault, where="hydra.sweeper.params") for fault in faults))
    return read


def _ends(parsed: Parsed) -> list[Any]:
    if parsed.is_discrete_sweep() and not parsed.is_range_sweep():
        return list(parsed.sweep_string_iterator())
    found: Any = parsed.value()
    last = found.stop if parsed.is_range_sweep() else found.end
    return list(dict.fromkeys((found.start, last)))


def _told(error: Exception) -> Fault:
    """Report what Hydra or its sweeper says, without the marks that the engine adds to keys."""
    text = _FORCED.sub("", " ".join(str(error).split()))
    message, _, hint = text.partition("; ")
    return Fault(message, "command line", hint)


@dataclass(frozen=True)
class Job:
    """One job of a sweep, as the task is told of it.

    Attributes
    ----------
    beside : int, optional
        How many jobs the launcher runs side by side on this machine, where it says so: those of
        joblib do, -1 standing for one on each core. No more than there are in a batch run.
    """

    number: int
    overrides: tuple[str, ...]
    folder: Path
    beside: int | None = None


@dataclass(frozen=True)
class _Task:
    """What Hydra calls for each job; can be sent to another process."""

    task: Callable[[Job], Any]

    def __call__(self, _: Any) -> Any:
        hydra = HydraConfig.get()
        own = [text for text in hydra.overrides.task if not text.startswith(f"{RECIPES}=")]
        beside = hydra.launcher.get("n_jobs")
        folder = Path(hydra.runtime.output_dir)
        return self.task(Job(int(hydra.job.num), tuple(own), folder, beside))


def launch(
    sweep: Sweep, folder: Path, task: Callable[[Job], Any], more: Sequence[str] = ()
) -> list[Any]:
    """Run every job by Hydra's sweeper and launcher; return what the task returned for each.

    Parameters
    ----------
    folder : Path
        Each job has a folder in it, called by its number.
    more : sequence of str
        Overrides of Hydra itself, behind those that were given.

    Raises
    ------
    RecipeError
        If Hydra cannot launch them.
    """
    prepared = sweep.prepared
    where = [f"hydra.sweep.dir='{folder}'", "hydra.sweep.subdir=${hydra.job.num}"]
    params = ["hydra.sweeper.params=null"] if sweep.sweeper.get("params") else []  # among the given
    texts = [compose.selects(prepared.name), *QUIET, *where, *(o.text for o in sweep.given)]
    texts += [*params, *more]
    hydra = compose.hydra_for(prepared.name, prepared.file, prepared.groups, sweep.given)
    try:
        batches = hydra.multirun(BASE, _Task(task), texts, with_log_configuration=False)
    except HydraException as error:
        raise RecipeError(_told(error)) from None
    finally:
        GlobalHydra.instance().clear()
    returned: list[JobReturn] = [job for batch in batches or [] for job in batch]
    return [job.return_value for job in returned]
