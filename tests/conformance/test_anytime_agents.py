"""Anytime's agents and departments: what is shown and refused, and what other dialects show of it."""

from typing import Any

import pytest

from tests.conformance.people import OBJECTS, call, created
from tests.conformance.scene import Scene
from tests.conformance.table import gaps
from tests.conformance.test_anytime import refused
from tests.world import PASSWORD, World


def test_an_agent_is_added_changed_switched_off_and_removed(world: World) -> None:
    email = f"nora@{world.account[-12:]}.test"
    given = {"name": "Nora", "email": email, "password": PASSWORD}
    made = call(world, "POST", "agents", given, admin=True).body["agent"]
    assert gaps("agent", made, OBJECTS) == []
    expected = {"name": "Nora", "email": email, "type": "agent", "status": "offline", "isActive": True, "role": "agent"}
    assert made == {"id": made["id"], **expected, "departmentIds": []}
    assert call(world, "GET", f"agents/{made['id']}").body == {"agent": made}
    assert made in call(world, "GET", "agents").body["agents"]
    assert world.form("/oauth/token", grant_type="password", email=email, password=PASSWORD).status == 200
    changes = {"name": "Nora N.", "role": "admin", "isActive": False, "email": email.upper()}
    changed = call(world, "PUT", f"agents/{made['id']}", changes, admin=True).body["agent"]
    assert changed == made | {"name": "Nora N.", "role": "admin", "isActive": False}
    assert world.form("/oauth/token", grant_type="password", email=email, password=PASSWORD).status in (400, 401)
    assert call(world, "DELETE", f"agents/{made['id']}", admin=True).body == {"id": made["id"]}
    assert refused(call(world, "GET", f"agents/{made['id']}")) == 404
    assert made["id"] not in [agent["id"] for agent in call(world, "GET", "agents").body["agents"]]


def test_the_owner_is_an_admin_and_presence_is_the_status(world: World) -> None:
    world.online(world.agents[0])
    shown = {agent["id"]: agent for agent in call(world, "GET", "agents").body["agents"]}
    assert len(shown) == 4
    assert shown[world.owner.number]["role"] == "admin"
    assert (shown[world.agents[0].number]["status"], shown[world.agents[0].number]["role"]) == ("online", "agent")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": None}, "name"),
        ({"email": "nobody"}, "email"),
        ({"role": "owner"}, "role"),
        ({"password": ""}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"departmentIds": [1, 2]}, "departmentIds"),
        ({"departmentIds": [10**6]}, "departmentIds"),
        ({"name": " "}, "name"),
    ],
)
def test_a_bad_field_of_an_agent_is_named_and_nobody_is_added(scene: Scene, given: dict[str, Any], field: str) -> None:
    before = call(scene.world, "GET", "agents").body
    answer = call(scene.world, "POST", "agents", {"name": "N", "email": "n@people.test", **given}, admin=True)
    assert refused(answer) == 400 and answer.body["message"].startswith(field), answer.body
    assert call(scene.world, "GET", "agents").body == before


def test_a_login_that_is_taken_is_409_and_the_owner_s_role_is_theirs(world: World) -> None:
    answer = call(world, "POST", "agents", {"name": "N", "email": world.agents[0].email}, admin=True)
    assert refused(answer) == 409 and answer.body["message"].startswith("email")
    owner = f"agents/{world.owner.number}"
    for given in ({"role": "agent"}, {"isActive": False, "name": "X"}):
        assert refused(call(world, "PUT", owner, given, admin=True)) == 403
    assert refused(call(world, "DELETE", owner, admin=True)) == 403
    assert call(world, "GET", owner).body["agent"]["name"] == "Olive Owner"
    assert refused(call(world, "PUT", f"agents/{world.agents[0].number}", {"email": "other@x.test"}, admin=True)) == 400


def test_livechat_and_ppmessage_show_what_anytime_changes_of_an_agent(world: World) -> None:
    agent = world.agents[1]
    call(world, "PUT", f"agents/{agent.number}", {"name": "Benjamin"}, admin=True)
    shown = world.call("GET", f"/auth/addon/live_chat/operator/get?email={agent.email}", **world.bearer()).raw
    assert b"Benjamin" in shown
    listed = world.pp("PP_GET_APP_SERVICE_USER_LIST", app_uuid=world.account).body["list"]
    assert "Benjamin" in [user["user_fullname"] for user in listed]


