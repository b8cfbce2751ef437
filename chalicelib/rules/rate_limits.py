"""Rate limits: how often something may be done, and how a stage sets it."""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

import msgspec
from msgspec.structs import replace

#: The setting that turns all limits off.
OFF = "off"


class Limit(msgspec.Struct, frozen=True):
    """At most `most` times in a window of `seconds`, which begins with the first time. `what` names it in a refusal.

    Processes share one count. Each reads and writes it once every `step`, so a larger step costs fewer requests and lets each
    process go over by `step` at most. A new window knows nothing of the one before, so around its beginning twice `most` can
    pass; unless it `is_renewed` by each that passes, so that it ends `seconds` after the last: then `most` pass in any span of so
    many seconds. Each is counted in the shared row then, whatever `step` is.
    """

    what: str
    most: int
    seconds: int
    step: int = 1
    is_renewed: bool = False


def configured(known: Mapping[str, Limit], setting: str) -> dict[str, Limit]:
    """Returns the limits by name with a stage's changes: `off`, or pairs such as `visitors=100/60 uploads=50/3600`.

    Raises ValueError for an unknown limit or a malformed pair.
    """
    if setting.strip() == OFF:
        return {}
    return {**known, **dict(_pair(known, text) for text in setting.split())}


def _pair(known: Mapping[str, Limit], text: str) -> tuple[str, Limit]:
    name, _, value = text.partition("=")
    most, _, seconds = value.partition("/")
    if name not in known or not (most.isdecimal() and seconds.isdecimal() and int(seconds)):
        raise ValueError(f"POLYDESK_LIMITS: {text!r} is not <name>=<most>/<seconds> with a name of {', '.join(known)}")
    return name, stepped(replace(known[name], most=int(most), seconds=int(seconds)))


def stepped(limit: Limit) -> Limit:
    """Returns the limit with a step of at most a tenth of `most`, so that many processes exceed a small limit only a little."""
    return replace(limit, step=max(1, min(limit.step, limit.most // 10)))


@lru_cache(maxsize=4096)
def network_of(source: str) -> str:
    """Returns what counts as one source: an IPv4 address, or the /56 of an IPv6 address, which one household has."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if not isinstance(address, IPv6Address):
        return source
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 72 << 72))
