"""The data sets that come with scikit-learn, as ``sklearn:NAME``.

The target is the column ``target``: the name of the class as text, or a number. Names of columns
are in snake_case. Diabetes comes in its units of measurement, not scaled by all its rows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from engine import catalogue
from engine.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

_OPTIONS: dict[str, dict[str, Any]] = {
    "breast_cancer": {},
    "diabetes": {"scaled": False},
    "digits": {},
    "iris": {},
    "wine": {},
}


def fingerprint(spec: str) -> dict[str, str]:
    """Return a hash of the name and of scikit-learn's version, which the content depends on."""
    text = f"{_name(spec)} of scikit-learn {version('scikit-learn')}"
    return {spec: hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}


def read(spec: str) -> pd.DataFrame:
    """Return all rows.

    Raises
    ------
    engine.errors.DataError
        If there is no such data set.
    """
    # Imported here, as a fingerprint should not wait seconds for it.
    from sklearn import datasets  # noqa: PLC0415

    name = _name(spec)
    bunch = getattr(datasets, f"load_{name}")(as_frame=True, **_OPTIONS[name])
    frame: pd.DataFrame = bunch.data.rename(columns=_snake)
    classes = getattr(bunch, "target_names", None)
    target = bunch.target if classes is None else [str(classes[code]) for code in bunch.target]
    return frame.assign(target=target)


def chunks(spec: str, rows: int) -> Iterator[pd.DataFrame]:
    """Yield at most ``rows`` rows at a time."""
    frame = read(spec)
    for start in range(0, len(frame), rows):
        yield frame.iloc[start : start + rows].reset_index(drop=True)


def _name(spec: str) -> str:
    name = spec.partition(":")[2]
    if name not in _OPTIONS:
        raise DataError(catalogue.unknown("data set of scikit-learn", name, _OPTIONS, spec))
    return name


def _snake(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
