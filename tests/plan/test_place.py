"""Where rows are is settled before anything is read, and too little memory is told of."""

import pytest

from engine.errors import EngineError
from engine.plan.place import placed, roomy
from engine.testing.recipes import recipe
from tests.plan.project import Heard


def test_a_word_is_put_in_the_place_of_auto_and_told():
    heard = Heard()
    found = placed(recipe("xgboost", data={"source": "sklearn:wine", "target": "target"}), heard)
    assert found.compute.rows == "memory"
    assert heard.events == []
    asked = recipe(
        "xgboost", compute={"rows": "cluster", "executor": "dask"}, search={"timeout": 9}
    )
    assert placed(asked, heard).compute.rows == "cluster"
    ((event, facts),) = heard.events
    assert event == "notice"
    assert "search.timeout" in facts["text"]


def test_too_little_memory_is_no_fault_of_the_engine():
    with pytest.raises(EngineError) as caught, roomy():
        raise MemoryError
    (fault,) = caught.value.faults
    assert (fault.where, fault.message) == ("compute.rows", "there is not enough memory")
    assert "compute.rows=disk" in fault.hint
