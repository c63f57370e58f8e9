"""What the tests of the sweeper share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hydra_plugins.application import CONFIG, PROGRAM, Application


@pytest.fixture
def app(tmp_path: Path) -> Application:
    (tmp_path / "app.py").write_text(PROGRAM, "utf-8")
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    return Application(tmp_path)
