"""What a client on the socket is told where the desk itself fails."""

import contextlib
import json
import logging
import uuid
from typing import Any

import pytest

from chalicelib.models import connections, people
from chalicelib.telemetry import Failed, LogFields
from tests import policies
from tests.e2e.test_sockets import words
from tests.websockets import Socket
from tests.world import World


@pytest.fixture
def socket(world: World) -> Socket:
    """A visitor's, that has said whose it is."""
    visitor, found = world.visitor(), Socket()
    assert found.auth(world, visitor.id, visitor.device)["code"] == 0
    return found


def deny(world: World, action: str) -> None:
    """From now on no policy has the right."""
    granted = policies.grants
    world.monkeypatch.setattr(
        policies, "grants", lambda function: [grant for grant in granted(function) if not grant[0].endswith(action)]
    )


@pytest.mark.parametrize("denied", ["GetItem", "UpdateItem"])
def test_a_message_that_aws_denies_is_acked_as_failed_logged_and_raised(
    world: World, caplog: pytest.LogCaptureFixture, denied: str
) -> None:
    visitor, socket = world.visitor(), Socket()
    socket.auth(world, visitor.id, visitor.device)
    sent = words(visitor, "hello")
    deny(world, denied)
    with pytest.raises(Failed):
        socket.send({"type": "send", "send": sent})
    named = {"uuid": sent["uuid"], "conversation_uuid": visitor.conversation}
    told = {"type": "ACK", "what": "SEND", "code": 7, "reason": "internal error, try again", "extra": named}
    assert socket.received[-1] == told
    assert socket.is_open
    assert policies.denied
    policies.denied.clear()
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert isinstance(line.msg, LogFields)
    assert (set(line.msg["codes"]), line.msg["Errors"]) == ({"AccessDeniedException"}, [1])


def broken(*words: Any, **_: Any) -> None:
    raise ValueError(*words)


@pytest.mark.parametrize(
    "kind, what, more",
    [
        ("send", "SEND", {"send": {"uuid": "u", "conversation_uuid": "c"}}),
        ("SEND", "SEND", {"send": {"uuid": "u", "conversation_uuid": "c"}}),
        ("send", "SEND", {"send": 3}),
        ("typing_watch", "TYPING_WATCH", {"conversation_uuid": "c"}),
        ("typing_unwatch", "TYPING_WATCH", {"conversation_uuid": "c"}),
        ("typing", "WS", {"conversation_uuid": "c"}),
    ],
)
def test_each_kind_of_message_is_acked_where_the_desk_fails(
    world: World, socket: Socket, kind: str, what: str, more: dict[str, Any]
) -> None:
    with world.monkeypatch.context() as failing, pytest.raises(Failed):
        failing.setattr(connections, "get", broken)
        socket.send({"type": kind, **more})
    acked = socket.received[-1]
    assert (acked["type"], acked["what"], acked["code"]) == ("ACK", what, 7)
    assert acked["extra"].items() <= {"uuid": "u", "conversation_uuid": "c"}.items()
    assert socket.is_open


def test_an_auth_with_which_the_desk_fails_is_acked_and_closed_so_that_the_client_comes_again(world: World) -> None:
    visitor, socket = world.visitor(), Socket()
    with world.monkeypatch.context() as failing, pytest.raises(Failed):
        failing.setattr(people, "get", broken)
        socket.auth(world, visitor.id, visitor.device)
    (acked,) = socket.received
    assert (acked["what"], acked["code"]) == ("AUTH", 7)
    assert not socket.is_open


def test_what_is_no_message_is_refused_without_an_error(world: World, caplog: pytest.LogCaptureFixture) -> None:
    socket = Socket()
    for text in ("", "null", "{", json.dumps({"type": str(uuid.uuid4())})):
        assert socket.send(text)["code"] in (5, 6)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_no_line_has_a_word_of_what_a_socket_sends(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "polydesk")
    visitor, secret = world.visitor(), "s3cret-marker"
    asked = {"type": "auth", "api_token": secret, "app_uuid": secret, "user_uuid": secret, "device_uuid": secret}
    said = {"type": "send", "send": words(visitor, secret) | {"uuid": secret, secret: secret}}
    sent: list[Any] = [secret, {"type": secret}, asked, said, {"type": "typing", "conversation_uuid": secret}]
    for is_failing in (False, True):
        with world.monkeypatch.context() as desk:
            if is_failing:
                desk.setattr(connections, "get", lambda *_: broken(secret))
            for message in sent:
                socket = Socket()
                with contextlib.suppress(Failed):
                    socket.send(message)
                assert [told["type"] for told in socket.received] == ["ACK"]
    assert len(caplog.records) > len(sent)
    assert secret not in caplog.text
