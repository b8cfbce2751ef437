"""All that a stage's functions do: every endpoint once, every queue, stream and the schedule."""

import json
import uuid
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import routing
from chalicelib.desk.conversations import conversations as desk_conversations
from chalicelib.desk.conversations import group_chats, messages
from chalicelib.desk.core import rate_limits
from chalicelib.desk.people import agents, devices
from chalicelib.models import conversations, settings, summaries
from chalicelib.models.base import ConditionFailed
from tests import policies
from tests.conformance.cases_sockets import agents_device
from tests.conformance.scene import Scene, message, set_up
from tests.conformance.table import every_row
from tests.e2e.test_sockets import device_of
from tests.infra import arrivals, endings, firings, hooks, leavings, mailings, ways
from tests.websockets import Socket
from tests.world import World


def exercise(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every endpoint once, and all that the queues, streams and the schedule do, in ever new processes."""
    monkeypatch.setattr(policies, "always_cold", True)
    monkeypatch.setattr(routing, "MOST_AT_ONCE", 1)
    monkeypatch.setattr("chalicelib.desk.core.later.CROWD", 0)
    scene = set_up(world)
    for row in every_row():
        levels = row.facts.get("api_levels") or ["PPCOM"]
        for label in {levels[0], levels[-1]}:
            scene.ask(row, label)
    own = {"app_uuid": world.account, "user_uuid": world.owner.id}
    of_owners: list[tuple[str, dict[str, str]]] = [("PP_CREATE_APP", {"app_name": "A"}), ("PP_GET_ALL_APP_LIST", {})]
    for endpoint, more in [*of_owners, ("PP_GET_API_INFO", {"renew": "PPCOM"})]:
        assert world.pp(endpoint, "PPCONSOLE", **own, **more).body["error_code"] == 0
    who = {"user_email": "signed-up-here@new.test", "user_fullname": "New", "user_password": "x"}
    forgotten = ("PPCONSOLE_SEND_NEW_PASSWORD", {"user_email": who["user_email"]})
    for endpoint, given in [("PPCONSOLE_SIGNUP", {**who, "app_name": "B"}), forgotten]:
        assert world.pp(endpoint, "PPCONSOLE_BEFORE_LOGIN", **given).body["error_code"] == 0
    for name in ("tag", "tag", ""):
        key = {"Idempotency_Key": f"key {name}"}  # a new one, the same again, and one whose request is refused
        assert world.call("POST", "/api/v3/anytime/tags", {"name": name}, **key, **world.bearer(world.owner)).status < 500
    listed = world.call("GET", "/api/v3/anytime/tags", **world.bearer()).body["tags"]
    tagged = f"/api/v3/anytime/conversations?tagId={listed[0]['id']}"
    assert world.call("GET", tagged, **world.bearer()).status == 200
    later = {"isEnabled": True, "reassignUnpickedAfter": 60, "warnAfter": 1200, "closeAfter": 2400}
    assert world.call("PUT", "/api/v3/anytime/autoClose", later, **world.bearer(world.owner)).status == 200
    assert world.call("GET", "/api/v3/anytime/conversations?tagId=1", **scene.bearer()).status == 200
    assert world.call("PUT", "/cs-chat-ticket/v1/offline", **scene.bearer()).status == 200
    world.settle()
    answered, unanswered = world.visitor(), world.visitor()
    assert answered.say("hello").body["error_code"] == unanswered.say("hello").body["error_code"] == 0
    file = world.upload(answered.id, b"words").body["fuuid"]
    sent = message(scene, "PPCOM") | {"from_uuid": answered.id, "conversation_uuid": answered.conversation}
    sent |= {"message_subtype": "FILE", "message_body": json.dumps({"fid": file})}
    assert world.pp("PP_SEND_MESSAGE", **sent).body["error_code"] == 0
    assert answered.say("x" * 200).body["error_code"] == 0
    assert world.call("GET", f"/download/{json.loads(answered.history()[-1])['fid']}").status == 200
    world.settle()
    lose_a_race(monkeypatch)
    world.online(*world.agents)
    number = desk_conversations.load(world.ctx(ADMIN), answered.conversation).number
    path = f"/api/v3/anytime/conversations/{number}/messages"
    assert world.call("POST", path, {"type": "reply", "plainBody": "hi"}, **scene.bearer()).status == 200
    listen(scene)
    put_out(world)
    ways.search(world)
    ways.search_in_opensearch(world)
    speak(scene)
    ways.lose_sockets(world, scene.visitor)
    ways.lose_an_agent(world)
    ways.speak_where_nobody_is_routed_to(world)
    leave(world)
    serve_together(world)
    wait_for_a_group(world)
    be_held_back(scene, monkeypatch)
    desert(world)
    endings.end_conversations(world)
    firings.fire(world, monkeypatch)
    mailings.mail(world, monkeypatch)
    arrivals.arrive(world, monkeypatch)
    for _ in range(42):
        world.pass_(60)
        world.sweep()
        world.settle()
    hooks.tell(world, monkeypatch)
    world.count()
    ways.reports(world)
    leavings.leave(world, monkeypatch)


def listen(scene: Scene) -> None:
    """A visitor and an agent on sockets, one that goes without a word, a login that puts another out, and a logout."""
    world, visitor, agent = scene.world, scene.visitor, scene.world.agents[0]
    device, token = agents_device(scene), world.token("PPKEFU", agent)
    both = group_chats.CreateConversation(visitor.id, (agent.id, world.agents[1].id))
    world.now += 1000  # members of the latest conversation hear about its visitor
    talk = group_chats.create(world.as_visitor(visitor.id), both).conversation
    messages.post(world.as_visitor(visitor.id), messages.PostMessage(talk.id, "to both of you"))
    among = group_chats.CreateConversation(agent.id, (world.agents[1].id, world.agents[2].id), internal=True)
    messages.post(world.as_agent(), messages.PostMessage(group_chats.create(world.as_agent(), among).conversation.id, "to us"))
    asked = {"app_uuid": world.account, "conversation_uuid": talk.id}
    assert len(world.pp("PP_GET_CONVERSATION_USER_LIST", "PPKEFU", **asked).body["list"]) == 3
    theirs, lost, mine, away = Socket(), Socket(), Socket(), Socket()
    for socket in (theirs, lost):
        assert socket.auth(world, visitor.id, visitor.device, token=world.token("PPCOM"))["code"] == 0
    for socket in (mine, away):
        assert socket.auth(world, agent.id, device, "PPKEFU", token)["code"] == 0
    lost.lose()
    for kind in ("typing_watch", "typing", "typing_unwatch"):
        theirs.send({"type": kind, "conversation_uuid": visitor.conversation})
    sent, waiting = message(scene, "PPKEFU") | {"device_uuid": device}, world.visitor().conversation
    fid = world.upload(agent.id, b"words").body["fuuid"]
    file = {"uuid": str(uuid.uuid4()), "message_subtype": "FILE", "message_body": json.dumps({"fid": fid})}
    for more in ({}, {"uuid": str(uuid.uuid4()), "conversation_uuid": waiting}, file):
        assert mine.send({"type": "send", "send": sent | more})["code"] == 0
    world.settle()
    history = {"conversation_uuid": visitor.conversation, "user_uuid": visitor.id, "max_uuid": sent["uuid"]}
    assert world.pp("PP_PAGE_HISTORY_MESSAGE", **history).body["error_code"] == 0
    acked = [f"{visitor.device}:{visitor.conversation}:{at}" for at in range(1, 99)]
    assert world.pp("ACK_MESSAGE", list=acked, user_uuid=visitor.id).body["error_code"] == 0
    away.lose()
    login = {"user_email": agent.email, "terminal": "another", "ostype": "BROWSER"}
    other = world.call("POST", "/api/PPKEFU_LOGIN", login, Authorization=f"OAuth {token}").body["device_uuid"]
    assert not mine.is_open
    again = Socket()
    for _ in range(2):
        assert again.auth(world, agent.id, other, "PPKEFU", token)["code"] == 0
    assert again.auth(world, agent.id, other, "PPKEFU", "nonsense")["code"] == 8
    given = {"app_uuid": world.account, "user_uuid": agent.id, "device_uuid": other}
    assert Socket().auth(world, agent.id, other, "PPKEFU", token)["code"] == 0
    theirs.close()
    assert world.call("POST", "/api/PPKEFU_LOGOUT", given, Authorization=f"OAuth {token}").body["error_code"] == 0
    world.settle()


def put_out(world: World) -> None:
    """A visitor is removed while their socket listens."""
    visitor, socket = world.visitor(), Socket()
    assert socket.auth(world, visitor.id, visitor.device, token=world.token("PPCOM"))["code"] == 0
    agents.remove(world.ctx(ADMIN), visitor.id)
    world.settle()
    assert not socket.is_open


def speak(scene: Scene) -> None:
    """Every kind of message by every kind of sender over sockets, one's over HTTP as well, where each listens to the others."""
    talkers = ways.talkers(scene.world, scene.visitor)
    listening = [talker.socket() for talker in talkers.values()]
    ways.say_everything(talkers["second"], "http")
    for talker in talkers.values():
        ways.say_everything(talker, "socket")
        scene.world.settle()
        ways.type_and_watch(talker)
    for socket in listening:
        socket.close()


def leave(world: World) -> None:
    """An agent's only socket closes; another's is lost, which shows when something is sent to it. Both are away after a while."""
    world.online(*world.agents)
    sockets = [Socket(), Socket()]
    for at, socket in enumerate(sockets, 1):
        agent = world.agents[at]
        assert socket.auth(world, agent.id, device_of(world, at), "PPKEFU", world.token("PPKEFU", agent))["code"] == 0
    sockets[0].lose()
    sockets[1].close()
    assert world.call("PUT", "/cs-chat-ticket/v1/offline", **world.bearer(world.owner)).status == 200
    assert world.call("PUT", "/cs-chat-ticket/v1/status", {"status": "busy"}, **world.bearer(world.agents[0])).status == 200
    world.settle()


def be_held_back(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person has more devices than they may, a socket says more than it may, and an agent looks at limits."""
    world, visitor = scene.world, scene.visitor
    monkeypatch.setattr(devices, "MOST", 1)
    given = {"app_uuid": world.account, "user_uuid": visitor.id, "device_id": "another", "device_ostype": "IOS"}
    given["ppcom_trace_uuid"] = "another"
    assert world.pp("PP_CREATE_DEVICE", **given).body["error_code"] == 0
    rate_limits.use("sockets=1/60 socket_messages=1/60")
    try:
        socket = Socket()
        assert [socket.send({"type": "typing"})["code"] for _ in range(2)] == [8, 4]
        assert Socket().connected == 429
        assert world.call("GET", "/api/v3/anytime/limits", **world.bearer()).status == 200
    finally:
        rate_limits.use("off")


def serve_together(world: World) -> None:
    """A visitor comes and goes where all agents get what they say."""
    ours = World(world.monkeypatch, clock_of=world, name="together", allocation=accounts.EVERYONE)
    visitor, socket = ours.visitor(), Socket()
    assert socket.auth(ours, visitor.id, visitor.device)["code"] == 0
    socket.close()


def wait_for_a_group(world: World) -> None:
    """A visitor waits for a group that nobody serves; in the end they are told so."""
    ours = World(world.monkeypatch, clock_of=world, name="groups", allocation=accounts.GROUP)
    row = settings.load(ours.account)["account#"]
    settings.put(row, {**row.document, "offline_message": "Nobody is here.", "tells_offline": True}, [])
    visitor = ours.visitor()
    Socket().auth(ours, visitor.id, visitor.device)
    assert visitor.conversation == ""
    (visitor.conversation,) = conversations.of_contact(ours.account, visitor.id, 1)
    assert visitor.say("hello").body["error_code"] == 0
    ours.settle()
    assert visitor.history() == ["hello", "Nobody is here."]


def desert(world: World) -> None:
    """An agent goes while a visitor waits; then the other one, who has answered, and the visitor writes again."""
    ours = World(world.monkeypatch, clock_of=world, name="deserted")
    assert ours.pp("PP_UPDATE_APP_INFO", "PPCONSOLE", app_uuid=ours.account, hand_over="always").body["error_code"] == 0
    ours.online(ours.agents[0])
    visitor = ours.asking()
    ours.online(ours.agents[1])
    first, second = (ours.bearer(agent) for agent in ours.agents[:2])
    assert ours.call("PUT", "/cs-chat-ticket/v1/offline", **first).status == 200
    ours.settle()
    assert visitor.info()["assigned_uuid"] == ours.agents[1].id
    answer = {"type": "reply", "plainBody": "hi"}
    assert ours.call("POST", "/api/v3/anytime/conversations/1/messages", answer, **second).status == 200
    assert ours.call("PUT", "/cs-chat-ticket/v1/offline", **second).status == 200
    ours.settle()
    assert visitor.info()["assigned_uuid"] == ours.agents[1].id
    visitor.say("hello?")
    ours.settle()
    assert visitor.info()["assigned_uuid"] is None


def lose_a_race(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next assignment finds that another was faster."""
    change = summaries.change

    def refuse(*_: Any, **__: Any) -> None:
        monkeypatch.setattr(summaries, "change", change)
        raise ConditionFailed(["ConditionalCheckFailed"], [None])

    monkeypatch.setattr(summaries, "change", refuse)
