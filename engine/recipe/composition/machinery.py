"""``hydra:`` in a recipe: who makes and runs the jobs of a multirun.

Written short, a word selects an option (``launcher: joblib``), and ``use:`` in a mapping selects
one and configures it (``sweeper: {use: optuna, n_trials: 30}``), as in the groups of a recipe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import Fault
from engine.recipe.composition import settings
from engine.recipe.composition.settings import HYDRA, MAKES_JOBS
from engine.recipe.file.nodes import Key
from engine.recipe.file.text import File

SAMPLER = f"{HYDRA}/sweeper/sampler"


@dataclass(frozen=True)
class Machinery:
    """What a recipe says of Hydra.

    Attributes
    ----------
    overriding : list of dict
        Entries for its defaults list.
    values : dict
        What remains under ``hydra``.
    """

    overriding: list[dict[str, Any]]
    values: dict[str, Any]
    faults: tuple[Fault, ...]


def rewrite(file: File) -> Machinery:
    """Take the options that are selected out of the values."""
    written = file.tree.get(HYDRA)
    values = dict(written) if isinstance(written, Mapping) else {}
    chosen: dict[Key, str] = {}
    for key in ((HYDRA, "launcher"), (HYDRA, "sweeper"), (HYDRA, "sweeper", "sampler")):
        _take(values, key, chosen)
    groups = settings.groups() if chosen else {}
    faults = [
        settings.unknown("/".join(key), option, groups["/".join(key)], _where(file, key))
        for key, option in chosen.items()
        if option not in groups["/".join(key)]
    ]
    overriding = [{f"override /{'/'.join(key)}": option} for key, option in chosen.items()]
    options = {key[1]: option for key, option in chosen.items() if len(key) == 2}
    return Machinery(overriding, values, (*faults, *_misfits(file, values, options)))


def alone(file: File) -> File:
    """Leave out what says how jobs are made: a single run needs none of it."""
    tree = {key: value for key, value in file.tree.items() if key != HYDRA}
    entries = tree.get("defaults")
    if isinstance(entries, list):
        mute = f"override /{SAMPLER}"  # which only stands where the sweeper is selected too
        tree["defaults"] = [e for e in entries if not (isinstance(e, Mapping) and mute in e)]
    return replace(file, tree=tree)


def _take(values: dict[str, Any], key: Key, chosen: dict[Key, str]) -> None:
    """Take the option of one group out of the values below ``hydra``, which are replaced."""
    above = values
    for name in key[1:-1]:
        if not isinstance(above.get(name), Mapping):
            return
        above[name] = above = dict(above[name])
    said = above.get(key[-1])
    if isinstance(said, str):
        chosen[key] = said
        del above[key[-1]]
    elif isinstance(said, Mapping) and "use" in said:
        chosen[key] = str(said["use"])
        above[key[-1]] = {name: value for name, value in said.items() if name != "use"}


def _where(file: File, key: Key) -> str:
    inner = (*key, "use")
    return file.where(inner if inner in file.lines else key)


def _misfits(file: File, values: Mapping[str, Any], options: Mapping[str, str]) -> Iterator[Fault]:
    for part in MAKES_JOBS:
        said = values.get(part)
        for name, value in said.items() if isinstance(said, Mapping) else ():
            if fault := settings.misfit(part, str(name), value, options.get(part)):
                yield replace(fault, where=file.where((HYDRA, part, str(name))))
