"""The protocols and small frozen values that the parts of the engine hand to each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Index = NDArray[np.intp]
    Numbers = NDArray[np.float64]
else:  # names that can be imported without numpy
    Index = Numbers = Any

Kind = Literal["number", "category", "date", "boolean", "text", "key"]
"""``key`` is told apart and nothing else: the value of ``data.group``, as a number."""
Task = Literal["binary", "multiclass", "regression"]


class Source(Protocol):
    """A catalogue entry of ``engine.sources``: a module with these functions.

    Its row says under ``takes`` what they are handed besides: ``query`` (what a database, or
    tables, are asked) and ``tables`` (what each of its names stands for). Three more functions it
    may have: ``still(spec)``, what ``fingerprint`` would say of the rows that ``read`` returned,
    where they are a copy; ``local(spec)``, a context that gives a copy on this machine; and
    ``cells(spec)``, how many values there are, where that is known without reading them.
    """

    def fingerprint(self, spec: str) -> dict[str, str]:
        """Return a hash of the content for each file (or version) that ``spec`` stands for."""

    def read(self, spec: str) -> pd.DataFrame:
        """Return all rows. Raises DataError where there are none, or they cannot be read."""

    def chunks(self, spec: str, rows: int) -> Iterator[pd.DataFrame]:
        """Yield the rows in order, at most ``rows`` at a time, in bounded memory."""


@dataclass(frozen=True)
class Rows:
    """What a splitter may look at.

    Attributes
    ----------
    count : int
        Number of rows.
    target : ndarray of shape (count,), optional
        Class codes, or values; only read by stratified splits.
    groups, time : ndarray of shape (count,), optional
        The columns of ``data.group`` and ``data.time``; dates are seconds.
    fold : ndarray of shape (count,), optional
        The column of ``evaluation.fold_column``.
    """

    count: int
    target: NDArray[Any] | None = None
    groups: NDArray[Any] | None = None
    time: NDArray[Any] | None = None
    fold: NDArray[Any] | None = None

    def take(self, index: Index) -> Rows:
        """Return the rows at ``index``."""
        columns = (self.target, self.groups, self.time, self.fold)
        return Rows(len(index), *(None if c is None else c[index] for c in columns))


@dataclass(frozen=True)
class Fold:
    """Positions of training and validation rows."""

    train: Index
    valid: Index


@dataclass(frozen=True)
class Spacing:
    """How far apart in time the two sides of a split stand, in units of ``Rows.time``.

    Attributes
    ----------
    gap : float
        A row trains only if more than this passes between it and the first row that comes after.
    embargo : float
        A row validates only if this much has passed since the first row after the training rows.
    window : {"expanding", "sliding"} or float
        How much of the past trains: all of it, as many rows as one fold has, or this much time.
    """

    gap: float = 0.0
    embargo: float = 0.0
    window: Literal["expanding", "sliding"] | float = "expanding"


ADJACENT = Spacing()
"""Sides that follow upon each other, all of the past on one of them."""


class Splitter(Protocol):
    """A catalogue entry of ``engine.splitters``: a module with these functions.

    Its row says under ``needs`` which attributes of Rows it cannot do without (a recipe that
    names such a column for another splitter is refused), under ``keeps`` which others it holds to
    where they are given, and under ``takes`` which keys of ``evaluation`` it heeds: ``repeats``,
    if another seed gives another split; ``gap``, ``embargo``, ``window``, if both functions have a
    further argument ``spacing``, a :class:`Spacing`.
    """

    def holdout(self, rows: Rows, share: float, seed: int) -> Fold:
        """Set ``share`` of the rows aside (as ``valid``)."""

    def folds(self, rows: Rows, count: int, seed: int) -> list[Fold]:
        """Split into ``count`` folds. Raises DataError where the rows do not suffice."""


@dataclass(frozen=True)
class Predicted:
    """What a fitted pipeline says about some rows.

    Attributes
    ----------
    value : ndarray of shape (rows,)
        Class codes (int) or values (float).
    probability : ndarray of shape (rows, classes), optional
        One column per class code; rows sum to one.
    """

    value: NDArray[Any]
    probability: Numbers | None = None

    def between(self, first: int, end: int) -> Predicted:
        """Return what is said about the rows from ``first`` to just before ``end``."""
        probability = None if self.probability is None else self.probability[first:end]
        return Predicted(self.value[first:end], probability)


@dataclass(frozen=True)
class Metric:
    """A way of scoring predictions; a row of ``engine/metrics/catalogue.yaml``.

    Attributes
    ----------
    name : str
        With its parameters: ``catalogue.find`` finds it again by it.
    tasks : tuple of str
        Tasks that it has a meaning for.
    needs : {"value", "probability", "ranking"}
        What it looks at: classes or numbers, probabilities, or how these rank the rows.
    maximize : bool
        Whether more is better.
    lowest, highest : float
        The range of possible scores; may be infinite.
    function : callable
        ``function(truth, predicted, classes, **parameters) -> float`` with ``classes`` the number
        of classes.
    parameters : mapping
        What the function is given besides.
    least_rows : int
        Fewer rows have no score.
    bind : callable, optional
        ``bind(metric, labels)``, for a metric whose parameters name classes: returns it with
        parameters in class codes. Raises RecipeError where they do not fit the classes.
    """

    name: str
    about: str
    tasks: tuple[str, ...]
    needs: Literal["value", "probability", "ranking"]
    maximize: bool
    lowest: float
    highest: float
    function: Callable[..., float]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    least_rows: int = 1
    bind: Callable[[Metric, tuple[Any, ...]], Metric] | None = None

    def __call__(self, truth: NDArray[Any], predicted: Predicted, classes: int = 0) -> float:
        """Score; nan where the metric has no meaning for these rows."""
        return self.function(truth, predicted, classes, **self.parameters)

    def bound(self, labels: tuple[Any, ...]) -> Metric:
        """Return the metric for a target of these classes, in the order of their codes.

        Raises
        ------
        engine.errors.RecipeError
            If its parameters name other classes.
        """
        return self.bind(self, labels) if self.bind else self

    def loss(self, score: float) -> float:
        """The score turned so that less is better."""
        return -score if self.maximize else score


class WorkerDiedError(Exception):
    """The process of a unit of work came to its end before the unit did; says how."""


class Executor(Protocol):
    """Runs units of work; shaped like ``concurrent.futures.Executor``."""

    @property
    def workers(self) -> int:
        """Units that run side by side now: a cluster may grow and shrink."""

    def submit(
        self, function: Callable[..., Any], /, *args: Any, deadline: float | None = None
    ) -> Future[Any]:
        """Run ``function(*args)`` somewhere, some time.

        The future fails with TimeoutError where it was stopped after ``deadline`` seconds, and
        with WorkerDiedError where its process came to an end; others go on.
        """

    def shutdown(self, cancel: bool = False) -> None:
        """Wait for what was submitted; with ``cancel``, stop and drop it."""


class Starter(Protocol):
    """A catalogue entry of ``engine.executors``: a module with this function.

    It may have one more: ``together(workers, threads, memory, address)``, a context that gives the
    workers of a cluster to fit one model together, see ``engine.executors.together``.

    Its row says under ``takes`` that it heeds ``address``, and under ``needs`` which package it
    imports, and the extra that brings it.
    """

    def start(
        self, workers: int | None, initializer: Callable[..., None], args: tuple[Any, ...], *,
        folders: Mapping[str, str] | None = None, apart: bool = False, memory: int | None = None,
        threads: int = 1, address: str | None = None,
    ) -> Executor:  # fmt: skip
        """Return an executor; each process that units run in has run ``initializer(*args)``.

        Parameters
        ----------
        workers : int, optional
            Units that run side by side; if not given, as many as a cluster has room for.
        folders : mapping, optional
            Folders of this machine by name. The initializer is given, after ``args``, where each
            lies for it: in its place, or in a copy that the worker was sent once.
        apart : bool
            Units run in another process than this one, so that they can be stopped.
        memory : int, optional
            Bytes that each process may have; what needs more fails.
        threads : int
            What a unit uses: a worker of a cluster has room for fewer of many threads.
        address : str, optional
            Of a cluster; one is started on this machine if not given.
        """


class Listener(Protocol):
    """Is told what happens during a plan or a run; the command line draws it."""

    def __call__(self, event: str, **facts: Any) -> None:
        """Take note of an event such as ``step_started`` or ``trial_finished``."""


def silent(event: str, **facts: Any) -> None:
    """A listener that takes no note."""


Tree = Mapping[str, Any]
