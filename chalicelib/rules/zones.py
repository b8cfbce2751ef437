"""Time zones by their IANA names."""

from zoneinfo import ZoneInfo


def is_zone(name: str) -> bool:
    """Whether the name is a time zone's that this machine knows; UTC always is."""
    if name == "UTC":
        return True
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, no name of one, and what is no name of a file
        return False
    return True
