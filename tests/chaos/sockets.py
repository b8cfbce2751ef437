"""A visitor whose widget speaks on a WebSocket, opens it again when it breaks off, and sends again what has no receipt."""

import contextlib
import json
import threading
import time
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.chaos.desk import Desk
from tests.chaos.people import GIVES_UP, GaveUp, Visitor

_RECEIPT = 10


class Widget(Visitor):
    """A visitor with a socket."""

    def __init__(self, desk: Desk, seed: str, address: str, ended: threading.Event) -> None:
        super().__init__(desk, seed, address, ended)
        self._address, self._device = address, ""
        self._socket: ClientConnection | None = None

    def send(self, given: dict[str, Any]) -> None:
        """Sends a message until it is acknowledged. Raises GaveUp."""
        until = time.monotonic() + GIVES_UP
        self.asked += 1
        while time.monotonic() < until:
            try:
                socket = self._open()
                socket.send(json.dumps({"type": "send", "send": {**given, "device_uuid": self._device}}))
                if self._receipt(socket, "SEND", given["uuid"]):
                    return
            except (OSError, WebSocketException, TimeoutError):
                pass
            self._lose()
            self.repeated += 1
            time.sleep(self.dice.uniform(0.1, 0.5))
        raise GaveUp

    def _open(self) -> ClientConnection:
        if not self._device:
            made = {"user_uuid": self.id, "device_id": self.trace, "device_ostype": "BROWSER", "ppcom_trace_uuid": self.trace}
            self._device = self.pp("PP_CREATE_DEVICE", accepted=(0, 25), **made)["device_uuid"]
        if self._socket is None:
            self._socket = connect(
                self.desk.json["ws"], open_timeout=_RECEIPT, ping_interval=None, max_queue=None, source_address=(self._address, 0)
            )
            given = {"app_uuid": self.desk.json["account"]["app_uuid"], "user_uuid": self.id, "device_uuid": self._device}
            given |= {"type": "auth", "api_token": self.token, "is_service_user": False, "extra_data": None}
            self._socket.send(json.dumps(given))
            if not self._receipt(self._socket, "AUTH"):
                raise OSError("not let in")
        return self._socket

    def _receipt(self, socket: ClientConnection, what: str, id_: str = "") -> bool:
        """Reads to the receipt of something, and returns whether it says that all is well."""
        until = time.monotonic() + _RECEIPT
        while (left := until - time.monotonic()) > 0:
            told = json.loads(socket.recv(timeout=left))
            if told["type"] == "MSG":
                self.heard.add(told["msg"]["bo"])
            elif told["type"] == "ACK" and told["what"] == what and (not id_ or told["extra"].get("uuid") == id_):
                return bool(told["code"] == 0)
        return False

    def _lose(self) -> None:
        if self._socket:
            with contextlib.suppress(OSError, WebSocketException):
                self._socket.close()
        self._socket = None
