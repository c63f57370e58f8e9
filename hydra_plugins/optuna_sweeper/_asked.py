"""What a sweep is asked for: the sweeper as those see it who carry the sweep out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext
from omegaconf import DictConfig


class Asked(Protocol):
    """The settings of a sweep by the names of Hydra's configuration, and what it runs with.

    Attributes
    ----------
    directions : list of str
        ``minimize`` or ``maximize``, one for each objective.
    identity : dict, optional
        What the study is of: a kept one of something else is refused.
    """

    sampler: dict[str, Any]
    directions: list[str]
    storage: Any
    study_name: str | None
    n_trials: int
    n_jobs: int
    max_failure_rate: float
    params: dict[str, Any] | None
    search_space: dict[str, Any] | None
    custom_search_space: str | None
    identity: dict[str, Any] | None
    hydra_context: HydraContext
    config: DictConfig
    launcher: Launcher

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        """Refuse overrides that no job could be begun with."""
