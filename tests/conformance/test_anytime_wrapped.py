"""Anytime's bodies under the object's name: what answers show as `{"trigger": {…}}` may be sent so."""

from typing import Any

import pytest

from chalicelib.dialects.anytime import wrapping
from chalicelib.dialects.anytime.routes import ANYTIME
from tests.conformance.cases_settings import TRIGGER
from tests.conformance.scene import Scene
from tests.conformance.table import Row, each, rows_of
from tests.visitors import Answer

BASE = "/api/v3/anytime"


def has_body(row: Row) -> bool:
    return any(f"{{{name}}}" not in row.endpoint.path and name != "include" for name in row.facts["params"])


ROWS = [row for row in rows_of(ANYTIME) if wrapping.names_of(row.endpoint) and has_body(row)]


def ask(scene: Scene, method: str, path: str, body: Any) -> Answer:
    return scene.world.call(method, f"{BASE}/{path}", body, **scene.bearer(owner=True))


def told(answer: Answer) -> str:
    assert answer.status == 400, answer.body
    return str(answer.body["message"])


@each(ROWS)
def test_a_body_under_each_name_of_its_object_is_read_as_one_without(scene: Scene, row: Row) -> None:
    for name in wrapping.names_of(row.endpoint):
        body = scene.body(row)
        answer = scene.world.call(row.endpoint.method, scene.path(row), {name: body}, **scene.headers(row))
        assert answer.status == 200, answer.body
        assert set(wrapping.names_of(row.endpoint)) <= answer.body.keys()
        for field in body:
            bad = {name: {**body, field: [{"": []}]}}
            answer = scene.world.call(row.endpoint.method, scene.path(row), bad, **scene.headers(row))
            assert f"{name}.{field}" in told(answer)


@pytest.mark.parametrize(
    ("path", "new", "names", "field", "value"),
    [
        ("triggers", {**TRIGGER, "name": "x"}, ["trigger"], "isEnabled", False),
        ("SLAPolicies", {"name": "x"}, ["slaPolicy", "SLAPolicy"], "isEnabled", False),
        ("routing/1/customRules", {"name": "x"}, ["customerRule", "customRule"], "isEnabled", False),
        ("departments", {"name": "wrapped"}, ["department"], "description", "new"),
        ("tags", {"name": "wrapped"}, ["tag"], "name", "wrapped again"),
        ("holidays", {"title": "x", "date": "2027-01-01"}, ["holiday"], "title", "y"),
    ],
)
def test_an_answer_that_is_sent_back_changed_changes_the_object(
    scene: Scene, path: str, new: dict[str, Any], names: list[str], field: str, value: Any
) -> None:
    shown = ask(scene, "POST", path, {names[0]: new}).body
    assert set(names) <= shown.keys()
    id_ = shown[names[0]]["id"]
    for name in names:
        changed = ask(scene, "PUT", f"{path}/{id_}", {name: {**shown[name], field: value}})
        assert (changed.status, changed.body[name][field]) == (200, value)
        assert ask(scene, "PUT", f"{path}/{id_}", shown).body == shown


def test_two_names_that_say_different_things_are_400(scene: Scene) -> None:
    body = {"slaPolicy": {"name": "a"}, "SLAPolicy": {"name": "b"}}
    assert told(ask(scene, "POST", "SLAPolicies", body)) == "SLAPolicy says something else than slaPolicy"


def test_what_is_wrong_in_an_object_is_named_with_the_objects_name(scene: Scene) -> None:
    condition = {"fieldId": 6, "matchType": "is", "value": "nonsense"}
    bad: dict[str, Any] = {"name": "x", "conditions": [condition]}
    assert told(ask(scene, "POST", "routing/1/customRules", {"customRule": bad})).startswith("customRule.conditions[0].value ")
    assert told(ask(scene, "POST", "routing/1/customRules", bad)).startswith("conditions[0].value ")
    bad = {"name": "x", "conditions": {"list": [condition]}}
    assert told(ask(scene, "POST", "SLAPolicies", {"SLAPolicy": bad})).startswith("SLAPolicy.conditions.list[0].value ")
    missing = ask(scene, "POST", "routing/1/customRules", {"customerRule": {}})
    assert told(missing) == "customerRule.name is required"
    bad = {"name": "x", "routeType": "agent", "routeToId": 999_999}
    assert told(ask(scene, "POST", "routing/1/customRules", {"customRule": bad})).startswith("customRule.routeToId ")
    assert told(ask(scene, "POST", "routing/1/customRules", {"customRule": {**bad}, "routeToId": 999_998})).startswith(
        "routeToId "
    )
