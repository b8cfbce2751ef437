"""Open sockets: a row each, which says whose it is. A row expires: the gateway ends a socket after two hours, and may
forget to say so.
"""

import json
from typing import Any

from pynamodb.attributes import UnicodeSetAttribute
from pynamodb.indexes import AllProjection

from chalicelib import config
from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional, read_page
from chalicelib.models.indexes import GlobalIndex

_KEPT_SECONDS = 3 * 3600
#: Whose sockets they are; all of an account's are those of both.
AGENT, CONTACT = KINDS = ("agent", "contact")


class ByAccount(GlobalIndex["Connection"]):
    """The sockets of an account's contacts, and those of its agents, by since when."""

    class Meta:
        index_name = "by_account"
        projection = AllProjection()

    listed = UnicodeAttribute(hash_key=True)
    since = IntegerAttribute(range_key=True)


class Connection(Table):
    """One socket, and the caller behind it. `since` is epoch milliseconds, `expires_at` epoch seconds."""

    class Meta:
        table_name = config.table("connections")

    id = UnicodeAttribute(hash_key=True, attr_name="id")
    account = UnicodeAttribute(attr_name="ac")
    person = UnicodeAttribute(attr_name="pe")
    device = UnicodeAttribute(attr_name="de")
    is_mobile = BooleanAttribute(default=False, attr_name="im")
    level = UnicodeAttribute(attr_name="le")
    number = IntegerAttribute(null=True, attr_name="nu")
    client = UnicodeAttribute(default="", attr_name="cl")
    token = UnicodeAttribute(default="", attr_name="to")
    #: How often the person's logins had been ended when it opened.
    token_version = IntegerAttribute(default=0, attr_name="tv")
    #: Conversations whose typing it watches.
    watched: Any = UnicodeSetAttribute(null=True, attr_name="wa")
    #: Where `by_account` has it: `account#kind`.
    listed = UnicodeAttribute(attr_name="li")
    since = IntegerAttribute(attr_name="si")
    expires_at = IntegerAttribute(attr_name="ex")

    by_account = ByAccount()

    @property
    def is_contact(self) -> bool:
        """Whether it is a contact's."""
        return self.listed.endswith(f"#{CONTACT}")


def listed(account: str, kind: str) -> str:
    """Where `by_account` has the sockets of an account's people of a kind (AGENT, CONTACT)."""
    return f"{account}#{kind}"


def create(connection: Connection, until: int | None) -> bool:
    """Stores a socket's row, good until its caller's token ends (epoch seconds, None for never); False where it has one."""
    kept = connection.since // 1000 + _KEPT_SECONDS
    connection.expires_at = kept if until is None else min(kept, until)
    try:
        with conditional():
            connection.save(Connection.id.does_not_exist())
    except ConditionFailed:
        return False
    return True


def get(connection: str) -> Connection | None:
    """One socket, read consistently: one request."""
    return Connection.find(connection)


def delete(connection: str) -> None:
    """Forgets a socket; again without harm."""
    Connection(connection).delete()


def watch(connection: str, conversation: str) -> None:
    """Notes that a socket watches a conversation. Raises Refused where the socket has gone."""
    with conditional():
        Connection(connection).update([Connection.watched.add({conversation})], Connection.account.exists())


def unwatch(connection: str, conversation: str) -> None:
    """Notes that it does so no more. Raises Refused where the socket has gone."""
    with conditional():
        Connection(connection).update([Connection.watched.delete({conversation})], Connection.account.exists())


def contacts(account: str, limit: int) -> list[Connection]:
    """Sockets of contacts, the latest first: one request, a moment old. Some may have expired."""
    return read_page(Connection.by_account.query(listed(account, CONTACT), scan_index_forward=False, limit=limit))[0]


def of_account(account: str, after: str, limit: int) -> tuple[list[Connection], str]:
    """A page of an account's sockets, agents' first, from `after` on (empty: from the beginning), as of a moment ago: one
    request. Returns them and where the next page begins, empty at the end. Some may have expired.
    """
    kind: str
    start: dict[str, Any] | None
    kind, start = json.loads(after) if after else (AGENT, None)
    rows, last = read_page(Connection.by_account.query(listed(account, kind), limit=limit, last_evaluated_key=start))
    if last:
        return rows, json.dumps([kind, last])
    return rows, json.dumps([CONTACT, None]) if kind == AGENT else ""
