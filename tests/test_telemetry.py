"""What is logged and measured: a line a request and a record, with its metrics."""

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
from chalice.local import LambdaContext

import app
from chalicelib import telemetry
from chalicelib.telemetry import Line, LogFields
from infra.mappings import STREAM_BATCH
from tests.logged import Lines, answered
from tests.logged import lines as lines
from tests.world import World

# --- requests


def test_a_request_has_one_line_that_says_who_did_what_where(world: World, lines: Lines) -> None:
    visitor = world.visitor()
    visitor.say("hello")
    (line,) = lines.of("request", route="/api/PP_SEND_MESSAGE")
    assert line.pop("ms") > 0
    assert line.pop("invocation_id") and line.pop("timestamp").startswith("20")
    assert line == {
        "message": "request",
        "level": "INFO",
        "dialect": "PPMessage",
        "method": "POST",
        "route": "/api/PP_SEND_MESSAGE",
        "status": 200,
        "account": world.account,
        "caller": "visitor",
        "person": visitor.id,
        "conversation": visitor.conversation,
    }


def test_the_route_is_the_row_s_and_the_conversation_what_the_path_names(world: World, lines: Lines) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    world.call("GET", "/api/v3/anytime/conversations/1/messages", **world.bearer())
    world.call("PUT", f"/cs-chat-ticket/v1/tickets/{visitor.conversation}/pickedTime", **world.bearer())
    world.call("OPTIONS", "/cs-chat-ticket/v1/info")
    world.call("GET", "/openapi.json")
    assert lines.of("request", route="/api/v3/anytime/conversations/{id}/messages", conversation_number=1)
    assert lines.of("request", route="/cs-chat-ticket/v1/tickets/{ticketID}/pickedTime", conversation=visitor.conversation)
    assert lines.of("request", method="OPTIONS", dialect="OneView", status=200)
    assert lines.of("request", route="/openapi.json", status=200)


def test_a_refusal_is_counted_by_dialect_whatever_its_status(world: World, lines: Lines) -> None:
    world.call("GET", "/cs-chat-ticket/v1/info")
    world.pp("PP_GET_APP_INFO")
    world.form("/ppauth/token", grant_type="password", client_id=world.clients["PPKEFU"][0], user_email="x", user_password="y")
    world.form("/ppauth/token", grant_type="nothing")
    world.call("GET", "/api/v3/anytime/nowhere")
    world.call("GET", "/api/v3/anytime/conversations?pageIndex=x", **world.bearer())
    world.call("GET", "/auth/addon/live_chat/operator/get?email=nobody@x.test", **world.bearer())
    refused = [(line["dialect"], line["status"], line.get("error"), line.get("field")) for line in lines.of("request")]
    assert refused == [
        ("OneView", 401, "NotAuthenticated", None),
        ("PPMessage", 200, "NotAuthenticated", None),
        ("PPMessage", 200, None, None),
        ("PPMessage", 400, None, None),
        ("Anytime", 404, "NotFound", None),
        ("Anytime", 400, "Invalid", "pageIndex"),
        ("LiveChat", 404, "NotFound", None),
    ]
    assert lines.metric("Refused") == [1] * 7
    assert {line["Dialect"] for line in lines.of("request")} == {"OneView", "PPMessage", "Anytime", "LiveChat"}
    assert lines.of("request", kind="agent", route="/auth/addon/live_chat/operator/get")
    assert lines.metric("Errors") == []


def test_a_line_has_the_gateway_s_and_lambda_s_ids_of_the_call(lines: Lines) -> None:
    call = {"httpMethod": "OPTIONS", "resourcePath": "/oauth/{p1}", "requestId": "of the gateway"}
    event = {"requestContext": call, "pathParameters": {"p1": "token"}, "headers": {}, "body": None, "stageVariables": None}
    app.app(event | {"multiValueQueryStringParameters": None}, LambdaContext("polydesk-test", 128))
    (line,) = lines.of("request", request_id="of the gateway")
    assert len(line["invocation_id"]) == 36


# --- jobs


def test_records_and_batches_have_lines_and_their_metrics(world: World, lines: Lines) -> None:
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    world.now += 7_000
    world.online(world.agents[0])
    assert lines.of("record", job="route", event="conversation.begun.v1", conversation=visitor.conversation, outcome="has none")
    assert lines.of("record", job="route", event="agent.available.v1", outcome="gave out what waits", account=world.account)
    (batch, *_) = lines.of("batch", job="relay", table="conversations")
    assert (batch["conversations"], batch["records"]) == ([visitor.conversation], 2)
    assert sum(lines.metric("Messages")) == 1
    assert lines.metric("RoutingWait") == [7_000]


