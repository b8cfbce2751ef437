"""Anytime's auto allocation and routing rules, in both spellings, and what is said of a conversation."""

from typing import Any

import pytest

from tests.conformance.scene import Scene

BASE = "/api/v3/anytime"


def call(scene: Scene, method: str, path: str, body: Any = None) -> Any:
    answer = scene.world.call(method, f"{BASE}/{path}", body, **scene.bearer(owner=True))
    assert answer.status == 200, answer
    return answer.body


@pytest.fixture(autouse=True)
def nothing_set(scene: Scene) -> None:
    """The account is as it was: nobody keeps conversations from anybody, and there are no rules."""
    agents = [{"agentId": agent.number, "maxConcurrentCount": None, "isAcceptAllocation": True} for agent in scene.world.agents]
    call(scene, "PUT", "autoAllocation", {"isEnabled": True, "defaultRule": "loadBalancing", "agentPreferences": agents})
    call(scene, "PUT", "autoAllocation", {"conversationLimitForAllAgents": None})
    call(scene, "PUT", "routing/1/enable", {"isEnabled": False})
    for rule in call(scene, "GET", "routing/1/customRules")["customRules"]:
        call(scene, "DELETE", f"routing/customRules/{rule['id']}")


def refused(scene: Scene, method: str, path: str, body: Any) -> tuple[int, str]:
    answer = scene.world.call(method, f"{BASE}/{path}", body, **scene.bearer(owner=True))
    return answer.status, answer.body["message"]


def test_auto_allocation_is_set_in_part_in_either_spelling_and_shown_in_both(scene: Scene) -> None:
    ada, ben = (agent.number for agent in scene.world.agents[:2])
    department = call(scene, "POST", "departments", {"name": "Sales"})["department"]["id"]
    shown = call(scene, "GET", "autoAllocation")
    assert (shown["isEnabled"], shown["defaultRule"], shown["onlineAgentsOnly"]) == (True, "loadBalancing", True)
    call(scene, "PUT", "autoAllocation", {"defaultRule": "roundRobin", "conversationLimitForAllAgents": 15})
    rule = {"departmentId": department, "allocationRule": "loadBalancing", "preferLastAssignee": True}
    given = {"allocationRuleSettings": [rule], "ifExcludeOnHold": True, "ifExcludePendingExternal": True}
    preferences = [{"agentId": ada, "maxConcurrentCount": 3}, {"agentId": ben, "isAcceptAllocation": False}]
    call(scene, "PUT", "AutoAllocation/", {**given, "allocationAgentPreferences": preferences})
    call(scene, "PUT", "autoAllocation/enable", {"isEnabled": False})
    shown = call(scene, "GET", "autoAllocation")
    assert shown["autoAllocation"] == {name: value for name, value in shown.items() if name != "autoAllocation"}
    assert (shown["isEnabled"], shown["defaultRule"], shown["conversationLimitForAllAgents"]) == (False, "roundRobin", 15)
    assert (shown["excludePendingExternal"], shown["ifExcludeOnHold"]) == (True, True)
    assert shown["departmentAllocationRule"] == shown["allocationRuleSettings"] == [{**rule, "departmentName": "Sales"}]
    known = {one["agentId"]: one for one in shown["agentPreferences"]}
    assert known[ada] == {"agentId": ada, "maxConcurrentCount": 3, "isAcceptAllocation": True}
    assert known[ben] == {"agentId": ben, "maxConcurrentCount": None, "isAcceptAllocation": False}
    call(scene, "PUT", "autoAllocation", {**shown["autoAllocation"], "conversationLimitForAllAgents": None})
    again = call(scene, "GET", "autoAllocation")["autoAllocation"]
    assert again == {**shown["autoAllocation"], "conversationLimitForAllAgents": None}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"defaultRule": "loudest"}, "defaultRule"),
        ({"conversationLimitForAllAgents": -1}, "conversationLimitForAllAgents"),
        ({"agentPreferences": [{"agentId": 999_999, "maxConcurrentCount": 1}]}, "agentPreferences"),
        ({"allocationAgentPreferences": [{"agentId": 999_999, "maxConcurrentCount": 1}]}, "allocationAgentPreferences"),
        ({"departmentAllocationRule": [{"departmentId": 999_999}]}, "departmentAllocationRule[0].departmentId"),
        ({"allocationRuleSettings": [{"departmentId": 999_999}]}, "allocationRuleSettings[0].departmentId"),
    ],
)
def test_a_bad_allocation_is_400_named_as_it_was_spelled(scene: Scene, given: dict[str, Any], named: str) -> None:
    status, message = refused(scene, "PUT", "autoAllocation", given)
    assert (status, message.startswith(named) or named in message.split(" - at ")[-1]) == (400, True), message


