"""Decide what columns are, turn values into numbers, and set up each family's space."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from engine import catalogue
from engine.bundle.derive import Derive, Failed
from engine.bundle.input import Column, Contract, encode, with_derived
from engine.bundle.table import Table, rows
from engine.contracts import Index, Listener, Numbers
from engine.errors import DataError, Fault
from engine.models import Setting, accepted, class_name
from engine.recipe import space
from engine.recipe.schema import Family, Features, Recipe
from engine.search.candidate import Candidate, FamilySpace
from engine.steps import encoded, held, monotone, sides
from engine.steps.columns import Role, replace_or_drop, roles
from engine.steps.derived import KEY, derive, derived_roles
from engine.steps.encoded import NUMBERS
from engine.steps.features import nothing, transformer, treatments
from engine.steps.split import Split
from engine.steps.streamed import Streamed
from engine.steps.values import declared, rules

ABOUT = "decide what each column is, and turn values into numbers"
MAKES = "the input contract, and a table of numbers"
READS = (
    "data.id", "data.group", "data.time", "data.weight", "data.target", "data.columns",
    "data.clean", "features.derive", "evaluation.fold_column", "evaluation.holdout",
)  # fmt: skip
NEEDS = ("load", "split")
LIBRARIES = ("pandas", "numpy", "pyarrow")
TEXTS = "texts.parquet"
MOST_LOST = 5  # columns named in a notice


@dataclass(frozen=True)
class Assembled:
    """What candidates are fitted on.

    Attributes
    ----------
    roles : tuple of Role
        What each column of the source is taken for.
    contract : Contract
        The columns that pipelines read.
    numbers : ndarray of shape (rows of the source, columns of the contract)
    texts : DataFrame, optional
        Those of these columns that hold free text, as texts.
    """

    roles: tuple[Role, ...]
    contract: Contract
    numbers: Numbers
    texts: pd.DataFrame | None = None

    def take(self, index: Index) -> Table:
        """Return what pipelines read of some rows of the source."""
        return rows(self.numbers, self.texts, self.contract.names, index)


def run(recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener) -> Assembled:
    """Look at the training rows' columns, never at their target."""
    if held.on_disk(recipe):
        return _run_on_disk(recipe, inputs, folder, listener)
    split: Split = inputs["split"]
    frame: pd.DataFrame = inputs["load"].frame
    train = frame.iloc[split.train]
    found = _given_roles(recipe, train)
    formulas = derive(recipe.features.derive, train, _said(recipe))
    numbers_of = frame.index.to_numpy()
    frame, failed = with_derived(frame, formulas, numbers_of, replace_or_drop)
    found += derived_roles(frame[list(formulas.formulas)].iloc[split.train], formulas, failed)
    contract = _contract(recipe, found, formulas)
    cleaned = Contract(contract.columns, "accept")  # values had their rules when rows were read
    made = encode(frame, cleaned, advise=replace_or_drop, numbers_of=numbers_of)
    _tell(made.lost, failed, listener)
    numbers = np.ascontiguousarray(made.frame.to_numpy())  # rows are taken from it
    texts = pd.DataFrame(made.texts) if made.texts else None
    assembled = Assembled((*_semantic(recipe), *_marked(recipe, found)), contract, numbers, texts)
    np.save(folder / NUMBERS, numbers)
    _save(assembled, folder)
    return assembled


def _run_on_disk(
    recipe: Recipe, inputs: Mapping[str, Any], folder: Path, listener: Listener
) -> Assembled:
    """Decide by a sample of the training rows, and encode all rows in parts."""
    dataset: Streamed = inputs["load"]
    sample = encoded.sample(dataset, inputs["split"].train)
    found = [sample.widened(role) for role in _given_roles(recipe, sample.frame)]
    formulas = derive(recipe.features.derive, sample.frame, _said(recipe))
    numbers_of = sample.frame.index.to_numpy()
    frame, failed = with_derived(sample.frame, formulas, numbers_of, replace_or_drop)
    found += derived_roles(frame[list(formulas.formulas)], formulas, failed)
    encoded.require_no_text(found)
    contract = _contract(recipe, found, formulas)
    written = encoded.write(dataset, contract, folder)
    _tell(written.lost, list(written.failed.values()), listener)
    for text in encoded.told(sample, written):
        listener("notice", text=text)
    roles_ = (*_semantic(recipe), *_marked(recipe, found))
    assembled = Assembled(roles_, contract, written.numbers)
    _save(assembled, folder)
    return assembled


def _said(recipe: Recipe) -> dict[str, Any]:
    return {name: column.kind for name, column in declared(recipe.data).items()}


def _given_roles(recipe: Recipe, train: pd.DataFrame) -> list[Role]:
    """Return what the columns of the source are, by the training rows."""
    data = recipe.data
    apart = {data.target, data.id, data.group, data.weight, *sides.named(recipe).values()}
    kept = [column for column in train.columns if column not in apart]
    return roles(train[kept], _said(recipe), {data.time})


