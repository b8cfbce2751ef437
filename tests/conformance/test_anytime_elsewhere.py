"""What Anytime changes, the other dialects show in their next call, and the other way round."""

import uuid
from typing import Any

import pytest

from tests.visitors import Answer, Visitor
from tests.world import World

BASE = "/api/v3/anytime"
ONEVIEW = "/cs-chat-ticket/v1"


def call(world: World, method: str, path: str, body: Any = None, *, admin: bool = False) -> dict[str, Any]:
    answer = world.call(method, f"{BASE}/{path}", body, **world.bearer(world.owner if admin else world.agents[0]))
    assert answer.status == 200, answer
    return dict(answer.body or {})


def pp(world: World, endpoint: str, label: str = "PPKEFU", **given: Any) -> dict[str, Any]:
    answer = world.pp(endpoint, label, app_uuid=world.account, **given)
    assert answer.body["error_code"] == 0, answer.body
    return dict(answer.body)


def number_of(world: World, visitor: Visitor) -> int:
    """The id by which Anytime knows a visitor's chat, which is the latest."""
    found = call(world, "GET", "conversations?include=contact")["conversations"]
    return int(next(one["id"] for one in found if one["contact"]["id"] == contact_of(world, visitor)))


def contact_of(world: World, visitor: Visitor) -> int:
    name = f"visitor {visitor.id}"
    pp(world, "PP_UPDATE_USER", "PPCOM", user_uuid=visitor.id, user_fullname=name)
    return int(call(world, "GET", f"contacts?keywords={visitor.id}")["contacts"][0]["id"])


def tickets(world: World, at: int = 0) -> list[dict[str, Any]]:
    return list(world.call("GET", f"{ONEVIEW}/tickets", **world.bearer(world.agents[at])).body)


def shown_to_agents(world: World, conversation: str, at: int = 0) -> dict[str, Any]:
    """A conversation as PPMessage shows an agent."""
    asked = {"user_uuid": world.agents[at].id, "conversation_uuid": conversation}
    return pp(world, "PP_GET_CONVERSATION_INFO", "PPKEFU" if at == 0 else "THIRD_PARTY_KEFU", **asked)


# --- departments, scripts, people


def test_a_department_is_a_group_in_its_next_call_whatever_is_done_with_it(world: World) -> None:
    made = call(world, "POST", "departments", {"name": "Sales", "memberIds": [world.agents[0].number]}, admin=True)["department"]

    def groups() -> list[tuple[str, str]]:
        found = pp(world, "PP_GET_APP_ORG_GROUP_LIST")["list"]
        return [(one["group_name"], one["group_desc"]) for one in found]

    def members() -> list[str]:
        (group,) = pp(world, "PP_GET_APP_ORG_GROUP_LIST")["list"]
        return [one["uuid"] for one in pp(world, "PP_GET_ORG_GROUP_USER_LIST", group_uuid=group["uuid"])["list"]]

    assert (groups(), members()) == ([("Sales", "")], [world.agents[0].id])
    changes = {"name": "Support", "description": "They help", "memberIds": [world.agents[1].number]}
    call(world, "PUT", f"departments/{made['id']}", changes, admin=True)
    assert (groups(), members()) == ([("Support", "They help")], [world.agents[1].id])
    (group,) = pp(world, "PP_GET_APP_ORG_GROUP_LIST")["list"]
    pp(world, "PP_UPDATE_ORG_GROUP", "PPCONSOLE", group_uuid=group["uuid"], group_name="Help")
    pp(world, "PP_ADD_ORG_GROUP_USER", "PPCONSOLE", group_uuid=group["uuid"], user_list=[world.agents[2].id])
    shown = call(world, "GET", f"departments/{made['id']}")["department"]
    assert (shown["name"], {one["id"] for one in shown["members"]}) == ("Help", {agent.number for agent in world.agents[1:]})
    call(world, "DELETE", f"departments/{made['id']}", admin=True)
    assert groups() == []