@pytest.mark.parametrize(("path", "rules"), [("Routingrules", "customerrules"), ("routing", "customRules")])
def test_routing_is_set_and_shown_in_either_spelling(scene: Scene, path: str, rules: str) -> None:
    department = call(scene, "POST", "departments", {"name": f"Sales {path}"})["department"]["id"]
    call(scene, "PUT", f"{path}/1/enable", {"isEnable": True})
    given = {"SimpleRouteToObject": "department", "SimpleRouteToId": department, "SimpleRouteToPriority": "high"}
    later = {"simpleRouteType": "department", "simpleRouteToId": department, "simpleRouteWithPriority": "high"}
    call(scene, "PUT", f"{path}/1", given if path == "Routingrules" else later)
    failed = {"matchFailedRouteToPriority": "low"} if path == "Routingrules" else {"matchFailedWithPriority": "low"}
    shown = call(scene, "PUT", f"{path}/1", {"type": "cusomterrules", **failed})["routingrule"]
    assert {name: shown[name] for name in (*given, *later)} == {**given, **later}
    assert (shown["type"], shown["isEnabled"], shown["matchFailedRouteToPriority"]) == ("customRules", True, "low")
    status = {"fieldId": 6, "matchType": "is", "value": "pendingExternal,new", "orderNum": 1}
    one = {"name": "one", "when": 0, "routeToObject": "department", "routeToId": department, "conditions": [status]}
    made = call(scene, "POST", f"{path}/1/{rules}", {"customRule": one} if path == "routing" else one)["customRule"]
    assert (made["name"], made["when"], made["routeToId"], made["index"]) == ("one", 0, department, 1)
    assert made["conditions"][0]["value"] == "pendingExternal,new"
    assert refused(scene, "POST", f"{path}/1/{rules}", {}) == (400, "name is required")
    two = call(scene, "POST", f"{path}/1/{rules}", {"name": "two", "when": "all"})["customRule"]["id"]
    call(scene, "PUT", f"{path}/1/{rules}/{two}", {"isEnabled": False, "routeWithPriority": "urgent"})
    copied = call(scene, "PUT", f"{path}/1/{rules}/{made['id']}/copy")["customerRules"]
    assert [rule["name"] for rule in copied] == ["one", "one", "two"]
    order = [{"id": two, "orderNum": 1}, {"id": made["id"], "index": 2}]
    sorted_ = call(scene, "PUT", f"{path}/1/{rules}/{two}/sort", {rules.replace("customerr", "customerR"): order})["customRules"]
    assert [(rule["name"], rule["index"], rule["isEnable"]) for rule in sorted_] == [
        ("two", 1, False),
        ("one", 2, True),
        ("one", 3, True),
    ]
    call(scene, "DELETE", f"{path}/{rules}/{two}")
    (routing,) = call(scene, "GET", path)["routingrules"]
    assert [rule["name"] for rule in routing["customerRouteRules"]] == ["one", "one"]
    assert refused(scene, "PUT", f"{path}/2/enable", {"isEnable": True})[0] == 404
    assert refused(scene, "PUT", f"{path}/1/enable", {}) == (400, "isEnable is required")


@pytest.mark.parametrize("named", ["SimpleRouteToId", "simpleRouteToId", "matchFailedRouteToId", "matchFailedrouteToId"])
def test_a_bad_route_is_400_named_as_it_was_spelled(scene: Scene, named: str) -> None:
    to = "matchFailedType" if named.startswith("match") else "simpleRouteType"
    status, message = refused(scene, "PUT", "routing/1", {to: "agent", named: 999_999})
    assert (status, message) == (400, f"{named} is not the id of an agent")


def test_a_bad_condition_of_a_rule_is_400_and_named(scene: Scene) -> None:
    bad = {"fieldId": 6, "matchType": "before", "value": "new"}
    status, message = refused(scene, "POST", "routing/1/customRules", {"name": "x", "conditions": [bad]})
    assert (status, message.startswith("conditions[0].matchType")) == (400, True)
    given = {"name": "x", "when": 2, "logicExpression": "1 and 2", "conditions": [{**bad, "matchType": "is"}]}
    status, message = refused(scene, "POST", "routing/1/customRules", given)
    assert (status, message.startswith("logicExpression")) == (400, True)


