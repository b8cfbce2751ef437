"""Anytime's tags, filters, fields and canned responses: made, shown, changed, removed, and refused."""

from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import canned_replies
from tests.conformance.cases_settings import CASES, CONDITION, OPTIONS
from tests.conformance.scene import Scene
from tests.conformance.table import DOCUMENTS, gaps
from tests.conformance.test_anytime import refused
from tests.visitors import Answer
from tests.world import World

BASE = "/api/v3/anytime"
OBJECTS = DOCUMENTS["Anytime"]["objects"]
FACTS = {(entry["method"], entry["path"]): entry for entry in DOCUMENTS["Anytime"]["endpoints"]}
#: A noun, what one of them is called in an answer, and what may be set of one.
NOUNS: list[tuple[str, str, dict[str, Any]]] = [
    ("tags", "tag", {"name": "Delivery"}),
    ("filters", "filter", {"name": "New ones", "isPrivate": True, "when": "any", "conditions": [CONDITION]}),
    ("fields", "field", {"name": "Colour", "type": "radio", "isRequired": True, "helpText": "of the car", "options": OPTIONS}),
    ("cannedResponses", "cannedResponse", {"name": "Hours", "htmlContent": "<b>9 to 5</b>", "textContent": "9 to 5"}),
]
each_noun = pytest.mark.parametrize(("noun", "one", "given"), NOUNS, ids=[noun for noun, _, _ in NOUNS])
NOBODY = 10**9


def ask(scene: Scene, method: str, path: str, body: Any = None, *, owner: bool = True) -> Answer:
    return scene.world.call(method, f"{BASE}/{path}", body, **scene.bearer(owner=owner))


def made(scene: Scene, noun: str, **more: Any) -> dict[str, Any]:
    """A new one, as it is shown."""
    one = next(name for found, name, _ in NOUNS if found == noun)
    body = CASES["POST", f"{BASE}/{noun}"](scene, "") | more
    answer = ask(scene, "POST", noun, {name: value for name, value in body.items() if value is not None})
    assert answer.status == 200, answer.body
    shown: dict[str, Any] = answer.body[one]
    return shown


def told(answer: Answer) -> str:
    """What a refusal with 400 says."""
    assert refused(answer) == 400
    return str(answer.body["message"])


@each_noun
def test_what_is_made_is_shown_changed_and_removed(scene: Scene, noun: str, one: str, given: dict[str, Any]) -> None:
    shown = made(scene, noun, **given)
    path = f"{noun}/{shown['id']}"
    simple = {name: value for name, value in given.items() if not isinstance(value, list)}
    assert {name: shown[name] for name in simple} == simple
    answer = ask(scene, "GET", path)
    assert answer.body == {one: shown}
    assert gaps(FACTS["GET", f"{BASE}/{noun}/{{id}}"]["answer"], answer.body, OBJECTS) == []
    listed = ask(scene, "GET", noun).body
    assert gaps(FACTS["GET", f"{BASE}/{noun}"]["answer"], listed, OBJECTS) == []
    assert [found["name"] for found in listed[noun] if found["id"] == shown["id"]] == [given["name"]]
    changed = ask(scene, "PUT", path, {"name": "Another"}).body[one]
    assert changed == shown | {"name": "Another"}
    assert ask(scene, "GET", path).body == {one: changed}
    assert (ask(scene, "DELETE", path).status, ask(scene, "DELETE", path).status) == (200, 404)
    assert ask(scene, "GET", path).status == 404
    assert shown["id"] not in [found["id"] for found in ask(scene, "GET", noun).body[noun]]


@each_noun
def test_what_is_not_there_or_another_account_s_is_not_found(
    scene: Scene, other: World, noun: str, one: str, given: dict[str, Any]
) -> None:
    shown = made(scene, noun, name="Ours")
    body = {"name": "x"}
    for id_ in (NOBODY, 0, -1, 2**53 - 1):
        assert [ask(scene, method, f"{noun}/{id_}", body).status for method in ("GET", "PUT", "DELETE")] == [404] * 3
    theirs = other.bearer(other.owner)
    statuses = [other.call(method, f"{BASE}/{noun}/{shown['id']}", body, **theirs).status for method in ("GET", "PUT", "DELETE")]
    assert statuses == [404] * 3
    assert told(ask(scene, "GET", f"{noun}/x")).startswith("id ")
    ask(scene, "DELETE", f"{noun}/{shown['id']}")


