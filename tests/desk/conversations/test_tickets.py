"""What OneView shows of a ticket: what it is about, whoever said so, and how it came to its agent."""

from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import conversations, group_chats, updates
from chalicelib.desk.conversations.updates import Change
from chalicelib.models import conversations as rows
from chalicelib.models import details, status_history
from tests.lambdas import counted
from tests.visitors import Answer, Visitor
from tests.world import World

ONEVIEW = "/cs-chat-ticket/v1"
FIELDS: list[dict[str, Any]] = [
    {"name": "ccr", "value": "delivery - wrong address"},
    {"id": 2, "value": "sdw-srr"},
    {"name": "entityId", "value": "FP_SG"},
]


def number(world: World, visitor: Visitor) -> int:
    return conversations.load(world.ctx(ADMIN), visitor.conversation).number


def address(world: World, visitor: Visitor) -> str:
    return f"/api/v3/anytime/conversations/{number(world, visitor)}"


def set_fields(world: World, visitor: Visitor, *fields: dict[str, Any], **headers: str) -> Answer:
    return world.call("PUT", address(world, visitor), {"customFields": list(fields)}, **headers, **world.bearer())


def ticket(world: World, at: int = 0) -> dict[str, Any]:
    (found,) = world.call("GET", f"{ONEVIEW}/tickets", **world.bearer(world.agents[at])).body
    return dict(found)


def about(world: World) -> list[Any]:
    metadata = ticket(world)["metadata"]
    return [metadata[name] for name in ("ccr", "orderId", "entityId", "language", "roomId")]


def history(world: World, visitor: Visitor) -> list[str]:
    found = conversations.load(world.ctx(ADMIN), visitor.conversation)
    known = details.get(found.key)
    return [step.kind for step in known.changes] if known else []


def test_what_anytime_sets_oneview_and_anytime_show(world: World, assigned: Visitor) -> None:
    assert about(world) == [None, None, None, None, assigned.conversation]
    shown = set_fields(world, assigned, *FIELDS).body["conversation"]["customFields"]
    assert shown == [
        {"id": 1, "name": "ccr", "value": "delivery - wrong address"},
        {"id": 2, "name": "orderId", "value": "sdw-srr"},
        {"id": 3, "name": "entityId", "value": "FP_SG"},
    ]
    assert about(world) == ["delivery - wrong address", "sdw-srr", "FP_SG", None, assigned.conversation]
    (listed,) = world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"]
    one = world.call("GET", address(world, assigned), **world.bearer()).body["conversation"]
    assert listed["customFields"] == one["customFields"] == shown


def test_a_field_is_changed_and_cleared_by_itself_and_again_without_harm(world: World, assigned: Visitor) -> None:
    set_fields(world, assigned, *FIELDS)
    for _ in range(2):
        assert set_fields(world, assigned, {"name": "ORDERID", "value": "b"}, {"id": 1, "value": None}).status == 200
    assert about(world)[:3] == [None, "b", "FP_SG"]
    assert set_fields(world, assigned, {"name": "orderId", "value": "x" * 257}).status == 400
    assert set_fields(world, assigned, {"name": "orderId", "value": "c"}, If_Match='"1"').status == 412
    assert about(world)[:3] == [None, "b", "FP_SG"]


def test_the_language_is_the_customer_s_own_where_the_conversation_has_none(world: World, assigned: Visitor) -> None:
    given = {"app_uuid": world.account, "user_uuid": assigned.id, "user_language": "deu", "user_fullname": "Hugo van Dan"}
    assert world.pp("PP_UPDATE_USER", **given).body["error_code"] == 0
    assert about(world)[3] == "deu"
    customer = ticket(world)["customer"]
    assert (customer["firstName"], customer["lastName"], customer["name"]) == ("Hugo", "van Dan", "Hugo van Dan")
    set_fields(world, assigned, {"name": "language", "value": "eng"})
    assert about(world)[3] == "eng"


def test_facts_cost_who_asks_and_nobody_else(world: World, assigned: Visitor) -> None:
    headers, path = world.bearer(), address(world, assigned)
    body = {"customFields": FIELDS}
    world.call("PUT", path, body, **headers)
    with counted() as sent:
        assert world.call("PUT", path, body, **headers).status == 200
    assert sent == ["GetItem", "TransactWriteItems", "BatchGetItem"]
    with counted() as sent:
        assigned.say("more")
    assert sent == ["GetItem", "TransactWriteItems"]
    with counted() as sent:
        world.call("GET", "/api/v3/anytime/conversations", **headers)
    assert sent[-1] == "BatchGetItem" and sent.count("BatchGetItem") == 1


