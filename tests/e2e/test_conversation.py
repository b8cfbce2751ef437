"""One whole conversation through all four doors."""

from typing import Any

from tests.world import World


def tickets(world: World, at: int = 0) -> list[dict[str, Any]]:
    return list(world.call("GET", "/cs-chat-ticket/v1/tickets", **world.bearer(world.agents[at])).body)


def shown(world: World, number: int) -> dict[str, Any]:
    answer = world.call("GET", f"/api/v3/anytime/conversations/{number}?include=contact", **world.bearer())
    assert answer.status == 200
    return dict(answer.body["conversation"])


def test_a_conversation_is_seen_answered_and_closed_through_every_dialect(world: World) -> None:
    ada = world.agents[0]
    world.call(
        "PUT",
        "/api/v3/anytime/autoClose",
        {"isEnabled": True, "reassignUnpickedAfter": 180, "warnAfter": 300, "closeAfter": 600},
        **world.bearer(world.owner),
    )
    world.online(ada)
    visitor = world.visitor()
    assert visitor.info()["status"] == "NEW"
    assert visitor.say("hello").body["error_code"] == 0
    world.settle()

    (ticket,) = tickets(world)
    assert ticket["id"] == visitor.conversation
    assert ticket["metadata"]["pickedTimestamp"] is None
    assert ticket["metadata"]["assignedTimestamp"] == world.now // 1000
    pick = f"/cs-chat-ticket/v1/tickets/{visitor.conversation}/pickedTime"
    assert world.call("PUT", pick, X_Agent_ID=ada.email, **world.bearer()).status == 200
    assert tickets(world)[0]["metadata"]["pickedTimestamp"] == world.now // 1000

    (listed,) = world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"]
    assert (listed["status"], listed["agentAssigneeId"], listed["lastMessage"]) == ("new", ada.number, "hello")
    messages = f"/api/v3/anytime/conversations/{listed['id']}/messages"
    world.now += 1000
    assert world.call("POST", messages, {"type": "reply", "plainBody": "How can I help?"}, **world.bearer()).status == 200
    assert [message["plainBody"] for message in world.call("GET", messages, **world.bearer()).body["messages"]] == [
        "hello",
        "How can I help?",
    ]
    changed = world.call("PUT", f"/api/v3/anytime/conversations/{listed['id']}", {"priority": "high"}, **world.bearer())
    assert changed.body["conversation"]["priority"] == "high"

    assert visitor.history() == ["hello", "How can I help?"]
    assert visitor.info()["status"] == "OPEN"
    assert visitor.info()["assigned_uuid"] == ada.id

    metadata = tickets(world)[0]["metadata"]
    assert metadata["autoCloseWarningTimestamp"] == world.now // 1000 + 300
    assert metadata["autoCloseTimestamp"] == world.now // 1000 + 600
    world.pass_(299)
    assert len(visitor.history()) == 2
    world.pass_(2)
    assert len(visitor.history()) == 3
    world.pass_(298)
    assert visitor.info()["status"] == "OPEN"
    world.pass_(2)
    assert visitor.info()["status"] == "CLOSE"
    assert shown(world, listed["id"])["status"] == "closed"
    assert tickets(world) == []

    operators = world.call("GET", "/auth/addon/live_chat/operator/list", **world.bearer(world.owner)).body["message"]
    assert {entry["email"]: entry["status"] for entry in operators}[ada.email] == 1


def test_a_room_is_closed_by_hand_and_again_without_harm(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    world.settle()
    room = f"/cs-chat-ticket/v1/rooms/{visitor.conversation}"
    for _ in range(2):
        assert world.call("DELETE", room, **world.bearer()).status == 200
        assert visitor.info()["status"] == "CLOSE"


def test_a_customer_who_writes_again_opens_his_conversation_and_gets_an_agent(world: World) -> None:
    world.online(world.agents[1])
    visitor = world.visitor()
    world.settle()
    world.call("DELETE", f"/cs-chat-ticket/v1/rooms/{visitor.conversation}", **world.bearer(world.owner))
    visitor.say("one more thing")
    assert visitor.info()["status"] == "OPEN"
    world.settle()
    assert visitor.info()["assigned_uuid"] == world.agents[1].id
    assert [ticket["id"] for ticket in tickets(world, 1)] == [visitor.conversation]
