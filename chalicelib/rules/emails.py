"""E-mail addresses, checked as far as possible without sending mail."""

import re

from chalicelib.rules import hosts

#: What a mail's header can name without quotes, and no program reads as something else.
_PLAIN = re.compile(r"(?!.*=\?)[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9_.-]+")
_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}")


def canonical(text: str) -> str:
    """Returns the form in which an address is unique: trimmed, lower case, its domain in ASCII.

    The part before the @ keeps its script: only its own server knows which spellings are the same.
    """
    name, at, domain = text.strip().lower().rpartition("@")
    return f"{name}{at}{hosts.to_ascii(domain) or domain}"


def is_address(text: str) -> bool:
    """Returns whether a canonical text can be an address: something before and after one @, no space, 254 characters at most."""
    return _ADDRESS.fullmatch(text) is not None and hosts.to_ascii(text.rpartition("@")[2]) is not None


def can_be_sent_to(text: str) -> bool:
    """Returns whether mail can be sent to a canonical address: only if it is ASCII, and needs no quotes in a header."""
    return _PLAIN.fullmatch(text) is not None


def can_be_mailed(text: str) -> bool:
    """Returns whether a canonical text is an address that mail can be sent to. Stand-ins for one that nobody gave are not: a
    visitor's, and those of the domain that no server has (RFC 2606).
    """
    domain = text.rpartition("@")[2]
    return is_address(text) and can_be_sent_to(text) and "." in domain and not domain.endswith(".invalid")


def name_of(address: str) -> str:
    """Returns the part before the @, as a name for somebody who gave none."""
    return address.partition("@")[0]