def test_a_new_conversation_goes_where_the_rule_says_and_says_so(scene: Scene) -> None:
    scene.world.online(*scene.world.agents)
    ben = scene.world.agents[1].number
    rule = {"name": "parcels", "routeToObject": "agent", "routeToId": ben, "routeToPriority": "urgent"}
    rule["conditions"] = [{"fieldId": 16, "matchType": "contains", "value": "parcel"}]
    made = call(scene, "POST", "routing/1/customRules", rule)["customRule"]
    call(scene, "PUT", "routing/1", {"isEnabled": True, "type": "customRules"})
    new = {"subject": "A parcel", "channel": "portal", "message": {"type": "reply", "plainBody": "Where is it?"}}
    id_ = call(scene, "POST", "conversations", new)["conversation"]["id"]
    scene.world.settle()
    found = call(scene, "GET", f"conversations/{id_}")["conversation"]
    assert (found["agentAssigneeId"], found["priority"]) == (ben, "urgent")
    told = call(scene, "GET", f"conversations/{id_}/routing")["routing"]
    assert told["text"] == "Ben Agent got it, because the routing rule names them. The routing rule “parcels” applied."
    assert (told["state"], told["rule"], told["ruleId"], told["chosenBy"]) == ("assigned", "custom", made["id"], "rule")


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def test_of_two_spellings_the_one_that_changes_something_counts(scene: Scene) -> None:
    shown = call(scene, "GET", "Routingrules/1")["routingrule"]
    spellings = ("isEnable", True), ("SimpleRouteToPriority", "low"), ("simpleRouteWithPriority", "high"), ("isEnabled", False)
    for name, value in spellings:
        shown = call(scene, "PUT", "Routingrules/1", {**shown, name: value})["routingrule"]
        assert shown[name] == value, name
    rule = call(scene, "POST", "routing/1/customRules", {"name": "one"})["customRule"]
    changes: list[tuple[str, Any]] = [("isEnable", False), ("routeWithPriority", "urgent"), ("routeToPriority", None)]
    for name, value in changes:
        rule = call(scene, "PUT", f"routing/1/customRules/{rule['id']}", {**rule, name: value})["customRule"]
        assert rule[name] == value, name
    allocation = without(call(scene, "GET", "autoAllocation"), "autoAllocation")
    for name in ("ifExcludeOnHold", "excludeOnHold", "ifExcludePendingExternal", "excludePendingExternal"):
        changed = call(scene, "PUT", "autoAllocation", {**allocation, name: not allocation[name]})
        assert changed[name] is not allocation[name]
        allocation = without(changed, "autoAllocation")
    first, *others = allocation["agentPreferences"]
    for name, limit in (("agentPreferences", 7), ("allocationAgentPreferences", 8)):
        wanted = [{**first, "maxConcurrentCount": limit}, *others]
        allocation = without(call(scene, "PUT", "autoAllocation", {**allocation, name: wanted}), "autoAllocation")
        assert allocation["agentPreferences"] == wanted
    department = call(scene, "POST", "departments", {"name": "Twice spelled"})["department"]["id"]
    rules = [{"departmentId": department, "allocationRule": "roundRobin", "preferLastAssignee": False}]
    for name, wanted in (("allocationRuleSettings", rules), ("departmentAllocationRule", [])):
        allocation = without(call(scene, "PUT", "autoAllocation", {**allocation, name: wanted}), "autoAllocation")
        assert [one["departmentId"] for one in allocation[name]] == [one["departmentId"] for one in wanted]


def test_what_leads_to_something_removed_can_be_sent_back_and_changed_elsewhere(scene: Scene) -> None:
    department = call(scene, "POST", "departments", {"name": "Short-lived"})["department"]["id"]
    field = call(scene, "POST", "fields", {"name": "short-lived", "type": "text"})["field"]["id"]
    call(scene, "PUT", "routing/1", {"simpleRouteType": "department", "simpleRouteToId": department})
    conditions = [{"fieldId": field, "matchType": "is", "value": "x"}]
    rule = {"name": "gone", "routeType": "department", "routeToId": department, "conditions": conditions}
    rule = call(scene, "POST", "routing/1/customRules", rule)["customRule"]
    for path in (f"departments/{department}", f"fields/{field}"):
        call(scene, "DELETE", path)
    shown = call(scene, "GET", "routing/1")["routingrule"]
    assert call(scene, "PUT", "routing/1", shown)["routingrule"] == shown
    assert (
        call(scene, "PUT", "routing/1", {**shown, "SimpleRouteToPriority": "low"})["routingrule"]["simpleRouteToId"] == department
    )
    path = f"routing/1/customRules/{rule['id']}"
    assert call(scene, "PUT", path, rule)["customRule"] == rule
    assert (
        call(scene, "PUT", path, {**rule, "name": "still gone", "routeToPriority": "low"})["customRule"]["conditions"]
        == (rule["conditions"])
    )
    assert refused(scene, "PUT", path, {"routeToId": 999_999}) == (400, "routeToId is not the id of a department")


