"""What a deployed function logs, and a conversation to log something of."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import config, telemetry
from chalicelib.telemetry import JsonLines
from tests.visitors import Visitor
from tests.world import World


class Lines:
    """The lines of a deployed function, as they stand in its log group."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def of(self, message: str, **facts: Any) -> list[dict[str, Any]]:
        """Lines of a kind with these facts."""
        told = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in told if line["message"] == message and facts.items() <= line.items()]

    def metric(self, name: str) -> list[float]:
        """All values that lines have of a metric, read as CloudWatch does."""
        values: list[float] = []
        for line in map(json.loads, self.text.splitlines()):
            (told,) = line.get("_aws", {"CloudWatchMetrics": [None]})["CloudWatchMetrics"]
            if told and name in [metric["Name"] for metric in told["Metrics"]]:
                assert told["Namespace"] == "Polydesk"
                assert all(line[dimension] for dimension in told["Dimensions"][0])
                values += line[name]
        return values


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Logs as in Lambda."""
    monkeypatch.setattr(config, "IN_LAMBDA", True)
    found = Lines()
    handler = logging.StreamHandler(found.stream)
    handler.setFormatter(JsonLines())
    telemetry.log.addHandler(handler)
    monkeypatch.setattr(telemetry.log, "level", logging.INFO)
    monkeypatch.setattr(telemetry.log, "propagate", False)
    logging.Logger.manager._clear_cache()  # type: ignore[attr-defined]
    yield found
    telemetry.log.removeHandler(handler)
    logging.Logger.manager._clear_cache()  # type: ignore[attr-defined]


def answered(world: World) -> Visitor:
    """A visitor to whom the first agent has replied."""
    world.online(world.agents[0])
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    body = {"type": "reply", "plainBody": "yes"}
    assert world.call("POST", "/api/v3/anytime/conversations/1/messages", body, **world.bearer()).status == 200
    return visitor
