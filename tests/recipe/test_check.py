"""What is said of a recipe that is well written and means nothing: snapshots of the messages."""

from __future__ import annotations

import pytest

from tests.recipe.conftest import Load, Refused

MESSAGES = [
    (
        "evalution: {folds: 3}\n",
        "recipes/r.yaml:2: there is no key 'evalution'\n    did you mean 'evaluation'?",
    ),
    (
        "search:\n  sampler: tpe\n  trails: 5\n",
        "recipes/r.yaml:4: there is no key 'trails' in `search`\n    did you mean 'trials'?",
    ),
    (
        "xgboost: {}\n",
        "recipes/r.yaml:2: there is no key 'xgboost'\n    indent it, to stand below `model:`",
    ),
    (
        "trials: 5\n",
        "recipes/r.yaml:2: there is no key 'trials'\n    indent it, to stand below `search:`",
    ),
    (
        "features: {blocks: {a: {colums: number}}}\n",
        "recipes/r.yaml:2: there is no key 'colums' in `features.blocks.a`\n"
        "    did you mean 'columns'?",
    ),
    (
        "model: {linear: {native: {mising: true}}}\n",
        "recipes/r.yaml:2: there is no key 'mising' in `model.linear.native`\n"
        "    did you mean 'missing'?",
    ),
    (
        "deploy: kubernetes\n",
        "recipes/r.yaml:2: `deploy` is not available yet\n    leave it out",
    ),
    (
        "problem: {costs: {false_positive: 5}}\n",
        "recipes/r.yaml:2: `problem.costs` is not available yet\n    leave it out",
    ),
    (
        "seed: 1.5\n",
        "recipes/r.yaml:2: `seed` is 1.5; a whole number was expected",
    ),
    ("seed: true\n", "recipes/r.yaml:2: `seed` is true; a number was expected"),
    (
        "search: {trials: 0}\n",
        "recipes/r.yaml:2: `search.trials` is 0; at least 1 was expected",
    ),
    (
        "search: {timeout: 10x}\n",
        "recipes/r.yaml:2: `search.timeout` is '10x'; "
        "a duration such as 90s, 10m or 1h30m was expected",
    ),
    (
        "search: {timeout: .inf}\n",
        "recipes/r.yaml:2: `search.timeout` is inf; a finite number was expected",
    ),
    (
        "search: {sampler: tpee}\n",
        "recipes/r.yaml:2: `search.sampler` is 'tpee'; tpe, random or grid was expected\n"
        "    did you mean tpe?",
    ),
    (
        "evaluation: {metrics: roc_auc}\n",
        "recipes/r.yaml:2: `evaluation.metrics` is 'roc_auc'; auto or a list was expected",
    ),
    (
        "problem:\n",
        "recipes/r.yaml:2: `problem` is empty; a mapping was expected\n"
        "    leave `problem` out for its default",
    ),
    (
        "name: a/b\n",
        "recipes/r.yaml:2: `name` cannot be 'a/b'\n"
        "    letters, digits, _ . and - alone, at most 80",
    ),
    (
        "problem: {owner: '???'}\n",
        "recipes/r.yaml:2: `problem.owner` is left open (???)\n    give it: problem.owner=VALUE",
    ),
    (
        "search:\n  trials: range(3, 5)\n",
        "recipes/r.yaml:3: `search.trials` cannot be a range\n"
        "    ranges stand under the `params` of a model family and the `steps` of features",
    ),
    (
        "features:\n  rest: choice(auto, drop)\n",
        "recipes/r.yaml:3: `features.rest` cannot be a range\n"
        "    ranges stand under the `params` of a model family and the `steps` of features",
    ),
    (
        "model:\n  xgboost:\n    params:\n      max_depth: range(10, 3)\n",
        "recipes/r.yaml:5: `model.xgboost.params.max_depth`: "
        "the lower end 10 must be below the upper end 3",
    ),
    (
        "model:\n  xgboost:\n    params:\n      max_depth:\n        search: range(7, 9)\n",
        "recipes/r.yaml:5: `model.xgboost.params.max_depth`: "
        "the default 5 lies outside range(7, 9)\n"
        "    give a default that lies inside, beside `search`",
    ),
    (
        "model: {xgboost: {params: {max_depth: {default: 4, serach: 3}}}}\n",
        "recipes/r.yaml:2: there is no key 'serach' in the range "
        "`model.xgboost.params.max_depth`\n    did you mean 'search'?",
    ),
    (
        "model: {xgboost: {params: {gamma: {default: 4}}}}\n",
        "recipes/r.yaml:2: `model.xgboost.params.gamma` has a default and no `search`\n"
        "    write the value alone, or add search: range(3, 10)",
    ),
    (
        "model: {xgboost: {params: {max_dept: 3}}}\n",
        "recipes/r.yaml:2: neither XGBClassifier nor XGBRegressor has a parameter 'max_dept'\n"
        "    did you mean 'max_depth'?",
    ),
    (
        "model: {xgboost: {params: {n_jobs: 3}}}\n",
        "recipes/r.yaml:2: `n_jobs` is set by the engine\n    use `compute.threads`",
    ),
    (
        "model: {xgboost: {params: {random_state: 3}}}\n",
        "recipes/r.yaml:2: `random_state` is set by the engine\n"
        "    use `seed:` at the top of the recipe",
    ),
    (
        "model: {linear: {classifier: os.system}}\n",
        "recipes/r.yaml:2: 'os.system' is not of a trusted package\n"
        "    known packages: sklearn, xgboost, lightgbm, catboost, interpret",
    ),
    (
        "model: {linear: {classifier: sklearn.utils.Bunch}}\n",
        "recipes/r.yaml:2: there is no classifier 'sklearn.utils.Bunch'",
    ),
    (
        "model: {linear: {classifier: sklearn.linear.LogisticRegression}}\n",
        "recipes/r.yaml:2: there is no classifier 'sklearn.linear.LogisticRegression'\n"
        "    did you mean 'sklearn.linear_model.LogisticRegression'?",
    ),
    (
        "model: {linear: {regressor: sklearn.svm.SVC, params: {C: 1}}}\n",
        "recipes/r.yaml:2: sklearn.svm.SVC is a classifier, not a regressor",
    ),
    (
        "model: {dummy: {classifier: null}}\nproblem: {task: binary}\n",
        "recipes/r.yaml:2: the family dummy has no classifier, which the task binary needs\n"
        "    leave it out, or name one: model.dummy.classifier",
    ),
    (
        "model: {linear: {_target_: os.system}}\n",
        "recipes/r.yaml:2: the key `_target_` is not allowed: a recipe never names code to run\n"
        "    model families are chosen by name, under `model`",
    ),
    (
        "features: {blocks: {a: {steps: {x: [{_partial_: true}]}}}}\n",
        "recipes/r.yaml:2: the key `_partial_` is not allowed",
    ),
    (
        "hydra: {callbacks: {x: 1}}\n",
        "recipes/r.yaml:2: `hydra.callbacks` cannot be set in a file; "
        "only `hydra.launcher` and `hydra.sweeper` can\n    give it on the command line",
    ),
    (
        "features: {blocks: {a: {steps: {scal: standard}}}}\n",
        "recipes/r.yaml:2: there is no step 'scal'\n    did you mean 'scale'?",
    ),
    (
        "features: {blocks: {a: {steps: {scale: standrd}}}}\n",
        "recipes/r.yaml:2: the step `scale` has no option 'standrd'\n    did you mean 'standard'?",
    ),
    (
        'features: {blocks: {a: {steps: {scale: "choice(standard, robst)"}}}}\n',
        "recipes/r.yaml:2: the step `scale` has no option 'robst'\n    did you mean 'robust'?",
    ),
    (
        "model: {xgboost: {quick: {lerning_rate: 0.3}}}\n",
        "recipes/r.yaml:2: there is no parameter 'lerning_rate'\n    did you mean 'learning_rate'?",
    ),
    (
        "features: {blocks: {a: {steps: {reduce: {pca: {componets: 3}}}}}}\n",
        "recipes/r.yaml:2: PCA has no parameter 'componets'\n    did you mean 'components'?",
    ),
    (
        "features: {blocks: {a: {steps: {reduce: pca, pca: {componets: 3}}}}}\n",
        "recipes/r.yaml:2: PCA has no parameter 'componets'\n    did you mean 'components'?",
    ),
    (
        "features: {blocks: {a: {steps: {knn: {neighbors: 3}}}}}\n",
        "recipes/r.yaml:2: 'knn' is an option of the step `impute`, and no step by itself\n"
        "    write impute: knn",
    ),
    *(
        (
            f"features: {{blocks: {{a: {{steps: {{{steps}}}}}}}}}\n",
            f"recipes/r.yaml:2: '{word}' is an option of the step `{step}`, "
            f"which does not choose it here\n    write {step}: {option}",
        )
        for steps, word, step, option in (
            ("reduce: svd, pca: {components: 3}", "pca", "reduce", "pca"),
            ("select: none, select_k_best: 3", "select_k_best", "select", "k_best"),
            ("encode: target, onehot: true", "onehot", "encode", "onehot"),
        )
    ),
    (
        "features: {blocks: {a: {steps: {spline: }}}}\n",
        "recipes/r.yaml:2: nothing stands behind `spline`\n"
        "    write spline: true, or spline: none to leave it out",
    ),
    (
        "features: {blocks: {a: {steps: {Binarizer: {treshold: 2}}}}}\n",
        "recipes/r.yaml:2: Binarizer has no parameter 'treshold'\n    did you mean 'threshold'?",
    ),
    (
        "features: {blocks: {a: {steps: {Binarzer: true}}}}\n",
        "recipes/r.yaml:2: there is no transformer of scikit-learn 'Binarzer'\n"
        "    did you mean 'Binarizer'?",
    ),
    (
        "features: {blocks: {a: {steps: {sklearn.preprocessing.Binarizer: true}}}}\n",
        "recipes/r.yaml:2: a class of scikit-learn is named without its module, not as "
        "'sklearn.preprocessing.Binarizer'\n    write Binarizer: {...}",
    ),
    (
        "features: {blocks: {a: {steps: {TSNE: true}}}}\n",
        "recipes/r.yaml:2: TSNE cannot stand in a block: it cannot treat rows that it was not "
        "fitted on\n    use `pca`",
    ),
    (
        "features: {blocks: {a: {steps: {log: {base: 2}}}}}\n",
        "recipes/r.yaml:2: Log has no parameter 'base'\n    it has none: write log: true",
    ),
    (
        "features: {blocks: {a: {columns: '/(/'}}}\n",
        "recipes/r.yaml:2: the pattern /(/ cannot be read: ",
    ),
    (
        "features: {blocks: {a: {steps: {lags: 2}}}}\n",
        "recipes/r.yaml:2: `lags` looks at earlier rows, and nothing says which these are\n"
        "    name the column that orders the rows: data.time",
    ),
    (
        "model: {linear: {features: {blocks: {a: {steps: {scal: 1}}}}}}\n",
        "recipes/r.yaml:2: there is no step 'scal'\n    did you mean 'scale'?",
    ),
    (
        "evaluation:\n  metric:\n    f_beta: {bta: 2}\n",
        "recipes/r.yaml:4: the metric f_beta has no parameter 'bta'\n    did you mean 'beta'?",
    ),
    (
        "evaluation:\n  metrics:\n    - f1\n    - precision_at: {share: 1.5}\n",
        "recipes/r.yaml:5: `share` of the metric precision_at is 1.5; "
        "a share such as 10% above 0 and below 1 was expected",
    ),
    (
        "evaluation: {metric: 0.7*roc_auc+0.3*log_loss}\n",
        "recipes/r.yaml:2: the signs of the sum contradict each other: roc_auc is better where it "
        "is high, log_loss is better where it is low\n    write 0.7*roc_auc-0.3*log_loss",
    ),
    (
        "problem: {task: multiclass}\n"
        "evaluation: {metric: {cost: {false_positive: 5, false_negative: 100}}}\n",
        "recipes/r.yaml:3: the metric cost(false_positive: 5, false_negative: 100) has no meaning "
        "for the task multiclass",
    ),
    (
        "evaluation: {metric: {f_beta: {beta: 'range(1, 2)'}}}\n",
        "recipes/r.yaml:2: `evaluation.metric.f_beta.beta` cannot be a range",
    ),
    (
        "evaluation: {metric: 5}\n",
        "recipes/r.yaml:2: `evaluation.metric` is 5; a text or a list was expected",
    ),
    (
        "evaluation: {metric: [roc_auc, predict_second]}\n",
        "recipes/r.yaml:2: there is no metric 'predict_second'\n"
        "    did you mean 'predict_seconds'?",
    ),
    (
        "evaluation: {metric: [roc_auc, fit_second]}\n",
        "recipes/r.yaml:2: there is no metric 'fit_second'\n    did you mean 'fit_seconds'?",
    ),
    (
        "evaluation: {metric: size}\n",
        "recipes/r.yaml:2: size says what a model costs, not how good it is\n"
        "    put a metric first: [auto, size]",
    ),
    (
        "evaluation: {metric: [f1, [size]]}\n",
        "recipes/r.yaml:2: `evaluation.metric` is [f1, [size]]; a list of names was expected",
    ),
    (
        "search: {trials: 4, pick: 4}\n",
        "recipes/r.yaml:2: `search.pick` is 4, and of `search.trials`, 4, the last is 3",
    ),
    (
        "evaluation: {metric: [size, roc_auc]}\n",
        "recipes/r.yaml:2: size says what a model costs, not how good it is\n"
        "    put a metric first: [auto, size]",
    ),
    (
        "evaluation: {metric: [f1, size, f1]}\n",
        "recipes/r.yaml:2: f1 stands there twice",
    ),
    (
        "evaluation: {metric: [roc_auc, 5]}\n",
        "recipes/r.yaml:2: `evaluation.metric` is [roc_auc, 5]; a list of names was expected",
    ),
    (
        "evaluation: {metric: []}\n",
        "recipes/r.yaml:2: the list of metrics is empty\n    write auto, or name one",
    ),
    (
        "evaluation: {metric: [roc_auc, size]}\nsearch: {final: ensemble}\n",
        "recipes/r.yaml:3: `search.final` is ensemble, and `evaluation.metric` names several",
    ),
    (
        "search: {final: bag, pick: 3}\n",
        "recipes/r.yaml:2: `search.final` is bag, and `search.pick` names one trial",
    ),
    (
        "search: {most_gap: {sex: 2}}\n",
        "recipes/r.yaml:2: `search.most_gap.sex` is 2; at most 1.0 was expected",
    ),
    (
        "search: {most_gap: {sex: {parity: 0.1}}}\n",
        "recipes/r.yaml:2: there is no key 'parity' in `search.most_gap.sex`\n"
        "    known: demographic_parity, equal_opportunity, equalized_odds",
    ),
    (
        "evaluation: {metric: auc}\n",
        "recipes/r.yaml:2: there is no metric 'auc'\n    did you mean 'roc_auc'?",
    ),
    (
        "evaluation: {metrics: [f1, rmsee]}\n",
        "recipes/r.yaml:2: there is no metric 'rmsee'\n    did you mean 'rmse'?",
    ),
    (
        "problem: {task: binary}\nevaluation: {metric: rmse}\n",
        "recipes/r.yaml:3: the metric rmse has no meaning for the task binary\n"
        "    use roc_auc, average_precision,",
    ),
    (
        "evaluation: {split: forward}\n",
        "recipes/r.yaml:2: `evaluation.split` is forward, and there is no `data.time`\n"
        "    name the column: data.time=COLUMN",
    ),
    (
        "evaluation: {split: grouped}\n",
        "recipes/r.yaml:2: `evaluation.split` is grouped, and there is no `data.group`\n"
        "    name the column: data.group=COLUMN",
    ),
    (
        "features: {blocks: {a: {steps: {impute: [median, mean]}}}}\n",
        "recipes/r.yaml:2: the step `impute` takes one option, not a list\n"
        '    to have each tried, write impute: "choice(median, mean)"',
    ),
    (
        "features: {blocks: {a: {steps: {impute: []}}}}\n",
        "recipes/r.yaml:2: the step `impute` takes one option, not a list\n"
        "    write impute: median, or impute: {median: {...}}",
    ),
    (
        "features: {blocks: {a: {steps: {impute: {constant: 5}}}}}\n",
        "recipes/r.yaml:2: an option's parameters are written by their names\n    write {value: 5}",
    ),
    (
        "features:\n  blocks: {a: {steps: {impute: knn, knn: 'range(2, 5)'}}}\n",
        "recipes/r.yaml:3: an option's parameters are written by their names\n"
        "    write {neighbors: range(2, 5)}",
    ),
    (
        "model: 5\n",
        "recipes/r.yaml:2: `model` takes a word or a mapping, not 5\n    known: auto, catboost,",
    ),
    (
        "model: []\n",
        "recipes/r.yaml:2: the list under `model` is empty\n    leave the key out for the default",
    ),
    ("1: 2\n", "recipes/r.yaml:2: there is no key '1'\n    known: name, problem"),
]


