"""Anytime's contacts, agents and departments: what is shown and refused, and what other dialects show of it."""

from typing import Any

import pytest

from tests.conformance.cases_anytime_people import new_agent, new_contact, new_department
from tests.conformance.scene import Scene
from tests.conformance.table import DOCUMENTS, gaps
from tests.conformance.test_anytime import refused
from tests.world import PASSWORD, Answer, Socket, World

BASE = "/api/v3/anytime"
OBJECTS = DOCUMENTS["Anytime"]["objects"]
NOTED = {
    "alias": "Jenny",
    "avatar": "https://shop.test/jane.png",
    "description": "Buys pens\nand ink.",
    "company": "Pens Ltd",
    "title": "Head of ink",
    "phoneNumber": "+49 30 1234",
    "faxNumber": "+49 30 1235",
    "address": "1 Pen Street",
    "city": "Berlin",
    "stateOrProvince": "Berlin",
    "country": "Germany",
    "postalOrZipCode": "10115",
    "tags": ["vip", "pens"],
}


def call(world: World, method: str, path: str, body: Any = None, *, admin: bool = False) -> Answer:
    return world.call(method, f"{BASE}/{path}", body, **world.bearer(world.owner if admin else world.agents[0]))


def created(world: World, **given: Any) -> dict[str, Any]:
    answer = call(world, "POST", "contacts", given)
    assert answer.status == 200, answer
    return dict(answer.body["contact"])


# --- contacts


def test_what_is_noted_of_a_contact_is_shown_and_changed_and_cleared(world: World) -> None:
    ids = [{"type": "externalId", "value": "c 1"}, {"type": "SSOUserId", "value": "s 1"}]
    made = created(world, name="Jane", email="Jane@Shop.test", identities=ids, **NOTED)
    assert gaps("contact", made, OBJECTS) == []
    assert {name: made[name] for name in NOTED} == NOTED
    assert (made["email"], made["isDeleted"], made["createdTime"][-1]) == ("jane@shop.test", False, "Z")
    shown = [(one["type"], one["value"]) for one in made["identities"]]
    assert shown == [("email", "jane@shop.test"), ("externalId", "c 1"), ("SSOUserId", "s 1")]
    assert len({one["id"] for one in made["identities"]}) == 3
    path = f"contacts/{made['id']}"
    assert call(world, "GET", path).body == {"contact": made}
    assert call(world, "PUT", path, made).body == {"contact": made}  # as it was shown
    assert call(world, "PUT", path, {"city": "Bonn"}).body["contact"] == made | {"city": "Bonn"}
    cleared = call(world, "PUT", path, {**dict.fromkeys(NOTED), "identities": [], "name": "Joan"}).body["contact"]
    assert {cleared[name] for name in NOTED if name != "tags"} == {None}
    assert (cleared["name"], cleared["email"], cleared["identities"], cleared["tags"]) == ("Joan", None, [], [])


def test_both_paths_are_the_same_contacts(world: World) -> None:
    made = created(world, name="Jane")
    headers = world.bearer()
    path = "/api/v3/contact/contacts"
    assert world.call("GET", f"{path}/{made['id']}", **headers).body == {"contact": made}
    assert world.call("GET", path, **headers).body["contacts"] == [made]
    world.call("DELETE", f"{path}/{made['id']}", **headers)
    assert call(world, "GET", "contacts").body["contacts"] == []


