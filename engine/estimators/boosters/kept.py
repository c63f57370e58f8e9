"""Matrices that a booster has made of rows, kept for the next fit on the same rows.

A search fits many candidates on the very same array; XGBoost would sort its values into bins anew
for each. What it made is kept for as long as the array is there, for arrays that were announced
by :func:`keep`: others may have been written to since.
"""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_made: dict[int, dict[Hashable, Any]] = {}  # by the identity of an array that is alive


def keep(X: Any) -> None:
    """Keep from now on what is made of an array, which must not be written to any more."""
    if isinstance(X, np.ndarray) and not is_kept(X):
        _made[id(X)] = {}
        weakref.finalize(X, _made.pop, id(X), None)


def is_kept(X: Any) -> bool:
    """Whether an array was announced."""
    return id(X) in _made


def made(X: NDArray[Any], key: Hashable, make: Callable[[], Any]) -> Any:
    """Return what was made of an array under a key; make it where it was not."""
    found = _made[id(X)]
    if key not in found:
        found[key] = make()
    return found[key]


def digest(*arrays: NDArray[Any] | None) -> bytes:
    """Return a hash of the contents of some arrays."""
    whole = hashlib.blake2b(digest_size=16)
    for array in arrays:
        whole.update(b"-" if array is None else np.ascontiguousarray(array).tobytes() + b"+")
    return whole.digest()
