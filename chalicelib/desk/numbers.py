"""Numbers about the work that is done."""

from collections import defaultdict

from chalicelib.context import Context
from chalicelib.models import inbox
from chalicelib.models.conversations import Conversation
from chalicelib.rules.groups import Work

_DAY = 86_400_000
#: Conversations of a day that are looked through.
_MOST = 20_000


def today(ctx: Context) -> dict[str, Work]:
    """What each agent has had today (UTC), by his id: a request for each thousand conversations that were active today.

    Counted are the conversations that are his and have had a message or were opened today: their contacts, each once, and
    all that was said in them.
    """
    rows, _ = inbox.rows(ctx.account, (ctx.now - ctx.now % _DAY, ctx.now), [("assignee", False, None)], _MOST, None)
    of: dict[str, list[Conversation]] = defaultdict(list)
    for row in rows:
        of[str(row.assignee)].append(row)
    return {agent: _work(his) for agent, his in of.items()}


def _work(his: list[Conversation]) -> Work:
    return Work(len({row.of_contact for row in his}), sum(row.message_count - row.note_count for row in his))