def test_a_conversation_s_department_is_its_group(world: World, assigned: Visitor) -> None:
    sales, help_ = (
        call(world, "POST", "departments", {"name": name, "memberIds": [agent.number]}, admin=True)["department"]
        for name, agent in zip(("Sales", "Help"), world.agents[1:], strict=False)
    )
    uuids = {one["group_name"]: one["uuid"] for one in pp(world, "PP_GET_APP_ORG_GROUP_LIST")["list"]}
    number = number_of(world, assigned)
    world.online(*world.agents[1:])
    for department, name, agent in ((sales, "Sales", 1), (help_, "Help", 2)):
        call(world, "PUT", f"conversations/{number}", {"departmentAssigneeId": department["id"]})
        assert shown_to_agents(world, assigned.conversation)["group_uuid"] == uuids[name]
        assert assigned.info()["group_uuid"] == uuids[name]
        world.settle()
        assert shown_to_agents(world, assigned.conversation)["assigned_uuid"] == world.agents[agent].id
        assert [one["id"] for one in tickets(world, agent)] == [assigned.conversation]
    call(world, "PUT", f"conversations/{number}", {"departmentAssigneeId": None})
    assert assigned.info()["group_uuid"] is None


def test_a_canned_response_is_a_script_both_ways(world: World) -> None:
    made = call(world, "POST", "cannedResponses", {"name": "Hours?", "textContent": "9 to 5"})["cannedResponse"]
    group = pp(world, "PP_ADD_PREDEFINED_SCRIPT_GROUP", "PPCONSOLE", group_name="opening")["uuid"]
    (script,) = pp(world, "PP_GET_ALL_PREDEFINED_SCRIPT")["list"]
    pp(world, "PP_MOVE_PREDEFINED_SCRIPT_INTO_GROUP", "PPCONSOLE", script_uuid=script, group_uuid=group)

    def scripts() -> list[tuple[str, str]]:
        found = pp(world, "PP_GET_PREDEFINED_SCRIPT_WITH_GROUP", group_uuid=group)["list"]
        return [(one["script_question"], one["script_answer"]) for one in found]

    assert scripts() == [("Hours?", "9 to 5")]
    call(world, "PUT", f"cannedResponses/{made['id']}", {"name": "Open?", "textContent": "8 to 4"})
    assert scripts() == [("Open?", "8 to 4")]
    pp(world, "PP_ADD_PREDEFINED_SCRIPT", "PPCONSOLE", script_question="Where?", script_answer="Here", group_uuid=group)
    shown = call(world, "GET", "cannedResponses")["cannedResponses"]
    assert [(one["name"], one["textContent"]) for one in shown] == [("Open?", "8 to 4"), ("Where?", "Here")]
    call(world, "DELETE", f"cannedResponses/{shown[1]['id']}")
    assert scripts() == [("Open?", "8 to 4")]
    pp(world, "PP_REMOVE_PREDEFINED_SCRIPT", "PPCONSOLE", script_uuid=script)
    assert call(world, "GET", "cannedResponses")["cannedResponses"] == []


def test_a_contact_is_the_same_person_both_ways(world: World, assigned: Visitor) -> None:
    number = contact_of(world, assigned)
    changes = {"name": "Jane Doe", "email": "jane@shop.test", "phoneNumber": "+49 30"}
    call(world, "PUT", f"contacts/{number}", changes)
    told = {"user_fullname": "Jane Doe", "user_email": "jane@shop.test"}
    assert told.items() <= pp(world, "PP_GET_USER_INFO", user_uuid=assigned.id).items()
    detail = pp(world, "PP_GET_USER_DETAIL", user_uuid=assigned.id)
    assert ({**told, "user_mobile": "+49 30"}).items() <= detail.items()
    (ticket,) = tickets(world)
    assert (ticket["customer"]["name"], ticket["customer"]["firstName"]) == ("Jane Doe", "Jane")
    pp(world, "PP_UPDATE_USER", "PPCOM", user_uuid=assigned.id, user_fullname="Joan Roe")
    assert call(world, "GET", f"contacts/{number}")["contact"]["name"] == "Joan Roe"
    shown = call(world, "GET", "conversations?include=contact")["conversations"][0]["contact"]
    assert (shown["name"], shown["email"]) == ("Joan Roe", "jane@shop.test")


