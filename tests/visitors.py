"""Visitors of the PPMessage dialect, as tests and tools play them, and what comes back from a desk."""

import uuid
from dataclasses import dataclass
from typing import Any, Protocol

import httpx


@dataclass
class Answer:
    """What came back: `body` is the parsed JSON, None where there was none."""

    status: int
    body: Any
    headers: dict[str, str]
    raw: bytes = b""


class Widget(Protocol):
    """What a visitor needs of a desk, in this process or elsewhere."""

    account: str

    def pp(self, endpoint: str, label: str = "PPCOM", **given: Any) -> Answer:
        """A call of the PPMessage dialect at an api level."""


@dataclass
class Visitor:
    """A visitor of the PPMessage dialect, with their chat; it is empty while they wait to be let in."""

    world: Widget
    id: str
    device: str
    conversation: str

    def say(self, text: str, message: str | None = None) -> Answer:
        """Sends a text; the message's uuid is new unless given."""
        return self.world.pp(
            "PP_SEND_MESSAGE",
            uuid=message or str(uuid.uuid4()),
            app_uuid=self.world.account,
            conversation_uuid=self.conversation,
            from_uuid=self.id,
            from_type="DU",
            to_uuid=self.conversation,
            to_type="AP",
            device_uuid=self.device,
            message_type="NOTI",
            message_subtype="TEXT",
            message_body=text,
        )

    def info(self) -> dict[str, Any]:
        """PP_GET_CONVERSATION_INFO of their chat."""
        answer = self.world.pp(
            "PP_GET_CONVERSATION_INFO", app_uuid=self.world.account, user_uuid=self.id, conversation_uuid=self.conversation
        )
        return dict(answer.body)

    def history(self) -> list[str]:
        """The texts that they see, oldest first (the last 100)."""
        answer = self.world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=self.conversation, user_uuid=self.id, page_size=100)
        return [message["body"] for message in reversed(answer.body["list"])]


def arrive(desk: Widget) -> Visitor:
    """A visitor who has just opened the widget."""
    trace = str(uuid.uuid4())
    user = desk.pp("PP_CREATE_ANONYMOUS", app_uuid=desk.account, ppcom_trace_uuid=trace).body["user_uuid"]
    given = {"app_uuid": desk.account, "user_uuid": user}
    device = desk.pp("PP_CREATE_DEVICE", device_id=trace, device_ostype="BROWSER", ppcom_trace_uuid=trace, **given)
    chat = desk.pp("PPCOM_GET_DEFAULT_CONVERSATION", device_uuid=device.body["device_uuid"], **given)
    return Visitor(desk, user, device.body["device_uuid"], chat.body.get("uuid", ""))


def multipart(**fields: str | tuple[str, str, bytes]) -> tuple[str, bytes]:
    """Content type and body of a form: texts, and files as name, type and bytes."""
    request = httpx.Request(
        "POST",
        "http://desk.test",
        data={name: field for name, field in fields.items() if isinstance(field, str)},
        files={name: (field[0], field[2], field[1]) for name, field in fields.items() if not isinstance(field, str)},
    )
    return request.headers["Content-Type"], request.read()
