"""Write a bundle: every file hashed in a manifest, and the manifest last."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from engine.bundle import persist
from engine.bundle.input import Contract, encode
from engine.bundle.predict import Model

FORMAT = 1
MANIFEST = "manifest.json"
LIBRARIES = ("recipe-engine", "scikit-learn", "numpy", "pandas", "skops", "xgboost")


@dataclass(frozen=True)
class Contents:
    """What a bundle holds; ``golden`` are raw rows that are replayed when it is loaded."""

    pipeline: Any
    contract: Contract
    task: str
    target: str
    id: str | None
    classes: tuple[Any, ...]
    family: str
    scores: Mapping[str, Any]
    recipe: Mapping[str, Any]
    profile: Mapping[str, Any]
    golden: pd.DataFrame


def write(contents: Contents, folder: Path) -> None:
    """Write a bundle into a folder that does not exist yet."""
    folder.mkdir(parents=True)
    persist.save_pipeline(contents.pipeline, folder / "pipeline.skops")
    _json(folder / "contract.json", contents.contract.to_json())
    _json(folder / "scores.json", contents.scores)
    _json(folder / "profile.json", contents.profile)
    _write_golden(contents, folder)
    text = yaml.safe_dump(dict(contents.recipe), sort_keys=False, allow_unicode=True)
    (folder / "recipe.yaml").write_text(text, "utf-8")
    _json(folder / MANIFEST, _manifest(contents, folder))


def _write_golden(contents: Contents, folder: Path) -> None:
    golden = contents.golden[contents.contract.names].reset_index(drop=True)
    golden.to_parquet(folder / "golden.parquet", index=False)
    raw = pd.read_parquet(folder / "golden.parquet")
    numbers = encode(raw, contents.contract).frame.to_numpy()
    predicted = Model(contents.pipeline, contents.classes).predict(numbers)
    answer = {"value": predicted.value.tolist()}
    if predicted.probability is not None:
        answer["probability"] = np.asarray(predicted.probability).tolist()
    _json(folder / "golden.json", answer)


def _manifest(contents: Contents, folder: Path) -> dict[str, Any]:
    files = {path.name: file_hash(path) for path in sorted(folder.iterdir())}
    return {
        "format": FORMAT,
        "name": contents.recipe["name"],
        "task": contents.task,
        "target": contents.target,
        "id": contents.id,
        "classes": list(contents.classes),
        "family": contents.family,
        "versions": {name: version(name) for name in LIBRARIES},
        "files": files,
    }


def file_hash(path: Path) -> str:
    """Return the BLAKE2b hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:64]


def _json(path: Path, tree: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(tree, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
