"""What a step's result depends on, and a hash of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from engine.plan.step import Step, name
from engine.recipe.schema import Recipe
from engine.steps.load import source_of


@dataclass(frozen=True)
class Parts:
    """Everything that a step's result depends on, each by a name that a person knows.

    Attributes
    ----------
    keys : mapping
        Recipe keys and their values.
    files : mapping
        Content hashes of the data.
    inputs : mapping
        Fingerprints of the earlier steps.
    libraries : mapping
        Versions.
    """

    keys: Mapping[str, Any]
    files: Mapping[str, str]
    inputs: Mapping[str, str]
    libraries: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        text = json.dumps(
            [self.keys, self.files, self.inputs, self.libraries], sort_keys=True, default=str
        )
        return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()

    def changed_since(self, earlier: Parts) -> list[str]:
        """Say what differs, one short text for each difference."""
        return [
            *_differences(earlier.keys, self.keys, "{name}: {old} -> {new}"),
            *_differences(earlier.files, self.files, "{name} has changed"),
            *_differences(earlier.libraries, self.libraries, "{name} {old} -> {new}"),
            *_differences(earlier.inputs, self.inputs, "{name} is new"),
        ]


def parts(step: Step, recipe: Recipe, inputs: Mapping[str, str]) -> Parts:
    """Collect what the result of a step depends on, given its inputs' fingerprints."""
    tree = recipe.model_dump(mode="json")
    keys = {key: look_up(tree, key) for key in step.READS}
    spec = recipe.data.source
    files = source_of(spec).fingerprint(spec) if name(step) == "load" else {}
    libraries = {library: _version(library) for library in ("recipe-engine", *step.LIBRARIES)}
    return Parts(keys, files, dict(inputs), libraries)


def look_up(tree: Any, key: str) -> Any:
    """Return the value of a dotted key; None where there is none."""
    for word in key.split("."):
        tree = tree.get(word) if isinstance(tree, Mapping) else None
    return tree


@cache
def _version(library: str) -> str:
    return version(library)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], text: str) -> list[str]:
    changed: list[str] = []
    for key in {**old, **new}:
        before, after = old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            inner = _differences(before, after, text)
            changed += [f"{key}.{line}" for line in inner]
        elif before != after:
            changed.append(text.format(name=key, old=_short(before), new=_short(after)))
    return changed


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:37]}..."
