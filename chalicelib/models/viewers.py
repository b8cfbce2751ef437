"""Viewers: who has a conversation open. A row for each conversation and minute, in the table of topics, which forgets it.

Beside the model's attributes a row has one for each agent: named by their uuid, with when they were last seen (epoch
milliseconds). So no row outgrows an account's agents, and nothing has to be cleared.
"""

from pynamodb.connection.table import TableConnection

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, connection, read_raw
from chalicelib.models.topics import Topic

_MINUTE = 60_000


class Viewers(Table):
    """Who was seen within one minute. `expires_at` is epoch seconds."""

    class Meta:
        table_name = config.table("topics")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    expires_at = IntegerAttribute(null=True, attr_name="ex")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return Topic._get_connection()


def _key(account: str, conversation: str, minute: int) -> str:
    return f"{account}#viewers#{conversation}#{minute}"


def see(account: str, conversation: str, agent: str, now: int) -> None:
    """Notes that an agent has a conversation open now (epoch milliseconds). One request."""
    minute = now // _MINUTE
    raw = Viewers.raw(key=_key(account, conversation, minute))
    values = {":at": {"N": str(now)}, ":until": {"N": str((minute + 3) * 60)}}
    request = {"TableName": Viewers.Meta.table_name, "Key": raw, "UpdateExpression": "SET #who = :at, #until = :until"}
    names = {"#who": agent, "#until": Viewers.expires_at.attr_name}
    connection.dispatch("UpdateItem", request | {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values})


def seen_since(account: str, conversation: str, since: int, now: int) -> dict[str, int]:
    """Returns who was seen after `since` up to `now`, and when, by uuid; `since` is a minute ago at most. One request."""
    own = {one.attr_name for one in Viewers.get_attributes().values()}
    keys = [Viewers.raw(key=_key(account, conversation, minute)) for minute in range(since // _MINUTE, now // _MINUTE + 1)]
    found: dict[str, int] = {}
    for item in read_raw({Viewers: keys})[Viewers]:
        for name, value in item.items():
            if name not in own and int(value["N"]) > since:
                found[name] = max(found.get(name, 0), int(value["N"]))
    return found
