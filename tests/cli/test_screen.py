"""Lines that are drawn on a terminal: rarely, cheaply, and gone without a trace."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console
from rich.live import Live
from rich.text import Text

from engine.cli.screen import Screen
from tests.end_to_end.command import ROOT
from tests.end_to_end.test_killed import SLOW, units

HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"


class Terminal:
    """A terminal that keeps what is written to it."""

    def __init__(self, columns: int = 80, lines: int = 24) -> None:
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (lines, columns))
        self.written = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while select.select([self.master], [], []) and (part := os.read(self.master, 65536)):
                self.written += part

    def close(self) -> bytes:
        os.close(self.slave)
        self._reader.join(timeout=10)
        os.close(self.master)
        return self.written


def test_it_is_drawn_at_most_four_times_a_second_at_less_than_a_hundredth_of_the_time():
    terminal, drawn, spent = Terminal(), [], []

    def draw(width, height):
        begin = time.thread_time()
        while time.thread_time() - begin < 0.002:
            pass
        drawn.append(threading.current_thread())
        spent.append(time.thread_time())
        return [Text("x" * 70)] * 20

    with os.fdopen(os.dup(terminal.slave), "w") as stream:
        screen = Screen(Console(file=stream, force_terminal=True, width=80, height=24), draw)
        begin = time.monotonic()
        screen.start()
        while time.monotonic() - begin < 3:
            screen.changed()
            time.sleep(0.001)
        screen.stop()
        took = time.monotonic() - begin
    ours = [used for used, thread in zip(spent, drawn, strict=True) if thread.name == "screen"]
    assert 1 <= len(ours) <= 4 * took
    assert ours[-1] < 0.01 * took + 0.02  # the last picture is not made up for
    written = terminal.close()
    assert written.rindex(SHOW) > written.rindex(HIDE)


def test_it_goes_on_by_itself_when_nothing_happens():
    terminal, drawn = Terminal(), []
    with os.fdopen(os.dup(terminal.slave), "w") as stream:
        out = Console(file=stream, force_terminal=True, width=80, height=24)
        screen = Screen(out, lambda *_: drawn.append(1) or [Text("x")])
        screen.start()
        screen.start()
        time.sleep(2.6)
        screen.stop()
        screen.stop()
    terminal.close()
    assert 3 <= len(drawn) <= 5


def test_a_ctrl_c_while_the_lines_are_taken_away_leaves_no_trace_either(monkeypatch):
    terminal, times = Terminal(), []

    def interrupted(self):
        times.append(1)
        if len(times) == 1:
            raise KeyboardInterrupt
        stop(self)

    stop = Live.stop
    monkeypatch.setattr(Live, "stop", interrupted)
    with os.fdopen(os.dup(terminal.slave), "w") as stream:
        screen = Screen(Console(file=stream, force_terminal=True), lambda *_: [Text("x")])
        screen.start()
        with pytest.raises(KeyboardInterrupt):
            screen.stop()
        screen.stop()
    written = terminal.close()
    assert written.rindex(SHOW) > written.rindex(HIDE)


def watched(folder: Path, *words: str, act, **environment: str) -> tuple[int, bytes]:
    """Run a command on a terminal; ``act`` is called with its process."""
    terminal = Terminal()
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", *words], cwd=folder, start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"} | environment,
        stdin=terminal.slave, stdout=terminal.slave, stderr=terminal.slave,
    )  # fmt: skip
    try:
        act(process, terminal)
        code = process.wait(timeout=180)
    finally:
        process.kill()
    return code, terminal.close()


@pytest.fixture
def slow(tmp_path):
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "slow.yaml").write_text(SLOW, "utf-8")
    rows = [f"{n % 13},{n * 7 % 11},{n % 3},{n % 13 > n * 7 % 11}" for n in range(900)]
    (tmp_path / "data.csv").write_text("\n".join(["a,b,c,y", *rows]) + "\n", "utf-8")
    return tmp_path


def wait_for(what, seconds=150):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def last_picture(written: bytes) -> str:
    text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", written).decode()
    return text[text.rindex("search  ") :]


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_terminal_is_as_it_was_after_a_run_was_stopped(slow, sent, code):
    def act(process, terminal):
        wait_for(lambda: b"1  mlp" in terminal.written)
        process.send_signal(sent)
        if sent == signal.SIGINT:  # once would end the search with what it has
            wait_for(lambda: b"stopped after" in terminal.written)
            process.send_signal(sent)

    ended, written = watched(slow, "run", "slow", "search.trials=1000", act=act, NO_COLOR="1")
    assert ended == code, written[-3000:].decode()
    assert written.rindex(SHOW) > written.rindex(HIDE)
    assert b"same command" in written[written.rindex(SHOW) :]
    assert not re.search(rb"\x1b\[(\d+;)*3\d(;\d+)*m", written), "no colours, as NO_COLOR says"


@pytest.mark.slow
def test_notes_stand_above_and_the_end_leaves_no_picture(slow):
    """A worker that is killed costs nothing but its unit; the picture goes on."""

    def act(process, terminal):
        wait_for(lambda: len(units(slow)) >= 3)
        found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("utf-8").split()
        below = [
            child
            for pid in found
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
        ]
        if below:
            os.kill(int(below[0]), signal.SIGKILL)

    code, written = watched(slow, "run", "slow", "compute.workers=2", act=act)
    assert code == 0
    assert written.rindex(SHOW) > written.rindex(HIDE)
    assert "/12 trials" in last_picture(written)
    assert "Leaderboard" in written[written.rindex(SHOW) :].decode()
