"""What unmodified builds of the vendor's clients of 2016 and 2017 send, byte for byte."""

import json
import uuid
from typing import Any

import pytest

from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage import lenient
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from tests.conformance.vendor import Client, acks, agents_client, logged_in, login_of_2016, online, sent, visitors_client
from tests.lambdas import counted
from tests.websockets import Socket
from tests.world import World


@pytest.fixture
def desk(world: World) -> World:
    """A desk where a visitor has written to the first agent, who was online once."""
    world.online(world.agents[0])
    return world


# --- what they send


def test_the_login_of_2016_leaves_its_account_empty_and_numbers_its_version(world: World) -> None:
    shown = agents_client(world).api("PPKEFU_LOGIN", login_of_2016(world.agents[0].email))
    assert (shown["error_code"], shown["uuid"], shown["service_user_status"]) == (0, world.agents[0].id, "READY")
    assert shown["ppkefu_browser_device_uuid"] == shown["device_uuid"]


DESCRIPTIVE = [
    ("PPKEFU_LOGIN", ("osmodel", "osversion", "device_fullname", "ios_app_development")),
    (
        "PP_UPDATE_DEVICE",
        ("device_fullname", "device_phonenumber", "device_osversion", "device_android_apilevel", "device_ios_model"),
    ),
]


@pytest.mark.parametrize("value", [0, 7, 4.4, True, False, "4.10", ""], ids=repr)
@pytest.mark.parametrize("name, fields", DESCRIPTIVE, ids=[name for name, _ in DESCRIPTIVE])
def test_what_merely_describes_may_be_a_number_or_a_boolean(world: World, name: str, fields: tuple[str, ...], value: Any) -> None:
    client = logged_in(world)
    own = {"user_email": world.agents[0].email, "terminal": "t", "ostype": "IOS"} if name == "PPKEFU_LOGIN" else {}
    for field in fields:
        client.done(name, **own, **{field: value})


def test_all_that_is_loose_is_walked_above() -> None:
    rows = {row.path.removeprefix("/api/"): lenient._known(row.request)[1] for row in PPMESSAGE.endpoints}
    own = {"SET_DEVICE_INFO": rows["PP_UPDATE_DEVICE"], "PPCOM_TRACK_EVENT": {"event_name"}}
    assert {name: fields for name, fields in rows.items() if fields} == own | {n: frozenset(f) for n, f in DESCRIPTIVE}


def test_a_version_stays_the_text_it_was(world: World) -> None:
    read = lenient.read(
        row("PP_UPDATE_DEVICE"), {"device_osversion": "4.10", "device_android_apilevel": 23, "device_ios_model": True}
    )
    assert read == {"device_osversion": "4.10", "device_android_apilevel": "23", "device_ios_model": "true"}


def row(name: str) -> Endpoint:
    return next(row for row in PPMESSAGE.endpoints if row.path == f"/api/{name}")


def test_what_is_too_long_to_describe_is_refused_by_its_name(world: World) -> None:
    shown = logged_in(world).api("PP_UPDATE_DEVICE", json.dumps({"device_uuid": "d", "device_osversion": "9" * 257}).encode())
    assert (shown["error_code"], "device_osversion" in shown["error_detail"]) == (28, True)


