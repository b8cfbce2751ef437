"""Presence: one word an agent, whatever the dialect that set it."""

ONLINE, AWAY, BUSY, OFFLINE = "online", "away", "busy", "offline"
PRESENCES = (ONLINE, AWAY, BUSY, OFFLINE)


def resolve(word: str, aliases: dict[str, str]) -> tuple[str, str] | None:
    """(presence, alias) that a status word means in an account, or None where it means nothing.

    `aliases` maps the account's own words (`lunch`) to a presence; a presence is its own alias.
    """
    if word in PRESENCES:
        return word, word
    meant = aliases.get(word)
    return (meant, word) if meant in PRESENCES else None
