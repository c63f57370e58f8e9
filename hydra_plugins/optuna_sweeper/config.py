"""What ``hydra.sweeper`` holds with ``hydra/sweeper=optuna``, and the samplers there are.

Hydra reads this module whenever an application starts: it must not import Optuna. A value of None
leaves a setting to Optuna's own default. Annotations are not postponed, since Hydra runs the module
before it can be looked up by its name, as dataclasses would.
"""

import importlib.util
import warnings
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING

PROVIDER = "optuna_sweeper"
OLDER = "hydra_plugins.hydra_optuna_sweeper"


class Direction(Enum):
    """What is better: less or more."""

    minimize = 1
    maximize = 2


@dataclass
class OptunaSweeperConf:
    """The keys of ``hydra.sweeper``.

    Attributes
    ----------
    sampler : mapping
        Who proposes the jobs: ``hydra/sweeper/sampler=tpe|random|cmaes|nsgaii|motpe|grid``.
    direction : str or list of str
        ``minimize`` or ``maximize``; one for each objective.
    storage : str, optional
        Where the study is kept, such as ``sqlite:///study.db``; in memory if not given.
    study_name : str, optional
        What it is called; a study of that name is carried on.
    n_trials : int
        Total number of jobs, those of earlier sweeps of the study among them.
    n_jobs : int
        Jobs that are handed to the launcher at a time.
    max_failure_rate : float
        Share of failed jobs among those handed over at a time, above which the sweep ends.
    params : mapping, optional
        Ranges and values, as on the command line.
    search_space : mapping, optional
        The form of ``params`` before Hydra 1.2.
    custom_search_space : str, optional
        A function ``f(config, trial)`` that draws more parameters, by its dotted path.
    identity : mapping, optional
        What results stand for, by names; a study that was kept for something else is refused.
    """

    _target_: str = "hydra_plugins.optuna_sweeper.sweeper.OptunaSweeper"
    _recursive_: bool = False  # the sampler is made afresh for each trial
    defaults: list[Any] = field(default_factory=lambda: [{"sampler": "tpe"}])
    sampler: Any = MISSING
    direction: Any = Direction.minimize
    storage: Any = None
    study_name: str | None = None
    n_trials: int = 20
    n_jobs: int = 2
    max_failure_rate: float = 0.0
    params: dict[str, Any] | None = field(default_factory=dict)  # so that keys can be added
    search_space: dict[str, Any] | None = field(default_factory=dict)
    custom_search_space: str | None = None
    identity: Any = None


@dataclass
class SamplerConfig:
    """A sampler, by its class."""

    _target_: str = MISSING
    seed: int | None = None


@dataclass
class TPESamplerConfig(SamplerConfig):
    """Tree-structured Parzen estimator; for several objectives too."""

    _target_: str = "optuna.samplers.TPESampler"
    consider_prior: bool | None = None
    prior_weight: float | None = None
    consider_magic_clip: bool | None = None
    consider_endpoints: bool | None = None
    n_startup_trials: int | None = None
    n_ei_candidates: int | None = None
    multivariate: bool | None = None
    group: bool | None = None
    constant_liar: bool | None = None
    warn_independent_sampling: bool | None = None


@dataclass
class MOTPESamplerConfig(TPESamplerConfig):
    """What was a class of its own before TPE took several objectives."""

    n_ehvi_candidates: int | None = None


@dataclass
class RandomSamplerConfig(SamplerConfig):
    """Draws without looking at results."""

    _target_: str = "optuna.samplers.RandomSampler"


@dataclass
class CmaEsSamplerConfig(SamplerConfig):
    """Covariance matrix adaptation, for numbers; needs the package ``cmaes``."""

    _target_: str = "optuna.samplers.CmaEsSampler"
    x0: dict[str, Any] | None = None
    sigma0: float | None = None
    n_startup_trials: int | None = None
    independent_sampler: Any = None
    warn_independent_sampling: bool | None = None
    consider_pruned_trials: bool | None = None
    restart_strategy: Any = None
    popsize: int | None = None
    inc_popsize: int | None = None
    use_separable_cma: bool | None = None
    with_margin: bool | None = None
    lr_adapt: bool | None = None
    source_trials: Any = None


@dataclass
class NSGAIISamplerConfig(SamplerConfig):
    """A genetic algorithm for several objectives."""

    _target_: str = "optuna.samplers.NSGAIISampler"
    population_size: int | None = None
    mutation_prob: float | None = None
    crossover: Any = None
    crossover_prob: float | None = None
    swapping_prob: float | None = None
    constraints_func: Any = None


@dataclass
class GridSamplerConfig(SamplerConfig):
    """Every combination once; ``n_trials`` is cut to their number."""

    _target_: str = "optuna.samplers.GridSampler"
    _partial_: bool = True


SAMPLERS = {
    "tpe": TPESamplerConfig,
    "motpe": MOTPESamplerConfig,
    "random": RandomSamplerConfig,
    "cmaes": CmaEsSamplerConfig,
    "nsgaii": NSGAIISamplerConfig,
    "grid": GridSamplerConfig,
}


def _store() -> None:
    store = ConfigStore.instance()
    store.store("optuna", OptunaSweeperConf, group="hydra/sweeper", provider=PROVIDER)
    for name, sampler in SAMPLERS.items():
        store.store(name, sampler, group="hydra/sweeper/sampler", provider=PROVIDER)


def _warn_of_the_older() -> None:
    try:
        found = importlib.util.find_spec(OLDER)
    except ImportError:
        return
    if found is not None:
        warnings.warn(
            "hydra-optuna-sweeper is installed too, and cannot work with this version of Optuna; "
            "hydra/sweeper=optuna may mean either: pip uninstall hydra-optuna-sweeper",
            stacklevel=2,
        )


_store()
_warn_of_the_older()
