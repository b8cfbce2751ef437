"""The hot calls of PPMessage's own clients, beside those that all dialects share."""

from typing import Any

from chalicelib.desk.core import cache
from tests.bench.aws import Bill, billed
from tests.bench.calls import TEXT, Scene, entering, second
from tests.bench.calls import Call as Call
from tests.conformance.cases_sockets import device_of
from tests.websockets import Socket

CALLS: list[Call] = []
call = entering(CALLS)


def _ask(scene: Scene, endpoint: str, label: str = "PPCOM", **given: Any) -> dict[str, Any]:
    body = scene.world.pp(endpoint, label, app_uuid=scene.world.account, **given).body
    assert body["error_code"] == 0, body
    return dict(body)


@call("an agent's list, a page of 30", 3, "one of them for last messages, where any is not known yet")
def agents_list(scene: Scene) -> Bill:
    agent = scene.world.agents[1].id
    return second(scene, lambda: _ask(scene, "PP_PAGE_USER_CONVERSATION", "THIRD_PARTY_KEFU", user_uuid=agent))


@call("user info", 1)
def user_info(scene: Scene) -> Bill:
    cache.clear_all()
    _ask(scene, "PP_GET_APP_INFO")
    with billed() as bill:
        _ask(scene, "PP_GET_USER_INFO", user_uuid=scene.visitor.id)
    return bill


@call("log in on a known device", 6)
def log_in(scene: Scene) -> Bill:
    agent = scene.world.agents[1]
    token = scene.world.token("PPKEFU", agent)
    given = {"user_email": agent.email, "terminal": "a browser", "ostype": "BROWSER"}

    def ask() -> None:
        answer = scene.world.call("POST", "/api/PPKEFU_LOGIN", given, Authorization=f"OAuth {token}")
        assert answer.body["error_code"] == 0, answer.body

    bill = second(scene, ask)
    # Who logs in is there for the next conversation; the first agent is to have them all.
    assert scene.world.call("PUT", "/cs-chat-ticket/v1/offline", **scene.world.bearer(agent)).status == 200
    scene.world.settle()
    return bill


@call("a socket says who it is", 8, "three of them to find whom to tell")
def socket_auth(scene: Scene) -> Bill:
    socket = Socket()
    with billed() as bill:
        assert socket.auth(scene.world, scene.visitor.id, scene.visitor.device)["code"] == 0
    socket.close()
    return bill


@call("a message is told to two sockets", 4)
def told(scene: Scene) -> Bill:
    world, agent = scene.world, scene.world.agents[0]
    token, sockets = world.token("PPKEFU", agent), (Socket(), Socket())
    for socket in sockets:
        assert socket.auth(world, agent.id, device_of(world, agent), "PPKEFU", token)["code"] == 0
    scene.visitor.say(TEXT)
    world.relay()
    (queued,) = [entry for entry in world.queued if "message.posted" in entry[2] and scene.visitor.conversation in entry[2]]
    world.queued.remove(queued)
    _ask(scene, "PP_GET_APP_INFO")
    with billed() as bill:
        world.deliver(queued[1], queued[2])
    assert all(len(socket.messages()) == 1 for socket in sockets)
    for socket in sockets:
        socket.close()
    world.online(agent)  # a word of his own, or he would soon be away
    return bill


@call("acknowledge a message", 1)
def acknowledge(scene: Scene) -> Bill:
    handle = f"{scene.visitor.device}:{scene.visitor.conversation}:"
    numbers = iter((1, 2))
    return second(scene, lambda: _ask(scene, "ACK_MESSAGE", user_uuid=scene.visitor.id, list=[f"{handle}{next(numbers)}"]))


@call("what a device has missed", 6, "with one conversation that has something")
def missed(scene: Scene) -> Bill:
    given = {"from_uuid": scene.visitor.id, "device_uuid": scene.visitor.device}
    return second(scene, lambda: _ask(scene, "GET_UNACKED_MESSAGES", **given)["list"])


@call("how many wait", 1)
def queue_length(scene: Scene) -> Bill:
    return second(scene, lambda: _ask(scene, "PP_GET_AMD_QUEUE_LENGTH"))


@call("the numbers of today by hour", 1)
def numbers(scene: Scene) -> Bill:
    return second(scene, lambda: _ask(scene, "PPCONSOLE_GET_REAL_TIME_MESSAGE_NUMBER", "PPCONSOLE"))
