"""What was said while a client was away comes again until it has it; no socket is needed."""

import json
import random
from typing import Any

from chalicelib.desk.accounts import accounts
from chalicelib.desk.people import devices
from chalicelib.desk.people.devices import Details
from tests.e2e.test_sockets import device_of, reply
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World


def unacked(visitor: Visitor, device: str | None = None) -> dict[str, Any]:
    given = {"app_uuid": visitor.world.account, "from_uuid": visitor.id, "device_uuid": device or visitor.device}
    answer = visitor.world.pp("GET_UNACKED_MESSAGES", **given)
    assert answer.body["error_code"] == 0, answer.body
    assert answer.body["size"] == len(answer.body["list"]) == len(answer.body["message"])
    return dict(answer.body)


def texts(shown: dict[str, Any]) -> list[str]:
    return [json.loads(shown["message"][pid])["bo"] for pid in shown["list"]]


def ack(visitor: Visitor, *pids: str) -> None:
    answer = visitor.world.pp("ACK_MESSAGE", list=list(pids), user_uuid=visitor.id)
    assert answer.body["error_code"] == 0, answer.body


def talking(world: World) -> Visitor:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    return visitor


def test_what_was_said_while_the_connection_was_lost_comes_once_more_and_what_was_acknowledged_does_not(world: World) -> None:
    visitor = talking(world)
    first = Socket()
    first.auth(world, visitor.id, visitor.device)
    reply(world, "heard")
    (heard,) = first.messages()
    ack(visitor, heard["pid"])
    reply(world, "heard, not acknowledged")
    first.lose()
    for count in range(120):
        reply(world, f"missed {count}")
    visitor.say("my own, from this device")
    second = Socket()
    assert second.auth(world, visitor.id, visitor.device)["code"] == 0
    missed = ["heard, not acknowledged", *(f"missed {count}" for count in range(120))]
    shown = unacked(visitor)
    assert texts(shown) == missed
    assert unacked(visitor) == shown, "until they are acknowledged"
    letters = json.loads(shown["message"][shown["list"][0]])
    assert (letters["pid"], letters["ci"], letters["from_user"]["uuid"]) == (
        shown["list"][0],
        visitor.conversation,
        world.agents[0].id,
    )
    pids = list(shown["list"])
    random.Random(7).shuffle(pids)
    ack(visitor, *pids[:50])
    ack(visitor, *pids[:50], *pids[50:100])
    assert set(unacked(visitor)["list"]) == set(pids[100:])
    for pid in [*reversed(pids), *pids]:
        ack(visitor, pid)
    assert unacked(visitor)["size"] == 0
    reply(world, "live again")
    assert [message["bo"] for message in second.messages()] == ["live again"]
    assert texts(unacked(visitor)) == ["live again"]
    page = world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=visitor.conversation, user_uuid=visitor.id, page_size=100)
    assert page.body["total_count"] == 125, "each stands in the history once"


def test_a_second_device_of_a_person_gets_its_own(world: World) -> None:
    visitor = talking(world)
    reply(world, "before the phone was there")
    world.now += 1000
    given = {"app_uuid": world.account, "user_uuid": visitor.id, "ppcom_trace_uuid": "t"}
    phone = world.pp("PP_CREATE_DEVICE", device_id="phone", device_ostype="IOS", **given).body["device_uuid"]
    reply(world, "on both")
    visitor.say("typed in the browser")
    ack(visitor, *unacked(visitor)["list"])
    assert unacked(visitor)["size"] == 0
    assert texts(unacked(visitor, phone)) == ["on both", "typed in the browser"]


def test_a_visitor_without_a_socket_gets_answers_over_http(world: World) -> None:
    visitor = talking(world)
    assert visitor.say("hello").body["error_code"] == 0
    reply(world, "hi")
    shown = unacked(visitor)
    assert texts(shown) == ["hi"]
    ack(visitor, *shown["list"])
    assert unacked(visitor)["size"] == 0


