"""Which source reads what: told by the text alone."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from engine import catalogue
from engine.errors import Fault, RecipeError
from engine.recipe.file.secrets import masked

PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip")
_SQLITE = (".db", ".db3", ".sqlite", ".sqlite3")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)


def kind_of(spec: str, where: str = "data.source", query: str = "") -> str:
    """Return the name of the source that reads ``spec``; ``where`` it stands, for messages.

    An URL of a scheme that no source knows, with a query, is one of a database.

    Raises
    ------
    engine.errors.RecipeError
        If no source does; says which endings and schemes there are.

    Examples
    --------
    >>> kind_of("data/churn.csv.gz"), kind_of("data/2024-*.parquet"), kind_of("sklearn:wine")
    ('csv', 'parquet', 'sklearn')
    """
    schemed = _SCHEME.match(spec) is not None
    name = spec.lower()
    bare = name.removesuffix(next((e for e in PACKED if name.endswith(e)), ""))
    for kind, row in catalogue.rows("sources").items():
        text = bare if row.get("packed") else name
        patterns = [pattern for pattern in row["patterns"] if (":" in pattern) == schemed]
        if any(fnmatchcase(text, pattern) for pattern in patterns):
            return kind
    if query and "://" in spec and schemed:
        return "database"
    raise RecipeError(_unknown(spec, where))


def endings() -> list[str]:
    """Return the endings of file names that some source reads, packed or not."""
    rows = catalogue.rows("sources").values()
    packed = [p.removeprefix("*") for row in rows for p in row["patterns"] if row.get("packed")]
    return [*_endings(), *(ending + how for ending in packed for how in PACKED)]


def schemes() -> list[str]:
    """Return the words that may stand before a colon."""
    return [pattern.partition(":")[0] for pattern in _patterns() if ":" in pattern]


def _endings() -> list[str]:
    found = [pattern.removeprefix("*") for pattern in _patterns() if ":" not in pattern]
    return [ending for ending in found if "*" not in ending]


def _patterns() -> list[str]:
    rows = catalogue.rows("sources").values()
    return [pattern for row in rows for pattern in row["patterns"]]


def _unknown(spec: str, where: str) -> Fault:
    scheme = _SCHEME.match(spec)
    known = [word for word in schemes() if "*" not in word]
    if scheme:
        return catalogue.unknown("source", scheme[1], known, where)
    if spec.lower().endswith(_SQLITE):
        hint = f"it has an URL, sqlite:///{spec}, and is asked by data.query (--query)"
        return Fault(f"{spec!r} is a database of SQLite, and no table", where, hint)
    name = spec.replace("\\", "/").rpartition("/")[2]
    ending = "." + name.rpartition(".")[2] if "." in name.strip(".") else ""
    found = f"no source knows the ending {ending!r} of" if ending else "no ending says what is"
    guess = catalogue.near(ending, _endings()) if ending else ""
    advice = f"known: {' '.join(_endings())} and {' '.join(f'{word}:' for word in known)}"
    return Fault(
        f"{found} {masked(spec)!r}", where, f"did you mean {guess!r}? {advice}" if guess else advice
    )
