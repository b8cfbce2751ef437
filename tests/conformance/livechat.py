"""A person's LiveChat client, and visitors who come and chat on a page."""

from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.desk.people.people import Person
from tests.visitors import Answer, Visitor
from tests.world import World

BASE = "/auth/addon/live_chat"


class Console:
    """A person's LiveChat client."""

    def __init__(self, world: World, person: Person | None = None) -> None:
        self.world, self.headers = world, world.bearer(person or world.owner)

    def __call__(self, method: str, path: str, /, **given: Any) -> Answer:
        path = f"/auth/{path}" if path in ("organisation", "user/delete") else f"{BASE}/{path}"
        if method == "GET":
            return self.world.call("GET", f"{path}?{urlencode(given)}", **self.headers)
        return self.world.call(method, path, given, **self.headers)

    def done(self, method: str, path: str, kind: str = "Success", /, **given: Any) -> Any:
        """The message of a call that succeeds."""
        answer = self(method, path, **given)
        assert (answer.status, answer.body["status"], answer.body["type"]) == (200, 1, kind), answer.body
        return answer.body["message"]

    def refused(self, method: str, path: str, /, **given: Any) -> int:
        """The status of a call that does not."""
        answer = self(method, path, **given)
        assert (answer.body["status"], answer.body["type"]) == (0, "Error"), answer.body
        assert isinstance(answer.body["message"], str)
        return answer.status


@pytest.fixture
def console(world: World) -> Console:
    """The owner's client."""
    return Console(world)


def page(world: World, origin: str | None = None, **given: str) -> tuple[dict[str, Any], str]:
    """PP_CREATE_ANONYMOUS from a page: the answer and the visitor."""
    body = {"app_uuid": world.account, "ppcom_trace_uuid": f"{origin} {given}", **given}
    headers = {"Origin": origin} if origin else {}
    token = world.token("PPCOM")
    shown = world.call("POST", "/api/PP_CREATE_ANONYMOUS", body, Authorization=f"OAuth {token}", **headers).body
    return shown, shown.get("user_uuid", "")


def chat(world: World, user: str, origin: str | None = None, **given: str) -> dict[str, Any]:
    """PPCOM_GET_DEFAULT_CONVERSATION from a page, as it is once the visitor has written and all is routed."""
    body = {"app_uuid": world.account, "user_uuid": user, "device_uuid": "d", **given}
    headers = {"Origin": origin} if origin else {}
    token = world.token("PPCOM")
    shown = world.call("POST", "/api/PPCOM_GET_DEFAULT_CONVERSATION", body, Authorization=f"OAuth {token}", **headers).body
    if shown["error_code"]:
        return dict(shown)
    visitor = Visitor(world, user, "d", shown["uuid"])
    assert visitor.say("hello").body["error_code"] == 0
    world.settle()
    return visitor.info()
