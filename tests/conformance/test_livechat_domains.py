"""LiveChat's organisation, operators and domains, and the chats that start on a domain's page through PPMessage."""

import json
from typing import Any

import pytest

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.accounts import organisations
from chalicelib.desk.people import agents
from chalicelib.dialects.livechat.routes import LIVECHAT
from tests.conformance.cases_domains import BOOKED
from tests.conformance.livechat import Console, chat, page
from tests.conformance.livechat import console as console
from tests.conformance.scene import Scene, send
from tests.conformance.table import Row, each, rows_of
from tests.lambdas import counted
from tests.visitors import Answer
from tests.world import World

GUARDED = [row for row in rows_of(LIVECHAT) if row.endpoint.needs != AGENT]
#: Rows that a second call of the same finds nothing to do for; deleting again is 404.
WARNING = [row for row in GUARDED if row.endpoint.method != "DELETE"]
HOST, EMAIL = "shop.example", "web@shop.example"
#: A request that tells others of a change: open consoles, and routing where agents may differ since.
TOLD = "SendMessageBatch"


@each(GUARDED)
def test_a_staff_token_needs_the_row_s_permission(scene: Scene, row: Row) -> None:
    world, staff = scene.world, scene.world.agents[0]

    def asked() -> Answer:
        body = json.dumps(scene.body(row)).encode()
        return send(row.endpoint.method, row.endpoint.path, {"Content-Type": "application/json", **scene.bearer()}, body)

    others = [name for name in ("operators", "domains", "users") if name != row.endpoint.needs]
    for held, status in ((others, 403), ([str(row.endpoint.needs)], 200), ([], 403)):
        agents.set_permissions(world.ctx(ADMIN), staff.id, held)
        answer = asked()
        assert (answer.status, held) == (status, held)
        assert (answer.body["status"], answer.body["type"]) == ((1, "Success") if status == 200 else (0, "Error"))


@each(WARNING)
def test_a_warning_has_the_documented_message_or_its_type(scene: Scene, row: Row) -> None:
    given = scene.body(row)
    path = row.endpoint.path
    first, again = (scene.world.call(row.endpoint.method, path, given, **scene.bearer(owner=True)).body for _ in range(2))
    assert (first["type"], again["status"], again["type"]) == ("Success", 1, "Warning")
    assert type(again["message"]) is type(first["message"])
    if isinstance(first["message"], dict):
        assert again["message"].keys() == first["message"].keys()
    if path.endswith(("domain/add", "live_chat/operator/add")):
        assert again["message"] == first["message"]


def test_an_operator_is_added_listed_switched_and_deleted(console: Console) -> None:
    added = {"email": "dora@shop.example", "name": "Dora Agent"}
    assert console.done("POST", "operator/add", **added) == added
    console.done("POST", "operator/add", "Warning", **added)
    assert console.refused("POST", "operator/add", email=added["email"], name="Another") == 409
    assert console.refused("POST", "operator/add", email="nobody", name="Another") == 400
    one = console.done("GET", "operator/get", email=added["email"])
    assert one == {**added, "status": 0, "active": 1, "operator": True, "addOns": [{"status": 1}]}
    for status, kind in ((0, "Success"), (0, "Warning"), (1, "Success"), (1, "Warning")):
        console.done("PUT", "operator/update", kind, email=added["email"], status=status)
        one = console.done("GET", "operator/get", email=added["email"])
        assert (one["active"], one["addOns"]) == (status, [{"status": status}])
    assert console.done("DELETE", "user/delete", email=added["email"]) == {"operators": "User Deleted Successfully"}
    assert console.refused("DELETE", "user/delete", email=added["email"]) == 404
    assert console.refused("GET", "operator/get", email=added["email"]) == 404
    assert console.refused("PUT", "operator/update", email=console.world.owner.email, status=0) == 403
    assert console.refused("DELETE", "user/delete", email=console.world.owner.email) == 403
    wrong: Any
    for wrong in (2, "no", None, [], {}):
        assert console.refused("PUT", "operator/update", email=console.world.agents[0].email, status=wrong) == 400


