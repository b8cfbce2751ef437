"""Anytime's conversations: created, changed several at once, listed by filter, tag and keywords, and counted."""

from typing import Any

import pytest

from tests.conformance.table import DOCUMENTS, gaps
from tests.conformance.talk import OBJECTS, Talk, asked, mention, other
from tests.conformance.test_anytime import PATH, refused
from tests.desk.conversations.desk import contact, create, department, field, tag
from tests.visitors import Answer
from tests.world import World

FACTS = {(entry["method"], entry["path"]): entry for entry in DOCUMENTS["Anytime"]["endpoints"]}


def post(world: World, body: Any, **headers: str) -> Answer:
    return world.call("POST", PATH, body, **headers, **world.bearer())


def body_of(**given: Any) -> dict[str, Any]:
    return {"subject": "A parcel", "channel": "portal", "message": {"type": "reply", "plainBody": "Hello"}, **given}


def test_creation_shows_what_was_created(world: World) -> None:
    named, size = tag(world, "vip"), field(world, "size")
    given = {
        "contactId": contact(world).number,
        "agentAssigneeId": world.agents[1].number,
        "departmentAssigneeId": department(world, "Sales").number,
        "priority": "urgent",
        "status": "onHold",
        "tagIds": [named],
        "customFields": [{"id": 100 + size, "name": "size", "value": "L"}],
    }
    answer = post(world, body_of(**given))
    shown = answer.body["conversation"]
    assert {name: shown[name] for name in given} == given
    assert gaps("conversation", shown, OBJECTS) == []
    read = world.call("GET", f"{PATH}/{shown['id']}", **world.bearer())
    assert (read.body["conversation"], read.headers["ETag"]) == (shown, answer.headers["ETag"])


@pytest.mark.parametrize("name", ["channel", "priority", "status"])
def test_every_documented_value_is_taken(world: World, name: str) -> None:
    for value in FACTS["POST", PATH]["values"][name]:
        assert post(world, body_of(**{name: value})).body["conversation"][name] == value


WRONG: list[tuple[str, Any]] = [
    *[("subject", value) for value in (None, "", "x" * 501, 5)],
    *[("channel", value) for value in (None, "", "fax", 5)],
    *[("message", value) for value in (None, "Hello", ["Hello"])],
    *[("contactId", value) for value in (10**6, "Mia", 10**30)],
    *[("agentAssigneeId", value) for value in (10**6, "Ada")],
    *[("departmentAssigneeId", value) for value in (10**6, [1])],
    *[("priority", value) for value in ("high!", None)],
    *[("status", value) for value in ("sad", None)],
    *[("tagIds", value) for value in ([10**6], ["vip"], 5)],
    *[("customFields", value) for value in ([{"name": "size", "value": "L"}], [{"id": 5, "value": "x"}], "x")],
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{name}={value!a:.16}" for name, value in WRONG])
def test_what_can_not_be_created_is_400_and_named(world: World, name: str, value: Any) -> None:
    answer = post(world, body_of(**{name: value}))
    assert refused(answer) == 400
    assert answer.body["message"].startswith(name), answer.body
    assert world.call("GET", PATH, **world.bearer()).body["total"] == 0


@pytest.mark.parametrize(
    "message", [{}, {"type": "reply"}, {"type": "shout", "plainBody": "x"}, {"type": "email", "plainBody": "x"}]
)
def test_a_bad_first_message_is_400(world: World, message: dict[str, str]) -> None:
    answer = post(world, body_of(message=message))
    assert refused(answer) == 400
    assert answer.body["message"].startswith(("message", "type", "plainBody")), answer.body


def test_an_idempotency_key_creates_one(world: World) -> None:
    body = body_of(contactId=contact(world).number)
    first, again = (post(world, body, Idempotency_Key="order 7") for _ in range(2))
    assert (first.status, first.body) == (200, again.body)
    assert refused(post(world, {**body, "priority": "low"}, Idempotency_Key="order 7")) == 409
    assert world.call("GET", PATH, **world.bearer()).body["total"] == 1


# --- several at once


def test_several_are_changed_alike_and_each_once(world: World) -> None:
    numbers = [create(world.as_agent()).number for _ in range(3)]
    ben, sales = world.agents[1].number, department(world, "Sales", world.agents[1]).number
    changes = {"status": "onHold", "priority": "low", "agentAssigneeId": ben, "departmentAssigneeId": sales, "isRead": False}
    shown = world.call("PUT", PATH, {"ids": [numbers[2], numbers[0], numbers[2]], **changes}, **world.bearer()).body[
        "conversations"
    ]
    assert [one["id"] for one in shown] == [numbers[2], numbers[0]]
    assert all({name: one[name] for name in changes} == changes for one in shown)
    listed = world.call("GET", PATH, **world.bearer()).body["conversations"]
    assert {one["id"]: one["priority"] for one in listed} == {numbers[0]: "low", numbers[1]: "normal", numbers[2]: "low"}


def test_none_is_changed_where_one_does_not_exist(world: World) -> None:
    number = create(world.as_agent()).number
    wrong: list[tuple[Any, dict[str, Any]]] = [([], {}), ([number] * 51, {}), (None, {}), ([number, 10**6], {})]
    for ids, change in [*wrong, ([number], {"agentAssigneeId": 10**6})]:
        answer = world.call("PUT", PATH, {"ids": ids, "priority": "low", **change}, **world.bearer())
        assert refused(answer) == 400
        assert answer.body["message"].startswith("agentAssigneeId" if change else "ids"), answer.body
    assert world.call("GET", f"{PATH}/{number}", **world.bearer()).body["conversation"]["priority"] == "normal"


# --- filters, tags, counts


def filtered(world: World, *conditions: tuple[str, str, str]) -> int:
    """The id of a new filter."""
    fields = world.call("GET", "/api/v3/anytime/fields", **world.bearer()).body["fields"]
    by_name = {one["name"]: one["id"] for one in fields}
    given = [{"fieldId": by_name[name], "matchType": match, "value": value} for name, match, value in conditions]
    body = {"name": f"filter {conditions}", "isPrivate": False, "conditions": given}
    answer = world.call("POST", "/api/v3/anytime/filters", body, **world.bearer(world.owner))
    assert answer.status == 200, answer.body
    return int(answer.body["filter"]["id"])


def listed(world: World, query: str, at: int = 0) -> list[int]:
    answer = world.call("GET", f"{PATH}?{query}", **world.bearer(world.agents[at]))
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.body["conversations"]]