@pytest.mark.parametrize(("text", "message"), MESSAGES, ids=[m[0].strip() for m in MESSAGES])
def test_messages(refused: Refused, text: str, message: str) -> None:
    assert refused(text).startswith(message)
    assert refused(text).count("recipes/r.yaml") == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{source: x.csv}", "recipes/r.yaml:1: `data.target` is missing"),
        ("{source: '', target: y}", "recipes/r.yaml:1: `data.source` is ''; a text was expected"),
        ("{source: a, target: y, id: y}", "`data.id` and `data.target` are both 'y'"),
        ("{source: a, target: y, time: y}", "`data.time` and `data.target` are both 'y'"),
        ("{source: a, target: y, group: y}", "`data.group` and `data.target` are both 'y'"),
        ("{source: a, target: y, drop: [x, y]}", "`data.drop` holds the target 'y'"),
        (
            "{source: a, target: y, group: g, drop: [g]}",
            "`data.drop` holds the column of `data.group`, 'g'",
        ),
        (
            "{source: a, target: y, tables: {a: b}}",
            "`data.source` and `data.tables` both say where the rows come from",
        ),
    ],
)
def test_messages_of_data(refused: Refused, data: str, message: str) -> None:
    assert message in refused("", data=f"data: {data}\n")


@pytest.mark.parametrize(
    ("key", "split"),
    [
        ("group", "stratified"), ("group", "plain"), ("group", "forward"),
        ("time", "stratified"), ("time", "plain"), ("time", "grouped"),
    ],
)  # fmt: skip
def test_a_split_that_would_ignore_a_column_is_refused(
    refused: Refused, key: str, split: str
) -> None:
    text = f"evaluation: {{split: {split}}}\n"
    found = refused(text, data=f"data: {{source: a, target: y, {key}: c}}\n")
    ignored = f"recipes/r.yaml:2: `evaluation.split` is {split}, which would ignore `data.{key}`\n"
    advice = f"    leave out evaluation.split, or data.{key}"
    overrule = ", or overrule time knowingly: evaluation.order=random" if key == "time" else ""
    assert found == ignored + advice + overrule


