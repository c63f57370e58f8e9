"""The sweep: a study, batches of jobs, and the file of results."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
from hydra.core.utils import JobReturn
from hydra.errors import CompactHydraException
from hydra.utils import get_method
from omegaconf import OmegaConf

from hydra_plugins.optuna_sweeper import _space, _study
from hydra_plugins.optuna_sweeper._asked import Asked
from hydra_plugins.optuna_sweeper._sampler import Samplers
from hydra_plugins.optuna_sweeper._trials import LAG, Drawn, Extend, Trials

RESULTS = "optimization_results.yaml"

log = logging.getLogger(__name__)


def sweep(sweeper: Asked, arguments: Sequence[str]) -> list[Sequence[JobReturn]]:
    """Run the jobs of a sweep; return what they returned, batch by batch.

    Raises
    ------
    CompactHydraException
        If the sweep cannot be begun, or no job of it has returned a number.
    Exception
        What a job has raised, where more of a batch have failed than may.
    """
    loader = sweeper.hydra_context.config_loader
    space = _space.read(sweeper.params, sweeper.search_space, arguments, loader)
    if not space.parameters and not sweeper.custom_search_space:
        log.warning("Nothing is drawn, and all jobs are alike: give a range, as in x=range(1,10)")
    samplers = Samplers(sweeper.sampler, space)
    study = _study.opened(sweeper, samplers)
    lag = 0 if samplers.seed is None else max(LAG, sweeper.n_jobs)
    trials = Trials(study, samplers, space, sweeper.n_trials, lag, _extend(sweeper))
    folder = Path(str(sweeper.config.hydra.sweep.dir))
    folder.mkdir(parents=True, exist_ok=True)
    OmegaConf.save(sweeper.config, folder / "multirun.yaml")
    returned = []
    try:
        for batch in trials.batches(sweeper.n_jobs):
            jobs = _launch(sweeper, batch)
            returned.append(jobs)
            failures = _taken(trials, batch, jobs, len(sweeper.directions))
            if len(failures) > sweeper.max_failure_rate * len(batch):
                log.error(f"{len(failures)} of {len(batch)} jobs have failed, more than may")
                raise failures[0]
    finally:
        trials.tell(trials.total)
    _write(study, folder / RESULTS)
    return returned


def _extend(sweeper: Asked) -> Extend | None:
    if not sweeper.custom_search_space:
        return None
    function = get_method(sweeper.custom_search_space)
    return lambda trial: function(sweeper.config, trial)


def _launch(sweeper: Asked, batch: Sequence[Drawn]) -> Sequence[JobReturn]:
    overrides = [list(drawn.overrides) for drawn in batch]
    sweeper.validate_batch_is_legal(overrides)
    return sweeper.launcher.launch(overrides, initial_job_idx=batch[0].index)


def _taken(
    trials: Trials, batch: Sequence[Drawn], jobs: Sequence[JobReturn], objectives: int
) -> list[Exception]:
    """Take in the results of a batch, and return why some have failed."""
    failures: list[Exception] = []
    for drawn, job in zip(batch, jobs, strict=True):
        values: list[float] | None = None
        try:
            values = _values(job.return_value, objectives)
        except Exception as error:  # noqa: BLE001  (a job is anybody's code)
            log.warning(f"Job {drawn.index} has failed: {error}")
            failures.append(error)
        trials.take(drawn, values)
    return failures


def _values(returned: Any, objectives: int) -> list[float]:
    """Read what a job returned: a number, or one for each objective."""
    try:
        values = [float(v) for v in ([returned] if objectives == 1 else returned)]
    except (TypeError, ValueError):
        wanted = "a number" if objectives == 1 else f"{objectives} numbers"
        raise CompactHydraException(f"the job returned {returned!r}, not {wanted}") from None
    if len(values) != objectives:
        raise CompactHydraException(f"the job returned {len(values)} numbers, not {objectives}")
    if any(math.isnan(value) for value in values):
        raise CompactHydraException(f"the job returned {returned!r}, which cannot be compared")
    return values


def _write(study: optuna.Study, path: Path) -> None:
    """Write what was found best."""
    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    if not complete:
        raise CompactHydraException("no job has returned a number")
    found: dict[str, Any] = {"name": "optuna"}
    if len(study.directions) == 1:
        best = study.best_trial
        found |= {"best_params": best.params, "best_value": best.value}
        log.info(f"Best parameters: {best.params}")
        log.info(f"Best value: {best.value}")
    else:
        front = study.best_trials
        found["solutions"] = [{"params": t.params, "values": list(t.values)} for t in front]
        log.info(f"Number of Pareto solutions: {len(front)}")
        for trial in front:
            log.info(f"    Values: {trial.values}, Params: {trial.params}")
    OmegaConf.save(OmegaConf.create(found), path)
