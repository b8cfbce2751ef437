"""Account checks: which values an account's own fields may have."""

from typing import Any

from chalicelib.desk.core.errors import Invalid
from chalicelib.rules import emails, names, presence, zones

#: How a new conversation finds its agent: the least loaded one online, nobody (all agents see it),
#: or the least loaded one online among its group's members or else the distributors.
LEAST_LOADED, EVERYONE, GROUP = "least_loaded", "everyone", "group"
ALLOCATIONS = (LEAST_LOADED, EVERYONE, GROUP)
#: Characters that each text of an account may have.
_LONGEST = {"name": 256, "company": 256, "icon": 1024, "welcome": 2000, "launcher_color": 64, "launcher_style": 64}
_LONGEST |= {"offline_message": 2000, "billing_email": 254, "time_zone": 64, "allocation": 64, "hand_over": 64}
#: Most words of its own for a presence, their characters, and the fields with seconds of grace, each with its maximum.
_MOST_ALIASES, _LONGEST_ALIAS, _LONGEST_GRACE = 50, 64, 7 * 86_400
_GRACES = ("away_after", "offline_after", "expire_after")


def check_change(given: dict[str, Any]) -> None:
    """Raises Invalid for values that an account can't have."""
    for field_, value in given.items():
        if len(value if isinstance(value, str) else "") > _LONGEST.get(field_, 0):
            raise Invalid(field_, f"is longer than {_LONGEST[field_]} characters")
    if wrong := names.fault(given.get("name", "any")):
        raise Invalid("name", wrong)
    _check_presence(given)
    if given.get("allocation", EVERYONE) not in ALLOCATIONS:
        raise Invalid("allocation", f"must be one of {', '.join(ALLOCATIONS)}")
    if not zones.is_zone(given.get("time_zone", "UTC")):
        raise Invalid("time_zone", "is not the name of a time zone")
    if given.get("billing_email") and not emails.is_address(emails.canonical(given["billing_email"])):
        raise Invalid("billing_email", "is not an e-mail address")


def _check_presence(given: dict[str, Any]) -> None:
    aliases = given.get("status_aliases", {})
    if len(aliases) > _MOST_ALIASES or not all(0 < len(alias) <= _LONGEST_ALIAS for alias in aliases):
        raise Invalid("status_aliases", f"are {_MOST_ALIASES} at most, of 1 to {_LONGEST_ALIAS} characters")
    if set(aliases) & set(presence.PRESENCES) or not set(aliases.values()) <= set(presence.PRESENCES):
        raise Invalid("status_aliases", f"are other words for {', '.join(presence.PRESENCES)}")
    if given.get("hand_over", presence.NEVER) not in presence.HANDED_OVER:
        raise Invalid("hand_over", f"must be one of {', '.join(presence.HANDED_OVER)}")
    for name in _GRACES:
        if not 1 <= given.get(name, 1) <= _LONGEST_GRACE:
            raise Invalid(name, f"is 1 to {_LONGEST_GRACE} seconds")