def agents_unacked(world: World, device: str, at: int = 0, label: str = "PPKEFU") -> dict[str, Any]:
    given = {"app_uuid": world.account, "from_uuid": world.agents[at].id, "device_uuid": device}
    return dict(world.pp("GET_UNACKED_MESSAGES", label, **given).body)


def test_an_agent_hears_what_a_visitor_said_before_they_had_the_conversation(world: World) -> None:
    device, mine = device_of(world), Socket()
    mine.auth(world, world.agents[0].id, device, "PPKEFU", world.token("PPKEFU", world.agents[0]))
    visitor = world.visitor()
    visitor.say("is anybody there?")
    visitor.say("hello?")
    world.settle()
    assert mine.messages() == []
    world.now += 1000
    world.online(world.agents[0])
    assert [message["bo"] for message in mine.messages()] == ["is anybody there?", "hello?"]
    assert texts(agents_unacked(world, device)) == ["is anybody there?", "hello?"]
    assert agents_unacked(world, device, label="THIRD_PARTY_KEFU")["size"] == 2, "a program asks for an agent"


def test_where_all_agents_have_a_part_each_gets_what_is_said(world: World) -> None:
    ours = World(world.monkeypatch, clock_of=world, name="broadcast", allocation=accounts.EVERYONE)
    kept = [device_of(ours, at) for at in range(2)]
    visitor = ours.visitor()
    visitor.say("hello, all")
    assert [texts(agents_unacked(ours, kept[0])), texts(agents_unacked(ours, kept[1], 1, "THIRD_PARTY_KEFU"))] == [
        ["hello, all"]
    ] * 2


def test_a_long_acknowledged_talk_leaves_a_small_receipt_that_costs_one_write(world: World) -> None:
    visitor = talking(world)
    for count in range(150):
        reply(world, f"{count}")
        if count % 3 == 0:
            visitor.say("yes")
        ack(visitor, f"{visitor.device}:{visitor.conversation}:{count + count // 3 + (count % 3 > 0) + 2}")
    from chalicelib.models import receipts

    (known,) = receipts.of_device(world.account, visitor.device).values()
    assert known.upto > 100 and len(known.acknowledged) <= 64
    assert unacked(visitor)["size"] == 0


def test_nobody_acknowledges_or_reads_for_another_s_device(world: World, other: World) -> None:
    visitor, another, stranger = talking(world), world.visitor(), other.visitor()
    reply(world, "for the visitor")
    (pid,) = unacked(visitor)["list"]
    agents = devices.record_use(world.as_agent(), world.agents[0].id, "b", Details(os="BROWSER")).id
    for user, code in ((another.id, 8), (world.agents[0].id, 7)):
        assert world.pp("ACK_MESSAGE", list=[pid], user_uuid=user).body["error_code"] == code
    assert other.pp("ACK_MESSAGE", list=[pid], user_uuid=visitor.id).body["error_code"] == 7
    assert world.pp("ACK_MESSAGE", list=[f"{agents}:{visitor.conversation}:1"]).body["error_code"] == 8
    for who, device, code in (
        (another.id, visitor.device, 8),
        (visitor.id, another.device, 8),
        (visitor.id, stranger.device, 8),
        (stranger.id, stranger.device, 7),
        (world.agents[0].id, agents, 7),
    ):
        given = {"app_uuid": world.account, "from_uuid": who, "device_uuid": device}
        assert world.pp("GET_UNACKED_MESSAGES", **given).body["error_code"] == code
    assert agents_unacked(world, agents, 1)["error_code"] == 20
    assert texts(unacked(visitor)) == ["for the visitor"]


def test_what_is_no_list_or_no_pid_has_its_code(world: World) -> None:
    visitor = talking(world)

    def code(given: Any) -> int:
        return int(world.pp("ACK_MESSAGE", list=given, user_uuid=visitor.id).body["error_code"])

    assert [code("x"), code({"a": 1}), code(["x"]), code([3]), code([f"{visitor.device}:c:-1"])] == [31, 31, 28, 28, 28]
    assert code([f"{visitor.device}:{at}:1" for at in range(101)]) == 28
    assert code([]) == code([f"{visitor.device}:no conversation:{at}" for at in range(1, 300)]) == 0
