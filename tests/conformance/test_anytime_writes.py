"""Anytime's changes: what they change, ETags, and fields that are wrong; and auto-close."""

from typing import Any

import pytest

from tests.conformance.scene import Scene
from tests.conformance.table import gaps
from tests.conformance.test_anytime import PATH, refused
from tests.conformance.writes import FACTS, OBJECTS, PUT, get, post, put
from tests.conformance.writes import number as number

AUTO_CLOSE = "/api/v3/anytime/autoClose"


def test_every_documented_value_of_a_change_is_taken_and_shown(scene: Scene, number: int) -> None:
    changes = [(name, value) for name, values in PUT["values"].items() for value in values]
    changes += [
        ("subject", "Order 7 日本"),
        ("isRead", True),
        ("isRead", False),
        ("agentAssigneeId", scene.world.agents[2].number),
    ]
    changes += [("agentAssigneeId", None)]
    for name, value in changes:
        scene.world.now += 1_000
        before = get(scene, number).body["conversation"]
        answer = put(scene, number, {name: value})
        shown = answer.body["conversation"]
        assert (answer.status, shown[name]) == (200, value)
        assert gaps("conversation", shown, OBJECTS) == []
        assert get(scene, number).body["conversation"] == shown
        moved = {"isRead", "lastStatusChangeTime", "lastActivityTime", "status", name}
        assert (shown["lastActivityTime"] != before["lastActivityTime"]) == (name != "isRead" and shown[name] != before[name])
        assert {key: shown[key] for key in before.keys() - moved} == {key: before[key] for key in before.keys() - moved}


def test_several_changes_at_once_are_all_made_or_none(scene: Scene, number: int) -> None:
    before = get(scene, number).body
    assert refused(put(scene, number, {"priority": "high", "agentAssigneeId": 10**6})) == 400
    assert refused(put(scene, number, {"subject": "x", "status": "sad"})) == 400
    assert get(scene, number).body == before
    shown = put(scene, number, {"priority": "low", "subject": "x", "isRead": True}).body["conversation"]
    assert (shown["priority"], shown["subject"], shown["isRead"]) == ("low", "x", True)


BAD_CHANGES: dict[str, list[Any]] = {
    "subject": ["", "x" * 501, 5, None, ["x"], {}],
    "priority": ["HIGH", "", 1, None, []],
    "status": ["sad", "", None, {}],
    "agentAssigneeId": [1.5, "Ada", [], True],
    "isRead": ["perhaps", 7, None, []],
}


@pytest.mark.parametrize("name", BAD_CHANGES)
def test_a_bad_change_is_400_named_and_changes_nothing(scene: Scene, name: str) -> None:
    before = get(scene, scene.number).body
    for value in BAD_CHANGES[name]:
        answer = put(scene, scene.number, {name: value})
        assert (refused(answer), value) == (400, value)
        assert answer.body["message"].startswith(f"{name} "), (value, answer.body)
    assert get(scene, scene.number).body == before


def test_an_agent_is_not_a_contact_nor_of_another_account(scene: Scene, rival: Scene) -> None:
    contact = get(scene, scene.number).body["conversation"]["contactId"]
    foreign = max(agent.number for agent in rival.world.agents) + 100
    for wrong in (contact, foreign, 10**6, -1, 10**30):
        assert refused(put(scene, scene.number, {"agentAssigneeId": wrong})) == 400


def test_an_unknown_agent_is_reported_under_the_field_that_names_them(scene: Scene) -> None:
    assert put(scene, scene.number, {"agentAssigneeId": 10**6}).body["message"].startswith("agentAssigneeId ")


def test_if_match_lets_only_the_latest_version_through(scene: Scene, number: int) -> None:
    first = get(scene, number).headers["ETag"]
    assert first[0] == first[-1] == '"'
    changed = put(scene, number, {"priority": "high"}, If_Match=first)
    assert changed.status == 200
    assert changed.headers["ETag"] == get(scene, number).headers["ETag"] != first
    for stale in (first, f"W/{first}", '"another"', '"-1"', '"é"', '"' + "9" * 400 + '"'):
        assert (refused(put(scene, number, {"priority": "low"}, If_Match=stale)), stale) == (412, stale)
    assert get(scene, number).body["conversation"]["priority"] == "high"
    for matching in (changed.headers["ETag"], "*"):
        assert put(scene, number, {"priority": "high"}, If_Match=matching).status == 200
    assert post(scene, number, {"type": "reply", "plainBody": "moves it on"}).status == 200
    assert refused(put(scene, number, {"priority": "low"}, If_Match=changed.headers["ETag"])) == 412


