"""Odd but legal requests of Anytime: arrays in every spelling, ids of another account or of nothing, and what they cost."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from msgspec.structs import replace

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.conversations import fields, filters
from chalicelib.desk.conversations.filters import Change, FilterCondition
from chalicelib.dialects.anytime.routes import ANYTIME
from tests.conformance.cases_anytime_people import new_agent, new_contact, new_department
from tests.conformance.cases_portal import PORTAL
from tests.conformance.cases_settings import field, filter_, tag
from tests.conformance.scene import Scene, attachment
from tests.conformance.table import Row, each, rows_of
from tests.conformance.test_anytime import refused
from tests.lambdas import counted
from tests.visitors import Answer
from tests.world import World

BASE = "/api/v3/anytime"
CONVERSATIONS = f"{BASE}/conversations"


def has(row: Row, name: str) -> bool:
    return any(one.encode_name == name for one in msgspec.structs.fields(row.endpoint.request))


INCLUDING = [row for row in rows_of(ANYTIME) if row.endpoint.method == "GET" and has(row, "include")]


def spelled(name: str, values: list[str]) -> list[str]:
    """A query's array in every spelling."""
    values = [quote(value) for value in values]
    ways = [f"{name}={','.join(values)}", f"{name}={'%20,%20'.join(values)}", f"{name}=,{',,'.join(values)},%20"]
    ways += ["&".join(f"{name}={value}" for value in values), "&".join(f"{name}[]={value}" for value in values)]
    return [*ways, "&".join(f"{name}[{at}]={value}" for at, value in enumerate(values))]


@each(INCLUDING)
def test_includes_in_every_spelling_are_the_same(scene: Scene, row: Row) -> None:
    query = urlencode(scene.body(row))
    path = f"{scene.path(row)}?{query}&" if query else f"{scene.path(row)}?"
    # Some pages' addresses repeat how they were asked for.
    answers = [scene.world.call("GET", path + way, **scene.headers(row)) for way in spelled("include", row.facts["includes"])]
    assert {answer.status for answer in answers} == {200}, [answer.body for answer in answers]
    shown = [{name: part for name, part in answer.body.items() if not name.endswith("Page")} for answer in answers]
    assert all(one == shown[0] for one in shown)
    assert refused(scene.world.call("GET", f"{path}include[a]=contact", **scene.headers(row))) == 400


def unread(world: World, query: str) -> Answer:
    return world.call("GET", f"{CONVERSATIONS}/unreadCount?{query}", **world.bearer())


def test_fifty_filters_in_every_spelling_are_counted_and_one_more_is_too_many(world: World) -> None:
    ctx = world.ctx(ADMIN, world.owner)
    made = [str(filters.create(ctx, Change(f"filter {at}")).number) for at in range(51)]
    for way in spelled("filterIds", made[:50]):
        assert len(unread(world, way).body["unreadCounts"]) == 50, way[:60]
    for way in spelled("filterIds", made):
        answer = unread(world, way)
        assert refused(answer) == 400 and answer.body["message"].startswith("filterIds "), way[:60]


def test_counting_fifty_filters_costs_no_more_requests_than_one(world: World) -> None:
    ctx = world.ctx(ADMIN, world.owner)
    gone = custom_fields.create(ctx, custom_fields.Change("size", "text"))
    conditions = (
        FilterCondition(field=fields.custom(gone).id, match="is", value="x"),
        FilterCondition(field=10, match="is", value="myDepartments"),
    )
    made = [str(filters.create(ctx, Change(f"filter {at}", conditions=conditions)).number) for at in range(50)]
    custom_fields.remove(ctx, gone.number)
    costs = []
    for ids in (made[:1], made):
        unread(world, f"filterIds={','.join(ids)}")
        with counted() as sent:
            assert unread(world, f"filterIds={','.join(ids)}").status == 200
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 14


def test_a_list_with_keywords_costs_the_same_with_many_contacts(world: World) -> None:
    def cost() -> int:
        headers = world.bearer()
        world.call("GET", f"{CONVERSATIONS}?keywords=jane", **headers)
        with counted() as sent:
            assert world.call("GET", f"{CONVERSATIONS}?keywords=jane", **headers).status == 200
        return len(sent)

    before = cost()
    for at in range(120):
        world.call("POST", f"{BASE}/contacts", {"name": f"Jane {at}"}, **world.bearer())
    assert cost() == before


