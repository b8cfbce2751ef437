"""A conversation that tests of Anytime lead: what an agent does to it, and how it is shown."""

from datetime import UTC, datetime
from typing import Any

from tests.conformance.table import DOCUMENTS, gaps
from tests.conformance.test_anytime import PATH
from tests.desk.conversations.desk import contact
from tests.visitors import Answer
from tests.world import World

OBJECTS = DOCUMENTS["Anytime"]["objects"]
SECOND = 1_000


def iso(at: int) -> str:
    """Epoch milliseconds as this dialect shows them."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03}Z"


class Talk:
    """A conversation that the first agent has created with a reply, unless told otherwise; a second passes before each call."""

    def __init__(self, world: World, number: int | None = None, **given: Any) -> None:
        self.world = world
        self.mia = contact(world) if number is None else None
        self.number = number or self._created(given)

    def _created(self, given: dict[str, Any]) -> int:
        message = {"type": "reply", "plainBody": "We called you"}
        body = {
            "subject": "A parcel",
            "channel": "portal",
            "contactId": self.mia and self.mia.number,
            "message": message,
            **given,
        }
        answer = self.ask("POST", PATH, body)
        assert answer.status == 200, answer.body
        return int(answer.body["conversation"]["id"])

    def ask(self, method: str, path: str, body: Any = None, at: int = 0) -> Answer:
        self.world.now += SECOND
        return self.world.call(method, path, body, **self.world.bearer(self.world.agents[at]))

    def put(self, at: int = 0, **changes: Any) -> None:
        assert self.ask("PUT", f"{PATH}/{self.number}", changes, at).status == 200

    def mark(self, word: str, at: int = 0) -> None:
        answer = self.ask("PUT", f"{PATH}/{self.number}/{word}", {}, at)
        assert (answer.status, answer.body) == (200, None)

    def post(self, text: str, type_: str = "reply", at: int = 0) -> int:
        answer = self.ask("POST", f"{PATH}/{self.number}/messages", {"type": type_, "htmlBody": text}, at)
        assert answer.status == 200, answer.body
        return int(answer.body["message"]["id"])

    def shown(self, at: int = 0, query: str = "") -> dict[str, Any]:
        """How it is shown, which is the same alone and in a list."""
        found = self.ask("GET", f"{PATH}/{self.number}{query}", at=at).body["conversation"]
        listed = self.ask("GET", PATH, at=at).body["conversations"]
        assert gaps("conversation", found, OBJECTS) == []
        if not query:
            assert [one for one in listed if one["id"] == self.number] == [found]
        return dict(found)


def asked(world: World) -> Talk:
    """One that a contact has begun, and nobody has answered."""
    world.asking("Where is it?")
    (listed,) = world.call("GET", PATH, **world.bearer()).body["conversations"]
    return Talk(world, listed["id"])


def other(world: World) -> World:
    """Another account of the same desk."""
    return World(world.monkeypatch, clock_of=world, name="other")


def mention(world: World, *at: int) -> str:
    """HTML of a note that mentions agents."""
    return "".join(f'<span data-id={world.agents[one].number} class="athighlight">you</span> ' for one in at) + "look"