@pytest.mark.parametrize("name", ["customRules", "customerRouteRules"])
def test_rules_come_back_with_the_routing_as_they_were_shown_or_not_at_all(scene: Scene, name: str) -> None:
    call(
        scene, "POST", "routing/1/customRules", {"name": "one", "conditions": [{"fieldId": 6, "matchType": "is", "value": "new"}]}
    )
    shown = call(scene, "GET", "routing/1")["routingrule"]
    assert call(scene, "PUT", "routing/1", {"routingrule": shown})["routingrule"] == shown
    for other in ([], [{**shown[name][0], "isEnabled": False}], [*shown[name], {"name": "two"}]):
        status, message = refused(scene, "PUT", "routing/1", {**shown, name: other, "type": "simple"})
        assert (status, message.startswith(f"{name} are not changed here, but each at /api/")) == (400, True)
    assert call(scene, "GET", "routing/1")["routingrule"] == shown


def test_a_route_without_its_id_is_400_and_names_a_field_that_can_be_sent(scene: Scene) -> None:
    call(scene, "PUT", "routing/1", {"simpleRouteToObject": None, "simpleRouteToId": None})
    given = {"SimpleRouteToObject": "agent"}
    assert refused(scene, "PUT", "routing/1", given) == (400, "simpleRouteToId is not the id of an agent")


@pytest.mark.parametrize("name", ["customerRules", "customRules"])
def test_an_order_with_an_unknown_rule_is_400_named_as_it_was_spelled(scene: Scene, name: str) -> None:
    rule = call(scene, "POST", "routing/1/customRules", {"name": "one"})["customRule"]["id"]
    path = f"routing/1/customRules/{rule}/sort"
    assert refused(scene, "PUT", path, {name: [{"id": 999_999}]}) == (400, f"{name} names 999999, which is not a rule")
    elsewhere = refused(scene, "PUT", "routing/1/customRules/999999/sort", {name: [{"id": rule}]})
    assert elsewhere == (404, "no such routing rule: 999999")


def test_a_dry_run_says_where_a_conversation_would_go_and_changes_nothing(scene: Scene) -> None:
    sales = call(scene, "POST", "departments", {"name": "Dry sales"})["department"]["id"]
    ada = scene.world.agents[0]
    words = [{"fieldId": 17, "matchType": "contains", "value": "invoice"}]
    rule = {"name": "Invoices", "routeToObject": "department", "routeToId": sales, "routeToPriority": "high", "conditions": words}
    number = call(scene, "POST", "routing/1/customRules", rule)["customerRule"]["id"]
    failed = {"matchFailedRouteToObject": "agent", "matchFailedRouteToId": ada.number, "matchFailedRouteToPriority": None}
    call(scene, "PUT", "routing/1", {"type": "customRules", "simpleRouteToObject": None, "simpleRouteToPriority": None, **failed})

    def run(**given: Any) -> Any:
        return call(scene, "POST", "routing/dryRun", given)["routing"]

    told = run(lastMessage="About an Invoice")
    assert told["text"].startswith("Routing is off") and told["isEnabled"] is False
    call(scene, "PUT", "routing/1/enable", {"isEnabled": True})
    assert run(lastMessage="About an Invoice") == {
        "isEnabled": True,
        "text": "The rule “Invoices” matches, so it goes to the department Dry sales, with the priority high.",
        "rule": "custom",
        "ruleId": number,
        "ruleName": "Invoices",
        "agentAssigneeId": None,
        "departmentAssigneeId": sales,
        "priority": "high",
    }
    told = run(subject="Hello")
    assert (told["rule"], told["agentAssigneeId"], told["priority"]) == ("matchFailed", ada.number, "normal")
    assert told["text"] == f"No rule matches, so it goes to {ada.name}."
    told = run(subject="Hello", departmentAssigneeId=sales, customFields=[{"id": 4, "value": "de"}])
    assert (told["agentAssigneeId"], told["departmentAssigneeId"]) == (None, sales)
    assert told["text"] == "No rule matches, so it stays with its department."
    call(scene, "DELETE", f"departments/{sales}")
    assert run(lastMessage="invoice")["text"].startswith("The rule “Invoices” matches, so it would go to a department that was")
    call(scene, "PUT", "routing/1", {"type": "simple"})
    assert run()["text"] == "The simple route applies, so it goes to nobody in particular."


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"departmentAssigneeId": 99_999}, "departmentAssigneeId is not a department's id"),
        ({"customFields": [{"id": 99_999, "value": "x"}]}, "customFields[0].id 99999 is not a custom field's"),
        ({"customFields": [{"id": 6, "value": "new"}]}, "customFields[0].id 6 is not a custom field's"),
    ],
)
def test_a_dry_run_names_what_is_wrong(scene: Scene, given: dict[str, Any], named: str) -> None:
    assert refused(scene, "POST", "routing/dryRun", given) == (400, named)