# --- conversations


@pytest.mark.parametrize(("field", "name"), [("ccr", "ccr"), ("orderId", "orderId"), ("entityId", "entityId"), ("language",) * 2])
def test_metadata_is_a_custom_field_of_chats_and_of_what_anytime_creates(
    world: World, assigned: Visitor, field: str, name: str
) -> None:
    number = number_of(world, assigned)
    for value in ("first", "second", None):
        call(world, "PUT", f"conversations/{number}", {"customFields": [{"name": field, "value": value}]})
        (ticket,) = tickets(world)
        assert ticket["metadata"][name] == value
    made = created(world, customFields=[{"name": field, "value": "third"}], agentAssigneeId=world.agents[0].number)
    found = {one["id"]: one for one in tickets(world)}
    assert len(found) == 2
    assert [one["metadata"][name] for id_, one in found.items() if id_ != assigned.conversation] == ["third"]
    assert [one["value"] for one in made["customFields"]] == ["third"]


def created(world: World, **given: Any) -> dict[str, Any]:
    new = {"subject": "Parcel", "channel": "portal", "message": {"type": "reply", "plainBody": "we write first"}} | given
    return dict(call(world, "POST", "conversations", new)["conversation"])


def test_what_anytime_creates_is_in_the_lists_of_agents_and_of_the_contact_and_is_a_ticket(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    number = contact_of(world, visitor)
    before = {one["uuid"] for one in pp(world, "PP_GET_USER_CONVERSATION_LIST", "PPCOM", user_uuid=visitor.id)["list"]}
    made = created(world, contactId=number)
    world.settle()
    assert call(world, "GET", f"conversations/{made['id']}")["conversation"]["agentAssigneeId"] == world.agents[0].number
    (ticket,) = tickets(world)
    assert (ticket["content"]["text"], ticket["customer"]["id"]) == ("we write first", visitor.id)
    assert [one["status"] for one in ticket["content"]["statusHistory"]][:1] == ["CREATED"]
    of_agent = pp(world, "PP_GET_USER_CONVERSATION_LIST", user_uuid=world.agents[0].id)["list"]
    assert [one["uuid"] for one in of_agent] == [ticket["id"]]
    every = [one["uuid"] for one in pp(world, "PP_GET_APP_CONVERSATION_LIST")["list"]]
    assert ticket["id"] in every
    own = {one["uuid"] for one in pp(world, "PP_GET_USER_CONVERSATION_LIST", "PPCOM", user_uuid=visitor.id)["list"]}
    assert own - before == {ticket["id"]}
    page = pp(world, "PP_PAGE_HISTORY_MESSAGE", "PPCOM", conversation_uuid=ticket["id"], user_uuid=visitor.id)
    assert [one["body"] for one in page["list"]] == ["we write first"]


def test_a_portal_conversation_is_answered_by_ppmessage_s_agents_and_read_in_the_portal(world: World) -> None:
    world.online(world.agents[0])
    jane = call(world, "POST", "contacts", {"name": "Jane"})["contact"]["id"]
    new = {"subject": "Parcel", "contactId": jane, "message": {"plainBody": "where?"}}
    made = call(world, "POST", "portalconversations", new)["portalconversation"]
    world.settle()
    (ticket,) = tickets(world)
    sent = {
        "uuid": str(uuid.uuid4()),
        "from_uuid": world.agents[0].id,
        "from_type": "DU",
        "to_uuid": ticket["id"],
        "to_type": "CV",
        "conversation_uuid": ticket["id"],
        "conversation_type": "P2S",
        "message_type": "NOTI",
        "message_subtype": "TEXT",
        "message_body": "on its way",
    }
    pp(world, "PP_SEND_MESSAGE", "PPKEFU", **sent)
    shown = call(world, "GET", f"portalconversations/{made['id']}/messages?contactId={jane}")["messages"]
    assert [(one["plainBody"], one["senderType"]) for one in shown] == [("where?", "contact"), ("on its way", "agent")]
    call(world, "PUT", f"portalconversations/{made['id']}/close", {"contactId": jane})
    assert shown_to_agents(world, ticket["id"])["status"] == "CLOSE"
    assert tickets(world) == []
    call(world, "PUT", f"portalconversations/{made['id']}/reopen", {"contactId": jane})
    assert shown_to_agents(world, ticket["id"])["status"] == "OPEN"
    world.settle()
    assert [one["id"] for one in tickets(world)] == [ticket["id"]]
    assert world.call("DELETE", f"{ONEVIEW}/rooms/{ticket['id']}", **world.bearer()).status == 200
    answer = call(world, "GET", f"portalconversations/{made['id']}?contactId={jane}")["portalconversation"]
    assert answer["isClosed"] is True


def test_a_change_of_several_moves_their_tickets(world: World) -> None:
    world.online(world.agents[0])
    visitors = [world.asking() for _ in range(3)]
    world.settle()
    numbers = [number_of(world, visitor) for visitor in visitors]
    uuids = {visitor.conversation for visitor in visitors}
    assert {one["id"] for one in tickets(world)} == uuids

    def several(**changes: Any) -> Answer:
        return world.call("PUT", f"{BASE}/conversations", {"ids": numbers[:2], **changes}, **world.bearer())

    assert several(status="closed").status == 200
    assert {one["id"] for one in tickets(world)} == {visitors[2].conversation}
    assert {visitor.info()["status"] for visitor in visitors[:2]} == {"CLOSE"}
    assert several(status="pendingInternal").status == 200
    assert {visitor.info()["status"] for visitor in visitors} == {"OPEN"}
    world.settle()
    found = {one["id"]: one for one in tickets(world)}
    assert found.keys() == uuids
    assert "CHAT_CLOSED" in [one["status"] for one in found[visitors[0].conversation]["content"]["statusHistory"]]
    assert several(agentAssigneeId=world.agents[1].number).status == 200
    assert {one["id"] for one in tickets(world, 1)} == {visitor.conversation for visitor in visitors[:2]}
    assert [one["id"] for one in tickets(world)] == [visitors[2].conversation]


def test_closing_a_room_in_oneview_is_a_closed_status_in_anytime_s_next_list(world: World, assigned: Visitor) -> None:
    number = number_of(world, assigned)
    assert world.call("DELETE", f"{ONEVIEW}/rooms/{assigned.conversation}", **world.bearer()).status == 200
    query = "conversations?conditions[0][field]=status&conditions[0][value]=closed"
    assert [one["id"] for one in call(world, "GET", query)["conversations"]] == [number]


def test_an_agent_that_anytime_switches_off_is_off_in_livechat_and_the_other_way_round(world: World) -> None:
    agent, livechat = world.agents[1], "/auth/addon/live_chat/operator"

    def is_on() -> tuple[bool, bool]:
        shown = world.call("GET", f"{livechat}/get?email={agent.email}", **world.bearer(world.owner)).body
        return bool(shown["message"]["active"]), bool(call(world, "GET", f"agents/{agent.number}")["agent"]["isActive"])

    assert is_on() == (True, True)
    call(world, "PUT", f"agents/{agent.number}", {"isActive": False}, admin=True)
    assert is_on() == (False, False)
    body = {"email": agent.email, "status": 1}
    assert world.call("PUT", f"{livechat}/update", body, **world.bearer(world.owner)).status == 200
    assert is_on() == (True, True)
