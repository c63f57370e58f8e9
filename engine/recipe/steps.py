"""What the words under a block's ``steps`` stand for, by the catalogue of transforms.

A word is a step with options (``scale: robust``), an option that may be named without its step
(``pca: 5``), a step without options (``log: true``), or a transformer of scikit-learn by the name
of its class (``Binarizer: {threshold: 2}``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine import catalogue
from engine.recipe import allowed as allow
from engine.recipe import estimators

Row = Mapping[str, Any]
SKLEARN = "sklearn."
LEVELS = ("MissingIndicator", "OneHotEncoder", "OrdinalEncoder", "TargetEncoder")
"""Classes that may read the codes of categories: to the others these are numbers."""
TEXT = ("CountVectorizer", "HashingVectorizer", "TfidfVectorizer")
_MODEL = "it needs another estimator, which no block can give"
_ROWS = "it does not turn columns of rows into others"
_NEW = "it cannot treat rows that it was not fitted on"
_TWO = "it gives a table for the target too"
NOT_IN_BLOCKS: Mapping[str, tuple[str, str]] = {
    "Birch": ("its fitted tree cannot be saved", "KMeans"),
    "CCA": (_TWO, "pca"),
    "ColumnTransformer": ("the blocks themselves are one", ""),
    "DictVectorizer": (_ROWS, "onehot"),
    "FeatureHasher": (_ROWS, "hash"),
    "FeatureUnion": (_MODEL, ""),
    "FunctionTransformer": ("it needs a function, which no recipe can give", ""),
    "GenericUnivariateSelect": ("it needs a function, which no recipe can give", "select_k_best"),
    "IsotonicRegression": ("it reads one column alone", "spline"),
    "KernelCenterer": (_ROWS, "scale"),
    "LabelBinarizer": ("it is for a target", "onehot"),
    "LabelEncoder": ("it is for a target", "ordinal"),
    "MultiLabelBinarizer": (_ROWS, "onehot"),
    "PLSCanonical": (_TWO, "pca"),
    "PLSRegression": (_TWO, "pca"),
    "PLSSVD": (_TWO, "pca"),
    "PatchExtractor": (_ROWS, ""),
    "RFE": (_MODEL, "select_from_model"),
    "RFECV": (_MODEL, "select_from_model"),
    "SelectFromModel": (_MODEL, "select_from_model"),
    "SequentialFeatureSelector": (_MODEL, "select_from_model"),
    "SparseCoder": ("it needs a dictionary, which no recipe can give", "DictionaryLearning"),
    "StackingClassifier": (_MODEL, ""),
    "StackingRegressor": (_MODEL, ""),
    "TSNE": (_NEW, "pca"),
    "VotingClassifier": (_MODEL, ""),
    "VotingRegressor": (_MODEL, ""),
}
"""Why a class cannot be a step, and the word to use instead, if there is one."""


@dataclass(frozen=True)
class Word:
    """A word that a block may use.

    Attributes
    ----------
    step : str
        The row of the catalogue, or the name of a class.
    option : str, optional
        Fixed by the word; empty where the step has no options; None where a value names one.
    row : mapping
        The row that says what its values may be.
    """

    step: str
    option: str | None
    row: Row

    @property
    def options(self) -> Mapping[str, Row]:
        """What a value may name."""
        options: Mapping[str, Row] = self.row.get("options", {})
        return options

    @property
    def entry(self) -> Row:
        """The class that a fixed word stands for."""
        return self.options[self.option] if self.option else self.row


def word(name: str) -> Word | None:
    """Return what a word stands for, None where it is unknown."""
    rows = catalogue.rows("transforms")
    if name in rows:
        return Word(name, None if "options" in rows[name] else "", rows[name])
    if name in _alone():
        step, option = _alone()[name]
        return Word(step, option, rows[step])
    return Word(name, "", _of_class(name)) if name in classes() else None


def owner(name: str, steps: Mapping[str, Any]) -> str:
    """Return the step among ``steps`` that has an option of this name; empty where there is none.

    The word then gives that option's parameters, and is no step of its own.
    """
    rows = catalogue.rows("transforms")
    if name in rows:
        return ""
    return next((s for s in steps if s != name and name in rows.get(s, {}).get("options", {})), "")


def entry(step: str, option: str) -> Row:
    """Return how a step is made: its class, parameters, and what kinds of column it reads.

    An empty option is the step's default.
    """
    found = word(step)
    if found is None:
        raise KeyError(step)
    about = {key: found.row[key] for key in ("takes", "same", "missing") if key in found.row}
    chosen = option or found.row.get("default", "")
    return {**about, **(found.options[chosen] if chosen else found.row)}


def reached_by_missing(chain: Sequence[tuple[str, str, Mapping[str, Any]]]) -> int | None:
    """Return which of a chain's steps is the first that missing values reach and that takes none.

    It is the number of steps where they get past all of them, and None where one fills them in.
    """
    for place, (step, option, params) in enumerate(chain):
        match _missing(step, option, params):
            case "fills":
                return None
            case "refuses":
                return place
    return len(chain)


def _missing(step: str, option: str, params: Mapping[str, Any]) -> str | None:
    """What becomes of missing values; two parameters of scikit-learn's change that."""
    if params.get("handle_missing") == "zeros":
        return "fills"
    encoded = params.get("encoded_missing_value")
    if isinstance(encoded, int | float):
        return "keeps" if math.isnan(encoded) else "fills"
    said: str | None = entry(step, option).get("missing")
    return said


