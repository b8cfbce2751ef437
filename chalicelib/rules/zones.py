"""Time zones by their IANA names."""

from zoneinfo import ZoneInfo

#: Files among the zones that are not zones: the machine's own zone, one for an unset zone, and folders with leap seconds.
_NO_ZONES, _NO_AREAS = frozenset(["localtime", "posixrules", "Factory"]), frozenset(["right", "posix"])


def is_zone(name: str) -> bool:
    """Returns whether this machine knows a time zone of that name, which is the same on every machine. UTC is always known."""
    if name == "UTC":
        return True
    if name in _NO_ZONES or name.partition("/")[0] in _NO_AREAS:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, or a text that can be no zone's or file's name
        return False
    return True
