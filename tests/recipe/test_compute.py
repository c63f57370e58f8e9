"""What a run may use: options of the group, and what does not go together."""

from importlib import util

import pytest

from engine.recipe.checks import in_compute
from tests.recipe.conftest import Load, Refused


@pytest.mark.parametrize(
    ("option", "executor", "device"),
    [("cpu", "local", "cpu"), ("gpu", "local", "gpu"), ("dask", "dask", "cpu")],
)
def test_a_word_selects_what_a_run_computes_on(loaded: Load, option, executor, device):
    asked = loaded(f"compute: {option}\nmodel: [xgboost]\n").recipe.compute
    assert (asked.executor, asked.device, asked.workers) == (executor, device, None)


def test_an_option_takes_settings_beside_it(loaded: Load):
    text = "compute: {use: dask, address: 'tcp://h:8786', workers: 3}\n"
    asked = loaded(text).recipe.compute
    assert (asked.executor, asked.address, asked.workers) == ("dask", "tcp://h:8786", 3)


def test_an_address_is_for_clusters(refused: Refused):
    said = refused("compute: {address: 'tcp://h:8786'}\n")
    assert "the executor local runs on this machine, and takes no address" in said
    assert "compute=dask|ray" in said


def test_a_gpu_is_for_families_that_can_use_one(refused: Refused):
    said = refused("compute: gpu\nmodel: [linear]\n")
    assert "`compute.device` is gpu, and no family of this recipe can use one" in said


def test_a_library_that_is_missing_comes_with_its_command(refused: Refused, monkeypatch):
    found = util.find_spec
    monkeypatch.setattr(
        in_compute, "find_spec", lambda name: None if name == "ray" else found(name)
    )
    said = refused("compute: ray\n")
    assert "the executor ray needs ray, which is not installed" in said
    assert "pip install 'recipe-engine[ray]'" in said