def test_an_operator_who_is_switched_on_can_be_tied_to_domains(console: Console) -> None:
    ada = console.world.agents[0]
    for host in (HOST, "other.example"):
        console.done("POST", "domain/add", domain=host, email=EMAIL)
    given: dict[str, Any] = {"email": ada.email, "status": 1}
    assert console.refused("PUT", "operator/update", **given, domain=[HOST, "nowhere.example"]) == 404
    assert console.done("GET", "domain/operator/list", domain=HOST) == []
    console.done("PUT", "operator/update", **given, domain=[HOST, "other.example"])
    console.done("PUT", "operator/update", "Warning", **given, domain=HOST)
    for host in (HOST, "other.example"):
        assert [row["userId"] for row in console.done("GET", "domain/operator/list", domain=host)] == [ada.id]
    assert console.refused("PUT", "operator/update", email=ada.email, status=0, domain=[HOST]) == 400
    assert console.refused("PUT", "operator/update", **given, domain=[f"{at}.example" for at in range(21)]) == 400
    assert console.refused("PUT", "operator/update", **given, permission=["everything"]) == 400


def test_a_domain_is_added_read_changed_and_deleted(console: Console) -> None:
    added = console.done("POST", "domain/add", domain="www.Shop.example", email=EMAIL)
    address = f"https://desk.test/widget.js?app={console.world.account}&amp;domain={HOST}"
    link = f'<script async src="{address}"></script>'
    assert added == {"name": HOST, "email": EMAIL, "link": link, "socketLink": "wss://localhost"}
    console.done("POST", "domain/add", "Warning", domain=HOST, email=EMAIL)
    assert console.refused("POST", "domain/add", domain=HOST, email="other@shop.example") == 409
    for bad in ("https://shop.example", "shop.example/", "", "shop", 3, None, "a b.example"):
        assert console.refused("POST", "domain/add", domain=bad, email=EMAIL) == 400
    shown = {"name": HOST, "email": EMAIL, "status": True, "addonUniqueName": "live_chat", "operators": []}
    assert console.done("GET", "domain/get", domain=HOST) == shown
    assert console.done("GET", "domain/list") == [{"name": HOST, "email": EMAIL, "status": True, "link": link}]
    assert console.refused("PUT", "domain/update", domain=HOST) == 400
    new: dict[str, Any] = {"new_domain": "new.example", "status": False, "email": "a@new.example"}
    assert console.done("PUT", "domain/update", domain=HOST, **new) == "Domain Update Successfully"
    console.done("PUT", "domain/update", "Warning", domain="new.example", status=0)
    assert console.refused("GET", "domain/get", domain=HOST) == 404
    changed = console.done("GET", "domain/get", domain="new.example")
    assert (changed["name"], changed["email"], changed["status"]) == ("new.example", "a@new.example", False)
    assert console.done("DELETE", "domain/delete", domain="new.example") == "Domain Deleted Successfully"
    assert console.refused("DELETE", "domain/delete", domain="new.example") == 404


def test_a_domain_s_operators_and_their_flags(console: Console) -> None:
    ada = console.world.agents[0]
    console.done("POST", "domain/add", domain=HOST, email=EMAIL)
    who: dict[str, Any] = {"domain": HOST, "email": ada.email}
    assert console.done("POST", "domain/operator/add", **who) == "Operator Added Successfully"
    console.done("POST", "domain/operator/add", "Warning", **who)
    own = {"name": {"firstName": "Ada", "lastName": "Agent"}, "userId": ada.id, "email": ada.email}
    flags: dict[str, Any] = {"isAdmin": False, "chatStatus": True, "active": True}
    assert console.done("GET", "domain/operator/list", domain=HOST) == [own | flags]
    for name, shown, value in (("is_admin", "isAdmin", 1), ("online_status", "chatStatus", False), ("active", "active", 0)):
        console.done("PUT", "domain/operator/update", **{**who, name: value})
        flags[shown] = bool(value)
        assert console.done("GET", "domain/get", domain=HOST)["operators"] == [own | flags]
    console.done("PUT", "domain/operator/update", "Warning", **who, is_admin=True)
    assert console.refused("PUT", "domain/operator/update", **who) == 400
    assert console.refused("PUT", "domain/operator/update", domain=HOST, email="nobody@x.test", active=1) == 404
    assert console.refused("POST", "domain/operator/add", domain="nowhere.example", email=ada.email) == 404
    console.done("PUT", "domain/operator/remove", **who)
    console.done("PUT", "domain/operator/remove", "Warning", **who)
    assert console.refused("PUT", "domain/operator/update", **who, active=1) == 404