def parameters(step: str, option: str, value: Any) -> Mapping[str, Any]:
    """Return the parameters that a value gives; a bare value stands for the main one."""
    if value is None or value is True:
        return {}
    return value if isinstance(value, Mapping) else {entry(step, option)["main"]: value}


def allowed(row: Row, name: str) -> allow.Rows | None:
    """Return what a parameter may be, by a recipe's word or the class's; None where anything may.

    An empty tuple stands for one that no recipe can give, such as a function.
    """
    param = row.get("names", {}).get(name, name)
    if own := row.get("parameters", {}).get(param):
        return allow.of_row(own)
    if named := row.get("by_task", {}).get(param, {}):
        names = dict.fromkeys(word for of in named.values() if isinstance(of, dict) for word in of)
        return allow.of_row({"kind": "word" if names else "truth", "options": list(names)})
    given = estimators.values(row["class"], param)
    return None if given is None else allow.of_texts(given)


def known() -> list[str]:
    """Every word that a block may use, but for names of classes."""
    return [*catalogue.rows("transforms"), *_alone()]


@cache
def classes() -> Mapping[str, str]:
    """Transformers of scikit-learn by the name of their class."""
    rows = estimators.table()
    paths = [p for p, r in rows.items() if p.startswith(SKLEARN) and "transformer" in r["kinds"]]
    named = {path.rpartition(".")[2]: path for path in paths}
    return {name: path for name, path in named.items() if name not in NOT_IN_BLOCKS}


@cache
def _alone() -> Mapping[str, tuple[str, str]]:
    return {
        found["alone"]: (step, option)
        for step, row in catalogue.rows("transforms").items()
        for option, found in row.get("options", {}).items()
        if "alone" in found
    }


def _of_class(name: str) -> Row:
    path = classes()[name]
    seeded = "random_state" in estimators.table()[path]["params"]
    row: dict[str, Any] = {"class": path, "takes": ["number", "boolean", "date"]}
    row |= {"takes": [*row["takes"], "category"]} if name in LEVELS else {}
    row |= {"seed": "random_state"} if seeded else {}
    row |= {"takes": ["text"], "each": True} if name in TEXT else {}
    return {**row, "missing": estimators.missing(path), "sparse": "gives"}
