"""From overrides to a search space: what each job is given, and what is drawn for it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import (
    ChoiceSweep,
    IntervalSweep,
    Override,
    QuotedString,
    RangeSweep,
)
from hydra.errors import CompactHydraException
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

log = logging.getLogger(__name__)

FORCED = "++"


@dataclass(frozen=True)
class Parameter:
    """A range of the search space.

    Attributes
    ----------
    key : str
        As Hydra is given it, with ``+`` or ``++`` where something is added.
    distribution : BaseDistribution
        Optuna's form of the range.
    texts : tuple of str
        Its choices in Hydra's grammar; empty for numbers.
    """

    key: str
    distribution: BaseDistribution
    texts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called in the study: ``++`` is how Hydra sets it, and no part of the name."""
        return self.key.removeprefix(FORCED)

    def override(self, value: Any) -> str:
        """Return the override that gives a job this value."""
        if isinstance(self.distribution, CategoricalDistribution):
            position = self.distribution.choices.index(value)
            return f"{self.key}={self.texts[position]}"
        return f"{self.key}={value}"

    def grid(self) -> list[Any]:
        """Return all of its values.

        Raises
        ------
        CompactHydraException
            If they are endlessly many.
        """
        found = self.distribution
        if isinstance(found, CategoricalDistribution):
            return list(found.choices)
        if isinstance(found, IntDistribution):
            return list(range(found.low, found.high + 1, found.step))
        if isinstance(found, FloatDistribution) and found.step is not None:
            low, step = _exact(found.low), _exact(found.step)
            count = int((_exact(found.high) - low) / step) + 1
            return [float(low + step * position) for position in range(count)]
        raise CompactHydraException(
            f"{self.key}: a grid cannot cover an interval; write it as range(START, STOP, STEP)"
        )