# --- departments


def test_a_department_has_members_who_are_in_no_other_one(world: World) -> None:
    ada, ben, cleo = (agent.number for agent in world.agents)
    given = {"name": "Sales", "description": "They sell", "memberIds": [ben, ada]}
    sales = call(world, "POST", "departments", given, admin=True).body["department"]
    assert gaps("department", sales, OBJECTS) == []
    assert (sales["name"], sales["description"]) == ("Sales", "They sell")
    assert [member["id"] for member in sales["members"]] == [ada, ben]
    assert sales["members"][0] == {"id": ada, "name": "Ada Agent", "type": "agent"}
    support = call(world, "POST", "departments", {"name": "Support", "members": [{"id": ben}]}, admin=True).body["department"]
    path = f"departments/{sales['id']}"
    assert call(world, "GET", path).body["department"]["members"] == sales["members"][:1]
    assert call(world, "GET", f"agents/{ben}").body["agent"]["departmentIds"] == [support["id"]]
    changed = call(world, "PUT", path, {"description": None, "members": [{"id": cleo}]}, admin=True).body["department"]
    assert (changed["name"], changed["description"], [one["id"] for one in changed["members"]]) == ("Sales", "", [cleo])
    assert call(world, "GET", "departments").body == {"departments": [changed, support]}
    assert call(world, "GET", f"agents/{ada}").body["agent"]["departmentIds"] == []
    moved = call(world, "PUT", f"agents/{ada}", {"departmentIds": [sales["id"]]}, admin=True).body["agent"]
    assert moved["departmentIds"] == [sales["id"]]
    assert call(world, "PUT", f"agents/{ada}", {"departmentIds": []}, admin=True).body["agent"]["departmentIds"] == []
    assert call(world, "DELETE", path, admin=True).body == {"id": sales["id"]}
    assert refused(call(world, "GET", path)) == 404
    assert call(world, "GET", f"agents/{cleo}").body["agent"]["departmentIds"] == []


def test_a_department_without_a_name_or_with_a_stranger_is_refused_and_not_made(world: World) -> None:
    contact = created(world, name="Jane")["id"]
    made = call(world, "POST", "departments", {"name": "Sales"}, admin=True).body["department"]
    for given, field in (({"name": ""}, "name"), ({"name": "x" * 257}, "name"), ({"memberIds": [contact]}, "members")):
        for method, path in (("POST", "departments"), ("PUT", f"departments/{made['id']}")):
            answer = call(world, method, path, {"name": "Other", **given}, admin=True)
            assert refused(answer) == 400 and answer.body["message"].startswith(field), answer.body
    assert refused(call(world, "POST", "departments", {}, admin=True)) == 400
    assert call(world, "GET", "departments").body == {"departments": [made]}


def test_a_department_is_a_ppmessage_group(world: World) -> None:
    made = call(world, "POST", "departments", {"name": "Sales", "memberIds": [world.agents[0].number]}, admin=True)
    (group,) = world.pp("PP_GET_APP_ORG_GROUP_LIST", "PPKEFU", app_uuid=world.account).body["list"]
    assert group["group_name"] == made.body["department"]["name"]
    given = {"app_uuid": world.account, "group_name": "Support", "group_desc": "They help"}
    assert world.pp("PP_CREATE_ORG_GROUP", "PPCONSOLE", **given).body["error_code"] == 0
    shown = call(world, "GET", "departments").body["departments"]
    assert [(one["name"], len(one["members"])) for one in shown] == [("Sales", 1), ("Support", 0)]


def test_configs_say_whether_there_are_departments(world: World) -> None:
    assert call(world, "GET", "configs").body == {"isEnabledDepartment": False, "recipientLimitPerEmail": 50}
    call(world, "POST", "departments", {"name": "Sales"}, admin=True)
    assert call(world, "GET", "configs").body["isEnabledDepartment"]
