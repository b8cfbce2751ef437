"""Each lambda may do what it does, and nothing else."""

import json
from typing import cast

import pytest

import app
from chalicelib.telemetry import Failed
from tests import policies
from tests.infra import ways
from tests.infra.exercise import exercise
from tests.visitors import Visitor
from tests.world import World

SOURCES = {event.name: type(event).__name__ for event in app.app.event_sources}
#: Chalice's names for what app.py declares for sockets.
SOCKETS = {f"websocket_{kind.strip('$').replace('default', 'message')}" for kind in app.app.websocket_handlers}
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


def test_each_lambda_uses_every_right_that_it_has(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exercise(world, monkeypatch)
    idle: dict[str, list[policies.Need]] = {}
    for function in policies.FUNCTIONS:
        given = {(action, resource) for action, resource in policies.grants(function) if action not in OBSERVED}
        fed = FED.get(SOURCES.get(function, ""), set())
        unused = {grant for grant in given if not any(policies.allows(grant, need) for need in policies.made[function])}
        idle[function] = sorted((action, resource) for action, resource in unused if action not in fed)
        assert fed <= {action for action, _ in given}, function
    assert {function: grants for function, grants in idle.items() if grants} == {}


@pytest.mark.parametrize("way", ways.WAYS)
@pytest.mark.parametrize("sender", ways.SENDERS)
def test_every_kind_of_message_is_stored_whoever_sends_it_over_whichever_way(
    assigned: Visitor, monkeypatch: pytest.MonkeyPatch, way: str, sender: str
) -> None:
    world = cast(World, assigned.world)
    monkeypatch.setattr(policies, "always_cold", True)
    talker = ways.talkers(world, assigned)[sender]
    sent = ways.say_everything(talker, way)
    ways.type_and_watch(talker)
    world.settle()
    asked = {"conversation_uuid": assigned.conversation, "user_uuid": assigned.id}
    stored = world.pp("PP_PAGE_HISTORY_MESSAGE", **asked, page_size=100).body["list"]
    assert [message["uuid"] for message in reversed(stored)][-len(sent) :] == [message["uuid"] for message in sent]


def test_what_aws_denies_is_our_error_in_every_dialect_and_for_every_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bearer, visitor = world.bearer(world.owner), world.visitor()
    monkeypatch.setattr(policies, "always_cold", True)
    monkeypatch.setattr(policies, "grants", lambda _: [])
    assert visitor.say("hello").body["error_code"] == 17
    for path in ("/api/v3/anytime/conversations", "/cs-chat-ticket/v1/tickets", "/auth/addon/live_chat/operator/list"):
        assert world.call("GET", path, **bearer).status == 500
    event = {"event": "conversation.opened.v1", "account": world.account, "at": 1, "conversation": visitor.conversation}
    with pytest.raises(ExceptionGroup):
        world.deliver("routing", json.dumps(event))
    with pytest.raises(Failed):
        world.relay()
    with pytest.raises(Failed):
        world.sweep()
    assert {function for function, _ in policies.denied} >= {"api_handler", "route_conversations", "sweep_timers"}
    policies.denied.clear()


def test_every_lambda_has_a_policy_of_its_own() -> None:
    files = {name: entry["iam_policy_file"] for name, entry in policies.FUNCTIONS.items()}
    assert set(files) == {"api_handler", *SOURCES, *SOCKETS}
    assert files == {name: f"policy-{name}.json" for name in files}
    assert {f"policy-{name}.json" for name in files} == {file.name for file in policies.CHALICE.glob("policy*.json")}


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_no_right_is_for_more_than_our_own(function: str) -> None:
    for action, resource in policies.grants(function):
        assert "*" not in action
        assert resource.split(":", 5)[-1].startswith(
            (
                "table/polydesk-*-",
                "polydesk-*-",
                "identity/*",
                "configuration-set/polydesk-*-mail",
                "domain/*/polydesk-*-conversations",
                "log-group:/aws/lambda/polydesk-*",
                "*/v1/POST/@connections/",
                "*/v1/DELETE/@connections/",
            )
        ) or (action in UNBOUND and resource == "*")