def test_an_if_match_of_any_length_is_compared(scene: Scene, number: int) -> None:
    assert refused(put(scene, number, {"priority": "low"}, If_Match='"' + "9" * 5_000 + '"')) == 412


def test_an_if_match_is_compared_as_it_is_written(scene: Scene, number: int) -> None:
    version = get(scene, number).headers["ETag"].strip('"')
    for other in (f'"0{version}"', version.translate({ord("0") + at: 0x660 + at for at in range(10)})):
        assert (refused(put(scene, number, {"priority": "low"}, If_Match=other)), other) == (412, other)


def test_a_header_is_not_overruled_by_the_body(scene: Scene, number: int) -> None:
    stale = get(scene, number).headers["ETag"]
    assert put(scene, number, {"priority": "high"}).status == 200
    assert refused(put(scene, number, {"priority": "low", "ifMatch": "*"}, If_Match=stale)) == 412
    first = post(scene, number, {"type": "note", "plainBody": "1", "idempotencyKey": "a"}, Idempotency_Key="head 1")
    second = post(scene, number, {"type": "note", "plainBody": "2", "idempotencyKey": "a"}, Idempotency_Key="head 2")
    assert (first.status, second.status) == (200, 200)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[
            ("customFields", [wrong])
            for wrong in ({"id": 1}, {"id": 9, "value": "x"}, {"name": "x", "value": "x"}, {"value": "x"})
        ],
        ("customFields", [{"id": 1, "name": "orderId", "value": "x"}]),
        ("customFields", [{"id": 1, "value": []}]),
        ("tagIds", [10**6]),
        ("tagIds", [0] * 101),
        ("tagIds", "1"),
        ("departmentAssigneeId", 10**6),
        ("departmentAssigneeId", "Sales"),
        ("contactId", 10**6),
        ("contactId", 2),
    ],
)
def test_what_a_conversation_can_not_have_is_named_and_nothing_changes(scene: Scene, number: int, name: str, value: Any) -> None:
    path = f"{PATH}/{number}"
    answer = scene.world.call("PUT", path, {"priority": "low", name: value}, **scene.bearer())
    assert answer.status == 400 and answer.body["message"].startswith(name), answer.body
    shown = get(scene, number).body["conversation"]
    assert shown["priority"] == "normal"
    assert scene.world.call("PUT", path, shown, **scene.bearer()).status == 200, "what was shown may be sent back"


def test_the_list_goes_both_ways_in_every_documented_order(scene: Scene) -> None:
    def ids(order: str) -> list[int]:
        answer = scene.world.call("GET", f"{PATH}?{order}", **scene.bearer())
        return [row["id"] for row in answer.body["conversations"]]

    assert ids("sortOrder=ascending") == ids("sortOrder=descending&sortBy=lastReplyTime")[::-1]
    for order in FACTS["GET", PATH]["values"]["sortBy"]:
        assert ids(f"sortOrder=ascending&sortBy={order}") == ids(f"sortBy={order}")[::-1] != []


# --- auto-close


def test_auto_close_is_set_in_part_and_shown(scene: Scene) -> None:
    owner = scene.bearer(owner=True)
    whole = {"isEnabled": True, "reassignUnpickedAfter": 180, "warnAfter": 300, "closeAfter": 600, "rules": []}
    assert scene.world.call("PUT", AUTO_CLOSE, whole, **owner).body == whole
    assert scene.world.call("GET", AUTO_CLOSE, **scene.bearer()).body == whole
    for name, value in (("warnAfter", 1), ("closeAfter", 700), ("reassignUnpickedAfter", 1), ("isEnabled", False)):
        whole[name] = value
        assert scene.world.call("PUT", AUTO_CLOSE, {name: value}, **owner).body == whole
        assert scene.world.call("GET", AUTO_CLOSE, **scene.bearer()).body == whole
    assert scene.world.call("PUT", AUTO_CLOSE, {}, **owner).body == whole


