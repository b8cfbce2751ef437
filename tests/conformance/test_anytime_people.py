"""Anytime's contacts: what is shown and refused, and what other dialects show of it."""

from typing import Any

import pytest

from tests.conformance.cases_anytime_people import new_agent, new_contact, new_department
from tests.conformance.people import BASE, OBJECTS, call, created
from tests.conformance.scene import Scene
from tests.conformance.table import gaps
from tests.conformance.test_anytime import refused
from tests.websockets import Socket
from tests.world import World

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
