"""How candidates are looked for, and what may be used for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.recipe.durations import Duration
from engine.recipe.gap import Gap
from engine.recipe.part import Part
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
    repeats: Annotated[int, Field(ge=1)] = 1
    """Seeds that each candidate is fitted with, on every fold; its score is the mean over them."""
    final: Literal["refit", "bag", "ensemble", "auto"] = "refit"
    """What comes out: the best candidate fitted on all training rows (`refit`), its models of the
    folds averaged (`bag`), several candidates blended (`ensemble`), or which of these scored best
    out of fold (`auto`)."""
    most_predict_seconds: Duration | None = None
    """Seconds that the prediction of 1,000 rows may take; what is slower does not come out, and the
    search looks elsewhere."""
    most_size: Size | None = None
    """Bytes, or 50MB, that the fitted pipeline may take on disk; what is larger does not come out,
    and the search looks elsewhere."""
    most_gap: dict[str, Gap] = {}
    """By column, how far apart its groups may be: 0.1 for the shares of each that are predicted
    positive (demographic_parity), or {equal_opportunity: 0.1}, {equalized_odds: 0.1}; out of fold,
    and of two classes. What is further apart does not come out."""
    pick: Annotated[int, Field(ge=0)] | None = None
    """The number of the trial that comes out, in the place of the one that the search prefers."""
    max_failure_rate: Annotated[float, Field(ge=0, le=1)] | None = None
    """Stop when a larger share of ten or more candidates has failed."""


class Compute(Part):
    """What the run may use."""

    executor: str = "local"
    """Where fits are run: local, dask, ray, or an installed executor."""
    workers: Annotated[int, Field(ge=1)] | None = None
    """Fits that run side by side. If not given: one on this machine, and as many as a cluster has
    room for. On this machine never more than cores."""
    threads: Annotated[int, Field(ge=1)] | None = None
    """Threads for each fit; if not given, one for few rows, else the cores shared among workers.
    Together they never exceed the cores."""
    address: Annotated[str, Field(min_length=1)] | None = None
    """The cluster to connect to, such as tcp://host:8786 (dask) or ray://host:10001; if not given,
    one is started on this machine."""
    device: Literal["cpu", "gpu"] = "cpu"
    """`gpu` lets families that can use a GPU use it; the plan says which do."""
    memory: Size | None = None
    """Bytes, or 2GB, that each worker may have; a fit that needs more has failed."""
    rows: Literal["auto", "memory", "disk", "cluster"] = "auto"
    """Where rows are while models are fitted: in `memory`, read from `disk` page by page, or shared
    among the workers of a `cluster` that fit one model together. `auto` goes by their size; on disk
    and on a cluster, XGBoost alone can learn."""
