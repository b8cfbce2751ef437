"""Settings of stages, as .chalice/config.json would have them."""

from typing import Any

import pytest

from infra import project as project_


def configure(monkeypatch: pytest.MonkeyPatch, stage: dict[str, Any]) -> None:
    """Makes .chalice/config.json say this of stage dev."""
    merged = {"api_gateway_stage": "v1", "environment_variables": {}, **stage}
    monkeypatch.setattr(project_, "configured", lambda name: {"stages": {name: merged}})
    monkeypatch.setattr(project_, "here", lambda _: "us-east-1")