def test_pages_follow_each_other_by_their_addresses_and_by_number(world: World) -> None:
    made = [created(world, name=f"Jane {at}")["id"] for at in range(103)][::-1]
    created(world, name="Somebody else")
    for keywords in ("jane", "JA"):
        page = call(world, "GET", f"contacts?keywords={keywords}").body
        seen, previous = [], None
        for index in (1, 2, 3):
            by_number = call(world, "GET", f"contacts?keywords={keywords}&pageIndex={index}").body
            assert by_number["contacts"] == page["contacts"]
            assert (page["total"], page["totalIsExact"], page["previousPage"]) == (103, True, previous)
            assert f"pageIndex={index}" in page["currentPage"] and f"keywords={keywords}" in page["currentPage"]
            seen += [contact["id"] for contact in page["contacts"]]
            previous = f"https://desk.test{BASE}/contacts?keywords={keywords}&pageIndex={index}"
            if page["nextPage"]:
                path = page["nextPage"].removeprefix(f"https://desk.test{BASE}/")
                page = call(world, "GET", path).body
        assert seen == made and page["nextPage"] is None
    everybody = call(world, "GET", "contacts").body
    assert (len(everybody["contacts"]), everybody["total"]) == (50, 104)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x", "email": "nobody"}, "email"),
        ({"name": "x", "phoneNumber": "1" * 65}, "phoneNumber"),
        ({"name": "x", "faxNumber": "1" * 65}, "faxNumber"),
        ({"name": "x", "postalOrZipCode": "1" * 65}, "postalOrZipCode"),
        ({"name": "x", "tags": "vip"}, "tags"),
        ({"name": "x", "identities": [{"type": "email", "value": "no address"}]}, "email"),
        ({"name": "x", "identities": [{"type": "externalId", "value": " "}]}, "identities"),
        ({"name": "x", "identities": [{"type": "phone", "value": "1"}]}, "identities"),
        ({"name": "x", "identities": [{"type": "SSOUserId", "value": str(at)} for at in range(11)]}, "identities"),
    ],
)
def test_a_bad_field_of_a_contact_is_named(scene: Scene, given: dict[str, Any], field: str) -> None:
    number = new_contact(scene)
    for method, path in (("POST", "contacts"), ("PUT", f"contacts/{number}")):
        if method == "POST" or given:
            answer = call(scene.world, method, path, given)
            assert refused(answer) == 400 and answer.body["message"].startswith(field), answer.body


@pytest.mark.parametrize(
    "query", ["pageIndex=0", "pageIndex=201", "cursor=x", "cursor=LTE=", "keywords=" + "+".join("abcdefghi")]
)
def test_a_bad_page_is_named(scene: Scene, query: str) -> None:
    answer = call(scene.world, "GET", f"contacts?{query}")
    assert refused(answer) == 400 and answer.body["message"].startswith(query.partition("=")[0])


def test_a_taken_identity_is_409_and_named(world: World) -> None:
    ids = [{"type": "externalId", "value": "c 1"}, {"type": "SSOUserId", "value": "s 1"}]
    created(world, name="Jane", email="jane@shop.test", identities=ids)
    ben = created(world, name="Ben")["id"]
    taken: list[tuple[dict[str, Any], str]] = [({"identities": [one]}, one["type"]) for one in ids]
    for given, name in [({"email": "JANE@shop.test"}, "email"), *taken]:
        for method, path in (("POST", "contacts"), ("PUT", f"contacts/{ben}")):
            answer = call(world, method, path, {"name": "Else", **given})
            assert (refused(answer), answer.body["code"]) == (409, 409001)
            assert answer.body["message"].startswith(name)


def test_another_account_s_ids_are_not_found(scene: Scene, rival: Scene) -> None:
    here = [new_contact(scene), new_agent(scene), new_department(scene)]
    makers = (new_contact, new_agent, new_department)
    for noun, mine, make in zip(("contacts", "agents", "departments"), here, makers, strict=True):
        theirs = make(rival)
        while theirs <= mine + 50:
            theirs = make(rival)
        for number in (theirs + 10**6, 0, -1, theirs):
            for method in ("GET", "PUT", "DELETE"):
                answer = call(scene.world, method, f"{noun}/{number}", {} if method != "GET" else None, admin=True)
                assert refused(answer) == 404, (noun, number, method)
            if noun == "contacts":
                assert refused(call(scene.world, "POST", f"contacts/{number}/merge", {"sourceId": mine})) == 404
                assert refused(call(scene.world, "POST", f"contacts/{mine}/merge", {"sourceId": number})) == 404
        assert refused(call(scene.world, "GET", f"{noun}/one")) == 400


