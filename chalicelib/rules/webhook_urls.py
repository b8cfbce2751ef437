"""Webhook addresses: which an account may have its events sent to."""

import ipaddress
import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib.rules import addresses, hosts

LONGEST = 1024
#: RFC 3986's characters without the fragment's #.
_URL = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
_PORTS = {"https": 443, "http": 80}
#: A label by which a browser takes a whole host for an IPv4 address: decimal, octal, or hexadecimal.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LOWEST_PORT = 1024


class Target(NamedTuple):
    """Where a delivery goes: the host as DNS has it, without a dot at its end, or an address; and the path with its query."""

    is_tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS["https" if self.is_tls else "http"] else f"{host}:{self.port}"


class Refused(Exception):
    """Why an address can't be used, in a few words."""


def target(text: str, allowed: Collection[str] = ()) -> Target:
    """Returns where an address leads. Hosts that are `allowed` may be of a private network, with http and any port.

    Raises Refused.
    """
    if len(text) > LONGEST:
        raise Refused(f"is longer than {LONGEST} characters")
    try:
        parts = urlsplit(text)
        host, port = hosts.to_ascii((parts.hostname or "").removesuffix(".")), parts.port
    except ValueError:
        raise Refused("is not a web address") from None
    rest = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if parts.scheme not in _PORTS or not host or not _URL.fullmatch(rest) or re.search(r"[\s\\\x00-\x1f]", text):
        raise Refused("is not an address that begins with https:// and has no spaces and other letters")
    if "[" in parts.netloc and ":" not in host:
        raise Refused("has no IPv6 address in its brackets")
    if "@" in parts.netloc:
        raise Refused("must not have a user name or password")
    if "#" in text:
        raise Refused("must not have a #")
    found = Target(parts.scheme == "https", host, _PORTS[parts.scheme] if port is None else port, rest)
    if host not in allowed:
        _check(found)
    return found


def _check(found: Target) -> None:
    if not found.is_tls:
        raise Refused("must begin with https://")
    if found.port != _PORTS["https"] and found.port < _LOWEST_PORT:
        raise Refused(f"must have port 443, or {_LOWEST_PORT} and above")
    if ":" in found.host or _NUMBER.fullmatch(found.host.rpartition(".")[2]):
        if not (_is_plain(found.host) and addresses.is_public(found.host)):
            raise Refused("must not be in a private network")
    elif not hosts.is_host(found.host) or "." not in found.host:
        raise Refused("must have a host name of the internet")


def _is_plain(host: str) -> bool:
    """Returns whether an address is written in the one way that all programs read alike."""
    try:
        return ipaddress.ip_address(host).compressed == host
    except ValueError:
        return False