@pytest.mark.parametrize("name", ["isEnabled", "reassignUnpickedAfter", "warnAfter", "closeAfter"])
def test_a_bad_auto_close_is_400_named_and_not_set(scene: Scene, name: str) -> None:
    before = scene.world.call("GET", AUTO_CLOSE, **scene.bearer()).body
    wrong: list[Any] = (
        ["perhaps", None, [], {}, 1.5, 7] if name == "isEnabled" else [0, -1, 1.5, "soon", None, [], True, 10**12, 10**30]
    )
    for value in wrong:
        answer = scene.world.call("PUT", AUTO_CLOSE, {name: value}, **scene.bearer(owner=True))
        assert (refused(answer), value) == (400, value)
        assert answer.body["message"].startswith(f"{name} "), answer.body
    assert scene.world.call("GET", AUTO_CLOSE, **scene.bearer()).body == before


def test_auto_close_has_rules_by_department_and_status(scene: Scene) -> None:
    owner = scene.bearer(owner=True)
    department = scene.world.call("POST", "/api/v3/anytime/departments", {"name": "Returns"}, **owner).body["department"]["id"]
    rules = [
        {"departmentId": department, "status": "onHold", "warnAfter": 10, "closeAfter": 20},
        {"departmentId": None, "status": None, "warnAfter": 30, "closeAfter": 40},
    ]
    assert scene.world.call("PUT", AUTO_CLOSE, {"rules": rules}, **owner).body["rules"] == rules
    assert scene.world.call("PUT", AUTO_CLOSE, {"warnAfter": 5}, **owner).body["rules"] == rules
    for bad, name in (
        ({"departmentId": 10**9}, "rules[0].departmentId"),
        ({"status": "closed"}, "rules[0].status"),
        ({"warnAfter": 41}, "rules[0].warnAfter"),
        ({"closeAfter": 0}, "rules[0].closeAfter"),
    ):
        answer = scene.world.call("PUT", AUTO_CLOSE, {"rules": [rules[1] | bad]}, **owner)
        assert (refused(answer), bad) == (400, bad)
        assert answer.body["message"].startswith(f"{name} "), answer.body
    assert refused(scene.world.call("PUT", AUTO_CLOSE, {"rules": rules * 26}, **owner)) == 400
    assert scene.world.call("GET", AUTO_CLOSE, **scene.bearer()).body["rules"] == rules
    assert scene.world.call("PUT", AUTO_CLOSE, {"rules": None}, **owner).body["rules"] == []


def test_nobody_is_warned_after_the_close(scene: Scene) -> None:
    answer = scene.world.call("PUT", AUTO_CLOSE, {"warnAfter": 601, "closeAfter": 600}, **scene.bearer(owner=True))
    assert refused(answer) == 400
    assert answer.body["message"].startswith("warnAfter ")


def test_the_span_that_was_sent_is_named(scene: Scene) -> None:
    owner = scene.bearer(owner=True)
    assert scene.world.call("PUT", AUTO_CLOSE, {"warnAfter": 300, "closeAfter": 600}, **owner).status == 200
    for name, value in (("warnAfter", 601), ("closeAfter", 299)):
        answer = scene.world.call("PUT", AUTO_CLOSE, {name: value}, **owner)
        assert refused(answer) == 400
        assert answer.body["message"] == f"{name} must not make the warning later than the closing"


def test_auto_close_rules_of_a_removed_department_can_be_sent_back(scene: Scene) -> None:
    owner = scene.bearer(owner=True)
    department = scene.world.call("POST", "/api/v3/anytime/departments", {"name": "Leaves"}, **owner).body["department"]["id"]
    rules = [{"departmentId": department, "status": "new", "warnAfter": 10, "closeAfter": 20}]
    shown = scene.world.call("PUT", AUTO_CLOSE, {"rules": rules}, **owner).body
    assert scene.world.call("DELETE", f"/api/v3/anytime/departments/{department}", **owner).status == 200
    assert scene.world.call("PUT", AUTO_CLOSE, shown, **owner).body == shown
    assert scene.world.call("PUT", AUTO_CLOSE, {"rules": []}, **owner).body["rules"] == []
    assert refused(scene.world.call("PUT", AUTO_CLOSE, {"rules": rules}, **owner)) == 400
