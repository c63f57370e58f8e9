"""What is said of rows that cannot be read."""

import pytest

from engine.errors import EngineError
from engine.sources import Asked


def refused(address="", query="", **tables):
    """The message, on which ``read`` and ``chunks`` agree."""
    asked = Asked(address, query, {name: Asked(table) for name, table in tables.items()})
    said = [_said(asked.read), _said(lambda: list(asked.chunks(10)))]
    assert said[0] == said[1]
    return said[0]


def _said(call):
    with pytest.raises(EngineError) as caught:
        call()
    assert all(fault.hint for fault in caught.value.faults)
    return str(caught.value)
