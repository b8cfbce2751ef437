"""Anytime's triggers as they are set: by any of their names, in order, switched, and refused where they can't be."""

from typing import Any

import pytest

from chalicelib.desk.conversations.triggers import MOST_AGENTS, MOST_VALUES
from chalicelib.dialects.anytime.trigger_shapes import EVENT_NAMES
from tests.conformance.cases_settings import CASES, TRIGGER
from tests.conformance.scene import Scene
from tests.visitors import Answer

BASE = "/api/v3/anytime/triggers"


def ask(scene: Scene, method: str, path: str = "", body: Any = None) -> Answer:
    return scene.world.call(method, f"{BASE}{path}", body, **scene.bearer(owner=True))


def made(scene: Scene, **more: Any) -> dict[str, Any]:
    answer = ask(scene, "POST", "", {"name": "one", **TRIGGER, **more})
    assert answer.status == 200, answer.body
    return dict(answer.body["trigger"])


def told(answer: Answer) -> str:
    assert (answer.status, answer.body["code"] // 1000) == (400, 400), answer.body
    return str(answer.body["message"])


def listed(scene: Scene) -> list[int]:
    return [found["id"] for found in ask(scene, "GET").body["triggers"]]


@pytest.mark.parametrize("number", range(1, 7))
def test_an_event_goes_by_its_number_and_all_its_names(scene: Scene, number: int) -> None:
    names = [*EVENT_NAMES.values()][number - 1]
    for field in ("event", "triggerEvent"):
        for given in (number, str(number), *names, names[0].upper()):
            body = {name: value for name, value in TRIGGER.items() if name != "event"} | {"name": "t", "stayTimeSpan": 5}
            answer = ask(scene, "POST", "", body | {field: given})
            assert answer.status == 200, answer.body
            shown = answer.body["trigger"]
            assert (shown["event"], shown["triggerEvent"]) == (names[0], number)
            assert ask(scene, "DELETE", f"/{shown['id']}").status == 200
    assert "event must be 1 to 6" in told(ask(scene, "POST", "", {"name": "t", "event": "somethingElse"}))


def test_both_spellings_are_shown_and_either_is_taken(scene: Scene) -> None:
    found = made(scene, ifEnable=False, ifShownInTicketCorresdence=True)
    for one, other, value in (
        ("isEnabled", "ifEnable", False),
        ("ifSendToContacts", "ifSendEmailToContacts", True),
        ("ifShowInConversationCorrespondences", "ifShownInTicketCorresdence", True),
        ("orderNum", "orderId", found["orderId"]),
    ):
        assert found[one] == found[other] == value
    for given in ({"ifEnable": True}, {"isEnabled": False}, {**found, "ifEnable": True}, {**found, "isEnabled": False}):
        changed = ask(scene, "PUT", f"/{found['id']}", given).body["trigger"]
        assert changed["isEnabled"] == changed["ifEnable"] == (given.get("ifEnable") or given["isEnabled"])
    only_document = {"name": "d", "triggerEvent": 1, "ifSendEmailToContacts": True, "subject": "s", "plainText": "t"}
    assert ask(scene, "POST", "", only_document).body["trigger"]["ifSendEmail"] is True


def test_what_is_shown_can_be_sent_back_and_changes_nothing(scene: Scene) -> None:
    number = scene.world.agents[0].number
    found = made(scene, ifSendToAgents=True, recipientAgentIds=[number], description="why", plainText="text")
    assert ask(scene, "PUT", f"/{found['id']}", found).body["trigger"] == found
    assert ask(scene, "PUT", "", found).body["trigger"] == found
    assert ask(scene, "GET", f"/{found['id']}").body["trigger"] == found
    assert [action["actionType"] for action in found["actions"]] == ["SetValue", "SendEmail", "ToConversationContact", "ToAgent"]


def test_put_adds_or_updates_by_id_and_a_switch_alone_switches(scene: Scene) -> None:
    body = CASES["PUT", BASE](scene, "")
    added = ask(scene, "PUT", "", body).body["trigger"]
    assert ask(scene, "PUT", "", {"id": added["id"], "name": "other"}).body["trigger"] == added | {"name": "other"}
    assert ask(scene, "PUT", "", body | {"id": 0}).body["trigger"]["id"] != added["id"]
    off = ask(scene, "PUT", f"/{added['id']}", {"isEnabled": False}).body["trigger"]
    assert off == added | {"name": "other", "isEnabled": False, "ifEnable": False}
    assert ask(scene, "PUT", "", {"id": 10**9, "name": "x"}).status == 404


def test_they_are_sorted_up_down_and_by_number(scene: Scene) -> None:
    first, second, third = (made(scene)["id"] for _ in range(3))
    before = [one for one in listed(scene) if one not in (first, second, third)]
    for path, body, order in (
        (f"/{third}/sort", {"type": "up"}, [first, third, second]),
        (f"/{first}/sort", {"type": "down"}, [third, first, second]),
        (f"/{second}/sort", {"type": "down"}, [third, first, second]),
        (f"/{second}", {"orderNum": len(before) + 1}, [second, third, first]),
        (f"/{second}", {"orderId": 10**6}, [third, first, second]),
    ):
        answer = ask(scene, "PUT", path, body)
        assert answer.status == 200 and listed(scene) == [*before, *order], (path, body)
        assert answer.body["trigger"]["orderNum"] == listed(scene).index(answer.body["trigger"]["id"]) + 1
    ask(scene, "PUT", f"/{first}", {"orderNum": -5})
    assert listed(scene)[0] == first
    assert ask(scene, "PUT", f"/{first}/sort", {"type": "sideways"}).status == 400


def test_words_are_this_api_s_and_conditions_may_be_a_plain_list(scene: Scene) -> None:
    conditions = [{"fieldId": 6, "matchType": "is", "value": "pendingInternal, onHold"}]
    values = [{"fieldId": 6, "value": "pendingExternal"}, {"fieldId": 14, "value": []}, {"fieldId": 27, "value": True}]
    found = made(scene, conditions=conditions, autoUpdate=values)
    assert found["conditions"]["list"][0]["value"] in ("pendingInternal,onHold", "pendingInternal, onHold")
    assert [one["value"] for one in found["autoUpdate"]] == ["pendingExternal", "", "true"]
    assert found["stayStatus"] == "onHold"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 257}, "name"),
        ({"stayStatus": "gone"}, "stayStatus"),
        ({"event": 6, "stayStatus": "new", "stayTimeSpan": 0}, "stayTimeSpan"),
        ({"event": 6, "stayStatus": "", "stayTimeSpan": 1}, "stayStatus"),
        ({"stayTimeSpan": 525_601}, "stayTimeSpan"),
        ({"stayTimeSpan": -1}, "stayTimeSpan"),
        ({"subject": " "}, "subject"),
        ({"subject": "x" * 501}, "subject"),
        ({"htmlText": "x" * 20_001}, "htmlText"),
        ({"plainText": "{{contact.name}}" * 51}, "plainText"),
        ({"htmlText": "", "plainText": ""}, "plainText"),
        ({"ifSendToContacts": False}, "ifSendEmail"),
        ({"attachments": ["guid"]}, "attachments"),
        ({"recipientAgentIds": [10**9]}, "recipientAgentIds"),
        ({"recipientAgentIds": [1] * (MOST_AGENTS + 1)}, "recipientAgentIds"),
        ({"autoUpdate": [{"fieldId": 7, "value": "high"}] * (MOST_VALUES + 1)}, "autoUpdate"),
        ({"autoUpdate": [{"fieldId": 999, "value": "x"}]}, "autoUpdate[0].fieldId"),
        ({"autoUpdate": [{"fieldId": 20, "value": "x"}]}, "autoUpdate[0].fieldId"),
        ({"autoUpdate": [{"fieldId": 7, "value": "high"}, {"fieldId": 7, "value": "huge"}]}, "autoUpdate[1].value"),
        ({"autoUpdate": [{"fieldId": 6, "value": "pending"}]}, "autoUpdate[0].value"),
        ({"autoUpdate": [{"fieldId": 9, "value": "10000000"}]}, "autoUpdate[0].value"),
        ({"autoUpdate": [{"fieldId": 9, "value": "me"}]}, "autoUpdate[0].value"),
        ({"autoUpdate": [{"fieldId": 16, "value": ""}]}, "autoUpdate[0].value"),
        ({"autoUpdate": [{"fieldId": 14, "value": "1,x"}]}, "autoUpdate[0].value"),
        ({"conditions": {"list": [{"fieldId": 6, "matchType": "before", "value": "new"}]}}, "conditions.list[0].matchType"),
        ({"conditions": {"list": [{"fieldId": 6, "matchType": "is", "value": "no"}]}}, "conditions.list[0].value"),
        ({"conditions": [{"fieldId": 999, "matchType": "is", "value": "no"}]}, "conditions[0].fieldId"),
        ({"conditions": {"when": "logicalExpression", "logicExpression": "1 and 2", "list": []}}, "logicExpression"),
    ],
)
def test_a_trigger_that_can_not_be_is_refused_by_name(scene: Scene, given: dict[str, Any], field: str) -> None:
    body = CASES["POST", BASE](scene, "") | given
    assert told(ask(scene, "POST", "", body)).startswith(f"{field} "), told(ask(scene, "POST", "", body))
    found = made(scene)
    if field != "name" or given["name"]:
        ask(scene, "PUT", f"/{found['id']}", given)
    assert ask(scene, "GET", f"/{found['id']}").body["trigger"] == found


