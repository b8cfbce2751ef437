"""The vendor's own clients of 2016 and 2017, as far as they post and send."""

import json
import uuid
from itertools import count
from typing import Any

from chalicelib.rules import passwords
from tests import policies
from tests.conformance.scene import send
from tests.visitors import Answer
from tests.websockets import Socket
from tests.world import PASSWORD, World

_serial = count()
LONG = "words " * 40


class Client:
    """A client of the vendor's: its token, and how it posts."""

    def __init__(self, world: World, token: str = "") -> None:
        self.world, self.token = world, token
        self.kept: dict[str, Any] = {}

    def post(self, path: str, body: bytes, kind: str, **headers: str) -> Answer:
        """Bytes, as a browser posts them."""
        own = {"Content-Type": kind, "Accept": "application/json, text/plain, */*", "Accept-Language": "zh-CN,zh;q=0.8"}
        with policies.acting("api_handler"):
            return send("POST", path, own | headers, body)

    def api(self, name: str, body: bytes) -> dict[str, Any]:
        """A call whose JSON is sent as it stands here."""
        answer = self.post(f"/api/{name}", body, "application/json;charset=UTF-8", Authorization=f"OAuth {self.token}")
        assert answer.status == 200
        return dict(answer.body)

    def done(self, name: str, /, **given: Any) -> dict[str, Any]:
        """A call that succeeds, with what the client adds to each."""
        shown = self.api(name, json.dumps({**given, **self.kept}, separators=(",", ":")).encode())
        assert (shown["error_code"], shown["uri"]) == (0, f"/{name}"), shown
        return shown


def agents_client(world: World, at: int = 0) -> Client:
    """The agents' client with its token, not logged in yet."""
    client, agent = Client(world), world.agents[at]
    form = f"grant_type=password&user_email={agent.email}&user_password={passwords.wire(PASSWORD)}"
    key = world.clients["PPKEFU"][0]
    answer = client.post("/ppauth/token", f"{form}&client_id={key}".encode(), "application/x-www-form-urlencoded")
    assert answer.body["error_code"] == 0
    client.token = answer.body["access_token"]
    return client


def login_of_2016(email: str) -> bytes:
    """What 1.1.2 says when it logs in: it knows neither account, user nor device, and its platform's version is a number."""
    return (
        b'{"token":"","terminal":"2d2b6c1c-1a0f-4d3c-9d0f-6b1a7f1d1f10","ostype":"LINUX_BROWSER","osversion":0,'
        b'"device_fullname":"linux 0 Chrome 52","user_email":"' + email.encode() + b'","user_password":"'
        b'0123456789abcdef0123456789abcdef01234567","app_uuid":"","user_uuid":"","device_uuid":""}'
    )


def logged_in(world: World, at: int = 0) -> Client:
    """The agents' client after its login; from then on it adds what it has learnt to each call."""
    client = agents_client(world, at)
    shown = client.api("PPKEFU_LOGIN", login_of_2016(world.agents[at].email))
    assert (shown["error_code"], shown["uuid"], shown["app"]["uuid"]) == (0, world.agents[at].id, world.account)
    client.kept = {"app_uuid": shown["app"]["uuid"], "user_uuid": shown["uuid"], "device_uuid": shown["device_uuid"]}
    return client


def online(client: Client) -> Socket:
    """The agents' client opens its socket: no `extra_data`."""
    socket = Socket()
    given = {"type": "auth", "is_service_user": True, "api_token": client.token}
    socket.send(json.dumps(given | {name: client.kept[name] for name in ("user_uuid", "device_uuid", "app_uuid")}))
    assert acks(socket, "AUTH") == [0]
    return socket


def acks(socket: Socket, what: str) -> list[int]:
    return [told["code"] for told in socket.received if told["type"] == "ACK" and told["what"] == what]


def sent(client: Client, chat: str, subtype: str, body: str) -> dict[str, Any]:
    """The message that the agents' client puts into its socket's `send`."""
    user, device = client.kept["user_uuid"], client.kept["device_uuid"]
    given = {"uuid": str(uuid.uuid4()), "app_uuid": client.kept["app_uuid"], "device_uuid": device}
    given |= {"conversation_uuid": chat, "conversation_type": "P2S", "from_uuid": user, "from_type": "DU", "to_uuid": chat}
    return given | {"to_type": "CV", "message_type": "NOTI", "message_subtype": subtype, "message_body": body}


def visitors_client(world: World, trace: str = "") -> Client:
    """The visitors' client with its token, its user and its device; it names no account."""
    client = Client(world)
    key, secret = world.clients["PPCOM"]
    form = f"grant_type=client_credentials&client_id={key}&client_secret={secret}".encode()
    client.token = client.post("/ppauth/token", form, "application/x-www-form-urlencoded").body["access_token"]
    trace = trace or f"trace {next(_serial)}"
    client.kept = {"user_uuid": client.done("PPCOM_CREATE_ANONYMOUS", ppcom_trace_uuid=trace)["user_uuid"]}
    device = client.done("PPCOM_CREATE_DEVICE", device_ostype="BROWSER", ppcom_trace_uuid=trace)
    client.kept |= {"device_uuid": device["device_uuid"]}
    return client
