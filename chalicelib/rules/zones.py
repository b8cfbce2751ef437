"""Time zones by their IANA names."""

from zoneinfo import ZoneInfo


def is_zone(name: str) -> bool:
    """Returns whether this machine knows a time zone of that name. UTC is always known."""
    if name == "UTC":
        return True
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, or a text that can be no zone's or file's name
        return False
    return True