def test_a_list_is_narrowed_by_filter_tag_and_keywords_together(world: World) -> None:
    named = tag(world, "vip")
    mine = filtered(world, ("agentAssigneeId", "is", "me"))
    first = create(world.as_agent(), tags=(named,), assignee=world.agents[0].number, subject="A lost parcel").number
    second = create(world.as_agent(), tags=(named,), assignee=world.agents[1].number).number
    third = create(world.as_agent(), contact=contact(world, "Parcella Blue").number, subject="A bill").number
    world.index()
    assert {*listed(world, f"tagId={named}")} == {first, second}
    assert listed(world, f"filterId={mine}") == [first] and listed(world, f"filterId={mine}", 1) == [second]
    assert {*listed(world, "keywords=parcel")} == {first, second, third}
    assert listed(world, "keywords=parcella%20blue") == [third]
    assert listed(world, f"keywords=LOST&tagId={named}&filterId={mine}") == [first]
    assert listed(world, "keywords=nothing") == []
    answer = world.call("GET", f"{PATH}?filterId=100000", **world.bearer())
    assert refused(answer) in (400, 404)


def test_a_list_by_an_own_field(world: World) -> None:
    size = field(world, "size")
    made = [create(world.as_agent(), custom_fields={size: value} if value else {}).number for value in ("L", "XL", None)]
    by = "conditions[0][field]=size&conditions[0][matchType]={}&conditions[0][value]={}"
    assert {*listed(world, by.format("contains", "l"))} == {made[0], made[1]}
    assert listed(world, by.format("is", "xl")) == [made[1]]
    assert listed(world, by.format("is", "")) == [made[2]]


def test_unread_ones_are_counted_with_those_that_mention_the_caller(world: World) -> None:
    urgent, every = filtered(world, ("priority", "is", "urgent")), filtered(world)
    talk = Talk(world, priority="urgent")
    asked(other(world))
    talk.post(mention(world, 1), "note")
    talk.mark("unread")

    def counts(query: str, at: int) -> Any:
        return talk.ask("GET", f"{PATH}/unreadCount{query}", at=at).body

    assert counts("", 0) == {"allCount": 1, "unreadCounts": []}
    for at, mentioned in ((0, 0), (1, 1)):
        shown = counts(f"?filterIds={urgent},{every}", at)
        one = {"unreadCount": 1, "unreadMentionedCount": mentioned}
        assert shown == {"allCount": 1, "unreadCounts": [{"filterId": urgent, **one}, {"filterId": every, **one}]}
    for query in (f"?filterIds={urgent}&filterIds={every}", f"?filterIds[]={urgent}&filterIds[]={every}"):
        assert len(counts(query, 0)["unreadCounts"]) == 2
    talk.mark("read", at=1)
    assert counts(f"?filterIds={urgent}", 1) == {
        "allCount": 0,
        "unreadCounts": [{"filterId": urgent, "unreadCount": 0, "unreadMentionedCount": 0}],
    }


def test_a_bad_filter_to_count_for_is_refused(world: World) -> None:
    for given in ("x", "-1", "1.5", "100000"):
        answer = world.call("GET", f"{PATH}/unreadCount?filterIds={given}", **world.bearer())
        assert refused(answer) == 400 and answer.body["message"].startswith("filterIds")
    many = ",".join(map(str, range(1, 52)))
    assert refused(world.call("GET", f"{PATH}/unreadCount?filterIds={many}", **world.bearer())) == 400


def test_a_list_says_whether_its_total_is_exact(world: World) -> None:
    create(world.as_agent())
    page = world.call("GET", PATH, **world.bearer()).body
    assert (page["total"], page["totalIsExact"]) == (1, True)
