"""Open a bundle: verify every file, load the pipeline, replay the golden rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.bundle import persist
from engine.bundle.input import Contract, encode
from engine.bundle.predict import Model
from engine.bundle.write import FORMAT, MANIFEST, file_hash
from engine.contracts import Predicted
from engine.errors import BundleError, Fault

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Bundle:
    """A verified bundle."""

    folder: Path
    manifest: Mapping[str, Any]
    contract: Contract
    model: Model

    @property
    def classes(self) -> tuple[Any, ...]:
        return tuple(self.manifest["classes"])

    @property
    def id(self) -> str | None:
        return self.manifest["id"]  # type: ignore[no-any-return]

    @cached_property
    def scores(self) -> Mapping[str, Any]:
        """The scorecard's figures."""
        return _json(self.folder / "scores.json")

    def predict(
        self, raw: pd.DataFrame, first_row: int = 0
    ) -> tuple[pd.DataFrame, dict[str, dict[str, int]]]:
        """Predict raw rows.

        Returns
        -------
        predictions : DataFrame
            The id first where there is one, ``prediction`` and ``probability_<class>``, one row
            for each of ``raw``, in its order.
        unseen : dict
            Counts of unseen categories by column and value.
        """
        encoded = encode(raw, self.contract, first_row)
        predicted = self.model.predict(encoded.frame.to_numpy())
        columns: dict[str, Any] = {}
        if self.id and self.id in raw:
            columns[self.id] = raw[self.id].to_numpy()
        columns |= self._columns(predicted)
        return pd.DataFrame(columns), encoded.unseen

    def _columns(self, predicted: Predicted) -> dict[str, Any]:
        if not self.classes:
            return {"prediction": predicted.value}
        columns: dict[str, Any] = {"prediction": np.array(self.classes)[predicted.value]}
        if predicted.probability is not None:
            for code, label in enumerate(self.classes):
                columns[f"probability_{label}"] = predicted.probability[:, code]
        return columns


def open_bundle(folder: Path) -> Bundle:
    """Open and verify a bundle.

    Raises
    ------
    BundleError
        If a file is missing, changed or added, if it holds a type that is not trusted, or if its
        golden rows are not predicted as they were when it was packed.
    """
    manifest = verify(folder)
    contract = Contract.from_json(_json(folder / "contract.json"))
    model = Model(persist.load_pipeline(folder / "pipeline.skops"), tuple(manifest["classes"]))
    bundle = Bundle(folder, manifest, contract, model)
    _replay(bundle)
    return bundle


def verify(folder: Path) -> Mapping[str, Any]:
    """Check the manifest and the hash of every file; return the manifest."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BundleError(Fault("is not a whole bundle: it has no manifest.json", str(folder)))
    try:
        manifest = _json(path)
        files = dict(manifest["files"])
        if manifest["format"] != FORMAT:
            message = f"has the format {manifest['format']}; this engine reads format {FORMAT}"
            raise BundleError(Fault(message, str(folder)))
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(Fault(f"cannot be read: {error}", str(path))) from None
    present = {p.name for p in folder.iterdir()} - {MANIFEST}
    faults = [Fault("is missing", str(folder / name)) for name in sorted(set(files) - present)]
    faults += [
        Fault("is not in the manifest", str(folder / name)) for name in sorted(present - set(files))
    ]
    for name in sorted(present & set(files)):
        if (folder / name).is_symlink() or file_hash(folder / name) != files[name]:
            faults.append(Fault("was changed after it was packed", str(folder / name)))
    if faults:
        raise BundleError(*faults)
    return manifest


def _replay(bundle: Bundle) -> None:
    raw = pd.read_parquet(bundle.folder / "golden.parquet")
    expected = _json(bundle.folder / "golden.json")
    predicted = bundle.model.predict(encode(raw, bundle.contract).frame.to_numpy())
    for name, found in (("value", predicted.value), ("probability", predicted.probability)):
        if name in expected and not np.allclose(
            found, expected[name], rtol=TOLERANCE, atol=TOLERANCE
        ):  # type: ignore[arg-type]
            raise BundleError(
                Fault(
                    "predicts its golden rows otherwise than when it was packed",
                    str(bundle.folder),
                    "install the versions that its manifest.json names",
                )
            )


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
