"""Every entry of the catalogue keeps the promises of its role, without being listed here."""

import pytest

from engine import catalogue
from engine.testing import metric as suite


@pytest.mark.parametrize("check", suite.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", catalogue.names("metrics"))
def test_conformance(name, check):
    check(name)
