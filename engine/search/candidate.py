"""Candidates, and what became of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Predicted
from engine.recipe import ranges
from engine.recipe.space import Choose, Draw, Node, Pick, resolve


@dataclass(frozen=True)
class Candidate:
    """A family with all its values: what is fitted.

    Attributes
    ----------
    features, params : mapping
        As in the recipe, without ranges.
    """

    family: str
    features: Mapping[str, Any]
    params: Mapping[str, Any]

    @cached_property  # asked of all trials at each draw
    def key(self) -> str:
        """A hash of the content; equal candidates have equal keys."""
        text = json.dumps(asdict(self), default=str)  # in order: that of steps matters
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


@dataclass(frozen=True)
class FamilySpace:
    """The ranges of one family: of its features, then of its parameters.

    Attributes
    ----------
    cost : float
        How long a fit takes, as a multiple of another family's.
    quick : mapping
        Values of parameters, by their names, with which a fit takes less time.
    """

    name: str
    features: Node
    params: Node
    cost: float = 1.0
    quick: Mapping[str, Any] = field(default_factory=dict)

    def hasty(self, parameter: Draw | Pick) -> Any:
        """Return the quick value of a range, where that holds it; else its default."""
        value = self.quick.get(parameter.path.removeprefix(f"model.{self.name}.params."))
        if isinstance(parameter, Pick):
            found = None if value is None else ranges.label(value)
            return found if found in parameter.options else parameter.default
        return value if parameter.range.holds(value) else parameter.default

    def candidate(self, choose: Choose) -> Candidate:
        """Resolve every range by ``choose``."""
        return Candidate(self.name, resolve(self.features, choose), resolve(self.params, choose))


@dataclass(frozen=True)
class Outcome:
    """What came of a unit of work: one candidate, fitted on one fold.

    Attributes
    ----------
    score : float
        The first metric on the fold's validation rows.
    value, probability : ndarray
        Out-of-fold predictions, of shape (rows,) and, in float32, (rows, classes).
    rounds : int, optional
        Rounds that an early stopping family needed; None where its time was up before.
    seconds : float
        Of fitting and predicting.
    predict_seconds : float
        Of predicting 1,000 rows, or all validation rows where these are fewer.
    error : str
        Why there is no score; empty where there is one.
    warnings : tuple of str
        What libraries warned of, none twice; see :mod:`engine.steps.warned`.
    fit_seconds : float
        Of one fit, and of its features even where another candidate's were taken.
    size : int, optional
        Bytes that what was fitted takes on disk, where that is asked for.
    """

    score: float
    value: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    probability: NDArray[Any] = field(default_factory=lambda: np.empty((0, 0), np.float32))
    rounds: int | None = None
    seconds: float = 0.0
    predict_seconds: float = 0.0
    error: str = ""
    warnings: tuple[str, ...] = ()
    fit_seconds: float = 0.0
    size: int | None = None

    @property
    def predicted(self) -> Predicted:
        """The predictions of the fold's validation rows."""
        if not self.probability.size:
            return Predicted(self.value)
        probability = self.probability.astype(np.float64)
        return Predicted(self.value.astype(np.intp), probability)


@dataclass(frozen=True)
class Trial:
    """A candidate and its scores.

    Attributes
    ----------
    values : mapping
        What was drawn, by recipe key; the family itself under ``model``.
    state : {"complete", "pruned", "failed"}
        A pruned trial was given up after some of the folds, or before the first for want of time.
    scores : tuple of float
        The first metric for each fold that counts.
    predict_seconds : float
        Of predicting 1,000 rows: the median over the folds, as a machine is busy now and then.
    same_as : int, optional
        An earlier trial of the very same candidate, whose results it shares.
    measured : mapping
        By name, what else it is compared by or limited in: the mean over the folds, or of all
        out-of-fold predictions together.
    over : mapping
        By name of a limit that it exceeds, by what share of it.
    """

    index: int
    candidate: Candidate
    values: Mapping[str, Any]
    state: Literal["complete", "pruned", "failed"]
    scores: tuple[float, ...] = ()
    rounds: tuple[int | None, ...] = ()
    seconds: float = 0.0
    predict_seconds: float = 0.0
    error: str = ""
    same_as: int | None = None
    measured: Mapping[str, float] = field(default_factory=dict)
    over: Mapping[str, float] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """Mean score over the folds."""
        return float(np.mean(self.scores)) if self.scores else float("nan")

    def refit_rounds(self) -> int | None:
        """The median of the folds' rounds, for a fit on all rows."""
        known = [rounds for rounds in self.rounds if rounds is not None]
        return max(1, round(float(np.median(known)))) if known else None