@pytest.mark.parametrize("split", ["plain", "stratified", "forward", "grouped", "predefined"])
def test_of_time_and_group_none_is_ignored(refused: Refused, split: str) -> None:
    data = "data: {source: a, target: y, time: t, group: g}\n"
    found = refused(f"evaluation: {{split: {split}}}\n", data=data)
    assert f"`evaluation.split` is {split}, which would ignore `data." in found


@pytest.mark.parametrize("split", ["auto", "forward_grouped"])
def test_time_and_group_may_stand_together(loaded: Load, split: str) -> None:
    data = "data: {source: a, target: y, time: t, group: g}\n"
    assert loaded(f"evaluation: {{split: {split}, gap: 1d}}\n", data=data).recipe.data.group == "g"


SPLITS = [
    ("", "{gap: 7d}", "`evaluation.gap` is 7d, and there is no `data.time`"),
    ("", "{embargo: 1}", "`evaluation.embargo` is 1, and there is no `data.time`"),
    ("group: g", "{window: 9d}", "and the split grouped does not heed it"),
    ("time: t", "{gap: soon}", "`evaluation.gap` is 'soon'; a time such as 7d, or a number"),
    ("time: t", "{gap: -1}", "`evaluation.gap` is -1; a time such as 7d"),
    ("time: t", "{embargo: .inf}", "`evaluation.embargo` is inf; a time such as 7d"),
    ("time: t", "{window: growing}", "`evaluation.window` is 'growing'; expanding, sliding, or"),
    ("time: t", "{repeats: 3}", "`evaluation.repeats` is 3, and the split forward is the same"),
    ("", "{repeats: 0}", "`evaluation.repeats` is 0; at least 1 was expected"),
    ("", "{repeats: 2, fold_column: f}", "the split predefined is the same each time"),
    ("", "{folds: 7, fold_column: f}", "`evaluation.folds` is 7, and the column f names the folds"),
    ("group: g", "{folds: 3, fold_column: f}", "is 3, and the column f names the folds"),
    ("", "{order: random}", "`evaluation.order` is random, and there is no `data.time`"),
    (
        "time: t", "{order: random, gap: 7d}",
        "`evaluation.gap` is 7d, and evaluation.order is random, and overrules data.time",
    ),
    ("time: t, group: g", "{order: random, window: sliding}", "is random, and overrules data.time"),
    (
        "time: t", "{order: random, split: forward}",
        "`evaluation.order` is random, and `evaluation.split` is forward",
    ),
    ("time: t", "{fold_column: f}", "`evaluation.fold_column` names the folds, which would ignore"),
    ("", "{fold_column: f, split: plain}", "`evaluation.split` is plain, which would ignore `eval"),
    ("time: t", "{order: random, split: grouped}", "is grouped, and there is no `data.group`"),
    ("", "{split: predefined}", "and there is no `evaluation.fold_column`"),
    ("", "{fold_column: y}", "`evaluation.fold_column` and `data.target` are both 'y'"),
    ("id: i", "{holdout: {column: i}}", "`evaluation.holdout.column` and `data.id` are both 'i'"),
    ("drop: [f]", "{fold_column: f}", "`data.drop` holds the column of `evaluation.fold_column`"),
    (
        "", "{fold_column: f, holdout: {column: f}}",
        "`evaluation.holdout.column` and `evaluation.fold_column` are both 'f'",
    ),
    ("", "{holdout: {value: 1}}", "`evaluation.holdout.column` is missing"),
    ("", "{holdout: {column: f, valu: 1}}", "did you mean 'value'?"),
    ("", "{holdout: 1.5}", "`evaluation.holdout` is 1.5; less than 1.0 or a mapping was expected"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "evaluation", "message"), SPLITS, ids=[s[1] for s in SPLITS])
