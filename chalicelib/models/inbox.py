"""The inbox: an account's conversations by last activity, read from the index `by_activity`."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from pynamodb.constants import COUNT
from pynamodb.expressions.condition import Condition

from chalicelib.models.conversations import ByActivity, Conversation, inbox_key, key

#: (field, whether it is to be equal, value) over what the inbox holds; None is an unset field.
Like = tuple[str, bool, Any]
_LOOKED_THROUGH, _MOST_REQUESTS = 1000, 20
#: Where in an inbox a row stands: its conversation and its last activity.
Position = tuple[str, int]


def list_rows(
    account: str,
    span: tuple[int, int],
    conditions: Sequence[Like],
    limit: int,
    after: Position | None,
    *,
    oldest_first: bool = False,
) -> tuple[list[Conversation], Position | None]:
    """The next `limit` rows of the inbox with activity in the span (both ends included), and where to go on, None at the end.

    One request without conditions. With them, one for each thousand rows looked through, 20 at most: then what was
    found, which may be nothing, and where to go on.
    """
    results = Conversation.by_activity.query(
        inbox_key(account),
        Conversation.last_activity_at.between(*span),
        filter_of(conditions),
        scan_index_forward=oldest_first,
        page_size=_LOOKED_THROUGH if conditions else limit,
        last_evaluated_key=_start_key(account, after) if after else None,
    )
    found: list[Conversation] = []
    for page_ in islice(results.page_iter, _MOST_REQUESTS):
        found += [Conversation.from_raw_data(item) for item in page_["Items"]]
        if len(found) >= limit:
            break
    last = results.page_iter.last_evaluated_key
    if len(found) > limit:
        return found[:limit], _position(found[limit - 1])
    return found, _position(Conversation.from_raw_data(last)) if last else None


def iterate(
    account: str, span: tuple[int, int], conditions: Sequence[Like], size: int, after: Position | None, *, oldest_first: bool
) -> Iterator[Conversation]:
    """The inbox's rows that meet the conditions, read as they are taken: the first request looks through `size`, the others
    through a thousand, 20 at most; never more than one request's rows are kept.
    """
    results = Conversation.by_activity.query(
        inbox_key(account),
        Conversation.last_activity_at.between(*span),
        filter_of(conditions),
        scan_index_forward=oldest_first,
        page_size=min(size, _LOOKED_THROUGH),
        last_evaluated_key=_start_key(account, after) if after else None,
    )
    for page_ in islice(results.page_iter, _MOST_REQUESTS):
        results.page_iter.page_size = _LOOKED_THROUGH
        yield from (Conversation.from_raw_data(item) for item in page_["Items"])


def _start_key(account: str, after: Position) -> dict[str, Any]:
    return Conversation.raw(key=key(account, after[0]), inbox_key=inbox_key(account), last_activity_at=after[1])


def _position(row: Conversation) -> Position:
    return row.id, row.last_activity_at


def count(account: str, span: tuple[int, int], conditions: Sequence[Like], most: int) -> int:
    """How many conversations the inbox has with activity in the span, up to `most`: a request for each MB, 20 at most."""
    table, total, after = Conversation._get_connection(), 0, None
    for _ in range(_MOST_REQUESTS):
        page_ = table.query(
            inbox_key(account),
            range_key_condition=Conversation.last_activity_at.between(*span),
            filter_condition=filter_of(conditions),
            index_name=ByActivity.Meta.index_name,
            exclusive_start_key=after,
            select=COUNT,
        )
        total, after = total + page_["Count"], page_.get("LastEvaluatedKey")
        if after is None or total >= most:
            break
    return min(total, most)


def filter_of(conditions: Sequence[Like]) -> Condition | None:
    """A filter over what the inbox holds."""
    both: Condition | None = None
    for field, equal, value in conditions:
        attribute = getattr(Conversation, field)
        if value is None:
            one = attribute.does_not_exist() if equal else attribute.exists()
        else:
            one = attribute == value if equal else attribute != value
        both = one if both is None else both & one
    return both
