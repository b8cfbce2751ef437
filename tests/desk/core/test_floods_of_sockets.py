"""Limits of sockets, and of what is stored for each person: devices and acknowledgements."""

import uuid

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import group_chats
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.rate_limits import DEFAULTS
from chalicelib.desk.people import devices as desk_devices
from chalicelib.desk.realtime import live
from chalicelib.models import devices, receipts, topics
from tests.desk.core.floods import ELSEWHERE, MOST, OF_SOCKETS, Actor, only, pp
from tests.desk.core.floods import at_an_own_address as at_an_own_address
from tests.e2e.test_sockets import device_of
from tests.lambdas import counted
from tests.websockets import Socket
from tests.world import World

# --- sockets


def test_an_address_opens_so_many_sockets(world: World) -> None:
    only("sockets")
    assert [Socket().connected for _ in range(MOST + 1)] == [200] * MOST + [429]
    assert Socket(source=ELSEWHERE).connected == 200


def test_a_socket_is_told_to_wait_and_closed_when_it_does_not(world: World) -> None:
    visitor = world.visitor()
    socket = Socket()
    assert socket.auth(world, visitor.id, visitor.device)["code"] == 0
    beyond = " ".join(f"{name}=1000000/3600" for name in DEFAULTS if name not in OF_SOCKETS)
    rate_limits.use(f"{beyond} socket_messages={MOST}/60 socket_refusals=5/60")
    sent = {"uuid": str(uuid.uuid4()), "conversation_uuid": visitor.conversation}
    for _ in range(MOST):
        assert socket.send({"type": "nonsense"})["code"] == 5
    with counted() as cost:
        ack = socket.send({"type": "send", "send": sent})
        assert socket.send({"type": "typing_watch", "conversation_uuid": visitor.conversation})["what"] == "TYPING_WATCH"
    assert (ack["what"], ack["code"], ack["extra"]["uuid"]) == ("SEND", 7, sent["uuid"])
    assert f"try again in {ack['extra']['retry_after']} seconds" in ack["reason"]
    assert {*cost} == {"PostToConnection", "UpdateItem"} and cost.count("UpdateItem") <= 3
    assert [socket.send("no json")["code"] for _ in range(3)] == [4] * 3 and socket.is_open
    socket.send("no json")
    assert not socket.is_open
    again = Socket()
    assert again.auth(world, visitor.id, visitor.device)["code"] == 0, "another socket counts for itself"


def test_a_message_over_a_limit_is_refused_on_the_socket_too(world: World) -> None:
    visitor = world.visitor()
    socket = Socket()
    socket.auth(world, visitor.id, visitor.device)
    only("messages", most=1)
    given = {"app_uuid": world.account, "conversation_uuid": visitor.conversation, "from_uuid": visitor.id, "from_type": "DU"}
    given |= {"to_uuid": visitor.conversation, "to_type": "AP", "message_type": "NOTI", "message_subtype": "TEXT"}
    acks = [socket.send({"type": "send", "send": {**given, "uuid": str(uuid.uuid4()), "message_body": "x"}}) for _ in range(2)]
    assert [ack["code"] for ack in acks] == [0, 7]
    assert acks[1]["extra"]["retry_after"] > 0
    assert visitor.history() == ["x"]


def test_one_socket_more_than_a_person_may_have_closes_the_oldest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_SOCKETS", 3)
    visitor, sockets = world.visitor(), []
    for _ in range(5):
        sockets.append(Socket())
        world.now += 1000
        assert sockets[-1].auth(world, visitor.id, visitor.device, token=world.token("PPCOM"))["code"] == 0
        assert all(socket.is_open for socket in sockets[-3:])
    assert [socket.is_open for socket in sockets] == [False, False, True, True, True]
    listening = topics.listeners(world.account, [visitor.id], world.now)[visitor.id]
    assert {each.connection for each in listening} == {socket.id for socket in sockets[2:]}


# --- what is stored


def test_a_person_has_so_many_devices_and_keeps_those_in_use(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_devices, "MOST", 3)
    visitor, given = world.visitor(), {"app_uuid": world.account, "device_ostype": "BROWSER", "ppcom_trace_uuid": "any"}
    made = [visitor.device]
    for at in range(4):
        world.now += 1000
        made.append(world.pp("PP_CREATE_DEVICE", user_uuid=visitor.id, device_id=f"{at}", **given).body["device_uuid"])
        world.pp("PP_UPDATE_DEVICE", user_uuid=visitor.id, device_uuid=visitor.device, device_fullname="mine", **given)
    kept_ = {device.id for device in devices.of_person(world.account, visitor.id, 100)}
    assert kept_ == {visitor.device, *made[-2:]}
    assert world.pp("PP_CREATE_DEVICE", user_uuid=visitor.id, device_id="3", **given).body["error_code"] == 25