def test_contradictions_of_a_split_are_refused(
    refused: Refused, data: str, evaluation: str, message: str
) -> None:
    given = f"data: {{source: a, target: y, {data}}}\n"
    found = refused(f"evaluation: {evaluation}\n", data=given)
    assert message in found
    assert found.count("recipes/r.yaml:") == 1


@pytest.mark.parametrize(
    ("data", "evaluation"),
    [
        ("time: t", "{order: random, repeats: 2}"),
        ("time: t", "{order: random, split: plain}"),
        ("group: g", "{fold_column: f}"),
        ("group: g", "{split: stratified_grouped, repeats: 3}"),
        ("time: t", "{order: random, fold_column: f}"),
        ("", "{fold_column: f, folds: 5}"),  # as it is written in the recipe that a run leaves
        ("time: t", "{gap: 0, window: 12h, holdout: {column: late, value: x}}"),
    ],
)
def test_what_fits_together_is_accepted(loaded: Load, data: str, evaluation: str) -> None:
    loaded(f"evaluation: {evaluation}\n", data=f"data: {{source: a, target: y, {data}}}\n")


def test_a_holdout_by_a_column_replaces_the_share(loaded: Load) -> None:
    found = loaded("", "evaluation.holdout={column: late, value: 1}").recipe.evaluation.holdout
    assert found.model_dump() == {"column": "late", "value": 1}


