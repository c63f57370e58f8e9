"""References in a recipe: ``${oc.env:NAME}`` and ``${data.target}``.

The only place that reads the environment for a recipe. No other resolver of OmegaConf is let
through, and what is unfolded has a cap.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from engine import catalogue
from engine.errors import Fault

LETTERS = 100_000
PER_PIECE = 50
CHAIN = 30
SHOWN = 60
PIECE = re.compile(
    r"\$\{\s*(?:oc\.env:\s*(?P<name>[A-Za-z_]\w*)\s*(?:,(?P<default>[^{}$]*))?"
    r"|(?P<key>[A-Za-z_][\w-]*(?:\.[\w-]+)*)\s*)\}"
)
_BEFORE = re.compile(r"[A-Za-z][\w+.-]*://[^/@\s?#]*$")
_PARAMETER = re.compile(r"(?:[A-Za-z][\w+.-]*://[^\s#]*|^)[?&][\w.-]+=[^&#\s]*$")
_AFTER = re.compile(r"[^/@\s?#]*@")
Key = tuple[str, ...]


class UnresolvedError(ValueError):
    """A reference that cannot be followed; says why, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def broken(text: str) -> Fault | None:
    """Say what is wrong with the references in a text, were it only their form."""
    rest = PIECE.sub("", text)
    if "${" not in rest:
        return None
    found = re.search(r"\$\{[^}]*\}?", rest)
    shown = (found[0] if found else rest)[:SHOWN]
    return Fault(
        f"{shown} cannot be followed",
        hint="write ${oc.env:NAME}, ${oc.env:NAME,default}, or a whole key such as ${data.target}",
    )


def leaves(tree: Any, key: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Yield every value of a tree that is not a mapping or a list, with its path."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from leaves(value, (*key, str(name)))
    elif isinstance(tree, list):
        for position, value in enumerate(tree):
            yield from leaves(value, (*key, str(position)))
    else:
        yield key, tree


def at(tree: Any, key: Key) -> Any:
    """Return the value at a path.

    Raises
    ------
    KeyError
        If nothing stands there.
    """
    for name in key:
        tree = _below(tree, name)
    return tree


def _below(tree: Any, name: str) -> Any:
    if isinstance(tree, list) and name.isdigit() and int(name) < len(tree):
        return tree[int(name)]
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if str(key) == name:
                return value
    raise KeyError(name)


@dataclass
class Resolver:
    """Follows the references of one tree, and notes those that lead nowhere."""

    tree: Mapping[str, Any]
    faults: dict[Key, Fault] = field(default_factory=dict)
    spent: int = 0

    def resolved(self, value: Any, key: Key = (), open_keys: tuple[Key, ...] = ()) -> Any:
        """Return ``value``, which stands at ``key``, without references."""
        if isinstance(value, Mapping):
            return {k: self.resolved(v, (*key, str(k)), open_keys) for k, v in value.items()}
        if isinstance(value, list):
            return [self.resolved(v, (*key, str(i)), open_keys) for i, v in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return value
        if self.spent > LETTERS:
            return value
        try:
            return self._text(value, (*open_keys, key))
        except UnresolvedError as error:
            self.faults.setdefault(key, Fault(str(error), hint=error.hint))
            return value

    def _text(self, text: str, open_keys: tuple[Key, ...]) -> Any:
        whole = PIECE.fullmatch(text)
        if whole:
            return self._piece(whole, open_keys)
        laid = PIECE.sub(lambda piece: self._laid(piece, text, open_keys), text)
        self._spend(len(laid))
        return laid

    def _laid(self, piece: re.Match[str], text: str, open_keys: tuple[Key, ...]) -> str:
        """Return what a reference inside a text stands for, as it is written there."""
        value = str(self._piece(piece, open_keys))
        if _is_parameter(piece, text):
            return quote(value, safe="")
        return quote(value, safe=":") if _names_a_user(piece, text) else value

    def _piece(self, piece: re.Match[str], open_keys: tuple[Key, ...]) -> Any:
        if piece["name"]:
            return _environment(piece["name"], piece["default"])
        key = tuple(piece["key"].split("."))
        if any(key == other[: len(key)] for other in open_keys):
            raise UnresolvedError(f"{piece[0]} leads back to itself")
        if len(open_keys) > CHAIN:
            raise UnresolvedError(f"more than {CHAIN} references follow one another")
        try:
            value = at(self.tree, key)
        except KeyError:
            raise _nothing_at(piece[0], key, self.tree if not self.faults else {}) from None
        self._spend(PER_PIECE)
        return self._inner(value, key, open_keys)

    def _inner(self, value: Any, key: Key, open_keys: tuple[Key, ...]) -> Any:
        if isinstance(value, str) and "${" in value:
            return self._text(value, (*open_keys, key))
        return self.resolved(value, key, open_keys)

    def _spend(self, letters: int) -> None:
        self.spent += letters
        if self.spent > LETTERS:
            raise UnresolvedError("the references unfold to too much text")


def _names_a_user(piece: re.Match[str], text: str) -> bool:
    """Whether a reference stands for a user or a password in an URL.

    There, signs such as ``@`` and ``/`` have to be written otherwise, which nobody wants to do to
    a password; in front of everything else they stand as they are.
    """
    before, after = PIECE.sub("", text[: piece.start()]), PIECE.sub("", text[piece.end() :])
    return bool(_BEFORE.search(before) and _AFTER.match(after))


def _is_parameter(piece: re.Match[str], text: str) -> bool:
    """Whether a reference stands for the value of a parameter, behind an URL's question mark.

    There, ``&`` and ``#`` would end a token, and what follows would be shown.
    """
    return bool(_PARAMETER.search(PIECE.sub("", text[: piece.start()])))


def _environment(name: str, default: str | None) -> str | None:
    if name in os.environ:
        return os.environ[name]
    if default is None:
        hint = f"set it: export {name}=..., or give a default: ${{oc.env:{name},default}}"
        raise UnresolvedError(f"the environment variable {name} is not set", hint)
    text = default.strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return None if text == "null" else text[1:-1] if quoted else text


def _nothing_at(shown: str, key: Key, tree: Mapping[str, Any]) -> UnresolvedError:
    keys = {".".join(path[:n]) for path, _ in leaves(tree) for n in range(1, len(path) + 1)}
    guess = catalogue.near(".".join(key), keys)
    hint = f"did you mean ${{{guess}}}?" if guess else ""
    return UnresolvedError(f"{shown} points at a key that is not in the recipe", hint)
