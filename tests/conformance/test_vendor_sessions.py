"""A whole session of each of the vendor's own clients, over HTTP and socket."""

import json

import pytest

from tests.conformance.vendor import LONG, acks, logged_in, online, sent, visitors_client
from tests.pictures import picture
from tests.visitors import multipart
from tests.websockets import Socket
from tests.world import World


@pytest.fixture
def desk(world: World) -> World:
    """A desk where a visitor has written to the first agent, who was online once."""
    world.online(world.agents[0])
    return world


def test_a_session_of_the_agents_client_of_2016(desk: World) -> None:
    visitor, client = desk.visitor(), logged_in(desk)
    socket = online(client)
    visitor.say("hello")
    desk.settle()
    assert {message["bo"] for message in socket.messages()} == {"hello"}
    client.done("ACK_MESSAGE", list=[message["pid"] for message in socket.messages()])
    (listed,) = client.done("PP_GET_USER_CONVERSATION_LIST")["list"]
    chat = listed["uuid"]
    assert (chat, listed["latest_message"]["body"]) == (visitor.conversation, "hello")
    assert client.done("PP_GET_APP_SERVICE_USER_LIST")["list"]
    assert client.done("PP_GET_CONVERSATION_USER_LIST", conversation_uuid=chat)["list"]
    browser = Socket()
    browser.auth(desk, visitor.id, visitor.device)
    browser.send({"type": "typing_watch", "conversation_uuid": chat})
    socket.send({"type": "typing_watch", "conversation_uuid": chat})
    socket.send({"type": "typing"})
    assert [told["user_uuid"] for told in browser.received if told["type"] == "TYPING"] == [desk.agents[0].id]

    kind, form = multipart(upload_type="file", user_uuid=desk.agents[0].id, file=("a.png", "image/png", picture(size=(40, 40))))
    fid = client.post("/upload/upload", form, kind).body["fuuid"]
    socket.send({"type": "send", "send": sent(client, chat, "IMAGE", json.dumps({"fid": fid, "mime": "image/png"}))})
    kind, form = multipart(upload_type="content_txt", content_txt=LONG)
    text = client.post("/ppkefu/upload", form, kind).body["fid"]
    socket.send({"type": "send", "send": sent(client, chat, "TXT", json.dumps({"fid": text}))})
    socket.send({"type": "send", "send": sent(client, chat, "TEXT", "How can I help?")})
    assert acks(socket, "SEND") == [0, 0, 0]
    desk.settle()
    assert [message["ms"] for message in browser.messages()] == ["IMAGE", "TXT", "TEXT"]

    history = client.done("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=chat, page_offset=0, page_size=15)["list"]
    assert [message["message_subtype"] for message in history] == ["TEXT", "TXT", "IMAGE", "TEXT"]
    shown = json.loads(history[1]["body"])["fid"]
    assert desk.call("GET", f"/ppkefu/material/{shown}?file_name={shown}.txt").raw.decode() == LONG
    assert desk.call("GET", f"/ppkefu/material/{fid}?file_name={fid}.png").status == 302
    client.done("GET_UNACKED_MESSAGES", from_uuid=desk.agents[0].id)
    client.done("PPKEFU_LOGOUT")
    assert not socket.is_open


def test_a_session_of_the_agents_client_of_2017(desk: World) -> None:
    client = logged_in(desk)
    socket = online(client)
    peers = {one["uuid"] for one in client.done("PP_GET_SERVICE_USER_LIST")["list"]}
    assert desk.agents[1].id in peers
    chat = client.done("PPKEFU_CREATE_CONVERSATION", member_list=[desk.agents[1].id])["uuid"]
    other = online(logged_in(desk, 1))
    message = sent(client, chat, "TEXT", "lunch?") | {"conversation_type": "S2S"}
    socket.send({"type": "send", "send": message})
    desk.settle()
    assert (acks(socket, "SEND"), {told["bo"] for told in other.messages()}) == ([0], {"lunch?"})
    assert [one["uuid"] for one in client.done("PP_GET_USER_CONVERSATION_LIST")["list"]] == [chat]
    assert client.done("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=chat)["total_count"] == 1
    client.done("PP_PAGE_UNACKED_MESSAGE", page_offset=0, page_size=30)


def test_a_session_of_the_visitors_client_of_2017(desk: World) -> None:
    client, agent = visitors_client(desk), logged_in(desk)
    user, device = client.kept["user_uuid"], client.kept["device_uuid"]
    client.done("PP_GET_IP_INFO")
    client.done("PPCOM_TRACK_EVENT", event_name="open", event_data={"url": "https://shop.example/"})
    socket = Socket()
    given = {"type": "auth", "is_service_user": False, "api_token": client.token, "app_uuid": desk.account}
    socket.send(given | {"user_uuid": user, "device_uuid": device, "extra_data": {"title": "Shop", "location": "/"}})
    assert acks(socket, "AUTH") == [0]
    client.kept["app_uuid"] = desk.account
    chat = client.done("PPCOM_GET_DEFAULT_CONVERSATION")["uuid"]
    socket.send({"type": "typing_watch", "conversation_uuid": chat})
    kind, form = multipart(user_uuid=user, upload_type="file", file=("notes.txt", "text/plain", b"words"))
    fid = client.post("/upload", form, kind).body["fuuid"]
    for subtype, body in (("FILE", json.dumps({"fid": fid, "mime": "text/plain"})), ("TEXT", "hello")):
        socket.send({"type": "send", "send": sent(client, chat, subtype, body) | {"to_type": "AP"}})
    assert acks(socket, "SEND") == [0, 0]
    desk.settle()
    socket.close()
    agent.done("PP_SEND_MESSAGE", **sent(agent, chat, "TEXT", "How can I help?"))
    page = client.done("PP_PAGE_UNACKED_MESSAGE", page_offset=0, page_size=30)
    assert [json.loads(page["message"][pid])["bo"] for pid in page["list"]] == ["How can I help?"]
    client.done("ACK_MESSAGE", list=page["list"])
    assert client.done("PP_PAGE_UNACKED_MESSAGE", page_offset=0, page_size=30)["total_count"] == 0
    history = client.done("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=chat)["list"]
    assert [message["message_subtype"] for message in history] == ["TEXT", "TEXT", "FILE"]