def test_what_is_missing_is_named(scene: Scene) -> None:
    assert told(ask(scene, "POST", "", {"event": 1})) == "name is required"
    assert told(ask(scene, "POST", "", {"name": "t"})) == "event is required"


def test_a_trigger_set_here_fires_and_the_log_shows_it(scene: Scene) -> None:
    path = "/api/v3/anytime/conversations"
    found = made(scene, event="conversationCreated", conditions=[], ifSendEmail=False, name="Raise")
    new = {"subject": "s", "channel": "portal", "message": {"type": "reply", "plainBody": "hello"}}
    number = scene.world.call("POST", path, new, **scene.bearer()).body["conversation"]["id"]
    scene.world.settle()
    shown = scene.world.call("GET", f"{path}/{number}", **scene.bearer()).body["conversation"]
    assert shown["priority"] == "high"
    logs = scene.world.call("GET", f"{path}/{number}/eventLogs", **scene.bearer()).body["eventLogs"]
    of_it = [log for log in logs if log["triggerId"] == found["id"]]
    assert [(log["field"], log["to"], log["actorType"], log["actorId"]) for log in of_it] == [
        ("trigger", "Raise", "system", None),
        ("priority", "high", "system", None),
    ]
    assert of_it[1]["text"] == "The trigger “Raise” changed the priority from Normal to High"
    assert ask(scene, "DELETE", f"/{found['id']}").status == 200


