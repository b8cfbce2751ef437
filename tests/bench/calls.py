"""The hot calls whose requests and capacity are measured: each does what it takes before, and returns the bill of one call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import app
from chalicelib.desk.core import cache
from tests.bench import rows
from tests.bench.aws import Bill, billed
from tests.visitors import Visitor
from tests.world import World

#: 85 bytes, as the README's table has it.
TEXT = "Hello, I would like to know where my order is, because it was to be here on Monday. "
CONVERSATIONS = "/api/v3/anytime/conversations"
_OPEN = urlencode({"conditions[0][field]": "status", "conditions[0][matchType]": "isNot", "conditions[0][value]": "closed"})


@dataclass
class Scene:
    """A desk with one agent online, a conversation that he has answered, and the headers of both."""

    world: World
    visitor: Visitor
    address: str
    headers: dict[str, str]

    def get(self, path: str) -> None:
        """A successful GET by the agent."""
        assert self.world.call("GET", path, **self.headers).status == 200


def scene(world: World) -> Scene:
    """A new conversation in an account that has been used before."""
    world.pass_(30)
    world.tokens.clear()  # they last an hour
    headers, visitor = world.bearer(), world.visitor()
    visitor.say(TEXT)
    world.settle()
    (found, *_) = world.call("GET", CONVERSATIONS, **headers).body["conversations"]
    made = Scene(world, visitor, f"{CONVERSATIONS}/{found['id']}", headers)
    world.pass_(1)
    _reply(made)
    world.settle()
    return made


def _reply(scene: Scene) -> None:
    answer = scene.world.call("POST", f"{scene.address}/messages", {"type": "reply", "plainBody": TEXT}, **scene.headers)
    assert answer.status == 200, answer


Act = Callable[[Scene], Bill]


@dataclass(frozen=True)
class Call:
    """A hot call, the most requests that it may send, and whether its units are to be the same at every size."""

    name: str
    most: int | None
    act: Act
    note: str = ""
    is_flat: bool = True


CALLS: list[Call] = []


def entering(calls: list[Call]) -> Callable[..., Callable[[Act], Act]]:
    """A decorator that enters what follows it into `calls`."""

    def call(name: str, most: int | None = None, note: str = "", *, is_flat: bool = True) -> Callable[[Act], Act]:
        def enter(act: Act) -> Act:
            calls.append(Call(name, most, act, note, is_flat))
            return act

        return enter

    return call


call = entering(CALLS)


def second(scene: Scene, act: Callable[[], object]) -> Bill:
    """The bill of the second of two calls, a second apart."""
    act()
    scene.world.pass_(1)
    with billed() as bill:
        act()
    return bill


@call("token, cold", 1)
def token_cold(scene: Scene) -> Bill:
    fresh = scene.world.bearer()
    scene.get("/api/v3/anytime/autoClose")
    with billed() as bill:
        assert scene.world.call("GET", "/api/v3/anytime/autoClose", **fresh).status == 200
    return bill


@call("token, warm", 0)
def token_warm(scene: Scene) -> Bill:
    return second(scene, lambda: scene.get("/api/v3/anytime/autoClose"))


@call("visitor posts", 2)
def visitor_posts(scene: Scene) -> Bill:
    return second(scene, lambda: scene.visitor.say(TEXT))


@call("agent posts", 2)
def agent_posts(scene: Scene) -> Bill:
    return second(scene, lambda: _reply(scene))


def _paged(scene: Scene, offset: int) -> Bill:
    for _ in range(100):
        scene.visitor.say(TEXT)
    given: dict[str, Any] = {"conversation_uuid": scene.visitor.conversation, "user_uuid": scene.visitor.id}
    return second(
        scene, lambda: scene.world.pp("PP_PAGE_HISTORY_MESSAGE", page_size=30, page_offset=offset, **given).body["list"][29]
    )


@call("history page of 30, the last", 2, "one to see whose it is")
def history(scene: Scene) -> Bill:
    return _paged(scene, 0)


@call("history page of 30, 60 deep", 2)
def deep_history(scene: Scene) -> Bill:
    return _paged(scene, 2)


@call("new visitor")
def new_visitor(scene: Scene) -> Bill:
    world = scene.world
    with billed() as bill:
        world.pp("PP_CREATE_ANONYMOUS", app_uuid=world.account, ppcom_trace_uuid=f"browser at {world.now}")
    return bill


@call("open a conversation", 3)
def open_conversation(scene: Scene) -> Bill:
    world = scene.world
    given = {"app_uuid": world.account, "ppcom_trace_uuid": f"another browser at {world.now}"}
    user = world.pp("PP_CREATE_ANONYMOUS", **given).body["user_uuid"]
    with billed() as bill:
        world.pp("PPCOM_GET_DEFAULT_CONVERSATION", app_uuid=world.account, user_uuid=user, device_uuid="any")
    return bill


@call("a chat begins: its events to their queues", 5, "one batch of the stream: event log, routing, timers, notify, search")
def relayed(scene: Scene) -> Bill:
    scene.world.settle()
    scene.world.asking()
    with billed() as bill:
        app.relay_conversations({"Records": scene.world.records("conversations")}, None)
    scene.world.collect()
    return bill


@call("assign", 4)
def assign(scene: Scene) -> Bill:
    world = scene.world
    world.settle()
    world.asking()
    world.relay()
    ((_, queue, body),) = [entry for entry in world.queued if entry[1] == "routing"]
    world.queued = [entry for entry in world.queued if entry[1] != "routing"]
    with billed() as bill:
        world.deliver(queue, body)
    return bill


@call("pick", 2)
def pick(scene: Scene) -> Bill:
    world = scene.world
    chat = world.asking().conversation
    world.settle()
    with billed() as bill:
        assert world.call("PUT", f"/cs-chat-ticket/v1/tickets/{chat}/pickedTime", **scene.headers).status == 200
    return bill


@call("change", 2)
def change(scene: Scene) -> Bill:
    priorities = iter(("high", "low"))
    return second(scene, lambda: scene.world.call("PUT", scene.address, {"priority": next(priorities)}, **scene.headers))


def _page(scene: Scene, query: str = "") -> None:
    answer = scene.world.call("GET", f"{CONVERSATIONS}?{query}", **scene.headers)
    assert len(answer.body["conversations"]) == 50, answer


@call("open list page of 50", 1)
def open_list(scene: Scene) -> Bill:
    return second(scene, lambda: _page(scene, _OPEN))


@call("all list page of 50", 2)
def all_list(scene: Scene) -> Bill:
    return second(scene, lambda: _page(scene))


@call("all list page of 50 with includes", 3)
def all_list_with_includes(scene: Scene) -> Bill:
    cache.clear_all()
    _page(scene)
    with billed() as bill:
        _page(scene, "include=contact,agentAssignee,lastRepliedBy")
    return bill


@call("inbox's total, once a minute", None, "with the page; counts to 10,000, and no further", is_flat=False)
def inbox_total(scene: Scene) -> Bill:
    scene.get(CONVERSATIONS)
    cache.clear_all()
    scene.get("/api/v3/anytime/autoClose")
    with billed() as bill:
        scene.get(CONVERSATIONS)
    return bill


@call("tickets of an agent who has 20", 2)
def tickets(scene: Scene) -> Bill:
    headers = scene.world.bearer(scene.world.agents[1])

    def ask() -> None:
        assert len(scene.world.call("GET", "/cs-chat-ticket/v1/tickets", **headers).body) == rows.HELD

    return second(scene, ask)


@call("presence", 2)
def presence(scene: Scene) -> Bill:
    words, headers = iter(("online", "offline")), scene.world.bearer(scene.world.agents[2])
    return second(scene, lambda: scene.world.call("PUT", f"/cs-chat-ticket/v1/{next(words)}", **headers))


def _fired(scene: Scene, seconds: int) -> Bill:
    """The timer that comes so many seconds after the agent's answer."""
    world = scene.world
    _reply(scene)
    said = world.now
    world.pass_(seconds - 1)
    _warm(scene)
    at, own = said + seconds * 1000, scene.visitor.conversation
    (due,) = [body for when, name, body in world.queued if name == "timers" and when == at and own in body]
    world.queued = [entry for entry in world.queued if entry[2] != due]
    world.now += 1000
    with billed() as bill:
        world.deliver("timers", due)
    return bill


def _warm(scene: Scene) -> None:
    """The account's settings are known for the next minute."""
    scene.world.pp("PP_GET_APP_INFO", app_uuid=scene.world.account)


@call("timer warns", 2)
def timer_warns(scene: Scene) -> Bill:
    return _fired(scene, 300)


@call("timer closes", 2)
def timer_closes(scene: Scene) -> Bill:
    return _fired(scene, 600)


@call("sweep of nothing, each minute")
def sweep(scene: Scene) -> Bill:
    app.sweep_timers(_SCHEDULED, None)
    scene.world.pass_(60)
    with billed() as bill:
        app.sweep_timers(_SCHEDULED, None)
    return bill


_SCHEDULED = {
    "version": "0",
    "id": "bench",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "2027-01-15T08:00:00Z",
    "region": "us-east-1",
    "resources": ["sweep"],
    "detail": {},
}
