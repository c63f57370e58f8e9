"""What a model family can be told and what it gives, from its row alone: nothing is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import catalogue
from engine.recipe import estimators
from engine.recipe.checks import fields

KINDS = ("classifier", "regressor")
Tree = Mapping[str, Any]


def part(family: Tree, name: str) -> Tree:
    """Return a part of a row; empty where it has none."""
    found = family.get(name)
    return found if isinstance(found, Mapping) else {}


def classes(family: Tree) -> dict[str, str]:
    """Return the classes of a family by kind; its objective may have a regressor of its own."""
    named = {kind: family[kind] for kind in KINDS if isinstance(family.get(kind), str)}
    row = part(part(family, "objectives"), str(family.get("objective")))
    own = row.get("regressor")
    return {**named, "regressor": own} if isinstance(own, str) else named


def takes_weights(family: Tree, kind: str) -> bool:
    """Whether rows may weigh differently where a class of the family is fitted."""
    said = part(family, "takes").get("weights")
    if isinstance(said, bool):
        return said
    cls = classes(family).get(kind)
    return bool(cls and estimators.takes_weights(cls))


def gives_probabilities(family: Tree) -> bool:
    """Whether the family's classifier gives probabilities."""
    cls, made = classes(family).get("classifier"), _builder(family)
    return bool(cls and (made.get("probabilities") or estimators.gives_probabilities(cls)))


def lacks_probabilities(family: Tree) -> bool:
    """Whether the family's classifier is known to give none: of many a class nothing is known."""
    cls = classes(family).get("classifier")
    known = bool(cls) and estimators.gives_probabilities(str(cls)) is False
    return known and not gives_probabilities(family) and "probability" not in part(family, "params")


def _builder(family: Tree) -> Tree:
    return catalogue.rows("models").get(str(family.get("builder", "plain")), {})


def stops_early(family: Tree) -> str:
    """Say whether the family stops early, by the engine's doing or its own; empty if never."""
    if family.get("early_stopping") or part(family, "params").get("early_stopping") is True:
        return "yes"
    return str(_builder(family).get("stops_early", ""))


def lacking(family: Tree) -> list[str]:
    """Return the classes of a family whose packages are not installed."""
    return [cls for cls in classes(family).values() if not estimators.is_installed(cls)]


def describe(family: Tree) -> dict[str, Any]:
    """Say what a family takes and gives, in words."""
    native, kinds = part(family, "native"), classes(family)
    weighed = [kind for kind in kinds if takes_weights(family, kind)]
    extras = dict.fromkeys(filter(None, map(estimators.extra, kinds.values())))
    state = "not installed" if lacking(family) else "installed"
    return {
        "tasks": [t for k, t in zip(KINDS, ("classes", "numbers"), strict=True) if k in kinds],
        "missing values": _yes(native.get("missing"), "as they are", "filled first"),
        "categories": _yes(native.get("categories"), "as they are", _encoded(family)),
        "sparse": _yes(native.get("sparse")),
        "weights of rows": _yes(weighed and len(weighed) == len(kinds), no=_only(weighed)),
        "weights of classes": _yes("classifier" in weighed),
        "monotone": _yes(part(family, "takes").get("monotone")),
        "other objectives": list(part(family, "objectives")) or "none",
        "probabilities": _yes(gives_probabilities(family)),
        "early stopping": stops_early(family) or "no",
        "most rows": family.get("most_rows") or "any number",
        "extra": ", ".join(f"{extra} ({state})" for extra in extras) or "none needed",
    }


def _encoded(family: Tree) -> str:
    word = family.get("encode") or fields.default(("model", "any", "encode"))
    return f"as {word}"


def _only(kinds: list[str]) -> str:
    return f"{kinds[0]} only" if kinds else "no"


def _yes(value: Any, yes: str = "yes", no: str = "no") -> str:
    return yes if value else no
