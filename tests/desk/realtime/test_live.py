"""Sockets: who listens, who is told, and who is forgotten."""

from typing import Any

import pytest

from chalicelib.context import AGENT
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import tokens
from chalicelib.desk.conversations import members
from chalicelib.desk.conversations.members import ChangeMembers
from chalicelib.desk.realtime import live
from chalicelib.models import connections, topics
from tests.e2e.test_sockets import device_of, reply, words
from tests.lambdas import counted, invoke
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World


def listening(world: World, visitor: Visitor) -> Socket:
    socket = Socket()
    assert socket.auth(world, visitor.id, visitor.device)["code"] == 0
    return socket


def an_agent(world: World, at: int = 0) -> Socket:
    socket = Socket()
    assert (
        socket.auth(world, world.agents[at].id, device_of(world, at), "PPKEFU", world.token("PPKEFU", world.agents[at]))["code"]
        == 0
    )
    return socket


def stored(world: World, topic: str) -> list[str]:
    found = topics.listeners(world.account, [topic], world.now).get(topic, [])
    return [listener.connection for listener in found]


def onlines(socket: Socket) -> list[Any]:
    return [told["browser"] for told in socket.received if told["type"] == "ONLINE"]


def test_a_visitor_s_socket_never_hears_another_s_conversation(world: World, other: World) -> None:
    world.online(world.agents[0])
    visitor, another, stranger = world.visitor(), world.visitor(), other.visitor()
    world.settle()
    mine, second, foreign = listening(world, visitor), listening(world, another), listening(other, stranger)
    before = [len(second.received), len(foreign.received)]
    reply(world, "for the first alone")
    assert visitor.say("hello").body["error_code"] == 0
    world.settle()
    assert [message["bo"] for message in mine.messages()] == ["for the first alone"]
    assert [len(second.received), len(foreign.received)] == before
    for socket in (second, foreign):
        watching = {"type": "typing_watch", "conversation_uuid": visitor.conversation}
        assert socket.send(watching)["code"] == socket.send(watching | {"type": "typing"})["code"] == 10
        assert socket.send({"type": "send", "send": words(visitor, "x") | {"from_uuid": another.id}})["code"] in (7, 10)
    assert stored(world, visitor.conversation) == stored(other, visitor.conversation) == []


def test_a_message_of_a_warm_socket_costs_one_read_more_than_over_http(world: World) -> None:
    visitor = world.visitor()
    socket = listening(world, visitor)
    socket.send({"type": "send", "send": words(visitor, "one")})
    with counted() as sent:
        socket.send({"type": "send", "send": words(visitor, "two")})
    assert sent == ["GetItem", "GetItem", "TransactWriteItems", "PostToConnection"]


def test_fan_out_is_one_read_of_all_members(world: World) -> None:
    ours = World(world.monkeypatch, clock_of=world, name="all", allocation=accounts.EVERYONE)
    visitor, sockets = ours.visitor(), [an_agent(ours, at) for at in range(3)]
    visitor.say("hello")
    ours.relay()
    ((_, queue, body),) = [entry for entry in ours.queued if "message.posted" in entry[2]]
    with counted() as cold:
        ours.deliver(queue, body)
    with counted() as warm:
        ours.deliver(queue, body)
    told = ["PostToConnection"] * 3
    assert cold == ["GetItem", "BatchGetItem", "Query", *["BatchGetItem"] * 2, *told], (
        "one read of all tokens, then known for a minute"
    )
    assert warm == ["GetItem", "BatchGetItem", "Query", "BatchGetItem", *told]
    assert [len(socket.messages()) for socket in sockets] == [2, 2, 2]


def test_a_token_that_has_ended_neither_speaks_nor_listens(world: World) -> None:
    visitor = world.visitor()
    token = world.token("PPCOM")
    socket, beside = Socket(), Socket()
    for each in (socket, beside):
        assert each.auth(world, visitor.id, visitor.device, token=token)["code"] == 0
    tokens.revoke(tokens_of(world, token))
    assert socket.send({"type": "send", "send": words(visitor, "x")})["code"] == 8
    assert not socket.is_open and visitor.history() == []
    world.now += 3_600_000
    reply_to = live.listeners(world.as_agent(), [visitor.id])
    assert reply_to == [], "a token of an hour has expired by then"