def test_an_agent_is_no_contact_and_a_contact_no_agent(scene: Scene) -> None:
    agent, contact = scene.world.agents[1].number, new_contact(scene)
    assert refused(call(scene.world, "DELETE", f"contacts/{agent}")) == 404
    assert refused(call(scene.world, "DELETE", f"agents/{contact}", admin=True)) == 404


def test_a_merged_contact_is_deleted_and_names_the_contact_that_has_its_things(world: World) -> None:
    jane, double = created(world, name="Jane", email="jane@shop.test"), created(world, email="double@shop.test")
    path = f"contacts/{jane['id']}/merge"
    merged = call(world, "POST", path, {"sourceId": double["id"]}).body["contact"]
    assert [one["value"] for one in merged["identities"]] == ["jane@shop.test", "double@shop.test"]
    gone = call(world, "GET", f"contacts/{double['id']}").body["contact"]
    assert (gone["isDeleted"], gone["mergedIntoId"]) == (True, jane["id"])
    assert call(world, "GET", "contacts?keywords=double").body["contacts"] == [merged]
    for body, status in (({}, 400), ({"sourceId": jane["id"]}, 400), ({"sourceId": double["id"]}, 404)):
        answer = call(world, "POST", path, body)
        assert refused(answer) == status
        assert status == 404 or answer.body["message"].startswith("sourceId")


def test_a_deleted_contact_can_no_longer_write_in_any_dialect(world: World) -> None:
    visitor = world.asking("hello")
    socket = Socket()
    assert socket.auth(world, visitor.id, visitor.device)["code"] == 0
    (listed,) = call(world, "GET", "conversations").body["conversations"]
    deleted = call(world, "DELETE", f"contacts/{listed['contactId']}").body["contact"]
    assert deleted["isDeleted"] and call(world, "GET", f"contacts/{deleted['id']}").body["contact"] == deleted
    assert visitor.say("are you there?").body["error_code"] != 0
    body = {"uuid": "01900000-0000-7000-8000-000000000009", "from_uuid": visitor.id, "device_uuid": visitor.device}
    body |= {"app_uuid": world.account, "conversation_uuid": visitor.conversation, "conversation_type": "P2S"}
    body |= {"to_uuid": visitor.conversation, "to_type": "CV", "from_type": "DU", "message_type": "NOTI"}
    told = socket.send({"type": "send", "send": body | {"message_subtype": "TEXT", "message_body": "by socket"}})
    assert told and told["code"] != 0
    world.settle()
    given = {"app_uuid": world.account, "user_uuid": visitor.id, "device_uuid": visitor.device}
    assert world.pp("PPCOM_GET_DEFAULT_CONVERSATION", **given).body["error_code"] != 0
    assert world.upload(visitor.id, b"words").body.get("error_code", 0) != 0
    messages = call(world, "GET", f"conversations/{listed['id']}/messages").body["messages"]
    assert [message["plainBody"] for message in messages] == ["hello"]


def test_other_dialects_show_what_anytime_changes_of_a_contact(world: World) -> None:
    visitor = world.asking()
    world.settle()
    (listed,) = call(world, "GET", "conversations").body["conversations"]
    changes = {"name": "Jane", "email": "jane@shop.test", "phoneNumber": "+49", "company": "Pens Ltd"}
    ids = [{"type": "externalId", "value": "c 1"}]
    assert call(world, "PUT", f"contacts/{listed['contactId']}", changes | {"identities": ids}).status == 200
    shown = world.pp("PP_GET_USER_DETAIL", "PPKEFU", app_uuid=world.account, user_uuid=visitor.id).body
    told = {"user_fullname": "Jane", "user_email": "jane@shop.test", "user_mobile": "+49", "user_company": "Pens Ltd"}
    assert {**told, "user_id": "c 1"}.items() <= shown.items()
    (listed,) = call(world, "GET", "conversations?include=contact").body["conversations"]
    assert (listed["contact"]["name"], listed["contact"]["email"]) == ("Jane", "jane@shop.test")


# --- agents


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
