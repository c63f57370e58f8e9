import json
import os
from importlib import metadata

import pytest

from engine.cli import doctor, installation, machine
from engine.steps import cores, devices
from tests.cli.conftest import Engine


@pytest.fixture
def versions(monkeypatch):
    """Change which versions seem to be installed; None for not at all."""

    def change(**changed):
        found = metadata.version

        def version(name):
            if name in changed and changed[name] is None:
                raise metadata.PackageNotFoundError(name)
            return changed.get(name) or found(name)

        monkeypatch.setattr(metadata, "version", version)

    return change


def test_a_sound_installation(engine: Engine):
    ended = engine("doctor")
    assert (ended.code, ended.err) == (0, "")
    for part in (
        "Installation",
        "Extras",
        "Machine",
        "xgboost 3.",
        "cores",
        "memory",
        "Nothing is broken.",
    ):
        assert part in ended.out


def test_as_json(engine: Engine):
    tree = json.loads(engine("doctor", "--json").out)
    assert tree["broken"] == []
    assert {row["name"] for row in tree["libraries"]} >= {"hydra-core", "pandas", "rich", "optuna"}
    assert "palmerpenguins" not in {row["name"] for row in tree["libraries"]}
    assert all(row["supported"] for row in tree["libraries"])
    assert 1 <= tree["cores"]["given"] <= tree["cores"]["machine"]
    assert tree["folders"] == {"recipes": True, "conf": False}
    assert tree["outputs"]["free"] > 0


def test_a_missing_library_is_broken(engine: Engine, versions):
    versions(skops=None)
    ended = engine("doctor")
    assert ended.code == 2
    assert "skops is missing: pip install" in ended.out
    assert "Nothing is broken." not in ended.out


def test_a_version_outside_the_range_is_told(engine: Engine, versions):
    versions(optuna="4.1.0")
    ended = engine("doctor")
    assert ended.code == 0
    assert "optuna 4.1.0 is outside" in ended.out


def test_an_extra_that_is_missing_comes_with_its_command(engine: Engine, versions):
    versions(palmerpenguins=None)
    assert "pip install 'recipe-engine[examples]'" in engine("doctor").out
    assert {row["name"] for row in installation.extras()} >= {"joblib", "examples"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_outputs_that_cannot_be_written_are_broken(engine: Engine, folder):
    (folder / "outputs").mkdir(mode=0o500)
    assert engine("doctor").code == 2


def test_outputs_that_are_a_file_are_broken(engine: Engine, folder):
    (folder / "outputs").write_text("", "utf-8")
    ended = engine("doctor")
    assert ended.code == 2
    assert "./outputs cannot be written to" in ended.out


def test_it_leaves_nothing_behind(engine: Engine, folder):
    before = sorted(folder.rglob("*"))
    engine("doctor")
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ("echo 'NVIDIA H200, 143771 MiB, 570.1'; echo 'NVIDIA H200, 143771 MiB, 570.1'", 2),
        ("echo 'No devices were found' >&2; exit 6", 0),
        ("echo nonsense", 0),
    ],
)
def test_gpus(engine: Engine, folder, monkeypatch, script, count):
    program = folder / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert len(devices.gpus()) == count
    out = engine("doctor").out
    assert ("NVIDIA H200, 143771 MiB, driver 570.1" in out) == bool(count)


def test_without_nvidia_smi_there_is_no_gpu(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert devices.gpus() == []


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 0.5),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({}, None),
    ],
)
def test_a_quota_of_a_container(tmp_path, monkeypatch, files, quota):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    monkeypatch.setattr(cores, "CGROUP", tmp_path)
    assert machine.cores()["quota"] == quota


def test_a_limit_of_memory(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text(f"{2**30}\n", "utf-8")
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    assert machine.memory()["limit"] == 2**30
    (tmp_path / "memory.max").write_text("max\n", "utf-8")
    assert machine.memory()["limit"] is None


def test_advice_on_threads_and_room(folder, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.setattr(machine, "cores", lambda: {"machine": 8, "given": 4, "quota": 1.5})
    monkeypatch.setattr(
        machine, "memory", lambda: {"total": 2**30, "available": 2**20, "limit": None}
    )
    advice = "\n".join(doctor.examine(folder)["advice"])
    for part in (
        "a quota allows 1.5 of the 4 cores: no more workers than that",
        "OMP_NUM_THREADS=1",
        "OMP_WAIT_POLICY",
        "1.0 MiB",
    ):
        assert part in advice
