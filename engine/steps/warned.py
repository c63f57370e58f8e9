"""What libraries warn of during a fit, in short texts."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

LONGEST = 160
MOST = 5  # texts of one fit
NOT_OF_THE_FIT = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)
CONVERGENCE = "ConvergenceWarning: "


@contextmanager
def listening() -> Iterator[list[str]]:
    """Let nothing be printed, and fill a list: a text for each warning, none of them twice."""
    found: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for category in NOT_OF_THE_FIT:
            warnings.simplefilter("ignore", category)
        try:
            yield found
        finally:
            found += distinct(_text(w.category, str(w.message)) for w in caught)


def distinct(texts: Iterable[str]) -> list[str]:
    """Return the first few texts, none of them twice."""
    return list(dict.fromkeys(texts))[:MOST]


def _text(category: type[Warning], message: str) -> str:
    """A warning's category and its first sentence."""
    lines = message.strip().splitlines() or [""]
    first = re.split(r"(?<=[^\d\s])[.;]\s", lines[0], maxsplit=1)[0].strip().rstrip(".:;")
    return f"{category.__name__}: {first}"[:LONGEST]


def told(text: str) -> tuple[str, str]:
    """Return for a sentence what a fit did, and in which words the library said so."""
    if text.startswith(CONVERGENCE):
        return "did not converge", text.removeprefix(CONVERGENCE)
    return "gave a warning", text


def rank(text: str) -> bool:
    """Order texts: that a fit did not converge comes first."""
    return not text.startswith(CONVERGENCE)
