"""The Pareto front, against its definition and against Optuna's."""

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.statistics.pareto import undominated


def by_definition(losses):
    def beats(one, other):
        pairs = list(zip(one, other, strict=True))
        return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)

    return [not any(beats(other, own) for other in losses) for own in losses]


POINTS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.tuples(*[st.integers(0, 4).map(float)] * width), max_size=25)
)


@given(POINTS)
def test_it_is_what_nothing_beats(losses):
    assert undominated(losses) == by_definition(losses)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_optuna_s(seed):
    study = optuna.create_study(
        directions=["minimize", "minimize"], sampler=optuna.samplers.RandomSampler(seed=seed)
    )
    study.optimize(
        lambda trial: (trial.suggest_float("a", 0, 1), trial.suggest_float("b", 0, 1)), n_trials=60
    )
    marks = undominated([tuple(trial.values) for trial in study.trials])
    assert {n for n, is_on_it in enumerate(marks) if is_on_it} == {
        trial.number for trial in study.best_trials
    }
