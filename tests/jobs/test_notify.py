"""The notify queue: people hear at once, a repeat does no harm, and only those concerned hear."""

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations
from chalicelib.desk.core import cache
from chalicelib.desk.teams import groups
from chalicelib.models import settings
from chalicelib.rules import ids
from tests.desk.realtime.test_live import an_agent, listening
from tests.e2e.test_sockets import reply
from tests.websockets import Socket
from tests.world import World


def entries(world: World, event: str) -> list[tuple[int, str, str]]:
    world.relay()
    return [entry for entry in world.queued if event in entry[2]]


def offline(world: World, text: str | None = "We are asleep.") -> None:
    """The account's word for when nobody is there."""
    row = settings.load(world.account)["account#"]
    settings.put(row, {**row.document, "offline_message": text, "tells_offline": True}, [])
    cache.clear_all()


def waits(socket: Socket) -> list[tuple[int, str | None]]:
    acks = [told for told in socket.received if told.get("what") == "CONVERSATION"]
    return [(told["code"], told["extra"]["conversation_uuid"]) for told in acks]


def test_an_event_again_tells_the_same_message_again_and_stores_nothing(world: World) -> None:
    visitor = world.visitor()
    mine = listening(world, visitor)
    offline(world)
    visitor.say("hello")
    told = entries(world, "message.posted")
    world.settle()
    for _, queue, body in told * 2:
        world.deliver(queue, body)
    world.settle()
    assert visitor.history() == ["hello", "We are asleep."]
    assert {message["bo"] for message in mine.messages()} == {"We are asleep."}
    assert len({message["id"] for message in mine.messages()}) == 1


def test_the_offline_word_comes_once_until_an_agent_answers(world: World) -> None:
    visitor = world.visitor()
    offline(world)
    for text in ("hello", "anybody?"):
        visitor.say(text)
        world.settle()
    assert visitor.history() == ["hello", "We are asleep.", "anybody?"]
    world.now += 1000
    reply(world, "Good morning.")
    world.now += 1000
    visitor.say("at last")
    world.settle()
    assert visitor.history()[3:] == ["Good morning.", "at last", "We are asleep."]
    letters = world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=visitor.conversation, user_uuid=visitor.id).body["list"][0]
    assert (letters["from_type"], letters["from_uuid"], letters["message_subtype"]) == ("AP", world.account, "TEXT")


def test_nobody_is_told_that_nobody_is_there_where_somebody_is_or_it_is_not_set(world: World) -> None:
    quiet = world.visitor()
    quiet.say("hello")
    world.settle()
    offline(world)
    socket = an_agent(world)
    visitor = world.visitor()
    visitor.say("somebody listens")
    world.settle()
    socket.close()
    world.online(world.agents[1])
    visitor.say("somebody is online")
    world.settle()
    offline(world, None)
    visitor.say("no words")
    world.settle()
    assert quiet.history() == ["hello"]
    assert visitor.history() == ["somebody listens", "somebody is online", "no words"]


def test_who_waits_for_a_group_learns_why_and_when_it_is_over(world: World) -> None:
    ours = World(world.monkeypatch, clock_of=world, name="groups", allocation=accounts.GROUP)
    user = ours.pp("PP_CREATE_ANONYMOUS", app_uuid=ours.account, ppcom_trace_uuid="t").body["user_uuid"]
    given = {"app_uuid": ours.account, "user_uuid": user}
    device = ours.pp("PP_CREATE_DEVICE", device_id="t", device_ostype="BROWSER", ppcom_trace_uuid="t", **given).body[
        "device_uuid"
    ]
    socket = Socket()
    socket.auth(ours, user, device)
    ours.pp("PPCOM_GET_DEFAULT_CONVERSATION", device_uuid=device, **given)
    ours.settle()
    assert waits(socket) == [(12, None)], "no agent distributes"
    told = list(socket.received)
    assert told
    groups.add_member(
        ours.ctx(ADMIN), groups.create(ours.ctx(ADMIN), "All", groups.Change(is_distributor=True)), ours.agents[0].id
    )
    ours.online(ours.agents[0])
    ((_, conversation),) = waits(socket)[1:]
    assert waits(socket)[1] == (0, conversation) and conversation


def test_agents_hear_of_each_other_s_presence(world: World, other: World) -> None:
    first, stranger = an_agent(world), an_agent(other)
    world.online(world.agents[1])
    heard = [told for told in first.received if told["type"] == "ONLINE"]
    assert [(told["user_uuid"], told["browser"]) for told in heard] == [(world.agents[1].id, "ONLINE")]
    assert [told for told in stranger.received if told["type"] == "ONLINE"] == []


def test_nobody_takes_the_id_of_the_desk_s_own_word_or_of_another_s_key(world: World) -> None:
    visitor = world.visitor()
    offline(world)
    found = conversations.load(world.ctx(ADMIN), visitor.conversation)
    key = f"offline {found.id} {found.status_since}"
    for taken in (ids.reserved(world.account, "system", key), ids.reserved(world.account, world.agents[0].id, "1").upper()):
        assert visitor.say("mine", taken).body["error_code"] == 16
    visitor.say("hello", ids.derived(found.key, "offline", str(found.status_since)))
    world.settle()
    assert visitor.history() == ["hello", "We are asleep."]
    path = f"/api/v3/anytime/conversations/{found.number}/messages"
    for _ in range(2):
        sent = world.call("POST", path, {"type": "reply", "plainBody": "yes"}, Idempotency_Key="1", **world.bearer())
        assert sent.status == 200
    assert visitor.history() == ["hello", "We are asleep.", "yes"]
