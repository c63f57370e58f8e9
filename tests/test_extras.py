"""What is asked for where the library of an extra is missing."""

import json

import pytest

from engine import extras
from engine.errors import DataError, Fault, RecipeError


def test_what_is_installed_is_imported():
    assert extras.imported("json", "any", DataError) is json


def test_what_is_missing_is_asked_for_by_its_extra():
    with pytest.raises(RecipeError) as caught:
        extras.imported("no_such_module", "ray", RecipeError, where="compute.executor")
    hint = "pip install 'recipe-engine[ray]'"
    message = "no_such_module is not installed"
    assert caught.value.faults == (Fault(message, "compute.executor", hint),)


def test_what_reads_data_is_named_with_what_it_reads():
    with pytest.raises(DataError) as caught:
        extras.imported("no_such_module.inner", "excel", DataError, "Excel files")
    hint = "pip install 'recipe-engine[excel]'"
    message = "Excel files are read with no_such_module, which is not installed"
    assert caught.value.faults == (Fault(message, "", hint),)


def test_a_part_that_is_missing_is_named(tmp_path, monkeypatch):
    (tmp_path / "whole_of_parts.py").write_text("import no_such_part", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RecipeError, match="no_such_part is not installed"):
        extras.imported("whole_of_parts", "ray", RecipeError)
