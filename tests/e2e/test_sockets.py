"""Clients that listen: a visitor and agents hear of each other at once."""

import uuid
from typing import Any

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.people import devices, people
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World


def device_of(world: World, at: int = 0) -> str:
    agent = world.agents[at]
    return devices.register(world.ctx(AGENT, agent), agent.id, f"phone {uuid.uuid4()}", "BROWSER").id


def reply(world: World, text: str) -> None:
    """The first agent answers through Anytime."""
    path, body = "/api/v3/anytime/conversations/1/messages", {"type": "reply", "plainBody": text}
    assert world.call("POST", path, body, **world.bearer()).status == 200
    world.settle()


def words(visitor: Visitor, text: str) -> dict[str, Any]:
    """A `send` of a visitor."""
    return {
        "uuid": str(uuid.uuid4()),
        "app_uuid": visitor.world.account,
        "conversation_uuid": visitor.conversation,
        "conversation_type": "P2S",
        "from_uuid": visitor.id,
        "from_type": "DU",
        "to_uuid": visitor.conversation,
        "to_type": "AP",
        "device_uuid": visitor.device,
        "message_type": "NOTI",
        "message_subtype": "TEXT",
        "message_body": text,
    }


def test_a_message_reaches_the_other_side_at_once_and_not_the_one_who_wrote_it(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    world.settle()
    theirs, mine = Socket(), Socket()
    device = device_of(world)
    assert theirs.auth(world, visitor.id, visitor.device)["code"] == 0
    token = world.token("PPKEFU", world.agents[0])
    assert mine.auth(world, world.agents[0].id, device, "PPKEFU", token)["code"] == 0
    sent = words(visitor, "hello")
    ack = theirs.send({"type": "SEND", "send": sent})
    assert ack == {
        "type": "ACK",
        "what": "SEND",
        "code": 0,
        "reason": "success",
        "extra": {"uuid": sent["uuid"], "conversation_uuid": visitor.conversation},
    }
    assert theirs.send({"type": "send", "send": sent})["code"] == 0, "the same again stores nothing and is well"
    world.settle()
    assert visitor.history() == ["hello"]
    (heard,) = mine.messages()
    assert (heard["bo"], heard["id"], heard["fi"], heard["ci"]) == ("hello", sent["uuid"], visitor.id, visitor.conversation)
    assert heard["from_user"]["uuid"] == visitor.id
    assert theirs.messages() == []
    reply(world, "How can I help?")
    assert [message["bo"] for message in theirs.messages()] == ["How can I help?"]
    assert theirs.messages()[0]["from_user"]["user_email"] is None, "an agent's address is not a visitor's to know"
    assert [message["bo"] for message in mine.messages()] == ["hello", "How can I help?"], "through another client"


def test_a_socket_that_has_gone_without_a_word_is_forgotten(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    lost, kept = Socket(), Socket()
    lost.auth(world, visitor.id, visitor.device)
    kept.auth(world, visitor.id, visitor.device)
    lost.lose()
    for text in ("one", "two"):
        reply(world, text)
    assert [message["bo"] for message in kept.messages()] == ["one", "two"]
    assert lost.received[1:] == []


def test_only_who_watches_sees_somebody_type(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    world.settle()
    theirs, mine = Socket(), Socket()
    theirs.auth(world, visitor.id, visitor.device)
    mine.auth(world, world.agents[0].id, device_of(world), "PPKEFU", world.token("PPKEFU", world.agents[0]))
    typing = {"type": "typing", "conversation_uuid": visitor.conversation}
    mine.send(typing)
    assert [told["type"] for told in theirs.received if told["type"] == "TYPING"] == []
    assert theirs.send({"type": "typing_watch", "conversation_uuid": visitor.conversation})["code"] == 0
    mine.send(typing)
    assert theirs.received[-1] == {
        "type": "TYPING",
        "user_uuid": world.agents[0].id,
        "conversation_uuid": visitor.conversation,
        "user_id": world.agents[0].number,
    }
    theirs.send({"type": "typing_unwatch", "conversation_uuid": visitor.conversation})
    mine.send(typing)
    assert [told["type"] for told in theirs.received].count("TYPING") == 1


def test_typing_without_a_place_is_in_the_one_conversation_that_is_watched(world: World) -> None:
    world.online(world.agents[0])
    visitor, another = world.visitor(), world.visitor()
    world.settle()
    theirs, mine = Socket(), Socket()
    theirs.auth(world, visitor.id, visitor.device)
    mine.auth(world, world.agents[0].id, device_of(world), "PPKEFU", world.token("PPKEFU", world.agents[0]))
    assert theirs.send({"type": "typing"})["code"] == 4, "they watch none"
    for socket in (theirs, mine):
        assert socket.send({"type": "typing_watch", "conversation_uuid": visitor.conversation})["code"] == 0
    theirs.send({"type": "typing"})
    told = {"type": "TYPING", "user_uuid": visitor.id, "conversation_uuid": visitor.conversation}
    assert mine.received[-1] == told | {"user_id": people.get(world.ctx(ADMIN), visitor.id).number}
    mine.send({"type": "typing"})
    assert theirs.received[-1]["user_uuid"] == world.agents[0].id
    mine.send({"type": "typing_watch", "conversation_uuid": another.conversation})
    assert mine.send({"type": "typing"})["code"] == 4, "it may be either"


def test_an_agent_sees_their_visitor_come_and_go(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    mine = Socket()
    mine.auth(world, world.agents[0].id, device_of(world), "PPKEFU", world.token("PPKEFU", world.agents[0]))
    theirs = Socket()
    theirs.auth(world, visitor.id, visitor.device)
    assert mine.received[-1] == {"type": "ONLINE", "user_uuid": visitor.id, "mobile": "UNCHANGED", "browser": "ONLINE"}
    theirs.close()
    assert mine.received[-1] == {"type": "ONLINE", "user_uuid": visitor.id, "mobile": "UNCHANGED", "browser": "OFFLINE"}


def test_who_may_not_listen_is_told_why_and_put_out(world: World, other: World) -> None:
    visitor, stranger = world.visitor(), other.visitor()
    cases: list[tuple[dict[str, Any], int]] = [
        ({"user_uuid": None}, 1),
        ({"is_service_user": None}, 2),
        ({"is_service_user": "no"}, 4),
        ({"api_token": "nonsense"}, 8),
        ({"app_uuid": other.account}, 9),
        ({"is_service_user": True}, 9),
        ({"user_uuid": stranger.id}, 13),
        ({"user_uuid": world.agents[0].id}, 13),
        ({"device_uuid": stranger.device}, 1),
    ]
    whole: dict[str, Any] = {"type": "auth", "app_uuid": world.account, "user_uuid": visitor.id, "device_uuid": visitor.device}
    whole |= {"is_service_user": False, "extra_data": None, "api_token": world.token("PPCOM")}
    for changes, code in cases:
        socket = Socket()
        socket.send(whole | changes)
        assert (socket.received[0]["what"], socket.received[0]["code"]) == ("AUTH", code), changes
        assert not socket.is_open
    socket = Socket()
    socket.send({name: value for name, value in whole.items() if name != "extra_data"})
    assert socket.received[0]["code"] == 3


def test_whatever_a_socket_sends_it_gets_a_code(world: World) -> None:
    visitor = world.visitor()
    socket = Socket()
    assert socket.send("{")["code"] == 6
    assert socket.send("[]")["code"] == socket.send('{"type": 3}')["code"] == socket.send('{"type": "x"}')["code"] == 5
    assert socket.send({"type": "send", "send": words(visitor, "hi")})["code"] == 8
    socket.auth(world, visitor.id, visitor.device)
    assert socket.send({"type": "send"})["code"] == 4
    assert socket.send({"type": "send", "send": words(visitor, "hi") | {"message_body": 3}})["code"] == 4
    assert socket.send({"type": "send", "send": words(visitor, "hi") | {"conversation_uuid": str(uuid.uuid4())}})["code"] == 10
    assert socket.send({"type": "send", "send": words(visitor, "")})["code"] == 7
    assert socket.send({"type": "typing_watch"})["code"] == 4
    assert socket.send({"type": "typing_watch", "conversation_uuid": "x"})["code"] == 10
    assert visitor.history() == []