@pytest.mark.parametrize(("key", "split"), [("group", "grouped"), ("time", "forward")])
def test_a_split_may_be_named_that_the_column_means_anyway(
    loaded: Load, key: str, split: str
) -> None:
    data = f"data: {{source: a, target: y, {key}: c}}\n"
    assert loaded(f"evaluation: {{split: {split}}}\n", data=data).recipe.evaluation.split == split


def test_a_recipe_without_data(refused: Refused) -> None:
    assert refused("", data="name: x\n").startswith("recipes/r.yaml:1: `data` is missing")


def test_free_text_may_look_like_a_range(loaded: Load) -> None:
    recipe = loaded("problem: {question: 'range (km) per charge?'}\n").recipe
    assert recipe.problem.question == "range (km) per charge?"


@pytest.mark.parametrize("off", ["none", "null", "false"])
def test_a_step_may_be_left_out(loaded: Load, off: str) -> None:
    loaded(f"features: {{blocks: {{a: {{steps: {{scale: {off}}}}}}}}}\n")


def test_the_recipe_of_the_manual(loaded: Load) -> None:
    recipe = loaded(
        """
problem: {question: Who leaves?, positive: "yes"}
features:
  rest: auto
  blocks:
    amounts:
      columns: number
      steps:
        impute: median
        scale: choice(standard, quantile, none)
        reduce: choice(none, pca)
        pca: {components: "range(2, 20)"}
model:
  linear:
  xgboost:
    features: auto
    params:
      max_depth: range(3, 10)
search: {trials: 100, timeout: 10m}
evaluation: {metric: roc_auc, folds: 5, holdout: 0.2}
"""
    ).recipe
    assert recipe.search.timeout == 600
    assert recipe.model["xgboost"].features == "auto"
    assert recipe.model["xgboost"].params["max_depth"] == "range(3, 10)"
    assert list(recipe.features.blocks["amounts"].steps) == ["impute", "scale", "reduce", "pca"]