def tokens_of(world: World, token: str) -> Any:
    ctx = world.ctx(AGENT)
    return ctx.acting(tokens.check(ctx, token, tokens.ACCESS))


def test_a_token_is_read_anew_each_minute_however_often_it_is_shown(world: World) -> None:
    secret = world.token("PPCOM")
    ctx = world.ctx(AGENT)
    tokens.check(ctx, secret, tokens.ACCESS)
    for _ in range(3):
        world.now += 25_000
        with counted() as sent:
            tokens.check(world.ctx(AGENT), secret, tokens.ACCESS)
    assert sent == ["BatchGetItem"]


def test_one_of_two_tabs_that_closes_is_nobody_who_leaves(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    mine = an_agent(world)
    first, second = listening(world, visitor), listening(world, visitor)
    first.close()
    assert onlines(mine) == ["ONLINE"]
    second.close()
    assert onlines(mine) == ["ONLINE", "OFFLINE"]


def test_a_socket_that_becomes_another_s_hears_the_first_no_more(world: World) -> None:
    visitor, another = world.visitor(), world.visitor()
    socket = listening(world, visitor)
    assert socket.auth(world, another.id, another.device)["code"] == 0
    assert (stored(world, visitor.id), stored(world, another.id)) == ([], [socket.id])
    socket.close()
    assert stored(world, another.id) == []
    assert connections.get(socket.id) is None


def test_a_socket_without_a_row_is_forgotten_where_it_still_listens(world: World) -> None:
    visitor = world.visitor()
    socket = listening(world, visitor)
    connections.delete(socket.id)
    socket.lose()
    ctx = world.as_agent()
    assert live.send(ctx, live.listeners(ctx, [visitor.id]), "{}") == 0
    assert stored(world, visitor.id) == []
    invoke("websocket_disconnect", socket._event(None))


def test_who_has_stopped_watching_may_watch_again(world: World) -> None:
    visitor = world.visitor()
    socket = listening(world, visitor)
    for kind, count in (("typing_watch", 1), ("typing_unwatch", 0), ("typing_watch", 1), ("typing_watch", 1)):
        assert socket.send({"type": kind, "conversation_uuid": visitor.conversation})["code"] == 0
        assert len(stored(world, visitor.conversation)) == count


def test_who_has_been_taken_out_is_not_told_who_types(world: World) -> None:
    visitor, friend = world.visitor(), world.visitor()
    visitor.say("hello")
    members.change(world.as_visitor(visitor.id), visitor.conversation, ChangeMembers(add=(friend.id,)))
    typing = {"type": "typing", "conversation_uuid": visitor.conversation}
    mine, theirs = listening(world, visitor), listening(world, friend)
    for socket in (mine, theirs):
        assert socket.send(typing | {"type": "typing_watch"})["code"] == 0
    members.change(world.as_visitor(visitor.id), visitor.conversation, ChangeMembers(remove=(friend.id,)))
    before = len(mine.received), len(theirs.received)
    mine.send(typing)
    for kind in ("typing", "typing_watch"):
        assert theirs.send(typing | {"type": kind})["code"] == 10
    assert [told["type"] for told in theirs.received[before[1] :]] == ["ACK", "ACK"]
    assert len(mine.received) == before[0]


def test_nobody_watches_without_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_MOST_WATCHED", 0)
    visitor = world.visitor()
    watching = {"type": "typing_watch", "conversation_uuid": visitor.conversation}
    assert listening(world, visitor).send(watching)["code"] == 4


def test_members_are_shown_as_connected_by_their_devices(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()

    def shown() -> list[tuple[bool, bool]]:
        given = {"app_uuid": world.account, "user_uuid": visitor.id, "device_uuid": visitor.device}
        users = world.pp("PPCOM_GET_DEFAULT_CONVERSATION", **given).body["user_list"]
        return [(user["is_browser_online"], user["is_mobile_online"]) for user in users]

    assert shown() == [(False, False), (True, False)], "an agent who is online works somewhere"
    listening(world, visitor)
    phone = world.call(
        "POST",
        "/api/PPKEFU_LOGIN",
        {"user_email": world.agents[0].email, "terminal": "phone", "ostype": "IOS"},
        Authorization=f"OAuth {world.token('PPKEFU')}",
    ).body["device_uuid"]
    Socket().auth(world, world.agents[0].id, phone, "PPKEFU", world.token("PPKEFU"))
    assert shown() == [(True, False), (False, True)]
