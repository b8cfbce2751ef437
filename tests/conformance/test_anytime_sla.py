"""Anytime's SLA policies, in both spellings, and the breach times of conversations."""

from typing import Any

import pytest

from chalicelib.desk.core import cache
from tests.conformance.scene import Scene
from tests.conformance.test_anytime import refused
from tests.conformance.timely import ask, told
from tests.streams_and_queues import START
from tests.world import World

HOUR, MINUTE = 3_600_000, 60_000


def policy(world: World, **given: Any) -> dict[str, Any]:
    """A new policy as it is shown."""
    answer = ask(world, "POST", "SLAPolicies", {"name": "Standard", **given})
    assert answer.status == 200, answer.body
    assert answer.body["slaPolicy"] == answer.body["SLAPolicy"]
    return dict(answer.body["slaPolicy"])


def test_a_policy_is_made_shown_changed_and_removed(world: World) -> None:
    conditions = {
        "when": "logicalExpression",
        "logicExpression": "1 or 2",
        "list": [
            {"id": 7, "fieldId": 7, "matchType": "is", "value": "urgent", "orderNum": 2},
            {"fieldId": 6, "matchType": "isNot", "value": "onHold,pendingExternal", "orderNum": 1},
        ],
    }
    shown = policy(world, firstRespondWithin=0.25, nextRespondWithin=1, isBusinessHours=True, conditions=conditions)
    assert shown == {
        "id": shown["id"],
        "name": "Standard",
        "isEnabled": True,
        "firstRespondWithin": 0.25,
        "nextRespondWithin": 1.0,
        "resolveRespondWithin": None,
        "isBusinessHours": True,
        "businessHours": True,
        "pauseWhilePending": True,
        "conditions": {
            "when": "logicalExpression",
            "logicExpression": "1 or 2",
            "list": [
                {"id": 1, "fieldId": 6, "matchType": "isNot", "value": "onHold,pendingExternal", "index": 1, "orderNum": 1},
                {"id": 2, "fieldId": 7, "matchType": "is", "value": "urgent", "index": 2, "orderNum": 2},
            ],
        },
        "orderNum": 1,
    }
    path = f"slapolicies/{shown['id']}/"
    assert ask(world, "GET", path).body["slaPolicy"] == shown
    changed = ask(world, "PUT", path, {"businessHours": False, "resolveRespondWithin": 1 / 3, "nextRespondWithin": None}).body
    wanted = {"isBusinessHours": False, "businessHours": False, "resolveRespondWithin": 0.333333333, "nextRespondWithin": None}
    assert changed["slaPolicy"] == shown | wanted
    plain = ask(world, "PUT", path, {"conditions": conditions["list"]}).body["slaPolicy"]["conditions"]
    assert (plain["when"], len(plain["list"])) == ("all", 2)
    assert ask(world, "DELETE", path).status == 200
    assert refused(ask(world, "GET", path)) == 404
    assert ask(world, "GET", "SLAPolicies").body == {"slaPolicies": [], "SLAPolicies": []}


def test_policies_are_moved_up_and_down(world: World) -> None:
    first, second = policy(world)["id"], policy(world)["id"]

    def sort(number: int, type_: str) -> list[int]:
        listed = ask(world, "PUT", f"SLAPolicies/{number}/sort", {"type": type_}).body["slaPolicies"]
        assert [one["orderNum"] for one in listed] == [1, 2]
        return [one["id"] for one in listed]

    assert sort(second, "up") == [second, first]
    assert sort(second, "down") == [first, second]
    assert sort(second, "down") == [first, second]
    assert ask(world, "GET", f"SLAPolicies/{second}").body["slaPolicy"]["orderNum"] == 2
    assert "type" in told(ask(world, "PUT", f"SLAPolicies/{second}/sort", {"type": "sideways"}))
    assert refused(ask(world, "PUT", "SLAPolicies/99/sort", {"type": "up"})) == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"firstRespondWithin": 0.01}, "firstRespondWithin must be 5 minutes"),
        ({"nextRespondWithin": -1}, "nextRespondWithin"),
        ({"resolveRespondWithin": 9000}, "resolveRespondWithin"),
        ({"conditions": {"list": [{"fieldId": 6, "matchType": "is", "value": "pending_internal"}]}}, "conditions.list[0].value"),
        ({"conditions": {"list": [{"fieldId": 6, "matchType": "contains", "value": "n"}]}}, "conditions.list[0].matchType"),
        ({"conditions": [{"fieldId": 9999, "matchType": "is", "value": "x"}]}, "conditions[0].fieldId"),
        ({"conditions": {"list": [{"fieldId": 9, "matchType": "is", "value": "me"}]}}, "conditions.list[0].value"),
        ({"conditions": {"list": [{"fieldId": 13, "matchType": "is", "value": "1"}]}}, "conditions.list[0].fieldId"),
        ({"conditions": {"when": "logicalExpression", "logicExpression": "1 and 2", "list": []}}, "logicExpression"),
        ({"name": ""}, "name"),
    ],
)
def test_an_impossible_policy_is_refused_by_the_caller_s_name_of_the_field(
    world: World, given: dict[str, Any], said: str
) -> None:
    assert told(ask(world, "POST", "SLAPolicies", {"name": "Standard", **given})).startswith(said)


