"""Topics: which sockets listen to what, one row for each topic.

A topic is a person (all their devices) or a conversation (who watches it being typed in), so telling a conversation's members
is one read.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from pynamodb.attributes import UnicodeSetAttribute

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table

_KEPT_SECONDS = 3 * 3600


class Listener(NamedTuple):
    """A socket that listens to a topic until its caller's token ends (epoch seconds). `token` is that token's digest, and
    `token_version` the person's when the socket opened.
    """

    connection: str
    person: str
    device: str
    is_mobile: bool
    until: int
    is_contact: bool
    token: str
    token_version: int


class Topic(Table):
    """The sockets of one topic, each as a text (`_packed`). `expires_at` is epoch seconds."""

    class Meta:
        table_name = config.table("topics")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    listeners: Any = UnicodeSetAttribute(null=True, attr_name="li")
    expires_at = IntegerAttribute(null=True, attr_name="ex")


def key(account: str, topic: str) -> str:
    """Returns the hash key of a topic."""
    return f"{account}#{topic}"


def _packed(listener: Listener) -> str:
    kind = ("m" if listener.is_mobile else "b") + ("c" if listener.is_contact else "a")
    whose = f"{listener.connection} {listener.person} {listener.device}"
    return f"{whose} {kind} {listener.until} {listener.token} {listener.token_version}"


def _unpacked(text: str) -> Listener:
    connection, person, device, kind, until, token, generation = text.split(" ")
    return Listener(connection, person, device, kind[0] == "m", int(until), kind[1] == "c", token, int(generation))


def join(account: str, topic: str, listener: Listener, now: int) -> list[Listener]:
    """Lets a socket listen to a topic from now on (epoch milliseconds), and returns all who listen. Harmless when repeated. One
    request.
    """
    row, expires = Topic(key(account, topic)), Topic.expires_at.set(now // 1000 + _KEPT_SECONDS)
    row.update([Topic.listeners.add({_packed(listener)}), expires])
    return _listening(row, now)


def leave(account: str, topic: str, listener: Listener, now: int) -> list[Listener]:
    """Ends that, and returns who still listens. Harmless when repeated. One request. `now` is epoch milliseconds."""
    row = Topic(key(account, topic))
    row.update([Topic.listeners.delete({_packed(listener)})])
    return _listening(row, now)


def listeners(account: str, topics: Collection[str], now: int) -> dict[str, list[Listener]]:
    """Returns who listens to each topic now (epoch milliseconds). One request for each hundred, none for no topic."""
    keys = [key(account, topic) for topic in set(topics)]
    rows = Topic.batch_get(keys, consistent_read=True) if keys else []
    return {row.key.removeprefix(f"{account}#"): _listening(row, now) for row in rows}


def _listening(row: Topic, now: int) -> list[Listener]:
    known = [_unpacked(text) for text in sorted(row.listeners or ())]
    return [listener for listener in known if listener.until * 1000 > now]