@pytest.mark.parametrize("noun", ["tags", "fields"])
def test_what_an_administrator_sets_no_agent_changes(scene: Scene, noun: str) -> None:
    id_ = made(scene, noun)["id"]
    body = CASES["POST", f"{BASE}/{noun}"](scene, "")
    assert ask(scene, "GET", f"{noun}/{id_}", owner=False).status == 200
    calls = [("POST", noun), ("PUT", f"{noun}/{id_}"), ("DELETE", f"{noun}/{id_}")]
    assert [ask(scene, method, path, body, owner=False).status for method, path in calls] == [403] * 3


@pytest.mark.parametrize("noun", ["tags", "fields"])
def test_a_name_is_used_once_whatever_its_case(scene: Scene, noun: str) -> None:
    first, second = made(scene, noun, name="Größe"), made(scene, noun, name="Weight")
    for name in ("Größe", " GRÖSSE "):
        answer = ask(scene, "POST", noun, CASES["POST", f"{BASE}/{noun}"](scene, "") | {"name": name})
        assert (answer.status, answer.body["code"]) == (409, 409001)
        assert ask(scene, "PUT", f"{noun}/{second['id']}", {"name": name}).status == 409
    renamed = ask(scene, "PUT", f"{noun}/{first['id']}", {"name": "GRÖSSE"})
    assert renamed.status == 200
    for shown in (first, second):
        assert ask(scene, "DELETE", f"{noun}/{shown['id']}").status == 200
    for name in ("", "  ", "x" * 65):
        assert told(ask(scene, "POST", noun, CASES["POST", f"{BASE}/{noun}"](scene, "") | {"name": name})).startswith("name ")


# --- filters


def test_a_new_filter_is_answered_as_the_document_says_and_as_everywhere(scene: Scene) -> None:
    answer = ask(scene, "POST", "filters", {"name": "Mine", "conditions": [CONDITION]}).body
    assert answer["filters"] == [answer["filter"]]
    assert answer["filter"]["createdById"] == scene.world.owner.number
    (condition,) = answer["filter"]["conditions"]
    assert condition == {**CONDITION, "id": 1, "orderNum": 1}
    (listed,) = [found for found in ask(scene, "GET", "filters").body["filters"] if found["id"] == answer["filter"]["id"]]
    assert "conditions" not in listed


def test_a_private_filter_is_its_creator_s_alone(scene: Scene) -> None:
    id_ = made(scene, "filters", isPrivate=True)["id"]
    assert id_ not in [found["id"] for found in ask(scene, "GET", "filters", owner=False).body["filters"]]
    for method in ("GET", "PUT", "DELETE"):
        assert ask(scene, method, f"filters/{id_}", {"name": "x"}, owner=False).status == 404
    assert ask(scene, "PUT", f"filters/{id_}", {"isPrivate": False}).status == 200
    assert ask(scene, "PUT", f"filters/{id_}", {"name": "Everybody's"}, owner=False).status == 200
    assert ask(scene, "PUT", f"filters/{id_}", {"isPrivate": True}, owner=False).status == 403
    assert ask(scene, "PUT", f"filters/{id_}", {"isPrivate": True}).status == 200


