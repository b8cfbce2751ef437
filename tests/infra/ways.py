"""Every kind of message and of typing, by each kind of sender, over each way in."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, deletion, group_chats, members, updates
from chalicelib.desk.conversations.members import ChangeMembers
from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import SearchDue, StatisticsDue
from chalicelib.desk.people import agents, contacts, people, presence
from chalicelib.desk.search import block_writing
from chalicelib.desk.search import search as desk_search
from chalicelib.desk.search.open_search_index import OpenSearchIndex
from chalicelib.models import conversations as rows
from tests.conformance.cases_sockets import device_of
from tests.desk.search import domain
from tests.pictures import picture
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World

LONG = "é" * 100
#: Over which way in a message comes, and who sends it: a contact, their agent, or another contact who is a member.
WAYS, SENDERS = ("http", "socket"), ("visitor", "agent", "second")


@dataclass
class Talker:
    """Somebody with a token and a device, in a conversation."""

    world: World
    person: str
    device: str
    label: str
    token: str
    conversation: str

    @property
    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"OAuth {self.token}"}

    def file(self, data: bytes) -> str:
        """Uploads one; returns what a message's body says of it."""
        answer = self.world.upload(self.person, data, **self._authorization)
        return json.dumps({"fid": answer.body["fuuid"]})

    def text(self) -> str:
        """The same of a text that is too long for a TEXT."""
        return json.dumps({"fid": self.world.form("/upload_txt", self._authorization, content_txt=LONG).body["fid"]})

    def message(self, subtype: str, body: str) -> dict[str, Any]:
        """A new one."""
        named = {"uuid": str(uuid.uuid4()), "app_uuid": self.world.account, "conversation_uuid": self.conversation}
        sender = {"from_uuid": self.person, "from_type": "DU", "device_uuid": self.device}
        receiver = {"to_uuid": self.conversation, "to_type": "AP" if self.label == "PPCOM" else "CV"}
        return {**named, **sender, **receiver, "message_type": "NOTI", "message_subtype": subtype, "message_body": body}

    def over(self, way: str) -> Callable[[dict[str, Any]], int]:
        """What sends a message over a way and returns the code that it is answered with."""
        return self._post if way == "http" else self._sends(self.socket())

    def _post(self, message: dict[str, Any]) -> int:
        return int(self.world.call("POST", "/api/PP_SEND_MESSAGE", message, **self._authorization).body["error_code"])

    def _sends(self, socket: Socket) -> Callable[[dict[str, Any]], int]:
        return lambda message: int(socket.send({"type": "send", "send": message})["code"])

    def socket(self) -> Socket:
        """A socket of theirs, that has said whose it is."""
        found = Socket()
        assert found.auth(self.world, self.person, self.device, self.label, self.token)["code"] == 0
        return found


def talkers(world: World, visitor: Visitor) -> dict[str, Talker]:
    """The visitor, the first agent, and another contact, who becomes a member of the conversation."""
    second, agent, chat = world.visitor(), world.agents[0], visitor.conversation
    members.change(world.ctx(ADMIN), chat, ChangeMembers(add=(second.id,)))
    return {
        "visitor": Talker(world, visitor.id, visitor.device, "PPCOM", world.token("PPCOM"), chat),
        "agent": Talker(world, agent.id, device_of(world, agent), "PPKEFU", world.token("PPKEFU", agent), chat),
        "second": Talker(world, second.id, second.device, "PPCOM", world.token("PPCOM"), chat),
    }


def kinds(talker: Talker) -> Iterator[tuple[str, str]]:
    """A message of each kind: subtype and body."""
    yield "TEXT", "words"
    yield "TEXT", LONG
    yield "TXT", talker.text()
    yield "IMAGE", talker.file(picture("PNG"))
    yield "AUDIO", talker.file(b"sounds")
    yield "FILE", talker.file(b"bytes")


def say_everything(talker: Talker, way: str) -> list[dict[str, Any]]:
    """Sends a message of each kind, one of them twice, and one to a closed conversation; returns those that are stored."""
    send, sent = talker.over(way), []
    for kind in kinds(talker):
        sent.append(talker.message(*kind))
        assert send(sent[-1]) == 0, kind
    assert send(sent[3]) == 0, "the same again stores nothing"
    updates.close(talker.world.ctx(ADMIN), talker.conversation)
    sent.append(talker.message("TEXT", "are you still there?"))
    assert send(sent[-1]) == 0
    return sent


def type_and_watch(talker: Talker) -> None:
    """Over a socket: watches, types with and without saying where, and leaves off; twice each."""
    socket, named = talker.socket(), {"conversation_uuid": talker.conversation}
    for kind in ("typing_watch", "typing_watch", "typing", "typing_unwatch", "typing_unwatch", "typing"):
        told = socket.send({"type": kind, **named})
        assert told is None or told.get("code", 0) == 0, (kind, told)
    socket.close()