def test_closing_a_room_that_is_closed_and_picking_again_write_nothing(world: World, assigned: Visitor) -> None:
    headers = world.bearer()
    for method, path in (("PUT", f"tickets/{assigned.conversation}/pickedTime"), ("DELETE", f"rooms/{assigned.conversation}")):
        assert world.call(method, f"{ONEVIEW}/{path}", **headers).status == 200
        before = conversations.load(world.ctx(ADMIN), assigned.conversation)
        world.now += 1000
        with counted() as sent:
            assert world.call(method, f"{ONEVIEW}/{path}", **headers).status == 200
        assert sent == ["GetItem"]
        assert conversations.load(world.ctx(ADMIN), assigned.conversation).version == before.version


def test_a_ticket_s_statuses_are_kept_with_their_times(world: World) -> None:
    created = world.now
    visitor = world.asking()
    world.now += 5_000
    world.online(world.agents[0])
    world.settle()
    shown = ticket(world)["content"]
    assert shown["status"] == "ASSIGNED"
    assert shown["statusHistory"] == [
        {"status": "CREATED", "timestamp": created // 1000},
        {"status": "ASSIGNED", "timestamp": world.now // 1000},
    ]
    world.online(world.agents[1])
    world.pass_(180)
    assert [step["status"] for step in ticket(world, 1)["content"]["statusHistory"]] == ["CREATED", "ASSIGNED", "REASSIGNED"]
    give = {"agentAssigneeId": world.owner.number}
    assert world.call("PUT", address(world, visitor), give, **world.bearer()).status == 200
    (escalated,) = world.call("GET", f"{ONEVIEW}/tickets", **world.bearer(world.owner)).body
    assert escalated["content"]["status"] == "ESCALATED"
    world.call("DELETE", f"{ONEVIEW}/rooms/{visitor.conversation}", **world.bearer(world.owner))
    visitor.say("one more thing")
    world.settle()
    assert history(world, visitor) == ["A", "R", "E", "C", "W", "A"]


def test_a_step_is_one_however_often_its_event_comes(world: World) -> None:
    deliver = world.deliver
    bodies = world.note_deliveries()
    world.online(world.agents[0])
    visitor = world.asking()
    world.pass_(400)
    before = history(world, visitor)
    assert before[0] == "A"
    for queue, body in [*reversed(bodies), *bodies]:
        deliver(queue, body)
    assert history(world, visitor) == before


def test_the_latest_steps_alone_are_kept(world: World) -> None:
    visitor = world.visitor()
    numbers = [agent.number for agent in world.agents]
    for at in range(status_history.MOST + 4):
        world.now += 1000
        updates.change(world.ctx(ADMIN, world.owner), visitor.conversation, Change(assignee=numbers[at % 3]))
    assert history(world, visitor) == ["R"] * status_history.MOST
    found = conversations.load(world.ctx(ADMIN), visitor.conversation)
    known = details.get(found.key)
    assert known is not None and known.changes[-1].at == world.now
    assert found.status_change_count == status_history.MOST + 4


def test_facts_before_the_first_step_stay(world: World) -> None:
    visitor = world.asking()
    set_fields(world, visitor, *FIELDS)
    world.online(world.agents[0])
    world.settle()
    assert about(world)[:3] == ["delivery - wrong address", "sdw-srr", "FP_SG"]
    assert history(world, visitor) == ["A"]


def test_one_that_is_opened_with_its_agent_and_one_among_agents(world: World) -> None:
    visitor, agents = world.visitor(), [agent.id for agent in world.agents]
    found = group_chats.create(world.as_agent(), group_chats.CreateConversation(visitor.id, (agents[0],))).conversation
    known = details.get(found.key)
    assert known is not None and [step.kind for step in known.changes] == ["A"]
    among = group_chats.create(
        world.as_agent(), group_chats.CreateConversation(agents[0], (agents[1],), internal=True)
    ).conversation
    assert details.get(among.key) is None


def test_tickets_are_two_requests_up_to_fifty(world: World, assigned: Visitor) -> None:
    held = rows.held(world.account, world.agents[0].id, 100, newest_first=True)
    with counted() as sent:
        details.with_details(world.account, held)
    assert sent == ["BatchGetItem"]
    with counted() as sent:
        assert details.with_details(world.account, []) == []
    assert sent == []