def test_conditions_are_in_the_order_of_their_index(scene: Scene) -> None:
    given = [
        {"fieldId": 6, "matchType": "is", "value": "new", "index": 3},
        {"fieldId": 7, "matchType": "isNot", "value": "low", "orderNum": 1},
        {"fieldId": 9, "matchType": "is", "value": "me", "index": 2},
    ]
    shown = made(scene, "filters", when="logicalExpression", logicExpression="(1 or 2) and 3", conditions=given)
    assert [(one["id"], one["fieldId"], one["index"], one["orderNum"]) for one in shown["conditions"]] == [
        (1, 7, 1, 1),
        (2, 9, 2, 2),
        (3, 6, 3, 3),
    ]


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        ({"fieldId": 99}, "conditions[1].fieldId"),
        ({"fieldId": 0}, "conditions[1].fieldId"),
        ({"fieldId": 6, "matchType": "contains"}, "conditions[1].matchType"),
        ({"matchType": "before", "value": "2024-01-01"}, "conditions[1].matchType"),
        ({"fieldId": 6, "value": "pending_internal"}, "conditions[1].value"),
        ({"fieldId": 9, "value": "Ada"}, "conditions[1].value"),
        ({"fieldId": 20, "matchType": "between", "value": "2024-01-01"}, "conditions[1].value"),
        ({"fieldId": 27, "value": "perhaps"}, "conditions[1].value"),
    ],
)
def test_a_condition_that_can_not_be_names_its_place(scene: Scene, condition: dict[str, Any], place: str) -> None:
    bad = {"fieldId": 17, "matchType": "is", "value": "x", "index": 0} | condition
    for method, path in (("POST", "filters"), ("PUT", f"filters/{made(scene, 'filters')['id']}")):
        answer = ask(scene, method, path, {"name": "x", "conditions": [CONDITION, bad]})
        assert told(answer).startswith(f"{place} ")


def test_a_logical_expression_is_held_against_the_conditions(scene: Scene) -> None:
    body = {"name": "x", "when": "logicalExpression", "conditions": [CONDITION]}
    for expression in ("", "2", "1 and", "__import__('os')", "(" * 300 + "1"):
        assert told(ask(scene, "POST", "filters", body | {"logicExpression": expression})).startswith("logicExpression ")
    id_ = made(scene, "filters", **body, logicExpression="1")["id"]
    assert told(ask(scene, "PUT", f"filters/{id_}", {"conditions": []})).startswith("logicExpression ")
    assert ask(scene, "PUT", f"filters/{id_}", {"conditions": [], "when": "all"}).status == 200


def test_a_filter_outlives_the_field_that_it_is_on(scene: Scene) -> None:
    field = made(scene, "fields")["id"]
    id_ = made(scene, "filters", conditions=[{"fieldId": field, "matchType": "is", "value": "red"}])["id"]
    assert ask(scene, "DELETE", f"fields/{field}").status == 200
    assert [one["fieldId"] for one in ask(scene, "GET", f"filters/{id_}").body["filter"]["conditions"]] == [field]
    assert ask(scene, "PUT", f"filters/{id_}", {"name": "Still here"}).status == 200


# --- fields


def test_every_documented_field_of_conversations_is_listed(scene: Scene) -> None:
    system = ask(scene, "GET", "fields?isSystemField=true").body["fields"]
    assert [field["id"] for field in system] == [*range(5, 5 + len(system))]
    assert all(field["isSystemField"] for field in system)
    by_name = {field["name"]: field for field in system}
    assert {"subject", "agentAssigneeId", "departmentAssigneeId", "tagIds", "createdTime", "resolveBreachAt"} <= by_name.keys()
    assert [option["value"] for option in by_name["status"]["options"]] == [
        *("new", "pendingInternal", "pendingExternal", "onHold", "closed")
    ]
    assert [option["order"] for option in by_name["priority"]["options"]] == [1, 2, 3, 4]
    own = ask(scene, "GET", "fields?isSystemField=false").body["fields"]
    assert [field["name"] for field in own[:4]] == ["ccr", "orderId", "entityId", "language"]
    assert ask(scene, "GET", "fields").body["fields"] == system + own


@pytest.mark.parametrize("id_", [1, 4, 5, 29])
def test_what_every_account_has_is_shown_and_can_not_be_changed(scene: Scene, id_: int) -> None:
    assert ask(scene, "GET", f"fields/{id_}").body["field"]["id"] == id_
    assert [ask(scene, method, f"fields/{id_}", {"name": "x"}).status for method in ("PUT", "DELETE")] == [403, 403]


