"""Which trials are drawn: the same always, up to a total, carried on after an interruption."""

from __future__ import annotations

from typing import Any

import optuna
import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.errors import CompactHydraException
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState

from hydra_plugins.optuna_sweeper import _space
from hydra_plugins.optuna_sweeper._sampler import Samplers
from hydra_plugins.optuna_sweeper._trials import LAG, Trials

RANGES = ("x=interval(-5,5)", "y=choice(a,b)", "z=range(1,9)")
TPE = {"_target_": "optuna.samplers.TPESampler", "seed": 3, "n_startup_trials": 4}


class KilledError(Exception):
    """What ends a sweep here."""


def trials(
    storage: Any = None,
    sampler: dict[str, Any] | None = None,
    total: int = 24,
    ranges: tuple[str, ...] = RANGES,
    lag: int = LAG,
) -> Trials:
    loader = ConfigLoaderImpl(ConfigSearchPathImpl())
    space = _space.read(None, None, ranges, loader)
    samplers = Samplers(sampler or TPE, space)
    study = optuna.create_study(
        storage=storage, study_name="s", sampler=samplers.at(0), load_if_exists=True
    )
    return Trials(study, samplers, space, total, lag)


def run(found: Trials, size: int, kill: int | None = None) -> list[tuple[str, ...]]:
    """Run jobs; return what they were given. ``kill`` ends it before the result of that job."""
    given: list[tuple[str, ...]] = []
    for batch in found.batches(size):
        given += [drawn.overrides for drawn in batch]
        for drawn in batch:
            if drawn.index == kill:
                raise KilledError
            found.take(drawn, loss(drawn.overrides))
    found.tell(found.total)
    return given


def loss(overrides: tuple[str, ...]) -> list[float] | None:
    values = dict(text.split("=") for text in overrides)
    if values["z"] == "7":
        return None
    return [(float(values["x"]) - 1) ** 2 + int(values["z"]) + (values["y"] == "a")]


def params(study: optuna.Study) -> list[dict[str, Any]]:
    return [trial.params for trial in study.trials]


@pytest.mark.parametrize("name", ["TPESampler", "RandomSampler", "CmaEsSampler", "NSGAIISampler"])
def test_the_draws_do_not_depend_on_how_many_jobs_run_at_a_time(name: str) -> None:
    sampler = {"_target_": f"optuna.samplers.{name}", "seed": 3, "warn_independent_sampling": None}
    if name == "CmaEsSampler":
        sampler["warn_independent_sampling"] = False
    one, three, eight = (run(trials(sampler=sampler), size) for size in (1, 3, 8))
    assert one == three == eight
    assert len(set(one)) > 20


def test_the_draws_depend_on_results_and_on_the_seed() -> None:
    found = trials(total=40)
    run(found, 4)
    complete = [t for t in found.study.trials if t.state == TrialState.COMPLETE]
    early, late = (sum(t.value or 0 for t in part) / 10 for part in (complete[:10], complete[-10:]))
    assert late < early / 2
    other = trials(total=40, sampler={**TPE, "seed": 4})
    assert run(other, 4)[0] != found.study.trials[0].user_attrs["sweep:overrides"]


def test_without_a_seed_every_result_is_told_at_once() -> None:
    found = trials(sampler={"_target_": "optuna.samplers.TPESampler"}, lag=0, total=3)
    for batch in found.batches(1):
        found.take(batch[0], loss(batch[0].overrides))
        assert found.study.trials[-1].state.is_finished()


@pytest.mark.parametrize("kill", [0, 5, 13, 23])
@pytest.mark.parametrize("size", [1, 3])
def test_a_sweep_that_was_killed_ends_with_the_same_trials(kill: int, size: int) -> None:
    whole = trials()
    run(whole, 2)
    storage = InMemoryStorage()
    with pytest.raises(KilledError):
        run(trials(storage), size, kill)
    again = trials(storage)
    given = run(again, 2)
    assert len(given) <= 24 - kill + size
    assert params(again.study) == params(whole.study)
    assert [t.value for t in again.study.trials] == [t.value for t in whole.study.trials]


def test_the_total_counts_the_trials_of_earlier_sweeps() -> None:
    storage = InMemoryStorage()
    assert len(run(trials(storage, total=6), 4)) == 6
    assert run(trials(storage, total=6), 4) == []
    more = trials(storage, total=10)
    assert len(run(more, 4)) == 4
    assert len(more.study.trials) == 10