def test_a_device_that_made_room_is_not_there_any_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_devices, "MOST", 1)
    visitor, given = world.visitor(), {"app_uuid": world.account, "device_ostype": "BROWSER", "ppcom_trace_uuid": "any"}
    update = {"user_uuid": visitor.id, "device_uuid": visitor.device, "device_fullname": "mine", **given}
    assert world.pp("PP_UPDATE_DEVICE", **update).body["error_code"] == 0
    unused = devices.of_person(world.account, visitor.id)
    devices.create(world.account, visitor.id, devices.Device(id=str(uuid.uuid4()), client_id="x", os="", created_at=1), unused)
    assert world.pp("PP_UPDATE_DEVICE", **update).body["error_code"] == 8, "another process removed it"


def test_devices_that_came_at_the_same_moment_make_room_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, given = world.visitor(), {"app_uuid": world.account, "device_ostype": "BROWSER", "ppcom_trace_uuid": "any"}
    for at in range(6):
        world.pp("PP_CREATE_DEVICE", user_uuid=visitor.id, device_id=f"{at}", **given)
    monkeypatch.setattr(desk_devices, "MOST", 3)
    last = world.pp("PP_CREATE_DEVICE", user_uuid=visitor.id, device_id="last", **given).body["device_uuid"]
    left = devices.of_person(world.account, visitor.id)
    assert len(left) == 3 and last in {device.id for device in left}


def test_who_was_here_before_comes_back_where_no_new_visitor_may_come(world: World) -> None:
    only("visitors", 2)
    known, another = str(uuid.uuid4()), str(uuid.uuid4())
    actor = Actor(world, world.visitor())
    answers_ = [pp(actor, "PP_CREATE_ANONYMOUS", ppcom_trace_uuid=trace) for trace in (known, another, known)]
    assert [answer.body["error_code"] for answer in answers_] == [0, 20, 0]


def test_acknowledging_what_is_not_there_or_another_s_stores_nothing(world: World, other: World) -> None:
    visitor, another, theirs = world.visitor(), world.visitor(), other.visitor()
    made_up = [f"{visitor.device}:{uuid.uuid4()}:{at}" for at in range(90)]
    foreign = [f"{visitor.device}:{chat}:1" for chat in (another.conversation, theirs.conversation, "none")]
    world.pp("ACK_MESSAGE", list=[f"{visitor.device}:{visitor.conversation}:1"], user_uuid=visitor.id)
    with counted() as sent:
        for _ in range(5):
            answer = world.pp("ACK_MESSAGE", list=[*made_up, *foreign], user_uuid=visitor.id)
            assert answer.body["error_code"] == 0
    assert sent == ["BatchGetItem"] * 5
    assert [*receipts.of_device(world.account, visitor.device)] == [visitor.conversation]


def test_a_member_by_name_acknowledges_and_an_agent_does_in_any_conversation_but_others_own(world: World) -> None:
    visitor, guest = world.visitor(), world.visitor()
    openings_ = group_chats.CreateConversation(visitor.id, (guest.id, world.agents[0].id))
    talk = group_chats.create(world.ctx(ADMIN), openings_).conversation.id
    among = group_chats.CreateConversation(world.agents[1].id, (world.agents[2].id,), internal=True)
    internal = group_chats.create(world.as_agent(1), among).conversation.id
    device = device_of(world, 0)
    token = world.token("PPKEFU")
    world.pp("ACK_MESSAGE", list=[f"{guest.device}:{chat}:1" for chat in (talk, visitor.conversation)], user_uuid=guest.id)
    acked = [f"{device}:{chat}:1" for chat in (talk, visitor.conversation, internal)]
    world.call("POST", "/api/ACK_MESSAGE", {"list": acked}, Authorization=f"OAuth {token}")
    assert {*receipts.of_device(world.account, guest.device)} == {talk}
    assert {*receipts.of_device(world.account, device)} == {talk, visitor.conversation}


def test_an_acknowledgement_of_a_conversation_that_is_known_is_one_request(world: World) -> None:
    visitor = world.visitor()

    def ack(at: int) -> None:
        world.pp("ACK_MESSAGE", list=[f"{visitor.device}:{visitor.conversation}:{at}"], user_uuid=visitor.id)

    ack(1)
    world.now += 50_000
    with counted() as sent:
        ack(2)
    assert sent == ["UpdateItem"]
    answer = world.pp("ACK_MESSAGE", list=[f"{uuid.uuid4()}:{uuid.uuid4()}:1" for _ in range(6)], user_uuid=visitor.id)
    assert answer.body["error_code"] == 28, "one client has one device"
