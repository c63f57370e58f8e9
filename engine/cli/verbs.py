"""The verbs, what each takes, and which module does it. Imports none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Flag:
    """An option of a verb.

    Attributes
    ----------
    names : tuple of str
        As typed; the last one, without its dashes, is what the verb's function reads.
    takes : str
        What its value is called; empty where it has none.
    required : bool
        Whether the verb cannot do without.
    """

    names: tuple[str, ...]
    about: str
    takes: str = ""
    required: bool = False

    @property
    def key(self) -> str:
        return self.names[-1].lstrip("-").replace("-", "_")

    @property
    def usage(self) -> str:
        """The shortest way to type it."""
        return f"{self.names[0]} {self.takes}".rstrip()

    def __str__(self) -> str:
        return ", ".join(self.names) + (f" {self.takes}" if self.takes else "")


@dataclass(frozen=True)
class Verb:
    """A command.

    Attributes
    ----------
    about : str
        What it does, in half a line.
    module : str
        Module of ``engine.cli`` that has a function of the verb's name with an underscore behind.
    takes : str
        Its positional words, as the usage line shows them; a word in brackets may be left out.
    flags : tuple of Flag
    overrides : bool
        Whether ``key=value`` may follow.
    more : str
        What one should know besides.
    examples : tuple of str
    """

    about: str
    module: str
    takes: str = ""
    flags: tuple[Flag, ...] = ()
    overrides: bool = False
    more: str = ""
    examples: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word.strip("[]") for word in self.takes.split())

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(word for word in self.takes.split() if not word.startswith("["))


WORDS: Mapping[str, str] = {
    "RECIPE": "a name in ./recipes or of the engine's own, or a YAML file",
    "DATA": "a file, pattern, URL, sklearn:NAME, package:NAME/a.csv, or recipe",
    "RUN": "a recipe (its newest run), a run folder or a bundle folder",
    "BUNDLE": "a recipe (its newest run), a run folder or a bundle folder",
    "KEY": "a key of the recipe, joined by dots, e.g. search.trials",
    "CATALOGUE": "recipes, models, metrics, ...; all of them if not given",
    "ENTRY": "one of these; a page about it",
}

JSON = Flag(("--json",), "print JSON, for a program to read")
MANY = Flag(("-m", "--multirun"), "a job for each combination of values")
FRESH = Flag(("--fresh",), "use nothing that earlier runs have left")
OUT = Flag(("-o", "--output"), "where to; CSV or Parquet, by its ending", "FILE", required=True)
HYDRA = Flag(("--hydra",), "print the recipe in Hydra's form")
TARGET = Flag(("--target",), "the column to predict", "COLUMN", required=True)
GOAL = Flag(("--target",), "show every column against this one", "COLUMN")
PAGE = Flag(("-o", "--output"), "where to; below outputs/explored if not given", "FILE")
FORCE = Flag(("--force",), "write over a recipe of that name")
QUERY = Flag(("--query",), "what a database is asked: a table's name, or SELECT ...", "SQL")
WIDE = Flag(("--wide",), "all that is known of each")

WATCH = Flag(("--watch",), "show the runs that go on, each second until Ctrl-C")
BOARD = Flag(("--dashboard",), "print how to open the search in optuna-dashboard")
RESUME = Flag(("--resume",), "carry on this stopped run: its name, folder, or latest", "RUN")
DRY = Flag(("--dry-run",), "print the difference alone")
INTO = Flag(("-o", "--output"), "a recipe to write instead", "FILE")
KEEP = Flag(("--keep-families",), "leave the families selected that did not win")
FORCED = Flag(("--force",), "although the recipe has changed since, or FILE exists")

VERBS: Mapping[str, Verb] = {
    "init": Verb(
        "write a commented recipe from a data file", "init", "DATA", (TARGET, QUERY, FORCE, JSON),
        more="The task and the kinds of columns are inferred as a run would; the recipe says why.",
        examples=("engine init data/customers.csv --target churned",),
    ),
    "explore": Verb(
        "write a page about a data set", "explore", "DATA", (GOAL, QUERY, PAGE, JSON), True,
        more="For a recipe's name, about the rows that it reads. The page needs nothing else.",
        examples=("engine explore data/customers.csv --target churned", "engine explore churn"),
    ),
    "check": Verb(
        "find every fault of a recipe; opens no data", "recipe", "RECIPE", (JSON,), True,
        examples=("engine check churn", "engine check churn model=[linear,xgboost] --json"),
    ),
    "plan": Verb(
        "show what a run would do, and why", "plan", "RECIPE", (MANY, JSON), True,
        more="Reads and profiles the data; fits nothing.",
        examples=("engine plan churn", "engine plan churn -m model=xgboost,linear seed=1,2,3"),
    ),
    "run": Verb(
        "carry a recipe out", "run", "RECIPE", (MANY, FRESH, RESUME, JSON), True,
        more="What an earlier run has done already is not done again: the same command carries on "
        "a run that was stopped. With --resume the recipe and the overrides of that run count, "
        "whatever the file says by now.",
        examples=(
            "engine run churn search.trials=100 search.timeout=10m",
            'engine run churn "model.xgboost.params.max_depth=range(3, 10)"',
            "engine run churn -m model=xgboost,linear seed=1,2,3",
        ),
    ),
    "runs": Verb(
        "list runs, and watch those that go on", "runs", "[RECIPE]", (WATCH, BOARD, JSON),
        more="Runs that were stopped while they searched are listed until they are carried on.",
        examples=("engine runs", "engine runs churn", "engine runs --watch",
                  "engine runs churn --dashboard"),
    ),
    "show": Verb(
        "show a run, or a recipe", "runs", "RUN", (HYDRA, JSON), True,
        examples=("engine show churn", "engine show churn --hydra"),
    ),
    "pin": Verb(
        "write what won into the recipe", "pin", "RECIPE [RUN]",
        (DRY, INTO, KEEP, FORCED, JSON),
        more="Values take the place of ranges, and the winning family alone stays selected; all "
        "else in the file stays as it is. Prints the difference, which `patch -p0` takes.",
        examples=("engine pin churn", "engine pin churn --dry-run",
                  "engine pin churn 2026-01-31_12-00-00 --output recipes/churn_best.yaml"),
    ),
    "predict": Verb(
        "predict the rows of a file", "predict", "BUNDLE DATA", (OUT, QUERY), True,
        more="Streams: the data may be larger than memory. Rows keep their order. Where DATA is a "
        "recipe, the rows are those that its source, or its tables and query, give; overrides "
        "change that recipe.",
        examples=(
            "engine predict churn new.csv -o predictions.csv",
            "engine predict churn churn data.tables.orders=new.csv -o out.csv",
        ),
    ),
    "why": Verb(
        "say where a value came from", "recipe", "RECIPE KEY", (JSON,), True,
        examples=(
            "engine why churn search.trials",
            "engine why churn model.xgboost.params.max_depth",
        ),
    ),
    "list": Verb(
        "list what a recipe can name", "about", "[CATALOGUE] [ENTRY]", (WIDE, JSON),
        examples=("engine list", "engine list metrics", "engine list transforms rolling"),
    ),
    "schema": Verb(
        "print the JSON Schema of a recipe", "about",
        more="For YAML editors; engine init writes it beside the recipe by itself.",
        examples=("engine schema > recipes/.recipe.schema.json",),
    ),
    "doctor": Verb(
        "look at the installation and the machine", "doctor", "", (JSON,),
        more="Exit code 2 if something is broken.",
    ),
}  # fmt: skip

LATER = ("compare", "export", "deploy", "serve", "monitor", "retrain", "promote",
         "rollback", "rank")  # fmt: skip
"""Verbs that are designed, and do not exist yet."""
