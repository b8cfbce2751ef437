"""One conversation through all four doors of any desk: one in this process, or one that is deployed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from tests.visitors import Answer, Visitor

_T = TypeVar("_T")


class Desk(Protocol):
    """A desk with an owner and agents, as its clients reach it. Times are epoch milliseconds."""

    @property
    def owner(self) -> Any:
        """Who may set the account; has `id`, `number` and `email`."""

    @property
    def agents(self) -> Any:
        """At least one, offline at the start; each as the owner."""

    @property
    def time(self) -> int:
        """Now."""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request; header names have _ for -."""

    def bearer(self, agent: Any = None) -> dict[str, str]:
        """Headers of an agent, the first one unless given."""

    def visitor(self) -> Visitor:
        """A visitor who has just opened the widget."""

    def eventually(self, holds: Callable[[], _T | None]) -> _T:
        """What `holds` returns once it is true."""


@dataclass(frozen=True)
class Chat:
    """A visitor's conversation, and its number in Anytime."""

    visitor: Visitor
    number: int


def tickets(desk: Desk, at: int = 0) -> list[dict[str, Any]]:
    """An agent's open tickets in OneView."""
    return list(desk.call("GET", "/cs-chat-ticket/v1/tickets", **desk.bearer(desk.agents[at])).body)


def ticket(desk: Desk, visitor: Visitor) -> dict[str, Any] | None:
    """The first agent's ticket of a visitor, while they have one."""
    return next((entry for entry in tickets(desk) if entry["id"] == visitor.conversation), None)


def shown(desk: Desk, number: int) -> dict[str, Any]:
    """A conversation in Anytime."""
    answer = desk.call("GET", f"/api/v3/anytime/conversations/{number}?include=contact", **desk.bearer())
    assert answer.status == 200
    return dict(answer.body["conversation"])


def metadata(desk: Desk, visitor: Visitor) -> dict[str, Any]:
    """What the first agent's ticket of a visitor says of its times, once there is one."""
    return dict(desk.eventually(lambda: ticket(desk, visitor))["metadata"])


def set_auto_close(desk: Desk, warn_after: int, close_after: int) -> None:
    """Sets after how many seconds of a visitor's silence they are warned, and their conversation is closed."""
    given = {"isEnabled": True, "reassignUnpickedAfter": 180, "warnAfter": warn_after, "closeAfter": close_after}
    assert desk.call("PUT", "/api/v3/anytime/autoClose", given, **desk.bearer(desk.owner)).status == 200


def reply(desk: Desk, number: int, text: str) -> None:
    """The first agent writes to the visitor through Anytime."""
    path = f"/api/v3/anytime/conversations/{number}/messages"
    assert desk.call("POST", path, {"type": "reply", "plainBody": text}, **desk.bearer()).status == 200


def arrive(desk: Desk) -> Visitor:
    """The first agent comes online, a visitor says hello and is given to the agent, who picks."""
    began, ada = desk.time // 1000, desk.agents[0]
    assert desk.call("PUT", "/cs-chat-ticket/v1/online", **desk.bearer(ada)).status == 200
    visitor = desk.visitor()
    assert visitor.info()["status"] == "NEW"
    assert visitor.say("hello").body["error_code"] == 0

    assigned = metadata(desk, visitor)
    assert assigned["pickedTimestamp"] is None
    assert began <= assigned["assignedTimestamp"] <= desk.time // 1000
    pick = f"/cs-chat-ticket/v1/tickets/{visitor.conversation}/pickedTime"
    assert desk.call("PUT", pick, X_Agent_ID=ada.email, **desk.bearer()).status == 200
    assert began <= metadata(desk, visitor)["pickedTimestamp"] <= desk.time // 1000
    return visitor


def answer(desk: Desk, visitor: Visitor) -> Chat:
    """The agent finds the conversation in Anytime, answers, and the visitor reads it."""
    ada = desk.agents[0]
    listed = desk.call("GET", "/api/v3/anytime/conversations", **desk.bearer()).body["conversations"][0]
    assert (listed["status"], listed["agentAssigneeId"], listed["lastMessage"]) == ("new", ada.number, "hello")
    path = f"/api/v3/anytime/conversations/{listed['id']}"
    reply(desk, listed["id"], "How can I help?")
    messages = desk.call("GET", f"{path}/messages", **desk.bearer()).body["messages"]
    assert [message["plainBody"] for message in messages] == ["hello", "How can I help?"]
    changed = desk.call("PUT", path, {"priority": "high"}, **desk.bearer())
    assert changed.body["conversation"]["priority"] == "high"

    assert visitor.history() == ["hello", "How can I help?"]
    info = visitor.info()
    assert (info["status"], info["assigned_uuid"]) == ("OPEN", ada.id)
    return Chat(visitor, listed["id"])


def assert_closes(desk: Desk, chat: Chat, began: int, warn_after: int, close_after: int) -> None:
    """The agent's ticket says when it closes, counted from a reply since `began`, in epoch seconds."""
    times, now = metadata(desk, chat.visitor), desk.time // 1000
    assert began + warn_after <= times["autoCloseWarningTimestamp"] <= now + warn_after
    assert times["autoCloseTimestamp"] - times["autoCloseWarningTimestamp"] == close_after - warn_after


def assert_closed(desk: Desk, chat: Chat) -> None:
    """The conversation is closed in all four dialects' words, and the agent still there."""
    assert chat.visitor.info()["status"] == "CLOSE"
    assert shown(desk, chat.number)["status"] == "closed"
    assert ticket(desk, chat.visitor) is None
    listed = desk.call("GET", "/auth/addon/live_chat/operator/list", **desk.bearer(desk.owner)).body["message"]
    assert {entry["email"]: entry["status"] for entry in listed}[desk.agents[0].email] == 1