def test_a_thousand_tags_are_listed_with_a_batch_for_each_hundred(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = world.ctx(ADMIN, world.owner)
    one = tags.create(ctx, "a tag")
    many = [replace(one, number=at, name=f"tag {at}") for at in range(1, 1_001)]
    monkeypatch.setattr(tags, "list_all", lambda _: many)
    headers = world.bearer()
    world.call("GET", f"{BASE}/tags", **headers)
    with counted() as sent:
        answer = world.call("GET", f"{BASE}/tags", **headers)
    assert (len(answer.body["tags"]), sent) == (1_000, ["BatchGetItem"] * 10)


# --- ids of another account, and of nothing


def _far(make: Callable[[Scene], int], scene: Scene, rival: Scene) -> int:
    """A number that the other account has given, and this one has not."""
    mine, theirs = make(scene), make(rival)
    while theirs <= mine + 20:
        theirs = make(rival)
    return theirs


@pytest.fixture(scope="module")
def theirs(scene: Scene, rival: Scene) -> dict[str, Any]:
    """By the kind of thing, the other account's id of one."""
    kinds = {
        "contact": new_contact,
        "agent": new_agent,
        "department": new_department,
        "tag": tag,
        "filter": filter_,
        "field": field,
    }
    return {kind: _far(make, scene, rival) for kind, make in kinds.items()} | {"file": attachment(rival)}


FIRST = {"type": "reply", "plainBody": "x"}
NEW = {"subject": "s", "channel": "portal", "message": FIRST}
#: Calls that name something in a field, with the kind of thing.
NAMING: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("POST", CONVERSATIONS, NEW | {"contactId": "?"}, "contact", "contactId"),
    ("POST", CONVERSATIONS, NEW | {"agentAssigneeId": "?"}, "agent", "agentAssigneeId"),
    ("POST", CONVERSATIONS, NEW | {"departmentAssigneeId": "?"}, "department", "departmentAssigneeId"),
    ("POST", CONVERSATIONS, NEW | {"tagIds": ["?"]}, "tag", "tagIds"),
    ("POST", CONVERSATIONS, NEW | {"customFields": [{"id": "?", "value": "s"}]}, "field", "customFields"),
    ("POST", CONVERSATIONS, NEW | {"message": FIRST | {"attachments": [{"guid": "?"}]}}, "file", "attachments"),
    ("PUT", f"{CONVERSATIONS}/{{id}}", {"contactId": "?"}, "contact", "contactId"),
    ("PUT", f"{CONVERSATIONS}/{{id}}", {"agentAssigneeId": "?"}, "agent", "agentAssigneeId"),
    ("PUT", f"{CONVERSATIONS}/{{id}}", {"departmentAssigneeId": "?"}, "department", "departmentAssigneeId"),
    ("PUT", f"{CONVERSATIONS}/{{id}}", {"tagIds": ["?"]}, "tag", "tagIds"),
    ("PUT", f"{CONVERSATIONS}/{{id}}", {"customFields": [{"id": "?", "value": "s"}]}, "field", "customFields"),
    ("PUT", CONVERSATIONS, {"ids": ["id"], "agentAssigneeId": "?"}, "agent", "agentAssigneeId"),
    ("PUT", CONVERSATIONS, {"ids": ["id", "?"], "priority": "low"}, "contact", "ids"),
    ("GET", CONVERSATIONS, {"filterId": "?"}, "filter", "filterId"),
    ("GET", CONVERSATIONS, {"conditions[0][field]": "?", "conditions[0][value]": "s"}, "field", "conditions[0][field]"),
    ("GET", f"{CONVERSATIONS}/unreadCount", {"filterIds": "?"}, "filter", "filterIds"),
    ("GET", PORTAL, {"contactId": "?"}, "contact", "contactId"),
    ("POST", PORTAL, {"subject": "s", "contactId": "?", "message": {"plainBody": "x"}}, "contact", "contactId"),
    ("POST", f"{BASE}/departments", {"name": "new", "memberIds": ["?"]}, "agent", "members"),
    (
        "POST",
        f"{BASE}/agents",
        {"name": "new", "email": "new@people.test", "departmentIds": ["?"]},
        "department",
        "departmentIds",
    ),
    (
        "POST",
        f"{BASE}/filters",
        {"name": "f", "conditions": [{"fieldId": "?", "matchType": "is"}]},
        "field",
        "conditions[0].fieldId",
    ),
]


def filled(given: Any, scene: Scene, value: Any) -> Any:
    """A body with `?` replaced, and `id` by the scene's conversation."""
    if isinstance(given, dict):
        return {name: filled(one, scene, value) for name, one in given.items()}
    if isinstance(given, list):
        return [filled(one, scene, value) for one in given]
    return value if given == "?" else scene.number if given == "id" else given


@pytest.mark.parametrize(("method", "path", "given", "kind", "named"), NAMING)
def test_what_is_another_account_s_or_nothing_is_a_bad_value_of_its_field(
    scene: Scene, theirs: dict[str, Any], method: str, path: str, given: dict[str, Any], kind: str, named: str
) -> None:
    address, headers = path.replace("{id}", str(scene.number)), scene.bearer(owner=True)
    nothing: list[Any] = ["0" * 36] if kind == "file" else [10**9, -1] if kind == "field" else [10**9]
    for value in [theirs[kind], *nothing]:
        body = filled(given, scene, value)
        where = f"{address}?{urlencode(body)}" if method == "GET" else address
        answer = scene.world.call(method, where, None if method == "GET" else body, **headers)
        assert refused(answer) == 400 and answer.body["message"].startswith(f"{named} "), (value, answer.body)


def test_a_change_of_several_with_one_that_is_not_there_changes_none(scene: Scene) -> None:
    path, headers = f"{CONVERSATIONS}/{scene.number}", scene.bearer()
    before = scene.world.call("GET", path, **headers).body
    assert refused(scene.world.call("PUT", CONVERSATIONS, {"ids": [scene.number, 10**9], "priority": "urgent"}, **headers)) == 400
    assert scene.world.call("GET", path, **headers).body == before


def test_a_key_that_is_no_text_is_refused_where_the_endpoint_looks_at_it_itself(world: World) -> None:
    body = {"subject": "s", "channel": "portal", "message": {"type": "reply", "plainBody": "x"}}
    answer = world.call("POST", CONVERSATIONS, body, Idempotency_Key="a\ud800", **world.bearer())
    assert refused(answer) == 400
    assert answer.body["message"].startswith("Idempotency-Key ")
