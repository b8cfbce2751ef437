"""Presence: one word an agent, whatever the dialect that set it; and what becomes of who has gone.

Times are epoch milliseconds.
"""

from dataclasses import dataclass
from typing import Any

ONLINE, AWAY, BUSY, OFFLINE = "online", "away", "busy", "offline"
PRESENCES = (ONLINE, AWAY, BUSY, OFFLINE)
#: What an agent becomes whose sockets have all gone, one after the other; his row has `<step>_at`, when.
STEPS = (AWAY, OFFLINE)
#: From whom a chat goes to another agent when its customer writes: nobody, who is offline because their line died, or whoever is.
NEVER, LOST, ALWAYS = "never", "lost", "always"
HANDED_OVER = (NEVER, LOST, ALWAYS)
#: Seconds of grace where an account has set none.
AWAY_AFTER, OFFLINE_AFTER = 120, 900


@dataclass(frozen=True, slots=True)
class Grace:
    """Seconds until an agent without a socket is away, and from then on until he is offline."""

    away_after: int
    offline_after: int


def gone(now: int, presence: str | None, grace: Grace) -> dict[str, int]:
    """The deadline of an agent whose last socket has just gone; none of one who is offline."""
    if presence in (ONLINE, BUSY):
        return {"away_at": now + grace.away_after * 1000}
    if presence == AWAY:
        return {"offline_at": now + (grace.away_after + grace.offline_after) * 1000}
    return {}


def lapsed(step: str, due_at: int, grace: Grace) -> dict[str, Any]:
    """What changes when the deadline of a step has come, None where something is cleared. The next one counts from it."""
    after = {"offline_at": due_at + grace.offline_after * 1000} if step == AWAY else {"offline_at": None, "lost_at": due_at}
    return {"presence": step, "presence_alias": step, "away_at": None, **after}


def is_handed_over(wanted: str, presence: str | None, *, is_lost: bool) -> bool:
    """Whether an agent's chats go to others by the account's word for it; `is_lost` is whether they are offline by the clock."""
    return presence == OFFLINE and (wanted == ALWAYS or (wanted == LOST and is_lost))


def resolve(word: str, aliases: dict[str, str]) -> tuple[str, str] | None:
    """(presence, alias) that a status word means in an account, or None where it means nothing.

    `aliases` maps the account's own words (`lunch`) to a presence; a presence is its own alias.
    """
    if word in PRESENCES:
        return word, word
    meant = aliases.get(word)
    return (meant, word) if meant in PRESENCES else None
