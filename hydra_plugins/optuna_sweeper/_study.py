"""The study of a sweep: opened, or found again and checked for being of the same thing."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import optuna
from hydra.errors import CompactHydraException
from hydra.utils import instantiate
from optuna.exceptions import OptunaError
from optuna.study import StudyDirection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from hydra_plugins.optuna_sweeper._asked import Asked
from hydra_plugins.optuna_sweeper._sampler import Samplers

IDENTITY = "sweep:identity"
ANOTHER = "give it another hydra.sweeper.study_name"

log = logging.getLogger(__name__)

_PASSWORD = re.compile(r"([^/\s:@']*):[^/\s]*(?=@)")
_FAILURES = (SQLAlchemyError, OptunaError, ImportError, OSError, ValueError)


def opened(sweeper: Asked, samplers: Samplers) -> optuna.Study:
    """Return a new study, or the one of that name.

    Raises
    ------
    CompactHydraException
        If the storage cannot be opened, or the study is of something else.
    """
    shown = _shown(sweeper.storage)
    try:
        study = _created(sweeper, samplers)
    except _FAILURES as error:
        told = _PASSWORD.sub(r"\1:***", " ".join(str(error).split()))
        raise CompactHydraException(f"the storage {shown} cannot be opened: {told}") from None
    _identify(study, sweeper.identity or {})
    kept = [direction.name.lower() for direction in study.directions]
    if kept != sweeper.directions:
        raise CompactHydraException(
            f"the study {study.study_name!r} has the directions {kept}, not {sweeper.directions}; "
            f"{ANOTHER}"
        )
    log.info(f"Study name: {study.study_name}")
    log.info(f"Storage: {shown}")
    log.info(f"Sampler: {samplers.name}")
    log.info(f"Directions: {sweeper.directions}")
    return study


def _shown(storage: Any) -> str | None:
    """Write a storage for a message, without its password."""
    if storage is None:
        return None
    if not isinstance(storage, str):
        return type(storage).__name__
    try:
        return make_url(storage).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return repr(_PASSWORD.sub(r"\1:***", storage))


def _created(sweeper: Asked, samplers: Samplers) -> optuna.Study:
    described = isinstance(sweeper.storage, Mapping)
    with _quietly():
        return optuna.create_study(
            storage=instantiate(sweeper.storage) if described else sweeper.storage,
            study_name=sweeper.study_name,
            directions=[StudyDirection[name.upper()] for name in sweeper.directions],
            sampler=samplers.at(0),
            load_if_exists=True,
        )


@contextmanager
def _quietly() -> Iterator[None]:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _identify(study: optuna.Study, identity: Mapping[str, Any]) -> None:
    """Write down what the results of a study stand for, and refuse one of something else."""
    if not identity:
        return
    kept = study.user_attrs.get(IDENTITY)
    if kept is None and study.get_trials(deepcopy=False):
        raise CompactHydraException(
            f"the study {study.study_name!r} holds jobs, and not what their results stand for; "
            f"{ANOTHER}"
        )
    if kept is None:
        study.set_user_attr(IDENTITY, dict(identity))
    elif changes := _changes(kept, identity):
        raise CompactHydraException(
            f"the results of the study {study.study_name!r} stand for something else: "
            f"{', '.join(changes)}; {ANOTHER}"
        )


def _changes(kept: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Say what differs, by name."""
    return [
        f"{name} is new" if name not in kept
        else f"{name} is gone" if name not in asked
        else f"{name}: {kept[name]} -> {asked[name]}"
        for name in {**kept, **asked}
        if name not in kept or name not in asked or kept[name] != asked[name]
    ]  # fmt: skip
