"""Every kind of message and of typing, by each kind of sender, over each way in."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk import conversations, members
from chalicelib.desk.members import ChangeMembers
from tests.conformance.cases_sockets import device_of
from tests.pictures import picture
from tests.world import Socket, Visitor, World

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
    conversations.close(talker.world.ctx(ADMIN), talker.conversation)
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
