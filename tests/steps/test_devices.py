"""Fits on a GPU: what is told, what is refused, and what is kept. There is none where tests run."""

from importlib.util import find_spec

import numpy as np
import pytest

from engine.errors import RecipeError
from engine.estimators.boosters import xgboost
from engine.estimators.boosters.shape import Asked, Rows
from engine.models.setting import Setting
from engine.recipe.schema import Recipe
from engine.steps import devices
from engine.steps.assemble import pipeline
from engine.steps.material import Material
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family_tree, recipe

ON_GPU = {"device": "gpu"}
TOLD = {"xgboost": ("device", "cuda"), "lightgbm": ("device_type", "gpu"),
        "catboost": ("task_type", "GPU")}  # fmt: skip
BOTH = {"xgboost": family_tree("xgboost", n_estimators=5), "linear": family_tree("linear")}


@pytest.fixture
def smi(tmp_path, monkeypatch):
    """Put an nvidia-smi of the test's own on the path, and nothing else."""

    def put(script):
        monkeypatch.setenv("PATH", str(tmp_path))
        if script is not None:
            program = tmp_path / "nvidia-smi"
            program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
            program.chmod(0o755)

    return put


def built(family, tmp_path, compute):
    """The estimator that a fold of a search would be fitted with."""
    asked = recipe({family: family_tree(family)}, compute=compute)
    made = Steps(asked, mixed(60), tmp_path)
    made.run("assemble")
    parts, assembled = made["split"], made["assemble"]
    material = Material(asked, parts, assembled, None)
    from engine.recipe.space import default
    from engine.steps.assemble import spaces

    candidate = spaces(asked, True)[0].candidate(default)
    model = pipeline(asked, candidate, assembled.contract.columns, material.setting(60))["model"]
    inner = model.estimator
    return inner if isinstance(inner, dict) else inner.get_params()


@pytest.mark.parametrize("family", TOLD)
def test_families_that_can_use_a_gpu_are_told_to(family, tmp_path):
    if family != "xgboost" and find_spec(family) is None:
        pytest.skip(f"{family} is not installed")
    name, value = TOLD[family]
    assert built(family, tmp_path / "gpu", ON_GPU)[name] == value
    assert built(family, tmp_path / "cpu", {}).get(name) != value


def test_a_family_that_cannot_is_told_nothing(tmp_path):
    linear = Recipe.model_validate(recipe(BOTH, compute=ON_GPU).model_dump()).model["linear"]
    from engine.models.plain import circumstances

    assert circumstances(linear, Setting(True, device="gpu")) == circumstances(
        linear, Setting(True)
    )
    assert devices.using(recipe(BOTH), ["xgboost", "linear"]) == (["xgboost"], ["linear"])


@pytest.mark.parametrize(
    ("script", "said"),
    [(None, "nvidia-smi was looked for, and is not here"), ("exit 6", "was asked, and lists none")],
)
def test_a_machine_without_one_is_refused_before_anything_is_fitted(tmp_path, smi, script, said):
    made = Steps(recipe(BOTH, compute=ON_GPU), mixed(60), tmp_path / "run")
    made.run("assemble")
    smi(script)
    with pytest.raises(RecipeError, match=said) as error:
        made.run("search")
    assert error.value.faults[0].where == "compute.device"
    assert not [*made.folder("search").glob("units/*")]


def test_where_there_is_one_nothing_is_refused(smi):
    smi("echo 'NVIDIA H200, 143771 MiB, 570.1'")
    devices.require(recipe(BOTH, compute=ON_GPU))
    assert devices.here(recipe(BOTH, compute=ON_GPU)) == "gpu"
    assert devices.here(recipe(BOTH)) == "cpu"


def test_a_driver_without_a_gpu_fits_the_best_on_its_cores(smi):
    smi(None)
    remote = {"executor": "dask", "address": "tcp://h:1", "device": "gpu"}
    assert devices.here(recipe(BOTH, compute=remote)) == "cpu"


@pytest.mark.filterwarnings("ignore::UserWarning")  # "CUDA is not available": so it was asked
@pytest.mark.parametrize("rounds", [None, 3])
def test_what_xgboost_fitted_on_a_gpu_predicts_without_one(rounds):
    from xgboost import XGBClassifier

    X, y = np.random.default_rng(0).normal(size=(80, 3)), np.arange(80) % 2
    rows = Rows.of(X, y, None)
    watch = rows.take(np.arange(20)) if rounds else None
    asked = Asked(2, 0, (), rounds, 0)
    fitted = xgboost.fit(XGBClassifier(n_estimators=3, device="cuda"), rows, watch, asked)
    assert fitted.device == "cpu"
    assert '"device":"cpu"' in fitted.get_booster().save_config()
    assert xgboost.predict(fitted, X, asked).shape == (80, 2)
