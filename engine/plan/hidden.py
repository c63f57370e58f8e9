"""What a recipe takes from the environment may be a secret: the reference is shown in its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from engine.contracts import Listener
from engine.errors import EngineError, Fault
from engine.recipe.file import secrets
from engine.recipe.file.references import PIECE, Resolver, leaves

SHORT = 4  # a value of fewer letters would be found in innocent texts


@dataclass(frozen=True)
class Hidden:
    """Knows which values of a recipe come from the environment.

    Attributes
    ----------
    tree : mapping
        The composed recipe, references not followed.
    values : mapping
        The reference for each value that must not be shown, the longest first.
    """

    tree: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: Mapping[str, Any] | None) -> Hidden:
        """Collect what the references of a recipe stand for."""
        tree = tree or {}
        texts = [text for _, text in leaves(tree) if isinstance(text, str)]
        names = {piece["name"] for text in texts for piece in PIECE.finditer(text)} - {None}
        references = {name: f"${{oc.env:{name}}}" for name in sorted(names)}
        values = {
            form: text
            for text in references.values()
            for form in _forms(str(Resolver({}).resolved(text)))
        }
        known = [value for value, text in values.items() if len(value) >= SHORT and value != text]
        return cls(tree, {value: values[value] for value in sorted(known, key=len, reverse=True)})

    def text(self, text: str) -> str:
        """Put references in the place of what they stand for."""
        for value, reference in self.values.items():
            text = text.replace(value, reference)
        return text

    def at(self, key: str, value: Any) -> Any:
        """Return the value of a dotted key as it may be shown.

        A reference is followed by a few digits that change with its value.
        """
        return _shown(value, look_up(self.tree, key))

    def plainly(self, key: str, value: Any) -> Any:
        """Return the reference where a key holds one, else its value."""
        raw = look_up(self.tree, key)
        return raw if isinstance(raw, str) and "${" in raw else value

    def listener(self, listener: Listener) -> Listener:
        """Let through what happens, without what is hidden."""
        if not self.values:
            return listener

        def listen(event: str, **facts: Any) -> None:
            shown = {k: self.text(v) if isinstance(v, str) else v for k, v in facts.items()}
            listener(event, **shown)

        return listen

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Let errors through, without what is hidden."""
        try:
            yield
        except EngineError as error:
            if not self.values:
                raise
            faults = (Fault(*map(self.text, (f.message, f.where, f.hint))) for f in error.faults)
            raise type(error)(*faults) from None


def _forms(value: str) -> Iterator[str]:
    """Yield a value as it may be met: also as URLs write it, and the password of an URL."""
    password = secrets.password(value)
    for text in (password, value) if password else (value,):
        yield from dict.fromkeys((quote(text, safe=":"), quote(text, safe=""), unquote(text), text))


def look_up(tree: Any, key: str) -> Any:
    """Return the value of a dotted key; None where there is none."""
    for word in key.split("."):
        tree = tree.get(word) if isinstance(tree, Mapping) else None
    return tree


def _shown(value: Any, raw: Any) -> Any:
    if isinstance(raw, str) and "${" in raw:
        mark = hashlib.blake2b(json.dumps(value, default=str).encode(), digest_size=3).hexdigest()
        return f"{raw} ({mark})"
    if isinstance(value, Mapping) and isinstance(raw, Mapping):
        return {key: _shown(inner, raw.get(key)) for key, inner in value.items()}
    if isinstance(value, list) and isinstance(raw, list) and len(value) == len(raw):
        return [_shown(*pair) for pair in zip(value, raw, strict=True)]
    return value
