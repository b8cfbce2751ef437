"""Anytime's conversation, field by field: those that nobody sets and that follow from what happens to it."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.context import ADMIN
from tests.conformance.talk import SECOND, Talk, asked, iso, mention, other
from tests.conformance.test_anytime import PATH
from tests.desk.conversations.desk import contact, create, department, tag
from tests.world import World


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


FOLLOWED: dict[str, Callable[[World], None]] = {
    "createdById": _created_by,
    "createdTime": _created_time,
    "lastActivityTime": _last_activity_time,
    "lastStatusChangeTime": _last_status_change_time,
    "lastRepliedTime": _last_replied,
    "hasDraft": _has_draft,
    "isDeleted": _is_deleted,
    "slaPolicyId": _sla,
    "mentionedAgents": _mentioned_agents,
    "lastMessage": _last_message,
    "snoozedUntil": _snoozed_until,
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_field_is_what_was_done(world: World, name: str) -> None:
    FOLLOWED[name](world)
