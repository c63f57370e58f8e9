"""How commands end: exit codes, pipes, Ctrl-C, --debug."""

import io
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.cli import dispatch, failure, main
from engine.errors import Fault
from tests.cli.conftest import Engine


def raising(error):
    def raise_it(*_):
        raise error

    return raise_it


def test_ctrl_c_ends_with_130_and_a_line_that_helps(engine: Engine, monkeypatch):
    monkeypatch.setattr(dispatch, "dispatch", raising(KeyboardInterrupt()))
    ended = engine("run", "shop")
    assert (ended.code, ended.out) == (130, "")
    assert "Type the same command again to carry on." in ended.err
    assert "without --fresh" in engine("run", "shop", "--fresh").err
    assert engine("plan", "shop").err == "\nStopped.\n"


def terminate(*_):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)
    raise AssertionError("the signal was not heeded")


def test_sigterm_ends_as_ctrl_c_does_with_143(engine: Engine, monkeypatch):
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(dispatch, "dispatch", terminate)
    ended = engine("run", "shop")
    assert (ended.code, ended.out) == (143, "")
    assert "Type the same command again to carry on." in ended.err
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_sigterm_lets_the_first_finish(engine: Engine, monkeypatch):
    def twice(*_):
        try:
            terminate()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(dispatch, "dispatch", twice)
    assert engine("run", "shop").code == 143


def test_a_handler_of_the_caller_s_is_left_alone(engine: Engine, monkeypatch):
    got = []
    before = signal.signal(signal.SIGTERM, lambda *_: got.append(1))
    try:
        monkeypatch.setattr(dispatch, "dispatch", lambda *_: os.kill(os.getpid(), 15) or 0)
        assert engine("check", "shop").code == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert got == [1]


def test_in_a_thread_no_handler_is_installed(engine: Engine):
    with ThreadPoolExecutor() as pool:
        assert pool.submit(main, ["check", "shop"]).result() == 0


def test_a_forked_process_ends_by_sigterm_as_ever(engine: Engine, monkeypatch):
    statuses = []

    def fork(*_):
        if (child := os.fork()) == 0:
            try:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(5)
            finally:
                os._exit(0)
        statuses.append(os.waitpid(child, 0)[1])
        return 0

    monkeypatch.setattr(dispatch, "dispatch", fork)
    assert engine("check", "shop").code == 0
    assert os.WTERMSIG(statuses[0]) == signal.SIGTERM


def test_a_bug_is_owned_up_to(engine: Engine, monkeypatch):
    monkeypatch.setattr(dispatch, "dispatch", raising(ZeroDivisionError("by\nzero")))
    ended = engine("run", "shop")
    assert (ended.code, ended.out) == (1, "")
    assert "this is a fault of the engine: ZeroDivisionError: by zero" in ended.err
    assert "--debug" in ended.err
    assert "Traceback" not in ended.err
    assert "Traceback" in engine("run", "shop", "--debug").err


def test_a_missing_library_is_named(engine: Engine, monkeypatch):
    error = ModuleNotFoundError("No module named 'skops'", name="skops")
    monkeypatch.setattr(dispatch, "dispatch", raising(error))
    ended = engine("run", "shop")
    assert ended.code == 2
    assert "the library 'skops' is not installed" in ended.err


def test_an_error_is_broken_between_words_on_a_terminal(monkeypatch):
    err = io.StringIO()
    err.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setenv("COLUMNS", "60")
    failure.tell([Fault("word " * 40, "recipes/shop.yaml:3", "path/" * 20)])
    lines = err.getvalue().splitlines()
    assert lines[0].startswith("error: recipes/shop.yaml:3: word")
    assert all(len(line) <= 60 for line in lines[:-1])
    assert lines[-1].strip() == "path/" * 20  # what can be copied stays whole


@pytest.mark.parametrize("words", [("--debug", "check", "shpo"), ("check", "shpo", "--debug")])
def test_debug_stands_anywhere_and_shows_where(engine: Engine, words):
    ended = engine(*words)
    assert ended.code == 2
    assert "error: there is no recipe 'shpo'" in ended.err
    assert "Traceback" in ended.err


def test_a_reader_that_has_seen_enough_is_no_error(folder):
    read, write = os.pipe()
    os.close(read)  # so that the first flush already finds nobody
    for words in (["list"], ["list", "metrics"], ["schema"], ["--help"]):
        ended = subprocess.run(
            [sys.executable, "-m", "engine", *words],
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert (ended.returncode, ended.stderr) == (0, ""), words
    os.close(write)


def test_output_survives_a_terminal_without_unicode(folder):
    (folder / "recipes" / "shop.yaml").write_text(
        "# Größe ± 你好\ndata: {source: a.csv, target: y}\n", "utf-8"
    )
    for words in (["list", "recipes"], ["list", "recipes", "--json"]):
        ended = subprocess.run(
            [sys.executable, "-m", "engine", *words], capture_output=True, check=True,
            env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        )  # fmt: skip
        assert rb"\xb1" in ended.stdout or rb"\u00b1" in ended.stdout


def test_the_module_is_the_command(folder):
    ended = subprocess.run(
        [sys.executable, "-m", "engine", "chekc"], capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert "did you mean: engine check?" in ended.stderr


def test_words_default_to_those_of_the_process(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["engine", "--version"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("recipe-engine ")