def lose_sockets(world: World, visitor: Visitor) -> None:
    """Sockets that go without a word, each found by another of the lambdas that send to sockets."""
    agent, contact = talkers(world, visitor)["agent"], talkers(world, visitor)["visitor"]
    theirs = contact.socket()
    for _ in range(2):
        lost = agent.socket()
        assert lost.send({"type": "typing_watch", "conversation_uuid": visitor.conversation})["code"] == 0
        lost.lose()
        theirs.send({"type": "typing", "conversation_uuid": visitor.conversation})
    agent.socket().lose()
    theirs.close()
    agent.socket().lose()
    contact.socket().close()
    world.settle()


def search_in_opensearch(world: World) -> None:
    """The same where OpenSearch keeps the words."""
    with domain.serving(), world.monkeypatch.context() as meanwhile:
        meanwhile.setattr(desk_search, "_index", OpenSearchIndex())
        search(world, "outgrown")


def search(world: World, name: str = "searched") -> None:
    """What was said is found, also once it is in blocks; a contact gets another name; a conversation goes for good."""
    ours = World(world.monkeypatch, clock_of=world, name=name)
    ours.monkeypatch.setattr(block_writing, "MOST_FRESH", 1)
    kept, gone = ours.asking("one parcel"), ours.asking("another parcel")
    ours.index()
    ours.deliver("search", publishing.encode(SearchDue(ours.account, ours.time, ours.time)))
    late = ours.asking("parcel and more")
    ours.index()
    for visitor in (kept, late):
        contact = conversations.load(ours.as_agent(), visitor.conversation).contact_number
        contacts.change(ours.ctx(ADMIN), contact, contacts.Change("Jane Doe"))
    ours.index()
    for visitor in (gone, late):
        deletion.delete(ours.as_agent(), visitor.conversation)
        deletion.purge(ours.as_agent(), visitor.conversation)
    ours.index()
    ours.pass_(block_writing.HELD / 1000)
    ours.index()
    for keywords in ("parcel", "jane"):
        answer = ours.call("GET", f"/api/v3/anytime/conversations?keywords={keywords}", **ours.bearer())
        assert len(answer.body["conversations"]) == 1


def lose_an_agent(world: World) -> None:
    """Who has a conversation is switched off: it goes to another. Who has lost their socket is back before anybody sees it."""
    ours = World(world.monkeypatch, clock_of=world, name="lost")
    ours.online(*ours.agents[:2])
    visitor = ours.asking()
    named = group_chats.CreateConversation(visitor.id, tuple(agent.id for agent in ours.agents))
    group_chats.create(ours.as_visitor(visitor.id), named)
    ours.settle()
    first = conversations.load(ours.ctx(ADMIN), visitor.conversation).assignee
    agents.set_active(ours.ctx(ADMIN, ours.owner), str(first), on=False)
    ours.settle()
    second = conversations.load(ours.ctx(ADMIN), visitor.conversation).assignee
    assert {first, second} == {agent.id for agent in ours.agents[:2]}
    agent = next(agent for agent in ours.agents if agent.id == second)
    talker = Talker(ours, agent.id, device_of(ours, agent), "PPKEFU", ours.token("PPKEFU", agent), "")
    talker.socket().close()
    with world.monkeypatch.context() as unseen:
        unseen.setattr(presence, "cancel_grace", lambda *_: None)
        talker.socket()
    ours.pass_(300)
    found = people.get(ours.ctx(ADMIN), agent.id)
    assert found.presence == "online" and found.away_at is None


def speak_where_nobody_is_routed_to(world: World) -> None:
    """Messages over sockets where all agents have a part in what is said, and where a visitor waits for a group."""
    for allocation in (accounts.EVERYONE, accounts.GROUP):
        ours = World(world.monkeypatch, clock_of=world, name=allocation, allocation=allocation)
        ours.online(ours.agents[0])
        visitor = ours.visitor()
        ours.settle()
        (visitor.conversation,) = rows.of_contact(ours.account, visitor.id, 1)
        speakers = talkers(ours, visitor)
        for sender in ("visitor", "agent"):
            say_everything(speakers[sender], "socket")
            ours.settle()


def reports(world: World) -> None:
    """What happened is counted, moved to its day and then to its month, and reported; something of that day comes later."""
    ours = World(world.monkeypatch, clock_of=world, name="reported")
    ours.online(ours.agents[0])
    for _ in range(2):
        ours.tokens.clear()  # they last an hour
        ours.asking()
        ours.settle()
        ours.count()
        ours.settle()
        for days in (1, 3):
            ours.pass_(days * 86_400)
            ours.deliver("timers", publishing.encode(StatisticsDue(ours.account, ours.time, ours.time)))
            ours.settle()
    for desk in (world, ours):
        desk.tokens.clear()
    for by in ("byTime", "byAgent"):
        path = f"/api/v3/anytime/reports/volume?dimensionType={by}"
        assert ours.call("GET", path, **ours.bearer(ours.owner)).body["total"]["createdConversations"] == 2
