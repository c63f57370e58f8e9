"""References to the environment and to other keys; credentials in plain text."""

from __future__ import annotations

import time

import pytest

from engine.recipe.file import secrets
from tests.recipe.conftest import Load, Refused


def test_the_environment_is_read(loaded: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER", "ann")
    monkeypatch.setenv("TRIALS", "7")
    result = loaded("problem: {owner: '${oc.env:OWNER}'}\nsearch: {trials: '${oc.env:TRIALS}'}\n")
    assert (result.recipe.problem.owner, result.recipe.search.trials) == ("ann", 7)
    assert "ann" not in str(result.tree)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${oc.env:NOT_SET_HERE,growth}", "growth"),
        ("${oc.env:NOT_SET_HERE, 'growth team' }", "growth team"),
        ("${oc.env:NOT_SET_HERE,null}", None),
        ("${data.target} of ${data.source}", "y of x.csv"),
        ("${problem.question}", "y"),
    ],
)
def test_references(loaded: Load, written: str, value: str | None) -> None:
    text = f'problem: {{owner: "{written}", question: "${{data.target}}"}}\n'
    assert loaded(text).recipe.problem.owner == value


def test_a_whole_part_can_be_referred_to(loaded: Load) -> None:
    text = "model: {linear: {features: '${features}'}, xgboost: }\nfeatures: {rest: drop}\n"
    features = loaded(text).recipe.model["linear"].features
    assert features not in (None, "auto")
    assert loaded(text).recipe.features == features


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "${oc.env:NOT_SET_HERE}",
            "the environment variable NOT_SET_HERE is not set\n"
            "    set it: export NOT_SET_HERE=..., or give a default: "
            "${oc.env:NOT_SET_HERE,default}",
        ),
        (
            "${data.targt}",
            "${data.targt} points at a key that is not in the recipe\n"
            "    did you mean ${data.target}?",
        ),
        ("${problem.owner}", "${problem.owner} leads back to itself"),
        ("${problem}", "${problem} leads back to itself"),
        ("${hydra.runtime.cwd}", "points at a key that is not in the recipe"),
        ("${now:%Y}", "${now:%Y} cannot be followed"),
        ("${oc.decode:1}", "${oc.decode:1} cannot be followed"),
        ("${hydra:runtime.cwd}", "cannot be followed"),
        ("${.question}", "cannot be followed"),
        ("a ${b", "${b cannot be followed"),
        ("${oc.env:A,${oc.env:B}}", "cannot be followed"),
    ],
)
def test_what_cannot_be_followed(refused: Refused, written: str, message: str) -> None:
    said = refused(f'problem: {{owner: "{written}"}}\n')
    assert said.startswith("recipes/r.yaml:2: ")
    assert message in said


def test_references_cannot_unfold_without_end(refused: Refused) -> None:
    begun = time.process_time()
    lists = "".join(
        f"    a{i}: ['${{model.dummy.params.a{i + 1}}}', '${{model.dummy.params.a{i + 1}}}']\n"
        for i in range(28)
    )
    said = refused("model:\n dummy:\n  params:\n" + lists + "    a28: x\n")
    assert "the references unfold to too much text" in said
    assert time.process_time() - begun < 4


def test_references_cannot_follow_one_another_without_end(refused: Refused) -> None:
    chain = "".join(f"    a{i}: '${{model.dummy.params.a{i + 1}}}'\n" for i in range(200))
    said = refused("model:\n dummy:\n  params:\n" + chain + "    a200: x\n")
    assert "more than 30 references follow one another" in said


@pytest.mark.parametrize(
    ("data", "text", "message"),
    [
        (
            "{source: 'postgresql://ann:hunter2@h/db', target: y}",
            "",
            "recipes/r.yaml:1: a password stands in postgresql://ann:***@h/db\n"
            "    write ${oc.env:NAME} in its place",
        ),
        (
            "{source: x.csv, target: y}",
            "model: {linear: {params: {db_password: hunter2}}}\n",
            "recipes/r.yaml:2: `model.linear.params.db_password` holds a credential in plain text "
            "(***)\n    write db_password: ${oc.env:NAME}",
        ),
    ],
)
def test_credentials_in_plain_text(refused: Refused, data: str, text: str, message: str) -> None:
    said = refused(text, data=f"data: {data}\n")
    assert said.startswith(message)
    assert "hunter2" not in said


def test_a_password_from_the_environment_is_fine(
    loaded: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PW", "hunter2")
    url = "postgresql://ann:${oc.env:PW}@h/db"
    result = loaded("", data=f"data: {{source: '{url}', target: y}}\n")
    assert result.recipe.data.source == "postgresql://ann:hunter2@h/db"
    assert result.tree["data"]["source"] == url


def test_a_secret_of_the_environment_is_not_shown(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PW", "hunter2")
    said = refused("seed: '${oc.env:PW}'\n")
    assert said == "recipes/r.yaml:2: `seed` is '${oc.env:PW}'; a whole number was expected"


@pytest.mark.parametrize("key", ["password", "api_key", "AWS_SECRET_ACCESS_KEY", "auth-token"])
def test_keys_that_name_a_credential(key: str) -> None:
    assert secrets.is_secret(key)


@pytest.mark.parametrize("key", ["token_pattern", "key", "secretary", "max_tokens"])
def test_keys_that_do_not(key: str) -> None:
    assert not secrets.is_secret(key)
