"""DESIGN's budgets: how many requests one call sends to DynamoDB when the process is warm."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import inbox as listing
from chalicelib.desk.core import cache
from tests.desk.conversations.desk import contact, create, department, field, tag
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World


def prepared(world: World) -> tuple[Visitor, str]:
    """A conversation with an agent and two messages, and its address in Anytime."""
    world.online(world.agents[0])
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    (listed,) = world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"]
    address = f"/api/v3/anytime/conversations/{listed['id']}"
    assert world.call("POST", f"{address}/messages", {"type": "reply", "plainBody": "hi"}, **world.bearer()).status == 200
    return visitor, address


def requests(act: Callable[[], object]) -> list[str]:
    """What the second of two calls sends."""
    act()
    with counted() as sent:
        act()
    return sent


def test_posting_a_message_reads_once_and_writes_once_in_either_dialect(world: World) -> None:
    visitor, address = prepared(world)
    headers = world.bearer()
    assert requests(lambda: visitor.say("more")) == ["GetItem", "TransactWriteItems"]
    reply = {"type": "reply", "plainBody": "hi"}
    assert requests(lambda: world.call("POST", f"{address}/messages", reply, **headers)) == ["GetItem", "TransactWriteItems"]


def test_a_repeated_message_costs_no_more_than_a_new_one(world: World) -> None:
    visitor, _ = prepared(world)
    again = "01900000-0000-7000-8000-000000000001"
    assert requests(lambda: visitor.say("once", again)) == ["GetItem", "TransactWriteItems"]
    assert visitor.history().count("once") == 1


@pytest.mark.parametrize("offset", [0, 3])
def test_a_history_page_is_one_query_at_any_depth_after_the_membership_read(world: World, offset: int) -> None:
    visitor, _ = prepared(world)
    for count in range(10):
        visitor.say(f"message {count}")
    page: dict[str, Any] = {
        "conversation_uuid": visitor.conversation,
        "user_uuid": visitor.id,
        "page_size": 3,
        "page_offset": offset,
    }
    assert requests(lambda: world.pp("PP_PAGE_HISTORY_MESSAGE", **page)) == ["GetItem", "Query"]


def inbox(**conditions: str) -> str:
    """The address of Anytime's list where a field is, or with `_isNot` is not, a value."""
    given: dict[str, str] = {}
    for at, (name, value) in enumerate(conditions.items()):
        field, _, match = name.partition("_")
        given |= {
            f"conditions[{at}][field]": field,
            f"conditions[{at}][value]": value,
            f"conditions[{at}][matchType]": match or "is",
        }
    return f"/api/v3/anytime/conversations?{urlencode(given)}"


@pytest.mark.parametrize(
    "given", [{}, {"status": "pendingExternal"}, {"priority": "normal"}, {"agentAssigneeId": ""}, {"departmentAssigneeId": ""}]
)
def test_a_page_of_open_conversations_is_one_query_whatever_else_is_asked_for(world: World, given: dict[str, str]) -> None:
    prepared(world)
    headers = world.bearer()
    assert requests(lambda: world.call("GET", inbox(status_isNot="closed", **given), **headers)) == ["Query"]


def test_a_page_of_closed_conversations_is_one_query_and_one_of_all_is_two(world: World) -> None:
    prepared(world)
    headers = world.bearer()
    assert requests(lambda: world.call("GET", inbox(status="closed"), **headers)) == ["Query"]
    assert requests(lambda: world.call("GET", inbox(), **headers)) == ["Query", "Query"]


def test_unread_open_conversations_are_one_query(world: World) -> None:
    prepared(world)
    world.asking()
    conditions = (("status", False, "closed"), ("is_read", True, False))
    with counted() as sent:
        page = listing.page(world.ctx(ADMIN), listing.Listing(conditions=conditions))
    assert (sent, page.total, [row.is_read for row in page.conversations]) == (["Query"], 1, [False])


@pytest.mark.parametrize("given, queries", [({"status_isNot": "closed"}, 1), ({}, 2)])
def test_includes_of_an_inbox_page_take_one_batch(world: World, given: dict[str, str], queries: int) -> None:
    prepared(world)
    headers = world.bearer()
    cache.clear_all()
    world.call("GET", inbox(**given), **headers)
    with counted() as sent:
        world.call("GET", f"{inbox(**given)}&include=contact,agentAssignee,lastRepliedBy", **headers)
    assert sent == [*["Query"] * queries, "BatchGetItem"]


def test_a_token_is_read_once_and_then_known_for_a_minute(world: World) -> None:
    path, headers = "/api/v3/anytime/autoClose", world.bearer()
    world.call("GET", path, **world.bearer())
    with counted() as cold:
        world.call("GET", path, **headers)
    with counted() as warm:
        world.call("GET", path, **headers)
    world.now += 61_000
    with counted() as later:
        world.call("GET", path, **headers)
    assert (cold, warm, later) == (["BatchGetItem"], [], ["BatchGetItem", "Query"])


def test_opening_a_conversation_takes_three_requests(world: World) -> None:
    world.visitor()
    given = {"app_uuid": world.account, "user_uuid": world.visitor().id}
    trace = "another browser"
    user = world.pp("PP_CREATE_ANONYMOUS", app_uuid=world.account, ppcom_trace_uuid=trace).body["user_uuid"]
    with counted() as sent:
        world.pp("PPCOM_GET_DEFAULT_CONVERSATION", **{**given, "user_uuid": user}, device_uuid="any")
    assert sent == ["GetItem", "UpdateItem", "TransactWriteItems"]


