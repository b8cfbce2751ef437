"""Anytime's conversation, field by field: what each documented field is after what sets it. Each has a check here or beside."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.desk.accounts import custom_fields
from tests.conformance.talk import OBJECTS, Talk, asked, other
from tests.conformance.test_anytime import PATH
from tests.conformance.test_anytime_followed_fields import FOLLOWED
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
    "tagIds": _tag_ids,
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
    every = {*CHECKS, *FOLLOWED}
    assert {*OBJECTS["conversation"]} == {*every, *ALSO}
    assert {*ALSO.values()} <= every


@pytest.mark.parametrize("name", CHECKS)
def test_a_field_is_what_was_done(world: World, name: str) -> None:
    CHECKS[name](world)
