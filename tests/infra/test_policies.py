"""Each lambda may do what it does, and nothing else."""

from typing import Any

import pytest

import app
from chalicelib.desk import routing
from chalicelib.models import conversations
from chalicelib.models.base import Refused
from tests import policies
from tests.conformance.scene import set_up
from tests.conformance.table import every_row
from tests.world import World

SOURCES = {event.name: type(event).__name__ for event in app.app.event_sources}
#: What Lambda does in a function's role to feed it, and with what of a stream could not be handled.
FED = {
    "SQSEventConfig": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    "DynamoDBEventConfig": {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        "sqs:SendMessage",
    },
}
#: AWS has no narrower resource for these.
UNBOUND = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
OBSERVED = {"logs:CreateLogStream", "logs:PutLogEvents"} | UNBOUND


def exercise(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every endpoint once, and all that the queues, streams and the schedule do, in ever new processes."""
    monkeypatch.setattr(policies, "always_cold", True)
    monkeypatch.setattr(routing, "MOST_AT_ONCE", 1)
    scene = set_up(world)
    for row in every_row():
        scene.ask(row)
    newest = scene.visitor.world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=scene.visitor.conversation).body["list"][0]
    older = {"conversation_uuid": scene.visitor.conversation, "max_uuid": newest["uuid"]}
    assert world.pp("PP_PAGE_HISTORY_MESSAGE", **older).body["error_code"] == 0
    later = {"isEnabled": True, "reassignUnpickedAfter": 60, "warnAfter": 1200, "closeAfter": 2400}
    assert world.call("PUT", "/api/v3/anytime/autoClose", later, **world.bearer(world.owner)).status == 200
    assert world.call("PUT", "/cs-chat-ticket/v1/offline", **scene.bearer()).status == 200
    world.settle()
    answered, unanswered = world.visitor(), world.visitor()
    assert answered.say("hello").body["error_code"] == unanswered.say("hello").body["error_code"] == 0
    world.settle()
    lose_a_race(monkeypatch)
    world.online(*world.agents)
    path = f"/api/v3/anytime/conversations/{scene.number + 1}/messages"
    assert world.call("POST", path, {"type": "reply", "plainBody": "hi"}, **scene.bearer()).status == 200
    for _ in range(42):
        world.pass_(60)
        world.sweep()
        world.settle()


def lose_a_race(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next assignment finds that another was faster."""
    change = conversations.change

    def refuse(*_: Any, **__: Any) -> None:
        monkeypatch.setattr(conversations, "change", change)
        raise Refused(["ConditionalCheckFailed"], [None])

    monkeypatch.setattr(conversations, "change", refuse)


def test_each_lambda_uses_every_right_that_it_has(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exercise(world, monkeypatch)
    for function in policies.FUNCTIONS:
        given = {(action, resource) for action, resource in policies.grants(function) if action not in OBSERVED}
        fed = FED.get(SOURCES.get(function, ""), set())
        unused = {grant for grant in given if not any(policies.allows(grant, need) for need in policies.made[function])}
        assert {action for action, _ in unused} <= fed, function
        assert fed <= {action for action, _ in given}, function


def test_every_lambda_has_a_policy_of_its_own() -> None:
    files = {name: entry["iam_policy_file"] for name, entry in policies.FUNCTIONS.items()}
    assert set(files) == {"api_handler", *SOURCES}
    assert files == {name: f"policy-{name}.json" for name in files}
    assert {f"policy-{name}.json" for name in files} == {file.name for file in policies.CHALICE.glob("policy*.json")}


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_no_right_is_for_more_than_our_own(function: str) -> None:
    for action, resource in policies.grants(function):
        assert "*" not in action
        assert resource.split(":", 5)[-1].startswith(
            ("table/polydesk-*-", "polydesk-*-", "log-group:/aws/lambda/polydesk-*")
        ) or (action in UNBOUND and resource == "*")
