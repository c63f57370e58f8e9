"""Which columns a block takes: by kind, name or pattern, and what it leaves out again.

``number``, ``tenure``, ``amount_*``, ``/^q[1-4]$/``, ``all``, or a list of these; with ``not``
before it, one takes columns away from those chosen so far, or from all where it stands first. What
is a column's name is taken as that, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from engine.catalogue import unknown
from engine.errors import Fault

KINDS = ("number", "category", "date", "boolean", "text")
ALL = "all"
_NOT = "not "
_WILD = re.compile(r"[*?\[]")


def faults(wanted: Any) -> Iterator[Fault]:
    """Yield what is wrong whatever the columns are: patterns that cannot be read."""
    for word in _listed(wanted):
        pattern = _pattern(word.removeprefix(_NOT).strip())
        if pattern is None:
            continue
        try:
            re.compile(pattern)
        except re.error as error:
            yield Fault(f"the pattern /{pattern}/ cannot be read: {error}")


def select(wanted: str | Sequence[str], kinds: Mapping[str, str]) -> tuple[list[str], list[Fault]]:
    """Choose columns.

    Parameters
    ----------
    kinds : mapping
        The kind of each column by its name, in their order.

    Returns
    -------
    names : list of str
        In the order in which they are named.
    faults : list of Fault
        What stands for no column.
    """
    words, wrong = _listed(wanted), []
    chosen = dict.fromkeys(kinds) if words and _leaves_out(words[0], kinds) else {}
    for word in words:
        out = _leaves_out(word, kinds)
        meant = word[len(_NOT) :].strip() if out else word
        found = _found(meant, kinds)
        if not found and meant not in (ALL, *KINDS):
            wrong.append(_nothing(meant, kinds))
        for name in found:
            chosen.pop(name, None) if out else chosen.setdefault(name)
    return list(chosen), wrong


def _listed(wanted: Any) -> list[str]:
    words = [wanted] if isinstance(wanted, str) else wanted
    return [w for w in words if isinstance(w, str)] if isinstance(words, list | tuple) else []


def _leaves_out(word: str, kinds: Mapping[str, str]) -> bool:
    return word.startswith(_NOT) and word not in kinds


def _found(word: str, kinds: Mapping[str, str]) -> list[str]:
    if word in kinds:
        return [word]
    if word in (ALL, *KINDS):
        return [name for name, kind in kinds.items() if word in (ALL, kind)]
    if (pattern := _pattern(word)) is not None:
        return [name for name in kinds if re.search(pattern, name)]
    return [name for name in kinds if fnmatchcase(name, word)] if _WILD.search(word) else []


def _pattern(word: str) -> str | None:
    """Return the regular expression between two slashes."""
    inside = len(word) > 1 and word.startswith("/") and word.endswith("/")
    return word[1:-1] if inside else None


def _nothing(word: str, kinds: Mapping[str, str]) -> Fault:
    if _pattern(word) is not None or _WILD.search(word):
        hint = f"there are: {', '.join(kinds)}"[:300]
        return Fault(f"no column matches the pattern {word!r}", hint=hint)
    fault = unknown("column or kind", word, [*kinds, *KINDS, ALL])
    return Fault(fault.message, hint=fault.hint[:300])
