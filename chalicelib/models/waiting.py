"""What waits for an agent: conversations in the index `by_assignee`, under WAITING in the agent's place."""

from collections.abc import Iterator
from itertools import islice

from chalicelib.models import counting
from chalicelib.models.conversation_indexes import ByAssignee
from chalicelib.models.conversations import WAITING, Conversation, key, of_key

#: Rows that one request reads, and requests that `iterate` makes at most.
_A_PAGE, _MOST_PAGES = 1000, 20


def iterate(account: str) -> Iterator[tuple[str, str | None, int | None, int | None]]:
    """Yields ids, groups, domains and audiences of waiting conversations, longest wait first, a moment old. One request for each
    thousand.

    Ends after 20,000, so that the number of requests is bounded.
    """
    rows = Conversation.by_assignee.query(of_key(account, WAITING), page_size=_A_PAGE)
    for page_ in islice(rows.page_iter, _MOST_PAGES):
        for row in map(Conversation.from_raw_data, page_["Items"]):
            yield row.id, row.group, row.domain, row.audience


def list_after(account: str, after: tuple[str, int] | None, limit: int) -> list[tuple[str, int]]:
    """Returns ids of waiting conversations with since when, longest wait first, after one of them. One request."""
    holder = of_key(account, WAITING)
    place = Conversation.raw(key=key(account, after[0]), holder_key=holder, held_since=after[1]) if after else None
    rows = Conversation.by_assignee.query(holder, limit=limit, last_evaluated_key=place)
    return [(row.id, row.held_since or 0) for row in rows]


def count(account: str, most: int) -> int:
    """Returns how many wait for an agent, `most` at most (a thousand are far below a MB), a moment old. One request."""
    holder = Conversation.holder_key.serialize(of_key(account, WAITING))
    found = counting.counts(Conversation, str(ByAssignee.Meta.index_name), holder, limit=most)
    return counting.total(islice(found, 1), most)
