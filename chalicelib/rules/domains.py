"""Domains: an account's web sites on which visitors start chats, and the agents who serve those chats."""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec

from chalicelib.rules import hosts

_LONGEST_HOST = 253
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL = "localhost"


class OperatorRole(msgspec.Struct, frozen=True):
    """An agent's role in a domain. An agent who is not active in it, or takes no chats now, gets none."""

    is_admin: bool = False
    takes_chats: bool = True
    is_active: bool = True


class Domain(msgspec.Struct, frozen=True):
    """A web site of an account: `host` is its bare name, `email` its contact address, `operators` its agents by uuid.

    `number` stays when the host changes. Times are epoch milliseconds.
    """

    number: int
    host: str
    email: str
    created_at: int
    updated_at: int
    is_active: bool = True
    operators: Mapping[str, OperatorRole] = msgspec.field(default_factory=dict)


class Worker(Protocol):
    """What a domain needs to know of an agent."""

    @property
    def id(self) -> str:
        """Their uuid."""


W = TypeVar("W", bound=Worker)


def serving(agents: Iterable[W], domain: Domain | None) -> list[W]:
    """Returns the agents for chats of a domain, all agents for None."""
    if domain is None:
        return list(agents)
    active = {id_ for id_, part in domain.operators.items() if part.is_active and part.takes_chats}
    return [agent for agent in agents if agent.id in active]


def host_of(text: str) -> str | None:
    """Returns a bare host name as it is stored: lower case, ASCII, without a leading `www.`. None if the text is not a host
    name.
    """
    if len(text) > 2 * _LONGEST_HOST:
        return None
    host = hosts.to_ascii(text.strip())
    if host is None:
        return None
    plain = host.removeprefix("www.")
    host = plain if "." in plain else host
    labels = host.split(".")
    if len(host) > _LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        return None
    if labels[-1].isdecimal():
        return host if len(labels) == 4 and all(label.isdecimal() and int(label) < 256 for label in labels) else None
    return host if len(labels) > 1 or host == _LOCAL else None


def host_of_origin(origin: str) -> str | None:
    """Returns the host of an Origin header, None if it has none."""
    try:
        return host_of(urlsplit(origin).hostname or "")
    except ValueError:
        return None
