"""WebSockets: clients' sockets, and API Gateway's side of them."""

import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse

from tests import lambdas
from tests.lambdas import invoke

if TYPE_CHECKING:
    from tests.world import World

_connected: dict[str, "Socket"] = {}


def pushed(request: Any, **_: Any) -> AWSResponse:
    """API Gateway's management API: a text goes to the socket it is for, 410 where that has gone."""
    to = _connected.get(unquote(request.url.rsplit("/", 1)[1]))
    if to and request.method == "POST":
        to.received.append(json.loads(request.body))
    elif to:
        to.closed_by_server()
    headers = HTTPHeaders.from_dict({} if to else {"x-amzn-errortype": "GoneException"})
    return AWSResponse(request.url, 200 if to else 410, headers, MockRawResponse(b"{}"))


@dataclass
class Socket:
    """A client's WebSocket: `received` is what it was told, `connected` the status with which it was let in or not."""

    id: str = field(default_factory=lambda: f"{uuid.uuid4().hex[:11]}=")
    received: list[Any] = field(default_factory=list)
    source: str = field(default_factory=lambda: str(lambdas.events.LOCAL_SOURCE_IP))

    def __post_init__(self) -> None:
        _connected[self.id] = self
        self.connected = int(invoke("websocket_connect", self._event(None))["statusCode"])

    def _event(self, body: str | None) -> dict[str, Any]:
        context = {"connectionId": self.id, "domainName": "d", "apiId": "an-api", "stage": "v1"}
        return {"requestContext": {**context, "identity": {"sourceIp": self.source}}, "body": body}

    def send(self, message: Any) -> Any:
        """Sends a message, JSON unless it is text; returns the last thing it was told then."""
        text = message if isinstance(message, str) else json.dumps(message)
        invoke("websocket_message", self._event(text))
        return self.received[-1] if self.received else None

    def auth(self, world: "World", user: str, device: str, label: str = "PPCOM", token: str | None = None) -> Any:
        """Says whose it is; returns the ack."""
        given = {"api_token": token or world._kept(label), "app_uuid": world.account, "user_uuid": user, "device_uuid": device}
        self.send({"type": "auth", "is_service_user": label != "PPCOM", "extra_data": None, **given})
        return next(told for told in reversed(self.received) if told["type"] == "ACK")

    def messages(self) -> list[dict[str, Any]]:
        """The messages it was told, in their order."""
        return [told["msg"] for told in self.received if told["type"] == "MSG"]

    @property
    def is_open(self) -> bool:
        return self.id in _connected

    def closed_by_server(self) -> None:
        """The gateway closes it, and says so."""
        _connected.pop(self.id, None)
        invoke("websocket_disconnect", self._event(None))

    def close(self) -> None:
        """The client goes, and the gateway says so."""
        self.closed_by_server()

    def lose(self) -> None:
        """The client goes, and nobody says so."""
        _connected.pop(self.id, None)