def test_an_empty_text_is_absent_where_the_field_is_optional_and_missing_where_it_is_not(desk: World) -> None:
    client, visitor = logged_in(desk), desk.visitor()
    visitor.say("hello")
    desk.settle()
    empty = {"page_offset": "", "page_size": "", "min_uuid": "", "max_uuid": ""}
    assert client.done("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=visitor.conversation, **empty)["return_count"] == 1
    assert client.done("PP_PAGE_USER_CONVERSATION", **empty)["return_count"] == 1
    assert client.done("PP_GET_USER_DETAIL", return_password="")["uuid"] == desk.agents[0].id
    talk = {"conversation_type": "S2S", "member_list": [desk.agents[1].id], "conversation_name": "", "group_uuid": ""}
    assert client.done("PP_CREATE_CONVERSATION", **talk)["user_list"] == [desk.agents[1].id]
    client.kept = {}
    given = {"app_uuid": "", "user_uuid": desk.agents[0].id, "conversation_uuid": visitor.conversation}
    assert client.api("PP_GET_CONVERSATION_INFO", json.dumps(given).encode())["error_code"] == 4
    given |= {"app_uuid": desk.account, "conversation_uuid": ""}
    assert client.api("PP_GET_CONVERSATION_INFO", json.dumps(given).encode())["error_code"] == 6


def test_an_empty_text_still_clears_what_a_profile_and_an_account_show(world: World) -> None:
    given = {"app_uuid": world.account, "user_uuid": world.owner.id}
    for text in ("Gone fishing", ""):
        assert world.pp("PP_UPDATE_USER", "PPCONSOLE", **given, user_signature=text).body["error_code"] == 0
        assert world.pp("PP_GET_USER_INFO", "PPCONSOLE", **given).body["user_signature"] == (text or None)
        assert world.pp("PP_UPDATE_APP_INFO", "PPCONSOLE", **given, welcome_message=text).body["welcome_message"] == (
            text or None
        )


def test_an_agents_socket_needs_no_extra_data_and_a_visitors_does(desk: World) -> None:
    assert online(logged_in(desk)).is_open
    visitor, socket = desk.visitor(), Socket()
    given = {"type": "auth", "is_service_user": False, "api_token": desk._kept("PPCOM"), "app_uuid": desk.account}
    socket.send(given | {"user_uuid": visitor.id, "device_uuid": visitor.device})
    assert acks(socket, "AUTH") == [3]
    assert not socket.is_open


def test_a_newer_app_is_looked_for_in_vain(world: World) -> None:
    shown = logged_in(world).api("GET_LATEST_APP", json.dumps(logged_in(world).kept).encode())
    assert (shown["error_code"], shown["error_string"], shown["uri"]) == (18, "no such object", "/GET_LATEST_APP")


# --- agent client 3.0.0


def test_the_list_of_service_users_is_the_accounts(world: World) -> None:
    client = logged_in(world)
    old = client.done("PP_GET_APP_SERVICE_USER_LIST")["list"]
    client.kept = {}
    assert client.done("PP_GET_SERVICE_USER_LIST")["list"] == old
    visible = Client(world, world.token("PPCOM")).done("PP_GET_SERVICE_USER_LIST")["list"]
    assert [one["user_email"] for one in visible] == [None] * 4


def test_two_agents_have_one_conversation_whoever_begins_it(world: World) -> None:
    ada, ben = world.agents[0], world.agents[1]
    first, second = logged_in(world), logged_in(world, 1)
    shown = first.done("PPKEFU_CREATE_CONVERSATION", member_list=[ben.id])
    assert (shown["peer_uuid"], shown["user_list"], shown["user_uuid"], shown["status"]) == (ben.id, [ben.id], ada.id, "NEW")
    assert (shown["conversation_name"], shown["conversation_icon"].endswith(f"/{ben.id}.png")) == (ben.name, True)
    again = second.done("PPKEFU_CREATE_CONVERSATION", member_list=[ada.id, ada.id])
    assert (again["uuid"], again["peer_uuid"], again["conversation_name"]) == (shown["uuid"], ada.id, ada.name)


def test_an_agent_and_a_contact_have_the_one_that_is_there(desk: World) -> None:
    client, visitor = logged_in(desk), desk.visitor()
    visitor.say("hello")
    desk.settle()
    shown = client.done("PPKEFU_CREATE_CONVERSATION", member_list=[visitor.id])
    assert (shown["uuid"], shown["peer_uuid"], shown["status"]) == (visitor.conversation, visitor.id, "OPEN")


@pytest.mark.parametrize("named, code", [([], 35), ("a", 31), ([7], 31), (["nobody"], 35), (None, 6), (["a", "b"], 28)], ids=str)
def test_an_agent_talks_with_exactly_one_uuid(world: World, named: Any, code: int) -> None:
    client = logged_in(world)
    given = json.dumps({"user_uuid": world.agents[0].id, "member_list": named}).encode()
    assert client.api("PPKEFU_CREATE_CONVERSATION", given)["error_code"] == code
    own = json.dumps({"user_uuid": world.agents[0].id, "member_list": [world.agents[0].id]}).encode()
    assert client.api("PPKEFU_CREATE_CONVERSATION", own)["error_code"] == 35
    other = json.dumps({"user_uuid": world.agents[1].id, "member_list": [world.agents[2].id]}).encode()
    assert client.api("PPKEFU_CREATE_CONVERSATION", other)["error_code"] == 20


# --- visitor's client 1.0.0.2


def test_the_same_trace_is_the_same_visitor_and_the_same_device(world: World) -> None:
    assert visitors_client(world, "mine").kept == visitors_client(world, "mine").kept
    known = world.pp("PP_CREATE_ANONYMOUS", app_uuid=world.account, ppcom_trace_uuid="mine").body
    assert known["user_uuid"] == visitors_client(world, "mine").kept["user_uuid"]


def test_a_phone_is_known_by_its_own_id_and_nothing_is_missing_where_both_are(world: World) -> None:
    client = visitors_client(world, "mine")
    phone = client.done("PPCOM_CREATE_DEVICE", device_ostype="AND", device_id="a phone", ppcom_trace_uuid="")["device_uuid"]
    assert phone != client.kept["device_uuid"]
    both = client.done("PPCOM_CREATE_DEVICE", device_ostype="AND", device_id="a phone", ppcom_trace_uuid="mine")["device_uuid"]
    assert both == client.kept["device_uuid"]
    given = {"user_uuid": client.kept["user_uuid"], "device_ostype": "AND"}
    assert client.api("PPCOM_CREATE_DEVICE", json.dumps(given).encode())["error_code"] == 6
    nobody = given | {"user_uuid": world.agents[0].id, "device_id": "d"}
    assert client.api("PPCOM_CREATE_DEVICE", json.dumps(nobody).encode())["error_code"] == 7


def test_an_event_costs_no_request(world: World) -> None:
    client = visitors_client(world)
    with counted() as requests:
        for data in ({"url": "https://shop.example/"}, "text", [1], 7):
            client.done("PPCOM_TRACK_EVENT", event_name="open", event_data=data)
    assert requests == []
    assert client.api("PPCOM_TRACK_EVENT", json.dumps(client.kept | {"event_name": "open"}).encode())["error_code"] == 6


@pytest.mark.parametrize("said, shown", [("DE", "DE"), ("cn", "CN"), ("XX", None), ("T1", None), ("Germany", None), ("", None)])
def test_the_country_is_what_the_edge_says_and_null_without(world: World, said: str, shown: str | None) -> None:
    client = visitors_client(world)
    headers = {"CloudFront-Viewer-Country": said} if said else {}
    own = {"Authorization": f"OAuth {client.token}"}
    answer = client.post("/api/PP_GET_IP_INFO", b"{}", "application/json", **own, **headers)
    assert (answer.body["error_code"], answer.body["country_code"]) == (0, shown)
    claimed = json.dumps({"country": "DE"}).encode()
    assert client.post("/api/PP_GET_IP_INFO", claimed, "application/json", **own).body["country_code"] is None


def test_pages_of_what_is_not_acknowledged_are_in_the_order_of_time(desk: World) -> None:
    client, agent = visitors_client(desk), logged_in(desk)
    chat = client.done("PPCOM_GET_DEFAULT_CONVERSATION", app_uuid=desk.account)["uuid"]
    desk.settle()
    texts = [f"answer {at}" for at in range(5)]
    for text in texts:
        desk.now += 1000
        agent.done("PP_SEND_MESSAGE", **sent(agent, chat, "TEXT", text))

    def page(**given: Any) -> tuple[list[str], list[str], int]:
        shown = client.done("PP_PAGE_UNACKED_MESSAGE", **given)
        assert shown["return_count"] == len(shown["list"]) == len(shown["message"])
        return shown["list"], [json.loads(shown["message"][pid])["bo"] for pid in shown["list"]], shown["total_count"]

    pids, said, total = page(page_offset=0, page_size=30)
    assert (said, total) == (texts, 5)
    assert page(page_offset=1, page_size=2)[1:] == (texts[2:4], 5)
    assert page(page_offset=9, page_size=2)[1:] == ([], 5)
    assert page(max_uuid=pids[3], page_size=2)[1] == texts[1:3]
    assert page(min_uuid=pids[1], page_size=2, max_uuid="")[1] == texts[2:4]
    client.done("ACK_MESSAGE", list=pids[:2])
    assert page()[1:] == (texts[2:], 3)
    assert page(min_uuid=pids[0])[1] == texts[2:], "a message that is acknowledged still is a place to go on from"
    for wrong, code in (({"max_uuid": pids[0], "min_uuid": pids[1]}, 42), ({"page_size": 101}, 41), ({"page_offset": -1}, 28)):
        assert client.api("PP_PAGE_UNACKED_MESSAGE", json.dumps(client.kept | wrong).encode())["error_code"] == code
    for pivot, code in (("nothing", 28), (f"d:{chat}:99", 18), (f"d:{uuid.uuid4()}:1", 26)):
        assert client.api("PP_PAGE_UNACKED_MESSAGE", json.dumps(client.kept | {"max_uuid": pivot}).encode())["error_code"] == code


def test_without_a_device_it_is_the_one_that_listens_else_the_newest(desk: World) -> None:
    client, agent = visitors_client(desk), logged_in(desk)
    user, first = client.kept["user_uuid"], client.kept.pop("device_uuid")
    chat = client.done("PPCOM_GET_DEFAULT_CONVERSATION", app_uuid=desk.account, device_uuid=first)["uuid"]
    desk.settle()
    desk.now += 1000
    phone = client.done("PPCOM_CREATE_DEVICE", device_ostype="AND", device_id="a phone")["device_uuid"]
    desk.now += 1000
    agent.done("PP_SEND_MESSAGE", **sent(agent, chat, "TEXT", "hello"))

    def whose() -> set[str]:
        return {pid.split(":")[0] for pid in client.done("PP_PAGE_UNACKED_MESSAGE")["list"]}

    assert whose() == {phone}
    socket = Socket()
    socket.auth(desk, user, first, token=client.token)
    assert whose() == {first}
    nobody = Client(desk, client.token)
    shown = nobody.done("PPCOM_CREATE_ANONYMOUS", ppcom_trace_uuid="without a device")
    assert nobody.done("PP_PAGE_UNACKED_MESSAGE", user_uuid=shown["user_uuid"])["total_count"] == 0
