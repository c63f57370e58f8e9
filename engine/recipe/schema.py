"""What a recipe may say: frozen pydantic models, one for each part of it.

The same models give the JSON Schema that YAML editors complete from, so each key's description
is its documentation. A key whose feature does not exist yet is of the type :data:`NotYet`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.recipe.dataset import Clean, ColumnType, Kept, Sample
from engine.recipe.durations import Span, Window
from engine.recipe.effort import Compute, Search
from engine.recipe.expectation import Expect
from engine.recipe.family import (
    ClassWeights,
    EarlyStopping,
    Native,
    Objective,
    Takes,
)
from engine.recipe.metric.measured import listed
from engine.recipe.metric.names import MetricName, Objectives
from engine.recipe.part import NotYet as NotYet
from engine.recipe.part import Part as Part
from engine.recipe.tables import Tables

Task = Literal["binary", "multiclass", "regression"]


class Problem(Part):
    """The business question, and what counts as an answer."""

    question: str | None = None
    """What is to be decided, in a sentence; shown at the top of every result."""
    owner: str | None = None
    """Who asks."""
    task: Literal["auto", "binary", "multiclass", "regression"] = "auto"
    """Inferred from the target where it is auto."""
    positive: str | int | float | bool | None = None
    """The class that is looked for, in a binary problem; the rarer one if not given."""
    costs: NotYet = None
    """What each kind of mistake costs."""
    success: NotYet = None
    """What a run must reach to be released."""
    value: NotYet = None
    """Impact, confidence and effort, by which recipes are ranked."""


class Data(Part):
    """Where the rows come from, and what their columns mean."""

    source: Annotated[str, Field(min_length=1)] | None = None
    """A file (CSV, Parquet, JSON, Feather, Excel; a pattern such as `data/*.csv` for many), an URL
    (http, https, s3, or a database's, which `query` then asks), `sklearn:NAME`, or
    `package:NAME/path/in/it.csv`."""
    target: Annotated[str, Field(min_length=1)]
    """The column to predict."""
    id: str | None = None
    """A column that names the row: kept out of the features, first in the predictions."""
    time: str | None = None
    """A column of dates or numbers; folds then go forward in time."""
    group: str | None = None
    """A column whose values never stand on both sides of a split."""
    weight: str | None = None
    """A column of numbers from 0: how much each row counts when models are fitted, and not in
    metrics; kept out of the features."""
    drop: list[str] = []
    """Columns to leave out."""
    unseen: Literal["warn", "fail", "accept"] = "warn"
    """What prediction does with a category that training never saw; it counts as missing."""
    tables: Tables = {}
    """In the place of `source`: several sources by name, over which `query` asks; each is written
    as a source is, or `{source: URL, query: ...}` for a database."""
    query: Annotated[str, Field(min_length=1)] | None = None
    """One SELECT over `tables` (in DuckDB's SQL), or to the database of `source`; a table's name
    alone stands for all of its rows."""
    columns: dict[str, Kept | ColumnType] | list[str] = {}
    """Pick and type columns: a list of names to keep beside those named above, or for each name
    number, category, date, boolean, text, keep, drop or `{type: date, format: "%d.%m.%Y"}`; `"*"`
    stands for all others."""
    clean: Clean = Clean()
    """Rules for values, which prediction follows too, and for rows, which act in training alone."""
    expect: Expect = Expect()
    """What must hold for the rows: by column, and for all of them."""
    sample: Annotated[int | float, Field(gt=0)] | Sample | None = None
    """For a quick try, use so many rows, or a share of them below 1."""


class Block(Part):
    """Some columns and the steps that they go through, in order."""

    columns: str | list[str] = "number"
    """A kind (number, category, date, boolean, text, all), a name, a pattern (`amount_*`,
    `/^q[1-4]$/`), or a list of these; with `not` before it, it leaves some out again."""
    steps: dict[str, Any] = {}
    """Named transforms in order (`engine list transforms`), or classes of scikit-learn; any value
    may be a range."""


class Features(Part):
    """How columns become numbers."""

    rest: Literal["auto", "keep", "drop"] = "auto"
    """What happens to columns that no block takes."""
    blocks: dict[str, Block] = {}
    """Columns with steps of their own."""
    derive: dict[str, str] = {}
    """New columns by formula, such as `spend_per_month: total_charges / tenure`."""


class Family(Part):
    """A model family: its estimators, what it needs, its parameters and their ranges."""

    about: str = ""
    """One line on what it is good for."""
    classifier: str | None = None
    """Class for binary and multiclass problems, from a trusted package."""
    regressor: str | None = None
    """Class for regression, from a trusted package."""
    builder: str = "plain"
    """The entry of `engine/models` that makes the estimator."""
    cost: Annotated[float, Field(gt=0)] = 1.0
    """How long a fit takes, as a multiple of what `linear` takes; where `search.timeout` is given,
    the defaults of cheap families are tried first."""
    quick: dict[str, Any] = {}
    """Values of searched parameters with which it learns in less time; where `search.timeout` is
    given these are tried before the defaults, as far as their ranges hold them."""
    optional: bool = False
    """Leave it out, and say so, where it is not installed or does not suit the rows or the target;
    else the recipe is refused."""
    blind: bool = False
    """Whether it looks at no column: it has no features then, and nothing to search in them."""
    native: Native = Native()
    """What it deals with by itself."""
    encode: Literal["onehot", "ordinal"] = "onehot"
    """How `features: auto` encodes categories for it, unless it takes them natively."""
    scale: bool = False
    """Whether `features: auto` scales numbers for it."""
    seed: str | None = "random_state"
    """The parameter that takes the seed; null where there is none."""
    threads: str | None = None
    """The parameter that takes the number of threads; null where there is none."""
    categories: str | None = None
    """The parameter that takes the positions of category columns."""
    rounds: str | None = None
    """The parameter that takes the number of rounds, of classes that have an `early_stopping` of
    their own; what comes out is then fitted on all rows, with as many as the folds needed."""
    takes: Takes = Takes()
    """What its classes can be told besides."""
    scale_target: bool = False
    """Whether numbers to predict are brought to mean 0 and deviation 1 for it."""
    most_rows: Annotated[int, Field(ge=1)] | None = None
    """With more rows to learn from than these it is refused, as it would take too long."""
    objectives: dict[str, Objective] = {}
    """Objectives that it has, and what its class calls them."""
    objective: Literal["poisson", "tweedie", "quantile"] | None = None
    """What a regression is fitted for; its mean by squared errors if not given. `poisson` is for
    counts, `tweedie` for amounts that are often 0, `quantile` for what a share stays below."""
    quantile: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """With `objective: quantile`: the share that stays below."""
    power: Annotated[float, Field(gt=1, lt=2)] = 1.5
    """With `objective: tweedie`: nearer to 1 for counts, to 2 for amounts."""
    class_weight: ClassWeights = None
    """`balanced` lets all classes weigh the same together; or a weight by label, else 1."""
    monotone: dict[str, Literal["increasing", "decreasing"]] = {}
    """Columns with which predictions may only rise, or only fall; of two classes the probability
    of the positive one."""
    early_stopping: EarlyStopping | None = None
    """Present where the family can stop early."""
    features: Literal["auto"] | Features | None = None
    """Features of this family alone; else the recipe's."""
    params: dict[str, Any] = {}
    """Parameters of the classes; any value may be a range. One that only the classifier or only the
    regressor has acts where that class is used."""


class HoldoutColumn(Part):
    """A column that says which rows are held out."""

    column: Annotated[str, Field(min_length=1)]
    """Which column marks them; it is left out of the features."""
    value: str | int | float | bool = True
    """What it holds in the rows that are held out; 1 and true are the same."""


class Evaluation(Part):
    """How candidates are scored."""

    metric: Objectives = "auto"
    """What is optimised; roc_auc, log_loss or rmse by task where it is auto. With parameters it is
    written f_beta_2 or {f_beta: {beta: 2}}, by weight 0.7*roc_auc+0.3*f1. Several, such as
    [roc_auc, predict_seconds], ask for the candidates that no other beats in all of them; after the
    first, predict_seconds, fit_seconds and size may stand among them."""
    metrics: Literal["auto"] | list[MetricName] = "auto"
    """What is recorded besides; the usual ones of the task where it is auto."""
    folds: Annotated[int, Field(ge=2)] = 5
    """Folds of cross-validation; where `fold_column` is given, that says how many."""
    repeats: Annotated[int, Field(ge=1)] = 1
    """How often folds are drawn anew; each row is then validated so many times."""
    holdout: Annotated[float, Field(ge=0, lt=1)] | HoldoutColumn = 0.2
    """Share of rows that the search never sees, scored once; 0 for none. Or `{column: is_test,
    value: 1}`: the rows that a column marks."""
    split: str = "auto"
    """How folds are made: stratified, plain, grouped, forward, forward_grouped, predefined, or an
    installed splitter; derived from the data's columns where it is auto."""
    fold_column: Annotated[str, Field(min_length=1)] | None = None
    """A column that names each row's fold; left out of the features."""
    order: Literal["time", "random"] = "time"
    """`random` splits as if `data.time` were not given, knowingly; marked wherever scores are
    shown."""
    gap: Span | None = None
    """Going forward: training ends so long before validation or the holdout begins. Such as 7d;
    a number where `data.time` holds numbers."""
    embargo: Span | None = None
    """Going forward: the rows of so long a time after the cut are not scored."""
    window: Window = "expanding"
    """Going forward: `expanding` trains on all of the past, `sliding` on as many rows as one fold
    has, 90d on the last 90 days; the packed model too."""
    seed: int = 0
    """Drives the split alone, so that runs of another `seed` are scored on the same rows."""
    early_stop_on: Literal["inner", "fold"] = "inner"
    """`fold` watches the validation rows themselves: faster, and optimistic."""
    final_rows: Literal["train", "all"] = "train"
    """Rows of the packed model; with `all` the score is an estimate for a smaller one."""
    nested: NotYet = None
    """Nested cross-validation."""
    prefer: NotYet = None
    """The simplest model not distinguishable from the best."""

    @property
    def objectives(self) -> tuple[str, ...]:
        """What ``metric`` names: one, or several."""
        return tuple(listed(self.metric))


class Recipe(Part):
    """One problem, from question to bundle."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
    """What its outputs are called; the file's stem if not given."""
    problem: Problem = Problem()
    """The business question."""
    data: Data
    """Where the rows come from."""
    features: Features = Features()
    """How columns become numbers."""
    model: Annotated[dict[str, Family], Field(min_length=1)]
    """Families, in one leaderboard."""
    search: Search = Search()
    """How candidates are looked for."""
    evaluation: Evaluation = Evaluation()
    """How candidates are scored."""
    compute: Compute = Compute()
    """What the run may use."""
    seed: int = 0
    """Drives search and fitting."""
    deploy: NotYet = None
    """Where the bundle goes."""
    ci: NotYet = None
    """Pipelines for GitHub, GitLab, Jenkins."""
    monitor: NotYet = None
    """How the deployed model is watched."""
    tracking: NotYet = None
    """Where runs are recorded besides."""
    retrain: NotYet = None
    """When to train again."""
    report: NotYet = None
    """What the report holds."""
