"""Sources: what ``data.source`` may name, each a module that reads rows.

``kind_of`` tells from the text alone which source reads it; nothing is opened for that.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from engine import catalogue
from engine.errors import Fault, RecipeError

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)


def kind_of(spec: str, where: str = "data.source") -> str:
    """Return the name of the source that reads ``spec``; ``where`` it stands, for messages.

    Raises
    ------
    engine.errors.RecipeError
        If no source does; says which endings and schemes there are.

    Examples
    --------
    >>> kind_of("data/churn.csv.gz"), kind_of("sklearn:wine")
    ('csv', 'sklearn')
    """
    schemed = _SCHEME.match(spec) is not None
    for name, row in catalogue.rows("sources").items():
        patterns = [pattern for pattern in row["patterns"] if (":" in pattern) == schemed]
        if any(fnmatchcase(spec.lower(), pattern) for pattern in patterns):
            return name
    raise RecipeError(_unknown(spec, where))


def endings() -> list[str]:
    """Return the endings of file names that some source reads."""
    return [pattern.removeprefix("*") for pattern in _patterns() if ":" not in pattern]


def schemes() -> list[str]:
    """Return the words that may stand before a colon."""
    return [pattern.partition(":")[0] for pattern in _patterns() if ":" in pattern]


def _patterns() -> list[str]:
    rows = catalogue.rows("sources").values()
    return [pattern for row in rows for pattern in row["patterns"]]


def _unknown(spec: str, where: str) -> Fault:
    scheme = _SCHEME.match(spec)
    if scheme:
        return catalogue.unknown("source", scheme[1], schemes(), where)
    name = spec.replace("\\", "/").rpartition("/")[2]
    ending = "." + name.rpartition(".")[2] if "." in name.strip(".") else ""
    found = f"no source knows the ending {ending!r} of" if ending else "no ending says what is"
    guess = catalogue.near(ending, endings()) if ending else ""
    known = f"known: {' '.join(endings())} and {' '.join(f'{word}:NAME' for word in schemes())}"
    advice = f"did you mean {guess!r}? {known}" if guess else known
    return Fault(f"{found} {spec!r}", where, advice)
