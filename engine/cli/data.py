"""The word DATA of a command line: a source, or a recipe that says where its rows come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import Fault, RecipeError
from engine.plan.hidden import Hidden
from engine.recipe import find
from engine.recipe.file import references, secrets
from engine.recipe.load import Loaded, load
from engine.sources import Asked
from engine.steps.load import asked

YAML = (".yaml", ".yml")
WORD = "DATA"


@dataclass(frozen=True)
class Given:
    """What a command is to read.

    Attributes
    ----------
    asked : Asked
    hidden : Hidden
        What of it is not to be shown.
    word, query : str
        As typed, references to the environment not followed.
    loaded : Loaded, optional
        The recipe that was named.
    """

    asked: Asked
    hidden: Hidden
    word: str
    query: str = ""
    loaded: Loaded | None = None

    @property
    def name(self) -> str:
        """What it is called in messages: a reference stays one."""
        if self.loaded is None and "${" in self.word:
            return self.word
        return self.hidden.text(self.asked.name)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Let errors through, without what is hidden."""
        with self.hidden.errors():
            yield


def given(word: str, query: str | None, overrides: Sequence[str] = ()) -> Given:
    """Find out what a word stands for: a recipe's name or file is that recipe.

    Raises
    ------
    engine.errors.RecipeError
        If it is neither recipe nor source, or holds a password.
    """
    if word in find.known(Path.cwd()) or word.endswith(YAML):
        loaded = load(word, overrides)
        rows = asked(loaded.recipe.data)
        if query:
            rows = replace(rows, query=_followed(query, "--query"))
        return Given(rows, Hidden.of({"query": query, **loaded.tree}), word, query or "", loaded)
    if overrides:
        hint = "give the recipe instead of the data"
        raise RecipeError(Fault("overrides change a recipe, and this is data", word, hint))
    rows = Asked(_followed(word, WORD), _followed(query or "", "--query"), where=WORD)
    return Given(rows, Hidden.of({"word": word, "query": query}), word, query or "")


def _followed(text: str, where: str) -> str:
    """Return a text with what its references stand for; a password is given by a reference."""
    faults = [fault for _, fault in secrets.faults({where: text})]
    faults += [fault] if (fault := references.broken(text)) else []
    resolver = references.Resolver({})
    resolved = str(resolver.resolved(text, (where,)))
    faults += resolver.faults.values()
    if faults:
        raise RecipeError(*(Fault(f.message, where, f.hint) for f in faults))
    return resolved
