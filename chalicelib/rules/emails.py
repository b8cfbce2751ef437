"""E-mail addresses, as far as they can be told without sending one."""

import re

from chalicelib.rules import hosts

_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")


def canonical(text: str) -> str:
    """The form under which an address is one person's: without space around it, in lower case, its domain in ASCII.

    What stands before the @ stays in its script: the server that it is of decides what is the same there.
    """
    name, at, domain = text.strip().lower().rpartition("@")
    return f"{name}{at}{hosts.to_ascii(domain) or domain}"


def is_address(text: str) -> bool:
    """Whether a canonical text may be an address: something before and after one @, no space, 254 characters at most."""
    return _ADDRESS.fullmatch(text) is not None and hosts.to_ascii(text.rpartition("@")[2]) is not None


def can_be_sent_to(text: str) -> bool:
    """Whether mail can be sent to a canonical address: not where it has other letters than ASCII's before the @."""
    return text.isascii()


def name_of(address: str) -> str:
    """What stands before the @: a name for somebody who gave none."""
    return address.partition("@")[0]