@pytest.mark.parametrize("type_", FACTS["POST", f"{BASE}/fields"]["values"]["type"])
def test_every_documented_type_is_taken(scene: Scene, type_: str) -> None:
    options = OPTIONS if type_ in ("radio", "dropdownList", "checkboxList") else []
    shown = made(scene, "fields", type=type_, options=options)
    assert (shown["type"], len(shown["options"])) == (type_, len(options))
    other = "text" if type_ != "text" else "date"
    assert told(ask(scene, "PUT", f"fields/{shown['id']}", {"type": other})).startswith("type ")
    ask(scene, "DELETE", f"fields/{shown['id']}")


def test_options_keep_their_ids_and_are_in_order(scene: Scene) -> None:
    shown = made(scene, "fields")
    assert shown["options"] == [
        {"id": 1, "name": "Blue", "value": "Blue", "order": 1},
        {"id": 2, "name": "Red", "value": "red", "order": 2},
    ]
    given = [{"id": 2, "name": "Dark red", "value": "red"}, {"name": "Green"}]
    changed = ask(scene, "PUT", f"fields/{shown['id']}", {"options": given}).body["field"]
    assert [(one["id"], one["name"]) for one in changed["options"]] == [(2, "Dark red"), (3, "Green")]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"type": "radio", "options": []}, "options"),
        ({"type": "text", "options": OPTIONS}, "options"),
        ({"options": [{"name": "a"}, {"name": "a"}]}, "options"),
        ({"options": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}, "options"),
        ({"options": [{"name": "a,b"}]}, "options"),
        ({"options": [{"name": " "}]}, "options"),
        ({"type": "integer", "options": [], "defaultValue": "many"}, "defaultValue"),
        ({"defaultValue": "green"}, "defaultValue"),
        ({"length": 0}, "length"),
        ({"length": 2000}, "length"),
    ],
)
def test_a_field_that_can_not_be_is_refused(scene: Scene, given: dict[str, Any], field: str) -> None:
    body = CASES["POST", f"{BASE}/fields"](scene, "") | given
    assert told(ask(scene, "POST", "fields", body)).startswith(f"{field} ")


# --- canned responses


def test_text_and_html_are_made_from_each_other(scene: Scene) -> None:
    by_text = made(scene, "cannedResponses", htmlContent=None, textContent="a < b\nc")
    assert by_text["htmlContent"] == "a &lt; b<br>c"
    by_html = made(scene, "cannedResponses", htmlContent="<p>a &lt; b</p>")
    assert by_html["textContent"] == "a < b"
    path = f"cannedResponses/{by_html['id']}"
    changed = ask(scene, "PUT", path, {"textContent": "new"}).body["cannedResponse"]
    assert (changed["textContent"], changed["htmlContent"]) == ("new", "new")
    changed = ask(scene, "PUT", path, {"htmlContent": "<i>newer</i>"}).body["cannedResponse"]
    assert (changed["textContent"], changed["htmlContent"]) == ("newer", "<i>newer</i>")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "textContent"),
        ({"textContent": "", "htmlContent": ""}, "textContent"),
        ({"htmlContent": "<br>"}, "htmlContent"),
        ({"htmlContent": f"<p>{'x' * 5001}</p>"}, "textContent"),
        ({"name": "", "textContent": "x"}, "name"),
        ({"name": "x" * 501, "textContent": "x"}, "name"),
    ],
)
def test_a_canned_response_that_can_not_be_is_refused(scene: Scene, given: dict[str, Any], field: str) -> None:
    assert told(ask(scene, "POST", "cannedResponses", {"name": "x"} | given)).startswith(f"{field} ")


def test_canned_responses_are_ppmessage_s_scripts(scene: Scene) -> None:
    reply = canned_replies.add(scene.world.ctx(ADMIN), "opening hours?", "9 to 5")
    listed = ask(scene, "GET", "cannedResponses", owner=False).body["cannedResponses"]
    assert ("opening hours?", "9 to 5") in [(found["name"], found["textContent"]) for found in listed]
    ours = made(scene, "cannedResponses", name="ours")
    scripts = scene.world.pp("PP_GET_ALL_PREDEFINED_SCRIPT", "PPKEFU", app_uuid=scene.world.account).body["list"]
    assert reply.id in scripts and len(scripts) >= 2
    assert ask(scene, "DELETE", f"cannedResponses/{ours['id']}", owner=False).status == 200