def test_a_trial_that_was_killed_while_it_was_drawn_is_drawn_anew() -> None:
    whole = trials(total=8)
    run(whole, 1)
    storage = InMemoryStorage()
    found = trials(storage, total=3)
    run(found, 1)
    found.study.ask()  # and no more: killed
    again = trials(storage, total=8)
    run(again, 1)
    states = [trial.state for trial in again.study.trials]
    assert len(states) == 9
    assert states[3] == TrialState.FAIL
    kept = [p for number, p in enumerate(params(again.study)) if number != 3]
    assert kept == params(whole.study)
    assert run(trials(storage, total=8), 1) == []


def test_jobs_of_interrupted_trials_keep_their_numbers() -> None:
    storage = InMemoryStorage()
    found = trials(storage, total=6)
    first = next(found.batches(6))
    for drawn in first:
        if drawn.index not in (1, 4, 5):
            found.take(drawn, [1.0])
    again = trials(storage, total=7)
    batches = []
    for batch in again.batches(6):
        batches.append([drawn.index for drawn in batch])
        for drawn in batch:
            again.take(drawn, [2.0])
    assert batches == [[1], [4, 5], [6]]


def test_a_study_of_another_space_is_refused() -> None:
    storage = InMemoryStorage()
    run(trials(storage, total=3), 1)
    with pytest.raises(CompactHydraException, match="another range of y"):
        trials(storage, total=4, ranges=("x=interval(-5,5)", "y=choice(a,b,c)", "z=range(1,9)"))
    wider = trials(storage, total=4, ranges=("x=interval(-9,9)", "y=choice(a,b)", "z=range(1,9)"))
    assert len(run(wider, 1)) == 1


def test_a_study_whose_jobs_were_given_other_values_is_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    storage = InMemoryStorage()
    ranges = ("x=interval(-5,5)", "y=a", "z=1")
    run(trials(storage, total=2, ranges=ranges), 1)
    run(trials(storage, total=3, ranges=ranges), 1)
    assert "comparable" not in caplog.text
    trials(storage, total=4, ranges=("x=interval(-5,5)", "y=b", "z=1"))
    assert "holds jobs with and without y=a, y=b: are their results comparable?" in caplog.text


def test_a_grid_is_walked_through_once() -> None:
    ranges = ("x=range(1,3)", "y=choice(a,b)", "z=2")
    grid = {"_target_": "optuna.samplers.GridSampler", "_partial_": True}
    storage = InMemoryStorage()
    with pytest.raises(KilledError):
        run(trials(storage, grid, 6, ranges, lag=0), 2, kill=3)
    found = trials(storage, grid, 6, ranges, lag=0)
    run(found, 2)
    assert len(found.study.trials) == 6
    assert {tuple(p.values()) for p in params(found.study)} == {
        (x, y) for x in (1, 2, 3) for y in "ab"
    }


def test_a_grid_that_was_widened_is_walked_through_to_its_end() -> None:
    grid = {"_target_": "optuna.samplers.GridSampler", "_partial_": True, "seed": 5}
    storage = InMemoryStorage()
    with pytest.raises(KilledError):
        run(trials(storage, grid, 20, ("x=range(1,3)", "y=a", "z=range(1,2)")), 2, kill=3)
    wide = ("x=range(2,5)", "y=a", "z=range(1,2)")
    found = trials(storage, grid, 20, wide)
    run(found, 3)
    drawn = sorted((trial.params["x"], trial.params["z"]) for trial in found.study.trials)
    assert len(drawn) == len(set(drawn))
    assert {(x, z) for x in (2, 3, 4, 5) for z in (1, 2)} <= set(drawn)
    assert run(trials(storage, grid, 20, wide), 3) == []


def test_settings_of_older_versions_are_said_to_be_gone(caplog: pytest.LogCaptureFixture) -> None:
    loader = ConfigLoaderImpl(ConfigSearchPathImpl())
    space = _space.read(None, None, RANGES, loader)
    old = {"_target_": "optuna.samplers.MOTPESampler", "n_ehvi_candidates": 7, "blue": 1}
    made = Samplers(old, space)
    assert made.name == "TPESampler"
    assert made.at(0)._n_ei_candidates == 7  # type: ignore[attr-defined]
    assert "hydra.sweeper.sampler.blue is not used" in caplog.text


@pytest.mark.parametrize("target", ["os.system", "nowhere.Nothing", "optuna.study.Study"])
def test_what_is_no_sampler_is_never_called(target: str) -> None:
    space = _space.read(None, None, RANGES, ConfigLoaderImpl(ConfigSearchPathImpl()))
    with pytest.raises(CompactHydraException, match=r"hydra\.sweeper\.sampler"):
        Samplers({"_target_": target}, space)