def test_a_trigger_that_names_something_removed_can_be_sent_back(scene: Scene) -> None:
    def settings(method: str, path: str, body: Any = None) -> Answer:
        answer = scene.world.call(method, f"/api/v3/anytime/{path}", body, **scene.bearer(owner=True))
        assert answer.status == 200, answer.body
        return answer

    department = settings("POST", "departments", {"name": "Short-lived"}).body["department"]["id"]
    field = settings("POST", "fields", {"name": "short-lived", "type": "text"}).body["field"]["id"]
    agent = settings("POST", "agents", {"name": "Zed", "email": "zed@leaves.example"}).body["agent"]["id"]
    values = [{"fieldId": 10, "value": department}, {"fieldId": field, "value": "x"}, {"fieldId": 9, "value": agent}]
    conditions = [{"fieldId": field, "matchType": "is", "value": "x"}]
    found = made(scene, ifSetValue=True, autoUpdate=values, recipientAgentIds=[agent], conditions=conditions)
    for path in (f"departments/{department}", f"fields/{field}", f"agents/{agent}"):
        settings("DELETE", path)
    assert ask(scene, "PUT", f"/{found['id']}", found).body["trigger"] == found
    assert ask(scene, "PUT", f"/{found['id']}", {**found, "name": "two"}).body["trigger"]["name"] == "two"
    assert told(ask(scene, "POST", "", {**found, "id": None})).startswith("autoUpdate[0].value")


@pytest.mark.parametrize("value", ["pending_external", "", "soon"])
def test_a_status_to_set_is_one_of_this_api_s_words(scene: Scene, value: str) -> None:
    said = told(ask(scene, "POST", "", {"name": "t", "event": 1, "autoUpdate": [{"fieldId": 6, "value": value}]}))
    assert said == "autoUpdate[0].value of status must be one of new, pendingInternal, pendingExternal, onHold, closed"
