"""What a step's result depends on, and a hash of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine.plan.hidden import Hidden, look_up
from engine.plan.step import Step, name, optional
from engine.recipe.schema import Recipe
from engine.steps.load import asked

DISTRIBUTIONS = {"sklearn": "scikit-learn", "interpret": "interpret-core"}
WHENCE = ("data.source", "data.tables", "data.query")
CODE = (
    "bundle", "estimators", "formula", "metrics", "models", "search", "sources", "splitters",
    "steps", "transforms",
)  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """Everything that a step's result depends on, each by a name that a person knows.

    Attributes
    ----------
    keys : mapping
        Recipe keys and their values, references to the environment in the place of theirs.
    files : mapping
        Content hashes of the data.
    inputs : mapping
        Fingerprints of the earlier steps.
    libraries : mapping
        Versions.
    seen : mapping
        ``rows`` and ``columns`` of the data, to say what has changed; not part of the fingerprint.
    """

    keys: Mapping[str, Any]
    files: Mapping[str, str]
    inputs: Mapping[str, str]
    libraries: Mapping[str, str]
    seen: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        known = [self.keys, self.files, self.inputs, self.libraries]
        text = json.dumps(known, default=str)  # keys in their order: that of steps matters
        return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()

    def changed_since(self, earlier: Parts) -> list[str]:
        """Say what differs, one short text for each difference; inputs are left out."""
        return [
            *_differences(earlier.keys, self.keys),
            *self._files_since(earlier),
            *self._libraries_since(earlier),
        ]

    def _libraries_since(self, earlier: Parts) -> list[str]:
        return [
            f"{name} {earlier.libraries.get(name, 'unknown')} -> {version}"
            for name, version in self.libraries.items()
            if earlier.libraries.get(name) != version
        ]

    def _files_since(self, earlier: Parts) -> list[str]:
        if any(earlier.keys.get(key) != self.keys.get(key) for key in WHENCE):
            return []  # other data altogether: the key says so
        seen = _seen(earlier.seen, self.seen)
        gone = [f"{file} is gone ({seen})" for file in earlier.files if file not in self.files]
        return gone + [
            f"{file} {'has changed' if file in earlier.files else 'is new'} ({seen})"
            for file, digest in self.files.items()
            if earlier.files.get(file) != digest
        ]


def _seen(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say how the rows and columns of the data differ."""
    if not before or not after:
        return "other content"
    texts = []
    if before["rows"] != after["rows"]:
        texts.append(f"{before['rows']:,} -> {after['rows']:,} rows")
    gone = [c for c in before["columns"] if c not in set(after["columns"])]
    new = [c for c in after["columns"] if c not in set(before["columns"])]
    texts += [f"without {_few(gone)}"] if gone else []
    texts += [f"with {_few(new)}"] if new else []
    return ", ".join(texts) or f"other values in {after['rows']:,} rows"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def parts(step: Step, recipe: Recipe, inputs: Mapping[str, str], hidden: Hidden) -> Parts:
    """Collect what the result of a step depends on, given its inputs' fingerprints."""
    tree = recipe.model_dump(mode="json")
    keys = {key: hidden.at(key, _meant(look_up(tree, key))) for key in step.READS}
    data = files_of(recipe, hidden) if name(step) == "load" else {}
    own = families_libraries(recipe) if optional(step, "FITS") else ()
    engine = ("duckdb",) if data and recipe.data.tables else ()
    names = dict.fromkeys(("recipe-engine", *step.LIBRARIES, *own, *engine))
    return Parts(keys, data, dict(inputs), {library: _version(library) for library in names})


def _meant(value: Any) -> Any:
    """Leave out what only describes: a change of it changes no result."""
    if not isinstance(value, Mapping):
        return value
    return {key: _meant(inner) for key, inner in value.items() if key != "about"}


def families_libraries(recipe: Recipe) -> list[str]:
    """Return the distributions that the families' classes come from."""
    classes = [c for f in recipe.model.values() for c in (f.classifier, f.regressor) if c]
    packages = {name.partition(".")[0] for name in classes}
    return sorted(DISTRIBUTIONS.get(package, package) for package in packages)


def files_of(recipe: Recipe, hidden: Hidden, again: bool = False) -> dict[str, str]:
    """Return the content hashes of the data; ``again``, those of what was read, if it can change.

    What was read from a copy of an answer cannot: the database is not asked a second time.
    """
    data = asked(recipe.data)
    found = data.still() if again else data.fingerprint()
    return {hidden.text(file): digest for file, digest in found.items()}


@cache
def _version(library: str) -> str:
    """Return a version; of the engine also a hash of its code, for those who change it."""
    if library == "recipe-engine":
        return f"{version(library)}+{_code()}"
    try:
        return version(library)
    except PackageNotFoundError:  # such as xgboost-cpu in the place of xgboost
        others = packages_distributions().get(library, [])
        return " ".join(f"{other} {version(other)}" for other in others) or "not installed"


def _code() -> str:
    """Hash the code that results depend on, catalogues included."""
    content = hashlib.blake2b(digest_size=4)
    root = Path(str(files("engine")))
    for part in CODE:
        for path in sorted((root / part).rglob("*")):
            if path.suffix in (".py", ".yaml"):
                content.update(path.read_bytes())
    return content.hexdigest()


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    changed: list[str] = []
    for key in {**old, **new}:
        before, after = old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            changed += [f"{key}.{line}" for line in _differences(before, after)]
        elif before is None and isinstance(after, Mapping):
            changed.append(f"{key} is new")
        elif after is None and isinstance(before, Mapping):
            changed.append(f"{key} is gone")
        elif before != after:
            changed.append(f"{key}: {_short(before)} -> {_short(after)}")
    return changed or _reordered(old, new)


def _reordered(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    shared = [key for key in new if key in old]
    if [key for key in old if key in new] == shared or len(shared) < 2:
        return []
    return [f"{shared[0]} and what stands beside it are in another order"]


def _short(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}..."
