"""How candidates are looked for, and what may be used for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.recipe.durations import Duration
from engine.recipe.part import NotYet, Part
from engine.recipe.sizes import Size


class Search(Part):
    """How candidates are looked for."""

    sampler: Literal["tpe", "random", "grid"] = "tpe"
    """Who proposes candidates after the defaults."""
    trials: Annotated[int, Field(ge=1)] = 20
    """Total number of candidates tried; a longer search carries on a shorter one."""
    timeout: Duration | None = None
    """Seconds, or 10m, that the search and the final fit may take; what runs then is stopped."""
    fit_timeout: Duration | None = None
    """Seconds, or 10m, that the fit of one fold may take; else it is stopped, and has failed."""
    pruner: Literal["none", "median", "wilcoxon", "hyperband"] = "none"
    """Give up on candidates by their first folds: those worse than half of the others (`median`),
    than the best by Wilcoxon's test (`wilcoxon`), or not in the best third (`hyperband`)."""
    repeats: NotYet = None
    """Seeds per candidate."""
    final: NotYet = None
    """What comes out: refit, bag, ensemble."""
    max_failure_rate: Annotated[float, Field(ge=0, le=1)] | None = None
    """Stop when a larger share of ten or more candidates has failed."""


class Compute(Part):
    """What the run may use."""

    executor: str = "local"
    """Where fits are run: local, or an installed executor."""
    workers: Annotated[int, Field(ge=1)] = 1
    """Processes that fit side by side."""
    threads: Annotated[int, Field(ge=1)] | None = None
    """Threads for each fit; if not given, one for few rows, else the cores shared among workers."""
    address: NotYet = None
    """A cluster to connect to."""
    memory: Size | None = None
    """Bytes, or 2GB, that each worker may have; a fit that needs more has failed."""
