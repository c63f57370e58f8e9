"""Every command that a Markdown file shows is run, and prints what the file says it prints."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import shown, tracked

# What commands may use beside the files that the text itself shows, such as data/customers.csv.
GIVEN = Path(__file__).parent / "given"
RUN = {
    "engine": [sys.executable, "-m", "engine"],
    ".venv/bin/engine": [sys.executable, "-m", "engine"],
}
RUN |= {name: [name] for name in ("cat", "head", "ls", "mkdir")}
NOT_RUN = {"cd", "git", "pip", "source", ".venv/bin/pip"}
SECONDS = 300

DOCUMENTS = [str(path.relative_to(tracked.ROOT)) for path in tracked.files("*.md")]


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_shows_is_so(name, tmp_path):
    if GIVEN.is_dir():
        shutil.copytree(GIVEN, tmp_path, dirs_exist_ok=True)
    for part in shown.parts((tracked.ROOT / name).read_text("utf-8")):
        if isinstance(part, shown.File):
            (tmp_path / part.path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / part.path).write_text(part.text, "utf-8")
        else:
            check(part, f"{name}:{part.line}", tmp_path)


def check(command: shown.Command, where: str, folder: Path) -> None:
    program = command.words[0]
    if program == "make":  # running it in full is the business of .ci/run
        plan = ["make", "-n", *command.words[1:]]
        ended = subprocess.run(plan, cwd=tracked.ROOT, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, f"{where}: {ended.stderr}"
    elif program not in NOT_RUN:
        assert program in RUN, f"{where}: the tests do not know how to run {program!r}"
        output, code = run([*RUN[program], *command.words[1:]], folder)
        assert code == command.code, f"{where}: exit code {code}, not {command.code}\n{output}"
        lacking = shown.unmatched(command.excerpt, output)
        assert lacking is None, f"{where}: shown, but not printed: {lacking!r}\n{output}"


def run(words: list[str], folder: Path) -> tuple[str, int]:
    ended = subprocess.run(
        words,
        cwd=folder,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return ended.stdout, ended.returncode


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_are_shown_with_a_dollar_sign_so_that_they_are_run(name):
    bare = [
        f"{name}:{line + number}: {text}"
        for language, line, lines in shown.blocks((tracked.ROOT / name).read_text("utf-8"))
        if language in shown.SHELLS
        for number, text in enumerate(lines)
        if text.split(" ")[0] in {*RUN, *NOT_RUN, "make"}
    ]
    assert bare == []


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_python_that_is_shown_runs(name, tmp_path):
    text = (tracked.ROOT / name).read_text("utf-8")
    if GIVEN.is_dir():
        shutil.copytree(GIVEN, tmp_path, dirs_exist_ok=True)
    for part in shown.parts(text):
        if isinstance(part, shown.File):
            (tmp_path / part.path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / part.path).write_text(part.text, "utf-8")
    for language, line, lines in shown.blocks(text):
        if language == "python":
            output, code = run([sys.executable, "-c", "\n".join(lines)], tmp_path)
            assert code == 0, f"{name}:{line}: {output}"
