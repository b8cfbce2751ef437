"""Agents log in on one browser and one phone, and out; what they may no longer do then."""

from typing import Any

import pytest

from chalicelib.context import AGENT
from tests.lambdas import counted
from tests.websockets import Socket
from tests.world import World


def login(world: World, terminal: str, os: str = "BROWSER", at: int = 0, **given: Any) -> dict[str, Any]:
    """PPKEFU_LOGIN with a token of its own."""
    agent = world.agents[at]
    body = {"user_email": agent.email, "terminal": terminal, "ostype": os} | given
    token = world.token("PPKEFU", agent)
    shown = dict(world.call("POST", "/api/PPKEFU_LOGIN", body, Authorization=f"OAuth {token}").body)
    return shown | {"token": token}


def listening(world: World, session: dict[str, Any]) -> Socket:
    socket = Socket()
    assert socket.auth(world, session["uuid"], session["device_uuid"], "PPKEFU", session["token"])["code"] == 0
    return socket


def as_(world: World, session: dict[str, Any], endpoint: str, **given: Any) -> dict[str, Any]:
    return dict(world.call("POST", f"/api/{endpoint}", given, Authorization=f"OAuth {session['token']}").body)


def status(world: World, at: int = 0) -> str:
    shown = world.call("GET", f"/auth/addon/live_chat/operator/get?email={world.agents[at].email}", **world.bearer())
    assert shown.status == 200
    from chalicelib.desk.people import people

    return str(people.get(world.ctx(AGENT, world.agents[at]), world.agents[at].id).presence)


def test_a_login_makes_the_device_and_the_agent_ready(world: World) -> None:
    first = login(world, "a laptop", osmodel="m", token="t")
    assert (first["error_code"], first["service_user_status"], first["uuid"]) == (0, "READY", world.agents[0].id)
    assert (first["browser_device_uuid"], first["mobile_device_uuid"]) == (first["device_uuid"], None)
    assert first["mqtt_topic"] == f"{first['device_uuid']}/#"
    assert (first["app"]["uuid"], first["app"]["app_secret"]) == (world.account, None)
    assert login(world, "a laptop")["device_uuid"] == first["device_uuid"]
    assert status(world) == "online"
    phone = login(world, "a phone", "IOS")
    assert (phone["browser_device_uuid"], phone["mobile_device_uuid"]) == (first["device_uuid"], phone["device_uuid"])


def test_a_login_takes_six_requests_at_most(world: World) -> None:
    login(world, "a laptop")
    token = world.token("PPKEFU")
    given = {"user_email": world.agents[0].email, "ostype": "BROWSER"}
    for terminal, most in (("a laptop", 5), ("another", 6)):
        with counted() as sent:
            answer = world.call("POST", "/api/PPKEFU_LOGIN", given | {"terminal": terminal}, Authorization=f"OAuth {token}")
        assert answer.body["error_code"] == 0
        assert len(sent) <= most, sent


def test_the_device_before_of_the_same_class_is_told_and_put_out(world: World) -> None:
    old, phone = login(world, "old"), login(world, "phone", "AND")
    before, beside = listening(world, old), listening(world, phone)
    new = login(world, "new")
    assert before.received[-1] == {"type": "MSG", "msg": {"mt": "SYS", "ms": "LOGOUT", "bo": old["device_uuid"]}}
    assert not before.is_open and beside.is_open
    for session, valid in ((old, False), (phone, True), (new, True)):
        given = {"user_uuid": session["uuid"], "device_uuid": session["device_uuid"]}
        assert as_(world, new, "PP_VALIDATE_ONLINE_DEVICE", **given)["valid"] is valid
    assert listening(world, new).is_open
    assert login(world, "new")["error_code"] == 0, "the same device again puts nobody out"


def test_a_logout_ends_the_token_its_sockets_and_the_presence(world: World) -> None:
    session, phone = login(world, "a laptop"), login(world, "a phone", "IOS")
    socket, beside = listening(world, session), listening(world, phone)
    given = {"app_uuid": world.account, "user_uuid": session["uuid"], "device_uuid": session["device_uuid"]}
    assert as_(world, phone, "PPKEFU_LOGOUT", **given | {"user_uuid": world.agents[1].id})["error_code"] == 20
    assert as_(world, session, "PPKEFU_LOGOUT", **given)["error_code"] == 0
    assert not socket.is_open and beside.is_open
    assert status(world) == "offline"
    assert as_(world, session, "PPKEFU_LOGOUT", **given)["error_code"] == 4
    again = Socket()
    assert again.auth(world, session["uuid"], session["device_uuid"], "PPKEFU", session["token"])["code"] == 8
    assert as_(world, phone, "PP_VALIDATE_ONLINE_DEVICE", user_uuid=session["uuid"], device_uuid=session["device_uuid"]) == {
        "error_code": 0,
        "error_string": "success.",
        "uri": "/PP_VALIDATE_ONLINE_DEVICE",
        "valid": False,
    }


