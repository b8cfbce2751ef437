"""Conversations that end in another one, or for good, and processes that die over it."""

from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, deletion, merging, messages, unfinished
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.people import devices
from chalicelib.desk.people.devices import Details
from chalicelib.models import receipts
from chalicelib.models.details import Mention
from tests.desk.conversations.marked import mark
from tests.pictures import picture
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World


def end_conversations(world: World) -> None:
    """Merges that nobody has finished are finished by a call, by a socket's message and by the job; one is removed for good."""
    ours = World(world.monkeypatch, clock_of=world, name="endings", allocation=accounts.EVERYONE)
    target = ours.asking("first")
    number = conversations.load(ours.as_agent(), target.conversation).number
    _merge_by_half(ours, target)
    watcher, agent = Socket(), ours.agents[0]
    device = devices.record_use(ours.as_agent(), agent.id, "a browser", Details(os="BROWSER")).id
    assert watcher.auth(ours, agent.id, device, "PPKEFU", ours.token("PPKEFU", agent))["code"] == 0
    assert watcher.send({"type": "typing_watch", "conversation_id": number})["code"] == 0
    watcher.close()
    path = f"/api/v3/anytime/conversations/{number}/messages"
    assert len(ours.call("GET", path, **ours.bearer()).body["messages"]) == 4
    socket = Socket()
    assert socket.auth(ours, target.id, target.device)["code"] == 0
    _merge_by_half(ours, target)
    assert socket.send({"type": "send", "send": _text(target)})["code"] == 0
    _merge_by_half(ours, target)
    ours.settle()
    socket.close()
    assert len(ours.call("GET", path, **ours.bearer()).body["messages"]) == 11
    _purge(ours, target)


def _merge_by_half(world: World, target: Visitor) -> None:
    """Merges a conversation with an older and a newer message, and dies before these have moved."""
    source = world.asking("older")
    mark(world, source.conversation, mentions={agent: Mention(1, is_read=True) for agent in range(1, 45)})
    for visitor, text in ((target, "between"), (source, "newer")):
        (world.clock_of or world).now += 1000
        messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, text))
    with world.monkeypatch.context() as dead:
        dead.setattr(unfinished, "finish", lambda conversation: conversation)
        merging.merge(world.as_agent(), target.conversation, source.conversation)


def _text(visitor: Visitor) -> dict[str, str]:
    return {
        "uuid": "0190e6f4-5a3b-4c21-9d4e-8f6a7b1c2d3e",
        "app_uuid": visitor.world.account,
        "conversation_uuid": visitor.conversation,
        "from_uuid": visitor.id,
        "from_type": "DU",
        "to_uuid": visitor.conversation,
        "to_type": "AP",
        "device_uuid": visitor.device,
        "message_type": "NOTI",
        "message_subtype": "TEXT",
        "message_body": "over a socket",
    }


def _purge(world: World, visitor: Visitor) -> None:
    fid = str(world.upload(visitor.id, picture()).body["fuuid"])
    attach = Attach(fid, "image")
    messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, "", attachments=(attach,)))
    receipts.acknowledge(world.account, visitor.device, visitor.conversation, [1], world.time)
    world.settle()
    deletion.delete(world.as_agent(), visitor.conversation)
    deletion.purge(world.as_agent(), visitor.conversation)
    world.settle()
    assert world.call("GET", f"/download/{fid}").body["error_code"] == 14
