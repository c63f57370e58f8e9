"""Making the sampler of each trial, so that it draws the same always where it has a seed."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import optuna
from hydra.errors import CompactHydraException
from hydra.utils import get_class, instantiate
from optuna.samplers import BaseSampler

from hydra_plugins.optuna_sweeper._space import Space

log = logging.getLogger(__name__)

SEEDED = ("RandomSampler", "TPESampler", "CmaEsSampler", "NSGAIISampler", "NSGAIIISampler")
"""Samplers of Optuna that learn from the study alone: each trial has one of its own seed."""

LISTED = ("GridSampler", "BruteForceSampler", "QMCSampler")
"""Samplers of Optuna that walk through a list, whose order the seed gives."""

_RENAMED = {"optuna.samplers.MOTPESampler": "optuna.samplers.TPESampler"}
_RENAMED_SETTINGS = {"n_ehvi_candidates": "n_ei_candidates"}


class Samplers:
    """The sampler of each trial.

    Parameters
    ----------
    config : mapping
        ``_target_`` and settings; those that are None are left to Optuna.
    space : Space
        For a grid.

    Raises
    ------
    CompactHydraException
        If it is no sampler, or cannot be made.
    """

    def __init__(self, config: Mapping[str, Any], space: Space) -> None:
        target = str(config.get("_target_"))
        self._class = _sampler_class(_RENAMED.get(target, target))
        self.name = self._class.__name__
        self._settings = self._accepted(config)
        self.is_grid = issubclass(self._class, optuna.samplers.GridSampler)
        if self.is_grid:
            self._settings["search_space"] = space.grid()
        self.seed: int | None = self._settings.get("seed")
        own = self._class.__module__.startswith("optuna.")
        self._each = self.seed is not None and own and self.name in SEEDED
        self._again = own and self.name in LISTED
        self._only = None if self._each or self._again else self._made(self._settings)

    @property
    def is_listed(self) -> bool:
        """Whether it may come to the end of a list."""
        return self._again

    def at(self, index: int) -> BaseSampler:
        """Return the sampler of trial ``index``."""
        if self._only is not None:
            return self._only
        if not self._each:
            return self._made(self._settings)
        seeds = np.random.SeedSequence([int(self.seed or 0) % 2**32, index])
        return self._made({**self._settings, "seed": int(seeds.generate_state(1)[0])})

    def _accepted(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings that this version of Optuna knows; say which it does not."""
        given = {
            _RENAMED_SETTINGS.get(str(key), str(key)): value
            for key, value in config.items()
            if value is not None and not str(key).startswith("_")
        }
        known = inspect.signature(self._class).parameters
        if any(p.kind is p.VAR_KEYWORD for p in known.values()):
            return given
        for key in given.keys() - known.keys():
            log.warning(f"hydra.sweeper.sampler.{key} is not used: {self.name} has no such setting")
        return {key: value for key, value in given.items() if key in known}

    def _made(self, settings: Mapping[str, Any]) -> BaseSampler:
        try:
            return self._class(**{key: _built(value) for key, value in settings.items()})
        except ImportError as error:
            hint = (
                "pip install 'recipe-engine[cmaes]', or cmaes"
                if self.name == "CmaEsSampler"
                else str(error)
            )
            raise CompactHydraException(f"{self.name} lacks a package: {hint}") from None
        except (TypeError, ValueError) as error:
            raise CompactHydraException(f"hydra.sweeper.sampler: {error}") from None


def _built(value: Any) -> Any:
    """Build what a setting describes, such as another sampler."""
    described = isinstance(value, Mapping) and "_target_" in value
    return instantiate(value) if described else value


def _sampler_class(target: str) -> type[BaseSampler]:
    """Return a class, which must be a sampler: nothing else is ever called."""
    try:
        found = get_class(target)
    except Exception as error:  # noqa: BLE001  (whatever the module raises when it is imported)
        raise CompactHydraException(f"hydra.sweeper.sampler: {error}") from None
    if not issubclass(found, BaseSampler):
        raise CompactHydraException(f"hydra.sweeper.sampler: {target} is no sampler of Optuna's")
    return found