def test_assigning_a_conversation_takes_three_requests(world: World) -> None:
    world.online(world.agents[0])
    world.asking()
    world.relay()
    ((_, queue, body),) = [entry for entry in world.queued if entry[1] == "routing"]
    with counted() as sent:
        world.deliver(queue, body)
    assert sent == ["GetItem", "Query", "TransactWriteItems"]


@pytest.mark.parametrize("seconds", [300, 600])
def test_a_timer_fires_in_two_requests(world: World, seconds: int) -> None:
    prepared(world)
    world.pass_(seconds - 1)
    due = [entry for entry in world.queued if entry[0] <= world.now + 1000]
    assert len(due) == 1
    world.now += 1000
    world.pp("PP_GET_APP_INFO", app_uuid=world.account)
    with counted() as sent:
        world.deliver(due[0][1], due[0][2])
    assert sent == ["GetItem", "TransactWriteItems"]


def test_a_change_that_moves_no_load_is_a_plain_update(world: World) -> None:
    _, address = prepared(world)
    headers = world.bearer()
    for priority in ("high", "low"):
        with counted() as sent:
            assert world.call("PUT", address, {"priority": priority}, **headers).status == 200
    assert sent == ["GetItem", "UpdateItem"]


def test_the_tickets_of_an_agent_take_a_query_and_a_batch(world: World) -> None:
    prepared(world)
    headers = world.bearer()
    assert requests(lambda: world.call("GET", "/cs-chat-ticket/v1/tickets", **headers)) == ["Query", "BatchGetItem"]


def test_closing_a_room_takes_two_requests(world: World) -> None:
    visitor, _ = prepared(world)
    headers = world.bearer()
    world.call("GET", "/cs-chat-ticket/v1/info", **headers)
    with counted() as sent:
        assert world.call("DELETE", f"/cs-chat-ticket/v1/rooms/{visitor.conversation}", **headers).status < 300
    assert sent == ["GetItem", "TransactWriteItems"]


def test_no_call_of_the_walk_scans(world: World) -> None:
    with counted() as sent:
        visitor, address = prepared(world)
        visitor.history()
        world.call("GET", f"{address}/messages", **world.bearer())
        world.pass_(700)
    assert "Scan" not in sent and "Query" in sent


CONVERSATIONS = "/api/v3/anytime/conversations"
INCLUDES = "include=agentAssignee,departmentAssignee,contact,createdBy,lastRepliedBy"


def crowd(world: World) -> tuple[int, int]:
    """Fifty conversations with all that one can have, half of them closed, and the numbers of their tag and contact."""
    named, size, sales = tag(world, "vip"), field(world, "size"), department(world, "Sales")
    for at in range(50):
        who = contact(world, f"Contact{at} Miller")
        status, assignee = "closed" if at % 2 else "new", world.agents[at % 3].number
        fields: dict[str, Any] = {"custom_fields": {size: "L"}, "tags": (named,), "group": sales.number}
        create(world.as_agent(at % 3), contact=who.number, status=status, assignee=assignee, **fields)
    return named, who.number


@pytest.mark.parametrize(("given", "queries"), [({"status_isNot": "closed"}, 1), ({}, 2)])
def test_a_page_of_fifty_with_all_includes_is_its_queries_and_one_batch(
    world: World, given: dict[str, str], queries: int
) -> None:
    crowd(world)
    headers, address = world.bearer(), f"{inbox(**given)}&{INCLUDES}"
    # What a warm process knows: the account's tags, fields, departments and agents; not the people and details of this page.
    world.call("GET", address, **headers)
    with counted() as sent:
        shown = world.call("GET", address, **headers).body["conversations"]
    assert sent == [*["Query"] * queries, "BatchGetItem"]
    assert len(shown) == (50 if queries == 2 else 25)
    assert all(one["tagIds"] and one["customFields"] and one["createdBy"] and one["departmentAssignee"] for one in shown)


def test_a_page_by_tag_is_a_query_and_batches(world: World) -> None:
    named, _ = crowd(world)
    headers = world.bearer()
    sent = requests(lambda: world.call("GET", f"{CONVERSATIONS}?tagId={named}", **headers))
    # Rows and details of all that have it, which are held against the condition; then rows and details of the page.
    assert sent == ["Query", *["BatchGetItem"] * 4]


def test_a_page_by_contact_is_a_query_and_batches(world: World) -> None:
    _, who = crowd(world)
    headers = world.bearer()
    assert requests(lambda: world.call("GET", inbox(contactId=str(who)), **headers)) == ["Query", *["BatchGetItem"] * 3]


def test_creating_a_conversation_for_a_known_contact_takes_four_requests_at_most(world: World) -> None:
    who, headers = contact(world), world.bearer()
    first = {"type": "reply", "plainBody": "Hello"}
    body = {"subject": "A parcel", "channel": "portal", "contactId": who.number, "message": first}
    sent = requests(lambda: world.call("POST", CONVERSATIONS, body, **headers))
    assert sent == ["GetItem", "UpdateItem", "TransactWriteItems"]
    with counted() as sent:
        assert world.call("POST", CONVERSATIONS, body, Idempotency_Key="k", **headers).status == 200
    assert len(sent) <= 4


def test_marking_a_conversation_as_read_takes_two_requests(world: World) -> None:
    _, address = prepared(world)
    headers = world.bearer()
    world.call("PUT", f"{address}/read", {}, **headers)
    for word in ("unread", "read"):
        with counted() as sent:
            assert world.call("PUT", f"{address}/{word}", {}, **headers).status == 200
        assert sent == ["GetItem", "UpdateItem"]


def test_unread_counts_of_many_filters_are_one_look_through_the_window(world: World) -> None:
    prepared(world)
    headers = world.bearer()
    assert set(requests(lambda: world.call("GET", f"{CONVERSATIONS}/unreadCount", **headers))) == {"Query"}