def test_a_token_is_for_its_own_user(world: World) -> None:
    for email in (world.agents[1].email, "nobody@x.test", "x"):
        assert login(world, "a laptop", user_email=email)["error_code"] == 20
    assert login(world, "x" * 257)["error_code"] == login(world, "a laptop", "x" * 300)["error_code"] == 28


@pytest.mark.parametrize("word, presence", [("READY", "online"), ("busy", "busy"), ("REST", "away")])
def test_an_agent_s_status_is_the_one_presence_of_all_dialects(world: World, word: str, presence: str) -> None:
    given = {"app_uuid": world.account, "user_uuid": world.agents[0].id, "user_status": word}
    for label in ("PPKEFU", "THIRD_PARTY_KEFU"):
        assert world.pp("PPKEFU_SET_SERVICE_USER_STATUS", label, **given).body["error_code"] == 0
    assert status(world) == presence
    with counted() as sent:
        world.pp("PPKEFU_SET_SERVICE_USER_STATUS", "PPKEFU", **given)
    assert len(sent) <= 3


def test_a_status_is_one_s_own_and_a_word_that_there_is(world: World, other: World) -> None:
    def code(label: str, user: str, word: str) -> int:
        given = {"app_uuid": world.account, "user_uuid": user, "user_status": word}
        return int(world.pp("PPKEFU_SET_SERVICE_USER_STATUS", label, **given).body["error_code"])

    visitor = world.visitor()
    assert code("PPKEFU", world.agents[1].id, "READY") == 20
    assert code("PPKEFU", world.agents[0].id, "LUNCH") == 28
    assert [code("THIRD_PARTY_KEFU", user, "BUSY") for user in (visitor.id, other.agents[0].id, "x")] == [7, 7, 7]
    assert status(world, 1) == "offline"


def test_who_is_connected_is_listed_page_by_page(world: World, other: World) -> None:
    visitors = []
    for _ in range(5):
        world.now += 1000
        visitors.append(world.visitor())
        Socket().auth(world, visitors[-1].id, visitors[-1].device)
    Socket().auth(world, visitors[4].id, visitors[4].device)
    stranger = other.visitor()
    Socket().auth(other, stranger.id, stranger.device)
    gone = Socket()
    gone.auth(world, visitors[0].id, visitors[0].device)
    gone.close()

    def page(offset: int, size: int = 2) -> dict[str, Any]:
        given = {"app_uuid": world.account, "page_offset": offset, "page_size": size}
        return dict(world.pp("PP_PAGE_ONLINE_PORTAL_USER", "PPKEFU", **given).body)

    pages = [page(offset) for offset in range(4)]
    latest_first = [visitor.id for visitor in reversed(visitors)]
    assert [user["uuid"] for shown in pages for user in shown["list"]] == latest_first
    assert [(shown["total_count"], shown["return_count"]) for shown in pages] == [(5, 2), (5, 2), (5, 1), (5, 0)]
    assert all(user["is_browser_online"] and not user["is_mobile_online"] for user in pages[0]["list"])
    assert (page(-1)["error_code"], page(0, 0)["error_code"], page(0, 101)["error_code"]) == (28, 28, 41)
    with counted() as sent:
        page(0, 100)
    assert sent == ["Query"], "the views are known by now"
    world.now += 3 * 3600 * 1000
    assert (
        world.call(
            "POST",
            "/api/PP_PAGE_ONLINE_PORTAL_USER",
            {"app_uuid": world.account, "page_offset": 0, "page_size": 5},
            Authorization=f"OAuth {world.token('PPKEFU')}",
        ).body["total_count"]
        == 0
    ), "sockets end, whether anybody says so or not"


def test_a_device_is_described_by_its_owner_alone(world: World, other: World) -> None:
    from chalicelib.desk.people import devices

    visitor, another = world.visitor(), world.visitor()

    def code(label: str = "PPCOM", device: str = visitor.device, **given: Any) -> int:
        answer = world.pp("PP_UPDATE_DEVICE", label, device_uuid=device, **given)
        return int(answer.body["error_code"])

    assert code(user_uuid=visitor.id, device_fullname="mine", device_ios_token="t", device_android_gcmpush=True) == 0
    assert code(user_uuid=visitor.id, device_osversion="9", device_fullname="") == 0
    assert code(user_uuid=visitor.id) == 0
    stored = devices.get(world.as_visitor(visitor.id), visitor.id, visitor.device)
    assert (stored.name, stored.push_token, stored.is_pushed, stored.os_version) == ("mine", "t", True, "9")
    assert [code(user_uuid=another.id), code("PPKEFU"), code(device=other.visitor().device, user_uuid=visitor.id)] == [8, 8, 8]
    assert code("THIRD_PARTY_KEFU") == 0, "a program may of all its account"
    assert code(user_uuid=visitor.id, device_fullname="x" * 257) == 28
