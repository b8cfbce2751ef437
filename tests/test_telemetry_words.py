"""What is never logged: a word of what clients send, whatever fails."""

import json
from typing import Any

import pytest

import app
from chalicelib import telemetry
from chalicelib.models import conversations
from chalicelib.telemetry import Failed, Line
from tests.conformance.scene import WIRE_PASSWORD, send
from tests.logged import Lines, answered
from tests.logged import lines as lines
from tests.visitors import Visitor
from tests.world import PASSWORD, World

SECRET = "s3cret-marker"


def broken(*_: Any, **__: Any) -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise ValueError(f"broken by {SECRET}") from error


def test_a_job_that_fails_is_told_with_its_message_and_without_its_words(world: World, lines: Lines) -> None:
    event = {"event": "conversation.opened.v1", "account": world.account, "at": 1, "conversation": SECRET}
    record = {"body": json.dumps(event), "messageId": "m-1", "receiptHandle": "r"}
    world.monkeypatch.setattr(conversations, "get", broken)
    with pytest.raises(ExceptionGroup) as caught:
        app.route_conversations({"Records": [record | {"body": json.dumps(event | {"conversation": "c"})}]}, None)
    (failure,) = caught.value.exceptions
    assert (type(failure), str(failure), failure.__suppress_context__) == (Failed, "ValueError", True)
    (line,) = lines.of("record", level="ERROR")
    assert (line["message_id"], line["error"], line["causes"]) == ("m-1", "ValueError", ["KeyError"])
    assert line["frames"][-1].endswith(" broken")
    with pytest.raises(ExceptionGroup):
        app.route_conversations({"Records": [record | {"body": json.dumps({"event": SECRET})}]}, None)
    assert SECRET not in lines.text


def hostile(world: World, visitor: Visitor) -> None:
    """Calls of every dialect with a marker wherever a client can put a word; most are refused, some succeed."""
    anytime, bearer = "/api/v3/anytime", world.bearer(world.owner)
    ids = {"app_uuid": world.account, "user_uuid": visitor.id, "conversation_uuid": visitor.conversation}
    visitor.say(f"{SECRET} is my card number")
    visitor.say("words", message=SECRET)
    visitor.say(SECRET * 20_000)
    world.pp("PP_CREATE_ANONYMOUS", app_uuid=world.account, ppcom_trace_uuid=SECRET)
    world.pp("PP_CREATE_DEVICE", device_id=SECRET, device_ostype=SECRET, **ids)
    for name in ids:
        for value in (SECRET, {SECRET: SECRET}):
            given: dict[str, Any] = ids | {name: value}
            world.pp("PP_GET_CONVERSATION_INFO", **given)
    world.pp("PP_PAGE_HISTORY_MESSAGE", **ids, max_uuid=SECRET, page_size=SECRET)
    world.call("POST", "/api/PP_GET_APP_INFO", f"{SECRET}: not json", Authorization=f"OAuth {SECRET}")
    world.call("POST", "/api/PP_GET_APP_INFO", SECRET, Content_Type=SECRET, Authorization=f"OAuth {SECRET}")
    for user in (f"{SECRET}@x.test", world.agents[0].email):
        for password in (SECRET, PASSWORD, WIRE_PASSWORD):
            form = {"grant_type": "password", "email": str(user), "password": password}
            world.form("/oauth/token", **form)
            client = {"client_id": world.clients["PPKEFU"][0], "user_email": str(user), "user_password": password}
            world.form("/ppauth/token", grant_type="password", **client)
    world.form("/oauth/token", grant_type=SECRET, refresh_token=SECRET)
    world.form("/ppauth/token", grant_type="client_credentials", client_id=SECRET, client_secret=SECRET)
    query = f"conditions[{SECRET}][field]=status&conditions[{SECRET}][value]={SECRET}&conditions[{SECRET}][matchType]=is"
    for asked in (query, f"{SECRET}=1&{SECRET}[a]=2", f"cursor={SECRET}&include={SECRET}", f"timeFrom={SECRET}"):
        world.call("GET", f"{anytime}/conversations?{asked}", **bearer)
    for path in (f"conversations/{SECRET}", f"{SECRET}/1", f"conversations/1/messages/{SECRET}"):
        world.call("GET", f"{anytime}/{path}", **bearer)
    say = f"{anytime}/conversations/1/messages"
    world.call("POST", say, {"type": "note", "plainBody": SECRET}, Idempotency_Key=SECRET, **bearer)
    world.call("POST", say, {"type": SECRET, SECRET: SECRET, "plainBody": [SECRET]}, **bearer)
    world.call("PUT", f"{anytime}/conversations/1", {"subject": SECRET, "status": SECRET}, If_Match=SECRET, **bearer)
    world.call("PUT", f"{anytime}/conversations/1", {"subject": SECRET}, **bearer)
    world.call("PUT", "/cs-chat-ticket/v1/status", {"status": SECRET}, **world.bearer())
    world.call("DELETE", f"/cs-chat-ticket/v1/rooms/{SECRET}", **world.bearer())
    world.call("GET", "/cs-chat-ticket/v1/info", X_Agent_ID=f"{SECRET}@x.test", **bearer)
    world.call("GET", f"/auth/addon/live_chat/operator/get?email={SECRET}@x.test", **bearer)
    send("GET", "/auth/addon/live_chat/operator/list", {"api_token": SECRET})
    world.call("GET", f"/cs-chat-ticket/v1/{SECRET}", Authorization=f"Bearer {SECRET}")
    world.call("GET", "/api/v3/anytime/autoClose", Authorization=f"Basic {SECRET}")


def test_no_line_has_a_word_of_a_client_in_it(
    world: World, lines: Lines, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    visitor = answered(world)
    hostile(world, visitor)
    world.pass_(1_200)
    with world.monkeypatch.context() as failing:
        failing.setattr(conversations, "get", broken)
        hostile(world, visitor)
    assert len(lines.of("request")) > 90
    assert len(lines.of("request", level="ERROR", error="ValueError")) > 2
    assert sum(lines.metric("Errors")) == len(lines.of("request", level="ERROR"))
    written = lines.text + caplog.text + "".join(capfd.readouterr())
    secrets = {SECRET, PASSWORD, WIRE_PASSWORD, "@", *(words for pair in world.clients.values() for words in pair)}
    secrets |= {*world.tokens.values(), "are you still there", "hello"}
    assert [secret for secret in secrets if secret.lower() in written.lower()] == []


def test_chalice_s_own_errors_lose_their_words_too(lines: Lines) -> None:
    try:
        broken()
    except ValueError:
        telemetry.log.exception("Caught exception for path %s", "/api/{p1}")
    (line,) = lines.of("Caught exception for path /api/{p1}")
    assert (line["error"], line["causes"]) == ("ValueError", ["KeyError"])
    assert SECRET not in lines.text


def test_aws_s_code_for_an_error_is_told(lines: Lines) -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(Failed), Line("record"):
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": SECRET}}, "PutItem")
    (line,) = lines.of("record")
    assert line["codes"] == ["ThrottlingException"]
    assert SECRET not in lines.text
