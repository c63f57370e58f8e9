"""Every entry of the catalogue keeps the promises of its role, without being listed here."""

import pytest

from engine import catalogue
from engine.testing import source as suite


@pytest.mark.parametrize("check", suite.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", catalogue.names("sources"))
def test_conformance(name, check, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")  # put back afterwards, whatever a check sets
    check(name, tmp_path)
