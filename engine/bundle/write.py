"""Write a bundle: every file hashed in a manifest, and the manifest last."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.bundle import persist
from engine.bundle.input import Contract, encode, texts
from engine.bundle.predict import Model
from engine.recipe.file.written import dump

FORMAT = 1
MANIFEST = "manifest.json"
LIBRARIES = (
    "recipe-engine", "scikit-learn", "numpy", "scipy", "pandas", "skops", "xgboost", "xgboost-cpu",
    "lightgbm", "catboost",
)  # fmt: skip


@dataclass(frozen=True)
class Contents:
    """What a bundle holds; ``golden`` are raw rows that are replayed when it is loaded.

    ``saved`` is a file that the pipeline was written to already, if there is one.
    """

    pipeline: Any
    contract: Contract
    task: str
    target: str
    id: str | None
    classes: tuple[Any, ...]
    family: str
    final: Mapping[str, Any]
    scores: Mapping[str, Any]
    recipe: Mapping[str, Any]
    profile: Mapping[str, Any]
    golden: pd.DataFrame
    saved: Path | None = None


def write(contents: Contents, folder: Path) -> None:
    """Write a bundle into a folder that does not exist yet; without a manifest it is none.

    Raises
    ------
    BundleError
        If the pipeline holds a type that no bundle may hold.
    """
    folder.mkdir(parents=True)
    if contents.saved is None:
        persist.save_pipeline(contents.pipeline, folder / persist.NAME)
    else:
        persist.copy_pipeline(contents.saved, folder / persist.NAME)
    _json(folder / "contract.json", contents.contract.to_json())
    _json(folder / "scores.json", contents.scores)
    _json(folder / "profile.json", contents.profile)
    _write_golden(contents, folder)
    text = dump(contents.recipe)
    _text(folder / "recipe.yaml", text)
    _json(folder / MANIFEST, _manifest(contents, folder))


def _write_golden(contents: Contents, folder: Path) -> None:
    contract = replace(contents.contract, unseen="accept")
    golden = _storable(contents.golden[contract.required].reset_index(drop=True))
    golden.to_parquet(folder / "golden.parquet", index=False)
    raw = pd.read_parquet(folder / "golden.parquet")
    read = encode(raw, contract).table
    predicted = Model(contents.pipeline, contents.classes).predict(read)
    answer = {"value": predicted.value.tolist()}
    if predicted.probability is not None:
        answer["probability"] = np.asarray(predicted.probability).tolist()
    _json(folder / "golden.json", answer)


def _storable(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of objects as text: Parquet takes no two types in one column."""
    objects = [name for name, dtype in frame.dtypes.items() if pd.api.types.is_object_dtype(dtype)]
    return frame.assign(**{str(name): texts(frame[name]) for name in objects})


def _manifest(contents: Contents, folder: Path) -> dict[str, Any]:
    manifest = {
        "format": FORMAT,
        "name": contents.recipe["name"],
        "task": contents.task,
        "target": contents.target,
        "id": contents.id,
        "classes": list(contents.classes),
        "family": contents.family,
        "final": dict(contents.final),
        "versions": _versions(),
        "files": {path.name: file_hash(path) for path in sorted(folder.iterdir())},
    }
    return {**manifest, "manifest": own_hash(manifest)}


def _versions() -> dict[str, str]:
    """Versions of the libraries that are there; xgboost goes by two names."""
    found: dict[str, str] = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def own_hash(manifest: Mapping[str, Any]) -> str:
    """Return a hash of what a manifest says, but for this hash itself."""
    said = {key: value for key, value in manifest.items() if key != "manifest"}
    text = json.dumps(said, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def file_hash(path: Path) -> str:
    """Return the BLAKE2b hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:64]


def _json(path: Path, tree: Any) -> None:
    _text(path, json.dumps(tree, indent=1))


def _text(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
