"""Anytime's conversation, field by field: what each documented field is after what changes it."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import custom_fields
from tests.conformance.talk import OBJECTS, SECOND, Talk, asked, iso, mention, other
from tests.conformance.test_anytime import PATH
from tests.desk.conversations.desk import contact, create, department, field, tag
from tests.world import World


def _id(world: World) -> None:
    first, second = Talk(world), create(world.as_agent(), contact=contact(world, "Ned Novak").number)
    assert second.number == first.number + 1 and first.shown()["id"] == first.number


def _subject(world: World) -> None:
    talk = Talk(world, subject="A bill")
    assert talk.shown()["subject"] == "A bill"
    talk.put(subject="Two bills")
    assert talk.shown()["subject"] == "Two bills"


def _agent_assignee_id(world: World) -> None:
    talk, ben = Talk(world), world.agents[1].number
    assert talk.shown()["agentAssigneeId"] is None
    talk.put(agentAssigneeId=ben)
    assert talk.shown()["agentAssigneeId"] == ben
    talk.put(agentAssigneeId=None)
    assert talk.shown()["agentAssigneeId"] is None
    talk.post("mine")
    assert talk.shown()["agentAssigneeId"] == world.agents[0].number


def _department_assignee_id(world: World) -> None:
    sales, help_ = department(world, "Sales").number, department(world, "Help").number
    talk = Talk(world, departmentAssigneeId=sales)
    assert talk.shown()["departmentAssigneeId"] == sales
    talk.put(departmentAssigneeId=help_)
    assert talk.shown(query="?include=departmentAssignee")["departmentAssignee"] == {
        "id": help_,
        "name": "Help",
        "description": "",
    }
    talk.put(departmentAssigneeId=None)
    assert talk.shown()["departmentAssigneeId"] is None


def _contact_id(world: World) -> None:
    talk, ned = Talk(world), contact(world, "Ned Novak")
    assert talk.mia and talk.shown()["contactId"] == talk.mia.number
    talk.put(contactId=ned.number)
    shown = talk.shown(query="?include=contact")
    assert (shown["contactId"], shown["contact"]["name"]) == (ned.number, "Ned Novak")


def _received_from(world: World) -> None:
    assert Talk(world).shown()["receivedFrom"] is None


def _channel(world: World) -> None:
    assert Talk(world, channel="email").shown()["channel"] == "email"
    assert asked(other(world)).shown()["channel"] == "portal"


def _priority(world: World) -> None:
    talk = Talk(world)
    assert talk.shown()["priority"] == "normal"
    talk.put(priority="urgent")
    assert talk.shown()["priority"] == "urgent"


def _status(world: World) -> None:
    talk = Talk(world)
    assert talk.shown()["status"] == "new"
    talk.post("an answer")
    assert talk.shown()["status"] == "pendingExternal"
    talk.put(status="closed")
    assert talk.shown()["status"] == "closed"
    talk.put(status="onHold")
    assert talk.shown()["status"] == "onHold"


def _is_read(world: World) -> None:
    talk = asked(world)
    assert talk.shown()["isRead"] is False
    for word in ("read", "unread", "read"):
        talk.mark(word)
        assert talk.shown()["isRead"] == (word == "read")
    talk.put(isRead=False)
    talk.post("an answer")
    assert talk.shown()["isRead"] is True


def _is_read_by_contact(world: World) -> None:
    visitor = world.asking()
    (listed,) = world.call("GET", PATH, **world.bearer()).body["conversations"]
    talk = Talk(world, listed["id"])
    for name in ("isReaByContact", "isReadByContact"):
        assert talk.shown()[name] is True, "they wrote last"
        talk.post("an answer")
        assert talk.shown()[name] is False
        visitor.say("thanks")


def _custom_fields(world: World) -> None:
    size = field(world, "size", "dropdownList", options=_options("S", "L"))
    talk = Talk(world, customFields=[{"name": "SIZE", "value": "L"}, {"id": 2, "value": "A 7"}])
    own = {"id": 100 + size, "name": "size", "value": "L"}
    assert talk.shown()["customFields"] == [{"id": 2, "name": "orderId", "value": "A 7"}, own]
    talk.put(customFields=[{"id": own["id"], "value": "S"}])
    assert talk.shown()["customFields"][1]["value"] == "S"
    talk.put(customFields=[{"name": "size", "value": None}, {"name": "orderId", "value": ""}])
    assert talk.shown()["customFields"] == []


def _options(*values: str) -> Any:
    return custom_fields.options([(None, value, value) for value in values])


def _created_by(world: World) -> None:
    ada = world.agents[0]
    shown = Talk(world).shown(query="?include=createdBy")
    assert (shown["createdById"], shown["createdByType"], shown["createdBy"]["name"]) == (ada.number, "agent", "Ada Agent")
    machine = create(world.ctx(ADMIN), contact=contact(world, "Ned Novak").number)
    shown = Talk(world, machine.number).shown(query="?include=createdBy")
    assert (shown["createdById"], shown["createdByType"], shown["createdBy"]) == (None, "system", None)
    shown = asked(other(world)).shown(query="?include=createdBy")
    assert (shown["createdById"], shown["createdByType"]) == (shown["contactId"], "contact")
    assert shown["createdBy"]["id"] == shown["contactId"]


def _created_time(world: World) -> None:
    talk = Talk(world)
    created = iso(world.now)
    talk.put(priority="low")
    assert talk.shown()["createdTime"] == created


def _last_activity_time(world: World) -> None:
    named = tag(world, "vip")
    sales = department(world, "Sales").number
    talk, ben = Talk(world, customFields=[{"id": 1, "value": "x"}]), world.agents[1].number
    acts: list[Callable[[], object]] = [
        lambda: talk.post("an answer"),
        lambda: talk.post(mention(world, 0, 1), "note"),
        lambda: talk.put(priority="high"),
        lambda: talk.put(subject="Else"),
        lambda: talk.put(status="onHold"),
        lambda: talk.put(agentAssigneeId=ben),
        lambda: talk.put(departmentAssigneeId=sales),
        lambda: talk.put(tagIds=[named]),
        lambda: talk.put(customFields=[{"id": 1, "value": "y"}]),
    ]
    for act in acts:
        act()
        assert talk.shown()["lastActivityTime"] == iso(world.now - 2 * SECOND)
    last = talk.shown()["lastActivityTime"]
    for at in (0, 1):
        for word in ("unread", "read", "unread"):
            talk.mark(word, at)
    assert talk.shown()["lastActivityTime"] == last


def _last_status_change_time(world: World) -> None:
    talk = Talk(world)
    assert talk.shown()["lastStatusChangeTime"] == talk.shown()["createdTime"]
    talk.put(status="onHold")
    changed = iso(world.now)
    talk.put(priority="low")
    talk.put(status="onHold")
    assert talk.shown()["lastStatusChangeTime"] == changed


def _last_replied(world: World) -> None:
    talk = Talk(world, message={"type": "note", "plainBody": "they called"})
    shown = talk.shown(query="?include=lastRepliedBy")
    assert [shown[name] for name in ("lastRepliedTime", "lastRepliedById", "lastRepliedByType", "lastRepliedBy")] == [None] * 4
    talk.post("an answer", at=1)
    at = iso(world.now)
    talk.post("a note", "note")
    talk.put(priority="high")
    shown = talk.shown(query="?include=lastRepliedBy")
    assert (shown["lastRepliedTime"], shown["lastRepliedById"], shown["lastRepliedByType"]) == (
        at,
        world.agents[1].number,
        "agent",
    )
    assert shown["lastRepliedBy"]["name"] == "Ben Agent"
    shown = asked(other(world)).shown()
    assert (shown["lastRepliedById"], shown["lastRepliedByType"]) == (shown["contactId"], "contact")


def _has_draft(world: World) -> None:
    talk = Talk(world)
    path = f"{PATH}/{talk.number}/draft"
    assert talk.shown()["hasDraft"] is False
    assert talk.ask("POST", path, {"plainBody": "Dear Mia"}).status == 200
    assert [talk.shown(at)["hasDraft"] for at in (0, 1)] == [True, False]
    assert talk.ask("DELETE", path, {}).status == 200
    assert talk.shown()["hasDraft"] is False


def _tag_ids(world: World) -> None:
    one, two = tag(world, "one"), tag(world, "two")
    talk = Talk(world, tagIds=[two, one])
    assert talk.shown()["tagIds"] == [two, one]
    talk.put(tagIds=[one])
    assert talk.shown()["tagIds"] == [one]
    counts = world.call("GET", "/api/v3/anytime/tags", **world.bearer()).body["tags"]
    assert {found["id"]: found["conversationCount"] for found in counts} == {one: 1, two: 0}
    talk.put(tagIds=[])
    talk.put(tagIds=[one])
    assert world.call("DELETE", f"/api/v3/anytime/tags/{one}", **world.bearer(world.owner)).status == 200
    assert talk.shown()["tagIds"] == []


def _is_deleted(world: World) -> None:
    talk = Talk(world)

    def flags(shown: dict[str, Any]) -> list[Any]:
        return [shown[name] for name in ("isDeleted", "mergedIntoId", "isEditable")]

    assert flags(talk.shown()) == [False, None, True]
    assert talk.ask("DELETE", f"{PATH}/{talk.number}", {}).status == 200
    deleted = f"/api/v3/anytime/deletedconversations/{talk.number}"
    assert flags(talk.ask("GET", deleted).body["deletedconversation"]) == [True, None, False]
    assert talk.ask("POST", f"{deleted}/restore", {}).status == 200
    assert flags(talk.shown()) == [False, None, True]
    source = Talk(world, create(world.as_agent(), contact=talk.shown()["contactId"]).number)
    assert talk.ask("POST", f"{PATH}/{talk.number}/merge", {"sourceId": source.number}).status == 200
    world.settle()
    assert flags(source.ask("GET", f"{PATH}/{source.number}").body["conversation"]) == [True, talk.number, False]


def _sla(world: World) -> None:
    shown = Talk(world).shown()
    names = ("slaPolicyId", "firstRespondBreachAt", "nextRespondBreachAt", "resolveBreachAt")
    assert {shown[name] for name in names} == {None}, "there is no policy"


def _mentioned_agents(world: World) -> None:
    ada, ben, cleo = (agent.number for agent in world.agents)
    talk = Talk(world)
    first = talk.post(mention(world, 1, 2), "note")
    assert talk.shown()["mentionedAgents"] == [
        {"agentId": ben, "isRead": False, "messageId": first},
        {"agentId": cleo, "isRead": False, "messageId": first},
    ]
    talk.mark("read", at=1)
    talk.mark("read", at=0)
    assert {one["agentId"]: one["isRead"] for one in talk.shown()["mentionedAgents"]} == {ben: True, cleo: False}
    talk.put(at=2, isRead=True)
    assert {one["agentId"]: one["isRead"] for one in talk.shown()["mentionedAgents"]} == {ben: True, cleo: True}
    talk.mark("unread", at=2)
    second = talk.post(mention(world, 1, 0), "note")
    assert {one["agentId"]: (one["isRead"], one["messageId"]) for one in talk.shown()["mentionedAgents"]} == {
        ben: (False, second),
        cleo: (False, first),
        # They know what they wrote themselves.
        ada: (True, second),
    }


def _last_message(world: World) -> None:
    talk = Talk(world, message={"type": "note", "plainBody": "they called"})
    assert talk.shown()["lastMessage"] is None
    talk.post("<p>Hello <b>you</b></p>")
    talk.post("a note", "note")
    assert talk.shown()["lastMessage"] == "Hello you"


def _snoozed_until(world: World) -> None:
    talk = Talk(world)
    assert talk.shown()["snoozedUntil"] is None
    until = iso(world.now + 3600 * SECOND)
    assert talk.ask("PUT", f"{PATH}/{talk.number}/snooze", {"until": until}).status == 200
    assert (talk.shown()["snoozedUntil"], talk.shown()["status"]) == (until, "onHold")
    talk.put(status="pendingInternal")
    assert talk.shown()["snoozedUntil"] is None


CHECKS: dict[str, Callable[[World], None]] = {
    "id": _id,
    "subject": _subject,
    "agentAssigneeId": _agent_assignee_id,
    "departmentAssigneeId": _department_assignee_id,
    "contactId": _contact_id,
    "receivedFrom": _received_from,
    "channel": _channel,
    "priority": _priority,
    "status": _status,
    "isRead": _is_read,
    "isReaByContact": _is_read_by_contact,
    "customFields": _custom_fields,
    "createdById": _created_by,
    "createdTime": _created_time,
    "lastActivityTime": _last_activity_time,
    "lastStatusChangeTime": _last_status_change_time,
    "lastRepliedTime": _last_replied,
    "hasDraft": _has_draft,
    "tagIds": _tag_ids,
    "isDeleted": _is_deleted,
    "slaPolicyId": _sla,
    "mentionedAgents": _mentioned_agents,
    "lastMessage": _last_message,
    "snoozedUntil": _snoozed_until,
}
#: Fields that another's check is about too.
ALSO = {
    "isReadByContact": "isReaByContact",
    "createdByType": "createdById",
    "lastRepliedById": "lastRepliedTime",
    "lastRepliedByType": "lastRepliedTime",
    "mergedIntoId": "isDeleted",
    "isEditable": "isDeleted",
    "firstRespondBreachAt": "slaPolicyId",
    "nextRespondBreachAt": "slaPolicyId",
    "resolveBreachAt": "slaPolicyId",
}


def test_every_field_of_a_conversation_has_a_check() -> None:
    assert {*OBJECTS["conversation"]} == {*CHECKS, *ALSO}
    assert {*ALSO.values()} <= {*CHECKS}


@pytest.mark.parametrize("name", CHECKS)
def test_a_field_is_what_was_done(world: World, name: str) -> None:
    CHECKS[name](world)