def test_only_administrators_set_any_of_it(world: World) -> None:
    number = policy(world)["id"]
    for method, path, body in [
        ("POST", "SLAPolicies", {"name": "x"}),
        ("PUT", f"SLAPolicies/{number}", {"name": "x"}),
        ("PUT", f"SLAPolicies/{number}/sort", {"type": "up"}),
        ("DELETE", f"SLAPolicies/{number}", None),
        ("PUT", "workingTime", {}),
        ("POST", "holidays", {"title": "x", "date": "2027-01-01"}),
        ("DELETE", "holidays", {"id": 1}),
    ]:
        assert refused(ask(world, method, path, body, by_agent=True)) == 403
    for path in ("SLAPolicies", f"SLAPolicies/{number}", "workingTime", "holidays", "workingTimeAndHolidays"):
        assert ask(world, "GET", path, by_agent=True).status == 200


# --- conversations


def talk(world: World) -> int:
    """A new conversation's number."""
    world.asking()
    return int(max(one["id"] for one in ask(world, "GET", "conversations").body["conversations"]))


def due(shown: dict[str, Any]) -> tuple[Any, ...]:
    names = ("slaPolicyId", "firstRespondBreachAt", "nextRespondBreachAt", "resolveBreachAt")
    return tuple(shown[name] for name in names)


def test_a_conversation_shows_its_policy_and_when_it_breaches(world: World) -> None:
    number = policy(world, firstRespondWithin=1, resolveRespondWithin=8)["id"]
    one = talk(world)
    shown = ask(world, "GET", f"conversations/{one}").body["conversation"]
    assert due(shown) == (number, "2027-01-15T09:00:00.000Z", None, "2027-01-15T16:00:00.000Z")
    (listed,) = ask(world, "GET", "conversations").body["conversations"]
    assert due(listed) == due(shown)
    shown = ask(world, "PUT", f"conversations/{one}", {"status": "onHold"}).body["conversation"]
    assert due(shown) == (number, "2027-01-15T09:00:00.000Z", None, None)


def listed(world: World, **query: str) -> list[int]:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    cache.clear_all()
    return [one["id"] for one in ask(world, "GET", f"conversations?{text}").body["conversations"]]


def test_lists_are_sorted_by_what_breaches_next_and_what_never_does_comes_last(world: World) -> None:
    slow = policy(world, firstRespondWithin=4)["id"]
    late, none, soon, held = talk(world), talk(world), talk(world), talk(world)
    quick = {"name": "Quick", "firstRespondWithin": 1, "conditions": [{"fieldId": 7, "matchType": "is", "value": "urgent"}]}
    number = policy(world, **quick)["id"]
    ask(world, "PUT", f"SLAPolicies/{number}/sort", {"type": "up"})
    ask(world, "PUT", f"conversations/{soon}", {"priority": "urgent"})
    ask(world, "PUT", f"conversations/{none}", {"status": "closed"})
    ask(world, "PUT", f"conversations/{held}", {"status": "closed"})
    for order, first in (("ascending", [soon, late]), ("descending", [late, soon])):
        found = listed(world, sortBy="nextSLABreach", sortOrder=order)
        assert found[:2] == first and set(found[2:]) == {none, held}
    given = {"conditions[0][field]": "slaPolicyId", "conditions[0][value]": str(number)}
    assert listed(world, **given) == [soon]
    given = {"conditions[0][field]": "firstRespondBreachAt", "conditions[0][matchType]": "before"}
    assert listed(world, **given, **{"conditions[0][value]": "2027-01-15T10:00:00Z"}) == [soon]
    assert slow != number


def test_a_breach_stands_in_the_event_log(world: World) -> None:
    policy(world, firstRespondWithin=1)
    one = talk(world)
    world.now = START + HOUR + MINUTE
    ask(world, "POST", f"conversations/{one}/messages", {"type": "reply", "plainBody": "Sorry"})
    world.settle()
    (found,) = [
        log for log in ask(world, "GET", f"conversations/{one}/eventLogs").body["eventLogs"] if log["field"] == "slaBreached"
    ]
    assert (found["to"], found["time"], found["actorType"]) == ("firstRespond", "2027-01-15T09:00:00.000Z", "system")
    assert found["text"] == "The desk noted that the first answer is late"


def test_the_shared_scene_has_no_policy_that_is_for_anybody(scene: Scene) -> None:
    assert not any(one["isEnabled"] for one in ask(scene.world, "GET", "SLAPolicies").body["slaPolicies"])


@pytest.mark.parametrize("hours", [1 / 12, 0.083333, 1 / 3, 1.23456789, 8760])
def test_a_span_that_is_shown_can_be_sent_back_and_stays(world: World, hours: float) -> None:
    shown = policy(world, firstRespondWithin=hours, isBusinessHours=True)
    assert shown["firstRespondWithin"] == pytest.approx(hours, abs=1 / 3600)
    assert ask(world, "PUT", f"SLAPolicies/{shown['id']}", shown).body["SLAPolicy"] == shown
    for name in ("businessHours", "isBusinessHours"):
        changed = ask(world, "PUT", f"SLAPolicies/{shown['id']}", {**shown, name: not shown[name]}).body["SLAPolicy"]
        assert changed["isBusinessHours"] is changed["businessHours"] is not shown[name]
        shown = changed


def test_a_policy_on_a_field_that_was_removed_can_be_sent_back(world: World) -> None:
    field = ask(world, "POST", "fields", {"name": "short-lived", "type": "text"}).body["field"]["id"]
    shown = policy(world, conditions=[{"fieldId": field, "matchType": "is", "value": "x"}])
    assert ask(world, "DELETE", f"fields/{field}").status == 200
    assert ask(world, "PUT", f"SLAPolicies/{shown['id']}", shown).body["SLAPolicy"] == shown
    more = {**shown, "conditions": [*shown["conditions"]["list"], {"fieldId": 7, "matchType": "is", "value": "urgent"}]}
    assert told(ask(world, "PUT", f"SLAPolicies/{shown['id']}", more)).startswith("conditions[0].fieldId")
