"""Labels: what else a conversation is found by: its tags, the agents that its notes mention.

Rows of the conversations' table, key account#conversation#label#name, in the sparse index `by_label`. How many conversations have
a label is counted in one row each, key account##label#name, with the same write.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from pynamodb.connection.table import TableConnection
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, KeyAttribute
from chalicelib.models.base import ConditionFailed, Table, read_raw, transaction
from chalicelib.models.conversations import Conversation, of_key

_INFIX = "#label#"
#: Keys that one request reads, and requests that a list makes at most.
_A_PAGE, MOST_REQUESTS = 1000, 10
#: Labels that one transaction moves, at two rows each, beside what else it writes (100 rows in all).
MOST_AT_ONCE = 40
#: Conversations of one label that lists look at.
MOST = _A_PAGE * MOST_REQUESTS


class Label(Table):
    """A conversation's label, or with `total` how many conversations have it."""

    class Meta:
        table_name = config.table("conversations")

    key = KeyAttribute(hash_key=True, attr_name="k")
    label_key = KeyAttribute(null=True, attr_name="lb")
    labelled_at = IntegerAttribute(null=True, attr_name="lt")
    total = IntegerAttribute(null=True, attr_name="nl")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return Conversation._get_connection()


def tag(number: int) -> str:
    """Returns the name of a tag's label."""
    return f"t{number}"


def mention(agent: int) -> str:
    """Returns the name of the label of conversations that mention an agent."""
    return f"m{agent}"


def draft(agent: int) -> str:
    """Returns the name of the label of conversations in which an agent has a draft."""
    return f"d{agent}"


def row(conversation_key: str, name: str, at: int = 0) -> Label:
    """Returns the row of a conversation's label, set at `at` (epoch milliseconds)."""
    account = conversation_key.partition("#")[0]
    return Label(f"{conversation_key}{_INFIX}{name}", label_key=of_key(account, name), labelled_at=at)


def total(account: str, name: str) -> Label:
    """Returns the row that counts a label's conversations."""
    return Label(f"{account}#{_INFIX}{name}")


def move(write: TransactWrite, conversation_key: str, begun: Iterable[str], ended: Iterable[str], now: int) -> None:
    """Adds to a transaction: labels that begin and end, and their counts. The caller knows which there are, by a version."""
    account = conversation_key.partition("#")[0]
    for name in begun:
        write.save(row(conversation_key, name, now))
        write.update(total(account, name), [Label.total.add(1)])
    for name in ended:
        write.delete(row(conversation_key, name))
        write.update(total(account, name), [Label.total.add(-1)])


def hand_over(
    write: TransactWrite, source_key: str, target_key: str, kept: Iterable[str], ended: Iterable[str], now: int
) -> None:
    """Adds to a transaction: a conversation's labels go over to another one, or end. The caller knows which there are."""
    for name in kept:
        write.delete(row(source_key, name))
        write.save(row(target_key, name, now))
    move(write, source_key, (), ended, now)


def begin(conversation_key: str, name: str, now: int) -> None:
    """Gives a conversation a label unless it has it. One request."""
    with _once(), transaction() as write:
        write.save(row(conversation_key, name, now), condition=Label.key.does_not_exist())
        write.update(total(conversation_key.partition("#")[0], name), [Label.total.add(1)])


def end(conversation_key: str, name: str) -> None:
    """Takes a label from a conversation if it has it. One request."""
    with _once(), transaction() as write:
        write.delete(row(conversation_key, name), condition=Label.key.exists())
        write.update(total(conversation_key.partition("#")[0], name), [Label.total.add(-1)])


@contextmanager
def _once() -> Iterator[None]:
    """Wraps a transaction that has nothing to do where its condition does not hold."""
    try:
        yield
    except ConditionFailed as refused:
        if "ConditionalCheckFailed" not in refused.reasons:
            raise


def counts(account: str, names: Sequence[str]) -> dict[str, int]:
    """Returns how many conversations have each label, a moment old. One request for each hundred."""
    keys = {total(account, name).key: name for name in names}
    items = read_raw({Label: [Label.raw(key=key) for key in keys]})[Label] if keys else []
    found = {item.key: item.total or 0 for item in map(Label.from_raw_data, items)}
    return {name: found.get(key, 0) for key, name in keys.items()}


def conversations_with(account: str, name: str) -> tuple[list[str], bool]:
    """Returns uuids of conversations with a label, latest labelled first, and whether these are all: a request for each thousand,
    MOST_REQUESTS at most. A moment old.
    """
    results = Conversation.by_label.query(of_key(account, name), scan_index_forward=False, page_size=_A_PAGE)
    found = [Conversation.from_raw_data(item).id for page in islice(results.page_iter, MOST_REQUESTS) for item in page["Items"]]
    return list(dict.fromkeys(found)), results.last_evaluated_key is None