def test_a_timer_that_fires_says_how_late_and_one_that_waits_does_not(world: World, lines: Lines) -> None:
    answered(world)
    world.settle()
    world.pass_(300)
    assert lines.of("record", job="fire", kind="warn", outcome="fired")
    assert lines.metric("TimerLateness") == [0]
    world.now += 312_000
    world.settle()
    assert lines.metric("TimerLateness") == [0, 12_000]
    assert lines.of("record", job="fire", outcome="stands no more, or is not due")


@pytest.mark.parametrize(
    "handler, event, sent, age",
    [
        (app.route_conversations, {"event": "conversation.opened.v1"}, 4_000, 4_000),
        (app.route_conversations, {"event": "conversation.opened.v1"}, -50, 0),
        (app.fire_timers, {"event": "conversation.deadline_set.v1", "kind": "warn", "due_at": -1_000}, 9_000, 1_000),
        (app.fire_timers, {"event": "conversation.deadline_set.v1", "kind": "warn", "due_at": 5_000}, 9_000, 0),
        (app.fire_timers, {"event": "conversation.deadline_set.v1", "kind": "warn", "due_at": 5_000_000}, 902_000, 2_000),
    ],
)
def test_age_is_what_a_message_waited_past_what_it_was_held_back(
    world: World, lines: Lines, handler: Any, event: dict[str, Any], sent: int, age: int
) -> None:
    """`sent` is milliseconds ago, `due_at` from now."""
    event = event | {"account": world.account, "at": 1, "conversation": "c"}
    if "due_at" in event:
        event["due_at"] += world.now
    record = {"body": json.dumps(event), "messageId": "m", "receiptHandle": "r"}
    handler({"Records": [record | {"attributes": {"SentTimestamp": str(world.now - sent)}}]}, None)
    handler({"Records": [record]}, None)
    assert lines.metric("QueueAge") == [age]
    assert len(lines.of("record", message_id="m")) == 2


def test_a_sweep_says_how_many(world: World, lines: Lines) -> None:
    world.sweep()
    assert lines.of("sweep", job="sweep", sent=0)


# --- where it is written


def test_off_lambda_a_line_is_text_and_the_metrics_library_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "polydesk")
    telemetry.invoked()
    with Line("batch", job="relay") as line:
        line.measure(telemetry.MESSAGES, 2)
        line.measure(telemetry.MESSAGES, 1, 1)
        line.measure(telemetry.ROUTING_WAIT)
    assert caplog.messages[0].startswith("batch job=relay ms=")
    assert caplog.messages[0].endswith("Messages=[4]")


def test_no_batch_has_more_values_than_a_line_may() -> None:
    sizes = [source.batch_size for source in app.app.event_sources if hasattr(source, "batch_size")]
    assert max(*sizes, STREAM_BATCH) <= telemetry.MOST_VALUES


IN_LAMBDA = """
import sys
sys.modules["aws_xray_sdk"] = None
import app
from chalice.test import Client
def call(method, path):
    return Client(app.app).http.request(method, path).status_code
assert call("OPTIONS", "/oauth/token") == call("GET", "/openapi.json") == 200
assert "aws_lambda_powertools" not in sys.modules
assert call("GET", "/cs-chat-ticket/v1/nowhere") == 404
assert "aws_lambda_powertools" in sys.modules
"""


def test_a_function_writes_json_lines_alone_and_imports_the_metrics_library_with_the_first_metric() -> None:
    environment = os.environ | {"AWS_LAMBDA_FUNCTION_NAME": "polydesk-test", "PYTHONPATH": ".", "POLYDESK_STAGE": "test"}
    ran = subprocess.run([sys.executable, "-c", IN_LAMBDA], env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(line.get("route"), line["status"]) for line in told] == [
        (None, 200),
        ("/openapi.json", 200),
        (None, 404),
    ]
    assert told[2]["Refused"] == [1] and told[2]["Dialect"] == "OneView" and told[2]["Stage"] == "test"
    assert ran.stderr == ""


def test_facts_are_readable_on_a_terminal() -> None:
    assert str(LogFields(message="request", dialect="Anytime", status=200)) == "request dialect=Anytime status=200"
