"""The JSON Schema of a recipe as a user writes it, from which YAML editors complete.

Made from the schema's own models: keys and descriptions are written once. Where the short form
allows more than the composed recipe holds (a word that selects an option, a range), it is added.
"""

from __future__ import annotations

from typing import Any

from engine import catalogue
from engine.recipe import ranges
from engine.recipe.composition.groups import SIDE_BY_SIDE, Groups
from engine.recipe.metric import schema as metric
from engine.recipe.metric.measured import MEASURED
from engine.recipe.schema import Recipe

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE: Schema = {"type": "string", "pattern": r"\$\{"}
_RANGE = "#/$defs/Range"
_NUMBERS = {"integer", "number", "boolean"}
_NAMED = (  # where a recipe names an entry of a catalogue
    ("Evaluation", "split", "splitters"),
    ("Compute", "executor", "executors"),
)


def schema(groups: Groups) -> Schema:
    """Return the JSON Schema of a recipe file.

    Parameters
    ----------
    groups : Groups
        Whose options complete the keys that select them.
    """
    made = Recipe.model_json_schema()
    definitions = {name: _followed(part) for name, part in made["$defs"].items()}
    definitions |= {"Range": _range()}
    _name_entries(definitions)
    _name_metrics(definitions)
    fields = {name: _followed(field) for name, field in made["properties"].items()}
    for group, known in groups.options.items():
        fields[group] = _selectable(group, fields[group], sorted(known), definitions)
    required = [name for name in made["required"] if name not in ("name", "model")]
    return {
        "$schema": DIALECT,
        "title": "Recipe",
        "description": made["description"],
        "type": "object",
        "additionalProperties": False,
        "properties": fields | {"defaults": _defaults(), "hydra": {"type": "object"}},
        "required": required,
        "$defs": definitions,
    }


def _name_entries(definitions: dict[str, Schema]) -> None:
    """List the names of a catalogue where a recipe takes one of them."""
    for part, key, role in _NAMED:
        field = definitions[part]["properties"][key]
        default = [field["default"]] if field["default"] == "auto" else []
        field.pop("type", None)
        field["enum"] = [*default, *catalogue.names(role)]


def _name_metrics(definitions: dict[str, Schema]) -> None:
    """Let a metric have any of its forms."""
    definitions["Metric"] = metric.metric()
    fields, one = definitions["Evaluation"]["properties"], {"$ref": "#/$defs/Metric"}
    objective = {"anyOf": [{"enum": ["auto", *MEASURED]}, one]}
    several = {"type": "array", "items": objective, "minItems": 1}
    forms = {"metric": {"anyOf": [one, several]}, "metrics": {"type": "array", "items": one}}
    for key, form in forms.items():
        about = {word: fields[key][word] for word in ("title", "description", "default")}
        fields[key] = {"anyOf": [{"const": "auto"}, form, _REFERENCE], **about}


def _followed(part: Any) -> Any:
    """Let a reference such as ``${oc.env:NAME}`` stand for a number, and a range where any may."""
    if isinstance(part, list):
        return [_followed(child) for child in part]
    if not isinstance(part, dict):
        return part
    if part.get("additionalProperties") is True:
        part = {**part, "additionalProperties": {"anyOf": [{"$ref": _RANGE}, {}]}}
        return part
    followed = {key: _followed(value) for key, value in part.items()}
    kind = part.get("type")  # or, among properties, one that is called so
    if isinstance(kind, str) and kind in _NUMBERS and "const" not in part:
        about = {key: followed.pop(key) for key in ("description", "title") if key in followed}
        return {"anyOf": [followed, _REFERENCE], **about}
    return followed


def _selectable(
    group: str, field: Schema, options: list[str], definitions: dict[str, Schema]
) -> Schema:
    """Add the words, lists and ``use:`` that select options of a group."""
    word: Schema = {"enum": options}
    several: Schema = {"type": "array", "items": word, "minItems": 1}
    about = {"description": field["description"]} if "description" in field else {}
    if group in SIDE_BY_SIDE:
        values = field.get("additionalProperties", {})
        inner = {option: {"anyOf": [values, {"type": "null"}]} for option in options}
        own: Schema = {"type": "object", "properties": inner, "additionalProperties": False}
    else:
        own = _with_use(definitions.get(field.get("$ref", "").rpartition("/")[2], {}), word)
    return {"anyOf": [word, several, own, {"type": "null"}], **about}


def _with_use(part: Schema, word: Schema) -> Schema:
    """Return a part that may name the option it starts from, which then gives what is missing."""
    use = {**word, "description": "The option whose values these are laid over."}
    properties = {"use": use, **part.get("properties", {})}
    kept = {key: value for key, value in part.items() if key not in ("required", "title")}
    return {"type": "object", **kept, "properties": properties}


def _defaults() -> Schema:
    return {
        "description": "Hydra's own form: the options that the recipe is composed of.",
        "type": "array",
        "items": {"anyOf": [{"type": "string"}, {"type": "object"}]},
    }


def _range() -> Schema:
    text: Schema = {
        "type": "string",
        "pattern": ranges.LOOKS_LIKE_RANGE.pattern,
        "examples": ["range(3, 10)", "choice(a, b)", "tag(log, interval(1e-3, 0.3))"],
    }
    parted: Schema = {
        "type": "object",
        "properties": {
            "default": {"description": "Tried first, and used when search is off."},
            "search": {"anyOf": [text, {"type": "array", "minItems": 1}]},
        },
        "required": ["search"],
        "additionalProperties": False,
    }
    description = "A value that is searched instead of fixed."
    return {"description": description, "anyOf": [text, parted]}