def _contract(recipe: Recipe, found: Sequence[Role], formulas: Derive) -> Contract:
    """Return what pipelines read: the columns to learn from, and the rules for raw values."""
    data = recipe.data
    columns = tuple(role.column for role in _marked(recipe, found) if role.column)
    if not columns:
        hint = _reasons(found) or "give rows with a column beside the target"
        raise DataError(Fault("no column is left to learn from", "data.source", hint))
    if data.group and data.time and not held.on_disk(recipe):
        columns += (Column(data.group, "key", role="group"),)  # features may look back by it
    return Contract(columns, rules=rules(data).without(data.target), derive=formulas)


def _marked(recipe: Recipe, found: Sequence[Role]) -> list[Role]:
    """Mark the column of ``data.time``: features that look back go by it."""
    return [
        replace(role, column=replace(role.column, role="time"))
        if role.column is not None and role.name == recipe.data.time
        else role
        for role in found
    ]


def _tell(lost: Mapping[str, int], failed: Sequence[Failed], listener: Listener) -> None:
    if lost:
        listed = [f"{name} ({count:,})" for name, count in list(lost.items())[:MOST_LOST]]
        more = f" and {len(lost) - MOST_LOST:,} more columns" if len(lost) > MOST_LOST else ""
        what = "infinite, or too large for a 32-bit number, and taken as missing"
        listener("notice", text=f"values {what}: {', '.join(listed)}{more}")
    for unknown in failed:
        listener("notice", text=f"{KEY}.{unknown}")


def _reasons(found: Sequence[Role]) -> str:
    return "; ".join(f"{role.name!r}: {role.reason}" for role in found[:5])


def _semantic(recipe: Recipe) -> list[Role]:
    data = recipe.data
    keys = {"data.id": data.id, "data.group": data.group, "data.weight": data.weight}
    keys |= sides.named(recipe)
    return [Role(name, None, f"named as {key}") for key, name in keys.items() if name]


def _save(assembled: Assembled, folder: Path) -> None:
    if assembled.texts is not None:
        assembled.texts.reset_index(drop=True).to_parquet(folder / TEXTS)
    listed = [[role.name, role.column is not None, role.reason] for role in assembled.roles]
    facts = {"contract": assembled.contract.to_json(), "roles": listed}
    (folder / "columns.json").write_text(json.dumps(facts), "utf-8")


def load(recipe: Recipe, folder: Path) -> Assembled:
    """Read what was saved; the numbers stay on disk until they are used."""
    facts = json.loads((folder / "columns.json").read_text("utf-8"))
    contract = Contract.from_json(facts["contract"])
    by_name = {column.name: column for column in contract.columns}
    found = tuple(
        Role(name, by_name[name] if used else None, reason) for name, used, reason in facts["roles"]
    )
    path = folder / TEXTS
    texts = pd.read_parquet(path) if path.exists() else None
    return Assembled(found, contract, np.load(folder / NUMBERS, mmap_mode="r"), texts)


def spaces(recipe: Recipe, classify: bool) -> list[FamilySpace]:
    """Return each family's space; features that families share have shared ranges."""
    shared = _features_tree(recipe.features)
    return [
        FamilySpace(
            name,
            space.build(_own_features(family) or shared, _features_path(name, family)),
            space.build(_params(family, classify), f"model.{name}.params"),
            family.cost,
            family.quick,
        )
        for name, family in recipe.model.items()
    ]


def _params(family: Family, classify: bool) -> dict[str, Any]:
    """The parameters that the class at hand has; ranges keep their order."""
    return accepted(class_name(family, classify), family.params)


def _features_tree(features: Features) -> dict[str, Any]:
    return features.model_dump(include={"rest", "blocks"})


def _own_features(family: Family) -> dict[str, Any] | None:
    if family.blind:
        return {"rest": "drop"}
    if family.features is None:
        return None
    return {"rest": "auto"} if family.features == "auto" else _features_tree(family.features)


def _features_path(name: str, family: Family) -> str:
    return "features" if family.features is None else f"model.{name}.features"


def pipeline(
    recipe: Recipe, candidate: Candidate, columns: Sequence[Column], setting: Setting
) -> Pipeline:
    """Return the unfitted pipeline of a candidate: its features, then its model."""
    family = recipe.model[candidate.family]
    found = treatments(columns, candidate.features, family)
    found, signs = monotone.constrain(found, columns, candidate.family, family)
    native = sum(len(t.columns) for t in found if t.native)
    builder = catalogue.find("models", family.builder)
    params = {name: _hashable(value) for name, value in candidate.params.items()}
    model = builder.build(family, params, replace(setting, categories=native, signs=signs))
    features = (
        nothing() if family.blind else transformer(found, columns, setting.seed, setting.classify)
    )
    return Pipeline([("features", features), ("model", model)])


def _hashable(value: Any) -> Any:
    """Parameters as an estimator takes them: YAML knows lists, scikit-learn wants tuples."""
    return tuple(value) if isinstance(value, list) else value
