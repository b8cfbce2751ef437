"""Holding events back until they are due: on their queue for up to 15 minutes, else as a row of the timers' table.

The sweep (automation/timers.py) reads what the coming minutes hold and puts it on the queues. A minute that gets many rows at
once is crowded: they are spread over more partitions, which are read only then.
"""

from chalicelib import config
from chalicelib.context import Context
from chalicelib.desk.core import publishing
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.events import TimersDue
from chalicelib.desk.core.publishing import Timed
from chalicelib.models import queues, timers
from chalicelib.rules import deadlines

_MINUTE = 60_000
#: Rows that one process stores for one minute before that counts as crowded.
CROWD = 25
#: How many rows this process has lately stored, by the minute in which they are due.
_stored: TimedCache[int] = TimedCache(most=2_000)


def hold(ctx: Context, event: Timed, name: str) -> None:
    """Has an event come to its subscribers when it is due, or just after. `name` tells it from others that are due then.

    One request; one more where a minute becomes crowded.
    """
    if event.due_at - ctx.now <= config.LONGEST_DELAY * 1000:
        publishing.publish([event], ctx.now)
        return
    for queue in publishing.SUBSCRIBERS[type(event)]:
        _store(ctx, event, f"{name}#{queue}", queue)


def _store(ctx: Context, event: Timed, name: str, queue: str) -> None:
    minute = str(event.due_at // _MINUTE)
    stored = _stored.get(minute, ctx.now) or 0
    if stored == CROWD:
        timers.mark_crowded(event.due_at)
    _stored.put(minute, stored + 1, ctx.now)
    timers.put(event.due_at, name, queue, publishing.encode(event), crowded=stored >= CROWD)


def bring(ctx: Context, place: TimersDue) -> tuple[int, list[TimersDue]]:
    """Puts a page of what is due on the queues. Returns how many messages, and where to go on.

    One request, and one for each ten messages. Raises queues.NotSent where a queue did not take all; repeated, it does no harm.
    """
    rows = timers.list_due(place.minute, place.shard, place.after)
    due = [row for row in rows if not row.is_mark]
    for queue in dict.fromkeys(row.queue for row in due):
        bodies = [(row.event, row.due_at) for row in due if row.queue == queue]
        queues.send(queue, [(body, deadlines.delay(ctx.now, due_at, config.LONGEST_DELAY)) for body, due_at in bodies])
    more = [TimersDue("", ctx.now, place.minute, place.shard, rows[-1].name)] if len(rows) == timers.PAGE else []
    if len(due) < len(rows):
        shards = range(timers.SHARDS, timers.SHARDS + timers.CROWDED_SHARDS)
        more += [TimersDue("", ctx.now, place.minute, shard) for shard in shards]
    return len(due), more
