"""Open a bundle: verify every file, load the pipeline, replay the golden rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.bundle import persist
from engine.bundle.derive import Failed
from engine.bundle.input import Contract, Encoded, encode
from engine.bundle.predict import Model
from engine.bundle.table import joined
from engine.bundle.write import FORMAT, MANIFEST, file_hash, own_hash
from engine.contracts import Predicted
from engine.errors import BundleError, Fault

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Answer:
    """Predictions for some rows, and what was taken as missing.

    Attributes
    ----------
    predictions : DataFrame
        The id first where there is one, ``prediction`` and ``probability_<class>``.
    unseen : dict
        Counts of unseen categories by column and value.
    lost : dict
        Counts, by column, of numbers that are infinite or too large.
    failed : tuple of Failed
        Rows for which formulas have no value.
    """

    predictions: pd.DataFrame
    unseen: dict[str, dict[str, int]]
    lost: dict[str, int]
    failed: tuple[Failed, ...] = ()


@dataclass(frozen=True)
class Read:
    """Rows as a pipeline reads them, and their ids by the name of the column, if there is one."""

    ids: Mapping[str, NDArray[Any]]
    encoded: Encoded


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
        scores: Mapping[str, Any] = _json(self.folder / "scores.json")
        return scores

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
        answer = self.answer(raw, first_row)
        return answer.predictions, answer.unseen

    def answer(self, raw: pd.DataFrame, first_row: int = 0) -> Answer:
        """Predict raw rows, and tell all that was taken as missing."""
        return next(self.answers([self.read(raw, first_row)]))

    def read(self, raw: pd.DataFrame, first_row: int = 0) -> Read:
        """Turn raw rows into what :meth:`answers` takes; they may be parts of a table."""
        raw = raw.rename(columns=str)
        ids = {self.id: raw[self.id].to_numpy()} if self.id and self.id in raw else {}
        return Read(ids, encode(raw, self.contract, first_row))

    def answers(self, parts: Sequence[Read]) -> Iterator[Answer]:
        """Predict the parts of one table together, so that rows see those of other parts too."""
        if not parts:
            return
        predicted = self.model.predict(joined([part.encoded.table for part in parts]))
        first = 0
        for part in parts:
            end = first + len(part.encoded.frame)
            columns = {**part.ids, **self._columns(predicted.between(first, end))}
            encoded, first = part.encoded, end
            yield Answer(pd.DataFrame(columns), encoded.unseen, encoded.lost, encoded.failed)

    def after(self, raw: pd.DataFrame, first_row: int = 0) -> Bundle:
        """Return a bundle that has seen these rows too: features that look back go on from them."""
        if not self.model.looks_back:
            return self
        encoded = encode(raw.rename(columns=str), self.contract, first_row)
        return replace(self, model=self.model.after(encoded.table))

    def _columns(self, predicted: Predicted) -> dict[str, Any]:
        if not self.classes:
            return {"prediction": predicted.value}
        labels = pd.Series(self.classes, dtype=object).infer_objects()
        columns: dict[str, Any] = {"prediction": labels.to_numpy()[predicted.value]}
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
    model = Model(persist.load_pipeline(folder / persist.NAME), tuple(manifest["classes"]))
    bundle = Bundle(folder, manifest, contract, model)
    _replay(bundle)
    return bundle


def verify(folder: Path) -> Mapping[str, Any]:
    """Check the manifest and the hash of every file; return the manifest.

    Raises
    ------
    BundleError
        Naming every file that is missing, changed or added.
    """
    manifest = _manifest(folder)
    files: Mapping[str, str] = manifest["files"]
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    faults = [Fault("is missing", str(folder / name)) for name in sorted(set(files) - present)]
    faults += [
        Fault("is not in the manifest", str(folder / name)) for name in sorted(present - set(files))
    ]
    faults += [
        Fault("was changed after it was packed", str(folder / name))
        for name in sorted(present & set(files))
        if not _is_plain(folder / name) or file_hash(folder / name) != files[name]
    ]
    if faults:
        raise BundleError(*faults)
    return manifest


def _manifest(folder: Path) -> Mapping[str, Any]:
    path = folder / MANIFEST
    if not _is_plain(path):
        raise BundleError(Fault("is not a whole bundle: it has no manifest.json", str(folder)))
    try:
        manifest: Mapping[str, Any] = _json(path)
        written, files, found = manifest["format"], dict(manifest["files"]), manifest["manifest"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleError(Fault(f"cannot be read: {error!r:.200}", str(path))) from None
    if written != FORMAT:
        message = f"has the format {written!r:.20}; this engine reads format {FORMAT}"
        raise BundleError(Fault(message, str(folder), "pack it again with this engine"))
    if found != own_hash(manifest):
        raise BundleError(Fault("was changed after it was packed", str(path)))
    return {**manifest, "files": files}


def _is_plain(path: Path) -> bool:
    """Whether it is a file of its own; a link's content can change behind the manifest's back."""
    return path.is_file() and not path.is_symlink()


def _replay(bundle: Bundle) -> None:
    raw = pd.read_parquet(bundle.folder / "golden.parquet")
    expected = _json(bundle.folder / "golden.json")
    read = encode(raw, replace(bundle.contract, unseen="accept")).table
    predicted = bundle.model.predict(read)
    found = {"value": predicted.value, "probability": predicted.probability}
    if not all(_equal(found[name], answer) for name, answer in expected.items()):
        message = "predicts its golden rows otherwise than when it was packed"
        hint = "install the versions that its manifest.json names"
        raise BundleError(Fault(message, str(bundle.folder), hint))


def _equal(found: NDArray[Any] | None, expected: Any) -> bool:
    """Whether numbers agree within ``TOLERANCE`` of their size; codes then are the same."""
    answer = np.asarray(expected, dtype=np.float64)
    if found is None or found.shape != answer.shape:
        return False
    size = float(np.abs(answer).max(initial=0))
    return bool(np.allclose(found, answer, rtol=TOLERANCE, atol=TOLERANCE * size))


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
