import pytest

from engine.cli.verbs import VERBS, WORDS
from tests.cli.conftest import Engine

WIDTH = 80


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",)])
def test_help_is_printed_when_nothing_else_is_asked(engine: Engine, snapshot, words):
    ended = engine(*words)
    assert (ended.code, ended.err) == (0, "")
    snapshot("help", ended.out)


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_each_verb(engine: Engine, snapshot, verb):
    ended = engine(verb, "--help")
    assert (ended.code, ended.err) == (0, "")
    snapshot(f"help_{verb}", ended.out)
    assert ended == engine("help", verb) == engine("-h", verb)


def test_help_wins_over_what_is_missing_or_wrong(engine: Engine):
    assert engine("run", "--nonsense", "-h", "seed=1").out == engine("run", "-h").out


def test_no_help_is_wider_than_a_small_terminal(engine: Engine):
    for words in [(), *((verb,) for verb in VERBS)]:
        assert max(map(len, engine(*words, "-h").out.splitlines())) <= WIDTH, words


def test_every_word_of_a_usage_line_is_explained():
    assert {word for verb in VERBS.values() for word in verb.words} <= set(WORDS)


def test_version(engine: Engine, snapshot):
    ended = engine("--version")
    assert ended.code == 0
    snapshot("version", ended.out)


def test_examples_are_understood():
    import shlex

    from engine.cli.words import parse

    for name, verb in VERBS.items():
        for example in verb.examples:
            words = shlex.split(example.partition(">")[0])
            assert words[:2] == ["engine", name]
            parse(name, words[2:])
