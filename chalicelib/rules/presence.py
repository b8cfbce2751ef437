"""Presence: one word for each agent, whichever dialect sets it, and what follows when an agent loses their connection.

Times are epoch milliseconds.
"""

from typing import Any

import msgspec

ONLINE, AWAY, BUSY, OFFLINE = "online", "away", "busy", "offline"
PRESENCES = (ONLINE, AWAY, BUSY, OFFLINE)
#: What an agent without a socket becomes, in this order. Their row has `<step>_at` for when.
STEPS = (AWAY, OFFLINE)
#: From which offline agents a chat goes to others when its customer writes: none, those whose connection was lost, or all.
NEVER, LOST, ALWAYS = "never", "lost", "always"
HANDED_OVER = (NEVER, LOST, ALWAYS)
#: Seconds of grace where an account has set none.
AWAY_AFTER, OFFLINE_AFTER = 120, 900


class Grace(msgspec.Struct, frozen=True):
    """Seconds until an agent without a socket is away, and from then on until they are offline."""

    away_after: int
    offline_after: int


def gone(now: int, presence: str | None, grace: Grace) -> dict[str, int]:
    """Returns the deadline of an agent whose last socket has just closed, none for one who is offline."""
    if presence in (ONLINE, BUSY):
        return {"away_at": now + grace.away_after * 1000}
    if presence == AWAY:
        return {"offline_at": now + (grace.away_after + grace.offline_after) * 1000}
    return {}


def lapsed(step: str, due_at: int, grace: Grace) -> dict[str, Any]:
    """Returns what changes when a step's deadline has come, None for a cleared field. The next deadline counts from it."""
    after = {"offline_at": due_at + grace.offline_after * 1000} if step == AWAY else {"offline_at": None, "lost_at": due_at}
    return {"presence": step, "presence_alias": step, "away_at": None, **after}


def is_handed_over(wanted: str, presence: str | None, *, is_lost: bool) -> bool:
    """Returns whether an agent's conversations go to others, by the account's setting. `is_lost`: offline by the clock."""
    return presence == OFFLINE and (wanted == ALWAYS or (wanted == LOST and is_lost))


def resolve(word: str, aliases: dict[str, str]) -> tuple[str, str] | None:
    """Returns the (presence, alias) that a status word means in an account, None for an unknown word.

    `aliases` maps the account's own words (`lunch`) to a presence. A presence is its own alias.
    """
    if word in PRESENCES:
        return word, word
    meant = aliases.get(word)
    return (meant, word) if meant in PRESENCES else None
