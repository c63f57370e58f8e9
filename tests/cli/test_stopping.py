"""Signals stop a command wherever they find it."""

import os
import signal
import subprocess
import sys

import pytest

from engine.cli import stopping
from engine.cli.progress import Watcher
from tests.end_to_end.command import ROOT


class Fleeting:
    """Sends a signal when it is finalised, where Python throws away what is raised."""

    def __init__(self, sent):
        self.sent = sent

    def __del__(self):
        signal.raise_signal(self.sent)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("quiet", [True, False])
def test_a_signal_that_was_thrown_away_is_raised_at_the_next_event(sent, code, quiet):
    with stopping.heeded():
        watcher = Watcher(1, quiet)
        watcher("unit_finished", index=0, fold=0, seconds=0.1)
        Fleeting(sent)
        with pytest.raises(KeyboardInterrupt) as found:
            watcher("unit_finished", index=0, fold=1, seconds=0.1)
    assert stopping.code(found.value) == code


def test_a_signal_that_was_thrown_away_leaves_no_traceback(capsys):
    with stopping.heeded():
        Fleeting(signal.SIGINT)
        assert stopping._answers[-1].asked is KeyboardInterrupt
    assert capsys.readouterr().err == ""


def test_ctrl_c_raises_each_time_and_sigterm_once():
    with stopping.heeded():
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    with stopping.heeded():
        with pytest.raises(stopping.TerminatedError):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)


def test_afterwards_signals_are_answered_as_before():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with stopping.heeded(), stopping.heeded():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    stopping.insist()


def test_a_handler_of_the_caller_is_left_in_place():
    seen = []
    earlier = signal.signal(signal.SIGINT, lambda *_: seen.append(1))
    try:
        with stopping.heeded():
            signal.raise_signal(signal.SIGINT)
            stopping.insist()
    finally:
        signal.signal(signal.SIGINT, earlier)
    assert seen == [1]


STOPPED_IN_A_STRING = """\
import os, signal, sys
from engine.cli import main, dispatch
dispatch.dispatch = lambda words, begun: exec("os.kill(os.getpid(), signal.SIGINT)")
sys.exit(main(["list"]))
"""


def test_code_that_was_a_string_does_not_change_how_the_process_ends(tmp_path):
    (tmp_path / "stopped.py").write_text(STOPPED_IN_A_STRING, "utf-8")
    command = [sys.executable, "-m", "stopped"]
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    ended = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, capture_output=True)
    assert ended.returncode == stopping.INTERRUPTED, ended.stderr