def test_the_organisation_is_shown_as_stored_and_tokens_to_administrators_alone(console: Console) -> None:
    world = console.world
    organisations.save(world.ctx(ADMIN), BOOKED)
    shown = console.done("GET", "organisation")
    assert (shown["status"], shown["dummyDomain"], shown["name"], shown["email"]) == (1, True, "demo", world.owner.email)
    everything = ["operators", "domains", "users"]
    assert shown["access"][0] == {
        "role": "admin",
        "status": None,
        "permission": everything,
        "name": world.owner.name,
        "email": world.owner.email,
    }
    assert [(row["role"], row["status"], row["permission"]) for row in shown["access"][1:]] == [("staff", 1, [])] * 3
    assert shown["plan"] == [{"name": "Gold", "price": "9.90", "features": "all", "subscriptionID": "sub-1"}]
    (add_on,) = shown["addon"]
    assert (add_on["uniqueName"], add_on["status"], add_on["accessToken"], add_on["refreshToken"]) == (
        "seller_buyer",
        1,
        "at",
        "rt",
    )
    console.done("PUT", "operator/update", email=world.agents[0].email, status=1, permission=["users"])
    console.done("POST", "domain/add", domain=HOST, email=EMAIL)
    seen = Console(world, world.agents[0]).done("GET", "organisation")
    assert (seen["dummyDomain"], seen["access"][1]["permission"]) == (False, ["users"])
    assert (seen["addon"][0]["accessToken"], seen["addon"][0]["refreshToken"]) == (None, None)
    staff = Console(world, world.agents[0])
    agents.set_permissions(world.ctx(ADMIN), world.agents[0].id, ["operators"])
    assert staff.refused("PUT", "operator/update", email=world.agents[0].email, status=1, permission=["users"]) == 403


def test_another_account_s_operators_and_domains_are_not_there(console: Console, other: World) -> None:
    theirs = Console(other)
    theirs.done("POST", "domain/add", domain=HOST, email=EMAIL)
    for method, path in (("GET", "domain/get"), ("DELETE", "domain/delete"), ("GET", "domain/operator/list")):
        assert console.refused(method, path, domain=HOST) == 404
    stranger = other.agents[0].email
    assert console.refused("DELETE", "user/delete", email=stranger) == 404
    assert console.refused("PUT", "operator/update", email=stranger, status=0) == 404
    console.done("POST", "domain/add", domain=HOST, email=EMAIL)
    for method, path in (("POST", "domain/operator/add"), ("PUT", "domain/operator/remove")):
        assert console.refused(method, path, domain=HOST, email=stranger) == 404
    assert console.refused("POST", "operator/add", email=stranger, name="Ada Agent") == 409
    assert stranger not in json.dumps(console.done("GET", "organisation"))
    console.done("DELETE", "domain/delete", domain=HOST)
    assert theirs.done("GET", "domain/get", domain=HOST)["name"] == HOST
    assert [one["name"] for one in theirs.done("GET", "domain/list")] == [HOST]


def test_a_deleted_operator_s_chats_go_to_another_and_their_words_stay(console: Console) -> None:
    world, (ada, ben) = console.world, console.world.agents[:2]
    world.online(ada)
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    (listed,) = world.call("GET", "/api/v3/anytime/conversations", **world.bearer(ada)).body["conversations"]
    path = f"/api/v3/anytime/conversations/{listed['id']}/messages"
    assert world.call("POST", path, {"type": "reply", "plainBody": "hi, it's Ada"}, **world.bearer(ada)).status == 200
    world.online(ben)
    console.done("DELETE", "user/delete", email=ada.email)
    world.settle()
    assert visitor.info()["assigned_uuid"] == ben.id
    assert visitor.history() == ["hello", "hi, it's Ada"]


