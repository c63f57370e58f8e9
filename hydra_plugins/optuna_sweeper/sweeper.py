"""The sweeper as Hydra finds it. Hydra reads this module at every start: no Optuna in here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.errors import CompactHydraException
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from hydra_plugins.optuna_sweeper.config import Direction


class OptunaSweeper(Sweeper):
    """Proposes jobs by Optuna, from what earlier ones have returned.

    The parameters are the keys of :class:`~hydra_plugins.optuna_sweeper.config.OptunaSweeperConf`.
    """

    hydra_context: HydraContext
    config: DictConfig
    launcher: Launcher

    def __init__(
        self,
        sampler: Any,
        direction: Any,
        storage: Any,
        study_name: str | None,
        n_trials: int,
        n_jobs: int,
        max_failure_rate: float,
        params: Any,
        search_space: Any,
        custom_search_space: str | None,
        identity: Any = None,
    ) -> None:
        self.sampler: dict[str, Any] = _plain(sampler)
        self.directions = _names(_plain(direction))
        self.storage = _plain(storage)
        self.study_name = study_name
        self.n_trials = n_trials
        self.n_jobs = n_jobs
        self.max_failure_rate = max_failure_rate
        self.params: dict[str, Any] | None = _plain(params)
        self.search_space: dict[str, Any] | None = _plain(search_space)
        self.custom_search_space = custom_search_space
        self.identity: dict[str, Any] | None = _plain(identity)

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Keep what the sweep is about, and make the launcher.

        Raises
        ------
        CompactHydraException
            If a setting cannot be meant.
        """
        self._check()
        self.hydra_context = hydra_context
        self.config = config
        self.launcher = Plugins.instance().instantiate_launcher(
            config=config, hydra_context=hydra_context, task_function=task_function
        )

    def sweep(self, arguments: list[str]) -> list[Sequence[JobReturn]]:
        """Run the jobs; return what they returned, batch by batch."""
        from hydra_plugins.optuna_sweeper import _sweep  # noqa: PLC0415  (imports Optuna)

        return _sweep.sweep(self, arguments)

    def _check(self) -> None:
        for name in ("n_trials", "n_jobs"):
            if getattr(self, name) < 1:
                raise CompactHydraException(f"hydra.sweeper.{name} must be at least 1")
        known = [direction.name for direction in Direction]
        if not self.directions or any(name not in known for name in self.directions):
            shown = ", ".join(self.directions) or "an empty list"
            raise CompactHydraException(
                f"hydra.sweeper.direction is minimize or maximize, or a list of these, not {shown}"
            )
        if not 0 <= self.max_failure_rate <= 1:
            raise CompactHydraException("hydra.sweeper.max_failure_rate lies between 0 and 1")


def _plain(value: Any) -> Any:
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value


def _names(given: Any) -> list[str]:
    listed = given if isinstance(given, list) else [given]
    return [str(getattr(direction, "name", direction)) for direction in listed]
