"""The JSON Schema of a metric as a recipe may write it, made from the rows of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import catalogue

Schema = dict[str, Any]
_NUMBER = r"[+\-]?\s*(\d+(\.\d*)?|\.\d+)\s*"
_BOUNDS = {
    "above": "exclusiveMinimum", "least": "minimum",
    "below": "exclusiveMaximum", "most": "maximum",
}  # fmt: skip


def metric() -> Schema:
    """Return what a metric may be: a word, one with parameters, a mapping, or a sum."""
    rows = catalogue.rows("metrics")
    given = "|".join(sorted(name for name in rows if rows[name].get("parameters")))
    return {
        "description": "What predictions are scored by; `engine list metrics` names all.",
        "anyOf": [
            {"enum": sorted(name for name, row in rows.items() if _stands_alone(row))},
            {"type": "string", "pattern": rf"^\s*({given})(_|\s*\()", "examples": ["f_beta_2"]},
            {"type": "string", "pattern": rf"^\s*{_NUMBER}\*", "examples": ["0.7*roc_auc+0.3*f1"]},
            {
                "type": "object",
                "properties": {name: _parameters(name, row) for name, row in rows.items()},
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
        ],
    }


def _stands_alone(row: Mapping[str, Any]) -> bool:
    """Whether no parameter is needed."""
    rows = row.get("parameters", {})
    return "ways" not in row and all("default" in r or "with" in r for r in rows.values())


def _parameters(name: str, row: Mapping[str, Any]) -> Schema:
    about: Schema = {"description": row["about"]}
    rows = row.get("parameters", {})
    if not rows:
        return {**about, "type": ["object", "null"], "maxProperties": 0}
    if name == "weighted":
        weights: Schema = {"type": ["number", "string"]}
        return {**about, "type": "object", "minProperties": 2, "additionalProperties": weights}
    mapping: Schema = {
        "type": "object",
        "properties": {key: _value(one) for key, one in rows.items()},
        "additionalProperties": False,
    }
    return {**about, "anyOf": [mapping, {"type": ["number", "string"]}]}


def _value(row: Mapping[str, Any]) -> Schema:
    about: Schema = {"description": row["about"]}
    match row["kind"]:
        case "word":
            return {**about, "enum": row["options"]}
        case "labels":
            return {**about, "type": "array", "minItems": 2, "uniqueItems": True}
        case "matrix":
            costs = {"type": "object", "additionalProperties": {"type": ["number", "string"]}}
            return {**about, "type": "object", "additionalProperties": costs}
    bounds = {word: row[key] for key, word in _BOUNDS.items() if key in row}
    kind = "integer" if row["kind"] == "whole" else "number"
    return {**about, "anyOf": [{"type": kind, **bounds}, {"type": "string"}]}