def test_a_chat_of_a_domain_s_page_goes_to_its_operators(console: Console) -> None:
    world, (ada, ben) = console.world, console.world.agents[:2]
    console.done("POST", "domain/add", domain=HOST, email=EMAIL)
    console.done("POST", "domain/operator/add", domain=HOST, email=ben.email)
    world.online(ada)
    _, named = page(world, domain=HOST)
    _, there = page(world, f"https://www.{HOST}")
    _, elsewhere = page(world, "https://elsewhere.example")
    assert chat(world, named)["assigned_uuid"] is None
    assert chat(world, there)["assigned_uuid"] is None
    assert chat(world, elsewhere)["assigned_uuid"] == ada.id
    world.online(ben)
    assert chat(world, named)["assigned_uuid"] == chat(world, there)["assigned_uuid"] == ben.id
    _, late = page(world)
    assert chat(world, late, domain=HOST)["assigned_uuid"] == ben.id


def test_a_domain_s_own_widget_is_refused_on_another_page(console: Console) -> None:
    world = console.world
    console.done("POST", "domain/add", domain=HOST, email=EMAIL)
    assert page(world, f"https://{HOST}", domain=HOST)[0]["error_code"] == 0
    _, user = page(world)
    for origin in ("https://elsewhere.example", "null", f"https://{HOST}.evil.example"):
        assert page(world, origin, domain=HOST)[0]["error_code"] == 20
        assert chat(world, user, origin, domain=HOST)["error_code"] == 20
        assert page(world, origin)[0]["error_code"] == 0
    assert page(world, domain="nowhere.example")[0]["error_code"] == 18
    for bad in ("https://shop.example", "shop"):
        assert page(world, domain=bad)[0]["error_code"] == 28
    assert page(world, domain="")[0]["error_code"] == 0, "an empty text is no domain"
    console.done("PUT", "domain/update", domain=HOST, status=False)
    assert page(world, domain=HOST)[0]["error_code"] == 20
    assert page(world, f"https://{HOST}")[0]["error_code"] == 0


@pytest.mark.parametrize(
    ("method", "path", "given", "requests"),
    [
        ("GET", "organisation", {}, ["Query", "GetItem", "Query"]),
        ("GET", "domain/get", {"domain": HOST}, ["GetItem", "Query"]),
        ("GET", "domain/list", {}, ["Query"]),
        ("GET", "domain/operator/list", {"domain": HOST}, ["GetItem", "Query"]),
        ("POST", "domain/add", {"domain": "new.example", "email": EMAIL}, ["Query", "TransactWriteItems", TOLD]),
        ("PUT", "domain/update", {"domain": HOST, "status": 0}, ["GetItem", "TransactWriteItems", TOLD, TOLD]),
        (
            "PUT",
            "domain/update",
            {"domain": HOST, "new_domain": "new.example"},
            ["GetItem", "GetItem", "TransactWriteItems", TOLD, TOLD],
        ),
        ("DELETE", "domain/delete", {"domain": HOST}, ["GetItem", "TransactWriteItems", TOLD, TOLD]),
    ],
)
def test_what_a_call_costs(console: Console, method: str, path: str, given: dict[str, Any], requests: list[str]) -> None:
    console.done("POST", "domain/add", domain=HOST, email=EMAIL)
    console.done("POST", "domain/operator/add", domain=HOST, email=console.world.agents[0].email)
    console.world.call("GET", "/api/v3/anytime/autoClose", **console.headers)
    with counted() as sent:
        console.done(method, path, **given)
    assert sent == requests


def test_a_staff_member_s_permission_is_one_request_more(console: Console) -> None:
    world = console.world
    console.done("POST", "domain/add", domain=HOST, email=EMAIL)
    agents.set_permissions(world.ctx(ADMIN), world.agents[0].id, ["domains"])
    staff = Console(world, world.agents[0])
    staff.done("POST", "domain/operator/add", domain=HOST, email=world.agents[2].email)
    with counted() as sent:
        staff.done("POST", "domain/operator/add", domain=HOST, email=world.agents[1].email)
    assert sent == ["GetItem", "GetItem", "GetItem", "GetItem", "TransactWriteItems", TOLD, TOLD]