@dataclass(frozen=True)
class Space:
    """What the jobs of a sweep are given.

    Attributes
    ----------
    parameters : mapping
        What is drawn, by its name in the study.
    fixed : mapping
        Overrides that all jobs share, by what they set.
    """

    parameters: Mapping[str, Parameter]
    fixed: Mapping[str, str]

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        return {name: parameter.distribution for name, parameter in self.parameters.items()}

    def overrides(self, drawn: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the overrides of a job; what is not in the space was drawn by a function."""
        texts = [
            self.parameters[name].override(value)
            if name in self.parameters
            else f"{name}={'null' if value is None else value}"
            for name, value in drawn.items()
        ]
        return (*texts, *self.fixed.values())

    def grid(self) -> dict[str, list[Any]]:
        """Return all values of each parameter."""
        return {name: parameter.grid() for name, parameter in self.parameters.items()}


def read(
    params: Mapping[str, Any] | None,
    search_space: Mapping[str, Any] | None,
    arguments: Sequence[str],
    loader: ConfigLoader,
) -> Space:
    """Read ranges and values of the configuration, then of the command line, which wins.

    Raises
    ------
    CompactHydraException
        If a range cannot be searched.
    """
    parameters: dict[str, Parameter] = {}
    if search_space and params:
        log.warning("hydra.sweeper.search_space is not used, as hydra.sweeper.params is given")
    elif search_space:
        log.warning("hydra.sweeper.search_space is deprecated: write hydra.sweeper.params")
        listed = [_from_mapping(str(key), value) for key, value in search_space.items()]
        parameters = {parameter.name: parameter for parameter in listed}
    fixed: dict[str, str] = {}
    texts = [f"{key}={_written(value)}" for key, value in (params or {}).items()]
    for parsed in OverridesParser.create(loader).parse_overrides([*texts, *arguments]):
        _lay(parsed, parameters, fixed)
    return Space(parameters, fixed)


def _lay(parsed: Override, parameters: dict[str, Parameter], fixed: dict[str, str]) -> None:
    """Add an override, in the place of an earlier one of the same key."""
    key = parsed.get_key_element()
    bare = key.lstrip("+")
    for name in [name for name in parameters if name.lstrip("+") == bare]:
        del parameters[name]
    fixed.pop(bare, None)
    if not parsed.is_sweep_override():
        fixed[bare] = parsed.input_line or ""
        return
    try:
        parameter = _parameter(key, parsed)
    except (TypeError, ValueError) as error:
        raise CompactHydraException(f"{parsed.input_line}: {error}") from None
    parameters[parameter.name] = parameter


def _parameter(key: str, parsed: Override) -> Parameter:
    value = parsed.value()
    if isinstance(value, ChoiceSweep):  # its list as written: the order of a study's choices stays
        return _choice(key, value.list)
    if parsed.is_choice_sweep():
        return _choice(key, list(parsed.sweep_iterator()))
    if isinstance(value, RangeSweep) and value.shuffle:
        return _choice(key, list(value.range()))
    if isinstance(value, RangeSweep):
        return Parameter(key, _numbers(value.start, value.stop, value.step, value.tags))
    if isinstance(value, IntervalSweep):
        return Parameter(key, _numbers(value.start, value.end, None, value.tags))
    raise TypeError("this kind of range is not known")


def _choice(key: str, options: Sequence[Any]) -> Parameter:
    """Tell options apart by their values, or by their texts where values are alike (1, true)."""
    texts = tuple(Override._get_value_element_as_str(option) for option in options)
    if not texts:
        raise ValueError("there is nothing to choose from")
    if len(set(texts)) < len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        raise ValueError(f"the choice {twice} stands twice")
    values = [_plain(o, text) for o, text in zip(options, texts, strict=True)]
    alike = any(a == b for i, a in enumerate(values) for b in values[:i])
    return Parameter(key, CategoricalDistribution(texts if alike else values), texts)


def _plain(option: Any, text: str) -> Any:
    if isinstance(option, QuotedString):
        return option.text
    return option if isinstance(option, str | int | float | None) else text


def _numbers(start: Any, stop: Any, step: Any, tags: Iterable[str]) -> BaseDistribution:
    """Return the distribution from ``start`` to ``stop``, both included where the step meets it."""
    log = "log" in tags
    ends = (start, stop)
    if "int" in tags:
        ends = (int(start), int(stop))
    if step is not None and not step > 0:
        raise ValueError(f"the step must be above 0, not {step}")
    if all(isinstance(number, int) for number in (*ends, 1 if step is None else step)):
        return _whole(int(ends[0]), int(ends[1]), int(step or 1), log)
    return _real(float(start), float(stop), step, log)


def _whole(low: int, high: int, step: int, log: bool) -> IntDistribution:
    last = low + (high - low) // step * step if high >= low else high
    return IntDistribution(low, last, log, step)


def _real(low: float, high: float, step: Any, log: bool) -> FloatDistribution:
    if step is None or high < low:
        return FloatDistribution(low, high, log)
    by = _exact(step)
    last = float(_exact(low) + (_exact(high) - _exact(low)) // by * by)
    return FloatDistribution(low, last, log, float(step))


def _exact(number: float) -> Decimal:
    return Decimal(str(number))


def _from_mapping(key: str, form: Mapping[str, Any]) -> Parameter:
    """Read the form that was used before Hydra 1.2: ``{type: float, low: 0, high: 1}``."""
    try:
        kind = str(getattr(form["type"], "name", form["type"]))
        if kind == "categorical":
            return _choice(key, list(form["choices"]))
        if kind not in ("int", "float"):
            raise ValueError(f"the type is int, float or categorical, not {kind}")
        cast = int if kind == "int" else float
        step = None if form.get("step") is None else cast(form["step"])
        tags = {"log"} if form.get("log") else set()
        return Parameter(key, _numbers(cast(form["low"]), cast(form["high"]), step, tags))
    except KeyError as error:
        raise CompactHydraException(f"search_space.{key}: {error} is missing") from None
    except (TypeError, ValueError) as error:
        raise CompactHydraException(f"search_space.{key}: {error}") from None


def _written(value: Any) -> str:
    """Write a value of the configuration as an override does; a text is in Hydra's grammar."""
    return value if isinstance(value, str) else Override._get_value_element_as_str(value)
